"""The longest time each frame stays on the stack without a break, from stacks in the order they were seen."""

from __future__ import annotations

from collections.abc import Collection


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
