"""Recursions that sift one list for the children of each of its elements: `[row for row in rows if row.parent == parent]`, and so
on for each of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from analyzers import facts as f
from analyzers.evaluate import shapes
from analyzers.findings import Place, Related
from analyzers.rules import edits, held, picking
from analyzers.rules.base import Context


class Sift(NamedTuple):
    """What a recursion goes through again for each of its elements: where, and the call that goes on with all of it."""

    place: Place
    label: str
    name: str
    call: Related


def sifts(context: Context) -> Iterator[Sift]:
    """Those of the function at hand, and of the functions defined in it."""
    if context.language != "python" or not context.is_whole:
        return
    for function in context.project.within(context.path, context.function):
        yield from _sifts_of(replace(context, function=function))


def _sifts_of(here: Context) -> Iterator[Sift]:
    """A search for the elements that a parameter asks for, where each of those found is asked for with the same list."""
    function = here.function
    calls = [
        node for node in _repeated(function.body) if isinstance(node, f.Call) and _is_itself(node, function)
    ]
    given = frozenset(p.name for p in function.params)
    told: set[str] = set()
    for node in held.outside_of_loops(function.body) if calls else ():
        for target, over, tests in picking.filters(node):
            label = shapes.dotted(over)
            own = shapes.named(target)
            again = next((call for call in calls if _is_handed_on(call, label, function)), None)
            asked = given - {label.partition(".")[0]}
            if not label or label in told or again is None:
                continue
            if any(picking.is_equal_to(test, own, asked) for test in tests):
                told.add(label)
                place = edits.absolute(here, over)
                go_on = Related(edits.absolute(here, again), "called for each of those found, with all of it")
                yield Sift(place, label, function.name, go_on)


def _repeated(body: tuple[f.Stmt, ...]) -> Iterator[f._Node]:
    """What the loops of a function repeat."""
    for node in shapes.loops(body):
        if isinstance(node, (f.For, f.While)):
            yield from shapes.nodes(node.body)
        else:
            yield from shapes.nodes((*((node.key,) if node.key else ()), node.value))


def _is_itself(call: f.Call, function: f.Function) -> bool:
    this = f"{function.params[0].name}." if function.owner and function.params else ""
    return shapes.dotted(call.func) == f"{this}{function.name}"


def _is_handed_on(call: f.Call, label: str, function: f.Function) -> bool:
    """True if a call of the function itself has it go through the same things: its own parameter, or the object's."""
    root, _, rest = label.partition(".")
    if rest:
        return bool(function.owner) and root == function.params[0].name
    given = (*call.args, *(keyword.value for keyword in call.keywords))
    is_param = any(p.name == label for p in function.params)
    return is_param and any(isinstance(a, f.Name) and a.id == label for a in given)
