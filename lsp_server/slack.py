"""The text of an open document as the analyzers see it: with room after each function, so that an edit moves nothing.

Positions in facts, and in what was concluded from them, count from the start of a function; those of functions count
from the start of the file. One character more in a function moves all functions below it, and what was concluded of
them would be new. So an open document is analysed with blanks at the ends of some lines: what is typed into a
function is taken from the blanks behind it. Blanks at the end of a line mean nothing to Python, JavaScript or TypeScript
outside of strings, and the tree says where those are. What leaves the engine has the positions of the editor's own text.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import NamedTuple, TypeVar

from analyzers.findings import Edit, Finding, Fix, FunctionReport, Place, Reason, Related
from analyzers.text import Span, Text

ROOM = 256
"""Blanks behind each function. When they are used up, all are laid out anew."""

_DEFINITION = re.compile(
    rb"^([ \t]*)(?:@|def\b|async[ \t]+def\b|(class)\b)"
    rb"|^([A-Za-z_][\w.]*[ \t]*(?::[^=\n]*)?=(?!=)|(?:if|try|for|with|while)\b)",
    re.MULTILINE,
)
"""The last: a statement of the top level that is no prose."""

_OPENS = re.compile(rb"^[ \t]*(?:@|(?:async[ \t]+)?def\b|class\b)|\{|=>", re.MULTILINE)
_NOTHING = re.compile(rb"(?:[ \t\r\n\f]|#[^\n]*)*")
_BEGINS = re.compile(rb"^(?!import\b)[A-Za-z_$@(\[]|^([ \t]+)(?:@|[^\n]*[({][ \t\r]*$)", re.MULTILINE)
_INDENT = re.compile(rb"^[ \t]+(?=[^ \t\r\n*])", re.MULTILINE)
_LINE_ENDS = b" \t\r\n\f"
_FAR = 2**63

_Found = TypeVar("_Found", Finding, FunctionReport)


class Roomy:
    """A text (`plain`), and the same with room in it (`text`)."""

    def __init__(self, plain: bytes, gaps: Sequence[int] = (), room: int = ROOM) -> None:
        self.plain = plain
        self._gaps = array("q", (at + room * number for number, at in enumerate(gaps)))  # offsets in `text`
        self._room = array("q", [room]) * len(gaps)
        # How much room there is before each, and before the end: from `_cut` on `_by` is to be added, as all that follow an
        # edit change by the same, and the next edit is mostly in the same place.
        self._before = array("q", range(0, room * len(gaps) + 1, room) if room else [0] * (len(gaps) + 1))
        self._cut, self._by = 0, 0
        # Since findings were last moved out: up to where positions are what they were, and behind what all have moved alike.
        self.stands, self.moved = 0, _FAR
        pieces, last = [], 0
        for at in gaps:
            pieces += [plain[last:at], b" " * room]
            last = at
        self.seen = Text(b"".join((*pieces, plain[last:])))

    @property
    def text(self) -> bytes:
        return self.seen.source

    def copy(self) -> Roomy:
        """Another one that is edited without this one."""
        other = Roomy.__new__(Roomy)
        other.plain, other.seen = self.plain, self.seen
        other.stands, other.moved = self.stands, self.moved
        other._gaps, other._room, other._before = self._gaps[:], self._room[:], self._before[:]
        other._cut, other._by = self._cut, self._by
        return other

    def unsettle(self) -> None:
        """Findings were moved out by another text meanwhile."""
        self.stands, self.moved = 0, _FAR

    # -- positions

    def inside(self, at: int) -> int:
        """The offset in `text` of an offset in `plain`: in front of the room, where there is some."""
        return at + self._room_before(self._first_from(at))

    def outside(self, at: int) -> int:
        """The offset in `plain` of an offset in `text`."""
        before = bisect_left(self._gaps, at)
        if not before:
            return at
        room = self._before[before] + (self._by if before >= self._cut else 0)
        return max(at - room, self._place(before - 1))

    def _room_before(self, gap: int) -> int:
        return self._before[gap] + (self._by if gap >= self._cut else 0)

    def _place(self, gap: int) -> int:
        """Its offset in `plain`."""
        return self._gaps[gap] - self._before[gap] - (self._by if gap >= self._cut else 0)

    def _first_from(self, at: int) -> int:
        """The first gap at an offset in `plain` or behind it."""
        gaps, before, cut, by = self._gaps, self._before, self._cut, self._by
        low, high = 0, len(gaps)
        while low < high:
            middle = (low + high) // 2
            if gaps[middle] - before[middle] - (by if middle >= cut else 0) < at:
                low = middle + 1
            else:
                high = middle
        return low

    @property
    def has_room(self) -> bool:
        """Whether positions in `text` are others than in `plain`."""
        return bool(self._gaps)

    @property
    def gaps(self) -> list[int]:
        """Where the room is, in `text`."""
        return [*self._gaps]

    @property
    def rooms(self) -> list[tuple[int, int]]:
        """Where there is room, in `plain`, and how much."""
        return [(self._place(gap), room) for gap, room in enumerate(self._room)]

    def without(self, bad: set[int]) -> Roomy:
        """The same without the gaps that begin at these offsets of `text`."""
        kept = [self._place(number) for number, gap in enumerate(self._gaps) if gap not in bad]
        return Roomy(self.plain, kept)

    # -- edits

    def edited(self, plain: bytes, gone: Span, come: Span) -> tuple[Span, Span] | None:
        """Take over a new text, of which `come` stands where `gone` was; the same of `text`, which is another now.

        None where there is not room enough: then nothing has changed.
        """
        after = self._first_from(gone.end)
        if self._first_from(gone.start) != after:
            return None  # the end of a line with room is part of what is gone
        by = len(plain) - len(self.plain)
        before = self._room_before(after)
        start, end = gone.start + before, gone.end + before
        new = plain[come.start : come.end]
        if after and by <= self._room[after - 1] and self._is_behind_room(after - 1, gone):
            return self._edited_behind(after - 1, plain, (start, end), new)
        self.stands, self.moved = min(self.stands, start), max(self.moved, end)
        if after == len(self._gaps):
            self.moved = _FAR
            self.seen = self.seen.edited(Span(start, end), (new,))
            self.plain = plain
            return Span(start, end), Span(start, start + len(new))
        gap, room = self._gaps[after], self._room[after]
        if room < by:
            return None
        whole = Span(start, gap + room)
        self.moved = max(self.moved, whole.end)
        self.seen = self.seen.edited(whole, (new, self.text[end:gap], b" " * (room - by)))
        self.plain = plain
        self._gaps[after] += by
        self._take(after, by)
        return whole, whole

    def _take(self, gap: int, by: int) -> None:
        """Of the room in a gap."""
        self._room[gap] -= by
        cut = gap + 1
        for other in range(cut, self._cut):
            self._before[other] -= self._by
        for other in range(self._cut, cut):
            self._before[other] += self._by
        self._cut, self._by = cut, self._by - by

    def _is_behind_room(self, gap: int, gone: Span) -> bool:
        """Whether nothing but blanks and comments stands between room and an edit, or less than up to the next, and no
        definition begins there."""
        begin = self._place(gap)
        if _NOTHING.fullmatch(self.plain, begin, gone.start):
            return True
        next_one = self._place(gap + 1) if gap + 1 < len(self._gaps) else len(self.plain)
        return gone.start - begin < next_one - gone.end and not _OPENS.search(self.plain, begin, gone.start)

    def _edited_behind(self, gap: int, plain: bytes, gone: tuple[int, int], new: bytes) -> tuple[Span, Span]:
        """The same where the room in front of the edit makes up for it: what is typed in front of a definition moves no
        definition, and those blanks and comments are moved instead."""
        by = len(plain) - len(self.plain)
        open_at, room = self._gaps[gap], self._room[gap]
        start, end = gone
        whole = Span(open_at, end)
        self.seen = self.seen.edited(whole, (b" " * (room - by), self.text[open_at + room : start], new))
        self.stands, self.moved = min(self.stands, open_at), max(self.moved, end)
        self.plain = plain
        self._take(gap, by)
        return whole, whole


def gaps_in(plain: bytes, language: str) -> list[int]:
    """Where to make room in a text: at the end of the line before each function or class that is in no function, before what the
    top level does behind them, and of the last line. Strings that stand there are left to the caller."""
    found = _before_definitions(plain) if language == "python" else _before_blocks(plain)
    last = _end_before(plain, len(plain))
    if plain.endswith(b"\n") and last and plain[last - 1] != ord("\\") and (not found or found[-1] < last):
        found.append(last)
    return found


def _before_blocks(plain: bytes) -> list[int]:
    """JavaScript and TypeScript: in front of what begins at the start of a line, and of what opens a block one level deeper,
    as methods do and functions that are handed to `describe` or `defineStore`."""
    found: list[int] = []
    level = min((match[0] for match in _INDENT.finditer(plain)), key=len, default=b"")
    for match in _BEGINS.finditer(plain):
        if match[1] is None or match[1] == level:
            at = _end_before(plain, match.start())
            if at and (not found or found[-1] < at):
                found.append(at)
    return found


def _before_definitions(plain: bytes) -> list[int]:
    found: list[int] = []
    around: int | None = None  # the indentation of the function that is open
    decorated = behind = False
    for match in _DEFINITION.finditer(plain):
        if match[3]:
            if behind:
                behind, around, decorated = False, None, False
                at = _end_before(plain, match.start())
                if plain[at - 1] != ord("\\") and found[-1:] < [at]:
                    found.append(at)
            continue
        behind = True
        indent = len(match[1])
        if around is not None and indent > around:
            continue
        decorator = match[0].endswith(b"@")
        around = None if match[2] or decorator else indent
        at = _end_before(plain, match.start())
        if not decorated and at and plain[at - 1] != ord("\\") and (not found or found[-1] < at):
            found.append(at)
        decorated = decorator
    return found


def _end_before(plain: bytes, at: int) -> int:
    """The end of the last line before an offset that is not blank."""
    while at and plain[at - 1] in _LINE_ENDS:
        at -= 1
    return at


# ---------------------------------------------------------------------------------------------- what leaves the engine


def finding_outside(finding: Finding, texts: Mapping[str, Roomy]) -> Finding:
    """A finding with the positions of the editor's texts."""
    return _with_places(finding, lambda place: _place(place, texts)) if texts else finding


