"""Functions made ready and called later, and objects that hold rows."""

from collections import namedtuple
from dataclasses import dataclass, field
from functools import partial
from operator import attrgetter, methodcaller
from typing import Any, NamedTuple

from shop.models import Book


def attrgetter_of_a_relation():
    return list(map(attrgetter("author.name"), Book.objects.all()))  # grows


def attrgetter_of_a_column():
    return list(map(attrgetter("title"), Book.objects.all()))


def attrgetter_joined():
    return list(map(attrgetter("author.name"), Book.objects.select_related("author")))


def attrgetter_in_a_variable():
    key = attrgetter("author.name")
    return sorted(Book.objects.all(), key=key)  # grows


def attrgetter_of_two():
    return sorted(Book.objects.all(), key=attrgetter("price", "author.name"))  # grows


def attrgetter_called_by_hand():
    name_of = attrgetter("author.name")
    for book in Book.objects.all():
        print(name_of(book))  # grows


def methodcaller_that_asks():
    return list(map(methodcaller("has_reviews"), Book.objects.all()))  # grows


def methodcaller_that_computes():
    return list(map(methodcaller("get_deferred_fields"), Book.objects.all()))


def methodcaller_as_a_key():
    return sorted(Book.objects.all(), key=methodcaller("stars"))  # grows


def _label(prefix, book):
    return f"{prefix} {book.author.name}"


def partial_as_callback():
    return list(map(partial(_label, "by"), Book.objects.all()))  # grows


def _title(prefix, book):
    return f"{prefix} {book.title}"


def partial_as_callback_that_asks_nothing():
    return list(map(partial(_title, "by"), Book.objects.all()))


def partial_in_a_variable():
    label = partial(_label, "by")
    for book in Book.objects.all():
        print(label(book))  # grows


def partial_with_a_keyword():
    label = partial(_label, book=Book.objects.order_by("pk")[0])
    print(label("by"))


def partial_of_get(ids):
    find = partial(Book.objects.get, price__gte=0)
    for pk in ids:
        print(find(pk=pk).title)  # grows


def bound_method(ids):
    find = Book.objects.get
    for pk in ids:
        print(find(pk=pk).title)  # grows


@dataclass
class Shelf:
    name: str
    books: list[Book] = field(default_factory=list)


def rows_in_a_dataclass():
    shelf = Shelf("all", list(Book.objects.all()))
    for book in shelf.books:
        print(book.author.name)  # grows


def rows_in_a_dataclass_joined():
    shelf = Shelf(name="all", books=list(Book.objects.select_related("author")))
    for book in shelf.books:
        print(book.author.name)


@dataclass
class Entry:
    book: Book
    price: int


def dataclass_around_each_row():
    entries = [Entry(book, book.price) for book in Book.objects.all()]
    for entry in entries:
        print(entry.price, entry.book.author.name)  # grows


def dataclass_around_each_row_joined():
    entries = [Entry(book=book, price=book.price) for book in Book.objects.select_related("author")]
    for entry in entries:
        print(entry.price, entry.book.author.name)


class Line(NamedTuple):
    book: Any
    amount: int


def named_tuple_around_each_row():
    lines = [Line(book, 1) for book in Book.objects.all()]
    for line in lines:
        print(line.amount, line.book.author.name)  # grows


def named_tuple_unpacked():
    lines = [Line(book, 1) for book in Book.objects.all()]
    for book, amount in lines:
        print(amount, book.author.name)  # grows


Pair = namedtuple("Pair", "book amount")


def collections_namedtuple():
    lines = [Pair(book, 1) for book in Book.objects.all()]
    for line in lines:
        print(line.amount, line.book.author.name)  # grows


class Report:
    def __init__(self, books):
        self.books = books

    def names(self):
        return [book.author.name for book in self.books]


def object_that_holds_rows():
    return Report(Book.objects.all()).names()  # grows


class JoinedReport:
    def __init__(self, books):
        self.books = books.select_related("author")

    def names(self):
        return [book.author.name for book in self.books]


def object_that_joins_rows():
    return JoinedReport(Book.objects.all()).names()


class Listing:
    def __init__(self):
        self.books = list(Book.objects.all())

    def names(self):
        return [book.author.name for book in self.books]  # grows


def object_that_fetches_rows():
    return Listing().names()


class Wrapper:
    def __init__(self, book):
        self.book = book

    @property
    def writer(self):
        return self.book.author.name


def wrapped_each():
    for wrapper in [Wrapper(book) for book in Book.objects.all()]:
        print(wrapper.writer)  # grows


class JoinedWrapper:
    def __init__(self, book):
        self.book = book

    @property
    def writer(self):
        return self.book.author.name


def wrapped_each_joined():
    for wrapper in [JoinedWrapper(book) for book in Book.objects.select_related("author")]:
        print(wrapper.writer)
