"""The tables name what the real libraries have: nothing misspelt, nothing public left out."""

from __future__ import annotations

import importlib
import inspect
from typing import Any

import pytest
import sqlalchemy.orm
from django.db.models import Manager, Model, Prefetch, QuerySet
from django.db.models.fields.related_descriptors import create_reverse_many_to_one_manager
from sqlalchemy.engine import Result

from analyzers.orm import tables as orm
from analyzers.orm.tables import SCRIPTS, Sqlalchemy, build, read, tables


def everything() -> list[tuple[str, str, list[str]]]:
    """(table, source, names) of every list in every file."""
    found: list[tuple[str, str, list[str]]] = []

    def walk(place: str, value: object) -> None:
        if isinstance(value, dict):
            if "source" in value:
                found.append((place, value["source"], value.get("names", [])))
            for key, inner in value.items():
                walk(f"{place}.{key}", inner)

    for name in (
        "django",
        "sqlalchemy",
        "dbapi",
        "prisma",
        *SCRIPTS,
        "services",
        "families",
    ):
        walk(name, read(name))
    return found


def test_every_list_names_its_page_and_no_name_twice() -> None:
    for place, source, listed in everything():
        assert source.startswith("https://"), place
        assert len(set(listed)) == len(listed), place
    assert len(everything()) > 100


def test_no_method_has_two_effects() -> None:
    django, alchemy = tables().django, tables().sqlalchemy
    for effects in (
        django.queryset,
        django.instance,
        django.prefetched,
        alchemy.session,
        alchemy.query,
        alchemy.loaders,
    ):
        listed = [name for names in effects.lists.values() for name in names.names]
        assert len(set(listed)) == len(listed)


def public(cls: type) -> set[str]:
    return {name for name, _ in inspect.getmembers(cls, inspect.isroutine) if not name.startswith("_")}


def test_queryset_methods_are_those_of_django() -> None:
    listed = {name for names in tables().django.queryset.lists.values() for name in names.names}
    # get_queryset and db_manager are a manager's; fetch_mode came with Django 6.1; querysets of projects copy themselves
    # by the two that Django keeps to itself.
    assert listed - public(QuerySet) == {"get_queryset", "db_manager", "fetch_mode", "_chain", "_clone"}
    assert public(QuerySet) - listed == {"as_manager", "resolve_expression"}


def test_all_queryset_methods_either_use_a_prefetch_or_defeat_it() -> None:
    django = tables().django
    sorted_out = {name for names in django.prefetched.lists.values() for name in names.names}
    listed = {
        name for names in django.queryset.lists.values() for name in names.names if hasattr(Manager, name)
    }
    synchronous = {name for name in listed if not (name.startswith("a") and name[1:] in listed)}
    assert synchronous - sorted_out == {"db_manager"}


def test_django_names_exist() -> None:
    django = tables().django
    for effects in (django.instance,):
        for name in effects.names("write_one", "fetch_one"):
            assert hasattr(Model, name) or name.endswith(("get_next_by", "get_previous_by")), name
    reverse = inspect.getsource(create_reverse_many_to_one_manager)
    for name in django.related_manager.names("write_many"):
        assert f"def {name}(" in reverse
    assert Prefetch.__module__ == "django.db.models.query"


def test_sqlalchemy_methods_exist() -> None:
    alchemy = tables().sqlalchemy
    for effect, listed in alchemy.session.lists.items():
        for name in listed.names - {"exec", "stream", "stream_scalars"}:  # of SQLModel, and of AsyncSession
            assert hasattr(sqlalchemy.orm.Session, name), (effect, name)
    flask = {"get_or_404", "first_or_404", "one_or_404", "paginate"}
    for effect, listed in alchemy.query.lists.items():
        for name in listed.names - flask:
            assert hasattr(sqlalchemy.orm.Query, name), (effect, name)
    for effect, listed in alchemy.result.lists.items():
        for name in listed.names:
            assert hasattr(Result, name), (effect, name)
    for effect, listed in alchemy.loaders.lists.items():
        for name in listed.names - {"joinedload_all", "subqueryload_all"}:  # of SQLAlchemy before 1.4
            assert hasattr(sqlalchemy.orm, name), (effect, name)


# Names of SQLAlchemy 1.x that its programs may still use. (The asyncio module needs greenlet to be imported.)
OLDER = {"sqlalchemy.ext.declarative.api.declarative_base()", "sqlalchemy.orm.relation"}


@pytest.mark.parametrize("place", ["classes", "functions"])
def test_sqlalchemy_dotted_names_exist(place: str) -> None:
    raw: dict[str, Any] = read("sqlalchemy")[place]
    checked = 0
    for listed in raw.values():
        for dotted in listed["names"]:
            module, _, name = dotted.removesuffix("()").rpartition(".")
            if module.partition(".")[0] != "sqlalchemy" or dotted in OLDER or "asyncio" in module:
                continue
            assert hasattr(importlib.import_module(module), name), dotted
            checked += 1
    assert checked > 5


def test_look_ups() -> None:
    assert tables() is orm()
    django = tables().django
    assert django.queryset.of("filter") == "chain"
    assert django.queryset.of("aget") == "fetch_one"
    assert django.queryset.of("unheard_of") == ""
    assert django.relations.by_ending("TreeForeignKey") == "fk"
    assert django.relations.by_ending("ParentalManyToManyField") == "m2m"
    assert django.relations.by_ending("CharField") == ""
    assert "fk" in django.select_related
    assert "m2m" not in django.select_related


def test_a_wrong_table_says_which_and_where() -> None:
    raw = read("sqlalchemy")
    with pytest.raises(ValueError, match=r"orm/sqlalchemy\.toml: unknown table 'sesion'"):
        build("sqlalchemy", Sqlalchemy, {**raw, "sesion": {}})
    with pytest.raises(ValueError, match=r"orm/sqlalchemy\.toml: table 'session' is missing"):
        build("sqlalchemy", Sqlalchemy, {k: v for k, v in raw.items() if k != "session"})
    with pytest.raises(ValueError, match=r"orm/sqlalchemy\.toml: \[session\]"):
        build("sqlalchemy", Sqlalchemy, {**raw, "session": {"execute": {"source": "x", "nams": []}}})
