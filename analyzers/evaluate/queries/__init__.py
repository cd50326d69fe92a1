"""What object-relational mappers and drivers do when they are touched: attributes, calls, iteration.

One module per family; the names come from the tables in `analyzers/orm`. Each family answers None for values that are
not its own, and the next is asked.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from msgspec.structs import replace

from analyzers import facts as f
from analyzers.evaluate.queries import (
    django,
    drivers,
    families,
    prisma,
    script_mappers,
    services,
    spoken,
    sqlalchemy,
)
from analyzers.evaluate.queries.emit import BATCH, FEW, LAZY_KINDS
from analyzers.evaluate.run import Run
from analyzers.findings import Place
from analyzers.orm import is_client, tables
from analyzers.project import document_schemas
from analyzers.project.index import Project
from analyzers.project.models import Models
from analyzers.types import UNKNOWN_VALUE, Token, Value

if TYPE_CHECKING:
    from analyzers.evaluate.calling.arguments import Arguments

_FAMILIES = (django, sqlalchemy, drivers, services, families, prisma, script_mappers, spoken)

_OF_NONE = frozenset(("instance", "unknown", "external", "function", "module"))
"""Kinds of values whose attributes belong to no family: nearly all that are read."""

ABOUT = frozenset(("model", "db", "ordered", "query"))
"""What a set of Django's rows says of itself: nothing that could be called to ask for rows.

Source: https://docs.djangoproject.com/en/5.2/ref/models/querysets/#django.db.models.query.QuerySet
"""


def is_model(project: Project, path: str, qualname: str) -> bool:
    """True if the class is mapped to a table."""
    return bool(Models(project).orm_of(path, qualname))


def is_model_outside(project: Project, name: str) -> bool:
    """True if a full dotted name is a model of Django's own, or of another package and the project's models point to it."""
    return name.rpartition(".")[2][:1].isupper() and Models(project).orm_of("", name) == "django"


def attribute(run: Run, base: Value, node: f.Attr) -> Value | None:
    """`base.name` where the base belongs to an ORM or a driver; reading a relation may send a query."""
    if base.kind in _OF_NONE:
        return None
    for family in _FAMILIES:
        found: Value | None = family.attribute(run, base, node)
        if found is not None:
            return found
    return None


def call(run: Run, node: f.Call, target: Value, name: str, arguments: Arguments) -> Value | None:
    """A call of an ORM's or driver's method or function."""
    for family in _FAMILIES:
        found: Value | None = family.call(run, node, target, name, arguments)
        if found is not None:
            return found
    return None


def given(run: Run, node: f.Call, arguments: Arguments) -> tuple[tuple[Value, ...], dict[str, Value]]:
    """What a function of the project is called with: the key of a row is marked where the caller holds the row."""
    values = tuple(
        sqlalchemy.held_key(run, argument, value)
        for argument, value in zip(node.args, arguments.values, strict=True)
    )
    named = {keyword.name: keyword.value for keyword in node.keywords if keyword.name}
    keywords = {
        name: sqlalchemy.held_key(run, named[name], value) if name in named else value
        for name, value in arguments.keywords.items()
    }
    return values, keywords


KEPT = "kept in a memo"
"""Evidence of a lazy set of rows that a memo keeps: it is asked for once for every key, and holds its rows then."""


def touch(run: Run, value: Value, place: Place, how: str) -> None:
    """A lazy set of rows is read: its query is sent now."""
    with run.keeping(value.evidence == KEPT):
        _touch(run, value, place, how)


def _touch(run: Run, value: Value, place: Place, how: str) -> None:
    if value.kind == families.KIND:
        families.touch(run, value, place, how)
    else:
        (sqlalchemy if value.kind == "query" else django).touch(run, value, place, how)


def asked_for_any(run: Run, value: Value, node: f.Expr) -> None:
    """A value is asked whether it holds: a set of rows of Django is read for that, those of other mappers have no say.

    Source: https://docs.djangoproject.com/en/5.2/ref/models/querysets/#when-querysets-are-evaluated
    """
    if value.kind == "queryset":
        touch(run, value, run.place(node), "test")


def entry(base: Value, label: str) -> Value | None:
    """`client["shop"]`: what a client gives under a name."""
    return services.item(base, label)


def by_key(run: Run, base: Value, index: Value, place: Place) -> Value | None:
    """`User[pk]`, where a mapper's models are asked so."""
    return families.by_key(run, base, index, place)


def yielded(value: Value) -> Value:
    """What a generator gives: of rows that were chosen by many keys at once it stays known."""
    return value.but(evidence=BATCH) if value.kind in LAZY_KINDS and value.batched else value


def item(run: Run, base: Value, place: Place) -> Value:
    """`rows[0]`: one row, by a query of its own."""
    touch(run, base, place, "index")
    return base.of or UNKNOWN_VALUE


def sliced(run: Run, base: Value, depends: frozenset[Token], stop: object = None) -> Value:
    """`rows[:10]`: another lazy set, to which no loader can be appended any more."""
    return django.sliced(base, depends, few=_is_few(stop))


