"""Every request's tokens, price, times and outcome, so that the person can see what rewrites cost and save."""

from __future__ import annotations

import contextlib
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from lsp_server.rewrites import budget, route
from lsp_server.rewrites.contract import Timings, Usage

_SCHEMA = """
CREATE TABLE IF NOT EXISTS requests (
  at REAL NOT NULL, model TEXT NOT NULL, outcome TEXT NOT NULL, plain INTEGER NOT NULL, written_5m INTEGER NOT NULL,
  written_1h INTEGER NOT NULL, read INTEGER NOT NULL, output INTEGER NOT NULL, cost REAL NOT NULL, estimated INTEGER NOT NULL,
  queue REAL NOT NULL, first_token REAL NOT NULL, total REAL NOT NULL);
CREATE INDEX IF NOT EXISTS requests_at ON requests (at);
"""
LOCAL = "answered-locally"


@dataclass(frozen=True, slots=True)
class Entry:
    """One row. `estimated` is the input estimate that the person was shown; `outcome` is ok, cancelled, the kind of a
    failure, or "answered-locally"."""

    at: float
    model: str
    outcome: str
    usage: Usage
    cost: float
    estimated: int
    timings: Timings


@dataclass(frozen=True, slots=True)
class Summary:
    """Totals over some days; percentiles are (p50, p95, p99) in seconds over requests that were answered.

    `cache_saved_usd` is what the same tokens would have cost without prompt caching, less what they did cost.
    `other_models` is what the same tokens would have cost elsewhere. `estimate_error` is the mean of |shown - billed| / billed.
    """

    days: int
    requests: int
    outcomes: dict[str, int]
    tokens: Usage
    cost_usd: float
    cost_per_day: dict[str, float]
    queue: tuple[float, float, float]
    first_token: tuple[float, float, float]
    total: tuple[float, float, float]
    cache_saved_usd: float
    cached_share: float
    other_models: dict[str, float]
    answered_locally: int
    estimate_error: float

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return asdict(self)


def percentile(values: Sequence[float], share: float) -> float:
    """The nearest-rank percentile; 0 for no values."""
    ordered = sorted(values)
    return (
        ordered[min(len(ordered) - 1, max(0, -(-round(len(ordered) * share * 100) // 100) - 1))]
        if ordered
        else 0.0
    )


class Ledger:
    """In one SQLite file of the state directory. A file that cannot be used loses the record, never a rewrite."""

    def __init__(self, state_dir: Path, clock: Callable[[], float] = time.time):
        self._file = state_dir / "rewrites.sqlite3"
        self._clock = clock

    def add(
        self, model: str, outcome: str, usage: Usage, cost: float, estimated: int, timings: Timings
    ) -> None:
        row = (
            self._clock(), model, outcome, usage.plain, usage.written_5m, usage.written_1h, usage.read, usage.output, cost,
            estimated, timings.queue, timings.first_token, timings.total,
        )  # fmt: skip
        with contextlib.suppress(sqlite3.Error, OSError):
            self._file.parent.mkdir(parents=True, exist_ok=True)
            with contextlib.closing(sqlite3.connect(self._file, timeout=2.0)) as db, db:
                db.executescript(_SCHEMA)
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
            return [Entry(r[0], r[1], r[2], Usage(*r[3:8]), r[8], r[9], Timings(*r[10:13])) for r in rows]
        return []

    def spent_today(self) -> float:
        """US dollars since local midnight."""
        now = time.localtime(self._clock())
        midnight = time.mktime((now.tm_year, now.tm_mon, now.tm_mday, 0, 0, 0, 0, 0, -1))
        return sum(entry.cost for entry in self.entries(midnight))

    def summary(self, days: int = 30) -> Summary:
        """Totals over the last days."""
        entries = self.entries(self._clock() - days * 86400)
        sent = [e for e in entries if e.outcome != LOCAL]
        answered = [e for e in sent if e.usage.output]
        tokens = sum((e.usage for e in sent), Usage())
        per_day: Counter[str] = Counter()
        for entry in sent:
            per_day[time.strftime("%Y-%m-%d", time.localtime(entry.at))] += entry.cost  # type: ignore[assignment]
        uncached = sum(
            budget.cost(route.model_named(e.model), Usage(plain=e.usage.input, output=e.usage.output))
            for e in sent
        )
        cost = sum(e.cost for e in sent)
        errors = [
            abs(e.estimated - e.usage.input) / e.usage.input
            for e in answered
            if e.usage.input and e.estimated
        ]

        def spread(pick: Callable[[Timings], float]) -> tuple[float, float, float]:
            values = [pick(e.timings) for e in answered]
            return percentile(values, 0.5), percentile(values, 0.95), percentile(values, 0.99)

        return Summary(
            days=days,
            requests=len(sent),
            outcomes=dict(sorted(Counter(e.outcome for e in sent).items())),
            tokens=tokens,
            cost_usd=cost,
            cost_per_day=dict(sorted(per_day.items())),
            queue=spread(lambda t: t.queue),
            first_token=spread(lambda t: t.first_token),
            total=spread(lambda t: t.total),
            cache_saved_usd=uncached - cost,
            cached_share=tokens.read / tokens.input if tokens.input else 0.0,
            other_models={
                name: sum(budget.cost(model, e.usage) for e in sent)
                for name, model in sorted(route.models().items())
            },
            answered_locally=len(entries) - len(sent),
            estimate_error=sum(errors) / len(errors) if errors else 0.0,
        )
