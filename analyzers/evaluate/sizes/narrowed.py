"""Ranges that a loop narrows: the distance of two ends between which a point is chosen, again and again.

The ends themselves stay as large as they are, but what lies between them is a part of what lay there before, so that
work on it adds up to the whole (quickselect is linear on average: CLRS, section 9.2).
"""

from __future__ import annotations

from analyzers.costs import Cost
from analyzers.evaluate.run import Run
from analyzers.types import Value

RANGE = "range of "
"""Begins the token of the two ends of a range that a loop narrows."""


def distance(run: Run, start: Value, stop: Value) -> Cost | None:
    """How far two ends of a range that a loop narrows are from each other; None if they are not such ends."""
    if start.token and start.token == stop.token and start.token.startswith(RANGE):
        size = run.sizes.get(start.token)
        return Cost.of(size) if size is not None else None
    return None
