"""Costs of a method on every call, where what it works on is kept by its object and gets longer between the calls.

Nobody needs to see the loop: an object that fills a list in one method and empties it in another is a queue, and is
asked for all that was put into it.
"""

from __future__ import annotations

from dataclasses import replace

from analyzers import facts as f
from analyzers.evaluate import shapes
from analyzers.evaluate.events import Operated
from analyzers.evaluate.remembered import remembered
from analyzers.findings import Related
from analyzers.rules import edits
from analyzers.rules.base import Context

BEHIND = frozenset(("append", "extend"))
"""Methods that put something at the end of a list."""

MAKERS = frozenset(("__init__", "__new__", "__post_init__", "__attrs_post_init__"))
"""Methods that are called once for an object."""


@remembered
def may_report(function: f.Function) -> bool:
    """False for a function that does nothing of the kind: it need not be run for that."""
    if not function.owner or function.name in MAKERS:
        return False
    done = [_put(node) for node in shapes.nodes(function.body)]
    if any(what == "taken" and "." in attribute for what, attribute in done):
        return True
    filled = {attribute for what, attribute in done if what == "behind"}
    return bool(filled) and any(
        isinstance(node, f.Compare) and filled & {shapes.dotted(right) for right in node.rights}
        for node in shapes.nodes(function.body)
    )


def kept(context: Context, operation: Operated) -> str:
    """The attribute of its own object that an operation outside of any loop works on, `self.jobs`; "" for anything else."""
    function = context.function
    label = operation.receiver.label
    if operation.loops or operation.function != function.qualname or not context.inside(operation.place):
        return ""
    if not function.owner or function.name in MAKERS or not function.params or context.language != "python":
        return ""
    this, _, name = label.partition(".")
    return label if this == function.params[0].name and name.isidentifier() else ""


def fifo(context: Context, operation: Operated) -> Related | None:
    """Where another method puts in at the end what this one takes from the front of a list of the object's: a queue. None
    for what is put in front, as on a stack, and for a list that only gets shorter."""
    attribute = kept(context, operation)
    if (
        not attribute
        or operation.name != "pop"
        or operation.tag != "shift"
        or operation.receiver.kind != "list"
    ):
        return None
    name = attribute.rpartition(".")[2]
    for method in context.project.methods_of(context.path, context.function.owner).values():
        this = method.params[0].name if method.params else ""
        for node in shapes.nodes(method.body):
            if _put(node) == ("behind", f"{this}.{name}"):
                where = edits.absolute(replace(context, function=method), node)
                return Related(where, f"`{method.name}` puts in at its end")
    return None


def filling(context: Context, operation: Operated) -> Related | None:
    """Where the method puts into the list of its object that it has searched: it keeps each thing once."""
    attribute = kept(context, operation)
    if not attribute or operation.name != "in" or operation.receiver.kind != "list":
        return None
    for node in shapes.nodes(context.function.body):
        if _put(node) == ("behind", attribute):
            return Related(edits.absolute(context, node), "put into it here")
    return None


def _put(node: f._Node) -> tuple[str, str]:
    """What a node does to which list: it puts something "behind" what is there, or has it "taken" from the front."""
    if isinstance(node, f.Update) and node.op == "+":
        return "behind", shapes.dotted(node.target)
    if not isinstance(node, f.Call) or not isinstance(node.func, f.Attr):
        return "", ""
    if node.func.name in BEHIND:
        return "behind", shapes.dotted(node.func.obj)
    first = node.args[0] if node.func.name == "pop" and len(node.args) == 1 else None
    at_front = isinstance(first, f.Const) and first.kind == "int" and first.value == 0
    return ("taken", shapes.dotted(node.func.obj)) if at_front else ("", "")
