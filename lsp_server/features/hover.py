"""Hover: what a function, a loop or a finding costs, and why.

https://microsoft.github.io/language-server-protocol/specifications/lsp/3.17/specification/#textDocument_hover
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lsprotocol import types as lsp

from analyzers.findings import Finding, FunctionReport, Reason
from analyzers.text import Span
from lsp_server import lookup
from lsp_server.analyzer import Measured
from lsp_server.server import BigoServer
from lsp_server.wire.convert import to_offset, to_range
from lsp_server.wire.positions import to_path

_NAMES_OF_CLASSES = {
    "constant": "constant",
    "logn": "logarithmic",
    "sqrt": "square root",
    "linear": "linear",
    "nlogn": "linearithmic",
    "quadratic": "quadratic",
    "n2logn": "n² log n",
    "cubic": "cubic",
    "polynomial": "polynomial",
    "exponential": "exponential",
}


def register(server: BigoServer) -> None:
    server.feature(lsp.TEXT_DOCUMENT_HOVER)(hover)


async def hover(ls: BigoServer, params: lsp.HoverParams) -> lsp.Hover | None:
    """The cost of what the pointer is on; nothing where there is nothing to say."""
    session, path = ls.session, to_path(params.text_document.uri)
    if not session.settings.hover.enable:
        return None
    analysis = await session.analysed(path)
    if analysis is None:
        return None
    reports = await session.reports(path)
    measured = await session.measured(path)
    offset = to_offset(analysis.text, params.position, session.client.encoding)
    here = Span(offset, offset)
    parts: list[str] = []
    span: Span | None = None
    named = next((r for r in reports if r.qualname != lookup.MODULE and r.name.holds(offset)), None)
    if named is not None:
        span = named.name
        parts.append(_function(named, measured.get(named.qualname), session.settings.hover.max_reasons))
    findings = [f for f in analysis.findings if f.place.span.holds(offset)]
    for finding in sorted(findings, key=lambda f: f.place.span.end - f.place.span.start)[:3]:
        span = span or finding.place.span
        parts.append(
            _finding(finding, session.settings.hover.max_reasons, "findings" in session.client.opens)
        )
    if not parts:
        reasons = lookup.reasons_at(reports, here, analysis.text, path)
        around = lookup.function_around(reports, here, analysis.text)
        if reasons:
            span = reasons[0].place.span
            parts.append(_reasons(reasons, around))
    if not parts or span is None:
        return None
    return lsp.Hover(
        _content(ls, "\n\n---\n\n".join(parts)), to_range(analysis.text, span, session.client.encoding)
    )


def _function(report: FunctionReport, measured: Measured | None, most: int) -> str:
    return "\n".join(_function_lines(report, measured, most))


def _function_lines(report: FunctionReport, measured: Measured | None, most: int) -> Iterator[str]:
    kind = _NAMES_OF_CLASSES.get(report.time_class)
    yield f"**{report.qualname}** takes `{report.time}`" + (f" ({kind})" if kind else "") + "  "
    yield f"space `{report.space}` · confidence {report.confidence.label}"
    if report.queries:
        yield f"  \ndatabase queries: `{report.queries}`"
    if measured is not None and measured.hover:
        yield f"\nprofile: {measured.hover}"
    if report.sizes:
        yield ""
        yield from (f"- `{symbol}` is {meaning}" for symbol, meaning in report.sizes.items())
    if report.why:
        yield "\nwhy:\n"
        yield from (f"{number}. {reason.text}" for number, reason in enumerate(report.why[:most], 1))
        if len(report.why) > most:
            yield f"\n… and {len(report.why) - most} more steps"


def _finding(finding: Finding, most: int, shown: bool) -> str:
    """A finding in words. Where the client's own hover shows the message and its steps, the cost alone."""
    if shown:
        after = f" → `{finding.cost.after}`" if finding.cost.after else ""
        return f"`{finding.cost.before}`{after} · confidence {finding.confidence.label}"
    lines = [f"**{finding.rule}** · {finding.message}"]
    if finding.cost.before and finding.cost.after:
        lines.append(
            f"\n`{finding.cost.before}` → `{finding.cost.after}` · confidence {finding.confidence.label}"
        )
    if finding.related:
        lines.append("")
        lines += [f"{number}. {step.message}" for number, step in enumerate(finding.related[:most], 1)]
    return "\n".join(lines)


def _reasons(reasons: Sequence[Reason], around: FunctionReport | None) -> str:
    lines = [reason.text for reason in reasons]
    if around is not None:
        lines.append(f"\n**{around.qualname}** takes `{around.time}`")
    return "  \n".join(lines)


def _content(ls: BigoServer, markdown: str) -> lsp.MarkupContent:
    if ls.session.client.markdown:
        return lsp.MarkupContent(lsp.MarkupKind.Markdown, markdown)
    plain = markdown.replace("**", "").replace("`", "").replace("  \n", "\n").replace("\n\n---\n\n", "\n\n")
    return lsp.MarkupContent(lsp.MarkupKind.PlainText, plain)
