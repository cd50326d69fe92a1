"""Other places that read each row by themselves: choices of forms, feeds, signals, serializers to text."""

from django import forms
from django.contrib.syndication.views import Feed
from django.core import serializers
from django.db.models.signals import post_save

from shop.models import Audit, Book, Review, Stock


class _ReviewForm(forms.Form):
    book = forms.ModelChoiceField(queryset=Book.objects.all())  # grows


def choices():
    # disagrees: forms, feeds and serialisation
    return str(_ReviewForm())


class _JoinedReviewForm(forms.Form):
    book = forms.ModelChoiceField(queryset=Book.objects.select_related("author"))


def choices_joined():
    return str(_JoinedReviewForm())


class _ModelForm(forms.ModelForm):
    class Meta:
        model = Review
        fields = ["book"]  # grows


def choices_of_a_model_form():
    # disagrees: forms, feeds and serialisation
    return str(_ModelForm())


class _BookFeed(Feed):
    title = description = link = "/"

    def items(self):
        return Book.objects.all()

    def item_title(self, book):
        return book.title

    def item_description(self, book):
        return book.author.name  # grows

    def item_link(self, book):
        return "/"


def feed(request):
    # disagrees: forms, feeds and serialisation
    _BookFeed()(request)


class _JoinedFeed(Feed):
    title = description = link = "/"

    def items(self):
        return Book.objects.select_related("author")

    def item_title(self, book):
        return book.title

    def item_description(self, book):
        return book.author.name

    def item_link(self, book):
        return "/"


def feed_joined(request):
    _JoinedFeed()(request)


def many_to_many_to_json():
    # disagrees: forms, feeds and serialisation
    return serializers.serialize("json", Book.objects.all())  # grows


def columns_to_json():
    return serializers.serialize("json", Stock.objects.all())


def _log(sender, instance, **kwargs):
    Audit.objects.create(text=instance.key)


def signal_of_each(names):
    post_save.connect(_log, sender=Stock)
    try:
        for name in names:
            Stock.objects.create(key=name)  # grows
    finally:
        post_save.disconnect(_log, sender=Stock)


def signal_of_a_batch(names):
    post_save.connect(_log, sender=Stock)
    try:
        Stock.objects.bulk_create([Stock(key=name) for name in names])
    finally:
        post_save.disconnect(_log, sender=Stock)
