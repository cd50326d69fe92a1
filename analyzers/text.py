"""One immutable snapshot of a file: its bytes, its lines, and the spans in it.

Lines end where the Language Server Protocol says they end: at `\\n`, `\\r\\n` and `\\r`, and nowhere else.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import NamedTuple

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
    def line_starts(self) -> list[int]:
        lines = self.source.splitlines(keepends=True)  # of bytes: these three ends and no others
        starts = [0, *accumulate(map(len, lines))]
        if lines and not lines[-1].endswith((b"\n", b"\r")):
            starts.pop()
        return starts

    def with_lines(self, first: int, stop: int, lines: Sequence[str]) -> Text:
        """The text with other lines, their ends included, in the place of the lines from `first` to before `stop`."""
        starts = self.line_starts
        begin = starts[first]
        end = starts[stop] if stop < len(starts) else len(self.source)
        fresh = [line.encode("utf-8", "replace") for line in lines]
        text = Text(b"".join((self.source[:begin], *fresh, self.source[end:])))
        by = len(text.source) - len(self.source)
        inside = list(accumulate(map(len, fresh), initial=begin))
        inside.pop()  # where the line after them begins
        after = [start + by for start in starts[stop:]] if by else starts[stop:]
        text.__dict__["line_starts"] = [*starts[:first], *inside, *after]
        return text

    @property
    def line_count(self) -> int:
        return len(self.line_starts)

    def line_of(self, offset: int) -> int:
        """The line, from 0, that holds the byte offset."""
        return bisect_right(self.line_starts, offset) - 1

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
