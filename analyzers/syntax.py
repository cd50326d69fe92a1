"""Text to tree. An edit reuses the old tree; broken code is a tree, too; a parse can be given a budget."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable
from typing import NamedTuple

from tree_sitter import Node, Parser, Point, Range, Tree

from analyzers.languages import Language
from analyzers.text import Span, common_suffix

SLICE = 65536  # bytes handed to the parser at a time; it asks whether to go on between them


def parse(source: bytes, language: Language, old: Tree | None = None) -> Tree:
    """The tree of a file. `old` is its tree before an edit that `edit_tree` has been told of.

    Never fails for any bytes: what is not the language becomes ERROR nodes. tree-sitter holds the interpreter lock
    throughout, about 7 µs per line; hostile text takes a hundred times as long (see `parse_within`).
    """
    parser = Parser(language.grammar.language)
    if old is None:
        return parser.parse(source)
    return parser.parse(source, old)


def parse_within(
    source: bytes,
    language: Language,
    seconds: float,
    old: Tree | None = None,
    clock: Callable[[], float] = time.monotonic,
    part: tuple[int, int] | None = None,
) -> Tree | None:
    """The same, or None when it takes longer than `seconds` by the clock (which is noticed within a millisecond or so).

    With `part` only what is between these two offsets is looked at.
    """
    parser = Parser(language.grammar.language)
    if part is not None:
        first = (0, 0)  # rows are counted from there: only offsets are asked of such a tree
        last = _further(source, part[0], first, part[1])
        parser.included_ranges = [Range(Point(*first), Point(*last), *part)]
    end, soonest = clock() + seconds, time.monotonic() + seconds
    view = memoryview(source)
    given: list[bytes] = []

    def read(offset: int, point: Point) -> bytes:
        given.append(bytes(view[offset : offset + SLICE]))
        return given[-1]

    def late(offset: int, has_error: bool) -> bool:
        # No clock is faster than this one, and others are calls of the system.
        return time.monotonic() > soonest and clock() > end

    # The callback is honoured only when the text, too, comes from a callable.
    try:
        if old is None:
            return parser.parse(read, progress_callback=late)
        return parser.parse(read, old, progress_callback=late)
    except ValueError:  # py-tree-sitter's word for "stopped"
        return None
    finally:
        _release(given)


def _release(given: list[bytes]) -> None:
    """Let go of the text that a parser was given: py-tree-sitter 0.26 keeps a reference to each piece for ever.

    Only what has exactly one reference more than an object in a list has is released.
    """
    import ctypes

    usual = 0
    for one in [bytes(2 * len(given) + 2)]:
        usual = sys.getrefcount(one)
    for one in given:
        if sys.getrefcount(one) == usual + 1:
            ctypes.pythonapi.Py_DecRef(ctypes.py_object(one))
    given.clear()


class Mark(NamedTuple):
    """An offset in a text whose point is known: others are counted from there."""

    offset: int = 0
    point: tuple[int, int] = (0, 0)


START = Mark()


def edit_tree(
    tree: Tree,
    start: int,
    old_end: int,
    new_end: int,
    old_source: bytes,
    new_source: bytes,
    known: Mark = START,
) -> Mark:
    """Tell a tree that the bytes `start:old_end` of the old text became `start:new_end` of the new one. `known` is of
    the old text; the answer is of both."""
    at = point_of(old_source, start, known)
    gone, come = _further(old_source, start, at, old_end), _further(new_source, start, at, new_end)
    tree.edit(start, old_end, new_end, at, gone, come)
    return Mark(start, at)


class Parsed(NamedTuple):
    """A part of a text, and its tree."""

    source: bytes
    part: Span
    tree: Tree


def tree_after(known: Parsed | None, before: bytes, after: bytes, changed: Span, part: Span) -> Parsed | None:
    """What is known of a part of `before`, told what it is in `after`, where only `changed` differs: at its beginning
    something was typed, and blanks at its end make up for that. None where it is not known."""
    if known is None or known.source is not before or known.part != part:
        return None
    start, end = changed
    gone, come = before[start:end].rstrip(b" "), after[start:end].rstrip(b" ")
    same = common_suffix(gone, come)
    old, new = end - start - len(gone), end - start - len(come)  # blanks
    at = _further(before, part.start, START.point, start)
    typed = start + len(come) - same
    tree = known.tree.copy()
    until = start + len(gone) - same
    tree.edit(start, until, typed, at, _further(before, start, at, until), _further(after, start, at, typed))
    behind = start + len(come)
    row, column = _further(after, start, at, behind)
    tree.edit(behind, behind + old, end, (row, column), (row, column + old), (row, column + new))
    return Parsed(after, part, tree)


def make_room(tree: Tree, rooms: Iterable[tuple[int, int]]) -> None:
    """Tell a tree that blanks were put into its text at the ends of some lines: offsets, ascending, and how many. As in a
    text that was parsed with them, those behind a comment belong to it. Rows and columns do not count any more."""
    nowhere, by = (0, 0), 0
    for at, room in rooms:
        behind = tree.root_node.descendant_for_byte_range(at + by - 1, at + by)
        # In front of a line's end they would belong to the last word.
        start = at + by if behind is not None and "comment" in behind.type else at + by + 1
        tree.edit(start, start, start + room, nowhere, nowhere, nowhere)
        by += room


def inside_strings(tree: Tree, offsets: Iterable[int]) -> set[int]:
    """Those of the offsets at which a string of the program stands; all of them where the text has errors."""
    root = tree.root_node
    if root.has_error:
        return set(offsets)
    return {at for at in offsets if _is_string(root, at)}


def _is_string(root: Node, at: int) -> bool:
    node = root.descendant_for_byte_range(at, at + 1)
    return node is not None and "string" in node.type


def _further(source: bytes, at: int, point: tuple[int, int], offset: int) -> tuple[int, int]:
    """The point of an offset behind one whose point is known."""
    rows = source.count(b"\n", at, offset)
    column = offset - source.rfind(b"\n", at, offset) - 1 if rows else point[1] + offset - at
    return point[0] + rows, column


def point_of(source: bytes, offset: int, known: Mark = START) -> tuple[int, int]:
    """tree-sitter's row and column: rows end at `\\n` only, columns are bytes."""
    if known.offset <= offset:
        return _further(source, known.offset, known.point, offset)
    rows = known.point[0] - source.count(b"\n", offset, known.offset)
    return rows, offset - source.rfind(b"\n", 0, offset) - 1
