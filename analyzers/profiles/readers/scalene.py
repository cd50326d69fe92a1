"""Scalene's JSON (`scalene run -o out.json script.py`): percents of the time per line.

Format: scalene/scalene_json.py. A line's time is Python's, native code's and the system's. Each line carries its
text, by which linking sees whether the file is still the one that was measured: a line number alone would blame
whatever stands there now.
"""

from __future__ import annotations

import re

from msgspec import Struct

from analyzers.profiles.frames import Frames
from analyzers.profiles.profile import Entry, Profile
from analyzers.profiles.readers.decoding import decode, seconds

_MAX_LINES = 2_000_000
_DEF = re.compile(r"\s*(?:async\s+)?def\s+(\w+)")


class _Line(Struct):
    lineno: int
    line: str = ""
    n_cpu_percent_python: float = 0.0
    n_cpu_percent_c: float = 0.0
    n_sys_percent: float = 0.0
    start_function_line: int | None = None

    @property
    def percent(self) -> float:
        return (
            seconds(self.n_cpu_percent_python) + seconds(self.n_cpu_percent_c) + seconds(self.n_sys_percent)
        )


class _File(Struct):
    lines: list[_Line] = []
    functions: list[_Line] = []


class _Profile(Struct):
    files: dict[str, _File]
    elapsed_time_sec: float = 0.0


def read(data: bytes) -> Profile:
    """The profile in Scalene's JSON; ValueError says what is wrong with it."""
    raw = decode(data, _Profile, "profile of Scalene")
    frames = Frames()
    entries: list[Entry] = []
    texts: list[tuple[int, str]] = []
    percents = [line.percent for file in raw.files.values() for line in file.lines]
    if len(percents) > _MAX_LINES:
        raise ValueError(f"more than {_MAX_LINES} lines")
    per_percent = seconds(raw.elapsed_time_sec) / max(sum(percents), 1e-9)
    if sum(percents) <= 0 or per_percent <= 0:
        raise ValueError("the profile is empty: no line took time")
    for path, file in raw.files.items():
        functions = _Functions(file)
        for line in file.lines:
            if line.percent > 0:
                frame = frames.of(functions.around(line), path, line.lineno, native=False)
                entries.append(Entry(frame, line.percent * per_percent, line.percent * per_percent))
                texts.append((frame, " ".join(line.line.split())[:200]))
    return Profile(
        format="scalene",
        producer="Scalene",
        kind="sampling",
        unit="seconds",
        frames=frames.all(),
        total=sum(entry.own for entry in entries),
        entries=tuple(entries),
        clock="cpu",
        texts=tuple(texts),
    )


class _Functions:
    """Which function a line belongs to. Lines name where their function's `def` is, functions their first decorator."""

    def __init__(self, file: _File) -> None:
        self.by_line = {function.lineno: function.line for function in file.functions}
        self.by_name: dict[str, list[tuple[int, str]]] = {}
        for function in file.functions:
            self.by_name.setdefault(function.line.rpartition(".")[2], []).append(
                (function.lineno, function.line)
            )
        self.texts = {line.lineno: line.line for line in file.lines}

    def around(self, line: _Line) -> str:
        first = line.start_function_line
        if first is None:
            return "<module>"
        if first in self.by_line:
            return self.by_line[first]
        defined = _DEF.match(self.texts.get(first, ""))
        if defined is None:
            return "<module>"
        # Only the functions that took time are listed; the others have just their bare name.
        above = [each for each in self.by_name.get(defined.group(1), ()) if each[0] <= first]
        return max(above)[1] if above else defined.group(1)
