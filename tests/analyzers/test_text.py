"""Lines and columns of a snapshot, compared with the slow and obvious way of counting them."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzers import lines
from analyzers.text import Span, Text

TEXTS = st.text(alphabet="ab\n\r\t é😀\u2028\u0085\x0c\x0b", max_size=60)


@given(TEXTS)
def test_only_three_things_end_a_line(text: str) -> None:
    found = Text.of(text)
    lines = re.split("\r\n|\n|\r", text)
    assert found.line_count == len(lines)
    assert found.written_lines == len(lines) - (lines[-1] == "")
    assert [found.line_text(n) for n in range(len(lines))] == lines


@given(TEXTS, st.integers(0, 60))
def test_an_offset_has_the_line_and_column_of_the_characters_before_it(text: str, at: int) -> None:
    before = text[:at]
    if text[at - 1 : at + 1] == "\r\n":
        return  # between the two halves of a line end there is no place
    found = Text.of(text)
    offset = len(before.encode())
    lines = re.split("\r\n|\n|\r", before)
    assert found.line_of(offset) == len(lines) - 1
    assert found.column_of(offset) == len(lines[-1])


def test_a_line_past_the_end_is_empty_and_at_the_end() -> None:
    text = Text(b"a\nb")
    assert text.line_span(7) == Span(3, 3)
    assert text.line_text(7) == ""


@pytest.mark.parametrize(
    ("source", "newline"), [(b"a\r\nb\n", "\r\n"), (b"a\rb", "\r"), (b"a", "\n"), (b"", "\n")]
)
def test_the_first_line_end_is_the_files(source: bytes, newline: str) -> None:
    assert Text(source).newline == newline


def test_bytes_that_are_no_utf8_are_shown_not_raised() -> None:
    text = Text(b"  \xff = 1\n")
    assert text.line_text(0) == "  \ufffd = 1"
    assert text.indent_of(0) == "  "
    assert text.column_of(3) == 3


def test_spans_touch_and_hold_at_their_ends() -> None:
    span = Span(2, 5)
    assert span.holds(2)
    assert span.holds(5)
    assert not span.holds(6)
    assert span.touches(Span(5, 9))
    assert not span.touches(Span(6, 9))
    assert span.shift(3) == Span(5, 8)


@given(TEXTS, st.lists(st.tuples(st.integers(0, 40), st.integers(0, 9), TEXTS), max_size=8))
def test_lines_of_an_edited_text_begin_where_those_of_a_new_one_do(
    text: str, edits: list[tuple[int, int, str]]
) -> None:
    """In pieces of three lines, so that edits meet their borders."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(lines, "PIECE", 3)
        now = Text.of(text)
        for at, gone, new in edits:
            before, size = now, len(now.source)
            assert before.line_count
            assert before.is_ascii == before.source.isascii()
            span = Span(min(at, size), min(at + gone, size))
            now = before.edited(span, (new.encode(), b""))
            assert now.source == before.source[: span.start] + new.encode() + before.source[span.end :]
            fresh = Text(now.source)
            assert [*now.line_starts] == [*fresh.line_starts]
            assert now.is_ascii == fresh.is_ascii
            offsets = range(len(now.source) + 2)
            assert [*map(now.line_of, offsets)] == [*map(fresh.line_of, offsets)]
            for offset in offsets:
                line, begin, stop = now.line_starts.around(offset)
                assert (line, begin) == (now.line_of(offset), now.line_starts[line])
                assert offset < stop or line == now.line_count - 1
            start, end = now.same_as(before.source)
            assert start + end <= min(len(now.source), size)
            assert now.source[:start] == before.source[:start]
            assert now.source[len(now.source) - end :] == before.source[size - end :]
            middle = now.source[start : len(now.source) - end], before.source[start : size - end]
            assert not all(middle) or (middle[0][0] != middle[1][0] and middle[0][-1] != middle[1][-1])
