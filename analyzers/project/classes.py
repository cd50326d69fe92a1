"""Method resolution order: the C3 merge that Python uses, forgiving where Python would refuse the class.

What lies above a class is gone through without a call for each class: generated code has hundreds, one derived from the next.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Hashable, Sequence
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


def classes_above(
    cls: T, bases: Callable[[T], Sequence[T]], known: Callable[[T], Sequence[T] | None]
) -> list[T] | None:
    """The classes above `cls` whose order is not known, each behind those above it; None where one of them leads back to it."""
    found: list[T] = []
    way, seen = [(cls, iter(bases(cls)))], {cls}
    while way:
        one = next(way[-1][1], None)
        if one is None:
            found.append(way.pop()[0])
        elif one == cls:
            return None
        elif one not in seen:
            seen.add(one)
            order = known(one)
            if order is None:
                way.append((one, iter(bases(one))))
            elif cls in order:
                return None
    return found[:-1]


def circle(
    cls: T, bases: Callable[[T], Sequence[T]], known: Callable[[T], Sequence[T] | None]
) -> tuple[T, ...]:
    """`cls`, which is derived from itself, and all that lies above it: the nearest first, as far as one can say."""
    found: dict[T, None] = {}
    pending = [cls]
    while pending:
        one = pending.pop()
        if one not in found:
            found[one] = None
            order = known(one)
            pending += reversed(bases(one) if order is None else order[1:])
    return tuple(found)
