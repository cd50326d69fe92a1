"""Pages of a paginator: each is a slice of the rows that the paginator was given."""

from django.core.paginator import EmptyPage, Paginator
from rest_framework.pagination import PageNumberPagination
from rest_framework.request import Request

from shop.models import Author, Book


def page_by_number():
    paginator = Paginator(Book.objects.order_by("pk"), 50)
    for book in paginator.page(1).object_list:
        print(book.author.name)  # grows


def page_by_number_joined():
    paginator = Paginator(Book.objects.select_related("author").order_by("pk"), 50)
    for book in paginator.page(1).object_list:
        print(book.author.name)


def page_that_is_asked_for(request):
    books = Book.objects.order_by("pk")
    page = Paginator(books, 50).get_page(request.GET.get("page"))
    print(page.has_next(), page.number)
    return [book.author.name for book in page]  # grows


def page_or_the_last(request):
    paginator = Paginator(Book.objects.order_by("pk"), 50)
    try:
        books = paginator.page(request.GET.get("page", 1))
    except EmptyPage:
        books = paginator.page(paginator.num_pages)
    for book in books:
        print(book.publisher.name)  # grows


def rows_of_the_paginator():
    paginator = Paginator(Book.objects.order_by("pk"), 50)
    for book in paginator.object_list:
        print(book.author.name)  # grows


def relation_of_a_page():
    page = Paginator(Author.objects.order_by("pk"), 50).page(1)
    for author in page:
        print([book.title for book in author.books.all()])  # grows


def relation_of_a_page_prefetched():
    page = Paginator(Author.objects.order_by("pk").prefetch_related("books"), 50).page(1)
    for author in page:
        print([book.title for book in author.books.all()])


def joined_after_the_page():
    page = Paginator(Book.objects.order_by("pk"), 50).page(1)
    for book in page.object_list.select_related("author"):
        print(book.author.name)


def joined_after_the_page_and_put_back():
    page = Paginator(Book.objects.order_by("pk"), 50).page(1)
    page.object_list = page.object_list.select_related("author")
    for book in page:
        print(book.author.name)


def another_joined_after_the_page_and_put_back():
    page = Paginator(Book.objects.order_by("pk"), 50).page(1)
    page.object_list = page.object_list.select_related("publisher")
    for book in page:
        print(book.author.name)  # grows


class _Pages(Paginator):
    def first(self):
        return self.page(1)


def paginator_of_the_project():
    for book in _Pages(Book.objects.order_by("pk"), 50).page(1):
        print(book.author.name)  # grows


def pages_one_after_the_other():
    for page in Paginator(Book.objects.order_by("pk"), 50):
        print([book.title for book in page])


def list_of_a_page():
    books = list(Paginator(Book.objects.order_by("pk"), 50).page(1))
    print(len(books), books[0].title)
    for book in books:
        print(book.author.name)  # grows


def page_of_a_list():
    books = list(Book.objects.order_by("pk"))
    for book in Paginator(books, 50).page(1):
        print(book.author.name)  # grows


def page_of_columns():
    for title in Paginator(Book.objects.order_by("pk").values_list("title", flat=True), 50).page(1):
        print(title)


def _page(rows, number):
    return Paginator(rows, 50).get_page(number)


def page_by_a_helper():
    for book in _page(Book.objects.order_by("pk"), 1):
        print(book.author.name)  # grows


def page_by_a_helper_joined():
    for book in _page(Book.objects.select_related("author").order_by("pk"), 1):
        print(book.author.name)


class _Numbers(PageNumberPagination):
    page_size = 50


def page_of_the_framework(request):
    rows = _Numbers().paginate_queryset(Book.objects.order_by("pk"), Request(request))
    return [book.author.name for book in rows]  # grows


def page_of_the_framework_joined(request):
    rows = _Numbers().paginate_queryset(
        Book.objects.select_related("author").order_by("pk"), Request(request)
    )
    return [book.author.name for book in rows]


def page_of_each():
    for author in Author.objects.all():
        print([book.title for book in Paginator(author.books.order_by("pk"), 50).page(1)])  # grows


def rows_of_each_page_joined(ids):
    paginator = Paginator(Book.objects.select_related("author").order_by("pk"), 50)
    for number in paginator.page_range:
        for book in paginator.page(number):
            print(book.author.name)


def rows_of_each_page():
    paginator = Paginator(Book.objects.order_by("pk"), 50)
    for number in paginator.page_range:
        for book in paginator.page(number):
            print(book.author.name)  # grows
