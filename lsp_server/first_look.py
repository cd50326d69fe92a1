"""The document that an editor opens as it starts a server, looked at while pygls is imported.

The types of the protocol take half a second to import, and a person who has just opened a file looks at it meanwhile. So
what the editor sends behind `initialize` is read here, and where it opens a document, that is analysed beside the import
and its findings are sent. All messages are read again by the server proper, which has this engine, goes on from there, and says nothing
twice (`Session.shown`). Of a long text that was open in a session before it is what was shown then (`shown.py`).
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from lsp_server.wire.greeting import Greeted, parsed, send

if TYPE_CHECKING:
    from analyzers.findings import Finding
    from analyzers.text import Text
    from lsp_server.engine import Engine
    from lsp_server.settings import Settings
    from lsp_server.wire.client import Client

log = logging.getLogger(__name__)

PATIENCE = 0.1
"""Seconds that the editor's next message is waited for."""

MAX_BYTES = 300_000
"""Of a text that is looked at here: it delays all other answers. Of a longer one what was shown before may be known."""

SECONDS = 0.5
"""After which what was found by then is sent."""


class LookedAt(NamedTuple):
    """What came of it: the engine that knows the document, and the notification that was sent for it. There is no engine
    where that is the one of a session before."""

    engine: Engine | None
    path: str
    news: bytes


class FirstLook(threading.Thread):
    """Looks while the rest of the server is imported. It reads and writes the streams of the client until it has ended."""

    def __init__(self, client: Greeted) -> None:
        super().__init__(name="bigo-first-look", daemon=True)
        self._client = client
        self._found: LookedAt | None = None

    def run(self) -> None:
        self._found = look(self._client)

    def end(self) -> LookedAt | None:
        """What came of it, once it has ended."""
        self.join()
        return self._found


def look(client: Greeted) -> LookedAt | None:
    """Analyse the document that the next messages open. None where they open none, or the client asks for findings itself."""
    if client.answered is None or os.name != "posix":  # `select` waits for pipes nowhere else
        return None
    try:
        return _look(client)
    except Exception:
        log.exception("the first look failed; the server does it again")
        return None


def _look(client: Greeted) -> LookedAt | None:
    can = shows(client.params)
    if can.pull:
        return None
    from analyzers.text import Text
    from lsp_server import shown
    from lsp_server.settings import initial, load
    from lsp_server.wire import payload
    from lsp_server.wire.positions import to_path

    roots = _roots(client.params)
    settings, _ = load(Path(roots[0]) if roots else None, initial(client.params.get("initializationOptions")))
    document = _opened(client)
    if document is None:
        return None
    uri, version, text = document["uri"], document.get("version"), Text.of(document["text"])
    path = to_path(uri)
    if len(text.source) > MAX_BYTES:
        items = shown.recall(path, text, settings, can)
        if items is None:
            return None
        news = payload.publication(uri, version, items)
        send(client.stdout, news)
        return LookedAt(None, path, news)
    if len(text.source) > settings.analysis.max_file_size:
        return None
    from lsp_server.engine import Engine

    engine = Engine()
    engine.set_roots(roots)
    found = _found(engine, path, text, document.get("languageId", ""), settings)
    if found is None:
        return LookedAt(engine, path, b"")

    def text_of(other: str) -> Text | None:
        return text if other == path else None

    items = payload.Encoder().items(path, found, text, can, text_of, {path: uri}, engine.page)
    news = payload.publication(uri, version, items)
    send(client.stdout, news)
    return LookedAt(engine, path, news)


def _found(
    engine: Engine, path: str, text: Text, language_id: str, settings: Settings
) -> Sequence[Finding] | None:
    """What is found in the document; None where that is nothing so far."""
    from analyzers.findings import Severity
    from lsp_server.wire.payload import capped

    looked = engine.look(path, text, language_id, settings, SECONDS)
    least = Severity.parse(settings.analysis.min_severity)
    found = [finding for finding in looked.findings if finding.severity >= least]
    return capped(found, settings.diagnostics.max_per_file) if looked.whole or found else None


def _opened(client: Greeted) -> Mapping[str, Any] | None:
    """The document that is opened by one of the messages that have arrived."""
    end = time.monotonic() + PATIENCE
    while (body := client.inbox.next(max(0, end - time.monotonic()))) is not None:
        message = parsed(body)
        if isinstance(message, dict) and message.get("method") == "textDocument/didOpen":
            document: Mapping[str, Any] = message["params"]["textDocument"]
            return document
    return None


def _roots(params: Mapping[str, Any]) -> tuple[str, ...]:
    """The workspace folders."""
    from lsp_server.wire.positions import folders

    named = [folder["uri"] for folder in params.get("workspaceFolders") or ()]
    return folders(named, params.get("rootUri"), params.get("rootPath"))


def shows(params: Mapping[str, Any]) -> Client:
    """What of diagnostics the client can show: the same as `client_of`, of JSON."""
    from lsp_server.wire.client import Client
    from lsp_server.wire.greeting import answer

    answered = answer({"id": 0, "method": "initialize", "params": params})
    capabilities = answered["capabilities"] if answered is not None else {}
    publish = (params["capabilities"].get("textDocument") or {}).get("publishDiagnostics") or {}
    return Client(
        encoding=capabilities.get("positionEncoding", "utf-16"),
        pull="diagnosticProvider" in capabilities,
        related=bool(publish.get("relatedInformation")),
        code_description=bool(publish.get("codeDescriptionSupport")),
        tags=tuple((publish.get("tagSupport") or {}).get("valueSet") or ()),
        diagnostic_data=bool(publish.get("dataSupport")),
    )
