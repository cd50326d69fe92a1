"""The one door: a prepared request goes in, a checked proposal or a clear failure comes out."""

from __future__ import annotations

import contextlib
import inspect
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import anyio
import anyio.to_thread

from lsp_server.rewrites import failures, prompt, redact, route, validate
from lsp_server.rewrites.budget import Calibration, cost, dollars
from lsp_server.rewrites.cache import AnswerCache, key_of
from lsp_server.rewrites.child import Child, ChildLost
from lsp_server.rewrites.contract import (
    Check,
    Checked,
    Progress,
    RewriteFailed,
    RewriteSettings,
    Target,
    Timings,
    Usage,
)
from lsp_server.rewrites.gate import Gate
from lsp_server.rewrites.ledger import LOCAL, Ledger
from lsp_server.rewrites.proposal import Proposal, parse
from lsp_server.rewrites.request import Prepared, prepare

Report = Callable[[Progress], None]
_START_SECONDS = 120.0  # the SDK's import alone takes seconds on a busy machine
_BYTES_PER_TOKEN = 2.76  # of source code with the present tokenizer; good enough for a progress bar
_BACKSTOP = 15.0  # the child keeps the deadline itself; this is for a child that hangs


@dataclass
class _Trip:
    """What one run has used so far; a repair adds to it."""

    prepared: Prepared
    report: Report
    began: float
    queue: float = 0.0
    first_token: float = 0.0
    usage: Usage = field(default_factory=Usage)
    repaired: bool = False

    @property
    def timings(self) -> Timings:
        return Timings(self.queue, self.first_token, time.monotonic() - self.began)

    @property
    def cost(self) -> float:
        return cost(route.model_named(self.prepared.model), self.usage)


@dataclass(frozen=True, slots=True)
class _Reply:
    text: str
    content: Any  # the assistant's turn as it must be sent back in a repair


class _Watch:
    """Follows one answer as it comes in: tells the person, and counts what will be billed."""

    def __init__(self, trip: _Trip, begun: Callable[[], None]):
        self.usage = Usage()
        self._trip = trip
        self._begun = begun
        self._sent = time.monotonic()
        self._bytes = 0

    def see(self, message: Mapping[str, Any]) -> None:
        """One message of the child."""
        if message["event"] == "begun":
            self._begun()
            self.usage = Usage.of(message["usage"])
            self._trip.first_token = self._trip.first_token or time.monotonic() - self._sent
            self._trip.report(Progress("thinking", "Claude has begun…", 0.0))
        elif message["event"] == "text":
            # An answer that breaks off never says how long it was, so the count is our own until it does.
            self._bytes += len(message["text"].encode("utf-8", "replace"))
            written = round(self._bytes / _BYTES_PER_TOKEN)
            self.usage = replace(self.usage, output=max(self.usage.output, written))
            expected = max(1, self._trip.prepared.estimate.output)
            self._trip.report(
                Progress("writing", f"Claude is writing… {written:,} tokens", min(0.99, written / expected))
            )
        elif message["event"] == "done":
            self.usage = Usage.of(message["usage"])


