"""What an edit takes does not grow with the text around it: instructions of Python are counted, in a short and in a long text."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from counted_calls import steps_of
from lsprotocol import types as lsp

from analyzers.text import Span
from lsp_server.rebase import changed_since
from lsp_server.slack import Roomy, gaps_in
from lsp_server.wire.documents import Codec, Document
from lsp_server.wire.edits import Change, Position, Range
from lsp_server.wire.positions import numbers_in

FUNCTION = "def counted_{n}(rows: list[str], known: list[str]):\n    return [row for row in rows if row in known]\n\n\n"

SHORT, LONG = 100, 5_000
"""Functions of four lines."""


def functions(count: int) -> str:
    return "".join(FUNCTION.format(n=n) for n in range(count))


def document(text: str) -> Document:
    return Document(
        "file:///w/counted.py",
        text,
        version=1,
        language_id="python",
        sync_kind=lsp.TextDocumentSyncKind.Incremental,
        position_codec=Codec(encoding=lsp.PositionEncodingKind.Utf16),
    )


def in_the_middle(count: int, text: str) -> Change:
    at = Position(count // 2 * 4 + 1, 0)
    return Change(text, Range(at, at))


def written(count: int) -> int:
    """Steps until the lines of a document are known into which one is written."""
    found = document(functions(count))
    assert found.text.line_count == count * 4 + 1
    lines = iter(["    a = 1\n", "    # why\n", "#"])

    def write() -> None:
        found.apply_change(in_the_middle(count, next(lines)))
        assert found.text.line_starts[-1] == len(found.text.source)

    write()
    return steps_of(write)


def laid_out(count: int) -> int:
    """Steps until the text with room in it is known, and where a place behind the edit is."""
    found = document(functions(count))
    roomy = Roomy(found.text.source, gaps_in(found.text.source, "python"))
    assert roomy.has_room
    assert roomy.seen.line_count == count * 4 + 1

    def write() -> None:
        nonlocal roomy
        roomy = now = roomy.copy()
        found.apply_change(in_the_middle(count, "    a = 1\n"))
        text = found.text
        assert now.edited(text.source, *changed_since(text, now.plain)) is not None
        last = text.source.rindex(b"return")
        assert now.text[now.inside(last) :].startswith(b"return")
        assert now.outside(now.inside(last)) == last
        assert numbers_in(text, "utf-16")(Span(last, last + 6)) == (line := text.line_count - 4, 4, line, 10)
        assert now.seen.line_of(now.inside(last)) == line

    write()  # What is known of the room is moved once to where is edited.
    return steps_of(write)


@pytest.mark.parametrize("work", [written, laid_out])
def test_a_line_more_moves_no_line_below_it_by_itself(work: Callable[[int], int]) -> None:
    short, long = work(SHORT), work(LONG)
    assert long <= 1.5 * short, (short, long)
