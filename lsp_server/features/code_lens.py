"""Code lens: what a function costs, in a line above it. Nothing is said only here; few editors show lenses.

https://microsoft.github.io/language-server-protocol/specifications/lsp/3.17/specification/#textDocument_codeLens
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lsprotocol import types as lsp

from analyzers.findings import FunctionReport
from analyzers.text import Text
from lsp_server import lookup
from lsp_server.analyzer import Measured
from lsp_server.server import BigoServer
from lsp_server.session import Session
from lsp_server.settings_table import LensChoice
from lsp_server.wire.convert import to_range
from lsp_server.wire.positions import to_path


def register(server: BigoServer) -> None:
    server.feature(lsp.TEXT_DOCUMENT_CODE_LENS, lsp.CodeLensOptions(resolve_provider=True))(lenses)
    server.feature(lsp.CODE_LENS_RESOLVE)(resolve)


async def lenses(ls: BigoServer, params: lsp.CodeLensParams) -> list[lsp.CodeLens]:
    """Where a lens stands; what it says is asked for when it comes into view."""
    session, uri = ls.session, params.text_document.uri
    found = await told(session, to_path(uri), session.settings.code_lens.show)
    if found is None:
        return []
    return [
        lsp.CodeLens(
            to_range(found.text, report.name, session.client.encoding),
            data={"uri": uri, "function": report.qualname},
        )
        for report in found.functions
    ]


async def resolve(ls: BigoServer, lens: lsp.CodeLens) -> lsp.CodeLens:
    """The lens with its text: cost, findings, measured share."""
    data: Any = lens.data
    uri, qualname = (data.get("uri"), data.get("function")) if isinstance(data, dict) else (None, None)
    if not isinstance(uri, str) or not isinstance(qualname, str):
        return lens
    found = await told(ls.session, to_path(uri), ls.session.settings.code_lens.show)
    report = None if found is None else lookup.function_named(found.functions, qualname)
    said = "" if found is None or report is None else found.title(report)
    lens.command = lsp.Command(said, "")  # an empty command is text that cannot be clicked
    return lens


# ------------------------------------------------------------------------- what lenses and hints have in common


@dataclass(frozen=True, slots=True)
class Told:
    """The functions of a document that a lens or a hint speaks of, and what there is to say of them."""

    text: Text
    functions: Sequence[FunctionReport]
    findings: Counter[str]
    times: Mapping[str, Measured]

    def title(self, report: FunctionReport) -> str:
        """Cost, number of findings and measured share of one function, in a line."""
        count, measured = self.findings[report.qualname], self.times.get(report.qualname)
        parts = [report.time]
        if report.queries:
            parts.append("1 query" if report.queries == "1" else f"{report.queries} queries")
        if count:
            parts.append("1 finding" if count == 1 else f"{count} findings")
        if measured is not None and measured.summary:
            parts.append(measured.summary)
        return " · ".join(parts)


async def told(session: Session, path: str, show: LensChoice) -> Told | None:
    """What is told of a document, by the setting of it; None for nothing at all."""
    if show == "off":
        return None
    analysis = await session.analysed(path)
    if analysis is None:
        return None
    findings = Counter(finding.function for finding in analysis.findings)
    times = await session.measured(path)
    functions = [
        report
        for report in await session.reports(path)
        if report.qualname != lookup.MODULE
        and (show == "all" or findings[report.qualname] or _is_hot(times.get(report.qualname)))
    ]
    return Told(analysis.text, functions, findings, times)


def _is_hot(time: Measured | None) -> bool:
    return time is not None and time.hot
