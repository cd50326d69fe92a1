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
import sys
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

_ENCODINGS = ("utf-8", "utf-16", "utf-32")

Id = int | str


class Greeted(NamedTuple):
    """The streams of the protocol, what was read from the first of them, and the id of the request that was answered."""

    stdin: BinaryIO
    stdout: BinaryIO
    read: bytes = b""
    answered: Id | None = None


def greet() -> Greeted:
    """Take the streams, wait for the first message, and answer it if it is `initialize`."""
    stdin, stdout = _take_streams()
    read, body = _first_message(stdin)
    message = _parsed(body)
    result = answer(message)
    if result is None:
        return Greeted(stdin, stdout, read)
    data = json.dumps({"id": message["id"], "jsonrpc": "2.0", "result": result}).encode()
    stdout.write(b"Content-Length: %d\r\n\r\n" % len(data) + data)
    stdout.flush()
    return Greeted(stdin, stdout, read, message["id"])


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


def _first_message(stream: BinaryIO) -> tuple[bytes, bytes]:
    """All that was read, and the body in it; no more is read than one message has."""
    head, size = b"", 0
    while line := stream.readline():
        head += line
        if not line.strip():
            break
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length" and value.strip().isdigit():
            size = int(value)
    body = stream.read(size) if size else b""
    return head + body, body


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body)
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
