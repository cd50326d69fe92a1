"""What a script computes from a whole collection on every turn of a loop, though no turn changes it: `Object.keys(byId).length`, `Math.max(
...rows.map((row) => row.total))`, `new Set(ids)`.

Only where the turn looks at the result: what it keeps or changes, each turn may need for itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from analyzers import facts as f
from analyzers.evaluate import shapes
from analyzers.evaluate.events import Loop, Operated
from analyzers.evaluate.remembered import remembered
from analyzers.rules import changes, structure, turning
from analyzers.rules.base import Context, turns_much

WHOLE = frozenset(
    "map filter reduce flatMap flat join stringify keys values entries from Set Map toSorted".split()  # noqa: SIM905
)
"""What goes through all of a collection, by its last name. Source: https://tc39.es/ecma262/#sec-properties-of-the-array-prototype-object"""

TELLS = frozenset(("join", "stringify"))
"""Those that give a text, of which each turn may have its own."""

LOOKS = frozenset(
    "find findIndex some every includes indexOf has get map filter reduce forEach join slice at flatMap".split()  # noqa: SIM905
)
"""Methods by which something is only looked at."""

TOLD_NOWHERE = frozenset(("every", "has", "get", "reduce", "forEach", "join", "at"))
"""Those of which no other rule speaks where they are asked of the result itself, and that give something else."""

TAKEN_APART = frozenset(("from", "keys", "values", "entries"))
"""Those whose elements are the collection's own."""

SPREAD_INTO = frozenset(("Math.max", "Math.min"))

KINDS = frozenset(("list", "set", "dict", "values", "view"))
"""Kinds of which the size may grow."""


class Same(NamedTuple):
    """A call that gives the same on every turn of a loop."""

    operation: Operated
    call: f.Call
    loop: Loop


def found(context: Context) -> Iterator[Same]:
    """Those of the function at hand."""
    for operation in context.analysis.operations:
        if operation.name not in WHOLE or operation.cost.is_constant or operation.cost.unknown:
            continue
        receiver = operation.receiver
        if receiver.frozen or receiver.kind not in KINDS or not context.inside(operation.place):
            continue
        home = structure.home(context, operation.place)
        call = structure.node_at(home, operation.place)
        if not isinstance(call, f.Call) or not _is_looked_at(home.function.body, call, operation.name):
            continue
        loop = _repeating(context, home, operation, call)
        if loop is not None:
            yield Same(operation, call, loop)


def _repeating(context: Context, home: Context, operation: Operated, call: f.Call) -> Loop | None:
    """The outermost growing loop in which the call gives the same on every turn."""
    read = changes.names_read(home, call)
    loops = list(operation.loops)
    if loops and structure.happens_once(context, loops[-1], operation.place):
        loops.pop()
    found: Loop | None = None
    for loop in reversed(loops):
        turn = turning.of(context, loop)
        if turn is None or loop.polling or loop.chunked or loop.number in operation.rare:
            break
        if loop.number in operation.receiver.depends or read & (
            turn.own | changes.local_names(turn.home) - _given(turn)
        ):
            break
        if not changes.is_unchanged(turn.home, turn.body, call):
            break
        if turns_much(loop) and not loop.amortised:
            found = loop
    return found


def _given(turn: turning.Turn) -> frozenset[str]:
    """The names of the function around a `for`, which are there before it; of a callback none is."""
    if turn.home.function.body is turn.body:
        return frozenset()
    inside = {
        name.id
        for stmt in shapes.walk(turn.body)
        if isinstance(stmt, (f.Assign, f.For))
        for target in (stmt.targets if isinstance(stmt, f.Assign) else (stmt.target,))
        for name in shapes.nodes(target)
        if isinstance(name, f.Name)
    }
    return changes.local_names(turn.home) - inside


def _is_looked_at(body: tuple[f.Stmt, ...], call: f.Call, name: str) -> bool:
    """True for a result of which nothing stays but what is read from it."""
    around = _around(body)
    above = around.get(id(call))
    if name in TELLS:
        return not isinstance(above, (f.Return, f.Mapping, f.Collection))
    if name == "reduce" and len(call.args) == 2 and isinstance(call.args[1], f.Const):
        return True
    if isinstance(above, f.Attr):
        method = around.get(id(above))
        if isinstance(method, f.Call) and method.func is above:
            return above.name in TOLD_NOWHERE
        return above.name in ("length", "size")
    if isinstance(above, f.Index) and above.obj is call:
        return name in TAKEN_APART  # One of its elements, which is no turn's own.
    if isinstance(above, f.Star):
        spread = around.get(id(above))
        return isinstance(spread, f.Call) and shapes.dotted(spread.func) in SPREAD_INTO
    if isinstance(above, f.Assign) and len(above.targets) == 1 and isinstance(above.targets[0], f.Name):
        return _is_only_read(body, above.targets[0].id, around)
    return isinstance(above, f.For) and above.iter is call and name in ("keys", "values", "entries", "filter")


def _is_only_read(body: tuple[f.Stmt, ...], name: str, around: dict[int, f._Node]) -> bool:
    """True for a name of which nothing but methods that look at it is asked."""
    for node in shapes.of_kind(body, f.Name):
        if node.id != name:
            continue
        above = around.get(id(node))
        if isinstance(above, f.Assign) and node in above.targets:
            continue
        if not isinstance(above, f.Attr) or above.name not in (*LOOKS, "length", "size"):
            return False
    return True


@remembered
def _around(body: tuple[f.Stmt, ...]) -> dict[int, f._Node]:
    """What each node of a body stands in."""
    found: dict[int, f._Node] = {}
    for node in shapes.nodes(body):
        held = [getattr(node, name) for name in node.__struct_fields__]
        for value in held:
            for inner in value if isinstance(value, tuple) else (value,):
                if isinstance(inner, f._Node):
                    found[id(inner)] = node
    return found
