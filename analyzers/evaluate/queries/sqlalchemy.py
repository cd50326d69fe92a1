"""SQLAlchemy's ORM: sessions, queries, select statements, results. Names come from `orm/sqlalchemy.toml`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from analyzers import facts as f
from analyzers.conventions.tables import frameworks
from analyzers.costs import ONE
from analyzers.evaluate import shapes
from analyzers.evaluate.queries import sql
from analyzers.evaluate.queries import sqlalchemy_guessed as guessed
from analyzers.evaluate.queries import sqlalchemy_held as at_hand
from analyzers.evaluate.queries import sqlalchemy_loaders as loaders
from analyzers.evaluate.queries import sqlalchemy_results as results
from analyzers.evaluate.queries import sqlalchemy_sessions as sessions
from analyzers.evaluate.queries.django_owners import known_by_name
from analyzers.evaluate.queries.emit import FEW, alone, committed, emit, join_path, row
from analyzers.evaluate.queries.sqlalchemy_rows import (
    RESULT_ROW,
    attribute,
    held_key,
    held_row,
    held_rows,
    lazy,
    model_of,
)
from analyzers.evaluate.run import Run
from analyzers.findings import Place
from analyzers.orm import tables
from analyzers.project import names
from analyzers.types import NONE, UNKNOWN_VALUE, Origin, Token, Value

if TYPE_CHECKING:
    from analyzers.evaluate.calling.arguments import Arguments

BATCH = "a batch"
WRITE = "a write"
ALIAS = "another name of a table"
"""Options have to be written for the alias, which its model's name is not."""
_KEEPS_ALL = ("options", "order_by", "execution_options", "populate_existing", "enable_eagerloads")
"""Methods of a statement after which it still gives all rows of its table."""
_UNJOINED = ("with_for_update", "group_by", "distinct", "from_statement", "union", "union_all", "yield_per")
"""Methods that a further join may not go along with."""


_OF_TABLES = ("select", "insert", "update", "delete")
"""What a table makes a statement by."""


def call(run: Run, node: f.Call, target: Value, name: str, arguments: Arguments) -> Value | None:
    """A method of a session, query, statement or result, or `select(...)`."""
    receiver = target.bound
    effect = loaders.effect_of(target, name)
    if effect:
        return loaders.made(run, node, effect, None, arguments)
    if receiver is None and name == guessed.FILTERS and target.kind == "external":
        return guessed.query(run, node, target, arguments)
    if receiver is None and guessed.is_kept_outside(run, node, target, name, arguments):
        receiver = Value(
            "session", label=shapes.text_of(node.func.obj) if isinstance(node.func, f.Attr) else ""
        )
    if receiver is None:
        return _function(run, node, target, arguments)
    kind = receiver.kind
    untold = kind == "unknown" or (kind == "instance" and receiver.ref is None)  # `LocalProxy(make_session)`
    if untold and guessed.takes_models(run, name, arguments):
        kind, untold = "session", False
    if untold and guessed.is_narrowed(run, node, name, arguments):
        kind, receiver = "query", guessed.query(run, node, receiver, arguments)
    if kind == "session":
        return _session(run, node, receiver, name, arguments)
    if kind == "query":
        return _query(run, node, receiver, name, arguments)
    if kind == "select":
        return _chained(run, node, receiver, name, arguments)
    if kind == "result":
        return _result(run, receiver, name, arguments)
    if kind in ("engine", "sa-connection"):
        return _connection(run, node, receiver, name, arguments)
    if kind == loaders.KIND:
        return loaders.method(run, node, receiver, name, arguments)
    if kind == "flask-db":
        return _flask(run, node, receiver, name, arguments)
    if name in _OF_TABLES and receiver.dotted in tables().sqlalchemy.classes["table"]:
        label = f"{receiver.label}.{name}()"
        return Value("select", label=label, evidence="" if name == "select" else WRITE).on(arguments.depends)
    if kind == "sa-attribute" and name in ("of_type", "and_"):
        return receiver
    if name == guessed.FILTERS and known_by_name(receiver):
        return guessed.query(run, node, receiver, arguments)
    return None


# ---------------------------------------------------------------------------------------------- functions


