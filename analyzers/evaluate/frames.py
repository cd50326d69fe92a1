"""What a run keeps for each place it is in: the loop it is inside of, the statements it runs, what is being read."""

from __future__ import annotations

from dataclasses import dataclass, field

from analyzers import facts as f
from analyzers.costs import ONE, Cost, Size
from analyzers.evaluate.events import Loop, Part

MAX_PARTS = 24
"""Contributions that are kept of one loop."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Into what the expression being evaluated is read: the names, and whether they fix how much it is."""

    names: tuple[str, ...] = ()
    fixed: bool = False

    @property
    def name(self) -> str:
        return self.names[0] if len(self.names) == 1 else ""


NOWHERE = Reading()


@dataclass(slots=True)
class Frame:
    """What one loop's body (or the function itself) costs, so far."""

    loop: Loop | None
    cost: Cost = ONE
    parts: list[Part] = field(default_factory=list)
    growth: dict[Size, Cost] = field(default_factory=dict)
    born: list[Size] = field(default_factory=list)

    def add(self, part: Part) -> None:
        """Note a contribution; of many the largest are kept."""
        self.parts.append(part)
        if len(self.parts) > 2 * MAX_PARTS:  # Not one by one: sorting is what costs.
            self.parts.sort(key=lambda p: p.cost.leading.weight, reverse=True)
            del self.parts[MAX_PARTS:]

    def grow(self, size: Size, by: Cost) -> None:
        """A container grows by so much."""
        self.growth[size] = self.growth[size] + by if size in self.growth else by


@dataclass(slots=True)
class Block:
    """Statements being run in order: which of them is running, and how many loops are open."""

    body: tuple[f.Stmt, ...]
    position: int
    depth: int
