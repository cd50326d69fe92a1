"""Functions that query rows and hand them to another function: the loop is in that one, the query here."""

from __future__ import annotations

from collections.abc import Iterator

from analyzers import facts as f
from analyzers.evaluate import shapes

_SETS = frozenset(("objects", "get_queryset", "_default_manager", "_base_manager"))
"""Attributes by which sets of rows are come by. Source: https://docs.djangoproject.com/en/5.2/topics/db/managers/"""


def hands_rows_on(function: f.Function) -> bool:
    """True if a set of rows, or a name that holds one, is an argument of a call that is no method of such a set."""
    nodes = shapes.nodes(function.body)
    if not any(isinstance(node, f.Attr) and node.name in _SETS for node in nodes):
        return False
    held = {name for node in nodes if isinstance(node, f.Assign) for name in _holding(node)}
    return any(
        _is_handed(given, held) for node in nodes if isinstance(node, f.Call) for given in _given(node)
    )


def _holding(node: f.Assign) -> Iterator[str]:
    if node.value is not None and _is_set(node.value):
        yield from (target.id for target in node.targets if isinstance(target, f.Name))


def _given(node: f.Call) -> tuple[f.Expr, ...]:
    return () if _is_set(node.func) else (*node.args, *(keyword.value for keyword in node.keywords))


def _is_handed(node: f.Expr, held: set[str]) -> bool:
    return (isinstance(node, f.Name) and node.id in held) or _is_set(node)


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
