"""Walks level by level: a list is replaced, once a turn, by what was reached from the things in it.

Each thing is in one of the levels, so all levels together hold what there is to reach, however many levels there are
and whatever counts them.
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzers import facts as f
from analyzers.costs import Cost
from analyzers.evaluate import shapes
from analyzers.evaluate.run import Run
from analyzers.evaluate.turns.whiles import sharing
from analyzers.evaluate.turns.whiles.answer import Closer
from analyzers.evaluate.turns.whiles.conditions import Condition
from analyzers.evaluate.turns.whiles.known import State, Turn
from analyzers.evaluate.turns.whiles.marks import lowered, marking
from analyzers.evaluate.turns.whiles.values import called_name
from analyzers.evaluate.turns.whiles.worklists import about, reached


def closers(run: Run, node: f.While, found: list[Condition], turn: Turn, end: State) -> Iterator[Closer]:
    """The levels that end a loop once nothing is left in them."""
    for name in sorted(about(found)):
        level = _closer(run, node, turn, name)
        if level is not None:
            yield level


def _closer(run: Run, node: f.While, turn: Turn, name: str) -> Closer | None:
    """`while level: ...; level = following`: the levels of a walk, each thing in one of them."""
    value = run.lookup(name)
    if value is None or any(name not in s.names for s in turn.ends):
        return None
    if not _is_replaced(name, made(node)):
        return None
    total, loops = reached(run, node, name, value)
    return Closer(name, "level", total, f"every thing is in one `{name}`", over=value, loops=loops)


_CONTAINERS = ("list", "set", "deque", "dict", "defaultdict", "Counter", "OrderedDict")
_LEVELS = ("list", "set", "deque", "tuple")


def _is_replaced(name: str, assigned: dict[str, list[f.Expr]]) -> bool:
    """True if a name is given nothing but containers that were begun in the same turn."""
    following = assigned.get(name, [])
    for new in following:
        sources = assigned.get(new.id, []) if isinstance(new, f.Name) else [new]
        if not sources or not all(isinstance(s, (f.Collection, f.Comprehension, f.Call)) for s in sources):
            return False
        if any(isinstance(s, f.Call) and called_name(s) not in _CONTAINERS for s in sources):
            return False
    return bool(following)


def beside(run: Run, node: f.For | f.While) -> list[tuple[str, Cost]]:
    """The levels that a loop works off though something else ends it, each with all that is ever in them.

    `for _ in range(k): level = [v for u in level for v in near[u] if v not in seen]`. As nothing says that such a loop
    ends with its level, it must be seen that no thing comes twice: by marks that outlive the loop, or because what
    follows are parts of what was there, as children are in a tree.
    """
    assigned = made(node)
    found: list[tuple[str, Cost]] = []
    for name in assigned:
        value = run.env.get(name)
        if value is None or value.kind not in _LEVELS or not _is_replaced(name, assigned):
            continue
        marks = {mark for mark in marking(node, name) - lowered(node) if mark not in assigned}
        if _is_used_up(node, name) and (marks or _follows_parts(node, {name, *_names(assigned[name])})):
            total, loops = reached(run, node, name, value)
            found.append((name, sharing.spread(total, loops, name)))
    return found


def _names(values: list[f.Expr]) -> set[str]:
    return {value.id for value in values if isinstance(value, f.Name)}


def _is_used_up(node: f.For | f.While, name: str) -> bool:
    """True if a turn goes through a list, or takes everything out of it."""
    for part in shapes.nodes(node.body):
        if isinstance(part, (f.For, f.Clause)) and shapes.text_of(part.iter) == name:
            return True
        if isinstance(part, f.While) and shapes.text_of(part.test) == name:
            return True
    return False


def _follows_parts(node: f.For | f.While, names: set[str]) -> bool:
    """True if all that is put into a level are different parts of what was there: `u.left`, `u.right`, `u.children`."""
    put: list[f.Expr] = []
    inside: set[str] = set()
    for part in shapes.nodes(node.body):
        if isinstance(part, (f.For, f.Clause)) and isinstance(part.target, f.Name):
            items = part.iter.items if isinstance(part.iter, f.Collection) else (part.iter,)
            if all(isinstance(item, f.Attr) for item in items):
                inside.add(part.target.id)
        if (
            isinstance(part, f.Call)
            and isinstance(part.func, f.Attr)
            and shapes.text_of(part.func.obj) in names
        ):
            if part.func.name in ("append", "add", "extend", "update") and len(part.args) == 1:
                put.append(part.args[0])
        elif isinstance(part, f.Assign) and any(shapes.text_of(t) in names for t in part.targets):
            put += [part.value] if isinstance(part.value, f.Comprehension) else []
    given = [_given(value) for value in put]
    parts = {shapes.text_of(value) for value in given if isinstance(value, f.Attr)}
    wholes = [value for value in given if isinstance(value, f.Name) and value.id in inside]
    return bool(given) and len(parts) + len(wholes) == len(given) and (bool(wholes) or len(parts) > 1)


def _given(value: f.Expr) -> f.Expr:
    """What a comprehension gives; of a pair the thing, which comes first."""
    if isinstance(value, f.Comprehension):
        value = value.value
    return value.items[0] if isinstance(value, f.Collection) and value.items else value


def made(node: f.For | f.While) -> dict[str, list[f.Expr]]:
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
