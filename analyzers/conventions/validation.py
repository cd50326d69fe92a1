"""Fields whose validation asks the database: a row that a key stands for has to be there, a unique value not to be.

Sources: https://docs.djangoproject.com/en/5.2/ref/models/instances/#validating-objects,
https://github.com/django/django/blob/5.2/django/forms/models.py (ModelChoiceField.to_python, _post_clean) and
https://www.django-rest-framework.org/api-guide/validators/#uniquevalidator,
https://www.django-rest-framework.org/api-guide/relations/#primarykeyrelatedfield
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzers.conventions import classes, serializers
from analyzers.project.django_fields import declared
from analyzers.project.index import Project
from analyzers.project.outline import is_true, keyword
from analyzers.project.schema import Key, Model

RELATIONS = ("fk", "o2o", "m2m")


def of_row(project: Project, model: Model) -> list[str]:
    """The fields that `full_clean()` of a row looks up."""
    return [name for name, word, _ in _fields(project, model) if word != "m2m"]


def of_class(project: Project, key: Key, model: Model) -> list[str]:
    """The same for `is_valid()` of a form or serializer of a model, as far as the model says how a field is checked."""
    held = classes.meta(project, key, "fields")
    words = classes.words(project, held) if held is not None else None
    wanted = {word.text for word in words} if words is not None else None
    left = {word.text for option in ("exclude", "read_only_fields") for word in _words(project, key, option)}
    own = {name for above in classes.ancestry(project, key) for name in classes.own(project, above)}
    is_serializer = serializers.is_serializer(project, key)
    return [
        name
        for name, _, editable in _fields(project, model)
        if (wanted is None or name in wanted) and name not in left | own and (editable or not is_serializer)
    ]


def _words(project: Project, key: Key, option: str) -> list[classes.Word]:
    held = classes.meta(project, key, option)
    return (classes.words(project, held) or []) if held is not None else []


def _fields(project: Project, model: Model) -> Iterator[tuple[str, str, bool]]:
    """Name, kind of relation and whether it may be edited of each field that points to a row or is unique."""
    for key in classes.ancestry(project, model.key):
        for field in declared(project, key).fields:
            if field.word in RELATIONS or is_true(keyword(field.call, "unique")):
                yield field.name, field.word, keyword(field.call, "editable") is None
