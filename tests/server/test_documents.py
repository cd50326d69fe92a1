"""The server's text is the editor's, whatever is typed."""

from __future__ import annotations

import random
import re

import pygls.protocol.language_server
import pytest
from lsprotocol import types as lsp

from analyzers.text import Text
from lsp_server.wire import documents
from lsp_server.wire.documents import Documents, split_rows
from lsp_server.wire.positions import column_of

URI = "file:///srv/app/f.py"
UNITS = {
    "utf-8": lambda s: len(s.encode()),
    "utf-16": lambda s: len(s.encode("utf-16-le")) // 2,
    "utf-32": len,
}
PLAIN = ["a", "b", " ", "é", "😋", "\n", "\r\n", "漢"]
ODD = [*PLAIN, "\x0c", "\x0b", "\x1c", "\x85", "\u2028", "\r"]


def position(text: str, offset: int, encoding: str) -> lsp.Position:
    """Where an editor says the offset is."""
    line, start = 0, 0
    for m in re.finditer(r"\r\n|\n|\r", text):
        if m.end() > offset:
            break
        line, start = line + 1, m.end()
    return lsp.Position(line, UNITS[encoding](text[start:offset]))


def between_characters(text: str, offset: int) -> bool:
    return text[offset - 1 : offset + 1] != "\r\n"


def opened(text: str, encoding: str = "utf-16") -> Documents:
    workspace = Documents(None, lsp.TextDocumentSyncKind.Incremental, [], encoding)
    workspace.put_text_document(lsp.TextDocumentItem(URI, "python", 0, text))
    return workspace


def change(workspace: Documents, version: int, span: lsp.Range, text: str) -> None:
    workspace.update_text_document(
        lsp.VersionedTextDocumentIdentifier(version, URI),
        lsp.TextDocumentContentChangePartial(range=span, text=text),
    )


@pytest.mark.parametrize("encoding", sorted(UNITS))
@pytest.mark.parametrize("alphabet", [PLAIN, ODD], ids=["plain", "odd"])
def test_400_sessions_end_with_the_editors_text(encoding: str, alphabet: list[str]) -> None:
    edits = 0
    for seed in range(400):
        rng = random.Random(seed)
        text = "".join(rng.choice(alphabet) for _ in range(rng.randint(0, 40)))
        workspace = opened(text, encoding)
        for version in range(25):
            a, b = sorted((rng.randint(0, len(text)), rng.randint(0, len(text))))
            if not (between_characters(text, a) and between_characters(text, b)):
                continue
            new = "".join(rng.choice(alphabet) for _ in range(rng.randint(0, 4)))
            span = lsp.Range(position(text, a, encoding), position(text, b, encoding))
            change(workspace, version, span, new)
            text = text[:a] + new + text[b:]
            edits += 1
            document = workspace.get_text_document(URI)
            assert document.source == text, f"seed {seed}, edit {version}"
            # The splice must leave the rows that splitting the whole text gives.
            assert document.rows == split_rows(text), f"seed {seed}, edit {version}"
            snapshot, fresh = document.text, Text.of(text)
            assert snapshot.source == fresh.source, f"seed {seed}, edit {version}"
            assert snapshot.line_starts == fresh.line_starts, f"seed {seed}, edit {version}"
    assert edits > 5_000


def test_pygls_uses_these_documents() -> None:
    documents.install()
    assert pygls.protocol.language_server.Workspace is Documents
    assert type(opened("x").get_text_document(URI)) is documents.Document


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ((0, 99), (0, 99), "abX\ncd"),
        ((1, 99), (1, 99), "ab\ncdX"),
        ((9, 0), (9, 9), "ab\ncdX"),
        ((0, 0), (9, 0), "X"),
    ],
)
def test_positions_past_the_end_mean_the_end(
    start: tuple[int, int], end: tuple[int, int], expected: str
) -> None:
    workspace = opened("ab\ncd")
    change(workspace, 1, lsp.Range(lsp.Position(*start), lsp.Position(*end)), "X")
    assert workspace.get_text_document(URI).source == expected


def test_the_position_handed_in_is_left_as_it_was() -> None:
    workspace = opened("ab")
    span = lsp.Range(lsp.Position(0, 9), lsp.Position(0, 9))
    change(workspace, 1, span, "c")
    assert span == lsp.Range(lsp.Position(0, 9), lsp.Position(0, 9))
    assert workspace.get_text_document(URI).source == "abc"


def test_a_change_without_a_range_replaces_the_text() -> None:
    workspace = opened("ab\ncd")
    workspace.update_text_document(
        lsp.VersionedTextDocumentIdentifier(2, URI),
        lsp.TextDocumentContentChangeWholeDocument(text="new\r\n"),
    )
    assert workspace.get_text_document(URI).rows == ["new\r\n", ""]


@pytest.mark.parametrize(("encoding", "units"), [("utf-8", 4), ("utf-16", 2), ("utf-32", 1)])
def test_an_emoji_counts_as_its_encoding_says(encoding: str, units: int) -> None:
    assert column_of("😋é", units, encoding) == 1
    assert column_of("😋é", 99, encoding) == 2
    assert column_of("\ud800x", 99, encoding) == 2  # a lone surrogate, which JSON can carry
