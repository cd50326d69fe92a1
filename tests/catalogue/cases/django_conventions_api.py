"""Django REST framework: what serializers read for each row that a view gives them."""

from rest_framework import filters, generics, mixins, serializers, viewsets
from rest_framework.decorators import api_view
from rest_framework.response import Response

from shop.models import Author, Book, Publisher, Review, Stock
from shop.visits import visit


class AuthorSerializer(serializers.ModelSerializer):
    class Meta:
        model = Author
        fields = ["name"]


class PublisherSerializer(serializers.ModelSerializer):
    class Meta:
        model = Publisher
        fields = ["name"]


class ReviewSerializer(serializers.ModelSerializer):
    class Meta:
        model = Review
        fields = ["stars"]


class PlainSerializer(serializers.ModelSerializer):
    class Meta:
        model = Book
        fields = ["title", "author"]


class NestedSerializer(serializers.ModelSerializer):
    author = AuthorSerializer()

    class Meta:
        model = Book
        fields = ["title", "author"]


class DeepSerializer(serializers.ModelSerializer):
    class Meta:
        model = Book
        fields = ["title", "author"]
        depth = 1


class SourceSerializer(serializers.ModelSerializer):
    author_name = serializers.CharField(source="author.name")

    class Meta:
        model = Book
        fields = ["title", "author_name"]


class ReviewsSerializer(serializers.ModelSerializer):
    reviews = ReviewSerializer(many=True)

    class Meta:
        model = Book
        fields = ["title", "reviews"]


class KeysSerializer(serializers.ModelSerializer):
    class Meta:
        model = Book
        fields = ["title", "tags"]


class TextSerializer(serializers.ModelSerializer):
    author = serializers.StringRelatedField()

    class Meta:
        model = Review
        fields = ["stars", "author"]


class SlugSerializer(serializers.ModelSerializer):
    publisher = serializers.SlugRelatedField(slug_field="name", read_only=True)

    class Meta:
        model = Book
        fields = ["title", "publisher"]


class MethodSerializer(serializers.ModelSerializer):
    author_name = serializers.SerializerMethodField()

    class Meta:
        model = Book
        fields = ["title", "author_name"]

    def get_author_name(self, book):
        return book.author.name


class CountingSerializer(serializers.ModelSerializer):
    review_count = serializers.SerializerMethodField()

    class Meta:
        model = Book
        fields = ["title", "review_count"]

    def get_review_count(self, book):
        return book.reviews.filter(stars__gt=0).count()


class PropertySerializer(serializers.ModelSerializer):
    class Meta:
        model = Book
        fields = ["title", "byline"]


class RepresentationSerializer(serializers.ModelSerializer):
    class Meta:
        model = Book
        fields = ["title"]

    def to_representation(self, book):
        return {**super().to_representation(book), "author": book.author.name}


class PlainView(generics.ListAPIView):
    queryset = Book.objects.all()
    serializer_class = PlainSerializer


def columns_and_keys(request):
    visit(PlainView, request)


class NestedView(generics.ListAPIView):
    queryset = Book.objects.all()  # grows
    serializer_class = NestedSerializer


def nested_serializer(request):
    visit(NestedView, request)


class NestedJoinedView(generics.ListAPIView):
    queryset = Book.objects.select_related("author")
    serializer_class = NestedSerializer


def nested_serializer_joined(request):
    visit(NestedJoinedView, request)


class AvailableMixin:
    def get_queryset(self):
        return super().get_queryset().filter(pk__gt=0)


class MixedView(AvailableMixin, generics.ListAPIView):
    queryset = Book.objects.all()
    serializer_class = NestedSerializer

    def get_queryset(self):
        return super().get_queryset().order_by("pk")  # grows


def narrowed_by_a_mixin(request):
    visit(MixedView, request)


class DeepView(generics.ListAPIView):
    queryset = Book.objects.all()  # grows
    serializer_class = DeepSerializer


def depth(request):
    visit(DeepView, request)


class SourceView(generics.ListAPIView):
    queryset = Book.objects.all()  # grows
    serializer_class = SourceSerializer


def source(request):
    visit(SourceView, request)


class SourceJoinedView(generics.ListAPIView):
    serializer_class = SourceSerializer

    def get_queryset(self):
        return Book.objects.select_related("author").order_by("pk")


def source_joined(request):
    visit(SourceJoinedView, request)


class ReviewsView(generics.ListAPIView):
    queryset = Book.objects.all()  # grows
    serializer_class = ReviewsSerializer


