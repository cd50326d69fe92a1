"""Answers inside a cycle of calls, and calls too deep to be followed at once: what must not be remembered as it is.

What a function does is remembered for everybody who asks, so it may not depend on who asked first. Two things would:
a member of a cycle of calls is run while those who called it are still being run, and goes without their answers; and
a call that is too deep, in the question that is being answered, could not be followed there.

The first is kept only as long as it is true (`Provisional`). The second is asked for by itself before the question is
taken up again (`TooDeep`): what lies at the end of a long chain is remembered, and the chain is shorter the next time.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

from analyzers.evaluate.circles import MAX_MEMBERS, MAX_RUNS, Identity
from analyzers.evaluate.events import Analysis
from analyzers.project.memo import Memo


class Entered:
    """The answers of the functions by which circles were entered, with the members of these."""

    def __init__(self) -> None:
        self._version = 0  # of the project, when something was last kept
        self.kept: dict[Hashable, tuple[Analysis, frozenset[Identity]]] = {}

    def at(self, version: int) -> None:
        """The project stands at that version: what was kept of another is true no longer."""
        if self._version != version:
            self.kept.clear()
            self._version = version


class Provisional:
    """The answers of functions inside cycles.

    The function by which a cycle was entered has its answer whoever asks, as long as no member of the cycle is being
    run: it stands for further questions too. The answer of any other member stands until that function is left, and
    what rests on it is a member too.
    """

    def __init__(self, memo: Memo, entered: Entered | None = None) -> None:
        self._memo = memo
        self._entered = entered if entered is not None else Entered()
        self._kept: dict[Hashable, Analysis] = {}  # of members
        self._entry: dict[
            Hashable, Hashable
        ] = {}  # for each of these the function by which the cycle was entered
        self._under: dict[Hashable, list[Hashable]] = {}  # which those are
        self._run: set[Identity] = set()  # inside cycles, since the function being run was begun
        self._runs = 0  # of these

    def apart(self) -> Provisional:
        """One for what is run as if nothing else was being run."""
        return Provisional(self._memo, self._entered)

    def at(self, version: int) -> None:
        """The project stands at that version: what was kept of another is true no longer."""
        self._entered.at(version)

    def get(self, key: Hashable, active: Mapping[Identity, int]) -> Analysis | None:
        """The answer that was kept, while functions are being run; None if there is none or it is not true here."""
        found = self._kept.get(key)
        if found is not None:
            self._memo.came_back(self._entry[key])
            return found
        known = self._entered.kept.get(key)
        if known is None or not known[1].isdisjoint(active):
            return None
        self._memo.came_back_to = key  # As if it had just been run.
        return known[0]

    def entered_by(self, key: Hashable) -> Any:
        """The question by which the cycle was entered whose member's answer is kept under that key; None for its own."""
        return self._entry.get(key)

    @property
    def inside(self) -> bool:
        """Whether a circle of calls was met since the function being run was begun."""
        return bool(self._run)

    @property
    def is_large(self) -> bool:
        """Whether that circle has too many members, or took too many runs."""
        return len(self._run) > MAX_MEMBERS or self._runs > MAX_RUNS

    def note(self, identity: Identity) -> None:
        """A call led back to that function, which is being run."""
        self._run.add(identity)

    def enter(self) -> tuple[set[Identity], int]:
        """A function is about to be run; what `leave` needs of those around it."""
        around = self._run, self._runs
        self._run, self._runs = set(), 0
        return around

    def leave(
        self, around: tuple[set[Identity], int], key: Hashable, identity: Identity, found: Analysis | None
    ) -> bool:
        """A function was run, or its answer remembered; whether it belongs to a cycle that is not left yet."""
        inside, runs = self._run, self._runs
        self._run, self._runs = around
        for other in self._under.pop(key, ()):
            self._kept.pop(other, None)
            self._entry.pop(other, None)
        if found is None or self._memo.knows(key):
            return False
        entry = self._memo.came_back_to
        if entry is None or entry == key:
            self._entered.kept[key] = found, frozenset(inside | {identity})
            return False
        self._kept[key] = found
        self._entry[key] = entry
        self._under.setdefault(entry, []).append(key)
        self._run |= inside | {identity}
        self._runs += runs + 1
        return True
