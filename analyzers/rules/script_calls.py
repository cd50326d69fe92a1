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

PUTS = BEHIND | {"set", "add"}
"""The same of maps and sets: https://tc39.es/ecma262/#sec-map.prototype.set, https://tc39.es/ecma262/#sec-set.prototype.add"""


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
    if not _is_asked(context):
        return
    for here, given in _called_later(context):
        known = given | asked_of_all.made_of(here.function, given)
        for text, look in _asked(here.function, LOOKS) if given else ():
            if not shapes.mentions(look.args, known):
                continue
            filler = _filled_by(here, text) or _filled_part(here, text, look, given)
            if filler is not None:
                yield held.Told(edits.absolute(here, look), text, "list", filler)


def _called_later(context: Context) -> Iterator[tuple[Context, frozenset[str]]]:
    """The function at hand and those that it gives back to be called later, with the names that calls give something:
    `return () => this.listeners.splice(this.listeners.indexOf(listener), 1)`."""
    given = _given(context.function)
    yield context, given
    for value in shapes.of_kind(context.function.body, f.Return):
        made = value.value
        parts = made.values if isinstance(made, f.Mapping) else (made,)
        for part in parts:
            function = (
                context.project.function(context.path, part.qualname) if isinstance(part, f.Lambda) else None
            )
            if function is not None:
                yield replace(context, function=function), given | _given(function)


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
    in_arrays = ((text, look, BEHIND) for text, look in _asked(function, FINDS))
    in_maps = ((text, look, PUTS) for text, look in _asked_of_all_in(function))
    known = given | asked_of_all.made_of(function, given)
    for text, look, putting in (*in_arrays, *in_maps):
        told = _test_of(context, look)
        if told is None or not _asks_for(told[1], frozenset((told[0],)), known):
            continue
        filler = _filled_by(context, text, putting)
        if filler is not None:
            yield held.Told(edits.absolute(context, look), text, "list", filler)


def _asks_for(test: f.Expr, own: frozenset[str], known: frozenset[str]) -> bool:
    """`job.id === id`, `job.path === path || job.path === absolute`."""
    if isinstance(test, f.Logic) and test.op == "or":
        return all(picking.is_equal_to(part, own, known) for part in test.parts)
    return picking.is_equal_to(test, own, known)


def left_out(context: Context) -> Iterator[held.Told]:
    """Arrays that a call makes anew to leave one out: `this.jobs = this.jobs.filter((job) => job.id !== id)`."""
    if not _is_asked(context):
        return
    for here, given in _called_later(context):
        for stmt in held.outside(here.function.body, f.Assign):
            label = shapes.text_of(stmt.targets[0]) if len(stmt.targets) == 1 else ""
            look = stmt.value
            if not isinstance(look, f.Call) or shapes.text_of(look.func) != f"{label}.filter":
                continue
            told = _test_of(here, look)
            filler = _filled_by(here, label) if told is not None and _leaves_out(*told, given) else None
            if filler is not None:
                yield held.Told(edits.absolute(here, look), label, "list", filler)


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


def _asked_of_all_in(function: f.Function) -> Iterator[tuple[str, f.Call]]:
    """The same of all that a map or an object holds: `Array.from(this.byId.values()).find(...)`."""
    for node in held.outside_of_loops(function.body):
        if isinstance(node, f.Call) and isinstance(node.func, f.Attr) and node.func.name in FINDS:
            text = all_of(node.func.obj)
            if text:
                yield text, node


_OF_OBJECT = frozenset(("Object.values", "Object.keys", "Object.entries"))
_OF_MAP = frozenset(("values", "keys", "entries"))


def all_of(node: f.Expr) -> str:
    """`this.byId` of `[...this.byId.values()]`, `Array.from(this.byId)`, `Object.values(this.byId)`; "" for what makes no array of
    all that is in another thing."""
    if isinstance(node, f.Collection) and len(node.items) == 1 and isinstance(node.items[0], f.Star):
        held_in: f.Expr = node.items[0].value
    elif isinstance(node, f.Call) and len(node.args) == 1 and shapes.dotted(node.func) in _OF_OBJECT:
        return shapes.text_of(node.args[0])
    elif isinstance(node, f.Call) and node.args and shapes.dotted(node.func) == "Array.from":
        held_in = node.args[0]
    else:
        return ""
    if isinstance(held_in, f.Call) and isinstance(held_in.func, f.Attr) and held_in.func.name in _OF_MAP:
        held_in = held_in.func.obj
    return shapes.text_of(held_in)


