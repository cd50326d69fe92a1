"""The facts of a text with room in it, from those of the same text without.

An open document is analysed with blanks at the ends of some lines (`lsp_server/slack.py`). Its facts may be known from the
disk, as they are without them: then they differ in places alone, and need not be made from a tree. Inside a function no
place is another, as there is room between functions only.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from bisect import bisect_left
from collections.abc import Iterator
from itertools import accumulate, pairwise
from typing import Any, TypeVar

from msgspec.structs import replace

from analyzers import facts as f
from analyzers.facts import ClassDef, Define, FileFacts, Function

_PLACES = frozenset(("at", "to", "name_at", "head_to"))
_BLANK = b" \t\r\n\f"

_Unit = TypeVar("_Unit", Function, ClassDef)


def gaps_of(facts: FileFacts, source: bytes) -> list[int]:
    """Where blanks change nothing but places: at the end of the line before each function or class that is in no function, before
    what the top level does behind them, and of the last line. Only where it is certain whether a comment ends there, which blanks would belong to."""
    found = {_end_before(source, at) for at in _definitions(facts, source)}
    if source.endswith(b"\n"):
        found.add(_end_before(source, len(source)))
    return sorted(at for at in found if at and _is_clear(source, at))


def spread(facts: FileFacts, source: bytes, rooms: list[tuple[int, int]]) -> FileFacts:
    """What the facts of a text are with blanks in it: at these offsets, ascending, so many."""
    return _Spread(source, rooms).file(facts)


def _definitions(facts: FileFacts, source: bytes) -> Iterator[int]:
    units: tuple[Function | ClassDef, ...] = (*facts.functions[1:], *facts.classes)
    for unit in units:
        if unit.parent or (isinstance(unit, Function) and unit.kind == "lambda"):
            continue
        line = source.rfind(b"\n", 0, unit.start) + 1
        if not source[line : unit.start].strip(_BLANK):
            yield unit.start
    for before, behind in pairwise(facts.functions[0].body):
        line = source.rfind(b"\n", 0, behind.at) + 1
        is_behind = isinstance(before, Define) and not isinstance(behind, Define)
        if is_behind and not source[line : behind.at].strip(_BLANK):
            yield behind.at


def _end_before(source: bytes, at: int) -> int:
    """The end of the last line before an offset that is not blank."""
    while at and source[at - 1] in _BLANK:
        at -= 1
    return at


def _is_clear(source: bytes, at: int) -> bool:
    line = source[source.rfind(b"\n", 0, at) + 1 : at]
    if line.endswith(b"\\"):
        return False
    return b"#" not in line or not (b'"' in line or b"'" in line)


class Moving(ABC):
    """Facts with other places."""

    @abstractmethod
    def place(self, at: int) -> int:
        """Where an offset of the text is now. What stands behind another still does."""

    def file(self, facts: FileFacts) -> FileFacts:
        """Facts with what stands in them moved: nothing else of them is another."""
        return replace(
            facts,
            functions=tuple([self._unit(one) for one in facts.functions]),
            classes=tuple([self._unit(one) for one in facts.classes]),
            imports=tuple(one if one.scope else self._moved(one, 0, 0) for one in facts.imports),
            suppressions=self._moved(facts.suppressions, 0, 0),
        )

    def _unit(self, unit: _Unit) -> _Unit:
        start, end = self.place(unit.start), self.place(unit.end)
        if end - start == unit.end - unit.start:
            return replace(unit, start=start, end=end) if start != unit.start else unit
        # There is room inside of a class, and at the end of a function where a comment stands.
        return replace(unit, start=start, end=end, body=self._moved(unit.body, unit.start, start))

    def _moved(self, value: Any, base: int, now: int) -> Any:
        """A node, or several, of which places count from `base`, and from `now` as it is then."""
        if isinstance(value, tuple):
            several = []
            for one in value:  # a comprehension would make the recursion twice as deep
                several.append(self._moved(one, base, now))  # noqa: PERF401
            return tuple(several)
        if not isinstance(value, f._Node):
            return value
        if self.place(base + value.at) - now == value.at and self.place(base + value.to) - now == value.to:
            return value  # and so is what it holds
        fields = []
        for name in value.__struct_fields__:
            field = getattr(value, name)
            in_place = name in _PLACES
            fields.append(self.place(base + field) - now if in_place else self._moved(field, base, now))
        return value.__class__(*fields)


class _Spread(Moving):
    def __init__(self, source: bytes, rooms: list[tuple[int, int]]) -> None:
        self._gaps = [at for at, _ in rooms]
        self._by = [0, *accumulate(room for _, room in rooms)]
        self._comments = {at for at in self._gaps if b"#" in source[source.rfind(b"\n", 0, at) + 1 : at]}

    def place(self, at: int) -> int:
        """In front of the blanks, unless these have become the end of a comment."""
        before = bisect_left(self._gaps, at)
        if at in self._comments:
            before += 1
        return at + self._by[before]
