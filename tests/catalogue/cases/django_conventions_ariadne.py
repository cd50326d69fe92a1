"""Ariadne: resolvers of a type that are called for every row of it."""

from ariadne import ObjectType, QueryType, gql, graphql_sync, make_executable_schema

from shop.models import Author, Book

_SCHEMA = gql("""
    type Query { books: [Book!]! joined: [Book!]! author: Author }
    type Book { title: String! writer: String! shout: String! reviewed: Int! }
    type Author { name: String! books: Int! }
""")

query = QueryType()
book = ObjectType("Book")
author = ObjectType("Author")


@query.field("books")
def _books(_, info):
    return Book.objects.all()


@query.field("author")
def _author(_, info):
    return Author.objects.first()


@book.field("writer")
def _writer(obj, info):
    return obj.author.name  # grows


@book.field("reviewed")
def _reviewed(obj, info):
    return obj.reviews.count()  # grows


@book.field("shout")
def _shout(obj, info):
    return obj.title.upper()


@author.field("books")
def _count(obj, info):
    return obj.books.count()


def _ask(question):
    done, answer = graphql_sync(make_executable_schema(_SCHEMA, query, book, author), {"query": question})
    assert done, answer


def resolvers_of_a_list():
    _ask("{ books { writer reviewed } author { books } }")
