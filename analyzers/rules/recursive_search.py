"""Lists that a recursive function fills and searches on each of its calls: nodes that were visited, the path down.

A method may come back to itself through others of its class: `cascade` calls `cascadeReference`, which calls `cascade`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from analyzers import facts as f
from analyzers.evaluate import shapes
from analyzers.evaluate.remembered import by_parts, united
from analyzers.findings import Place, Related
from analyzers.rules import edits
from analyzers.rules.base import Context

SEARCHES = frozenset(("includes", "indexOf"))
"""Methods by which a script asks if something is in a list.

Source: https://tc39.es/ecma262/#sec-array.prototype.includes
"""


class Search(NamedTuple):
    """`node in seen` in a function that calls itself and puts into `seen`; a `path` is shortened again."""

    place: Place
    label: str
    name: str
    filled: Related
    path: bool
    asked: str = "in"


def searches(context: Context) -> Iterator[Search]:
    """Those of the function at hand, and of the functions defined in it."""
    if not context.is_whole:
        return
    for function in context.project.within(context.path, context.function):
        if _comes_back(context, function):
            yield from _searches_of(replace(context, function=function))


def _comes_back(context: Context, function: f.Function) -> bool:
    """`visit(child)`, `self.visit(child)`: by the name it is called by itself, or by what it calls in turn."""
    script = context.language != "python"
    called = _called(context, function, script)
    if function.name in called:
        return True
    if not (script and function.owner and _asked(function.body, "push")):
        return False

    def through(here: Context) -> bool:
        pending, seen = sorted(called), set(called)
        while pending:
            other = here.project.function(here.path, f"{function.owner}.{pending.pop()}")
            further = _called(here, other, script) if other is not None else set()
            if function.name in further:
                return True
            pending += sorted(further - seen)
            seen |= further
        return False

    return replace(context, function=function).of_file(("comes back",), through, in_cycle=False)


def _called(context: Context, function: f.Function, script: bool) -> set[str]:
    """The functions of the file that are called by their names, or the methods of the object itself; by a script's function also
    in what it hands to others: `children.map((child) => walk(child))`."""
    first = function.params[0].name if function.owner and function.params else ""
    this = "this." if script and function.owner else f"{first}." if first else ""
    if script:
        names = frozenset(
            shapes.dotted(call.func) for call, _ in _calls(replace(context, function=function), script)
        )
    else:
        names = _names_called(function.body)
    return {name.removeprefix(this) for name in names if name.startswith(this)} - {""}


@by_parts(united)
def _names_called(body: object) -> frozenset[str]:
    return frozenset(shapes.dotted(node.func) for node in shapes.of_kind(body, f.Call))


def _calls(here: Context, script: bool) -> Iterator[tuple[f.Call, f.Function]]:
    """The calls in a function, and in the functions of a script that it writes out where it hands them over; each with the one
    that it stands in."""
    pending = [here.function]
    while pending:
        function = pending.pop()
        for node in shapes.of_kind(function.body, f.Call):
            yield node, function
            for argument in node.args if script else ():
                inner = (
                    here.project.function(here.path, argument.qualname)
                    if isinstance(argument, f.Lambda)
                    else None
                )
                if inner is not None:
                    pending.append(inner)


def _searches_of(here: Context) -> Iterator[Search]:
    body = here.function.body
    copied = _longer_below(here)
    script = here.language != "python"
    put = {**_asked(body, "push" if script else "append")}
    for method in ("set", "add") if script else ():  # `[...seen.values()].includes(node)` lists all anew.
        put.update(_asked(body, method))
    filled = {label: edits.absolute(here, node) for label, node in put.items()} | copied
    if not filled:
        return
    begun = _begun_where_none(body)
    started = {
        shapes.dotted(target)
        for stmt in shapes.walk(body)
        if isinstance(stmt, f.Assign)
        and not isinstance(stmt.value, (f.Logic, f.Choose))
        and id(stmt) not in begun
        for target in stmt.targets
    } - copied.keys()
    short = _asked(body, "pop").keys() | _asked(body, "remove").keys() | copied.keys()
    for node in shapes.nodes(body):
        if isinstance(node, f.Call) and here.language != "python" and isinstance(node.func, f.Attr):
            label = shapes.dotted(node.func.obj) or _listed(node.func.obj)
            if node.func.name in SEARCHES and label in filled and label not in started:
                where = Related(filled[label], "put into it here")
                how = f".{node.func.name}()"
                yield Search(
                    edits.absolute(here, node), label, here.function.name, where, label in short, how
                )
        if not isinstance(node, f.Compare):
            continue
        for op, right in zip(node.ops, node.rights, strict=False):
            label = shapes.dotted(right)
            if op in ("in", "not in") and label in filled and label not in started:
                where = Related(filled[label], "put into it here")
                yield Search(edits.absolute(here, node), label, here.function.name, where, label in short)


def _listed(node: f.Expr) -> str:
    """`seen` of `[...seen]` and `[...seen.values()]`."""
    only = node.items[0] if isinstance(node, f.Collection) and len(node.items) == 1 else None
    inner = only.value if isinstance(only, f.Star) else None
    if isinstance(inner, f.Call) and isinstance(inner.func, f.Attr) and inner.func.name in ("values", "keys"):
        inner = inner.func.obj
    return shapes.dotted(inner) if inner is not None else ""


def _begun_where_none(body: tuple[f.Stmt, ...]) -> set[int]:
    """The statements that begin a list where a call is handed none: `if seen is None: seen = []`."""
    return {
        id(inner)
        for stmt in body
        if isinstance(stmt, f.If)
        for name in (_none(stmt.test),)
        for inner in stmt.body
        if isinstance(inner, f.Assign) and name and [shapes.dotted(t) for t in inner.targets] == [name]
    }


def _none(test: f.Expr) -> str:
    """`seen` of `seen is None` and `not seen`."""
    if isinstance(test, f.Unary) and test.op == "not":
        return shapes.dotted(test.operand)
    against = test.rights[0] if isinstance(test, f.Compare) and test.ops == ("is",) else None
    none = isinstance(against, f.Const) and against.kind == "none"
    return shapes.dotted(test.left) if isinstance(test, f.Compare) and none else ""


def _longer_below(here: Context) -> dict[str, Place]:
    """The parameters of which each call hands a longer copy on to the next: `visit(child, seen + [node])`, `path = path +
    (node,)`, `walk(child, [...path, node])`."""
    function = here.function
    given = {p.name for p in function.params if not _is_text(p)}
    found: dict[str, Place] = {}
    for stmt in shapes.walk(function.body):
        if isinstance(stmt, f.Assign) and len(stmt.targets) == 1:
            name = shapes.dotted(stmt.targets[0])
            if name in given and _one_more(stmt.value) == name:
                found.setdefault(name, edits.absolute(here, stmt))
    itself = {function.name, f"self.{function.name}", f"this.{function.name}", f"cls.{function.name}"}
    for call, within in _calls(here, here.language != "python"):
        if shapes.dotted(call.func) in itself:
            for argument in (*call.args, *(keyword.value for keyword in call.keywords)):
                if (name := _one_more(argument)) in given:
                    found.setdefault(name, edits.absolute(replace(here, function=within), argument))
    return found


def _one_more(value: f.Expr | None) -> str:
    """`path` of `path + [node]`, `path + (node,)` and `[*path, node]`; "" for anything else."""
    if isinstance(value, f.Binary) and value.op == "+" and isinstance(value.right, f.Collection):
        return shapes.dotted(value.left) if value.right.kind in ("list", "tuple") else ""
    first = value.items[0] if isinstance(value, f.Collection) and len(value.items) > 1 else None
    if isinstance(value, f.Collection) and value.kind in ("list", "tuple") and isinstance(first, f.Star):
        return shapes.dotted(first.value)
    if isinstance(value, f.Call) and shapes.called(value) == "concat" and isinstance(value.func, f.Attr):
        return shapes.dotted(value.func.obj)
    return ""


def _is_text(param: f.Param) -> bool:
    return shapes.dotted(param.annotation) in ("str", "bytes") if param.annotation is not None else False


def _asked(body: tuple[f.Stmt, ...], method: str) -> dict[str, f.Call]:
    """What a method is called on: name or attribute, with the first call."""
    found: dict[str, f.Call] = {}
    for node in shapes.nodes(body):
        if isinstance(node, f.Call) and isinstance(node.func, f.Attr) and node.func.name == method:
            found.setdefault(shapes.dotted(node.func.obj), node)
    found.pop("", None)
    return found
