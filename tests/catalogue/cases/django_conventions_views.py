"""Class-based views and templates: what a template reads of the rows that a view hands over."""

from django.core.paginator import Paginator
from django.shortcuts import render
from django.template import engines
from django.views.generic import DetailView, ListView, TemplateView

from shop.models import Author, Book, Category
from shop.visits import show, visit


class _Books(ListView):
    queryset = Book.objects.order_by("pk")  # grows
    template_name = "book_authors.html"
    context_object_name = "books"


def list_view(request):
    visit(_Books, request)


class _BooksJoined(ListView):
    queryset = Book.objects.select_related("author").order_by("pk")
    template_name = "book_authors.html"
    context_object_name = "books"


def list_view_joined(request):
    visit(_BooksJoined, request)


class _BooksOfAModel(ListView):
    model = Book  # grows
    template_name = "object_authors.html"


def list_view_of_a_model(request):
    visit(_BooksOfAModel, request)


class _BooksByMethod(ListView):
    template_name = "book_authors.html"
    context_object_name = "books"

    def get_queryset(self):
        return Book.objects.filter(price__gte=0)  # grows


def list_view_by_method(request):
    visit(_BooksByMethod, request)


class _BooksInPages(ListView):
    queryset = Book.objects.order_by("pk")  # grows
    template_name = "object_authors.html"
    paginate_by = 100


def list_view_in_pages(request):
    visit(_BooksInPages, request)


class _Titles(ListView):
    queryset = Book.objects.order_by("pk")
    template_name = "book_titles.html"
    context_object_name = "books"


def list_view_of_columns(request):
    visit(_Titles, request)


class _Author(DetailView):
    model = Author
    template_name = "author_books.html"


def detail_view(request, author_ids):
    visit(_Author, request, pk=author_ids[0])


class _Home(TemplateView):
    template_name = "book_authors.html"

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        context["books"] = Book.objects.all()  # grows
        return context


def context_data(request):
    visit(_Home, request)


class _HomeJoined(TemplateView):
    template_name = "book_authors.html"

    def get_context_data(self, **kwargs):
        return super().get_context_data(books=Book.objects.select_related("author"), **kwargs)


def context_data_joined(request):
    visit(_HomeJoined, request)


def rendered(request):
    books = Book.objects.all()  # grows
    return render(request, "book_authors.html", {"books": books})


def rendered_joined(request):
    books = Book.objects.select_related("author")
    return render(request, "book_authors.html", {"books": books})


def rendered_columns(request):
    return render(request, "book_titles.html", {"books": Book.objects.all()})


def rendered_relation(request):
    authors = Author.objects.all()  # grows
    return render(request, "authors_books.html", {"authors": authors})


def rendered_relation_prefetched(request):
    authors = Author.objects.prefetch_related("books")
    return render(request, "authors_books.html", {"authors": authors})


def rendered_property(request):
    return render(request, "book_bylines.html", {"books": Book.objects.all()})  # grows


def rendered_include(request):
    return render(request, "book_includes.html", {"books": Book.objects.all()})  # grows


def rendered_with(request):
    return render(request, "book_with.html", {"books": Book.objects.all()})  # grows


def rendered_text(request):
    return render(request, "book_texts.html", {"books": Book.objects.all()})  # grows


def rendered_count(request):
    return render(request, "author_counts.html", {"authors": Author.objects.all()})  # grows


def rendered_extended(request):
    return render(request, "book_page.html", {"books": Book.objects.all()})  # grows


def rendered_tree(request):
    return render(request, "category_tree.html", {"nodes": Category.objects.filter(parent=None)})  # grows


def rendered_each_in_the_other(request):
    return render(request, "author_card.html", {"author": Author.objects.first()})


def rendered_each_in_the_other_row_by_row(request):
    return render(request, "authors_cards.html", {"authors": Author.objects.all()})  # grows


def rendered_tree_at_hand(request):
    nodes = list(Category.objects.all())
    for node in nodes:
        node.leaves = [leaf for leaf in nodes if leaf.parent_id == node.pk]
    return render(request, "category_levels.html", {"nodes": [n for n in nodes if n.parent_id is None]})


def rendered_one_row(request, author_ids):
    return render(request, "author_books.html", {"author": Author.objects.get(pk=author_ids[0])})


def rendered_to_a_string():
    return show("book_authors.html", books=Book.objects.all())  # grows


def rendered_jinja():
    # disagrees: templates
    text = "{% for book in books %}{{ book.author.name }}{% endfor %}"
    return engines["jinja"].from_string(text).render({"books": Book.objects.all()})  # grows


def rendered_jinja_joined():
    text = "{% for book in books %}{{ book.author.name }}{% endfor %}"
    return engines["jinja"].from_string(text).render({"books": Book.objects.select_related("author")})


def page_of_rows(request):
    books = Paginator(Book.objects.order_by("pk"), 50).get_page(1)  # grows
    return render(request, "book_authors.html", {"books": books})


def page_of_rows_joined(request):
    books = Paginator(Book.objects.select_related("author").order_by("pk"), 50).get_page(1)
    return render(request, "book_authors.html", {"books": books})
