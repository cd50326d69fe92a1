"""The Django application `shop`, configured in this process; two databases in memory, of few and of many rows."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from contextlib import ExitStack
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import django
from asgiref.sync import async_to_sync
from django.conf import settings

from databases import postgres
from databases.given import parameters

OPTIONAL = ("rest_framework",)


def configure() -> None:
    if settings.configured:
        return
    settings.configure(
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
        INSTALLED_APPS=[
            "django.contrib.contenttypes",
            "django.contrib.auth",
            "django.contrib.sessions",
            "django.contrib.messages",
            "django.contrib.admin",
            *(name for name in OPTIONAL if find_spec(name)),
            "shop",
        ],
        DEFAULT_AUTO_FIELD="django.db.models.AutoField",
        ALLOWED_HOSTS=["*"],
        ROOT_URLCONF="shop.urls",
        SECRET_KEY="catalogue",
        USE_TZ=True,
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "DIRS": [str(Path(__file__).parent.parent / "templates")],
                "APP_DIRS": True,
                "OPTIONS": {
                    "context_processors": [
                        "django.template.context_processors.request",
                        "django.contrib.auth.context_processors.auth",
                        "django.contrib.messages.context_processors.messages",
                    ]
                },
            },
            {
                "BACKEND": "django.template.backends.jinja2.Jinja2",
                "NAME": "jinja",
                "DIRS": [str(Path(__file__).parent.parent / "templates")],
            },
        ],
    )
    django.setup()
    import_module("shop.urls")  # Registers the models: the admin cannot do that while it lists them.


@cache
def _database(rows: int, vendor: str) -> Any:
    """A connection to a database of its own, filled once."""
    from django.core.management import call_command
    from django.db import connections
    from django.db.utils import load_backend

    chosen = {"NAME": f"file:shop{rows}?mode=memory&cache=shared"}
    if vendor == "postgresql":
        chosen = postgres.create(f"shop{rows}")
    settings_dict = {**connections.settings["default"], **chosen}
    connection = load_backend(settings_dict["ENGINE"]).DatabaseWrapper(settings_dict, "default")
    connections["default"] = connection
    call_command("migrate", verbosity=0)  # The tables of Django's own applications, which the shop points to.
    call_command("migrate", run_syncdb=True, verbosity=0)
    fill(rows)
    return connection


def run(
    function: Callable[..., Any], rows: int, record: Callable[[str], None], vendor: str = "sqlite"
) -> None:
    """Call a case on a database of so many rows, and take back what it wrote."""
    from django.contrib.contenttypes.models import ContentType
    from django.db import connections, transaction

    connections["default"] = connection = _database(rows, vendor)
    ContentType.objects.clear_cache()

    def statement(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if not sql.startswith(
            ("SAVEPOINT", "RELEASE")
        ):  # Every case runs inside a transaction to be taken back.
            record(sql)
        return execute(sql, params, many, context)

    arguments = {name: GIVEN[name]() for name in parameters(function)}
    with ExitStack() as stack:
        stack.enter_context(transaction.atomic())
        stack.enter_context(connection.execute_wrapper(statement))
        try:
            if inspect.iscoroutinefunction(function):
                function = async_to_sync(function)
            function(**arguments)
        finally:
            transaction.set_rollback(True)


def fill(rows: int) -> None:
    """So many of everything: an author, a publisher, a user and a club for each book; two reviews and tags a book."""
    from django.contrib.auth import get_user_model
    from django.contrib.contenttypes.models import ContentType

    from shop import models as m

    user_model = get_user_model()
    numbers = range(rows)
    countries = m.Country.objects.bulk_create(m.Country(name=f"country{i}") for i in range(3))
    users = user_model.objects.bulk_create(user_model(username=f"user{i}") for i in numbers)
    m.Profile.objects.bulk_create(m.Profile(user=user, city="here") for user in users)
    publishers = m.Publisher.objects.bulk_create(
        m.Publisher(name=f"publisher{i}", country=countries[i % 3]) for i in numbers
    )
    authors = m.Author.objects.bulk_create(
        m.Author(name=f"author{i}", country=countries[i % 3]) for i in numbers
    )
    for one, other in zip(authors[1:], authors, strict=False):
        one.mentor = other
    m.Author.objects.bulk_update(authors, ["mentor"])
    books = m.Book.objects.bulk_create(
        m.Book(title=f"title{i}", price=i, author=authors[i], publisher=publishers[i], created_by=users[i])
        for i in numbers
    )
    tags = m.Tag.objects.bulk_create(m.Tag(word=f"tag{i}") for i in numbers)
    through = m.Book.tags.through
    through.objects.bulk_create(
        through(book=books[i], tag=tags[(i + k) % rows]) for i in numbers for k in range(2)
    )
    m.Review.objects.bulk_create(
        m.Review(book=books[i], user=users[(i + k) % rows], stars=k) for i in numbers for k in range(2)
    )
    m.Chapter.objects.bulk_create(
        m.Chapter(book=books[0], editor=authors[i], cover=publishers[i]) for i in numbers
    )
    for i in numbers:
        m.Film.objects.create(title=f"film{i}", owner=authors[i], director=authors[-i], minutes=90)
    clubs = m.Club.objects.bulk_create(m.Club(name=f"club{i}") for i in numbers)
    m.Membership.objects.bulk_create(
        m.Membership(club=clubs[i], author=authors[(i + k) % rows], role="member")
        for i in numbers
        for k in range(2)
    )
    root = m.Category.objects.create(name="root")
    children = m.Category.objects.bulk_create(m.Category(name=f"child{i}", parent=root) for i in numbers)
    m.Category.objects.bulk_create(m.Category(name=f"leaf{i}", parent=c) for i, c in enumerate(children))
    about = ContentType.objects.get_for_model(m.Book)
    m.Note.objects.bulk_create(m.Note(text="so", content_type=about, object_id=book.pk) for book in books)
    m.Stock.objects.bulk_create(m.Stock(key=f"key{i}", amount=i) for i in numbers)


def _pks(name: str) -> Callable[[], list[int]]:
    def pks() -> list[int]:
        from shop import models

        return list(getattr(models, name)._base_manager.order_by("pk").values_list("pk", flat=True))

    return pks


def _request() -> Any:
    from django.contrib.auth import get_user_model
    from django.test import RequestFactory

    request = RequestFactory().get("/")
    request.user = get_user_model()(username="somebody", is_staff=True, is_superuser=True)
    return request


GIVEN: dict[str, Callable[[], Any]] = {
    "ids": _pks("Book"),
    "pk": lambda: _pks("Book")()[0],
    "author_ids": _pks("Author"),
    "country_ids": _pks("Country"),
    "names": lambda: [f"name{i}" for i in _pks("Book")()],
    "request": _request,
}
"""What a case gets for its parameters, by their names."""
