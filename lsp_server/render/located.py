"""A finding as people and programs outside read it: paths as they were asked for, lines and columns from 1, columns
in characters. Findings hold byte offsets; the text they mean is at hand only while a file is checked, so this is done
then."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from msgspec import Struct

from analyzers.findings import Finding, FunctionReport, Place
from analyzers.text import Text

TextOf = Callable[[str], "Text | None"]


class Step(Struct, frozen=True):
    """A place with a sentence: one step of the evidence."""

    path: str
    line: int
    column: int
    message: str


class CostText(Struct, frozen=True):
    """Printed costs; "" is unknown."""

    before: str
    after: str


class Located(Struct, frozen=True):
    """One element of `findings` in the JSON output."""

    path: str
    line: int
    column: int
    end_line: int
    end_column: int
    rule: str
    severity: str
    confidence: str
    message: str
    cost: CostText
    function: str
    related: tuple[Step, ...]
    tags: tuple[str, ...]
    fixes: tuple[str, ...]  # titles; `bigo check --diff` shows the edits


class LocatedFunction(Struct, frozen=True):
    """One element of `functions` in the JSON output of `bigo complexity`."""

    path: str
    qualname: str
    line: int
    end_line: int
    time: str
    time_class: str
    space: str
    sizes: dict[str, str]
    confidence: str
    why: tuple[Step, ...]
    queries: str


class Skipped(Struct, frozen=True):
    """A file that was not looked at, and why: the end of a sentence that begins with the path."""

    path: str
    reason: str


class Stats(Struct, frozen=True):
    """What a run looked at. `files` were checked, `indexed` were read to see through calls; seconds of wall time."""

    files: int
    lines: int
    indexed: int
    findings: dict[str, int]  # by severity
    baseline: int  # findings the baseline holds and that are therefore not shown
    skipped: tuple[Skipped, ...]
    seconds: float


class Spelling:
    """Paths as the person wrote them: relative to the current folder, unless an absolute path was given."""

    def __init__(self, absolute: bool, base: Path) -> None:
        self._absolute = absolute
        self._base = base.as_posix().rstrip("/") + "/"

    @classmethod
    def for_arguments(cls, paths: Sequence[str]) -> Spelling:
        return cls(any(os.path.isabs(path) for path in paths), Path.cwd())

    def __call__(self, key: str) -> str:
        if not self._absolute:
            if key.startswith(self._base):
                key = key[len(self._base) :]
            else:
                with suppress(ValueError):  # another drive
                    key = Path(os.path.relpath(key, self._base)).as_posix()
        # A file name need not be text; what is printed has to be.
        return key.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def locate(finding: Finding, text_of: TextOf, spell: Spelling) -> Located:
    text = text_of(finding.place.path)
    line, column = position(text, finding.place.span.start)
    end_line, end_column = position(text, finding.place.span.end)
    return Located(
        path=spell(finding.place.path),
        line=line,
        column=column,
        end_line=end_line,
        end_column=end_column,
        rule=finding.rule,
        severity=finding.severity.label,
        confidence=finding.confidence.label,
        message=finding.message,
        cost=CostText(finding.cost.before, finding.cost.after),
        function=finding.function,
        related=tuple(_step(step.place, step.message, text_of, spell) for step in finding.related),
        tags=finding.tags,
        fixes=tuple(fix.title for fix in finding.fixes),
    )


def locate_function(report: FunctionReport, text_of: TextOf, spell: Spelling) -> LocatedFunction:
    text = text_of(report.place.path)
    return LocatedFunction(
        path=spell(report.place.path),
        qualname=report.qualname,
        line=position(text, report.place.span.start)[0],
        end_line=position(text, max(report.place.span.start, report.place.span.end - 1))[0],
        time=report.time,
        time_class=report.time_class,
        space=report.space,
        sizes=report.sizes,
        confidence=report.confidence.label,
        why=tuple(_step(reason.place, reason.text, text_of, spell) for reason in report.why),
        queries=report.queries,
    )


def _step(place: Place, message: str, text_of: TextOf, spell: Spelling) -> Step:
    line, column = position(text_of(place.path), place.span.start)
    return Step(spell(place.path), line, column, message)


def position(text: Text | None, offset: int) -> tuple[int, int]:
    """Line and column from 1; (1, 1) in a file that is gone meanwhile."""
    if text is None:
        return 1, 1
    return text.line_of(offset) + 1, text.column_of(offset) + 1
