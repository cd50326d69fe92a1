"""A part that fails names itself in the log, and everything else is answered."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from analyzers import check as engine
from analyzers import languages, rules
from analyzers.check import check
from analyzers.extract import facts_of
from analyzers.findings import Finding
from analyzers.project.index import Project
from analyzers.rules.base import Context
from analyzers.text import Text

SOURCE = "def f(xs: list, ys: list):\n    return [x for x in xs if x in ys]\n"


def test_a_rule_that_fails_leaves_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(context: Context) -> Iterator[Finding]:
        raise ValueError("out of order")

    records = with_rule(monkeypatch, broken)
    language = languages.for_path("a.py")
    assert language is not None
    project = Project()
    project.update("/p/a.py", facts_of(SOURCE.encode(), language))
    found = check(project, "/p/a.py", Text.of(SOURCE))
    assert [f.rule for f in found] == ["membership-in-list"]
    assert len(records) == 1
    assert "nested-scan" in records[0].getMessage()


def test_how_a_fault_came_about_is_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(context: Context) -> Iterator[Finding]:
        raise LookupError("met everywhere")

    records = with_rule(monkeypatch, broken)
    language = languages.for_path("a.py")
    assert language is not None
    source = SOURCE + SOURCE.replace("def f", "def g")
    project = Project()
    project.update("/p/a.py", facts_of(source.encode(), language))
    check(project, "/p/a.py", Text.of(source))
    assert [bool(record.exc_info) for record in records] == [True, False]
    assert "met everywhere" in records[1].getMessage()


def with_rule(
    monkeypatch: pytest.MonkeyPatch, broken: Callable[[Context], Iterator[Finding]]
) -> list[logging.LogRecord]:
    """Lets a rule do something else, and gives what is logged from then on."""
    logger, records = logging.getLogger("analyzers"), list[logging.LogRecord]()
    monkeypatch.setattr(logger, "handlers", [Recorder(records)])
    every = [replace(r, check=broken) if r.name == "nested-scan" else r for r in rules.all_rules()]
    monkeypatch.setattr(rules, "all_rules", lambda: every)
    monkeypatch.setattr(engine, "_chosen", engine._chosen.__wrapped__)  # It is asked for once otherwise.
    return records


class Recorder(logging.Handler):
    def __init__(self, records: list[logging.LogRecord]) -> None:
        super().__init__()
        self.records = records

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)
