"""Formsets: a form for each row of a queryset, and each form with all the choices of its fields."""

from django import forms
from django.forms import formset_factory, inlineformset_factory, modelform_factory, modelformset_factory

from shop.models import Author, Book, Review, Stock


def _shown(formset):
    return [form.as_p() for form in formset]


class _ReviewForm(forms.ModelForm):
    class Meta:
        model = Review
        fields = ["stars", "user"]


class _BookForm(forms.ModelForm):
    class Meta:
        model = Book
        fields = ["title", "author"]


class _TitleForm(forms.ModelForm):
    class Meta:
        model = Book
        fields = ["title"]


class _CheckedForm(forms.ModelForm):
    class Meta:
        model = Book
        fields = ["title"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.writer = self.instance.author.name


def formset_of_choices():
    # disagrees: the choices of each form of a formset
    make = modelformset_factory(Book, form=_BookForm, extra=0)
    for form in make(queryset=Book.objects.order_by("pk")):
        print(form.as_p())  # grows


def formset_of_columns():
    make = modelformset_factory(Book, form=_TitleForm, extra=0)
    for form in make(queryset=Book.objects.order_by("pk")):
        print(form.as_p())


def formset_of_rows():
    make = modelformset_factory(Book, form=_TitleForm, extra=0)
    for form in make(queryset=Book.objects.order_by("pk")):
        print(form.instance.author.name)  # grows


def formset_of_joined_rows():
    make = modelformset_factory(Book, form=_TitleForm, extra=0)
    for form in make(queryset=Book.objects.select_related("author").order_by("pk")):
        print(form.instance.author.name)


def formset_whose_forms_read():
    # disagrees: what a form's own `__init__` reads of its row
    make = modelformset_factory(Book, form=_CheckedForm, extra=0)
    formset = make(queryset=Book.objects.order_by("pk"))
    print([form.writer for form in formset])  # grows


def formset_saved(names):
    make = modelformset_factory(Stock, fields=["key", "amount"], extra=len(names))
    data = {"form-TOTAL_FORMS": str(len(names)), "form-INITIAL_FORMS": "0"}
    for number, name in enumerate(names):
        data |= {f"form-{number}-key": name, f"form-{number}-amount": "1"}
    forms = make(data, queryset=Stock.objects.none())
    if forms.is_valid():
        forms.save()  # grows


def form_saved_once():
    make = modelform_factory(Stock, fields=["key", "amount"])
    form = make({"key": "one", "amount": 1})
    if form.is_valid():
        form.save()


def forms_of_a_formset_saved(names):
    make = formset_factory(_StockForm)
    data = {"form-TOTAL_FORMS": str(len(names)), "form-INITIAL_FORMS": "0"}
    for number, name in enumerate(names):
        data |= {f"form-{number}-key": name, f"form-{number}-amount": "1"}
    for form in make(data):
        if form.is_valid():
            form.save()  # grows


class _StockForm(forms.ModelForm):
    class Meta:
        model = Stock
        fields = ["key", "amount"]


def form_of_each_saved(names):
    for name in names:
        form = _StockForm({"key": name, "amount": 1})
        if form.is_valid():
            form.save()  # grows


def form_of_each_checked(names):
    for name in names:
        form = _StockForm({"key": name, "amount": 1})
        print(form.is_valid())


class _ReviewForm(forms.ModelForm):
    class Meta:
        model = Review
        fields = ["stars", "user"]


def form_of_each_with_a_key_checked(ids):
    for pk in ids:
        form = _ReviewForm({"stars": pk, "user": 1})
        print(form.is_valid())  # grows


def rows_checked_before_they_are_written(ids):
    made = []
    for pk in ids:
        review = Review(stars=1, book_id=pk, user_id=1)
        review.full_clean()  # grows
        made.append(review)
    print(len(made))


def rows_without_keys_checked_before_they_are_written(names):
    made = []
    for name in names:
        stock = Stock(key=name, amount=1)
        stock.full_clean()
        made.append(stock)
    Stock.objects.bulk_create(made)


def form_of_each_made_and_kept(names):
    made = []
    for name in names:
        form = _StockForm({"key": name, "amount": 1})
        if form.is_valid():
            made.append(form.save(commit=False))
    Stock.objects.bulk_create(made)


def inline_formset_of_one_author(author_ids):
    author = Author.objects.get(pk=author_ids[0])
    make = inlineformset_factory(Author, Book, fields=["title"], fk_name="author", extra=0)
    print([form.instance.title for form in make(instance=author)])
