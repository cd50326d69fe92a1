"""A server put together and served to one client, over standard input and output or a port."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import os
import stat
import sys
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, BinaryIO

from pygls.io_ import StdoutWriter, run_async

from lsp_server.features.offered import FEATURES
from lsp_server.server import BigoServer
from lsp_server.session import Session, Shown
from lsp_server.wire.frames import Frames
from lsp_server.wire.greeting import Greeted, greet
from lsp_server.wire.protocol import Reader, Stdin

if TYPE_CHECKING:
    from lsp_server.first_look import FirstLook

log = logging.getLogger(__name__)

COLLECT = (20_000, 5, 1_000_000)
"""When Python looks for cycles: among what is young, never among all. That takes up to a second while a large file is read,
in which no message is answered; facts and answers hold no cycles and go when nobody uses them any more."""

SWITCH = 0.001  # seconds; Python's own 0.005 is what a keystroke may take altogether
_PATIENCE = 1.0  # seconds that unfinished work may keep the process once the client has left


def build(session_factory: Callable[[], Session] = Session) -> BigoServer:
    """A server with every feature registered, not yet started. Tests give another session."""
    server = BigoServer(session_factory())
    for feature in FEATURES:
        feature.register(server)
    # An analysis on its thread hands the interpreter over after that time: a request waits for it once or twice.
    sys.setswitchinterval(SWITCH)
    gc.set_threshold(*COLLECT)
    # What is loaded by now stays: a full collection need not look at it, 34 ms become none.
    gc.freeze()
    return server


def serve_stdio(
    session_factory: Callable[[], Session] = Session,
    greeted: Greeted | None = None,
    first: FirstLook | None = None,
) -> int:
    """Serve the client at stdin and stdout until it leaves; the exit code the protocol asks for: 0 after `shutdown`,
    else 1. `greeted` is the connection, where its first message has been looked at already, and `first` looks at the
    document that those behind it open."""
    _log_to_stderr()
    client = greeted or greet()
    server = build(session_factory)
    server.protocol.greeted = client.answered
    looked = first.end() if first is not None else None
    if looked is not None:
        server.session.engine = looked.engine or server.session.engine
        server.session.shown[looked.path] = Shown(looked.news, recalled=looked.engine is None)
    if _is_pipe(client.stdin):
        with contextlib.suppress(KeyboardInterrupt, SystemExit, BrokenPipeError):
            asyncio.run(_serve_pipe(server, client))
        server.shutdown()  # type: ignore[no-untyped-call]
    else:
        server.start_io(Stdin(client.stdin, client.inbox.read), client.stdout)  # type: ignore[arg-type]
    return _end(server)


def _is_pipe(stdin: BinaryIO) -> bool:
    """Whether the event loop can wait for what arrives by itself. pygls has a thread read it line by line, and every line
    of every message go from one thread to another and back: a millisecond of an edit."""
    kind = os.fstat(stdin.fileno()).st_mode
    return os.name == "posix" and (stat.S_ISFIFO(kind) or stat.S_ISSOCK(kind))


async def _serve_pipe(server: BigoServer, client: Greeted) -> None:
    frames = Frames(server)
    server.protocol.set_writer(StdoutWriter(client.stdout))
    frames.data_received(client.inbox.read)
    await asyncio.get_running_loop().connect_read_pipe(lambda: frames, client.stdin)
    await frames.gone


async def _read(server: BigoServer, reader: asyncio.StreamReader, stop: threading.Event) -> None:
    """Handle messages until there are no more."""
    try:
        await run_async(stop, Reader(reader), server.protocol, log, server.report_server_error)
    except asyncio.IncompleteReadError:
        log.warning("the client left in the middle of a message")


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
    gone = asyncio.Event()
    stop = threading.Event()

    async def connection(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        listener.close()
        server.protocol.set_writer(writer)
        try:
            await _read(server, reader, stop)
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
