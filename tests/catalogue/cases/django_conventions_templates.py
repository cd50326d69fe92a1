"""Which template is shown, and with what: names in variables and attributes, helpers, loaders, macros, groups."""

from django.http import HttpResponse
from django.shortcuts import render
from django.template import loader
from django.views import View
from django.views.generic import ListView, TemplateView

from shop.models import Book
from shop.visits import visit

_SHELF = "book_authors.html"


def name_in_a_variable(request):
    name = "book_authors.html"
    return render(request, name, {"books": Book.objects.all()})  # grows


def name_of_the_module(request):
    return render(request, _SHELF, {"books": Book.objects.all()})  # grows


def name_by_branch(request):
    name = "book_titles.html"
    if request.path == "/":
        name = "book_authors.html"
    return render(request, name, {"books": Book.objects.all()})  # grows


def name_of_columns(request):
    name = "book_titles.html"
    return render(request, name, {"books": Book.objects.all()})


def name_by_default(request, name="book_authors.html"):
    return render(request, name, {"books": Book.objects.all()})  # grows


class _Shelf(View):
    template_name = "book_authors.html"

    def get(self, request):
        books = Book.objects.all()  # grows
        return render(request, self.template_name, {"books": books})


def name_of_a_class(request):
    visit(_Shelf, request)


class _ShelfJoined(_Shelf):
    def get(self, request):
        books = Book.objects.select_related("author")
        return render(request, self.template_name, {"books": books})


def name_of_a_base_class_joined(request):
    visit(_ShelfJoined, request)


class _Named(ListView):
    context_object_name = "books"

    def get_queryset(self):
        return Book.objects.order_by("pk")  # grows

    def get_template_names(self):
        return ["book_authors.html"]


def names_by_a_method(request):
    visit(_Named, request)


class _Extra(TemplateView):
    template_name = "book_authors.html"
    extra_context = {"books": Book.objects.select_related("author")}


def extra_context_joined(request):
    visit(_Extra, request)


class _Given(TemplateView):
    template_name = "book_authors.html"

    def get_context_data(self, **kwargs):
        kwargs["books"] = Book.objects.all()  # grows
        return super().get_context_data(**kwargs)


def keywords_of_the_context(request):
    visit(_Given, request)


class _Answered(TemplateView):
    template_name = "book_authors.html"

    def get(self, request):
        context = self.get_context_data()
        context["books"] = Book.objects.all()  # grows
        return self.render_to_response(context)


def answered_in_a_method(request):
    visit(_Answered, request)


def all_names(request):
    books = Book.objects.all()  # grows
    return render(request, "book_authors.html", locals())


def dict_of_keywords(request):
    context = dict(books=Book.objects.all())  # grows
    return render(request, "book_authors.html", context)


def loaded(request):
    template = loader.get_template("book_authors.html")
    context = {"books": Book.objects.all()}  # grows
    return HttpResponse(template.render(context, request))


def loaded_joined(request):
    template = loader.get_template("book_authors.html")
    return HttpResponse(template.render({"books": Book.objects.select_related("author")}, request))


def first_of_several(request, word=""):
    names = []
    if word:
        names.append(f"book_{word}.html")
    names.append("book_authors.html")
    template = loader.select_template(names)
    context = {"books": Book.objects.all()}  # grows
    return HttpResponse(template.render(context, request))


def first_of_several_joined(request):
    names = ["book_none.html"]
    names.append("book_authors.html")
    template = loader.select_template(names)
    return HttpResponse(template.render({"books": Book.objects.select_related("author")}, request))


def _page(request, template, context):
    context["title"] = "books"
    return render(request, template, context)


def helper(request):
    return _page(request, "book_authors.html", {"books": Book.objects.all()})  # grows


def helper_joined(request):
    return _page(request, "book_authors.html", {"books": Book.objects.select_related("author")})


def helper_of_columns(request):
    return _page(request, "book_titles.html", {"books": Book.objects.all()})


def _shelf(request, rows):
    return render(request, "book_authors.html", {"books": rows})


def rows_to_a_helper(request):
    return _shelf(request, Book.objects.all())  # grows


def rows_to_a_helper_joined(request):
    return _shelf(request, Book.objects.select_related("author"))


def macro(request):
    return render(request, "book_macro.html", {"books": Book.objects.all()}, using="jinja")  # grows


def macro_joined(request):
    books = Book.objects.select_related("author")
    return render(request, "book_macro.html", {"books": books}, using="jinja")


def macro_of_another_template(request):
    return render(request, "book_macro_from.html", {"books": Book.objects.all()}, using="jinja")  # grows


def macro_of_a_module(request):
    return render(request, "book_macro_import.html", {"books": Book.objects.all()}, using="jinja")  # grows


def macro_of_columns(request):
    return render(request, "book_macro_titles.html", {"books": Book.objects.all()}, using="jinja")


def groups(request):
    return render(request, "book_groups.html", {"books": Book.objects.all()})  # grows


def groups_joined(request):
    return render(request, "book_groups.html", {"books": Book.objects.select_related("author")})


def rows_of_groups(request):
    return render(request, "book_group_publishers.html", {"books": Book.objects.all()})  # grows


def include_only(request):
    return render(request, "book_only.html", {"books": Book.objects.all()})
