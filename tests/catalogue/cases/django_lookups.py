"""Lookups by key and writes that could be one query for all rows."""

from shop.models import Author, Book, Country, Stock, Tag


def get_of_each_key(ids: list[int]):
    for pk in ids:
        book = Book.objects.get(pk=pk)  # grows
        print(book.title)


def get_of_each_key_in_a_comprehension(ids: list[int]):
    print([Book.objects.get(id=pk).title for pk in ids])  # grows


def get_with_a_loader(ids: list[int]):
    for pk in ids:
        book = Book.objects.select_related("author").get(pk=pk)  # grows
        print(book.author.name)


def first_of_each_foreign_key():
    for book in Book.objects.order_by("pk"):
        author = Author.objects.filter(pk=book.author_id).first()  # grows
        print(author.name)


def existence_of_each_key(ids: list[int]):
    for pk in ids:
        if Book.objects.filter(pk=pk).exists():  # grows
            print(pk)


def row_of_each_filtered_set(ids: list[int]):
    for pk in ids:
        book = Book.objects.filter(id=pk)[0]  # grows
        print(book.title)


def row_of_each_filtered_set_in_a_comprehension(ids: list[int]):
    print([Book.objects.filter(pk=pk)[0].title for pk in ids])  # grows


def last_of_each_filtered_set(ids: list[int]):
    for pk in ids:
        book = Book.objects.filter(pk=pk).last()  # grows
        print(book.title)


def filtered_and_got(ids: list[int]):
    for pk in ids:
        print(Book.objects.filter(pk=pk).get().title)  # grows


def first_row_of_one_set(ids: list[int]):
    book = Book.objects.filter(pk__in=ids)[0]
    for pk in ids:
        print(book.pk == pk)


def looked_up_at_once(ids: list[int]):
    books = Book.objects.in_bulk(ids)
    for pk in ids:
        print(books[pk].title)


def missing_rows_are_expected(ids: list[int]):
    for pk in ids:
        try:
            book = Book.objects.get(pk=pk)  # grows
        except Book.DoesNotExist:
            continue
        print(book.title)


def created_one_by_one(names: list[str]):
    for name in names:
        if name:
            Tag.objects.create(  # grows
                word=name,
            )
    print(Tag.objects.count())


def created_together(names: list[str]):
    Tag.objects.bulk_create([Tag(word=name) for name in names])
    print(Tag.objects.count())


def saved_one_by_one():
    for stock in Stock.objects.all():
        stock.amount += 1
        stock.save()  # grows
    print(list(Stock.objects.values_list("amount", flat=True)))


def saved_with_some_fields():
    for stock in Stock.objects.all():
        stock.amount = stock.amount * 2
        stock.save(update_fields=["amount"])  # grows
    print(list(Stock.objects.values_list("amount", flat=True)))


def deleted_one_by_one():
    for stock in Stock.objects.filter(amount__gt=1):
        stock.delete()  # grows
    print(Stock.objects.count())


def first_of_each_key_by_its_place(ids: list[int]):
    for pk in ids:
        book = Book.objects.filter(id=pk)[0]  # grows
        print(book.title)


def rows_of_each_key_asked_whether_there_are_any(ids: list[int]):
    for pk in ids:
        if Book.objects.filter(id=pk):  # grows
            print(pk)


def rows_of_each_key_in_a_list(ids: list[int]):
    for pk in ids:
        print(list(Book.objects.filter(pk=pk)))  # grows


def no_rows_asked_for_on_every_turn(ids: list[int]):
    for pk in ids:
        print(pk, list(Book.objects.none()), list(Book.objects.none().filter(pk=pk)))


def no_rows_and_others():
    rows = Book.objects.none()
    for book in rows | Book.objects.all():
        print(book.author.name)  # grows


def _rows_if_any(word):
    if not word:
        return Book.objects.none()
    return Book.objects.filter(title__contains=word)


def no_rows_or_those_of_each():
    for author in Author.objects.all():
        for book in _rows_if_any(author.name):  # grows
            print(book.title)


def get_for_what_each_line_lacks():
    lines = [{"pk": book.pk, "author": None} for book in Book.objects.all()]
    for line in lines:
        if line["author"] is None:
            line["author"] = Author.objects.filter(books=line["pk"]).first()  # grows
    print(lines)


def get_for_what_a_copy_of_each_line_lacks():
    shown = []
    for line in Book.objects.values_list("pk", "cover"):
        cells = list(line)
        if not cells[1]:
            cells[1] = Author.objects.filter(books=cells[0]).first()  # grows
        shown.append(cells)
    print(shown)


def get_for_what_a_memo_lacks():
    by_country = {}
    for author in Author.objects.all():
        if author.country_id not in by_country:
            by_country[author.country_id] = Country.objects.get(pk=author.country_id)
        print(by_country[author.country_id].name)


def set_where_its_key_is_lacking():
    for book in Book.objects.all():
        if not book.publisher_id and book.author.country_id:
            book.publisher = book.author.country.publishers.first()
            book.save()


def set_where_it_is_lacking():
    for book in Book.objects.all():
        if not book.publisher:  # grows
            book.publisher = book.author.country.publishers.first()
            book.save()
