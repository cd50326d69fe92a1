"""Rows written one by one, and all at once."""

from django.db import connection, transaction
from django.db.models import Case, F, Value, When

from shop.models import Audit, Author, Book, Review, Stock, Tag


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
    book = Book.objects.first()
    for tag in Tag.objects.all():
        book.tags.add(tag)  # grows


def add_all():
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


def add_by_relation_each():
    for book in Book.objects.all():
        book.tags.clear()  # grows


def set_each():
    for book in Book.objects.all():
        book.tags.set([])  # grows


def remove_each(pk):
    book = Book.objects.get(pk=pk)
    for tag in list(Tag.objects.all()):
        book.tags.remove(tag)  # grows


def create_by_relation_each():
    for author in Author.objects.all():
        author.books.create(title="new")  # grows


def update_by_relation_each():
    for author in Author.objects.all():
        author.books.update(price=1)  # grows


def update_or_create_each(names):
    for name in names:
        Stock.objects.update_or_create(key=name, defaults={"amount": 1})  # grows


def create_in_a_comprehension(names):
    return [Stock.objects.create(key=name) for name in names]  # grows


def save_in_a_helper(names):
    for name in names:
        _store(name)  # grows


def _store(name):
    Stock(key=name).save()


def save_those_changed():
    for stock in Stock.objects.all():
        if stock.amount > 1:
            stock.amount = 0
            stock.save(update_fields=["amount"])  # grows


def delete_by_key_each(ids):
    for pk in ids:
        Review.objects.filter(book_id=pk).delete()  # grows


def delete_rows_of_each():
    for author in Author.objects.all():
        author.books.all().delete()  # grows


def bulk_create_from_rows():
    Audit.objects.bulk_create(Audit(text=book.title) for book in Book.objects.all())


def bulk_create_and_a_relation():
    Audit.objects.bulk_create([Audit(text=book.author.name) for book in Book.objects.all()])  # grows


def bulk_create_and_a_joined_relation():
    Audit.objects.bulk_create(
        [Audit(text=book.author.name) for book in Book.objects.select_related("author")]
    )


def through_table_in_bulk(pk):
    through = Book.tags.through
    through.objects.filter(book_id=pk).delete()
    through.objects.bulk_create([through(book_id=pk, tag_id=tag.pk) for tag in Tag.objects.all()])


def update_by_expression():
    Stock.objects.update(amount=F("amount") + 1)


def update_by_cases(ids):
    whens = [When(pk=pk, then=Value(pk)) for pk in ids]
    Stock.objects.filter(pk__in=ids).update(amount=Case(*whens, default=Value(0)))


def rows_only_made(names):
    stocks = []
    for name in names:
        stock = Stock(key=name)
        stock.amount = 3
        stocks.append(stock)
    print(len(stocks))


def counter_in_one_row(ids):
    stock = Stock.objects.first()
    for pk in ids:
        stock.amount += pk
    stock.save()


def counter_saved_each(ids):
    stock = Stock.objects.first()
    for pk in ids:
        stock.amount += pk
        stock.save()  # grows


def add_many_at_once_each():
    tags = list(Tag.objects.all())
    for book in Book.objects.all():
        book.tags.add(*tags)  # grows


def save_of_the_relation_each():
    for book in Book.objects.select_related("author"):
        book.author.name = "somebody"
        book.author.save()  # grows


def save_and_read_each():
    for book in Book.objects.all():
        book.author.save()  # grows


def raw_writes_each(ids):
    with connection.cursor() as cursor:
        for pk in ids:
            cursor.execute("UPDATE shop_book SET price = 1 WHERE id = %s", [pk])  # grows


def raw_writes_at_once(ids):
    with connection.cursor() as cursor:
        cursor.executemany("UPDATE shop_book SET price = 1 WHERE id = %s", [(pk,) for pk in ids])


def log_each():
    for book in Book.objects.all():
        Audit.objects.create(text=f"seen {book.title}")  # grows


def list_of_names_saved(names):
    stocks = [Stock(key=name) for name in names]
    for stock in stocks:
        stock.save()  # grows


def mapped_save(names):
    stocks = [Stock(key=name) for name in names]
    list(map(lambda stock: stock.save(), stocks))  # grows


def not_the_orm_s_save():
    class Canvas:
        def save(self):
            return self

        def delete(self):
            return self

    for canvas in [Canvas() for _ in range(9)]:
        canvas.save()
        canvas.delete()


def formset(names):
    from django.forms import modelformset_factory

    make = modelformset_factory(Stock, fields=["key", "amount"], extra=len(names))
    data = {"form-TOTAL_FORMS": str(len(names)), "form-INITIAL_FORMS": "0"}
    for number, name in enumerate(names):
        data |= {f"form-{number}-key": name, f"form-{number}-amount": "1"}
    forms = make(data, queryset=Stock.objects.none())
    if forms.is_valid():
        forms.save()  # grows


def forms_one_by_one(names):
    from django.forms import modelform_factory

    make = modelform_factory(Stock, fields=["key", "amount"])
    for name in names:
        form = make({"key": name, "amount": 1})
        if form.is_valid():
            form.save()  # grows
