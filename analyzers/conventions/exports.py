"""Classes of other packages that go through all rows of a model: what django-import-export writes into a file, what
Haystack and django-elasticsearch-dsl put into an index, and the tables of django-tables2, which show what they are given.

Sources: https://django-import-export.readthedocs.io/en/stable/advanced_usage.html,
https://django-haystack.readthedocs.io/en/stable/searchindex_api.html,
https://django-elasticsearch-dsl.readthedocs.io/en/latest/fields.html and
https://django-tables2.readthedocs.io/en/latest/pages/custom-data.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from analyzers import facts as f
from analyzers.conventions import classes, table_columns, units
from analyzers.conventions.classes import Held
from analyzers.conventions.tables import frameworks
from analyzers.conventions.units import ROW, At
from analyzers.project.index import Project
from analyzers.project.models import Models
from analyzers.project.outline import flatten, keyword, literal
from analyzers.project.schema import Key, Model

EXPORTED = ("resource", "search_index", "document")
"""Kinds of classes whose package asks for the rows by itself."""

_ROWS = {"resource": "get_queryset", "search_index": "index_queryset", "document": "get_queryset"}
_ASKED = {
    "resource": re.compile("dehydrate_"), "search_index": re.compile("prepare(_|$)"), "document": re.compile("prepare_"),
    "table": re.compile("render_|value_"),
}  # fmt: skip
"""Methods that are asked for each row."""

_PATH = {"resource": "attribute", "search_index": "model_attr", "document": "attr", "table": "accessor"}
"""The argument of a field that names what it reads of the row."""

_OPTIONS = {
    "resource": ("Meta",),
    "search_index": ("Meta",),
    "document": ("Django", "Meta"),
    "table": ("Meta",),
}
_DOTS = re.compile(r"__|\.")


def kind_of(project: Project, key: Key) -> str:
    """The kind of such a class; "" for any other."""
    table = frameworks()
    return classes.kind(
        project, key, resource=table.resource, search_index=table.search_index, document=table.document, table=table.table
    )  # fmt: skip


def resource_of(project: Project, key: Key) -> Key | None:
    """The resource by which an admin exports the rows of its page: `resource_class = BookResource`."""
    held = classes.held(project, key, "resource_class") or classes.held(project, key, "resource_classes")
    if held is not None and isinstance(held.value, f.Collection) and held.value.items:
        held = Held(held.owner, held.value.items[0])
    found = classes.class_of(project, held) if held is not None else None
    return found if found is not None and kind_of(project, found) == "resource" else None


def is_table(project: Project, key: Key) -> bool:
    """True for a table of django-tables2."""
    return bool(key[0]) and classes.derives(project, key, frameworks().table)


def roots(project: Project, key: Key) -> Iterator[str]:
    kind = kind_of(project, key)
    if kind in EXPORTED and (kind != "resource" or classes.method(project, key, _ROWS[kind]) is not None):
        yield "exported"  # A resource gets its rows from the admin it is for, as a rule.
    elif classes.derives(project, key, frameworks().table_view) and classes.held(project, key, "table_class"):
        yield "tabled"


def exported(project: Project, cls: f.ClassDef, key: Key, _: str) -> f.Function | None:
    """All rows, each with what is read of it."""
    at, kind = At(classes.name_of(cls)), kind_of(project, key)
    shown = list(_shown(project, key, kind, at))
    rows = at.call(at.attr(at.name("self"), _ROWS[kind]))
    return units.function(cls, "exported", (), (at.each(ROW, rows, *shown),)) if shown else None


def told(project: Project, cls: f.ClassDef, key: Key, _: str) -> f.Function | None:
    """What a table, or a resource, reads of one row."""
    at = At(classes.name_of(cls))
    return units.function(cls, "told", (ROW,), tuple(_shown(project, key, kind_of(project, key), at)))


def tabled(project: Project, cls: f.ClassDef, key: Key, _: str) -> f.Function:
    """A view that makes a table of its rows."""
    at = At(classes.place(project, cls, key, "table_class"))
    this = at.name("self")
    own = "get_table_data" if classes.method(project, key, "get_table_data") is not None else "get_queryset"
    made = at.call(at.attr(this, "table_class"), at.call(at.attr(this, own)))
    return units.function(cls, "tabled", (), (at.do(made),))


def queryset(project: Project, cls: f.ClassDef, key: Key, _: str) -> f.Function | None:
    """What the package's own method gives: all rows of the model."""
    at, model = At(classes.name_of(cls)), _model(project, key)
    if model is None or not model.managers:
        return None
    of = at.attr(at.name("self"), units.attribute(*model.key, "every"))
    return units.function(cls, "rows", (), (at.give(at.call(of)),))


