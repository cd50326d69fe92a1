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
from analyzers.project.outline import is_true
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


def type_of_page(project: Project, page: Key) -> Key | None:
    """The type that the rows of a page are shown as: the project's only one for its model, in all files or its own.

    Source: https://github.com/eamigo86/graphene-django-extras#2--defining-types
    """
    model = shown_model(project, page)
    found = [key for key, shown in _types(project) if shown == model and _is_registered(project, key)]
    if len(found) != 1:
        found = [key for key in found if key[0] == page[0]]
    return found[0] if model is not None and len(found) == 1 else None


def _is_registered(project: Project, key: Key) -> bool:
    held = classes.meta(project, key, "skip_registry")
    return held is None or not is_true(held.value)


def _with_types(project: Project) -> frozenset[Key]:
    """The models for which the project has a type."""
    return project.memo.ask(
        ("graphene models",), lambda: frozenset(model for _, model in _types(project)), frozenset()
    )


def _types(project: Project) -> frozenset[tuple[Key, Key]]:
    """The project's types for models, each with its model."""

    def collect() -> frozenset[tuple[Key, Key]]:
        if not any(
            project.knows_package(package) for package in ("graphene_django", "graphene_django_extras")
        ):
            return frozenset()
        return frozenset().union(*(_types_in(project, path) for path in project.paths()))

    return project.memo.ask(("graphene types",), collect, frozenset())


def _types_in(project: Project, path: str) -> frozenset[tuple[Key, Key]]:
    def collect() -> frozenset[tuple[Key, Key]]:
        keys = [(path, name) for name in project.class_names(path)]
        types = [k for k in keys if classes.derives(project, k, frameworks().graphql_model_type)]
        found = ((key, shown_model(project, key)) for key in types)
        return frozenset((key, model) for key, model in found if model is not None)

    return project.memo.ask(("graphene types", path), collect, frozenset())
