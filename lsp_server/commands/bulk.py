"""`bigo rewrite --all`: the functions of a project in the order in which a rewrite pays. With `--batch` they are sent in
one message batch; what comes back is a patch series with a report.

The order is made on this machine and costs nothing; with `--rank` the small model is asked for it. A batch that was sent is remembered; the same command takes it up again, in this process or a later one.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lsp_server.commands.console import CannotRun, say

if TYPE_CHECKING:
    from analyzers.findings import Finding
    from lsp_server.briefing.ranking import Candidate
    from lsp_server.commands.gather import Gathered
    from lsp_server.rewrites import Prepared, Proposal, Rewriter
    from lsp_server.rewrites.sending.batches import Item, Pending, Result


@dataclass
class _Outcome:
    """What became of one function."""

    path: str
    qualname: str
    sentence: str = ""
    patch: str = ""
    proposal: Proposal | None = None


@dataclass
class _Job:
    """A project and the requests that can be made for it."""

    args: argparse.Namespace
    gathered: Gathered
    settings: Any
    linked: Any
    outcomes: list[_Outcome] = field(default_factory=list)
    reasons: dict[tuple[str, str], str] = field(default_factory=dict)  # what the small model said

    @cached_property
    def candidates(self) -> list[Candidate]:
        """The functions with findings, the most worthwhile first."""
        from lsp_server.briefing import ranking
        from lsp_server.commands import measured

        texts = ((path, self.gathered.texts(path)) for path in self.gathered.wanted)
        found = {
            path: measured.findings(self.gathered, path, text, self.linked)
            for path, text in texts
            if text is not None and self.gathered.project.facts(path) is not None
        }
        return ranking.ranked(self.gathered.project, found, self.linked)

    def relative(self, path: str) -> str:
        """The path below the project's root."""
        return Path(os.path.relpath(path, self.gathered.root)).as_posix()

    def prepared(self, path: str, qualname: str, findings: tuple[Finding, ...]) -> Prepared:
        """The request for one function as it stands now. Raises Refused or NoTarget."""
        from lsp_server import rewrites
        from lsp_server.briefing import targets

        facts, text = self.gathered.project.facts(path), self.gathered.texts(path)
        if facts is None or text is None:
            raise targets.NoTarget("its file is gone")
        target = targets.target_for(
            self.gathered.project,
            path,
            text,
            targets.function_named(facts, qualname),
            root=self.gathered.root.as_posix(),
            text_of=self.gathered.texts,
            findings=findings,
            linked=self.linked,
            guidelines=self.gathered.settings.rewrite.guidelines,
        )
        return rewrites.prepare(target, self.settings)


def run(args: argparse.Namespace) -> int:
    """0 when the patches are written or the batch is on its way, 2 where nothing could be done."""
    import anyio

    from lsp_server import places
    from lsp_server.briefing import targets
    from lsp_server.commands import gather, measured
    from lsp_server.commands.consult import recheck
    from lsp_server.rewrites import RewriteFailed, Rewriter
    from lsp_server.rewrites.sending.batches import Notebook

    if args.apply:
        raise CannotRun("--all writes patches; apply those that you have read, with `git apply`")
    path = args.target or "."
    root, settings = gather.settings_for([path])
    if args.model:
        import msgspec

        rewrite = msgspec.structs.replace(settings.rewrite, model=args.model)
        settings = msgspec.structs.replace(settings, rewrite=rewrite)
    gathered = gather.gather([path], root, settings)
    job = _Job(args, gathered, targets.rewrite_settings(settings), measured.linked(gathered, args.profile))
    notebook = Notebook(places.state_dir(), root.as_posix())

    async def work() -> int:
        rewriter = Rewriter(job.settings, places.state_dir(), places.cache_dir(), recheck(gathered))
        try:
            pending = notebook.read() if args.batch else None
            if pending is None:
                if args.rank and not await _rank(job, rewriter):
                    return 0
                if not args.batch:
                    return _list(job)
                pending = await _send(job, rewriter)
                if pending is None:
                    return 2
                notebook.write(pending)
                if args.no_wait:
                    say("the batch was sent; run the same command again to take its results")
                    return 0
            if not await _ended(job, rewriter, pending):
                say("the batch is on its way; run the same command again to take its results")
                return 0
            results = await rewriter.batches().results(pending)
            await _take(job, rewriter, pending, results)
            notebook.forget()
            return _write(job)
        finally:
            await rewriter.close()

    try:
        return anyio.run(work)
    except RewriteFailed as error:
        raise CannotRun(str(error)) from error


