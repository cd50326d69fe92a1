"""Of a few rows that are cut off a query the finding is information, as far as the text says how many."""

from __future__ import annotations

import pytest

from analyzers.check import check
from analyzers.findings import Severity
from analyzers.text import Text
from tests.analyzers.project_files import project_of

PATH = "/w/shop/views.py"
SHOP = """\
from django.db import models


class Author(models.Model):
    name = models.CharField(max_length=9)


class Book(models.Model):
    author = models.ForeignKey(Author, on_delete=models.CASCADE)


"""


@pytest.mark.parametrize(
    ("code", "severity"),
    [
        ("def newest():\n    rows = Book.objects.all()[:5]\n", Severity.INFORMATION),
        ("def newest(limit=5):\n    rows = Book.objects.all()[:limit]\n", Severity.INFORMATION),
        ("def newest(limit=500):\n    rows = Book.objects.all()[:limit]\n", Severity.WARNING),
        ("def newest(limit=None):\n    rows = Book.objects.all()[:limit]\n", Severity.WARNING),
        ("def newest(limit):\n    rows = Book.objects.all()[:limit]\n", Severity.WARNING),
        (
            "def newest(limit=5):\n    limit = limit * 100\n    rows = Book.objects.all()[:limit]\n",
            Severity.WARNING,
        ),
    ],
)
def test_how_many_a_slice_leaves(code: str, severity: Severity) -> None:
    code = f"{SHOP}{code}    return [book.author.name for book in rows]\n"
    (found,) = check(project_of({PATH: code}), PATH, Text.of(code))
    assert (found.rule, found.severity) == ("lazy-relation-in-loop", severity)
