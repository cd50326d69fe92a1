"""Loops of helpers that are handed the rows, methods that a model has in the place of Django's, and what a query computes."""

from django.db.models import Count

from shop.models import Author, Book, Priced, Signed


def _count_all(items):
    for item in items:
        print(item.reviews.count())


def counted_by_a_helper():
    _count_all(Book.objects.all())  # grows


def _add_up(items):
    total = 0
    for item in items:
        total += item.price
    return total


def added_up_by_a_helper():
    print(_add_up(Book.objects.all()))


def _store_all(items):
    for item in items:
        item.price = 1
        item.save()


def stored_by_a_helper():
    _store_all(Book.objects.all())  # grows


def _store_one(items):
    for item in items:
        if item.pk == 1:
            item.save()
            return


def stored_once_by_a_helper():
    _store_one(Book.objects.all())


def own_save_that_reads_a_relation():
    for book in Signed.objects.all():
        book.save()  # grows


def own_save_that_reads_a_relation_joined():
    for book in Signed.objects.select_related("author"):
        book.save()  # grows


def own_save_that_reads_for_new_rows_alone():
    for book in Priced.objects.all():
        book.save()  # grows


def kept_property_that_the_query_computes():
    for author in Author.objects.annotate(book_count=Count("books")):
        print(author.book_count)


def kept_property_under_another_name():
    for author in Author.objects.annotate(how_many=Count("books")):
        print(author.book_count)  # grows
