"""Large groups of functions that all lead back to each other, as visitors and dispatchers do: cut at their hubs.

What is computed inside a cycle of calls is true only for where the cycle was entered, so it is not remembered. In a
group of hundreds that would mean to run all of it again for every one of its functions. So when one question has run
too many functions inside cycles, the function to which most calls came back is marked as a hub. From then on its
callers see what it does two calls deep, which is remembered like any other answer, and the cycles through it are gone.

Which hubs are marked for a file depends on that file's questions and their order alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable
from dataclasses import dataclass, field

from analyzers.project.memo import Unanswered

Identity = tuple[str, str]  # path and qualname of a function

MAX_IN_CYCLES = 16
"""Functions that one question may run inside cycles of calls before a hub is looked for."""

MAX_CUTS = 12
"""Hubs marked for one question; then it is answered as well as its budget allows."""

MAX_RUNS = 600
"""Functions that one question runs inside cycles when no more hubs are cut."""

HUB_DEPTH = 2
"""Calls followed from a hub when somebody else calls it."""


class Tangled(Unanswered):
    """A question met too large a group of functions that lead back to each other."""


@dataclass
class Counted:
    """What was met inside cycles of calls since a function was begun."""

    came_back: list[Identity] = field(
        default_factory=list
    )  # a function being run, for each call that led back to it
    rested_on: list[Identity] = field(
        default_factory=list
    )  # the one by which the cycle was entered, for each answer inside it that was kept
    in_cycles: int = 0  # functions run whose result cannot be remembered


class Hubs:
    """The hubs of a project, and what the question being answered knows of its cycles.

    What was counted in a cycle that is left again does not count any more: where its answer is remembered nobody runs
    it, and which hubs are marked must not depend on what was asked before.
    """

    def __init__(self) -> None:
        self.marked: set[Identity] = set()
        self.counted = Counted()
        self._cuts = 0

    def begin(self) -> None:
        """A new question."""
        self._cuts = 0

    def enter(self) -> Counted:
        """A function is about to be run; what `leave` needs of those around it."""
        around, self.counted = self.counted, Counted()
        return around

    def leave(self, around: Counted, in_cycle: bool) -> None:
        """A function was run, or its answer remembered. Raises `Tangled` when too many belong to a cycle."""
        inside, self.counted = self.counted, around
        if in_cycle:
            around.came_back += inside.came_back
            around.rested_on += inside.rested_on
            around.in_cycles += inside.in_cycles + 1
            if around.in_cycles > MAX_IN_CYCLES and self._cuts < MAX_CUTS:
                raise Tangled

    @property
    def exhausted(self) -> bool:
        """True when so many functions were run inside cycles, all hubs marked, that what remains is left out."""
        return self.counted.in_cycles > MAX_RUNS

    def came_back(self, identity: Identity) -> None:
        """A call led back to a function that is being run."""
        self.counted.came_back.append(identity)

    def rests_on(self, entry: Hashable) -> None:
        """An answer inside a cycle was kept, which that question entered: its function is still being run."""
        if isinstance(entry, tuple):
            self.counted.rested_on.append((entry[1], entry[2]))

    def choose(self) -> Identity:
        """The function to which most calls came back: the next to be marked."""
        self._cuts += 1
        # Where all answers inside the cycle were kept, no call came back: they rest on who it was entered by.
        count = Counter(self.counted.came_back or self.counted.rested_on)
        return max(count, key=lambda identity: (count[identity], identity))

    def forget(self) -> set[Identity]:
        """Mark none any more; those that were."""
        marked, self.marked = self.marked, set()
        return marked
