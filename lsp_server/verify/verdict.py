"""What a measurement says, in words."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

_LOWER = 0.25  # of the exponent: n log n against n² is 0.8 over these sizes, noise is under 0.1
_FEWER = 0.9


@dataclass(frozen=True, slots=True)
class Count:
    """Operations of both versions on one input."""

    size: int
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """`compared` inputs were given to both versions; `difference` says where they first differ, "" if nowhere."""

    kinds: tuple[str, ...]
    compared: int
    difference: str
    counts: tuple[Count, ...] = ()

    @property
    def growth(self) -> tuple[float, float]:
        """The exponents of both versions over the larger sizes: 1 is linear, 2 quadratic."""
        return (
            _slope([(one.size, one.before) for one in self.counts]),
            _slope([(one.size, one.after) for one in self.counts]),
        )

    @property
    def lower(self) -> bool:
        """Whether the new version grows more slowly, and does less on the largest input."""
        if len(self.counts) < 3:
            return False
        before, after = self.growth
        last = self.counts[-1]
        return after <= before - _LOWER and last.after < _FEWER * last.before

    @property
    def proved(self) -> bool:
        return not self.difference and self.lower

    def summary(self) -> str:
        """A sentence or two for a person."""
        inputs = f"on {self.compared} made-up inputs ({', '.join(self.kinds)})"
        if self.difference:
            return f"Not verified: the two versions differ. {self.difference}"
        if len(self.counts) < 3:
            return f"The answers are the same {inputs}; there were too few sizes to see how the work grows."
        last, (before, after) = self.counts[-1], self.growth
        work = f"from {last.before:,} to {last.after:,} operations at n = {last.size}, growth from about n^{before:.1f} to n^{after:.1f}"
        if self.proved:
            return f"Verified: the same answers {inputs}, and less work: {work}."
        return f"The answers are the same {inputs}, but the work does not grow more slowly: {work}."

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        before, after = self.growth if len(self.counts) >= 3 else (None, None)
        return {**asdict(self), "proved": self.proved, "growth_before": before, "growth_after": after}


def _slope(points: Sequence[tuple[int, int]]) -> float:
    """Of log(count) over log(size), by least squares over the last three points."""
    logs = [(math.log(size), math.log(max(1, count))) for size, count in points[-3:]]
    if len(logs) < 2:
        return 0.0
    mean_x = sum(x for x, _ in logs) / len(logs)
    mean_y = sum(y for _, y in logs) / len(logs)
    return sum((x - mean_x) * (y - mean_y) for x, y in logs) / sum((x - mean_x) ** 2 for x, _ in logs)
