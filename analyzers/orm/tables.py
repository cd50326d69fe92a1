"""The tables' shapes. A wrong or missing key is an error that names the file and the key."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from functools import cached_property, lru_cache
from importlib import resources
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_T = TypeVar("_T", bound=Struct)


class Names(Struct, frozen=True, forbid_unknown_fields=True):
    """A set of names and the page that says so: `"filter" in names`."""

    source: str
    names: frozenset[str]

    def __contains__(self, name: object) -> bool:
        return name in self.names


class Words(Struct, frozen=True):
    """A mapping of names and the page that says so."""

    source: str
    words: dict[str, str]

    def get(self, name: str, default: str = "") -> str:
        return self.words.get(name, default)

    def by_ending(self, name: str) -> str:
        """The word for a name, or else for the longest key that the name ends with; "" for none."""
        if name in self.words:
            return self.words[name]
        return max(((len(k), w) for k, w in self.words.items() if name.endswith(k)), default=(0, ""))[1]


class Effects(Struct, frozen=True, dict=True):
    """Method names by what they do: `effects.of("filter") == "chain"`. An effect that is not listed is ""."""

    lists: dict[str, Names]

    def of(self, method: str) -> str:
        """The effect of a method: chain, rows, fetch_one, fetch_many, scalar, iterate, write_one, write_many..."""
        return self._effects.get(method, "")

    def names(self, *effects: str) -> frozenset[str]:
        """All methods with one of these effects."""
        return frozenset(name for effect in effects for name in self.lists[effect].names)

    @cached_property
    def _effects(self) -> dict[str, str]:
        return _by_name({effect: listed.names for effect, listed in self.lists.items()})


def _by_name(lists: Mapping[str, Iterable[str]]) -> dict[str, str]:
    """The effect of each method; one that stands in two lists has the later effect."""
    return {name: effect for effect, names in lists.items() for name in names}


class KnownModel(Struct, frozen=True, forbid_unknown_fields=True):
    """A model of the ORM's own: columns as in `columns`, relations as "kind model"."""

    source: str
    base: str = ""
    columns: dict[str, str] = {}
    relations: dict[str, str] = {}


class Package(Struct, frozen=True, forbid_unknown_fields=True):
    """A package whose models are trees: methods of sets of rows, and what a row is asked for."""

    source: str
    models: frozenset[str]  # classes that a project derives its models from: full dotted names
    chain: frozenset[str] = frozenset()
    fetch_one: frozenset[str] = frozenset()
    rows: frozenset[str] = frozenset()
    own_class: frozenset[str] = frozenset()
    gives: str = ""  # the model of the rows; the row's own where nothing is said


class Django(Struct, frozen=True):
    """django.toml. `asynchronous` methods (`aget`, `acount`) have the effects of those they are called after."""

    queryset: Effects
    related_manager: Effects
    prefetched: Effects  # cached, cached_if_ordered, defeats
    instance: Effects
    signals: Words
    functions: Effects  # by full dotted name
    classes: dict[
        str, Names
    ]  # model, user, model_mixin, manager, queryset, prefetch, migration: full dotted names
    relations: Words  # field class or its ending -> fk, o2o, m2m, generic_fk, generic_relation
    loaders: Names
    select_related: Names  # the kinds of relation a JOIN can load
    columns: Words
    connections: Names
    makers: Names  # methods that make rows
    models: dict[str, KnownModel]  # by full dotted name
    packages: tuple[Package, ...]


class Sqlalchemy(Struct, frozen=True):
    """sqlalchemy.toml."""

    classes: dict[
        str, Names
    ]  # session, session_factory, connection, engine, query, flask, base, base_decorator, registry
    session: Effects
    query: Effects
    flask: Effects
    result: Effects
    functions: Effects  # select, statement, relationship, column: full dotted names
    loaders: Effects  # eager, per_row, lazy, never
    lazy: Effects  # values of relationship(lazy=...): eager, per_row, explicit, never
    columns: Words


class Dbapi(Struct, frozen=True):
    """dbapi.toml. `asyncpg` holds both its constructors (`connect`) and its methods."""

    connect: Names
    connection_class: Names
    cursor_class: Names
    connection: Effects
    cursor: Effects
    batch: Names
    asyncpg: Effects
    pool: Effects  # `connect` are its constructors
    spoken: Effects


class Prisma(Struct, frozen=True):
    """prisma.toml."""

    clients: Names
    model: Effects  # client.<model>.<method>
    client: Effects  # client.<method>
    told: Names
    told_where: Names
    words: Names
    batch: Names
    collected: Names


