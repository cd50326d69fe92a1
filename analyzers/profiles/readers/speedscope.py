"""speedscope's JSON: py-spy (`-f speedscope`), pyinstrument (`-r speedscope`), austin2speedscope, many others.

Format: https://www.speedscope.app/file-format-schema.json. A file holds several profiles (threads), each either
`sampled` (stacks with weights, root first) or `evented` (frames open and close at times).
"""

from __future__ import annotations

import math
from typing import Literal

import msgspec
from msgspec import Struct

from analyzers.profiles.frames import MAX_DEPTH, Frames, Tree
from analyzers.profiles.profile import Profile, Thread

_SECONDS = {"seconds": 1.0, "milliseconds": 1e-3, "microseconds": 1e-6, "nanoseconds": 1e-9}
# pyinstrument puts a function's own time into children of these names.
_SYNTHETIC = frozenset({"[self]", "[await]", "[out-of-context]"})
_FOLD = -1


class _Frame(Struct):
    name: str
    file: str | None = None
    line: float | None = None
    col: float | None = None


class _Shared(Struct):
    frames: list[_Frame]


class _Event(Struct):
    type: Literal["O", "C"]
    at: float
    frame: int


class _One(Struct):
    type: Literal["sampled", "evented"]
    name: str = ""
    unit: str = "none"
    startValue: float = 0.0
    samples: list[msgspec.Raw] = []
    weights: list[float] = []
    events: list[_Event] = []


class _File(Struct):
    shared: _Shared
    profiles: list[_One]
    exporter: str = ""


def read(data: bytes) -> Profile:
    """The profile in a speedscope file, all its threads together; ValueError says what is wrong with it."""
    try:
        raw = msgspec.json.decode(data, type=_File)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise ValueError(f"this is no readable speedscope file: {error}") from None
    units = {one.unit for one in raw.profiles}
    if "bytes" in units:
        raise ValueError("this profile counts bytes, not time")
    if len(units) > 1 and not units <= set(_SECONDS):
        raise ValueError("the threads of this profile use different units")
    frames = Frames()
    stacks = _Stacks([_frame(frames, frame) for frame in raw.shared.frames])
    for index, one in enumerate(raw.profiles):
        stacks.add(one, index)
    nodes = stacks.tree.nodes()
    total = math.fsum(node.own for node in nodes)
    if total <= 0:
        raise ValueError("the profile is empty")
    return Profile(
        format="speedscope",
        producer=raw.exporter.split("@")[0][:40].strip() or "speedscope",
        kind="sampling",
        unit="seconds" if units <= set(_SECONDS) else "samples",
        frames=frames.all(),
        total=total,
        nodes=nodes,
        threads=tuple(stacks.threads),
        samples=sum(node.samples for node in nodes) if not stacks.evented else None,
    )


def _frame(frames: Frames, raw: _Frame) -> int:
    if raw.name in _SYNTHETIC:
        return _FOLD
    return frames.of(raw.name, raw.file or "", _whole(raw.line, 0), _whole(raw.col, 0) - 1)


def _whole(value: float | None, default: int) -> int:
    return int(value) if value is not None and abs(value) < 1e9 else default


class _Stacks:
    def __init__(self, frames: list[int]) -> None:
        self.frames = frames
        self.tree = Tree()
        self.threads: list[Thread] = []
        self.evented = False

    def add(self, one: _One, thread: int) -> None:
        scale = _SECONDS.get(one.unit, 1.0)
        total = (
            self._sampled(one, scale, thread) if one.type == "sampled" else self._evented(one, scale, thread)
        )
        self.threads.append(Thread(one.name, total, "main" in one.name.lower()))

    def _frame(self, index: int) -> int:
        if not 0 <= index < len(self.frames):
            raise ValueError("a stack names a frame that is not there")
        return self.frames[index]

    def _sampled(self, one: _One, scale: float, thread: int) -> float:
        weights = one.weights or [1.0] * len(one.samples)
        if len(weights) != len(one.samples):
            raise ValueError("there are not as many weights as samples")
        # Stacks repeat: each is decoded once, the text of it is the key.
        sums: dict[bytes, list[float]] = {}
        for text, weight in zip(one.samples, weights, strict=True):
            if not 0 <= weight < 1e15:
                raise ValueError("a weight is impossible")
            found = sums.get(bytes(text))
            if found is None:
                sums[bytes(text)] = [weight, 1]
            else:
                found[0] += weight
                found[1] += 1
        one.samples.clear()
        decoder = msgspec.json.Decoder(list[int])
        total = 0.0
        while sums:
            key, (weight, count) = sums.popitem()
            try:
                stack = decoder.decode(key)
            except msgspec.MsgspecError as error:
                raise ValueError(f"a stack is damaged: {error}") from None
            known = [frame for frame in map(self._frame, stack) if frame != _FOLD]
            self.tree.add(known, weight * scale, int(count), thread)
            total += weight * scale
        return total

    def _evented(self, one: _One, scale: float, thread: int) -> float:
        self.evented = True
        open_: list[tuple[int, int]] = []  # frame, node
        now = one.startValue
        for event in one.events:
            if not event.at - now > -1e-6 or event.at - now > 1e15:
                raise ValueError("the events are not in order")
            at = open_[-1][1] if open_ else -1
            self.tree.count(at, max(0.0, event.at - now) * scale)
            now = max(now, event.at)
            frame = self._frame(event.frame)
            if event.type == "O":
                fold = frame == _FOLD or len(open_) >= MAX_DEPTH
                open_.append((event.frame, at if fold else self.tree.enter(at, frame, thread)))
            elif not open_ or open_.pop()[0] != event.frame:
                raise ValueError("a frame is closed that is not open")
        return (now - one.startValue) * scale
