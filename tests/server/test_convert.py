"""Places inside the analyzers are bytes and paths; outside they are code units and URIs."""

from __future__ import annotations

import pytest
from lsprotocol import types as lsp

from analyzers.findings import Confidence, Cost, Edit, Finding, Place, Related, Severity
from analyzers.text import Span, Text
from lsp_server.wire import convert, positions
from lsp_server.wire.client import Client, Encoding


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("file:///srv/app/a.py", "/srv/app/a.py"),
        ("file:///srv/my%20app/%C3%A9%23.py", "/srv/my app/é#.py"),
        ("file://localhost/srv/a.py", "/srv/a.py"),
        ("file:///C%3A/Users/me/a.py", "c:/Users/me/a.py"),
        ("file:///c:/Users/me/a.py", "c:/Users/me/a.py"),
        ("file://server/share/a.py", "//server/share/a.py"),
        ("untitled:Untitled-1", "untitled:Untitled-1"),
        ("vscode-notebook-cell:/srv/a.ipynb#W0s", "vscode-notebook-cell:/srv/a.ipynb#W0s"),
    ],
)
def test_uris_become_paths_and_back(uri: str, path: str) -> None:
    assert positions.to_path(uri) == path
    assert positions.to_path(positions.to_uri(path)) == path


def test_windows_uris_are_spelled_as_vs_code_spells_them() -> None:
    assert positions.to_uri("C:\\Users\\me\\a b.py") == "file:///c%3A/Users/me/a%20b.py"


def test_what_is_no_file() -> None:
    assert not positions.is_file("untitled:Untitled-1")
    assert positions.is_file("/srv/a.py")
    assert positions.is_file("c:/a.py")


TEXT = Text.of("x = 1\nname = '😋é' + slow\r\nend\x0c\u2028still\rlast")


@pytest.mark.parametrize(("encoding", "start"), [("utf-8", 18), ("utf-16", 15), ("utf-32", 14)])
def test_an_emoji_before_the_range(encoding: Encoding, start: int) -> None:
    span = Span(TEXT.source.index(b"slow"), TEXT.source.index(b"slow") + 4)
    found = convert.to_range(TEXT, span, encoding)
    assert found == lsp.Range(lsp.Position(1, start), lsp.Position(1, start + 4))
    assert convert.to_span(TEXT, found, encoding) == span


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
def test_every_offset_goes_there_and_back(encoding: Encoding) -> None:
    offset = 0
    for character in TEXT.source.decode():
        if TEXT.source[offset - 1 : offset + 1] != b"\r\n":
            assert convert.to_offset(TEXT, convert.to_position(TEXT, offset, encoding), encoding) == offset
        offset += len(character.encode())


def test_only_the_protocols_line_ends_count() -> None:
    assert convert.to_position(TEXT, TEXT.source.index(b"still"), "utf-16") == lsp.Position(2, 5)
    assert convert.to_position(TEXT, TEXT.source.index(b"last"), "utf-16") == lsp.Position(3, 0)


def test_positions_past_the_end_mean_the_end() -> None:
    assert convert.to_offset(TEXT, lsp.Position(0, 99), "utf-16") == 5
    assert convert.to_offset(TEXT, lsp.Position(99, 0), "utf-16") == len(TEXT.source)
    assert convert.to_position(TEXT, 10_000, "utf-16") == lsp.Position(3, 4)


# ------------------------------------------------------------------------------------------------ findings and edits

PATH = "/srv/app/a.py"
FINDING = Finding(
    rule="membership-in-list",
    place=Place(PATH, Span(0, 1)),
    message="slow",
    severity=Severity.WARNING,
    confidence=Confidence.HIGH,
    cost=Cost("O(n·m)", "O(n + m)"),
    function="f",
    related=(Related(Place(PATH, Span(6, 10)), "here"), Related(Place("/gone.py", Span(0, 1)), "there")),
    tags=("unnecessary", "hot"),
)


def text_of(path: str) -> Text | None:
    return TEXT if path == PATH else None


def diagnostic(client: Client) -> lsp.Diagnostic:
    return convert.to_diagnostic(
        FINDING, TEXT, client, text_of, {PATH: "file:///SRV/app/a.py"}, "https://rules"
    )


def test_a_client_gets_what_it_declares() -> None:
    everything = diagnostic(Client(related=True, code_description=True, tags=(1, 2), diagnostic_data=True))
    assert everything.source == "bigo"
    assert everything.code == "membership-in-list"
    assert everything.code_description == lsp.CodeDescription("https://rules")
    assert everything.tags == [lsp.DiagnosticTag.Unnecessary]
    assert everything.data == {"rule": "membership-in-list"}
    assert everything.related_information
    # The client's own spelling of the URI; a step in a file that is gone is left out.
    assert [step.location.uri for step in everything.related_information] == ["file:///SRV/app/a.py"]


def test_a_client_gets_no_more_than_it_declares() -> None:
    least = diagnostic(Client())
    assert (least.related_information, least.code_description, least.tags, least.data) == (None,) * 4


@pytest.mark.parametrize(
    ("severity", "expected"), [("HINT", 4), ("INFORMATION", 3), ("WARNING", 2), ("ERROR", 1)]
)
def test_severities(severity: str, expected: int) -> None:
    import dataclasses

    finding = dataclasses.replace(FINDING, severity=Severity[severity])
    assert convert.to_diagnostic(finding, TEXT, Client(), text_of, {}).severity == expected


def edit(client: Client, confirm: bool = False) -> lsp.WorkspaceEdit:
    edits = [Edit(Place(PATH, Span(6, 10)), "b"), Edit(Place(PATH, Span(0, 1)), "a")]
    return convert.to_workspace_edit(
        edits, client, text_of, lambda path: ("file://" + path, 3), ("Label", "why") if confirm else None
    )


def test_edits_are_versioned_where_that_is_taken() -> None:
    changes = edit(Client(document_changes=True)).document_changes
    assert changes
    [change] = changes
    assert isinstance(change, lsp.TextDocumentEdit)
    assert change.text_document.version == 3
    assert [e.new_text for e in change.edits if not isinstance(e, lsp.SnippetTextEdit)] == ["a", "b"]


def test_edits_are_plain_changes_elsewhere() -> None:
    plain = edit(Client(), confirm=True)
    assert plain.document_changes is None
    assert plain.change_annotations is None
    assert list(plain.changes or ()) == ["file://" + PATH]


def test_a_confirmation_goes_only_to_clients_that_ask() -> None:
    annotated = edit(Client(document_changes=True, confirmation=True), confirm=True)
    assert annotated.change_annotations
    [annotation] = annotated.change_annotations.values()
    assert annotation.needs_confirmation
    assert edit(Client(document_changes=True), confirm=True).change_annotations is None


def test_an_edit_of_a_file_that_is_gone_is_refused() -> None:
    with pytest.raises(LookupError, match=r"gone\.py"):
        convert.to_workspace_edit(
            [Edit(Place("/gone.py", Span(0, 0)), "x")], Client(), text_of, lambda path: (path, None)
        )
