"""Feeds and sitemaps: `items()` gives the rows, the other methods are asked for each of them.

Source: https://github.com/django/django/blob/5.2/django/contrib/syndication/views.py and
https://github.com/django/django/blob/5.2/django/contrib/sitemaps/__init__.py
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzers import facts as f
from analyzers.conventions import classes, units
from analyzers.conventions.tables import frameworks
from analyzers.conventions.units import ROW, At
from analyzers.project.index import Project
from analyzers.project.schema import Key

_DEFAULTS = {
    "item_title": "__str__",
    "item_description": "__str__",
    "item_link": "get_absolute_url",
    "location": "get_absolute_url",
}
"""What the row itself is asked where the class has no such method."""

_SEVERAL = ("item_categories", "item_enclosures")
"""Methods of a feed that give several things, which the framework goes through."""


def kind_of(project: Project, key: Key) -> str:
    """ "feed" or "sitemap", "" for any other class."""
    return classes.kind(project, key, feed=frameworks().feed, sitemap=frameworks().sitemap)


def roots(project: Project, key: Key) -> Iterator[str]:
    if kind_of(project, key) and classes.method(project, key, "items") is not None:
        yield "items"


def items(project: Project, cls: f.ClassDef, key: Key, _: str) -> f.Function | None:
    """One page: all methods that are asked for each row."""
    given = classes.method(project, key, "items")
    if given is None:
        return None
    at = At(classes.name_of(cls))
    this = at.name("self")
    whole: f.Expr = at.name("whole")
    if classes.method(project, key, "get_object") is not None:
        whole = at.call(at.attr(this, "get_object"), at.name("whole"))
    rows = at.call(at.attr(this, "items"), *([whole] if len(given.params) > 1 else []))
    asked = frameworks().feed_item if kind_of(project, key) == "feed" else frameworks().sitemap_item
    shown: list[f.Stmt] = []
    for name in sorted(asked.names):
        own = classes.method(project, key, name)
        if own is not None and len(own.params) > 1:
            call = at.call(at.attr(this, name), at.name(ROW))
            shown.append(at.each("one", call) if name in _SEVERAL else at.do(call))
        elif own is None and name in _DEFAULTS and classes.held(project, key, name) is None:
            shown.append(at.do(at.call(at.attr(at.name(ROW), _DEFAULTS[name]))))
    return units.function(cls, "items", ("whole",), (at.each(ROW, rows, *shown),))
