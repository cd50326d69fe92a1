"""Relations read on the rows of a query, and queries sent for each of them."""

from shop.models import Author, Book, Country, Film, Review


def foreign_key():
    for book in Book.objects.all():
        print(book.author.name)  # grows


def foreign_key_joined():
    for book in Book.objects.select_related("author"):
        print(book.author.name)


def two_foreign_keys():
    for book in Book.objects.all():
        print(book.author.name)  # grows
        print(book.publisher.name)  # grows too


def two_foreign_keys_one_joined():
    for book in Book.objects.select_related("author"):
        print(book.author.name)
        print(book.publisher.name)  # grows


def across_two_relations():
    for book in Book.objects.all():
        print(book.author.mentor and book.author.mentor.name)  # grows


def second_relation_not_joined():
    for book in Book.objects.select_related("author"):
        print(book.author.mentor and book.author.mentor.name)  # grows


def across_two_relations_joined():
    for book in Book.objects.select_related("author__mentor"):
        print(book.author.mentor and book.author.mentor.name)


def column_of_the_relation():
    for book in Book.objects.all():
        print(book.author_id, book.pk, book.title, book._meta.label)


def primary_key_through_the_relation():
    for book in Book.objects.all():
        print(book.author.id)  # grows


def stored_and_not_read():
    author = Author.objects.first()
    for book in Book.objects.all():
        book.author = author
        print(book.author.name)


def file_field():
    for book in Book.objects.all():
        print(book.cover.name)


def reverse_relation():
    for author in Author.objects.all():
        for book in author.books.all():  # grows
            print(book.title)


def reverse_relation_counted():
    for author in Author.objects.all():
        print(author.books.count())  # grows


def reverse_relation_exists():
    for author in Author.objects.all():
        if author.books.exists():  # grows
            print(author.name)


def reverse_one_to_one():
    # disagrees: relations of a model outside the project
    from django.contrib.auth import get_user_model

    for user in get_user_model().objects.all():
        print(user.profile.city)  # grows


def reverse_one_to_one_joined():
    from django.contrib.auth import get_user_model

    for user in get_user_model().objects.select_related("profile"):
        print(user.profile.city)


def many_to_many():
    for book in Book.objects.all():
        print([tag.word for tag in book.tags.all()])  # grows


def own_table_twice():
    for author in Author.objects.all():
        print(author.mentor and author.mentor.name)  # grows


def user_by_setting():
    for review in Review.objects.all():
        print(review.user.username)  # grows


def abstract_base():
    for book in Book.objects.all():
        print(book.created_by.username)  # grows


def parent_table():
    for film in Film.objects.all():
        print(film.owner.name)  # grows


def parent_table_columns():
    for film in Film.objects.all():
        print(film.title, film.minutes)


def get_by_each_key(ids):
    for pk in ids:
        print(Book.objects.get(pk=pk).title)  # grows


def filter_by_each_key(ids):
    for pk in ids:
        print(Book.objects.filter(pk=pk).first())  # grows


def count_for_each_key(ids):
    return {pk: Review.objects.filter(book_id=pk).count() for pk in ids}  # grows


def in_bulk(ids):
    books = Book.objects.in_bulk(ids)
    for pk in ids:
        print(books[pk].title)


def filter_in(ids):
    for book in Book.objects.filter(pk__in=ids):
        print(book.title)


def filter_in_then_a_dict(ids):
    books = {book.pk: book for book in Book.objects.filter(pk__in=ids)}
    return [books[pk].title for pk in ids]


def single_row(pk):
    book = Book.objects.get(pk=pk)
    print(book.author.name, book.publisher.name)
    for tag in book.tags.all():
        print(tag.word)


def first_row():
    book = Book.objects.order_by("pk").first()
    for _ in range(3):
        print(book.author.name)


def rows_of_three_countries(country_ids):
    countries = {}
    for author in Author.objects.all():
        if author.country_id not in countries:
            countries[author.country_id] = Country.objects.get(pk=author.country_id)
        print(author.name, countries[author.country_id].name)


def values():
    for book in Book.objects.values("title", "author__name"):
        print(book["title"], book["author__name"])


def values_list():
    for title, name in Book.objects.values_list("title", "author__name"):
        print(title, name)


def annotated():
    from django.db.models import Count

    for author in Author.objects.annotate(total=Count("books")):
        print(author.total)


def only_the_title():
    for book in Book.objects.only("title"):
        print(book.title)


def deferred_column():
    # disagrees: deferred columns
    for book in Book.objects.only("title"):
        print(book.price)  # grows


def deferred_by_name():
    # disagrees: deferred columns
    for book in Book.objects.defer("price"):
        print(book.price)  # grows


def iterated_by_a_cursor():
    for book in Book.objects.iterator():
        print(book.author.name)  # grows


def iterated_by_a_cursor_joined():
    for book in Book.objects.select_related("author").iterator(chunk_size=100):
        print(book.author.name)
