"""What is known of a number besides its size: linear bounds, so that `min(i + 3, n) - i` is seen to be constant.

A `Line` is a sum of symbols and a constant: `i + 3`. A value has lines it never exceeds (`above`) and lines it never
falls below (`below`); one that is both is what the value is. Only a few of each are kept: this is interval arithmetic
over names, not a solver.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from msgspec import Struct

MAX_LINES = 4
"""Bounds kept of one side; the first ones are those closest to how the code was written."""

MAX_SYMBOLS = 4
"""Symbols in one line; a longer sum is not followed."""


@dataclass(frozen=True, eq=False)
class Symbol:
    """One number that does not change while it is looked at. Identity is the object.

    `holder` is the value it is the number of, for its size. `counts` is the loop whose turns it counts; `follows` the
    loop that sets it to its counter again and again, as the start of a segment. `tally` says that it counts up by
    constants and is set back to one: what it counts between two resets is a segment too. `distinct` is a loop over
    different numbers of which this is one.
    """

    name: str
    holder: object = None
    counts: int = 0
    follows: int = 0
    tally: int = 0
    distinct: int = 0


class Line(Struct, frozen=True, gc=False):
    """A sum of symbols, each times a number, and a constant."""

    parts: frozenset[tuple[Symbol, float]] = frozenset()
    constant: float = 0

    def plus(self, other: Line, sign: int = 1) -> Line:
        """The sum, or with the sign -1 the difference."""
        parts = dict(self.parts)
        for symbol, times in other.parts:
            parts[symbol] = parts.get(symbol, 0) + sign * times
        kept = frozenset((symbol, times) for symbol, times in parts.items() if times)
        return Line(kept, self.constant + sign * other.constant)

    def times(self, factor: float) -> Line:
        return Line(frozenset((s, t * factor) for s, t in self.parts), self.constant * factor)

    def shifted(self, by: float) -> Line:
        return Line(self.parts, self.constant + by)


Lines = tuple[Line, ...]


def number(value: float) -> Lines:
    return (Line(constant=value),)


def of(symbol: Symbol) -> Lines:
    return (Line(frozenset(((symbol, 1),))),)


def kept(lines: Iterable[Line]) -> Lines:
    """The first few different ones."""
    found = tuple(dict.fromkeys(line for line in lines if len(line.parts) <= MAX_SYMBOLS))
    return found[:MAX_LINES]


def added(a: Lines, b: Lines, sign: int = 1) -> Lines:
    """Every sum (or difference) of a line of one side and a line of the other."""
    return kept(x.plus(y, sign) for x in a for y in b)


def either(a: Lines, b: Lines, weaker: Callable[[float, float], float]) -> Lines:
    """The lines that bound both of two values: with the same symbols, and the weaker constant (max above, min below)."""
    found = {line.parts: line.constant for line in b}
    return kept(
        Line(line.parts, weaker(line.constant, found[line.parts])) for line in a if line.parts in found
    )
