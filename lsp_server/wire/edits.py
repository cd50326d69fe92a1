"""`textDocument/didChange` from its JSON by hand: the message of every keystroke.

The converter of lsprotocol takes longer for it than many an edit takes to be parsed. What is not as the specification has it
is left to that converter, which says what is wrong.
https://microsoft.github.io/language-server-protocol/specifications/lsp/3.17/specification/#textDocument_didChange
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lsprotocol import types as lsp

_MOST = 2**31 - 1  # of an `uinteger`


def edit_of(message: Mapping[str, Any]) -> lsp.DidChangeTextDocumentNotification | None:
    """The message; None for another one, and for one that is not quite as specified."""
    if (
        message.get("method") != lsp.TEXT_DOCUMENT_DID_CHANGE
        or "id" in message
        or message["jsonrpc"] != "2.0"
    ):
        return None
    try:
        params = message["params"]
        document = params["textDocument"]
        uri, version = document["uri"], document["version"]
        changes = [_change(change) for change in params["contentChanges"]]
    except (KeyError, TypeError, ValueError):
        return None
    if type(uri) is not str or type(version) is not int:
        return None
    return lsp.DidChangeTextDocumentNotification(
        lsp.DidChangeTextDocumentParams(lsp.VersionedTextDocumentIdentifier(version, uri), changes)
    )


def _change(change: Mapping[str, Any]) -> lsp.TextDocumentContentChangeEvent:
    text = change["text"]
    if type(text) is not str:
        raise TypeError
    if "range" not in change:
        return lsp.TextDocumentContentChangeWholeDocument(text)
    span = change["range"]
    return lsp.TextDocumentContentChangePartial(
        lsp.Range(_position(span["start"]), _position(span["end"])), text
    )


def _position(position: Mapping[str, Any]) -> lsp.Position:
    line, character = position["line"], position["character"]
    if (
        type(line) is not int
        or type(character) is not int
        or not (0 <= line <= _MOST and 0 <= character <= _MOST)
    ):
        raise ValueError
    return lsp.Position(line, character)
