"""Sets of rows as they stand in code, told by the names of managers alone."""

from __future__ import annotations

from collections.abc import Collection

from analyzers import facts as f
from analyzers.orm import tables

SETS = frozenset(("objects", "get_queryset", "_default_manager", "_base_manager", "query", "scalars"))
"""Attributes by which sets of rows are come by. Sources: https://docs.djangoproject.com/en/5.2/topics/db/managers/ and
https://docs.sqlalchemy.org/en/20/orm/session_api.html"""

_NUMBERS = ("scalar", "write_many")
"""What the methods of a set that give no rows do: they count, or change rows and say how many."""


def gives(nodes: Collection[object]) -> bool:
    """True for the nodes of a function that returns a set of rows, or a name that holds one."""
    held: set[str] = set()
    for node in nodes:
        if isinstance(node, f.Assign) and node.value is not None and gives_rows(node.value):
            held.update(target.id for target in node.targets if isinstance(target, f.Name))
    return any(
        isinstance(node, f.Return) and node.value is not None and is_handed(node.value, held)
        for node in nodes
    )


def is_handed(node: f.Expr, held: set[str]) -> bool:
    """True for a set of rows, and for one of the names that hold one."""
    return (isinstance(node, f.Name) and node.id in held) or gives_rows(node)


def gives_rows(node: f.Expr) -> bool:
    """True for a chain that begins with a manager, unless its last method gives a number: `Book.objects.count()`."""
    if isinstance(node, f.Call) and isinstance(node.func, f.Attr):
        effect = tables().django.queryset.of(node.func.name)
        if effect in _NUMBERS and node.func.name != "bulk_create":
            return False
    return is_set(node)


def is_set(node: f.Expr) -> bool:
    """True for a chain of calls and attributes that begins with a manager: `Book.objects.filter(...).order_by(...)`."""
    while isinstance(node, (f.Call, f.Attr)):
        if isinstance(node, f.Attr):
            if node.name in SETS:
                return True
            node = node.obj
        else:
            node = node.func
    return False
