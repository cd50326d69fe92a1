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
    certain = True
    for read in reads:
        relation = model.relations.get(read.relation) if model is not None else None
        declared = _declared(context, relation) if relation is not None and not read.chain else None
        if relation is None or declared is None or read.orm != "django" or not _holds_key(declared):
            return None
        certain = certain and not _may_be_missing(declared)
        edit = _edit(context, read.place, relation)
        if edit is None:
            return None
        columns.setdefault(f"`{relation.column}`")
        if edit not in changed:
            changed.append(edit)
    if not changed:
        return None
    return Fix(f"Read {' and '.join(columns)}, which the row has already", tuple(changed), certain)


def _declared(context: Context, relation: Relation) -> f.Call | None:
    """The call that makes a relation with a column of its own, in the class that has it."""
    if relation.kind not in ("fk", "o2o") or not relation.column or not relation.target:
        return None
    owner = context.project.class_(*relation.declared)
    for stmt in owner.body if owner is not None else ():
        value = stmt.value if isinstance(stmt, f.Assign) else None
        if isinstance(value, f.Call) and stmt.at <= relation.span.start < stmt.to:
            return value
    return None


def _holds_key(declared: f.Call) -> bool:
    """True if the column's value is the other row's primary key: no `to_field` points elsewhere."""
    return not any(keyword.name in ("to_field", "") for keyword in declared.keywords)


def _may_be_missing(declared: f.Call) -> bool:
    """True if there need be no other row: `book.author.id` raises then, and `book.author_id` gives what it has."""
    given = {keyword.name: keyword.value for keyword in declared.keywords}
    nullable, constraint = given.get("null"), given.get("db_constraint")
    if "on_delete" in given and shapes.dotted(given["on_delete"]).endswith("DO_NOTHING"):
        return True
    allows_none = nullable is not None and not _is_false(nullable)
    return allows_none or (constraint is not None and _is_false(constraint))


def _is_false(node: f.Expr) -> bool:
    return isinstance(node, f.Const) and node.value is False


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
