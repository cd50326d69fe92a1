"""Recursions down a tree that at every level call another one that goes down all that is below: `balanced` asks `height` of each
child, which asks each of its children, and so does `balanced` of that child again.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from analyzers import facts as f
from analyzers.evaluate import shapes
from analyzers.evaluate.calling import memos
from analyzers.evaluate.remembered import remembered
from analyzers.findings import Place, Related
from analyzers.rules import edits
from analyzers.rules.base import Context


class Again(NamedTuple):
    """A call that goes down all that is below a level: where, what is called, and the call that leads to the next level."""

    place: Place
    called: str
    down: Related


def found(context: Context) -> Iterator[Again]:
    """Those of the function at hand; each function that is called once."""
    function = context.function
    if context.language != "python" or not context.is_whole or not function.params:
        return
    own = below(function)
    if not own:
        return
    elements = _elements(function, frozenset(own))
    told: set[str] = set()
    for call in _asking(function.body):
        other = _called(context, call, elements)
        other = other if other is not None and other.name != function.name else None
        if other is None or other.name in told or not frozenset(own) & frozenset(below(other)):
            continue
        if memos.is_memoised(other) or _keeps_its_answer(other):
            continue
        told.add(other.name)
        down = Related(edits.absolute(context, next(iter(own.values()))), "goes on to the next level")
        yield Again(edits.absolute(context, call), other.name, down)


WRITTEN = {"str": "__str__", "repr": "__repr__", "format": "__str__"}
"""Built-in functions, and the methods that they ask of what they are given."""


def _asking(body: tuple[f.Stmt, ...]) -> Iterator[f.Call | f.Attr]:
    """The calls of a function, and what it reads without a call: a property."""
    called: set[int] = set()
    for node in shapes.nodes(body):
        if isinstance(node, f.Call):
            called.add(id(node.func))
            yield node
        elif isinstance(node, f.Attr) and id(node) not in called:
            yield node


def is_property(function: f.Function) -> bool:
    """True for what is asked by its name alone, on every read."""
    return any(shapes.dotted(one) == "property" for one in function.decorators)


@remembered
def below(function: f.Function) -> dict[str, f.Call | f.Attr]:
    """The attributes for each of whose elements a function calls itself: `for child in self.children: child.show()`, and the calls."""
    found: dict[str, f.Call | f.Attr] = {}
    if not function.params:
        return found
    this = function.params[0].name
    for target, over, inside in _loops(function.body):
        label = shapes.dotted(over)
        if not isinstance(target, f.Name) or not label.startswith(f"{this}.") or label.count(".") > 1:
            continue
        for node in inside:
            if isinstance(node, (f.Call, f.Attr)) and _is_asked(node, function, target.id):
                found.setdefault(label.partition(".")[2], node)
    return found


def _loops(body: tuple[f.Stmt, ...]) -> Iterator[tuple[f.Expr, f.Expr, list[f._Node]]]:
    """The target of each loop, what it goes through, and what it does on each turn."""
    for node in shapes.nodes(body):
        if isinstance(node, f.For):
            yield node.target, node.iter, list(shapes.nodes(node.body))
        elif isinstance(node, f.Comprehension) and len(node.clauses) == 1:
            yield node.clauses[0].target, node.clauses[0].iter, list(shapes.nodes(node.value))


def _is_asked(call: f.Call | f.Attr, function: f.Function, name: str) -> bool:
    """`child.show()` in a method `show`, `child.size` in a property, `str(child)` in `__str__`, `show(child)` in a function of that
    name."""
    if isinstance(call, f.Attr):
        return is_property(function) and shapes.dotted(call) == f"{name}.{function.name}"
    if function.owner and WRITTEN.get(shapes.dotted(call.func)) == function.name:
        return bool(call.args) and shapes.dotted(call.args[0]) == name
    if function.owner:
        return shapes.dotted(call.func) == f"{name}.{function.name}"
    first = call.args[0] if call.args else None
    return shapes.dotted(call.func) == function.name and isinstance(first, f.Name) and first.id == name


def _elements(function: f.Function, attributes: frozenset[str]) -> frozenset[str]:
    """What a call can be asked of that goes down: the node itself, and each of those below it."""
    this = function.params[0].name
    labels = {f"{this}.{name}" for name in attributes}
    targets = (
        target.id
        for target, over, _ in _loops(function.body)
        if isinstance(target, f.Name) and shapes.dotted(over) in labels
    )
    return frozenset((this, *targets))


def _called(context: Context, call: f.Call | f.Attr, elements: frozenset[str]) -> f.Function | None:
    """The function of the same class or file that a call, or the read of a property, asks of a node."""
    function, read = context.function, isinstance(call, f.Attr)
    dotted = shapes.dotted(call if isinstance(call, f.Attr) else call.func)
    if isinstance(call, f.Call) and function.owner and dotted in WRITTEN:
        asked = bool(call.args) and shapes.dotted(call.args[0]) in elements
        return (
            context.project.function(context.path, f"{function.owner}.{WRITTEN[dotted]}") if asked else None
        )
    if function.owner:
        holder, _, method = dotted.partition(".")
        if holder not in elements or not method.isidentifier():
            return None
        found = context.project.function(context.path, f"{function.owner}.{method}")
        return found if found is not None and is_property(found) == read else None
    if isinstance(call, f.Attr):
        return None
    first = call.args[0] if call.args else None
    if not isinstance(first, f.Name) or first.id not in elements or not dotted.isidentifier():
        return None
    return context.project.function(context.path, dotted)


@remembered
def _keeps_its_answer(function: f.Function) -> bool:
    """True for a method that stores something in its object: the next one to ask may find it there."""
    return any(
        isinstance(target, (f.Attr, f.Index))
        for stmt in shapes.of_kind(function.body, f.Assign)
        for target in stmt.targets
    )
