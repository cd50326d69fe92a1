"""The same recursions as in `sifted.py`, as a script writes them: `items.filter((one) => one.parent === id)` for each node.

A function that calls itself stands often inside another one, and takes nothing but the key.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from analyzers import facts as f
from analyzers.evaluate import shapes
from analyzers.findings import Related
from analyzers.rules import edits
from analyzers.rules.base import Context
from analyzers.rules.sifted import Sift

LOOK = "filter"
"""The method that goes through an array for all elements that a function holds for.

Source: https://tc39.es/ecma262/#sec-array.prototype.filter
"""
MEMBERS = ("Object.values", "Object.entries")


def made(context: Context) -> Iterator[Sift]:
    """Those of the function at hand, and of the functions defined in it."""
    if context.language == "python" or not context.is_whole:
        return
    for function in context.project.within(context.path, context.function):
        if function.params and function.kind != "module" and not (function.name or "").startswith("<"):
            yield from _made_by(replace(context, function=function))


def _made_by(here: Context) -> Iterator[Sift]:
    looks = [(look, key) for look in _calls(here.function) if (key := _looked_up_by(here, look))]
    if not looks:
        return
    again = _again(here)
    for look, key in looks:
        assert isinstance(look.func, f.Attr)
        items = _gone_through(look.func.obj)
        for caller, call in again:
            if _is_handed_on(here, call, items, key):
                place = edits.absolute(replace(here, function=caller), call)
                again_for = Related(place, "called for each of those found, with all of it")
                yield Sift(edits.absolute(here, look.func.obj), items, here.function.name, again_for)
                break


def _calls(function: f.Function) -> Iterator[f.Call]:
    return (node for node in shapes.nodes(function.body) if isinstance(node, f.Call))


def _gone_through(node: f.Expr) -> str:
    """What is gone through: `items`, also as `Object.values(items)` and `Object.entries(items)`."""
    if isinstance(node, f.Call) and shapes.dotted(node.func) in MEMBERS and len(node.args) == 1:
        return shapes.dotted(node.args[0])
    return shapes.dotted(node)


def _names_of(param: f.Param) -> frozenset[str]:
    """A parameter's name, or those that its pattern takes: `([id, route]) =>`."""
    taken = shapes.named(param.pattern) if param.pattern else frozenset[str]()
    return taken | {param.name}


def _looked_up_by(here: Context, look: f.Call) -> str:
    """The parameter that the elements are compared with; "" where a call is no such search."""
    if not (isinstance(look.func, f.Attr) and look.func.name == LOOK and len(look.args) == 1):
        return ""
    test, items = look.args[0], _gone_through(look.func.obj)
    function = here.project.function(here.path, test.qualname) if isinstance(test, f.Lambda) else None
    only = function.body[0] if function is not None and len(function.body) == 1 else None
    if not items or function is None or not function.params or not isinstance(only, f.Return):
        return ""
    parts = only.value.parts if isinstance(only.value, f.Logic) and only.value.op == "and" else (only.value,)
    elements = _names_of(function.params[0])
    keys = [p.name for p in here.function.params if p.name and p.name != items.partition(".")[0]]
    for part in parts:
        if isinstance(part, f.Compare) and part.ops == ("==",):
            for one, other in ((part.left, part.rights[0]), (part.rights[0], part.left)):
                root = shapes.dotted(other).partition(".")[0]
                if shapes.dotted(one).partition(".")[0] in elements and root in keys:
                    return root
    return ""


def _again(here: Context) -> list[tuple[f.Function, f.Call]]:
    """The calls of the function in itself, and in what it hands to methods of arrays."""
    name = here.function.name
    called = (name, f"this.{name}")
    return [
        (function, call)
        for function in here.project.within(here.path, here.function)
        for call in _calls(function)
        if shapes.dotted(call.func) in called
    ]


def _is_handed_on(here: Context, call: f.Call, items: str, key: str) -> bool:
    """True if the call hands on the same list, or takes none, and asks about something else than it was asked."""
    root = items.partition(".")[0]
    for param, argument in zip(here.function.params, call.args, strict=False):
        if param.name == root and shapes.dotted(argument) != root:
            return False
        if param.name == key and shapes.dotted(argument) == key:
            return False
    names = [param.name for param in here.function.params]
    bound = root in names and names.index(root) >= len(call.args)
    return not bound and names.index(key) < len(call.args)
