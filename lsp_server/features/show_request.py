"""`bigo.showRequest`: exactly what a rewrite would send, as a document. Nothing is sent.

https://microsoft.github.io/language-server-protocol/specifications/lsp/3.17/specification/#window_showDocument
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

from lsprotocol import types as lsp

from lsp_server.features import choice
from lsp_server.files.workspace import key
from lsp_server.places import cache_dir
from lsp_server.server import BigoServer
from lsp_server.wire.positions import to_uri


def register(server: BigoServer) -> None:
    server.command("bigo.showRequest")(show_request)


async def show_request(ls: BigoServer, *arguments: Any) -> dict[str, Any] | None:
    """The request as `{"title", "text", "language"}`; shown, too, unless the client does that itself."""
    from lsp_server.briefing.targets import NoTarget
    from lsp_server.rewrites import Refused

    if not ls.session.client.trusted:
        ls.warn("this workspace is not trusted, so no request is made of it; trust it first")
        return None
    try:
        chosen = await choice.chosen(ls, arguments)
        name = chosen.report.qualname
        request = await choice.prepared(ls, chosen.document.path, chosen.analysis, name)
    except (choice.NoTarget, NoTarget, Refused) as error:
        ls.warn(str(error))
        return None
    text = request.as_document()
    if "request" not in ls.session.client.opens and ls.session.client.shows_documents:
        await _show(ls, name, text)
    return {"title": f"Request for {name}", "text": text, "language": "markdown"}


async def _show(ls: BigoServer, name: str, text: str) -> None:
    folder = cache_dir() / "requests"
    path = folder / (re.sub(r"\W+", "-", name).strip("-") + ".md")
    try:
        _write_private(folder, path, text)
    except OSError as error:
        ls.warn(f"the request cannot be shown: {path} cannot be written ({error.strerror or error})")
        return
    try:
        await ls.window_show_document_async(lsp.ShowDocumentParams(to_uri(key(path)), take_focus=True))
    except Exception as error:  # the request is in the command's result, too
        ls.say(f"the client did not show {path}: {error}")


def _write_private(folder: Path, path: Path, text: str) -> None:
    # It holds source code: for the person alone.
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
