"""Open, change, save, close: the protocol layer has changed the text already, here its consequences follow.

https://microsoft.github.io/language-server-protocol/specifications/lsp/3.17/specification/#textDocument_synchronization
"""

from __future__ import annotations

# These handlers are plain functions: each must be done before the next message is looked at, and none may wait.
from lsprotocol import types as lsp

from lsp_server.features import diagnostics, index, lifecycle
from lsp_server.server import BigoServer
from lsp_server.wire.documents import Document
from lsp_server.wire.edits import Params
from lsp_server.wire.positions import to_path


def register(server: BigoServer) -> None:
    server.feature(lsp.TEXT_DOCUMENT_DID_OPEN)(opened)
    server.feature(lsp.TEXT_DOCUMENT_DID_CHANGE)(changed)
    server.feature(lsp.TEXT_DOCUMENT_DID_SAVE, lsp.SaveOptions(include_text=False))(saved)
    server.feature(lsp.TEXT_DOCUMENT_DID_CLOSE)(closed)


def opened(ls: BigoServer, params: lsp.DidOpenTextDocumentParams) -> None:
    """Analyse at once: the person is looking at it."""
    uri = params.text_document.uri
    buffer = ls.workspace.get_text_document(uri)
    assert isinstance(buffer, Document), "pygls made a document of its own: see documents.install"
    document = ls.session.open(to_path(uri), uri, buffer)
    ls.session.timers.spawn(diagnostics.show_opened(ls, document.path))
    ls.session.timers.spawn(lifecycle.adopt(ls, document.path))


def changed(ls: BigoServer, params: lsp.DidChangeTextDocumentParams | Params) -> None:
    """Analyse when typing pauses, and the other open documents when it rests: their costs may come from this one."""
    document = ls.session.edited(to_path(params.text_document.uri))
    if document is not None and ls.session.settings.diagnostics.on_type:
        diagnostics.refresh_later(ls, document.path)
        if len(ls.session.documents) > 1:
            diagnostics.refresh_all_later(ls, document.path)


def saved(ls: BigoServer, params: lsp.DidSaveTextDocumentParams) -> None:
    """Analyse this document and, as they may depend on it, the other open ones."""
    path = to_path(params.text_document.uri)
    document = ls.session.documents.get(path)
    if document is not None:
        document.saved = document.settled = document.edits
    ls.session.timers.cancel(path)
    ls.session.world_changed()
    ls.session.timers.spawn(_after_save(ls, path))


async def _after_save(ls: BigoServer, path: str) -> None:
    await index.catch_up(ls)
    await diagnostics.refresh_all(ls, first=path)


def closed(ls: BigoServer, params: lsp.DidCloseTextDocumentParams) -> None:
    """The diagnostics of a closed document go; the project has its text from disk again."""
    path = to_path(params.text_document.uri)
    ls.session.close(path)
    diagnostics.clear(ls, params.text_document.uri)
    ls.session.timers.spawn(ls.session.reread([path]))
