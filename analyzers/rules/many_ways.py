"""Walks over objects that several others lead to, by a method that calls itself for each and marks none of them.

A tree's node has one parent, `child.parent = self`. Where each of two objects puts itself into a list of the other's
(`self.children.append(group)` beside `group.parents.append(self)`), there are many ways to one of them, and a walk that marks
nothing takes all of them: twice as many with every diamond.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from analyzers import facts as f
from analyzers.evaluate import shapes
from analyzers.evaluate.remembered import remembered
from analyzers.findings import Place, Related
from analyzers.rules import edits, held, turns_of
from analyzers.rules.base import Context

_PUTS = frozenset(("append", "add", "push"))


class Walk(NamedTuple):
    """A method that goes on for each of those under an attribute: where, the attribute, and where an object gets several."""

    place: Place
    label: str
    joined: Related


def walks(context: Context) -> Iterator[Walk]:
    """Those of the method at hand."""
    function = context.function
    is_script = context.language != "python"
    if (
        not (_is_method_of_script(context) if is_script else held.is_called_often(context))
        or function.decorators
    ):
        return
    this = f"{turns_of.itself(context, function)}."
    handed = {turn.over.at: turn for turn in turns_of.handed(context, function)}
    for loop in function.body:
        if isinstance(loop, f.If) and any(isinstance(s, (f.Return, f.Jump)) for s in shapes.walk(loop.body)):
            return  # It ends where it has been before.
        for node in shapes.nodes(loop) if not isinstance(loop, f.If) else ():
            turn = (
                handed.get(node.func.obj.at)
                if isinstance(node, f.Call) and isinstance(node.func, f.Attr)
                else None
            )
            home = turn.home if turn is not None else function
            found = _goes_on(node, turn, function.name, this)
            if found is None:
                continue
            call, name = found
            joined = _joined(context, name)
            if joined is not None:
                yield Walk(edits.absolute(replace(context, function=home), call), f"{this}{name}", joined)
                return


def _is_method_of_script(context: Context) -> bool:
    """True for a method of a script's class that others call as often as they like."""
    return bool(context.function.owner) and context.function.name != "constructor" and context.is_whole


def _goes_on(node: f._Node, turn: turns_of.Turn | None, method: str, this: str) -> tuple[f.Call, str] | None:
    """The call of the same method for each of what an attribute holds, and the attribute's name."""
    if turn is not None:
        if any(isinstance(stmt, (f.If, f.While, f.For, f.Try)) for stmt in turn.home.body):
            return None
        target, over, inside = turn.element, turn.over, turn.inside
    elif isinstance(node, f.For):
        target, over, inside = node.target, node.iter, []
        for stmt in node.body:
            if isinstance(stmt, (f.If, f.While, f.For, f.Try)):
                break
            inside += shapes.nodes(stmt)
    elif isinstance(node, f.Comprehension) and len(node.clauses) == 1 and not node.clauses[0].conditions:
        target, over = node.clauses[0].target, node.clauses[0].iter
        inside = list(shapes.nodes(node.value))
    else:
        return None
    label = shapes.dotted(over)
    if not isinstance(target, f.Name) or not label.startswith(this) or label.count(".") > 1:
        return None
    for inner in inside:
        if isinstance(inner, f.Call) and shapes.dotted(inner.func) == f"{target.id}.{method}":
            return inner, label.removeprefix(this)
    return None


def _joined(context: Context, name: str) -> Related | None:
    """Where a method of the class puts two objects into lists of each other's, one of them under that attribute."""
    project, owner = context.project, context.function.owner
    is_script = context.language != "python"
    methods = (
        project.methods_of(context.path, owner).values()
        if is_script
        else project.filling_methods(context.path, owner)
    )
    for method in methods:
        this = turns_of.itself(context, method)
        put = _puts(method)
        for holder, attribute, other in put:
            if attribute != name or this not in (holder, other) or holder == other:
                continue
            back = next((n for (h, a, o), n in put.items() if h == other and o == holder and a != name), None)
            if back is not None:
                there = replace(context, function=method)
                return Related(edits.absolute(there, back), "each may have several of the others")
    return None


@remembered
def _puts(method: f.Function) -> dict[tuple[str, str, str], f.Call]:
    """What a method puts into the lists of objects, and where."""
    return {pair: node for node in shapes.of_kind(method.body, f.Call) if (pair := _put(node)) is not None}


def _put(node: f.Call) -> tuple[str, str, str] | None:
    """`group`, `parents` and `self` of `group.parents.append(self)`."""
    if not isinstance(node.func, f.Attr) or node.func.name not in _PUTS or len(node.args) != 1:
        return None
    holder, _, attribute = shapes.dotted(node.func.obj).partition(".")
    other = shapes.dotted(node.args[0])
    return (holder, attribute, other) if attribute.isidentifier() and other.isidentifier() else None
