"""OpenTelemetry traces with database spans: OTLP as JSON, one object or one per line.

Format: opentelemetry-proto, trace/v1; names: opentelemetry.io/docs/specs/semconv/database and .../attributes-registry/
code, with their old names. The place of a query is the span's own or that of the nearest span above it that has one;
a trace is one request. Statements keep their shape only.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from analyzers.profiles.profile import Profile
from analyzers.profiles.readers.decoding import decode, seconds
from analyzers.profiles.statements import MAX_QUERIES, Statements

_STATEMENT = ("db.query.text", "db.statement", "db.query.summary")
_FILE = ("code.file.path", "code.filepath")
_LINE = ("code.line.number", "code.lineno")
_FUNCTION = ("code.function.name", "code.function")
_DEEPEST = 200


class _Value(Struct):
    stringValue: str | None = None
    intValue: str | int | None = None
    doubleValue: float | None = None


class _Attribute(Struct):
    key: str = ""
    value: _Value | None = None


class _Span(Struct):
    traceId: str = ""
    spanId: str = ""
    parentSpanId: str | None = None
    startTimeUnixNano: str | int = 0
    endTimeUnixNano: str | int = 0
    attributes: list[_Attribute] = []

    def first(self, names: tuple[str, ...]) -> str:
        for name in names:
            for each in self.attributes:
                if each.key == name and each.value is not None:
                    value = (
                        each.value.stringValue if each.value.stringValue is not None else each.value.intValue
                    )
                    if value is not None:
                        return str(value)
        return ""

    @property
    def time(self) -> float:
        return seconds(float(_whole(self.endTimeUnixNano) - _whole(self.startTimeUnixNano)), 1e-9)


class _Scope(Struct):
    spans: list[_Span] = []


class _Resource(Struct):
    scopeSpans: list[_Scope] = []
    instrumentationLibrarySpans: list[_Scope] = []


class _Batch(Struct):
    resourceSpans: list[_Resource] = []


def read(data: bytes) -> Profile:
    """The database queries of the traces; ValueError says what is wrong."""
    spans: list[_Span] = []
    for batch in _batches(data):
        for resource in batch.resourceSpans:
            for scope in [*resource.scopeSpans, *resource.instrumentationLibrarySpans]:
                spans += scope.spans
        if len(spans) > MAX_QUERIES:
            raise ValueError(f"more than {MAX_QUERIES} spans")
    by_id = {(span.traceId, span.spanId): span for span in spans}
    statements = Statements()
    for span in spans:
        statement = span.first(_STATEMENT)
        if statement:
            place = _place(statements, span, by_id)
            statements.add(statement, request=span.traceId, frame=place, time=span.time)
    return statements.profile("otlp", "OpenTelemetry", timed=True, told=False)


def _batches(data: bytes) -> Iterator[_Batch]:
    lines = [line for line in data.splitlines() if line.strip()]
    if len(lines) > 1 and lines[0].rstrip().endswith(b"}") and lines[1].lstrip().startswith(b"{"):
        for line in lines:
            yield decode(line, _Batch, "batch of OpenTelemetry traces")
    else:
        yield decode(data, _Batch, "file of OpenTelemetry traces")


def _place(statements: Statements, span: _Span, by_id: dict[tuple[str, str], _Span]) -> int:
    at: _Span | None = span
    for _ in range(_DEEPEST):
        if at is None:
            break
        file, function = at.first(_FILE), at.first(_FUNCTION)
        if file:
            line = at.first(_LINE)
            return statements.frames.of(
                function, file, int(line) if line.isdecimal() and len(line) < 9 else 0
            )
        at = by_id.get((at.traceId, at.parentSpanId)) if at.parentSpanId else None
    return -1


def _whole(value: Any) -> int:
    text = str(value)
    return int(text) if text.isdecimal() and len(text) < 25 else 0
