"""An edit that is converted by hand is what the converter of lsprotocol makes of it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from lsprotocol import converters
from lsprotocol import types as lsp
from msgspec import UNSET

from lsp_server.wire.edits import Edit, Position, Range, edit_in, edit_of

START, END = {"line": 1, "character": 2}, {"line": 3, "character": 4}
PART = {"range": {"start": START, "end": END}, "text": "née\r\n"}


def message(changes: Any, **more: Any) -> dict[str, Any]:
    document = {"uri": "file:///w/a%20b.py", "version": 7}
    return {
        "jsonrpc": "2.0",
        "method": "textDocument/didChange",
        "params": {"textDocument": document, "contentChanges": changes},
        **more,
    }


@pytest.mark.parametrize(
    "changes",
    [
        [],
        [PART],
        [{"text": "whole"}],
        [PART, {"text": ""}, {**PART, "rangeLength": 12}],
        [{**PART, "unknown": [1]}],
    ],
)
def test_the_same(changes: list[dict[str, Any]]) -> None:
    said = message(changes)
    whole = converters.get_converter().structure(said, lsp.DidChangeTextDocumentNotification)
    made = edit_of(said)
    assert made is not None
    assert edit_in(json.dumps(said).encode()) == made
    document = made.params.text_document
    assert (document.uri, document.version) == ("file:///w/a%20b.py", whole.params.text_document.version)
    assert (made.method, made.jsonrpc) == (whole.method, whole.jsonrpc)
    for mine, theirs in zip(made.params.content_changes, whole.params.content_changes, strict=True):
        assert mine.text == theirs.text
        span = getattr(theirs, "range", None)
        if span is None:
            assert mine.range is UNSET
        else:
            assert mine.range == Range(place(span.start), place(span.end))


def place(position: lsp.Position) -> Position:
    return Position(position.line, position.character)


def either(said: dict[str, Any]) -> Edit | None:
    made = edit_of(said)
    assert edit_in(json.dumps(said).encode()) == made
    return made


@pytest.mark.parametrize(
    "changes",
    [
        None,
        [None],
        [{}],
        [{"text": 1}],
        [{"range": None, "text": "whole"}],
        [{"range": {"start": START}, "text": ""}],
        [{"range": {"start": START, "end": {"line": -1, "character": 0}}, "text": ""}],
        [{"range": {"start": START, "end": {"line": 2**31, "character": 0}}, "text": ""}],
        [{"range": {"start": START, "end": {"line": 1.5, "character": 0}}, "text": ""}],
        [{"range": {"start": START, "end": {"line": True, "character": 0}}, "text": ""}],
        {"text": "whole"},
        [{"range": {"start": START, "end": {"line": 1.0, "character": 0}}, "text": ""}],
    ],
)
def test_what_is_not_as_specified_is_left_to_the_converter(changes: Any) -> None:
    assert either(message(changes)) is None


@pytest.mark.parametrize(
    "more",
    [
        {"id": 1},
        {"jsonrpc": "1.0"},
        {"method": "textDocument/didSave"},
        {"params": None},
        {"params": {"textDocument": {"uri": 1, "version": 1}, "contentChanges": []}},
        {"params": {"textDocument": {"uri": "file:///a", "version": None}, "contentChanges": []}},
    ],
)
def test_another_message(more: dict[str, Any]) -> None:
    assert either(message([], **more)) is None


def test_half_a_pair_is_taken_as_json_takes_it() -> None:
    said = message([{"text": "\ud800"}])
    assert edit_in(json.dumps(said).encode()) is None
    made = edit_of(json.loads(json.dumps(said)))
    assert made is not None
    assert made.params.content_changes[0].text == "\ud800"
