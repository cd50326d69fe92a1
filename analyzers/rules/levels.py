"""Recursions down a tree that at every level call another one that goes down all that is below: `balanced` asks `height` of each
child, which asks each of its children, and so does `balanced` of that child again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from analyzers import facts as f
from analyzers.evaluate import shapes
from analyzers.evaluate.calling import memos
from analyzers.evaluate.remembered import remembered
from analyzers.findings import Place, Related
from analyzers.rules import edits, turns_of
from analyzers.rules.base import Context
from analyzers.rules.turns_of import Turn


class Again(NamedTuple):
    """A call that goes down all that is below a level: where, what is called, and the call that leads to the next level."""

    place: Place
    called: str
    down: Related


def found(context: Context) -> Iterator[Again]:
    """Those of the function at hand; each function that is called once."""
    function = context.function
    own = below(context, function) if context.is_whole else {}
    if not own:
        return
    turns = _turns(context, function)
    elements = _elements(turns_of.itself(context, function), turns, frozenset(own))
    told: set[str] = set()
    for call, home in _asking(function, turns):
        other = _called(context, call, elements)
        other = other if other is not None and other.name != function.name else None
        if other is None or other.name in told or not own.keys() & below(context, other).keys():
            continue
        if memos.is_memoised(other) or _keeps_its_answer(other):
            continue
        told.add(other.name)
        node, where = next(iter(own.values()))
        down = Related(edits.absolute(replace(context, function=where), node), "goes on to the next level")
        yield Again(edits.absolute(replace(context, function=home), call), other.name, down)


WRITTEN = {"str": "__str__", "repr": "__repr__", "format": "__str__"}
"""Built-in functions, and the methods that they ask of what they are given."""


def _asking(function: f.Function, turns: tuple[Turn, ...]) -> Iterator[tuple[f.Call | f.Attr, f.Function]]:
    """The calls of a function, and what it reads without a call, a property; with the function that each stands in."""
    called: set[int] = set()
    handed = [(node, turn.home) for turn in turns if turn.home is not function for node in turn.inside]
    for node, home in (*((node, function) for node in shapes.nodes(function.body)), *handed):
        if isinstance(node, f.Call):
            called.add(id(node.func))
            yield node, home
        elif isinstance(node, f.Attr) and id(node) not in called:
            yield node, home


def is_property(function: f.Function) -> bool:
    """True for what is asked by its name alone, on every read."""
    return any(shapes.dotted(one) == "property" for one in function.decorators)


_Asked = tuple[f.Call | f.Attr, f.Function]


def below(context: Context, function: f.Function) -> dict[str, _Asked]:
    """The attributes for each of whose elements a function calls itself, the calls, and where these stand: `for child in
    self.children: child.show()`, `this.children.map((child) => child.show())`."""
    this = turns_of.itself(context, function)
    if context.language == "python":
        return _below_written(function)
    return _below(function, this, _turns(context, function)) if this else {}


@remembered
def _below_written(function: f.Function) -> dict[str, _Asked]:
    return _below(function, function.params[0].name, _written(function)) if function.params else {}


def _turns(context: Context, function: f.Function) -> tuple[Turn, ...]:
    return (*_written(function), *turns_of.handed(context, function))


@remembered
def _written(function: f.Function) -> tuple[Turn, ...]:
    return tuple(turns_of.written(function))


def _below(function: f.Function, this: str, turns: tuple[Turn, ...]) -> dict[str, _Asked]:
    found: dict[str, _Asked] = {}
    for turn in turns:
        label, target = shapes.dotted(turn.over), turn.element
        if not isinstance(target, f.Name) or not label.startswith(f"{this}.") or label.count(".") > 1:
            continue
        for node in turn.inside:
            if isinstance(node, (f.Call, f.Attr)) and _is_asked(node, function, target.id):
                found.setdefault(label.partition(".")[2], (node, turn.home))
    return found


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


def _elements(this: str, turns: tuple[Turn, ...], attributes: frozenset[str]) -> frozenset[str]:
    """What a call can be asked of that goes down: the node itself, and each of those below it."""
    labels = {f"{this}.{name}" for name in attributes}
    targets = (
        t.element.id for t in turns if isinstance(t.element, f.Name) and shapes.dotted(t.over) in labels
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
