"""JSON lines of Python 3.15's sampler (`python -m profiling.sampling run --jsonl`): samples per frame.

Python 3.15.2 writes `string_table` and `frame_table`, later versions `str_def` and `frame_def`; both are read. A
frame is one expression of one line, so that a function has many.
"""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Struct

from analyzers.profiles.frames import MAX_FRAMES, Frames
from analyzers.profiles.profile import Entry, Profile


class _String(Struct):
    str_id: int
    value: str


class _Frame(Struct):
    frame_id: int
    path_str_id: int
    func_str_id: int
    line: int | None = None


class _Entry(Struct):
    frame_id: int
    self: int = 0
    cumulative: int = 0


class _Line(Struct):
    type: str
    strings: list[_String] = []
    frames: list[_Frame] = []
    entries: list[_Entry] = []
    sample_interval_usec: float = 0.0
    samples_total: int = 0
    kind: str = "frame"
    mode: str = "wall"


def read(data: bytes) -> Profile:
    """The profile in the lines; ValueError says what is wrong with it."""
    decoder = msgspec.json.Decoder(_Line)
    strings: dict[int, str] = {}
    raw: dict[int, _Frame] = {}
    counts: dict[int, list[int]] = {}
    interval, samples, mode = 0.0, 0, "wall"
    for text in data.splitlines():
        if not text.strip():
            continue
        try:
            line = decoder.decode(text)
        except (msgspec.MsgspecError, RecursionError) as error:
            raise ValueError(f"a line is no record of Python's sampler: {error}") from None
        if line.type == "meta":
            interval, mode = line.sample_interval_usec, line.mode
        strings.update((each.str_id, each.value) for each in line.strings)
        raw.update((each.frame_id, each) for each in line.frames)
        if len(raw) > MAX_FRAMES:
            raise ValueError(f"more than {MAX_FRAMES} frames")
        if line.type == "agg" and line.kind == "frame":
            for entry in line.entries:
                found = counts.setdefault(entry.frame_id, [0, 0])
                found[0] += entry.self
                found[1] += entry.cumulative
        samples = max(samples, line.samples_total)
    return _profile(strings, raw, counts, samples, interval, mode)


def _profile(
    strings: dict[int, str],
    raw: dict[int, _Frame],
    counts: dict[int, list[int]],
    samples: int,
    interval: float,
    mode: str,
) -> Profile:
    frames = Frames()
    # Seconds only where the interval is a sane one.
    scale = interval / 1e6 if 0 < interval < 1e9 else 1.0
    entries: list[Entry] = []
    for ident, (own, cumulative) in counts.items():
        frame = raw.get(ident)
        if frame is None or not 0 <= own < 1 << 50 or not 0 <= cumulative < 1 << 50:
            raise ValueError("a count names a frame that is not there, or is impossible")
        name, file = strings.get(frame.func_str_id, ""), strings.get(frame.path_str_id, "")
        index = frames.of(name, file, frame.line or 0)
        entries.append(Entry(index, own * scale, max(own, cumulative) * scale, samples=own))
    total = sum(entry.samples or 0 for entry in entries)
    if total <= 0:
        raise ValueError("the profile is empty: no sample was taken")
    fields: dict[str, Any] = {
        "clock": "wall" if mode == "wall" else "cpu",
        "samples": max(total, min(samples, 1 << 50)),
    }
    return Profile(
        format="tachyon-jsonl",
        producer="Tachyon",
        kind="sampling",
        unit="seconds" if scale != 1.0 else "samples",
        frames=frames.all(),
        total=total * scale,
        entries=tuple(entries),
        **fields,
    )
