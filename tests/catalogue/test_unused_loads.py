"""What is loaded for nothing in the catalogue: the fix is applied and run, and the same is printed with less.

No case of another file has such a loader marked, and none is found there. Nor is one found once a relation is loaded by
the fix of another finding.
"""

from __future__ import annotations

from contextlib import redirect_stdout
from functools import cache
from io import StringIO

import pytest

from analyzers.check import check
from analyzers.extract import facts_of
from analyzers.findings import Finding
from analyzers.languages import for_path
from analyzers.project.index import Project
from analyzers.text import Text
from running import HERE, MANY, Case, database
from test_fixed_cases import CASES, OFFERED, ROOT, Offered, _changed, _facts, _module, _name, _texts

RULE = "unused-eager-load"
FILE = "cases/django_unused.py"


@cache
def _project() -> Project:
    """The catalogue with its templates."""
    project = Project()
    for name, text in _texts().items():
        project.update(ROOT + name, _facts(text))
    for path in sorted((HERE / "templates").rglob("*.*")):
        place = ROOT + path.relative_to(HERE).as_posix()
        language = for_path(place)
        if language is not None:
            project.update(place, facts_of(path.read_bytes(), language))
    return project


def _found(name: str, text: str) -> list[Finding]:
    return [f for f in check(_project(), ROOT + name, Text.of(text)) if f.rule == RULE]


UNUSED = [
    (case, finding)
    for finding in _found(FILE, _texts()[FILE])
    for case in CASES
    if case.file == FILE
    and case.first <= Text.of(_texts()[FILE]).line_of(finding.place.span.start) + 1 <= case.last
]


def test_the_marked_loaders_are_found_and_no_other() -> None:
    found = set()
    for name, text in _texts().items():
        lines = Text.of(text)
        found |= {(name, lines.line_of(finding.place.span.start) + 1) for finding in _found(name, text)}
    marked = {
        (FILE, number)
        for number, line in enumerate(_texts()[FILE].splitlines(), 1)
        if line.endswith("  # unused")
    }
    assert found == marked


@pytest.mark.parametrize(("case", "finding"), UNUSED, ids=[case.name for case, _ in UNUSED])
def test_without_it_less_is_asked_and_the_same_is_printed(
    case: Case, finding: Finding, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed = _changed(finding.fixes[0])[FILE]
    before, printed = _asked(case, _texts()[FILE], monkeypatch)
    after, prints = _asked(case, changed, monkeypatch)
    assert prints == printed
    assert len(after) <= len(before)
    assert _work(after) < _work(before) or _is_ignored(case)
    _project().update(ROOT + FILE, _facts(changed))
    left = check(_project(), ROOT + FILE, Text.of(changed))
    _project().update(ROOT + FILE, _facts(_texts()[FILE]))
    was = {(f.rule, f.function, f.message) for f in check(_project(), ROOT + FILE, Text.of(_texts()[FILE]))}
    assert {(f.rule, f.function, f.message) for f in left} == was - {
        (finding.rule, finding.function, finding.message)
    }


def _is_ignored(case: Case) -> bool:
    """Django itself leaves the join out where no rows are made."""
    return case.name in ("only_counted", "values_of_what_is_joined")


def _work(statements: list[str]) -> int:
    return len(statements) + sum(statement.count(" JOIN ") for statement in statements)


def _asked(case: Case, text: str, monkeypatch: pytest.MonkeyPatch) -> tuple[list[str], str]:
    """The statements that a version of the case sends, and what it prints."""
    run = database(case.family).run
    function = getattr(_module(case.file, text, monkeypatch), case.name)
    sent: list[str] = []
    out = StringIO()
    with redirect_stdout(out):
        run(function, MANY, sent.append)
    return sent, out.getvalue()


LOADING = [offered for offered in OFFERED if offered.finding.rule == "lazy-relation-in-loop"]


@pytest.mark.parametrize("offered", LOADING, ids=_name)
def test_what_a_fix_loads_is_read(offered: Offered) -> None:
    for name, text in _changed(offered.fix).items():
        _project().update(ROOT + name, _facts(text))
        was = {(f.function, f.message) for f in _found(name, _texts()[name])}
        now = {(f.function, f.message) for f in _found(name, text)}
        _project().update(ROOT + name, _facts(_texts()[name]))
        assert not now - was
