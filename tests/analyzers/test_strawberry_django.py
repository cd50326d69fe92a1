"""Types of strawberry's for models of Django: without its optimizer each relation is asked for when it is read."""

from __future__ import annotations

from textwrap import dedent

from analyzers.check import check
from analyzers.text import Text
from tests.analyzers.project_files import project_of

MODELS = """
    from django.db import models

    class Author(models.Model):
        name = models.CharField(max_length=50)

    class Book(models.Model):
        title = models.CharField(max_length=50)
        author = models.ForeignKey(Author, on_delete=models.CASCADE, related_name="books")

    class Review(models.Model):
        book = models.ForeignKey(Book, on_delete=models.CASCADE, related_name="reviews")
"""
TYPES = """
    import strawberry
    import strawberry_django
    from shop import models

    @strawberry_django.type(models.Author)
    class AuthorType:
        name: strawberry.auto

    @strawberry_django.type(models.Review)
    class ReviewType:
        id: strawberry.auto

    @strawberry_django.type(models.Book)
    class BookType:
        title: strawberry.auto
        author: AuthorType
        reviews: list[ReviewType] = strawberry_django.field()
"""
QUERY = """
    @strawberry.type
    class Query:
        books: list[BookType] = strawberry_django.field()
"""
RESOLVER = """
    @strawberry.type
    class Query:
        @strawberry_django.field
        def books(self) -> list[BookType]:
            return models.Book.objects.{rows}
"""


def told(types: str, schema: str = "") -> list[str]:
    text = dedent(types)
    project = project_of({"/p/shop/models.py": MODELS, "/p/shop/types.py": text, "/p/shop/schema.py": schema})
    found = check(project, "/p/shop/types.py", Text(text.encode()))
    return [
        f"{text.splitlines()[text[: f.place.span.start].count(chr(10))].strip()}: {f.message}" for f in found
    ]


def test_relations_that_are_fields() -> None:
    (found,) = told(TYPES + QUERY)
    assert "`author` is loaded by a query of its own for every row of `books`" in found
    assert "`reviews`" in found


def test_rows_that_a_resolver_gives() -> None:
    (found,) = told(TYPES + RESOLVER.format(rows="all()"))
    assert "`author`" in found
    assert not told(TYPES + RESOLVER.format(rows='select_related("author").prefetch_related("reviews")'))


def test_a_schema_with_the_optimizer() -> None:
    assert not told(
        TYPES + QUERY, "from strawberry_django.optimizer import DjangoOptimizerExtension as Optimizer"
    )
    assert not told(TYPES + QUERY, "schema = make(extensions=[optimizer.DjangoOptimizerExtension])")


def test_a_type_that_nothing_lists() -> None:
    assert not told(TYPES)
