"""What a session forgets: after a commit or a rollback every row it holds is read anew, one query a row.

Source: https://docs.sqlalchemy.org/en/20/orm/session_basics.html#committing (expire_on_commit)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from msgspec.structs import replace

from analyzers import facts as f
from analyzers.evaluate.queries.emit import FETCHED
from analyzers.evaluate.run import Run
from analyzers.orm import tables
from analyzers.types import Origin, Value

if TYPE_CHECKING:
    from analyzers.evaluate.calling.arguments import Arguments

REMEMBERS = "a session that keeps what it holds"
ADDED = "put into a session"
EXPIRED = "forgotten by its session"
NOTE = "the session has forgotten it since it was read: a commit expires what it holds"

_OPTION = "expire_on_commit"
_HELD = ("list", "set", "tuple", "dict", "deque")


def remembering(value: Value, arguments: Arguments) -> Value:
    """A session, or a maker of some, that is told to keep what it holds after a commit."""
    given = arguments.keywords.get(_OPTION)
    return value.but(evidence=REMEMBERS) if given is not None and given.const is False else value


def forget(run: Run, session: Value) -> None:
    """A commit or rollback: the rows that names hold are expired, where nothing says that this session keeps them."""
    if session.evidence == REMEMBERS or run.function.is_async or is_asynchronous(session):
        return
    if run.summaries.project.words.sessions_stay_valid():  # which one this is, nobody knows
        return
    for name, value in list(run.env.items()):
        changed = _changed(value, lambda row: _expired(run, row))
        if changed is not value:
            run.bind(name, changed)


def added(run: Run, node: f.Call) -> None:
    """`session.add(row)`, `session.add_all(rows)`: what a name holds belongs to the session now."""
    holder = node.args[0] if node.args else None
    value = run.env.get(holder.id) if isinstance(holder, f.Name) else None
    if value is None or not isinstance(holder, f.Name) or value.label in value.depends:
        return  # What a caller hands in may be anybody's.
    run.bind(holder.id, _changed(value, lambda row: row.but(evidence=ADDED) if row.origin is None else row))


def read_anew(run: Run, node: f.Call) -> None:
    """`session.refresh(row)`: it is known again."""
    holder = node.args[0] if node.args else None
    value = run.env.get(holder.id) if isinstance(holder, f.Name) else None
    if value is not None and isinstance(holder, f.Name) and value.evidence == EXPIRED:
        run.bind(holder.id, value.but(evidence=FETCHED))


def _expired(run: Run, row: Value) -> Value:
    if row.evidence == ADDED:
        assert run.statement is not None
        return row.but(origin=Origin(run.statement, label=row.label, split=True), evidence=EXPIRED)
    if row.origin is None or row.path:
        return row
    origin = replace(row.origin, loads=frozenset(), whole=False, split=True)
    return row.but(origin=origin, evidence=EXPIRED)


def _changed(value: Value, change: Callable[[Value], Value], depth: int = 3) -> Value:
    """A value in which every SQLAlchemy row that was fetched already is changed."""
    if value.kind == "row":
        return change(value)
    if value.kind not in _HELD or depth == 0:
        return value
    of = _changed(value.of, change, depth - 1) if value.of is not None else None
    values = _changed(value.values, change, depth - 1) if value.values is not None else None
    items = tuple(_changed(v, change, depth - 1) for v in value.items) if value.items is not None else None
    same = all(a is b for a, b in zip(items or (), value.items or (), strict=True))
    if of is value.of and values is value.values and same:
        return value
    return replace(value, of=of, values=values, items=items)


def is_asynchronous(session: Value) -> bool:
    """True for a session whose rows cannot ask the database by themselves: what was not loaded has to be awaited.

    Source: https://docs.sqlalchemy.org/en/20/orm/extensions/asyncio.html#preventing-implicit-io-when-using-asyncsession
    """
    return "asyncio" in session.dotted


def awaiting(session: Value, statement: Value) -> Value:
    """A statement as a session sends it: the rows of an asynchronous one load nothing where they are read."""
    if statement.of is None or not is_asynchronous(session):
        return statement
    items = statement.of.items
    if items is not None:
        return statement.but(of=statement.of.but(items=tuple(map(_awaited, items))))
    return statement.but(of=_awaited(statement.of))


def _awaited(row: Value) -> Value:
    return row.but(origin=replace(row.origin, awaited=True)) if row.origin is not None else row


def is_session(dotted: str) -> bool:
    classes = tables().sqlalchemy.classes
    return dotted in classes["session"]
