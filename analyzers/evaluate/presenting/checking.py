"""Validation of forms, serializers and rows: what is looked up for each of them."""

from __future__ import annotations

from analyzers import facts as f
from analyzers.conventions import forms, serializers, validation
from analyzers.evaluate.presenting import saving, serialising
from analyzers.evaluate.queries.emit import emit
from analyzers.evaluate.run import Run
from analyzers.evaluate.turns import loops
from analyzers.findings import Place
from analyzers.types import Token, Value

CLEANS = ("full_clean", "validate_unique")
"""Methods of a row that ask whether its unique values are taken."""


def checked(run: Run, node: f.Call, receiver: Value, name: str, place: Place) -> Value | None:
    """`form.is_valid()`, `serializer.is_valid()`, `book.full_clean()`; None for any other call."""
    if run.language != "python":
        return None
    if name in CLEANS and receiver.kind == "row" and receiver.ref is not None:
        model = run.summaries.models.model(*receiver.ref)
        if model is None or model.orm != "django":
            return None
        _ask(run, receiver, name, validation.of_row(run.summaries.project, model), place, receiver.depends)
        return Value("none")
    if name != "is_valid" or receiver.kind != "instance" or receiver.label == "super()":
        return None
    many = receiver.of if receiver.evidence in (saving.MANY, saving.FORMSET) else None
    if many is None:
        return _valid(run, receiver, receiver, place, receiver.depends)
    loops.enter(run, node, receiver, None, place, serialising.LOOP)
    answer = _valid(run, receiver, many, place, loops.element_of(run, receiver).depends)
    run.close()
    return answer


def _valid(run: Run, receiver: Value, one: Value, place: Place, depends: frozenset[Token]) -> Value | None:
    project, key = run.summaries.project, one.ref
    if key is None or not (forms.is_form(project, key) or serializers.is_serializer(project, key)):
        return None
    made_of = saving.model_of(run, one)
    model = run.summaries.models.model(*made_of) if made_of is not None else None
    if model is None:
        return None
    _ask(run, receiver, "is_valid", validation.of_class(project, key, model), place, depends)
    return Value("bool")


def _ask(
    run: Run, receiver: Value, name: str, fields: list[str], place: Place, depends: frozenset[Token]
) -> None:
    if not fields:
        return
    named = ", ".join(f"`{field}`" for field in fields)
    emit(
        run,
        "read",
        f"{receiver.label or 'form'}.{name}()",
        place,
        depends,
        orm="django",
        note=f"what is given for {named} is looked up for each by itself",
    )
