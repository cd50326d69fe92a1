"""Classes of the admin that another file registers, and those whose base another package calls an admin."""

from __future__ import annotations

from textwrap import dedent

from analyzers.check import check
from analyzers.text import Text
from tests.analyzers.project_files import facts, project_of

MODELS = """
    from django.db import models

    class Author(models.Model):
        name = models.CharField(max_length=50)

    class Book(models.Model):
        author = models.ForeignKey(Author, null=True, on_delete=models.CASCADE)
"""
ADMINS = """
    from django.contrib import admin
    from sorting.admin import SortedAdmin

    class BookAdmin(admin.ModelAdmin):
        list_display = ["author"]

    class SortedBookAdmin(SortedAdmin):
        list_display = ["author"]
"""
SITE = """
    from django.contrib import admin
    from shop.admins.books import BookAdmin, SortedBookAdmin
    from shop.models import Book

    admin.site.register(Book, {name})
"""


def told(registered: str, admins: str = ADMINS) -> list[str]:
    files = {"/p/shop/models.py": MODELS, "/p/shop/admins/books.py": admins}
    if registered:
        files["/p/shop/admin.py"] = SITE.format(name=registered)
    project = project_of(files)
    found = check(project, "/p/shop/admins/books.py", Text(dedent(admins).encode()))
    return [finding.message.partition(" is loaded")[0] for finding in found]


def test_a_class_that_another_file_registers() -> None:
    assert told("BookAdmin") == ["`author`"]


def test_a_class_whose_base_another_package_calls_an_admin() -> None:
    assert told("SortedBookAdmin") == ["`author`"]


def test_a_class_that_nobody_registers() -> None:
    assert not told("")


def test_another_class_of_the_same_name() -> None:
    assert not told("BookAdmin", ADMINS.replace("class BookAdmin", "class Shelf:\n        class BookAdmin"))


def test_a_registration_that_comes_and_goes() -> None:
    files = {"/p/shop/models.py": MODELS, "/p/shop/admins/books.py": ADMINS}
    project = project_of(files)
    text = Text(dedent(ADMINS).encode())
    path = "/p/shop/admins/books.py"
    assert not check(project, path, text)
    project.update("/p/shop/admin.py", facts("/p/shop/admin.py", SITE.format(name="BookAdmin")))
    assert check(project, path, text)
    project.update("/p/shop/admin.py", facts("/p/shop/admin.py", SITE.format(name="SortedBookAdmin")))
    assert [finding.message.partition(" is")[0] for finding in check(project, path, text)] == ["`author`"]
    project.remove("/p/shop/admin.py")
    assert not check(project, path, text)
