"""The tables that `node --prof-process isolate*.log` prints, from the tree of callers at their end.

Format: deps/v8/tools/tickprocessor.mjs. The summary books a builtin's time (`Array#includes`) under UNKNOWN; the
tree below says who called it. Its rows lead from the leaf to its callers, callers below 1 % are left out. The marks
`~ ^ + *` before a name are tiers of one function. Lines and columns count from 1 and stand at the parameters' `(`.
"""

from __future__ import annotations

import re

from analyzers.profiles.frames import MAX_DEPTH, Frames, Tree
from analyzers.profiles.profile import Profile

_HEAD = re.compile(r"^Statistical profiling result from .*?, \((\d{1,15}) ticks", re.MULTILINE)
_TREE = re.compile(r"^ *ticks +parent +name *$", re.MULTILINE)
_FLAT = re.compile(r"^ *ticks +total +nonlib +name *$", re.MULTILINE)
_ROW = re.compile(r" *(\d{1,15}) +\d{1,3}\.\d%(?: +\d{1,3}\.\d%)?( +)(\S.{0,3000})")
_SCRIPT = re.compile(r"(?:JS|Script|LazyCompile|Function|Eval|Callback): [~^+*]?(.*)")
_PLACE = re.compile(r"(.*?) ?(\S+):(\d{1,9}):(\d{1,9})")


def frame_of(frames: Frames, text: str) -> int:
    """A frame by V8's name for it: `*name file:line:column`; machine code and builtins are native."""
    script = _SCRIPT.fullmatch(text)
    place = _PLACE.fullmatch(script.group(1)) if script else None
    if place is None:
        return frames.of(text, "", 0)
    name = place.group(1) or "(anonymous)"
    return frames.of(name, place.group(2), int(place.group(3)), int(place.group(4)) - 1)


def read(data: bytes) -> Profile:
    """The profile in the tables; ValueError when there is none."""
    text = data.decode("utf-8", "replace")
    head, start = _HEAD.search(text), _TREE.search(text)
    if head is None or start is None:
        raise ValueError("the tables of `node --prof-process` are not whole: no tree of callers")
    frames, tree = Frames(), Tree()
    seen: dict[int, int] = {}  # ticks by leaf, as the tree of callers has them
    stack: list[tuple[int, int, int]] = []  # indent, frame, ticks not yet given to callers
    all_ticks = 0

    def close(indent: int) -> None:
        while stack and stack[-1][0] >= indent:
            left = stack[-1][2]
            if left > 0:
                tree.add((frame for _indent, frame, _left in reversed(stack)), float(left), left)
            stack.pop()

    for line in text[start.end() :].splitlines():
        row = _ROW.fullmatch(line)
        if row is None:
            continue
        ticks, indent, frame = int(row.group(1)), len(row.group(2)), frame_of(frames, row.group(3).strip())
        close(indent)
        if len(stack) >= MAX_DEPTH:
            raise ValueError("the tree of callers is too deep")
        if stack:
            stack[-1] = (*stack[-1][:2], stack[-1][2] - ticks)
        else:
            seen[frame] = seen.get(frame, 0) + ticks
            all_ticks += ticks
        stack.append((indent, frame, ticks))
    close(0)
    all_ticks += _rare(text, frames, tree, seen)
    rest = int(head.group(1)) - all_ticks
    if rest > 0:
        tree.add([frames.of("(ticks not in the tree)", "", 0)], float(rest), rest)
    return tree.profile("prof-process", "V8", frames, unit="samples", clock="cpu")


def _rare(text: str, frames: Frames, tree: Tree, seen: dict[int, int]) -> int:
    """Functions too rare for the tree stand in the summary: their ticks."""
    added = 0
    for header in _FLAT.finditer(text):
        for line in text[header.end() :].lstrip("\n").splitlines():
            row = _ROW.fullmatch(line)
            if row is None:
                break
            frame = frame_of(frames, row.group(3).strip())
            if row.group(3).startswith("JS: ") and frame not in seen:
                tree.add([frame], float(row.group(1)), int(row.group(1)))
                added += int(row.group(1))
    return added
