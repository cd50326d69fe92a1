"""The protocol layer of pygls 2.1.1, with what the specification demands and 2.1.1 does not do.

Every override names what happens without it. They replace private names, so pyproject.toml pins pygls below 2.2 and
tests/server/test_protocol.py pokes each one. Specification: https://microsoft.github.io/language-server-protocol/specifications/lsp/3.17/specification/
"""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Awaitable, Callable, Generator
from typing import Any

from lsprotocol import types as lsp
from pygls.exceptions import FeatureNotificationError, JsonRpcException, JsonRpcInvalidParams
from pygls.lsp.server import LanguageServer
from pygls.protocol import LanguageServerProtocol
from pygls.protocol.language_server import lsp_method

from lsp_server.wire import documents, edits, payload

log = logging.getLogger(__name__)

_LENGTH = re.compile(rb"content-length[ \t]*:[ \t]*(\d+)[ \t]*\r?\n", re.IGNORECASE)


class Protocol(LanguageServerProtocol):
    """`LanguageServerProtocol` that answers every request, once, with the code the specification names."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._inner: dict[Any, list[Any]] = {}  # request id -> ids of the handlers that work for it
        self.greeted: Any = None  # the id of an `initialize` that was answered already: see `greeting`

    # -- requests that would get no answer

    def structure_message(self, data: dict[str, Any]) -> Any:
        """A message from its JSON; asked of every object in it. One whose params do not parse would be dropped: answer
        InvalidParams."""
        if "jsonrpc" not in data:
            return data
        edit = edits.edit_of(data)
        if edit is not None:
            return edit
        try:
            return super().structure_message(data)
        except JsonRpcException as error:
            if "id" in data and "method" in data:
                refusal = JsonRpcInvalidParams(f"the parameters of {data['method']} do not parse")
                self._send_response(data["id"], error=refusal.to_response_error())
            elif "id" in data:
                self._fail_own_request(data["id"], error)
            raise

    def _fail_own_request(self, msg_id: Any, error: Exception) -> None:
        future = self._request_futures.pop(msg_id, None)
        if future is not None and not future.done():
            future.set_exception(error)

    def handle_message(self, message: Any) -> None:
        """Dispatch; requests before `initialize` and after `shutdown` are refused rather than ignored."""
        edit = isinstance(message, edits.Edit)
        method, msg_id = getattr(message, "method", None), None if edit else getattr(message, "id", None)
        if method is None:
            self._handle_reply(message, msg_id)
        elif self._shutdown and method != lsp.EXIT:
            self._refuse(msg_id, lsp.ErrorCodes.InvalidRequest, "the server is shut down")
        elif self._workspace is None and method not in (lsp.INITIALIZE, lsp.EXIT):
            self._refuse(msg_id, lsp.ErrorCodes.ServerNotInitialized, "the server is not initialized")
        elif self._workspace is not None and method == lsp.INITIALIZE:
            self._refuse(msg_id, lsp.ErrorCodes.InvalidRequest, "the server is initialized already")
        elif edit:
            self._edit(message.params)
        else:
            super().handle_message(message)

    def _edit(self, params: edits.Params) -> None:
        """What stock pygls does for `didChange`, without the context, the futures and the generator that it makes for
        each message: with the conversion a sixth of what a small edit takes."""
        try:
            for change in params.content_changes:
                self.workspace.update_text_document(params.text_document, change)  # type: ignore[arg-type]
            handler = self.fm.features.get(lsp.TEXT_DOCUMENT_DID_CHANGE)
            if handler is not None:
                handler(params)
        except Exception as error:
            log.debug("an edit failed", exc_info=True)
            self._server._report_server_error(error, FeatureNotificationError)

    def _handle_reply(self, message: Any, msg_id: Any) -> None:
        """A response to our own request. Stock pygls drops them once `shutdown` has been asked."""
        if msg_id is not None:
            self._handle_response(msg_id, getattr(message, "result", None), getattr(message, "error", None))
        else:
            log.warning("ignored a message that is no request, notification or response: %.200r", message)

    def _refuse(self, msg_id: Any, code: lsp.ErrorCodes, why: str) -> None:
        if msg_id is not None:
            self._send_response(msg_id, error=lsp.ResponseError(code=code.value, message=why))

    def _handle_response(
        self, msg_id: Any, result: Any = None, error: lsp.ResponseError | None = None
    ) -> None:
        """Stock pygls raises InvalidStateError when whoever awaited the response has been cancelled."""
        future = self._request_futures.get(msg_id)
        if future is not None and future.done():
            self._request_futures.pop(msg_id, None)
            return
        super()._handle_response(msg_id, result, error)

    @lsp_method(lsp.SHUTDOWN)
    def lsp_shutdown(self, *args: Any) -> Generator[Any, Any, None]:
        """Stock pygls walks over its requests while cancelling removes them, and answers with a RuntimeError."""
        handler = self.fm.features.get(lsp.SHUTDOWN)
        if handler is not None:
            yield handler, args, None
        for msg_id, future in list(self._request_futures.items()):
            if msg_id != self.msg_id and not future.done():
                future.cancel()
        self._shutdown = True

    # -- cancelling a command reaches its coroutine; stock pygls answers "cancelled" and lets it run on

    def _execute_handler(
        self,
        msg_id: Any,
        handler: Callable[..., Any],
        callback: Callable[..., None],
        args: tuple[Any, ...] | None = None,
        kwargs: dict[str, Any] | None = None,
    ) -> None:
        request = self.msg_id
        if request is not None and request != msg_id:
            self._inner.setdefault(request, []).append(msg_id)
        super()._execute_handler(msg_id, handler, callback, args, kwargs)

    def _handle_cancel_notification(self, msg_id: Any) -> None:
        inner = self._inner.pop(msg_id, [])
        super()._handle_cancel_notification(msg_id)
        for child in inner:
            future = self._request_futures.pop(child, None)
            if future is not None:
                future.cancel()

    def _run_generator(self, future: Any, *, gen: Any, result_future: Any) -> None:
        """A command whose coroutine was cancelled from within would get no answer from stock pygls."""
        if future is not None and future.cancelled() and not result_future.done():
            gen.close()
            result_future.cancel()
            return
        super()._run_generator(future, gen=gen, result_future=result_future)

    def _send_handler_result(self, future: Any, *, msg_id: Any) -> None:
        self._inner.pop(msg_id, None)
        super()._send_handler_result(future, msg_id=msg_id)

    # -- what leaves the process

    def _send_response(self, msg_id: Any, result: Any = None, error: lsp.ResponseError | None = None) -> None:
        """Stock pygls sends tracebacks with local paths in `error.data`."""
        if self.greeted is not None and msg_id == self.greeted:
            self.greeted = None
            if error is not None:
                log.error("initialize was answered, and then failed: %s", error.message)
            return
        if isinstance(result, payload.Payload):
            self._result_types.pop(msg_id, None)
            self.send_encoded(payload.response(msg_id, result))
            return
        if error is not None:
            error.data = None
        super()._send_response(msg_id, result, error)

    def send_encoded(self, body: bytes) -> None:
        """Send a message that is JSON already. Stock pygls converts objects, which takes 30 us for each diagnostic."""
        head = f"Content-Length: {len(body)}\r\nContent-Type: {self.CONTENT_TYPE}; charset={self.CHARSET}\r\n\r\n"
        if self.writer is not None:
            self.writer.write(head.encode() + body)  # those of stdio and TCP write at once


class Server(LanguageServer):
    """A `LanguageServer` on `Protocol` and `documents.Documents`. Its thread pool reads stdin and must do no work."""

    protocol: Protocol

    def __init__(self, name: str, version: str) -> None:
        documents.install()
        super().__init__(name, version, protocol_cls=Protocol)

    @property
    def shut_down(self) -> bool:
        """Whether the client has asked for `shutdown`: `exit` without it is an error of the client."""
        return self.protocol._shutdown

    def report_server_error(self, error: Exception, source: Any) -> None:
        """Stock pygls opens a popup for everything that goes wrong outside a request; a line in the log will do."""
        log.error("%s: %s", type(error).__name__, error)
        if self.protocol.writer is not None:
            self.window_log_message(
                lsp.LogMessageParams(lsp.MessageType.Error, f"{type(error).__name__}: {error}")
            )


def _normal_header(line: bytes) -> bytes:
    # Header names are case-insensitive as in HTTP; pygls waits for ever on `content-length`.
    match = _LENGTH.fullmatch(line)
    return b"Content-Length: %s\r\n" % match.group(1) if match else line


class Stdin:
    """A binary stream whose header lines are spelled as pygls expects them; `first` is read before the rest of it."""

    def __init__(self, stream: Any, first: bytes = b"") -> None:
        self._stream = stream
        self._first = io.BytesIO(first)

    def readline(self) -> bytes:
        return _normal_header(self._first.readline() or self._stream.readline())

    def read(self, size: int) -> bytes:
        data: bytes = self._first.read(size) or self._stream.read(size)
        return data


class Reader:
    """The same for an asyncio stream, and an end of the stream inside a body is an end, not an exception."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    async def readline(self) -> bytes:
        return _normal_header(await self._stream.readline())

    def readexactly(self, size: int) -> Awaitable[bytes]:
        data: Awaitable[bytes] = self._stream.readexactly(size)
        return data
