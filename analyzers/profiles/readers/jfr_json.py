"""Java flight recordings as JSON (`jfr print --json --events jdk.ExecutionSample file.jfr`): stacks, leaf first.

Format: jdk.jfr's ExecutionSample event. A frame names class and method and the line, no file. The JDK's own classes
count for the function that calls them.
"""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Struct

from analyzers.profiles.frames import Frames, Tree
from analyzers.profiles.profile import Profile, Thread
from analyzers.profiles.readers.decoding import decode, whole

_JDK = ("java.", "javax.", "jdk.", "sun.", "com.sun.")
_MAX_EVENTS = 5_000_000


class _Type(Struct):
    name: str | None = None


class _Method(Struct):
    name: str | None = None
    type: _Type | None = None


class _Frame(Struct):
    method: _Method | None = None
    lineNumber: float | None = None


class _Trace(Struct):
    frames: list[_Frame] = []


class _Named(Struct):
    javaName: str | None = None
    osName: str | None = None


class _Values(Struct):
    sampledThread: _Named | None = None
    stackTrace: _Trace | None = None


class _Event(Struct):
    type: str = ""
    values: msgspec.Raw = msgspec.Raw(b"{}")


class _Recording(Struct):
    events: list[_Event] = []


class _File(Struct):
    recording: _Recording


def read(data: bytes) -> Profile:
    """The profile in the JSON; ValueError says what is wrong with it."""
    events = decode(data, _File, "Java flight recording").recording.events
    if len(events) > _MAX_EVENTS:
        raise ValueError(f"more than {_MAX_EVENTS} events")
    frames, tree = Frames(), Tree()
    threads: dict[str, list[Any]] = {}
    for event in events:
        if event.type not in ("jdk.ExecutionSample", "jdk.NativeMethodSample"):
            continue
        values = decode(bytes(event.values), _Values, "sample of a Java flight recording")
        named = values.sampledThread or _Named()
        name = (named.javaName or named.osName or "")[:100]
        thread = threads.setdefault(name, [len(threads), 0])
        stack = (
            [_frame(frames, each) for each in reversed(values.stackTrace.frames)] if values.stackTrace else []
        )
        if stack:
            tree.add(stack, 1.0, 1, thread[0])
            thread[1] += 1
    listed = tuple(Thread(name, float(count), name == "main") for name, (_number, count) in threads.items())
    return tree.profile("jfr-json", "JFR", frames, unit="samples", clock="cpu", threads=listed)


def _frame(frames: Frames, raw: _Frame) -> int:
    method = raw.method or _Method()
    owner = ((method.type.name if method.type else None) or "").replace("/", ".")
    name = f"{owner}.{method.name or ''}" if owner else method.name or ""
    # The outermost class names the file; packages are its folders.
    file = owner.partition("$")[0].replace(".", "/") + ".java" if owner else ""
    return frames.of(name, file, whole(raw.lineNumber), native=owner.startswith(_JDK) or not owner)
