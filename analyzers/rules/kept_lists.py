"""Lists that an object keeps under keys, and that its methods search for what they are given: `name in self.free[kind]`, also by
a name for them (`free = self.free.get(kind)`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from analyzers import facts as f
from analyzers.evaluate import contents, evidence, makers, shapes
from analyzers.findings import Related
from analyzers.rules import edits, held
from analyzers.rules.base import Context

LISTS = ("list", "deque")


def holder_of(function: f.Function, searched: f.Expr) -> str:
    """`self.free` of `self.free[kind]` and of a name that a function gives to nothing else; "" for anything else."""
    if not function.owner or not function.params:
        return ""
    this = f"{function.params[0].name}."
    values = [searched]
    if isinstance(searched, f.Name):
        values = makers.put(function).get(searched.id, [])
    holders = {label for value in values if (label := contents.holder_of(value)).startswith(this)}
    return holders.pop() if len(holders) == 1 else ""


def filled(context: Context, holder: str) -> Related | None:
    """Where lists are kept that are under the keys of an attribute, if something says that they are lists and get longer."""
    function = context.function
    name = held.attribute_of(function, holder)
    if not name or name.count("."):
        return None
    ref = (context.path, function.owner)
    value = evidence.attribute_of_instance(context.project, *ref, name, context.language)
    within = contents.of_attribute(context.project, ref, name, value).values
    if value.kind != "dict" or within is None or within.kind not in LISTS:
        return None
    for method in context.project.filling_methods(*ref):
        for node in _puts(method, name):
            where = edits.absolute(replace(context, function=method), node)
            return Related(where, f"`{method.name}` puts into one of them")
    return None


def _puts(method: f.Function, name: str) -> Iterator[f.Call]:
    """What puts something into a list that is kept under a key."""
    label = f"{method.params[0].name}.{name}" if method.params else ""
    for node in shapes.of_kind(method.body, f.Call):
        if isinstance(node.func, f.Attr) and node.func.name in ("append", "extend", "insert") and label:
            holder = node.func.obj
            if contents.holder_of(holder) == label or holder_of(method, holder) == label:
                yield node
