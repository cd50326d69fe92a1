"""Local fixes, applied: which edits go together, what the files are then, and how that looks as a diff."""

from __future__ import annotations

import difflib
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from analyzers.findings import Edit, Finding, Fix
from lsp_server.files.workspace import Unreadable, read_source, write_source

Edits = dict[str, list[Edit]]  # path -> edits, in the order of the text, none touching another


def certain_edits(findings: Iterable[Finding]) -> tuple[Edits, int]:
    """The first certain fix of each finding, whole or not at all: a fix that touches one taken before is left for
    the next round. What makes a line then, as `names_set = set(names)`, may serve those that follow in its function: these
    wait, too. With it, how many fixes were taken."""
    taken: dict[str, set[Edit]] = defaultdict(set)
    waiting: set[tuple[str, str]] = set()
    count = 0
    for finding in findings:
        fix = certain_fix(finding)
        if fix is None:
            continue
        if all(edit in taken[edit.place.path] for edit in fix.edits):
            continue  # another finding of the same cause asked for it
        makes_lines = any(edit.text.endswith("\n") and not _length(edit) for edit in fix.edits)
        function = finding.place.path, finding.function
        if _clashes(fix, taken) or (makes_lines and function in waiting):
            waiting |= {function} if makes_lines else set()
            continue
        for edit in fix.edits:
            taken[edit.place.path].add(edit)
        count += 1
    return {path: sorted(edits, key=lambda e: e.place.span) for path, edits in taken.items() if edits}, count


def certain_fix(finding: Finding) -> Fix | None:
    """The fix of a finding that is taken without asking; None where it has none."""
    return next((fix for fix in finding.fixes if fix.certain), None)


def _clashes(fix: Fix, taken: Mapping[str, set[Edit]]) -> bool:
    """True for an edit that touches another one, or makes the same thing a second time elsewhere; two fixes may ask for the
    same import, or the same line."""
    return any(
        edit != other and (edit.place.span.touches(other.place.span) or _is_same_line(edit, other))
        for edit in fix.edits
        for other in taken[edit.place.path]
    )


def _is_same_line(edit: Edit, other: Edit) -> bool:
    return edit.text == other.text and edit.text.endswith("\n") and not any(map(_length, (edit, other)))


def _length(edit: Edit) -> int:
    return edit.place.span.end - edit.place.span.start


def apply_edits(source: bytes, edits: Sequence[Edit]) -> bytes:
    """The text with the edits done; they are sorted and do not overlap."""
    parts: list[bytes] = []
    at = 0
    for edit in edits:
        start, end = edit.place.span
        parts += [source[at:start], edit.text.encode("utf-8")]
        at = end
    return b"".join([*parts, source[at:]])


def unified_diff(path: str, before: bytes, after: bytes) -> Iterator[str]:
    """The lines of a diff as `patch` and `git apply` take it; with line ends."""
    old, new = _lines(before), _lines(after)
    for line in difflib.unified_diff(old, new, f"a/{path}", f"b/{path}"):
        yield line if line.endswith("\n") else line + "\n\\ No newline at end of file\n"


def _lines(source: bytes) -> list[str]:
    # A diff's lines end at \n alone; str.splitlines would end them at form feeds and other separators, too.
    return [line.decode("utf-8", "replace") for line in re.findall(rb"[^\n]*\n|[^\n]+", source)]


def write_unless_changed(path: Path, before: bytes, after: bytes) -> Unreadable | None:
    """Write `after` into a file whose text is still `before`; None, or why it was not done. Both in UTF-8."""
    now = read_source(path, max_size=sys.maxsize - 1)
    if isinstance(now, Unreadable):
        return now
    return write_source(path, after) if now == before else Unreadable("changed meanwhile and was left alone")
