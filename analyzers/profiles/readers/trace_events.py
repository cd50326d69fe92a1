"""Traces of Python in Chrome's event format: py-spy (`-f chrometrace`) and viztracer.

Format: "Trace Event Format", docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU. py-spy opens and
closes frames (`B`, `E`) with file and executing line in `args`. viztracer writes whole calls (`X`) named
`function (file:line)` with the first line of the function, so that calls can be counted. Times are microseconds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec
from msgspec import Struct

from analyzers.profiles.frames import MAX_DEPTH, Frames, Tree
from analyzers.profiles.profile import Edge, Entry, Profile, Thread
from analyzers.profiles.readers.decoding import decode, seconds, whole
from analyzers.profiles.stretches import Stretches
from analyzers.profiles.threads import main_of

_NAMED = re.compile(r"(.{0,500}?) \((.{1,2000}?)(?::(\d{1,9}))?\)")
_MAX_EVENTS = 10_000_000
ThreadKey = tuple[int | str, int | str]


class _Args(Struct):
    filename: str | None = None
    line: float | None = None
    name: str | None = None


class _Event(Struct):
    ph: str = ""
    name: str = ""
    cat: str = ""
    ts: float = 0.0
    dur: float = 0.0
    pid: int | str = 0
    tid: int | str = 0
    args: msgspec.Raw = msgspec.Raw(b"{}")

    def arguments(self) -> _Args:
        try:
            return msgspec.json.decode(self.args, type=_Args)
        except msgspec.MsgspecError:
            return _Args()


class _File(Struct):
    traceEvents: list[msgspec.Raw]


def read(data: bytes) -> Profile:
    """The profile in a trace of py-spy or viztracer; ValueError says what is wrong with it."""
    if data.lstrip()[:1] == b"[":
        raw = decode(data, list[msgspec.Raw], "trace")
    else:
        raw = decode(data, _File, "trace").traceEvents
    if len(raw) > _MAX_EVENTS:
        raise ValueError(f"more than {_MAX_EVENTS} events")
    events: dict[ThreadKey, list[_Event]] = {}
    names: dict[ThreadKey, str] = {}
    for event in _decoded(raw):
        key = (event.pid, event.tid)
        if event.ph in ("B", "E", "X"):
            events.setdefault(key, []).append(event)
        elif event.ph == "M" and event.name == "thread_name":
            names[key] = (event.arguments().name or "")[:100]
    if any(event.ph == "X" for group in events.values() for event in group):
        return _Calls(events, names).profile()
    return _opened(events, names)


def _decoded(raw: list[msgspec.Raw]) -> Iterator[_Event]:
    decoder = msgspec.json.Decoder(_Event)
    try:
        for each in raw:
            yield decoder.decode(each)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise ValueError(f"an event of the trace is damaged: {error}") from None


def _opened(events: dict[ThreadKey, list[_Event]], names: dict[ThreadKey, str]) -> Profile:
    """py-spy's frames that open and close."""
    frames, tree = Frames(), Tree()
    longest: list[dict[int, float]] = []  # per thread
    threads: list[Thread] = []
    for number, (key, group) in enumerate(events.items()):
        stretches = Stretches()
        open_: list[tuple[str, int, int]] = []  # name, frame, node
        start = now = group[0].ts
        total = 0.0
        for event in group:
            lasts = seconds(event.ts - now, 1e-6)
            if open_:
                tree.count(open_[-1][2], lasts, 1 if lasts > 0 else 0)
                total += lasts
            now = max(now, event.ts)
            if event.ph == "B":
                arguments = event.arguments()
                frame = frames.of(event.name, arguments.filename or "", whole(arguments.line))
                above = open_[-1][2] if open_ else -1
                deep = len(open_) >= MAX_DEPTH
                open_.append((event.name, frame, above if deep else tree.enter(above, frame, number)))
            elif not open_ or open_.pop()[0] != event.name:
                raise ValueError("a frame is closed that is not open")
            # What closes and opens again at the same moment never stopped.
            stretches.later(
                frozenset(frames.function(frame) for _name, frame, _node in open_[:MAX_DEPTH]),
                (now - start) * 1e-6,
            )
        stretches.close(seconds(now - start, 1e-6))
        longest.append(stretches.longest)
        threads.append(Thread(names.get(key, str(key[1])[:100]), total))
    profile = tree.profile("pyspy-chrometrace", "py-spy", frames, threads=tuple(threads), samples=None)
    return _with_longest(profile, longest)


