"""Other places that read each row by themselves: choices of forms, feeds, signals, serializers to text."""

from django import forms
from django.contrib.syndication.views import Feed
from django.core import serializers
from django.db.models.signals import post_save

from shop.models import Audit, Book, Review, Stock


class _ReviewForm(forms.Form):
    book = forms.ModelChoiceField(queryset=Book.objects.all())  # grows


def choices():
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
    return str(_ModelForm())


class _TitledField(forms.ModelChoiceField):
    def label_from_instance(self, book):
        return book.title


class _TitledForm(forms.Form):
    book = _TitledField(queryset=Book.objects.all())


def choices_by_title():
    return str(_TitledForm())


class _BylineField(forms.ModelMultipleChoiceField):
    def label_from_instance(self, book):
        return f"{book.title} of {book.publisher.name}"


class _BylineForm(forms.Form):
    books = _BylineField(queryset=Book.objects.all(), widget=forms.CheckboxSelectMultiple)  # grows


def choices_by_a_label():
    return str(_BylineForm())


class _HiddenForm(forms.Form):
    book = forms.ModelChoiceField(queryset=Book.objects.all(), widget=forms.HiddenInput)


def choices_that_are_not_shown():
    return str(_HiddenForm())


class _SetForm(forms.Form):
    book = forms.ModelChoiceField(queryset=Book.objects.none())

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["book"].queryset = Book.objects.filter(price__gte=0)  # grows


def choices_set_later():
    return str(_SetForm())


class _SetJoinedForm(forms.ModelForm):
    class Meta:
        model = Review
        fields = ["book"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["book"].queryset = Book.objects.select_related("author")


def choices_set_later_joined():
    return str(_SetJoinedForm())


class _BookForm(forms.ModelForm):
    class Meta:
        model = Book
        fields = ["title", "author", "publisher"]


def choices_without_relations():
    return str(_BookForm())


class _BookFeed(Feed):
    title = description = link = "/"

    def items(self):
        return Book.objects.all()  # grows

    def item_title(self, book):
        return book.title

    def item_description(self, book):
        return book.author.name

    def item_link(self, book):
        return "/"


def feed(request):
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


class _TaggedFeed(_JoinedFeed):
    def items(self):
        return Book.objects.select_related("author")  # grows

    def item_categories(self, book):
        return book.tags.all()


def feed_of_categories(request):
    _TaggedFeed()(request)


class _LoadedFeed(_TaggedFeed):
    def items(self):
        return Book.objects.select_related("author").prefetch_related("tags")


def feed_of_loaded_categories(request):
    _LoadedFeed()(request)


def many_to_many_to_json():
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
