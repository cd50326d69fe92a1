"""Relations read on the rows of a query, and queries sent for each of them."""

from django.db import connection
from django.db.models import Sum
from django.shortcuts import get_object_or_404

from shop.models import Author, Book, Classic, Club, Country, Film, Medium, Membership, Note, Review, Tag


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
    for book in Book.objects.only("title"):
        print(book.price)  # grows


def deferred_by_name():
    for book in Book.objects.defer("price"):
        print(book.price)  # grows


def iterated_by_a_cursor():
    for book in Book.objects.iterator():
        print(book.author.name)  # grows


def iterated_by_a_cursor_joined():
    for book in Book.objects.select_related("author").iterator(chunk_size=100):
        print(book.author.name)


def proxy_model():
    for book in Classic.objects.all():
        print(book.author.name)  # grows


def proxy_model_joined():
    for book in Classic.objects.select_related("author"):
        print(book.author.name)


def through_table():
    for membership in Membership.objects.all():
        print(membership.club.name)  # grows
        print(membership.author.name)  # grows too


def through_table_joined():
    for membership in Membership.objects.select_related("club", "author"):
        print(membership.club.name, membership.author.name)


def many_to_many_through():
    for club in Club.objects.all():
        print([member.name for member in club.members.all()])  # grows


def many_to_many_through_backwards():
    for author in Author.objects.all():
        for club in author.clubs.all():  # grows
            print(club.name)


def automatic_name_of_the_reverse_relation():
    for club in Club.objects.all():
        for membership in club.membership_set.all():  # grows
            print(membership.role)


def generic_foreign_key():
    for note in Note.objects.all():
        print(note.about)  # grows


def generic_foreign_key_prefetched():
    for note in Note.objects.prefetch_related("about"):
        print(note.about.title)


def generic_relation():
    for book in Book.objects.all():
        print([note.text for note in book.notes.all()])  # grows


def generic_relation_prefetched():
    for book in Book.objects.prefetch_related("notes"):
        print([note.text for note in book.notes.all()])


def child_of_a_parent_table():
    for medium in Medium.objects.all():
        print(medium.film.minutes)  # grows


def child_of_a_parent_table_joined():
    for medium in Medium.objects.select_related("film"):
        print(medium.film.minutes)


def parent_of_a_child_table():
    for film in Film.objects.all():
        print(film.director.name)  # grows
        print(film.owner.name)  # grows too


def reverse_related_query_name():
    for author in Author.objects.filter(books__price__gte=0):
        print(author.country.name)  # grows


def pattern_of_the_mangled_abstract_relation():
    from django.contrib.auth import get_user_model

    for user in get_user_model().objects.all():
        print(list(user.book_made.all()))  # grows


def last_each():
    for author in Author.objects.all():
        print(author.books.last())  # grows


def latest_each():
    for author in Author.objects.all():
        print(author.books.latest("pk"))  # grows


def aggregate_each():
    for author in Author.objects.all():
        print(author.books.aggregate(Sum("price")))  # grows


def filter_on_the_relation_each():
    for author in Author.objects.all():
        print([book.title for book in author.books.filter(price__gt=2)])  # grows


def contains_each(pk):
    book = Book.objects.get(pk=pk)
    for tag in Tag.objects.all():
        print(tag.books.contains(book))  # grows


def len_of_a_relation_each():
    for author in Author.objects.all():
        print(len(author.books.all()))  # grows


def truth_of_a_relation_each():
    for author in Author.objects.all():
        if author.books.all():  # grows
            print(author.name)


def list_of_a_relation_each():
    for author in Author.objects.all():
        print(list(author.books.all()))  # grows


def refresh_each():
    for book in Book.objects.all():
        book.refresh_from_db()  # grows


def raw_sql_by_the_manager():
    for book in Book.objects.raw("SELECT * FROM shop_book"):
        print(book.author.name)  # grows


def raw_sql_by_a_cursor(ids):
    with connection.cursor() as cursor:
        for pk in ids:
            cursor.execute("SELECT title FROM shop_book WHERE id = %s", [pk])  # grows
            print(cursor.fetchone())


def raw_sql_once():
    with connection.cursor() as cursor:
        cursor.execute("SELECT title FROM shop_book")
        for row in cursor.fetchall():
            print(row[0])


def get_object_or_404_each(ids):
    return [get_object_or_404(Book, pk=pk).title for pk in ids]  # grows


def dates():
    for price in Book.objects.values_list("price", flat=True).distinct():
        print(price)


def values_of_a_relation_each():
    for author in Author.objects.all():
        print(list(author.books.values("title")))  # grows


def joined_by_a_star():
    for book in Book.objects.select_related():
        print(book.author.name)


def union():
    cheap = Book.objects.filter(price__lt=5)
    dear = Book.objects.filter(price__gte=5)
    for book in cheap.union(dear):
        print(book.author.name)  # grows


def joined_then_refined():
    books = Book.objects.select_related("author")
    books = books.filter(price__gte=0)
    books = books.exclude(title="").order_by("-pk")
    for book in books:
        print(book.author.name)


def earlier_statement_joins(pk):
    books = Book.objects.all()
    if pk:
        books = books.filter(price__gte=0)
    books = books.select_related("author")
    for book in books.order_by("title"):
        print(book.author.name)
