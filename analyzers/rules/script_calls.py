"""Searches of a script's function through an array that its object or its module keeps and that gets longer between the calls.

`if (!this.seen.includes(one)) this.seen.push(one)`, or `find` in one method of what another one fills: as often as the method is
called, all that came before is gone through. The loop stands with whoever calls it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from analyzers import facts as f
from analyzers.evaluate import lengthening, shapes
from analyzers.findings import Related
from analyzers.project import names
from analyzers.rules import asked_of_all, changes, edits, held, picking
from analyzers.rules.base import Context

LOOKS = frozenset(("includes", "indexOf"))
FINDS = frozenset(("find", "findIndex", "some", "filter"))
BEHIND = frozenset(("push", "unshift"))
"""Methods of arrays that search, search by a function, and make longer.

Source: https://tc39.es/ecma262/#sec-properties-of-the-array-prototype-object"""


def kept_once(context: Context) -> Iterator[held.Told]:
    """Arrays in which each thing is kept once, by the call that looks for it."""
    function = context.function
    if not _is_asked(context):
        return
    filled = {text: call for text, call in _asked(function, BEHIND) if _is_kept(context, text)}
    for text, look in _asked(function, LOOKS) if filled else ():
        if text in filled and look.args:
            where = edits.absolute(context, filled[text])
            yield held.Told(edits.absolute(context, look), text, "list", Related(where, "put into it here"))


def searched(context: Context) -> Iterator[held.Told]:
    """Searches through an array that another function fills, for what the call is given: `this.jobs.indexOf(job)`."""
    function = context.function
    if not _is_asked(context):
        return
    given = _given(function)
    known = given | asked_of_all.made_of(function, given)
    for text, look in _asked(function, LOOKS) if given else ():
        filler = _filled_by(context, text) if shapes.mentions(look.args, known) else None
        filler = filler or (
            _filled_part(context, text, look, given) if shapes.mentions(look.args, known) else None
        )
        if filler is not None:
            yield held.Told(edits.absolute(context, look), text, "list", filler)


def _filled_part(context: Context, text: str, look: f.Call, given: frozenset[str]) -> Related | None:
    """Where another function of the file puts something into the same part of such an object as the one that is handed over and
    searched: `scope.names.push(name)` for `scope.names.indexOf(name)`."""
    part = _part_of_given(context.function, text, given)
    if not part or shapes.mentions(look.args, frozenset((text.partition(".")[0],))):
        return None
    for qualname in context.project.mentioning(context.path, part):
        other = context.project.function(context.path, qualname)
        if other is None or other.kind == "module" or other.qualname == context.function.qualname:
            continue
        for node in shapes.of_kind(other.body, f.Call):
            func = node.func
            if isinstance(func, f.Attr) and func.name in BEHIND and _is_part(other, func.obj, part):
                where = edits.absolute(replace(context, function=other), node)
                return Related(where, f"`{other.name}` puts in at its end")
    return None


def _part_of_given(function: f.Function, text: str, given: frozenset[str]) -> str:
    """`names` of `scope.names`, where the function is handed `scope`, also by a name for it; "" for anything else."""
    values = [v for v in shapes.given_to(function.body, text) if v is not None] if text.isidentifier() else []
    said = shapes.dotted(values[0]) if len(values) == 1 else text
    root, _, part = said.partition(".")
    return part if root in given and part.isidentifier() else ""


def _is_part(function: f.Function, holder: f.Expr, part: str) -> bool:
    """True for that part of some object: `scope.names`, `(scope.names ??= [])`, a name for it."""
    if isinstance(holder, f.Name):
        values = shapes.given_to(function.body, holder.id)
        return any(isinstance(value, f.Attr) and value.name == part for value in values)
    if isinstance(holder, f.Named):
        holder = holder.target
    return isinstance(holder, f.Attr) and holder.name == part


def lookups(context: Context) -> Iterator[held.Told]:
    """Searches through an array of the object's or of the module's, which another function fills, for what the call is asked for."""
    function = context.function
    if not _is_asked(context) or not function.params:
        return
    given = _given(function)
    for text, look in _asked(function, FINDS):
        told = _test_of(context, look)
        if told is None or not picking.is_equal_to(told[1], frozenset((told[0],)), given):
            continue
        filler = _filled_by(context, text)
        if filler is not None:
            yield held.Told(edits.absolute(context, look), text, "list", filler)


def left_out(context: Context) -> Iterator[held.Told]:
    """Arrays that a call makes anew to leave one out: `this.jobs = this.jobs.filter((job) => job.id !== id)`."""
    function = context.function
    if not _is_asked(context):
        return
    given = _given(function)
    for stmt in held.outside(function.body, f.Assign):
        label = shapes.text_of(stmt.targets[0]) if len(stmt.targets) == 1 else ""
        look = stmt.value
        if not isinstance(look, f.Call) or shapes.text_of(look.func) != f"{label}.filter":
            continue
        told = _test_of(context, look)
        filler = _filled_by(context, label) if told is not None and _leaves_out(*told, given) else None
        if filler is not None:
            yield held.Told(edits.absolute(context, look), label, "list", filler)


