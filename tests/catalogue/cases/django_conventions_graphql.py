"""GraphQL: resolvers that are called for every row of their parent."""

import graphene
import strawberry
from django.core.paginator import Paginator
from graphene import relay

from shop.models import Author, Book


class _AuthorType(graphene.ObjectType):
    name = graphene.String()


class _BookType(graphene.ObjectType):
    title = graphene.String()
    author = graphene.Field(_AuthorType)
    review_count = graphene.Int()

    def resolve_author(book, info):
        return book.author  # grows

    def resolve_review_count(book, info):
        return book.reviews.count()  # grows


class _Query(graphene.ObjectType):
    books = graphene.List(_BookType)

    def resolve_books(root, info):
        return Book.objects.all()


def graphene_relation():
    graphene.Schema(query=_Query).execute("{ books { author { name } reviewCount } }")


class _JoinedBookType(graphene.ObjectType):
    title = graphene.String()
    author = graphene.Field(_AuthorType)

    def resolve_author(book, info):
        return book.author


class _JoinedQuery(graphene.ObjectType):
    books = graphene.List(_JoinedBookType)

    def resolve_books(root, info):
        return Book.objects.select_related("author")


def graphene_relation_joined():
    graphene.Schema(query=_JoinedQuery).execute("{ books { author { name } } }")


class _CountedType(graphene.ObjectType):
    review_count = graphene.Int()

    def resolve_review_count(book, info):
        return book.reviews.count()  # grows


class _CountedQuery(graphene.ObjectType):
    books = graphene.List(_CountedType)

    def resolve_books(root, info):
        return Book.objects.all()


def graphene_count():
    graphene.Schema(query=_CountedQuery).execute("{ books { reviewCount } }")


@strawberry.type
class Writer:
    pk: strawberry.Private[int]
    name: str

    @strawberry.field
    def titles(self) -> list[str]:
        return [book.title for book in Book.objects.filter(author_id=self.pk)]  # grows


@strawberry.type
class Root:
    @strawberry.field
    def writers(self) -> list[Writer]:
        return [Writer(pk=author.pk, name=author.name) for author in Author.objects.all()]


def strawberry_field():
    strawberry.Schema(query=Root).execute_sync("{ writers { titles } }")


@strawberry.type
class PlainWriter:
    name: str


@strawberry.type
class PlainRoot:
    @strawberry.field
    def writers(self) -> list[PlainWriter]:
        return [PlainWriter(name=author.name) for author in Author.objects.all()]


def strawberry_columns():
    strawberry.Schema(query=PlainRoot).execute_sync("{ writers { name } }")


class _CountryType(graphene.ObjectType):
    name = graphene.String()


class _WriterType(graphene.ObjectType):
    name = graphene.String()
    country = graphene.Field(_CountryType)

    def resolve_country(author, info):
        return author.country  # grows


class _NovelType(graphene.ObjectType):
    author = graphene.Field(lambda: _WriterType)

    def resolve_author(book, info):
        return book.author


class _NovelQuery(graphene.ObjectType):
    novels = graphene.List(_NovelType)

    def resolve_novels(root, info):
        return Book.objects.select_related("author")


def graphene_nested():
    graphene.Schema(query=_NovelQuery).execute("{ novels { author { country { name } } } }")


class _LandType(graphene.ObjectType):
    name = graphene.String()


class _PoetType(graphene.ObjectType):
    name = graphene.String()
    country = graphene.Field(_LandType)


class _PoemType(graphene.ObjectType):
    author = graphene.Field(_PoetType)


class _PoemQuery(graphene.ObjectType):
    poems = graphene.List(_PoemType)

    def resolve_poems(root, info):
        return Book.objects.select_related("author__country")


def graphene_nested_joined():
    graphene.Schema(query=_PoemQuery).execute("{ poems { author { country { name } } } }")


class _BareAuthorType(graphene.ObjectType):
    name = graphene.String()


class _BareType(graphene.ObjectType):
    author = graphene.Field(_BareAuthorType)  # grows


class _BareQuery(graphene.ObjectType):
    books = graphene.List(_BareType)

    def resolve_books(root, info):
        return Book.objects.all()


def graphene_attribute():
    graphene.Schema(query=_BareQuery).execute("{ books { author { name } } }")


@strawberry.type
class Person:
    name: str

    @strawberry.field
    def mentor_name(self) -> str:
        return self.mentor.name if self.mentor else ""  # grows


@strawberry.type
class Volume:
    title: str

    @strawberry.field
    def author(self) -> Person:
        return self.author


def _volumes() -> list[Volume]:
    return Book.objects.select_related("author")


@strawberry.type
class Volumes:
    volumes: list[Volume] = strawberry.field(resolver=_volumes)


