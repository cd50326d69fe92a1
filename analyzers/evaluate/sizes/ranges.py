"""Numbers that bound loops and slices: how far apart two of them are, and how many turns a range makes.

`range(i, min(i + 3, n))` turns at most three times, `xs[i - k : i]` copies k elements: the distance between two ends is
taken between their bounds (see `analyzers/bounds.py`), and the least of what can be shown is kept. A range with a step
turns as often as the step fits into the distance.

A segment `range(start, i)`, after which `start` is set to `i`, covers what came since the last one: all segments
together are as long as the way `i` goes, however many there are.
"""

from __future__ import annotations

from msgspec.structs import replace

from analyzers import bounds, ways
from analyzers import facts as f
from analyzers.bounds import Line
from analyzers.costs import ONE, Cost, Size
from analyzers.evaluate.run import ITSELF, Run
from analyzers.evaluate.sizes import narrowed, outlines
from analyzers.evaluate.turns import segments
from analyzers.types import Value, limits

_NUMBERS = ("int", "float", "bool", "unknown")


# -------------------------------------------------------------------------------------------------- bounds


def bounded(run: Run, node: f.Expr | None, value: Value) -> Value:
    """The value with the bounds its expression gives: a name stands for one number until it is bound anew."""
    if value.kind not in _NUMBERS or value.const is not None:
        return value
    symbol = outlines.symbol_of(run, node)
    if symbol is None:
        return value
    own = bounds.of(symbol)
    above = bounds.kept((*own, *value.above)) if value.above else own
    return replace(value, above=above, below=bounds.kept((*own, *value.below)) if value.below else own)


def arithmetic(op: str, left: Value, right: Value) -> tuple[bounds.Lines, bounds.Lines]:
    """The bounds of a sum, a difference, a multiple, a quotient or a remainder."""
    (a_above, a_below), (b_above, b_below) = limits(left), limits(right)
    if op == "+":
        return bounds.added(a_above, b_above), bounds.added(a_below, b_below)
    if op == "-":
        return bounds.added(a_above, b_below, -1), bounds.added(a_below, b_above, -1)
    number = right.const if isinstance(right.const, (int, float)) else None
    if op in ("<<", ">>") and isinstance(number, int) and 0 <= number < 32:
        op, number = ("*" if op == "<<" else "//"), 1 << number
    if op == "*" and number is None and isinstance(left.const, (int, float)):
        number, a_above, a_below = left.const, b_above, b_below
    if op == "*" and number is not None and number > 0:
        return tuple(x.times(number) for x in a_above), tuple(x.times(number) for x in a_below)
    if op in ("//", "/") and number is not None and number >= 1:
        return tuple(x.times(1 / number) for x in a_above), tuple(
            x.times(1 / number).shifted(-1) for x in a_below
        )
    if op == "%":
        return tuple(x.shifted(-1) for x in b_above), bounds.number(0)
    return (), ()


def least(run: Run, values: list[Value]) -> Value:
    """`min(a, b)`: no more than any of them."""
    above = bounds.kept(line for value in values for line in limits(value)[0])
    below = limits(values[0])[1]
    for value in values[1:]:
        below = bounds.either(below, limits(value)[1], min)
    sizes = [run.magnitude(value) for value in values]
    size = next((s for s in sizes if s.is_constant), None) or min(
        sizes, key=lambda s: (s.unknown, _is_derived(s), s.leading.weight)
    )
    return Value("int", size=size, depends=_depends(values), above=above, below=below)


def greatest(run: Run, values: list[Value]) -> Value:
    """`max(a, b)`: no more than all of them together."""
    below = bounds.kept(line for value in values for line in limits(value)[1])
    above = limits(values[0])[0]
    for value in values[1:]:
        above = bounds.either(above, limits(value)[0], max)
    size = ONE
    for value in values:
        size = size + run.magnitude(value)
    return Value("int", size=size, depends=_depends(values), above=above, below=below)


def _depends(values: list[Value]) -> frozenset[int | str]:
    return frozenset().union(*(value.depends for value in values))


def _is_derived(cost: Cost) -> bool:
    return any(size.loops for size in cost.sizes)


# ------------------------------------------------------------------------------------------------ distances


