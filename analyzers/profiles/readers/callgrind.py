"""callgrind's format: valgrind, yappi (`save(type='callgrind')`), xdebug, KCachegrind's converters.

Format: valgrind.org/docs/manual/cl-format.html. `fl=`/`fn=` set the place, cost lines below are its own cost, and the
cost line after `calls=` is the cost of a call, calls below it included. Names may be compressed to `(number)`,
positions to differences. yappi writes `fn=(number) name file:line`.
"""

from __future__ import annotations

import re

from analyzers.profiles.frames import Frames
from analyzers.profiles.profile import Edge, Entry, Profile, clean

_HEADER = re.compile(r"(\w+): *(.*)")
_SPEC = re.compile(r"(c?)(fl|fi|fe|fn|ob|file) ?= ?(?:\((\d{1,9})\))? ?(.*)")
_CALLS = re.compile(r"calls ?= ?(\d{1,15})(?: .*)?")
_COST = re.compile(
    r"([+-]?\d{1,15}|\*|0x[0-9a-fA-F]{1,16})((?: +(?:[+-]?\d[\d.e+-]{0,30}|\*|0x[0-9a-fA-F]{1,16}))*) *"
)
_IN_NAME = re.compile(r"(.*?) (\S.*):(\d{1,9})")
_TIMES = {
    "seconds": 1.0, "time_(10ns)": 1e-8, "time": 1e-6, "time_(µs)": 1e-6, "time_(us)": 1e-6,
    "microseconds": 1e-6, "nanoseconds": 1e-9, "time_(1us)": 1e-6, "time_(ns)": 1e-9, "wt": 1e-6, "samples": 0.0,
}  # fmt: skip
"""What events that are times count, in seconds; anything else (instructions, cycles) counts as samples would."""

_MAX_LINES = 20_000_000
_MOST = 1e15


def read(data: bytes) -> Profile:
    """The profile in the text; ValueError says what is wrong with it."""
    reading = _Reading()
    lines = data.decode("utf-8", "replace").splitlines()
    if len(lines) > _MAX_LINES:
        raise ValueError(f"more than {_MAX_LINES} lines")
    for line in lines:
        reading.line(line[:4096].strip())
    return reading.profile()


