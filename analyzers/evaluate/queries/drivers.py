"""SQL sent by hand: DB-API connections and cursors, asyncpg. Names come from `orm/dbapi.toml`."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from analyzers import facts as f
from analyzers.evaluate.queries import sql
from analyzers.evaluate.queries.emit import committed, emit
from analyzers.evaluate.run import Run
from analyzers.orm import tables
from analyzers.types import NONE, NOTHING, Value

if TYPE_CHECKING:
    from analyzers.evaluate.calling.arguments import Arguments


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
    if receiver.kind == "pool" and tables().dbapi.pool.of(name) == "acquire":
        return Value("connection", label=f"{receiver.label}.{name}()", depends=receiver.depends)
    if receiver.kind == "asyncpg":
        return _asyncpg(run, node, receiver, name, arguments)
    return None


def _made(target: Value) -> Value | None:
    kind = _kind_made(target.dotted) if target.kind == "external" else ""
    return Value(kind, label=target.label) if kind else None


@lru_cache(maxsize=4096)
def _kind_made(name: str) -> str:
    """What a function of a driver gives."""
    t = tables().dbapi
    made = (
        ("connection", t.connect),
        ("asyncpg", t.asyncpg.lists["connect"]),
        ("pool", t.pool.lists["connect"]),
    )
    return next((kind for kind, names in made if name in names), "")


def _connection(run: Run, node: f.Call, receiver: Value, name: str, arguments: Arguments) -> Value | None:
    effect = tables().dbapi.connection.of(name)
    if effect == "cursor":
        return Value("cursor", label=f"{receiver.label}.cursor()", depends=receiver.depends)
    if effect in ("execute", "execute_many"):
        return send(run, node, receiver, name, arguments, many=effect == "execute_many")
    if name == "commit":
        committed(
            run, f"{receiver.label or 'connection'}.commit()", run.place(node), receiver.depends, orm="sql"
        )
        return NONE
    return None


def _cursor(run: Run, node: f.Call, receiver: Value, name: str, arguments: Arguments) -> Value | None:
    effect = tables().dbapi.cursor.of(name)
    if effect in ("execute", "execute_many"):
        return send(run, node, receiver, name, arguments, many=effect == "execute_many")
    if effect == "fetch":
        kind = "tuple" if name in ("fetchone", "fetchval") else "list"
        return Value(kind, depends=receiver.depends)
    return None


def _asyncpg(run: Run, node: f.Call, receiver: Value, name: str, arguments: Arguments) -> Value | None:
    effect = tables().dbapi.asyncpg.of(name)
    if effect == "acquire":
        return receiver
    if effect in ("execute", "execute_many"):
        return send(run, node, receiver, name, arguments, many=effect == "execute_many")
    return None


def send(run: Run, node: f.Call, receiver: Value, name: str, arguments: Arguments, *, many: bool) -> Value:
    """A statement goes to the database: `execute(sql, values)`, and its like."""
    statement = node.args[0] if node.args else None
    known = arguments.values[0].const if arguments.values else None
    written = sql.of(statement) if statement is not None else sql.UNKNOWN
    if not written.kind and isinstance(known, str):
        written = sql.written(known)  # The text is kept in a name.
    # Who computes the statement itself on each turn has one of its own there: nothing to join.
    is_own = isinstance(statement, (f.Name, f.Attr, f.Index)) and len(arguments.values) == 1
    emit(
        run,
        "write" if written.kind == sql.WRITE else "read",
        f"{receiver.label or receiver.kind}.{name}()",
        run.place(node),
        arguments.depends,
        orm="sql",
        batch=many or written.many or written.kind == sql.OTHER or _goes_together(run),
        batched=arguments.values[0].depends if is_own else NOTHING,
    )
    return Value("cursor", label=receiver.label, depends=arguments.depends)


def _goes_together(run: Run) -> bool:
    """True below `with connection.pipeline():`, where statements are sent one after the other without waiting for the answers."""
    around = (block.body[block.position] for block in run.blocks)
    entered = (item.value for one in around if isinstance(one, f.With) for item in one.items)
    table = tables().dbapi.connection
    return any(
        isinstance(node, f.Call) and isinstance(node.func, f.Attr) and table.of(node.func.name) == "together"
        for value in entered
        for node in (value.value if isinstance(value, f.Await) else value,)
    )
