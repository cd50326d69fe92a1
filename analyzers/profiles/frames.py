"""Building the frame table and the call tree of a profile, with the limits that keep a hostile file harmless."""

from __future__ import annotations

import math
import re
from array import array
from collections.abc import Iterable
from typing import Any

from analyzers.profiles.profile import Frame, Node, Profile, clean

MAX_FRAMES = 2_000_000
MAX_NODES = 2_000_000
MAX_DEPTH = 2_000
MAX_LINE = 10_000_000

_NATIVE_FILE = re.compile(r"\.(so|dylib|dll|exe|c|cc|cpp|cxx|h|hpp|rs|pyx)(\.\d+)*$", re.IGNORECASE)
_NATIVE_NAMES = frozenset({"", "~", "<built-in>", "<native>", "<cfunc>"})


def is_native(file: str) -> bool:
    """Built-in or compiled code: there is no source line of the workspace behind it."""
    return file in _NATIVE_NAMES or _NATIVE_FILE.search(file) is not None


class Frames:
    """Hands out one index per distinct frame."""

    def __init__(self) -> None:
        self._frames: list[Frame] = []
        self._index: dict[tuple[str, str, int, int], int] = {}
        self._functions: dict[tuple[str, str], int] = {}

    def function(self, index: int) -> int:
        """One index for all frames of a function that differ in the executing line; an anonymous one is itself."""
        frame = self._frames[index]
        if frame.native or frame.name.endswith((">", ")")) or not frame.name:
            return index
        return self._functions.setdefault((frame.name, frame.file), index)

    def of(self, name: str, file: str, line: int, column: int = -1, *, native: bool | None = None) -> int:
        """The index of a frame. `native` None: the file says whether it is built-in code."""
        key = (name, file, line, column)
        found = self._index.get(key)
        if found is not None:
            return found
        if len(self._frames) >= MAX_FRAMES:
            raise ValueError(f"more than {MAX_FRAMES} different frames")
        native = is_native(file) if native is None else native
        line = line if 0 < line <= MAX_LINE and not native else 0
        column = column if 0 <= column <= MAX_LINE else -1
        frame = Frame(clean(name), "" if native else clean(file), line, column, native)
        self._index[key] = len(self._frames)
        self._frames.append(frame)
        return self._index[key]

    def all(self) -> tuple[Frame, ...]:
        return tuple(self._frames)


class Tree:
    """Folds stacks into a call tree."""

    def __init__(self) -> None:
        self._parents = array("l")
        self._frames = array("l")
        self._own = array("d")
        self._samples: list[int] = []
        self._threads = array("l")
        self._index: dict[int, int] = {}

    def add(self, stack: Iterable[int], weight: float, samples: int = 1, thread: int = 0) -> None:
        """Count `weight` at the end of `stack`, frame indexes with the root first."""
        at = -1
        for depth, frame in enumerate(stack):
            if depth >= MAX_DEPTH:
                break  # what lies deeper counts for the frame at the limit
            at = self.enter(at, frame, thread)
        self.count(at, weight, samples)

    def count(self, at: int, weight: float, samples: int = 1) -> None:
        """Add `weight` to the node `at`; -1, the empty stack, takes nothing."""
        if at >= 0:
            self._own[at] += weight
            self._samples[at] += samples

    def enter(self, parent: int, frame: int, thread: int = 0) -> int:
        """The node for `frame` called from the node `parent`, -1 for a root."""
        # One number is a third of a tuple. Below a root the parent already says which thread it is.
        key = ((parent + 1) << 24 | frame) if parent >= 0 else -(thread << 24 | frame) - 1
        found = self._index.get(key)
        if found is None:
            found = len(self._parents)
            if found >= MAX_NODES:
                raise ValueError(f"more than {MAX_NODES} different call paths; record a shorter profile")
            self._index[key] = found
            self._parents.append(parent)
            self._frames.append(frame)
            self._own.append(0.0)
            self._samples.append(0)
            self._threads.append(thread)
        return found

    def path(self, at: int) -> list[int]:
        """The frames from the node `at` up to its root."""
        found = []
        while at >= 0:
            found.append(self._frames[at])
            at = self._parents[at]
        return found

    def nodes(self) -> tuple[Node, ...]:
        columns = zip(self._parents, self._frames, self._own, self._samples, self._threads, strict=True)
        return tuple(Node(*row) for row in columns)

    def profile(self, format_: str, producer: str, frames: Frames, **more: Any) -> Profile:
        """A sampled profile of this tree; `more` are further fields of `Profile`. ValueError when it is empty."""
        nodes = self.nodes()
        total = math.fsum(self._own)
        if not 0 < total < 1e15:
            raise ValueError("the profile is empty: no time was recorded")
        fields: dict[str, Any] = {"kind": "sampling", "unit": "seconds", "samples": sum(self._samples)}
        return Profile(
            format=format_,
            producer=clean(producer)[:40].strip() or format_,
            frames=frames.all(),
            total=total,
            nodes=nodes,
            **(fields | more),
        )
