// The small workspace the tests open, and what the stand-in answers about it.
import fs from 'node:fs';
import path from 'node:path';

const CUSTOMERS = `def shared_customers(first: list[str], second: list[str]) -> list[str]:
    # \u{1F4E6} the sign is two UTF-16 units and one character
    found = []
    for name in first:
        label = "\u{1F4E6}"; known = name in second
        if known:
            found.append(label + name)
    return found
`;

const ORDERS = `def orders_by_user(users, orders):
    """Orders of each user, in the order they were placed."""
    result = {}
    for user in users:
        mine = []
        for order in orders:
            if order.user_id == user.id:
                mine.append(order)
        result[user.id] = mine
    return result
`;

const INVOICES = `def invoices_by_user(users, invoices):
    """Invoices of each user, in the order they were placed."""
    result = {}
    for user in users:
        mine = []
        for invoice in invoices:
            if invoice.user_id == user.id:
                mine.append(invoice)
        result[user.id] = mine
    return result
`;

/** A query per row whose cause is in another file: the rewrite changes the queryset there. */
const SHOP = {
  'shop/models.py': `from django.db import models


class Author(models.Model):
    name = models.CharField(max_length=80)


class Book(models.Model):
    title = models.CharField(max_length=80)
    author = models.ForeignKey(Author, on_delete=models.CASCADE, related_name="books")
`,
  'shop/queries.py': `from shop.models import Book


def open_books():
    """All books, in the order of their titles."""
    return Book.objects.order_by("title")
`,
  'shop/views.py': `from shop.queries import open_books


def book_lines():
    """Title and author of each book."""
    lines = []
    for book in open_books():
        lines.append(f"{book.title} by {book.author.name}")
    return lines
`,
};

const ACROSS = `<before>1 + |open_books()| queries</before>
<after>1 query</after>
<why>The author of each book was a query of its own; loaded with the book it is none.</why>
<assumptions>none</assumptions>
<rewrite>
def book_lines():
    """Title and author of each book."""
    return [f"{book.title} by {book.author.name}" for book in open_books()]
</rewrite>
<also path="shop/queries.py" function="open_books">
def open_books():
    """All books, in the order of their titles."""
    return Book.objects.select_related("author").order_by("title")
</also>`;

/** An answer in the form the prompt asks for, about a scan of `many` for each of `few`. */
export const answer = (code, few = 'users', many = 'orders') => `<before>time O(|${few}|·|${many}|), space O(|${few}|)</before>
<after>time O(|${few}| + |${many}|), space O(|${few}| + |${many}|)</after>
<why>All ${many} were looked through for each of the ${few}. Grouping them once makes each look-up constant.</why>
<assumptions>The ids that are compared are hashable.</assumptions>
<rewrite>
${code}</rewrite>`;

const ORDERS_GROUPED = `def orders_by_user(users, orders):
    """Orders of each user, in the order they were placed."""
    rows = {}
    for order in orders:
        rows.setdefault(order.user_id, []).append(order)
    result = {}
    for user in users:
        result[user.id] = rows.get(user.id, [])
    return result
`;

const INVOICES_GROUPED = `def invoices_by_user(users, invoices):
    """Invoices of each user, in the order they were placed."""
    rows = {}
    for invoice in invoices:
        rows.setdefault(invoice.user_id, []).append(invoice)
    result = {}
    for user in users:
        result[user.id] = rows.get(user.id, [])
    return result
`;

/** Write the workspace into `folder`, which must be new. */
export function writeWorkspace(folder) {
  fs.mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries({ 'customers.py': CUSTOMERS, 'orders.py': ORDERS, 'invoices.py': INVOICES, ...SHOP })) {
    fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    fs.writeFileSync(path.join(folder, name), text);
  }
}

const ASKED = { name: 'read_function', input: { path: 'shop/queries.py', function: 'open_books' } };

/** What the stand-in answers: each function has a file of its own, so its name is in no other request. */
export const RULES = [
  { match: { regex: 'tool_result.*open_books' }, reply: { text: ACROSS } }, // the second turn, with what it asked for
  { match: { contains: 'def book_lines' }, reply: { tools: [ASKED] } },
  { match: { contains: 'def orders_by_user' }, reply: { text: answer(ORDERS_GROUPED) } },
  { match: { contains: 'def invoices_by_user' }, reply: { text: answer(INVOICES_GROUPED, 'users', 'invoices') } },
];
