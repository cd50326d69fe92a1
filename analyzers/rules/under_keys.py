"""Lists that a loop keeps under keys, and searches before it puts something there: `if x not in by[key]: by[key].append(x)`.

Each is searched as often as it gets longer. How many there are of one key is not known, so it is a hint.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from analyzers import facts as f
from analyzers.evaluate import contents, shapes
from analyzers.evaluate.events import Loop
from analyzers.rules import changes, grown
from analyzers.rules.base import Context


class Kept(NamedTuple):
    """A search through a list under a key, what holds it, and where something is put there."""

    loop: Loop
    search: f.Compare
    holder: str
    put: f.Call


def found(context: Context) -> Iterator[Kept]:
    """Those in the loops of a function; of each that holds lists one."""
    told: set[str] = set()
    for loop, node in changes.own_loops(context):
        named = _named(node)
        puts = dict(_puts(node, named))
        own = grown.own_names(node) if puts else frozenset[str]()
        for compare in shapes.of_kind(node.body, f.Compare) if puts else ():
            for op, right in zip(compare.ops, compare.rights, strict=False):
                holder = _holder(right, named) if op in ("in", "not in") else ""
                if holder in puts and holder not in told and holder.partition(".")[0] not in own:
                    told.add(holder)
                    yield Kept(loop, compare, holder, puts[holder])


def _named(node: f.For | f.While) -> dict[str, str]:
    """The names that each turn gives to what stands under a key, with what holds it: `kept = by.setdefault(key, [])`."""
    named: dict[str, set[str]] = {}
    for assign in shapes.of_kind(node.body, f.Assign):
        for target in assign.targets:
            if isinstance(target, f.Name):
                named.setdefault(target.id, set()).add(
                    contents.holder_of(assign.value) if assign.value else ""
                )
    return {name: holders.pop() for name, holders in named.items() if len(holders) == 1}


def _holder(node: f.Expr, named: dict[str, str]) -> str:
    """What holds a list under a key, by itself or under the name that the turn gave it."""
    return named.get(node.id, "") if isinstance(node, f.Name) else contents.holder_of(node)


def _puts(node: f.For | f.While, named: dict[str, str]) -> Iterator[tuple[str, f.Call]]:
    """`by[key].append(x)`, `by.setdefault(key, []).append(x)`."""
    for call in shapes.of_kind(node.body, f.Call):
        if (
            isinstance(call.func, f.Attr)
            and call.func.name == "append"
            and (holder := _holder(call.func.obj, named))
        ):
            yield holder, call
