"""The relations of a model that are never null, as far as `select_related()` without arguments follows them.

Source: https://docs.djangoproject.com/en/5.2/ref/models/querysets/#select-related and `select_related_descend` and
`get_related_selections` of https://github.com/django/django/blob/5.2/django/db/models/sql/compiler.py (`max_depth = 5`)
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzers.project.django_fields import declared
from analyzers.project.index import Project
from analyzers.project.models import Models
from analyzers.project.outline import is_true, keyword
from analyzers.project.schema import Key, Model

MAX_STEPS = 5


def paths(project: Project, model: Model, steps: int = MAX_STEPS) -> Iterator[str]:
    """The paths of foreign keys and one-to-one relations that cannot be null: `author`, `author__country`."""
    for relation in model.relations.values():
        if relation.kind not in ("fk", "o2o") or _may_be_null(project, relation.declared, relation.name):
            continue
        yield relation.name
        related = Models(project).related(relation) if steps > 1 else None
        if related is not None:
            yield from (f"{relation.name}__{path}" for path in paths(project, related, steps - 1))


def _may_be_null(project: Project, key: Key, name: str) -> bool:
    fields = declared(project, key).fields if key[0] else ()
    return any(field.name == name and is_true(keyword(field.call, "null")) for field in fields)
