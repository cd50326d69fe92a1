"""Repetition that is meant: chunks, pages, retries; one object; and the same question on every turn."""

from itertools import islice

from django.core.paginator import Paginator
from django.db.models import F

from shop.models import Author, Book, Country, Review, Stock


def chunks_of_a_range(ids):
    for start in range(0, len(ids), 100):
        for book in Book.objects.filter(pk__in=ids[start : start + 100]):
            print(book.title)


def _chunks(values, size):
    for start in range(0, len(values), size):
        yield values[start : start + size]


def chunks_of_a_generator(ids):
    for chunk in _chunks(ids, 100):
        Book.objects.filter(pk__in=chunk).update(price=F("price") + 1)


def _chunks_of_rows(rows, size):
    keys = list(rows.values_list("pk", flat=True))
    while keys:
        piece, keys = keys[:size], keys[size:]
        yield rows.filter(pk__in=piece).order_by("pk")


def chunks_of_rows_by_their_keys():
    for books in _chunks_of_rows(Book.objects.all(), 100):
        print(books.count())
        books.update(price=F("price") + 1)


def chunks_of_rows_and_what_each_asks():
    for books in _chunks_of_rows(Book.objects.all(), 100):
        for book in books:
            print(book.author.name)  # grows


def _rows_of_each(authors):
    for author in authors:
        yield author.books.order_by("pk")


def rows_of_each_by_a_generator():
    for books in _rows_of_each(Author.objects.all()):
        print(books.count())  # grows


def chunks_by_islice(ids):
    waiting = iter(ids)
    while chunk := list(islice(waiting, 100)):
        print(list(Book.objects.filter(pk__in=chunk).values_list("title", flat=True)))


def chunks_of_writes(names):
    rows = []
    for name in names:
        rows.append(Stock(key=name))
        if len(rows) >= 100:
            Stock.objects.bulk_create(rows)
            rows = []
    Stock.objects.bulk_create(rows)


def pages_of_a_paginator():
    paginator = Paginator(Book.objects.order_by("pk"), 100)
    for number in paginator.page_range:
        for book in paginator.page(number).object_list:
            print(book.title)


def pages_by_key():
    last = 0
    while True:
        page = list(Book.objects.filter(pk__gt=last).order_by("pk")[:100])
        if not page:
            break
        for book in page:
            print(book.title)
        last = page[-1].pk


def pages_by_offset():
    offset = 0
    while rows := list(Stock.objects.order_by("pk")[offset : offset + 100]):
        print(len(rows))
        offset += len(rows)


def pages_by_number():
    number = 1
    while True:
        page = Paginator(Book.objects.order_by("pk"), 100).get_page(number)
        print(len(page.object_list))
        if not page.has_next():
            break
        number += 1


def deleted_in_batches():
    while True:
        pks = list(Stock.objects.values_list("pk", flat=True)[:100])
        if not pks:
            break
        Stock.objects.filter(pk__in=pks).delete()


def retries(pk):
    for attempt in range(3):
        book = Book.objects.filter(pk=pk, price__gte=attempt).first()
        if book:
            return book.title


def retries_until_it_is_there(pk):
    tries = 0
    while not Book.objects.filter(pk=pk).exists():
        tries += 1
        if tries > 5:
            raise LookupError(pk)


def unique_name():
    name, number = "key1", 1
    while Stock.objects.filter(key=name).exists():
        number += 100
        name = f"key{number}"
    return name


def polling(pk):
    stock = Stock.objects.get(pk=pk)
    while stock.amount < 0:
        stock.refresh_from_db()


def four_fixed_names():
    for name in ("key1", "key2", "key3", "key4"):
        print(Stock.objects.filter(key=name).count())


def fixed_kinds():
    kinds = {"cheap": (0, 10), "dear": (10, 100)}
    return {kind: Book.objects.filter(price__range=span).count() for kind, span in kinds.items()}


def few_models():
    for model in (Author, Book, Review):
        print(model.__name__, model.objects.count())