def _with_places(finding: Finding, moved: Callable[[Place], Place]) -> Finding:
    """A finding at other places."""
    return Finding(  # three times as fast as `replace`: hundreds of them are made for an edit
        finding.rule,
        moved(finding.place),
        finding.message,
        finding.severity,
        finding.confidence,
        finding.cost,
        finding.function,
        tuple([Related(moved(one.place), one.message) for one in finding.related]),
        finding.tags,
        tuple([_fix(fix, moved) for fix in finding.fixes]),
        moved(finding.cause) if finding.cause is not None else None,
    )


def _shifted(by: int, place: Place) -> Place:
    start, end = place.span
    return Place(place.path, Span(start + by, end + by))


class _Made(NamedTuple):
    """A finding of the text with room, of the editor's, and between what in the first all of its places are."""

    finding: Finding
    outside: Finding
    begin: int
    end: int


class Outside:
    """The findings of a document with the positions of the editor's texts. One that has not moved is the object that it was,
    so that it is not looked at again by who sends it."""

    def __init__(self) -> None:
        self._made: dict[int, _Made] = {}
        self._size = 0  # of the editor's text

    def of(self, path: str, findings: Iterable[Finding], texts: Mapping[str, Roomy]) -> tuple[Finding, ...]:
        roomy, known = texts.get(path), self._made
        made: dict[int, _Made] = {}
        stands, moved, by = 0, _FAR, 0
        if roomy is not None:
            stands, moved, by = roomy.stands, roomy.moved, len(roomy.plain) - self._size
            self._size = len(roomy.plain)
        out = []
        for finding in findings:
            kept = known.get(id(finding))
            if kept is None or kept.finding is not finding:
                kept = _Made(finding, finding_outside(finding, texts), *_reach(finding, path))
            elif kept.end >= stands:
                if kept.begin > moved:
                    other = _with_places(kept.outside, partial(_shifted, by)) if by else kept.outside
                else:
                    other = finding_outside(finding, texts)
                kept = kept._replace(outside=other)
            made[id(finding)] = kept
            out.append(kept.outside)
        if roomy is not None:
            roomy.stands, roomy.moved = len(roomy.text), 0
        self._made = made
        return tuple(out)


