"""Numbers that move towards a test: steps, doubling and halving, bisection, squares, growing steps."""

from __future__ import annotations

from collections.abc import Iterator

from analyzers import facts as f
from analyzers.costs import ONE, Cost
from analyzers.evaluate import expressions, shapes
from analyzers.evaluate.run import Run
from analyzers.evaluate.sizes import narrowed, ranges
from analyzers.evaluate.turns.whiles import sharing, starts
from analyzers.evaluate.turns.whiles.answer import Closer
from analyzers.evaluate.turns.whiles.conditions import Condition, Leaf, leaves, names_in
from analyzers.evaluate.turns.whiles.known import Known, State, Turn
from analyzers.evaluate.turns.whiles.values import ANYTHING, counted_by
from analyzers.types import Value


def closers(run: Run, node: f.While, found: list[Condition], turn: Turn, end: State) -> Iterator[Closer]:
    """The ways in which one path brings a number nearer to one of the conditions' ends."""
    for condition in found:
        if condition.kind in ("less", "differs") and condition.big is not None:
            yield from _compared(run, node, found, condition, turn, end)
        elif condition.kind == "holds":
            name = shapes.text_of(condition.small)
            if name:
                yield from _falling(run, node, found, Leaf(name), turn, end, None)
        elif condition.kind == "member":
            yield from _chased(run, node, condition, end)
        if condition.kind in ("differs", "holds"):
            yield from _rounded_up(run, node, condition.small, end)
    for name in names_in(found):
        if name in end.names and f"{name}-" in end.of(name).scaled:  # `while n % p == 0: n //= p`
            yield _scaled(run, name, _start(run, node, name, None), False)


def _compared(
    run: Run, node: f.While, found: list[Condition], condition: Condition, turn: Turn, end: State
) -> Iterator[Closer]:
    small, big = leaves(condition.small), leaves(condition.big)
    assert condition.big is not None
    both = {n.name for n in small} & {n.name for n in big}
    for leaf in small:
        if leaf.name in both:
            leaf = Leaf(leaf.name, leaf.sign, leaf.power + 1)  # `i <= n // i`
        if leaf.sign > 0:
            yield from _rising(run, node, found, leaf, turn, end, condition.big)
        else:
            yield from _falling(run, node, found, leaf, turn, end, condition.big)
    for leaf in big:
        if leaf.sign > 0:
            yield from _falling(run, node, found, leaf, turn, end, condition.small)
        elif leaf.name not in both:
            yield from _rising(run, node, found, leaf, turn, end, condition.small)
    if condition.kind == "differs":
        for leaf in small:
            yield from _falling(run, node, found, leaf, turn, end, condition.big)
        for leaf in big:
            yield from _rising(run, node, found, leaf, turn, end, condition.small)
    ends = {n.name for n in (*small, *big)}
    yield from _halved(run, ends, turn, end)


def _rising(
    run: Run, node: f.While, found: list[Condition], leaf: Leaf, turn: Turn, end: State, bound: f.Expr
) -> Iterator[Closer]:
    name, known = leaf.name, end.of(leaf.name)
    if any(base == name for base, _ in known.links):
        return  # A link leads anywhere; see `chases.py`.
    if f"{name}-" in known.scaled or _by_turns(node, turn, known, name, "-"):
        yield _scaled(run, name, _start(run, node, name, bound), False)
    if not known.rose(name) or not _never(turn, name, up=False):
        return
    limit = expressions.evaluate(run, bound)
    distance = narrowed.distance(run, _value(run, name), limit) or run.settled(run.extent_or_magnitude(limit))
    if f"{name}+" in known.scaled:
        yield _scaled(run, name, distance, True)
        return
    if ANYTHING in known.amounts and not _between_walls(found, name):
        return
    if leaf.exponent:
        distance = distance.log()
    elif leaf.power > 1:
        distance = distance.power(1 / leaf.power)
    distance = _hurried(known.amounts, end, distance)
    label = f"`{name}` steps towards the end"
    if name.startswith("|"):
        yield Closer(name, "fill", distance, f"`{name.strip('|')}` is filled up to a size")
    else:
        alone = _behind_an_index(run, bound)
        near = None if known.amounts or leaf.power > 1 else _apart(run, turn, name, bound, limit)
        held = _value(run, name)
        yield Closer(name, _kind(known), distance, label, True, held, distance, alone=alone, near=near)


