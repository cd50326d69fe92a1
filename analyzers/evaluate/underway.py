"""Which functions are being run, and which were run for each answer.

A call that leads back to a function that is being run is not followed (`circles.py`). So an answer that was made by running one
of these while it was not being run is another one here: it is made anew, as a part of the circle. With that an answer
is the same whatever was asked before it.
"""

from __future__ import annotations

import sys
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from analyzers.evaluate.circles import Identity


@dataclass(slots=True)
class Calls:
    """For each question that was answered by running functions: the questions it led to, directly."""

    of: dict[Hashable, tuple[Hashable, ...]] = field(default_factory=dict)
    heights: dict[Hashable, int] = field(default_factory=dict)  # calls that lie one above the other below it
    runs: dict[Identity, set[Hashable]] = field(
        default_factory=dict
    )  # the questions each function was run for
    lowest: dict[Identity, int] = field(default_factory=dict)  # the least height of one of these


class Underway(dict[Identity, int]):
    """The functions that are being run, with how often.

    Of which an answer was made is looked up for few: what it led to lies lower, so where it lies no higher than all earlier
    runs of what is being run, it led to none of these.
    """

    def __init__(self, calls: Calls | None = None) -> None:
        super().__init__()
        self._calls = calls if calls is not None else Calls()
        self._lowest = [
            sys.maxsize
        ]  # of each that is being run the lowest earlier run, or that of one around it
        self._led_to: list[set[Hashable]] = [set()]  # by the questions being answered, innermost last

    def apart(self) -> Underway:
        """For what is run as if nothing else was being run."""
        return Underway(self._calls)

    def begin(self, identity: Identity) -> None:
        """A function is run, by itself or as a part of another one."""
        self[identity] = self.get(identity, 0) + 1
        self._lowest.append(min(self._lowest[-1], self._calls.lowest.get(identity, sys.maxsize)))

    def end(self, identity: Identity) -> None:
        self._lowest.pop()
        self[identity] -= 1
        if not self[identity]:
            del self[identity]

    def leads_to(self, key: Hashable) -> None:
        """The question being answered asks another one that functions are run for."""
        self._led_to[-1].add(key)

    @contextmanager
    def answering(self, key: Hashable, identity: Identity | None, *, anew: bool) -> Iterator[None]:
        """Meanwhile a question is answered, by running that function; `anew` where nothing is known of it before."""
        calls, led_to = self._calls, set[Hashable]()
        self._led_to.append(led_to)
        try:
            yield
        finally:
            self._led_to.pop()
            # What belongs to a circle is answered on other ways, too, from others of it.
            calls.of[key] = tuple(led_to.union(calls.of.get(key, ()) if anew else ()))
            height = 1 + max((calls.heights.get(one, 0) for one in led_to), default=0)
            calls.heights[key] = height
            if identity is not None:
                calls.runs.setdefault(identity, set()).add(key)
                calls.lowest[identity] = min(height, calls.lowest.get(identity, height))

    def met_by(self, key: Hashable) -> bool:
        """Whether the answer to a question was made by running one of these."""
        heights, lowest = self._calls.heights, self._lowest[-1]
        if heights.get(key, 0) <= lowest:
            return False
        sought = set[Hashable]().union(*[self._calls.runs.get(identity, ()) for identity in self])
        pending, seen = [key], {key}
        while pending:
            led_to = self._calls.of.get(pending.pop(), ())
            if not sought.isdisjoint(led_to):
                return True
            for one in led_to:
                if one not in seen and heights.get(one, 0) > lowest:
                    seen.add(one)
                    pending.append(one)
        return False
