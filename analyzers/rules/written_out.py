"""Objects of a script that are written out, with methods: whether what they hold gets longer."""

from __future__ import annotations

from analyzers import facts as f
from analyzers.evaluate import shapes
from analyzers.rules.base import Context

FILLING = frozenset(("push", "unshift", "splice"))
"""Methods of an array after which it may be longer."""


def is_filled(context: Context, path: str, name: str, attribute: str) -> bool:
    """True if a function of the file puts something into what the object of this name holds as its attribute: `this.items.push(item)`
    in a method of it, or `store.items.push(item)`. What is only written out is as long as it was written."""
    holders = (f"this.{attribute}", f"{name}.{attribute}")
    return any(
        isinstance(node, f.Call)
        and isinstance(node.func, f.Attr)
        and node.func.name in FILLING
        and shapes.dotted(node.func.obj) in holders
        for function in context.project.functions(path)
        if not function.owner
        for node in shapes.nodes(function.body)
    )
