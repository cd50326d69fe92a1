"""Where the lines of a text begin, in pieces, so that an edit makes those anew that it is in and moves the others as a whole.

A list of twenty thousand offsets is copied and counted up for each keystroke otherwise, which takes as long as many an edit.
"""

from __future__ import annotations

import sys
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import overload

PIECE = 512
"""Lines that are moved together."""


class Lines(Sequence[int]):
    """The offsets at which lines begin, ascending from 0. Never changed: `replaced` shares what stays as it is."""

    __slots__ = ("_count", "_first", "_pieces", "_shift", "_start")

    def __init__(self, starts: list[int]) -> None:
        pieces = [starts[at : at + PIECE] for at in range(0, len(starts), PIECE)]
        self._set(pieces, [0] * len(pieces))

    def _set(self, pieces: list[list[int]], shift: list[int]) -> None:
        self._pieces = pieces
        self._shift = shift  # what is to be added to the offsets of each piece
        self._start = [piece[0] + by for piece, by in zip(pieces, shift, strict=True)]
        self._first = [0, *accumulate(map(len, pieces))]  # the number of each piece's first line
        self._count = self._first.pop()

    def replaced(self, first: int, stop: int, fresh: list[int], by: int) -> Lines:
        """Those of a text in which the lines from `first` to before `stop` are others, which begin at these offsets, and all
        behind them have moved."""
        at, to = bisect_right(self._first, first) - 1, bisect_right(self._first, stop) - 1
        before = self._pieces[at][: first - self._first[at]]
        behind = self._pieces[to][stop - self._first[to] :]
        if self._shift[at]:
            before = [one + self._shift[at] for one in before]
        if moved := self._shift[to] + by:
            behind = [one + moved for one in behind]
        middle = [*before, *fresh, *behind]
        cut = [middle] if middle else []
        if len(middle) > 2 * PIECE:
            cut = [middle[n : n + PIECE] for n in range(0, len(middle), PIECE)]
        lines = Lines.__new__(Lines)
        lines._set(
            [*self._pieces[:at], *cut, *self._pieces[to + 1 :]],
            [*self._shift[:at], *[0] * len(cut), *[one + by for one in self._shift[to + 1 :]]],
        )
        return lines

    def line_at(self, offset: int) -> int:
        """The number of the line that holds an offset; of the last for one behind the text."""
        at = max(bisect_right(self._start, offset) - 1, 0)
        return self._first[at] + bisect_right(self._pieces[at], offset - self._shift[at]) - 1

    def around(self, offset: int) -> tuple[int, int, int]:
        """The same, where that line begins, and where the next does: for the last line where no offset is."""
        at = max(bisect_right(self._start, offset) - 1, 0)
        piece, by = self._pieces[at], self._shift[at]
        within = bisect_right(piece, offset - by)
        if within < len(piece):
            stop = piece[within] + by
        else:
            stop = self._start[at + 1] if at + 1 < len(self._start) else sys.maxsize
        return self._first[at] + within - 1, piece[within - 1] + by, stop

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, line: int) -> int: ...

    @overload
    def __getitem__(self, line: slice) -> list[int]: ...

    def __getitem__(self, line: int | slice) -> int | list[int]:
        if isinstance(line, slice):
            return [*self][line]
        if line < 0:
            line += self._count
        if not 0 <= line < self._count:
            raise IndexError(line)
        at = bisect_right(self._first, line) - 1
        return self._pieces[at][line - self._first[at]] + self._shift[at]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Lines) and [*self] == [*other]

    __hash__ = None  # type: ignore[assignment]

    def __iter__(self) -> Iterator[int]:
        for piece, by in zip(self._pieces, self._shift, strict=True):
            for one in piece:
                yield one + by
