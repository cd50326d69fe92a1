"""Lists that are copied, or moved along, at every step."""

from collections import deque


def running_totals(amounts: list[int]) -> list[int]:
    """Slow: `totals + [...]` copies what there is at every step."""
    totals: list[int] = []
    current = 0
    for amount in amounts:
        current += amount
        totals = totals + [current]
    return totals


def running_totals_fast(amounts: list[int]) -> list[int]:
    totals: list[int] = []
    current = 0
    for amount in amounts:
        current += amount
        totals.append(current)
    return totals


def pack(parcels: list[int], limit: int) -> list[list[int]]:
    """Slow: `pop(0)` moves every parcel that is left."""
    vans: list[list[int]] = [[]]
    weight = 0
    while parcels:
        parcel = parcels.pop(0)
        if weight + parcel > limit:
            vans.append([])
            weight = 0
        vans[-1].append(parcel)
        weight += parcel
    return vans


def pack_fast(parcels: list[int], limit: int) -> list[list[int]]:
    """The same vans: a deque gives its first element away at once."""
    waiting = deque(parcels)
    vans: list[list[int]] = [[]]
    weight = 0
    while waiting:
        parcel = waiting.popleft()
        if weight + parcel > limit:
            vans.append([])
            weight = 0
        vans[-1].append(parcel)
        weight += parcel
    return vans
