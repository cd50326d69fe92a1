"""Schemas that read rows where they are made: `BookOut.model_validate(book)`, `Page(items=books)`.

Source: https://docs.pydantic.dev/latest/concepts/models/#arbitrary-class-instances
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyzers.conventions import responses, units
from analyzers.conventions.tables import frameworks
from analyzers.evaluate import evidence
from analyzers.evaluate.calling import calls
from analyzers.evaluate.presenting import showing
from analyzers.evaluate.presenting.serialising import LAZY
from analyzers.evaluate.run import Run
from analyzers.findings import Place
from analyzers.types import Value

if TYPE_CHECKING:
    from analyzers.evaluate.calling.arguments import Arguments


def made_of(run: Run, receiver: Value, name: str, arguments: Arguments, place: Place) -> Value | None:
    """`BookOut.model_validate(book)`, also as `super().model_validate(book)`: its fields are read. None for others."""
    if name not in frameworks().schema_method.names:
        return None
    schema = run.lookup("cls") if receiver.label == "super()" else receiver
    given = arguments.get(0, "obj")
    if schema is None or schema.kind != "class" or schema.ref is None or given is None or given.kind != "row":
        return None
    if not responses.is_schema(run.summaries.project, schema.ref):
        return None
    _run(run, schema, "shown", given, place)
    return evidence.instance_of(run.summaries.project, *schema.ref).on(given.depends)


def constructed(run: Run, target: Value, arguments: Arguments, place: Place) -> None:
    """`Page(items=books)`: the rows that a field is given are read as its annotation says."""
    assert target.ref is not None
    given = {k: v for k, v in showing.spread(arguments.keywords).items() if _holds_rows(v)}
    if not given or not responses.is_schema(run.summaries.project, target.ref):
        return
    if run.summaries.models.orm_of(*target.ref):
        return  # A row that is made keeps what it is given, and reads nothing of it.
    for name, value in given.items():
        _run(run, target, responses.unit_of_field(name, _parameter(run, target)), value, place)


def parametrised(run: Run, schema: Value, parameter: Value) -> Value | None:
    """`Page[BookOut]`: the schema, with what its parameter stands for; None for anything else."""
    if schema.kind != "class" or schema.ref is None or parameter.kind != "class":
        return None
    return schema.but(of=parameter) if responses.is_schema(run.summaries.project, schema.ref) else None


def _parameter(run: Run, schema: Value) -> tuple[str, str] | None:
    """The schema that the parameter of a generic one stands for."""
    ref = schema.of.ref if schema.of is not None else None
    return ref if ref is not None and responses.is_schema(run.summaries.project, ref) else None


def _holds_rows(value: Value) -> bool:
    return value.kind in ("row", *LAZY) or (value.of is not None and value.of.kind == "row")


def _run(run: Run, schema: Value, unit: str, given: Value, place: Place) -> None:
    assert schema.ref is not None
    path, qualname = schema.ref
    bound = Value("instance", ref=schema.ref, label=qualname)
    read = Value("function", ref=(path, units.qualname(qualname, unit)), bound=bound, label=qualname)
    calls.invoke(run, read, (given,), {}, place, qualname)
