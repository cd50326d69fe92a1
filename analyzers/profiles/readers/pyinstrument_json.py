"""pyinstrument's JSON (`pyinstrument -r json`): a call tree whose nodes hold their total time in seconds.

Format: pyinstrument/renderers/jsonrenderer.py. Lines are the first lines of functions. `[self]` and its like hold
time of the function above them. Before version 5 times of a tree may be missing in children that were hidden.
"""

from __future__ import annotations

from msgspec import Struct

from analyzers.profiles.frames import MAX_DEPTH, Frames, Tree
from analyzers.profiles.profile import Profile
from analyzers.profiles.readers.decoding import decode, seconds, whole

SYNTHETIC = frozenset({"[self]", "[await]", "[out-of-context]"})


class _Frame(Struct):
    function: str = ""
    file_path: str | None = None
    line_no: float | None = None
    time: float = 0.0
    children: list[_Frame] = []


class _Session(Struct):
    root_frame: _Frame | None = None
    sample_count: int = 0


def read(data: bytes) -> Profile:
    """The profile in pyinstrument's JSON; ValueError says what is wrong with it."""
    session = decode(data, _Session, "JSON of pyinstrument")
    if session.root_frame is None:
        raise ValueError("the profile is empty: pyinstrument saw no sample")
    frames, tree = Frames(), Tree()
    total = seconds(session.root_frame.time)
    pending = [(session.root_frame, -1, 0)]
    while pending:
        frame, parent, depth = pending.pop()
        if depth > MAX_DEPTH:
            raise ValueError("the call tree is too deep")
        time = seconds(frame.time)
        own = max(0.0, time - sum(seconds(child.time) for child in frame.children))
        if frame.function in SYNTHETIC:
            at = parent
        else:
            file = frame.file_path or ""
            at = tree.enter(parent, frames.of(frame.function, file, whole(frame.line_no)))
        samples = round(session.sample_count * own / total) if total > 0 else 0
        tree.count(at, own, min(max(samples, 0), 1 << 40))
        pending += [(child, at, depth + 1) for child in frame.children]
    return tree.profile("pyinstrument-json", "pyinstrument", frames)
