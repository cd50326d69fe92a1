"""The local fix of `book.author.id`: the row holds that value itself, as `book.author_id`."""

from __future__ import annotations

from collections.abc import Iterable

from analyzers import facts as f
from analyzers.evaluate import shapes
from analyzers.evaluate.events import Queried
from analyzers.findings import Edit, Fix, Place
from analyzers.project.models import Model, Relation
from analyzers.rules import edits, structure
from analyzers.rules.base import Context
from analyzers.text import Span


def fix(context: Context, model: Model | None, reads: Iterable[Queried]) -> Fix | None:
    """Read the row's own column at every place; None if one of them needs more of the other row than its key.

    `model` is the model of the rows, `reads` all reads of their relations in a loop.
    """
    changed: list[Edit] = []
    columns: dict[str, None] = {}
    for read in reads:
        relation = model.relations.get(read.relation) if model is not None else None
        if relation is None or read.chain or read.orm != "django" or not _holds_key(context, relation):
            return None
        edit = _edit(context, read.place, relation)
        if edit is None:
            return None
        columns.setdefault(f"`{relation.column}`")
        if edit not in changed:
            changed.append(edit)
    if not changed:
        return None
    return Fix(f"Read {' and '.join(columns)}, which the row has already", tuple(changed))


def _holds_key(context: Context, relation: Relation) -> bool:
    """True if the column's value is the other row's primary key: no `to_field` points elsewhere."""
    if relation.kind not in ("fk", "o2o") or not relation.column or not relation.target:
        return False
    owner = context.project.class_(*relation.declared)
    if owner is None:
        return False
    for stmt in owner.body:
        value = stmt.value if isinstance(stmt, f.Assign) else None
        if isinstance(value, f.Call) and stmt.at <= relation.span.start < stmt.to:
            return not any(keyword.name in ("to_field", "") for keyword in value.keywords)
    return False


def _edit(context: Context, place: Place, relation: Relation) -> Edit | None:
    """`author.id` behind `book.` becomes `author_id`; None for any other use of the relation."""
    here = structure.home(context, place)
    start = here.function.start
    target = context.summaries.models.related(relation)
    keys = {"pk"} | ({"id"} if target is not None and "id" in target.columns else set())
    for node in shapes.nodes(here.function.body):
        if not isinstance(node, f.Attr) or node.name not in keys or not isinstance(node.obj, f.Attr):
            continue
        if Span(start + node.obj.at, start + node.obj.to) == place.span and "\n" not in edits.source_of(
            here, node
        ):
            return Edit(Place(here.path, Span(start + node.obj.name_at, start + node.to)), relation.column)
    return None
