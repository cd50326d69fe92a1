"""The one door: a prepared request goes in, a checked proposal or a clear failure comes out."""

from __future__ import annotations

import contextlib
import inspect
import os
import time
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Generic, TypeVar

import anyio
import anyio.to_thread

from lsp_server.rewrites.asking import prompt, redact
from lsp_server.rewrites.asking.asks import Ask
from lsp_server.rewrites.asking.budget import dollars
from lsp_server.rewrites.asking.calibration import Calibration
from lsp_server.rewrites.asking.request import Prepared, Request, prepare
from lsp_server.rewrites.asking.tools import Desk, Reader
from lsp_server.rewrites.checking import across, validate
from lsp_server.rewrites.contract import (
    Check,
    Checked,
    Progress,
    RewriteFailed,
    RewriteSettings,
    Target,
    Usage,
)
from lsp_server.rewrites.keeping import looked, structure, telemetry
from lsp_server.rewrites.keeping.cache import answers, key_of
from lsp_server.rewrites.keeping.ledger import Ledger
from lsp_server.rewrites.keeping.summary import LOCAL
from lsp_server.rewrites.proposal import Proposal, parse
from lsp_server.rewrites.sending import failures
from lsp_server.rewrites.sending.batches import HALF, NO_TIMES, Batches, Result
from lsp_server.rewrites.sending.child import Child
from lsp_server.rewrites.sending.conversation import Line, Reply, extended, may_repair
from lsp_server.rewrites.sending.trip import Report, Trip

PREWARMED = "prewarmed"
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Said(Generic[_T]):
    """What came of a small question, and what it cost."""

    value: _T
    cost_usd: float
    from_cache: bool = False


