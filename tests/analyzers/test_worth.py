"""Which functions without a loop are run by themselves: those that hand rows to code of the project, and few others."""

from __future__ import annotations

from analyzers import worth
from tests.analyzers.project_files import project_of

HELPERS = """
    def titles(books):
        return [book.author.name for book in books]
"""


def looked_at(source: str) -> list[str]:
    project = project_of({"/p/helpers.py": HELPERS, "/p/views.py": source})
    facts = project.facts("/p/views.py")
    assert facts is not None
    return [function.qualname for function in worth.written(project, facts, "/p/views.py")]


def test_rows_that_are_handed_to_the_projects_own_code() -> None:
    assert looked_at("""
        from helpers import titles, titles as names

        def direct(): return titles(Book.objects.all())
        def held():
            books = Book.objects.filter(old=True)
            return titles(books)
        def by_another_name(): return names(Book.objects.all())
        def given_along(): return in_a_pool(titles, Book.objects.all())
        def chosen(kind): return HANDLERS[kind](Book.objects.all())
    """) == ["direct", "held", "by_another_name", "given_along", "chosen"]


def test_what_runs_nothing_of_the_project() -> None:
    assert not looked_at("""
        def counted(test): test.expect_equal(Book.objects.count(), 3)
        def outside(): return dumps(Book.objects.all())
        def narrowed(): return Book.objects.filter(author__in=old())
        def old(): return {"a", "b"}
    """)


def test_models_and_builtins_run_nothing_of_the_project_though_their_names_are_defined_in_it() -> None:
    models = """
        from django.db import models

        class Book(models.Model):
            author = models.ForeignKey("Author", models.CASCADE)

        class Author(models.Model):
            def __init__(self, *args, **kwargs):
                super().__init__(*args, **kwargs)

        class Shelf:
            def list(self, rows): return [row.author.name for row in rows]
    """
    views = """
        from models import Author, Book, Shelf

        def made(): return Book(author=Author.objects.get(pk=1))
        def read(): return list(Author.objects.all())
        def made_by_its_own(): return Author(mentor=Author.objects.get(pk=1))
        def shown(): return Shelf().list(Book.objects.all())
    """
    project = project_of({"/p/models.py": models, "/p/views.py": views})
    facts = project.facts("/p/views.py")
    assert facts is not None
    looked_at = [function.qualname for function in worth.written(project, facts, "/p/views.py")]
    assert looked_at == ["made_by_its_own", "shown"]


def test_functions_given_to_map_and_filter() -> None:
    assert looked_at("""
        def mapped(rows): return map(str, rows)
        def kept(rows): return rows.filter(lambda row: row.old)
        def narrowed(rows): return rows.filter(old=True)
    """) == ["mapped", "kept"]
