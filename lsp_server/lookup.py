"""What stands at a place of an open document: its findings and its functions.

Actions are found here by place, never by the diagnostics a client sends along: some strip their source and data,
and requests that a client makes by itself carry none.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from analyzers.findings import Finding, FunctionReport, Reason
from analyzers.text import Span, Text

MODULE = "<module>"


def findings_at(findings: Iterable[Finding], span: Span, text: Text) -> list[Finding]:
    """The findings whose lines the span touches; those the span itself touches come first."""
    lines = lines_of(text, span)
    near = [f for f in findings if lines.touches(_lines(text, f.place.span))]
    return sorted(near, key=lambda finding: not finding.place.span.touches(span))


def lines_of(text: Text, span: Span) -> Span:
    """The whole lines that a span touches, without the last one's end."""
    return Span(text.line_span(text.line_of(span.start)).start, text.line_span(text.line_of(span.end)).end)


def _lines(text: Text, span: Span) -> Span:
    # A finding that spans a whole loop is shown, and asked for, at its first line.
    return Span(span.start, min(span.end, text.line_span(text.line_of(span.start)).end))


def function_named(reports: Iterable[FunctionReport], qualname: str) -> FunctionReport | None:
    """The function of that qualname; the later one of two, which is what the name means."""
    found = [report for report in reports if report.qualname == qualname]
    return found[-1] if found else None


def function_on_line(reports: Iterable[FunctionReport], span: Span, text: Text) -> FunctionReport | None:
    """The function whose name is on a line that the span touches: its `def`."""
    lines = lines_of(text, span)
    named = [r for r in reports if r.qualname != MODULE and r.name.touches(lines)]
    return min(named, key=lambda report: report.place.span.end - report.place.span.start, default=None)


def function_around(reports: Iterable[FunctionReport], span: Span, text: Text) -> FunctionReport | None:
    """The innermost function that holds the span, or whose lines a span of whole lines touches."""
    lines = lines_of(text, span)
    around = [r for r in reports if r.qualname != MODULE and r.place.span.touches(lines)]
    holding = [r for r in around if r.place.span.start <= span.start and span.end <= r.place.span.end]
    return min(
        holding or around, key=lambda report: report.place.span.end - report.place.span.start, default=None
    )


def reasons_at(reports: Sequence[FunctionReport], span: Span, text: Text, path: str) -> list[Reason]:
    """The steps of derivations that begin on the line of the span: a loop's header, a call."""
    line = text.line_of(span.start)
    found = [
        reason
        for report in reports
        for reason in report.why
        if reason.place.path == path and text.line_of(reason.place.span.start) == line
    ]
    return list(dict.fromkeys(found))
