"""Recursion as a recurrence: what a function costs that calls itself.

Recognised: one or more calls on parts of a structure (a walk: linear in it), calls on a counter that steps down
(linear for one call, exponential for two on overlapping arguments, linear again with a memo), and calls on halves
(the master theorem). Anything else is unknown.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from analyzers import facts as f
from analyzers.costs import UNKNOWN, Cost
from analyzers.evaluate import memos, shapes
from analyzers.evaluate.events import Part
from analyzers.evaluate.run import Run
from analyzers.types import Value


def solve(run: Run, work: Cost, space: Cost) -> tuple[Cost, Cost]:
    """The total cost and space of a recursive function whose own work for one call is `work`."""
    calls = list(self_calls(run.function))
    shapes = [shape for call in calls if (shape := _shape(run, call)) is not None]
    if not shapes or len(shapes) < len(calls):
        return UNKNOWN, space
    kinds = {kind for kind, _ in shapes}
    size = shapes[0][1]
    paths = max(_most_calls(run.function.body, run.function), 1)
    if kinds <= {"part", "element"}:
        total, why = size * work, "visits every part of the structure once"
    elif kinds == {"step"}:
        if paths == 1 or memos.is_memoised(run.function):
            total, why = (
                size * work,
                "one call for every step down" if paths == 1 else "every argument is computed once",
            )
        else:
            total, why = (
                size.exponential(float(paths)) * work,
                f"{paths} calls for every step down, with overlapping arguments",
            )
    elif kinds == {"half"}:
        total, why = (
            _master(paths, size, work),
            f"{paths} call{'s' if paths > 1 else ''} on half of the input",
        )
    else:
        return UNKNOWN, space
    place = run.recursive[0]
    run.frames[0].parts.append(Part(place, f"recursion: {why}", total))
    depth = size.log() if kinds == {"half"} else size
    return total, space + depth


def _master(calls: int, size: Cost, work: Cost) -> Cost:
    """T(n) = a·T(n/2) + work. Source: the master theorem (CLRS, section 4.5)."""
    critical = math.log2(calls) if calls > 1 else 0.0
    degree = work.degree if not work.is_constant else 0.0
    if abs(degree - critical) < 1e-9:
        return work * size.log()
    if degree > critical:
        return work
    return size.power(critical)


# ------------------------------------------------------------------------------------------------ self calls


def self_calls(function: f.Function) -> Iterator[f.Call]:
    """The calls in a function's body that name the function itself."""
    for node in shapes.nodes(function.body):
        if isinstance(node, f.Call) and _is_self(node, function):
            yield node


def _is_self(call: f.Call, function: f.Function) -> bool:
    func = call.func
    if isinstance(func, f.Name):
        return func.id == function.name
    return isinstance(func, f.Attr) and func.name == function.name and bool(function.owner)


def _most_calls(body: tuple[f.Stmt, ...], function: f.Function) -> int:
    """The largest number of self calls on one path through a body; a call in a loop counts twice."""
    total = 0
    for stmt in body:
        if isinstance(stmt, f.If):
            total += _in(stmt.test, function)
            then, other = _most_calls(stmt.body, function), _most_calls(stmt.otherwise, function)
            if _ends(stmt.body) and then:
                total = max(total + then, total + other + _rest(body, stmt, function))
                return total
            total += max(then, other)
        elif isinstance(stmt, (f.For, f.While)):
            total += 2 * _most_calls(stmt.body, function)
        elif isinstance(stmt, (f.With, f.Block, f.Try)):
            total += _most_calls(stmt.body, function)
        else:
            total += _in(stmt, function)
    return total


def _rest(body: tuple[f.Stmt, ...], stmt: f.Stmt, function: f.Function) -> int:
    return _most_calls(body[body.index(stmt) + 1 :], function)


def _ends(body: tuple[f.Stmt, ...]) -> bool:
    return bool(body) and isinstance(body[-1], (f.Return, f.Jump))


def _in(node: object, function: f.Function) -> int:
    return sum(1 for n in shapes.nodes(node) if isinstance(n, f.Call) and _is_self(n, function))


def _shape(run: Run, call: f.Call) -> tuple[str, Cost] | None:
    """How one self call's arguments are smaller than the parameters: part, element, step or half, and of what size."""
    function = run.function
    params = [p for p in function.params if p.name not in ("self", "cls")]
    names = {p.name for p in params}
    for param, argument in zip(params, call.args, strict=False):
        value = run.summaries.formals(run.path, function, {}).get(param.name) or Value(label=param.name)
        if isinstance(argument, f.Binary) and shapes.text_of(argument.left) == param.name:
            if argument.op in ("//", "/", ">>"):
                return "half", run.magnitude(value)
            if argument.op in ("-", "+") and isinstance(argument.right, f.Const):
                return "step", run.magnitude(value)
        if isinstance(argument, f.Slice) and shapes.text_of(argument.obj) == param.name:
            bounds = [b for b in (argument.start, argument.stop) if b is not None]
            if all(isinstance(b, (f.Const, f.Unary)) for b in bounds):
                return "step", run.extent(value)
            return "half", run.extent(value)
        if isinstance(argument, f.Attr) and shapes.text_of(argument.obj).split(".")[0] == param.name:
            return "part", run.extent(value)
    held = run.env
    for argument in call.args:
        if isinstance(argument, f.Name) and argument.id not in names:
            known = held.get(argument.id)
            if known is not None and any(isinstance(t, str) for t in known.depends):
                root = next(t for t in known.depends if isinstance(t, str))
                return "element", Cost.of(run.size_named(f"|{root}|", f"all that is reached from {root}"))
    if isinstance(call.func, f.Attr):
        receiver = call.func.obj
        if isinstance(receiver, f.Name) and receiver.id not in ("self", "this", "cls"):
            return "element", Cost.of(run.size_named("|self|", "all that is reached from self"))
        if isinstance(receiver, f.Attr):
            return "part", Cost.of(run.size_named("|self|", "all that is reached from self"))
    return None
