"""Answers inside a cycle of calls, and calls too deep to be followed at once: what must not be remembered as it is.

What a function does is remembered for everybody who asks, so it may not depend on who asked first. Two things would:
a member of a cycle of calls is run while those who called it are still being run, and goes without their answers; and
a call that is too deep, in the question that is being answered, could not be followed there.

The first is kept only as long as it is true (`Provisional`). The second is asked for by itself before the question is
taken up again (`TooDeep`): what lies at the end of a long chain is remembered, and the chain is shorter the next time.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping

from analyzers import facts as f
from analyzers.evaluate.events import Analysis
from analyzers.evaluate.hubs import Identity
from analyzers.project.memo import Memo, Unanswered
from analyzers.types import Value

MAX_DEPTH = 24
"""Calls followed into calls at once. Each takes some thirty frames of Python's stack, which has a thousand."""


class TooDeep(Unanswered):
    """A call is too deep to be followed from here: it is to be asked by itself first."""

    def __init__(self, path: str, function: f.Function, formals: dict[str, Value]) -> None:
        self.asked = (path, function, formals)
        self.identity = (path, function.qualname)


class Provisional:
    """The answers of functions inside cycles.

    The function by which a cycle was entered has its answer whoever asks, as long as no member of the cycle is being
    run: it stands for further questions too. The answer of any other member stands until that function is left, and
    what rests on it is a member too.
    """

    def __init__(self, memo: Memo) -> None:
        self._memo = memo
        self._version = 0  # of the project, when something was last kept
        self._kept: dict[Hashable, Analysis] = {}
        self._members: dict[
            Hashable, frozenset[Identity]
        ] = {}  # of the cycle, for the function that it was entered by
        self._entry: dict[Hashable, Hashable] = {}  # for all others that function
        self._under: dict[Hashable, list[Hashable]] = {}  # which those are
        self._run: set[Identity] = set()  # inside cycles, since the function being run was begun

    def begin(self) -> None:
        """A new question: nothing is being run, so what stood for as long as something was does no longer."""
        for key in self._entry:
            self._kept.pop(key, None)
        self._entry.clear()
        self._under.clear()
        self._run = set()

    def at(self, version: int) -> None:
        """The project stands at that version: what was kept of another is true no longer. Each keeps its own, as one may stand
        aside while the first question after an edit is answered."""
        if self._version != version:
            self.clear()
            self._version = version

    def clear(self) -> None:
        """Another state of the project, or other hubs."""
        self._kept.clear()
        self._members.clear()
        self._entry.clear()
        self._under.clear()
        self._run = set()

    def get(self, key: Hashable, active: Mapping[Identity, int]) -> Analysis | None:
        """The answer that was kept, while functions are being run; None if there is none or it is not true here."""
        found = self._kept.get(key)
        if found is None:
            return None
        entry = self._entry.get(key)
        if entry is not None:
            self._memo.came_back(entry)
            return found
        if not self._members[key].isdisjoint(active):
            return None
        self._memo.came_back_to = key  # As if it had just been run.
        return found

    def entered_by(self, key: Hashable) -> Hashable:
        """The question by which the cycle was entered whose member's answer is kept under that key; None for its own."""
        return self._entry.get(key)

    def enter(self) -> set[Identity]:
        """A function is about to be run; what `leave` needs of those around it."""
        around, self._run = self._run, set()
        return around

    def leave(self, around: set[Identity], key: Hashable, identity: Identity, found: Analysis | None) -> bool:
        """A function was run, or its answer remembered; whether it belongs to a cycle that is not left yet."""
        inside, self._run = self._run, around
        for other in self._under.pop(key, ()):
            self._kept.pop(other, None)
            self._entry.pop(other, None)
        if found is None or self._memo.knows(key):
            return False
        entry = self._memo.came_back_to
        self._kept[key] = found
        self._entry.pop(key, None)
        if entry is None or entry == key:
            self._members[key] = frozenset(inside | {identity})
            return False
        self._entry[key] = entry
        self._under.setdefault(entry, []).append(key)
        self._run |= inside | {identity}
        return True
