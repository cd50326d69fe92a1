"""Methods of managers and querysets that go through their own rows, and helpers that load what they are told to."""

from shop.models import Book, ShelvedBook


def managers_report():
    ShelvedBook.objects.report()
    ShelvedBook.objects.with_stars()


def managers_joined_report():
    ShelvedBook.objects.joined_report()


def rows_of_a_set():
    return ShelvedBook.objects.signed().as_lines()  # grows


def rows_of_a_set_that_joins():
    return ShelvedBook.objects.signed().as_joined_lines()


def rows_of_a_joined_set():
    return ShelvedBook.objects.select_related("author").as_lines()


def _books(**options):
    books = Book.objects.order_by("pk")
    if options.get("joined"):
        books = books.select_related("author")
    return books


def option_left_out():
    return [book.author.name for book in _books()]  # grows


def option_given():
    return [book.author.name for book in _books(joined=True)]


def _cheap_books(**options):
    books = Book.objects.order_by("pk")
    if "joined" in options:
        books = books.select_related("author")
    return books


def option_not_in_the_call():
    return [book.author.name for book in _cheap_books()]  # grows