def _function(run: Run, node: f.Call, target: Value, arguments: Arguments) -> Value | None:
    if target.kind == "session-factory":
        return sessions.remembering(target.but(kind="session"), arguments)
    if target.kind == "session":
        return target  # A registry (`scoped_session`) that is called gives its session.
    if target.kind != "external":
        return None
    t = tables().sqlalchemy
    if target.dotted in t.classes["session_factory"]:
        return sessions.remembering(Value("session-factory", label=target.label), arguments)
    if sessions.is_session(target.dotted):
        made = Value("session", dotted=target.dotted, label=target.label, depends=arguments.depends)
        return sessions.remembering(made, arguments)
    return _built(run, node, t.functions.of(target.dotted), target.dotted, target.label, arguments)


def _built(
    run: Run, node: f.Call, effect: str, dotted: str, label: str, arguments: Arguments
) -> Value | None:
    """What a function of the library makes; nothing is sent yet."""
    first = arguments.first()
    if effect == "select":
        return _selected(run, node, "select", arguments)
    if effect == "statement":
        name = dotted.rpartition(".")[2]
        written = sql.of(node.args[0]) if name == "text" and node.args else sql.Written(sql.WRITE)
        evidence = WRITE if written.kind == sql.WRITE else ""
        if written.many or written.kind == sql.OTHER:
            evidence = BATCH  # A statement of its own: there is nothing to put together.
        return Value("select", depends=arguments.depends, label=label, evidence=evidence)
    if effect == "alias" and first is not None and first.kind == "class":
        return first.but(evidence=ALIAS)
    if dotted in frameworks().query_helpers.names and first is not None and first.kind in _STATEMENTS:
        return first.on(arguments.depends)
    if effect == "session":
        return Value("session", label=label, depends=arguments.depends)
    return None


def _flask(run: Run, node: f.Call, receiver: Value, name: str, arguments: Arguments) -> Value | None:
    """`db.select(User)`, `db.get_or_404(User, pk)`, `db.paginate(statement)`: Flask-SQLAlchemy's object has them all."""
    t = tables().sqlalchemy
    effect = t.flask.of(name)
    label = f"{receiver.label or 'db'}.{name}"
    first = arguments.first() or UNKNOWN_VALUE
    if not effect:
        known = next((d for d in (f"sqlalchemy.{name}", f"sqlalchemy.orm.{name}") if t.functions.of(d)), "")
        return _built(run, node, t.functions.of(known), known, label, arguments) if known else None
    place = run.place(node)
    emit(
        run,
        "read",
        f"{label}()",
        place,
        arguments.depends,
        orm="sqlalchemy",
        batch=first.evidence == BATCH,
        batched=first.batched,
    )
    if effect == "fetch_many":
        return Value("pagination", of=_scalar(first.of), depends=arguments.depends, label=f"{label}()")
    if name == "get_or_404":
        return alone(row(first.ref, Origin(place, label=label), "", arguments.depends))
    return (_scalar(first.of) or UNKNOWN_VALUE).on(arguments.depends)


def _selected(run: Run, node: f.Call, kind: str, arguments: Arguments) -> Value:
    """A statement for what is named in it: rows of a model if that is the only thing selected."""
    place = run.place(node)
    first = arguments.first()
    what = first.label if first is not None else ""
    if (
        first is not None
        and first.kind == "class"
        and node.args
        and isinstance(node.args[0], (f.Name, f.Attr))
    ):
        what = shapes.text_of(
            node.args[0]
        )  # As it is written: `self.model` is this class for this object alone.
    ref = first.ref if first is not None and first.kind == "class" and len(arguments.values) == 1 else None
    label = f"{kind}({what})"
    root = ref if first is not None and first.evidence != ALIAS else None
    made = lazy(kind, ref, Origin(place, label=label, whole=ref is not None, root=root), label)
    if ref is None:
        made = made.but(of=results.tuple_of(run, arguments, place))
    return made.on(arguments.depends)


# ---------------------------------------------------------------------------------------------- sessions


