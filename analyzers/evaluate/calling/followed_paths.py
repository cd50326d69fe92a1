"""Attributes that are read by a path in a text: `for name in path.split("."): value = getattr(value, name)`.

Which attributes these are is known where the path is: written out, handed over by a call, or one of those that a loop of the
caller goes through.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from analyzers import facts as f
from analyzers.costs import ONE
from analyzers.evaluate import attributes, by_name, queries, shapes
from analyzers.evaluate.run import Run
from analyzers.findings import Place
from analyzers.types import UNKNOWN_VALUE, Value, joined

if TYPE_CHECKING:
    from analyzers.evaluate.calling.arguments import Arguments

MAX_PARTS = 6
"""Attributes of one path."""

_CUTTING = ("split", "rsplit")
_GETTER = "builtins.getattr"


def pieces(receiver: Value, name: str, arguments: Arguments) -> tuple[Value, ...] | None:
    """The pieces of a text that is known, cut at a text that is known; None for all else."""
    at = arguments.first()
    if name not in _CUTTING or not isinstance(receiver.const, str) or len(arguments.values) != 1:
        return None
    if at is None or not isinstance(at.const, str) or not at.const or arguments.keywords:
        return None
    found = receiver.const.split(at.const)
    return tuple(Value("str", const=one, size=ONE) for one in found) if len(found) <= MAX_PARTS else None


def turn_by_turn(run: Run, node: f.For, over: Value, body: Callable[[], None]) -> bool:
    """Run a loop that follows a known path once for each of its names; False for any other loop."""
    names = _names(over) if isinstance(node.target, f.Name) and _follows(node) else []
    for name in names:
        assert isinstance(node.target, f.Name)
        if not run.dead:
            run.bind(node.target.id, Value("str", const=name, size=ONE, label=node.target.id))
            body()
    return bool(names)


def by_each_name(run: Run, node: f.Call, target: Value, arguments: Arguments, place: Place) -> Value | None:
    """`value_of(row, name)` in a loop over names that are written out, by which the function reads: it is run with each of them.

    None for any other call.
    """
    assert target.ref is not None
    function = run.summaries.function(*target.ref)
    if function is None or len(node.args) != len(arguments.values) or not by_name.reads_by(function):
        return None
    names = [param.name for param in function.params][target.bound is not None :]
    for position, (argument, name) in enumerate(zip(node.args, names, strict=False)):
        if name in by_name.reads_by(function) and arguments.values[position].const is None:
            texts = attributes.each_text(run, argument)
            if not texts:
                continue
            from analyzers.evaluate.calling import calls

            values, keywords = queries.given(run, node, arguments)
            before, after = tuple(values[:position]), tuple(values[position + 1 :])
            told = [Value("str", const=text, size=ONE) for text in texts]
            label = target.label or function.name
            each = [calls.invoke(run, target, (*before, one, *after), keywords, place, label) for one in told]
            return joined(each) or UNKNOWN_VALUE
    return None


def reduced(run: Run, node: f.Call, dotted: str, arguments: Arguments) -> Value | None:
    """`functools.reduce(getattr, path.split("."), row)`; None for any other call."""
    if (
        dotted != "functools.reduce"
        or len(node.args) != len(arguments.values)
        or len(node.args) != _OF_REDUCE
    ):
        return None
    function, over, value = arguments.values
    names = _names(over) if function.dotted == _GETTER else []
    read: f.Expr = node.args[2]
    for name in names:
        read = f.Attr(node.at, node.to, read, name, node.at)
        value = attributes.read(run, read, value)
    return value if names else None


_OF_REDUCE = 3
"""What is called, what is gone through, and what it begins with."""


def _names(over: Value) -> list[str]:
    found = [item.const for item in over.items or ()]
    names = [name for name in found if isinstance(name, str) and name.isidentifier()]
    return names if len(names) == len(found) <= MAX_PARTS else []


def _follows(node: f.For) -> bool:
    """True for a loop that reads an attribute by its variable and keeps what it gives for the next: `value = getattr(value, name)`."""
    assert isinstance(node.target, f.Name)
    for step in shapes.walk(node.body):
        if not isinstance(step, f.Assign) or not isinstance(step.value, f.Call):
            continue
        call, kept = step.value, step.targets[0]
        if shapes.dotted(call.func) != "getattr" or len(call.args) < 2 or not isinstance(kept, f.Name):
            continue
        holder, name = call.args[:2]
        if isinstance(holder, f.Name) and holder.id == kept.id:
            return isinstance(name, f.Name) and name.id == node.target.id
    return False
