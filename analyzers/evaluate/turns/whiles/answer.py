"""The answer to "how often does this loop turn?"."""

from __future__ import annotations

from dataclasses import dataclass, field

from msgspec import Struct

from analyzers.costs import UNKNOWN, Cost
from analyzers.evaluate.events import Loop
from analyzers.types import UNKNOWN_VALUE, Value

NO_NAME, NO_TEST = "its condition", "while true"
"""What a `while` is called in which nothing with a name comes nearer to the end, and one that asks for nothing."""


@dataclass(frozen=True, slots=True)
class Progress:
    """Turns of one visit, why, and what moves.

    `moving` are the names that change on every turn, each with what it stays below; `taken` are the worklists from which a turn takes an element,
    `level` the list that each turn replaces by the one that follows; `shared` are the loops outside that share the
    turns, by number. `halved` are moving names that every turn divides, `ends` those of a range it narrows.
    """

    turns: Cost = UNKNOWN
    reason: str = "a loop whose number of turns is not known"
    label: str = NO_NAME
    over: Value = UNKNOWN_VALUE
    moving: tuple[tuple[str, Cost | None], ...] = ()
    amortised: bool = False
    polling: bool = False
    taken: tuple[str, ...] = ()
    level: str = ""
    halved: frozenset[str] = frozenset()
    ends: tuple[str, ...] = ()
    derived: frozenset[int] = field(default_factory=frozenset)


class Closer(Struct, frozen=True, gc=False, eq=False):
    """One way in which a turn comes nearer to the end: what moves, how, and how often it can.

    `kind` is step, fall (by a link among numbers), scale, halve, link, chase, pop, feed, level, fill, mark or set;
    `up` is the direction of a step; `bound` what a moving name stays below.
    """

    name: str
    kind: str
    total: Cost
    why: str
    up: bool = True
    over: Value = UNKNOWN_VALUE
    bound: Cost | None = None
    loops: tuple[Loop, ...] | None = None  # the loops outside that share it, where that is known already
    asked: bool = True  # the loop's own conditions are about it
    along: str = ""  # the array whose links a fall follows
    alone: bool = False  # no test compares the name with anything but an index of a loop outside
    near: Cost | None = (
        None  # how far apart the two ends are on one visit, where that is less than the whole way
    )
