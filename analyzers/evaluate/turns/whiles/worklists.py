"""Containers that are emptied: stacks, queues, heaps, levels, generators read step by step."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from analyzers import facts as f
from analyzers.costs import Cost, Size
from analyzers.evaluate import shapes
from analyzers.evaluate.events import Loop
from analyzers.evaluate.run import INPUT_KEY, MARKED, Run
from analyzers.evaluate.turns.whiles import sharing
from analyzers.evaluate.turns.whiles.answer import Closer
from analyzers.evaluate.turns.whiles.conditions import Condition, names_in
from analyzers.evaluate.turns.whiles.known import State, Turn
from analyzers.evaluate.turns.whiles.marks import lowered, marking, root
from analyzers.evaluate.turns.whiles.paths import POPS
from analyzers.evaluate.turns.whiles.values import called_name
from analyzers.types import UNKNOWN_VALUE, Value


def closers(run: Run, node: f.While, found: list[Condition], turn: Turn, end: State) -> Iterator[Closer]:
    """What one path takes out of containers."""
    asked = about(found)
    for name in sorted(end.pops | (asked & _emptied(node))):
        yield replace(_popped(run, node, turn, name), asked=name in asked)


def about(found: list[Condition]) -> set[str]:
    """The names that conditions are about, and the containers whose lengths they compare."""
    return set(names_in(found)) | {
        name for c in found for side in (c.small, c.big) for name in _measured(side)
    }


def _measured(side: f.Expr | None) -> Iterator[str]:
    """The containers whose length a condition asks for."""
    if side is None:
        return
    for part in shapes.nodes(side):
        if isinstance(part, f.Call) and called_name(part) == "len" and part.args:
            yield shapes.text_of(part.args[0])


def _emptied(node: f.While) -> set[str]:
    """All containers that a body takes from, on whatever path."""
    found: set[str] = set()
    for part in shapes.nodes(node.body):
        if isinstance(part, f.Call):
            name = called_name(part)
            if isinstance(part.func, f.Attr) and name in (*POPS, "get", "get_nowait") and len(part.args) < 2:
                found.add(shapes.text_of(part.func.obj))
            elif name in ("heappop", "heapreplace", "next") and part.args:
                found.add(shapes.text_of(part.args[0]))
        elif isinstance(part, f.Delete):
            found |= {shapes.text_of(t.obj) for t in part.targets if isinstance(t, f.Index)}
    return found - {""}


def _popped(run: Run, node: f.While, turn: Turn, name: str) -> Closer:
    """As many turns as things were put in; of a worklist, that is everything reached."""
    value = run.lookup(name) or UNKNOWN_VALUE
    length = f"|{name}|"
    fed = any(name in s.puts for s in (*turn.ends, *turn.breaks)) or any(
        length in s.names and length not in s.of(length).high for s in turn.ends
    )
    emptied = all(s.of(length).high.get(length, (0, False))[0] < 0 for s in turn.ends)
    if value.label == "" and not value.known:
        value = Value(label=name)
    if not fed or emptied:
        total = run.extent(value)
        why = f"`{name}` is emptied: as many turns as things were put into it"
        return Closer(name, "pop", total, why, over=value, loops=sharing.container(run, name))
    why = f"`{name}` is emptied: as many turns as things were put into it"
    total, loops = reached(run, node, name, value)
    return Closer(name, "feed", total, why, over=value, loops=loops)


def reached(run: Run, node: f.While | f.For, name: str, value: Value) -> tuple[Cost, tuple[Loop, ...]]:
    """All that is ever in a worklist that feeds itself, and the loops outside over which it is counted once.

    What was reached is marked, and the marks outlive some of the loops outside: what one visit marked no other visit
    takes up again. Without marks, what is reached from the element of a loop outside through its own parts (a tree's
    nodes from its root) belongs to that element.
    """
    around = sharing.around(run)
    marks = marking(node, name)
    loops: tuple[Loop, ...] = ()
    if marks:
        lasting = marks - lowered(node) if run.outer is not None else marks
        kept = [sharing.container(run, mark) for mark in sorted(lasting)]
        loops = min(kept, key=len, default=())
    else:
        loops = ()
        for loop, outer in around:
            if any(sharing.assigns(s, name) for s in shapes.walk(outer.body)):
                break
            loops = (loop, *loops)
    inside = value.of if value.of is not None else value
    derived: tuple[int, ...] = ()
    if not loops and _walks_parts(node):
        derived = run.derived_loops(inside)
    mark = min((m for m in marks - lowered(node) if m in run.formals), default="")
    key = f"{MARKED}:{mark}:{name}" if mark else f"worklist:{name}"
    if not mark and not derived and marks:
        key, derived = _read_with(run, node, marks, key, loops)
    size = Size(f"|{name}|", f"everything that is put into `{name}`", derived, key=key)
    return Cost.of(size), loops


def _read_with(
    run: Run, node: f.While | f.For, marks: set[str], key: str, shared: tuple[Loop, ...]
) -> tuple[str, tuple[int, ...]]:
    """A walk through what is read anew for each test case belongs to that case, as what was read does."""
    names = marks | {root(part) for part in shapes.nodes(node.body) if isinstance(part, f.Index)}
    held = [value for name in sorted(names) if (value := run.lookup(name)) is not None]
    sizes = [s for v in held for s in run.settled(run.extent(v)).sizes if s.key.startswith(INPUT_KEY)]
    if not sizes:
        return key, ()
    inner = {loop.number for loop in shared}
    read_in = {number for size in sizes for number in size.loops} & run.open_numbers() - inner
    derived = tuple(loop.number for loop in reversed(run.loops) if loop.number in read_in)
    return f"{INPUT_KEY}:{key}", derived


def _walks_parts(node: f.While | f.For) -> bool:
    """True if no name of the body looks something up in a structure outside: only attributes are followed."""
    assigned = {
        shapes.text_of(part)
        for stmt in shapes.walk(node.body)
        for target in (
            stmt.targets if isinstance(stmt, f.Assign) else (stmt.target,) if isinstance(stmt, f.For) else ()
        )
        for part in (target.items if isinstance(target, f.Collection) else (target,))
    }
    return not any(
        isinstance(part, f.Index) and isinstance(part.index, f.Name) and part.index.id in assigned
        for part in shapes.nodes(node.body)
    )
