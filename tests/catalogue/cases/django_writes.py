"""Rows written one by one, and all at once."""

from django.db import transaction

from shop.models import Audit, Book, Stock


def save_each():
    for stock in Stock.objects.all():
        stock.amount += 1
        stock.save()  # grows


def bulk_update():
    stocks = list(Stock.objects.all())
    for stock in stocks:
        stock.amount += 1
    Stock.objects.bulk_update(stocks, ["amount"])


def create_each(names):
    for name in names:
        Stock.objects.create(key=name)  # grows


def bulk_create(names):
    Stock.objects.bulk_create([Stock(key=name) for name in names])


def save_new_each(names):
    for name in names:
        stock = Stock(key=name)
        stock.save()  # grows


def delete_each():
    for stock in Stock.objects.all():
        stock.delete()  # grows


def delete_all():
    Stock.objects.filter(amount__gte=0).delete()


def update_each(ids):
    for pk in ids:
        Book.objects.filter(pk=pk).update(price=3)  # grows


def update_all(ids):
    Book.objects.filter(pk__in=ids).update(price=3)


def get_or_create_each(names):
    for name in names:
        Stock.objects.get_or_create(key=name)  # grows


def add_each():
    from shop.models import Tag

    book = Book.objects.first()
    for tag in Tag.objects.all():
        book.tags.add(tag)  # grows


def add_all():
    from shop.models import Tag

    book = Book.objects.first()
    book.tags.add(*Tag.objects.all())


def transaction_for_each():
    for stock in Stock.objects.all():
        with transaction.atomic():
            stock.save()  # grows


def the_same_line_each(ids):
    for _ in ids:
        Audit.objects.create(text="seen")  # grows


def retried(pk):
    for _attempt in range(3):
        if Book.objects.filter(pk=pk).update(price=3):
            return
