"""Small programs to check, and how a command ended."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

BIGO = Path(sys.executable).with_name("bigo")


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Bigo = Callable[..., Done]

# Three functions, one finding each; and one that is fine.
SLOW = """\
def spending(customers, orders):
    result = {}
    for customer in customers:
        for order in orders:
            if order.customer_id == customer.id:
                result[customer.id] = result.get(customer.id, 0) + order.cents
    return result


def strangers(customers: list[int], orders: list[int]) -> list[int]:
    found = []
    for order in orders:
        if order not in customers:
            found.append(order)
    return found


def totals(amounts):
    result = []
    for amount in amounts:
        result = result + [amount]
    return result
"""
FINE = """\
def largest(amounts):
    best = 0
    for amount in amounts:
        best = max(best, amount)
    return best
"""
