"""SQLAlchemy's ORM: sessions, queries, select statements, rows, relationships. Names come from `orm/sqlalchemy.toml`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from analyzers import facts as f
from analyzers.costs import ONE
from analyzers.evaluate import shapes
from analyzers.evaluate.queries.emit import emit, join_path, prefixes, row
from analyzers.evaluate.run import Run
from analyzers.findings import Place
from analyzers.orm import tables
from analyzers.project.models import Model, Relation
from analyzers.types import NONE, UNKNOWN_VALUE, Origin, Value

if TYPE_CHECKING:
    from analyzers.evaluate.arguments import Arguments


def model_of(run: Run, value: Value) -> Model | None:
    found = run.summaries.models.model(*value.ref) if value.ref is not None else None
    return found if found is not None and found.orm == "sqlalchemy" else None


# ------------------------------------------------------------------------------------------------ attributes


def attribute(run: Run, base: Value, node: f.Attr) -> Value | None:
    """`user.orders`, `db.session`, `User.query`."""
    label = shapes.text_of(node)
    if base.kind == "flask-db" and node.name == "session":
        return Value("session", label=label)
    if (
        base.kind == "class"
        and node.name == "query"
        and base.ref is not None
        and model_of(run, base) is not None
    ):
        return _lazy("query", base.ref, Origin(run.place(node), label=label), label)
    if base.kind == "row":
        found = model_of(run, base)
        if found is not None and node.name in found.relations:
            return _relation(run, base, found, found.relations[node.name], node, label)
        if found is not None and node.name in found.columns:
            kind = found.columns[node.name]
            size = ONE if kind == "str" else None
            return Value(
                kind if kind in ("int", "str", "bool", "float") else "unknown",
                size=size,
                depends=base.depends,
                label=label,
            )
    return None


def _relation(run: Run, base: Value, found: Model, relation: Relation, node: f.Attr, label: str) -> Value:
    path = join_path(base.path, relation.name)
    origin = base.origin
    if relation.lazy in tables().sqlalchemy.lazy.lists["explicit"]:
        return _lazy("query", relation.target, None, label).but(depends=base.depends, relation=relation.name)
    if relation.name == base.relation and not relation.many:
        return row(relation.target, None, "", base.depends).but(label=label)
    loaded = relation.eager or run.is_stored(label) or (origin is not None and path in origin.loads)
    if not loaded and relation.lazy not in tables().sqlalchemy.lazy.lists["never"]:
        emit(
            run,
            "lazy",
            label,
            run.place(node),
            base.depends,
            orm="sqlalchemy",
            relation=path,
            many=bool(relation.many),
            model=found.name,
            origin=origin,
            sure=origin is not None and origin.certain,
        )
    one = row(relation.target, origin, path, base.depends, inverse=relation.inverse)
    if relation.many:
        return Value("list", of=one, depends=base.depends, label=label)
    return one.but(label=label)


def _lazy(kind: str, key: tuple[str, str] | None, origin: Origin | None, label: str) -> Value:
    return Value(kind, ref=key, origin=origin, of=row(key, origin), label=label, evidence="a query")


# ----------------------------------------------------------------------------------------------------- calls


def call(run: Run, node: f.Call, target: Value, name: str, arguments: Arguments) -> Value | None:
    """A method of a session, query, statement or result, or `select(...)`."""
    receiver = target.bound
    if receiver is None:
        return _function(run, node, target, arguments)
    if receiver.kind == "session":
        return _session(run, node, receiver, name, arguments)
    if receiver.kind == "query":
        return _query(run, node, receiver, name, arguments)
    if receiver.kind == "select":
        return _chained(run, node, receiver, name, arguments)
    if receiver.kind == "result":
        return _result(run, receiver, name, arguments)
    if receiver.kind in ("engine", "sa-connection"):
        return _connection(run, node, receiver, name, arguments)
    return None


def _function(run: Run, node: f.Call, target: Value, arguments: Arguments) -> Value | None:
    if target.kind == "session-factory":
        return Value("session", label=target.label)
    if target.kind != "external":
        return None
    t = tables().sqlalchemy
    if target.dotted in t.classes["session_factory"]:
        return Value("session-factory", label=target.label)
    effect = t.functions.of(target.dotted)
    if effect == "select":
        return _selected("select", run.place(node), arguments)
    if effect == "statement":
        return Value("select", depends=arguments.depends, label=target.label)
    return None


def _selected(kind: str, place: Place, arguments: Arguments) -> Value:
    """A statement for what is named in it: rows of a model if that is the only thing selected."""
    first = arguments.first()
    ref = first.ref if first is not None and first.kind == "class" and len(arguments.values) == 1 else None
    label = f"{kind}({first.label if first is not None else ''})"
    made = _lazy(kind, ref, Origin(place, label=label), label)
    if ref is None:
        made = made.but(
            of=Value("tuple", items=tuple(_column(v, place) for v in arguments.values) or None, size=ONE)
        )
    return made.on(arguments.depends)


def _column(value: Value, place: Place) -> Value:
    return row(value.ref, Origin(place)) if value.kind == "class" else UNKNOWN_VALUE


def _session(run: Run, node: f.Call, receiver: Value, name: str, arguments: Arguments) -> Value | None:
    effect = tables().sqlalchemy.session.of(name)
    place = run.place(node)
    label = f"{receiver.label or 'session'}.{name}()"
    first = arguments.first() or UNKNOWN_VALUE
    if effect == "query":
        return _selected("query", place, arguments)
    if effect in ("execute", "scalar"):
        emit(run, "read", label, place, arguments.depends, orm="sqlalchemy", batch=_is_batch(node, first))
        rows = first.of if first.kind == "select" else None
        if name in ("scalars", "stream_scalars", "exec"):
            return Value("result", of=_scalar(rows), depends=arguments.depends, label=label)
        if effect == "scalar":
            return (_scalar(rows) or UNKNOWN_VALUE).on(arguments.depends)
        tuple_row = (
            rows
            if rows is not None and rows.kind == "tuple"
            else Value("tuple", items=(rows or UNKNOWN_VALUE,), size=ONE)
        )
        return Value("result", of=tuple_row, depends=arguments.depends, label=label)
    if effect == "fetch_one":
        emit(run, "read", label, place, arguments.depends, orm="sqlalchemy", model=first.label)
        return row(
            first.ref if first.kind == "class" else None, Origin(place, label=label), "", arguments.depends
        )
    if effect == "write_one":
        emit(run, "commit", label, place, arguments.depends, orm="sqlalchemy")
        return NONE
    if effect:
        return NONE
    if name in ("begin", "begin_nested", "no_autoflush"):
        return receiver
    return None


def _scalar(rows: Value | None) -> Value | None:
    if rows is not None and rows.kind == "tuple" and rows.items:
        return rows.items[0]
    return rows


def _is_batch(node: f.Call, statement: Value) -> bool:
    return statement.evidence == "a batch"


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
        batch=receiver.evidence == "a batch",
        relation=receiver.relation,
    )
    if effect == "fetch_one":
        return (receiver.of or UNKNOWN_VALUE).on(depends)
    if effect == "fetch_many":
        return Value("list", of=receiver.of, depends=depends, label=receiver.label)
    return Value("int", depends=depends)


def _chained(run: Run, node: f.Call, receiver: Value, name: str, arguments: Arguments) -> Value:
    place = run.place(node)
    origin = receiver.origin
    evidence = receiver.evidence
    if origin is not None:
        origin = replace(origin, place=place)
        if name == "options":
            origin = _options(run, origin, node.args)
        elif not tables().sqlalchemy.query.of(name):
            origin = replace(origin, certain=name in _STATEMENT_METHODS and origin.certain)
    if _asks_for_many(node.args):
        evidence = "a batch"
    of = (
        receiver.of.but(origin=origin)
        if receiver.of is not None and receiver.of.kind == "row"
        else receiver.of
    )
    return receiver.but(origin=origin, of=of, evidence=evidence, depends=receiver.depends | arguments.depends)


_STATEMENT_METHODS = (
    "scalar_subquery",
    "returning",
    "values",
    "columns",
    "join_from",
    "outerjoin_from",
    "fetch",
)


def _asks_for_many(nodes: tuple[f.Expr, ...]) -> bool:
    """`Model.id.in_(ids)` among the conditions."""
    return any(
        isinstance(n, f.Call) and isinstance(n.func, f.Attr) and n.func.name in ("in_", "any_") for n in nodes
    )


def _options(run: Run, origin: Origin, nodes: tuple[f.Expr, ...]) -> Origin:
    """`options(joinedload(Book.author).selectinload(Author.publisher))`: what gets loaded along."""
    for node in nodes:
        found = _loader(node)
        if found is None:
            return replace(origin, certain=False)
        path, helpful = found
        if helpful:
            origin = replace(origin, loads=origin.loads | frozenset(prefixes(path)))
        elif path == "*":
            origin = replace(origin, certain=False)
    return origin


def _loader(node: f.Expr) -> tuple[str, bool] | None:
    """The path a loader option names, and whether it spares the queries. None for what is not understood."""
    if not isinstance(node, f.Call):
        return None
    name = (
        shapes.dotted(node.func).rpartition(".")[2] if not isinstance(node.func, f.Attr) else node.func.name
    )
    effect = tables().sqlalchemy.loaders.of(name)
    if not effect:
        return None
    parts: list[str] = []
    for argument in node.args:
        if isinstance(argument, f.Const) and argument.value == "*":
            return "*", False
        if not isinstance(argument, f.Attr):
            return None
        parts.append(argument.name)
    base = ""
    if isinstance(node.func, f.Attr) and isinstance(node.func.obj, f.Call):
        before = _loader(node.func.obj)
        if before is None:
            return None
        base = before[0]
    path = base
    for part in parts:
        path = join_path(path, part)
    return path, effect in ("eager", "per_row", "never")


def _result(run: Run, receiver: Value, name: str, arguments: Arguments) -> Value | None:
    t = tables().sqlalchemy.result
    effect = t.of(name)
    if name == "scalars":
        return receiver.but(of=_scalar(receiver.of))
    if effect == "rows":
        kind = "list" if name in ("all", "fetchall", "fetchmany") else "result"
        return receiver.but(kind=kind)
    if effect == "one":
        inner = _scalar(receiver.of) if name.startswith("scalar") else receiver.of
        return (inner or UNKNOWN_VALUE).on(receiver.depends)
    return None


def _connection(run: Run, node: f.Call, receiver: Value, name: str, arguments: Arguments) -> Value | None:
    if receiver.kind == "engine":
        return Value("sa-connection", label=receiver.label) if name in ("connect", "begin") else None
    if name in ("execute", "scalar", "scalars", "exec_driver_sql"):
        first = arguments.first() or UNKNOWN_VALUE
        emit(
            run, "read", f"{receiver.label or 'connection'}.{name}()", run.place(node), arguments.depends,
            orm="sqlalchemy", batch=_is_batch(node, first),
        )  # fmt: skip
        return Value("result", depends=arguments.depends)
    return None


# ----------------------------------------------------------------------------------------------------- reads


def touch(run: Run, value: Value, place: Place, how: str) -> None:
    """A query is iterated: it is sent."""
    emit(
        run, "lazy" if value.relation else "read", value.label or "query", place, value.depends, orm="sqlalchemy",
        batch=value.evidence == "a batch", relation=value.relation, many=True,
    )  # fmt: skip
