"""Fields that graphene makes of a Django model's relations by itself, where a type shows the related model.

Source: https://docs.graphene-python.org/projects/django/en/latest/queries/
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzers import facts as f
from analyzers.conventions import classes
from analyzers.conventions.classes import Held
from analyzers.conventions.tables import frameworks
from analyzers.project.index import Project
from analyzers.project.models import Models
from analyzers.project.schema import Key, Relation


def shown_model(project: Project, target: Key) -> Key | None:
    """The Django model whose rows a type shows."""
    held = classes.meta(project, target, "model")
    found = classes.class_of(project, held) if held is not None else None
    cls = project.class_(*target)
    for decorator in cls.decorators if cls is not None else ():
        if isinstance(decorator, f.Call) and decorator.args and found is None:
            found = classes.class_of(project, Held((target[0], ""), decorator.args[0]))
    known = Models(project).model(*found) if found is not None else None
    return found if known is not None and known.orm == "django" else None


def made(project: Project, key: Key) -> Iterator[Relation]:
    """The relations of a type's model that become fields of it: those whose model has a type, too."""
    if not classes.derives(project, key, frameworks().graphql_model_type):
        return
    named = shown_model(project, key)
    model = Models(project).model(*named) if named is not None else None
    if model is None:
        return
    shown, hidden = _names(project, key, _SHOWN), _names(project, key, _HIDDEN) or set()
    own = classes.own(project, key)
    for relation in model.relations.values():
        if (
            relation.name in own
            or relation.name in hidden
            or (shown is not None and relation.name not in shown)
        ):
            continue
        if classes.method(project, key, f"resolve_{relation.name}") is not None:
            continue
        if relation.target in _with_types(project):
            yield relation


_SHOWN = ("fields", "only_fields")
_HIDDEN = ("exclude", "exclude_fields")


def _names(project: Project, key: Key, options: tuple[str, ...]) -> set[str] | None:
    """The names that the first of some options of Meta lists; None for all of them."""
    held = next((found for o in options if (found := classes.meta(project, key, o)) is not None), None)
    words = classes.words(project, held) if held is not None else None
    if words is None or [word.text for word in words] == ["__all__"]:
        return None
    return {word.text for word in words}


def _with_types(project: Project) -> frozenset[Key]:
    """The models for which the project has a type."""

    def collect() -> frozenset[Key]:
        if not project.knows_package("graphene_django"):
            return frozenset()
        return frozenset().union(*(_with_types_in(project, path) for path in project.paths()))

    return project.memo.ask(("graphene models",), collect, frozenset())


def _with_types_in(project: Project, path: str) -> frozenset[Key]:
    def collect() -> frozenset[Key]:
        keys = [(path, name) for name in project.class_names(path)]
        types = [k for k in keys if classes.derives(project, k, frameworks().graphql_model_type)]
        found = (shown_model(project, key) for key in types)
        return frozenset(model for model in found if model is not None)

    return project.memo.ask(("graphene models", path), collect, frozenset())
