"""The longest time each frame stays on the stack without a break, from stacks in the order they were seen."""

from __future__ import annotations

from collections.abc import Collection, Sequence

MOST_STEPS = 6_000_000
"""Frames entered and left; a recording whose stacks jump about more than that is too wild to be timed."""


class Stretches:
    """Tell it the stack at each moment; `longest` holds seconds per frame once it is closed.

    A collection of garbage is no break (`pause`), unless something else runs after it.
    """

    def __init__(self) -> None:
        self.longest: dict[int, float] = {}
        self._open: dict[int, float] = {}
        self._stack: Collection[int] = ()
        self._paused: float | None = None
        self._pending: tuple[Collection[int], float] | None = None

    def at(self, stack: Collection[int], now: float) -> None:
        """From `now` on the frames of `stack` run. The same object as last time costs nothing."""
        paused, self._paused = self._paused, None
        if stack is self._stack:
            return
        self._stack = stack
        for frame in [frame for frame in self._open if frame not in stack]:
            self._end(frame, now if paused is None else paused)
        for frame in stack:
            self._open.setdefault(frame, now)

    def pause(self, now: float) -> None:
        """The runtime itself works from `now` on: what runs on after it never stopped."""
        if self._paused is None:
            self._paused = now

    def later(self, stack: Collection[int], now: float) -> None:
        """As `at`, but the last of several stacks told for one moment counts."""
        if self._pending is not None and now > self._pending[1]:
            self.at(*self._pending)
        self._pending = (stack, now)

    def close(self, now: float) -> None:
        """Nothing runs from `now` on."""
        if self._pending is not None:
            self.at(*self._pending)
            self._pending = None
        for frame in list(self._open):
            self._end(frame, now if self._paused is None else self._paused)
        self._stack, self._paused = (), None

    def sorted(self) -> tuple[tuple[int, float], ...]:
        return tuple(sorted(self.longest.items()))

    def _end(self, frame: int, now: float) -> None:
        self.longest[frame] = max(self.longest.get(frame, 0.0), now - self._open.pop(frame))


class TreeStretches:
    """The same for stacks that are nodes of a call tree: only the frames between two nodes are looked at."""

    def __init__(self, parents: Sequence[int], frames: Sequence[int]) -> None:
        """Per node its parent, an earlier node or -1, and its frame, -1 where it does not count."""
        self.longest: dict[int, float] = {}
        self.steps = 0
        self._parents = parents
        self._frames = frames
        self._depths: list[int] = []
        for parent in parents:
            self._depths.append(self._depths[parent] + 1 if parent >= 0 else 0)
        self._active: dict[int, int] = {}
        self._since: dict[int, float] = {}
        self._at = -1
        self._paused: float | None = None

    def at(self, node: int, now: float) -> None:
        """From `now` on the stack that ends in `node` runs; -1 is the empty one."""
        left = now if self._paused is None else self._paused
        self._paused = None
        if self.steps >= MOST_STEPS:
            return
        leaving, entering = self._at, node
        ended: list[int] = []
        begun: list[int] = []
        while leaving != entering:
            self.steps += 1
            if entering < 0 or (leaving >= 0 and self._depths[leaving] >= self._depths[entering]):
                ended.append(self._frames[leaving])
                leaving = self._parents[leaving]
            else:
                begun.append(self._frames[entering])
                entering = self._parents[entering]
        self._at = node
        for frame in begun:
            count = self._active.get(frame, 0)
            self._active[frame] = count + 1
            if not count:
                self._since[frame] = now
        for frame in ended:
            count = self._active[frame] - 1
            self._active[frame] = count
            if not count:
                self.longest[frame] = max(self.longest.get(frame, 0.0), left - self._since[frame])

    def pause(self, now: float) -> None:
        """The runtime itself works from `now` on: what runs on after it never stopped."""
        if self._paused is None:
            self._paused = now

    def runs_under(self, node: int, above: int) -> bool:
        """Is `above` a node on the way from `node` up, and another one?"""
        if above < 0 or node < 0:
            return False
        for _ in range(self._depths[node] - self._depths[above]):
            node = self._parents[node]
            self.steps += 1
        return node == above

    def sorted(self) -> tuple[tuple[int, float], ...]:
        """Per frame its seconds; nothing when the stacks jumped about too much to be timed."""
        if self.steps >= MOST_STEPS:
            return ()
        return tuple(sorted((frame, time) for frame, time in self.longest.items() if frame >= 0))
