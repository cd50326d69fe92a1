"""The tables of the shop: every kind of relation that Django has, and what models compute from them."""

from __future__ import annotations

from functools import cached_property

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey, GenericRelation
from django.contrib.contenttypes.models import ContentType
from django.db import models


class Country(models.Model):
    """There are three countries, however many rows the other tables have."""

    name = models.CharField(max_length=50)


class Stamped(models.Model):
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="%(class)s_made"
    )

    class Meta:
        abstract = True


class Publisher(models.Model):
    name = models.CharField(max_length=50)
    country = models.ForeignKey(Country, on_delete=models.CASCADE, related_name="publishers")


class Author(models.Model):
    name = models.CharField(max_length=50)
    country = models.ForeignKey(Country, on_delete=models.CASCADE)
    mentor = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="pupils")

    @property
    def newest(self):
        return self.books.order_by("-pk").first()

    @cached_property
    def book_count(self):
        return self.books.count()

    def titles(self):
        return [book.title for book in self.books.all()]


class Tag(models.Model):
    word = models.CharField(max_length=50)


class BookQuerySet(models.QuerySet):
    def cheap(self):
        return self.filter(price__lt=1000)

    def with_author(self):
        return self.select_related("author")


class BookManager(models.Manager):
    def recent(self):
        return self.order_by("-pk")


class JoinedManager(models.Manager):
    def get_queryset(self):
        return super().get_queryset().select_related("author", "publisher")


class SetManager(models.Manager):
    """A manager that makes querysets of a class of their own, and has methods called as theirs are."""

    def get_queryset(self):
        return BookQuerySet(self.model, using=self._db)

    def cheap(self):
        return self.get_queryset().cheap()

    def with_author(self):
        return self.get_queryset().with_author()


class Note(models.Model):
    text = models.CharField(max_length=50)
    content_type = models.ForeignKey(ContentType, on_delete=models.CASCADE)
    object_id = models.PositiveIntegerField()
    about = GenericForeignKey("content_type", "object_id")


class Book(Stamped):
    title = models.CharField(max_length=50)
    price = models.IntegerField(default=0)
    cover = models.FileField(null=True)
    author = models.ForeignKey(Author, on_delete=models.CASCADE, related_name="books")
    publisher = models.ForeignKey(Publisher, null=True, on_delete=models.SET_NULL)
    tags = models.ManyToManyField(Tag, related_name="books")
    notes = GenericRelation(Note)

    objects = BookQuerySet.as_manager()
    shelf = BookManager()
    joined = JoinedManager()
    sets = SetManager()

    @property
    def byline(self):
        return f"by {self.author.name}"

    @property
    def shout(self):
        return self.title.upper()

    def stars(self):
        return sum(review.stars for review in self.reviews.all())

    def has_reviews(self):
        return self.reviews.exists()

    def __str__(self):
        return f"{self.title} ({self.author.name})"


class Classic(Book):
    """A proxy: the same table under another name."""

    class Meta:
        proxy = True


class Signed(Book):
    """A proxy whose rows are saved under the name of their author, and in the first place by whoever made them."""

    class Meta:
        proxy = True

    def save(self, *args, **kwargs):
        if self._state.adding and not self.publisher:
            self.price = 0
        self.title = f"by {self.author.name}"
        super().save(*args, **kwargs)


class Priced(Book):
    """A proxy that asks for nothing when one of its rows is kept."""

    class Meta:
        proxy = True

    def save(self, *args, **kwargs):
        if self._state.adding and not self.author.name:
            self.title = "nameless"
        super().save(*args, **kwargs)


class Review(models.Model):
    book = models.ForeignKey(Book, on_delete=models.CASCADE, related_name="reviews")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    stars = models.IntegerField()


class Profile(models.Model):
    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="profile")
    city = models.CharField(max_length=50)


class Medium(models.Model):
    """The parent of two tables: a film and a song have a row here and one of their own."""

    title = models.CharField(max_length=50)
    owner = models.ForeignKey(Author, on_delete=models.CASCADE, related_name="media")


class Film(Medium):
    minutes = models.IntegerField()
    director = models.ForeignKey(Author, on_delete=models.CASCADE, related_name="films")


class Club(models.Model):
    name = models.CharField(max_length=50)
    members = models.ManyToManyField(Author, through="Membership", related_name="clubs")


class Membership(models.Model):
    club = models.ForeignKey(Club, on_delete=models.CASCADE)
    author = models.ForeignKey(Author, on_delete=models.CASCADE)
    role = models.CharField(max_length=50)


class Category(models.Model):
    """A tree: one root, a child for each row, a grandchild for each child."""

    name = models.CharField(max_length=50)
    parent = models.ForeignKey("self", null=True, on_delete=models.CASCADE, related_name="children")

    def path(self):
        return self.name if self.parent is None else f"{self.parent.path()}/{self.name}"


class Stock(models.Model):
    """A row without relations, to be written."""

    key = models.CharField(max_length=50)
    amount = models.IntegerField(default=0)


class Audit(models.Model):
    text = models.CharField(max_length=50)


class ChapterManager(models.Manager):
    def get_queryset(self):
        return super().get_queryset().select_related("editor")


class Chapter(models.Model):
    """What its default manager joins comes along wherever the chapters of a book are read."""

    book = models.ForeignKey(Book, on_delete=models.CASCADE, related_name="chapters")
    editor = models.ForeignKey(Author, on_delete=models.CASCADE, related_name="edited")
    cover = models.ForeignKey(Publisher, on_delete=models.CASCADE, related_name="covers")

    objects = ChapterManager()


class WriterManager(models.Manager):
    def get_queryset(self):
        return (
            super()
            .get_queryset()
            .prefetch_related(models.Prefetch("books", queryset=Book.objects.filter(price__gte=0)))
        )


class PublishedManager(models.Manager):
    def get_queryset(self):
        return (
            super()
            .get_queryset()
            .prefetch_related(models.Prefetch("books", queryset=Book.objects.select_related("publisher")))
        )


class Writer(Author):
    """A proxy whose managers load the books; the second one what is below them, too."""

    objects = WriterManager()
    published = PublishedManager()

    class Meta:
        proxy = True


class ShelfQuerySet(models.QuerySet):
    def signed(self):
        return self.filter(price__gte=0)

    def as_lines(self):
        return [(book.title, book.author.name) for book in self]

    def as_joined_lines(self):
        return [(book.title, book.author.name) for book in self.select_related("author")]

    def with_stars(self):
        return [Review.objects.filter(book=book).count() for book in self]  # grows


class ShelfManager(models.Manager.from_queryset(ShelfQuerySet)):
    def report(self):
        return [book.author.name for book in self.all()]  # grows

    def joined_report(self):
        return [book.author.name for book in self.all().select_related("author")]


class ShelvedBook(Book):
    """A proxy whose manager and querysets go through their own rows."""

    objects = ShelfManager()

    class Meta:
        proxy = True
