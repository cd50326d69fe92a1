"""SQL sent by hand: DB-API connections and cursors, asyncpg. Names come from `orm/dbapi.toml`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from analyzers import facts as f
from analyzers.evaluate.queries.emit import emit
from analyzers.evaluate.run import Run
from analyzers.orm import tables
from analyzers.types import Value

if TYPE_CHECKING:
    from analyzers.evaluate.arguments import Arguments

_MANY = re.compile(r"\b(?:in\s*\(|any\s*\(|unnest\s*\()", re.IGNORECASE)
_WRITES = re.compile(r"\s*(?:insert|update|delete|replace|merge|upsert)\b", re.IGNORECASE)


def attribute(run: Run, base: Value, node: f.Attr) -> Value | None:
    return None


def call(run: Run, node: f.Call, target: Value, name: str, arguments: Arguments) -> Value | None:
    """`connection.cursor()`, `cursor.execute(sql, values)`, `pool.fetch(sql, value)`."""
    receiver = target.bound
    if receiver is None:
        return _made(target)
    if receiver.kind == "connection":
        return _connection(run, node, receiver, name, arguments)
    if receiver.kind == "cursor":
        return _cursor(run, node, receiver, name, arguments)
    if receiver.kind == "asyncpg":
        return _asyncpg(run, node, receiver, name, arguments)
    return None


def _made(target: Value) -> Value | None:
    if target.kind == "external" and target.dotted in tables().dbapi.connect:
        return Value("connection", label=target.label)
    if target.kind == "external" and target.dotted in tables().dbapi.asyncpg.lists["connect"]:
        return Value("asyncpg", label=target.label)
    return None


def _connection(run: Run, node: f.Call, receiver: Value, name: str, arguments: Arguments) -> Value | None:
    effect = tables().dbapi.connection.of(name)
    if effect == "cursor":
        return Value("cursor", label=f"{receiver.label}.cursor()", depends=receiver.depends)
    if effect in ("execute", "execute_many"):
        return _send(run, node, receiver, name, arguments, many=effect == "execute_many")
    return None


def _cursor(run: Run, node: f.Call, receiver: Value, name: str, arguments: Arguments) -> Value | None:
    effect = tables().dbapi.cursor.of(name)
    if effect in ("execute", "execute_many"):
        return _send(run, node, receiver, name, arguments, many=effect == "execute_many")
    if effect == "fetch":
        kind = "tuple" if name in ("fetchone", "fetchval") else "list"
        return Value(kind, depends=receiver.depends)
    return None


def _asyncpg(run: Run, node: f.Call, receiver: Value, name: str, arguments: Arguments) -> Value | None:
    effect = tables().dbapi.asyncpg.of(name)
    if effect == "acquire":
        return receiver
    if effect in ("execute", "execute_many"):
        return _send(run, node, receiver, name, arguments, many=effect == "execute_many")
    return None


def _send(run: Run, node: f.Call, receiver: Value, name: str, arguments: Arguments, *, many: bool) -> Value:
    sql = node.args[0] if node.args else None
    text = sql.value if isinstance(sql, f.Const) and isinstance(sql.value, str) else ""
    depends = arguments.depends
    if (
        isinstance(sql, (f.Name, f.Attr, f.Index))
        and arguments.values[0].depends
        and len(arguments.values) == 1
    ):
        depends = (
            depends - arguments.values[0].depends
        )  # Each turn has a statement of its own: nothing to join.
    emit(
        run,
        "write" if _WRITES.match(text) else "read",
        f"{receiver.label or receiver.kind}.{name}()",
        run.place(node),
        depends,
        orm="sql",
        batch=many or bool(_MANY.search(text)),
    )
    return Value("cursor", label=receiver.label, depends=arguments.depends)
