"""A pyinstrument session (`pyinstrument -r session`): every sample's stack and its seconds, as JSON.

Format: pyinstrument/session.py and frame_info.py. A frame is `name NUL file NUL first line`, then attributes, each
after a \\x01: `l` the executing line, `c` the class of a method, `h` and `b` marks. The first frame names the thread.
"""

from __future__ import annotations

from msgspec import Struct

from analyzers.profiles.frames import Frames, Tree
from analyzers.profiles.profile import Profile
from analyzers.profiles.readers.decoding import decode, seconds
from analyzers.profiles.readers.pyinstrument_json import SYNTHETIC
from analyzers.profiles.stretches import Stretches


class _Session(Struct):
    frame_records: list[tuple[list[str], float]]
    start_call_stack: list[str] = []


def read(data: bytes) -> Profile:
    """The profile in a session file; ValueError says what is wrong with it."""
    session = decode(data, _Session, "session of pyinstrument")
    frames, tree, stretches = Frames(), Tree(), Stretches()
    known: dict[str, int | None] = {}
    stacks: dict[tuple[str, ...], tuple[list[int], frozenset[int]]] = {}
    now = 0.0
    for names, time in session.frame_records:
        key = tuple(names)
        if key not in stacks:
            stack = [frame for name in names if (frame := _known(name, known, frames)) is not None]
            stacks[key] = (stack, frozenset(map(frames.function, stack)))
        stack, on_stack = stacks[key]
        lasts = seconds(time)
        tree.add(stack, lasts)
        stretches.at(on_stack, now)
        now += lasts
    stretches.close(now)
    return tree.profile("pyinstrument-session", "pyinstrument", frames, longest=stretches.sorted())


def _known(text: str, known: dict[str, int | None], frames: Frames) -> int | None:
    if text not in known:
        known[text] = _frame(text, frames)
    return known[text]


def _frame(text: str, frames: Frames) -> int | None:
    """None for the thread and for frames that only say what the one above did."""
    identity, *attributes = text.split("\x01")
    name, _nul, rest = identity.partition("\0")
    file, _nul, first = rest.partition("\0")
    if file == "<thread>" or name in SYNTHETIC:
        return None
    line = next((mark[1:] for mark in attributes if mark.startswith("l")), first)
    owner = next((mark[1:] for mark in attributes if mark.startswith("c")), "")
    if owner and "." not in name and not name.startswith("<"):
        name = f"{owner}.{name}"
    return frames.of(name, file, int(line) if line.isdecimal() and len(line) < 10 else 0)
