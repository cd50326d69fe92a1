"""The text of `perf script`: a header per sample, then its frames, the leaf first.

Format: tools/perf/Documentation/perf-script.txt. Python (`-X perf`) writes `py::qualname:/file.py` without a line,
V8 (`--perf-basic-prof`) `JS:*name /file.js:line:column`; all else is machine code, whose time its caller spent.
"""

from __future__ import annotations

import re

from analyzers.profiles.frames import MAX_DEPTH, Frames, Tree
from analyzers.profiles.profile import Profile, Thread
from analyzers.profiles.readers.prof_process import frame_of

_HEADER = re.compile(
    r"(\S.{0,100}?)\s+(?:\d{1,9}/)?(\d{1,9})\s+(?:\[\d{1,4}\]\s+)?\d{1,12}\.\d{1,9}:\s+(?:(\d{1,18})\s+)?(\S{1,100}):.*"
)
_FRAME = re.compile(r"\s+[0-9a-f]{1,16} (.*?)(?:\+0x[0-9a-f]+)?(?: \(.*\))?")
_PYTHON = re.compile(r"py::(.*):(.*)")
_MAX_LINES = 20_000_000


def read(data: bytes) -> Profile:
    """The profile in the text; ValueError when there is no sample in it."""
    lines = data.decode("utf-8", "replace").splitlines()
    if len(lines) > _MAX_LINES:
        raise ValueError("more than twenty million lines")
    frames, tree = Frames(), Tree()
    known: dict[str, int] = {}
    threads: dict[tuple[str, str], int] = {}
    totals: list[int] = []
    stack: list[int] = []
    thread = -1

    def done() -> None:
        if thread >= 0:
            totals[thread] += 1
            tree.add(reversed(stack or [frames.of("(no stack)", "", 0)]), 1.0, 1, thread)
            stack.clear()

    for line in lines:
        if not line.strip() or line.startswith("#"):
            continue
        if line[0] not in " \t":
            header = _HEADER.fullmatch(line.rstrip()[:500])
            if header is not None:
                done()
                thread = threads.setdefault((header.group(1), header.group(2)), len(totals))
                if thread == len(totals):
                    totals.append(0)
            continue
        frame = _FRAME.fullmatch(line.rstrip()[:4096])
        if frame is not None and thread >= 0 and len(stack) < MAX_DEPTH:
            text = frame.group(1)
            if text not in known:
                known[text] = _frame(frames, text)
            stack.append(known[text])
    done()
    listed = tuple(Thread(f"{name} {tid}"[:100], float(totals[at])) for (name, tid), at in threads.items())
    return tree.profile("perf-script", "perf", frames, unit="samples", clock="cpu", threads=listed)


def _frame(frames: Frames, text: str) -> int:
    python = _PYTHON.fullmatch(text)
    if python is not None:
        return frames.of(python.group(1), python.group(2), 0)
    if text.startswith(("JS:", "Script:", "LazyCompile:", "Function:", "Eval:")):
        return frame_of(frames, text.replace(":", ": ", 1))
    return frames.of(text, "", 0)
