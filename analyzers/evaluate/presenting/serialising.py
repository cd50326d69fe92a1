"""Serializers of Django REST framework at work: their fields are read of a row, or of every row of a set.

Source: https://github.com/encode/django-rest-framework/blob/3.16.0/rest_framework/serializers.py
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyzers import facts as f
from analyzers.conventions import serializers, units
from analyzers.evaluate.calling import calls
from analyzers.evaluate.presenting import saving, showing
from analyzers.evaluate.run import Run
from analyzers.evaluate.turns import loops
from analyzers.findings import Place
from analyzers.types import Value

if TYPE_CHECKING:
    from analyzers.evaluate.calling.arguments import Arguments

LOOP = "convention"
"""The kind of a loop that a framework makes."""

LAZY: tuple[str, ...] = ("queryset", "manager", "query")


def made(run: Run, node: f.Call, target: Value, arguments: Arguments, place: Place) -> Value | None:
    """`BookSerializer(rows, many=True)`: its fields are read of every row. None for what is no serializer."""
    assert target.ref is not None
    if not serializers.is_serializer(run.summaries.project, target.ref):
        return None
    made = Value("instance", ref=target.ref, label=target.label, evidence="a serializer")
    keywords = showing.spread(arguments.keywords)
    given = keywords.get("instance", arguments.positional(0))
    many = _are_many(keywords.get("many"), given)
    if given is None or "data" in keywords:
        return made.but(of=made, evidence=saving.MANY, label="serializer") if many else made
    if many:
        show_all(run, node, made, given, place)
    elif _is_one(given):
        calls.invoke(run, _row_of(made), (given,), {}, place, target.ref[1])
    return made.on(arguments.depends)


def _are_many(told: Value | None, given: Value | None) -> bool:
    """Whether `many` says so; where that is decided as the program runs, a set of rows can only be shown as many."""
    if told is None or isinstance(told.const, bool):
        return told is not None and told.const is True
    return given is not None and given.kind in LAZY


def _is_one(given: Value) -> bool:
    """True for what fields can be read of: a row, or a mapping or an object that is known to hold something."""
    return given.kind == "row" or (given.kind in ("dict", "instance") and bool(given.entries))


def _row_of(made: Value) -> Value:
    assert made.ref is not None
    ref = made.ref[0], units.qualname(made.ref[1], "row")
    return Value("function", ref=ref, bound=made, label=made.ref[1])


def show_all(run: Run, node: f.Call, made: Value, given: Value, place: Place) -> None:
    """Every row of a set is shown, as the project's own class of lists says if there is one."""
    assert made.ref is not None
    lister = serializers.lister(run.summaries.project, made.ref)
    if lister is None:
        _each(run, node, made, given, place)
        return
    this = Value("instance", ref=lister, of=made, label=lister[1])
    own = Value("function", ref=(lister[0], f"{lister[1]}.to_representation"), bound=this, label=lister[1])
    calls.invoke(run, own, (given,), {}, place, lister[1])


def _each(run: Run, node: f.Call, made: Value, given: Value, place: Place) -> None:
    assert made.ref is not None
    if given.kind not in LAZY and (given.of is None or not _is_one(given.of)):
        return
    given = named(given)
    loops.enter(run, node, given, node.args[0] if node.args else None, place, LOOP)
    calls.invoke(run, _row_of(made), (loops.element_of(run, given),), {}, place, made.ref[1])
    run.close()


def named(rows: Value) -> Value:
    """Rows that nobody gave a name are named after their model."""
    ref = rows.ref or (rows.of.ref if rows.of is not None else None)
    nameless = rows.label.startswith(("self.", "super()")) or units.is_inner(rows.label)
    if ref is None or (rows.label and not nameless):
        return rows
    return rows.but(label=ref[1].rpartition(".")[2])


def representation(run: Run, node: f.Call, this: Value, arguments: Arguments, place: Place) -> Value | None:
    """`super().to_representation(row)`: what the fields do; of a class of lists what its child does with each row."""
    assert this.ref is not None
    given = arguments.first()
    if given is None:
        return None
    one = child(run, this)
    if one is not None:
        _each(run, node, one, given, place)
        return Value("list", of=Value("dict"), depends=given.depends)
    if not serializers.is_serializer(run.summaries.project, this.ref):
        return None
    unit = Value("function", ref=(this.ref[0], units.qualname(this.ref[1], "fields")), bound=this)
    calls.invoke(run, unit, (given,), {}, place, units.shown(this.ref[1]))
    return Value("dict", depends=given.depends)


def child(run: Run, lister: Value) -> Value | None:
    """The serializer that a class of lists shows each row with."""
    one = lister.of
    if one is None or one.kind != "instance" or one.ref is None or lister.ref == one.ref:
        return None
    return one if serializers.is_serializer(run.summaries.project, one.ref) else None
