"""Loops that stand in a base of the project's own, over rows that only the class derived from it names; rows that a cache, a
default or an action of a view chooses."""

from django.core.cache import cache
from django.http import JsonResponse
from django.views.generic import View
from rest_framework import serializers, viewsets

from shop.models import Author, Book
from shop.visits import visit


class RowsOfHeirs(View):
    """Knows no rows: `queryset` says which, in the classes derived from it."""

    queryset = None

    def get_queryset(self):
        return self.queryset.all()

    def get(self, request):
        return JsonResponse({"rows": [row.author.name for row in self.get_queryset()]})


class BylinesOfBooks(RowsOfHeirs):
    queryset = Book.objects.all()  # grows


def rows_of_an_heir(request):
    visit(BylinesOfBooks, request)


class JoinedBylinesOfBooks(RowsOfHeirs):
    queryset = Book.objects.select_related("author")


def rows_of_an_heir_joined(request):
    visit(JoinedBylinesOfBooks, request)


class ExportOfHeirs:
    """Knows neither the rows nor what is written of each."""

    model = None

    def lines(self):
        return [self.line(row) for row in self.model.objects.all()]

    def line(self, row):
        raise NotImplementedError


class ExportOfAuthors(ExportOfHeirs):
    model = Author

    def line(self, row):
        return [row.name, row.country.name]  # grows


def lines_of_an_heir():
    print(ExportOfAuthors().lines())


class ExportOfNames(ExportOfHeirs):
    model = Author

    def line(self, row):
        return [row.name]


def lines_of_an_heir_in_the_row():
    print(ExportOfNames().lines())


class ColumnsOfHeirs:
    """Is told by the class which columns to write."""

    model = None
    columns = ()

    def lines(self):
        return [[str(getattr(row, column)) for column in self.columns] for row in self.model.objects.all()]


class ExportOfColumns(ColumnsOfHeirs):
    model = Author  # grows
    columns = ("name", "country")


def columns_of_an_heir():
    print(ExportOfColumns().lines())


class ExportOfKeys(ColumnsOfHeirs):
    model = Author
    columns = ("name", "country_id")


def columns_of_an_heir_in_the_row():
    print(ExportOfKeys().lines())


def rows_that_a_cache_makes():
    cache.clear()
    books = cache.get_or_set("books", lambda: Book.objects.all(), 60)
    print([book.author.name for book in books])  # grows


def rows_that_a_cache_makes_joined():
    cache.clear()
    books = cache.get_or_set("joined-books", lambda: Book.objects.select_related("author"), 60)
    print([book.author.name for book in books])


def _bylines(model=Book):
    return [row.author.name for row in model.objects.all()]  # grows


def rows_of_a_default():
    print(_bylines())


def _titles(model=Book):
    return [row.title for row in model.objects.all()]


def rows_of_a_default_in_the_row():
    print(_titles())


class TitleShownSerializer(serializers.ModelSerializer):
    class Meta:
        model = Book
        fields = ["title"]


class AuthorShownSerializer(serializers.ModelSerializer):
    name = serializers.CharField(source="author.name")

    class Meta:
        model = Book
        fields = ["title", "name"]


class ChangingView(viewsets.ModelViewSet):
    """Shows more of each row in a list than its class says."""

    queryset = Book.objects.all()  # grows
    serializer_class = TitleShownSerializer

    def list(self, request, *args, **kwargs):
        self.serializer_class = AuthorShownSerializer
        return super().list(request, *args, **kwargs)


def serializer_put_by_the_action(request):
    ChangingView.as_view({"get": "list"})(request).render()


class LesseningView(viewsets.ModelViewSet):
    """Shows less of each row in a list than its class says."""

    queryset = Book.objects.all()
    serializer_class = AuthorShownSerializer

    def list(self, request, *args, **kwargs):
        self.serializer_class = TitleShownSerializer
        return super().list(request, *args, **kwargs)


def serializer_put_by_the_action_of_less(request):
    LesseningView.as_view({"get": "list"})(request).render()
