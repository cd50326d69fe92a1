"""Querysets on their way to the loop: through variables, returns, parameters, attributes, slices and containers."""

import operator
import random
from itertools import chain, islice

from django.core.paginator import Paginator

from shop.lookups import Shelf, all_books, all_books_with_authors
from shop.models import Author, Book, Country


def variable():
    books = Book.objects.all()
    for book in books:
        print(book.author.name)  # grows


def list_of_rows():
    books = list(Book.objects.all())
    for book in books:
        print(book.author.name)  # grows


def list_of_rows_joined():
    books = list(Book.objects.select_related("author"))
    for book in books:
        print(book.author.name)


def assigned_again(pk):
    books = Book.objects.order_by("title")
    if pk > 0:
        books = books.filter(price__gte=0)
    else:
        books = books.none()
    for book in books:
        print(book.author.name)  # grows


def one_way_joined_the_other_not(pk):
    # disagrees: loaded on one way only
    if pk > 0:
        books = Book.objects.all()
    else:
        books = Book.objects.select_related("author")
    for book in books:
        print(book.author.name)  # grows


def returned():
    for book in all_books():
        print(book.author.name)  # grows


def returned_joined():
    for book in all_books_with_authors():
        print(book.author.name)


def returned_and_refined():
    for book in all_books().filter(price__gte=0):
        print(book.author.name)  # grows


def returned_and_joined_here():
    for book in all_books().select_related("author"):
        print(book.author.name)


def _names(books):
    return [book.author.name for book in books]


def parameter():
    return _names(Book.objects.all())  # grows


def _names_of(books):
    return [book.author.name for book in books]


def parameter_joined():
    return _names_of(Book.objects.select_related("author"))


def attribute():
    shelf = Shelf()
    for book in shelf.books:
        print(book.author.name)  # grows


def attribute_joined():
    shelf = Shelf()
    for book in shelf.joined:
        print(book.author.name)


class _Report:
    queryset = Book.objects.order_by("pk")

    def rows(self):
        for book in self.queryset.all():
            yield book.author.name  # grows


def class_attribute():
    list(_Report().rows())


class _JoinedReport:
    queryset = Book.objects.select_related("author")

    def rows(self):
        for book in self.queryset.all():
            yield book.author.name


def class_attribute_joined():
    list(_JoinedReport().rows())


def slice():
    for book in Book.objects.order_by("pk")[:100]:
        print(book.author.name)  # grows


def slice_joined():
    for book in Book.objects.select_related("author").order_by("pk")[:100]:
        print(book.author.name)


def slice_of_a_list():
    books = list(Book.objects.order_by("pk"))
    for book in books[1:]:
        print(book.author.name)  # grows


def a_few_of_them():
    # disagrees: a slice of a fixed length
    for book in Book.objects.order_by("pk")[:3]:
        print(book.author.name)


def paginator():
    page = Paginator(Book.objects.order_by("pk"), 100).page(1)
    for book in page.object_list:
        print(book.author.name)  # grows


def paginator_page_itself():
    page = Paginator(Book.objects.order_by("pk"), 100).get_page(1)
    for book in page:
        print(book.author.name)  # grows


def paginator_joined():
    page = Paginator(Book.objects.select_related("author").order_by("pk"), 100).page(1)
    for book in page.object_list:
        print(book.author.name)


def sample():
    books = list(Book.objects.all())
    for book in random.sample(books, len(books)):
        print(book.author.name)  # grows


def sample_joined():
    books = list(Book.objects.select_related("author"))
    for book in random.sample(books, len(books)):
        print(book.author.name)


def shuffled():
    books = list(Book.objects.all())
    random.shuffle(books)
    for book in books:
        print(book.author.name)  # grows


def chained():
    cheap = Book.objects.filter(price__lt=5)
    dear = Book.objects.filter(price__gte=5)
    for book in chain(cheap, dear):
        print(book.author.name)  # grows


def chained_joined():
    cheap = Book.objects.select_related("author").filter(price__lt=5)
    dear = Book.objects.select_related("author").filter(price__gte=5)
    for book in chain(cheap, dear):
        print(book.author.name)


def added_lists():
    books = list(Book.objects.filter(price__lt=5)) + list(Book.objects.filter(price__gte=5))
    for book in books:
        print(book.author.name)  # grows


def sorted_rows():
    for book in sorted(Book.objects.all(), key=lambda book: book.title):
        print(book.author.name)  # grows


def reversed_rows():
    for book in Book.objects.order_by("pk").reverse():
        print(book.author.name)  # grows


def enumerated():
    for number, book in enumerate(Book.objects.all()):
        print(number, book.author.name)  # grows


def zipped(ids):
    for pk, book in zip(ids, Book.objects.all()):
        print(pk, book.author.name)  # grows


def sliced_by_islice():
    # disagrees: a slice of a fixed length
    for book in islice(Book.objects.all(), 100):
        print(book.author.name)  # grows


