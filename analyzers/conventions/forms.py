"""Forms of Django: a field with choices out of a queryset shows the text of every row.

A form is not known to be shown where it is made, so the rows are asked for in the class: those of its `ModelChoiceField`s,
and with `Meta.fields` those of the model's relations. What `__init__` puts in their place is not looked for here:
`evaluate/choices.py` follows `self.fields["book"].queryset = ...`.

Source: https://docs.djangoproject.com/en/5.2/ref/forms/fields/#fields-which-handle-relationships and
https://github.com/django/django/blob/5.2/django/forms/models.py (ModelChoiceIterator, ModelChoiceField)
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzers import facts as f
from analyzers.conventions import classes, units
from analyzers.conventions.classes import Held
from analyzers.conventions.tables import frameworks
from analyzers.conventions.units import ROW, At
from analyzers.project import names
from analyzers.project.index import Project
from analyzers.project.models import Models
from analyzers.project.outline import callee, dotted, is_true, keyword, literal
from analyzers.project.schema import Key, Model, Relation
from analyzers.text import Span

LABEL = "label_from_instance"
_SHOWS_ALL = ("Select", "Radio", "Checkbox")
_ASKS = ("Select2", "Autocomplete", "Hidden", "RawId", "Dal", "Ajax", "Tom")
"""Beginnings and parts of the names of widgets that show all choices, and of those that do not."""


def is_form(project: Project, key: Key) -> bool:
    return bool(key[0]) and classes.derives(project, key, frameworks().form)


def roots(project: Project, key: Key) -> Iterator[str]:
    if is_form(project, key):
        yield "choices"


def choices(project: Project, cls: f.ClassDef, key: Key, _: str) -> f.Function | None:
    """The choices of all fields: the text of each row."""
    body: list[f.Stmt] = []
    replaced = set(_replaced(project, key))
    for name, assign in classes.own(project, key).items():
        call = assign.value
        if isinstance(call, f.Call) and name not in replaced:
            rows = _rows(project, key, call)
            if rows is not None and _shows_all(keyword(call, "widget")):
                at = At(Span(rows.at, rows.to))
                body.append(at.each(ROW, rows, at.do(_text(project, at, Held(key, call.func)))))
    body += _of_model(project, cls, key, replaced)
    return units.function(cls, "choices", (), tuple(body)) if body else None


def _rows(project: Project, key: Key, call: f.Call) -> f.Expr | None:
    """The queryset of a field with choices; None for other fields."""
    if not is_choice(project, key, call.func):
        return None
    given = keyword(call, "queryset") or (call.args[0] if call.args else None)
    return given if given is not None and not isinstance(given, f.Const) else None


def is_choice(project: Project, key: Key, func: f.Expr) -> bool:
    own = classes.class_of(project, Held(key, func))
    if own is not None:
        return classes.derives(project, own, frameworks().choice_field) and _is_plain(project, own)
    chain = dotted(func)
    found = names.resolve(project, key[0], chain, key[1]) if chain else None
    return (
        found is not None and not found[1] and names.full_name(project, found[0]) in frameworks().choice_field
    )


_HARMLESS = frozenset((LABEL, "__init__"))
"""What a field of the project's may have of its own and still list its rows."""


def _is_plain(project: Project, key: Key) -> bool:
    """False for a field that is shown in a way of its own: it may ask for its choices while a person types."""
    for above in classes.ancestry(project, key):
        if "widget" in classes.own(project, above) or project.methods_of(*above).keys() - _HARMLESS:
            return False
    return True


def _text(project: Project, at: At, field: Held) -> f.Expr:
    """The text of one row: the field's own, or that of the row."""
    own = classes.class_of(project, field)
    if own is not None and classes.method(project, own, LABEL) is not None:
        made = f.Call(*at.span, f.Attr(*at.span, at.call(field.value), LABEL, at.span.start), (at.name(ROW),))
        return made
    return at.call(at.attr(at.name(ROW), "__str__"))


def label_of(project: Project, field: Held) -> Key | None:
    """The project's method that gives the text of a row for a declared field."""
    call = field.value
    own = classes.class_of(project, Held(field.owner, call.func)) if isinstance(call, f.Call) else None
    found = names.member(project, *own, LABEL) if own is not None else None
    return (found.path, found.qualname) if found is not None and found.kind == "function" else None


def shows_all(project: Project, field: Held) -> bool:
    """True for a declared field with choices whose widget lists them."""
    call = field.value
    if not isinstance(call, f.Call) or not is_choice(project, field.owner, call.func):
        return False
    return _shows_all(keyword(call, "widget"))


