"""The calls of a recursive function to itself, written down while it runs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from msgspec import Struct
from msgspec.structs import replace

from analyzers import facts as f
from analyzers.costs import Size
from analyzers.evaluate.events import Loop
from analyzers.findings import Place
from analyzers.types import Value

Trail = tuple["SelfCall", ...]
"""The self calls on one way through a body."""


class SelfCall(Struct, frozen=True, gc=False):
    """One call of a function to itself: what is passed for which parameter, in which loops of its own."""

    place: Place
    arguments: dict[str, Value]
    loops: tuple[Loop, ...]
    last: bool = False  # what it gives is returned at once: there is no next turn
    without: frozenset[str] = frozenset()  # parameters that have to be left out for the call to be made

    @property
    def repeats(self) -> bool:
        """True if it stands in a loop that goes on afterwards."""
        return bool(self.loops) and not self.last


@dataclass(slots=True)
class Recursing:
    """A function that is being run and may call itself, with the functions run as part of it."""

    path: str
    function: f.Function
    around: int = 0  # loops that were open around it
    calls: list[SelfCall] = field(default_factory=list)
    trail: Trail = ()
    ended: list[Trail] = field(default_factory=list)
    members: list[f.Function] = field(
        default_factory=list
    )  # functions that lead back here, run as part of it
    result: Size = field(default_factory=lambda: Size("its result", "the size of what the function returns"))
    without: frozenset[str] = frozenset()  # those left out where a function is run that leads back
    tangled: bool = False  # the calls lead back in ways that make no single recurrence

    def is_of(self, path: str, qualname: str) -> bool:
        return self.path == path and self.function.qualname == qualname

    def without_in(self, function: f.Function, spared: frozenset[str]) -> frozenset[str]:
        """The parameters of the function at hand that have to be left out for what one of those run as part of it does."""
        return spared if function is self.function else self.without

    def note(self, call: SelfCall) -> None:
        self.calls.append(call)
        self.trail = (*self.trail, call)

    def mark_last(self, spans: frozenset[tuple[int, int]]) -> None:
        """Say of the calls at these places that what they give is returned at once."""

        def marked(call: SelfCall) -> SelfCall:
            span = call.place.span
            return replace(call, last=True) if (span.start, span.end) in spans else call

        self.calls = [marked(call) for call in self.calls]
        self.trail = tuple(map(marked, self.trail))
        self.ended = [tuple(map(marked, trail)) for trail in self.ended]

    def trails(self) -> list[Trail]:
        return [trail for trail in (*self.ended, self.trail) if trail]

    @staticmethod
    def heaviest(trails: Iterable[Trail]) -> Trail:
        return max(trails, key=lambda t: (sum(c.repeats for c in t), len(t)), default=())
