"""What shows rows is chosen: by who asks, by the action, by a mapping; functions that were made for a model, and rows that one
method keeps for another."""

from django.http import JsonResponse
from django.views.generic import View
from rest_framework import generics, serializers, viewsets
from rest_framework.decorators import action
from rest_framework.response import Response

from shop.models import Author, Book
from shop.visits import visit


class ShortBookSerializer(serializers.ModelSerializer):
    class Meta:
        model = Book
        fields = ["title"]


class FullBookSerializer(serializers.ModelSerializer):
    byline = serializers.CharField(source="author.name")

    class Meta:
        model = Book
        fields = ["title", "byline"]


class BooksAsAsked(generics.ListAPIView):
    queryset = Book.objects.all()  # grows

    def get_serializer_class(self):
        if "short" in self.request.GET:
            return ShortBookSerializer
        return FullBookSerializer


def serializer_by_the_request(request):
    visit(BooksAsAsked, request)


class BooksAsAskedInFull(generics.ListAPIView):
    queryset = Book.objects.all()  # grows

    def get_serializer_class(self):
        chosen = ShortBookSerializer
        if not self.request.GET.get("short"):
            chosen = FullBookSerializer
        return chosen


def serializer_by_the_request_in_a_name(request):
    visit(BooksAsAskedInFull, request)


class JoinedBooksAsAsked(generics.ListAPIView):
    queryset = Book.objects.all()

    def get_queryset(self):
        rows = super().get_queryset()
        return rows if "short" in self.request.GET else rows.select_related("author")

    def get_serializer_class(self):
        return ShortBookSerializer if "short" in self.request.GET else FullBookSerializer


def serializer_and_rows_by_the_request(request):
    visit(JoinedBooksAsAsked, request)


class BooksByAction(viewsets.ModelViewSet):
    queryset = Book.objects.all()  # grows

    def get_serializer_class(self):
        return {"retrieve": ShortBookSerializer}.get(self.action, FullBookSerializer)


def serializer_by_a_mapping_of_the_method(request):
    BooksByAction.as_view({"get": "list"})(request).render()


class ShortBooksByAction(viewsets.ModelViewSet):
    queryset = Book.objects.all()

    def get_serializer_class(self):
        return {"retrieve": FullBookSerializer}.get(self.action, ShortBookSerializer)


def serializer_by_a_mapping_of_the_method_in_the_row(request):
    ShortBooksByAction.as_view({"get": "list"})(request).render()


class BooksOfAnAction(viewsets.ModelViewSet):
    queryset = Book.objects.all()
    serializer_class = ShortBookSerializer

    @action(detail=False, serializer_class=FullBookSerializer)
    def full(self, request):
        rows = self.filter_queryset(self.get_queryset())
        return Response(self.get_serializer(rows, many=True).data)  # grows


def serializer_of_an_action(request):
    route = BooksOfAnAction.as_view({"get": "full"}, **BooksOfAnAction.full.kwargs)
    route(request).render()


class ListOfAnAction(viewsets.ModelViewSet):
    queryset = Book.objects.all()
    serializer_class = ShortBookSerializer

    def get_serializer_class(self):
        return FullBookSerializer if self.action == "full" else ShortBookSerializer

    @action(detail=False)
    def full(self, request):
        return self.list(request)  # grows


def list_of_an_action(request):
    ListOfAnAction.as_view({"get": "full"})(request).render()


class ShortListOfAnAction(viewsets.ModelViewSet):
    queryset = Book.objects.select_related("author")
    serializer_class = FullBookSerializer

    @action(detail=False)
    def full(self, request):
        return self.list(request)


def list_of_an_action_joined(request):
    ShortListOfAnAction.as_view({"get": "full"})(request).render()


def _lister(model):
    def listed(**wanted):
        return model.objects.filter(**wanted)

    return listed


_books = _lister(Book)


def function_made_for_a_model():
    print([book.author.name for book in _books(price__gt=0)])  # grows


_joined_books = _lister(Book)


def function_made_for_a_model_joined():
    print([book.author.name for book in _joined_books(price__gt=0).select_related("author")])


class KeptForLater(View):
    def get(self, request):
        self.collect()
        return JsonResponse({"rows": self.bylines()})

    def collect(self):
        self.kept = []
        for book in Book.objects.all():
            if book.title:
                self.kept.append(book)

    def bylines(self):
        return [book.author.name for book in self.kept]  # grows


def rows_kept_one_by_one(request):
    visit(KeptForLater, request)


class JoinedKeptForLater(View):
    def get(self, request):
        self.kept = []
        for book in Book.objects.select_related("author"):
            self.kept.append(book)
        return JsonResponse({"rows": self.bylines()})

    def bylines(self):
        return [book.author.name for book in self.kept]


def rows_kept_one_by_one_joined(request):
    visit(JoinedKeptForLater, request)


class KeptAtOnce:
    def run(self):
        self.kept = list(Author.objects.all())
        return self.countries()

    def countries(self):
        return [author.country.name for author in self.kept]  # grows


def rows_kept_by_who_asks():
    print(KeptAtOnce().run())


class JoinedKeptAtOnce:
    def run(self):
        self.kept = list(Author.objects.select_related("country"))
        return self.countries()

    def countries(self):
        return [author.country.name for author in self.kept]


def rows_kept_by_who_asks_joined():
    print(JoinedKeptAtOnce().run())


class KeptByKey:
    def __init__(self):
        self.by_key = {}

    def run(self):
        for book in Book.objects.all():
            self.by_key[book.pk] = book
        return [book.author.name for book in self.by_key.values()]  # grows


def rows_kept_by_key():
    print(KeptByKey().run())


class ShelfOfCountrySerializer(serializers.ModelSerializer):
    class AuthorInside(serializers.ModelSerializer):
        mentor = serializers.StringRelatedField()
        origin = serializers.CharField(source="country.name")

        class Meta:
            model = Author
            fields = ["mentor", "origin"]

    author = AuthorInside()

    class Meta:
        model = Book
        fields = ["title", "author"]


class BooksWithClassInside(generics.ListAPIView):
    queryset = Book.objects.select_related("author__mentor")  # grows
    serializer_class = ShelfOfCountrySerializer


def serializer_in_the_body_of_another(request):
    visit(BooksWithClassInside, request)


class JoinedBooksWithClassInside(generics.ListAPIView):
    queryset = Book.objects.select_related("author__mentor", "author__country")
    serializer_class = ShelfOfCountrySerializer


def serializer_in_the_body_of_another_joined(request):
    visit(JoinedBooksWithClassInside, request)
