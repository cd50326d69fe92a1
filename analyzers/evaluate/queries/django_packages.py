"""Models of packages whose rows stand in a tree: pages of Wagtail, nodes of treebeard and mptt. Names come from `orm/django.toml`.

What a row is asked for is a query for each row; what a set of rows is asked for narrows it, and loads nothing.
"""

from __future__ import annotations

from analyzers import facts as f
from analyzers.evaluate.queries.emit import emit, row
from analyzers.evaluate.run import Run
from analyzers.orm import tables
from analyzers.orm.tables import Package
from analyzers.project import names
from analyzers.project.models import Model
from analyzers.project.schema import Key
from analyzers.types import UNKNOWN_VALUE, Origin, Value


def narrows(run: Run, model: Model, name: str) -> bool:
    """True for a method by which the package's sets of rows give some of them: `BlogPage.objects.live()`."""
    return any(name in package.chain for package in _of(run, model.key))


def attribute(run: Run, base: Value, model: Model, node: f.Attr, label: str) -> Value | None:
    """What a row has of its package: `page.specific` is asked for at once, methods when they are called."""
    project, name = run.summaries.project, node.name
    for package in _of(run, model.key):
        if name in package.own_class:  # Asked for where the row is known as one of the package's class alone.
            return called(run, node, base, name) if not model.key[0] else None
        known = name in package.fetch_one or name in package.rows
        own = names.member(project, *model.key, name) if known and model.key[0] else None
        if known and (own is None or own.kind != "function"):
            return Value("method", bound=base, depends=base.depends, label=label)
    return None


def called(run: Run, node: f.Expr, base: Value, name: str) -> Value | None:
    """What such a method gives: a row, or a set of rows that is asked for later. None for any other method."""
    if base.ref is None:
        return None
    place = run.place(node)
    for package in _of(run, base.ref):
        key: Key = ("", package.gives) if package.gives else base.ref
        label = f"{base.label or 'row'}.{name}" + ("()" if name not in package.own_class else "")
        if name in package.rows:
            origin = Origin(place, label=label)
            return Value(
                "queryset", ref=key, origin=origin, of=row(key, origin), depends=base.depends, label=label, evidence="a queryset"
            )  # fmt: skip
        if name in package.fetch_one:
            emit(run, "read", label, place, base.depends, orm="django")
            return row(key, None, "", base.depends)
        if name in package.own_class:
            if base.origin is not None and base.origin.certain:  # `.specific()` had them as they are.
                emit(run, "read", label, place, base.depends, orm="django")
            return UNKNOWN_VALUE.on(base.depends)
    return None


def _of(run: Run, key: Key) -> tuple[Package, ...]:
    """The packages whose models a model is derived from."""
    project = run.summaries.project

    def find() -> tuple[Package, ...]:
        above = {key[1]} if not key[0] else set(names.names_above(project, *key))
        return tuple(package for package in tables().django.packages if not above.isdisjoint(package.models))

    return project.memo.ask(("packages of a model", *key), find, in_cycle=())
