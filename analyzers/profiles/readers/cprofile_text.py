"""The table that `python -m cProfile script.py` prints, and `pstats.Stats.print_stats`.

The program's own output may stand before it. Files are base names only, and nothing says who called a built-in, so
that its time stays with the built-in: a binary file (`-o out.prof`) tells more.
"""

from __future__ import annotations

import re

from analyzers.profiles.frames import Frames
from analyzers.profiles.profile import Entry, Profile

_TOTAL = re.compile(r"^ *\d+ function calls? .*\bin ([\d.]+) seconds", re.MULTILINE)
_HEADER = re.compile(
    r"^ *ncalls +tottime +percall +cumtime +percall +filename:lineno\(function\) *$", re.MULTILINE
)
_ROW = re.compile(r" *(\d+)(?:/(\d+))? +(\d+\.\d+) +\S+ +(\d+\.\d+) +\S+ +(.+)")
_PLACE = re.compile(r"(.+):(\d+)\((.+)\)")
_MAX_DIGITS = 18


def read(data: bytes) -> Profile:
    """The last table in the text; ValueError when there is none."""
    text = data.decode("utf-8", "replace")
    headers = list(_HEADER.finditer(text))
    if not headers:
        raise ValueError("no table of cProfile is in this text")
    header = headers[-1]
    frames = Frames()
    entries = []
    for line in text[header.end() :].lstrip("\r\n").splitlines():
        row = _ROW.fullmatch(line.rstrip())
        if row is None:
            break
        entries.append(_entry(frames, row))
    if not entries:
        raise ValueError("the table of cProfile is empty")
    own = sum(entry.own for entry in entries)
    totals = list(_TOTAL.finditer(text, 0, header.start()))
    total = max(own, _seconds(totals[-1].group(1)) if totals else 0.0)
    if total <= 0:
        raise ValueError("the table is empty: no time was recorded")
    return Profile(
        format="cprofile-text",
        producer="cProfile",
        kind="tracing",
        unit="seconds",
        frames=frames.all(),
        total=total,
        entries=tuple(entries),
        resumes_counted=True,
        warnings=("the printed table names no callers: write a file with `python -m cProfile -o out.prof`",),
    )


def _seconds(text: str) -> float:
    if len(text) > _MAX_DIGITS:
        raise ValueError("a time in the table is too long")
    try:
        return float(text)
    except ValueError:
        raise ValueError("a time in the table is not a number") from None


def _entry(frames: Frames, row: re.Match[str]) -> Entry:
    calls, primitive, own, total, where = row.groups()
    if max(len(calls), len(primitive or "")) > _MAX_DIGITS:
        raise ValueError("a number of calls is too large")
    place = _PLACE.fullmatch(where)
    if place is not None and len(place.group(2)) < 10:
        frame = frames.of(place.group(3), place.group(1), int(place.group(2)))
    else:
        frame = frames.of(where.strip("{}"), "", 0)
    return Entry(frame, _seconds(own), _seconds(total), int(calls), int(primitive or calls))