def cut(base: Value, stop: object) -> Value:
    """The first of rows that are at hand already, known as few where the text says so."""
    row = base.of
    if not _is_few(stop) or row is None or row.kind != "row" or row.origin is None or row.path:
        return base
    return base.but(of=row.but(origin=replace(row.origin, few=True)))


def _is_few(stop: object) -> bool:
    return isinstance(stop, int) and 0 <= stop <= FEW


def awaited(run: Run, value: Value, place: Place) -> Value:
    """`await rows` of a lazy promise gives what it promised."""
    if value.kind == families.KIND:
        return families.awaited(run, value, place)
    return script_mappers.awaited(run, value, place)


def given_back(run: Run, node: f.Call, value: Value | None, place: Place) -> Value | None:
    """What a function that a call runs for each of many gives back: a query that is sent when it is awaited, is sent."""
    if value is None or value.kind != script_mappers.BUILT or script_mappers.is_put_together(run, node):
        return value
    return script_mappers.sent(run, value, place)


def module_object(value: Value) -> Value | None:
    """A ready-made object of a library, such as `django.db.connection`, or a method of one."""
    known = tables().django.connections.names
    if value.dotted in known:
        return value.but(kind="connection")
    owner = value.dotted.rpartition(".")[0]
    if owner in known:
        made = Value("connection", dotted=owner, label=value.label.rpartition(".")[0])
        return Value(label=value.label, bound=made)
    return None


@lru_cache(maxsize=4096)
def kind_of_class(name: str) -> str:
    """What an instance of an outside class is to the model: session, connection, cursor, ...; "" for nothing."""
    t = tables()
    for kind, names in (
        ("session", t.sqlalchemy.classes["session"]),
        ("engine", t.sqlalchemy.classes["engine"]),
        ("sa-connection", t.sqlalchemy.classes["connection"]),
        ("query", t.sqlalchemy.classes["query"]),
        ("flask-db", t.sqlalchemy.classes["flask"]),
        ("connection", t.dbapi.connection_class),
        ("cursor", t.dbapi.cursor_class),
        ("queryset", t.django.classes["queryset"]),
        ("prisma", t.prisma.clients),
    ):
        if name in names:
            return kind
    if name.endswith("#PrismaClient") and "prisma" in name.lower():
        # The client may be generated into the project, under a path of its own choosing.
        # Source: https://www.prisma.io/docs/orm/prisma-schema/overview/generators#prisma-client
        return "prisma"
    if name in t.dbapi.asyncpg.lists["connect"]:
        return "asyncpg"
    if name in t.dbapi.pool.lists["connect"]:
        return "pool"
    if name in ("requests.Session", "httpx.Client", "httpx.AsyncClient", "aiohttp.ClientSession"):
        return "http-client"
    return script_mappers.kind_of_class(name) or services.kind_made_by(name)


def kind_made_by(name: str, node: f.Call | None = None) -> str:
    """What calling an outside name makes; "" for nothing the model knows."""
    t = tables()
    if node is not None and (service := services.kind_made_by(name, node)):
        return service
    if name in t.dbapi.connect:
        return "connection"
    if name in t.sqlalchemy.classes["session_factory"]:
        return "session-factory"
    return script_mappers.kind_made_by(name) or kind_of_class(name)


def kind_given(kind: str, method: str, node: f.Call) -> str:
    """What a method of a client gives that is a client itself: `connection.cursor()`, `client.get_collection()`."""
    t = tables()
    if kind == "connection" and t.dbapi.connection.of(method) == "cursor":
        return "cursor"
    if kind == "pool" and t.dbapi.pool.of(method) == "acquire":
        return "connection"
    if kind == "asyncpg" and t.dbapi.asyncpg.of(method) == "acquire":
        return kind
    if kind == "engine" and method in ("connect", "begin"):
        return "sa-connection"
    if kind == "engine" and method == "raw_connection":
        return "connection"
    return script_mappers.kind_given(kind, method) or services.kind_given(kind, method, node)


def kind_below(kind: str, name: str = "") -> str:
    """What a client holds under the name of an attribute, or under a key: `client.shop`, `client["shop"]`."""
    return services.kind_below(kind, name)


def kind_imported(project: Project, path: str, name: str) -> str:
    """What a class makes that is generated, and so none of the project's files: `users_pb2_grpc.UsersStub`."""
    return services.kind_imported(project, path, name)


def schema_of(project: Project, path: str, scope: str, kind: str, node: f.Call) -> tuple[str, str] | None:
    """The schema that a client is made of, by its file and name: a model of documents has what that puts there."""
    made = tables().scripts.get(kind)
    of_schema = made is not None and made.has("of_schema", "()")
    return document_schemas.schema_of(project, path, scope, node) if of_schema else None


__all__ = [
    "ABOUT",
    "KEPT",
    "LAZY_KINDS",
    "attribute",
    "awaited",
    "by_key",
    "call",
    "entry",
    "given",
    "given_back",
    "is_client",
    "is_model",
    "is_model_outside",
    "item",
    "kind_below",
    "kind_given",
    "kind_imported",
    "kind_made_by",
    "kind_of_class",
    "module_object",
    "schema_of",
    "sliced",
    "touch",
    "yielded",
]