class _Reading:
    def __init__(self) -> None:
        self.frames = Frames()
        self.names: dict[tuple[str, str], str] = {}
        self.here = {"fl": "", "fn": ""}
        self.there = {"fl": "", "fn": ""}
        self.calls: int | None = None
        self.positions = 1
        self.last = 0
        self.event = ""
        self.column = 0
        self.creator = ""
        self.own: dict[int, float] = {}
        self.lines: dict[int, dict[int, float]] = {}
        self.edges: dict[tuple[int, int], list[float]] = {}

    def line(self, line: str) -> None:
        if not line or line.startswith("#"):
            return
        spec, calls = _SPEC.fullmatch(line), _CALLS.fullmatch(line)
        if calls is not None:
            self.calls = int(calls.group(1))
        elif spec is not None:
            self._spec(*spec.groups())
        elif _COST.fullmatch(line) is not None:
            self._cost(line.split())
        else:
            header = _HEADER.fullmatch(line)
            if header is not None:
                self._header(header.group(1), header.group(2).strip())

    def _header(self, name: str, value: str) -> None:
        if name == "events":
            events = value.lower().split()
            timed = [index for index, event in enumerate(events) if event in _TIMES]
            self.column = timed[0] if timed else 0
            self.event = events[self.column] if events else ""
        elif name == "creator":
            self.creator = value
        elif name == "positions":
            self.positions = max(1, len(value.split()))

    def _spec(self, called: str, kind: str, number: str | None, name: str) -> None:
        space = "fn" if kind == "fn" else "ob" if kind == "ob" else "fl"
        if number is not None:
            name = (
                self.names.setdefault((space, number), name) if name else self.names.get((space, number), "")
            )
        place = self.there if called else self.here
        if kind == "fn":
            place["fn"] = name
            if called and not self.there["fl"]:
                self.there["fl"] = self.here["fl"]
        elif kind in ("fl", "file") or (called and kind in ("fi", "fe")):
            place["fl"] = name

    def _cost(self, words: list[str]) -> None:
        line = self._position(words[min(self.positions, len(words)) - 1])
        costs = words[self.positions :]
        cost = self._number(costs[self.column]) if self.column < len(costs) else 0.0
        here = self._frame(self.here)
        if self.calls is None:
            self.own[here] = self.own.get(here, 0.0) + cost
            if cost and line:
                lines = self.lines.setdefault(here, {})
                lines[line] = lines.get(line, 0.0) + cost
        else:
            edge = self.edges.setdefault((here, self._frame(self.there)), [0.0, 0.0])
            edge[0] += cost
            edge[1] += self.calls
            self.calls = None
            self.there = {"fl": "", "fn": ""}

    def _position(self, word: str) -> int:
        if word != "*":
            value = int(word, 16) if word.startswith("0x") else int(word)
            self.last = self.last + value if word[0] in "+-" else value
        return self.last if 0 < self.last < 1 << 31 else 0

    def _number(self, word: str) -> float:
        try:
            value = float(word)
        except ValueError:
            raise ValueError("a cost is not a number") from None
        if not abs(value) < _MOST:
            raise ValueError("a cost is impossible")
        return max(0.0, value)

    def _frame(self, place: dict[str, str]) -> int:
        name, file, line = place["fn"], place["fl"], 0
        inside = _IN_NAME.fullmatch(name) if "yappi" in self.creator else None
        if inside is not None:
            name, file, line = inside.group(1), inside.group(2), int(inside.group(3))
        return self.frames.of(name, "" if file in ("???", "php:internal") else file, line)

    def profile(self) -> Profile:
        if self.event in ("memory", "bytes") or (self.event and self.event.startswith("mem")):
            raise ValueError("this profile counts memory, not time")
        # yappi's ticks are microseconds.
        scale = 1e-6 if self.event == "ticks" and "yappi" in self.creator else _TIMES.get(self.event, 0.0)
        factor = scale or 1.0
        below: dict[int, float] = {}
        calls: dict[int, int] = {}
        for (caller, callee), (cost, count) in self.edges.items():
            if caller != callee:
                below[caller] = below.get(caller, 0.0) + cost
            calls[callee] = calls.get(callee, 0) + int(count)
        seen = dict.fromkeys([*self.own, *below, *calls])
        total = sum(self.own.values()) * factor
        if total <= 0:
            raise ValueError("the profile is empty: no function cost anything")
        entries = tuple(
            Entry(
                frame,
                self.own.get(frame, 0.0) * factor,
                min(total, (self.own.get(frame, 0.0) + below.get(frame, 0.0)) * factor),
                calls.get(frame),
                lines=tuple((line, cost * factor) for line, cost in self.lines.get(frame, {}).items()),
            )
            for frame in seen
        )
        edges = tuple(
            Edge(caller, callee, self._edge_own(callee, count, calls) * factor, cost * factor, int(count))
            for (caller, callee), (cost, count) in self.edges.items()
        )
        return Profile(
            format="callgrind",
            producer=clean(self.creator.split(" ")[0].split("-")[0] or "callgrind")[:40],
            kind="tracing",
            unit="seconds" if scale else "samples",
            frames=self.frames.all(),
            total=total,
            entries=entries,
            edges=edges,
            clock="cpu",
            resumes_counted=True,
        )

    def _edge_own(self, callee: int, count: float, calls: dict[int, int]) -> float:
        """The format has no own cost per caller: it is shared out by calls."""
        return self.own.get(callee, 0.0) * count / calls[callee] if calls.get(callee) else 0.0
