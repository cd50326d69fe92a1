"""How sure a cost is follows from what it rests on."""

from __future__ import annotations

import pytest

from analyzers import languages
from analyzers.check import complexity
from analyzers.extract import facts_of
from analyzers.findings import Confidence
from analyzers.project.index import Project

CASES = {
    "a loop over a parameter": ("def f(xs):\n    for x in xs:\n        print(x)\n", Confidence.HIGH),
    "nothing repeats": ("def f(x):\n    return x + 1\n", Confidence.HIGH),
    "all pairs": ("def f(xs):\n    return [(x, y) for x in xs for y in xs]\n", Confidence.HIGH),
    "two inputs": ("def f(xs, ys):\n    return [(x, y) for x in xs for y in ys]\n", Confidence.MEDIUM),
    "a size that is no input": (
        "import somewhere\n\n\ndef f():\n    for x in somewhere.rows():\n        print(x)\n",
        Confidence.MEDIUM,
    ),
    "a square that may end early": (
        "def f(xs):\n    for x in xs:\n        for y in xs:\n            if x == y:\n                return x\n",
        Confidence.MEDIUM,
    ),
    "loops said to be constant": ("def f(x):\n    for i in range(3):\n        print(i, x)\n", Confidence.LOW),
    "not known": ("def f(x):\n    while x.more():\n        x.step()\n", Confidence.LOW),
}


@pytest.mark.parametrize(("code", "expected"), CASES.values(), ids=CASES)
def test_confidence(code: str, expected: Confidence) -> None:
    language = languages.for_path("/a.py")
    assert language is not None
    project = Project()
    project.update("/a.py", facts_of(code.encode(), language))
    (report,) = [r for r in complexity(project, "/a.py") if r.qualname == "f"]
    assert report.confidence == expected, report