def last_seven_days():
    return [Book.objects.filter(price=day).count() for day in range(7)]


def in_a_relation(author_ids):
    for review in Review.objects.filter(book__author__in=author_ids).select_related("book"):
        print(review.book.title)


def subquery():
    reviewed = Review.objects.values("book")
    for book in Book.objects.filter(pk__in=reviewed):
        print(book.title)


def queries_that_are_only_built(ids):
    querysets = [Book.objects.filter(pk=pk) for pk in ids]
    print(len(querysets))


def conditions_that_are_only_built(ids):
    from django.db.models import Q

    condition = Q()
    for pk in ids:
        condition |= Q(pk=pk)
    for book in Book.objects.filter(condition):
        print(book.title)


def refined_in_a_loop(names):
    books = Book.objects.all()
    for name in names:
        books = books.exclude(title=name)
    print(len(books))


def rows_joined_in_python():
    authors = {author.pk: author for author in Author.objects.all()}
    for book in Book.objects.all():
        print(book.title, authors[book.author_id].name)


def searched_rows_of_a_queryset():
    authors = Author.objects.all()
    for book in Book.objects.all():
        print([author.name for author in authors if author.pk == book.author_id])


def searched_rows_that_are_asked_for_again():
    for book in Book.objects.all():
        print([author.name for author in Author.objects.all() if author.pk == book.author_id])  # grows


def same_count_each():
    for author in Author.objects.all():
        print(author.name, Book.objects.count())  # grows


def same_row_each(ids, pk):
    for number in ids:
        limit = Stock.objects.get(pk=pk)  # grows
        print(number, limit.amount)


def same_row_before(ids, pk):
    limit = Stock.objects.get(pk=pk)
    for number in ids:
        print(number, limit.amount)


def same_helper_each(ids):
    for number in ids:
        print(number, _home().name)  # grows


def _home():
    return Country.objects.get(name="country1")


def same_rows_each(ids):
    for number in ids:
        for country in Country.objects.all():  # grows
            print(number, country.name)


def same_queryset_kept(ids):
    countries = Country.objects.all()
    for number in ids:
        for country in countries:
            print(number, country.name)


def same_queryset_refined_each(ids):
    countries = Country.objects.all()
    for number in ids:
        print(number, countries.filter(name="country1").exists())  # grows


def same_queryset_counted_each(ids):
    countries = Country.objects.all()
    for number in ids:
        print(number, countries.count())  # grows


def condition_that_asks_each(ids):
    for number in ids:
        if Country.objects.filter(name="country1").exists():  # grows
            print(number)


def one_object_s_relation_each(ids, pk):
    book = Book.objects.get(pk=pk)
    for number in ids:
        print(number, book.author.name)


def one_object_s_rows_each(ids):
    author = Author.objects.first()
    for number in ids:
        print(number, author.books.count())  # grows


def exists_before_get(ids):
    for pk in ids:
        if Book.objects.filter(pk=pk).exists():  # grows
            print(Book.objects.get(pk=pk).title)  # grows too


def two_loops_one_query_each(ids):
    for pk in ids:
        print(Book.objects.get(pk=pk).title)  # grows
    for pk in ids:
        print(Review.objects.filter(book_id=pk).count())  # grows


def settings_page(pk):
    book = Book.objects.get(pk=pk)
    for name in ("title", "price"):
        print(getattr(book, name), book.author.name)


def matrix_of_two_loops(ids, names):
    for pk in ids:
        for name in names:
            print(Book.objects.filter(pk=pk, title=name).exists())  # grows


def digits_of_a_number(pk):
    for digit in str(pk):
        print(Book.objects.filter(price=int(digit)).count())


def halved(ids):
    low, high = 0, len(ids)
    while low < high:
        middle = (low + high) // 2
        if Book.objects.filter(pk=ids[middle], price__gte=0).exists():
            high = 0
        else:
            low = middle + 1
