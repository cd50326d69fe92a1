"""Marks: what a walk asks before it takes something up, and sets when it has. What is marked is met once."""

from __future__ import annotations

from analyzers import facts as f
from analyzers.evaluate import shapes
from analyzers.evaluate.turns.whiles.paths import POPS
from analyzers.evaluate.turns.whiles.values import called_name

_MARKING = ("add", "remove", "discard", "setdefault", "update")


def marking(node: f.While | f.For, worklist: str) -> set[str]:
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
            whole = isinstance(part, f.Update) and part.op == "|"  # `seen |= level`
            changed |= {root(t) for t in targets if isinstance(t, f.Index) or whole}
        elif isinstance(part, f.Call) and isinstance(part.func, f.Attr) and part.func.name in _MARKING:
            changed.add(root(part.func.obj))
    return (asked & changed) - {worklist, ""} - _taken(node)


def _taken(node: f.While | f.For) -> set[str]:
    """The names of what was taken out of a worklist: it is worked on, it marks nothing."""
    return {
        shapes.text_of(target)
        for stmt in shapes.walk(node.body)
        if isinstance(stmt, f.Assign) and isinstance(stmt.value, f.Call)
        for target in stmt.targets
        if called_name(stmt.value) in (*POPS, "heappop", "next")
    }


def lowered(node: f.While | f.For) -> set[str]:
    """The marks that a later call may set again: distances, compared with what would be a better one."""
    found: set[str] = set()
    for part in shapes.nodes(node.body):
        if isinstance(part, f.Compare) and len(part.ops) == 1 and part.ops[0] in ("<", ">", "<=", ">="):
            sides = (part.left, part.rights[0])
            if not any(isinstance(s, (f.Const, f.Unary)) for s in sides):
                found |= {root(s) for s in sides if isinstance(s, f.Index)}
    return found


def _holders(test: f.Expr) -> set[str]:
    found: set[str] = set()
    for part in shapes.nodes(test):
        if isinstance(part, f.Index):
            found.add(root(part))
        elif isinstance(part, f.Compare):
            found |= {root(r) for op, r in zip(part.ops, part.rights, strict=False) if op in ("in", "not in")}
    return found


def root(node: f.Expr) -> str:
    while isinstance(node, f.Index):
        node = node.obj
    return shapes.text_of(node)
