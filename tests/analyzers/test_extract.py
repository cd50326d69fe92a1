"""The suites in extract/*.md: a heading, why, a piece of code, and the facts it becomes (see printing.py).

`BIGO_ACCEPT=1 pytest tests/analyzers/test_extract.py` writes what the code now says into the suites; read the diff.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import NamedTuple

import pytest
from printing import show

from analyzers.extract import facts_of
from analyzers.languages import by_name

SUITES = sorted((Path(__file__).parent / "extract").glob("*.md"))
CASE = re.compile(r"^```(\w+)\n(.*?)^```\n+^```facts\n(.*?)^```$", re.DOTALL | re.MULTILINE)
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
FENCED = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)


class Case(NamedTuple):
    suite: Path
    title: str
    language: str
    code: str
    expected: str


def cases() -> list[Case]:
    found = []
    for suite in SUITES:
        text = suite.read_text(encoding="utf-8")
        for match in CASE.finditer(text):
            headings = HEADING.findall(FENCED.sub("", text[: match.start()]))
            title = f"{suite.stem}: {headings[-1]}"
            found.append(Case(suite, title, match[1], match[2], match[3]))
    return found


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.title)
def test_code_becomes_these_facts(case: Case) -> None:
    language = by_name(case.language)
    assert language is not None
    found = show(facts_of(case.code.encode(), language)) + "\n"
    if found != case.expected and os.environ.get("BIGO_ACCEPT"):
        text = case.suite.read_text(encoding="utf-8")
        old = f"```{case.language}\n{case.code}```\n\n```facts\n{case.expected}```"
        assert text.count(old) == 1
        case.suite.write_text(
            text.replace(old, old.replace(f"```facts\n{case.expected}", f"```facts\n{found}"))
        )
        return
    assert found == case.expected
