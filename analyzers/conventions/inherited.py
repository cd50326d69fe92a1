"""Methods of a base of the project's own that go through rows which only a class derived from it names.

`class Export: for row in self.model.objects.all(): ...` says nothing of its rows; `class BookExport(Export): model = Book`
does. The method is run as that class has it, wherever the framework or the program calls it.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from analyzers import facts as f
from analyzers.conventions import classes, units
from analyzers.conventions.tables import frameworks
from analyzers.conventions.units import At
from analyzers.project import names
from analyzers.project.by_statement import by_piece
from analyzers.project.index import Project
from analyzers.project.models import Models
from analyzers.project.outline import dotted
from analyzers.project.row_sets import gives, gives_rows
from analyzers.project.schema import Key

WORD = "answer"
"""Begins the names of the units of such methods."""

_OF_FRAMEWORK = {"get_queryset": ("queryset", "model")}
"""What methods that a framework gives a class read of it.

Source: https://docs.djangoproject.com/en/5.2/ref/class-based-views/mixins-multiple-object/
"""
_WAY = 3
"""Methods of the same object that are followed to the one that reads what the class names."""


class Reads(Struct, frozen=True):
    """What a method reads of its object; whether it has a loop, and whether it gives rows."""

    of_self: frozenset[str]
    has_loop: bool
    gives_rows: bool


def roots(project: Project, key: Key) -> Iterator[str]:
    """The units of what a class inherits of the project and has the rows for."""
    bases = classes.ancestry(project, key)[1:]
    if not bases or _is_view(project, key) or not any(_goes_through(project, base) for base in bases):
        return
    own = _methods(project, key)
    said = {
        name for name, assign in classes.own(project, key).items() if _names_rows(project, key, assign.value)
    }
    said |= {name for name, reads in own.items() if reads.gives_rows}
    if not said:
        return
    seen = set(own)
    for base in bases:
        methods = _methods(project, base)
        for name, reads in methods.items():
            if name not in seen and reads.has_loop and _leads_to(project, key, reads, said, _WAY):
                yield f"{WORD} {name}"
        seen.update(methods)


def _is_view(project: Project, key: Key) -> bool:
    """True for a page or a view: what its `get` shows is a unit of its own (`pages.roots`, `views.roots`); the loops of a `post` go
    through what a request picked, and are the same for every class that is derived from it."""
    table = frameworks()
    kinds = (table.view, table.list_view, table.detail_view, table.generic_view)
    return any(classes.derives(project, key, one) for one in kinds)


def inherits(project: Project, key: Key, name: str) -> bool:
    """True if a class with something of its own has a method of another class of the project."""
    found = names.member(project, *key, name)
    if found is None or found.kind != "function" or not found.path:
        return False
    own = classes.own(project, key) or project.methods_of(*key)
    return bool(own) and (found.path, found.qualname.rpartition(".")[0]) != key


def answer(project: Project, cls: f.ClassDef, key: Key, name: str) -> f.Function:
    """What an inherited method of that name does, with what the class's own attributes and methods give."""
    at = At(classes.place(project, cls, key, "queryset", "model"))
    written = classes.method(project, key, name)
    given = [p.name for p in written.params[1:] if _is_needed(p)] if written is not None else ["request"]
    asked = at.call(at.attr(at.name("self"), name), *map(at.name, given))
    return units.function(cls, f"{WORD} {name}", tuple(given), (at.do(asked),))


def called(project: Project, path: str, unit: f.Function) -> Key | None:
    """The method that such a unit runs; None for any other function."""
    if unit.kind != units.KIND or not unit.name.startswith(WORD):
        return None
    found = names.member(project, path, unit.owner, unit.name[len(WORD) + 1 :])
    return (found.path, found.qualname) if found is not None and found.kind == "function" else None


def _is_needed(param: f.Param) -> bool:
    return bool(param.name) and param.kind == "positional" and param.default is None


def _goes_through(project: Project, base: Key) -> bool:
    return any(reads.has_loop and reads.of_self for reads in _methods(project, base).values())


def _methods(project: Project, key: Key) -> dict[str, Reads]:
    """Of each method of a class what it reads of its object."""

    def find() -> dict[str, Reads]:
        return {
            name: _reads(method)
            for name, method in project.methods_of(*key).items()
            if not name.startswith("__") and method.params and not method.parent
        }

    return project.memo.ask(("methods read", *key), find, in_cycle={})


@by_piece
def _reads(method: f.Function) -> Reads:
    this, nodes = method.params[0].name, f.walk(method.body)
    of_self = (
        node.name
        for node in nodes
        if isinstance(node, f.Attr) and isinstance(node.obj, f.Name) and node.obj.id == this
    )
    return Reads(frozenset(of_self), method.has_loop, gives(nodes))


def _names_rows(project: Project, key: Key, value: f.Expr | None) -> bool:
    """True for a model, and for a set of rows, as the value of a class attribute."""
    if value is None or gives_rows(value):
        return value is not None
    last = (dotted(value) or "").rpartition(".")[2]
    if not last[:1].isupper() or last.isupper():
        return isinstance(value, f.Call) and _is_model(project, key, value)
    return _is_model(project, key, value)


def _is_model(project: Project, key: Key, value: f.Expr) -> bool:
    named = classes.class_of(project, classes.Held(key, value))
    return named is not None and bool(Models(project).orm_of(*named))


def _leads_to(project: Project, key: Key, reads: Reads, said: set[str], depth: int) -> bool:
    """Whether a method reads what the class says, itself or through other methods of its object."""
    if not said.isdisjoint(reads.of_self):
        return True
    for name in reads.of_self if depth else ():
        found = names.member(project, *key, name)
        if found is None or found.kind != "function":
            if not said.isdisjoint(_OF_FRAMEWORK.get(name, ())):
                return True
            continue
        owner = found.path, found.qualname.rpartition(".")[0]
        further = _methods(project, owner).get(name) if found.path else None
        if further is not None and _leads_to(project, key, further, said, depth - 1):
            return True
    return False
