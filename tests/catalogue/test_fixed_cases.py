"""Applies every local fix that is offered for a case of the catalogue, and runs the fixed case on the same database.

Fewer statements are sent, and they no longer grow on that line; what the case prints and returns is the same; the
finding is gone, and no other one appears. Nothing here says which fixes there are: they come from the findings.
"""

from __future__ import annotations

import ast
import random
import sys
from contextlib import redirect_stdout
from functools import cache
from io import StringIO
from types import ModuleType
from typing import NamedTuple

import pytest

from analyzers.check import check
from analyzers.extract import facts_of
from analyzers.facts import FileFacts
from analyzers.findings import Finding, Fix
from analyzers.languages import for_path
from analyzers.project.index import Project
from analyzers.text import Text
from running import FEW, HERE, MANY, SOURCES, Case, cases, database

ROOT = "/project/"
CASES = cases()


class Offered(NamedTuple):
    case: Case
    finding: Finding
    fix: Fix


@cache
def _texts() -> dict[str, str]:
    paths = [path for top in SOURCES for path in sorted((HERE / top).rglob("*.py"))]
    return {path.relative_to(HERE).as_posix(): path.read_text("utf-8") for path in paths}


def _facts(text: str) -> FileFacts:
    language = for_path("a.py")
    assert language is not None
    return facts_of(text.encode(), language)


@cache
def _project() -> Project:
    project = Project()
    for name, text in _texts().items():
        project.update(ROOT + name, _facts(text))
    return project


def _found(case: Case, changed: dict[str, str]) -> list[Finding]:
    """What is found in a case, with some sources changed; of its file, only what belongs to it is looked at."""
    texts = {**changed, case.file: _alone(case, changed.get(case.file, _texts()[case.file]))}
    for name, text in texts.items():
        _project().update(ROOT + name, _facts(text))
    found = check(_project(), ROOT + case.file, Text.of(texts[case.file]))
    for name in texts:
        _project().update(ROOT + name, _facts(_texts()[name]))
    return [finding for finding in found if "query" in finding.tags]


def _alone(case: Case, text: str) -> str:
    """A source without the other cases: what stands between them may belong to this one."""
    others = {c.name for c in CASES if c.file == case.file and c.name != case.name}
    kept = [node for node in ast.parse(text).body if getattr(node, "name", "") not in others]
    return "\n".join(map(ast.unparse, kept))


def _offered() -> list[Offered]:
    found: list[Offered] = []
    agreeing = [case for case in CASES if not case.disagrees]
    for name in sorted({case.file for case in agreeing}):
        text = Text.of(_texts()[name])
        for finding in check(_project(), ROOT + name, text):
            line = text.line_of(finding.place.span.start) + 1
            mine = [c for c in agreeing if c.file == name and c.first <= line <= c.last]
            if "query" in finding.tags:
                found += [Offered(case, finding, fix) for case in mine for fix in finding.fixes]
    return found


OFFERED = _offered()


def _changed(fix: Fix) -> dict[str, str]:
    """The sources after the fix, by name; only those that it changes."""
    changed: dict[str, bytes] = {}
    for edit in sorted(fix.edits, key=lambda e: e.place.span.start, reverse=True):
        name = edit.place.path.removeprefix(ROOT)
        source = changed.get(name, _texts()[name].encode())
        changed[name] = source[: edit.place.span.start] + edit.text.encode() + source[edit.place.span.end :]
    return {name: source.decode() for name, source in changed.items()}


def _module(name: str, text: str, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """A source as a module of its own, in the place of the one that is imported until the test ends."""
    module = ModuleType(name.removesuffix(".py").replace("/", "."))
    module.__file__ = str(HERE / name)
    monkeypatch.setitem(sys.modules, module.__name__, module)  # A decorator may look its class's module up.
    exec(compile(text, module.__file__, "exec", dont_inherit=True), module.__dict__)
    return module


def _observed(case: Case, text: str, rows: int, monkeypatch: pytest.MonkeyPatch) -> tuple[int, str]:
    """How many statements a version of the case sends, and what it prints."""
    run = database(case.family).run
    function = getattr(_module(case.file, text, monkeypatch), case.name)
    sent: list[str] = []
    out = StringIO()
    random.seed(1)
    with redirect_stdout(out):
        run(function, rows, sent.append)
    return len(sent), out.getvalue()


def _name(offered: Offered) -> str:
    return f"{offered.case.module}.{offered.case.name}: {offered.fix.title}"


# A class of models cannot be made twice in a process.
RUN = [offered for offered in OFFERED if "shop/models.py" not in _changed(offered.fix)]


@pytest.mark.parametrize("offered", RUN, ids=_name)
def test_the_fixed_case_asks_less_and_says_the_same(
    offered: Offered, monkeypatch: pytest.MonkeyPatch
) -> None:
    case, _, fix = offered
    database(case.family)
    changed = _changed(fix)
    before = _texts()[case.file]
    after = changed.get(case.file, before)
    was_few, _ = _observed(case, before, FEW, monkeypatch)
    was_many, printed = _observed(case, before, MANY, monkeypatch)
    for name, text in changed.items():
        if name != case.file:
            _module(name, text, monkeypatch)
    few, _ = _observed(case, after, FEW, monkeypatch)
    many, prints = _observed(case, after, MANY, monkeypatch)
    assert prints == printed, after
    assert many < was_many, (many, was_many)
    assert many - few < was_many - was_few, (few, many, was_few, was_many)


@pytest.mark.parametrize("offered", OFFERED, ids=_name)
def test_after_the_fix_the_finding_is_gone_and_no_other_appears(offered: Offered) -> None:
    before = [(f.rule, f.function, f.message) for f in _found(offered.case, {})]
    after = [(f.rule, f.function, f.message) for f in _found(offered.case, _changed(offered.fix))]
    assert len(after) < len(before)
    assert not {f[:2] for f in after} - {f[:2] for f in before}


def test_fixes_are_offered() -> None:
    titles = {offered.fix.title.split("(")[0].split("`")[0] for offered in OFFERED}
    assert len(titles) >= 4, titles
