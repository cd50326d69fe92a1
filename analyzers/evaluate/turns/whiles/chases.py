"""What is followed until it ends: links from node to node, chains in arrays, marks that are set once."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from analyzers import facts as f
from analyzers.costs import ONE, Cost
from analyzers.evaluate import shapes
from analyzers.evaluate.events import Loop
from analyzers.evaluate.remembered import of_whole
from analyzers.evaluate.run import Run
from analyzers.evaluate.turns.whiles import sharing
from analyzers.evaluate.turns.whiles.answer import Closer
from analyzers.evaluate.turns.whiles.conditions import Condition, conditions, names_in
from analyzers.evaluate.turns.whiles.known import State, Turn
from analyzers.evaluate.turns.whiles.paths import Walk
from analyzers.types import Value


def closers(run: Run, node: f.While, found: list[Condition], turn: Turn, end: State) -> Iterator[Closer]:
    """The links that one path follows, and the marks it sets."""
    yield from _marked(run, found, end)
    yield from _put_in_place(run, found, end)
    for name in names_in(found):
        links = {by for base, by in end.of(name).links if base == name} if name in end.names else set()
        for by in sorted(links):
            yield (
                _chain(run, node, name, by)
                if by.startswith("[") and by != "[…]"
                else _link(run, node, turn, name, by)
            )


def _link(run: Run, node: f.While, turn: Turn, name: str, by: str) -> Closer:
    """`p = p.next`: as many turns as the chain is long."""
    value = _fresh(run, run.lookup(name) or Value(label=name), by)
    label = value.label or name
    size = Cost.of(run.size_named(f"|{label}|", f"the length of the chain from {name}", value))
    loops = _put_aside(run, node, turn, name) or None
    return Closer(name, "link", size, f"`{name}` follows `.{by}`", over=value, loops=loops)


def _put_aside(run: Run, node: f.While, turn: Turn, name: str) -> tuple[Loop, ...]:
    """The loops outside that take up again what every turn puts on a stack, as a walk in order does.

    Such a walk comes to each node once: it goes on from what it took off the stack, by a link.
    """
    stacks = frozenset.intersection(*(s.puts for s in turn.ends))
    kept: list[Loop] = []
    for loop, outer in sharing.around(run):
        ends = Walk(plain=run.turns).turn(outer).ends
        taken = {stack for stack in stacks if any(stack in s.pops for s in ends)}
        if not taken or any(sharing.assigns(s, stack) for stack in taken for s in shapes.walk(outer.body)):
            break
        if not all(_goes_on(s, node, name) for s in shapes.walk(outer.body)):
            break
        kept.insert(0, loop)
    return tuple(kept)


def _goes_on(stmt: f.Stmt, node: f.While, name: str) -> bool:
    if not isinstance(stmt, f.Assign) or node.at <= stmt.at < node.to or not sharing.assigns(stmt, name):
        return True
    return isinstance(stmt.value, (f.Attr, f.Call, f.Collection)) or (
        isinstance(stmt.value, f.Const) and stmt.value.kind == "none"
    )


def _fresh(run: Run, value: Value, by: str) -> Value:
    """A chain followed from every node of a loop along the very same link is not a part of that node."""
    for loop, outer in sharing.around(run):
        if loop.number in value.depends and isinstance(outer, f.While):
            turn = Walk(plain=run.turns).turn(outer)
            names = names_in(conditions(outer))
            ways = {
                way for s in turn.ends for n in names if n in s.names for b, way in s.of(n).links if b == n
            }
            if ways == {by}:
                value = replace(value, depends=value.depends - {loop.number})
    return value


def _chain(run: Run, node: f.While, name: str, by: str) -> Closer:
    """`x = parent[x]`: no longer than the array.

    With path compression, a chain that was once followed is short ever after: near constant on average (Tarjan,
    "Efficiency of a Good But Not Linear Set Union Algorithm", 1975).
    """
    array = by[1:-1]
    if of_whole(_compressed, run.function.body, array, name):
        return Closer(name, "chain", ONE, f"`{name}` climbs in `{array}`, whose paths are compressed")
    value = run.lookup(array) or Value(label=array)
    return Closer(name, "link", run.settled(run.extent(value)), f"`{name}` follows `{array}`", over=value)


def _compressed(body: tuple[f.Stmt, ...], array: str, name: str) -> bool:
    """True if the function that climbs also writes to the array it climbs in: `parent[x] = root`."""
    tests = [s.test for s in shapes.walk(body) if isinstance(s, f.While)]
    at_root = any(
        isinstance(n, f.Compare)
        and f"{array}[{name}]" in (shapes.text_of(n.left), shapes.text_of(n.rights[0]))
        for n in shapes.nodes(tuple(tests))
    )
    stores = any(
        isinstance(t, f.Index) and shapes.text_of(t.obj) == array
        for s in shapes.walk(body)
        if isinstance(s, f.Assign)
        for target in s.targets
        for t in (target.items if isinstance(target, f.Collection) else (target,))
    )
    return at_root and stores


def _marked(run: Run, found: list[Condition], end: State) -> Iterator[Closer]:
    """`while not seen[u]: seen[u] = True; u = following[u]`: each mark is set once."""
    for condition in found:
        expr = condition.small
        if condition.kind in ("holds", "same", "differs") and isinstance(expr, f.Index):
            place, holder = shapes.text_of(expr), shapes.text_of(expr.obj)
            value = run.lookup(holder)
            known = end.names.get(place)
            if value is None or not holder or known is None:
                continue
            gap = known.low.get(place) or known.high.get(place)
            if gap is not None and (condition.kind != "same" or gap[0] == 0):
                continue
            total = run.settled(run.extent(value))
            loops = sharing.container(run, holder)
            yield Closer(
                holder, "mark", total, f"each mark in `{holder}` is set once", over=value, loops=loops
            )
        elif condition.kind == "stranger" and condition.big is not None:
            holder = shapes.text_of(condition.big)
            subject = shapes.text_of(expr)
            chains = {by[1:-1] for base, by in end.of(subject).links if base == subject and by[:1] == "["}
            length = f"|{holder}|"
            if not holder or not (end.of(length).rose(length) or _stored(end, holder)):
                continue
            for array in sorted(chains - {"…"}):
                source = run.lookup(array) or Value(label=array)
                total = run.settled(run.extent(source))
                loops = sharing.container(run, holder)
                why = f"`{holder}` meets each of `{array}` once"
                yield Closer(holder, "mark", total, why, over=source, loops=loops)


def _put_in_place(run: Run, found: list[Condition], end: State) -> Iterator[Closer]:
    """`while j != i: p[j], j = j, p[j]`: a cycle of a permutation, whose places then lead to themselves.

    Only around a cycle does such a walk come back to where it began, and no place is on two cycles. What is in its
    place ends a walk at once.
    """
    for condition in found:
        if condition.kind != "differs":
            continue
        for side in (condition.small, condition.big):
            name = shapes.text_of(side) if side is not None else ""
            arrays = {by[1:-1] for base, by in end.of(name).links if base == name and by.startswith("[")}
            for array in sorted(arrays - {"…"}):
                place = end.names.get(f"{array}[{name}]")
                value = run.lookup(array)
                if place is not None and name in place.same_as and value is not None:
                    total = run.settled(run.extent(value))
                    why = f"`{name}` puts another place of `{array}` in order on every turn"
                    yield Closer(array, "mark", total, why, over=value, loops=sharing.container(run, array))


def _stored(end: State, holder: str) -> bool:
    return any(name.startswith(f"{holder}[") for name in end.names)
