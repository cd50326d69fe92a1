"""Findings as diagnostics: pulled by clients that can be told of news, pushed to all others, never both.

https://microsoft.github.io/language-server-protocol/specifications/lsp/3.17/specification/#textDocument_publishDiagnostics
https://microsoft.github.io/language-server-protocol/specifications/lsp/3.17/specification/#textDocument_pullDiagnostics
"""

from __future__ import annotations

import asyncio
import hashlib

from lsprotocol import types as lsp

from lsp_server import shown
from lsp_server.rebase import moved
from lsp_server.schedule import look_for_cycles
from lsp_server.server import BigoServer
from lsp_server.session import Analysis, OpenDocument
from lsp_server.wire import payload
from lsp_server.wire.positions import to_path

AT_ONCE = 0.1
"""Seconds of processor time. A document whose last analysis took less is not waited for, unless the client asks when it wants to."""


REST = 0.1
"""Seconds without a keystroke after which a broken text is taken as it is."""


def register(server: BigoServer) -> None:
    """Pushing needs no registration; see `register_pull`."""

    def tell_early(document: OpenDocument, analysis: Analysis) -> None:
        if not server.session.client.pull and not document.recalled:
            _publish(server, document, analysis)

    server.session.tell_early = tell_early


def register_pull(server: BigoServer) -> None:
    """Offer pull diagnostics. Called while `initialize` is handled, when the client is known to pull."""
    options = lsp.DiagnosticOptions(
        inter_file_dependencies=True, workspace_diagnostics=False, identifier="bigo"
    )
    server.feature(lsp.TEXT_DOCUMENT_DIAGNOSTIC, options)(pull)


async def pull(
    ls: BigoServer, params: lsp.DocumentDiagnosticParams
) -> lsp.DocumentDiagnosticReport | payload.Payload:
    """The findings of a document as it is now, or "unchanged"."""
    path = to_path(params.text_document.uri)
    await _pause(ls, path)
    analysis = await _analysis_to_pull(ls, path)
    if analysis is None:
        return lsp.RelatedFullDocumentDiagnosticReport(items=[])
    items = encoded(ls, path, analysis)
    result_id = hashlib.blake2b(items, digest_size=12).hexdigest()
    if params.previous_result_id == result_id:
        return lsp.RelatedUnchangedDocumentDiagnosticReport(result_id=result_id)
    return payload.report(items, result_id)


async def _pause(ls: BigoServer, path: str) -> None:
    """Wait until typing pauses: some clients pull after every keystroke."""
    delay = ls.session.settings.diagnostics.debounce / 1000
    document = ls.session.documents.get(path)
    while document is not None and document.edits != document.settled:
        edits = document.edits
        await asyncio.sleep(delay)
        if document.edits == edits:
            document.settled = edits


async def _analysis_to_pull(ls: BigoServer, path: str) -> Analysis | None:
    """The analysis of the document as it is; as it was last saved, where it is not to be checked while typing."""
    document = ls.session.documents.get(path)
    if document is not None and document.edits != document.saved and document.analysis is not None:
        on_type = ls.session.settings.diagnostics.on_type
        return await ls.session.analysed(path) if on_type else document.analysis
    return await ls.session.analysed(path)


async def refresh(ls: BigoServer, path: str) -> None:
    """Bring a document's analysis up to date, and a pushing client with it."""
    document = ls.session.documents.get(path)
    if document is None:
        return
    # An edit in the meantime asks for itself, and may leave the text too broken to be looked at.
    analysis = await ls.session.analysed(path, document.edits)
    document = ls.session.documents.get(path)
    if document is not None and analysis is not None and not ls.session.client.pull:
        _show(ls, document, analysis)


def _show(ls: BigoServer, document: OpenDocument, analysis: Analysis) -> None:
    if analysis.state.edits != document.edits:
        return  # it failed, or the person typed on: positions would be wrong, and what is shown moves with the text
    if document.edits != document.saved and not ls.session.settings.diagnostics.on_type:
        return  # it is to be saved first, whatever else has changed
    if document.recalled and document.edits == 0 and not ls.session.read_up:
        return  # what was shown before knew the workspace, and this does not
    document.recalled = False
    _publish(ls, document, analysis)


async def show_opened(ls: BigoServer, path: str) -> None:
    """What was last shown of a document that was just opened, then `refresh`: beside that, which holds the interpreter while it
    parses, a look at the disk takes ten times as long. Then its first edit is rehearsed."""
    await recall(ls, path)
    await refresh(ls, path)
    await ls.session.rehearse(path)
    await _keep(ls)
    look_for_cycles()


def _publish(ls: BigoServer, document: OpenDocument, analysis: Analysis) -> None:
    _send(
        ls,
        document,
        payload.publication(document.uri, analysis.version, encoded(ls, document.path, analysis)),
    )


def _send(ls: BigoServer, document: OpenDocument, news: bytes) -> None:
    if document.published != news:
        document.published = news
        ls.protocol.send_encoded(news)


