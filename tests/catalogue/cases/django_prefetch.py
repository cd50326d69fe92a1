"""Relations fetched ahead: what they answer, and what asks the database all the same."""

from django.db.models import Count, Exists, OuterRef, Prefetch, prefetch_related_objects

from shop.models import Author, Book, Review, Writer


def prefetched():
    for author in Author.objects.prefetch_related("books"):
        print([book.title for book in author.books.all()])


def filtered():
    for author in Author.objects.prefetch_related("books"):
        print(list(author.books.filter(price__gt=3)))  # grows


def ordered():
    for author in Author.objects.prefetch_related("books"):
        for book in author.books.order_by("title"):  # grows
            print(book.title)


def first():
    for author in Author.objects.prefetch_related("books"):
        print(author.books.first())  # grows


def values_list():
    for author in Author.objects.prefetch_related("books"):
        print(list(author.books.values_list("title", flat=True)))  # grows


def counted():
    for author in Author.objects.prefetch_related("books"):
        print(author.books.count())


def exists():
    for author in Author.objects.prefetch_related("books"):
        print(author.books.exists())


def all_then_filtered_in_python():
    for author in Author.objects.prefetch_related("books"):
        print([book for book in author.books.all() if book.price > 3])


def all_then_indexed():
    for author in Author.objects.prefetch_related("books"):
        print(author.books.all()[0].title)


def relation_of_what_was_prefetched():
    for author in Author.objects.prefetch_related("books"):
        for book in author.books.all():
            print(book.publisher.name)  # grows


def relation_prefetched_with_it():
    for author in Author.objects.prefetch_related("books__publisher"):
        for book in author.books.all():
            print(book.publisher.name)


def back_to_where_it_came_from():
    for author in Author.objects.prefetch_related("books"):
        for book in author.books.all():
            print(book.author.name)


def with_a_queryset():
    books = Book.objects.select_related("publisher").filter(price__gte=0)
    for author in Author.objects.prefetch_related(Prefetch("books", queryset=books)):
        for book in author.books.all():
            print(book.publisher.name)


def to_an_attribute():
    few = Prefetch("books", queryset=Book.objects.filter(price__gt=3), to_attr="dear_books")
    for author in Author.objects.prefetch_related(few):
        print([book.title for book in author.dear_books])


def to_an_attribute_and_not_used():
    few = Prefetch("books", queryset=Book.objects.filter(price__gt=3), to_attr="dear_books")
    for author in Author.objects.prefetch_related(few):
        print([book.title for book in author.books.all()])  # grows


def afterwards():
    books = list(Book.objects.all())
    prefetch_related_objects(books, "author")
    return [book.author.name for book in books]


_OF_A_COUNTRY = ["author_set__books", "publishers"]


def onto_one_row_that_was_reached():
    author = Author.objects.select_related("country").order_by("pk").first()
    country = author.country
    prefetch_related_objects([country], *_OF_A_COUNTRY)
    return [len(author.books.all()) for author in country.author_set.all()]


def onto_one_row_that_was_reached_but_not_far_enough():
    author = Author.objects.select_related("country").order_by("pk").first()
    country = author.country
    prefetch_related_objects([country], "author_set")
    return [len(author.books.all()) for author in country.author_set.all()]  # grows


_OF_AN_AUTHOR = ["books__publisher", "country"]


def onto_each_row():
    for author in Author.objects.all():
        prefetch_related_objects([author], *_OF_AN_AUTHOR)  # grows
        print(len(author.books.all()))


def onto_each_row_that_has_it():
    for author in Author.objects.prefetch_related("books__publisher"):
        prefetch_related_objects([author], "books__publisher")
        print([book.publisher.name for book in author.books.all()])


def counted_by_the_database():
    for author in Author.objects.annotate(total=Count("books")):
        print(author.total)


def exists_by_the_database():
    reviewed = Exists(Review.objects.filter(book=OuterRef("pk")))
    for book in Book.objects.annotate(reviewed=reviewed):
        print(book.reviewed)


def through_a_cursor_in_chunks():
    for author in Author.objects.prefetch_related("books").iterator(chunk_size=100):
        print([book.title for book in author.books.all()])


def foreign_key_prefetched():
    for book in Book.objects.prefetch_related("author"):
        print(book.author.name)


def taken_back():
    for book in Book.objects.select_related("author").select_related(None):
        print(book.author.name)  # grows


def prefetch_taken_back():
    for author in Author.objects.prefetch_related("books").prefetch_related(None):
        print(list(author.books.all()))  # grows