def _reach(finding: Finding, path: str) -> tuple[int, int]:
    """Where the first of a finding's places begins and the last ends; from the start to far away where one is in another file,
    which may change by itself."""
    places = [finding.place, *[one.place for one in finding.related]]
    for fix in finding.fixes:
        places += [edit.place for edit in fix.edits]
    if finding.cause is not None:
        places.append(finding.cause)
    if any(place.path != path for place in places):
        return 0, _FAR
    return min([place.span.start for place in places]), max([place.span.end for place in places])


def report_outside(report: FunctionReport, texts: Mapping[str, Roomy]) -> FunctionReport:
    """A report with the positions of the editor's texts."""
    return replace(
        report,
        place=_place(report.place, texts),
        name=_place(Place(report.place.path, report.name), texts).span,
        why=tuple(Reason(_place(one.place, texts), one.text) for one in report.why),
    )


def _fix(fix: Fix, moved: Callable[[Place], Place]) -> Fix:
    return Fix(fix.title, tuple([Edit(moved(one.place), one.text) for one in fix.edits]), fix.certain)


def _place(place: Place, texts: Mapping[str, Roomy]) -> Place:
    roomy = texts.get(place.path)
    if roomy is None:
        return place
    return Place(place.path, Span(roomy.outside(place.span.start), roomy.outside(place.span.end)))