def distance(run: Run, low: Value, high: Value, otherwise: Cost) -> Cost:
    """How far it is from one number to the other at most: the least that can be shown, else the given cost."""
    segment = segments.between(run, low, high)
    if segment is not None:
        return segment
    best = otherwise
    for upper in limits(high)[0]:
        for lower in limits(low)[1]:
            found = _length(run, upper.plus(lower, -1))
            if found.is_constant or any(size.total is not None for size in found.sizes):
                return found  # Nothing is less than a constant, and of segments the sum is known.
            if best.covers(found) or (not found.covers(best) and not _is_derived(found)):
                best = found
    return best


def _length(run: Run, line: Line) -> Cost:
    """The size of a difference: of what is added in it, since no size is negative."""
    segment = segments.since_last(run, line)
    if segment is not None:
        return segment
    total = ONE
    for symbol, times in line.parts:
        if times > 0 and isinstance(symbol.holder, Value):
            holder = symbol.holder
            counted = segments.tallied(run, symbol) if symbol.tally else None
            if counted is not None:
                total = total + counted
                continue
            total = total + (run.extent(holder) if symbol.name.startswith("len ") else run.magnitude(holder))
    return total


def exactly(run: Run, value: Value) -> Cost | None:
    """What a number is up to a constant factor, as a step or divisor must be known; None if only a bound is."""
    if value.const is not None:
        return ONE
    if value.exact:
        return value.size
    for line in value.above:
        if line in value.below:
            found = _exact_line(run, line)
            if found is not None:
                return found
    return None


def itself(run: Run, node: f.Expr | None, value: Value) -> Value:
    """A number that divides, of which only a bound is known: it stands for itself as long as its frame is open.

    `size = gcd(n, k)`, `n // size` groups of `size` are n in all. Where the number is left over, its bound counts.
    """
    if not isinstance(node, f.Name) or value.kind not in ("int", "unknown") or value.size is None:
        return value
    held = run.env.get(node.id)
    if held is None or value.is_constant_size or exactly(run, value) is not None:
        return value
    born = {size for frame in run.frames for size in frame.born}
    if value.size.unknown or born & set(value.size.sizes):
        return value
    size = Size(node.id, f"the value of {node.id}", key=ITSELF)
    run.frames[-1].born.append(size)
    run.frames[-1].growth[size] = value.size
    run.bind(node.id, replace(held, size=Cost.of(size), exact=True))
    return replace(value, size=Cost.of(size), exact=True)


def _exact_line(run: Run, line: Line) -> Cost | None:
    total = ONE
    for symbol, times in line.parts:
        holder = symbol.holder
        if times <= 0 or not isinstance(holder, Value):
            return None
        loop = symbol.counts or symbol.distinct
        if loop:  # Different whole numbers are, in order, no less than 1, 2, 3 and so on.
            numbered = Size(symbol.name, f"the turn {symbol.name}", (loop,), counter=True)
            total = total + Cost.of(run.sizes.setdefault(f"turn {symbol.name}@{loop}", numbered))
        elif symbol.name.startswith("len "):
            total = total + run.extent(holder)
        elif holder.exact and holder.size is not None:
            total = total + holder.size
        elif holder.size is None and holder.label:
            total = total + run.magnitude(holder)
        else:
            return None
    return total


# --------------------------------------------------------------------------------------------------- ranges


def counting(run: Run, start: Value, stop: Value, step: Value | None, *, falling: bool = False) -> Value:
    """The numbers from start to stop, as `range` gives them. `falling` says that the step is written with a minus."""
    depends = start.depends | stop.depends | (step.depends if step is not None else frozenset())
    falling = falling or (step is not None and isinstance(step.const, (int, float)) and step.const < 0)
    bound = run.magnitude(stop) if is_bounded(stop) or not is_bounded(start) else ONE
    if falling or (
        not stop.const
        and bound.is_constant
        and is_bounded(start)
        and stop.size is None
        and stop.const is None
    ):
        bound = run.magnitude(start)
    low, high = (stop, start) if falling else (start, stop)
    turns = narrowed.distance(run, start, stop) or distance(run, low, high, bound)
    stride = exactly(run, step) if step is not None else None
    if stride is not None:
        turns = turns.over(stride)
    above, below = limits(high)[0], limits(low)[1]
    element = Value("int", size=bound, depends=depends, above=above, below=below)
    way = ways.counted(start.way, stop.way, falling=falling)
    return Value("range", size=turns, of=element, depends=depends, label="range", way=way)


def is_bounded(value: Value) -> bool:
    """True if something is known that bounds the number: its size, its value, or a name to call it by."""
    return value.size is not None or value.const is not None or bool(value.label)
