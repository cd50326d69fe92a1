"""The language server as its features see it: a connection and a session."""

from __future__ import annotations

import importlib.metadata
import logging

from lsprotocol import types as lsp

from lsp_server.session import Session
from lsp_server.wire.payload import Encoder
from lsp_server.wire.protocol import Server

log = logging.getLogger(__name__)


class BigoServer(Server):
    """The server of one connection; features get it as `ls`."""

    def __init__(self, session: Session) -> None:
        super().__init__("bigo", _version())
        self.session = session
        self.encoder = Encoder()
        session.say = self.say

    def say(self, message: str) -> None:
        """One line in the client's log and on stderr."""
        log.info(message)
        self._log_message(lsp.MessageType.Info, message)

    def warn(self, message: str) -> None:
        """A message the person should see; never for what they cannot act upon."""
        log.warning(message)
        self.window_show_message(lsp.ShowMessageParams(lsp.MessageType.Warning, f"bigo: {message}"))

    def inform(self, message: str) -> None:
        """The answer to something the person asked for."""
        self.window_show_message(lsp.ShowMessageParams(lsp.MessageType.Info, f"bigo: {message}"))

    def _log_message(self, kind: lsp.MessageType, message: str) -> None:
        if self.protocol.writer is not None:
            self.window_log_message(lsp.LogMessageParams(kind, message))


def _version() -> str:
    try:
        return importlib.metadata.version("bigo")
    except importlib.metadata.PackageNotFoundError:  # run from a source tree that is not installed
        return "0"
