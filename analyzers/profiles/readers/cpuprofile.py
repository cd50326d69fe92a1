"""V8's CPU profile: `node --cpu-prof`, Chrome DevTools, VS Code's JavaScript debugger, Deno.

Call frames count lines and columns from 0, `positionTicks` lines from 1. `timeDeltas[k]` passes *before* sample k, so
that sample k lasts `timeDeltas[k + 1]`. V8 books an inlined function's ticks on the caller's node, under the inlined
function's lines; linking gives them back (`link.py`), because only it knows where functions begin and end.
"""

from __future__ import annotations

import msgspec
from msgspec import Struct

from analyzers.profiles.frames import MAX_DEPTH, MAX_NODES, Frames
from analyzers.profiles.profile import Node, Profile

_WAITING = "(idle)"
_PAUSES = frozenset({"(program)", "(garbage collector)", "(root)"})


class _CallFrame(Struct):
    functionName: str = ""
    url: str = ""
    lineNumber: int = -1
    columnNumber: int = -1


class _Tick(Struct):
    line: int
    ticks: int


class _Node(Struct):
    id: int
    callFrame: _CallFrame
    hitCount: int = 0
    children: list[int] = []
    parent: int | None = None
    positionTicks: list[_Tick] = []


class _CpuProfile(Struct):
    nodes: list[_Node]
    startTime: float = 0
    endTime: float = 0
    samples: list[int] = []
    timeDeltas: list[float] = []


def read(data: bytes) -> Profile:
    """The profile in a `.cpuprofile` file; ValueError says what is wrong with it."""
    try:
        raw = msgspec.json.decode(data, type=_CpuProfile)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise ValueError(f"this is no readable CPU profile: {error}") from None
    if len(raw.nodes) > MAX_NODES:
        raise ValueError(f"more than {MAX_NODES} nodes; record a shorter profile")
    tree = _Tree(raw)
    if raw.samples and len(raw.timeDeltas) == len(raw.samples):
        tree.count_samples(raw.samples, raw.timeDeltas)
    else:
        tree.count_hits()
    return tree.profile()


class _Tree:
    """The nodes in an order where parents come first, and what each of them is worth."""

    def __init__(self, raw: _CpuProfile) -> None:
        self.raw = {node.id: node for node in raw.nodes}
        if len(self.raw) != len(raw.nodes):
            raise ValueError("two nodes have the same id")
        self.frames = Frames()
        self.parent: dict[int, int] = {}
        self.order = self._order(raw.nodes)
        self.index = {ident: index for index, ident in enumerate(self.order)}
        self.frame = {ident: self._frame(self.raw[ident].callFrame) for ident in self.order}
        self.own = dict.fromkeys(self.order, 0.0)
        self.hits = dict.fromkeys(self.order, 0)
        self.longest: dict[int, float] = {}
        self.unit = "seconds"

    def _order(self, nodes: list[_Node]) -> list[int]:
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

    def _frame(self, call: _CallFrame) -> int:
        # V8's frame for a C++ function has no address; `(anonymous)` has an address and no name.
        return self.frames.of(call.functionName, call.url, call.lineNumber + 1, call.columnNumber)

    def count_samples(self, samples: list[int], deltas: list[float]) -> None:
        stretches = _Stretches(self)
        now = 0.0
        for k, ident in enumerate(samples):
            if ident not in self.own:
                raise ValueError("a sample names a node that is not there")
            lasts = max(0.0, deltas[k + 1]) / 1e6 if k + 1 < len(deltas) else 0.0
            if lasts > 1e9:
                raise ValueError("a sample lasts longer than thirty years")
            stretches.at(ident, now)
            self.own[ident] += lasts
            self.hits[ident] += 1
            now += lasts
        stretches.close(now)
        self.longest = stretches.longest

    def count_hits(self) -> None:
        self.unit = "samples"
        for ident in self.order:
            hits = self.raw[ident].hitCount
            if not 0 <= hits < 1 << 53:
                raise ValueError("a hit count is impossible")
            self.own[ident] = float(hits)
            self.hits[ident] = hits

    def profile(self) -> Profile:
        names = {ident: self.raw[ident].callFrame.functionName for ident in self.order}
        busy = [ident for ident in self.order if names[ident] != _WAITING]
        total = sum(self.own[ident] for ident in busy)
        if total <= 0:
            raise ValueError("the profile is empty: nothing ran while it was recorded")
        nodes = tuple(self._node(ident, idle=names[ident] == _WAITING) for ident in self.order)
        return Profile(
            format="cpuprofile",
            producer="V8",
            kind="sampling",
            unit=self.unit,
            frames=self.frames.all(),
            total=total,
            nodes=nodes,
            longest=tuple(sorted(self.longest.items())),
            samples=sum(self.hits[ident] for ident in busy),
        )

    def _node(self, ident: int, *, idle: bool) -> Node:
        parent = self.index[self.parent[ident]] if ident in self.parent else -1
        own = 0.0 if idle else self.own[ident]
        ticks = [(tick.line, tick.ticks) for tick in self.raw[ident].positionTicks if tick.ticks > 0]
        counted = sum(count for _line, count in ticks)
        lines = tuple((line, own * count / counted) for line, count in ticks) if own else ()
        return Node(parent, self.frame[ident], own, 0 if idle else self.hits[ident], 0, lines)


class _Stretches:
    """The longest time each frame stays on the stack without a gap; collections and (program) are no gap."""

    def __init__(self, tree: _Tree) -> None:
        self.tree = tree
        self.longest: dict[int, float] = {}
        self.open: dict[int, float] = {}
        self.current = -1
        self.stacks: dict[int, frozenset[int]] = {}

    def at(self, ident: int, now: float) -> None:
        if ident == self.current:
            return
        self.current = ident
        if self.tree.raw[ident].callFrame.functionName in _PAUSES:
            return
        stack = self._stack(ident)
        for frame in [frame for frame in self.open if frame not in stack]:
            self._end(frame, now)
        for frame in stack:
            self.open.setdefault(frame, now)

    def close(self, now: float) -> None:
        for frame in list(self.open):
            self._end(frame, now)

    def _end(self, frame: int, now: float) -> None:
        self.longest[frame] = max(self.longest.get(frame, 0.0), now - self.open.pop(frame))

    def _stack(self, ident: int) -> frozenset[int]:
        found = self.stacks.get(ident)
        if found is None:
            frames = []
            at: int | None = ident
            while at is not None:
                if self.tree.raw[at].callFrame.url:
                    frames.append(self.tree.frame[at])
                at = self.tree.parent.get(at)
            found = self.stacks[ident] = frozenset(frames)
        return found
