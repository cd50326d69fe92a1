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


def test_functions_given_to_map_and_filter() -> None:
    assert looked_at("""
        def mapped(rows): return map(str, rows)
        def kept(rows): return rows.filter(lambda row: row.old)
        def narrowed(rows): return rows.filter(old=True)
    """) == ["mapped", "kept"]
