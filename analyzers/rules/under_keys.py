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
        puts = dict(_puts(node))
        own = grown.own_names(node) if puts else frozenset[str]()
        for compare in shapes.of_kind(node.body, f.Compare) if puts else ():
            for op, right in zip(compare.ops, compare.rights, strict=False):
                holder = contents.holder_of(right) if op in ("in", "not in") else ""
                if holder in puts and holder not in told and holder.partition(".")[0] not in own:
                    told.add(holder)
                    yield Kept(loop, compare, holder, puts[holder])


def _puts(node: f.For | f.While) -> Iterator[tuple[str, f.Call]]:
    """`by[key].append(x)`, `by.setdefault(key, []).append(x)`."""
    for call in shapes.of_kind(node.body, f.Call):
        if (
            isinstance(call.func, f.Attr)
            and call.func.name == "append"
            and (holder := contents.holder_of(call.func.obj))
        ):
            yield holder, call


__all__ = ["Kept", "found"]
