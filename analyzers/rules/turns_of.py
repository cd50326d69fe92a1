"""The loops of a function with what they do on each turn: loops, comprehensions, and what a script hands to a method of an array."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from analyzers import facts as f
from analyzers.evaluate import shapes
from analyzers.rules.base import Context

_OF_EACH = frozenset("forEach map filter some every find flatMap".split())  # noqa: SIM905
"""Methods of an array that call what they are handed for each element.

Source: https://tc39.es/ecma262/#sec-properties-of-the-array-prototype-object"""

_FOLDS = frozenset(("reduce", "reduceRight"))
"""The same, where the element comes behind what was found so far."""


class Turn(NamedTuple):
    """A loop: its element, what it goes through, and what it does on each turn, in the function that says so."""

    element: f.Expr
    over: f.Expr
    inside: list[f._Node]
    home: f.Function


def written(function: f.Function) -> Iterator[Turn]:
    """The loops and comprehensions of a function."""
    for node in shapes.nodes(function.body):
        if isinstance(node, f.For):
            yield Turn(node.target, node.iter, list(shapes.nodes(node.body)), function)
        elif isinstance(node, f.Comprehension) and len(node.clauses) == 1:
            yield Turn(node.clauses[0].target, node.clauses[0].iter, list(shapes.nodes(node.value)), function)


def handed(context: Context, function: f.Function) -> Iterator[Turn]:
    """What a script's function hands to methods of arrays: `node.children.map((child) => height(child))`."""
    for call in shapes.of_kind(function.body, f.Call) if context.language != "python" else ():
        name = shapes.called(call)
        first = call.args[0] if call.args else None
        at = 1 if name in _FOLDS else 0
        if not isinstance(call.func, f.Attr) or not isinstance(first, f.Lambda):
            continue
        if name not in _OF_EACH and not at:
            continue
        callback = context.project.function(context.path, first.qualname)
        if callback is not None and len(callback.params) > at:
            element = f.Name(call.at, call.to, callback.params[at].name)
            yield Turn(element, call.func.obj, list(shapes.nodes(callback.body)), callback)


def itself(context: Context, function: f.Function) -> str:
    """How a method names its object, and a function what it is handed first; "" for what is handed nothing."""
    if function.owner and context.language != "python":
        return "this"
    return function.params[0].name if function.params else ""
