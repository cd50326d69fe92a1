"""What the ledger says over some days: money, tokens, times, and where it would be worth to look."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from lsp_server.rewrites.asking import budget, route
from lsp_server.rewrites.contract import Timings, Usage

LOCAL = "answered-locally"
# When a hint is given: a slow answer in twenty, a wide spread, and fewer requests than this say nothing.
_SLOW, _SLOW_START, _SLOW_QUEUE, _WIDE, _ENOUGH = 45.0, 10.0, 5.0, 6.0, 5


@dataclass(frozen=True, slots=True)
class Entry:
    """One row. `estimated` is the input estimate that the person was shown; `outcome` is ok, cancelled, the kind of a
    failure, or "answered-locally"; `saved` is what a request would have cost that was answered without one."""

    at: float
    model: str
    outcome: str
    usage: Usage
    cost: float
    estimated: int
    timings: Timings
    operation: str = "rewrite"
    saved: float = 0.0


@dataclass(frozen=True, slots=True)
class Operation:
    """The requests of one kind; percentiles are (p50, p95, p99) in seconds over those that were answered."""

    requests: int
    cost_usd: float
    queue: tuple[float, float, float]
    first_token: tuple[float, float, float]
    total: tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Summary:
    """Totals over some days; percentiles are (p50, p95, p99) in seconds over requests that were answered.

    `cache_saved_usd` is what the same tokens would have cost without prompt caching, less what they did cost;
    `answers_saved_usd` what the answers kept on this machine would have cost again. `other_models` is what the same
    tokens would have cost elsewhere; `cached_by_model` is the share of a model's input that was read from the cache.
    `estimate_error` is the mean of |shown - billed| / billed.
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
    cost_per_month: dict[str, float] = field(default_factory=dict)
    answers_saved_usd: float = 0.0
    operations: dict[str, Operation] = field(default_factory=dict)
    hints: tuple[str, ...] = ()
    cached_by_model: dict[str, float] = field(default_factory=dict)

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


def summarise(entries: Sequence[Entry], days: int) -> Summary:
    """Totals of the entries, which are those of the last so many days."""
    sent = [e for e in entries if e.outcome != LOCAL]
    answered = [e for e in sent if e.usage.output]
    tokens = sum((e.usage for e in sent), Usage())
    uncached = sum(
        budget.cost(route.model_named(e.model), Usage(plain=e.usage.input, output=e.usage.output))
        * (0.5 if e.operation == "batch" else 1.0)
        for e in sent
    )
    cost = sum(e.cost for e in sent)
    errors = [
        abs(e.estimated - e.usage.input) / e.usage.input for e in answered if e.usage.input and e.estimated
    ]
    operations = _operations(sent)
    return Summary(
        days=days,
        requests=len(sent),
        outcomes=dict(sorted(Counter(e.outcome for e in sent).items())),
        tokens=tokens,
        cost_usd=cost,
        cost_per_day=_per(sent, "%Y-%m-%d"),
        queue=_spread(answered, lambda t: t.queue),
        first_token=_spread(answered, lambda t: t.first_token),
        total=_spread(answered, lambda t: t.total),
        cache_saved_usd=uncached - cost,
        cached_share=tokens.read / tokens.input if tokens.input else 0.0,
        other_models={
            name: sum(budget.cost(model, e.usage) * (0.5 if e.operation == "batch" else 1.0) for e in sent)
            for name, model in sorted(route.models().items())
        },
        answered_locally=len(entries) - len(sent),
        estimate_error=sum(errors) / len(errors) if errors else 0.0,
        cost_per_month=_per(sent, "%Y-%m"),
        answers_saved_usd=sum(e.saved for e in entries),
        operations=operations,
        hints=tuple(_hints(operations)),
        cached_by_model=_cached(sent),
    )


def _cached(sent: Iterable[Entry]) -> dict[str, float]:
    """Over the rewrites alone: a small question has nothing that could be cached."""
    tokens: dict[str, Usage] = defaultdict(Usage)
    for entry in sent:
        if entry.operation not in ("explain", "rank"):
            tokens[entry.model] += entry.usage
    return {model: usage.read / usage.input for model, usage in sorted(tokens.items()) if usage.input}


def _per(entries: Iterable[Entry], form: str) -> dict[str, float]:
    sums: dict[str, float] = defaultdict(float)
    for entry in entries:
        sums[time.strftime(form, time.localtime(entry.at))] += entry.cost
    return dict(sorted(sums.items()))


def _spread(entries: Iterable[Entry], pick: Callable[[Timings], float]) -> tuple[float, float, float]:
    values = [pick(e.timings) for e in entries]
    return percentile(values, 0.5), percentile(values, 0.95), percentile(values, 0.99)


def _operations(sent: Iterable[Entry]) -> dict[str, Operation]:
    groups: dict[str, list[Entry]] = defaultdict(list)
    for entry in sent:
        groups[entry.operation].append(entry)
    operations = {}
    for name, group in sorted(groups.items()):
        # A warmed prefix is answered without a token.
        answered = [e for e in group if e.usage.output or e.operation == "prewarm"]
        operations[name] = Operation(
            requests=len(group),
            cost_usd=sum(e.cost for e in group),
            queue=_spread(answered, lambda t: t.queue),
            first_token=_spread(answered, lambda t: t.first_token),
            total=_spread(answered, lambda t: t.total),
        )
    return operations


def _hints(operations: dict[str, Operation]) -> Iterable[str]:
    """Sentences on what is slow or uneven, with what helps."""
    for name, one in operations.items():
        if one.requests < _ENOUGH or name == "batch":
            continue
        if one.queue[1] > _SLOW_QUEUE:
            yield f"{name}: one in twenty waits {one.queue[1]:.0f} s for its turn; raise `parallel`."
        if one.first_token[1] > _SLOW_START:
            yield f"{name}: one in twenty waits {one.first_token[1]:.0f} s for the first token; a lower `effort` starts sooner."
        if one.total[1] > _SLOW:
            yield f"{name}: one in twenty takes {one.total[1]:.0f} s; a smaller model or function, or a lower `effort`, is faster."
        if one.total[0] and one.total[2] / one.total[0] > _WIDE:
            yield (
                f"{name}: the slowest take {one.total[2] / one.total[0]:.0f} times as long as the usual one; look for rate "
                "limits, repairs and very long functions."
            )