def sorted_again(context: Context) -> Iterator[held.Told]:
    """Arrays that a call puts one thing into and sorts: `this.jobs.push(job); this.jobs.sort(byDate)`."""
    function = context.function
    if not _is_asked(context) or not _given(function):
        return
    filled = {text: call for text, call in _asked(function, BEHIND) if _is_kept(context, text)}
    for text, call in _asked(function, frozenset(("sort",))) if filled else ():
        if text in filled:
            where = edits.absolute(context, filled[text])
            yield held.Told(
                edits.absolute(context, call), text, "list", Related(where, "it is added to here")
            )


def _is_asked(context: Context) -> bool:
    """True for a function of a script that others call as often as they like."""
    kind = context.function.kind
    return context.language != "python" and context.is_whole and kind not in ("module", "lambda")


def _given(function: f.Function) -> frozenset[str]:
    """The names that a call gives something."""
    named = {param.name for param in function.params if param.name}
    return frozenset(named).union(
        *(shapes.named(param.pattern) for param in function.params if param.pattern is not None)
    )


def _asked(function: f.Function, methods: frozenset[str]) -> list[tuple[str, f.Call]]:
    """The calls of some methods in a function that no loop of its own repeats, with what they are asked of."""
    return [
        (shapes.text_of(node.func.obj), node)
        for node in held.outside_of_loops(function.body)
        if isinstance(node, f.Call) and isinstance(node.func, f.Attr) and node.func.name in methods
    ]


def _is_kept(context: Context, text: str) -> bool:
    """True for what is part of the object, or of something that a call is handed, and for what the module keeps: it is there
    before the call and after it."""
    function = context.function
    root = text.partition(".")[0].partition("[")[0]
    if root == text:
        return bool(text) and (_is_under_key(function, text) or _is_of_module(context, text))
    return (
        root == "this" or root in {param.name for param in function.params} or _is_the_object(function, root)
    )


def _is_under_key(function: f.Function, name: str) -> bool:
    """`list` of `let list = this.by.get(key)`, `const list = this.by[key]`."""
    for value in shapes.given_to(function.body, name):
        holder = value.obj if isinstance(value, f.Index) else None
        if isinstance(value, f.Call) and isinstance(value.func, f.Attr) and value.func.name == "get":
            holder = value.func.obj
        if holder is not None and shapes.text_of(holder).startswith("this."):
            return True
    return False


def _is_of_module(context: Context, name: str) -> bool:
    """True for an array that the file starts empty, outside of all functions."""
    if not name.isidentifier() or name in changes.local_names(context):
        return False
    started = names.module_value(context.project, context.path, name)
    return started is not None and lengthening.is_empty_list(started.value)


def _is_the_object(function: f.Function, name: str) -> bool:
    """`let target = this`: another name of the object."""
    return any(
        isinstance(value, f.Name) and value.id == "this" for value in shapes.given_to(function.body, name)
    )


def _test_of(context: Context, look: f.Call) -> tuple[str, f.Expr] | None:
    """The element's name and the test of a function that is handed to a search and does nothing but to test."""
    test = look.args[0] if look.args else None
    function = context.project.function(context.path, test.qualname) if isinstance(test, f.Lambda) else None
    only = function.body[0] if function is not None and len(function.body) == 1 else None
    if function is None or not isinstance(only, f.Return) or only.value is None or not function.params:
        return None
    return function.params[0].name, only.value


def _leaves_out(element: str, test: f.Expr, given: frozenset[str]) -> bool:
    """`job !== given`, `job.id !== id`."""
    own = frozenset((element,))
    sides = (test.left, test.rights[0]) if isinstance(test, f.Compare) and test.ops == ("!=",) else None
    return sides is not None and any(
        shapes.mentions(one, own) and not shapes.mentions(other, own) and shapes.mentions(other, given)
        for one, other in (sides, sides[::-1])
    )


def _filled_by(context: Context, text: str) -> Related | None:
    """Where another function puts something into an array of the object's or the module's."""
    if text.startswith("this.") and text.count(".") == 1 and context.function.owner:
        others = [*context.project.methods_of(context.path, context.function.owner).values()]
    elif _is_of_module(context, text):
        named = context.project.mentioning(context.path, text)
        found = (context.project.function(context.path, qualname) for qualname in named)
        others = [one for one in found if one is not None and one.kind != "module"]
    else:
        return None
    for other in others:
        if other.name == "constructor":
            continue
        for name, call in _asked(other, BEHIND):
            if name == text:
                where = edits.absolute(replace(context, function=other), call)
                return Related(where, f"`{other.name}` puts in at its end")
    return None
