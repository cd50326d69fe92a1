"""Queries of a log or trace, made alike and counted: no literal and no parameter of a statement is kept."""

from __future__ import annotations

import hashlib
import re
from typing import Any

from analyzers.profiles.frames import Frames
from analyzers.profiles.profile import Entry, Profile, Query, clean

_MAX_STATEMENT = 20_000
"""Characters looked at; a longer statement is a bulk insert, whose shape its beginning tells."""

MAX_QUERIES = 2_000_000
_KEPT = 300
_COMMENT = re.compile(r"/\*.*?\*/|--[^\n]*", re.DOTALL)
_LITERAL = re.compile(
    r"""[a-z]?'(?:[^']|'')*(?:'|$)"""  # text; cut off text too
    r"""|(?<=[=<>])\s*"[^"]*"(?!\s*\.)|(?<=like)\s*"[^"]*"(?!\s*\.)"""  # MySQL's text in double quotes
    r"""|\$\d+|%\(\w+\)s|%s|(?<!:):\w+|@\w+|\?"""  # places of parameters
    r"""|(?<![\w."`])-?(?:0x[0-9a-f]+|\d+(?:\.\d+)?(?:e[+-]?\d+)?)(?![\w"`])""",
    re.IGNORECASE,
)
_LIST = re.compile(r"\(\s*\?(?:\s*,\s*\?)*\s*\)(?:\s*,\s*\(\s*\?(?:\s*,\s*\?)*\s*\))*")
_VALUES = re.compile(r"\bvalues\b.*?(?=\breturning\b|$)", re.IGNORECASE | re.DOTALL)
_DOUBLE = re.compile(r'"[^"]*"')
_NO_QUERY = re.compile(
    r"^(?:begin|commit|rollback|savepoint|release|pragma|set|show|create|alter|drop|start|use|vacuum|analyze|explain)\b",
    re.IGNORECASE,
)


def shape(statement: str) -> str:
    """A statement without its literals: two that differ in parameters only have one shape."""
    text = _COMMENT.sub(" ", statement[:_MAX_STATEMENT])
    text = _VALUES.sub(lambda match: _DOUBLE.sub("?", match.group()), text)
    text = _LIST.sub("(?)", _LITERAL.sub(_hole, text))
    return clean(" ".join(text.split()))[:_KEPT].rstrip("; ")


def _hole(literal: re.Match[str]) -> str:
    return " ?" if literal.group()[0].isspace() else "?"


def is_query(statement: str) -> bool:
    """Does it ask for rows or change them? Transactions, settings and schema do not."""
    return bool(statement.strip()) and not _NO_QUERY.match(statement.lstrip("( \n\t"))


class Statements:
    """Counts queries per request, place and shape."""

    def __init__(self) -> None:
        self.frames = Frames()
        self._counts: dict[tuple[Any, int, str], list[Any]] = {}  # count, seconds, parameters
        self._requests: dict[Any, int] = {}
        self._total = 0
        self._shapes: dict[str, str] = {}

    def add(
        self,
        statement: str,
        *,
        request: Any = 0,
        frame: int = -1,
        time: float = 0.0,
        parameters: str | None = None,
    ) -> None:
        """One query. `parameters` only tells different ones apart; with literals in the statement, they do."""
        if not is_query(statement):
            return
        self._total += 1
        if self._total > MAX_QUERIES:
            raise ValueError(f"more than {MAX_QUERIES} queries")
        if statement not in self._shapes and len(self._shapes) < 100_000:
            self._shapes[statement] = shape(statement)
        alike = self._shapes.get(statement) or shape(statement)
        found = self._counts.setdefault((request, frame, alike), [0, 0.0, set()])
        found[0] += 1
        found[1] += time
        self._requests.setdefault(request, len(self._requests))
        literal = parameters if parameters is not None else statement if _LITERAL.search(statement) else None
        if literal is not None and len(found[2]) < 10_000:
            found[2].add(hashlib.blake2b(literal.encode("utf-8", "replace"), digest_size=8).digest())

    def profile(self, format_: str, producer: str, *, timed: bool, told: bool = True) -> Profile:
        """`timed`: durations were recorded. `told`: the record tells one query's parameters from another's."""
        queries = sorted(
            (
                Query(
                    frame, alike, count, len(seen) if told and seen else None, time, self._requests[request]
                )
                for (request, frame, alike), (count, time, seen) in self._counts.items()
            ),
            key=lambda query: -query.count,
        )
        total = sum(query.time for query in queries)
        unit = "seconds" if timed and total > 0 else "samples"
        if unit == "samples":
            total = float(sum(query.count for query in queries))
        if total <= 0:
            raise ValueError("no query is in this file")
        sums: dict[int, list[float]] = {}
        for query in queries:
            if query.frame >= 0:
                sum_ = sums.setdefault(query.frame, [0.0, 0])
                sum_[0] += query.time if unit == "seconds" else query.count
                sum_[1] += query.count
        return Profile(
            format=format_,
            producer=producer,
            kind="queries",
            unit=unit,
            frames=self.frames.all(),
            total=total,
            entries=tuple(Entry(frame, time, time) for frame, (time, _count) in sums.items()),
            queries=tuple(queries),
        )
