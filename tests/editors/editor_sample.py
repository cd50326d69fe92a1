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
