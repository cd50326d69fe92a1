"""Loops of which each turn takes one thing out of a collection and goes through all that is left: `while ready: del
waiting[ready.pop()]; for key in waiting: ...`.

The collection gets shorter by one each time, so the turns go through half the square of its length.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from analyzers import facts as f
from analyzers.evaluate import shapes
from analyzers.evaluate.events import Loop
from analyzers.rules import changes, edits, picking, structure
from analyzers.rules.base import Context

TAKING = frozenset(("pop", "popitem", "popleft", "remove"))


class LeftOver(NamedTuple):
    """What a turn goes through after it, or another turn, has taken one thing out of it."""

    loop: Loop
    label: str
    through: f.Expr
    taken: f._Node


def found(context: Context) -> Iterator[LeftOver]:
    """The collections of which a function's loops take one thing at a time and go through the rest."""
    for loop, node in changes.own_loops(context):
        yield from _in_loop(context, loop, node)


def _in_loop(context: Context, loop: Loop, node: f.For | f.While) -> Iterator[LeftOver]:
    taken = {label: stmt for stmt in node.body for label in _takes(stmt)}
    if not taken or any(_starts_anew(stmt, taken) for stmt in shapes.walk(node.body)):
        return
    for stmt in node.body:
        for label, over in _goes_through(stmt):
            once = structure.happens_once(context, loop, edits.absolute(context, over))
            if label and label in taken and not once:
                yield LeftOver(loop, label, over, taken[label])
                return


def _takes(stmt: f.Stmt) -> Iterator[str]:
    """What a statement takes one thing out of, whatever holds."""
    if isinstance(stmt, f.Delete):
        yield from (shapes.dotted(t.obj) for t in stmt.targets if isinstance(t, f.Index))
    elif isinstance(stmt, (f.Do, f.Assign)):
        call = stmt.value
        named = isinstance(call, f.Call) and any(
            isinstance(a, f.Const) and a.kind == "str" for a in call.args
        )
        if (
            isinstance(call, f.Call)
            and isinstance(call.func, f.Attr)
            and call.func.name in TAKING
            and not named
        ):
            yield shapes.dotted(call.func.obj)


def _starts_anew(stmt: f.Stmt, labels: dict[str, f.Stmt]) -> bool:
    """True for a statement that gives one of the collections another value, or empties it."""
    if isinstance(stmt, f.Assign):
        return any(shapes.dotted(target) in labels for target in shapes.stored(stmt.targets))
    if isinstance(stmt, f.Do) and isinstance(stmt.value, f.Call) and isinstance(stmt.value.func, f.Attr):
        return stmt.value.func.name == "clear" and shapes.dotted(stmt.value.func.obj) in labels
    return False


def _goes_through(stmt: f.Stmt) -> Iterator[tuple[str, f.Expr]]:
    """What a statement goes through all of, and the expression that does."""
    if isinstance(stmt, f.For):
        if not shapes.has_exit(stmt.body):
            yield picking.viewed(stmt.iter), stmt.iter
    elif isinstance(stmt, (f.Do, f.Assign, f.Update)):
        for node in shapes.of_kind(stmt, f.Comprehension):
            # `any(...)` and `next(...)` may stop at the first.
            if node.kind != "generator" and len(node.clauses) == 1:
                yield picking.viewed(node.clauses[0].iter), node.clauses[0].iter
