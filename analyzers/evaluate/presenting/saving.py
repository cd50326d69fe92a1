"""Forms, formsets and serializers that save what they were given: `form.save()` writes a row, `formset.save()` one for each form.

Source: https://docs.djangoproject.com/en/5.2/topics/forms/modelforms/ and
https://www.django-rest-framework.org/api-guide/serializers/#saving-instances
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyzers import facts as f
from analyzers.conventions import classes, forms, serializers
from analyzers.conventions.tables import frameworks as tables
from analyzers.evaluate import queries
from analyzers.evaluate.presenting import serialising
from analyzers.evaluate.queries import django_signals as signals
from analyzers.evaluate.queries.emit import emit, row
from analyzers.evaluate.run import Run
from analyzers.evaluate.turns import loops
from analyzers.findings import Place
from analyzers.project.schema import Key
from analyzers.types import Value

if TYPE_CHECKING:
    from analyzers.evaluate.calling.arguments import Arguments

_FORM, FORMSET = "a form", "a formset"
_MODEL = "<model>"
"""The entry under which a form that a factory made has its model."""

MANY = "a serializer of many"


def factory(target: Value, arguments: Arguments) -> Value | None:
    """`modelformset_factory(Book, form=BookForm)`: the class that it makes; None for any other call."""
    word = tables().form_factory.words.get(target.dotted, "")
    if not word:
        return None
    model = arguments.get(1 if word == "inline" else 0, "model") if word != "forms" else None
    given = arguments.get(0 if word == "forms" else -1, "form")
    ref = given.ref if given is not None and given.kind == "class" else None
    entries = ((_MODEL, model),) if model is not None and model.kind == "class" else ()
    form = Value("instance", ref=ref, entries=entries, evidence=_FORM)
    return Value(
        "class", of=form, evidence=_FORM if word == "form" else FORMSET, label=target.label, frozen=True
    )


def made(run: Run, target: Value, arguments: Arguments) -> Value | None:
    """What a factory's class gives when it is called; a formset's forms know the rows of its queryset."""
    if target.of is None or target.evidence not in (_FORM, FORMSET):
        return None
    form = target.of
    if target.evidence == _FORM:
        return form.on(arguments.depends)
    rows = arguments.keywords.get("queryset")
    if rows is not None and rows.kind in queries.LAZY_KINDS and rows.of is not None:
        form = form.but(entries=(*form.entries, ("instance", rows.of)))
    return Value("instance", of=form, evidence=FORMSET, label="formset", depends=arguments.depends)


def saved(
    run: Run, node: f.Call, receiver: Value, name: str, arguments: Arguments, place: Place
) -> Value | None:
    """`form.save()`, also as `super().save()` in a form's own; None for any other call."""
    if name != "save" or run.language != "python":
        return None
    this = run.lookup("self") if receiver.label == "super()" else receiver
    commit = arguments.keywords.get("commit") or arguments.first()
    if this is None or this.kind != "instance" or (commit is not None and commit.const is False):
        return None
    if this.evidence == FORMSET and this.of is not None:
        return _each(run, node, this, this.of, place)
    if this.evidence == MANY and this.ref is not None and _writes(run, this.ref) and this.of is not None:
        return _each(run, node, this, this.of, place)
    return _one(run, this, place, this.depends | arguments.depends)


def _each(run: Run, node: f.Call, many: Value, one: Value, place: Place) -> Value:
    """One row for each form."""
    loops.enter(run, node, many, None, place, serialising.LOOP)
    written = _one(run, one, place, loops.element_of(run, many).depends)
    run.close()
    return Value("list", of=written, depends=many.depends)


def _one(run: Run, form: Value, place: Place, depends: frozenset[str | int]) -> Value | None:
    model = _model(run, form)
    if model is None:
        return None
    written = row(model, None, "", depends)
    label = f"{form.label or 'form'}.save()"
    emit(run, "write", label, place, depends, orm="django", model=model[1])
    signals.sent(run, "save", written, place)
    return written


def _model(run: Run, form: Value) -> Key | None:
    """The model whose rows a form or serializer writes as the framework does; None for any other object."""
    project, key = run.summaries.project, form.ref
    own = key is not None and key[0] and (forms.is_form(project, key) or _writes(run, key))
    return model_of(run, form) if own or _MODEL in dict(form.entries) else None


def model_of(run: Run, form: Value) -> Key | None:
    """The model that a form or serializer is said to be for."""
    project = run.summaries.project
    given = dict(form.entries).get(_MODEL)
    if given is not None:
        return given.ref
    held = classes.meta(project, form.ref, "model") if form.ref is not None else None
    key = classes.class_of(project, held) if held is not None else None
    known = run.summaries.models.model(*key) if key is not None else None
    return known.key if known is not None and known.orm == "django" else None


def _writes(run: Run, key: Key) -> bool:
    """True for a serializer that creates its rows as the framework does, one by one."""
    project = run.summaries.project
    if not serializers.is_serializer(project, key) or classes.method(project, key, "create") is not None:
        return False
    return classes.meta(project, key, "list_serializer_class") is None