class Rewriter:
    """Runs requests from one event loop; owns the child process, the gate, the answer cache and the ledger."""

    def __init__(
        self,
        settings: RewriteSettings,
        state_dir: Path,
        cache_dir: Path,
        check: Check | None,
        environ: Callable[[], Mapping[str, str]] = lambda: os.environ,
    ):
        self.settings = settings
        self.calibration = Calibration(state_dir)
        self.ledger = Ledger(state_dir)
        self.answers = AnswerCache(cache_dir)
        self._check = check
        self._environ = environ
        self._child = Child(environ)
        self._gate: Gate | None = None
        self._promised = 0.0  # US dollars that requests under way are expected to cost

    def prepare(self, target: Target) -> Prepared:
        """The request for the target under the present settings; local and free. Raises Refused."""
        return prepare(target, self.settings, self.calibration)

    @property
    def child_pid(self) -> int | None:
        """The child's process id while one runs."""
        return self._child.pid

    async def close(self) -> None:
        """End the child process."""
        await self._child.close()

    async def run(self, prepared: Prepared, on_progress: Report = lambda _: None) -> Proposal:
        """Send the request and check the answer. Raises RewriteFailed, whose text is for the person.

        Cancelling the task that awaits this closes the connection to the API. Nothing but this method sends anything.
        """
        key = key_of(prepared.body)
        if found := await self._from_cache(prepared, key):
            return found
        if missing := failures.missing_key(self._environ()):
            raise missing
        await self._refuse_over_limit(prepared)
        trip, outcome = _Trip(prepared, on_progress, time.monotonic()), "cancelled"
        self._promised += prepared.estimate.cold_usd
        try:
            reply = await self._send(trip, prepared.body)
            try:
                proposal = await self._examine(trip, reply.text)
            except RewriteFailed as failure:
                if failure.kind not in ("answer", "worse") or not prepared.settings.repair:
                    raise
                reply, proposal = await self._repair(trip, reply, failure)
            outcome = "ok"
        except RewriteFailed as failure:
            failure.usage, failure.cost_usd, outcome = trip.usage, trip.cost, failure.kind
            raise
        finally:
            # Also while the task is being cancelled, hence the shield. A repair is no part of the estimate.
            estimated = 0 if trip.repaired else prepared.estimate.input
            row = prepared.model, outcome, trip.usage, trip.cost, estimated, trip.timings
            with anyio.CancelScope(shield=True):
                await anyio.to_thread.run_sync(self.ledger.add, *row)
            self._promised -= prepared.estimate.cold_usd
        settings = prepared.settings
        if settings.cache_answers:
            await anyio.to_thread.run_sync(
                self.answers.put, key, reply.text, settings.cache_days, settings.cache_megabytes
            )
        return proposal

    async def _from_cache(self, prepared: Prepared, key: str) -> Proposal | None:
        """A kept answer that still passes every check on the present text."""
        if not prepared.settings.cache_answers:
            return None
        text = await anyio.to_thread.run_sync(self.answers.get, key, prepared.settings.cache_days)
        if text is None:
            return None
        trip = _Trip(prepared, lambda _: None, time.monotonic())
        try:
            proposal = await self._examine(trip, text, from_cache=True)
        except RewriteFailed:
            await anyio.to_thread.run_sync(self.answers.drop, key)
            return None
        await anyio.to_thread.run_sync(self.ledger.add, prepared.model, LOCAL, Usage(), 0.0, 0, trip.timings)
        return proposal

    async def _refuse_over_limit(self, prepared: Prepared) -> None:
        limit = prepared.settings.daily_limit_usd
        if not limit:
            return
        spent = await anyio.to_thread.run_sync(self.ledger.spent_today) + self._promised
        if spent + prepared.estimate.cold_usd > limit:
            raise RewriteFailed(
                "daily-limit",
                f"Today's rewrites cost {dollars(spent)} so far and this one about {dollars(prepared.estimate.cold_usd)}; "
                f"the limit for a day is {dollars(limit)}. Nothing was sent.",
            )

    # ------------------------------------------------------------------------------------------------- one request

    async def _send(self, trip: _Trip, body: dict[str, Any]) -> _Reply:
        """One request, in its turn. Adds to the trip's usage whatever happens."""
        self._gate = self._gate or Gate()
        asked = time.monotonic()
        trip.report(Progress("waiting", "Waiting for another rewrite to begin…"))
        async with (
            self._gate.slot(trip.prepared.settings.parallel_requests),
            self._gate.prefix(body) as begun,
        ):
            trip.queue += time.monotonic() - asked
            trip.report(Progress("starting", "Starting the connection to Claude…"))
            try:
                with anyio.fail_after(_START_SECONDS):
                    await self._child.start()
                with anyio.fail_after(trip.prepared.settings.deadline_seconds + _BACKSTOP):
                    return await self._converse(trip, body, begun)
            except ChildLost as problem:
                raise failures.lost(str(problem)) from problem
            except TimeoutError as problem:
                await self._child.close()
                raise failures.lost("it does not answer") from problem

    async def _converse(self, trip: _Trip, body: dict[str, Any], begun: Callable[[], None]) -> _Reply:
        settings, watch = trip.prepared.settings, _Watch(trip, begun)
        trip.report(Progress("sent", f"Sent to {body['model']}…", 0.0))
        messages = self._child.send(body, settings.deadline_seconds, settings.stall_seconds)
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
        if body is trip.prepared.body:
            await anyio.to_thread.run_sync(
                self.calibration.learn, body["model"], trip.prepared.raw_tokens, watch.usage.input
            )
        if failure := failures.stopped(message["stop_reason"], message["stop_details"]):
            raise failure
        return _Reply(message["text"], message["content"])

    async def _repair(self, trip: _Trip, reply: _Reply, failure: RewriteFailed) -> tuple[_Reply, Proposal]:
        """One more turn of the same conversation, with what was wrong; the prefix is still cached."""
        trip.report(Progress("repairing", "The answer did not pass the checks; asking once more…"))
        trip.repaired = True
        told = failure.sentence
        for placeholder, secret in trip.prepared.redacted.items():
            told = told.replace(secret, placeholder)
        body = {
            **trip.prepared.body,
            "messages": [
                *trip.prepared.body["messages"],
                {"role": "assistant", "content": reply.content},
                {"role": "user", "content": [{"type": "text", "text": prompt.repair(told)}]},
            ],
        }
        second = await self._send(trip, body)
        return second, await self._examine(trip, second.text)

    # ------------------------------------------------------------------------------------------------- the answer

    async def _examine(self, trip: _Trip, text: str, from_cache: bool = False) -> Proposal:
        """The answer as a proposal. Raises RewriteFailed."""
        prepared = trip.prepared
        trip.report(Progress("checking", "Checking the rewrite…", 0.99))
        answer = parse(text)
        candidate = await anyio.to_thread.run_sync(validate.check_answer, prepared, answer)
        patched = candidate.patched.decode("utf-8", "replace")
        before = after = "unknown"
        warnings: tuple[str, ...] = ("No analyzer looked at the result.",)
        if self._check is not None:
            checked = await self._analyze(prepared.target, patched)
            before, after, warnings = validate.check_cost(prepared, checked)
        return Proposal(
            target=prepared.target,
            function=candidate.function,
            imports=candidate.imports,
            aux=candidate.aux,
            before=answer.before,
            after=answer.after,
            why=redact.restore(answer.why, prepared.redacted),
            assumptions=redact.restore(answer.assumptions, prepared.redacted),
            analyzer_before=before,
            analyzer_after=after,
            warnings=(*prepared.warnings, *candidate.warnings, *warnings),
            edits=candidate.edits,
            patched=patched,
            model=prepared.model,
            usage=trip.usage,
            cost_usd=trip.cost,
            timings=trip.timings,
            from_cache=from_cache,
            repaired=trip.repaired,
        )

    async def _analyze(self, target: Target, patched: str) -> Checked:
        check = self._check
        assert check is not None
        try:
            if inspect.iscoroutinefunction(check):
                return await check(target, patched)  # type: ignore[no-any-return]
            found = await anyio.to_thread.run_sync(check, target, patched)
            return await found if inspect.isawaitable(found) else found
        except Exception as problem:
            raise RewriteFailed(
                "not-checked",
                f"The analyzer could not read the rewrite ({type(problem).__name__}: {problem}), so it is not offered.",
            ) from problem
