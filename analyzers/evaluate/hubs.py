"""Large groups of functions that all lead back to each other, as visitors and dispatchers do: cut at their hubs.

What is computed inside a cycle of calls is true only for where the cycle was entered, so it is not remembered. In a
group of hundreds that would mean to run all of it again for every one of its functions. So when one question has run
too many functions inside cycles, the function to which most calls came back is marked as a hub. From then on its
callers see what it does two calls deep, which is remembered like any other answer, and the cycles through it are gone.

What is said of a function in such a group can depend on which of them was asked first; elsewhere nothing does.
"""

from __future__ import annotations

from collections import Counter

Identity = tuple[str, str]  # path and qualname of a function

MAX_IN_CYCLES = 16
"""Functions that one question may run inside cycles of calls before a hub is looked for."""

MAX_CUTS = 12
"""Hubs marked for one question; then it is answered as well as its budget allows."""

HUB_DEPTH = 2
"""Calls followed from a hub when somebody else calls it."""


class Tangled(Exception):
    """A question met too large a group of functions that lead back to each other."""


class Hubs:
    """The hubs of a project, and what the question being answered knows of its cycles."""

    def __init__(self) -> None:
        self.marked: set[Identity] = set()
        self._came_back: Counter[Identity] = Counter()
        self._in_cycles = 0
        self._cuts = 0

    def begin(self) -> None:
        """A new question."""
        self._cuts = 0
        self._again()

    def _again(self) -> None:
        self._came_back.clear()
        self._in_cycles = 0

    def came_back(self, identity: Identity) -> None:
        """A call led back to a function that is being run."""
        self._came_back[identity] += 1

    def ran_in_cycle(self) -> None:
        """A function was run whose result cannot be remembered. Raises `Tangled` when there are too many of them."""
        self._in_cycles += 1
        if self._in_cycles > MAX_IN_CYCLES and self._cuts < MAX_CUTS and self._came_back:
            raise Tangled

    def cut(self) -> Identity:
        """Mark the function to which most calls came back; which one that is."""
        self._cuts += 1
        hub = max(self._came_back, key=lambda identity: (self._came_back[identity], identity))
        self.marked.add(hub)
        self._again()
        return hub

    def forget(self) -> set[Identity]:
        """Mark none any more; those that were."""
        marked, self.marked = self.marked, set()
        return marked
