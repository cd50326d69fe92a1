"""Texts and lists that a loop uses up: `while text: ... text = text[match.end():]`, `line, text = text.split("\\n", 1)`, and through
a helper `item, data = take(data)`, which returns what is left as `data[end:]`.

Each turn copies all that is left, so the loop copies the square of the length, whatever kind of sequence it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from analyzers import facts as f
from analyzers.evaluate import shapes
from analyzers.findings import Confidence, Cost, Finding, Place, Related, Severity
from analyzers.project import names
from analyzers.rules import changes, edits, structure
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
    judged = {operation.place for operation in context.analysis.operations}
    for left in _left(context):
        place = edits.absolute(context, left.cut)
        # Where the kind of what is cut is known, the model has said what it thinks of it.
        if not (isinstance(left.cut, f.Slice) and place in judged) and context.once("copy", place):
            yield _left_finding(context, rule, left)
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


class Left(NamedTuple):
    """What a turn leaves of what the loop uses up: the expression that copies it, the name, and the loop."""

    cut: f.Slice | f.Call
    name: str
    loop: f.While


def _left(context: Context) -> Iterator[Left]:
    """Where a loop that turns until nothing is left of a thing gives its name what is left."""
    for loop, node in changes.own_loops(context):
        if not isinstance(node, f.While):
            continue
        for stmt in shapes.walk(node.body):
            for target, value in _given(stmt):
                name = shapes.dotted(target)
                cut = _cut_off(value, name) if name else None
                ends = cut is not None and _ends_with(node, name) and not _is_filled_again(node, name)
                if cut is None or not ends or _is_view(context.function, name):
                    continue
                if not structure.happens_once(context, loop, edits.absolute(context, cut)):
                    yield Left(cut, name, node)


def _given(stmt: f.Stmt) -> Iterator[tuple[f.Expr, f.Expr]]:
    """What a statement gives which name: also the last of the parts that a text is cut into."""
    if not isinstance(stmt, f.Assign) or stmt.value is None:
        return
    for target in stmt.targets:
        if isinstance(target, f.Collection) and isinstance(stmt.value, f.Call) and target.items:
            yield target.items[-1], stmt.value
        elif isinstance(target, f.Name) or isinstance(stmt.value, f.Collection) or isinstance(target, f.Attr):
            yield from _paired(stmt)
            return


def _cut_off(value: f.Expr, name: str) -> f.Slice | f.Call | None:
    """`name[n:]`, `name.partition(sep)`, `name.split(sep, 1)`."""
    if isinstance(value, f.Index):
        value = value.obj  # `name.split(sep, 1)[1]`
    if isinstance(value, f.Call) and isinstance(value.func, f.Attr) and shapes.dotted(value.func.obj) == name:
        once = value.func.name == "split" and len(value.args) == 2
        return value if value.func.name == "partition" or once else None
    if not isinstance(value, f.Slice) or shapes.dotted(value.obj) != name:
        return None
    at_end = isinstance(value.start, f.Unary)  # `lines[-height:]`
    return (
        value
        if value.start is not None and value.stop is None and value.step is None and not at_end
        else None
    )


def _ends_with(node: f.While, name: str) -> bool:
    """True if a loop turns until nothing, or nothing to be found, is left of a thing."""
    alone = frozenset((name.partition(".")[0],))
    if not isinstance(node.test, f.Const):
        return any(
            shapes.dotted(part) == name
            for part in shapes.nodes(node.test)
            if isinstance(part, (f.Name, f.Attr))
        )
    return any(
        isinstance(stmt, f.If) and shapes.mentions(stmt.test, alone) and shapes.has_exit(stmt.body)
        for stmt in node.body
    )


def _is_filled_again(loop: f.While, name: str) -> bool:
    """True if a turn gives the name something else than a part of what it stood for: `line = file.readline()`. What a turn cuts
    off of that is no more than the turn was given."""
    alone = frozenset((name.partition(".")[0],))
    if any(shapes.dotted(node.target) == name for node in shapes.of_kind((loop.test,), f.Named)):
        return True
    for stmt in shapes.walk(loop.body):
        if isinstance(stmt, f.Assign) and stmt.value is not None:
            for target, value in _given_each(stmt):
                is_new = not isinstance(value, f.Const) and not shapes.mentions(value, alone)
                if is_new and shapes.dotted(target) == name:
                    return True
    return False


def _given_each(stmt: f.Assign) -> Iterator[tuple[f.Expr, f.Expr]]:
    """Each target of an assignment with what it is given, all of the value where that is not written out."""
    for target, value in _paired(stmt):
        parts = target.items if isinstance(target, f.Collection) else (target,)
        yield from ((part, value) for part in parts)


def _left_finding(context: Context, rule: str, left: Left) -> Finding:
    place, size = edits.absolute(context, left.cut), f"|{left.name}|"
    by_one = isinstance(left.cut, f.Slice) and isinstance(left.cut.start, f.Const)
    return context.finding(
        rule,
        place,
        f"`{context.shown(place)}` copies all that is left of `{left.name}` on every turn of the loop that uses it up. Move an index "
        f"instead of cutting: the methods of texts and patterns take a place to start from.",
        Severity.HINT if by_one else Severity.INFORMATION,
        Confidence.MEDIUM,
        Cost(f"O({size}²)", f"O({size})"),
        [Related(edits.absolute(context, left.loop.test), f"a loop until `{left.name}` is used up")],
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
                    and not _is_filled_again(loop, name)
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