class Rewriter:
    """Runs requests from one event loop; owns the child process, the gate, the answer cache and the ledger."""

    def __init__(
        self,
        settings: RewriteSettings,
        state_dir: Path,
        cache_dir: Path,
        check: Check | None,
        environ: Callable[[], Mapping[str, str]] = lambda: os.environ,
        reader: Callable[[Target], Reader | None] = lambda _: None,
    ):
        self.settings = settings
        self.calibration = Calibration(state_dir)
        self.ledger = Ledger(state_dir, observe=telemetry.observer(settings.open_telemetry))
        self.answers = answers(cache_dir, settings.cache_url)
        self._check = check
        self._environ = environ
        self._reader = reader
        self._child = Child(environ)
        self._line = Line(self._child, self.calibration)
        self._promised = 0.0  # US dollars that requests under way are expected to cost

    def prepare(self, target: Target) -> Prepared:
        """The request for the target under the present settings; local and free. Raises Refused."""
        may_look = self._reader(target) is not None
        return prepare(target, self.settings, self.calibration, may_look=may_look)

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
        trip, desk = Trip(prepared, on_progress, time.monotonic()), self._desk(prepared)
        async with self._booked(trip, "rewrite with tools" if prepared.looks_around else "rewrite"):
            body, reply = await self._line.talk(trip, prepared.body, desk, self._may_go_on)
            try:
                proposal = await self._examine(trip, prepared, reply.text, desk)
            except RewriteFailed as failure:
                if not may_repair(prepared.settings, failure, reply):
                    raise
                reply, proposal = await self._repair(trip, prepared, body, reply, failure, desk)
        if prepared.settings.cache_answers:
            await anyio.to_thread.run_sync(self._keep, prepared, key, reply.text, desk)
        return proposal

    async def ask(
        self, ask: Ask, read: Callable[[str], _T], on_progress: Report = lambda _: None
    ) -> Said[_T]:
        """Send a small question, or take the answer that is kept. `read` makes of the answer's text what it says, or
        raises RewriteFailed; so does this, as `run` does."""
        key, keeps = key_of(ask.body), ask.settings.cache_answers
        kept = (
            await anyio.to_thread.run_sync(self.answers.get, key, ask.settings.cache_days) if keeps else None
        )
        if kept is not None:
            with contextlib.suppress(RewriteFailed):
                said = Said(read(kept), 0.0, from_cache=True)
                row = ask.model, LOCAL, Usage(), 0.0, 0, NO_TIMES, ask.kind, ask.estimate.warm_usd
                await anyio.to_thread.run_sync(self.ledger.add, *row)
                return said
        if missing := failures.missing_key(self._environ()):
            raise missing
        trip = Trip(ask, on_progress, time.monotonic())
        async with self._booked(trip, ask.kind):
            _, reply = await self._line.talk(trip, ask.body, None, self._may_go_on)
            said = Said(read(reply.text), trip.cost)
        if keeps:
            limits = ask.settings.cache_days, ask.settings.cache_megabytes
            await anyio.to_thread.run_sync(self.answers.put, key, reply.text, *limits)
        return said

    @contextlib.asynccontextmanager
    async def _booked(self, trip: Trip, operation: str) -> AsyncIterator[None]:
        """A request under way: its price is promised until its bill is known, and however it ends the ledger has a row."""
        prepared, outcome = trip.prepared, "cancelled"
        await self._refuse_over_limit(prepared, prepared.estimate.cold_usd)
        self._promised += prepared.estimate.cold_usd
        try:
            yield
            outcome = "ok"
        except RewriteFailed as failure:
            failure.usage, failure.cost_usd, outcome = trip.usage, trip.cost, failure.kind
            raise
        except Exception as problem:
            unforeseen = failures.unforeseen(problem)
            unforeseen.usage, unforeseen.cost_usd, outcome = trip.usage, trip.cost, unforeseen.kind
            raise unforeseen from problem
        finally:
            # Also while the task is being cancelled, hence the shield. A further turn is no part of the estimate.
            estimated = prepared.estimate.input if trip.requests == 1 else 0
            row = prepared.model, outcome, trip.usage, trip.cost, estimated, trip.timings, operation
            with anyio.CancelScope(shield=True):
                await anyio.to_thread.run_sync(self.ledger.add, *row)
            self._promised -= prepared.estimate.cold_usd

    async def prewarm(self, prepared: Prepared) -> Usage | None:
        """Have the API cache the prefix of a request, so that the request itself begins sooner and costs less.

        Costs a write of what is not cached yet; None where all is believed to be cached. Raises RewriteFailed.
        """
        if missing := failures.missing_key(self._environ()):
            raise missing
        await self._refuse_over_limit(prepared, prepared.estimate.cold_usd)
        began = time.monotonic()
        usage = await self._line.prewarm(prepared)
        if usage is not None:
            trip = Trip(prepared, lambda _: None, began, usage=usage)
            await anyio.to_thread.run_sync(
                self.ledger.add, prepared.model, PREWARMED, usage, trip.cost, 0, trip.timings, "prewarm"
            )
        return usage

    def batches(self) -> Batches:
        """The way to send many requests at once, at half price."""
        return Batches(self._child, self._environ())

    async def take(self, prepared: Prepared, result: Result) -> Proposal:
        """A batch's answer as a checked proposal. Raises RewriteFailed. What it cost is written down either way."""
        trip, outcome = Trip(prepared, lambda _: None, time.monotonic(), usage=result.usage), "ok"
        try:
            if result.failure:
                raise result.failure
            proposal = await self._examine(trip, prepared, result.text, None)
        except RewriteFailed as failure:
            outcome = failure.kind
            raise
        finally:
            row = prepared.model, outcome, result.usage, HALF * trip.cost, 0, NO_TIMES, "batch"
            await anyio.to_thread.run_sync(self.ledger.add, *row)
        if prepared.settings.cache_answers:
            await anyio.to_thread.run_sync(self._keep, prepared, key_of(prepared.body), result.text)
        return replace(proposal, cost_usd=HALF * trip.cost, timings=NO_TIMES)

    def _desk(self, prepared: Prepared) -> Desk | None:
        """Who answers the model's questions in this conversation."""
        reader = self._reader(prepared.target) if prepared.looks_around else None
        if reader is None:
            return None
        redactor = redact.Redactor.of(prepared.redacted)
        return Desk(reader, prepared.settings, redactor, prepared.settings.tool_tokens)

    async def _from_cache(self, prepared: Prepared, key: str) -> Proposal | None:
        """A kept answer that still passes every check on the present text."""
        if not prepared.settings.cache_answers:
            return None
        desk, days = self._desk(prepared), prepared.settings.cache_days
        text, used = await anyio.to_thread.run_sync(self._kept, prepared, key)
        if text is None and desk is not None:
            used = looked.key_of(key)
            kept = await anyio.to_thread.run_sync(self.answers.get, used, days)
            text = await looked.unpack(kept, desk) if kept else None
        if text is None:
            return None
        trip = Trip(prepared, lambda _: None, time.monotonic())
        try:
            proposal = await self._examine(trip, prepared, text, desk, from_cache=True)
        except RewriteFailed:
            # Under a structural key the answer may still be right for the function that it was made for.
            if used in (key, looked.key_of(key)):
                await anyio.to_thread.run_sync(self.answers.drop, used)
            return None
        saved = prepared.estimate.warm_usd  # what the request would have cost at least
        row = prepared.model, LOCAL, Usage(), 0.0, 0, trip.timings, "rewrite", saved
        await anyio.to_thread.run_sync(self.ledger.add, *row)
        return proposal

    def _kept(self, prepared: Prepared, key: str) -> tuple[str | None, str]:
        """An answer to the same request, else to the same code under other names; and the key it was kept under."""
        days = prepared.settings.cache_days
        if text := self.answers.get(key, days):
            return text, key
        same = structure.skeleton(prepared)
        if same is None or not (kept := self.answers.get(same.key, days)):
            return None, key
        return structure.unpack(same, kept), same.key

    def _keep(self, prepared: Prepared, key: str, text: str, desk: Desk | None = None) -> None:
        settings = prepared.settings
        limits = settings.cache_days, settings.cache_megabytes
        if desk is not None and desk.asked:
            self.answers.put(looked.key_of(key), looked.pack(desk, text), *limits)
            return
        self.answers.put(key, text, *limits)
        if same := structure.skeleton(prepared):
            self.answers.put(same.key, structure.pack(same, text), *limits)

    async def _refuse_over_limit(self, prepared: Request, more: float) -> None:
        limit = prepared.settings.daily_limit_usd
        if not limit:
            return
        spent = await anyio.to_thread.run_sync(self.ledger.spent_today) + self._promised
        if spent + more > limit:
            raise RewriteFailed(
                "daily-limit",
                f"Today's rewrites cost {dollars(spent)} so far and this one about {dollars(more)}; "
                f"the limit for a day is {dollars(limit)}. Nothing was sent.",
            )

    async def _may_go_on(self, trip: Trip) -> None:
        """Before a further turn: raises where it could lead over a limit of money."""
        settings, next_turn = trip.prepared.settings, trip.prepared.estimate.warm_usd
        if settings.request_limit_usd and trip.cost + next_turn > settings.request_limit_usd:
            raise RewriteFailed(
                "request-limit",
                f"This rewrite has cost {dollars(trip.cost)} and one more turn could cost {dollars(next_turn)}; the "
                f"limit for one rewrite is {dollars(settings.request_limit_usd)}. Nothing was changed.",
            )
        promised = trip.prepared.estimate.cold_usd
        await self._refuse_over_limit(trip.prepared, max(0.0, trip.cost - promised) + next_turn)

    async def _repair(
        self,
        trip: Trip,
        prepared: Prepared,
        body: dict[str, Any],
        reply: Reply,
        failure: RewriteFailed,
        desk: Desk | None,
    ) -> tuple[Reply, Proposal]:
        """One more turn of the same conversation, with what was wrong; the prefix is still cached."""
        trip.report(
            Progress("repairing", "The answer did not pass the checks; asking once more…", None, 0, trip.cost)
        )
        trip.repaired = True
        await self._may_go_on(trip)
        secrets = desk.redactor.secrets if desk else prepared.redacted
        told = failure.sentence
        for placeholder, secret in secrets.items():
            told = told.replace(secret, placeholder)
        body = extended(body, reply, [{"type": "text", "text": prompt.repair(told)}])
        _, second = await self._line.talk(trip, body, desk, self._may_go_on)
        return second, await self._examine(trip, prepared, second.text, desk)

    # ------------------------------------------------------------------------------------------------- the answer

    async def _examine(
        self, trip: Trip, prepared: Prepared, text: str, desk: Desk | None, from_cache: bool = False
    ) -> Proposal:
        """The answer as a proposal. Raises RewriteFailed."""
        trip.report(Progress("checking", "Checking the rewrite…", 0.99, 0, trip.cost))
        answer = parse(text, several=desk is not None)
        changes = await across.fitted(prepared, answer, desk)
        before = after = "unknown"
        warnings: tuple[str, ...] = ("No analyzer looked at the result.",)
        costs: tuple[str, ...] = ()
        if self._check is not None:
            others = {file.path: (file.text, file.patched) for file in changes.others}
            checked = await self._analyze(prepared.target, changes.patched, others)
            before, after, warnings = validate.check_cost(prepared, checked)
            costs = validate.check_others(checked, changes.also)
        secrets = desk.redactor.secrets if desk else prepared.redacted
        return Proposal(
            target=prepared.target,
            function=changes.function,
            imports=changes.imports,
            aux=answer.aux,
            before=answer.before,
            after=answer.after,
            why=redact.restore(answer.why, secrets),
            assumptions=redact.restore(answer.assumptions, secrets),
            analyzer_before=before,
            analyzer_after=after,
            warnings=(*prepared.warnings, *trip.notes, *changes.warnings, *warnings),
            edits=changes.edits,
            patched=changes.patched,
            model=prepared.model,
            usage=trip.usage,
            cost_usd=trip.cost,
            timings=trip.timings,
            from_cache=from_cache,
            repaired=trip.repaired,
            others=changes.others,
            also=costs,
        )

    async def _analyze(self, target: Target, patched: str, others: dict[str, tuple[str, str]]) -> Checked:
        check = self._check
        assert check is not None
        arguments: tuple[Any, ...] = (target, patched, others) if others else (target, patched)
        try:
            if inspect.iscoroutinefunction(check):
                return await check(*arguments)  # type: ignore[no-any-return]
            found = await anyio.to_thread.run_sync(lambda: check(*arguments))
            return await found if inspect.isawaitable(found) else found
        except Exception as problem:
            raise RewriteFailed(
                "not-checked",
                f"The analyzer could not read the rewrite ({type(problem).__name__}: {problem}), so it is not offered.",
            ) from problem
