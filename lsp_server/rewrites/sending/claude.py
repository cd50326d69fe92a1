"""The child process that talks to the Messages API; the one file that imports the SDK.

    python -m lsp_server.rewrites.sending.claude

It reads JSON lines on stdin and writes JSON lines on stdout:

    {"op": "send", "id": 1, "body": {...}, "deadline": 120.0, "stall": 60.0}     {"op": "cancel", "id": 1}
    {"op": "warm", ...}                                  the same, without a stream: the prefix is written, no answer made
    {"event": "ready"}
    {"event": "begun", "id": 1, "message", "usage"}      the answer has begun: the prefix is readable from the cache
    {"event": "text", "id": 1, "text": "..."}
    {"event": "done", "id": 1, "message", "text", "stop_reason", "stop_details", "usage", "content", "cache_miss"}
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
from collections.abc import Awaitable, Callable
from typing import Any, TextIO

# The SDK logs whole request bodies, which are source code, when ANTHROPIC_LOG says debug; and it sends trace headers
# when a tracing provider is set up. Both are decided at import.
os.environ.pop("ANTHROPIC_LOG", None)
os.environ["ANTHROPIC_OPEN_TELEMETRY"] = "false"

import anthropic
import httpx2

# Once more, before a response begins only; a stream that broke off is never sent again. The SDK's own retries are off:
# they wait as long as a `retry-after` header tells them to, which has no limit.
_LONGEST_WAIT = 10.0
_WAIT = 0.8
_MOST_TEXT = 8_000_000  # characters of one answer; no model writes as much


Work = Callable[[int, dict[str, Any]], Awaitable[None]]


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
        work = {"warm": self._warm, "batch": self._batch}.get(message["op"], self._stream)
        try:
            await asyncio.wait_for(self._twice(work, number, message), message["deadline"])
        except asyncio.CancelledError:
            self._link.write(event="failed", id=number, kind="cancelled", message="cancelled")
        except (asyncio.TimeoutError, TimeoutError):
            self._link.write(event="failed", id=number, kind="deadline", message="")
        except Exception as problem:
            self._link.write(event="failed", id=number, **describe(problem))

    async def _batch(self, number: int, message: dict[str, Any]) -> None:
        """One call of the batches' endpoints."""
        batches, body = self._at(message).messages.batches, message["body"]
        if body["action"] == "results":
            rows = [row.to_dict(mode="json") async for row in await batches.results(body["batch"])]
            self._link.write(event="done", id=number, rows=rows)
            return
        if body["action"] == "create":
            batch = await batches.create(requests=body["requests"])
        elif body["action"] == "cancel":
            batch = await batches.cancel(body["batch"])
        else:
            batch = await batches.retrieve(body["batch"])
        self._link.write(event="done", id=number, batch=batch.to_dict(mode="json"))

    async def _twice(self, work: Work, number: int, message: dict[str, Any]) -> None:
        try:
            await work(number, message)
        except anthropic.APIError as problem:
            wait = _wait_before_retry(problem)
            if wait is None:
                raise
            await asyncio.sleep(wait)
            await work(number, message)

    def _at(self, message: dict[str, Any]) -> anthropic.AsyncAnthropic:
        if self._client is None:
            # A redirect would send the code, and perhaps the key, to somebody else.
            http = anthropic.DefaultAsyncHttpxClient(follow_redirects=False)
            self._client = anthropic.AsyncAnthropic(max_retries=0, open_telemetry=False, http_client=http)
        timeout = httpx2.Timeout(message["stall"], connect=min(5.0, message["stall"]))
        return self._client.with_options(timeout=timeout)

    async def _stream(self, number: int, message: dict[str, Any]) -> None:
        begun, whole, size = False, False, 0
        try:
            async with self._at(message).messages.stream(**message["body"]) as stream:
                async for event in stream:
                    if event.type == "message_start":
                        if begun:
                            raise Garbled("it begins twice")
                        begun = True
                        start = event.message
                        self._link.write(
                            event="begun", id=number, message=start.id, usage=start.usage.to_dict()
                        )
                    elif event.type == "text":
                        size += len(event.text)
                        if size > _MOST_TEXT:
                            raise Garbled("the answer has no end")
                        self._link.write(event="text", id=number, text=event.text)
                    elif event.type == "message_stop":
                        whole = True
                if not begun:
                    raise Garbled("it is no stream of events")
                final = await stream.get_final_message()
        except (anthropic.AnthropicError, httpx2.HTTPError, json.JSONDecodeError, Garbled):
            raise
        except Exception as problem:
            # What the SDK raises over events that do not fit together has no class of its own.
            raise Garbled(f"{type(problem).__name__}: {problem}") if begun else problem from problem
        self._done(number, final, whole)

    async def _warm(self, number: int, message: dict[str, Any]) -> None:
        final = await self._at(message).messages.create(**message["body"])
        self._link.write(event="begun", id=number, message=final.id, usage=final.usage.to_dict())
        self._done(number, final, whole=True)

    def _done(self, number: int, final: Any, whole: bool) -> None:
        """`whole` is false where the stream ended without saying so: then there was no natural end either."""
        diagnostics = getattr(final, "diagnostics", None)
        text = "".join(block.text for block in final.content if block.type == "text")
        try:
            text.encode()
        except UnicodeEncodeError as problem:
            raise Garbled("it holds half characters") from problem
        self._link.write(
            event="done",
            id=number,
            message=final.id,
            text=text,
            stop_reason=final.stop_reason if whole else None,
            stop_details=_plain(getattr(final, "stop_details", None)),
            usage=final.usage.to_dict(),
            content=[block.to_dict(exclude_none=True) for block in final.content],
            cache_miss=_plain(getattr(diagnostics, "cache_miss_reason", None)),
        )


def _plain(value: Any) -> Any:
    """A part of the response as JSON can hold it; what the SDK has no type for is a dict already."""
    return value.to_dict() if hasattr(value, "to_dict") else value if isinstance(value, dict) else None


class Garbled(Exception):
    """The response is not what the API documents."""


def _wait_before_retry(problem: anthropic.APIError) -> float | None:
    """Seconds to wait before asking once more; None where that is of no use, or too long for a person who waits."""
    if isinstance(problem, anthropic.APITimeoutError):
        return None
    if isinstance(problem, anthropic.APIConnectionError):
        return _WAIT
    if (
        not isinstance(problem, anthropic.APIStatusError)
        or problem.error_code == "enforced_spend_limit_reached"
    ):
        return None
    status, headers = problem.status_code, problem.response.headers
    if status < 400:  # an error event in the middle of a stream: it has been billed
        return None
    asked = headers.get("x-should-retry")
    if asked == "false" or (asked != "true" and not (status in (408, 409, 429) or status >= 500)):
        return None
    try:
        wait = float(headers.get("retry-after", _WAIT))
    except ValueError:  # a date
        wait = _WAIT
    return max(0.1, wait) if wait <= _LONGEST_WAIT else None


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
    elif isinstance(
        problem,
        (
            json.JSONDecodeError,
            UnicodeDecodeError,
            httpx2.HTTPError,
            anthropic.APIResponseValidationError,
            Garbled,
        ),
    ):
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
