"""Code lens: what a function costs, in a line above it. Nothing is said only here; few editors show lenses.

https://microsoft.github.io/language-server-protocol/specifications/lsp/3.17/specification/#textDocument_codeLens
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from lsprotocol import types as lsp

from lsp_server import lookup
from lsp_server.convert import to_path, to_range
from lsp_server.server import BigoServer


def register(server: BigoServer) -> None:
    server.feature(lsp.TEXT_DOCUMENT_CODE_LENS, lsp.CodeLensOptions(resolve_provider=True))(lenses)
    server.feature(lsp.CODE_LENS_RESOLVE)(resolve)


async def lenses(ls: BigoServer, params: lsp.CodeLensParams) -> list[lsp.CodeLens]:
    """Where a lens stands; what it says is asked for when it comes into view."""
    session, uri = ls.session, params.text_document.uri
    path, show = to_path(uri), session.settings.code_lens.show
    if show == "off":
        return []
    analysis = await session.analysed(path)
    if analysis is None:
        return []
    with_findings = {finding.function for finding in analysis.findings}
    hot = {qualname for qualname, time in (await session.measured(path)).items() if time.hot}
    return [
        lsp.CodeLens(
            to_range(analysis.text, report.name, session.client.encoding),
            data={"uri": uri, "function": report.qualname},
        )
        for report in await session.reports(path)
        if report.qualname != lookup.MODULE
        and (show == "all" or report.qualname in with_findings or report.qualname in hot)
    ]


async def resolve(ls: BigoServer, lens: lsp.CodeLens) -> lsp.CodeLens:
    """The lens with its text: cost, findings, measured share."""
    data: Any = lens.data
    uri, qualname = (data.get("uri"), data.get("function")) if isinstance(data, dict) else (None, None)
    if not isinstance(uri, str) or not isinstance(qualname, str):
        return lens
    path = to_path(uri)
    analysis = await ls.session.analysed(path)
    report = lookup.function_named(await ls.session.reports(path), qualname)
    if analysis is None or report is None:
        lens.command = lsp.Command("", "")
        return lens
    count = Counter(finding.function for finding in analysis.findings)[qualname]
    parts = [report.time]
    if report.queries:
        parts.append(f"queries {report.queries}")
    if count:
        parts.append("1 finding" if count == 1 else f"{count} findings")
    measured = (await ls.session.measured(path)).get(qualname)
    if measured is not None and measured.summary:
        parts.append(measured.summary)
    lens.command = lsp.Command(" · ".join(parts), "")  # an empty command is text that cannot be clicked
    return lens
