"""Inlay hints: what a function costs, at the end of its first line. Off by default; unlike lenses they move no code.

https://microsoft.github.io/language-server-protocol/specifications/lsp/3.17/specification/#textDocument_inlayHint
"""

from __future__ import annotations

from lsprotocol import types as lsp

from analyzers.text import Span
from lsp_server.features import code_lens
from lsp_server.server import BigoServer
from lsp_server.wire.convert import to_position, to_span
from lsp_server.wire.positions import to_path


def register(server: BigoServer) -> None:
    server.feature(lsp.TEXT_DOCUMENT_INLAY_HINT)(hints)


async def hints(ls: BigoServer, params: lsp.InlayHintParams) -> list[lsp.InlayHint]:
    """The hints within a range."""
    session = ls.session
    told = await code_lens.told(session, to_path(params.text_document.uri), session.settings.inlay_hints.show)
    if told is None:
        return []
    text, encoding = told.text, session.client.encoding
    asked = to_span(text, params.range, encoding)
    found = []
    for report in told.functions:
        line = text.line_span(text.line_of(report.name.start))
        end = Span(line.end, line.end)
        if asked.touches(end):
            position = to_position(text, end.start, encoding)
            found.append(lsp.InlayHint(position, told.title(report), padding_left=True))
    return found
