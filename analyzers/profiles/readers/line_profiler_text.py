"""The text that line_profiler prints (`python -m line_profiler file.lprof`): hits and time per line.

A line's time includes what it calls. Where a line names another function of the report, the time of that one is a
call's; the rest is the function's own. A function that calls itself counts the inner calls again, once per level.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from analyzers.profiles.frames import Frames
from analyzers.profiles.profile import Edge, Entry, Profile

_UNIT = re.compile(r"^Timer unit: ([\d.e+-]{1,30}) s", re.MULTILINE)
_FILE = re.compile(r"File: (.{1,2000})")
_FUNCTION = re.compile(r"Function: (.{1,500}) at line (\d{1,9})")
_ROW = re.compile(r" *(\d{1,9}) +(\d{1,15}) +([\d.e+]{1,25}) +([\d.e+]{1,25}) +([\d.]{1,8})(.*)")
_CALL = re.compile(r"(\w+)\s*\(")
_MAX_LINES = 1_000_000


@dataclass
class _Function:
    file: str
    name: str
    line: int
    rows: list[tuple[int, int, float, str]] = field(default_factory=list)  # line, hits, seconds, text

    @property
    def time(self) -> float:
        return sum(time for _line, _hits, time, _text in self.rows)

    @property
    def hits(self) -> int:
        """Calls, as far as lines tell: the first line that ran is in no loop."""
        return self.rows[0][1] if self.rows else 0


def read(data: bytes) -> Profile:
    """The profile in the text; ValueError when no function in it took time."""
    functions = [each for each in _functions(data.decode("utf-8", "replace")) if each.time > 0]
    frames = Frames()
    index = {id(each): frames.of(each.name, each.file, each.line) for each in functions}
    by_name: dict[str, list[_Function]] = {}
    for each in functions:
        by_name.setdefault(each.name.rpartition(".")[2], []).append(each)
    entries: list[Entry] = []
    edges: list[Edge] = []
    for each in functions:
        given = 0.0
        lines: dict[int, float] = {}
        for line, hits, time, text in each.rows:
            callee = _callee(text, by_name)
            lines[line] = lines.get(line, 0.0) + time
            # A recursive call's time is already among the lines'.
            if callee is None or callee is each or time <= 0:
                continue
            spent = min(time, callee.time)
            given += spent
            lines[line] -= spent
            edges.append(Edge(index[id(each)], index[id(callee)], 0.0, spent, min(hits, callee.hits)))
        own = max(0.0, each.time - given)
        if _calls_itself(each, by_name):
            own /= max(1, each.hits.bit_length())
        total = max(own, min(each.time, own + given))
        share = own / max(each.time - given, 1e-12)  # less than all for a function that calls itself
        kept = tuple((line, time * share) for line, time in lines.items() if time > 0)
        entries.append(Entry(index[id(each)], own, total, each.hits, each.hits, lines=kept))
    total = sum(entry.own for entry in entries)
    if total <= 0:
        raise ValueError("the report is empty: no function was called")
    return Profile(
        format="line-profiler-text",
        producer="line_profiler",
        kind="tracing",
        unit="seconds",
        frames=frames.all(),
        total=total,
        entries=tuple(entries),
        edges=tuple(edges),
        resumes_counted=True,
        warnings=("only the functions that were marked are in this report: shares are of their time",),
    )


def _functions(text: str) -> list[_Function]:
    unit = _UNIT.search(text)
    scale = _number(unit.group(1)) if unit else 1e-6
    found: list[_Function] = []
    file, rows = "", 0
    for line in text.splitlines():
        place, function = _FILE.fullmatch(line), _FUNCTION.fullmatch(line)
        row = _ROW.match(line[:3000]) if found else None
        if place is not None:
            file = place.group(1).strip()
        elif function is not None:
            found.append(_Function(file, function.group(1), int(function.group(2))))
        elif row is not None:
            rows += 1
            if rows > _MAX_LINES:
                raise ValueError(f"more than {_MAX_LINES} lines")
            time = _number(row.group(3)) * scale
            found[-1].rows.append((int(row.group(1)), int(row.group(2)), time, row.group(6)))
    return found


def _number(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        raise ValueError("a time in the report is not a number") from None
    if not 0 <= value < 1e15:
        raise ValueError("a time in the report is impossible")
    return value


def _callee(text: str, by_name: dict[str, list[_Function]]) -> _Function | None:
    """The one other function of the report that a line of code calls by its name."""
    called = {name for name in _CALL.findall(text.partition("#")[0]) if name in by_name}
    found = [each for name in called for each in by_name[name]]
    return found[0] if len(found) == 1 else None


def _calls_itself(function: _Function, by_name: dict[str, list[_Function]]) -> bool:
    return any(_callee(text, by_name) is function for _line, _hits, _time, text in function.rows)
