"""What projects write themselves in the place of what the framework does: views, serializers and walks of their own."""

from django.shortcuts import get_object_or_404
from rest_framework import generics, pagination, serializers
from rest_framework.filters import OrderingFilter
from rest_framework.response import Response
from rest_framework.views import APIView

from shop.models import Author, Book, Category, Country
from shop.visits import visit


class NamedAuthorSerializer(serializers.ModelSerializer):
    class Meta:
        model = Author
        fields = ["name"]


class SkippingSerializer(serializers.ModelSerializer):
    """Does what the framework's serializer does, and leaves out what is empty."""

    author = NamedAuthorSerializer()

    class Meta:
        model = Book
        fields = ["title", "author"]

    def to_representation(self, instance):
        shown = {}
        for field in self._readable_fields:
            value = field.get_attribute(instance)
            if value is not None:
                shown[field.field_name] = field.to_representation(value)
        return shown


class SkippingView(generics.ListAPIView):
    queryset = Book.objects.all()  # grows
    serializer_class = SkippingSerializer


def fields_asked_by_the_project(request):
    visit(SkippingView, request)


class SkippingJoinedView(generics.ListAPIView):
    queryset = Book.objects.select_related("author")
    serializer_class = SkippingSerializer


def fields_asked_by_the_project_joined(request):
    visit(SkippingJoinedView, request)


class WrittenOutSerializer(serializers.ModelSerializer):
    author = NamedAuthorSerializer()

    class Meta:
        model = Book
        fields = ["title", "author"]

    def to_representation(self, instance):
        return {"title": instance.title}


class WrittenOutView(generics.ListAPIView):
    queryset = Book.objects.all()
    serializer_class = WrittenOutSerializer


def representation_that_asks_no_field(request):
    visit(WrittenOutView, request)


class BylineSerializer(serializers.ModelSerializer):
    author = NamedAuthorSerializer()

    class Meta:
        model = Book
        fields = ["title", "author"]


class HundredAPage(pagination.LimitOffsetPagination):
    default_limit = 100


class OwnListView(APIView):
    """A base that lists rows without the framework's mixins."""

    filter_backends = (OrderingFilter,)
    ordering_fields = ()

    def filter_queryset(self, queryset):
        for backend in list(self.filter_backends):
            queryset = backend().filter_queryset(self.request, queryset, self)
        return queryset

    def simple_list(self, request, queryset):
        queryset = self.filter_queryset(queryset)
        paginator = HundredAPage()
        items = paginator.paginate_queryset(queryset, request)
        return paginator.get_paginated_response(self.serializer_class(items, many=True).data)


class OwnBooksView(OwnListView):
    serializer_class = BylineSerializer

    def get(self, request):
        books = Book.objects.order_by("title").cheap()
        return self.simple_list(request, books)  # grows


def rows_listed_by_a_base(request):
    visit(OwnBooksView, request)


class OwnJoinedBooksView(OwnListView):
    serializer_class = BylineSerializer

    def get(self, request):
        return self.simple_list(request, Book.objects.order_by("title").select_related("author").cheap())


def rows_listed_by_a_base_joined(request):
    visit(OwnJoinedBooksView, request)


def _paths(categories):
    paths = []
    for category in categories:
        path, above = [], category
        while above is not None:
            path.append(above.name)
            above = above.parent
        paths.append(path)
    return paths


def walks_from_many_rows_in_a_helper():
    print(_paths(Category.objects.all()))  # grows


def _paths_by_key(categories):
    by_key = {category.pk: category for category in categories}
    paths = []
    for category in by_key.values():
        path, above = [], category
        while above is not None:
            path.append(above.name)
            above = by_key.get(above.parent_id)
        paths.append(path)
    return paths


def walks_from_many_rows_by_key():
    print(_paths_by_key(Category.objects.all()))


class CountedAuthorSerializer(serializers.ModelSerializer):
    book_count = serializers.SerializerMethodField()

    class Meta:
        model = Author
        fields = ["name", "book_count"]

    def get_book_count(self, author):
        return author.books.count()


class CountrySerializer(serializers.ModelSerializer):
    author_set = CountedAuthorSerializer(many=True)

    class Meta:
        model = Country
        fields = ["name", "author_set"]


class CountryView(APIView):
    def get(self, request, pk):
        country = get_object_or_404(Country, pk=pk)  # grows
        return Response(CountrySerializer(country).data)


def detail_of_a_view_by_hand(request, pk):
    CountryView.as_view()(request, pk=Country.objects.first().pk)


class PlainCountrySerializer(serializers.ModelSerializer):
    author_set = NamedAuthorSerializer(many=True)

    class Meta:
        model = Country
        fields = ["name", "author_set"]


class PlainCountryView(APIView):
    def get(self, request, pk):
        country = get_object_or_404(Country, pk=pk)
        return Response(PlainCountrySerializer(country).data)


def detail_of_a_view_by_hand_of_columns(request, pk):
    PlainCountryView.as_view()(request, pk=Country.objects.first().pk)
