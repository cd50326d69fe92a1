"""Functions of Django's that show whole rows, with the keys of what these lead to."""

from django.core import serializers
from django.forms.models import model_to_dict

from shop.models import Author, Book

_SHOWN = ("title", "tags")


def row_to_dict():
    return [model_to_dict(book) for book in Book.objects.all()]  # grows


def row_to_dict_of_named_fields():
    return [model_to_dict(book, fields=_SHOWN) for book in Book.objects.all()]  # grows


def row_to_dict_prefetched():
    return [model_to_dict(book) for book in Book.objects.prefetch_related("tags")]


def row_to_dict_without_the_many():
    return [model_to_dict(book, exclude=["tags"]) for book in Book.objects.all()]


def row_to_dict_of_columns():
    return [model_to_dict(book, ["title", "author"]) for book in Book.objects.all()]


def row_to_dict_of_keys_alone():
    return [model_to_dict(author) for author in Author.objects.all()]


def serialized():
    return serializers.serialize("json", Book.objects.all())  # grows


def serialized_by_name():
    return serializers.serialize("python", Book.objects.filter(price__gte=0), indent=2)  # grows


def serialized_prefetched():
    return serializers.serialize("json", Book.objects.prefetch_related("tags"))


def serialized_columns():
    return serializers.serialize("json", Book.objects.all(), fields=("title", "author"))


def serialized_keys_alone():
    return serializers.serialize("json", Author.objects.all())
