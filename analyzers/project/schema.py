"""What a model is, whatever ORM it belongs to, and what an ORM has to answer about its classes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from msgspec import Struct

from analyzers.project.index import Project
from analyzers.project.names import Target
from analyzers.text import Span

Key = tuple[
    str, str
]  # path and qualname of a class; of a model outside the project "" and its full dotted name, or "label.Model"


class Relation(Struct, frozen=True):
    """An attribute of a model that leads to rows of another one.

    `kind` is fk, o2o, m2m, reverse_fk, reverse_o2o, generic_fk, generic_relation (Django) or relationship
    (SQLAlchemy). `many` is None when it cannot be told. `target` is None when the other model is not known; `external`
    then is its name as far as it can be told. `declared` is the class that holds the declaration and `span` where in it,
    counted from the class's start (`Models.place` gives the place in the file); of a reverse relation it is the field
    on the other side. `column` is the attribute that holds the foreign key's own value and costs no query
    (`author_id`). `inverse` is the attribute that leads back. `eager` and `lazy` are SQLAlchemy's loading.
    """

    name: str
    target: Key | None
    many: bool | None
    kind: str
    declared: Key
    span: Span
    column: str = ""
    eager: bool = False
    lazy: str = ""
    inverse: str = ""
    external: str = ""


class Model(Struct, frozen=True):
    """An ORM class. `columns` maps plain attributes to what they hold (see the tables' `columns`), or "unknown".

    `managers` maps names to a project's manager or queryset class, or None for Django's own; the first one is the
    default manager. `ordered` says that Meta.ordering is set. `bases` are the other classes in resolution order.
    SQLAlchemy's `keys` are primary keys, `deferred` columns that are loaded when they are read, and `proxies` the
    attributes that stand for an attribute of the rows behind a relation: (relation, attribute).
    """

    key: Key
    name: str
    orm: str
    abstract: bool
    bases: tuple[Target, ...]
    columns: Mapping[str, str]
    relations: Mapping[str, Relation]
    managers: Mapping[str, Target | None]
    ordered: bool = False
    keys: frozenset[str] = frozenset()
    deferred: frozenset[str] = frozenset()
    proxies: Mapping[str, tuple[str, str]] = {}


class Reverse(Struct, frozen=True):
    """A relation that a field adds to the model it points to."""

    target: Key
    relation: Relation


class Registry(Protocol):
    """What an ORM may ask about the other models; `models.Models` is one."""

    project: Project

    def all(self) -> tuple[Key, ...]: ...

    def by_name(self, name: str) -> tuple[Key, ...]: ...

    def orm_of(self, path: str, qualname: str) -> str: ...

    def is_pointed_to(self, name: str) -> bool:
        """Whether a relation of the project's models leads to the class of another package with this full name."""
        ...


class Orm(Protocol):
    """What a registry needs to know of one ORM."""

    name: str

    def is_model(self, models: Registry, path: str, qualname: str) -> bool: ...

    def model(self, models: Registry, path: str, qualname: str) -> Model:
        """The model without what other models' fields add to it."""
        ...

    def reverses(self, models: Registry, path: str, qualname: str) -> tuple[Reverse, ...]:
        """What the model's own fields add to others."""
        ...
