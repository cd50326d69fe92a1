"""What the columns of a table of django-tables2 ask each row for, beside the values that they read.

Sources: https://django-tables2.readthedocs.io/en/latest/pages/api-reference.html#templatecolumn,
https://django-tables2.readthedocs.io/en/latest/pages/api-reference.html#linkcolumn and
https://django-tables2.readthedocs.io/en/latest/pages/table-data.html
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from analyzers import facts as f
from analyzers.conventions import classes
from analyzers.conventions.classes import Held
from analyzers.conventions.units import ROW, At
from analyzers.project import names
from analyzers.project.index import Project
from analyzers.project.outline import callee, is_true, keyword, literal
from analyzers.project.schema import Key

_TEMPLATE = "TemplateColumn"
_RECORD = "record"
"""What a template is shown with, and what a function is handed by name."""


def asked(project: Project, key: Key, at: At, row_attrs: Held | None) -> Iterator[f.Stmt]:
    """The templates that are shown for a row, the functions it is handed to, and its own page's address."""
    for above in classes.ancestry(project, key):
        for assign in classes.own(project, above).values():
            if isinstance(assign.value, f.Call):
                yield from _of_column(project, at, Held(above, assign.value), assign.value, key)
    if row_attrs is not None and isinstance(row_attrs.value, f.Mapping):
        for value in row_attrs.value.values:
            yield from _handed(project, at, Held(row_attrs.owner, value), key)


def _of_column(project: Project, at: At, held: Held, call: f.Call, key: Key) -> Iterator[f.Stmt]:
    row = at.name(ROW)
    if (callee(call) or "").endswith(_TEMPLATE):
        template = keyword(call, "template_name") or (call.args[1] if len(call.args) > 1 else None)
        if literal(template):
            context = f.Mapping(*at.span, (at.text(_RECORD),), (row,))
            yield at.do(at.call(at.name("<show>"), at.text(literal(template)), context))
    link = keyword(call, "linkify")
    if is_true(link) and keyword(call, "accessor") is None:
        yield at.do(at.call(at.attr(row, "get_absolute_url")))
    elif link is not None:
        yield from _handed(project, at, Held(held.owner, link), key)


def _handed(project: Project, at: At, held: Held, key: Key) -> Iterator[f.Stmt]:
    """A function that is called with the row, if it asks for it: `row_attrs = {"data-url": url_of}`."""
    value, path = held.value, held.owner[0]
    if path != key[0]:
        return  # The name would mean something else here.
    function: f.Function | None = None
    func: f.Expr = value
    if isinstance(value, f.Lambda):
        function, func = project.function(path, value.qualname), replace(value, at=at.span[0], to=at.span[1])
    elif isinstance(value, f.Name):
        found = names.resolve(project, path, value.id)
        if found is not None and not found[1] and found[0].kind == "function":
            function, func = project.function(found[0].path, found[0].qualname), at.name(value.id)
    if function is not None and any(param.name == _RECORD for param in function.params):
        yield at.do(at.call(func, **{_RECORD: at.name(ROW)}))