def _is_kept(context: Context, text: str) -> bool:
    """True for what is part of the object, or of something that a call is handed, and for what the module keeps: it is there
    before the call and after it."""
    function = context.function
    root = text.partition(".")[0].partition("[")[0]
    if root == text:
        return bool(text) and (_is_under_key(function, text) or _is_of_module(context, text))
    own = root == "this" or (bool(function.owner) and root == function.owner.rpartition(".")[2])
    return own or root in {param.name for param in function.params} or _is_the_object(function, root)


def _is_under_key(function: f.Function, name: str) -> bool:
    """`list` of `let list = this.by.get(key)`, `const list = this.by[key]`."""
    for value in shapes.given_to(function.body, name):
        if isinstance(value, f.Logic):  # `this.by.get(key) ?? []`
            value = value.parts[0]
        holder = value.obj if isinstance(value, f.Index) else None
        if isinstance(value, f.Call) and isinstance(value.func, f.Attr) and value.func.name == "get":
            holder = value.func.obj
        if holder is not None and shapes.text_of(holder).startswith("this."):
            return True
    return False


def _is_of_module(context: Context, name: str) -> bool:
    """True for an array that the file starts empty, outside of all functions."""
    if not name.isidentifier() or (name in changes.local_names(context) and not _goes_on_with(context, name)):
        return False
    started = names.module_value(context.project, context.path, name)
    return started is not None and lengthening.is_empty_list(started.value)


def _goes_on_with(context: Context, name: str) -> bool:
    """True if all that a function gives a name is made of what it held: then it is the module's, as its own begins with nothing."""
    function, itself = context.function, frozenset((name,))
    values = shapes.given_to(function.body, name)
    return name not in _given(function) and all(v is not None and shapes.mentions(v, itself) for v in values)


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
    if function is None or not function.params:
        return None
    if isinstance(only, f.If) and not only.otherwise and _says_yes(only.body):
        return function.params[0].name, only.test
    if not isinstance(only, f.Return) or only.value is None:
        return None
    return function.params[0].name, only.value


def _says_yes(body: tuple[f.Stmt, ...]) -> bool:
    """`return true`, `return entry`: `find((entry) => { if (entry.id === id) return entry; })`."""
    value = body[0].value if len(body) == 1 and isinstance(body[0], f.Return) else None
    return isinstance(value, f.Name) or (isinstance(value, f.Const) and value.value is True)


def _leaves_out(element: str, test: f.Expr, given: frozenset[str]) -> bool:
    """`job !== given`, `job.id !== id`."""
    own = frozenset((element,))
    sides = (test.left, test.rights[0]) if isinstance(test, f.Compare) and test.ops == ("!=",) else None
    return sides is not None and any(
        shapes.mentions(one, own) and not shapes.mentions(other, own) and shapes.mentions(other, given)
        for one, other in (sides, sides[::-1])
    )


def _filled_by(context: Context, text: str, putting: frozenset[str] = BEHIND) -> Related | None:
    """Where another function puts something into an array of the object's or the module's."""
    root, _, name = text.partition(".")
    owner = context.function.owner
    if name and "." not in name and owner and root in ("this", owner.rpartition(".")[2]):
        others = [*context.project.methods_of(context.path, owner).values()]
    elif _is_of_module(context, text):
        named = context.project.mentioning(context.path, text)
        found = (context.project.function(context.path, qualname) for qualname in named)
        others = [one for one in found if one is not None and one.kind != "module"]
    else:
        return None
    for other in others:
        if other.name == "constructor":
            continue
        for node in shapes.nodes(other.body):
            if puts_into(node, putting) == text:
                where = edits.absolute(replace(context, function=other), node)
                return Related(where, f"`{other.name}` puts into it")
    return None


def puts_into(node: f._Node, putting: frozenset[str]) -> str:
    """`this.jobs` of `this.jobs.push(job)`, and among `PUTS` of `this.jobs.set(id, job)` and `this.jobs[id] = job`; "" for anything
    else."""
    if isinstance(node, f.Call) and isinstance(node.func, f.Attr) and node.func.name in putting and node.args:
        return shapes.text_of(node.func.obj)
    target = node.targets[0] if isinstance(node, f.Assign) and len(node.targets) == 1 else None
    if putting is PUTS and isinstance(target, f.Index) and not isinstance(target.index, f.Const):
        return shapes.text_of(target.obj)
    return ""