def _model(project: Project, key: Key) -> Model | None:
    """The model of the rows: an option of the class, or what its `get_model` gives."""
    kind = kind_of(project, key)
    held = next(
        (h for name in _OPTIONS[kind] if (h := _option(project, key, name, "model")) is not None), None
    )
    given = classes.method(project, key, "get_model") if held is None else None
    for statement in flatten(given.body) if given is not None else ():
        if isinstance(statement, f.Return) and statement.value is not None:
            held = Held(key, statement.value)
    named = classes.class_of(project, held) if held is not None else None
    found = Models(project).model(*named) if named is not None else None
    return found if found is not None and found.orm == "django" else None


def _option(project: Project, key: Key, inner: str, option: str) -> Held | None:
    """An option of a class inside of a class."""
    for path, qualname in classes.ancestry(project, key):
        if project.class_(path, f"{qualname}.{inner}") is not None:
            held = classes.held(project, (path, f"{qualname}.{inner}"), option)
            if held is not None:
                return held
    return None


def _shown(project: Project, key: Key, kind: str, at: At) -> Iterator[f.Stmt]:
    row, model = at.name(ROW), _model(project, key)
    own = {name for above in classes.ancestry(project, key) for name in project.methods_of(*above)}
    for name in sorted(own):
        given = classes.method(project, key, name) if _ASKED[kind].match(name) else None
        params = [param.name for param in given.params[1:]] if given is not None else []
        if kind != "table" and len(params) == 1:
            yield at.do(at.call(at.attr(at.name("self"), name), row))
        elif kind == "table" and params and set(params) <= _TOLD:
            told = {param: row for param in params if param == "record"}
            yield at.do(at.call(at.attr(at.name("self"), name), **told))
    if kind == "table":
        yield from table_columns.asked(project, key, at, _option(project, key, "Meta", "row_attrs"))
    for path in (*_paths(project, key, kind), *(_objects(project, key) if kind == "document" else ())):
        yield from _read(at, model, _DOTS.split(path))


_TOLD = {"record", "value", "column", "bound_column", "bound_row", "table"}
"""What a table's methods may ask for by name."""


def _paths(project: Project, key: Key, kind: str) -> Iterator[str]:
    """What the fields read, declared or named."""
    for above in classes.ancestry(project, key):
        for name, assign in classes.own(project, above).items():
            call = assign.value
            path = keyword(call, _PATH[kind]) if isinstance(call, f.Call) else None
            if path is None and kind == "table" and isinstance(call, f.Call):
                yield name  # A column is read by its own name.
            if isinstance(path, f.Call) and path.args:  # `A("author.name")`
                path = path.args[0]
            if isinstance(path, f.Const) and isinstance(path.value, str):
                yield path.value
    for name in _OPTIONS[kind] if kind in ("resource", "table") else ():
        held = _option(project, key, name, "fields")
        yield from (word.text for word in (classes.words(project, held) if held is not None else None) or ())
        if held is None and kind == "resource":
            yield from _all_fields(project, key)


def _all_fields(project: Project, key: Key) -> Iterator[str]:
    """The relations among the fields that a resource writes where it names none: all of its model's own but the excluded.

    Source: https://django-import-export.readthedocs.io/en/stable/advanced_usage.html#customize-resource-options
    """
    model, excluded = _model(project, key), _option(project, key, "Meta", "exclude")
    words = classes.words(project, excluded) if excluded is not None else []
    if model is None or words is None:
        return
    own = {model.key, *((base.path, base.qualname) for base in model.bases)}
    left_out = {word.text for word in words}
    for name, relation in model.relations.items():
        if relation.kind in ("fk", "o2o", "m2m") and relation.declared in own and name not in left_out:
            yield name


def _objects(project: Project, key: Key) -> Iterator[str]:
    """What a document reads of related rows: `author = ObjectField(properties={"name": TextField()})`."""
    for above in classes.ancestry(project, key):
        for name, assign in classes.own(project, above).items():
            if isinstance(assign.value, f.Call):
                yield from _inside(name, assign.value)


def _inside(name: str, field: f.Call) -> Iterator[str]:
    given = keyword(field, "properties")
    for key, value in zip(given.keys, given.values, strict=False) if isinstance(given, f.Mapping) else ():
        if key is not None and isinstance(value, f.Call):
            path = f"{name}.{literal(key)}"
            yield path
            yield from _inside(path, value)


def _read(at: At, model: Model | None, parts: list[str]) -> Iterator[f.Stmt]:
    """The dotted path of one field."""
    if not all(part.isidentifier() for part in parts) or model is None:
        return
    relation = model.relations.get(parts[0])
    if relation is None or (relation.many and len(parts) > 1):
        return
    read = at.attr(at.name(ROW), *parts)
    if relation.many:
        yield at.each("one", at.call(at.attr(read, "all")))
    else:
        yield at.do(read)
