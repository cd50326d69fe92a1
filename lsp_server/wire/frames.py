"""Messages off a pipe, each handled as soon as its last byte is there.

pygls reads a message line by line in a coroutine, and converts each object of its JSON by itself: a tenth of a
millisecond of an edit.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re

from pygls.exceptions import JsonRpcException

from lsp_server.wire.edits import edit_in
from lsp_server.wire.protocol import Server

log = logging.getLogger(__name__)

_LENGTH = re.compile(rb"content-length[ \t]*:[ \t]*(\d+)[ \t]*\r?\n", re.IGNORECASE)


class Frames(asyncio.Protocol):
    """Takes what arrives, and has the server handle the messages in it. `gone` is done when there are no more."""

    def __init__(self, server: Server) -> None:
        self.gone: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._server = server
        self._read = bytearray()
        self._length = 0  # of the body, where its header has said that
        self._in_body = False

    def data_received(self, data: bytes) -> None:
        self._read += data
        while (body := self._next()) is not None:
            self._handle(body)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._read or self._length:
            log.warning("the client left in the middle of a message")
        if not self.gone.done():
            self.gone.set_result(None)

    def _next(self) -> bytes | None:
        while not self._in_body:
            end = self._read.find(b"\n") + 1
            if not end:
                return None
            line = bytes(self._read[:end])
            del self._read[:end]
            if self._length:
                self._in_body = not line.strip()
            elif match := _LENGTH.fullmatch(line):
                self._length = int(match[1])
        if len(self._read) < self._length:
            return None
        body = bytes(self._read[: self._length])
        del self._read[: self._length]
        self._length, self._in_body = 0, False
        return body

    def _handle(self, body: bytes) -> None:
        protocol = self._server.protocol
        try:
            message = edit_in(body)
            if message is None:
                message = json.loads(body, object_hook=protocol.structure_message)
            protocol.handle_message(message)
        except Exception as error:
            log.exception("a message could not be handled")
            self._server.report_server_error(error, JsonRpcException)
