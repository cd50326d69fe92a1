"""The fix of a relation that was not loaded makes a loader that stands there take more, and adds one elsewhere."""

from __future__ import annotations

import subprocess
import sys

import pytest

from analyzers.check import check
from analyzers.findings import Fix
from analyzers.text import Text
from tests.analyzers.project_files import project_of
from tests.analyzers.test_rules import fixed

PATH = "/w/shop/views.py"
MODELS = """\
from django.db import models


class Author(models.Model):
    name = models.CharField(max_length=9)


class Publisher(models.Model):
    name = models.CharField(max_length=9)


class Book(models.Model):
    author = models.ForeignKey(Author, on_delete=models.CASCADE)
    publisher = models.ForeignKey(Publisher, on_delete=models.CASCADE)
    sequels = models.ManyToManyField("self")


"""
SHOP = (
    MODELS
    + """\
def lines():
    rows = {rows}
    return [(b.author.name, b.publisher.name, list(b.sequels.all())) for b in rows]
"""
)
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
            'Book.objects.select_related("author", "publisher").prefetch_related(\n        "sequels"\n    )',
        ),
        (
            'Book.objects.select_related("author").prefetch_related("sequels")',
            'Book.objects.select_related("author", "publisher").prefetch_related(\n        "sequels"\n    )',
        ),
        (
            'Book.objects.select_related("author").order_by("pk")',
            '(\n        Book.objects.select_related("author")\n        .order_by("pk")\n        .select_related("publisher")'
            '\n        .prefetch_related("sequels")\n    )',
        ),
        (
            'Book.objects.select_related("author").select_related(None).prefetch_related("sequels")',
            '(\n        Book.objects.select_related("author")\n        .select_related(None)\n        .prefetch_related("sequels")'
            '\n        .select_related("author", "publisher")\n    )',
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


LAID_OUT = [
    """\
    for book in Book.objects.filter(title__startswith="abcdef", pages=1).order_by("x"):
        print(book.author)
""",
    """\
    for book in Book.objects.filter(title__startswith="abcdefghijklmnopqrstuvw", s=1):
        print(book.author)
""",
    """\
    for book in Book.objects.filter(title__startswith="abcdefghijklmn"):
        print(book.author, book.publisher)
""",
    """\
    for book in get_books(title__startswith="abcdefghijklmn").filter(abcd="efgh"):
        print(book.author, book.publisher)


def get_books(**given):
    return Book.objects.filter(**given)
""",
    """\
    books = Book.objects.filter(title__startswith="abcdefghijklmn").order_by("x").all()
    return [(book.author, book.publisher, list(book.sequels.all())) for book in books]
""",
    """\
    books = Book.objects.filter(title__startswith="abcdefghijklmnab").select_related(
        "author"
    )
    return [(book.author, book.publisher) for book in books]
""",
    """\
    books = Book.objects.prefetch_related(
        "author__xxxxxxxxxxxxxxxxxxxxxx", "publishers__xxx"
    )
    return [(book.author, book.publisher, list(book.sequels.all())) for book in books]
""",
    """\
    books = Book.objects.filter(
        title__startswith="abcdefghijklmnab", pages=1, shelf=1, author__name="abcdefg"
    ).prefetch_related("author__xxxxxxxxxxxxxxxxxxxxxx", "publishers__xxxxxxxxxxxxxxxx")
    return [list(book.sequels.all()) for book in books]
""",
    """\
    books = (
        Book.objects.filter(title__startswith="abcdefghijklmnab")
        .select_related("author")
        .order_by("id", "title", "author", "publisher")
    )
    return [(book.author, book.publisher, list(book.sequels.all())) for book in books]
""",
    """\
    return [
        book.author
        for book in Book.objects.filter(title__startswith="abcdefghijklmnab", pages=1)
    ]
""",
    """\
    return sorted(
        Book.objects.filter(title__startswith="abcdefghijklmnab", pages=1).distinct(),
        key=lambda book: book.author.name,
    )
""",
    """\
    return [book.author.name for book in Book.objects.filter(title="abcdefghijkl")]
""",
    """\
    return [book.author.name for book in Book.objects.filter(title="abcd") if book.pk]
""",
    """\
    return sorted(Book.objects.filter(shelf="é"), key=lambda book: book.author.name)
""",
    """\
    return sorted(Book.objects.filter(t=[1, ")"]), key=lambda book: book.author.xxxxxx)
""",
    """\
    for book in sorted(Book.objects.filter(shelf=1, title=(2, 3)), key=lambda b: b.pk):
        print(book.author.name)
""",
    """\
    books = Book.objects.prefetch_related(
        "author__xxxxxxxxxxxxxxxxxxxxxxxxx", "publishers__xxxxxxxxxxxx", "tags"
    )
    return [list(book.sequels.all()) for book in books]
""",
    """\
    books = Book.objects.prefetch_related(
        "author__xxxxxxxxxxxxxxxxxxxxxxxxx",
        "publishers__xxxxxxxxxxxx",
    )
    return [[book.author.name, *book.sequels.all(), book.publisher] for book in books]
""",
    """\
    books = Book.objects.filter(
        title__startswith="abcdefghijklmnab", pages=1, shelf=1, author__name="abcdefg"
    ).select_related("author__xxxxxxxxxxxxxxxxxxxxxx", "author__yyyyyyyyyyyyyyyyyyyy")
    return [(book.author, book.publisher) for book in books]
""",
    """\
    books = Book.objects.prefetch_related(
        "author__xxxxxxxxxxxxxxxxxxxxxxxxx",
        "publishers__xxxxxxxxxxxx",  # of the author
    )
    return [list(book.sequels.all()) for book in books]
""",
    """\
    books = Book.objects.prefetch_related(
        "author__xxxxxxxxxxxxxxxxxxxxxxxxx",
        Prefetch(
            "publishers__xxxxxxxxxxxx",
            queryset=Publisher.objects.filter(aaaaaaaaaa=1, bbbbbbbbbbbbbb=2),
        ),
    )
    return [list(book.sequels.all()) for book in books]
""",
    """\
    books = {
        "some": Book.objects.filter(title__startswith="abcdefghijklmnab").order_by("x"),
        "pk": 3,
    }
    return [[book.author, list(book.sequels.all())] for book in books["some"]]
""",
    """\
    books = (
        Book.objects.filter(shelf=3)
        .order_by("title")
        .filter(
            title__startswith="abcdefghijklmnabcdefghijklmn",
            pages__gte="abcdefghijklmnabcdefghijklmn",
        )
    )
    return [book.author for book in books]
""",
]


@pytest.mark.parametrize("body", LAID_OUT)
def test_lines_are_as_a_formatter_writes_them(body: str) -> None:
    code = MODELS + "def lines():\n" + body
    assert formatted(code) == code
    mended = after(code)
    assert mended != code
    assert formatted(mended) == mended


def formatted(code: str) -> str:
    run = [sys.executable, "-m", "ruff", "format", "--isolated", "-"]
    return subprocess.run(run, input=code, capture_output=True, text=True, check=True).stdout


ELSEWHERE = [
    """\
    return (
        Book.objects.filter(title="abcdefghijklmnopqrstuvwxyz", shelf=shelf, another=1)
        .order_by("title")
        .distinct()
    )
""",
    """\
    if shelf:
        return Book.objects.filter(title="abcdefghijklmn").order_by("title", "-pk")
    return Book.objects.none()
""",
    """\
    found = Book.objects.filter(title__startswith="abcdefghijklm", shelf=shelf)
    return found
""",
]


@pytest.mark.parametrize("body", ELSEWHERE)
def test_another_file_is_laid_out_by_its_facts(body: str) -> None:
    code = MODELS + "def rows(shelf):\n" + body
    views = """\
from shop.models import rows


def shown():
    return [(book.author.name, book.publisher.name) for book in rows(1)]
"""
    files = {"/w/shop/__init__.py": "", "/w/shop/models.py": code, PATH: views}
    (found,) = check(project_of(files), PATH, Text.of(views))
    mended = fixed(code, found.fixes[0])
    assert formatted(code) == code
    assert mended != code
    assert formatted(mended) == mended


def test_what_is_said_of_an_argument_stays_on_its_line() -> None:
    rows = 'Book.objects.select_related(\n        "author",  # who wrote it\n    )'
    wanted = 'Book.objects.select_related(\n        "author",  # who wrote it\n        "publisher",\n    )'
    assert after(SHOP.replace("{rows}", rows)).startswith(
        SHOP.partition("{rows}")[0] + wanted.partition(".prefetch")[0]
    )


def test_in_the_body_of_a_class() -> None:
    code = MODELS + VIEWS
    rows = 'Book.objects.select_related(\n        "author",\n    )'
    wanted = 'Book.objects.select_related(\n        "author",\n        "publisher",\n    )'
    assert after(code.replace("{rows}", rows)) == code.replace("{rows}", wanted)


WRITTEN = """\
def answer():
    for book in Book.objects.all():
{body}
"""


def fixes_of(code: str) -> list[Fix]:
    code = MODELS + code
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
        MODELS
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
    shop = MODELS.replace("(Author, ", f"(Author, {options}")
    code = f"{shop}def keys():\n    return [book.author.id for book in Book.objects.all()]\n"
    (found,) = check(project_of({PATH: code}), PATH, Text.of(code))
    (fix,) = found.fixes
    assert "author_id" in fix.title
    assert fix.certain is certain


def test_rows_of_several_classes_are_not_joined() -> None:
    code = MODELS.replace(
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


DELETED = """\
from django.db.models.signals import pre_delete
from django.dispatch import receiver


@receiver(pre_delete, sender=Book)
def told(sender, instance, **kwargs):
    print(instance.author.name)


def clear():
    Book.objects.filter(pk__gt=3){loaded}.delete()
"""


def test_what_is_deleted_is_fetched_without_joins() -> None:
    for loaded in ("", '.select_related("author")'):
        (fix,) = fixes_of(DELETED.replace("{loaded}", loaded))
        assert fix.title == 'Add .prefetch_related("author") to the query'
    assert fixes_of(DELETED.replace("{loaded}", '.prefetch_related("author")')) == []


def test_what_is_loaded_for_those_who_hear_of_a_deletion_is_not_loaded_for_nothing() -> None:
    own = "\n\n    def delete(self, *args, **kwargs):\n        return super().delete(*args, **kwargs)\n"
    shop = MODELS.rstrip() + own + "\n\n"
    code = shop + DELETED.replace("{loaded}", '.prefetch_related("author")')
    assert [one.rule for one in check(project_of({PATH: code}), PATH, Text.of(code))] == []


def test_what_leads_from_a_parent_to_its_child_is_not_joined_to_the_child() -> None:
    code = """\
class Novel(Book):
    length = models.IntegerField()


def lengths():
    return [book.novel.length for book in Book.objects.all()]


def lengths_of_novels():
    return [novel.novel.length for novel in Novel.objects.all()]
"""
    titles = [fix.title for fix in fixes_of(code)]
    assert titles == [f'Add .{verb}_related("novel") to the query' for verb in ("select", "prefetch")]


def test_a_prefetch_in_a_method_that_others_call_is_not_certain() -> None:
    shelf = "class Shelf:\n    def chosen(self):\n        return Book.objects.all()\n"
    views = """\
from shop.models import Shelf


def shown():
    return [list(book.sequels.all()) for book in Shelf().chosen()]
"""
    more = "\n\ndef keys():\n    return [book.pk for book in Shelf().chosen()]\n"
    joined = views.replace("list(book.sequels.all())", "book.author.name")
    for text, certain in ((views, True), (views + more, False), (joined + more, True)):
        code = MODELS + shelf
        files = {"/w/shop/__init__.py": "", "/w/shop/models.py": code, PATH: text}
        (found,) = check(project_of(files), PATH, Text.of(text))
        assert [fix.certain for fix in found.fixes] == [certain]


def test_what_is_left_of_a_chain_keeps_to_its_width() -> None:
    code = MODELS + (
        """\
def names(prefix):
    return [
        name
        for name in Book.objects.filter(author__name="abcdefghijklmno").select_related(
            "author"
        ).values_list("author__name", flat=True)
    ]
"""
    )
    mended = after(code)
    assert '.filter(author__name="abcdefghijklmno").values_list(\n' in mended
    assert formatted(mended) == mended


PAGES = (
    "from django.views.generic import ListView\n"
    + MODELS
    + """\
class Books(ListView):
    model = Book{behind}
    template_name = "shop/books.html"
"""
)
PAGE = "{% for book in object_list %}{{ book.author.name }}{{ book.publisher.name }}{% endfor %}\n"


def page_files(views: str, page: str = PAGE) -> dict[str, str]:
    return {PATH: views, "/w/shop/templates/shop/books.html": page}


@pytest.mark.parametrize("behind", ["", "  # all of them"])
def test_a_view_that_names_a_model_alone_gets_a_queryset_beside_it(behind: str) -> None:
    code = PAGES.format(behind=behind)
    (found,) = check(project_of(page_files(code)), PATH, Text.of(code))
    mended = fixed(code, found.fixes[0])
    assert (
        f"    model = Book{behind}\n"
        '    queryset = Book.objects.select_related("author", "publisher")\n'
        "    template_name"
    ) in mended
    assert not check(project_of(page_files(mended)), PATH, Text.of(mended))


def test_its_own_manager_is_the_one_that_is_asked() -> None:
    code = PAGES.format(behind="").replace(
        '    sequels = models.ManyToManyField("self")', "    shown = models.Manager()"
    )
    (found,) = check(project_of(page_files(code)), PATH, Text.of(code))
    assert 'Book.shown.select_related("author", "publisher")' in fixed(code, found.fixes[0])


def test_long_lines_are_broken_where_the_last_loader_begins() -> None:
    page = PAGE.replace("{% endfor %}", "{% for s in book.sequels.all %}{{ s.id }}{% endfor %}{% endfor %}")
    code = PAGES.format(behind="")
    (found,) = check(project_of(page_files(code, page)), PATH, Text.of(code))
    mended = fixed(code, found.fixes[0])
    assert (
        '    queryset = Book.objects.select_related("author", "publisher").prefetch_related(\n'
        '        "sequels"\n    )\n'
    ) in mended
    assert not check(project_of(page_files(mended, page)), PATH, Text.of(mended))


def test_a_view_from_which_another_is_derived_is_left_alone() -> None:
    code = PAGES.format(behind="") + "\n\nclass Others(Books):\n    model = Author\n"
    found = check(project_of(page_files(code)), PATH, Text.of(code))
    assert found
    assert not [fix for one in found for fix in one.fixes]


def test_what_a_page_reads_two_loops_deep_is_loaded_too() -> None:
    page = "{% for book in object_list %}{% for s in book.sequels.all %}{{ s.author.name }}{% endfor %}{% endfor %}\n"
    code = PAGES.format(behind="")
    (found,) = check(project_of(page_files(code, page)), PATH, Text.of(code))
    mended = fixed(code, found.fixes[0])
    assert 'queryset = Book.objects.prefetch_related("sequels__author")' in mended
    assert not check(project_of(page_files(mended, page)), PATH, Text.of(mended))
