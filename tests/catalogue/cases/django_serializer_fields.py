"""Django REST framework: fields of classes of the project's own, and attributes that are asked for by their names."""

from django.contrib.auth.models import User
from rest_framework import serializers

from shop.models import Author, Book, Country


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


class Penned(serializers.RelatedField):
    """Shows each of many related rows in a way of its own."""

    def to_representation(self, value):
        return {value.title: value.publisher.name}


class PenSerializer(serializers.ModelSerializer):
    books = Penned(many=True, read_only=True)

    class Meta:
        model = Author
        fields = ["name", "books"]


def many_shown_by_their_field():
    print(PenSerializer(Author.objects.prefetch_related("books"), many=True).data)  # grows


def many_shown_by_their_field_loaded():
    print(PenSerializer(Author.objects.prefetch_related("books__publisher"), many=True).data)


class PenNameSerializer(serializers.ModelSerializer):
    class Meta:
        model = Author
        fields = ["name"]


class ChangingSerializer(serializers.ModelSerializer):
    """Shows more of a row where nothing is sent."""

    class Meta:
        model = Book
        fields = ["title", "author"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        context = kwargs.get("context")
        if context and context["method"] != "GET":
            kwargs["data"]["author"] = context["author"]
        else:
            self.fields["author"] = PenNameSerializer()


def field_put_on_one_way():
    print(ChangingSerializer(Book.objects.all(), many=True, context={"method": "GET"}).data)  # grows


def field_put_on_one_way_loaded():
    print(
        ChangingSerializer(Book.objects.select_related("author"), many=True, context={"method": "GET"}).data
    )


class CountrymanSerializer(serializers.ModelSerializer):
    mentor = serializers.CharField(source="mentor.name", default="")

    class Meta:
        model = Author
        fields = ["name", "mentor"]


class CountrySerializer(serializers.ModelSerializer):
    authors = CountrymanSerializer(source="author_set", many=True)

    class Meta:
        model = Country
        fields = ["name", "authors"]


def _country(pk):
    try:
        return Country.objects.get(pk=pk)
    except Country.DoesNotExist:
        raise ValueError(pk) from None


def one_row_of_a_helper_shown(country_ids: list[int]):
    print(CountrySerializer(_country(country_ids[0])).data)  # grows


def _loaded_country(pk):
    return Country.objects.prefetch_related("author_set__mentor").get(pk=pk)


def one_row_of_a_helper_shown_loaded(country_ids: list[int]):
    print(CountrySerializer(_loaded_country(country_ids[0])).data)