def strawberry_nested():
    strawberry.Schema(query=Volumes).execute_sync("{ volumes { author { mentorName } } }")


class _NodeType(graphene.ObjectType):
    author_name = graphene.String()

    class Meta:
        interfaces = (relay.Node,)

    def resolve_author_name(book, info):
        return book.author.name  # grows


class _NodeConnection(relay.Connection):
    class Meta:
        node = _NodeType


class _NodeQuery(graphene.ObjectType):
    books = relay.ConnectionField(_NodeConnection)

    def resolve_books(root, info, **arguments):
        return Book.objects.all()


def graphene_connection():
    graphene.Schema(query=_NodeQuery).execute("{ books { edges { node { authorName } } } }")


class _JoinedNodeType(graphene.ObjectType):
    author_name = graphene.String()

    class Meta:
        interfaces = (relay.Node,)

    def resolve_author_name(book, info):
        return book.author.name


class _JoinedNodeConnection(relay.Connection):
    class Meta:
        node = _JoinedNodeType


class _JoinedNodeQuery(graphene.ObjectType):
    books = relay.ConnectionField(_JoinedNodeConnection)

    def resolve_books(root, info, **arguments):
        return Book.objects.select_related("author")


def graphene_connection_joined():
    graphene.Schema(query=_JoinedNodeQuery).execute("{ books { edges { node { authorName } } } }")


class _ShelvedBookType(graphene.ObjectType):
    title = graphene.String()


class _ShelfType(graphene.ObjectType):
    books = graphene.List(_ShelvedBookType)

    def resolve_books(author, info):
        return author.books.all()  # grows


class _PartOfShelves:
    shelves = graphene.List(_ShelfType)

    def resolve_shelves(root, info):
        return Author.objects.all()


class _Shelves(_PartOfShelves, graphene.ObjectType):
    pass


def graphene_list_of_a_list():
    graphene.Schema(query=_Shelves).execute("{ shelves { books { title } } }")


class _LoadedShelfType(graphene.ObjectType):
    books = graphene.List(_ShelvedBookType)

    def resolve_books(author, info):
        return author.books.all()


class _PartOfLoadedShelves:
    shelves = graphene.List(_LoadedShelfType)

    def resolve_shelves(root, info):
        return Author.objects.prefetch_related("books")


class _LoadedShelves(_PartOfLoadedShelves, graphene.ObjectType):
    pass


def graphene_list_of_a_prefetched_list():
    graphene.Schema(query=_LoadedShelves).execute("{ shelves { books { title } } }")


class _PagedBookType(graphene.ObjectType):
    author_name = graphene.String()

    def resolve_author_name(book, info):
        return book.author.name  # grows


class _BookPage(graphene.ObjectType):
    rows = graphene.List(_PagedBookType)
    total = graphene.Int()

    @classmethod
    def cut(cls, query):
        pages = Paginator(query, 1000)
        return cls(rows=pages.page(1).object_list, total=pages.count)


class _PagedQuery(graphene.ObjectType):
    books = graphene.Field(_BookPage)

    def resolve_books(root, info):
        return _BookPage.cut(Book.objects.order_by("pk"))


def graphene_page_that_holds_rows():
    graphene.Schema(query=_PagedQuery).execute("{ books { total rows { authorName } } }")


class _PagedJoinedType(graphene.ObjectType):
    author_name = graphene.String()

    def resolve_author_name(book, info):
        return book.author.name


class _JoinedPage(graphene.ObjectType):
    rows = graphene.List(_PagedJoinedType)
    total = graphene.Int()

    @classmethod
    def cut(cls, query):
        pages = Paginator(query, 1000)
        return cls(rows=pages.page(1).object_list, total=pages.count)


class _PagedJoinedQuery(graphene.ObjectType):
    books = graphene.Field(_JoinedPage)

    def resolve_books(root, info):
        return _JoinedPage.cut(Book.objects.select_related("author").order_by("pk"))


def graphene_page_that_holds_joined_rows():
    graphene.Schema(query=_PagedJoinedQuery).execute("{ books { total rows { authorName } } }")


@strawberry.type
class Novelist:
    pk: strawberry.Private[int]

    @strawberry.field
    def count(self) -> int:
        return Book.objects.filter(author_id=self.pk).count()  # grows


@strawberry.type
class NovelistPage:
    items: list[Novelist]
    total: int


@strawberry.type
class NovelistRoot:
    @strawberry.field
    def novelists(self) -> NovelistPage:
        rows = [Novelist(pk=author.pk) for author in Author.objects.all()]
        return NovelistPage(items=rows, total=len(rows))


def strawberry_page():
    strawberry.Schema(query=NovelistRoot).execute_sync("{ novelists { total items { count } } }")
