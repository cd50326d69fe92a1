"""Method resolution order: the C3 merge that Python uses, forgiving where Python would refuse the class."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Hashable, Sequence
from itertools import chain, islice
from typing import TypeVar

T = TypeVar("T", bound=Hashable)


def linearise(cls: T, bases: Sequence[T], lineages: Sequence[Sequence[T]]) -> tuple[T, ...]:
    """`cls`, then its bases and theirs (`lineages`, one for each base) in an order that keeps every lineage's own.

    What stands behind the head of a sequence is counted, so a class is found there without looking through all of them.

    Where no such order exists, depth first with repeats left out. Source: The Python 2.3 Method Resolution Order,
    https://docs.python.org/3/howto/mro.html
    """
    pending = [deque(lineage) for lineage in (*lineages, bases) if lineage]
    behind = Counter(chain.from_iterable(islice(sequence, 1, None) for sequence in pending))
    order = [cls]
    while pending:
        head = next((sequence[0] for sequence in pending if not behind[sequence[0]]), None)
        if head is None:
            return _depth_first(cls, lineages)
        order.append(head)
        for sequence in pending:
            if sequence[0] == head:
                sequence.popleft()
                if sequence:
                    behind[sequence[0]] -= 1
        pending = [sequence for sequence in pending if sequence]
    return tuple(order)


def _depth_first(cls: T, lineages: Sequence[Sequence[T]]) -> tuple[T, ...]:
    seen = {cls: None}
    for lineage in lineages:
        seen.update(dict.fromkeys(lineage))
    return tuple(seen)
