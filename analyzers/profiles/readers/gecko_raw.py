"""Firefox's profiles in raw form, as the browser writes them on shutdown.

Format: tools/profiler in Firefox, docs-developer/gecko-profile-format.md of github.com/firefox-devtools/profiler.
Tables are rows with a `schema`; a frame's place is one string, `name (file:line:column)`; content processes are
profiles of their own under `processes`.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec
from msgspec import Struct

from analyzers.profiles.frames import MAX_DEPTH, MAX_NODES, Frames, Tree
from analyzers.profiles.profile import Profile, Thread
from analyzers.profiles.readers.decoding import decode, seconds
from analyzers.profiles.stretches import Stretches

_LOCATION = re.compile(r"([^()]{0,300}?) ?\((.{1,2000}?)(?::(\d{1,9}))?(?::(\d{1,9}))?\)(?:\[\d+\])?")
_MOST_PROCESSES = 200


class _Table(Struct):
    schema: dict[str, int]
    data: list[list[Any]] = []

    def column(self, name: str) -> list[Any]:
        at = self.schema.get(name, -1)
        return [row[at] if 0 <= at < len(row) else None for row in self.data]


class _Thread(Struct):
    samples: _Table
    stackTable: _Table
    frameTable: _Table
    stringTable: list[str]
    name: str = ""


class _Process(Struct):
    threads: list[_Thread]
    processes: list[msgspec.Raw] = []


def read(data: bytes) -> Profile:
    """The profile in a raw file of Firefox; ValueError says what is wrong with it."""
    frames, tree, stretches = Frames(), Tree(), Stretches()
    threads: list[Thread] = []
    pending = [data]
    for _ in range(_MOST_PROCESSES):
        if not pending:
            break
        process = decode(pending.pop(), _Process, "raw Firefox profile")
        pending += [bytes(each) for each in process.processes]
        for thread in process.threads:
            is_main = thread.name in ("GeckoMain", "Main Thread")
            total = _add(thread, frames, tree, stretches if is_main else Stretches(), len(threads))
            threads.append(Thread(thread.name[:100], total, is_main))
    return tree.profile("gecko", "Firefox", frames, threads=tuple(threads), longest=stretches.sorted())


def _add(thread: _Thread, frames: Frames, tree: Tree, stretches: Stretches, number: int) -> float:
    places = [_frame(frames, thread.stringTable, at) for at in thread.frameTable.column("location")]
    nodes: list[int] = []
    depths: list[int] = []
    rows = zip(thread.stackTable.column("prefix"), thread.stackTable.column("frame"), strict=True)
    for row, (prefix, frame) in enumerate(rows):
        if (
            row >= MAX_NODES
            or not _within(frame, places)
            or (prefix is not None and not _within(prefix, nodes))
        ):
            raise ValueError("the table of stacks is damaged or too large")
        above, depth = (nodes[prefix], depths[prefix] + 1) if prefix is not None else (-1, 0)
        nodes.append(above if depth >= MAX_DEPTH else tree.enter(above, places[frame], number))
        depths.append(depth)
    times = [time if isinstance(time, (int, float)) else 0.0 for time in thread.samples.column("time")]
    total = 0.0
    for row, stack in enumerate(thread.samples.column("stack")):
        lasts = seconds(times[row + 1] - times[row], 1e-3) if row + 1 < len(times) else 0.0
        if not _within(stack, nodes):
            stretches.at((), seconds(times[row], 1e-3))
            continue
        tree.count(nodes[stack], lasts)
        stretches.at(frozenset(map(frames.function, tree.path(nodes[stack]))), seconds(times[row], 1e-3))
        total += lasts
    stretches.close(seconds(times[-1], 1e-3) if times else 0.0)
    return total


def _within(index: Any, rows: list[int]) -> bool:
    return type(index) is int and 0 <= index < len(rows)


def _frame(frames: Frames, strings: list[str], location: Any) -> int:
    text = strings[location] if type(location) is int and 0 <= location < len(strings) else ""
    match = _LOCATION.fullmatch(text[:3000])
    if match is not None and match.group(3):
        return frames.of(match.group(1) or "(anonymous)", match.group(2), int(match.group(3)), native=False)
    return frames.of(text, "", 0)
