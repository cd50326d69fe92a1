"""Sets of rows that are asked whether there are any: Django reads all of them for that."""

from shop.models import Author, Book


def branch_of_each():
    for author in Author.objects.all():
        if author.books.all():  # grows
            print(author.name)


def branch_of_a_name():
    for author in Author.objects.all():
        books = author.books.filter(price__gte=0)
        if books:  # grows
            for book in books:
                print(author.name, book.title)


def left_out_where_there_are_none():
    for author in Author.objects.all():
        books = author.books.order_by("title")
        if not books:  # grows
            continue
        print(author.name, books[0].title)


def condition_of_a_comprehension():
    print([author.name for author in Author.objects.all() if author.books.filter(price__gte=0)])  # grows


def condition_with_another():
    for author in Author.objects.all():
        if author.name and author.books.all():  # grows
            print(author.name)


def one_of_two_values():
    for author in Author.objects.all():
        print(author.name, "some" if author.books.all() else "none")  # grows


def otherwise_something_else():
    for author in Author.objects.all():
        books = author.books.all() or [author.name]  # grows
        print(len(books))


def named_in_the_test():
    for author in Author.objects.all():
        if books := author.books.all():  # grows
            print(author.name, len(books))


def prefetched():
    for author in Author.objects.prefetch_related("books"):
        if author.books.all():
            print(author.name)


def managers_are_always_true():
    for author in Author.objects.all():
        if author.books and Book.objects:
            print(author.name)


def asked_of_the_same_rows():
    books = Book.objects.all()
    for author in Author.objects.all():
        if books:
            print(author.name)


def last_of_several_is_not_asked():
    for author in Author.objects.all():
        books = author.name and author.books.all()
        print(books is None)
