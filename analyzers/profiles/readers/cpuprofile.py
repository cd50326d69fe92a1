"""V8's CPU profile: `node --cpu-prof`, Chrome DevTools, VS Code's JavaScript debugger, Deno.

`timeDeltas[k]` passes *before* sample k, so that sample k lasts `timeDeltas[k + 1]`.
"""

from __future__ import annotations

from array import array

import msgspec
from msgspec import Struct

from analyzers.profiles.profile import Profile
from analyzers.profiles.readers.decoding import decode, numbers
from analyzers.profiles.readers.v8_tree import CallTree, RawNode


class _CpuProfile(Struct):
    nodes: list[RawNode]
    samples: msgspec.Raw = msgspec.Raw(b"[]")
    timeDeltas: msgspec.Raw = msgspec.Raw(b"[]")


def read(data: bytes) -> Profile:
    """The profile in a `.cpuprofile` file; ValueError says what is wrong with it."""
    raw = decode(data, _CpuProfile, "CPU profile")
    tree = CallTree(raw.nodes)
    samples: array[int] = numbers(raw.samples, "q")
    deltas: array[float] = numbers(raw.timeDeltas, "d")
    if samples and len(deltas) == len(samples):
        deltas.append(0.0)
        tree.count_samples(samples, deltas[1:])
    else:
        tree.count_hits()
    return tree.profile("cpuprofile")
