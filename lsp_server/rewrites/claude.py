"""The child process that talks to the Messages API; the one file that imports the SDK.

    python -m lsp_server.rewrites.claude

It reads JSON lines on stdin and writes JSON lines on stdout:

    {"op": "send", "id": 1, "body": {...}, "deadline": 120.0, "stall": 60.0}     {"op": "cancel", "id": 1}
    {"event": "ready"}
    {"event": "begun", "id": 1, "usage": {...}}          the answer has begun: the prefix is readable from the cache
    {"event": "text", "id": 1, "text": "..."}
    {"event": "done", "id": 1, "text", "stop_reason", "stop_details", "usage", "content"}
    {"event": "failed", "id": 1, "kind", "message", "status", "error_code", "request_id", "retry_after"}

The key comes from the environment and is never written anywhere. Nothing but these lines reaches the real stdout. When
stdin ends, the process ends, and with it every open connection.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import threading
from typing import Any, TextIO

# The SDK logs whole request bodies, which are source code, when ANTHROPIC_LOG says debug; and it sends trace headers
# when a tracing provider is set up. Both are decided at import.
os.environ.pop("ANTHROPIC_LOG", None)
os.environ["ANTHROPIC_OPEN_TELEMETRY"] = "false"

import anthropic
import httpx2

_RETRIES = 1  # before a response begins only; a stream that broke off is never sent again


class Link:
    """The line to the parent. Whatever else prints to stdout ends up on stderr."""

    def __init__(self) -> None:
        self._out: TextIO = os.fdopen(os.dup(1), "w", encoding="utf-8", newline="\n")
        os.dup2(2, 1)

    def write(self, **message: Any) -> None:
        self._out.write(json.dumps(message) + "\n")
        self._out.flush()


class Sender:
    """Runs requests as tasks, one per id."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._client: anthropic.AsyncAnthropic | None = None
        self._tasks: dict[int, asyncio.Task[None]] = {}

    def handle(self, message: dict[str, Any]) -> None:
        number = message["id"]
        if message["op"] == "cancel":
            if task := self._tasks.get(number):
                task.cancel()
            return
        task = asyncio.ensure_future(self._send(number, message))
        self._tasks[number] = task
        task.add_done_callback(lambda _: self._tasks.pop(number, None))

    async def _send(self, number: int, message: dict[str, Any]) -> None:
        try:
            # Our own deadline: the SDK waits as long as a `retry-after` header tells it to, which has no limit.
            await asyncio.wait_for(self._stream(number, message), message["deadline"])
        except asyncio.CancelledError:
            self._link.write(event="failed", id=number, kind="cancelled", message="cancelled")
        except (asyncio.TimeoutError, TimeoutError):
            self._link.write(event="failed", id=number, kind="deadline", message="")
        except Exception as problem:
            self._link.write(event="failed", id=number, **describe(problem))

    async def _stream(self, number: int, message: dict[str, Any]) -> None:
        if self._client is None:
            self._client = anthropic.AsyncAnthropic(max_retries=_RETRIES, open_telemetry=False)
        timeout = httpx2.Timeout(message["stall"], connect=min(5.0, message["stall"]))
        client = self._client.with_options(timeout=timeout)
        async with client.messages.stream(**message["body"]) as stream:
            async for event in stream:
                if event.type == "message_start":
                    self._link.write(event="begun", id=number, usage=event.message.usage.to_dict())
                elif event.type == "text":
                    self._link.write(event="text", id=number, text=event.text)
            final = await stream.get_final_message()
        details = getattr(final, "stop_details", None)
        self._link.write(
            event="done",
            id=number,
            text="".join(block.text for block in final.content if block.type == "text"),
            stop_reason=final.stop_reason,
            stop_details=details.to_dict() if details else None,
            usage=final.usage.to_dict(),
            content=[block.to_dict(exclude_none=True) for block in final.content],
        )


def describe(problem: Exception) -> dict[str, Any]:
    """A failure by name. Mid-stream failures are mostly not errors of the SDK, and an overload there has status 200."""
    told: dict[str, Any] = {"kind": "unexpected", "message": f"{type(problem).__name__}: {problem}"[:500]}
    if isinstance(problem, anthropic.APITimeoutError):
        told["kind"] = "stalled"
    elif isinstance(problem, anthropic.APIConnectionError):
        told |= {"kind": "connection", "message": _cause(problem)}
    elif isinstance(problem, anthropic.APIStatusError):
        told |= {
            "kind": "status",
            "status": problem.status_code,
            "type": problem.type,
            "error_code": problem.error_code,
            "request_id": problem.request_id,
            "message": (problem.api_message or problem.message or "")[:500],
            "retry_after": problem.response.headers.get("retry-after"),
        }
    elif isinstance(problem, httpx2.ReadTimeout):
        told["kind"] = "stalled"
    elif isinstance(problem, httpx2.TransportError):
        told["kind"] = "cut-off"
    elif isinstance(problem, json.JSONDecodeError):
        told["kind"] = "garbled"
    elif isinstance(problem, anthropic.AnthropicError):
        told["kind"] = "client"
    return told


def _cause(problem: BaseException) -> str:
    """The innermost reason, which is the one that says "connection refused"."""
    while problem.__cause__ is not None:
        problem = problem.__cause__
    return f"{problem}" or type(problem).__name__


async def main(link: Link) -> None:
    sender, loop, ended = Sender(link), asyncio.get_running_loop(), asyncio.Event()

    def read() -> None:
        for line in sys.stdin.buffer:
            loop.call_soon_threadsafe(sender.handle, json.loads(line))
        loop.call_soon_threadsafe(ended.set)

    threading.Thread(target=read, daemon=True, name="requests").start()
    link.write(event="ready")
    await ended.wait()


if __name__ == "__main__":
    parent = Link()
    asyncio.run(main(parent))
