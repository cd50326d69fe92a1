"""What is encoded by hand is, byte for byte, what the generic converter gives."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import pytest
from lsprotocol import types as lsp
from stand_in import session as stand_in

from analyzers.findings import Confidence, Cost, Finding, Place, Related, Severity
from analyzers.text import Span, Text
from lsp_server.serving import build
from lsp_server.wire import payload
from lsp_server.wire.client import Client
from lsp_server.wire.convert import to_diagnostic

PATH, OTHER, GONE = "/w/ä b.py", "/w/100% other.py", "/w/gone.py"
TEXTS = {
    PATH: Text("x = 1\n# 😋 é\r\nfor a in b:\n    c(a)\n".encode() * 40),
    OTHER: Text(b"def f():\n\tpass\n" * 9),
}
URIS = {PATH: "file:///w/%C3%A4%20b.py"}
EVERYTHING = Client(related=True, code_description=True, tags=(1, 2), diagnostic_data=True)


class Wire:
    """A writer that keeps what was sent."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []

    def write(self, data: bytes) -> None:
        self.sent.append(data)

    def close(self) -> None:
        pass


def findings(chance: random.Random, count: int) -> list[Finding]:
    def place(path: str) -> Place:
        size = len(TEXTS.get(path, Text(b" " * 20)).source)
        start = chance.randrange(size + 3)
        return Place(path, Span(start, start + chance.randrange(9)))

    return [
        Finding(
            rule=chance.choice(("membership-in-list", "nested-scan")),
            place=place(PATH),
            message=chance.choice(("O(n·m)", 'a "quote" \\ and 100 %', "%d of 5", "🦆\n")),
            severity=chance.choice(list(Severity)),
            confidence=Confidence.HIGH,
            cost=Cost(),
            function="f",
            related=tuple(
                Related(place(chance.choice((PATH, OTHER, GONE))), chance.choice(("here", "50% there")))
                for _ in range(chance.randrange(4))
            ),
            tags=chance.choice(((), ("unnecessary",), ("hot", "deprecated"))),
        )
        for _ in range(count)
    ]


def page(rule: str) -> str:
    return "https://example.org/" + rule if rule == "nested-scan" else ""


def as_objects(found: list[Finding], client: Client) -> list[lsp.Diagnostic]:
    return [to_diagnostic(one, TEXTS[PATH], client, TEXTS.get, URIS, page(one.rule)) for one in found]


@pytest.mark.parametrize(
    "client",
    [Client(), EVERYTHING, replace(EVERYTHING, encoding="utf-8"), replace(EVERYTHING, encoding="utf-32")],
)
def test_the_bytes_are_those_of_the_converter(client: Client) -> None:
    server, wire, chance = build(stand_in), Wire(), random.Random(7)
    server.protocol.set_writer(wire)
    for turn in range(12):
        found = findings(chance, chance.choice((0, 1, 5, 40)))
        items = server.encoder.items(PATH, found, TEXTS[PATH], client, TEXTS.get, URIS, page)
        assert items == server.encoder.items(PATH, found, TEXTS[PATH], client, TEXTS.get, URIS, page)
        version = turn if turn % 3 else None
        server.protocol.send_encoded(payload.publication(URIS[PATH], version, items))
        server.text_document_publish_diagnostics(
            lsp.PublishDiagnosticsParams(URIS[PATH], as_objects(found, client), version=version)
        )
        assert wire.sent[-2] == wire.sent[-1]


@pytest.mark.parametrize("msg_id", [7, "a"])
def test_so_is_the_answer_to_a_pull(msg_id: Any) -> None:
    server, wire = build(stand_in), Wire()
    server.protocol.set_writer(wire)
    found = findings(random.Random(3), 20)
    items = server.encoder.items(PATH, found, TEXTS[PATH], EVERYTHING, TEXTS.get, URIS, page)
    full = lsp.RelatedFullDocumentDiagnosticReport(items=as_objects(found, EVERYTHING), result_id="x")
    for result in (payload.report(items, "x"), full):
        server.protocol._result_types[msg_id] = lsp.DocumentDiagnosticResponse
        server.protocol._send_response(msg_id, result)
    assert wire.sent[0] == wire.sent[1]
    assert msg_id not in server.protocol._result_types


def test_a_finding_elsewhere_keeps_its_form_and_one_that_stayed_is_not_looked_at(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made: list[str] = []

    def count(name: str, owner: Any) -> None:
        original = getattr(owner, name)

        def counted(*args: Any) -> Any:
            made.append(name)
            return original(*args)

        monkeypatch.setattr(owner, name, counted)

    count("_form", payload)
    count("_part", payload.Encoder)
    encoder = payload.Encoder()
    text = Text(b"x = 1\n" * 300)
    at = [Place(PATH, Span(at, at + 3)) for at in range(0, 1800, 18)]
    found = [replace(findings(random.Random(1), 1)[0], place=place, related=()) for place in at]
    encoder.items(PATH, found, text, EVERYTHING, TEXTS.get, URIS, page)
    assert made.count("_form") == 1
    assert made.count("_part") == 100
    made.clear()
    later = Text(text.source[:900] + b"\n" + text.source[900:])
    moved = [
        one if one.place.span.end < 900 else replace(one, place=Place(PATH, one.place.span.shift(1)))
        for one in found
    ]
    items = encoder.items(PATH, moved, later, EVERYTHING, TEXTS.get, URIS, page)
    assert made == ["_part"] * 50
    assert items == payload.Encoder().items(PATH, moved, later, EVERYTHING, TEXTS.get, URIS, page)
