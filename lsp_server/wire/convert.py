"""Where the analyzers' terms and the protocol's meet: spans and ranges, paths and URIs, findings and diagnostics.

Inside `analyzers` a place is a path with a span of bytes; in the protocol it is a URI with lines and code units of
the position encoding agreed on. No other file converts between them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from lsprotocol import types as lsp

from analyzers.findings import Edit, Finding, Place, Severity
from analyzers.text import Span, Text
from lsp_server.wire.client import Client, Encoding
from lsp_server.wire.positions import SOURCE, TextOf, column_of, position, to_uri

_SEVERITIES = {
    Severity.HINT: lsp.DiagnosticSeverity.Hint,
    Severity.INFORMATION: lsp.DiagnosticSeverity.Information,
    Severity.WARNING: lsp.DiagnosticSeverity.Warning,
    Severity.ERROR: lsp.DiagnosticSeverity.Error,
}
_TAGS = {"unnecessary": lsp.DiagnosticTag.Unnecessary, "deprecated": lsp.DiagnosticTag.Deprecated}


# --------------------------------------------------------------------------------------------- spans and ranges


def to_position(text: Text, offset: int, encoding: Encoding) -> lsp.Position:
    """The position of a byte offset; an offset past the end is the end."""
    return lsp.Position(*position(text, offset, encoding))


def to_range(text: Text, span: Span, encoding: Encoding) -> lsp.Range:
    """The range of a span of bytes."""
    return lsp.Range(to_position(text, span.start, encoding), to_position(text, span.end, encoding))


def to_offset(text: Text, position: lsp.Position, encoding: Encoding) -> int:
    """The byte offset of a position; past the end of a line is its end, past the last line the end of the text."""
    line = text.line_span(position.line)
    body = text.source[line.start : line.end]
    if body.isascii():
        return line.start + min(position.character, len(body))
    decoded = body.decode("utf-8", "replace")
    return line.start + len(decoded[: column_of(decoded, position.character, encoding)].encode("utf-8"))


def to_span(text: Text, span: lsp.Range, encoding: Encoding) -> Span:
    """The span of bytes of a range."""
    start, end = to_offset(text, span.start, encoding), to_offset(text, span.end, encoding)
    return Span(min(start, end), max(start, end))


def range_as_json(span: lsp.Range) -> dict[str, dict[str, int]]:
    """A range as it travels in a command's arguments."""
    start, end = span.start, span.end
    return {
        "start": {"line": start.line, "character": start.character},
        "end": {"line": end.line, "character": end.character},
    }


def range_of_json(value: Any) -> lsp.Range | None:
    """The range in a command's argument; None for anything else."""
    try:
        numbers = [value[side][unit] for side in ("start", "end") for unit in ("line", "character")]
    except (TypeError, KeyError):
        return None
    if not all(isinstance(number, int) and number >= 0 for number in numbers):
        return None
    return lsp.Range(lsp.Position(*numbers[:2]), lsp.Position(*numbers[2:]))


def to_location(
    place: Place, text_of: TextOf, encoding: Encoding, uri_of: Mapping[str, str]
) -> lsp.Location | None:
    """A place as a location; None when its file can no longer be read. `uri_of` has the client's own spelling of the
    URIs of open documents."""
    text = text_of(place.path)
    if text is None:
        return None
    return lsp.Location(uri_of.get(place.path) or to_uri(place.path), to_range(text, place.span, encoding))


# --------------------------------------------------------------------------------------------------- diagnostics


def to_diagnostic(
    finding: Finding, text: Text, client: Client, text_of: TextOf, uri_of: Mapping[str, str], href: str = ""
) -> lsp.Diagnostic:
    """A finding in the terms the client declares: what it does not show is not sent.

    `text` is the text the finding's span is in; `href` is the page of its rule.
    """
    related = (
        [
            lsp.DiagnosticRelatedInformation(location, step.message)
            for step in finding.related
            if (location := to_location(step.place, text_of, client.encoding, uri_of))
        ]
        if client.related
        else []
    )
    tags = [_TAGS[tag] for tag in finding.tags if tag in _TAGS and int(_TAGS[tag]) in client.tags]
    return lsp.Diagnostic(
        range=to_range(text, finding.place.span, client.encoding),
        message=finding.message,
        severity=_SEVERITIES[finding.severity],
        code=finding.rule,
        code_description=lsp.CodeDescription(href) if href and client.code_description else None,
        source=SOURCE,
        tags=tags or None,
        related_information=related or None,
        data={"rule": finding.rule} if client.diagnostic_data else None,
    )


# --------------------------------------------------------------------------------------------------------- edits


def to_text_edits(edits: Iterable[Edit], text: Text, encoding: Encoding) -> list[lsp.TextEdit]:
    """The edits of one file, in the order of their places."""
    ordered = sorted(edits, key=lambda edit: edit.place.span)
    return [lsp.TextEdit(to_range(text, edit.place.span, encoding), edit.text) for edit in ordered]


def to_workspace_edit(
    edits: Sequence[Edit],
    client: Client,
    text_of: TextOf,
    document_of: Callable[[str], tuple[str, int | None]],
    confirm: tuple[str, str] | None = None,
) -> lsp.WorkspaceEdit:
    """Edits of one or several files; versioned where the client takes `documentChanges`.

    `document_of` gives a path's URI and, when it is open, its version. `confirm` is label and description of a
    change annotation that asks the person first; it is dropped for a client that does not honour annotations.
    Raises LookupError when a file to edit cannot be read.
    """
    by_path: dict[str, list[Edit]] = {}
    for edit in edits:
        by_path.setdefault(edit.place.path, []).append(edit)
    converted: dict[str, list[lsp.TextEdit]] = {}
    for path, of_file in by_path.items():
        text = text_of(path)
        if text is None:
            raise LookupError(f"{path} can no longer be read")
        converted[path] = to_text_edits(of_file, text, client.encoding)
    if not client.document_changes:
        return lsp.WorkspaceEdit(
            changes={document_of(path)[0]: of_file for path, of_file in converted.items()}
        )
    annotated = confirm if client.confirmation else None
    return lsp.WorkspaceEdit(
        document_changes=[
            lsp.TextDocumentEdit(
                lsp.OptionalVersionedTextDocumentIdentifier(*document_of(path)),
                [lsp.AnnotatedTextEdit(ANNOTATION, e.range, e.new_text) for e in of_file]
                if annotated
                else of_file,
            )
            for path, of_file in converted.items()
        ],
        change_annotations={
            ANNOTATION: lsp.ChangeAnnotation(annotated[0], needs_confirmation=True, description=annotated[1])
        }
        if annotated
        else None,
    )


ANNOTATION = "bigo"