def _session(run: Run, node: f.Call, receiver: Value, name: str, arguments: Arguments) -> Value | None:
    effect = tables().sqlalchemy.session.of(name)
    place = run.place(node)
    label = f"{receiver.label or 'session'}.{name}()"
    first = arguments.first() or UNKNOWN_VALUE
    if effect == "query":
        return _selected(run, node, "query", arguments)
    if effect in ("execute", "scalar"):
        return _executed(run, node, label, name, sessions.awaiting(receiver, first), arguments)
    if effect == "fetch_one":
        if name in ("get", "get_one") and first.kind == "class":
            held = held_rows(run, first.ref) or held_row(run, node, first.ref, arguments)
            if held is not None:
                return held.on(arguments.depends)
        emit(run, "read", label, place, arguments.depends, orm="sqlalchemy", model=first.label)
        if name == "refresh":
            sessions.read_anew(run, node)
        if name == "merge" and first.kind == "row":
            return first
        origin = Origin(place, label=label, awaited=sessions.is_asynchronous(receiver))
        given = arguments.keywords.get("options")
        if given is not None:
            origin = loaders.applied(origin, [given])
        return alone(row(first.ref if first.kind == "class" else None, origin, "", arguments.depends))
    if effect == "write_one":
        committed(run, label, place, arguments.depends, orm="sqlalchemy")
        if name == "commit":
            sessions.forget(run, receiver)
        return NONE
    if name in ("rollback", "expire_all"):
        sessions.forget(run, receiver.but(evidence=""))
        return NONE
    if name in ("add", "add_all"):
        sessions.added(run, node)
    if effect:
        return NONE
    if name in ("begin", "begin_nested", "no_autoflush"):
        return receiver
    return None


def _executed(run: Run, node: f.Call, label: str, name: str, statement: Value, arguments: Arguments) -> Value:
    """A statement is sent; what it gives depends on who sends it."""
    written = sql.of(node.args[0]) if node.args else sql.UNKNOWN
    given = arguments.get(1, "params")
    many = given is not None and given.kind in ("list", "tuple")  # One statement for many rows of values.
    is_write = statement.evidence == WRITE or written.kind == sql.WRITE
    emit(
        run,
        "write" if is_write else "read",
        label,
        run.place(node),
        arguments.depends,
        orm="sqlalchemy",
        batch=statement.evidence == BATCH or many or written.many or written.kind == sql.OTHER,
        batched=statement.batched,
    )
    rows = statement.of if statement.kind in ("select", "query") else None
    depends = arguments.depends
    if name in ("scalars", "stream_scalars", "exec"):
        rows = rows if name == "exec" and rows is not None and rows.kind == "tuple" else _scalar(rows)
        return Value("result", of=rows, depends=depends, label=label)
    if name == "scalar":
        return (_scalar(rows) or UNKNOWN_VALUE).on(depends)
    if rows is None or rows.kind != "tuple":
        name_of = statement.ref[1].rpartition(".")[2] if statement.ref is not None else ""
        items = ((rows or UNKNOWN_VALUE).but(label=name_of),)
        rows = Value("tuple", items=items, size=ONE, evidence=RESULT_ROW)
    return Value("result", of=rows, depends=depends, label=label)


def _scalar(rows: Value | None) -> Value | None:
    if rows is not None and rows.kind == "tuple" and rows.items:
        return rows.items[0]
    return rows


# ---------------------------------------------------------------------------------- queries and statements


def _query(run: Run, node: f.Call, receiver: Value, name: str, arguments: Arguments) -> Value | None:
    effect = tables().sqlalchemy.query.of(name)
    if effect == "chain" or not effect:
        return _chained(run, node, receiver, name, arguments)
    depends = receiver.depends | arguments.depends
    kind = "write" if effect.startswith("write") else "read"
    label = f"{receiver.label or 'query'}.{name}()"
    emit(
        run,
        kind,
        label,
        run.place(node),
        depends,
        orm="sqlalchemy",
        batch=receiver.evidence == BATCH,
        batched=receiver.batched,
        relation=receiver.relation,
    )
    if effect == "fetch_one":
        return alone((receiver.of or UNKNOWN_VALUE).on(depends))
    if effect == "fetch_many":
        held = "pagination" if name == "paginate" else "list"
        return Value(held, of=receiver.of, depends=depends, label=receiver.label)
    return Value("int", depends=depends)


