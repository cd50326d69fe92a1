"""V8's CPU profile: `node --cpu-prof`, Chrome DevTools, VS Code's JavaScript debugger, Deno.

`timeDeltas[k]` passes *before* sample k, so that sample k lasts `timeDeltas[k + 1]`.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from analyzers.profiles.profile import Profile
from analyzers.profiles.readers.decoding import decode
from analyzers.profiles.readers.v8_tree import CallTree, RawNode


class _CpuProfile(Struct):
    nodes: list[RawNode]
    startTime: float = 0
    endTime: float = 0
    samples: list[int] = []
    timeDeltas: list[float] = []


def read(data: bytes) -> Profile:
    """The profile in a `.cpuprofile` file; ValueError says what is wrong with it."""
    raw = decode(data, _CpuProfile, "CPU profile")
    tree = CallTree(raw.nodes)
    if raw.samples and len(raw.timeDeltas) == len(raw.samples):
        tree.count_samples(raw.samples, _lasting(raw.timeDeltas))
    else:
        tree.count_hits()
    return tree.profile("cpuprofile")


def _lasting(deltas: list[float]) -> Iterator[float]:
    """Seconds of each sample."""
    for k in range(1, len(deltas)):
        yield max(0.0, deltas[k]) / 1e6
    yield 0.0
