"""What answers rest on, down to the leaves: asked once, at the end of a scan."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping

Sources = Mapping[Hashable, int]


def leaves(
    answers: Mapping[Hashable, Sources], passing: Mapping[Hashable, Sources], roots: Iterable[Hashable]
) -> dict[Hashable, int]:
    """For every leaf the roots that rest on it, directly or not, as bits: the first root is the lowest.

    `answers` are in the order in which they were settled, so what one was made from mostly stands before it: gone through
    from the end, each has all of its bits when it is met. What belongs to a circle (`passing`), or was settled again, hands
    on what comes later. A question that was left without an answer is no leaf: whoever asked it rests on what was read for it.
    """
    bits: dict[Hashable, int] = {key: 1 << at for at, key in enumerate(roots)}
    same: dict[int, int] = {}  # a bit set that several share is kept once
    late: list[Hashable] = []
    done: set[Hashable] = set()

    def hand_on(key: Hashable, sources: Sources) -> None:
        mine = bits[key]
        for source, is_question in sources.items():
            if is_question and source not in answers and source not in passing:
                continue
            held = bits.get(source, 0)
            more = held | mine
            if more != held:
                bits[source] = same.setdefault(more, more)
                if source in done or source in passing:
                    late.append(source)

    for key in reversed(answers):
        if key in bits:
            hand_on(key, answers[key])
            if key in passing:
                late.append(key)
        done.add(key)
        while late:
            again = late.pop()
            for held in (answers, passing):
                if again in held:
                    hand_on(again, held[again])
    return {key: held for key, held in bits.items() if key not in answers and key not in passing}
