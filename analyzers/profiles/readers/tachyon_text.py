"""The table that Python 3.15's sampler prints: the hottest lines, base names only.

`direct/cumulative` samples, percents of all samples, milliseconds, and `file:line(function)` with the executing line.
The program's own output stands before it.
"""

from __future__ import annotations

import re

from analyzers.profiles.frames import Frames
from analyzers.profiles.profile import Entry, Profile

_ROW = re.compile(
    r" *(\d{1,15})/(\d{1,15}) +(\d{1,3}\.\d+) +(\d{1,15}\.\d+) +\d{1,3}\.\d+ +(\d{1,15}\.\d+) +(.+):(\d{1,9})\((.*)\)"
)
_HEADER = re.compile(r"^ *nsamples +sample% +tottime \((\S+)\).*$", re.MULTILINE)
_UNITS = {"s": 1.0, "ms": 1e-3, "μs": 1e-6, "us": 1e-6, "ns": 1e-9}


def read(data: bytes) -> Profile:
    """The last table in the text; ValueError when there is none."""
    text = data.decode("utf-8", "replace")
    headers = list(_HEADER.finditer(text))
    if not headers:
        raise ValueError("no table of Python's sampler is in this text")
    scale = _UNITS.get(headers[-1].group(1), 1e-3)
    frames = Frames()
    entries: list[Entry] = []
    all_samples = 0.0
    for line in text[headers[-1].end() :].lstrip("\r\n").splitlines():
        row = _ROW.fullmatch(line.rstrip())
        if row is None:
            break
        direct, percent = int(row.group(1)), float(row.group(3))
        own, total = float(row.group(4)) * scale, float(row.group(5)) * scale
        entries.append(
            Entry(
                frames.of(row.group(8), row.group(6), int(row.group(7))), own, max(own, total), samples=direct
            )
        )
        if percent > 0 and all_samples == 0:  # the first row is the largest, so its percents are the sharpest
            all_samples = 100 * direct / percent
    own = sum(entry.own for entry in entries)
    shown = sum(entry.samples or 0 for entry in entries)
    if own <= 0 or shown <= 0:
        raise ValueError("the table is empty: no sample was taken")
    samples = max(shown, round(all_samples))
    return Profile(
        format="tachyon-text",
        producer="Tachyon",
        kind="sampling",
        unit="seconds",
        frames=frames.all(),
        total=own * samples / shown,
        entries=tuple(entries),
        samples=samples,
        warnings=("the printed table is cut off: record with `python -m profiling.sampling run --pstats`",),
    )