def _falling(
    run: Run,
    node: f.While,
    found: list[Condition],
    leaf: Leaf,
    turn: Turn,
    end: State,
    bound: f.Expr | None,
) -> Iterator[Closer]:
    name, known = leaf.name, end.of(leaf.name)
    if name.startswith("|"):
        return  # What is taken out of containers is counted by what was put in.
    if known.rose(name) and f"{name}+" in known.scaled and bound is not None:
        limit = expressions.evaluate(run, bound)
        yield _scaled(run, name, run.settled(run.extent_or_magnitude(limit)), True)
    chained = {by for base, by in known.links if base == name and by.startswith("[")}
    if _by_turns(node, turn, known, name, "-"):
        yield _scaled(run, name, _start(run, node, name, bound), False)
        return
    linked = any(base == name for base, _ in known.links)
    falls = known.fell(name) and _never(turn, name, up=True) and not linked
    if not falls and not (chained and _is_number(bound)):
        return
    if f"{name}-" in known.scaled:
        yield _scaled(run, name, _start(run, node, name, bound), False)
        return
    if ANYTHING in known.amounts and not _between_walls(found, name):
        return
    distance = _hurried(known.amounts, end, _start(run, node, name, bound))
    why = f"`{name}` steps towards the end"
    kind, along = (_kind(known), "") if falls else ("fall", min(chained)[1:-1])
    yield Closer(name, kind, distance, why, False, _value(run, name), distance, along=along)


def _chased(run: Run, node: f.While, condition: Condition, end: State) -> Iterator[Closer]:
    """`while x in xs: x += 1`: every turn finds another element."""
    assert condition.big is not None
    held = expressions.evaluate(run, condition.big)
    if held.kind not in ("set", "dict", "list", "tuple", "str", "unknown"):
        return
    for leaf in leaves(condition.small):
        known = end.of(leaf.name)
        if known.rose(leaf.name) or known.fell(leaf.name):
            total = _hurried(known.amounts, end, run.settled(run.extent(held)), leaf.name)
            scaled = f"{leaf.name}+" in known.scaled or f"{leaf.name}-" in known.scaled
            why = f"`{leaf.name}` meets another element of `{shapes.text_of(condition.big)}` on every turn"
            up = known.rose(leaf.name)
            if scaled:
                yield Closer(leaf.name, "scale", total.log(), why, up)
            else:
                loops = starts.shared_by(run, node, shapes.text_of(condition.big), up) or None
                yield Closer(leaf.name, "chase", total, why, up, loops=loops)


def _rounded_up(run: Run, node: f.While, test: f.Expr, end: State) -> Iterator[Closer]:
    """`while n & (n - 1): n += 1`: the next power of two is no further away than n."""
    if not isinstance(test, f.Binary) or test.op != "&" or not isinstance(test.right, f.Binary):
        return
    name = shapes.text_of(test.left)
    if name and name == shapes.text_of(test.right.left) and end.of(name).rose(name):
        total = _start(run, node, name, None)
        yield Closer(
            name, "step", total, f"`{name}` goes up to a power of two", True, _value(run, name), total
        )


def _halved(run: Run, ends: set[str], turn: Turn, end: State) -> Iterator[Closer]:
    """Bisection: both ends are replaced by points between them.

    Where a pivot chooses the point (quickselect) the halving is what is expected on average, as for hashing
    (CLRS, section 9.2).
    """
    moved = sorted(n for n in ends if n in end.names)
    between = [n for n in moved if end.of(n).divided and len(end.of(n).mentions & ends) > 1]
    if not between:
        return
    replaced = {
        n
        for s in turn.ends
        for n in ends
        if n in s.names and s.of(n).divided and len(s.of(n).mentions & ends) > 1
    }
    if len(replaced) < 2:
        return
    span = ONE
    for name in sorted(ends):
        span = span + run.magnitude(_value(run, name))
    span = run.settled(span)
    why = "bisection: the range is halved on every turn"
    yield Closer(between[0], "halve", span.log(), why, over=_value(run, between[0]), bound=span)


def _scaled(run: Run, name: str, distance: Cost, up: bool) -> Closer:
    cost = distance.log() if not distance.is_constant else ONE
    why = f"`{name}` is scaled on every turn"
    return Closer(name, "scale", cost, why, up, _value(run, name), distance)


def _kind(known: Known) -> str:
    return "drain" if known.amounts else "step"


