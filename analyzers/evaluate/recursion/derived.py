"""How an operator, an index, a slice or a call makes a value from a parameter: the ways of `analyzers/ways.py`."""

from __future__ import annotations

from analyzers.types import Value
from analyzers.ways import (
    AFTER,
    AROUND,
    BETWEEN,
    BITS,
    DOWN,
    FROM,
    HALF,
    HALF_LENGTH,
    HALF_SPAN,
    HALVED,
    INSIDE,
    LENGTH,
    LINKED,
    LONGER,
    MIDDLE,
    NUMBERS,
    PART,
    REMAINDER,
    REST,
    SAME,
    SHORTER,
    SMALL,
    SMALLER,
    SPAN,
    SUM,
    TWICE,
    UP,
    UPTO,
    Way,
    attribute,
    join,
    shifted,
)


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


def _divided(way: Way, by: Value) -> Way | None:
    if by.const is not None and not (isinstance(by.const, (int, float)) and by.const >= 1):
        return None
    kind = {
        SAME: HALF, DOWN: HALF, UP: HALF, HALF: HALF, SUM: MIDDLE, SPAN: HALF_SPAN, LENGTH: HALF_LENGTH,
    }.get(way.kind)  # fmt: skip
    return Way(kind, way.roots) if kind is not None else None


def item(base: Value, index: Value, text: str) -> Way | None:
    """The way of `base[index]`."""
    if base.way is not None and base.way.kind not in NUMBERS - {SAME}:
        if base.way.kind == SAME and index.way is not None:
            return Way(LINKED, tuple(dict.fromkeys((*index.way.roots, *base.way.roots))), f"[{text}]")
        kind = base.way.kind if base.way.kind in (LINKED, AFTER) else PART
        return Way(kind, base.way.roots, f"{base.way.path}[{text}]")
    return Way(LINKED, index.way.roots, f"[{text}]") if index.way is not None else None


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


KEEPING = frozenset({
    "abs", "int", "list", "tuple", "set", "sorted", "reversed", "enumerate", "zip", "iter", "copy", "frozenset",
    "deque", "str", "round", "next", "filter", "items", "values", "keys", "entries", "itervalues", "iteritems",
    "slice", "chain", "floor", "trunc", "ceil", "from", "isqrt",
})  # fmt: skip
"""Calls whose result stands to the parameter as their argument or receiver does."""


CUTTING = frozenset(("slice", "substring"))
"""Methods of scripts' sequences that give what lies between two places: `rows.slice(1)`."""


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
        if name in CUTTING and arguments:  # without any it is a copy
            return sliced(receiver.way, [*arguments[:2], None, None][:3])
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
