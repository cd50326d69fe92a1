"""pstats: what `python -m cProfile -o`, yappi, pyinstrument and Python 3.15's sampler write.

A dict from (file, line, name) to (calls, calls, own time, total time, callers). Producers disagree:
cProfile writes (primitive, all) calls, yappi (all, primitive), pyinstrument -1 twice; the sampler of Python 3.15
adds the key ("__sampled__",), counts samples instead of calls, and its line is the executing one, so that one
function has many entries.
"""

from __future__ import annotations

import math
from typing import Any

from analyzers.profiles.frames import Frames
from analyzers.profiles.profile import Edge, Entry, Profile
from analyzers.profiles.readers import restricted

_Key = tuple[str, int, str]


def read(data: bytes) -> Profile:
    """The profile in a pstats file; ValueError says what is wrong with it."""
    stats = restricted.load(data)
    if type(stats) is not dict:
        raise ValueError("this is no pstats file: it does not hold a table of functions")
    sampled = stats.pop(("__sampled__",), False) is True
    frames = Frames()
    entries: list[Entry] = []
    called: list[dict[_Key, Any]] = []
    for key, value in stats.items():
        _check_key(key)
        entry, callers = _entry(frames.of(key[2], key[0], key[1]), value, sampled=sampled)
        entries.append(entry)
        called.append(callers)
    if not entries:
        raise ValueError("the profile is empty: no function was recorded")
    total = math.fsum(entry.own for entry in entries)
    if total <= 0:
        raise ValueError("the profile is empty: no time was recorded")
    samples = sum(entry.samples or 0 for entry in entries)
    per_sample = total / samples if samples else 0.0
    producer = _producer(stats, sampled)
    edges: list[Edge] = []
    for entry, callers in zip(entries, called, strict=True):
        for caller, raw in callers.items():
            _check_key(caller)
            edges.append(_edge(frames.of(caller[2], caller[0], caller[1]), entry, raw, per_sample))
    return Profile(
        format="pstats",
        producer=producer,
        kind="sampling" if sampled or producer == "pyinstrument" else "tracing",
        unit="seconds",
        frames=frames.all(),
        total=total,
        entries=tuple(entries),
        edges=tuple(edges),
        samples=samples if sampled else None,
        resumes_counted=not sampled,
    )


def _check_key(key: Any) -> None:
    if len(key) != 3 or type(key[0]) is not str or type(key[1]) is not int or type(key[2]) is not str:
        raise ValueError("a key is not a (file, line, name) triple")


def _number(value: Any) -> float:
    if type(value) not in (int, float) or not math.isfinite(value) or abs(value) > 1e15:
        raise ValueError("a time is not a number")
    return max(0.0, float(value))  # clocks that step back give tiny negative times


def _count(value: Any) -> int:
    if type(value) is not int or abs(value) > 1 << 62:
        raise ValueError("a number of calls is not a whole number")
    return value


def _entry(frame: int, value: Any, *, sampled: bool) -> tuple[Entry, dict[_Key, Any]]:
    if type(value) is not tuple or len(value) != 5 or type(value[4]) is not dict:
        raise ValueError("a function's record does not have five parts")
    first, second, own, total = _count(value[0]), _count(value[1]), _number(value[2]), _number(value[3])
    if sampled:
        return Entry(frame, own, total, samples=max(first, 0)), value[4]
    if min(first, second) < 0:
        return Entry(frame, own, total), value[4]
    return Entry(frame, own, total, max(first, second), min(first, second)), value[4]


def _edge(caller: int, callee: Entry, raw: Any, per_sample: float) -> Edge:
    if (
        type(raw) is int
    ):  # Python 3.15's sampler: samples with this pair on the stack, recursion counted again
        return Edge(caller, callee.frame, 0.0, min(callee.total, _number(raw) * per_sample))
    if type(raw) is not tuple or len(raw) != 4:
        raise ValueError("a caller's record does not have four parts")
    first, second = _count(raw[0]), _count(raw[1])
    calls = None if min(first, second) < 0 else max(first, second)
    return Edge(caller, callee.frame, _number(raw[2]), _number(raw[3]), calls)


def _producer(stats: dict[_Key, Any], sampled: bool) -> str:
    if sampled:
        return "Tachyon"
    if all(value[0] < 0 for value in stats.values()):
        return "pyinstrument"
    # yappi swaps the two call columns; only recursion shows it.
    swapped = sum(value[0] > value[1] for value in stats.values())
    return (
        "yappi"
        if swapped > len(stats) // 100 and not any(v[0] < v[1] for v in stats.values())
        else "cProfile"
    )