def _by_turns(node: f.While, turn: Turn, known: Known, name: str, sign: str) -> bool:
    """`if n % 2: n -= 1 else: n //= 2`: what is no multiple is made one by a step, so every second turn divides."""
    if not any(f"{name}{sign}" in s.of(name).scaled for s in turn.ends):
        return False
    gaps = {known.low.get(name, (9, False))[0], known.high.get(name, (9, False))[0]}
    return gaps <= {-1, 1} and any(
        isinstance(n, f.Binary) and n.op in ("%", "&") and shapes.text_of(n.left) == name
        for n in shapes.nodes(node.body)
    )


def _between_walls(found: list[Condition], name: str) -> bool:
    """`0 <= row < height`: whichever way a step goes, it leads out."""
    less = [c for c in found if c.kind == "less"]
    return any(shapes.text_of(c.small) == name for c in less) and any(
        c.big is not None and shapes.text_of(c.big) == name for c in less
    )


def _hurried(amounts: frozenset[str], end: State, distance: Cost, name: str = "") -> Cost:
    """Steps that grow get there sooner: 1 + 2 + ... + k is k², 1 + 2 + 4 + ... is its last term."""
    for amount in amounts:
        known = end.of(amount)
        if amount == name:
            return distance.log()
        if f"{amount}+" in known.scaled:
            return distance.log()
        if known.rose(amount):
            return distance.power(0.5)
    return distance


def _never(turn: Turn, name: str, up: bool) -> bool:
    """True if no path moves a name that way."""
    return not any(s.of(name).rose(name) if up else s.of(name).fell(name) for s in turn.ends)


def _is_number(node: f.Expr | None) -> bool:
    if isinstance(node, f.Unary):
        node = node.operand
    return node is None or (isinstance(node, f.Const) and node.kind in ("int", "float"))


def _behind_an_index(run: Run, bound: f.Expr) -> bool:
    """True if what bounds a pointer is the index of a loop outside."""
    return isinstance(bound, f.Name) and any(
        isinstance(outer, f.For) and counted_by(outer) == bound.id for _, outer in sharing.around(run)
    )


def _value(run: Run, name: str) -> Value:
    return run.lookup(name) or Value(label=name)


def _apart(run: Run, turn: Turn, name: str, bound: f.Expr, limit: Value) -> Cost | None:
    """How far a rising number is from its end when the loop begins, if the end never rises: `while left < right`."""
    parts = list(shapes.nodes(bound))
    if not all(isinstance(part, (f.Name, f.Binary, f.Const)) for part in parts):
        return None
    named = [part.id for part in parts if isinstance(part, f.Name)]
    if not all(_is_steady(s.of(n), n) for s in turn.ends for n in named):
        return None
    low = ranges.bounded(run, f.Name(0, 0, name), _value(run, name))
    otherwise = run.extent_or_magnitude(limit)
    found = ranges.distance(run, low, ranges.bounded(run, bound, limit), otherwise)
    shared = any(size.loops for size in otherwise.sizes) and not any(size.loops for size in found.sizes)
    return None if found == otherwise or shared else run.settled(found)


def _is_steady(known: Known, name: str) -> bool:
    """True if a name stays as it is, or falls."""
    here = known.high.get(name)
    return here is not None and here[0] <= 0 and f"{name}+" not in known.may


def _start(run: Run, node: f.While, name: str, bound: f.Expr | None) -> Cost:
    """How far a falling number has to go: what it holds when the loop begins."""
    current = _value(run, name)
    limit = expressions.evaluate(run, bound) if bound is not None else None
    left = narrowed.distance(run, current, limit) if limit is not None else None
    if left is not None:
        return left
    if current.size is not None and not current.size.is_constant:
        return run.settled(current.size)
    if current.const is not None and limit is not None and limit.const is None:
        return run.settled(run.extent_or_magnitude(limit))
    if (current.const is not None or current.size is not None) and _counted_elsewhere(run, node, name):
        current = Value("int", depends=current.depends, label=name)
    return run.settled(run.magnitude(current))


def _counted_elsewhere(run: Run, node: f.While, name: str) -> bool:
    """True if a loop outside, too, changes a number, so that it is not what it was when that loop began."""
    for _, outer in sharing.around(run):
        for stmt in shapes.walk(outer.body):
            if node.at <= stmt.at < node.to:
                continue
            if isinstance(stmt, f.Update) and shapes.text_of(stmt.target) == name:
                return not isinstance(stmt.value, f.Const)
            if isinstance(stmt, f.Assign) and name in {shapes.text_of(t) for t in stmt.targets}:
                return not isinstance(stmt.value, (f.Const, f.Unary))
    return False
