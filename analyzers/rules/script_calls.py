"""Searches of a script's method through an array that its object keeps and that gets longer between the calls.

`if (!this.seen.includes(one)) this.seen.push(one)`, or `find` in one method of what another one fills: as often as the method is
called, all that came before is gone through. The loop stands with whoever calls it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from analyzers import facts as f
from analyzers.evaluate import shapes
from analyzers.findings import Related
from analyzers.rules import edits, held, picking
from analyzers.rules.base import Context

LOOKS = frozenset(("includes", "indexOf"))
FINDS = frozenset(("find", "findIndex", "some", "filter"))
BEHIND = frozenset(("push", "unshift"))
"""Methods of arrays that search, search by a function, and make longer.

Source: https://tc39.es/ecma262/#sec-properties-of-the-array-prototype-object"""


def kept_once(context: Context) -> Iterator[held.Told]:
    """Arrays in which each thing is kept once, by the call that looks for it."""
    function = context.function
    if context.language == "python" or not context.is_whole or function.kind in ("module", "lambda"):
        return
    filled = {text: call for text, call in _asked(function, BEHIND) if _is_kept(function, text)}
    for text, look in _asked(function, LOOKS) if filled else ():
        if text in filled and look.args:
            where = edits.absolute(context, filled[text])
            yield held.Told(edits.absolute(context, look), text, "list", Related(where, "put into it here"))


def lookups(context: Context) -> Iterator[held.Told]:
    """Searches through an array of the object's, which another method fills, for what the call is asked for."""
    function = context.function
    if context.language == "python" or not context.is_whole or not function.owner or not function.params:
        return
    given = frozenset(param.name for param in function.params if param.name)
    for text, look in _asked(function, FINDS):
        if not text.startswith("this.") or text.count(".") != 1 or not _finds_equal(context, look, given):
            continue
        filler = _filled_by(context, text)
        if filler is not None:
            yield held.Told(edits.absolute(context, look), text, "list", filler)


def _asked(function: f.Function, methods: frozenset[str]) -> list[tuple[str, f.Call]]:
    """The calls of some methods in a function that no loop of its own repeats, with what they are asked of."""
    return [
        (shapes.text_of(node.func.obj), node)
        for node in held.outside_of_loops(function.body)
        if isinstance(node, f.Call) and isinstance(node.func, f.Attr) and node.func.name in methods
    ]


def _is_kept(function: f.Function, text: str) -> bool:
    """True for what is part of the object, or of something that a call is handed: it is there before the call and after it."""
    root = text.partition(".")[0].partition("[")[0]
    if root == text or not text:
        return False
    return (
        root == "this" or root in {param.name for param in function.params} or _is_the_object(function, root)
    )


def _is_the_object(function: f.Function, name: str) -> bool:
    """`let target = this`: another name of the object."""
    return any(
        isinstance(value, f.Name) and value.id == "this" for value in shapes.given_to(function.body, name)
    )


def _finds_equal(context: Context, look: f.Call, given: frozenset[str]) -> bool:
    """True for a search by a function that compares its element with a parameter of the method."""
    test = look.args[0] if look.args else None
    function = context.project.function(context.path, test.qualname) if isinstance(test, f.Lambda) else None
    only = function.body[0] if function is not None and len(function.body) == 1 else None
    if function is None or not isinstance(only, f.Return) or only.value is None or not function.params:
        return False
    return picking.is_equal_to(only.value, frozenset((function.params[0].name,)), given)


def _filled_by(context: Context, text: str) -> Related | None:
    """Where another method of the class puts something into it; None where it is emptied by one, too."""
    found: Related | None = None
    for method in context.project.methods_of(context.path, context.function.owner).values():
        if method.name == "constructor":
            continue
        for name, call in _asked(method, BEHIND):
            if name == text and found is None:
                where = edits.absolute(replace(context, function=method), call)
                found = Related(where, f"`{method.name}` puts in at its end")
    return found