async def recall(ls: BigoServer, path: str) -> None:
    """Show what was last shown of a document that was just opened, until it has been analysed."""
    session, document = ls.session, ls.session.documents.get(path)
    if document is None or session.client.pull or document.published:
        return
    text = document.text
    items = await session.files.run(shown.recall, path, text, session.settings, session.client)
    late = document.published or document.analysis is not None or document.edits
    if items is None or late or session.documents.get(path) is not document:
        return
    document.recalled = True
    _send(ls, document, payload.publication(document.uri, document.version, items))


async def _keep(ls: BigoServer) -> None:
    """Note what is shown of the open documents, for the next time they are opened as they are."""
    session = ls.session
    for document in list(session.documents.values()):
        analysis = document.analysis
        saved = document.edits == document.saved and session.read_up
        if saved and analysis is not None and analysis.state == session.state_of(document):
            items = encoded(ls, document.path, analysis)
            if items == document.kept:
                continue
            document.kept = items
            await session.files.run(
                shown.keep, document.path, analysis.text, session.settings, session.client, items
            )


def _typed(ls: BigoServer, path: str) -> None:
    """`refresh` after an edit, at once where that takes no time."""
    document = ls.session.documents.get(path)
    if document is not None and document.analysis is None and document.early is not None:
        _show_moved(ls, document, document.early)  # the whole of a long file takes long
    pull = ls.session.client.pull
    ready = None if pull else ls.session.look_now(path)
    analysis = document.analysis if document is not None else None
    if document is None or ready is None:
        ls.session.timers.spawn(refresh(ls, path) if pull else _refresh_typed(ls, path))
    elif not ready:
        _wait_for_rest(ls, document)
    elif analysis is not None and analysis.state == ls.session.state_of(document):
        _show(ls, document, analysis)
    else:  # a part of it
        ls.session.timers.spawn(refresh(ls, path))
    look_for_cycles()


async def _refresh_typed(ls: BigoServer, path: str) -> None:
    if await ls.session.ready(path):
        await refresh(ls, path)
    elif (document := ls.session.documents.get(path)) is not None:
        _wait_for_rest(ls, document)


def _wait_for_rest(ls: BigoServer, document: OpenDocument) -> None:
    """While an edit leaves the text broken, as an open quote does, what was found before is shown where it stands now;
    what is true of the broken text, once typing rests."""
    before = document.analysis or document.early
    document.broken = document.edits
    if before is not None:
        _show_moved(ls, document, before)
        ls.session.timers.schedule(document.path, REST, lambda: refresh(ls, document.path))


def _show_moved(ls: BigoServer, document: OpenDocument, before: Analysis) -> None:
    """Show what was found in an earlier text where it stands now."""
    if not ls.session.client.pull:
        text = document.text
        findings = moved(before.findings, document.path, before.text.source, text.source)
        _publish(ls, document, Analysis(ls.session.state_of(document), document.version, text, findings))


def refresh_later(ls: BigoServer, path: str) -> None:
    """`refresh` once the document has been quiet for the delay of the settings; at once where that takes no time."""
    delay = ls.session.settings.diagnostics.debounce / 1000
    document = ls.session.documents.get(path)
    if document is not None and document.seconds < AT_ONCE and not ls.session.client.pull:
        delay = 0
    ls.session.timers.call(path, delay, lambda: _typed(ls, path))


def refresh_all_later(ls: BigoServer, changed: str) -> None:
    """`refresh_all` once no document has changed for a while: what the others depend on may have."""

    async def news() -> None:
        ls.session.world_changed()
        await refresh_all(ls, first=changed)

    delay = max(4 * ls.session.settings.diagnostics.debounce, 400) / 1000
    ls.session.timers.schedule("", delay, news)


async def refresh_all(ls: BigoServer, first: str = "") -> None:
    """`refresh` for every open document, `first` before the others; a pulling client is asked to pull again."""
    client = ls.session.client
    if client.pull:
        if ls.session.documents:
            ls.workspace_diagnostic_refresh(None)
    else:
        for path in sorted(ls.session.documents, key=lambda path: path != first):
            await refresh(ls, path)
        ls.session.timers.spawn(_keep(ls))
    if client.lens_refresh and ls.session.documents:
        ls.workspace_code_lens_refresh(None)
    if client.hint_refresh and ls.session.documents and ls.session.settings.inlay_hints.show != "off":
        ls.workspace_inlay_hint_refresh(None)


def clear(ls: BigoServer, uri: str) -> None:
    """Take back what was pushed for a document."""
    ls.encoder.forget(to_path(uri))
    if not ls.session.client.pull:
        ls.text_document_publish_diagnostics(lsp.PublishDiagnosticsParams(uri, []))


def encoded(ls: BigoServer, path: str, analysis: Analysis) -> payload.Payload:
    """The diagnostics of an analysis, at most as many as the settings allow, the worst first to stay."""
    session = ls.session
    return ls.encoder.items(
        path,
        payload.capped(analysis.findings, session.settings.diagnostics.max_per_file),
        analysis.text,
        session.client,
        session.text_of,
        session.uri_of(),
        session.engine.page,
    )
