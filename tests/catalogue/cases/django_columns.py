"""Columns that a query leaves out: each is fetched where it is read, for every row."""

from django.db.models import Prefetch

from shop.models import Author, Book, Film, Review


def only_and_another():
    for book in Book.objects.only("title"):
        print(book.title, book.price)  # grows


def only_and_two_others():
    for book in Book.objects.only("pk"):
        print(book.price)  # grows
        print(book.title)  # grows too


def only_what_is_read():
    for book in Book.objects.only("title", "price"):
        print(book.title, book.price)


def only_the_last_counts():
    for book in Book.objects.only("price").only("title"):
        print(book.price)  # grows


def only_then_defer():
    for book in Book.objects.only("title", "price").defer("price"):
        print(book.price)  # grows


def defer_and_read():
    for book in Book.objects.defer("title"):
        print(book.title)  # grows


def defer_adds_up():
    for book in Book.objects.defer("price").defer("title"):
        print(book.price)  # grows


def defer_and_another():
    for book in Book.objects.defer("price"):
        print(book.title)


def defer_taken_back():
    for book in Book.objects.defer("price").defer(None):
        print(book.price)


def key_is_always_there():
    for book in Book.objects.only("title"):
        print(book.pk, book.id)


def column_of_a_relation():
    for book in Book.objects.only("title"):
        print(book.author_id)  # grows


def column_of_a_relation_named():
    for book in Book.objects.only("title", "author"):
        print(book.author_id)


def relation_of_a_deferred_column():
    for book in Book.objects.only("title"):
        print(book.author.name)  # grows


def column_of_a_joined_row():
    for book in Book.objects.select_related("author").only("title", "author__country"):
        print(book.author.name)  # grows


def column_of_a_joined_row_named():
    for book in Book.objects.select_related("author").only("title", "author__name"):
        print(book.author.name)


def deferred_of_a_joined_row():
    for book in Book.objects.select_related("author").defer("author__name"):
        print(book.author.name)  # grows


def whole_joined_row():
    for book in Book.objects.select_related("author").defer("title"):
        print(book.author.name)


def prefetched_rows_with_few_columns():
    few = Book.objects.only("author")
    for author in Author.objects.prefetch_related(Prefetch("books", queryset=few)):
        for book in author.books.all():
            print(book.title)  # grows


def prefetched_rows_with_what_is_read():
    few = Book.objects.only("author", "title")
    for author in Author.objects.prefetch_related(Prefetch("books", queryset=few)):
        for book in author.books.all():
            print(book.title)


def names_in_a_constant():
    for book in Book.objects.only(*_COLUMNS):
        print(book.title, book.price)


_COLUMNS = ("title", "price")


def names_of_which_nothing_is_known(names):
    columns = ["title", "price"] if names else ["title"]
    for book in Book.objects.only(*columns):
        print(book.title, book.price)


def property_that_reads_a_column():
    for book in Book.objects.only("price"):
        print(book.shout)  # grows


def column_of_one_row():
    book = Book.objects.only("title").first()
    print(book.price)


def put_and_not_read():
    for book in Book.objects.only("title"):
        book.price = 3
        print(book.price)


def column_of_a_parent_s_table():
    for film in Film.objects.defer("title"):
        print(film.minutes)
        print(film.title)  # grows


def only_of_a_relation():
    for author in Author.objects.only("name"):
        for review in Review.objects.filter(book__author=author).only("stars"):  # grows
            print(review.stars)


def values_know_no_columns_left_out():
    for row in Book.objects.only("title").values("title", "price"):
        print(row["price"])


def refreshed():
    for book in Book.objects.only("title"):
        book.refresh_from_db()  # grows
        print(book.price)  # grows


def handed_to_a_function():
    for book in Book.objects.only("title"):
        _show(book)  # grows


def _show(book):
    print(book.price)


def counted_later():
    books = Book.objects.defer("title")
    print(len(books), [book.price for book in books])


def filtered_after():
    for book in Book.objects.only("title").filter(price__gt=-1).order_by("pk"):
        print(book.price)  # grows
