"""Firefox's profiles in processed form: profiler.firefox.com, samply, Python 3.15's sampler (`--gecko`).

Format: src/types/profile.ts of github.com/firefox-devtools/profiler. Tables are columns; strings lie in each thread
or, since version 56, in `shared`, where later versions put all tables. Time in libraries belongs to the function of
a script that called them. The raw form, as Firefox writes it itself, is read by `gecko_raw.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TypeAlias, TypeVar

import msgspec
from msgspec import Struct

from analyzers.profiles.frames import MAX_DEPTH, MAX_NODES, Frames, Tree, is_native
from analyzers.profiles.profile import Profile, Thread
from analyzers.profiles.readers import gecko_raw
from analyzers.profiles.readers.decoding import decode, seconds, whole
from analyzers.profiles.stretches import Stretches

Column: TypeAlias = list[float | None]
_V = TypeVar("_V")
_MAX_THREADS = 2_000
_SCRIPTS = (".js", ".mjs", ".cjs", ".ts", ".tsx", ".jsx", ".py", ".html", ".vue")


class Samples(Struct):
    stack: list[int | None] = []
    time: Column | None = None
    timeDeltas: Column | None = None
    weight: Column | None = None
    weightType: str | None = None


class Stacks(Struct):
    frame: list[int] = []
    prefix: list[int | None] = []
    category: list[int | None] | None = None


class FrameTable(Struct):
    func: list[int] = []
    line: Column = []
    column: Column = []


class Funcs(Struct):
    name: list[int] = []
    isJS: list[bool] = []
    fileName: list[int | None] | None = None
    source: list[int | None] | None = None
    lineNumber: Column = []


class Sources(Struct):
    filename: list[int | None] = []


class Shared(Struct):
    stringArray: list[str] | None = None
    sources: Sources | None = None
    stackTable: Stacks | None = None
    frameTable: FrameTable | None = None
    funcTable: Funcs | None = None


class OneThread(Struct):
    samples: Samples
    name: str = ""
    isMainThread: bool = False
    stringArray: list[str] | None = None
    stringTable: list[str] | None = None
    stackTable: Stacks | None = None
    frameTable: FrameTable | None = None
    funcTable: Funcs | None = None
    tid: int | str | None = None


class Category(Struct):
    name: str


class Meta(Struct):
    interval: float = 1.0
    product: str = ""
    importedFrom: str | None = None
    categories: list[Category] | None = None
    preprocessedProfileVersion: int | None = None


class File(Struct):
    meta: Meta
    threads: list[msgspec.Raw]
    shared: Shared | None = None
    processes: list[msgspec.Raw] = []


def read(data: bytes) -> Profile:
    """The profile in a file of Firefox; ValueError says what is wrong with it."""
    file = decode(data, File, "Firefox profile")
    if file.meta.preprocessedProfileVersion is None:
        return gecko_raw.read(data)
    if len(file.threads) > _MAX_THREADS:
        raise ValueError(f"more than {_MAX_THREADS} threads")
    reading = _Reading(file)
    for raw in file.threads:
        reading.add(decode(bytes(raw), OneThread, "thread of a Firefox profile"))
    producer = file.meta.importedFrom or file.meta.product or "Firefox"
    return reading.tree.profile(
        "gecko",
        "Tachyon" if "Tachyon" in producer else producer,
        reading.frames,
        threads=tuple(reading.threads),
        longest=reading.longest(),
    )


class _Reading:
    def __init__(self, file: File) -> None:
        self.shared = file.shared or Shared()
        self.interval = seconds(file.meta.interval, 1e-3)
        categories = file.meta.categories or []
        self.idle = {index for index, each in enumerate(categories) if each.name == "Idle"}
        self.frames = Frames()
        self.tree = Tree()
        self.threads: list[Thread] = []
        self.stretches: list[Stretches] = []

    def add(self, thread: OneThread) -> None:
        stacks = thread.stackTable or self.shared.stackTable or Stacks()
        table = thread.frameTable or self.shared.frameTable or FrameTable()
        funcs = thread.funcTable or self.shared.funcTable or Funcs()
        strings = thread.stringArray or thread.stringTable or self.shared.stringArray or []
        named = _Named(self.frames, self.shared.sources, table, funcs, strings)
        nodes = self._nodes(stacks, named, len(self.threads))
        total = self._samples(thread, stacks, nodes)
        self.threads.append(Thread(thread.name[:100], total, thread.isMainThread))

    def _nodes(self, stacks: Stacks, named: _Named, thread: int) -> list[int]:
        """The call tree's node of each row of the stack table; -1 for what is idle."""
        if len(stacks.frame) != len(stacks.prefix) or len(stacks.frame) > MAX_NODES:
            raise ValueError("the table of stacks is damaged or too large")
        nodes: list[int] = []
        depths: list[int] = []
        for row, (frame, prefix) in enumerate(zip(stacks.frame, stacks.prefix, strict=True)):
            if prefix is not None and not 0 <= prefix < row:
                raise ValueError("a stack's caller comes after it")
            above, depth = (nodes[prefix], depths[prefix] + 1) if prefix is not None else (-1, 0)
            # What lies deeper than the limit counts for the frame at the limit.
            nodes.append(above if depth >= MAX_DEPTH else self.tree.enter(above, named.frame(frame), thread))
            depths.append(depth)
        return nodes

    def _samples(self, thread: OneThread, stacks: Stacks, nodes: list[int]) -> float:
        samples = thread.samples
        lasting = _lasting(samples, self.interval)
        stretches = Stretches()
        on_stack: dict[int, frozenset[int]] = {}
        total = now = 0.0
        for stack, lasts in zip(samples.stack, lasting, strict=False):
            if stack is None or (self.idle and stacks.category and self._is_idle(stacks.category, stack)):
                stretches.at((), now)
            else:
                if not 0 <= stack < len(nodes):
                    raise ValueError("a sample names a stack that is not there")
                self.tree.count(nodes[stack], lasts)
                total += lasts
                if stack not in on_stack:
                    on_stack[stack] = frozenset(map(self.frames.function, self.tree.path(nodes[stack])))
                stretches.at(on_stack[stack], now)
            now += lasts
        stretches.close(now)
        self.stretches.append(stretches)
        return total

    def _is_idle(self, category: list[int | None], stack: int) -> bool:
        return 0 <= stack < len(category) and category[stack] in self.idle

    def longest(self) -> tuple[tuple[int, float], ...]:
        """The stretches of the main thread; of all threads when none is the main one."""
        main = [each for each, thread in zip(self.stretches, self.threads, strict=True) if thread.is_main]
        found: dict[int, float] = {}
        for stretches in main or self.stretches:
            for frame, lasted in stretches.longest.items():
                found[frame] = max(found.get(frame, 0.0), lasted)
        return tuple(sorted(found.items()))