async def _send(job: _Job, rewriter: Rewriter) -> Pending | None:
    from lsp_server.briefing import targets
    from lsp_server.rewrites import Refused, dollars
    from lsp_server.rewrites.sending.batches import HALF, item, total_cost

    chosen: list[tuple[Item, Prepared]] = []
    limit = (
        job.settings.daily_limit_usd - rewriter.ledger.spent_today() if job.settings.daily_limit_usd else 0.0
    )
    for candidate in job.candidates:
        path, qualname, findings = candidate.path, candidate.qualname, candidate.findings
        if len(chosen) >= job.args.limit:
            break
        try:
            prepared = job.prepared(path, qualname, findings)
        except (Refused, targets.NoTarget) as error:
            say(f"{os.path.relpath(path)}::{qualname}: {error}")
            continue
        cost = total_cost(one for _, one in chosen) + HALF * prepared.estimate.cold_usd
        if job.settings.daily_limit_usd and cost > limit:
            say(f"the limit for a day is reached after {len(chosen)} functions")
            break
        chosen.append((item(len(chosen), prepared), prepared))
    if not chosen:
        say("there is nothing to rewrite")
        return None
    say(
        f"sending {len(chosen)} functions, at most about {dollars(total_cost(one for _, one in chosen))} at half price"
    )
    if job.args.show_request:
        for one, prepared in chosen:
            print(
                f"{os.path.relpath(one.path)}::{one.qualname}: {prepared.model}, {prepared.estimate.title()}"
            )
        return None
    return await rewriter.batches().send(chosen)


async def _rank(job: _Job, rewriter: Rewriter) -> bool:
    """Let the small model put the candidates in order, and leave out those it would leave alone; whether to go on."""
    from lsp_server.rewrites import RewriteFailed
    from lsp_server.rewrites.asking import asks

    asked = job.candidates[: asks.MOST]
    if not asked:
        return True
    lines = [asks.Candidate(job.relative(one.path), one.line()) for one in asked]
    question = asks.ranking(lines, job.settings, rewriter.calibration)
    if job.args.show_request:
        print(question.as_document().rstrip("\n"))
        return False
    say(f"ranking {len(asked)} functions: {question.model}, {question.estimate.title()}")
    try:
        said = await rewriter.ask(question, lambda text: asks.ranked(question, text, len(asked)))
    except RewriteFailed as failure:
        say(f"{failure} The order is bigo's own.")
        return True
    kept = [one for one in said.value if one.label != "leave"]
    for one in said.value:
        candidate = asked[one.number - 1]
        where = f"{os.path.relpath(candidate.path)}::{candidate.qualname}"
        if one.reason:
            job.reasons[candidate.path, candidate.qualname] = f"{one.label}: {one.reason}"
        if one.label == "leave":
            say(f"left out: {where}: {one.reason}")
    job.candidates = [asked[one.number - 1] for one in kept] + job.candidates[len(asked) :]
    return True


def _list(job: _Job) -> int:
    """Print the candidates, the most worthwhile first; nothing is sent."""
    from lsp_server.briefing import targets
    from lsp_server.rewrites import Refused

    shown = job.candidates[: job.args.limit]
    for number, one in enumerate(shown, 1):
        try:
            prepared = job.prepared(one.path, one.qualname, one.findings)
            price = f"{prepared.model}, {prepared.estimate.title()}"
        except (Refused, targets.NoTarget) as error:
            price = f"no rewrite: {error}"
        print(f"{number}. {os.path.relpath(one.path)}::{one.line()}")
        if reason := job.reasons.get((one.path, one.qualname)):
            print(f"   {reason}")
        print(f"   {price}")
    more = len(job.candidates) - len(shown)
    say(
        f"{len(job.candidates)} functions have findings"
        + (f"; --limit {len(job.candidates)} shows {more} more" if more else "")
        + ". Nothing was sent; --batch has them rewritten at half price"
        + ("" if job.args.rank else ", --rank asks the small model for an order")
    )
    return 0


