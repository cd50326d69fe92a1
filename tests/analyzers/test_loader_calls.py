"""The fix of a relation that was not loaded makes a loader that stands there take more, and adds one elsewhere."""

from __future__ import annotations

import pytest

from analyzers.check import check
from analyzers.findings import Fix
from analyzers.text import Text
from tests.analyzers.project_files import project_of
from tests.analyzers.test_rules import fixed

PATH = "/w/shop/views.py"
SHOP = """\
from django.db import models


class Author(models.Model):
    name = models.CharField(max_length=9)


class Publisher(models.Model):
    name = models.CharField(max_length=9)


class Book(models.Model):
    author = models.ForeignKey(Author, on_delete=models.CASCADE)
    publisher = models.ForeignKey(Publisher, on_delete=models.CASCADE)
    sequels = models.ManyToManyField("self")


def lines():
    rows = {rows}
    return [(b.author.name, b.publisher.name, list(b.sequels.all())) for b in rows]
"""
VIEWS = """\
from rest_framework import serializers, viewsets


class BookSerializer(serializers.ModelSerializer):
    by = serializers.CharField(source="author.name")
    of = serializers.CharField(source="publisher.name")

    class Meta:
        model = Book
        fields = ["id", "by", "of"]


class Books(viewsets.ModelViewSet):
    queryset = {rows}
    serializer_class = BookSerializer
"""


def after(code: str) -> str:
    """The code with the only finding mended, which is gone then."""
    (found,) = check(project_of({PATH: code}), PATH, Text.of(code))
    (fix,) = found.fixes
    mended = fixed(code, fix)
    assert check(project_of({PATH: mended}), PATH, Text.of(mended)) == ()
    return mended


@pytest.mark.parametrize(
    ("rows", "wanted"),
    [
        (
            'Book.objects.select_related("author")',
            'Book.objects.select_related("author", "publisher").prefetch_related("sequels")',
        ),
        (
            'Book.objects.select_related("author").prefetch_related("sequels")',
            'Book.objects.select_related("author", "publisher").prefetch_related("sequels")',
        ),
        (
            'Book.objects.select_related("author").order_by("pk")',
            'Book.objects.select_related("author").order_by("pk").select_related(\n        "publisher"\n    )'
            '.prefetch_related("sequels")',
        ),
        (
            'Book.objects.select_related("author").select_related(None).prefetch_related("sequels")',
            'Book.objects.select_related("author").select_related(None).prefetch_related("sequels")'
            '.select_related(\n        "author", "publisher"\n    )',
        ),
        (
            '(\n        Book.objects.select_related("author")\n        .order_by("pk")\n    )',
            '(\n        Book.objects.select_related("author")\n        .order_by("pk")\n        .select_related("publisher")'
            '\n        .prefetch_related("sequels")\n    )',
        ),
    ],
)
def test_in_a_function(rows: str, wanted: str) -> None:
    assert after(SHOP.replace("{rows}", rows)) == SHOP.replace("{rows}", wanted)


def test_in_the_body_of_a_class() -> None:
    code = SHOP[: SHOP.index("def lines")] + VIEWS
    rows = 'Book.objects.select_related(\n        "author",\n    )'
    wanted = 'Book.objects.select_related(\n        "author",\n        "publisher",\n    )'
    assert after(code.replace("{rows}", rows)) == code.replace("{rows}", wanted)


WRITTEN = """\
def answer():
    for book in Book.objects.all():
{body}
"""


def fixes_of(code: str) -> list[Fix]:
    code = SHOP[: SHOP.index("def lines")] + code
    found = check(project_of({PATH: code}), PATH, Text.of(code))
    return [fix for one in found if one.rule == "lazy-relation-in-loop" for fix in one.fixes]


@pytest.mark.parametrize(
    "body",
    [
        "book.author.name += '!'; book.author.save()",
        "author = book.author; author.name += '!'; author.save()",
        "renamed(book.author)",
        "Author.objects.filter(pk=book.author_id).update(name='b'); print(book.author.name)",
        "Book.objects.create(title='b'); print(list(book.sequels.all()))",
    ],
)
def test_what_the_loop_writes_to_is_read_when_it_comes_to_it(body: str) -> None:
    renamed = "\n\ndef renamed(author):\n    author.name += '!'\n    author.save()\n"
    assert fixes_of(WRITTEN.replace("{body}", f"        {body}") + renamed) == []


def test_what_is_written_between_the_rows_and_the_loop_is_seen() -> None:
    rows, write, loop = (
        "    rows = list(Book.objects.all())\n",
        "    Author.objects.update(name='a')\n",
        "    for book in rows:\n        print(book.author.name)\n",
    )
    assert fixes_of(f"def answer():\n{rows}{write}{loop}") == []
    assert [fix.certain for fix in fixes_of(f"def answer():\n{write}{rows}{loop}{write}")] == [True]


