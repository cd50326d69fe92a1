"""The fix of a relation that was not loaded makes a loader that stands there take more, and adds one elsewhere."""

from __future__ import annotations

import pytest

from analyzers.check import check
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
    return [(b.author.name, b.publisher.name, list(b.sequels.all())) for b in {rows}]
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
            'Book.objects.select_related("author").order_by("pk").select_related("publisher")'
            '.prefetch_related("sequels")',
        ),
        (
            'Book.objects.select_related("author").select_related(None).prefetch_related("sequels")',
            'Book.objects.select_related("author").select_related(None).prefetch_related("sequels")'
            '.select_related("author", "publisher")',
        ),
    ],
)
def test_in_a_function(rows: str, wanted: str) -> None:
    assert after(SHOP.replace("{rows}", rows)) == SHOP.replace("{rows}", wanted)


def test_in_the_body_of_a_class() -> None:
    code = SHOP[: SHOP.index("def lines")] + VIEWS
    rows = 'Book.objects.select_related(\n        "author",\n    )'
    wanted = 'Book.objects.select_related(\n        "author", "publisher",\n    )'
    assert after(code.replace("{rows}", rows)) == code.replace("{rows}", wanted)
