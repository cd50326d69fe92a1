"""Searches of a loop through one text, of which only the nearest match decides where the next turn starts.

`a = text.find("{{", pos)`, `b = text.find("{%", pos)`, and on from `min(a, b)`: what stands far behind, or nowhere, is sought
again from every place.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from analyzers import facts as f
from analyzers.evaluate import shapes

SEEKING = frozenset(("find", "index", "search"))


class Sought(NamedTuple):
    """A search through a text from the place where a turn stands, and another one from there."""

    node: f.Call
    other: f.Call
    whole: str
    place: str


def nearest(loop: f.While) -> Iterator[Sought]:
    """The searches of a loop that start from one place it moves, whose matches it compares to go on from the nearest."""
    searches: dict[tuple[str, str], list[tuple[f.Call, str]]] = {}
    moved = {n.id for s in shapes.walk(loop.body) for n in _set_by(s)}
    for stmt in loop.body:
        if isinstance(stmt, f.Assign) and isinstance(stmt.value, f.Call) and len(stmt.targets) == 1:
            whole, place = _sought(stmt.value)
            if whole and place in moved and isinstance(stmt.targets[0], f.Name):
                searches.setdefault((whole, place), []).append((stmt.value, stmt.targets[0].id))
    for (whole, place), found in searches.items():
        names = _made_of(loop, [name for _, name in found], place)
        if len(names) > 1 and _are_compared(loop, names):
            yield Sought(found[1][0], found[0][0], whole, place)


def _sought(call: f.Call) -> tuple[str, str]:
    """The text and the place of `text.find(x, pos)` and `pattern.search(text, pos)`."""
    if not isinstance(call.func, f.Attr) or call.func.name not in SEEKING or len(call.args) != 2:
        return "", ""
    whole = call.args[0] if call.func.name == "search" else call.func.obj
    start = call.args[1]
    return shapes.dotted(whole), start.id if isinstance(start, f.Name) else ""


def _set_by(stmt: f.Stmt) -> Iterator[f.Name]:
    targets = (
        stmt.targets if isinstance(stmt, f.Assign) else (stmt.target,) if isinstance(stmt, f.Update) else ()
    )
    yield from (n for n in shapes.stored(targets) if isinstance(n, f.Name))


def _made_of(loop: f.While, found: list[str], place: str) -> list[frozenset[str]]:
    """For each of some names the others, too, that are made of it: `k` of `k = match.start()`. Not where the next turn starts."""
    return [
        frozenset(
            (
                name,
                *(
                    n.id
                    for stmt in shapes.walk(loop.body)
                    if isinstance(stmt, f.Assign) and shapes.mentions(stmt.value, frozenset((name,)))
                    for n in _set_by(stmt)
                    if n.id != place
                ),
            )
        )
        for name in dict.fromkeys(found)
    ]


def _are_compared(loop: f.While, names: list[frozenset[str]]) -> bool:
    """True if what two searches found is compared: by `<` and `>`, or as what `min` is given."""
    for node in shapes.nodes(loop.body):
        if isinstance(node, f.Compare) and node.ops[0] in ("<", ">", "<=", ">="):
            sides = (node.left, node.rights[0])
            if any(
                shapes.mentions(sides[0], one) and shapes.mentions(sides[1], other)
                for one in names
                for other in names
                if not one & other
            ):
                return True
        elif (
            isinstance(node, f.Call)
            and shapes.dotted(node.func) == "min"
            and sum(shapes.mentions(node.args, one) for one in names) > 1
        ):
            return True
    return False
