"""The first moment of a connection over standard input and output: `initialize` is answered before pygls is imported.

The types of the protocol take half a second to import, and an editor shows nothing of a server before this answer. The
answer is the same for every client but for two things that it says of itself, so it is kept in `greeting.json`. The
message is read again by the server proper, which does what belongs to it and keeps its own, equal answer to itself
(`protocol.Protocol.greeted`). A test compares both for every client that was recorded. Whatever is not plainly an
`initialize` is left to the server.
"""

from __future__ import annotations

import json
import os
import re
import select
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

_ENCODINGS = ("utf-8", "utf-16", "utf-32")

Id = int | str


class Inbox:
    """The messages that arrive on a file, one after another. What was `read` is kept for who reads it again."""

    def __init__(self, file: BinaryIO) -> None:
        self.read = b""
        self._file = file.fileno()
        self._at = 0  # where the next message begins

    def next(self, seconds: float | None = None) -> bytes | None:
        """The body of the next message; None where it does not arrive within so many seconds, or never will."""
        while (body := self._take()) is None:
            if seconds is not None and not select.select([self._file], [], [], seconds)[0]:
                return None
            data = os.read(self._file, 1 << 20)
            if not data:
                return None
            self.read += data
        return body

    def _take(self) -> bytes | None:
        head = _HEAD.match(self.read, self._at)
        if head is None:
            return None
        length = _LENGTH.search(head[0])
        end = head.end() + (int(length[1]) if length else 0)
        if len(self.read) < end:
            return None
        self._at = end
        return self.read[head.end() : end]


_HEAD = re.compile(rb"(?:[^\r\n]+\r?\n)*\r?\n")
_LENGTH = re.compile(rb"^content-length[ \t]*:[ \t]*(\d+)[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)


class Greeted(NamedTuple):
    """The streams of the protocol, what arrived, and the request that was answered: its id and its parameters."""

    stdout: BinaryIO
    stdin: BinaryIO
    inbox: Inbox
    answered: Id | None = None
    params: Mapping[str, Any] = {}


def greet() -> Greeted:
    """Take the streams, wait for the first message, and answer it if it is `initialize`."""
    stdin, stdout = _take_streams()
    inbox = Inbox(stdin)
    message = parsed(inbox.next())
    result = answer(message)
    if result is None:
        return Greeted(stdout, stdin, inbox)
    send(stdout, json.dumps({"id": message["id"], "jsonrpc": "2.0", "result": result}).encode())
    return Greeted(stdout, stdin, inbox, message["id"], message["params"])


def _take_streams() -> tuple[BinaryIO, BinaryIO]:
    """The real stdin and stdout, for the protocol alone.

    Whatever else reads file 0 gets nothing, and whatever else writes to file 1 (a stray `print`, a C library, a
    child process) writes to stderr.
    """
    sys.stdout.flush()
    stdin, stdout = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    try:
        os.dup2(2, 1)
    except OSError:  # no stderr
        os.dup2(nothing, 1)
    os.close(nothing)
    return stdin, stdout


def send(stdout: BinaryIO, body: bytes) -> None:
    """Send a message."""
    stdout.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
    stdout.flush()


def parsed(body: bytes | None) -> Any:
    """A message from its JSON; None for none, and for what is none."""
    try:
        return json.loads(body or b"")
    except ValueError:  # UnicodeDecodeError, too
        return None


def answer(message: Any) -> dict[str, Any] | None:
    """The result of `initialize`; None for any other message, and for parameters that the server may refuse."""
    if not isinstance(message, dict) or message.get("method") != "initialize":
        return None
    params = message.get("params")
    if type(message.get("id")) not in (int, str) or not isinstance(params, dict) or not _is_plain(params):
        return None
    can = params["capabilities"]
    text_document, workspace, general = (
        can.get(name) or {} for name in ("textDocument", "workspace", "general")
    )
    news = workspace.get("diagnostics") or {}
    pulls = text_document.get("diagnostic") is not None and news.get("refreshSupport")
    wanted = general.get("positionEncodings") or ()
    result: dict[str, Any] = json.loads(Path(__file__).with_suffix(".json").read_bytes())
    capabilities = result["capabilities"]
    capabilities["positionEncoding"] = next((one for one in wanted if one in _ENCODINGS), "utf-16")
    if not pulls:
        del capabilities["diagnosticProvider"]
    return result


def _is_plain(params: dict[str, Any]) -> bool:
    """Whether the parts of the parameters that matter have the types that the protocol gives them."""
    can = params.get("capabilities")
    if not isinstance(can, dict):
        return False
    folders = params.get("workspaceFolders") or []
    parts = [can.get(name) for name in ("textDocument", "workspace", "general", "window")]
    return (
        all(_is_object(part) for part in parts)
        and _is_object((can.get("workspace") or {}).get("diagnostics"))
        and isinstance(params.get("processId"), int | None)
        and isinstance(params.get("rootUri"), str | None)
        and isinstance(params.get("rootPath"), str | None)
        and isinstance(folders, list)
        and all(isinstance(one, dict) and isinstance(one.get("uri"), str) for one in folders)
        and isinstance((can.get("general") or {}).get("positionEncodings"), list | None)
    )


def _is_object(value: Any) -> bool:
    return isinstance(value, dict | None)
