"""Functions of Django's that show a row with the keys of what it leads to: `model_to_dict(book)`, `serialize("json", books)`.

A foreign key stands in the row itself; the keys of a relation to many are asked for, for each row.

Sources: https://github.com/django/django/blob/5.2/django/forms/models.py and
https://github.com/django/django/blob/5.2/django/core/serializers/base.py
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from analyzers import facts as f
from analyzers.conventions import classes
from analyzers.conventions.classes import Held
from analyzers.conventions.tables import frameworks
from analyzers.evaluate import attributes, queries, shapes
from analyzers.evaluate.presenting import serialising
from analyzers.evaluate.queries.emit import MADE
from analyzers.evaluate.run import Run
from analyzers.evaluate.turns import loops
from analyzers.findings import Place
from analyzers.project.outline import keyword
from analyzers.project.schema import Model, Relation
from analyzers.types import Value

if TYPE_CHECKING:
    from analyzers.evaluate.calling.arguments import Arguments

ONE, ALL = "one", "all"
"""What such functions are given: a row, or the rows after the name of a format."""

_MANY = "m2m"


def by_function(run: Run, node: f.Call, dotted: str, arguments: Arguments, place: Place) -> Value | None:
    """A call of such a function; None for any other."""
    given_as = frameworks().whole_rows.get(dotted)
    if given_as == ONE:
        row = arguments.get(0, "instance")
        if row is not None:
            _show(run, node, row, place, given_as)
        return Value("dict", depends=arguments.depends)
    if given_as != ALL:
        return None
    rows = arguments.get(1, "queryset")
    if rows is not None and (
        rows.kind in serialising.LAZY or (rows.of is not None and rows.of.kind == "row")
    ):
        rows = serialising.named(rows)
        loops.enter(run, node, rows, node.args[1] if len(node.args) > 1 else None, place, serialising.LOOP)
        _show(run, node, loops.element_of(run, rows), place, given_as)
        run.close()
    return Value("str", depends=arguments.depends)


def _show(run: Run, node: f.Call, row: Value, place: Place, given_as: str) -> None:
    """Ask for the keys of all that a row leads to and that is shown."""
    if row.kind != "row" or row.ref is None or row.evidence == MADE:
        return
    model = run.summaries.models.model(*row.ref)
    if model is None or model.orm != "django":
        return
    for relation in _shown(run, node, model, given_as):
        read = f.Attr(node.at, node.to, f.Name(node.at, node.to, row.label or "row"), relation.name, node.at)
        method = f.Attr(node.at, node.to, read, "all", node.at)
        many = attributes.read(run, method, attributes.read(run, read, row))
        rows = queries.call(run, f.Call(node.at, node.to, method, ()), many, "all", _nothing())
        if rows is not None and rows.kind in queries.LAZY_KINDS:
            queries.touch(run, rows, place, "iterate")


def _nothing() -> Arguments:
    from analyzers.evaluate.calling.arguments import Arguments

    return Arguments.none()


def _shown(run: Run, node: f.Call, model: Model, given_as: str) -> Iterator[Relation]:
    """The model's own relations to many that a call shows; none where it is not known which it leaves out."""
    only = _words(run, node, "fields", 1 if given_as == ONE else None)
    without = _words(run, node, "exclude", 2 if given_as == ONE else None)
    if only is None or without is None:
        return
    for name, relation in model.relations.items():
        if relation.kind != _MANY or name in without or (only and name not in only):
            continue
        field = classes.own(run.summaries.project, relation.declared).get(name)
        call = field.value if field is not None else None
        hidden = ("editable",) if given_as == ONE else ("through", "serialize")
        if isinstance(call, f.Call) and all(keyword(call, option) is None for option in hidden):
            yield relation


def _words(run: Run, node: f.Call, name: str, position: int | None) -> frozenset[str] | None:
    """The names that an option lists, none where it is left out; None where that is not known."""
    if any(not one.name for one in node.keywords) or any(isinstance(one, f.Star) for one in node.args):
        return None
    given = keyword(node, name)
    if given is None and position is not None and position < len(node.args):
        given = node.args[position]
    if given is None or shapes.is_none(given):
        return frozenset()
    found = classes.words(run.summaries.project, Held((run.path, ""), given))
    return frozenset(word.text for word in found) if found else None