SCRIPTS = (
    "typeorm", "mikroorm", "sequelize", "mongoose", "drizzle", "knex", "mongodb", "meteor", "slonik", "sqlclients", "objection",
    "kysely", "postgresjs", "supabase",
)  # fmt: skip
"""The mappers of JavaScript and TypeScript that have a table each; Prisma's has another shape."""

SCRIPT_PARTS = (
    "clients", "models", "makers", "factories", "attributes", "tables", "runs", "called", "begins", "begins_write", "begins_raw", "row_begins", "turns_write", "chain", "of_schema",
    "sends", "fetch_one", "fetch_many", "fetch_batch", "scalar", "execute", "write_one", "write_many", "row_read", "row_write", "differs", "promised",
    "batch", "told", "told_with", "words",
)  # fmt: skip
"""The lists that a mapper of JavaScript and TypeScript may have; the tables say what each is."""


class ScriptOrm(Struct, frozen=True):
    """One mapper of `SCRIPTS`: `clients` and `models` are classes, `makers` functions, the others mostly methods."""

    name: str
    parts: dict[str, Names]

    def has(self, part: str, name: str) -> bool:
        """True if a name is in one of the lists."""
        listed = self.parts.get(part)
        return listed is not None and name in listed

    def effect(self, name: str, *parts: str) -> str:
        """The first of some lists that has a method; "" for none."""
        return next((part for part in parts if self.has(part, name)), "")


class Service(Struct, frozen=True, forbid_unknown_fields=True, dict=True):
    """One family of services.toml: what makes its clients, and what their methods do.

    `many` are words that say, among the arguments, that many are asked for; `gives` maps methods to the family of what
    they return, `attributes` is the family of every other attribute. What is chained (`chains`) is asked at its end: a
    method that is not listed gives what can be asked itself. `modules` are modules and ready objects that are asked like
    a client, `rows` are methods that give many rows; `spoken` are methods that no other library's objects have when they
    are given a keyword ("" for none): they tell of the service where nothing is known of what is asked. What is given
    only a mapping by a method of `builds` is made here, and asks nobody. `verbs` are first words of methods that are requests: `list_tags`.
    `holds` maps attributes to the family of what they are, `lists` methods to that of each of those they give. `generated`
    are the end of a module's name and that of a class in it, for clients that are generated; of these every method is a request. `commit` are methods that wait until all has arrived that was sent before.
    """

    source: str
    name: str
    made: frozenset[str] = frozenset()
    read: frozenset[str] = frozenset()
    write: frozenset[str] = frozenset()
    http: frozenset[str] = frozenset()
    batch: frozenset[str] = frozenset()
    many: frozenset[str] = frozenset()
    gives: dict[str, str] = {}
    attributes: str = ""
    chains: bool = False
    modules: frozenset[str] = frozenset()
    rows: frozenset[str] = frozenset()
    spoken: dict[str, str] = {}
    builds: frozenset[str] = frozenset()
    verbs: frozenset[str] = frozenset()
    holds: dict[str, str] = {}
    lists: dict[str, str] = {}
    generated: tuple[str, str] | None = None
    commit: frozenset[str] = frozenset()

    def effect(self, method: str) -> str:
        """read, write, http, commit or batch; "" for a method that is not listed and begins with no verb."""
        verb, _, rest = method.partition("_")
        asks = (rest and verb in self.verbs) or self.generated is not None
        return self.effects.get(method) or ("http" if asks else "")

    @cached_property
    def effects(self) -> dict[str, str]:
        return _by_name(
            {
                "read": self.read,
                "write": self.write,
                "http": self.http,
                "commit": self.commit,
                "batch": self.batch,
            }
        )


class Family(Struct, frozen=True, forbid_unknown_fields=True, dict=True):
    """One mapper of families.toml, whose models are asked through methods of their own."""

    source: str
    bases: frozenset[str]
    fields: dict[str, str] = {}
    reverse: str = ""
    default: str = ""
    roots: frozenset[str] = frozenset()
    chain: frozenset[str] = frozenset()
    one: frozenset[str] = frozenset()
    read: frozenset[str] = frozenset()
    write: frozenset[str] = frozenset()
    batch: frozenset[str] = frozenset()
    load: frozenset[str] = frozenset()
    loads_all: bool = False  # `load` without arguments loads every relation
    row_write: frozenset[str] = frozenset()
    row_read: frozenset[str] = frozenset()
    functions: frozenset[str] = frozenset()  # load relations onto the rows of their first argument
    selects: bool = False  # a model named in `select` comes along
    indexed: bool = False  # `Model[key]` asks for a row
    awaited: bool = False  # a query is sent when it is awaited
    lazy: bool = False

    def effect(self, method: str) -> str:
        """batch, write, read, chain; "" for a method that is not listed."""
        return self._effects.get(method, "")

    @cached_property
    def _effects(self) -> dict[str, str]:
        return _by_name({"chain": self.chain, "read": self.read, "write": self.write, "batch": self.batch})


