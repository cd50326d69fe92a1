"""Parsing: edits, budgets, and text that is no program."""

from __future__ import annotations

import tracemalloc

import pytest

from analyzers.languages import LANGUAGES, PYTHON, Language
from analyzers.syntax import Mark, edit_tree, parse, parse_within, point_of


def test_an_edit_reuses_the_old_tree() -> None:
    before = b"def f(a):\n    return a\n\n\ndef g():\n    pass\n"
    at = before.index(b"return a") + len(b"return a")
    after = before[:at] + b" + 1" + before[at:]
    tree = parse(before, PYTHON)
    edit_tree(tree, at, at, at + 4, before, after)
    again = parse(after, PYTHON, tree)
    assert str(again.root_node) == str(parse(after, PYTHON).root_node)
    assert again.root_node.end_byte == len(after)


@pytest.mark.parametrize(
    ("source", "offset", "point"),
    [
        (b"", 0, (0, 0)),
        (b"ab\ncd", 1, (0, 1)),
        (b"ab\ncd", 3, (1, 0)),
        (b"ab\r\ncd", 5, (1, 1)),
        (b"ab\rcd", 4, (0, 4)),  # a lone \r ends no row of tree-sitter's
        ("é\u2028x".encode(), 5, (0, 5)),  # columns are bytes; U+2028 ends no row
        (b"ab\n", 3, (1, 0)),
    ],
)
def test_rows_end_at_newlines_and_columns_are_bytes(
    source: bytes, offset: int, point: tuple[int, int]
) -> None:
    assert point_of(source, offset) == point
    for at in range(len(source) + 1):
        assert point_of(source, offset, Mark(at, point_of(source, at))) == point


def test_a_parse_over_its_budget_gives_nothing_and_does_not_disturb_the_next() -> None:
    source = b"x = [" + b"f(1, 2), " * 200_000 + b"]\n"
    assert parse_within(source, PYTHON, 0.0) is None
    tree = parse_within(b"x = 1\n", PYTHON, 60.0)
    assert tree is not None
    assert str(tree.root_node) == str(parse(b"x = 1\n", PYTHON).root_node)


def test_a_parse_within_its_budget_is_the_same_parse() -> None:
    source = b"def f(a):\n    return [x for x in a]\n" * 5000  # several slices long
    tree = parse_within(source, PYTHON, 60.0)
    assert tree is not None
    assert tree.root_node.child_count == parse(source, PYTHON).root_node.child_count
    edit_tree(tree, 0, 0, 1, source, b"\n" + source)
    again = parse_within(b"\n" + source, PYTHON, 60.0, tree)
    assert again is not None
    assert again.root_node.end_byte == len(source) + 1


ODD = {
    "nothing": b"",
    "NUL bytes": b"\0x = 1\0\n\0",
    "a byte order mark": b"\xef\xbb\xbfx = 1\n",
    "Latin-1": b"# \xe9\nx = '\xff'\n",
    "a binary file": bytes(range(256)) * 64,
    "one long line": b"x = '" + b"a" * 1_000_000 + b"'",
    "no line end but \\r": b"x = 1\rdef f(): pass\r",
}


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.name)
@pytest.mark.parametrize("source", ODD.values(), ids=ODD.keys())
def test_any_bytes_are_a_tree(source: bytes, language: Language) -> None:
    assert parse(source, language).root_node.end_byte <= len(source)


def test_the_text_is_not_kept_by_the_parser() -> None:
    source = b"def f(x):\n    return [a for a in x]\n" * 4_000
    tracemalloc.start()
    try:
        tree = parse_within(source, PYTHON, 60)
        assert tree is not None
        before = tracemalloc.get_traced_memory()[0]
        for _ in range(20):
            edit_tree(tree, 10, 10, 10, source, source)
            assert parse_within(source, PYTHON, 60, tree) is not None
            assert parse_within(source, PYTHON, 60, part=(0, 72)) is not None
        assert tracemalloc.get_traced_memory()[0] - before < 2 * len(source)
    finally:
        tracemalloc.stop()
