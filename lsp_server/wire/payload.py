"""Diagnostics as the JSON that is sent, without an object of the protocol for each of them.

What a finding says is turned into JSON once, with holes where its ranges stand; later only the numbers in the holes
change. A finding that is the same and stands where it stood is not even looked at. The bytes are those that the generic
converter would have given, which takes 30 us for each.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from analyzers.findings import Finding, Severity
from analyzers.text import Span, Text
from lsp_server.wire.client import Client
from lsp_server.wire.positions import SOURCE, Range, TextOf, numbers_in, to_uri

_NO_LINE = 2_147_480_000
_NO_POSITION = {"line": _NO_LINE, "character": _NO_LINE}
_NOWHERE = {"start": _NO_POSITION, "end": _NO_POSITION}
"""A range that no text has."""

_HOLE = json.dumps(_NOWHERE)
_FORM = '{"start": {"line": %d, "character": %d}, "end": {"line": %d, "character": %d}}'
_MOST = 4096
"""Forms that are kept; then they are made anew."""

_SEVERITIES = {Severity.ERROR: 1, Severity.WARNING: 2, Severity.INFORMATION: 3, Severity.HINT: 4}
_TAGS = {"unnecessary": 1, "deprecated": 2}


class Payload(bytes):
    """A value of the protocol in JSON already."""


class _Sent(NamedTuple):
    """What was made for a document last."""

    text: Text
    client: Client
    # By identity: the finding, how far its places reach, its JSON.
    parts: dict[int, tuple[Finding, int, bytes]]


_NOTHING_SENT = _Sent(Text(b""), Client(), {})


class Encoder:
    """The diagnostics of one client."""

    def __init__(self) -> None:
        self._forms: dict[Hashable, bytes] = {}
        self._sent: dict[str, _Sent] = {}

    def items(
        self,
        path: str,
        findings: Iterable[Finding],
        text: Text,
        client: Client,
        text_of: TextOf,
        uri_of: Mapping[str, str],
        page: Callable[[str], str],
    ) -> Payload:
        """The array of the diagnostics of a document. `page` gives the page of a rule; the rest is as for `to_diagnostic`."""
        before = self._sent.get(path, _NOTHING_SENT)
        # Up to where both texts are the same, positions are, too.
        same = text.same_as(before.text.source)[0] if before.client == client else 0
        places = _Places(path, text, client, text_of, uri_of)
        parts: list[tuple[Finding, int, bytes]] = []
        for finding in findings:
            kept = before.parts.get(id(finding))
            if kept is None or kept[0] is not finding or kept[1] >= same:
                kept = self._part(finding, client, places, page)
            parts.append(kept)
        self._sent[path] = _Sent(text, client, {id(part[0]): part for part in parts})
        return Payload(b"[%b]" % b", ".join([part for _, _, part in parts]))

    def forget(self, path: str) -> None:
        """A document is closed."""
        self._sent.pop(path, None)

    def _part(
        self, finding: Finding, client: Client, places: _Places, page: Callable[[str], str]
    ) -> tuple[Finding, int, bytes]:
        span = finding.place.span
        holes: list[int] = [*places.here(span)]
        reach: int = span.end
        shown: list[str] = []
        for step in finding.related if client.related else ():
            path, span = step.place.path, step.place.span
            if path == places.path:
                holes += places.here(span)
                reach = max(reach, span.end)
                shown += (places.uri, step.message)
            else:
                reach = _FAR  # another file's text may change without this one's
                numbers, uri = places.elsewhere(path)
                if numbers is not None:
                    holes += numbers(span)
                    shown += (uri, step.message)
        key = (finding.rule, finding.message, finding.severity, finding.tags, *shown)
        form = self._forms.get(key)
        if form is None:
            if len(self._forms) >= _MOST:
                self._forms.clear()
            form = self._forms[key] = _form(finding, shown, client, page(finding.rule))
        return finding, reach, form % tuple(holes)


_FAR = 2**63


class _Places:
    """Ranges in the files that the findings of one document name."""

    def __init__(
        self, path: str, text: Text, client: Client, text_of: TextOf, uri_of: Mapping[str, str]
    ) -> None:
        self.path = path
        self.here = numbers_in(text, client.encoding)
        self.uri = uri_of.get(path) or to_uri(path)
        self._encoding = client.encoding
        self._text_of = text_of
        self._uri_of = uri_of
        self._known: dict[str, tuple[Callable[[Span], Range] | None, str]] = {}

    def elsewhere(self, path: str) -> tuple[Callable[[Span], Range] | None, str]:
        """What gives the ranges in another file, None where it cannot be read; and its URI."""
        if path not in self._known:
            text = self._text_of(path)
            numbers = numbers_in(text, self._encoding) if text is not None else None
            self._known[path] = numbers, self._uri_of.get(path) or to_uri(path)
        return self._known[path]


def _form(finding: Finding, shown: list[str], client: Client, href: str) -> bytes:
    """The JSON of a diagnostic, for `%` with four numbers for each range in it: bytes, as of text that takes twice as long.
    `shown` are URIs and messages in turn."""
    tags = [_TAGS[tag] for tag in finding.tags if tag in _TAGS and _TAGS[tag] in client.tags]
    related = [
        {"location": {"uri": uri, "range": _NOWHERE}, "message": message}
        for uri, message in zip(shown[::2], shown[1::2], strict=True)
    ]
    diagnostic: dict[str, Any] = {
        "range": _NOWHERE,
        "message": finding.message,
        "severity": _SEVERITIES[finding.severity],
        "code": finding.rule,
        **({"codeDescription": {"href": href}} if href and client.code_description else {}),
        "source": SOURCE,
        **({"tags": tags} if tags else {}),
        **({"relatedInformation": related} if related else {}),
        **({"data": {"rule": finding.rule}} if client.diagnostic_data else {}),
    }
    return json.dumps(diagnostic).replace("%", "%%").replace(_HOLE, _FORM).encode()


def capped(findings: Sequence[Finding], most: int) -> Sequence[Finding]:
    """At most `most` findings, in their order; the least severe are left out."""
    if len(findings) <= most:
        return findings
    worst = sorted(range(len(findings)), key=lambda at: -findings[at].severity)[:most]
    return [findings[at] for at in sorted(worst)]


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
