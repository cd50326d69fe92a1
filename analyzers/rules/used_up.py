"""Texts and lists that a loop uses up through a helper: `while data: item, data = take(data)`, where `take` returns what is
left as `data[end:]`.

Each call copies all that is left, so the loop copies the square of the length; and neither of both shows it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from analyzers import facts as f
from analyzers.evaluate import shapes
from analyzers.findings import Confidence, Cost, Finding, Place, Related, Severity
from analyzers.project import names
from analyzers.rules import edits
from analyzers.rules.base import Context
from analyzers.text import Span


class Taken(NamedTuple):
    """A call that gives back what is left of what it is given, and the loop that goes on with that until there is nothing."""

    call: f.Call
    name: str
    loop: f.While
    cut: Place


def check(context: Context, rule: str) -> Iterator[Finding]:
    """The findings in the loops of a function, under the name of the rule that asks."""
    if context.language != "python" or not context.is_whole:
        return
    for taken in _taken(context):
        place = edits.absolute(context, taken.call)
        if context.once("copy", place):
            size = f"|{taken.name}|"
            yield context.finding(
                rule,
                place,
                f"`{context.shown(place)}` copies all that is left of `{taken.name}` on every turn of the loop that uses it up. "
                f"Hand over the place up to which it was read instead, or a `memoryview` of it.",
                Severity.INFORMATION,
                Confidence.MEDIUM,
                Cost(f"O({size}²)", f"O({size})"),
                [
                    Related(
                        edits.absolute(context, taken.loop.test), f"a loop until `{taken.name}` is used up"
                    ),
                    Related(taken.cut, "what is left is copied here"),
                ],
            )


def _taken(context: Context) -> Iterator[Taken]:
    for loop in shapes.loops(context.function.body):
        if not isinstance(loop, f.While):
            continue
        for stmt in shapes.walk(loop.body):
            if not isinstance(stmt, f.Assign) or not isinstance(stmt.value, f.Call):
                continue
            for target in shapes.stored(stmt.targets):
                name = target.id if isinstance(target, f.Name) else ""
                if (
                    name
                    and shapes.mentions(loop.test, frozenset((name,)))
                    and not _is_view(context.function, name)
                ):
                    cut = _cut_by(context, stmt.value, name)
                    if cut is not None:
                        yield Taken(stmt.value, name, loop, cut)


def _cut_by(context: Context, call: f.Call, name: str) -> Place | None:
    """Where the function that is called cuts off what it has read from what it was given under a name, to return the rest."""
    position = next((i for i, a in enumerate(call.args) if isinstance(a, f.Name) and a.id == name), -1)
    dotted = shapes.dotted(call.func)
    found = (
        names.resolve(context.project, context.path, dotted, context.function.qualname) if dotted else None
    )
    if position < 0 or found is None or found[1] or found[0].kind != "function":
        return None
    function = context.project.function(found[0].path, found[0].qualname)
    if (
        function is None
        or position >= len(function.params)
        or _is_view(function, function.params[position].name)
    ):
        return None
    cut = _rest_returned(function, function.params[position].name)
    if cut is None:
        return None
    return Place(found[0].path, Span(function.start + cut.at, function.start + cut.to))


def _rest_returned(function: f.Function, name: str) -> f.Slice | None:
    """The `data[end:]` of a parameter that a function returns, by itself or as one of several values."""
    rests: dict[str, f.Slice] = {}
    for stmt in shapes.walk(function.body):
        if isinstance(stmt, f.Assign) and stmt.value is not None:
            for target, value in _paired(stmt):
                if isinstance(target, f.Name) and _is_rest(value, name):
                    assert isinstance(value, f.Slice)
                    rests[target.id] = value
        elif isinstance(stmt, f.Return) and stmt.value is not None:
            given = stmt.value.items if isinstance(stmt.value, f.Collection) else (stmt.value,)
            for value in given:
                if isinstance(value, f.Slice) and _is_rest(value, name):
                    return value
                if isinstance(value, f.Name) and value.id in rests:
                    return rests[value.id]
    return None


def _paired(stmt: f.Assign) -> Iterator[tuple[f.Expr, f.Expr]]:
    for target in stmt.targets:
        value = stmt.value
        if isinstance(target, f.Collection) and isinstance(value, f.Collection):
            yield from zip(target.items, value.items, strict=False)
        elif value is not None:
            yield target, value


def _is_rest(value: f.Expr, name: str) -> bool:
    return (
        isinstance(value, f.Slice)
        and isinstance(value.obj, f.Name)
        and value.obj.id == name
        and value.start is not None
        and value.stop is None
        and value.step is None
    )


def _is_view(function: f.Function, name: str) -> bool:
    """True for a `memoryview`, whose pieces copy nothing: by its annotation, or by what it is made with."""
    param = next((p for p in function.params if p.name == name), None)
    if param is not None and param.annotation is not None:
        return shapes.mentions(param.annotation, frozenset(("memoryview",)))
    return any(
        isinstance(stmt, f.Assign)
        and isinstance(stmt.value, f.Call)
        and shapes.dotted(stmt.value.func) == "memoryview"
        and any(isinstance(t, f.Name) and t.id == name for t in stmt.targets)
        for stmt in shapes.walk(function.body)
    )
