"""What a page's context holds: rows in mappings and lists, what is stored on rows, the view itself, templates by name."""

from collections import defaultdict

from django.shortcuts import render
from django.template import loader
from django.utils.functional import cached_property
from django.views.generic import ListView, TemplateView

from shop.models import Author, Book
from shop.visits import visit


def rows_under_two_names(request):
    data = {"shelf": {"books": Book.objects.all()}}  # grows
    return render(request, "data_books.html", {"data": data})


def rows_under_two_names_joined(request):
    data = {"shelf": {"books": Book.objects.select_related("author")}}
    return render(request, "data_books.html", {"data": data})


def rows_of_a_mapping(request):
    shelves = defaultdict(list)
    for book in Book.objects.all():  # grows
        shelves[book.title[:1]].append(book)
    return render(request, "shelves_items.html", {"shelves": dict(shelves)})


def rows_of_a_mapping_joined(request):
    shelves = defaultdict(list)
    for book in Book.objects.select_related("author"):
        shelves[book.title[:1]].append(book)
    return render(request, "shelves_items.html", {"shelves": dict(shelves)})


def shelves_by_hand(request):
    shelves = [
        {"author": author, "books": author.books.all()} for author in Author.objects.order_by("pk")[:1]
    ]
    groups = [{"author": {"name": "cheap"}, "books": Book.objects.filter(price__lt=5)}]
    if shelves:
        groups.append({"author": {"name": "dear"}, "books": Book.objects.filter(price__gte=5)})
    return render(request, "groups_books.html", {"groups": groups})


class _Groups(TemplateView):  # grows
    template_name = "groups_books.html"

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        context["groups"] = []
        for author in Author.objects.all():
            context["groups"].append({"author": author, "books": Book.objects.filter(author=author)})
        return context


def queries_put_into_a_context(request):
    visit(_Groups, request)


class _GroupsPrefetched(TemplateView):
    template_name = "groups_books.html"

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        context["groups"] = []
        for author in Author.objects.prefetch_related("books"):
            context["groups"].append({"author": author, "books": author.books.all()})
        return context


def prefetched_rows_put_into_a_context(request):
    visit(_GroupsPrefetched, request)


def stored_on_rows(request):
    authors = Author.objects.prefetch_related("books")  # grows
    for author in authors:
        author.shown = [book for book in author.books.all() if book.title]
    return render(request, "authors_shown.html", {"authors": authors})


def stored_on_rows_joined(request):
    authors = Author.objects.prefetch_related("books__publisher")
    for author in authors:
        author.shown = [book for book in author.books.all() if book.title]
    return render(request, "authors_shown.html", {"authors": authors})


def relation_stored_on_rows():
    authors = {author.pk: author for author in Author.objects.all()}
    books = list(Book.objects.all())
    for book in books:
        book.author = authors[book.author_id]
    return [book.author.name for book in books]


class _OfTheView(TemplateView):
    template_name = "view_books.html"

    @cached_property
    def books(self):
        return Book.objects.all()  # grows


def property_of_the_view(request):
    visit(_OfTheView, request)


class _OfTheViewJoined(TemplateView):
    template_name = "view_books.html"

    @cached_property
    def books(self):
        return Book.objects.select_related("author")


def property_of_the_view_joined(request):
    visit(_OfTheViewJoined, request)


class _Page(ListView):
    queryset = Book.objects.order_by("pk")  # grows
    paginate_by = 50
    template_name = "page_obj_authors.html"


def rows_of_a_page(request):
    visit(_Page, request)


def named_by_a_pattern(request):
    kind = "authors" if request.path == "/" else "titles"
    return render(request, "book_%s.html" % kind, {"books": Book.objects.all()})  # grows


def named_by_a_pattern_joined(request):
    kind = "authors" if request.path == "/" else "titles"
    return render(request, f"book_{kind}.html", {"books": Book.objects.select_related("author")})


def included_by_a_name(request):
    books = Book.objects.all()  # grows
    return render(request, "book_rows.html", {"books": books, "row": "row_author.html"})


def included_by_a_name_of_columns(request):
    return render(request, "book_rows.html", {"books": Book.objects.all(), "row": "row_title.html"})


def _mail(text, page, context):
    return loader.render_to_string(text, context), loader.render_to_string(page, context)


def mail_with_two_templates():
    _mail("book_titles.html", "book_authors.html", {"books": Book.objects.all()})  # grows


def mail_with_two_templates_of_columns():
    _mail("book_titles.html", "book_titles.html", {"books": Book.objects.all()})
