"""Paginators: a page is a slice of the set of rows that the paginator was given, with all that this set loads.

Source: https://docs.djangoproject.com/en/5.2/ref/paginator/ and
https://www.django-rest-framework.org/api-guide/pagination/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyzers import facts as f
from analyzers.conventions import classes
from analyzers.conventions.tables import frameworks
from analyzers.costs import ONE
from analyzers.evaluate import queries, shapes
from analyzers.evaluate.presenting import filter_sets
from analyzers.evaluate.run import Run
from analyzers.findings import Place
from analyzers.orm.tables import Names
from analyzers.types import Value

if TYPE_CHECKING:
    from analyzers.evaluate.calling.arguments import Arguments

_ROWS = "object_list"
"""The attribute of a paginator, and of a page, that is what it was given."""

_PAGE = "a page of rows"
_LAZY = ("queryset", "manager")


def made(run: Run, target: Value, arguments: Arguments) -> Value | None:
    """`Paginator(rows, 25)`, also of a class that the project derives from it; None for a call of anything else."""
    if not _is_of(run, target, frameworks().paginator):
        return None
    rows, size = arguments.get(0, _ROWS), arguments.get(1, "per_page")
    rows = filter_sets.rows_of(rows) or rows if rows is not None else None
    if rows is None or not _holds_rows(rows):
        return None
    paginator = Value(
        "instance", ref=target.ref, dotted=target.dotted, evidence="a paginator", label=target.label
    )
    return paginator.but(
        entries=((_ROWS, rows.plain()),), of=page_of(run, rows, size), depends=arguments.depends
    )


def _holds_rows(value: Value) -> bool:
    return value.kind in _LAZY or (value.of is not None and value.of.kind == "row")


def page_of(run: Run, rows: Value, size: Value | None = None) -> Value:
    """One page: its rows are fetched by one query, whatever is done with them."""
    stop = size.const if size is not None else None
    part = queries.sliced(run, rows, rows.depends, stop) if rows.kind in _LAZY else queries.cut(rows, stop)
    return part.but(kind="list", evidence=_PAGE, size=None, label=part.label or "page")


def method(run: Run, receiver: Value, name: str, arguments: Arguments, place: Place) -> Value | None:
    """`paginator.get_page(2)`; None for any other call."""
    word = frameworks().page_method.words.get(name, "")
    if word and receiver.label == "super()":
        receiver = run.lookup("self") or receiver
    if word == "page" and receiver.kind == "instance" and _ROWS in dict(receiver.entries):
        rows = dict(receiver.entries)[_ROWS]
        # Which page it is depends on the loop over the pages, and each is many rows at once.
        asked = arguments.depends - rows.depends
        if rows.kind in _LAZY:
            asks = rows.but(depends=rows.depends | asked, batched=rows.batched | asked)
            queries.touch(run, asks, place, "index")
        return receiver.of
    if word != "rows" or receiver.kind != "instance":
        return None
    given = arguments.get(0, "queryset")
    if given is None or not _holds_rows(given):
        return None
    if _is_of(run, receiver, frameworks().rows_paginator):
        return page_of(run, given)
    if _is_of(run, receiver, frameworks().rows_page):
        page = page_of(run, given, arguments.get(1, "page_size"))
        rows_of_it = page.but(kind="queryset", evidence=queries.KEPT)
        return Value("tuple", size=ONE, items=(Value("instance"), page, rows_of_it, Value("bool")))
    return None


def _is_of(run: Run, receiver: Value, known: Names) -> bool:
    """Whether an object is of one of the classes that a table names."""
    if receiver.ref is not None and receiver.ref[0]:
        return classes.derives(run.summaries.project, receiver.ref, known)
    return receiver.dotted in known


def attribute(base: Value, name: str) -> Value | None:
    """`page.object_list`: the rows of the page, still a set that more can be loaded with; asked for with the page."""
    if base.evidence != _PAGE or name != _ROWS:
        return None
    return base.but(kind="queryset", evidence=queries.KEPT) if base.origin is not None else base


def put(run: Run, target: f.Attr, value: Value) -> None:
    """`page.object_list = rows`: the page shows these from now on."""
    holder = target.obj
    held = run.lookup(holder.id) if isinstance(holder, f.Name) else None
    if held is None or held.evidence != _PAGE or target.name != _ROWS or not isinstance(holder, f.Name):
        return
    if _holds_rows(value):
        run.bind(holder.id, value.but(kind="list", evidence=_PAGE, label=shapes.text_of(holder)))
