"""Open documents: the editor's text, kept line by line and changed by splicing lines.

Two things differ from the documents of pygls 2.1.1, and both corrupt text there: lines end only where the protocol
says (`\\n`, `\\r\\n`, `\\r`; `str.splitlines` also breaks at form feeds, U+0085, U+2028 and others), and a position
past the end of a line means the end of that line. https://microsoft.github.io/language-server-protocol/specifications/lsp/3.17/specification/#textDocuments
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import pygls.protocol.language_server
from lsprotocol import types as lsp
from msgspec import UNSET
from pygls.workspace import PositionCodec, ServerTextPosition, TextDocument, Workspace

from analyzers.text import Text
from lsp_server.wire.edits import Change, Position, Range
from lsp_server.wire.positions import column_of

_LINE_END = re.compile(r"\r\n|\n|\r")


def split_rows(text: str) -> list[str]:
    """The lines of a text with their line ends; the last one has none and may be empty."""
    # Searching for the ends, not for whole lines: a regular expression that runs to the end of a line and finds no
    # line end there goes back over all of it, once per character.
    rows, begin = [], 0
    if "\r" in text:
        for end in _LINE_END.finditer(text):
            rows.append(text[begin : end.end()])
            begin = end.end()
        return [*rows, text[begin:]]
    *rows, last = text.split("\n")
    return [*(row + "\n" for row in rows), last]


class Codec(PositionCodec):
    """Positions as the protocol defines them; the position handed in is left as it was."""

    def position_from_client_units(
        self, lines: Sequence[str], position: lsp.Position | Position
    ) -> ServerTextPosition:
        if position.line >= len(lines):
            last = len(lines) - 1
            return ServerTextPosition(last, len(lines[last])) if lines else ServerTextPosition(0, 0)
        body = lines[position.line].rstrip("\r\n")
        return ServerTextPosition(position.line, column_of(body, position.character, self.encoding))


class Document(TextDocument):
    """One open document. `rows` is the one true text: every line with its end, the last without one."""

    _position_codec: Codec

    def __init__(self, uri: str, source: str | None = None, **options: Any) -> None:
        super().__init__(uri, source or "", **options)
        self.rows = split_rows(source or "")
        self._text: Text | None = None
        # Rows at the beginning and at the end that are those of `_text`; None: all are.
        self._same: tuple[int, int] | None = None

    @property
    def source(self) -> str:
        return "".join(self.rows)

    @property
    def lines(self) -> Sequence[str]:
        return self.rows

    @property
    def text(self) -> Text:
        """A snapshot of the text as it is now. After edits it is made from the one before."""
        if self._text is None:
            self._text = Text.of(self.source)
        elif self._same is not None:
            top, bottom = self._same
            stop = self._text.line_count - bottom
            self._text = self._text.with_lines(top, stop, self.rows[top : len(self.rows) - bottom])
        self._same = None
        return self._text

    def apply_change(self, change: lsp.TextDocumentContentChangeEvent | Change) -> None:
        """Apply one change of `textDocument/didChange`; a change without a range replaces the whole text."""
        span = getattr(change, "range", UNSET)
        if span is not UNSET:
            self._splice(span, change.text)
        else:
            self.rows = split_rows(change.text)
            self._text = None

    def _splice(self, span: lsp.Range | Range, text: str) -> None:
        rows = self.rows
        start = self._position_codec.position_from_client_units(rows, span.start)
        end = self._position_codec.position_from_client_units(rows, span.end)
        if (end.line, end.character) < (start.line, start.character):
            start, end = end, start
        first, stop = start.line, end.line + 1
        changed = rows[first][: start.character] + text + rows[end.line][end.character :]
        if changed.startswith("\n") and first > 0 and rows[first - 1].endswith("\r"):
            first -= 1  # a `\r` that ended its line alone has become the first half of `\r\n`
            changed = rows[first] + changed
        fresh = split_rows(changed)
        if stop < len(rows):
            fresh.pop()  # `changed` ends with the line end of row `end.line`: what follows is a row already
        top, bottom = self._same or (first, len(rows) - stop)
        self._same = min(first, top), min(len(rows) - stop, bottom)
        rows[first:stop] = fresh


class Documents(Workspace):
    """The workspace of pygls with our documents in it."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._position_codec = Codec(encoding=self._position_encoding)

    def _create_text_document(
        self,
        doc_uri: str,
        source: str | None = None,
        version: int | None = None,
        language_id: str | None = None,
    ) -> TextDocument:
        return Document(
            doc_uri,
            source=source,
            version=version,
            language_id=language_id,
            sync_kind=self._sync_kind,
            position_codec=self._position_codec,
        )


def install() -> None:
    """Make pygls create `Documents`: 2.1 has no other hook than the name its protocol looks up."""
    pygls.protocol.language_server.Workspace = Documents  # type: ignore[attr-defined]