def _chained(run: Run, node: f.Call, receiver: Value, name: str, arguments: Arguments) -> Value:
    place = run.place(node)
    origin, of, evidence = receiver.origin, receiver.of, receiver.evidence
    if origin is not None:
        origin = replace(origin, place=place, whole=origin.whole and name in _KEEPS_ALL)
        origin = replace(origin, limits=origin.limits | {name}) if name in _UNJOINED else origin
        origin = replace(origin, shared=origin.shared | _of_one(run, node, receiver, name))
        if name in ("filter", "where"):
            origin = replace(origin, shared=origin.shared | at_hand.by_keys(run, node, receiver))
        if name == "limit":
            origin = replace(origin, few=_limits(run, node, arguments))
        if name == "options":
            origin = loaders.applied(origin, arguments.values)
        elif not tables().sqlalchemy.query.of(name):
            origin = replace(origin, certain=name in _STATEMENT_METHODS and origin.certain)
    depends = receiver.depends | arguments.depends
    batched = receiver.batched | _batched(run, node.args)
    if name == "offset":
        batched |= (
            arguments.depends
        )  # What a turn skips over was asked for by those before: each asks for a page.
    if batched:
        # What it is narrowed by besides may be another one on each turn.
        evidence = BATCH if depends <= batched else "" if evidence == BATCH else evidence
    if name in ("with_entities", "with_only_columns"):
        of = results.tuple_of(run, arguments, place)
    elif name in ("add_columns", "add_entity") and of is not None:
        origin = _brought_along(run, receiver, origin, arguments)
        of = of.but(origin=origin) if of.kind == "row" else of
        of = results.beside(run, of, results.tuple_of(run, arguments, place))
    elif of is not None and of.kind == "row":
        of = of.but(origin=origin)
    elif of is not None and of.items is not None and origin is not None and receiver.origin is not None:
        of = of.but(items=tuple(_under(item, receiver.origin, origin) for item in of.items))
    return receiver.but(origin=origin, of=of, evidence=evidence, batched=batched, depends=depends)


def _limits(run: Run, node: f.Call, arguments: Arguments) -> bool:
    """True for `limit(5)`, and for a parameter that is a small number where callers give none."""
    asked = arguments.first()
    number = (
        shapes.number_of(run.function, node.args[0], asked.const) if asked is not None and node.args else None
    )
    return isinstance(number, int) and 0 <= number <= FEW


def _brought_along(run: Run, receiver: Value, origin: Origin | None, arguments: Arguments) -> Origin | None:
    """`query(Topic).outerjoin(Post, Topic.last_post_id == Post.id).add_entity(Post)`: the rows beside are in the session, where a
    relation to one of them finds it.

    Source: https://docs.sqlalchemy.org/en/20/orm/queryguide/relationships.html#lazy-loading (the identity map)
    """
    found = model_of(run, receiver)
    if found is None or origin is None:
        return origin
    beside = {value.ref for value in arguments.values if value.kind == "class"}
    loaded = {name for name, one in found.relations.items() if not one.many and one.target in beside}
    return replace(origin, loads=origin.loads | loaded)


def _of_one(run: Run, node: f.Call, receiver: Value, name: str) -> frozenset[str]:
    """The relations that lead all rows to one: `filter_by(team_id=team_id)`. The session reads it once, for the first,
    and so it does with what that one leads to.

    Source: https://docs.sqlalchemy.org/en/20/orm/queryguide/relationships.html#lazy-loading (the identity map)
    """
    found = model_of(run, receiver) if name in ("filter_by", "filter", "where") else None
    if found is None:
        return frozenset()
    fixed = {keyword.name for keyword in node.keywords}
    for one in node.args if name != "filter_by" else ():
        if isinstance(one, f.Compare) and one.ops == ("==",) and isinstance(one.left, f.Attr):
            other = names.resolve(
                run.summaries.project,
                run.path,
                shapes.dotted(one.rights[0]).partition(".")[0],
                run.function.qualname,
            )
            joins = other is not None and other[0].kind == "class"
            if not joins and _names(run, one.left.obj, found.key):
                fixed.add(one.left.name)
    to_one = (
        relation.name
        for relation in found.relations.values()
        if not relation.many and relation.column and not fixed.isdisjoint((relation.name, relation.column))
    )
    return frozenset(path for name in to_one for path in (name, join_path(name, loaders.ALL)))


