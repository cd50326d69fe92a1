"""Forms of Django's admin: the field of a relation lists the text of every row that it may hold.

A class of the admin's that changes its form is left alone: which rows such a form lists, and how, is its own affair.

Source: https://docs.djangoproject.com/en/5.2/ref/contrib/admin/#modeladmin-options
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzers import facts as f
from analyzers.conventions import classes, forms, units
from analyzers.conventions.classes import Held, Word
from analyzers.conventions.tables import frameworks
from analyzers.conventions.units import At
from analyzers.project import names
from analyzers.project.index import Project
from analyzers.project.outline import dotted, literal
from analyzers.project.schema import Key, Model, Relation
from analyzers.text import Span

_CHANGING = (
    "form", "formset", "formfield_overrides", "formfield_for_foreignkey", "formfield_for_manytomany", "formfield_for_dbfield",
    "get_form", "get_formset", "get_fields", "get_fieldsets", "get_exclude", "get_readonly_fields", "get_autocomplete_fields",
    "has_change_permission", "has_add_permission", "change_form_template", "template",
)  # fmt: skip
"""Attributes and methods by which a class shows another form, or none."""

_AT_HAND = ("raw_id_fields", "autocomplete_fields", "readonly_fields")
"""Options that list fields which do not show their choices."""


def relations(
    project: Project, cls: f.ClassDef, key: Key, model: Model, parents: frozenset[Key]
) -> list[tuple[Relation, Span]]:
    """The relations whose choices the form of a row shows, where they are named; `parents` are the models whose forms an
    inline stands in.
    """
    if any(names.member(project, *key, name) is not None for name in _CHANGING) or not _is_plain(
        project, key
    ):
        return []
    without = {word.text for option in _AT_HAND for word in _words(project, key, option) or ()}
    own = _words(project, key, "fk_name") or ()
    without |= {word.text for word in own}
    return [
        (relation, span)
        for relation, span in _shown(project, cls, key, model)
        if relation.name not in without and (own or relation.target not in parents)
    ]


def offered(project: Project, cls: f.ClassDef, shown: list[tuple[Relation, Span]]) -> f.Function | None:
    """The choices of some relations in the form of a row."""
    body = [s for relation, span in shown for s in forms.listed(project, At(span), relation)]
    return units.function(cls, "offered", (), tuple(body)) if body else None


def _is_plain(project: Project, key: Key) -> bool:
    """True if all bases from outside are known: others may show forms of their own."""
    known = (*frameworks().admin.names, *frameworks().inline.names)
    return all(t.dotted in known for t in names.lineage(project, *key) if t.kind == "external")


def _shown(project: Project, cls: f.ClassDef, key: Key, model: Model) -> Iterator[tuple[Relation, Span]]:
    """The relations in the form, where they are named: by `fields` or `fieldsets`, or else all single ones but `exclude`."""
    held = classes.held(project, key, "fieldsets")
    chosen = _of_sets(project, held) if held is not None else _words(project, key, "fields")
    for word in chosen or ():
        relation = model.relations.get(word.text)
        if relation is not None and relation.kind in ("fk", "m2m", "o2o"):
            yield relation, classes.local(cls, key, word) or classes.name_of(cls)
    if chosen is not None or held is not None or classes.held(project, key, "fields") is not None:
        return
    without = {word.text for word in _words(project, key, "exclude") or ()}
    for name, relation in model.relations.items():
        declared = classes.own(project, model.key).get(name)
        if name in without or declared is None or relation.kind not in ("fk", "o2o"):
            continue
        if not forms.is_kept_out(declared.value):
            yield relation, classes.name_of(cls)


def _of_sets(project: Project, held: Held) -> list[Word] | None:
    """The names in `fieldsets = [("Book", {"fields": ["title", ...]}), ...]`; None where they are not written out."""
    out: list[Word] = []
    for part in held.value.items if isinstance(held.value, f.Collection) else ():
        options = part.items[1] if isinstance(part, f.Collection) and len(part.items) == 2 else None
        if not isinstance(options, f.Mapping):
            return None
        for name, value in zip(options.keys, options.values, strict=False):
            if name is not None and literal(name) == "fields":
                found = classes.words(project, Held(held.owner, value))
                if found is None:
                    return None
                out += found
    return out


def _words(project: Project, key: Key, option: str) -> list[Word] | None:
    held = classes.held(project, key, option)
    return classes.words(project, held) if held is not None else None


def inlines_of(project: Project, path: str, name: str) -> Iterator[Key]:
    """The classes of the same file that list an inline."""
    for owner in project.class_names(path):
        assign = classes.own(project, (path, owner)).get("inlines")
        items = assign.value.items if assign is not None and isinstance(assign.value, f.Collection) else ()
        if any(dotted(item) == name for item in items):
            yield path, owner
