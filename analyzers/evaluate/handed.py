"""Models that are handed to an object when it is made: `books = Repository(Book)` of a module, `self.books = ...`.

What such an object asks the database for depends on the model. Where the call is run, its `__init__` says so; where an
object is known by the expression that made it alone, the classes among its arguments are followed here to the attributes
that keep them, through `super().__init__(...)` too.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from analyzers import facts as f
from analyzers.evaluate import class_values, evidence, shapes
from analyzers.project import names
from analyzers.project.index import Project
from analyzers.project.outline import flatten
from analyzers.types import Value

_DEPTH = 4
"""Constructors of bases that are followed."""


def keeping(project: Project, path: str, scope: str, made: Value, node: f.Call) -> Value:
    """An instance as the call that makes it says, with the models it was handed under the names of its attributes."""
    if made.kind != "instance" or made.ref is None:
        return made
    found = _kept(project, made.ref, made.ref, _given(project, path, scope, node, {}), 0)
    return replace(made, entries=tuple(found.items())) if found else made


_Given = tuple[list["Value | None"], dict[str, Value]]


def _given(project: Project, path: str, scope: str, node: f.Call, known: Mapping[str, Value]) -> _Given:
    """The models among a call's arguments: by position, and by keyword."""

    def model(argument: f.Expr) -> Value | None:
        if isinstance(argument, f.Name) and argument.id in known:
            return known[argument.id]
        name = shapes.dotted(argument)
        found = names.resolve(project, path, name, scope) if name else None
        if found is None or found[1] or found[0].kind != "class":
            return None
        key = found[0].path, found[0].qualname
        return (
            class_values.class_itself(project, *key)
            if evidence.instance_of(project, *key).kind == "row"
            else None
        )

    named = {k.name: value for k in node.keywords if k.name and (value := model(k.value)) is not None}
    return [model(argument) for argument in node.args], named


def _kept(
    project: Project, key: tuple[str, str], this: tuple[str, str], given: _Given, depth: int
) -> dict[str, Value]:
    """The attributes that the `__init__` of a class gives models to."""
    init = names.member(project, *key, "__init__")
    function = (
        project.function(init.path, init.qualname) if init is not None and init.kind == "function" else None
    )
    if init is None or function is None or depth > _DEPTH:
        return {}
    params = [p.name for p in function.params if p.kind == "positional"][1:]
    known = {name: value for name, value in zip(params, given[0], strict=False) if value is not None}
    known |= {p.name: given[1][p.name] for p in function.params if p.name in given[1]}
    out: dict[str, Value] = {}
    for statement in flatten(function.body):
        if isinstance(statement, f.Do) and isinstance(statement.value, f.Call):
            call = statement.value
            base = _next(project, this, (init.path, function.owner)) if _is_super_init(call) else None
            if base is not None:
                further = _given(project, init.path, function.qualname, call, known)
                out |= _kept(project, base, this, further, depth + 1)
        elif isinstance(statement, f.Assign) and isinstance(statement.value, f.Name):
            held = known.get(statement.value.id)
            for target in statement.targets if held is not None else ():
                if isinstance(target, f.Attr) and shapes.dotted(target.obj) == function.params[0].name:
                    out[target.name] = held  # type: ignore[assignment]
    return out


def _is_super_init(call: f.Call) -> bool:
    func = call.func
    return (
        isinstance(func, f.Attr)
        and func.name == "__init__"
        and isinstance(func.obj, f.Call)
        and shapes.dotted(func.obj.func) == "super"
    )


def _next(project: Project, this: tuple[str, str], owner: tuple[str, str]) -> tuple[str, str] | None:
    """The class after `owner` in the resolution order of an object's class."""
    order = [(base.path, base.qualname) for base in names.lineage(project, *this) if base.kind == "class"]
    position = order.index(owner) + 1 if owner in order else len(order)
    return order[position] if position < len(order) else None
