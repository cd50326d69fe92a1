"""Django REST framework: fields of classes of the project's own, and attributes that are asked for by their names."""

from django.contrib.auth.models import User
from rest_framework import serializers

from shop.models import Author, Book


class Asked(serializers.Field):
    def get_attribute(self, instance):
        return super().get_attribute(instance)

    def to_representation(self, value):
        return value.name


class Titled(serializers.Field):
    def get_attribute(self, instance):
        return instance.title

    def to_representation(self, value):
        return value


class WholeField(serializers.PrimaryKeyRelatedField):
    def use_pk_only_optimization(self):
        return False

    def to_representation(self, value):
        return {"name": value.name}


class KeyField(serializers.PrimaryKeyRelatedField):
    def to_representation(self, value):
        return {"key": value.pk}


class WholeSerializer(serializers.ModelSerializer):
    author = WholeField(queryset=Author.objects.all())

    class Meta:
        model = Book
        fields = ["author"]


class KeySerializer(serializers.ModelSerializer):
    author = KeyField(queryset=Author.objects.all())

    class Meta:
        model = Book
        fields = ["author"]


class AskedSerializer(serializers.ModelSerializer):
    author = Asked(read_only=True)

    class Meta:
        model = Book
        fields = ["author"]


class TitledSerializer(serializers.ModelSerializer):
    author = Titled(read_only=True)

    class Meta:
        model = Book
        fields = ["author"]


class BookSerializer(serializers.ModelSerializer):
    reviews = serializers.PrimaryKeyRelatedField(many=True, read_only=True)

    class Meta:
        model = Book
        fields = ["reviews"]


class AuthorSerializer(serializers.ModelSerializer):
    books = BookSerializer(many=True)

    class Meta:
        model = Author
        fields = ["books"]


def field_that_reads():
    return AskedSerializer(Book.objects.all(), many=True).data  # grows


def field_that_reads_what_was_joined():
    return AskedSerializer(Book.objects.select_related("author"), many=True).data


def field_that_reads_a_column():
    return TitledSerializer(Book.objects.all(), many=True).data


def profiles_asked_for():
    for user in User.objects.all():
        print(hasattr(user, "profile"))  # grows


def profiles_asked_for_and_joined():
    for user in User.objects.select_related("profile"):
        print(hasattr(user, "profile"))


def managers_asked_for():
    for book in Book.objects.all():
        print(hasattr(book, "reviews"))


def keys_shown_as_rows():
    return WholeSerializer(Book.objects.all(), many=True).data  # grows


def keys_shown_as_joined_rows():
    return WholeSerializer(Book.objects.select_related("author"), many=True).data


def keys_shown_in_a_way_of_their_own():
    return KeySerializer(Book.objects.all(), many=True).data
