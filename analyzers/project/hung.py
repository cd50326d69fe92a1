"""What a program hangs on the object that a framework keeps for one request: `g.project = ...`, `request.state.db = ...`.

A hook puts it there (before each request, in a middleware, a dependency), and the views of other files take it from there.

Sources: https://flask.palletsprojects.com/en/stable/api/#flask.g, https://www.starlette.io/requests/#other-state,
https://sanic.dev/en/guide/basics/request.html#context
"""

from __future__ import annotations

from analyzers.facts import Attr, Expr, Name

_ITSELF = frozenset(("g", "request"))
_PARTS = frozenset(("state", "ctx", "g", "request"))
"""Attributes that are such an object, or keep one."""


def key_of(node: Expr) -> str:
    """`g.project`, `state.db`: where something is hung on such an object; "" for any other expression."""
    if not isinstance(node, Attr):
        return ""
    holder = node.obj
    if isinstance(holder, Name):
        return f"{holder.id}.{node.name}" if holder.id in _ITSELF else ""
    return f"{holder.name}.{node.name}" if isinstance(holder, Attr) and holder.name in _PARTS else ""


def is_key(name: str) -> bool:
    """True for what `key_of` gives."""
    return name.partition(".")[0] in _PARTS and name.count(".") == 1


__all__ = ["is_key", "key_of"]
