"""Tables that others choose from, and what these are arranged by."""

from __future__ import annotations

from analyzers.conventions.vocabularies import is_vocabulary
from tests.analyzers.project_files import project_of

FAR = 300
"""Tables of which each points to the next: calls as deep as that would not fit on Python's stack."""

KIND = """
class Kind{i}(models.Model):
    name = models.CharField(max_length=50)
    within = models.ForeignKey("Kind{of}", models.CASCADE)

admin.site.register(Kind{i})
"""


def kinds(last: int) -> dict[str, str]:
    """A chain of tables; the last of them points to the one of that number."""
    head = "from django.contrib import admin\nfrom django.db import models\n"
    top = "\nclass Kind{i}(models.Model):\n    name = models.TextField()\n\nadmin.site.register(Kind{i})\n"
    made = [KIND.format(i=i, of=i + 1 if i + 1 < FAR else last) for i in range(FAR)]
    return {"/p/shop/models.py": head + "".join(made) + top.format(i=FAR)}


def test_a_long_chain_of_tables_is_followed_to_its_end() -> None:
    project = project_of(kinds(FAR))
    assert all(is_vocabulary(project, ("/p/shop/models.py", f"Kind{i}")) for i in (1, FAR // 2, FAR))
    assert not is_vocabulary(project, ("/p/shop/models.py", "Kind0"))  # Nothing points to it.


def test_tables_that_are_arranged_by_one_another_are_none() -> None:
    project = project_of(kinds(last=5))
    assert not any(is_vocabulary(project, ("/p/shop/models.py", f"Kind{i}")) for i in (1, 5, FAR - 1))


DATED = """
from django.contrib import admin
from django.db import models

class Dated(models.Model):
    made = models.DateTimeField()

    class Meta:
        abstract = True

class Change(Dated):
    name = models.TextField()

    class Meta:
        {told}

class Report(models.Model):
    changes = models.ManyToManyField(Change)

admin.site.register(Change)
"""


def test_a_table_that_orders_its_rows_by_the_date_of_a_base_is_none() -> None:
    files = {"/p/shop/models.py": DATED.format(told='ordering = ["-made"]')}
    assert not is_vocabulary(project_of(files), ("/p/shop/models.py", "Change"))
    files = {"/p/shop/models.py": DATED.format(told='ordering = ["name"]')}
    assert is_vocabulary(project_of(files), ("/p/shop/models.py", "Change"))
