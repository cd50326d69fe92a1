"""pprof profiles: Go, Node's pprof, Pyroscope, Parca, Datadog, Polar Signals; a small bounded protobuf reader.

Format: github.com/google/pprof/proto/profile.proto. Locations of a sample stand leaf first, the lines of a location
innermost first: inlined functions are explicit. One of several values per sample is read: processor time before wall
time before sample counts; allocations are refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from analyzers.profiles.frames import MAX_FRAMES, Frames, Tree
from analyzers.profiles.profile import Profile
from analyzers.profiles.readers.decoding import seconds

_UNITS = {"seconds": 1.0, "milliseconds": 1e-3, "microseconds": 1e-6, "nanoseconds": 1e-9}
_MAX_SAMPLES = 5_000_000
_MAX_STRINGS = 5_000_000
_MAX_PER_SAMPLE = 20_000
_FIXED = {1: 8, 5: 4}
_RUNTIME = re.compile(r"/go[-.\d]*/src/(?:runtime|internal|reflect)/|\.s$")


@dataclass
class _Raw:
    """The messages of a file, indexed by their ids."""

    strings: list[str] = field(default_factory=list)
    types: list[tuple[int, int]] = field(default_factory=list)  # kind and unit of each value
    samples: list[tuple[list[int], list[int]]] = field(default_factory=list)  # locations, values
    locations: dict[int, list[tuple[int, int]]] = field(default_factory=dict)  # id -> (function, line)
    functions: dict[int, tuple[int, int, int]] = field(default_factory=dict)  # id -> name, file, first line
    default: int = 0

    def text(self, index: int) -> str:
        return self.strings[index] if 0 <= index < len(self.strings) else ""


def read(data: bytes) -> Profile:
    """The profile in a pprof file; ValueError says what is wrong with it."""
    raw = _messages(data)
    which, scale = _value(raw)
    frames, tree = Frames(), Tree()
    known: dict[int, tuple[int, ...]] = {}
    for locations, values in raw.samples:
        if which >= len(values):
            raise ValueError("a sample has not as many values as the profile has types")
        count = values[0] if raw.types and raw.text(raw.types[0][1]) == "count" else 1
        stack: list[int] = []
        for location in reversed(locations):
            if location not in known:
                known[location] = _frames(raw, location, frames)
            stack += known[location]
        tree.add(stack, seconds(values[which], scale), min(max(count, 0), 1 << 40))
    unit = "samples" if scale == 1.0 and raw.text(raw.types[which][1]) not in _UNITS else "seconds"
    clock = "wall" if raw.text(raw.types[which][0]) == "wall" else "cpu"
    return tree.profile("pprof", "pprof", frames, unit=unit, clock=clock)


def _value(raw: _Raw) -> tuple[int, float]:
    """Which value of a sample is time, and what it counts in seconds."""
    named = [(raw.text(kind), raw.text(unit)) for kind, unit in raw.types]
    for wanted in ("cpu", "wall"):
        for index, (kind, unit) in enumerate(named):
            if kind == wanted and unit in _UNITS:
                return index, _UNITS[unit]
    times = [
        index
        for index, (kind, unit) in enumerate(named)
        if unit in _UNITS and kind not in ("delay", "contentions")
    ]
    if times:
        return times[-1], _UNITS[named[times[-1]][1]]
    counts = [
        index
        for index, (kind, unit) in enumerate(named)
        if unit == "count" and kind in ("samples", "sample", "cpu")
    ]
    if counts:
        return counts[0], 1.0
    kinds = ", ".join(kind for kind, _unit in named)[:100]
    raise ValueError(f"it counts {kinds or 'nothing'}, not time: record a CPU profile")


def _frames(raw: _Raw, location: int, frames: Frames) -> tuple[int, ...]:
    """The functions of a location, outermost first."""
    found = []
    for function, line in reversed(raw.locations.get(location, ())):
        name, file, first = raw.functions.get(function, (0, 0, 0))
        text, path = raw.text(name), raw.text(file)
        native = True if _is_runtime(text, path) else None
        found.append(frames.of(text, path, line or first, native=native))
    return tuple(found) or (frames.of("(unknown)", "", 0),)


def _is_runtime(name: str, file: str) -> bool:
    """Go's runtime: preemption, growing of slices and the like are part of the function that needs them."""
    return name.startswith(("runtime.", "internal/runtime", "gogo")) or _RUNTIME.search(file) is not None