def dict_of_rows():
    books = {book.pk: book for book in Book.objects.all()}
    for book in books.values():
        print(book.author.name)  # grows


def dict_of_rows_by_key(ids):
    books = Book.objects.in_bulk(ids)
    for pk in ids:
        print(books[pk].author.name)  # grows


def dict_of_rows_joined(ids):
    books = Book.objects.select_related("author").in_bulk(ids)
    for pk in ids:
        print(books[pk].author.name)


def items_of_a_dict_of_rows(ids):
    for pk, book in Book.objects.in_bulk(ids).items():
        print(pk, book.author.name)  # grows


def groups():
    by_price = {}
    for book in Book.objects.all():
        by_price.setdefault(book.price, []).append(book)
    for books in by_price.values():
        for book in books:
            print(book.author.name)  # grows


def collected_first():
    found = []
    for book in Book.objects.all():
        if book.price >= 0:
            found.append(book)
    for book in found:
        print(book.author.name)  # grows


def filtered_in_python():
    books = [book for book in Book.objects.all() if book.price >= 0]
    return [book.author.name for book in books]  # grows


def distinct_rows():
    for author in {book.author for book in Book.objects.select_related("author")}:
        print(author.country.name)  # grows


def rows_of_a_relation():
    country = Country.objects.get(name="country0")
    for author in country.author_set.all():
        print(author.mentor and author.mentor.name)  # grows


def rows_of_a_relation_joined():
    country = Country.objects.get(name="country0")
    for author in country.author_set.select_related("mentor"):
        print(author.mentor and author.mentor.name)


def rows_of_a_relation_by_another():
    country = Country.objects.get(name="country0")
    for publisher in country.publishers.all():
        print(publisher.book_set.count())  # grows


def rows_of_one_publisher(author_ids):
    authors = Author.objects.filter(pk__in=author_ids)
    for author in authors:
        print(author.name)
    print(len(authors))


def the_project_s_queryset():
    for book in Book.objects.cheap():
        print(book.author.name)  # grows


def the_project_s_queryset_joins():
    for book in Book.objects.cheap().with_author():
        print(book.author.name)


def the_project_s_manager():
    for book in Book.shelf.recent():
        print(book.author.name)  # grows


def the_manager_joins():
    for book in Book.joined.all():
        print(book.author.name, book.publisher.name)


def the_manager_joins_another():
    for book in Book.joined.all():
        print(book.created_by.username)  # grows


def with_conditions():
    from django.db.models import Q

    for book in Book.objects.filter(Q(price__gte=0) | Q(title="x")).distinct():
        print(book.author.name)  # grows


def keyword_arguments(pk):
    given = {"price__gte": 0}
    for book in Book.objects.filter(**given):
        print(book.author.name)  # grows


def next_of_an_iterator():
    books = iter(Book.objects.all())
    book = next(books)
    print(book.author.name)


def unpacked():
    first, *rest = Book.objects.all()
    print(first.author.name)
    for book in rest:
        print(book.author.name)  # grows


def tuple_of_rows():
    books = tuple(Book.objects.all())
    for book in books:
        print(book.author.name)  # grows


def pairs():
    pairs = [(book, book.title) for book in Book.objects.all()]
    for book, title in pairs:
        print(title, book.author.name)  # grows


def read_twice():
    books = list(Book.objects.all())
    for book in books:
        print(book.author.name)  # grows
    for book in books:
        print(book.author.name)


def evaluated_twice():
    books = Book.objects.all()
    if books:
        print(len(books))
    for book in books:
        print(book.title)


def _page_after_page(rows):
    paginator = Paginator(rows, 100)
    for number in paginator.page_range:
        yield from paginator.page(number).object_list


def page_after_page():
    for book in _page_after_page(Book.objects.order_by("pk")):
        print(book.title)


def one_more_on_every_turn():
    books = Book.objects.none()
    for author in list(Author.objects.all()):
        books = books | Book.objects.filter(author_id=author.pk)
    for book in books.order_by("title"):
        print(book.author.name)  # grows


def one_more_of_what_nobody_knows():
    books = Book.objects.none()
    for author in list(Author.objects.all()):
        books = books | operator.attrgetter("books")(author).all()
    for book in books.order_by("title"):
        print(book.publisher.name)  # grows


def one_more_in_place():
    books = Book.objects.filter(pk=1)
    for author in list(Author.objects.all()):
        books |= Book.objects.filter(author_id=author.pk)
    for book in books:
        print(book.author.name)  # grows


def joined_to_one():
    books = Book.objects.filter(pk=1).union(Book.objects.all())
    for book in books:
        print(book.author.name)  # grows


def one_by_its_key():
    for book in Book.objects.filter(pk=1).order_by("title"):
        print(book.author.name)


def cloned():
    for book in Book.objects.filter(price__gte=0)._chain():
        print(book.author.name)  # grows


def cloned_joined():
    for book in Book.objects.select_related("author")._clone():
        print(book.author.name)