def test_what_a_turn_may_write_without_saying_what_leaves_the_loader_uncertain() -> None:
    code = WRITTEN.replace("{body}", "        print(book.author.name)\n        noted(book.pk)")
    code += "\n\ndef noted(pk):\n    entry = entry_of(pk)\n    entry.save()\n"
    assert [fix.certain for fix in fixes_of(code)] == [False]
    assert [fix.certain for fix in fixes_of(code.replace("entry.save()", "print(entry)"))] == [True]


def test_rows_may_write_to_themselves() -> None:
    (fix,) = fixes_of(WRITTEN.replace("{body}", "        book.title = book.author.name\n        book.save()"))
    assert fix.certain


@pytest.mark.parametrize(
    "body",
    [
        "        yield book.author.name",
        "        with scope(of=book):\n            print(book.author.name)",
    ],
)
def test_a_loader_is_not_certain_where_each_row_is_read_under_something_of_its_own(body: str) -> None:
    assert [fix.certain for fix in fixes_of(WRITTEN.replace("{body}", body))] == [False]


@pytest.mark.parametrize(
    "use",
    [
        "rows.union(Book.objects.filter(pk=3))",
        "Book.objects.filter(pk=3).union(rows)",
        'rows.only("pk")',
        "rows.order_by('pk').select_for_update()",
    ],
)
def test_a_loader_is_not_certain_where_the_set_is_used_for_what_takes_none(use: str) -> None:
    code = f"def answer():\n    rows = Book.objects.all()\n    print([b.author.name for b in rows])\n    return {use}\n"
    assert [fix.certain for fix in fixes_of(code)] == [False]


@pytest.mark.parametrize(
    "rows", ["get_list_or_404(Book, pk=3)", "[get_object_or_404(Book, pk=3)]", "[Book.objects.get(pk=3)]"]
)
def test_no_loader_behind_what_is_no_set(rows: str) -> None:
    code = "from django.shortcuts import get_list_or_404, get_object_or_404\n\n"
    assert fixes_of(f"{code}def answer():\n    for book in {rows}:\n        print(book.author.name)\n") == []


def test_no_loader_in_a_template() -> None:
    views = (
        SHOP[: SHOP.index("def lines")]
        + "from django.shortcuts import render\n\n\ndef page(request, pk):\n"
        + '    return render(request, "page.html", {"book": Book.objects.get(pk=pk)})\n'
    )
    page = "{% for b in book.sequels.all %}{{ b.author.name }}{% endfor %}"
    project = project_of({PATH: views, "/w/shop/templates/page.html": page})
    found = check(project, PATH, Text.of(views))
    assert [one.rule for one in found] == ["lazy-relation-in-loop"]
    assert not any(one.fixes for one in found)


@pytest.mark.parametrize(
    ("options", "certain"),
    [("", True), ("null=True, ", False), ("null=False, ", True), ("db_constraint=False, ", False)],
)
def test_a_key_is_read_of_the_row_where_there_is_another_row_for_sure(options: str, certain: bool) -> None:
    shop = SHOP[: SHOP.index("def lines")].replace("(Author, ", f"(Author, {options}")
    code = f"{shop}def keys():\n    return [book.author.id for book in Book.objects.all()]\n"
    (found,) = check(project_of({PATH: code}), PATH, Text.of(code))
    (fix,) = found.fixes
    assert "author_id" in fix.title
    assert fix.certain is certain


def test_rows_of_several_classes_are_not_joined() -> None:
    shop = SHOP[: SHOP.index("def lines")]
    code = shop.replace(
        "class Author(models.Model)", "class Person(PolymorphicModel)\n    pass\n\n\nclass Author(Person)"
    )
    code = "from polymorphic.models import PolymorphicModel\n" + code.replace(
        "(PolymorphicModel)\n", "(PolymorphicModel):\n"
    )
    loop = "def answer():\n    return [book.author.name for book in Book.objects.all()]\n"
    (found,) = check(project_of({PATH: code + loop}), PATH, Text.of(code + loop))
    assert [fix.title for fix in found.fixes] == ['Add .prefetch_related("author") to the query']


def test_names_in_written_sql_are_not_made_ambiguous() -> None:
    (fix,) = fixes_of(
        "def answer():\n    return [b.author.name for b in Book.objects.extra(where=['name = 1'])]\n"
    )
    assert fix.title == 'Add .prefetch_related("author") to the query'