class Tables(Struct, frozen=True):
    django: Django
    sqlalchemy: Sqlalchemy
    dbapi: Dbapi
    prisma: Prisma
    scripts: dict[str, ScriptOrm]
    services: dict[str, Service]
    families: dict[str, Family]
    queues: dict[str, Names]  # by package: decorators that make a call a message


@lru_cache(maxsize=1)
def tables() -> Tables:
    """All tables, read once. Raises ValueError for a table that does not fit its shape."""
    return Tables(
        django=_django(read("django")),
        sqlalchemy=build("sqlalchemy", Sqlalchemy, read("sqlalchemy")),
        dbapi=build("dbapi", Dbapi, read("dbapi")),
        prisma=build("prisma", Prisma, read("prisma")),
        scripts={name: _script(name) for name in SCRIPTS},
        services={name: _row("services", name, raw, Service) for name, raw in read("services").items()},
        families={name: _row("families", name, raw, Family) for name, raw in read("families").items()},
        queues={name: _row("queues", name, raw, Names) for name, raw in read("queues").items()},
    )


def _row(table: str, name: str, raw: dict[str, Any], shape: type[_T]) -> _T:
    """One family of a table that has a row for each."""
    try:
        return msgspec.convert(raw, shape)
    except msgspec.ValidationError as error:
        raise ValueError(f"orm/{table}.toml: [{name}]: {error}") from error


def read(name: str) -> dict[str, Any]:
    """One table as TOML has it."""
    text = resources.files("analyzers.orm").joinpath(name + ".toml").read_text(encoding="utf-8")
    raw: dict[str, Any] = tomllib.loads(text)
    return raw


def build(name: str, shape: type[_T], raw: dict[str, Any]) -> _T:
    """The raw table in its shape; `name` is for the error message."""
    hints = {field.name: field.type for field in msgspec.structs.fields(shape)}
    unknown = set(raw) - set(hints)
    if unknown:
        raise ValueError(f"orm/{name}.toml: unknown table {min(unknown)!r}")
    parts = {}
    for key, kind in hints.items():
        if key not in raw:
            raise ValueError(f"orm/{name}.toml: table {key!r} is missing")
        try:
            parts[key] = _part(kind, raw[key])
        except msgspec.ValidationError as error:
            raise ValueError(f"orm/{name}.toml: [{key}]: {error}") from error
    return shape(**parts)


def _part(kind: object, raw: dict[str, Any]) -> object:
    if kind is Effects:
        return Effects(msgspec.convert(raw, dict[str, Names]))
    if kind is Words:
        words = msgspec.convert(raw, dict[str, str])
        return Words(words.pop("source", ""), words)
    return msgspec.convert(raw, kind)


def _django(raw: dict[str, Any]) -> Django:
    """Django's table with the asynchronous variants, which are the method's name after an `a`.

    Source: https://docs.djangoproject.com/en/5.2/topics/async/#queries-the-orm
    """
    lazy = ("chain", "rows", "raw")
    for part in ("queryset", "related_manager", "instance"):
        for effect, listed in raw.get(part, {}).items():
            if effect not in lazy:
                listed["names"] = [*listed["names"], *("a" + name for name in listed["names"])]
    return build("django", Django, raw)


def _script(name: str) -> ScriptOrm:
    raw = read(name)
    unknown = set(raw) - set(SCRIPT_PARTS)
    if unknown:
        raise ValueError(f"orm/{name}.toml: unknown table {min(unknown)!r}")
    return ScriptOrm(name, {part: _row(name, part, listed, Names) for part, listed in raw.items()})


def is_client(kind: str) -> bool:
    """True for what sends queries or requests: a session, a connection, a cursor, a client of a service."""
    return kind in _CLIENTS or kind in tables().services or kind in SCRIPTS


_CLIENTS = frozenset(
    (
        "session", "session-factory", "engine", "sa-connection", "connection", "cursor", "pool", "asyncpg", "http-client",
        "flask-db", "prisma",
    )
)  # fmt: skip
