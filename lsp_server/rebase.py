"""Edits and findings made for one state of a text, moved to a later one."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace

from analyzers.findings import Edit, Finding, Place, Related
from analyzers.text import Span, Text

FURTHER = 4
"""Pieces after one that is another, among which one is looked for that begins as it did."""

_HEAD = re.compile(rb"\s*[^\n]+")


def changed_part(old: bytes, new: bytes) -> tuple[Span, Span]:
    """The smallest span of `old` and the span of `new` in its place, so that everything around them is the same."""
    return changed_since(Text(new), old)


def changed_since(text: Text, before: bytes) -> tuple[Span, Span]:
    """The same of a text that may know what it was made of, and may then be told otherwise where several spans would do."""
    start, end = text.same_as(before)
    return Span(start, len(before) - end), Span(start, len(text.source) - end)


def steps(old: bytes, new: bytes, cuts: Sequence[int], most: int) -> list[bytes] | None:
    """Texts that lead from `old` to `new`, the last of which that is: each differs from the one before in one of the pieces
    that `old` is cut into, or in some beside each other. None for more than so many."""
    gone, come = changed_part(old, new)
    first, behind = bisect_left(cuts, gone.start), bisect_left(cuts, gone.end)
    edges = [cuts[first - 1] if first else 0, *cuts[first:behind], gone.end]
    found: list[bytes] = []
    at, to = 0, edges[0]  # a piece of `old`, and where it begins in `new`
    while at < len(edges) - 1 and to < come.end:
        piece = old[edges[at] : edges[at + 1]]
        if new.startswith(piece, to):
            to, at = to + len(piece), at + 1
            continue
        if len(found) == most:
            return None
        again = [
            (place, one)
            for one in range(at, min(at + FURTHER, len(edges) - 1))
            if (place := new.find(_head(old, edges[one], edges[one + 1]), to, come.end))
            > (to if one == at else -1)
        ]
        to, at = min(again, default=(come.end, len(edges) - 1))
        found.append(new[:to] + old[edges[at] :])
    if not found or found[-1] != new:
        found.append(new)
    return found if len(found) <= most else None


def _head(text: bytes, start: int, end: int) -> bytes:
    """A part of a text up to the end of its first line that is not blank."""
    found = _HEAD.match(text, start, end)
    return found[0] if found is not None else text[start:end]


def rebased(edits: Sequence[Edit], held: Span, old: bytes, new: bytes) -> list[Edit] | None:
    """The edits, made for `old`, as edits of `new`; None if the change between them is in what they edit.

    `held` is the part of `old` that the edits were made for as a whole: a function.
    """
    if old == new:
        return list(edits)
    gone, _ = changed_part(old, new)
    if _meet(held, gone) or any(_meet(edit.place.span, gone) for edit in edits):
        return None
    by = len(new) - len(old)
    return [
        Edit(Place(edit.place.path, edit.place.span.shift(by)), edit.text)
        if edit.place.span.start >= gone.end
        else edit
        for edit in edits
    ]


def moved(findings: Sequence[Finding], path: str, old: bytes, new: bytes) -> tuple[Finding, ...]:
    """The findings of a file where they stand in its new text; without those whose place is gone, and without fixes."""
    gone, _ = changed_part(old, new)
    by = len(new) - len(old)

    def place(held: Place) -> Place:
        if held.path != path:
            return held
        start, end = held.span
        start = start + by if start >= gone.end else min(start, gone.start)
        end = end if end <= gone.start else max(end, gone.end) + by
        return Place(path, Span(start, end))

    return tuple(
        replace(
            finding,
            place=place(finding.place),
            related=tuple(Related(place(step.place), step.message) for step in finding.related),
            fixes=(),
        )
        for finding in findings
        if not (gone.start <= finding.place.span.start and finding.place.span.end <= gone.end)
    )


def _meet(span: Span, gone: Span) -> bool:
    return span.start < gone.end and gone.start < span.end
