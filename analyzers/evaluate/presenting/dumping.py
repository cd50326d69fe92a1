"""Schemas of marshmallow at work: `BookSchema(many=True).dump(books)` reads the fields of every row.

Source: https://marshmallow.readthedocs.io/en/stable/quickstart.html#serializing-objects-dumping
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyzers import facts as f
from analyzers.conventions import dumped, units
from analyzers.conventions.tables import frameworks
from analyzers.evaluate.calling import calls
from analyzers.evaluate.presenting import serialising
from analyzers.evaluate.run import Run
from analyzers.evaluate.turns import loops
from analyzers.findings import Place
from analyzers.project import names
from analyzers.types import Value

if TYPE_CHECKING:
    from analyzers.evaluate.calling.arguments import Arguments

ONLY = "only"
"""The name under which a schema's object keeps which of its fields it shows."""


def made(run: Run, node: f.Call, target: Value, arguments: Arguments) -> Value | None:
    """`BookSchema(many=True, only=("title",))`; None for a class that is no schema, or has an `__init__` of its own."""
    assert target.ref is not None
    if not dumped.is_schema(run.summaries.project, target.ref):
        return None
    shown = dumped.only(run.summaries.project, run.path, node)
    kept = ((ONLY, Value("str", const=shown)),) if shown is None or shown else ()
    made = Value("instance", ref=target.ref, label=target.label, evidence="a schema", entries=kept)
    return made.on(arguments.depends)


def method(
    run: Run, node: f.Call, receiver: Value, name: str, arguments: Arguments, place: Place
) -> Value | None:
    """`schema.dump(rows)`: a set of rows is shown row by row. None for any other method."""
    if name not in frameworks().dump_method.names or receiver.kind != "instance" or receiver.ref is None:
        return None
    project = run.summaries.project
    given = arguments.get(0, "obj")
    if given is None or not receiver.ref[0] or not dumped.is_schema(project, receiver.ref):
        return None
    shown = _shown(run, receiver)
    if shown is None:
        return None
    path, qualname = receiver.ref
    unit = units.qualname(qualname, f"dump {shown}".rstrip())
    read = Value("function", ref=(path, unit), bound=receiver, label=qualname)
    if given.kind == "dict" and given.entries:
        given = Value(
            "instance", entries=given.entries, depends=given.depends
        )  # Keys are read as attributes are.
        calls.invoke(run, read, (given,), {}, place, qualname)
    elif given.kind == "row":
        calls.invoke(run, read, (given,), {}, place, qualname)
    elif given.kind in serialising.LAZY or (given.of is not None and given.of.kind == "row"):
        given = serialising.named(given)
        loops.enter(run, node, given, node.args[0] if node.args else None, place, serialising.LOOP)
        calls.invoke(run, read, (loops.element_of(run, given),), {}, place, qualname)
        run.close()
    return Value("dict", depends=arguments.depends)


def _shown(run: Run, receiver: Value) -> str | None:
    """The fields that an object of a schema shows, "" for all; None where that is not known."""
    told = dict(receiver.entries).get(ONLY)
    if told is not None:
        return told.const if isinstance(told.const, str) else None
    path, _, name = receiver.token.rpartition(":")
    assign = names.module_value(run.summaries.project, path, name) if path else None
    if assign is None or not isinstance(assign.value, f.Call):
        return ""
    return dumped.only(run.summaries.project, path, assign.value)
