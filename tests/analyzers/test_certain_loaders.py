"""When a loader is certain, and where it is written: what may be gone, what a view does with one row, quotes, names of classes."""

from __future__ import annotations

import pytest

from analyzers.check import check
from analyzers.text import Text
from tests.analyzers.project_files import project_of
from tests.analyzers.test_loader_calls import PATH, SHOP, VIEWS, WRITTEN, fixes_of
from tests.analyzers.test_rules import fixed


def test_quotes_are_those_of_the_code_around() -> None:
    code = "def answer():\n    rows = Book.objects.filter(title='a')\n    return [book.author.name for book in rows]\n"
    (fix,) = fixes_of(code)
    assert ".select_related('author')" in fixed(SHOP[: SHOP.index("def lines")] + code, fix)
    (fix,) = fixes_of(
        code.replace(".filter(title='a')", ".all()").replace("    return", "    print('it')\n    return")
    )
    assert [edit.text for edit in fix.edits] == [".select_related('author')"]


def test_a_key_that_is_set_is_no_read_and_all_reads_of_a_turn_are_of_the_row() -> None:
    assert not any(
        "author_id" in fix.title for fix in fixes_of(WRITTEN.replace("{body}", "        book.author.id = 3"))
    )
    both = WRITTEN.replace("{body}", "        print(book.author.pk)\n        print(book.author)")
    assert [".select_related" in fix.title for fix in fixes_of(both)] == [True]
    body = """\
        if book.author.pk not in found:
            found[book.author.pk] = {"id": book.author.id}
        found[book.author.pk]["of"] = book.author.pk
"""
    code = WRITTEN.replace("    for", "    found = {}\n    for").replace("{body}", body)
    (fix,) = fixes_of(code)
    after = fixed(SHOP[: SHOP.index("def lines")] + code, fix)
    assert "book.author." not in after
    assert after.count("book.author_id") == 5


@pytest.mark.parametrize(
    ("options", "body", "certain"),
    [
        ("", "        print(book.author.name)", True),
        ("db_constraint=False, ", "        print(book.author.name)", False),
        (
            "",
            "        try:\n            print(book.author.name)\n        except Author.DoesNotExist:\n            pass",
            False,
        ),
        (
            "",
            "        try:\n            print(book.author.name)\n        except (KeyError, ObjectDoesNotExist):\n            pass",
            False,
        ),
        (
            "",
            "        try:\n            print(book.author.name)\n        except KeyError:\n            pass",
            True,
        ),
    ],
)
def test_a_row_whose_key_leads_nowhere_is_not_left_out_by_a_join(
    options: str, body: str, certain: bool
) -> None:
    shop = SHOP[: SHOP.index("def lines")].replace("(Author, ", f"(Author, {options}")
    code = shop + WRITTEN.replace("{body}", body)
    (found,) = check(project_of({PATH: code}), PATH, Text.of(code))
    assert [fix.certain for fix in found.fixes] == [certain]


@pytest.mark.parametrize(
    ("method", "certain"),
    [
        ("", True),
        ("\n    def vote(self, request):\n        book = self.get_object()\n        return book\n", False),
        ("\n    def get_serializer_class(self):\n        return self.get_object()\n", True),
    ],
)
def test_a_prefetch_is_not_certain_where_a_view_takes_one_row_and_may_show_it_again(
    method: str, certain: bool
) -> None:
    views = VIEWS.replace('source="author.name")', 'source="author.name")\n    sequels = Sequels(many=True)')
    views = views.replace('"of"]', '"of", "sequels"]').replace(
        "class BookSerializer(",
        "class Sequels(serializers.Serializer):\n    pk = serializers.IntegerField()\n\n\nclass BookSerializer(",
    )
    code = SHOP[: SHOP.index("def lines")] + views.replace("{rows}", "Book.objects.all()") + method
    found = [
        one
        for one in check(project_of({PATH: code}), PATH, Text.of(code))
        if one.rule == "lazy-relation-in-loop"
    ]
    fixes = [fix for one in found for fix in one.fixes]
    assert any("prefetch_related" in fix.title for fix in fixes)
    assert [fix.certain for fix in fixes] == [certain]


GRAPH = """\
import strawberry
import strawberry_django


@strawberry_django.type(Author)
class AuthorType:
    name: str


@strawberry_django.type(Book)
class BookType:
    pk: int
    author: AuthorType


@strawberry.type
class Query:
    books: list[BookType] = strawberry_django.field()
"""


def test_no_loader_behind_the_name_of_a_class() -> None:
    code = SHOP[: SHOP.index("def lines")] + GRAPH
    found = check(project_of({PATH: code}), PATH, Text.of(code))
    assert any(one.rule == "lazy-relation-in-loop" for one in found)
    for one in found:
        for fix in one.fixes:
            compile(fixed(code, fix), PATH, "exec")


def test_what_has_several_lines_and_no_call_gets_its_loader_on_one_of_its_own() -> None:
    code = """\
def answer():
    rows = (
        Book
        .objects
    )
    return [book.author.name for book in rows]
"""
    assert [edit.text for fix in fixes_of(code) for edit in fix.edits] == [
        '\n        .select_related("author")'
    ]
