"""What answers rest on, told for all of them at once, is what a walk along the questions finds."""

from __future__ import annotations

import random

import pytest

from analyzers.project.memo import Memo

Graph = dict[int, list[int]]


def graph(chance: random.Random, circles: bool) -> tuple[Graph, dict[int, list[str]]]:
    """Which questions ask which others, and what each reads itself."""
    asks: Graph = {}
    for one in range(30):
        others = range(30) if circles else range(one)
        asks[one] = chance.sample(others, min(len(others), chance.randrange(4)))
    return asks, {one: [f"leaf {chance.randrange(12)}"] if chance.random() < 0.6 else [] for one in asks}


def reached(asks: Graph, reads: dict[int, list[str]], start: int) -> set[str]:
    pending, seen = [start], {start}
    while pending:
        for other in asks[pending.pop()]:
            if other not in seen:
                seen.add(other)
                pending.append(other)
    return {leaf for one in seen for leaf in reads[one]}


@pytest.mark.parametrize("circles", [False, True])
@pytest.mark.parametrize("seed", range(20))
def test_leaves_of_are_all_that_is_reached(seed: int, circles: bool) -> None:
    chance = random.Random(seed)
    asks, reads = graph(chance, circles)
    memo = Memo()

    def answer(one: int) -> int:
        for leaf in reads[one]:
            memo.read((leaf,))
        return 1 + max([ask(other) for other in asks[one]], default=0)

    def ask(one: int) -> int:
        return memo.ask(("question", one), lambda: answer(one), in_cycle=0)

    roots = chance.sample(range(30), 6)
    keys = [("root", one) for one in roots]
    for key in keys:
        memo.ask(key, lambda key=key: ask(key[1]), in_cycle=0)  # type: ignore[misc]
    found = memo.leaves_of(keys)
    for at, one in enumerate(roots):
        resting = {leaf[0] for leaf, bits in found.items() if bits >> at & 1}  # type: ignore[index]
        assert resting == reached(asks, reads, one)
