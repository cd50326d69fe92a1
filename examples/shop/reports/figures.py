"""Figures over amounts: each report slow, and the same report done well."""

import bisect
from functools import cache
from itertools import chain


def shares(amounts: list[int]) -> list[float]:
    """Slow: the total is the same for every amount, and added up anew for each."""
    return [amount / sum(amounts) for amount in amounts]


def shares_fast(amounts: list[int]) -> list[float]:
    """The total once."""
    total = sum(amounts)
    return [amount / total for amount in amounts]


def running_medians(amounts: list[int]) -> list[int]:
    """Slow: all amounts so far are sorted again after each new one."""
    so_far = []
    medians = []
    for amount in amounts:
        so_far.append(amount)
        so_far.sort()
        medians.append(so_far[len(so_far) // 2])
    return medians


def running_medians_fast(amounts: list[int]) -> list[int]:
    """Each amount is put where it belongs."""
    so_far: list[int] = []
    medians = []
    for amount in amounts:
        bisect.insort(so_far, amount)
        medians.append(so_far[len(so_far) // 2])
    return medians


def all_amounts(batches: list[list[int]]) -> list[int]:
    """Slow: every addition copies all batches before it."""
    return sum(batches, [])


def all_amounts_fast(batches: list[list[int]]) -> list[int]:
    """Each amount is copied once."""
    return list(chain.from_iterable(batches))


def rank_of(amounts: list[int], amount: int) -> int:
    """Where an amount stands: looks through the list."""
    return amounts.index(amount)


def ranks(amounts: list[int]) -> list[int]:
    """Slow: the helper looks through all amounts, and this calls it for each of them."""
    return [rank_of(amounts, amount) for amount in amounts]


def ranks_fast(amounts: list[int]) -> list[int]:
    """Each amount's first place is written down once."""
    places: dict[int, int] = {}
    for place, amount in enumerate(amounts):
        places.setdefault(amount, place)
    return [places[amount] for amount in amounts]


def ways_to_pay(coins: int) -> int:
    """Slow: the ways to lay out so many coins, in ones and twos, counted by trying all of them."""
    if coins <= 1:
        return 1
    return ways_to_pay(coins - 1) + ways_to_pay(coins - 2)


@cache
def ways_to_pay_fast(coins: int) -> int:
    """Every number of coins is looked at once."""
    if coins <= 1:
        return 1
    return ways_to_pay_fast(coins - 1) + ways_to_pay_fast(coins - 2)