# ------------------------------------------------------------------------------------------------- protobuf


def _messages(data: bytes) -> _Raw:
    raw = _Raw()
    for number, value in _fields(data):
        if number == 6 and isinstance(value, bytes):
            if len(raw.strings) >= _MAX_STRINGS:
                raise ValueError(f"more than {_MAX_STRINGS} strings")
            raw.strings.append(value[:4096].decode("utf-8", "replace"))
        elif number == 14 and isinstance(value, int):
            raw.default = value
        elif isinstance(value, bytes):
            _message(raw, number, value)
    if not raw.types:
        raise ValueError("the profile is empty: it names no type of value")
    return raw


def _message(raw: _Raw, number: int, value: bytes) -> None:
    if number == 1:
        pair = dict(_fields(value))
        raw.types.append((_int(pair.get(1)), _int(pair.get(2))))
    elif number == 2:
        if len(raw.samples) >= _MAX_SAMPLES:
            raise ValueError(f"more than {_MAX_SAMPLES} samples; record a shorter profile")
        raw.samples.append((_packed(value, 1), _packed(value, 2)))
    elif number == 4:
        if len(raw.locations) >= MAX_FRAMES:
            raise ValueError(f"more than {MAX_FRAMES} locations")
        ident, lines = 0, []
        for inner, part in _fields(value):
            if inner == 1:
                ident = _int(part)
            elif inner == 4 and isinstance(part, bytes):
                line = dict(_fields(part))
                lines.append((_int(line.get(1)), _int(line.get(2))))
        raw.locations[ident] = lines[:200]
    elif number == 5:
        parts = dict(_fields(value))
        raw.functions[_int(parts.get(1))] = (_int(parts.get(2)), _int(parts.get(4)), _int(parts.get(5)))


def _fields(data: bytes) -> Iterator[tuple[int, int | bytes]]:
    """The fields of one message: (number, varint or bytes). ValueError when it is cut off."""
    at, end = 0, len(data)
    while at < end:
        key, at = _varint(data, at)
        number, wire = key >> 3, key & 7
        if wire == 0:
            value, at = _varint(data, at)
            yield number, value
        elif wire == 2:
            length, at = _varint(data, at)
            if length > end - at:
                raise ValueError("a length in the file is larger than the file")
            yield number, data[at : at + length]
            at += length
        elif wire in _FIXED:
            at += _FIXED[wire]
            if at > end:
                raise ValueError("the file is cut off")
        else:
            raise ValueError("the file is no protobuf, or is damaged")


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        if at >= len(data):
            raise ValueError("the file is cut off")
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value & 0xFFFFFFFFFFFFFFFF, at
    raise ValueError("a number in the file is too long")


def _packed(message: bytes, number: int) -> list[int]:
    """A repeated number, packed or not."""
    found: list[int] = []
    for inner, value in _fields(message):
        if inner != number:
            continue
        if isinstance(value, int):
            found.append(_signed(value))
        else:
            at = 0
            while at < len(value):
                one, at = _varint(value, at)
                found.append(_signed(one))
        if len(found) > _MAX_PER_SAMPLE:
            raise ValueError("a sample is impossibly deep")
    return found


def _signed(value: int) -> int:
    return value - (1 << 64) if value >= 1 << 63 else value


def _int(value: int | bytes | None) -> int:
    return value if isinstance(value, int) and value < 1 << 63 else 0
