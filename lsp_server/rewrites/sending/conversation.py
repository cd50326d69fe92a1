"""Requests on their way: each in its turn, through the child process, with the model's questions answered in between."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import anyio
import anyio.to_thread

from lsp_server.rewrites.asking.calibration import Calibration
from lsp_server.rewrites.asking.request import Prepared
from lsp_server.rewrites.asking.tools import Desk
from lsp_server.rewrites.contract import Progress, RewriteFailed, RewriteSettings, Usage
from lsp_server.rewrites.sending import failures
from lsp_server.rewrites.sending.child import Child, ChildLost
from lsp_server.rewrites.sending.gate import Gate
from lsp_server.rewrites.sending.trip import Trip, Watch
from lsp_server.rewrites.sending.warmth import Warmth

_START_SECONDS = 120.0  # the SDK's import alone takes seconds on a busy machine
_BACKSTOP = 15.0  # the child keeps the deadline itself; this is for a child that hangs
_FINISH = "These were the last answers. Give the whole answer now, in the agreed form."

MayGoOn = Callable[[Trip], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Reply:
    """The end of one turn. `content` is the assistant's turn as it must be sent back if the conversation goes on."""

    text: str
    content: list[dict[str, Any]]
    stop_reason: str | None


class Line:
    """The line to the API. Belongs to one event loop; whoever made it closes the child."""

    def __init__(self, child: Child, calibration: Calibration):
        self.calibration = calibration
        self._child = child
        self._gate: Gate | None = None
        self.warmth = Warmth()

    def forget(self) -> None:
        """Which prefixes are believed warm, and who waits for whom."""
        self._gate, self.warmth = None, Warmth()

    async def talk(
        self, trip: Trip, body: dict[str, Any], desk: Desk | None, may_go_on: MayGoOn
    ) -> tuple[dict[str, Any], Reply]:
        """Requests until there is an answer: the last request and its reply. Raises RewriteFailed.

        Each turn's questions are answered by `desk`; `may_go_on` raises where a further request would cost too much.
        """
        turns = trip.prepared.settings.tool_turns
        for turn in range(turns + 1):
            reply = await self._ask(trip, body)
            calls = [block for block in reply.content if block.get("type") == "tool_use"]
            if desk is None or reply.stop_reason != "tool_use" or not calls:
                if failure := failures.stopped(reply.stop_reason, None):
                    raise failure
                return body, reply
            if turn == turns:
                break
            names = ", ".join(sorted({str(call.get("name")) for call in calls}))
            trip.report(Progress("looking", f"Claude asks: {names}…", None, 0, trip.cost))
            results = await desk.answer_all(calls)
            await may_go_on(trip)
            last = [{"type": "text", "text": _FINISH}] if turn == turns - 1 else []
            body = extended(body, reply, [*results, *last])
        raise RewriteFailed(
            "stop",
            f"Claude kept asking questions after {turns} turns and gave no answer. Nothing was changed.",
        )

    async def prewarm(self, prepared: Prepared) -> Usage | None:
        """Write the prefix of a request into the API's cache; None where it is believed to be there already."""
        if self.warmth.is_warm(prepared.body):
            return None
        first = prepared.body["messages"][0]
        shared = [block for block in first["content"] if "cache_control" in block]
        body = {
            **{key: value for key, value in prepared.body.items() if key != "cache_control"},
            "max_tokens": 0,
            "messages": [{**first, "content": [*shared, {"type": "text", "text": "."}]}],
        }
        trip = Trip(prepared, lambda _: None, time.monotonic())
        await self._ask(trip, body, warm=True)
        return trip.usage

    # ------------------------------------------------------------------------------------------------- one request

    async def _ask(self, trip: Trip, body: dict[str, Any], warm: bool = False) -> Reply:
        """One request, in its turn. Adds to the trip's usage whatever happens."""
        self._gate = self._gate or Gate()
        asked = time.monotonic()
        trip.report(Progress("waiting", "Waiting for another rewrite to begin…"))
        settings = trip.prepared.settings
        async with (
            self._gate.slot(settings.parallel_requests),
            self._gate.prefix(body) as begun,
        ):
            trip.queue += time.monotonic() - asked
            trip.report(Progress("starting", "Starting the connection to Claude…"))
            try:
                with anyio.fail_after(_START_SECONDS):
                    await self._child.start()
                with anyio.fail_after(settings.deadline_seconds + _BACKSTOP):
                    return await self._with_question(trip, body, begun, warm)
            except ChildLost as problem:
                raise failures.lost(str(problem)) from problem
            except TimeoutError as problem:
                await self._child.close()
                raise failures.lost("it does not answer") from problem

    async def _with_question(
        self, trip: Trip, body: dict[str, Any], begun: Callable[[], None], warm: bool
    ) -> Reply:
        """The request, and after an unexpected miss of the cache the question why."""
        question = None if warm else self.warmth.question(body)
        if question is None:
            return await self._converse(trip, body, begun, warm)
        try:
            return await self._converse(trip, {**body, "diagnostics": question}, begun, warm)
        except RewriteFailed as failure:
            if failure.kind != "bad-request" or "diagnostics" not in failure.sentence:
                raise
            self.warmth.refused()
        return await self._converse(trip, body, begun, warm)

    async def _converse(
        self, trip: Trip, body: dict[str, Any], begun: Callable[[], None], warm: bool
    ) -> Reply:
        settings, watch = trip.prepared.settings, Watch(trip, begun)
        expected, started = self.warmth.expects(body), time.monotonic()
        trip.report(Progress("sent", f"Sent to {body['model']}…", 0.0, 0, trip.cost))
        trip.requests += 1
        messages = self._child.send(body, settings.deadline_seconds, settings.stall_seconds, warm=warm)
        try:
            async with contextlib.aclosing(messages):
                async for message in messages:
                    watch.see(message)
                    if message["event"] == "failed":
                        raise failures.from_report(
                            message, body["model"], settings.deadline_seconds, settings.stall_seconds
                        )
                    if message["event"] == "done":
                        break
                else:
                    raise ChildLost("it ended without an answer")
        finally:
            trip.usage += watch.usage
        missed = self.warmth.saw(body, expected, watch.usage, watch.message, started)
        if "diagnostics" in body:
            missed = self.warmth.told(body, message.get("cache_miss"), trip.prepared.estimate.tail)
        if missed:
            trip.notes.append(missed)
        if body is trip.prepared.body:
            sent = body["model"], trip.prepared.prefix, trip.prepared.tail, watch.usage
            await anyio.to_thread.run_sync(self.calibration.learn, *sent)
        reason = message["stop_reason"]
        asks = "tools" in body and reason == "tool_use"
        if not asks and not warm and (failure := failures.stopped(reason, message["stop_details"])):
            raise failure
        return Reply(str(message["text"]), _blocks(message["content"]), reason)


def extended(body: dict[str, Any], reply: Reply, said: list[dict[str, Any]]) -> dict[str, Any]:
    """The request of the next turn: the same conversation, its prefix untouched."""
    return {
        **body,
        "messages": [
            *body["messages"],
            {"role": "assistant", "content": reply.content},
            {"role": "user", "content": said},
        ],
    }


def may_repair(settings: RewriteSettings, failure: RewriteFailed, reply: Reply) -> bool:
    """Whether a rejected answer gets its one more turn. The API would not take back a turn that holds nothing, or a
    question that nobody answers."""
    asks = any(block.get("type") == "tool_use" for block in reply.content)
    return settings.repair and failure.kind in ("answer", "worse") and bool(reply.content) and not asks


def _blocks(content: Any) -> list[dict[str, Any]]:
    """The turn as it may be sent back: the API refuses an empty text."""
    blocks = [block for block in content if isinstance(block, dict)] if isinstance(content, list) else []
    return [b for b in blocks if b.get("type") != "text" or str(b.get("text") or "").strip()]