class _Named:
    """Frames of one thread's tables."""

    def __init__(
        self, frames: Frames, sources: Sources | None, table: FrameTable, funcs: Funcs, strings: list[str]
    ) -> None:
        self.frames = frames
        self.sources = sources.filename if sources else []
        self.table = table
        self.funcs = funcs
        self.strings = strings
        self.known: dict[int, int] = {}

    def frame(self, row: int) -> int:
        if row not in self.known:
            self.known[row] = self._frame(row)
        return self.known[row]

    def _frame(self, row: int) -> int:
        func = self._at(self.table.func, row)
        name = self._string(self._at(self.funcs.name, func))
        place = self._at(self.funcs.fileName or [], func)
        if place is None:
            place = self._at(self.sources, self._at(self.funcs.source or [], func))
        file = self._string(place)
        line = self._at(self.table.line, row) or self._at(self.funcs.lineNumber, func)
        is_js = bool(self._at(self.funcs.isJS, func))
        script = is_js or file.split("?")[0].endswith(_SCRIPTS)
        native = not file or (is_native(file) and not script)
        return self.frames.of(name, file, whole(line), native=native)

    def _at(self, column: Sequence[_V], index: float | None) -> _V | None:
        return column[int(index)] if index is not None and 0 <= index < len(column) else None

    def _string(self, index: int | None) -> str:
        return self._at(self.strings, index) or ""


def _lasting(samples: Samples, interval: float) -> list[float]:
    """Seconds of each sample: until the next one; by the weights where they are times; else the interval.

    A gap many times the interval is time that was not sampled.
    """
    count = len(samples.stack)
    weights = samples.weight
    if weights is not None and samples.weightType == "tracing-ms":
        return [seconds(weight or 0.0, 1e-3) for weight in weights]
    if weights is not None:
        return [seconds(weight or 0.0, interval) for weight in weights]
    if samples.time is not None and len(samples.time) == count:
        times = [time or 0.0 for time in samples.time]
        deltas = [after - before for before, after in pairwise(times)]
    else:
        deltas = [delta or 0.0 for delta in (samples.timeDeltas or [])[1:]]
    found = [seconds(delta, 1e-3) for delta in deltas[:count]]
    return found + [interval] * (count - len(found))
