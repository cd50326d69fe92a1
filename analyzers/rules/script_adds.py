"""Methods of a script that add one thing to what their object keeps, and go through all of it on the same call:
`this.entries[key] = entry` beside `Object.keys(this.entries).length`.
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzers import facts as f
from analyzers.evaluate import shapes
from analyzers.findings import Related
from analyzers.rules import added_to, edits, held, script_calls
from analyzers.rules.base import Context

_THROUGH = frozenset(("reduce", "map", "filter", "join"))
"""Methods of an array that go through all of it.

Source: https://tc39.es/ecma262/#sec-properties-of-the-array-prototype-object"""


def gone_through(context: Context) -> Iterator[held.Told]:
    """What a method goes through on every call, and where it adds to it."""
    function = context.function
    if context.language == "python" or not context.is_whole or not function.owner or not function.params:
        return
    if function.name == "constructor":
        return
    added = {text: node for node in held.outside_of_loops(function.body) if (text := _added(node))}
    if not added or not added_to.ended_in(function.body).isdisjoint(added):
        return
    for node in added_to.always(function.body):
        text = _all_of(node)
        if text in added:
            where = edits.absolute(context, added.pop(text))
            yield held.Told(
                edits.absolute(context, node), text, "list", Related(where, "it is added to here")
            )


def _added(node: f._Node) -> str:
    text = script_calls.puts_into(node, script_calls.PUTS)
    return text if text.startswith("this.") and "[" not in text else ""


def _all_of(node: f._Node) -> str:
    """What an expression goes through all of; "" for none."""
    if isinstance(node, f.Call) and isinstance(node.func, f.Attr) and node.func.name in _THROUGH:
        return shapes.text_of(node.func.obj)
    return script_calls.all_of(node) if isinstance(node, (f.Call, f.Collection)) else ""
