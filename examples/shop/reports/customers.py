"""Reports over plain rows, as they come out of a database export. No query is sent here; what grows is Python."""

from dataclasses import dataclass
from collections import defaultdict


@dataclass(frozen=True)
class CustomerRow:
    id: int
    name: str
    country: str


@dataclass(frozen=True)
class OrderRow:
    id: int
    customer_id: int
    cents: int


def spending_by_customer(customers: list[CustomerRow], orders: list[OrderRow]) -> dict[str, int]:
    """Slow: looks through all orders for each customer."""
    spending = {}
    for customer in customers:
        total = 0
        for order in orders:
            if order.customer_id == customer.id:
                total += order.cents
        spending[customer.name] = total
    return spending


def spending_by_customer_fast(customers: list[CustomerRow], orders: list[OrderRow]) -> dict[str, int]:
    """The same numbers: one walk over the orders, one over the customers."""
    cents: dict[int, int] = defaultdict(int)
    for order in orders:
        cents[order.customer_id] += order.cents
    return {customer.name: cents[customer.id] for customer in customers}


def countries_in_order(customers: list[CustomerRow]) -> list[str]:
    """Slow: `seen` grows in the loop that looks through it."""
    seen: list[str] = []
    for customer in customers:
        if customer.country not in seen:
            seen.append(customer.country)
    return seen


def countries_in_order_fast(customers: list[CustomerRow]) -> list[str]:
    """The same list: a dict keeps the order and finds at once."""
    return list(dict.fromkeys(customer.country for customer in customers))


def orders_of_strangers(customers: list[CustomerRow], orders: list[OrderRow]) -> list[OrderRow]:
    """Slow: a list of ids is looked through for every order. A set built before the loop is the certain fix."""
    known = [customer.id for customer in customers]
    strangers = []
    for order in orders:
        if order.customer_id not in known:
            strangers.append(order)
    return strangers


def orders_of_strangers_fast(customers: list[CustomerRow], orders: list[OrderRow]) -> list[OrderRow]:
    known = {customer.id for customer in customers}
    return [order for order in orders if order.customer_id not in known]
