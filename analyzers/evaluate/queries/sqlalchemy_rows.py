"""Attributes of SQLAlchemy's models and rows: relations, columns left for later, proxies, and what is at hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyzers import facts as f
from analyzers.costs import ONE
from analyzers.evaluate import shapes
from analyzers.evaluate.queries import sqlalchemy_loaders as loaders
from analyzers.evaluate.queries import sqlalchemy_sessions as sessions
from analyzers.evaluate.queries.emit import join_path, read_later, row
from analyzers.evaluate.run import Run
from analyzers.orm import tables
from analyzers.project.models import Model, Relation
from analyzers.types import Origin, Value

if TYPE_CHECKING:
    from analyzers.evaluate.calling.arguments import Arguments

RESULT_ROW = "a row of a result"
HELD_KEY = "the key of a row that is held"
AWAITED = "a row whose attributes are awaited"


def model_of(run: Run, value: Value) -> Model | None:
    found = run.summaries.models.model(*value.ref) if value.ref is not None else None
    return found if found is not None and found.orm == "sqlalchemy" else None


def attribute(run: Run, base: Value, node: f.Attr) -> Value | None:
    """`user.orders`, `db.session`, `User.query`, `User.orders`, `row.User`."""
    label = shapes.text_of(node)
    if base.kind == "flask-db" and node.name == "session":
        return Value("session", label=label)
    if base.kind == "class" and base.ref is not None:
        return _of_class(run, base, node, label)
    if base.kind == "tuple" and base.evidence == RESULT_ROW:
        named = next((item for item in base.items or () if item.label == node.name), None)
        return named.on(base.depends) if named is not None else None
    if base.kind == "pagination" and node.name == "items":
        return base.but(kind="list", label=label)
    return _of_row(run, base, node, label) if base.kind == "row" else None


def _of_class(run: Run, base: Value, node: f.Attr, label: str) -> Value | None:
    found = model_of(run, base)
    if found is None:
        return None
    relation = found.relations.get(node.name)
    if relation is not None:
        return Value(
            "sa-attribute", ref=relation.target, path=node.name, bound=base, label=label, frozen=True
        )
    if node.name == "query":
        return lazy("query", base.ref, Origin(run.place(node), label=label, whole=True, root=base.ref), label)
    return None


def _of_row(run: Run, base: Value, node: f.Attr, label: str) -> Value | None:
    found = model_of(run, base)
    if found is None:
        return None
    if node.name == "awaitable_attrs":
        return base.but(evidence=AWAITED)
    relation = found.relations.get(node.name)
    if relation is not None:
        return _relation(run, base, found, relation, node, label)
    if node.name in found.proxies:
        return _proxy(run, base, found, node, label)
    if node.name in found.columns:
        return _column(run, base, found, node, label)
    if node.name == "query":
        return lazy("query", base.ref, Origin(run.place(node), label=label, whole=True, root=base.ref), label)
    return None


def _column(run: Run, base: Value, found: Model, node: f.Attr, label: str) -> Value:
    path = join_path(base.path, node.name)
    loaded = loaders.is_loaded(base.origin, path, node.name not in found.deferred, column=True)
    if base.evidence == sessions.EXPIRED and not run.is_stored(label):
        read_later(run, base, found, node, label, "", note=sessions.NOTE)
    elif not run.is_stored(label) and not loaded and _can_ask(base):
        read_later(run, base, found, node, label, path)
    kind = found.columns[node.name]
    return Value(
        kind if kind in ("int", "str", "bool", "float") else "unknown",
        size=ONE if kind == "str" else None,
        depends=base.depends,
        label=label,
    )


def _relation(run: Run, base: Value, found: Model, relation: Relation, node: f.Attr, label: str) -> Value:
    t = tables().sqlalchemy.lazy
    path = join_path(base.path, relation.name)
    origin = base.origin
    if relation.lazy in t.lists["explicit"]:
        made = lazy(
            "query",
            relation.target,
            Origin(run.place(node), label=label, of_one=base.origin is not None and base.origin.one),
            label,
        )
        return made.but(depends=base.depends, relation=relation.name)
    if relation.name == base.relation and not relation.many:
        return row(relation.target, None, "", base.depends).but(label=label)
    by_default = relation.eager or relation.lazy in t.lists["never"]
    loaded = loaders.is_loaded(origin, path, by_default) or run.is_stored(label)
    if not loaded and _can_ask(base) and not _is_at_hand(run, base, relation):
        read_later(run, base, found, node, label, path, many=bool(relation.many))
    if not relation.many:
        origin = loaders.shared_below(origin, path)
    one = row(relation.target, origin, path, base.depends, inverse=relation.inverse)
    if relation.many:
        return Value("list", of=one, depends=base.depends, label=label)
    return one.but(label=label)


def _can_ask(row: Value) -> bool:
    """False for a row of an asynchronous session: what it was not loaded with is in the session, or it raises."""
    return row.origin is None or not row.origin.awaited or row.evidence == AWAITED


def _proxy(run: Run, base: Value, found: Model, node: f.Attr, label: str) -> Value:
    """`user.groups` that stands for the `group` of each of `user.memberships`."""
    name, attribute_name = found.proxies[node.name]
    relation = found.relations.get(name)
    if relation is None:
        return Value(depends=base.depends, label=label)
    between = _relation(run, base, found, relation, node, f"{label.rpartition('.')[0]}.{name}")
    one = between.of if relation.many else between
    target = model_of(run, one) if one is not None else None
    if one is None or target is None:
        return Value(depends=base.depends, label=label)
    step = target.relations.get(attribute_name)
    inner = Value(depends=base.depends)
    if step is not None:
        inner = _relation(run, one, target, step, node, label)
    return Value("list", of=inner, depends=base.depends, label=label) if relation.many else inner


def _is_at_hand(run: Run, base: Value, relation: Relation) -> bool:
    """True if the one row a foreign key leads to was loaded with all others of its table, and is held.

    Source: https://docs.sqlalchemy.org/en/20/orm/queryguide/relationships.html#lazy-loading (the identity map)
    """
    if relation.many or relation.target is None or not relation.column:
        return False
    own = base.origin is not None and base.origin.whole and not base.path and base.ref == relation.target
    return own or held_rows(run, relation.target) is not None


def held_rows(run: Run, key: tuple[str, str] | None) -> Value | None:
    """A row of a table of which a local name holds all rows: the session finds it without a query."""
    for value in run.env.values():
        held = None
        if value.kind == "dict":
            held = value.values
        elif value.kind in ("list", "set", "tuple"):
            held = value.of
        if (
            held is not None
            and held.kind == "row"
            and held.ref == key
            and held.origin is not None
            and held.origin.whole
            and not held.path
        ):
            return held
    return None


def held_key(run: Run, node: f.Expr, value: Value) -> Value:
    """An argument `team.id`, marked as the key of a row that a name of the caller holds while the call lasts."""
    if not isinstance(node, f.Attr) or not isinstance(node.obj, f.Name):
        return value
    held = run.lookup(node.obj.id)
    if held is None or held.kind != "row" or held.ref is None or held.origin is None:
        return value
    found = model_of(run, held)
    if found is None or found.keys != {node.name}:
        return value
    return value.but(ref=held.ref, origin=held.origin, evidence=HELD_KEY)


def held_row(run: Run, node: f.Call, key: tuple[str, str] | None, arguments: Arguments) -> Value | None:
    """The row that `session.get(Team, team_id)` gives without a query: the session has loaded it, and somebody holds it.

    Only of a session that was there before: one that a function makes for itself knows no rows yet.
    Source: https://docs.sqlalchemy.org/en/20/orm/session_api.html#sqlalchemy.orm.Session.get (the identity map)
    """
    if key is None or len(arguments.values) != 2 or len(node.args) != 2 or arguments.keywords:
        return None
    value = held_key(run, node.args[1], arguments.values[1])
    if value.evidence != HELD_KEY or value.ref != key:
        return None
    root = node.func
    while isinstance(root, f.Attr):
        root = root.obj
    given = {param.name for param in run.function.params}
    if not isinstance(root, f.Name) or (root.id in run.env and root.id not in given):
        return None
    return row(key, value.origin, "", arguments.depends)


def lazy(kind: str, key: tuple[str, str] | None, origin: Origin | None, label: str) -> Value:
    """A query or statement that is sent when it is read."""
    return Value(kind, ref=key, origin=origin, of=row(key, origin), label=label, evidence="a query")
