"""Whose rows a project's own manager or class of querysets has, asked in its methods: `self.filter(...)`, `for book in self`.

A manager's rows are those of its model. What a set of rows loads, whoever made it said: nothing is told of the relations that
its methods read, but what they ask for each of the rows is.

Source: https://docs.djangoproject.com/en/5.2/topics/db/managers/#calling-custom-queryset-methods-from-the-manager
"""

from __future__ import annotations

from analyzers import facts as f
from analyzers.evaluate.queries import written_loads
from analyzers.evaluate.queries.emit import row
from analyzers.findings import Place
from analyzers.orm.tables import tables
from analyzers.project import names
from analyzers.project.index import Project
from analyzers.project.models import Model, Models
from analyzers.project.schema import Key
from analyzers.text import Span
from analyzers.types import Origin, Value


def rows(project: Project, path: str, function: f.Function) -> Value | None:
    """What `self` is in a method of a manager or a class of querysets that one table has; None for that of any other class."""
    if not function.has_loop:
        return None
    model = _model_of(project, (path, function.owner))
    if model is None:
        return None
    place = Place(path, Span(function.name_at, function.name_to).shift(function.start))
    kind = "manager" if _is_manager(project, (path, function.owner)) else "queryset"
    read = written_loads.of_manager(project, model, "")
    known = kind == "manager" and read.certain
    origin = Origin(place, read.joins, read.prefetches, certain=known, label="self", split=True)
    return Value(
        kind, ref=model.key, origin=origin, of=row(model.key, origin, ""), label="self", evidence="a queryset"
    )


def _is_manager(project: Project, key: Key) -> bool:
    return not tables().django.classes["manager"].names.isdisjoint(names.names_above(project, *key))


def _model_of(project: Project, key: Key) -> Model | None:
    """The model whose rows a class has: the only one that names it, or the one that all others are derived from."""

    def find() -> Model | None:
        found = [
            model
            for one in _users(project).get(key, ())
            if (model := Models(project).model(*one)) is not None
        ]
        for model in found:
            if all(other is model or _is_above(model, other) for other in found):
                return model
        return None

    return project.memo.ask(("model of a manager", *key), find, None)


def _is_above(model: Model, other: Model) -> bool:
    return any((base.path, base.qualname) == model.key for base in other.bases)


def _users(project: Project) -> dict[Key, tuple[Key, ...]]:
    """The models with a table of their own by the classes of their managers, and by what these are derived from."""

    def collect() -> dict[Key, tuple[Key, ...]]:
        found: dict[Key, tuple[Key, ...]] = {}
        for key in Models(project).all():
            model = Models(project).model(*key)
            if model is None or model.abstract or model.orm != "django":
                continue
            targets = [manager for manager in model.managers.values() if manager is not None]
            classes = {
                (above.path, above.qualname)
                for manager in targets
                if manager.kind == "class"
                for above in names.lineage(project, manager.path, manager.qualname)
                if above.kind == "class"
            }
            for one in classes:
                found[one] = (*found.get(one, ()), key)
        return found

    return project.memo.ask(("models by manager",), collect, {})
