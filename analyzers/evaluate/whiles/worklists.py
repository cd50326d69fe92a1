"""Containers that are emptied: stacks, queues, heaps, levels, generators read step by step."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from analyzers import facts as f
from analyzers.costs import Cost, Size
from analyzers.evaluate import shapes
from analyzers.evaluate.events import Loop
from analyzers.evaluate.run import INPUT_KEY, MARKED, Run
from analyzers.evaluate.whiles import sharing
from analyzers.evaluate.whiles.answer import Closer
from analyzers.evaluate.whiles.conditions import Condition, names_in
from analyzers.evaluate.whiles.known import State, Turn
from analyzers.evaluate.whiles.paths import POPS
from analyzers.evaluate.whiles.values import called_name
from analyzers.types import UNKNOWN_VALUE, Value


def closers(run: Run, node: f.While, found: list[Condition], turn: Turn, end: State) -> Iterator[Closer]:
    """What one path takes out of containers."""
    asked = set(names_in(found))
    asked |= {name for c in found for side in (c.small, c.big) for name in _measured(side)}
    for name in sorted(end.pops | (asked & _emptied(node))):
        yield replace(_popped(run, node, turn, name), asked=name in asked)
    for name in sorted(asked):
        level = _level(run, node, turn, name)
        if level is not None:
            yield level


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


def reached(run: Run, node: f.While, name: str, value: Value) -> tuple[Cost, tuple[Loop, ...]]:
    """All that is ever in a worklist that feeds itself, and the loops outside over which it is counted once.

    What was reached is marked, and the marks outlive some of the loops outside: what one visit marked no other visit
    takes up again. Without marks, what is reached from the element of a loop outside through its own parts (a tree's
    nodes from its root) belongs to that element.
    """
    around = sharing.around(run)
    marks = _marks(node, name)
    loops: tuple[Loop, ...] = ()
    if marks:
        lasting = marks - _lowered(node) if run.outer is not None else marks
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
    mark = min((m for m in marks - _lowered(node) if m in run.formals), default="")
    key = f"{MARKED}:{mark}:{name}" if mark else f"worklist:{name}"
    if not mark and not derived and marks:
        key, derived = _read_with(run, node, marks, key, loops)
    size = Size(f"|{name}|", f"everything that is put into `{name}`", derived, key=key)
    return Cost.of(size), loops


def _read_with(
    run: Run, node: f.While, marks: set[str], key: str, shared: tuple[Loop, ...]
) -> tuple[str, tuple[int, ...]]:
    """A walk through what is read anew for each test case belongs to that case, as what was read does."""
    names = marks | {_root(part) for part in shapes.nodes(node.body) if isinstance(part, f.Index)}
    held = [value for name in sorted(names) if (value := run.lookup(name)) is not None]
    sizes = [s for v in held for s in run.settled(run.extent(v)).sizes if s.key.startswith(INPUT_KEY)]
    if not sizes:
        return key, ()
    inner = {loop.number for loop in shared}
    read_in = {number for size in sizes for number in size.loops} & run.open_numbers() - inner
    derived = tuple(loop.number for loop in reversed(run.loops) if loop.number in read_in)
    return f"{INPUT_KEY}:{key}", derived


_MARKING = ("add", "remove", "discard", "setdefault")


def _marks(node: f.While, worklist: str) -> set[str]:
    """The containers that a body both asks and changes: seen-sets, distances, marks in a grid."""
    asked: set[str] = set()
    changed: set[str] = set()
    for part in shapes.nodes(node.body):
        if isinstance(part, (f.If, f.While)):
            asked |= _holders(part.test)
        elif isinstance(part, f.Clause):
            for condition in part.conditions:
                asked |= _holders(condition)
        elif isinstance(part, (f.Assign, f.Update)):
            targets = part.targets if isinstance(part, f.Assign) else (part.target,)
            changed |= {_root(t) for t in targets if isinstance(t, f.Index)}
        elif isinstance(part, f.Call) and isinstance(part.func, f.Attr) and part.func.name in _MARKING:
            changed.add(_root(part.func.obj))
    return (asked & changed) - {worklist, ""}


def _lowered(node: f.While) -> set[str]:
    """The marks that a later call may set again: distances, compared with what would be a better one."""
    found: set[str] = set()
    for part in shapes.nodes(node.body):
        if isinstance(part, f.Compare) and len(part.ops) == 1 and part.ops[0] in ("<", ">", "<=", ">="):
            sides = (part.left, part.rights[0])
            if not any(isinstance(s, (f.Const, f.Unary)) for s in sides):
                found |= {_root(s) for s in sides if isinstance(s, f.Index)}
    return found


def _holders(test: f.Expr) -> set[str]:
    found: set[str] = set()
    for part in shapes.nodes(test):
        if isinstance(part, f.Index):
            found.add(_root(part))
        elif isinstance(part, f.Compare):
            found |= {
                _root(r) for op, r in zip(part.ops, part.rights, strict=False) if op in ("in", "not in")
            }
    return found


def _root(node: f.Expr) -> str:
    while isinstance(node, f.Index):
        node = node.obj
    return shapes.text_of(node)


def _walks_parts(node: f.While) -> bool:
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


def _level(run: Run, node: f.While, turn: Turn, name: str) -> Closer | None:
    """`while level: ...; level = following`: the levels of a walk, each thing in one of them."""
    value = run.lookup(name)
    if value is None or any(name not in s.names for s in turn.ends):
        return None
    made = _made(node)
    following = made.get(name, [])
    if not following:
        return None
    for new in following:
        sources = made.get(new.id, []) if isinstance(new, f.Name) else [new]
        if not sources or not all(isinstance(s, (f.Collection, f.Comprehension, f.Call)) for s in sources):
            return None
        if any(isinstance(s, f.Call) and called_name(s) not in _CONTAINERS for s in sources):
            return None
    total, loops = reached(run, node, name, value)
    return Closer(name, "level", total, f"every thing is in one `{name}`", over=value, loops=loops)


_CONTAINERS = ("list", "set", "deque", "dict", "defaultdict", "Counter", "OrderedDict")


def _made(node: f.While) -> dict[str, list[f.Expr]]:
    """What a body assigns to its names."""
    made: dict[str, list[f.Expr]] = {}
    for stmt in shapes.walk(node.body):
        if isinstance(stmt, f.Assign) and stmt.value is not None:
            for target in stmt.targets:
                pairs = [(target, stmt.value)]
                if isinstance(target, f.Collection) and isinstance(stmt.value, f.Collection):
                    pairs = list(zip(target.items, stmt.value.items, strict=False))
                for t, v in pairs:
                    made.setdefault(shapes.text_of(t), []).append(v)
    return made
