"""What one method puts into what the object keeps decides what is told of another: it is told as soon as that is written."""

from __future__ import annotations

import pytest

from analyzers.text import Text
from lsp_server.engine import Engine
from lsp_server.settings_table import Settings

PATH = "/w/shop/jobs.py"

CODE = """\
class Jobs:
    def __init__(self):
        self.jobs = []
        self.by = {{}}

    def has(self, job):
        return job in self.jobs

    def free(self, kind, name):
        return name in self.by[kind]

    def put(self, job, kind, name):
{body}
"""


@pytest.mark.parametrize(
    ("body", "line"),
    [
        ("        self.jobs.append(job)", 7),
        ("        self.jobs += [job]", 7),
        ("        self.by.setdefault(kind, []).append(name)", 10),
        ("        kept = self.by.setdefault(kind, [])\n        kept.append(name)", 10),
    ],
)
def test_a_method_that_begins_to_put_something_in_is_seen_by_the_others(body: str, line: int) -> None:
    engine, settings = Engine(), Settings()

    def lines(inside: str) -> set[int]:
        text = Text(CODE.format(body=inside).encode())
        engine.ready(PATH, text)
        found = engine.analyse(PATH, text, "python", settings)
        return {text.line_of(one.place.span.start) + 1 for one in found}

    assert line not in lines("        return job")
    assert line in lines(body)
    assert line not in lines("        return job")
