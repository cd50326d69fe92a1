"""What is asked for only where a row's own cache has not got it."""

from django.db.models import Prefetch, QuerySet

from shop.models import Author, Book


def looked_for_in_the_cache():
    for author in Author.objects.prefetch_related("books"):
        if "books" in author._prefetched_objects_cache:
            count = len(author.books.all())
        else:
            count = Book.objects.filter(author=author).count()
        print(count)


def not_loaded():
    for author in Author.objects.prefetch_related("pupils"):
        if "books" in author._prefetched_objects_cache:
            count = len(author.books.all())
        else:
            count = Book.objects.filter(author=author).count()  # grows
        print(count)


def missing_from_the_cache():
    for author in Author.objects.prefetch_related("books"):
        if (
            not hasattr(author, "_prefetched_objects_cache")
            or "books" not in author._prefetched_objects_cache
        ):
            count = Book.objects.filter(author=author).count()
        else:
            count = len(author.books.all())
        print(count)


def looked_for_by_a_name():
    for author in Author.objects.prefetch_related("books"):
        cache = getattr(author, "_prefetched_objects_cache", {})
        if "books" in cache:
            count = len(author.books.all())
        else:
            count = Book.objects.filter(author=author).count()
        print(count)


def taken_out_of_the_cache():
    for author in Author.objects.prefetch_related("books"):
        cache = getattr(author, "_prefetched_objects_cache", None)
        books = cache.get("books") if isinstance(cache, dict) else None
        if books is not None:
            count = len(books)
        else:
            count = Book.objects.filter(author=author).count()
        print(count)


def _rows_of(author):
    books = getattr(author, "_prefetched_objects_cache", {}).get("books")
    if books is None:
        books = Book.objects.filter(author=author)
    return books


def taken_out_by_a_helper():
    for author in Author.objects.prefetch_related("books"):
        print(len(_rows_of(author)))


def taken_out_where_nothing_is_kept():
    for author in Author.objects.all():
        print(len(_rows_of(author)))  # grows


def _shown(rows: QuerySet[Author]):
    for author in rows.iterator(chunk_size=100):
        print(len(_rows_of(author)))


def taken_out_of_rows_that_were_handed_over():
    _shown(Author.objects.prefetch_related("books"))


def taken_out_of_bare_rows_that_were_handed_over():
    _shown(Author.objects.order_by("name"))  # grows


def put_under_an_attribute():
    for author in Author.objects.prefetch_related(Prefetch("books", to_attr="loaded")):
        if hasattr(author, "loaded"):
            count = len(author.loaded)
        else:
            count = Book.objects.filter(author=author).count()
        print(count)


def _authors_of(books: QuerySet[Book]):
    for book in books.iterator():
        print(book.author.name)


def handed_over_and_joined():
    _authors_of(Book.objects.select_related("author"))


def handed_over():
    _authors_of(Book.objects.all())  # grows
