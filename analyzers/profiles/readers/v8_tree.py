"""V8's call tree with its samples, as `.cpuprofile` files and Chrome's traces hold it.

Call frames count lines and columns from 0, `positionTicks` lines from 1. V8 books an inlined function's ticks on the
caller's node, under the inlined function's lines; linking gives them back (`totals.py`), because only it knows where
functions begin and end.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from msgspec import Struct

from analyzers.profiles.frames import MAX_DEPTH, MAX_NODES, Frames
from analyzers.profiles.profile import Node, Profile
from analyzers.profiles.readers.decoding import LONGEST
from analyzers.profiles.stretches import TreeStretches

WAITING = "(idle)"
_LONGEST = LONGEST * 1e6
_PAUSES = frozenset({"(program)", "(garbage collector)", "(root)"})

Place = tuple[int, int]
"""The line that ran, from 1, and its column, from 0; -1 where unknown."""


class CallFrame(Struct):
    functionName: str = ""
    url: str = ""
    lineNumber: int = -1
    columnNumber: int = -1


class Tick(Struct):
    line: int
    ticks: int


class RawNode(Struct):
    id: int
    callFrame: CallFrame
    hitCount: int = 0
    children: list[int] = []
    parent: int | None = None
    positionTicks: list[Tick] = []


class CallTree:
    """The nodes in an order where parents come first, and what each of them is worth."""

    def __init__(self, nodes: Sequence[RawNode]) -> None:
        if len(nodes) > MAX_NODES:
            raise ValueError(f"more than {MAX_NODES} nodes; record a shorter profile")
        self.raw = {node.id: node for node in nodes}
        if len(self.raw) != len(nodes):
            raise ValueError("two nodes have the same id")
        self.frames = Frames()
        self.parent: dict[int, int] = {}
        self.order = self._order(nodes)
        self.index = {ident: index for index, ident in enumerate(self.order)}
        self.frame = {ident: self._frame(self.raw[ident].callFrame) for ident in self.order}
        self.own = dict.fromkeys(self.order, 0.0)
        self.hits = dict.fromkeys(self.order, 0)
        self.places: dict[int, dict[Place, float]] = {}
        self.longest: tuple[tuple[int, float], ...] = ()
        self.unit = "seconds"

    def _order(self, nodes: Sequence[RawNode]) -> list[int]:
        children: dict[int, list[int]] = {node.id: list(node.children) for node in nodes}
        for node in nodes:
            if node.parent is not None and node.parent in children:
                children[node.parent].append(node.id)
        for ident, below in children.items():
            for child in below:
                if child not in self.raw or self.parent.setdefault(child, ident) != ident:
                    raise ValueError("the nodes do not form a tree")
        order: list[int] = []
        level = [node.id for node in nodes if node.id not in self.parent]
        for _depth in range(MAX_DEPTH):
            order += level
            level = [child for ident in level for child in dict.fromkeys(children[ident])]
            if not level:
                break
        if level or len(order) != len(nodes):
            raise ValueError("the nodes do not form a tree, or it is too deep")
        return order

    def _frame(self, call: CallFrame) -> int:
        # V8's frame for a C++ function has no address; `(anonymous)` has an address and no name.
        return self.frames.of(call.functionName, call.url, call.lineNumber + 1, call.columnNumber)

    def count_samples(
        self,
        samples: Sequence[int],
        lasting: Sequence[float],
        places: Sequence[Place] = (),
        task_of: Callable[[float], tuple[float, float]] | None = None,
        start: float = 0.0,
    ) -> None:
        """Add samples in their order, each lasting so many microseconds. `places` are the lines that ran, if known.

        `task_of` gives beginning and end of the task that runs at a moment (microseconds from `start`): no stretch
        is longer than its task. One lone sample in the caller, with the same callee running before and after it, is
        no break: V8 books a sample on the caller when the callee enters or leaves optimised code.
        """
        if len(samples) != len(lasting):
            raise ValueError("there are not as many times as samples")
        index = self.index
        own, hits = [0.0] * len(self.order), [0] * len(self.order)
        stretches, homes, pauses = self._timeline()
        now, before, last = start, -1, len(samples) - 1
        task = (0.0, 0.0) if task_of is not None else (0.0, float("inf"))
        for number, ident in enumerate(samples):
            node = index.get(ident, -1)
            if node < 0:
                raise ValueError("a sample names a node that is not there")
            lasts = lasting[number]
            if now >= task[1] and task_of is not None:
                # At the border of two tasks everything leaves the stack.
                following = task_of(now)
                stretches.at(-1, min(now, task[1]))
                before, task = -1, following
            if node != before:
                if pauses[node]:
                    stretches.pause(now)
                    before = -1  # whatever runs next ends the pause
                else:
                    home = homes[node]
                    after = index.get(samples[number + 1], -1) if number < last else -1
                    callee = homes[before] if before >= 0 else -1
                    if (
                        callee < 0
                        or after < 0
                        or homes[after] != callee
                        or not stretches.runs_under(callee, home)
                    ):
                        stretches.at(home, now)
                        before = node
            if 0 < lasts < _LONGEST:
                own[node] += lasts
                now += lasts
            elif not lasts <= 0:
                raise ValueError("a sample lasts longer than thirty years")
            hits[node] += 1
            if places and places[number][0] > 0:
                found = self.places.setdefault(ident, {})
                found[places[number]] = found.get(places[number], 0.0) + max(0.0, lasts) / 1e6
        stretches.at(-1, min(now, task[1]))
        self.longest = tuple((frame, time / 1e6) for frame, time in stretches.sorted())
        self.own = {ident: own[node] / 1e6 for ident, node in index.items()}
        self.hits = {ident: hits[node] for ident, node in index.items()}

    def _timeline(self) -> tuple[TreeStretches, list[int], list[bool]]:
        """The stretches, per node the nearest one of a script (itself or above), and which are the runtime's own."""
        calls = [self.raw[ident].callFrame for ident in self.order]
        parents = [self.index[self.parent[ident]] if ident in self.parent else -1 for ident in self.order]
        frames = [
            self.frame[ident] if call.url else -1 for ident, call in zip(self.order, calls, strict=True)
        ]
        homes: list[int] = []
        for node, frame in enumerate(frames):
            homes.append(node if frame >= 0 or parents[node] < 0 else homes[parents[node]])
        return TreeStretches(parents, frames), homes, [call.functionName in _PAUSES for call in calls]

    def count_hits(self) -> None:
        """Add the counts of the nodes: there are no samples."""
        self.unit = "samples"
        for ident in self.order:
            hits = self.raw[ident].hitCount
            if not 0 <= hits < 1 << 53:
                raise ValueError("a hit count is impossible")
            self.own[ident] = float(hits)
            self.hits[ident] = hits

    def busy(self, counts: Callable[[CallFrame], bool] = lambda call: call.functionName != WAITING) -> float:
        return sum(self.own[ident] for ident in self.order if counts(self.raw[ident].callFrame))

    def profile(self, format_: str, **more: Any) -> Profile:
        names = {ident: self.raw[ident].callFrame.functionName for ident in self.order}
        busy = [ident for ident in self.order if names[ident] != WAITING]
        total = sum(self.own[ident] for ident in busy)
        if total <= 0:
            raise ValueError("the profile is empty: nothing ran while it was recorded")
        return Profile(
            format=format_,
            producer="V8",
            kind="sampling",
            unit=self.unit,
            frames=self.frames.all(),
            total=total,
            nodes=tuple(self._node(ident, idle=names[ident] == WAITING) for ident in self.order),
            longest=self.longest,
            samples=sum(self.hits[ident] for ident in busy),
            **more,
        )

    def _node(self, ident: int, *, idle: bool) -> Node:
        parent = self.index[self.parent[ident]] if ident in self.parent else -1
        own = 0.0 if idle else self.own[ident]
        hits = 0 if idle else self.hits[ident]
        if ident in self.places:
            places = self.places[ident]
            lines = tuple((line, time) for (line, _column), time in places.items())
            columns = tuple(column for _line, column in places)
            return Node(parent, self.frame[ident], own, hits, 0, lines, columns)
        ticks = [(tick.line, tick.ticks) for tick in self.raw[ident].positionTicks if tick.ticks > 0]
        counted = sum(count for _line, count in ticks)
        lines = tuple((line, own * count / counted) for line, count in ticks) if own else ()
        return Node(parent, self.frame[ident], own, hits, 0, lines)
