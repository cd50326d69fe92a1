"""The local fix of `book.author.id`: the row holds that value itself, as `book.author_id`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

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
        found = _edits(context, read.place, relation)
        if not found:
            return None
        columns.setdefault(f"`{relation.column}`")
        changed += [edit for edit in found if edit not in changed]
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


def may_dangle(context: Context, relation: Relation) -> bool:
    """True for a relation of a key that the database does not keep from leading to no row."""
    declared = _declared(context, relation)
    return declared is not None and _is_unchecked(declared)


def _may_be_missing(declared: f.Call) -> bool:
    """True if there need be no other row: `book.author.id` raises then, and `book.author_id` gives what it has."""
    nullable = next((keyword.value for keyword in declared.keywords if keyword.name == "null"), None)
    return _is_unchecked(declared) or (nullable is not None and not _is_false(nullable))


def _is_unchecked(declared: f.Call) -> bool:
    given = {keyword.name: keyword.value for keyword in declared.keywords}
    if "on_delete" in given and shapes.dotted(given["on_delete"]).endswith("DO_NOTHING"):
        return True
    constraint = given.get("db_constraint")
    return constraint is not None and _is_false(constraint)


def _is_false(node: f.Expr) -> bool:
    return isinstance(node, f.Const) and node.value is False


def _edits(context: Context, place: Place, relation: Relation) -> list[Edit]:
    """`author.id` behind `book.` becomes `author_id`, wherever the loop reads it: a read that is left asks for the other row
    all the same. Nothing for any other use of the relation."""
    here = structure.home(context, place)
    start = here.function.start
    target = context.summaries.models.related(relation)
    keys = {"pk"} | ({"id"} if target is not None and "id" in target.columns else set())
    read = structure.node_at(here, place)
    whole = shapes.text_of(read) if isinstance(read, f.Attr) else ""
    turn = _turn_around(here, place) if whole else ()
    set_to = {id(target) for node in shapes.nodes(turn) for target in _set_by(node)}
    every = {
        id(node) for node in shapes.nodes(turn) if isinstance(node, f.Attr) and shapes.text_of(node) == whole
    }
    changed: list[Edit] = []
    for node in shapes.nodes(turn):
        if isinstance(node, f.Attr) and isinstance(node.obj, f.Attr) and id(node.obj) in every:
            if node.name not in keys or id(node) in set_to or "\n" in edits.source_of(here, node):
                return []
            every.discard(id(node.obj))
            span = Span(start + node.obj.name_at, start + node.to)
            changed.append(Edit(Place(here.path, span), relation.column))
    return changed if not every else []


def _turn_around(here: Context, place: Place) -> object:
    """The innermost loop of a function that holds a place, or all of its body."""
    at, to = place.span.start - here.function.start, place.span.end - here.function.start
    around = [loop for loop in shapes.loops(here.function.body) if loop.at <= at and to <= loop.to]
    return min(around, key=lambda loop: loop.to - loop.at, default=here.function.body)


def _set_by(node: f._Node) -> Iterator[f.Expr]:
    """What a statement gives a value or takes one from."""
    waiting = [*structure.targets_of(node)]
    while waiting:
        target = waiting.pop()
        yield target
        waiting += target.items if isinstance(target, f.Collection) else ()
