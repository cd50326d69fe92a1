"""One immutable snapshot of a file: its bytes, its lines, and the spans in it.

Lines end where the Language Server Protocol says they end: at `\\n`, `\\r\\n` and `\\r`, and nowhere else.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import NamedTuple

from analyzers.lines import Lines

_LINE_END = re.compile(rb"\r\n|\n|\r")


class Span(NamedTuple):
    """Byte offsets, end exclusive."""

    start: int
    end: int

    def shift(self, by: int) -> Span:
        return Span(self.start + by, self.end + by)

    def holds(self, offset: int) -> bool:
        return self.start <= offset <= self.end

    def touches(self, other: Span) -> bool:
        return self.start <= other.end and other.start <= self.end


@dataclass(frozen=True, eq=False)
class Text:
    """The bytes of a file (UTF-8) and where its lines begin."""

    source: bytes

    @classmethod
    def of(cls, text: str) -> Text:
        """From a str; lone surrogates, which UTF-8 cannot hold, become `?`."""
        return cls(text.encode("utf-8", "replace"))

    @cached_property
    def line_starts(self) -> Lines:
        return Lines(_starts(self.source, 0))

    def with_lines(self, first: int, stop: int, lines: Sequence[str]) -> Text:
        """The text with other lines, their ends included, in the place of the lines from `first` to before `stop`."""
        starts = self.line_starts
        begin = starts[first]
        end = starts[stop] if stop < len(starts) else len(self.source)
        fresh = [line.encode("utf-8", "replace") for line in lines]
        text = self._replaced(begin, end, fresh)
        inside = list(accumulate(map(len, fresh), initial=begin))
        inside.pop()  # where the line after them begins
        text.__dict__["line_starts"] = starts.replaced(
            first, stop, inside, len(text.source) - len(self.source)
        )
        return text

    def edited(self, gone: Span, pieces: Sequence[bytes]) -> Text:
        """The text with other bytes in the place of a span."""
        text = self._replaced(*gone, pieces)
        if "line_starts" in self.__dict__:
            text.__dict__["line_starts"] = self._lines_after(gone, text)
        return text

    def _replaced(self, begin: int, end: int, pieces: Sequence[bytes]) -> Text:
        view = memoryview(self.source)  # a slice of bytes is a copy
        text = Text(b"".join((view[:begin], *pieces, view[end:])))
        text.__dict__["_since"] = (self.source, begin, len(self.source) - end)
        if self.__dict__.get("is_ascii"):
            text.__dict__["is_ascii"] = all(piece.isascii() for piece in pieces)
        return text

    def _lines_after(self, gone: Span, text: Text) -> Lines:
        starts, by = self.line_starts, len(text.source) - len(self.source)
        # One line more: a `\r` that ends it may become the first half of `\r\n`.
        first = max(self.line_of(gone.start) - 1, 0)
        stop = self.line_of(gone.end) + 1
        begin, is_last = starts[first], stop >= len(starts)
        fresh = _starts(text.source[begin:] if is_last else text.source[begin : starts[stop] + by], begin)
        if not is_last:
            fresh.pop()  # where the line after them begins
        return starts.replaced(first, stop, fresh, by)

    def same_as(self, before: bytes) -> tuple[int, int]:
        """How many bytes this text and another one have in common at their beginning, and how many of the others at their
        end. Where it was made of that by an edit, no more than the edit is looked at."""
        source = self.source
        known, start, tail = self.__dict__.get("_since", (None, 0, 0))
        if known is not before:
            start = tail = 0
        here, there = (text[start : len(text) - tail] if start or tail else text for text in (source, before))
        same = common_prefix(here, there)
        most = min(len(here), len(there)) - same
        return start + same, tail + common_suffix(here, there, most)

    @cached_property
    def is_ascii(self) -> bool:
        return self.source.isascii()

    @property
    def line_count(self) -> int:
        """How many lines a position can be in: one begins behind the last line end, too."""
        return len(self.line_starts)

    @property
    def written_lines(self) -> int:
        """How many lines there are to read: behind the last line end there is none, and none in an empty text."""
        starts = self.line_starts
        return len(starts) - (starts[len(starts) - 1] == len(self.source))

    def line_of(self, offset: int) -> int:
        """The line, from 0, that holds the byte offset."""
        return self.line_starts.line_at(offset)

    def line_span(self, line: int) -> Span:
        """The bytes of a line without its line end; an empty span at the end of the text for a line past it."""
        starts = self.line_starts
        if line >= len(starts):
            return Span(len(self.source), len(self.source))
        end = starts[line + 1] if line + 1 < len(starts) else len(self.source)
        while end > starts[line] and self.source[end - 1] in b"\r\n":
            end -= 1
        return Span(starts[line], end)

    def line_text(self, line: int) -> str:
        return self.slice(self.line_span(line))

    def slice(self, span: Span) -> str:
        return self.source[span.start : span.end].decode("utf-8", "replace")

    def indent_of(self, line: int) -> str:
        """The white space a line begins with."""
        text = self.line_text(line)
        return text[: len(text) - len(text.lstrip(" \t"))]

    def column_of(self, offset: int) -> int:
        """Characters (code points) before the offset on its line."""
        start = self.line_starts[self.line_of(offset)]
        return len(self.source[start:offset].decode("utf-8", "replace"))

    @cached_property
    def newline(self) -> str:
        """The first line end in the text, "\\n" if there is none."""
        m = _LINE_END.search(self.source)
        return m.group().decode() if m else "\n"


def _starts(source: bytes, begin: int) -> list[int]:
    """Where the lines of a text begin that stands at an offset; the last is behind the last line's end."""
    lines = source.splitlines(keepends=True)  # of bytes: these three ends and no others
    starts = [*accumulate(map(len, lines), initial=begin)]
    if lines and not lines[-1].endswith((b"\n", b"\r")):
        starts.pop()
    return starts


def common_prefix(a: bytes, b: bytes) -> int:
    """How many bytes two texts have in common at their beginning."""
    low, high = 0, min(len(a), len(b))
    if a[:high] == b[:high]:
        return high
    while high - low > 1:  # a[:low] is common, a[:high] is not; bytes compare at memory speed
        middle = (low + high) // 2
        if a[low:middle] == b[low:middle]:
            low = middle
        else:
            high = middle
    return low


def common_suffix(a: bytes, b: bytes, most: int | None = None) -> int:
    """How many bytes two texts have in common at their end, up to so many."""
    low, high = 0, min(len(a), len(b)) if most is None else most
    if high == 0 or a[-high:] == b[-high:]:
        return high
    while high - low > 1:
        middle = (low + high) // 2
        if a[len(a) - middle : len(a) - low] == b[len(b) - middle : len(b) - low]:
            low = middle
        else:
            high = middle
    return low
