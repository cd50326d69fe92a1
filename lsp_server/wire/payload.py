"""Diagnostics as the JSON that is sent, without an object of the protocol for each of them.

What a finding says is turned into JSON once, by the generic converter, with holes where its ranges stand; later only
the numbers in the holes change. The bytes are those that the converter would have given: 15 ms for 500 diagnostics
become one.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Any

from lsprotocol import types as lsp

from analyzers.findings import Finding
from analyzers.text import Span, Text
from lsp_server.wire.client import Client
from lsp_server.wire.convert import NOWHERE, Range, TextOf, numbers_in, to_diagnostic, to_uri

_FORM = '{"start": {"line": %d, "character": %d}, "end": {"line": %d, "character": %d}}'
_MOST = 4096
"""Forms that are kept; then they are made anew."""


class Payload(bytes):
    """A value of the protocol in JSON already."""


class Encoder:
    """The diagnostics of one client. `unstructure` is the generic converter."""

    def __init__(self, unstructure: Callable[[Any], Any]) -> None:
        self._unstructure = unstructure
        self._forms: dict[Hashable, str] = {}

    def items(
        self,
        findings: Iterable[Finding],
        text: Text,
        client: Client,
        text_of: TextOf,
        uri_of: Mapping[str, str],
        page: Callable[[str], str],
    ) -> Payload:
        """The array of their diagnostics. `page` gives the page of a rule; the rest is as for `to_diagnostic`."""
        here = numbers_in(text, client.encoding)
        ranges: dict[str, Callable[[Span], Range] | None] = {}
        uris: dict[str, str] = {}
        parts: list[str] = []
        for finding in findings:
            holes: list[int] = [*here(finding.place.span)]
            shown: list[str] = []
            for step in finding.related if client.related else ():
                place = step.place
                path = place.path
                if path not in ranges:
                    source = text_of(path)
                    ranges[path] = numbers_in(source, client.encoding) if source is not None else None
                    uris[path] = uri_of.get(path) or to_uri(path)
                numbers = ranges[path]
                if numbers is not None:
                    holes += numbers(place.span)
                    shown += (uris[path], step.message)
            key = (finding.rule, finding.message, finding.severity, finding.tags, *shown)
            form = self._forms.get(key)
            if form is None:
                if len(self._forms) >= _MOST:
                    self._forms.clear()
                diagnostic = to_diagnostic(finding, text, client, text_of, uri_of, page(finding.rule))
                form = self._forms[key] = self._form(diagnostic)
            parts.append(form % tuple(holes))
        return Payload(f"[{', '.join(parts)}]".encode())

    def _form(self, diagnostic: lsp.Diagnostic) -> str:
        """The JSON of a diagnostic, for `%` with four numbers for each range in it."""
        diagnostic.range = NOWHERE
        for step in diagnostic.related_information or ():
            step.location.range = NOWHERE
        hole = json.dumps(self._unstructure(NOWHERE))
        return json.dumps(self._unstructure(diagnostic)).replace("%", "%%").replace(hole, _FORM)


def publication(uri: str, version: int | None, items: Payload) -> bytes:
    """The notification that shows diagnostics of a document."""
    at = b"" if version is None else b', "version": %d' % version
    return (
        b'{"params": {"uri": %b, "diagnostics": %b%b}, "method": "textDocument/publishDiagnostics", "jsonrpc": "2.0"}'
        % (_quoted(uri), items, at)
    )


def report(items: Payload, result_id: str) -> Payload:
    """The answer to a pull: a full report."""
    return Payload(b'{"items": %b, "kind": "full", "resultId": %b}' % (items, _quoted(result_id)))


def response(msg_id: int | str, result: Payload) -> bytes:
    """The message that answers a request."""
    return b'{"id": %b, "result": %b, "jsonrpc": "2.0"}' % (_quoted(msg_id), result)


def _quoted(value: int | str) -> bytes:
    return json.dumps(value).encode()
