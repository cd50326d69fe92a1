"""Functions that query rows and hand them to another function: the loop is in that one, the query here."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from analyzers import facts as f
from analyzers.callables import callables_of
from analyzers.evaluate import shapes
from analyzers.evaluate.remembered import remembered
from analyzers.orm import tables
from analyzers.project.index import Project

_SETS = frozenset(("objects", "get_queryset", "_default_manager", "_base_manager"))
"""Attributes by which sets of rows are come by. Source: https://docs.djangoproject.com/en/5.2/topics/db/managers/"""

_NUMBERS = ("scalar", "write_many")
"""What the methods of a set that give no rows do: they count, or change rows and say how many."""

_ANYTHING = ""
"""Stands among names for what is called without one: `handlers[kind](rows)`."""


class _Handed(Struct, frozen=True):
    """The names that stand in calls that rows are handed to: of what is called, and of what is given beside them."""

    to: frozenset[str] = frozenset()
    beside: frozenset[str] = frozenset()


def hands_rows_on(project: Project, function: f.Function) -> bool:
    """True if a set of rows, or a name that holds one, is an argument of a call that may run code of the project."""
    handed = _handed(function)
    if not handed.to:
        return False
    known = callables_of(project)
    return (
        _ANYTHING in handed.to
        or not known.defined.isdisjoint(handed.to)
        or not known.kept.isdisjoint(handed.to)
        or not known.defined.isdisjoint(handed.beside)
    )


@remembered
def _handed(function: f.Function) -> _Handed:
    nodes = shapes.nodes(function.body)
    if not any(isinstance(node, f.Attr) and node.name in _SETS for node in nodes):
        return _Handed()
    held = {name for node in nodes if isinstance(node, f.Assign) for name in _holding(node)}
    to: set[str] = set()
    beside: set[str] = set()
    for node in nodes:
        if isinstance(node, f.Call) and not _is_set(node.func):
            given = (*node.args, *(keyword.value for keyword in node.keywords))
            if any(_is_handed(one, held) for one in given):
                to.add(_last(node.func))
                beside.update(_last(one) for one in given if isinstance(one, (f.Name, f.Attr)))
    return _Handed(frozenset(to), frozenset(beside - held))


def _last(node: f.Expr) -> str:
    return node.id if isinstance(node, f.Name) else node.name if isinstance(node, f.Attr) else _ANYTHING


def _holding(node: f.Assign) -> Iterator[str]:
    if node.value is not None and _gives_rows(node.value):
        yield from (target.id for target in node.targets if isinstance(target, f.Name))


def _is_handed(node: f.Expr, held: set[str]) -> bool:
    return (isinstance(node, f.Name) and node.id in held) or _gives_rows(node)


def _gives_rows(node: f.Expr) -> bool:
    """True for a chain that begins with a manager, unless its last method gives a number: `Book.objects.count()`."""
    if isinstance(node, f.Call) and isinstance(node.func, f.Attr):
        effect = tables().django.queryset.of(node.func.name)
        if effect in _NUMBERS and node.func.name != "bulk_create":
            return False
    return _is_set(node)


def _is_set(node: f.Expr) -> bool:
    """True for a chain of calls and attributes that begins with a manager: `Book.objects.filter(...).order_by(...)`."""
    while isinstance(node, (f.Call, f.Attr)):
        if isinstance(node, f.Attr):
            if node.name in _SETS:
                return True
            node = node.obj
        else:
            node = node.func
    return False
