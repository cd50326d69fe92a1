"""What a program hangs on the object that a framework keeps for one request, or for the whole application: `g.project = ...`,
`request.state.db = ...`, `app.store = ...`, `app["db"] = ...`.

A hook puts it there (before each request, in a middleware, a dependency, where the application is made), and the views of other
files take it from there.

Sources: https://flask.palletsprojects.com/en/stable/api/#flask.g, https://www.starlette.io/requests/#other-state,
https://sanic.dev/en/guide/basics/request.html#context, https://docs.aiohttp.org/en/stable/web_advanced.html#application-s-config,
https://flask.palletsprojects.com/en/stable/api/#flask.Flask.extensions
"""

from __future__ import annotations

from analyzers.facts import Attr, Const, Expr, Index, Name

_ITSELF = frozenset(("g", "request"))
_PARTS = frozenset(("state", "ctx", "g", "request"))
"""Attributes that are such an object, or keep one."""

_APP = "app"
_APPS = frozenset((_APP, "application"))
"""Attributes that are the application; a name of these is so only where something is put there."""
_CURRENT = "current_app"
_EXTENSIONS = "extensions"


def key_of(node: Expr) -> str:
    """`g.project`, `state.db`: where something is taken from such an object; "" for any other expression."""
    name = _name_of(node)
    if not name or not isinstance(node, (Attr, Index)):
        return ""
    holder = _without_extensions(node.obj)
    if isinstance(holder, Name):
        if holder.id == _CURRENT:
            return f"{_APP}.{name}"
        return f"{holder.id}.{name}" if holder.id in _ITSELF and isinstance(node, Attr) else ""
    if not isinstance(holder, Attr):
        return ""
    if holder.name in _APPS:
        return f"{_APP}.{name}"
    return f"{holder.name}.{name}" if holder.name in _PARTS and isinstance(node, Attr) else ""


def put_at(node: Expr) -> str:
    """The same of where something is put: also of an application that is a name, `app.store = Store()`."""
    if not isinstance(node, (Attr, Index)):
        return ""
    holder = _without_extensions(node.obj)
    if isinstance(holder, Name) and holder.id in _APPS and (name := _name_of(node)):
        return f"{_APP}.{name}"
    return key_of(node)


def _name_of(node: Expr) -> str:
    """What something is called there: the name of an attribute, or a text under which it stands."""
    if isinstance(node, Attr):
        return node.name
    key = node.index if isinstance(node, Index) else None
    text = key.value if isinstance(key, Const) else None
    return text if isinstance(text, str) and text.isidentifier() else ""


def _without_extensions(holder: Expr) -> Expr:
    """`app` of `app.extensions`, which keeps objects under their names."""
    return holder.obj if isinstance(holder, Attr) and holder.name == _EXTENSIONS else holder


def is_key(name: str) -> bool:
    """True for what `key_of` gives."""
    return name.partition(".")[0] in (*_PARTS, _APP) and name.count(".") == 1