def _with_longest(profile: Profile, stretches: list[dict[int, float]]) -> Profile:
    """With the stretches of the main thread; of all threads where none is known to be the main one."""
    main = main_of(profile)
    found: dict[int, float] = {}
    for each in stretches if main is None else [stretches[main]]:
        for frame, lasted in each.items():
            found[frame] = max(found.get(frame, 0.0), lasted)
    return msgspec.structs.replace(profile, longest=tuple(sorted(found.items())))


class _Calls:
    """viztracer's calls, added up per function and per caller."""

    def __init__(self, events: dict[ThreadKey, list[_Event]], names: dict[ThreadKey, str]) -> None:
        self.frames = Frames()
        self.own: dict[int, float] = {}
        self.sums: dict[int, list[float]] = {}  # total, calls, primitive calls
        self.edges: dict[tuple[int, int], list[float]] = {}  # own, total, calls
        self.stretches: list[dict[int, float]] = []  # per thread
        self.threads: list[Thread] = []
        for key, group in events.items():
            before = sum(self.own.values())
            self.stretches.append({})
            self._thread([event for event in group if event.ph == "X"])
            name = names.get(key, str(key[1])[:100])
            self.threads.append(Thread(name, sum(self.own.values()) - before, name == "MainThread"))

    def _thread(self, calls: list[_Event]) -> None:
        calls.sort(key=lambda call: (call.ts, -call.dur))
        open_: list[tuple[int, float]] = []  # frame, end
        active: dict[int, int] = {}
        for call in calls:
            while open_ and open_[-1][1] <= call.ts + 1e-9:
                active[open_.pop()[0]] -= 1
            if len(open_) >= MAX_DEPTH:
                continue
            frame, time = self._frame(call.name), seconds(call.dur, 1e-6)
            nested = active.get(frame, 0) > 0
            sum_ = self.sums.setdefault(frame, [0.0, 0.0, 0.0])
            sum_[0] += 0.0 if nested else time
            sum_[1] += 1
            sum_[2] += 0 if nested else 1
            self.own[frame] = self.own.get(frame, 0.0) + time
            self.stretches[-1][frame] = max(self.stretches[-1].get(frame, 0.0), time)
            if open_:
                self._edge(open_[-1][0], frame, time)
                if len(open_) > 1:  # this time is not the caller's own, as its caller counted it
                    edge = self.edges.get((open_[-2][0], open_[-1][0]))
                    if edge:
                        edge[0] -= time
                self.own[open_[-1][0]] -= time
            open_.append((frame, call.ts + call.dur))
            active[frame] = active.get(frame, 0) + 1

    def _edge(self, caller: int, callee: int, time: float) -> None:
        edge = self.edges.setdefault((caller, callee), [0.0, 0.0, 0.0])
        edge[0] += time
        edge[1] += time
        edge[2] += 1

    def _frame(self, name: str) -> int:
        match = _NAMED.fullmatch(name[:3000])
        if match is None or not match.group(3):
            return self.frames.of(name, "", 0)
        return self.frames.of(match.group(1), match.group(2), int(match.group(3)))

    def profile(self) -> Profile:
        own = {frame: max(0.0, time) for frame, time in self.own.items()}
        total = sum(own.values())
        if total <= 0:
            raise ValueError("the profile is empty: no call took time")
        entries = [
            Entry(frame, own[frame], max(own[frame], time), int(calls), int(primitive))
            for frame, (time, calls, primitive) in self.sums.items()
        ]
        edges = [
            Edge(caller, callee, max(0.0, edge[0]), edge[1], int(edge[2]))
            for (caller, callee), edge in self.edges.items()
        ]
        profile = Profile(
            format="viztracer",
            producer="viztracer",
            kind="tracing",
            unit="seconds",
            frames=self.frames.all(),
            total=total,
            entries=tuple(entries),
            edges=tuple(edges),
            threads=tuple(self.threads),
            resumes_counted=True,
        )
        return _with_longest(profile, self.stretches)
