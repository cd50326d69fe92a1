"""Querysets that a module keeps, that a manager makes, that mappings are joined with, and that a base of a view asks for."""

from django.shortcuts import render
from rest_framework import generics, serializers, viewsets

from shop.answers import AnswersAll, FlatList
from shop.models import Author, Book
from shop.visits import visit

LISTED = Book.objects.filter(price__gte=0)
LISTED_JOINED = Book.objects.select_related("author").filter(price__gte=0)


def chosen_of_what_a_module_keeps():
    for book in LISTED.order_by("title"):
        print(book.author.name)  # grows


def chosen_of_what_a_module_keeps_joined():
    for book in LISTED_JOINED.order_by("title"):
        print(book.author.name)


def shown_of_what_a_module_keeps(request):
    return render(request, "book_authors.html", {"books": LISTED.order_by("title")})  # grows


def method_of_the_set_that_a_manager_makes():
    for book in Book.sets.cheap():
        print(book.author.name)  # grows


def method_of_the_set_that_a_manager_makes_joined():
    for book in Book.sets.with_author().cheap():
        print(book.author.name)


def method_of_the_set_after_another():
    for book in Book.sets.order_by("title").cheap():
        print(book.author.name)  # grows


def mapping_joined_with_another(request):
    context = {"title": "Books"}
    context |= {"books": Book.objects.order_by("title")}  # grows
    return render(request, "book_authors.html", context)


def mapping_joined_with_another_joined(request):
    context = {"books": Book.objects.all()}
    context |= {"books": Book.objects.select_related("author")}
    return render(request, "book_authors.html", context)


class KeptAuthorSerializer(serializers.ModelSerializer):
    class Meta:
        model = Author
        fields = ["name"]


class KeptBookSerializer(serializers.ModelSerializer):
    author = KeptAuthorSerializer()

    class Meta:
        model = Book
        fields = ["title", "author"]


class FlatBooksView(FlatList, viewsets.ModelViewSet):
    queryset = Book.objects.all()  # grows
    serializer_class = KeptBookSerializer


def list_that_a_base_has(request):
    FlatBooksView.as_view({"get": "list"})(request)


class FlatJoinedBooksView(FlatList, viewsets.ModelViewSet):
    queryset = Book.objects.select_related("author")
    serializer_class = KeptBookSerializer


def list_that_a_base_has_joined(request):
    FlatJoinedBooksView.as_view({"get": "list"})(request)


class AllBooksView(AnswersAll, generics.GenericAPIView):
    queryset = Book.objects.all()  # grows
    serializer_class = KeptBookSerializer


def answer_that_a_base_has(request):
    visit(AllBooksView, request)


class AllJoinedBooksView(AnswersAll, generics.GenericAPIView):
    queryset = Book.objects.select_related("author")
    serializer_class = KeptBookSerializer


def answer_that_a_base_has_joined(request):
    visit(AllJoinedBooksView, request)
