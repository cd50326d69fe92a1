"""Lookups of eager loads that are put together: constants, f-strings, lists, helpers."""

from django.db.models import Prefetch

from shop.models import Author, Book

_AUTHOR = "author"
_COUNTRY = f"{_AUTHOR}__country"
_BOOKS = "books"
_JOINS = ("author", "publisher")
_PATHS = [_BOOKS, f"{_BOOKS}__publisher"]


class _Lookups:
    AUTHOR = "author"
    COUNTRY = AUTHOR + "__country"


def constant():
    for book in Book.objects.select_related(_AUTHOR):
        print(book.author.name)


def constant_of_another():
    for book in Book.objects.select_related("publisher", _AUTHOR):
        print(book.author.country.name)  # grows


def f_string_of_a_constant():
    for book in Book.objects.select_related(f"{_AUTHOR}__country"):
        print(book.author.country.name)


def constant_made_of_an_f_string():
    for book in Book.objects.select_related(_COUNTRY):
        print(book.author.country.name)


def constant_of_a_class():
    for book in Book.objects.select_related(_Lookups.COUNTRY):
        print(book.author.country.name)


def sum_of_constants():
    for book in Book.objects.select_related(_AUTHOR + "__country"):
        print(book.author.country.name)


def format_of_constants():
    for book in Book.objects.select_related("{}__country".format(_AUTHOR)):
        print(book.author.country.name)


def joined_with_underscores():
    for book in Book.objects.select_related("__".join([_AUTHOR, "country"])):
        print(book.author.country.name)


def constants_of_a_tuple():
    for book in Book.objects.select_related(*_JOINS):
        print(book.author.name, book.publisher.name)


def constants_of_a_tuple_too_few():
    for book in Book.objects.select_related(*_JOINS):
        print(book.author.country.name)  # grows


def local_name():
    lookup = "books"
    for author in Author.objects.prefetch_related(lookup):
        print([book.title for book in author.books.all()])


def local_list():
    lookups = ["books"]
    for author in Author.objects.prefetch_related(*lookups, "films"):
        print([book.title for book in author.books.all()])


def local_list_too_few():
    lookups = ["books"]
    for author in Author.objects.prefetch_related(*lookups):
        print([film.title for film in author.films.all()])  # grows


def list_of_paths():
    for author in Author.objects.prefetch_related(*_PATHS):
        print([book.publisher.name for book in author.books.all()])


def prefetch_of_a_constant():
    books = Book.objects.select_related("publisher")
    for author in Author.objects.prefetch_related(Prefetch(_BOOKS, queryset=books)):
        print([book.publisher.name for book in author.books.all()])


def prefetch_of_an_f_string():
    for author in Author.objects.prefetch_related(Prefetch(f"{_BOOKS}__publisher")):
        print([book.publisher.name for book in author.books.all()])


def prefetch_of_a_local_f_string():
    name = "books"
    for author in Author.objects.prefetch_related(Prefetch(f"{name}", queryset=Book.objects.all())):
        print([book.publisher.name for book in author.books.all()])  # grows


def _books(name=_BOOKS):
    return Prefetch(name, queryset=Book.objects.select_related("publisher"))


def prefetch_of_a_helper():
    for author in Author.objects.prefetch_related(_books()):
        print([book.publisher.name for book in author.books.all()])


def prefetch_of_a_helper_with_a_name():
    for author in Author.objects.prefetch_related(_books("books")):
        print([book.publisher.name for book in author.books.all()])


_PREFETCH = Prefetch("books", queryset=Book.objects.select_related("publisher"))


def prefetch_in_a_constant():
    for author in Author.objects.prefetch_related(_PREFETCH):
        print([book.publisher.name for book in author.books.all()])


_PREFETCHES = [Prefetch("books", queryset=Book.objects.select_related("publisher")), "films"]


def prefetches_in_a_constant():
    for author in Author.objects.prefetch_related(*_PREFETCHES):
        print([book.publisher.name for book in author.books.all()])


def name_that_is_given(lookup=_BOOKS):
    for author in Author.objects.prefetch_related(lookup):
        print([book.title for book in author.books.all()])


def to_an_attribute_of_a_constant():
    for author in Author.objects.prefetch_related(Prefetch(_BOOKS, to_attr="all_books")):
        print([book.title for book in author.all_books])