def _names(run: Run, node: f.Expr, key: tuple[str, str]) -> bool:
    """True for the name of a model, and for the `cls` of its own methods."""
    held = run.lookup(node.id) if isinstance(node, f.Name) else None
    return shapes.dotted(node).rpartition(".")[2] == key[1] or (
        held is not None and held.kind == "class" and held.ref == key
    )


def _under(item: Value, before: Origin, now: Origin) -> Value:
    """One of several things a statement selects: what it loads is only known for the first of its models."""
    if item.kind != "row" or item.origin is None:
        return item
    certain = now.certain and now.loads == before.loads and now.later == before.later
    return item.but(origin=replace(item.origin, certain=item.origin.certain and certain))


_STATEMENT_METHODS = (
    "scalar_subquery",
    "returning",
    "values",
    "columns",
    "join_from",
    "outerjoin_from",
    "fetch",
)


def _batched(run: Run, conditions: tuple[f.Expr, ...]) -> frozenset[Token]:
    """The loops and parameters of which `Model.id.in_(ids)` asks for many values at once; a list of the program's own
    (`Model.state.in_(OPEN)`) is none of them. What was made inside of a loop belongs to that turn of it, too."""
    found: frozenset[Token] = frozenset()
    for one in conditions:
        if (
            not isinstance(one, f.Call)
            or not isinstance(one.func, f.Attr)
            or one.func.name not in ("in_", "any_")
        ):
            continue
        for part in shapes.nodes(one.args):
            held = run.lookup(part.id) if isinstance(part, f.Name) else None
            if held is not None and not held.is_one and held.kind not in _STATEMENTS:
                found |= held.depends | {loop.number for loop in run.loops[: held.born]}
    return found


_STATEMENTS = ("select", "query")
"""What is searched by the database itself: `in_(select(Order.id).where(Order.user_id == key))` is asked for one key."""


def _result(run: Run, receiver: Value, name: str, arguments: Arguments) -> Value | None:
    t = tables().sqlalchemy.result
    effect = t.of(name)
    if name == "scalars":
        return receiver.but(of=_scalar(receiver.of))
    if name == "mappings":
        return receiver.but(of=results.by_name(receiver.of))
    if name == "partitions":
        return receiver.but(kind="list", of=Value("list", of=receiver.of, depends=receiver.depends))
    if effect == "rows":
        kind = "list" if name in ("all", "fetchall", "fetchmany") else "result"
        return receiver.but(kind=kind)
    if effect == "one":
        inner = _scalar(receiver.of) if name.startswith("scalar") else receiver.of
        return alone((inner or UNKNOWN_VALUE).on(receiver.depends))
    return None


def _connection(run: Run, node: f.Call, receiver: Value, name: str, arguments: Arguments) -> Value | None:
    if receiver.kind == "engine" and name in ("connect", "begin"):
        return Value("sa-connection", label=receiver.label)
    if name in ("execute", "scalar", "scalars", "exec_driver_sql"):
        first = arguments.first() or UNKNOWN_VALUE
        label = f"{receiver.label or 'connection'}.{name}()"
        return _executed(run, node, label, name, first, arguments)
    if name == "commit" and receiver.kind == "sa-connection":
        label = f"{receiver.label or 'connection'}.commit()"
        committed(run, label, run.place(node), arguments.depends, orm="sqlalchemy")
        return NONE
    return None


# ----------------------------------------------------------------------------------------------------- reads


def touch(run: Run, value: Value, place: Place, how: str) -> None:
    """A query is iterated: it is sent."""
    emit(
        run, "read", value.label or "query", place, value.depends, orm="sqlalchemy",
        batch=value.evidence == BATCH, batched=value.batched, relation=value.relation, many=True,
    )  # fmt: skip


__all__ = ["attribute", "call", "held_key", "model_of", "touch"]
