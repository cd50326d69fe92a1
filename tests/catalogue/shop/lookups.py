"""Functions of the shop that the cases call from another file."""

from __future__ import annotations

from functools import lru_cache

from shop.models import Author, Book, Country


def author_of(book):
    return book.author.name


def title_of(pk):
    return Book.objects.get(pk=pk).title


def all_books():
    return Book.objects.order_by("pk")


def all_books_with_authors():
    return Book.objects.select_related("author")


def titles_of(pks):
    return {book.pk: book.title for book in Book.objects.filter(pk__in=pks)}


def by_key(pk):
    return _find(pk)


def _find(pk):
    return Author.objects.filter(pk=pk).first()


def reviews_of(book):
    return list(book.reviews.all())


@lru_cache(maxsize=None)
def country_named(name):
    return Country.objects.filter(name=name).first()


class Shelf:
    """Books that an attribute holds."""

    def __init__(self):
        self.books = Book.objects.all()
        self.joined = Book.objects.select_related("author")
        self.known = {}

    def country(self, pk):
        if pk not in self.known:
            self.known[pk] = Country.objects.get(pk=pk)
        return self.known[pk]

    def find(self, pk):
        return Book.objects.get(pk=pk)