async def _ended(job: _Job, rewriter: Rewriter, pending: Pending) -> bool:
    import anyio

    told: dict[str, int] = {}
    while True:
        done, counts = await rewriter.batches().ended(pending)
        if done:
            return True
        if job.args.no_wait:
            return False
        if counts != told:
            told = counts
            say(f"batch {pending.id}: " + ", ".join(f"{n} {state}" for state, n in counts.items() if n))
        await anyio.sleep(max(0.05, job.args.poll))


async def _take(job: _Job, rewriter: Rewriter, pending: Pending, results: list[Result]) -> None:
    """Check each answer against the text as it is now."""
    from lsp_server.briefing import targets
    from lsp_server.rewrites import Refused, RewriteFailed
    from lsp_server.rewrites.sending.batches import digest

    found = {(one.path, one.qualname): one.findings for one in job.candidates}
    answered = {result.custom_id: result for result in results}
    for one in pending.items:
        outcome = _Outcome(one.path, one.qualname)
        job.outcomes.append(outcome)
        try:
            prepared = job.prepared(one.path, one.qualname, found.get((one.path, one.qualname), ()))
            if digest(prepared) != one.digest:
                raise RewriteFailed("changed", "The function was changed since the batch was sent.")
            if one.custom_id not in answered:
                raise RewriteFailed("missing", "The batch has no answer for it.")
            outcome.proposal = await rewriter.take(prepared, answered[one.custom_id])
        except (RewriteFailed, Refused, targets.NoTarget) as error:
            outcome.sentence = str(error)


def _write(job: _Job) -> int:
    """The patches, each for the text as the ones before it leave it, and the report."""
    from analyzers.findings import Edit, Place
    from analyzers.text import Span
    from lsp_server.fixes import unified_diff
    from lsp_server.rebase import rebased
    from lsp_server.rewrites.checking.edit import apply

    folder = Path(job.args.output)
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("[0-9][0-9][0-9][0-9]-*.patch"):
        old.unlink()
    texts: dict[str, bytes] = {}
    names: list[str] = []
    for outcome in job.outcomes:
        proposal = outcome.proposal
        if proposal is None:
            continue
        was = proposal.target.source
        now = texts.get(outcome.path, was)
        made = [Edit(Place(outcome.path, Span(*edit.span)), edit.text) for edit in proposal.edits]
        moved = rebased(made, proposal.target.span, was, now)
        if moved is None:
            outcome.sentence = "It meets a rewrite of the same lines earlier in the series."
            continue
        after = apply(now, tuple(type(proposal.edits[0])(edit.place.span, edit.text) for edit in moved))
        outcome.patch = f"{len(names) + 1:04}-{outcome.qualname.replace('.', '-')}.patch"
        relative = job.relative(outcome.path)
        (folder / outcome.patch).write_text("".join(unified_diff(relative, now, after)), "utf-8")
        texts[outcome.path] = after
        names.append(outcome.patch)
    (folder / "series").write_text("".join(f"{name}\n" for name in names), "utf-8")
    (folder / "report.md").write_text("\n".join(_report(job)) + "\n", "utf-8")
    say(f"{len(names)} of {len(job.outcomes)} functions have a patch; see {folder / 'report.md'}")
    return 0


def _report(job: _Job) -> Iterator[str]:
    from lsp_server.rewrites import dollars

    cost = sum(outcome.proposal.cost_usd for outcome in job.outcomes if outcome.proposal)
    yield "# Rewrites by Claude, checked by bigo"
    yield ""
    yield f"{sum(bool(o.patch) for o in job.outcomes)} patches; those that passed cost {dollars(cost)}. Apply them in the order of `series`."
    for outcome in job.outcomes:
        relative = job.relative(outcome.path)
        yield ""
        yield f"## {relative}: `{outcome.qualname}`"
        yield ""
        if outcome.proposal and outcome.patch:
            yield f"Patch: `{outcome.patch}`, {dollars(outcome.proposal.cost_usd)}."
            yield ""
            yield outcome.proposal.summary()
        else:
            yield f"No patch. {outcome.sentence}"