def every(project: Project, cls: f.ClassDef, key: Key, _: str) -> f.Function | None:
    """All rows of a model, by its first manager."""
    model = Models(project).model(*key)
    if model is None or not model.managers:
        return None
    at = At(classes.name_of(cls))
    manager = at.attr(at.name(cls.name), next(iter(model.managers)))
    return units.function(cls, "every", (), (at.give(at.call(at.attr(manager, "all"))),))


def _shows_all(widget: f.Expr | None) -> bool:
    """True for a widget that lists the choices: the framework's own for want of another."""
    if widget is None:
        return True
    name = (callee(widget) or dotted(widget) or "").rpartition(".")[2]
    return name.startswith(_SHOWS_ALL) and not any(part in name for part in _ASKS)


def _replaced(project: Project, key: Key) -> Iterator[str]:
    """The fields whose choices, text or widget some method of the form sets: `self.fields["book"].queryset = ...`."""
    for above in classes.ancestry(project, key):
        yield from _replaced_by(project, above)


def _replaced_by(project: Project, key: Key) -> tuple[str, ...]:
    """The same of the methods of one class, which many forms may be derived from."""

    def find() -> tuple[str, ...]:
        return tuple(
            literal(node.index)
            for method in project.methods_of(*key).values()
            for node in f.walk(method.body)
            if isinstance(node, f.Index) and dotted(node.obj) in ("self.fields", "form.fields")
        )

    return project.memo.ask(("fields set", *key), find, in_cycle=())


# ------------------------------------------------------------------------------------- fields made of a model


def _of_model(project: Project, cls: f.ClassDef, key: Key, replaced: set[str]) -> Iterator[f.Stmt]:
    """The fields that `Meta.fields` names: a relation becomes a field with all rows as its choices, if the form is shown."""
    held = classes.meta(project, key, "model")
    named = classes.class_of(project, held) if held is not None else None
    model = Models(project).model(*named) if named is not None else None
    if model is None or model.orm != "django":
        return
    widgets = classes.meta(project, key, "widgets")
    declared = {name for above in classes.ancestry(project, key) for name in classes.own(project, above)}
    other = declared | replaced | _named(widgets)
    for name, span in _chosen(project, cls, key, model):
        relation = model.relations.get(name)
        if relation is None or relation.kind not in ("fk", "m2m", "o2o") or name in other:
            continue
        yield from listed(project, At(span), relation)


def listed(project: Project, at: At, relation: Relation) -> Iterator[f.Stmt]:
    """The choices of a relation's field, if the form is shown: the text of every row that it may hold."""
    related = Models(project).related(relation)
    if related is not None and related.managers and _tells(project, related):
        of = at.attr(at.name("self"), units.attribute(*related.key, "every"))
        shown = at.call(at.name("<maybe>"), at.call(at.attr(at.name(ROW), "__str__")))
        yield at.each(ROW, at.call(at.name("<every>"), of), at.do(shown))


def _chosen(project: Project, cls: f.ClassDef, key: Key, model: Model) -> Iterator[tuple[str, Span]]:
    """The fields of the model that class Meta names, where they stand in the class; with `"__all__"`, or `exclude`, its own.

    Source: https://docs.djangoproject.com/en/5.2/topics/forms/modelforms/#selecting-the-fields-to-use
    """
    chosen = classes.meta(project, key, "fields") or classes.meta(project, key, "exclude")
    words = classes.words(project, chosen) if chosen is not None else None
    if chosen is None or words is None or chosen.owner[0] != key[0]:
        return
    named = [(word.text, span) for word in words if (span := classes.local(cls, key, word)) is not None]
    if classes.meta(project, key, "fields") is not None and [name for name, _ in named] != [_ALL]:
        yield from named
        return
    without = {word.text for word in words}
    for name in model.relations:
        declared = classes.own(project, model.key).get(name)
        if name not in without and declared is not None and not is_kept_out(declared.value):
            yield name, named[0][1] if named else classes.name_of(cls)


_ALL = "__all__"


def is_kept_out(field: f.Expr | None) -> bool:
    """True for a field of a model that no form shows: `editable=False`."""
    given = keyword(field, "editable") if isinstance(field, f.Call) else None
    return isinstance(given, f.Const) and given.kind == "bool" and not is_true(given)


def _tells(project: Project, model: Model) -> bool:
    """True for a model whose rows have a text of the project's own."""
    return classes.method(project, model.key, "__str__") is not None


def _named(widgets: Held | None) -> set[str]:
    if widgets is None or not isinstance(widgets.value, f.Mapping):
        return set()
    return {literal(key) for key in widgets.value.keys if key is not None}
