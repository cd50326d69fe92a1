"""Attributes read by a path in a text, one name after the other."""

from functools import reduce

from shop.models import Book

_COLUMNS = ["title", "author__name"]
_PLAIN = ["title", "price"]


def _follow(row, path):
    value = row
    for name in path.split("."):
        value = getattr(value, name)
    return value


def followed():
    for book in Book.objects.all():
        print(_follow(book, "author.country.name"))  # grows


def followed_joined():
    for book in Book.objects.select_related("author__country"):
        print(_follow(book, "author.country.name"))


def followed_to_a_column():
    for book in Book.objects.all():
        print(_follow(book, "title"))


def followed_in_place():
    for book in Book.objects.all():
        value = book
        for name in "author.name".split("."):
            value = getattr(value, name)  # grows
        print(value)


def _reduced(row, path):
    return reduce(getattr, path.split("."), row)


def reduced():
    for book in Book.objects.all():
        print(_reduced(book, "author.name"))  # grows


def reduced_in_place():
    return [reduce(getattr, ["author", "name"], book) for book in Book.objects.all()]  # grows


def reduced_joined():
    return [reduce(getattr, "author.name".split("."), b) for b in Book.objects.select_related("author")]


def _cell(row, path):
    for name in path.split("__"):
        row = getattr(row, name, None)
        if row is None:
            return ""
    return str(row)


def columns_of_a_list():
    for book in Book.objects.all():
        print([_cell(book, column) for column in _COLUMNS])  # grows


def columns_of_a_list_joined():
    for book in Book.objects.select_related("author"):
        print([_cell(book, column) for column in _COLUMNS])


def columns_of_the_row_alone():
    for book in Book.objects.all():
        print([_cell(book, column) for column in _PLAIN])


def path_that_nobody_names(path="title"):
    for book in Book.objects.all():
        print(_follow(book, path))
