"""What a loop does on each turn, be it a `for` or the function that a method of arrays calls for each element."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from analyzers import facts as f
from analyzers.evaluate import shapes
from analyzers.evaluate.events import Loop
from analyzers.rules import changes, structure
from analyzers.rules.base import Context


class Turn(NamedTuple):
    """The context of the function that the statements of a turn stand in, the names of what the turn has, and the statements."""

    home: Context
    own: frozenset[str]
    body: tuple[f.Stmt, ...]


def of(context: Context, loop: Loop) -> Turn | None:
    """A turn of a loop; None for a `while`, a comprehension, and a function that stands elsewhere. What `reduce` hands on is no
    turn's own."""
    home = structure.home_of(context, loop)
    node = changes.loop_node(home, loop)
    if isinstance(node, f.For):
        return Turn(home, shapes.named(node.target), node.body)
    handed = [a for a in node.args if isinstance(a, f.Lambda)] if isinstance(node, f.Call) else []
    function = context.project.function(context.path, handed[0].qualname) if len(handed) == 1 else None
    if function is None or not isinstance(node, f.Call):
        return None
    params = function.params[1:] if shapes.called(node) == "reduce" else function.params
    own = frozenset(p.name for p in params if p.name).union(
        *(shapes.named(p.pattern) for p in params if p.pattern is not None)
    )
    return Turn(replace(home, function=function), own, function.body)
