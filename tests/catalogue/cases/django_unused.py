"""Relations that are loaded along with rows. `# unused` marks the loader of one that nothing reads.

None of these cases grows: what is loaded for nothing costs a join, or one query more.
"""

from django.db.models import Count
from django.template.loader import render_to_string
from rest_framework import serializers

from shop.models import Author, Book


def _print_title(book):
    print(book.title)


def _print_byline(book):
    print(book.byline)


class _TitleSerializer(serializers.ModelSerializer):
    class Meta:
        model = Book
        fields = ["title", "author"]


class _BylineSerializer(serializers.ModelSerializer):
    line = serializers.SerializerMethodField()

    class Meta:
        model = Book
        fields = ["title", "line"]

    def get_line(self, book):
        return book.byline


class _AllSerializer(serializers.ModelSerializer):
    class Meta:
        model = Book
        fields = ["title", "tags"]


def join_that_nothing_reads():
    for book in Book.objects.select_related("author"):  # unused
        print(book.title)


def join_beside_one_that_is_read():
    books = Book.objects.select_related("author", "publisher").order_by("pk")  # unused
    print([(book.title, book.author.name) for book in books])


def key_of_what_is_joined():
    for book in Book.objects.select_related("author"):  # unused
        print(book.author_id)


def further_than_what_is_read():
    for book in Book.objects.select_related("author", "author__country"):  # unused
        print(book.author.name)


def further_than_what_is_read_and_loads_it():
    for book in Book.objects.select_related("author__country"):
        print(book.author.name)


def loaded_by_what_is_read():
    for book in Book.objects.select_related("author").prefetch_related("author__books"):
        print([other.title for other in book.author.books.all()])


def the_way_and_its_end():
    for book in Book.objects.select_related("author", "author__country"):  # unused
        print(book.title)


def prefetched_and_not_read():
    for author in Author.objects.order_by("pk").prefetch_related("books"):  # unused
        print(author.name)


def prefetched_and_counted_by_the_query():
    for author in Author.objects.prefetch_related("books").annotate(total=Count("books")):  # unused
        print(author.total)


def only_counted():
    books = Book.objects.select_related("author")  # unused
    if books.exists():
        print(books.count())


def values_of_what_is_joined():
    for title, name in Book.objects.select_related("author").values_list("title", "author__name"):  # unused
        print(title, name)


def one_row():
    book = Book.objects.select_related("publisher").order_by("pk").first()  # unused
    print(book.title, book.author.name)


def helper_reads_nothing_of_it():
    for book in Book.objects.select_related("author"):  # unused
        _print_title(book)


def helper_reads_it():
    for book in Book.objects.select_related("author"):
        _print_byline(book)


def text_of_the_row_reads_it():
    for book in Book.objects.select_related("author"):
        print(book)


def method_reads_it():
    for author in Author.objects.prefetch_related("books"):
        print(author.titles())


def sorted_by_it():
    for book in sorted(Book.objects.select_related("author"), key=lambda book: book.author.name):
        print(book.title)


def nested_function_reads_it():
    books = Book.objects.select_related("author")

    def names():
        return [book.author.name for book in books]

    print(names())


def back_from_what_was_prefetched():
    for author in Author.objects.select_related("country").prefetch_related("books"):
        for book in author.books.all():
            print(book.author.country.name)


def read_by_a_name_of_its_own():
    for book in Book.objects.select_related("author"):
        for name in ("author", "title"):
            print(getattr(book, name))


def kept_for_others():
    kept = []
    for book in Book.objects.select_related("author"):
        kept.append((book.title, book))
    print(kept)


def in_a_mapping():
    books = {book.pk: book for book in Book.objects.select_related("author", "publisher")}  # unused
    print([books[key].author.name for key in sorted(books)])


def _joined_books():
    return Book.objects.select_related("author")


def somebody_else_reads_it():
    print([book.author.name for book in _joined_books()])


def template_reads_nothing_of_it():
    books = Book.objects.select_related("author")  # unused
    print(render_to_string("book_titles.html", {"books": books}))


def template_reads_it():
    books = Book.objects.select_related("author")
    print(render_to_string("book_authors.html", {"books": books}))


def included_template_reads_it():
    context = {"title": "All of them"}
    context["books"] = Book.objects.select_related("author")
    print(render_to_string("book_includes.html", context))


def template_of_a_name():
    for name in ("book_titles.html", "book_authors.html"):
        print(render_to_string(name, {"books": Book.objects.select_related("author")}))


def serializer_shows_the_key():
    print(_TitleSerializer(Book.objects.select_related("author"), many=True).data)  # unused


def serializer_reads_it():
    print(_BylineSerializer(Book.objects.select_related("author"), many=True).data)


def serializer_shows_the_keys_of_many():
    print(_AllSerializer(Book.objects.prefetch_related("tags"), many=True).data)


def chosen_in_parts():
    books = Book.objects.order_by("pk")
    books = books.select_related("publisher")  # unused
    books = books.filter(price__gte=0)
    print([book.title for book in books])


class _Printer:
    def show(self, book):
        print(book.title)

    def all(self):
        for book in Book.objects.select_related("author"):
            self.show(book)


class _BylinePrinter(_Printer):
    def show(self, book):
        print(book.byline)


def method_of_a_class_derived_from_it():
    _BylinePrinter().all()


class _TitlePrinter:
    def show(self, book):
        print(book.title)

    def all(self):
        for book in Book.objects.select_related("author"):  # unused
            self.show(book)


def method_of_its_own():
    _TitlePrinter().all()


def columns_are_chosen():
    for book in Book.objects.select_related("author").only("title", "author__name"):
        print(book.title)
