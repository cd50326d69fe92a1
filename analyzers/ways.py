"""How a value was made from a parameter: what a recursive function hands on compared with what it was given.

A recurrence needs to know how an argument differs from the parameter it is passed for: one less, a half, a child of
it, a number between two others. Values carry a `Way` for that, through assignments, arithmetic, slices, attributes
and loops, however the code is written. No way, no claim: a value without one is not known to come from a parameter.
"""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

SAME = "same"
DOWN, UP = "down", "up"  # less, more, by something positive
AROUND = "around"  # more or less: `row + dr` for (dr, dc) in the neighbours
FROM, UPTO = "from", "upto"  # at least, at most: an element of range(i, n), of range(i + 1)
BITS = "bits"  # `mask | 1 << i`
HALF = "half"  # divided by a constant
TWICE = "twice"
REMAINDER = "remainder"  # `a % b`
LENGTH, HALF_LENGTH = "length", "half of the length"
SUM, SPAN, HALF_SPAN, MIDDLE = "sum", "span", "half of the span", "middle"  # of two parameters
BETWEEN = "between"  # some number between two parameters
REST = "rest"  # a slice that leaves out a constant number of elements
SHORTER = "shorter"  # some slice
HALVED = "halved"  # a slice up to, or from, the middle
FILTERED = "filtered"  # the elements for which a test holds
LONGER = "longer"  # with something appended
SMALL = "small"  # one of a few: `flag ^ 1`, `i % 3`
AFTER = "after"  # where an earlier call of the same function ended, as a parser hands its position on
PART = "part"  # an attribute, item or element of it
LINKED = "linked"  # found in something else under it: `graph[node]`

NUMBERS = frozenset({SAME, DOWN, UP, AROUND, FROM, UPTO, HALF, MIDDLE, BETWEEN, HALF_SPAN, SPAN})
SMALLER = frozenset({REST, SHORTER, HALVED, FILTERED})
INSIDE = frozenset({PART, LINKED})


class Way(Struct, frozen=True, gc=False):
    """`kind` says how a value differs from the parameters `roots`; `path` is what was read on the way into it."""

    kind: str
    roots: tuple[str, ...]
    path: str = ""

    @property
    def root(self) -> str:
        return self.roots[0]


def start(name: str) -> Way:
    return Way(SAME, (name,))


def join(a: Way | None, b: Way | None) -> Way | None:
    """What holds of a value that was made in either of two ways."""
    if a is None or b is None or a == b:
        return a if a == b else None
    if AFTER in (a.kind, b.kind):
        return a if a.kind == AFTER else b
    roots = tuple(dict.fromkeys((*a.roots, *b.roots)))
    kinds = {a.kind, b.kind}
    if kinds <= INSIDE | {SAME} and kinds & INSIDE:
        # A cursor that starts at the parameter and moves on: what is handed on lies behind it.
        return Way(LINKED if LINKED in kinds else PART, roots, _common(a, b))
    if kinds <= SMALLER | {SAME}:
        return Way(SHORTER, roots)
    if kinds <= NUMBERS:
        if len(roots) > 1:
            return Way(BETWEEN, roots)
        if a.kind == b.kind:
            return Way(a.kind, roots)
        if kinds <= {SAME, UP, FROM}:
            return Way(FROM, roots)
        if kinds <= {SAME, DOWN, UPTO, HALF}:
            return Way(UPTO, roots)
        return Way(AROUND, roots)
    return None


def _common(a: Way, b: Way) -> str:
    if a.kind == SAME:
        return b.path
    return a.path if a.path == b.path or b.kind == SAME else "?"


def shifted(way: Way, sign: int) -> Way | None:
    """A number with something positive added to it, or taken from it."""
    if way.kind in (AFTER, MIDDLE, BETWEEN, HALF, AROUND, SPAN, SUM, HALF_SPAN, HALF_LENGTH, BITS, LENGTH):
        return way if way.kind != LENGTH else None
    if sign > 0:
        kind = {SAME: UP, UP: UP, FROM: UP, DOWN: AROUND, UPTO: AROUND}.get(way.kind)
    else:
        kind = {SAME: DOWN, DOWN: DOWN, UPTO: DOWN, UP: AROUND, FROM: AROUND}.get(way.kind)
    return Way(kind, way.roots) if kind is not None else None


def attribute(base: Way | None, name: str) -> Way | None:
    """The way of `base.name`."""
    if base is None or base.kind not in {SAME, PART, LINKED}:
        return None
    return Way(LINKED if base.kind == LINKED else PART, base.roots, f"{base.path}.{name}")


def length(base: Way | None) -> Way | None:
    """The way of `base.length`, of a script's sequence or of any other thing that has one."""
    return Way(LENGTH, base.roots) if base is not None and base.kind == SAME else attribute(base, "length")


def element(over: Way | None) -> Way | None:
    """The way of one element of what is looped over."""
    if over is None or over.kind == AFTER:
        return over
    if over.kind in INSIDE:
        return replace(over, path=f"{over.path}[]")
    if over.kind in SMALLER | {SAME, LONGER}:
        return Way(PART, over.roots, "[]")
    return over if over.kind in NUMBERS else None


def comprehended(over: Way | None, *, chosen: bool) -> Way | None:
    """The way of what a comprehension makes of the elements, of all or of chosen ones."""
    if over is None or over.kind not in SMALLER | {SAME}:
        return None
    return Way(FILTERED, over.roots) if chosen else over


def counted(start: Way | None, stop: Way | None, *, falling: bool) -> Way | None:
    """The way of the numbers from start to stop, as `range` gives them."""
    a, b = (stop, start) if falling else (start, stop)
    low = a if a is not None and a.kind in NUMBERS else None
    high = b if b is not None and b.kind in NUMBERS else None
    if low is not None and high is not None:
        if low.roots != high.roots:
            return Way(BETWEEN, tuple(dict.fromkeys((*low.roots, *high.roots))))
        return Way(AROUND, low.roots)
    if low is not None:
        kind = {UP: UP, SAME: FROM, FROM: FROM}.get(low.kind, low.kind)
        return Way(kind, low.roots)
    if high is not None:
        kind = {DOWN: DOWN, SAME: DOWN, UP: UPTO, UPTO: UPTO}.get(high.kind, high.kind)
        return Way(kind, high.roots)
    return None
