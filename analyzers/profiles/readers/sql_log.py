"""Logs of queries: Django (`django.db.backends`), SQLAlchemy's echo, Prisma, Sequelize, Rails.

Django: `(0.001) SELECT ..; args=..`. SQLAlchemy: the statement, then a line with `[..] (parameters)`; its statements
may go over several lines. Parameters only tell queries apart and are then dropped. A request ends where a second
passes without a query, or where a transaction of SQLAlchemy does.
"""

from __future__ import annotations

import re

from analyzers.profiles.profile import Profile
from analyzers.profiles.readers.decoding import seconds
from analyzers.profiles.statements import Statements

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_TIME = re.compile(r"\b(\d{1,2}):(\d{2}):(\d{2})(?:[.,](\d{1,6}))?")
_DJANGO = re.compile(r"\((\d{1,6}\.\d{3})\) (.*)")
_ALCHEMY = re.compile(r"(?:INFO|DEBUG)?.{0,40}?sqlalchemy\.engine(?:\.\w+)*[\]:]?(?: -)?(?: INFO:?)? ?(.*)")
_PARAMETERS = re.compile(
    r"\[(?:cached since|generated in|raw sql|no key|caching disabled|dialect|insertmanyvalues).*?\] ?(.*)"
)
_BATCH = re.compile(r"insertmanyvalues\)? (\d+)/\d+")
_OTHERS = (
    re.compile(r"prisma:query (.*)"),
    re.compile(r"Executing \([^)]{1,60}\): (.*)"),
    re.compile(r"\w[\w:. ]{0,80} \((\d+(?:\.\d+)?)ms\) {1,4}(.*)"),
)
_ENDS = re.compile(r"^(?:COMMIT|ROLLBACK)\b")
_MAX_STATEMENT = 100_000


def read(data: bytes) -> Profile:
    """The queries in a log; ValueError when there are none."""
    reading = _Reading()
    for line in _COLOUR.sub("", data.decode("utf-8", "replace")).splitlines():
        reading.line(line)
    reading.flush()
    return reading.statements.profile(
        "sql-log", reading.producer or "SQL log", timed=reading.producer != "SQLAlchemy"
    )


class _Reading:
    def __init__(self) -> None:
        self.statements = Statements()
        self.producer = ""
        self.request = 0
        self.last: float | None = None
        self.pending = ""  # a statement whose end has not come
        self.time = 0.0
        self.kind = ""

    def line(self, line: str) -> None:
        head = line[:300]
        django = _DJANGO.search(line) if "(" in head else None
        if django is not None:
            self.flush()
            self._clock(head)
            self._start("Django", django.group(2), seconds(float(django.group(1))))
            return
        if "sqlalchemy.engine" in head:
            alchemy = _ALCHEMY.search(line)
            self._clock(head)
            self._alchemy(alchemy.group(1).strip() if alchemy else "")
            return
        for pattern in _OTHERS:
            other = pattern.search(line[:_MAX_STATEMENT])
            if other is not None:
                self.flush()
                self._clock(head)
                name = "Prisma" if "prisma" in head else "Sequelize" if "Executing" in head else "Rails"
                time = seconds(float(other.group(1)), 1e-3) if other.lastindex == 2 else 0.0
                self._start(name, other.group(other.lastindex or 1), time)
                self.flush()
                return
        if self.pending and len(self.pending) < _MAX_STATEMENT:
            self.pending += "\n" + line

    def _start(self, kind: str, statement: str, time: float) -> None:
        self.kind, self.pending, self.time = kind, statement[:_MAX_STATEMENT], time
        self.producer = self.producer or kind

    def _alchemy(self, text: str) -> None:
        parameters = _PARAMETERS.match(text)
        if parameters is not None or (self.kind == "SQLAlchemy" and self.pending and text[:1] in "({["):
            batch = _BATCH.search(text)
            if batch is not None and batch.group(1) != "1":
                self.pending = ""  # one statement for many rows, in several pieces
            self._done(parameters.group(1) if parameters else text)
            return
        self.flush()
        if _ENDS.match(text):
            self.request += 1
        self._start("SQLAlchemy", text, 0.0)

    def flush(self) -> None:
        if self.kind == "Django":
            statement, _args, arguments = self.pending.rpartition("; args=")
            self.pending = statement or self.pending
            self._done(arguments if statement else None)
        else:
            self._done(None)

    def _done(self, parameters: str | None) -> None:
        statement, self.pending = self.pending, ""
        if statement.strip():
            self.statements.add(
                statement, request=self.request, time=self.time, parameters=parameters or None
            )
        self.kind = ""

    def _clock(self, head: str) -> None:
        found = _TIME.search(head)
        if found is None:
            return
        hours, minutes, secs, part = found.groups()
        now = int(hours) * 3600 + int(minutes) * 60 + int(secs) + float(f"0.{part or 0}")
        if self.last is not None and not 0 <= now - self.last <= 1:
            self.request += 1
        self.last = now
