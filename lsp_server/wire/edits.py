"""`textDocument/didChange`, the message of every keystroke, without the objects of lsprotocol.

Its converter takes longer for one than many an edit takes to be parsed. What is not as the specification has it is left to
that converter, which says what is wrong.
https://microsoft.github.io/language-server-protocol/specifications/lsp/3.17/specification/#textDocument_didChange
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import msgspec
from lsprotocol import types as lsp
from msgspec import UNSET, Meta, Struct, UnsetType

_Number = Annotated[int, Meta(ge=0, le=2**31 - 1)]
_DID_CHANGE = lsp.TEXT_DOCUMENT_DID_CHANGE.encode()


class Position(Struct, gc=False):
    line: _Number
    character: _Number


class Range(Struct, gc=False):
    start: Position
    end: Position


class Change(Struct, gc=False):
    """A text in the place of a range; of the whole document, where there is none."""

    text: str
    range: Range | UnsetType = UNSET


class Versioned(Struct, gc=False):
    uri: str
    version: int


class Params(Struct, rename="camel", gc=False):
    """What `lsp.DidChangeTextDocumentParams` holds."""

    text_document: Versioned
    content_changes: list[Change]


class Edit(Struct, gc=False):
    """The message."""

    jsonrpc: Literal["2.0"]
    method: Literal["textDocument/didChange"]
    params: Params
    id: UnsetType = UNSET


_DECODER = msgspec.json.Decoder(Edit)


def edit_in(body: bytes) -> Edit | None:
    """The message from its JSON; None for another one, and for one that is not quite as specified."""
    if _DID_CHANGE not in body:
        return None
    try:
        return _DECODER.decode(body)
    except ValueError:  # half of a surrogate pair in a text, too, which `json` takes
        return None


def edit_of(message: Mapping[str, Any]) -> Edit | None:
    """The same from what the JSON says."""
    if message.get("method") != lsp.TEXT_DOCUMENT_DID_CHANGE:
        return None
    try:
        return msgspec.convert(message, Edit)
    except ValueError:
        return None
