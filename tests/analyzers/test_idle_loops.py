"""Tests that are full of loops in which nothing can cost anything need not be run for them; what may cost something is run."""

from __future__ import annotations

import pytest

from analyzers import worth
from analyzers.check import summaries_of
from tests.analyzers.project_files import project_of

MODELS = """
    from django.db import models

    class Author(models.Model):
        name = models.CharField(max_length=90)

    class Book(models.Model):
        author = models.ForeignKey(Author, models.CASCADE, related_name="books")
        title = models.CharField(max_length=90)

        @property
        def shown(self): return self.author.name

    class Shelf(models.Model):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            self.books.count()

    def few():
        return Book.objects.only("id")
"""


def is_run(body: str, path: str = "/p/tests/test_books.py", name: str = "test_books") -> bool:
    lines = "\n".join(f"            {line}" for line in body.splitlines())
    source = f"""
        import json
        from decimal import Decimal
        from models import Author, Book, Shelf, few

        def {name}(books, client):
{lines}
    """
    project = project_of({"/p/models.py": MODELS, path: source})
    facts = project.facts(path)
    assert facts is not None
    return name in [function.qualname for function in worth.written(project, facts, path)]


IDLE = [
    "assert client.get() == [book.title for book in books]",
    "assert {book.id: Decimal(book.title) for book in books if book.title != client.title}",
    "rows = [Book(title=f'{n} of {n + 1}') for n in range(3)]",
    "seen = []\nfor book in books:\n    seen.append({'title': book.title})\n    assert book.title in ('a', 'b')",
    "for book in books:\n    book.title = str(book.title)\n    if isinstance(book, Book):\n        continue",
    "def first():\n    return books.first\nclient.get(first)",  # A function of its own that is called for no element.
    "client.get(lambda: books.first)",
]

NOT_IDLE = [
    "assert [book.author for book in books]",  # A relation.
    "assert [book.shown for book in books]",  # A property.
    "assert [book.books for book in books]",  # The other side of a relation.
    "rows = [Shelf() for n in range(3)]",  # A model that does something when a row is made.
    "names = [str(book) for book in books]",  # It may be shown by its author.
    "names = [f'{book}' for book in books]",
    "names = [client.name_of(book) for book in books]",
    "assert all(title in books for title in client.titles)",
    "text = ''\nfor book in books:\n    text += book.title",
    "for book in books:\n    for other in books:\n        assert book.id != other.id",
    "for n in range(3):\n    assert books[n].id",
    "while books:\n    books = client.next",
    "assert [book.title for book in few()]",  # Each title is asked for by itself.
    "assert [book.title for book in Book.objects.only('id')]",
    "assert [book.title async for book in books]",
    "def names():\n    return [book.title for book in books]\nclient.get(names)",
    "assert client.get(sorted(books, key=client.name_of))",
    "client.show('books/list.html')",
]


@pytest.mark.parametrize("body", IDLE)
def test_loops_of_tests_in_which_nothing_costs(body: str) -> None:
    assert not is_run(body)
    assert is_run(body, path="/p/shop/books.py")
    assert is_run(body, name="books_of")


@pytest.mark.parametrize("body", NOT_IDLE)
def test_loops_of_tests_in_which_something_may_cost(body: str) -> None:
    assert is_run(body)


def test_what_says_what_was_shown_shows_nothing() -> None:
    assert not is_run("client.assertTemplateUsed(books, 'books/list.html')")
    assert not is_run("return client.get(key='a', name='b')", path="/p/shop/books.py", name="kept")


def test_what_is_written_by_a_library_alone() -> None:
    plain, asking = "return json.dumps(books)", "return json.dumps(books, default=client.show)"
    assert not is_run(plain, path="/p/shop/books.py", name="written")
    assert is_run(asking, path="/p/shop/books.py", name="written")
    assert is_run("return client.dumps(books)", path="/p/shop/books.py", name="written")


def test_a_test_is_called_once_for_its_object() -> None:
    source = """
        class BooksTest(TestCase):
            def test_order(self):
                self.books.insert(0, self.client.get())

            def order(self):
                self.books.insert(0, self.client.get())
    """
    for path, expected in (
        ("/p/tests.py", ["BooksTest.order"]),
        ("/p/shop.py", ["BooksTest.test_order", "BooksTest.order"]),
    ):
        project = project_of({path: source})
        facts = project.facts(path)
        assert facts is not None
        assert [one.qualname for one in worth.written(project, facts, path)] == expected


def test_nobody_is_looked_for_who_calls_a_test() -> None:
    source = """
        import redis

        def test_keys(client, keys):
            return [client.get(key) for key in keys]

        def keys_of(client, keys):
            return [client.get(key) for key in keys]
    """
    path = "/p/tests/test_keys.py"
    project = project_of({path: source})
    summaries = summaries_of(project)
    for name, expected in (("test_keys", False), ("keys_of", True)):
        assert summaries.analysis(path, name) is not None
        assert project.memo.was_asked(("mentions", path, name)) is expected
