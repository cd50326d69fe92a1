"""What an unknown thing is, by the methods it is asked for that no other library's objects have: `self.users.find_one({...})`.

What one line proves holds for the others that name the same thing: where `self.users.find_one(...)` stands in a method of
the class, or of one it is derived from, `self.users.find(...)` asks MongoDB, too. The methods come from `orm/services.toml`.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from analyzers import facts as f
from analyzers.evaluate import shapes
from analyzers.evaluate.remembered import remembered
from analyzers.evaluate.run import Run
from analyzers.orm import tables
from analyzers.project import names
from analyzers.project.index import Project
from analyzers.types import Value

if TYPE_CHECKING:
    from analyzers.evaluate.calling.arguments import Arguments

UNTOLD = ("unknown", "external")
"""Kinds of values of which nothing is known but where they stand."""


def client(run: Run, node: f.Call, target: Value, name: str, arguments: Arguments) -> Value | None:
    """The client that `anything.name(...)` asks, where nothing but the call says that it is one."""
    if run.language != "python" or target.kind not in UNTOLD or not isinstance(node.func, f.Attr):
        return None
    holder = node.func.obj
    is_handed = isinstance(holder, f.Name) and any(p.name == holder.id for p in run.function.params)
    for family, needed in _families().get(name, ()):
        # A parameter may be anything: of that its keywords have to tell.
        if needed in arguments.keywords if needed else not is_handed:
            return Value(family, label=shapes.text_of(holder), depends=target.depends)
    family = _elsewhere(run, holder) if name in _asked() and isinstance(holder, f.Attr) else ""
    if not family or not tables().services[family].effect(name):
        return None
    return Value(family, label=shapes.text_of(holder), depends=target.depends)


def _elsewhere(run: Run, holder: f.Attr) -> str:
    """The family that another line proves of what is written here."""
    function = run.function
    this = function.params[0].name if function.owner and function.params else ""
    if isinstance(holder.obj, f.Name) and holder.obj.id == this:
        return _of_class(run.summaries.project, run.path, function.owner).get(holder.name, "")
    return _proved_in(function).get(shapes.text_of(holder), "")


def _of_class(project: Project, path: str, qualname: str) -> dict[str, str]:
    """By the name of an attribute the family that a method of the class, or of one it is derived from, proves."""
    return project.memo.ask(
        ("spoken to", path, qualname), lambda: _find(project, path, qualname), in_cycle={}
    )


def _find(project: Project, path: str, qualname: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for cls in names.lineage(project, path, qualname):
        outline = project.outline(cls.path) if cls.kind == "class" else None
        if outline is None:
            continue
        project.read(cls.path, "members", cls.qualname)
        for method in outline.methods.get(cls.qualname, {}).values():
            found = _of_method(project, cls.path, method) | found
    return found


def _of_method(project: Project, path: str, method: f.Function) -> dict[str, str]:
    """The same of one method: an edit of one that proves as much as before touches nothing else."""

    def find() -> dict[str, str]:
        now = project.function(path, method.qualname)
        this = f"{now.params[0].name}." if now is not None and now.params else ""
        proved = _proved_in(now).items() if now is not None and this else ()
        return {text.removeprefix(this): family for text, family in proved if text.startswith(this)}

    return project.memo.ask(("spoken to by", path, method.qualname), find, in_cycle={})


@remembered
def _proved_in(function: f.Function) -> dict[str, str]:
    """By the words for what is asked the family that a method proves which only its objects have."""
    found: dict[str, str] = {}
    for call in shapes.of_kind(function.body, f.Call):
        if isinstance(call.func, f.Attr) and isinstance(call.func.obj, f.Attr):
            for family, needed in _families().get(call.func.name, ()):
                if not needed:
                    found[shapes.text_of(call.func.obj)] = family
    return found


@cache
def _families() -> dict[str, list[tuple[str, str]]]:
    """The families that a method may be of, each with the keyword that says so."""
    found: dict[str, list[tuple[str, str]]] = {}
    for family, service in tables().services.items():
        for name, needed in service.spoken.items():
            found.setdefault(name, []).append((family, needed))
    return found


@cache
def _asked() -> frozenset[str]:
    """All methods of the families that one of their methods proves by its name alone."""
    proved = {family for some in _families().values() for family, needed in some if not needed}
    effects = (tables().services[family].effects for family in proved)
    return frozenset(name for one in effects for name in one)
