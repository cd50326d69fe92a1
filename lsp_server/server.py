"""The language server: a connection, a session, and features that register themselves."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import importlib.metadata
import logging
import os
import sys
from collections.abc import Callable

from lsprotocol import types as lsp
from pygls.io_ import run_async

from lsp_server.greeting import Greeted, greet
from lsp_server.payload import Encoder
from lsp_server.protocol import Reader, Server, Stdin
from lsp_server.session import Session

log = logging.getLogger(__name__)

_PATIENCE = 1.0  # seconds that unfinished work may keep the process once the client has left


class BigoServer(Server):
    """The server of one connection; features get it as `ls`."""

    def __init__(self, session: Session) -> None:
        super().__init__("bigo", _version())
        self.session = session
        self.encoder = Encoder(self.protocol._converter.unstructure)
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


def build(session_factory: Callable[[], Session] = Session) -> BigoServer:
    """A server with every feature registered, not yet started. Tests give another session."""
    from lsp_server.features.offered import FEATURES

    server = BigoServer(session_factory())
    for feature in FEATURES:
        feature.register(server)
    # What is loaded by now stays: a full collection need not look at it, 34 ms become none.
    gc.freeze()
    return server


def serve_stdio(session_factory: Callable[[], Session] = Session, greeted: Greeted | None = None) -> int:
    """Serve the client at stdin and stdout until it leaves; the exit code the protocol asks for: 0 after `shutdown`,
    else 1. `greeted` is the connection, where its first message has been looked at already."""
    _log_to_stderr()
    client = greeted or greet()
    server = build(session_factory)
    server.protocol.greeted = client.answered
    server.start_io(Stdin(client.stdin, client.read), client.stdout)  # type: ignore[arg-type]
    return _end(server)


def serve_tcp(host: str, port: int, session_factory: Callable[[], Session] = Session) -> int:
    """Serve one client at a TCP port, then end; the exit code as for stdio. Port 0 takes a free one, which is logged."""
    _log_to_stderr()
    server = build(session_factory)
    with contextlib.suppress(KeyboardInterrupt, SystemExit):
        asyncio.run(_serve_one(server, host, port))
    return _end(server)


def _end(server: BigoServer) -> int:
    """The exit code. A job that will not end (a profile that is read, a huge file that is parsed) must not keep the
    process, and with it the editor that waits for it."""
    code = 0 if server.shut_down else 1
    lanes = (server.session.lane, server.session.files)
    server.session.close_lanes()
    if not all(lane.ended(seconds=_PATIENCE) for lane in lanes):
        log.warning("left while work was under way")
        logging.shutdown()
        os._exit(code)
    return code


async def _serve_one(server: BigoServer, host: str, port: int) -> None:
    import threading

    gone = asyncio.Event()
    stop = threading.Event()

    async def connection(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        listener.close()
        server.protocol.set_writer(writer)
        try:
            await run_async(stop, Reader(reader), server.protocol, log, server.report_server_error)
        except asyncio.IncompleteReadError:
            log.warning("the client left in the middle of a message")
        finally:
            gone.set()

    listener = await asyncio.start_server(connection, host, port)
    at = listener.sockets[0].getsockname()
    print(f"listening on {at[0]}:{at[1]}", file=sys.stderr, flush=True)
    await gone.wait()


def _log_to_stderr() -> None:
    level = os.environ.get("BIGO_LOG", "INFO").upper()
    logging.basicConfig(level="WARNING", stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s")
    logging.getLogger("lsp_server").setLevel(
        level if isinstance(logging.getLevelName(level), int) else "INFO"
    )
    logging.getLogger("pygls").setLevel("ERROR")


def _version() -> str:
    try:
        return importlib.metadata.version("bigo")
    except importlib.metadata.PackageNotFoundError:  # run from a source tree that is not installed
        return "0"
