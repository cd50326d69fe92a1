"""The tree that pyinstrument prints: `seconds name  file:line`, short paths, one branch per caller.

Frames of libraries may be hidden; their time stays with whoever called them. Colours are escape sequences.
"""

from __future__ import annotations

import re

from analyzers.profiles.frames import MAX_DEPTH, Frames, Tree
from analyzers.profiles.profile import Profile
from analyzers.profiles.readers.pyinstrument_json import SYNTHETIC

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_ROW = re.compile(r"([ │├└─|`\-]*)(\d{1,9}\.\d{1,6}) +(\S.{0,300}?)(?: {2,}(\S.{0,2000}?))?")
_PLACE = re.compile(r"(.+?):(\d{1,9})")
_SAMPLES = re.compile(r"Samples: +(\d{1,12})")


def read(data: bytes) -> Profile:
    """The profile in the text; ValueError when there is no tree in it."""
    text = _COLOUR.sub("", data.decode("utf-8", "replace"))
    frames, tree = Frames(), Tree()
    open_: list[tuple[int, int, float]] = []  # indent, node, time not yet given to children
    own: list[tuple[int, float]] = []
    for line in text.splitlines():
        row = _ROW.fullmatch(line.rstrip()[:3000])
        if row is None:
            continue
        indent, time = len(row.group(1)), float(row.group(2))
        while open_ and open_[-1][0] >= indent:
            own.append(open_.pop()[1:])
        if len(open_) >= MAX_DEPTH:
            raise ValueError("the tree is too deep")
        above = open_[-1][1] if open_ else -1
        if open_:
            open_[-1] = (*open_[-1][:2], open_[-1][2] - time)
        node = above if row.group(3) in SYNTHETIC else tree.enter(above, _frame(frames, row))
        open_.append((indent, node, time))
    own += [each[1:] for each in open_]
    if not own:
        raise ValueError("no tree of pyinstrument is in this text")
    samples = _SAMPLES.search(text)
    everything = sum(max(0.0, time) for _node, time in own)
    per_second = int(samples.group(1)) / everything if samples and everything else 0.0
    for node, time in own:
        tree.count(node, max(0.0, time), round(max(0.0, time) * per_second))
    return tree.profile(
        "pyinstrument-text",
        "pyinstrument",
        frames,
        warnings=("the printed tree is shortened: write `pyinstrument -r json -o out.json script.py`",),
    )


def _frame(frames: Frames, row: re.Match[str]) -> int:
    place = _PLACE.fullmatch(row.group(4) or "")
    if place is None:
        return frames.of(row.group(3), row.group(4) or "", 0)
    return frames.of(row.group(3), place.group(1), int(place.group(2)))
