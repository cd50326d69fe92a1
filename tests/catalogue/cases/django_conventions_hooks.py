"""Views whose rows pass through a mixin on their way: a hook of the view narrows or loads them."""

from django.views.generic import ListView

from shop.models import Book
from shop.visits import visit


class _Narrowed:
    def get_queryset(self):
        return self.narrow(super().get_queryset())

    def narrow(self, rows):
        return rows


class _HandsOn:
    def get_queryset(self):
        return super().get_queryset()


class _BooksByDefault(_Narrowed, ListView):
    model = Book  # grows
    template_name = "object_authors.html"


def hook_that_changes_nothing(request):
    visit(_BooksByDefault, request)


class _BooksByHook(_Narrowed, ListView):
    model = Book
    template_name = "object_authors.html"

    def narrow(self, rows):
        return rows.filter(price__gte=0)  # grows


def hook_that_narrows(request):
    visit(_BooksByHook, request)


class _BooksLoadedByHook(_Narrowed, ListView):
    model = Book
    template_name = "object_authors.html"

    def narrow(self, rows):
        return rows.select_related("author")


def hook_that_loads(request):
    visit(_BooksLoadedByHook, request)


class _BooksPutFirst(_Narrowed, ListView):
    template_name = "object_authors.html"

    def get_queryset(self):
        self.queryset = Book.objects.order_by("pk")  # grows
        return super().get_queryset()


def rows_put_on_the_view_before_a_mixin(request):
    visit(_BooksPutFirst, request)


class _BooksPutFirstJoined(_HandsOn, ListView):
    template_name = "object_authors.html"

    def get_queryset(self):
        self.queryset = Book.objects.select_related("author")
        return super().get_queryset()


def joined_rows_put_on_the_view_before_a_mixin(request):
    visit(_BooksPutFirstJoined, request)


class _BooksPutFirstAndJoined(_HandsOn, ListView):
    template_name = "object_authors.html"

    def get_queryset(self):
        self.queryset = Book.objects.order_by("pk")
        return super().get_queryset().select_related("author")


def rows_put_on_the_view_and_joined_after_a_mixin(request):
    visit(_BooksPutFirstAndJoined, request)
