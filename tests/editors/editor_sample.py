"""The file the editors open, the answer the stand-in gives, and what to look for."""

from __future__ import annotations

SOURCE = """\
def known(users: list[str], orders: list[str]) -> list[str]:
    names = [user.lower() for user in users]
    found = []
    for order in orders:
        if "😋" and order in names:
            found.append(order)
    return found
"""

REWRITTEN = """\
def known(users: list[str], orders: list[str]) -> list[str]:
    names = {user.lower() for user in users}
    return [order for order in orders if "😋" and order in names]
"""

ANSWER = f"""\
<before>time O(|users| + |orders|·|users|), space O(|users|)</before>
<after>time O(|users| + |orders|), space O(|users|)</after>
<why>The list was searched once per order; a set answers in constant time.</why>
<assumptions>none</assumptions>
<rewrite>
{REWRITTEN}</rewrite>
"""

MARKED = "order in names"  # the text under the diagnostic
MESSAGE = "searches the list"  # in the diagnostic
FIX = "Build a set"  # in the title of the local fix
FIXED = "names_set = set(names)"  # appears with the local fix

TYPESCRIPT = {
    "package.json": '{"name": "sample", "dependencies": {"@prisma/client": "^6"}}\n',
    "orders.ts": """\
import { PrismaClient } from "@prisma/client";

const prisma = new PrismaClient();

export async function ordersOf(customerId: number) {
  return prisma.order.findMany({ where: { customerId } });
}
""",
    "customers.ts": """\
import { ordersOf } from "./orders";

export async function all(customers: { id: number }[]) {
  const rows = [];
  for (const customer of customers) {
    rows.push(await ordersOf(customer.id));
  }
  return rows;
}
""",
}

# A query per row whose cause is in another file: the rewrite changes the queryset there, too.
SHOP = {
    "shop/models.py": """\
from django.db import models


class Author(models.Model):
    name = models.CharField(max_length=80)


class Book(models.Model):
    title = models.CharField(max_length=80)
    author = models.ForeignKey(Author, on_delete=models.CASCADE, related_name="books")
""",
    "shop/queries.py": """\
from shop.models import Book


def open_books():
    return Book.objects.order_by("title")
""",
    "shop/views.py": """\
from shop.queries import open_books


def book_lines():
    lines = []
    for book in open_books():
        lines.append(f"{book.title} by {book.author.name}")
    return lines
""",
}

ACROSS = """\
<before>1 + |open_books()| queries</before>
<after>1 query</after>
<why>The author of each book was a query of its own; loaded with the book it is none.</why>
<assumptions>none</assumptions>
<rewrite>
def book_lines():
    return [f"{book.title} by {book.author.name}" for book in open_books()]
</rewrite>
<also path="shop/queries.py" function="open_books">
def open_books():
    return Book.objects.select_related("author").order_by("title")
</also>
"""

_QUESTION = {"name": "read_function", "input": {"path": "shop/queries.py", "function": "open_books"}}

# First Claude asks for the other function, then it answers.
ACROSS_RULES = [
    {"match": {"contains": "tool_result"}, "reply": {"text": ACROSS}},
    {"match": {}, "reply": {"tools": [_QUESTION]}},
]
