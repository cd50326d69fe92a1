"""Method resolution order: the C3 merge that Python uses, forgiving where Python would refuse the class."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


def linearise(cls: T, bases: Sequence[T], lineages: Sequence[Sequence[T]]) -> tuple[T, ...]:
    """`cls`, then its bases and theirs (`lineages`, one for each base) in an order that keeps every lineage's own.

    Where no such order exists, depth first with repeats left out. Source: The Python 2.3 Method Resolution Order,
    https://docs.python.org/3/howto/mro.html
    """
    pending = [list(lineage) for lineage in lineages if lineage] + ([list(bases)] if bases else [])
    order = [cls]
    while pending:
        head = _good_head(pending)
        if head is None:
            return _depth_first(cls, lineages)
        order.append(head)
        pending = [
            rest for sequence in pending if (rest := sequence[1:] if sequence[0] == head else sequence)
        ]
    return tuple(order)


def _good_head(pending: list[list[T]]) -> T | None:
    """The first head that no other sequence still holds in its tail."""
    for sequence in pending:
        head = sequence[0]
        if not any(head in other[1:] for other in pending):
            return head
    return None


def _depth_first(cls: T, lineages: Sequence[Sequence[T]]) -> tuple[T, ...]:
    seen = {cls: None}
    for lineage in lineages:
        seen.update(dict.fromkeys(lineage))
    return tuple(seen)
