"""Things in order that are gone through from the first, up to one that is behind what is asked: `for line in lines: if line.at > at:
break`.

The loop ends at the first that is greater, so they are in order, and `bisect` finds the place without going through those
before it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from analyzers import facts as f
from analyzers.evaluate import shapes
from analyzers.evaluate.events import Loop
from analyzers.findings import Place
from analyzers.rules import changes, structure
from analyzers.rules.base import Context, turns_much


class UpTo(NamedTuple):
    """A loop from the first on, the loop on each of whose turns it begins again, and the test at which it ends."""

    outer: Loop
    inner: Loop
    over: f.Expr
    test: f.Compare


def end_of(node: f.For, asked: frozenset[str]) -> f.Compare | None:
    """The test of a loop that ends at the first element that is greater than something asked for, wherever else it ends."""
    own = shapes.named(node.target)
    for stmt in node.body:
        test = stmt.test if isinstance(stmt, f.If) and _leaves(stmt) else None
        if not isinstance(test, f.Compare) or len(test.ops) != 1:
            continue
        left, right = test.left, test.rights[0]
        if test.ops[0] in ("<", "<="):
            left, right = right, left
        elif test.ops[0] not in (">", ">="):
            continue
        if _is_of(left, own) and not shapes.mentions(right, own) and shapes.mentions(right, asked - own):
            return test
    return None


def _leaves(stmt: f.If) -> bool:
    last = stmt.body[-1] if stmt.body else None
    return isinstance(last, f.Return) or (isinstance(last, f.Jump) and last.kind == "break")


def _is_of(side: f.Expr, own: frozenset[str]) -> bool:
    """True for an element or a part of one, as it is: sums over the turns are in no order of their own."""
    while isinstance(side, (f.Attr, f.Index)):
        side = side.obj
    return isinstance(side, f.Name) and side.id in own


def found(context: Context) -> Iterator[UpTo]:
    """The loops of a function that begin again, on every turn of another, with what is in order."""
    if context.language != "python" or not context.is_whole:
        return
    loops = [
        loop
        for loop in context.analysis.loops
        if loop.kind == "for" and loop.function == context.function.qualname and context.inside(loop.place)
    ]
    around_of = _around(context, loops)
    for inner in loops:
        node = changes.loop_node(context, inner)
        if not isinstance(node, f.For) or inner.constant or inner.amortised or inner.over.frozen:
            continue
        for outer, around in around_of.get(id(node), ()):
            if outer is inner or not turns_much(outer) or outer.chunked:
                continue
            targets = shapes.named(around.target)
            test = end_of(node, targets)
            if test is None or outer.number in inner.over.depends or outer.number in inner.derived:
                continue
            if not structure.changes_in(context, outer, inner.label) and not shapes.mentions(
                node.iter, targets
            ):
                yield UpTo(outer, inner, node.iter, test)
                break


def _around(context: Context, loops: list[Loop]) -> dict[int, list[tuple[Loop, f.For]]]:
    """The loops around each one, with their statements, by the identity of its own."""
    found: dict[int, list[tuple[Loop, f.For]]] = {}
    for outer in loops:
        around = changes.loop_node(context, outer)
        if not isinstance(around, f.For):
            continue
        for stmt in shapes.walk(around.body):
            if isinstance(stmt, f.For):
                found.setdefault(id(stmt), []).append((outer, around))
    return found


def left_at(there: Context, loop: Loop, place: Place) -> f.For | None:
    """The loop that is left where a comparison holds: what is behind that is not gone through."""
    node = changes.loop_node(there, loop)
    start = there.function.start
    for stmt in shapes.walk(node.body) if isinstance(node, f.For) else ():
        if isinstance(stmt, f.If) and start + stmt.test.at <= place.span.start < start + stmt.test.to:
            last = stmt.body[-1] if stmt.body else None
            ends = isinstance(last, f.Return) or (isinstance(last, f.Jump) and last.kind == "break")
            return node if ends and isinstance(node, f.For) else None
    return None


def counts(node: f.For, name: str) -> bool:
    """True for a name that the turns of a loop count with."""
    return any(
        isinstance(stmt, f.Update) and stmt.op == "+" and shapes.dotted(stmt.target) == name
        for stmt in shapes.walk(node.body)
    )