def nested_rows(request):
    visit(ReviewsView, request)


class ReviewsPrefetchedView(generics.ListAPIView):
    queryset = Book.objects.prefetch_related("reviews")
    serializer_class = ReviewsSerializer


def nested_rows_prefetched(request):
    visit(ReviewsPrefetchedView, request)


class KeysView(generics.ListAPIView):
    queryset = Book.objects.all()  # grows
    serializer_class = KeysSerializer


def keys_of_many_to_many(request):
    visit(KeysView, request)


class KeysPrefetchedView(generics.ListAPIView):
    queryset = Book.objects.prefetch_related("tags")
    serializer_class = KeysSerializer


def keys_of_many_to_many_prefetched(request):
    visit(KeysPrefetchedView, request)


class SlugView(generics.ListAPIView):
    queryset = Book.objects.all()  # grows
    serializer_class = SlugSerializer


def slug_of_a_relation(request):
    visit(SlugView, request)


class MethodView(generics.ListAPIView):
    queryset = Book.objects.all()  # grows
    serializer_class = MethodSerializer


def method_field(request):
    visit(MethodView, request)


class MethodJoinedView(generics.ListAPIView):
    queryset = Book.objects.select_related("author")
    serializer_class = MethodSerializer


def method_field_joined(request):
    visit(MethodJoinedView, request)


class CountingView(generics.ListAPIView):
    queryset = Book.objects.all()  # grows
    serializer_class = CountingSerializer


def method_field_that_asks(request):
    visit(CountingView, request)


class CountingPrefetchedView(generics.ListAPIView):
    queryset = Book.objects.prefetch_related("reviews")  # grows
    serializer_class = CountingSerializer


def method_field_that_asks_prefetched(request):
    visit(CountingPrefetchedView, request)


class PropertyView(generics.ListAPIView):
    queryset = Book.objects.all()  # grows
    serializer_class = PropertySerializer


def property_field(request):
    visit(PropertyView, request)


class RepresentationView(generics.ListAPIView):
    queryset = Book.objects.all()  # grows
    serializer_class = RepresentationSerializer


def representation(request):
    visit(RepresentationView, request)


class GetQuerysetView(generics.ListAPIView):
    serializer_class = NestedSerializer

    def get_queryset(self):
        return Book.objects.filter(price__gte=0)  # grows


def get_queryset(request):
    visit(GetQuerysetView, request)


class SuperView(NestedView):
    def get_queryset(self):
        return super().get_queryset().select_related("author")


def get_queryset_joins(request):
    visit(SuperView, request)


class SetOfViews(viewsets.ModelViewSet):
    queryset = Book.objects.all()  # grows
    serializer_class = NestedSerializer


def view_set(request):
    SetOfViews.as_view({"get": "list"})(request)


class SetOfTwoSerializers(viewsets.ModelViewSet):
    queryset = Book.objects.select_related("author")

    def get_serializer_class(self):
        return PlainSerializer if self.action == "create" else NestedSerializer


def serializer_by_action(request):
    SetOfTwoSerializers.as_view({"get": "list"})(request)


class Cheap:
    limit = 1000

    def cheap(self, queryset):
        return queryset.filter(price__lt=self.limit)

    def cheap_and_joined(self, queryset):
        return queryset.filter(price__lt=self.limit).select_related("author")


class SetThatBorrows(viewsets.ModelViewSet):
    serializer_class = NestedSerializer
    limit = 1000
    cheap = Cheap.cheap

    def get_queryset(self):  # grows
        return self.cheap(Book.objects.all())


def borrowed_method(request):
    SetThatBorrows.as_view({"get": "list"})(request)


class SetThatBorrowsAJoin(viewsets.ModelViewSet):
    serializer_class = NestedSerializer
    limit = 1000
    cheap = Cheap.cheap_and_joined

    def get_queryset(self):
        return self.cheap(Book.objects.all())


def borrowed_method_that_joins(request):
    SetThatBorrowsAJoin.as_view({"get": "list"})(request)


class SetThatAsksForAType(viewsets.ModelViewSet):
    queryset = Book.objects.all()  # grows

    def get_serializer_class(self):
        if self.request.META.get("CONTENT_TYPE", "").startswith("multipart"):
            return PlainSerializer
        return NestedSerializer


def serializer_by_the_request(request):
    SetThatAsksForAType.as_view({"get": "list"})(request)


