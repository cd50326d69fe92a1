"""Whether what a loop goes over came as a parameter: filters, steps and the members of one record come that way as often as data.

A parameter, a part of one, what is made of one, as many turns as one has elements, and an array that was begun empty and got
nothing but elements of one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from analyzers import facts as f
from analyzers.evaluate import shapes
from analyzers.evaluate.events import Loop
from analyzers.rules import data, turns_of
from analyzers.rules.base import Context


def is_handed(home: Context, loop: Loop) -> bool:
    """True if what a loop goes over came as a parameter, and is not a request's body; `home` is the function it stands in."""
    over = data.iterated(home, loop)
    return (
        over is not None and not data.is_read(home, over) and _comes_as_parameter(home, over, data.MAX_STEPS)
    )


def _comes_as_parameter(home: Context, node: f.Expr, steps: int) -> bool:
    if isinstance(node, f.Range):
        return _counts_a_parameter(home, node.stop, steps - 1)
    while isinstance(node, (f.Attr, f.Index, f.Call)):
        if isinstance(node, f.Call) and (copied := data.copied_by(node)) is not None:
            return _comes_as_parameter(home, copied, steps - 1)
        if isinstance(node, f.Call) and (
            not isinstance(node.func, f.Attr) or shapes.dotted(node.func) in data.SAME
        ):
            given = [argument for argument in node.args if not isinstance(argument, (f.Const, f.Lambda))]
            return bool(given) and all(_comes_as_parameter(home, one, steps - 1) for one in given)
        node = node.func if isinstance(node, f.Call) else node.obj
    if not isinstance(node, f.Name) or steps <= 0:
        return False
    here: f.Function | None = home.function
    while here is not None:
        if any(_takes(param, node.id) for param in here.params):
            return True
        inside = replace(home, function=here)
        values = list(_assigned(here, node.id))
        if len(values) == 1 and isinstance(values[0], f.Collection) and not values[0].items:
            return _is_filled_by_parameter(inside, node.id, steps - 1)
        if values:
            return all(_comes_as_parameter(inside, value, steps - 1) for value in values)
        here = home.project.function(home.path, here.parent) if here.parent else None
    return False


def _counts_a_parameter(home: Context, stop: f.Expr, steps: int) -> bool:
    """True for `steps.length` of a parameter, also by a name, and for a number that is one."""
    if isinstance(stop, f.Binary):
        return _counts_a_parameter(home, stop.left, steps)
    return isinstance(stop, (f.Attr, f.Name)) and _comes_as_parameter(home, stop, steps)


def _is_filled_by_parameter(home: Context, name: str, steps: int) -> bool:
    """True for an array that is begun empty, if all that is put into it are elements of what came as a parameter."""
    turns = [*turns_of.written(home.function), *turns_of.handed(home, home.function)]
    around = {
        node.at: turn
        for turn in turns
        for node in turn.inside
        if isinstance(node, f.Call) and shapes.dotted(node.func) == f"{name}.push"
    }
    put = [
        node for one in home.project.within(home.path, home.function) for node in shapes.of_kind(one.body, f.Call)
        if shapes.dotted(node.func) == f"{name}.push"
    ]  # fmt: skip
    return (
        steps > 0
        and bool(put)
        and len(put) == len(around)
        and all(
            all(
                isinstance(argument, f.Name) and argument.id in shapes.named(around[node.at].element)
                for argument in node.args
            )
            and _comes_as_parameter(home, around[node.at].over, steps - 1)
            for node in put
        )
    )


def _assigned(function: f.Function, name: str) -> Iterator[f.Expr]:
    """What a function assigns to a name, or takes it out of: `const { events } = params`."""
    for stmt in shapes.walk(function.body):
        if isinstance(stmt, f.Assign) and stmt.value is not None:
            parts = (
                n
                for t in stmt.targets
                if isinstance(t, (f.Name, f.Mapping, f.Collection))
                for n in shapes.nodes(t)
            )
            if any(isinstance(n, f.Name) and n.id == name for n in parts):
                yield stmt.value


def _takes(param: f.Param, name: str) -> bool:
    """True for a parameter of that name, or one whose pattern has it."""
    taken = shapes.nodes(param.pattern) if param.pattern is not None else ()
    return param.name == name or any(isinstance(node, f.Name) and node.id == name for node in taken)
