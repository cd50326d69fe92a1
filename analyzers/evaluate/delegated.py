"""Attributes that an object hands on to another one: `def __getattr__(self, name): return getattr(self.connection, name)`.

Source: https://docs.python.org/3/reference/datamodel.html#object.__getattr__
"""

from __future__ import annotations

from analyzers import facts as f
from analyzers.evaluate import shapes
from analyzers.project import names
from analyzers.project.index import Project

_HOOK = "__getattr__"


def to(project: Project, path: str, qualname: str) -> str:
    """The attribute of an instance to which its class hands on what it does not have itself; "" where it hands on nothing."""

    def find() -> str:
        found = names.member(project, path, qualname, _HOOK)
        function = project.function(found.path, found.qualname) if found is not None else None
        if function is None or len(function.params) != 2:
            return ""
        this, asked = (param.name for param in function.params)
        for step in shapes.walk(function.body):
            if isinstance(step, f.Return) and (name := _handed_on(step.value, this, asked)):
                return name
        return ""

    return project.memo.ask(("hands on to", path, qualname), find, in_cycle="")


def _handed_on(node: f.Expr | None, this: str, asked: str) -> str:
    """`connection` of `getattr(self.connection, name)`."""
    if not isinstance(node, f.Call) or shapes.dotted(node.func) != "getattr" or len(node.args) < 2:
        return ""
    holder, name = node.args[:2]
    if not isinstance(name, f.Name) or name.id != asked or not isinstance(holder, f.Attr):
        return ""
    return holder.name if isinstance(holder.obj, f.Name) and holder.obj.id == this else ""
