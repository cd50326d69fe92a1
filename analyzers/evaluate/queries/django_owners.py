"""Sets of related rows by their owner: one row, or one of which nobody knows where it came from (a parameter, `self`)."""

from __future__ import annotations

from analyzers import facts as f
from analyzers.evaluate import shapes
from analyzers.evaluate.queries.django_loaders import by_default
from analyzers.evaluate.run import Run
from analyzers.findings import Place
from analyzers.project import names
from analyzers.project.lookups import holder_of, model_called
from analyzers.project.models import Model, Relation
from analyzers.types import Origin, Value

_TELLING = frozenset(
    {
        "all", "filter", "exclude", "order_by", "values_list", "select_related", "prefetch_related", "exists", "annotate",
        "get_or_create", "update_or_create", "bulk_create", "in_bulk",
    }
)  # fmt: skip
"""Methods that nothing but a set of rows has, or hardly anything."""


def assumed(run: Run, relation: Relation, target: Model | None, place: Place, label: str) -> Origin:
    """Where the rows of `owner.lines.all()` come from, as far as it can be told without the owner's query.

    What some text of the program names after the relation (`lines__product`) may have come along with the owner.
    """
    words = run.summaries.project.words
    origin = Origin(
        place,
        loads=words.after(relation.name),
        certain=not words.says("custom", relation.name),
        label=label,
        split=words.says("loaded", relation.name),
        assumed=True,
    )
    return by_default(run, target, "", origin) if target is not None else origin


def hang_on_one(rows: Value) -> bool:
    """True for the rows of a relation of a row that was asked for by itself, and for some of these."""
    origin = rows.origin
    if origin is None:
        return rows.of is not None and _is_part_of_one(rows.of)
    return origin.one and "__" not in rows.path if rows.path else origin.of_one


def _is_part_of_one(row: Value) -> bool:
    """True for a row of a list that a row asked for by itself holds, or the one whose method is run."""
    source = row.origin
    if source is None:
        return False
    return (source.assumed and source.of_one) or (source.one and bool(row.path) and "__" not in row.path)


def is_at_hand(run: Run, owner: f.Expr) -> bool:
    """True for the row whose method is run: what hangs on it belongs to one row, where no loop is around the call."""
    function = run.function
    this = function.params[0].name if function.params and function.owner else ""
    return isinstance(owner, f.Name) and owner.id == this != ""


def holder(run: Run, node: f.Call, name: str) -> tuple[Model, Relation, f.Attr] | None:
    """Of `thing.lines.filter(...)` on an unknown thing: the only model whose rows have `lines`, or the one that the
    thing is called after."""
    if not isinstance(node.func, f.Attr) or not isinstance(node.func.obj, f.Attr):
        return None
    read = node.func.obj
    if name not in _TELLING:
        return _asked_by_own(run, read, name)
    owner = shapes.dotted(read.obj).rpartition(".")[2]
    called = model_called(run.summaries.project, owner) if owner else None
    own = run.summaries.models.model(*called) if called is not None else None
    if own is None and owner == "user":
        own = run.summaries.models.user_model()
    if own is not None and read.name in own.relations and own.relations[read.name].many:
        return own, own.relations[read.name], read
    found = holder_of(run.summaries.project, read.name)
    model = run.summaries.models.model(*found[0]) if found is not None else None
    return (model, found[1], node.func.obj) if model is not None and found is not None else None


def _asked_by_own(run: Run, read: f.Attr, name: str) -> tuple[Model, Relation, f.Attr] | None:
    """Of `work.amendments.approved()` the model that the thing is called after, where the rows' own manager has that method."""
    owner = shapes.dotted(read.obj).rpartition(".")[2]
    called = model_called(run.summaries.project, owner) if owner else None
    own = run.summaries.models.model(*called) if called is not None else None
    relation = own.relations.get(read.name) if own is not None else None
    if own is None or relation is None or not relation.many:
        return None
    rows = run.summaries.models.related(relation)
    managers = [m for m in rows.managers.values() if m is not None and m.kind == "class"] if rows else []
    project = run.summaries.project
    found = (names.member(project, manager.path, manager.qualname, name) for manager in managers)
    return (own, relation, read) if any(one is not None and one.kind == "function" for one in found) else None


def known_by_name(value: Value) -> bool:
    """True for what may be a row although nothing is known of it."""
    return value.kind == "unknown" and value.origin is None and value.ref is None and not value.dotted
