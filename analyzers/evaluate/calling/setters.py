"""What an assignment runs: `device.name = text` is a call where the class has a setter of that name.

Source: https://docs.python.org/3/library/functions.html#property
"""

from __future__ import annotations

from analyzers import facts as f
from analyzers.evaluate.calling import calls
from analyzers.evaluate.run import Run
from analyzers.project import names
from analyzers.project.index import Project
from analyzers.types import Value

_SETTER = "setter"
_MOST = 4
"""Definitions of one name in a class: the getter, the setter, the deleter and one more."""


def called(run: Run, target: f.Attr, base: Value, value: Value) -> None:
    """Runs the setter of an object's attribute, if its class has one."""
    if (
        run.language != "python"
        or base.kind not in ("instance", "row")
        or base.ref is None
        or not base.ref[0]
    ):
        return
    found = names.member(run.summaries.project, *base.ref, target.name)
    if found is None or found.kind != "function":
        return
    setter = _setter(run.summaries.project, found)
    if setter:
        method = Value("function", ref=(found.path, setter), bound=base, label=target.name)
        calls.invoke(run, method, (value,), {}, run.place(target), f"the setter of `{target.name}`")


def _setter(project: Project, found: names.Target) -> str:
    """The qualname of what a property's assignment runs; "" for a property without one, and for what is none."""

    def find() -> str:
        header = project.header(found.path, found.qualname)
        if header is None or not header.decorators:
            return ""
        for number in range(2, _MOST + 1):
            other = project.header(found.path, f"{found.qualname}#{number}")
            if other is not None and any(_sets(one, found.qualname) for one in other.decorators):
                return other.qualname
        return ""

    return project.memo.ask(("setter", found.path, found.qualname), find, in_cycle="")


def _sets(decorator: f.Expr, qualname: str) -> bool:
    """`@name.setter` above another definition of `name`."""
    if not isinstance(decorator, f.Attr) or decorator.name != _SETTER:
        return False
    return isinstance(decorator.obj, f.Name) and decorator.obj.id == qualname.rpartition(".")[2]
