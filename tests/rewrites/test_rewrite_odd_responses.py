"""Responses that no API should send, byte by byte over a real socket: one clear failure each, never an edit or a crash."""

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import replace
from typing import Any

from conftest import PAIR, Bench, answer, target

START: dict[str, Any] = {
    "type": "message_start",
    "message": {
        "id": "msg_1", "type": "message", "role": "assistant", "model": "claude-sonnet-5-5", "content": [],
        "stop_reason": None, "stop_sequence": None, "usage": {"input_tokens": 10, "output_tokens": 1},
    },
}  # fmt: skip
OPEN = {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}
CLOSE = {"type": "content_block_stop", "index": 0}
STOP = {"type": "message_stop"}


def text(said: str, index: int = 0) -> dict[str, Any]:
    return {"type": "content_block_delta", "index": index, "delta": {"type": "text_delta", "text": said}}


def end(reason: Any = "end_turn") -> dict[str, Any]:
    return {"type": "message_delta", "delta": {"stop_reason": reason}, "usage": {"output_tokens": 5}}


def stream(*events: dict[str, Any]) -> bytes:
    return b"".join(f"event: {e['type']}\ndata: {json.dumps(e)}\n\n".encode() for e in events)


def response(
    body: bytes,
    kind: str = "text/event-stream",
    status: str = "200 OK",
    more: str = "",
    length: int | None = None,
) -> bytes:
    size = len(body) if length is None else length
    return (
        f"HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {size}\r\n{more}\r\n".encode() + body
    )


def refused(status: str, more: str = "", body: Any = None) -> bytes:
    given = body or {"type": "error", "error": {"type": "api_error", "message": "x"}}
    return response(json.dumps(given).encode(), "application/json", status, more)


RIGHT = (START, OPEN, text(answer(PAIR)), CLOSE, end(), STOP)
CALL = {**OPEN, "content_block": {"type": "tool_use", "id": "t", "name": "x", "input": {}}}
NO_NUMBERS = {**START["message"], "usage": {"input_tokens": "many", "output_tokens": -4}}
ODD: dict[str, tuple[str, bytes]] = {
    "nothing": ("garbled", response(b"")),
    "a page to log in": ("garbled", response(b"<html>log in</html>", "text/html")),
    "JSON": ("garbled", response(b'{"hello": 1}', "application/json")),
    "no content": ("garbled", b"HTTP/1.1 204 No Content\r\n\r\n"),
    "another protocol": ("network", b"SSH-2.0-OpenSSH_9.6\r\n"),
    "broken UTF-8": ("garbled", response(stream(START, OPEN) + b'data: {"type": "\xff\xfe"}\n\n')),
    "half a character": ("garbled", response(stream(START, OPEN, text("\ud800"), CLOSE, end(), STOP))),
    "no beginning": ("garbled", response(stream(OPEN, text("x"), CLOSE, end(), STOP))),
    "two beginnings": ("garbled", response(stream(START, *RIGHT))),
    "a delta of no block": ("garbled", response(stream(START, text("x", 7), CLOSE, end(), STOP))),
    "no end, but a reason": ("cut-off", response(stream(*RIGHT[:-1]))),
    "an end without a reason": ("cut-off", response(stream(START, OPEN, text("x"), CLOSE, STOP))),
    "less than announced": ("cut-off", response(stream(START, OPEN), length=9999)),
    "broken compression": ("garbled", response(b"\x1f\x8bno", more="content-encoding: gzip\r\n")),
    "an unknown error": (
        "server-error",
        response(
            stream(START) + b'event: error\ndata: {"error": {"type": "alien {x}", "message": "{y}"}}\n\n'
        ),
    ),
    "an error that is no JSON": ("server-error", response(stream(START) + b"event: error\ndata: oops\n\n")),
    "an unknown reason": ("stop", response(stream(*RIGHT[:-2], end("because {x}\nyes"), STOP))),
    "a reason that is no word": ("stop", response(stream(*RIGHT[:-2], end(7), STOP))),
    "no more room": ("too-large", response(stream(*RIGHT[:-2], end("model_context_window_exceeded"), STOP))),
    "a tool nobody offered": ("stop", response(stream(START, CALL, CLOSE, end("tool_use"), STOP))),
    "a tool and an end": ("answer", response(stream(START, CALL, CLOSE, end(), STOP))),
    "an answer of nothing": ("answer", response(stream(START, end(), STOP))),
    "a redirect": ("server-error", refused("307 Temporary Redirect", "location: http://127.0.0.1:9/\r\n")),
    "a refusal in no words": ("bad-request", refused("400 Bad Request", body=[1, 2])),
    "a refusal with braces": (
        "bad-request",
        refused("400 Bad", body={"error": {"type": "invalid_request_error", "message": "{model}\n\x1b[31m"}}),
    ),
    "a day to wait": ("rate-limit", refused("429 Too Many", "retry-after: 86400\r\n")),
    "a wait that is no number": ("rate-limit", refused("429 Too Many", "retry-after: nan\r\n")),
    "a status nobody knows": ("server-error", refused("418 Teapot")),
}
FINE = {
    "as documented": response(stream(*RIGHT)),
    "Windows line ends": response(stream(*RIGHT).replace(b"\n", b"\r\n")),
    "an event nobody knows": response(stream(START, {"type": "news", "x": 1}, *RIGHT[1:])),
    "numbers that are none": response(stream({**START, "message": NO_NUMBERS}, *RIGHT[1:])),
}


# A new address means a new child process, and the SDK's import takes seconds: one test for all of them.
def test_an_odd_response_is_one_clear_failure(bench: Bench) -> None:
    current = [b""]

    async def one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        size = re.search(rb"content-length: (\d+)", head.lower())
        await reader.readexactly(int(size[1]) if size else 0)
        writer.write(current[0])
        await writer.drain()
        writer.close()

    server = bench.wait(asyncio.start_server(one, "127.0.0.1", 0))
    bench.environ["ANTHROPIC_BASE_URL"] = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    bench.rewriter.settings = replace(bench.rewriter.settings, repair=False)
    prepared = bench.rewriter.prepare(target())
    try:
        for name, (kind, raw) in ODD.items():
            current[0] = raw
            failure = bench.fails(prepared)
            assert failure.kind == kind, (name, str(failure))
            assert str(failure).isprintable()
        for name, raw in FINE.items():
            current[0] = raw
            assert bench.run(prepared).function == PAIR, name
    finally:
        server.close()
    assert sum(entry.cost for entry in bench.rewriter.ledger.entries()) < 0.02
