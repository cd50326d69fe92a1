"""Statements that are handed to something of which nothing is known: a parameter, an attribute that someone else sets.

The text is the evidence: `connection.execute("SELECT ...", key)` speaks to a database, whatever `connection` is. So is
`anything.cursor()`, for what it gives is only asked when a statement is sent through it. The methods that take a
statement come from `orm/dbapi.toml`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyzers import facts as f
from analyzers.evaluate import shapes
from analyzers.evaluate.queries import drivers, sql
from analyzers.evaluate.run import Run
from analyzers.orm import tables
from analyzers.types import Value

if TYPE_CHECKING:
    from analyzers.evaluate.calling.arguments import Arguments


def attribute(run: Run, base: Value, node: f.Attr) -> Value | None:
    return None


def call(run: Run, node: f.Call, target: Value, name: str, arguments: Arguments) -> Value | None:
    """`anything.execute("SELECT ...", key)`, `anything.cursor()`."""
    if target.kind not in ("unknown", "external") or not _is_unknown(target.bound):
        return None
    effect = tables().dbapi.spoken.of(name)
    if not effect:
        return None
    receiver = Value(label=_spoken_to(node), depends=target.depends)
    if effect == "cursor":
        return None if node.args else receiver.but(kind="cursor", label=f"{receiver.label}.cursor()")
    written = node.args[0] if node.args else None  # `methodcaller("execute", statement)` writes none.
    if not arguments.values or not _is_statement(written, arguments.values[0]):
        return None
    return drivers.send(run, node, receiver, name, arguments, many=effect == "execute_many")


def _is_unknown(value: Value | None) -> bool:
    return value is None or value.kind in ("unknown", "external", "instance")


def _spoken_to(node: f.Call) -> str:
    """The words for what a method is called on."""
    return shapes.text_of(node.func.obj) if isinstance(node.func, f.Attr) else ""


def _is_statement(node: f.Expr | None, value: Value) -> bool:
    """True for the text of a statement, written in place or kept in a name."""
    if isinstance(value.const, str):
        return sql.is_statement(value.const)
    return node is not None and sql.is_statement(sql.text_of(node))
