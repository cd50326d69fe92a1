"""How a value was made from a parameter: what a recursive function hands on compared with what it was given.

A recurrence needs to know how an argument differs from the parameter it is passed for: one less, a half, a child of
it, a number between two others. Values carry a `Way` for that, through assignments, arithmetic, slices, attributes
and loops, however the code is written. No way, no claim: a value without one is not known to come from a parameter.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

if TYPE_CHECKING:
    from analyzers.types import Value

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


# ------------------------------------------------------------------------------------------------ arithmetic


def binary(op: str, left: Value, right: Value) -> Way | None:
    """The way of `left op right`."""
    a, b = left.way, right.way
    if op == "+":
        if a is None and b is not None:
            return _plus(b, right, left)
        return _plus(a, left, right) if a is not None else None
    if op == "-":
        return _minus(a, left, right) if a is not None else None
    if op in ("//", "/", ">>"):
        return _divided(a, right) if a is not None else None
    if op == "%" and b is not None:
        return Way(REMAINDER, b.roots)
    if op in ("%", "&", "^") and a is not None and isinstance(right.const, int):
        return Way(SMALL, a.roots)
    if op in ("*", "<<") and a is not None and a.kind == SAME and _positive(right):
        return Way(TWICE, a.roots)
    if op in ("|", "^", "&") and (a or b) is not None:
        known = a or b
        return Way(BITS, known.roots) if known is not None and known.kind in (SAME, BITS) else None
    return None


def _positive(value: Value) -> bool:
    return isinstance(value.const, (int, float)) and value.const > 0


def _negative(value: Value) -> bool:
    return isinstance(value.const, (int, float)) and value.const < 0


def _plus(way: Way, value: Value, other: Value) -> Way | None:
    if way.kind in SMALLER and other.way is not None and other.way.kind in SMALLER:
        return Way(SHORTER, way.roots)  # What is left when something in the middle is taken out.
    if value.kind in ("list", "tuple", "str", "bytes") or other.kind in ("list", "tuple", "str", "bytes"):
        return Way(LONGER, way.roots) if way.kind in (SAME, LONGER) else None
    if other.way is not None:
        kinds = {way.kind, other.way.kind}
        roots = tuple(dict.fromkeys((*way.roots, *other.way.roots)))
        if kinds == {SAME} and len(roots) == 2:
            return Way(SUM, roots)
        if kinds == {SAME, HALF_SPAN}:
            return Way(MIDDLE, roots)
        if way.kind not in (SAME, UP, FROM):
            way = other.way if other.way.kind in (SAME, UP, FROM) else way
    if _negative(other):
        return shifted(way, -1)
    if other.const == 0:
        return way
    if other.frozen and other.const is None:
        return Way(AROUND, way.roots) if way.kind in NUMBERS else None
    return shifted(way, 1)


def _minus(way: Way, value: Value, other: Value) -> Way | None:
    if way.kind == SAME and other.way is not None and other.way.kind == SAME and other.way.roots != way.roots:
        return Way(SPAN, tuple(dict.fromkeys((*way.roots, *other.way.roots))))
    if other.const == 0:
        return way
    return shifted(way, 1 if _negative(other) else -1)


def shifted(way: Way, sign: int) -> Way | None:
    """A number with something positive added to it, or taken from it."""
    if way.kind in (AFTER, MIDDLE, BETWEEN, HALF, AROUND, SPAN, SUM, HALF_SPAN, HALF_LENGTH, BITS, LENGTH):
        return way if way.kind != LENGTH else None
    if sign > 0:
        kind = {SAME: UP, UP: UP, FROM: UP, DOWN: AROUND, UPTO: AROUND}.get(way.kind)
    else:
        kind = {SAME: DOWN, DOWN: DOWN, UPTO: DOWN, UP: AROUND, FROM: AROUND}.get(way.kind)
    return Way(kind, way.roots) if kind is not None else None


def _divided(way: Way, by: Value) -> Way | None:
    if by.const is not None and not (isinstance(by.const, (int, float)) and by.const >= 1):
        return None
    kind = {
        SAME: HALF, DOWN: HALF, UP: HALF, HALF: HALF, SUM: MIDDLE, SPAN: HALF_SPAN, LENGTH: HALF_LENGTH,
    }.get(way.kind)  # fmt: skip
    return Way(kind, way.roots) if kind is not None else None


# --------------------------------------------------------------------------------------------------- inside


def item(base: Value, index: Value, text: str) -> Way | None:
    """The way of `base[index]`."""
    if base.way is not None and base.way.kind not in NUMBERS - {SAME}:
        if base.way.kind == SAME and index.way is not None:
            return Way(LINKED, tuple(dict.fromkeys((*index.way.roots, *base.way.roots))), f"[{text}]")
        kind = base.way.kind if base.way.kind in (LINKED, AFTER) else PART
        return Way(kind, base.way.roots, f"{base.way.path}[{text}]")
    return Way(LINKED, index.way.roots, f"[{text}]") if index.way is not None else None


def attribute(base: Way | None, name: str) -> Way | None:
    """The way of `base.name`."""
    if base is None or base.kind not in {SAME, PART, LINKED}:
        return None
    return Way(LINKED if base.kind == LINKED else PART, base.roots, f"{base.path}.{name}")


def element(over: Way | None) -> Way | None:
    """The way of one element of what is looped over."""
    if over is None or over.kind == AFTER:
        return over
    if over.kind in INSIDE:
        return replace(over, path=f"{over.path}[]")
    if over.kind in SMALLER | {SAME, LONGER}:
        return Way(PART, over.roots, "[]")
    return over if over.kind in NUMBERS else None


def sliced(base: Way | None, bounds: list[Value | None]) -> Way | None:
    """The way of `base[start:stop:step]`."""
    if base is None or base.kind not in SMALLER | {SAME, PART, LINKED}:
        return None
    start, stop, _ = bounds
    given = [b for b in (start, stop) if b is not None]
    if base.kind in INSIDE:
        return base
    if not given:
        return base
    if base.kind != SAME:
        return Way(SHORTER, base.roots)
    if any(b.way is not None and b.way.kind == HALF_LENGTH for b in given):
        return Way(HALVED, base.roots)
    if start is not None and stop is not None and start.const is None and stop.const is None:
        return Way(PART, base.roots, "[]")  # A piece: `rows[i : i + size]`.
    begins = start is None or isinstance(start.const, int)
    ends = stop is None or _negative(stop)
    return Way(REST if begins and ends else SHORTER, base.roots)


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


KEEPING = frozenset({
    "abs", "int", "list", "tuple", "set", "sorted", "reversed", "enumerate", "zip", "iter", "copy", "frozenset",
    "deque", "str", "round", "next", "filter", "items", "values", "keys", "entries", "itervalues", "iteritems",
    "slice", "chain", "floor", "trunc", "ceil", "from", "isqrt",
})  # fmt: skip
"""Calls whose result stands to the parameter as their argument or receiver does."""


def called(name: str, receiver: Value | None, arguments: list[Value], returned: Value) -> Way | None:
    """The way of what a call gives."""
    given = [v.way for v in arguments if v.way is not None]
    if name == "len" and given and given[0].kind == SAME:
        return Way(LENGTH, given[0].roots)
    if name in ("max", "min") and given and len(arguments) > 1:
        if len(given) == 1 and given[0].kind in NUMBERS:
            kind = given[0].kind
            return Way(
                {SAME: FROM}.get(kind, kind) if name == "max" else {SAME: UPTO}.get(kind, kind),
                given[0].roots,
            )
        joined = given[0]
        for other in given[1:]:
            known = join(joined, other)
            if known is None:
                return None
            joined = known
        return joined
    if receiver is not None and receiver.way is not None:
        if name in KEEPING and receiver.way.kind in SMALLER | INSIDE | {SAME}:
            return receiver.way
        # `node.children()` is of the node; what comes of `self.look_up(x)` is another matter.
        return attribute(receiver.way, f"{name}()") if not arguments or name == "get" else None
    if name in KEEPING and given:
        return given[0]
    numbers = [w for w in given if w.kind in NUMBERS]
    roots = tuple(dict.fromkeys(r for w in numbers for r in w.roots))
    if len(roots) >= 2 and returned.kind in ("unknown", "int"):
        return Way(BETWEEN, roots[:2])  # `partition(values, low, high)`: a place between the two
    return None
