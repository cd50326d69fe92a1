"""Code lens: what a function costs, in a line above it. Nothing is said only here; few editors show lenses.

https://microsoft.github.io/language-server-protocol/specifications/lsp/3.17/specification/#textDocument_codeLens
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from lsprotocol import types as lsp

from analyzers.findings import FunctionReport
from lsp_server import lookup
from lsp_server.convert import to_path, to_range
from lsp_server.server import BigoServer
from lsp_server.session import Analysis, Session
from lsp_server.settings_table import LensChoice


def register(server: BigoServer) -> None:
    server.feature(lsp.TEXT_DOCUMENT_CODE_LENS, lsp.CodeLensOptions(resolve_provider=True))(lenses)
    server.feature(lsp.CODE_LENS_RESOLVE)(resolve)


async def lenses(ls: BigoServer, params: lsp.CodeLensParams) -> list[lsp.CodeLens]:
    """Where a lens stands; what it says is asked for when it comes into view."""
    session, uri = ls.session, params.text_document.uri
    found = await told(session, to_path(uri), session.settings.code_lens.show)
    if found is None:
        return []
    analysis, functions = found
    return [
        lsp.CodeLens(
            to_range(analysis.text, report.name, session.client.encoding),
            data={"uri": uri, "function": report.qualname},
        )
        for report in functions
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
    said = (
        await title(ls.session, path, analysis, report) if analysis is not None and report is not None else ""
    )
    lens.command = lsp.Command(said, "")  # an empty command is text that cannot be clicked
    return lens


# ------------------------------------------------------------------------- what lenses and hints have in common


async def told(session: Session, path: str, show: LensChoice) -> tuple[Analysis, list[FunctionReport]] | None:
    """The functions of a document that a lens or a hint speaks of, by the setting of it; None for none at all."""
    if show == "off":
        return None
    analysis = await session.analysed(path)
    if analysis is None:
        return None
    with_findings = {finding.function for finding in analysis.findings}
    hot = {qualname for qualname, time in (await session.measured(path)).items() if time.hot}
    functions = [
        report
        for report in await session.reports(path)
        if report.qualname != lookup.MODULE
        and (show == "all" or report.qualname in with_findings or report.qualname in hot)
    ]
    return analysis, functions


async def title(session: Session, path: str, analysis: Analysis, report: FunctionReport) -> str:
    """Cost, number of findings and measured share of one function, in a line."""
    count = Counter(finding.function for finding in analysis.findings)[report.qualname]
    parts = [report.time]
    if report.queries:
        parts.append(f"queries {report.queries}")
    if count:
        parts.append("1 finding" if count == 1 else f"{count} findings")
    measured = (await session.measured(path)).get(report.qualname)
    if measured is not None and measured.summary:
        parts.append(measured.summary)
    return " · ".join(parts)
