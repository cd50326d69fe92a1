"""Lists of queries as JSON: Django's `connection.queries`, and the debug toolbar's records with their stacks.

Format: django/db/backends/utils.py, CursorDebugWrapper: `{"sql": .., "time": ".."}` in seconds. One list is taken as
one request. What the statements were called with is in them; only their shapes are kept.
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from analyzers.profiles.places import is_external, normal
from analyzers.profiles.profile import Profile
from analyzers.profiles.readers.decoding import decode, seconds
from analyzers.profiles.statements import Statements


class _Query(Struct):
    sql: str | None = None
    time: str | float | None = None
    duration: float | None = None  # milliseconds, the debug toolbar's
    stacktrace: list[Any] = []


def read(data: bytes) -> Profile:
    """The queries of a list; ValueError says what is wrong with it."""
    statements = Statements()
    for query in decode(data, list[_Query], "list of queries"):
        statements.add(query.sql or "", frame=_place(statements, query.stacktrace), time=_seconds(query))
    return statements.profile("sql-queries", "Django", timed=True)


def _seconds(query: _Query) -> float:
    if query.duration is not None:
        return seconds(query.duration, 1e-3)
    try:
        return seconds(float(query.time or 0.0))
    except ValueError:
        return 0.0


def _place(statements: Statements, stack: list[Any]) -> int:
    """The innermost frame of the application: the stack's frames are (file, line, function, ..), outermost first."""
    for frame in reversed(stack[-200:]):
        if (
            isinstance(frame, list)
            and len(frame) >= 3
            and isinstance(frame[0], str)
            and type(frame[1]) is int
            and not is_external(normal(frame[0]))
        ):
            return statements.frames.of(str(frame[2]), frame[0], frame[1])
    return -1
