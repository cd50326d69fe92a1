"""What is known of names against what they held when a turn began: bounds, links, halves; and how that joins."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import msgspec
from msgspec import Struct
from msgspec.structs import replace

Bounds = dict[str, tuple[int, bool]]
"""Against what a name held at the start: by how much at least, and whether the inner loop's turns come on top."""


class Known(Struct, frozen=True, gc=False):
    """What is known of a value against the names at the start of the turn.

    `low` and `high` bound it; `scaled` are names it is a multiple (`n+`) or fraction (`n-`) of; `links` are pairs of a
    name and the link that was followed from it; `mentions` is what it was computed from; `divided` says that a
    division, or a pivot, chose a point between them; `amounts` are the names that were added or taken away; `may` says
    which way a loop inside moved it (`n+`, `n-`), if that had a turn at all.
    """

    low: Bounds = msgspec.field(default_factory=dict)
    high: Bounds = msgspec.field(default_factory=dict)
    scaled: frozenset[str] = frozenset()
    links: frozenset[tuple[str, str]] = frozenset()
    mentions: frozenset[str] = frozenset()
    divided: bool = False
    amounts: frozenset[str] = frozenset()
    may: frozenset[str] = frozenset()
    constant: bool = False

    def shifted(self, by: int) -> Known:
        return replace(
            self,
            low={b: (gap + by, moved) for b, (gap, moved) in self.low.items()},
            high={b: (gap + by, moved) for b, (gap, moved) in self.high.items()},
        )

    def rose(self, name: str) -> bool:
        gap = self.low.get(name, (-1, False))[0]
        return gap >= 1 or (gap == 0 and f"{name}+" in self.may)

    def fell(self, name: str) -> bool:
        gap = self.high.get(name, (1, False))[0]
        return gap <= -1 or (gap == 0 and f"{name}-" in self.may)

    @property
    def same_as(self) -> frozenset[str]:
        """The names it is equal to."""
        return frozenset(
            b for b, (gap, _) in self.low.items() if gap == 0 and self.high.get(b, (1, False))[0] == 0
        )


NOTHING_KNOWN = Known()


def started(name: str) -> Known:
    return Known({name: (0, False)}, {name: (0, False)}, mentions=frozenset({name}))


def either(a: Known, b: Known) -> Known:
    """What holds of one of two values."""
    links = frozenset[tuple[str, str]]()
    if a.links and b.links:
        bases = {base for base, _ in a.links} & {base for base, _ in b.links}
        links = frozenset(link for link in a.links | b.links if link[0] in bases)
    return Known(
        {k: _weaker(a.low[k], b.low[k], min) for k in a.low.keys() & b.low.keys()},
        {k: _weaker(a.high[k], b.high[k], max) for k in a.high.keys() & b.high.keys()},
        a.scaled & b.scaled,
        links,
        a.mentions | b.mentions,
        a.divided and b.divided,
        a.amounts | b.amounts,
        a.may | b.may,
    )


def _weaker(a: tuple[int, bool], b: tuple[int, bool], pick: Callable[[int, int], int]) -> tuple[int, bool]:
    return pick(a[0], b[0]), a[1] and b[1]


class State(Struct, frozen=True, gc=False):
    """One path so far: its names, the containers it took from and put into, and whether it met the inner loop.

    `falling` is an array each of whose entries lies below its own place, as a table of failures does (Knuth, Morris,
    Pratt): what is looked up in it has gone back.
    """

    names: dict[str, Known] = msgspec.field(default_factory=dict)
    pops: frozenset[str] = frozenset()
    puts: frozenset[str] = frozenset()
    met: bool = False
    falling: str = ""

    def of(self, name: str) -> Known:
        return self.names.get(name) or started(name)

    def with_name(self, name: str, known: Known) -> State:
        parts = (f"{name}.", f"{name}[")
        kept = {k: v for k, v in self.names.items() if not k.startswith(parts)}
        kept[name] = known
        return replace(self, names=kept)


@dataclass(slots=True)
class Turn:
    """The ends of a turn's paths: those that come back to the head, and those that break out.

    `heads` are the paths as far as to the inner loop, or to the loop around it.
    """

    ends: list[State] = field(default_factory=list)
    heads: list[State] = field(default_factory=list)
    breaks: list[State] = field(default_factory=list)

    @property
    def changed(self) -> frozenset[str]:
        return frozenset(name for state in (*self.ends, *self.breaks) for name in state.names)


def extreme(given: list[Known], largest: bool) -> Known:
    """`max(a, b)` is at least each of them; `min(a, b)` at most. What has moved by the inner loop's turns tells more."""
    low: Bounds = {}
    high: Bounds = {}
    for known in given:
        for b, bound in known.low.items():
            low[b] = max(low.get(b, bound), bound, key=lambda known: (known[1], known[0]))
        for b, bound in known.high.items():
            high[b] = min(high.get(b, bound), bound, key=lambda known: (not known[1], known[0]))
    every_low = set.intersection(*(set(k.low) for k in given))
    every_high = set.intersection(*(set(k.high) for k in given))
    mentions = frozenset[str]().union(*(k.mentions for k in given))
    if largest:
        return Known(low, {b: max(k.high[b] for k in given) for b in every_high}, mentions=mentions)
    return Known({b: min(k.low[b] for k in given) for b in every_low}, high, mentions=mentions)


def merged(states: list[State]) -> State:
    """What holds on all of several paths."""
    met = any(s.met for s in states)
    names: dict[str, Known] = {}
    for name in {n for s in states for n in s.names}:
        start = started(name)
        # Most paths have left a name alone, and share what is known of it.
        different: dict[tuple[int, bool], Known] = {}
        for state in states:
            known = state.names.get(name, start)
            different[id(known), met and not state.met] = known
        found: Known | None = None
        for (_, is_short), known in different.items():
            if is_short:  # The inner loop had no turns here: they may be added for nothing.
                known = _for_nothing(known)
            found = known if found is None else either(found, known)
        if found is not None:
            one_path = len(states) == 1 or not found.constant
            names[name] = found if one_path else replace(found, constant=False)
    pops = frozenset.intersection(*(s.pops for s in states))
    puts = frozenset[str]().union(*(s.puts for s in states))
    return State(names, pops, puts, met, states[0].falling)


def _for_nothing(known: Known) -> Known:
    """A value on a path on which the inner loop had no turns, told as if they came on top."""
    return replace(
        known,
        low={b: (gap, True) for b, (gap, _) in known.low.items()},
        high={b: (gap, True) for b, (gap, _) in known.high.items()},
    )