def joined_without_names():
    for book in Book.objects.select_related():
        print(book.author.country.name)


def joined_without_names_but_null():
    for book in Book.objects.select_related():
        print(book.publisher.name)  # grows


def joined_without_names_but_null_further_on():
    for book in Book.objects.select_related():
        print(book.author.mentor)  # grows


def joined_without_names_and_then_by_one():
    for book in Book.objects.select_related().select_related("publisher"):
        print(book.publisher.name, book.author.name)  # grows


def joined_by_one_and_then_without_names():
    for book in Book.objects.select_related("publisher").select_related():
        print(book.author.name)


def joined_without_names_and_prefetched():
    for book in Book.objects.select_related().prefetch_related("publisher"):
        print(book.publisher.name, book.author.name)


def _chosen(rows):
    return {True: rows}[True]


def rows_of_one_prefetch_are_not_known():
    for author in Author.objects.prefetch_related(Prefetch("books", queryset=_chosen(Book.objects.all()))):
        print(author.country.name, len(author.books.all()))  # grows


def united():
    for book in Book.objects.filter(price__gte=3).union(Book.objects.filter(price__lt=3)):
        print(book.author.name)  # grows


def united_joined():
    cheap = Book.objects.select_related("author").filter(price__lt=3)
    dear = Book.objects.select_related("author").filter(price__gte=3)
    for book in cheap.union(dear):
        print(book.author.name)


def joined_by_the_default_manager():
    for book in Book.objects.prefetch_related("chapters"):
        print([chapter.editor.name for chapter in book.chapters.all()])


def not_joined_by_the_default_manager():
    for book in Book.objects.prefetch_related("chapters"):
        for chapter in book.chapters.all():
            print(chapter.cover.name)  # grows


def _is_there(row, name):
    """Whether a relation came along with a row."""
    if name in row._state.fields_cache:
        return True
    if hasattr(row, "_prefetched_objects_cache") and name in row._prefetched_objects_cache:
        return True
    return False


def _titles_that_are_there(author):
    return [book.title for book in author.books.all()] if _is_there(author, "books") else []


def _books_that_are_there(author):
    if _is_there(author, "books"):
        return len(author.books.all())
    return 0


def asked_whether_it_is_there():
    for author in Author.objects.all():
        print(_books_that_are_there(author))


def asked_in_an_expression():
    for author in Author.objects.all():
        print(_titles_that_are_there(author))


def _number_of_books(author):
    if _is_there(author, "books"):
        return len(author.books.all())
    return author.books.count()


def counted_where_it_is_not_there():
    for author in Author.objects.all():
        print(_number_of_books(author))  # grows


def asked_of_the_cache_itself():
    for author in Author.objects.all():
        if "books" in getattr(author, "_prefetched_objects_cache", {}):
            print([book.title for book in author.books.all()])


def filtered_although_it_is_there():
    for author in Author.objects.prefetch_related("books"):
        if "books" in author._prefetched_objects_cache:
            print(list(author.books.filter(price__gt=3)))  # grows


def _is_other(row, name):
    return name in row._prefetched_objects_cache or row.pk


def asked_of_something_else_too():
    for author in Author.objects.prefetch_related("pupils"):
        if _is_other(author, "books"):
            print(len(author.books.all()))  # grows


def _has_books(author):
    try:
        return bool(author._prefetched_objects_cache["books"])
    except (AttributeError, KeyError):
        return author.books.exists()


def tried_in_the_cache():
    for author in Author.objects.prefetch_related("books"):
        print(_has_books(author))


def tried_in_a_cache_without_it():
    for author in Author.objects.all():
        print(_has_books(author))  # grows


def below_a_managers_prefetch():
    for writer in Writer.objects.all():
        for book in writer.books.all():
            print(book.publisher.name)  # grows


def below_a_managers_prefetch_that_joins():
    for writer in Writer.published.all():
        for book in writer.books.all():
            print(book.publisher.name)


_BARE = Prefetch("books", queryset=Book.objects.filter(price__gte=0))
_JOINED = Prefetch("books", queryset=Book.objects.select_related("publisher"))


def below_a_prefetch_of_the_module():
    for author in Author.objects.prefetch_related(_BARE):
        for book in author.books.all():
            print(book.publisher.name)  # grows


def below_a_prefetch_of_the_module_that_joins():
    for author in Author.objects.prefetch_related(_JOINED):
        for book in author.books.all():
            print(book.publisher.name)
