"""Every request's tokens, price, times and outcome, so that the person can see what rewrites cost and save."""

from __future__ import annotations

import contextlib
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

from lsp_server.rewrites.contract import Timings, Usage
from lsp_server.rewrites.keeping.summary import Entry, Summary, summarise

_SCHEMA = """
CREATE TABLE IF NOT EXISTS requests (
  at REAL NOT NULL, model TEXT NOT NULL, outcome TEXT NOT NULL, plain INTEGER NOT NULL, written_5m INTEGER NOT NULL,
  written_1h INTEGER NOT NULL, read INTEGER NOT NULL, output INTEGER NOT NULL, cost REAL NOT NULL, estimated INTEGER NOT NULL,
  queue REAL NOT NULL, first_token REAL NOT NULL, total REAL NOT NULL, operation TEXT NOT NULL DEFAULT 'rewrite',
  saved REAL NOT NULL DEFAULT 0);
CREATE INDEX IF NOT EXISTS requests_at ON requests (at);
"""
# Columns that a ledger of an earlier version does not have yet.
_LATER = (("operation", "TEXT NOT NULL DEFAULT 'rewrite'"), ("saved", "REAL NOT NULL DEFAULT 0"))


class Ledger:
    """In one SQLite file of the state directory. A file that cannot be used loses the record, never a rewrite."""

    def __init__(
        self,
        state_dir: Path,
        clock: Callable[[], float] = time.time,
        observe: Callable[[Entry], None] | None = None,
    ):
        self._file = state_dir / "rewrites.sqlite3"
        self._clock = clock
        self._observe = observe

    def add(
        self,
        model: str,
        outcome: str,
        usage: Usage,
        cost: float,
        estimated: int,
        timings: Timings,
        operation: str = "rewrite",
        saved: float = 0.0,
    ) -> None:
        row = (
            self._clock(), model, outcome, usage.plain, usage.written_5m, usage.written_1h, usage.read, usage.output, cost,
            estimated, timings.queue, timings.first_token, timings.total, operation, saved,
        )  # fmt: skip
        if self._observe:
            self._observe(Entry(row[0], model, outcome, usage, cost, estimated, timings, operation, saved))
        with contextlib.suppress(sqlite3.Error, OSError):
            self._file.parent.mkdir(parents=True, exist_ok=True)
            with contextlib.closing(sqlite3.connect(self._file, timeout=2.0)) as db, db:
                _prepare(db)
                db.execute(f"INSERT INTO requests VALUES ({', '.join('?' * len(row))})", row)

    def entries(self, since: float = 0.0) -> list[Entry]:
        """Rows not older than `since` (seconds since 1970), oldest first; none when there is no ledger yet."""
        if not self._file.is_file():
            return []
        with (
            contextlib.suppress(sqlite3.Error),
            contextlib.closing(sqlite3.connect(self._file, timeout=2.0)) as db,
        ):
            rows = db.execute("SELECT * FROM requests WHERE at >= ? ORDER BY at", (since,)).fetchall()
            return [
                Entry(r[0], r[1], r[2], Usage(*r[3:8]), r[8], r[9], Timings(*r[10:13]), *r[13:15])
                for r in rows
            ]
        return []

    def spent_today(self) -> float:
        """US dollars since local midnight."""
        now = time.localtime(self._clock())
        midnight = time.mktime((now.tm_year, now.tm_mon, now.tm_mday, 0, 0, 0, 0, 0, -1))
        return sum(entry.cost for entry in self.entries(midnight))

    def summary(self, days: int = 30) -> Summary:
        """Totals over the last days."""
        return summarise(self.entries(self._clock() - days * 86400), days)


def _prepare(db: sqlite3.Connection) -> None:
    db.executescript(_SCHEMA)
    have = {row[1] for row in db.execute("PRAGMA table_info(requests)")}
    for name, kind in _LATER:
        if name not in have:
            db.execute(f"ALTER TABLE requests ADD COLUMN {name} {kind}")
