"""What a statement that selects several things gives: tuples of columns and rows, mappings by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from analyzers.costs import ONE
from analyzers.evaluate.queries.emit import row
from analyzers.evaluate.queries.sqlalchemy_rows import RESULT_ROW
from analyzers.evaluate.run import Run
from analyzers.findings import Place
from analyzers.types import Origin, Value

if TYPE_CHECKING:
    from analyzers.evaluate.calling.arguments import Arguments


def tuple_of(run: Run, arguments: Arguments, place: Place) -> Value:
    """The columns and rows that are selected by name."""
    return _tuple(run, tuple(_column(value, place) for value in arguments.values))


def beside(run: Run, before: Value, more: Value) -> Value:
    """What a statement selects after `add_columns` and `add_entity`."""
    return _tuple(run, (*(before.items or (before,)), *(more.items or ())))


def by_name(of: Value | None) -> Value | None:
    """A row of `mappings()`: what it holds stands under the names of the models and columns."""
    if of is None or of.items is None:
        return of
    held = tuple((item.label, item) for item in of.items if item.label)
    return Value("dict", size=ONE, entries=held, depends=of.depends)


def _column(value: Value, place: Place) -> Value:
    label = value.label.rpartition(".")[2]
    return row(value.ref, Origin(place)).but(label=label) if value.kind == "class" else Value(label=label)


def _tuple(run: Run, items: tuple[Value, ...]) -> Value:
    selected = {item.ref for item in items if item.kind == "row"}
    if len(selected) > 1:
        items = tuple(_held(run, item, selected) for item in items)
    return Value("tuple", items=items or None, size=ONE, evidence=RESULT_ROW)


def _held(run: Run, item: Value, selected: set[tuple[str, str] | None]) -> Value:
    """A row whose relations to what is selected beside it ask for nothing: the session holds that row.

    Source: https://docs.sqlalchemy.org/en/20/orm/queryguide/relationships.html#lazy-loading (the identity map)
    """
    found = run.summaries.models.model(*item.ref) if item.kind == "row" and item.ref is not None else None
    if found is None or item.origin is None:
        return item
    held = frozenset(
        name
        for name, relation in found.relations.items()
        if not relation.many
        and (target := run.summaries.models.related(relation)) is not None
        and target.key in selected
    )
    return item.but(origin=replace(item.origin, shared=item.origin.shared | held))