class SetThatAsksForAnotherType(viewsets.ModelViewSet):
    queryset = Book.objects.all()

    def get_serializer_class(self):
        if self.request.META.get("CONTENT_TYPE", "").startswith("multipart"):
            return NestedSerializer
        return PlainSerializer


def plain_serializer_by_the_request(request):
    SetThatAsksForAnotherType.as_view({"get": "list"})(request)


def _serializer_of(nested):
    class Made(serializers.ModelSerializer):
        author = AuthorSerializer()

        class Meta:
            model = Book
            fields = ["title", "author"]

    return Made if nested else PlainSerializer


class SetThatAsksAFunction(viewsets.ModelViewSet):
    queryset = Book.objects.all()  # grows

    def get_serializer_class(self):
        return _serializer_of(nested=True)


def serializer_of_a_function(request):
    SetThatAsksAFunction.as_view({"get": "list"})(request)


class JoinedSetThatAsksAFunction(SetThatAsksAFunction):
    queryset = Book.objects.select_related("author")


def serializer_of_a_function_joined(request):
    JoinedSetThatAsksAFunction.as_view({"get": "list"})(request)


class ListOfSomeParts(mixins.UpdateModelMixin, mixins.ListModelMixin, viewsets.GenericViewSet):
    queryset = Book.objects.all()  # grows
    serializer_class = NestedSerializer

    def get_object(self):
        return Book()


def list_beside_an_object_of_its_own(request):
    ListOfSomeParts.as_view({"get": "list"})(request)


class JoinedListOfSomeParts(ListOfSomeParts):
    queryset = Book.objects.select_related("author")


def list_beside_an_object_of_its_own_joined(request):
    JoinedListOfSomeParts.as_view({"get": "list"})(request)


class OneRowView(generics.RetrieveAPIView):
    queryset = Book.objects.all()
    serializer_class = NestedSerializer


def one_row(request, pk):
    visit(OneRowView, request, pk=pk)


@api_view(["GET"])
def _books(request):
    books = Book.objects.all()  # grows
    return Response(NestedSerializer(books, many=True).data)


def function_view(request):
    _books(request)


def serializer_by_hand():
    return NestedSerializer(Book.objects.all(), many=True).data  # grows


def serializer_by_hand_joined():
    return NestedSerializer(Book.objects.select_related("author"), many=True).data


def serializer_of_one_row(pk):
    return NestedSerializer(Book.objects.get(pk=pk)).data


def serializer_in_a_loop():
    return [NestedSerializer(book).data for book in Book.objects.all()]  # grows


def serializer_in_a_loop_joined():
    return [NestedSerializer(book).data for book in Book.objects.select_related("author")]


class WrittenSerializer(serializers.ModelSerializer):
    class Meta:
        model = Review
        fields = ["stars", "book", "user"]


class StockSerializer(serializers.ModelSerializer):
    class Meta:
        model = Stock
        fields = ["key", "amount"]


def rows_checked_one_by_one(ids):
    for pk in ids:
        serializer = WrittenSerializer(data={"stars": 1, "book": pk, "user": 1})
        print(serializer.is_valid())  # grows


def rows_without_keys_checked(ids):
    for pk in ids:
        serializer = StockSerializer(data={"key": str(pk), "amount": 1})
        print(serializer.is_valid())


def many_rows_without_keys_checked(ids):
    serializer = StockSerializer(data=[{"key": str(pk), "amount": 1} for pk in ids], many=True)
    print(serializer.is_valid())


def many_rows_saved(ids):
    data = [{"stars": 1, "book": pk, "user": 1} for pk in ids]
    serializer = WrittenSerializer(data=data, many=True)
    if serializer.is_valid():  # grows
        serializer.save()  # grows


class JoiningBackend(filters.BaseFilterBackend):
    def filter_queryset(self, request, queryset, view):
        return queryset.select_related("author")


class CheapBackend(filters.BaseFilterBackend):
    def filter_queryset(self, request, queryset, view):
        return queryset.filter(price__gte=0)


class BackendView(generics.ListAPIView):
    queryset = Book.objects.all()  # grows
    serializer_class = NestedSerializer
    filter_backends = [CheapBackend]


def rows_that_a_backend_filters(request):
    visit(BackendView, request)


class JoiningBackendView(generics.ListAPIView):
    queryset = Book.objects.all()
    serializer_class = NestedSerializer
    filter_backends = [CheapBackend, JoiningBackend]


def rows_that_a_backend_joins(request):
    visit(JoiningBackendView, request)
