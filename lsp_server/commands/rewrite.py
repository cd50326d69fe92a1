"""`bigo rewrite PATH::QUALNAME`: a function, rewritten by Claude and checked; or, with `--show-request`, exactly what
would be sent, with its tokens and price, and nothing sent."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lsp_server.commands.console import CannotRun, say

if TYPE_CHECKING:
    from lsp_server.commands.gather import Gathered
    from lsp_server.rewrites import Check, Prepared, Progress, Proposal, RewriteSettings, Target
    from lsp_server.rewrites.asking.tools import Reader


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "target",
        metavar="PATH::QUALNAME",
        nargs="?",
        help="a function, as shop/report.py::Report.rows; with --all a file or folder",
    )
    doing = parser.add_mutually_exclusive_group()
    doing.add_argument(
        "--show-request", action="store_true", help="print the request; send nothing, need no key"
    )
    doing.add_argument("--apply", action="store_true", help="write the checked rewrite into the file")
    doing.add_argument(
        "--prewarm",
        action="store_true",
        help="only have the API cache what the rewrites of this module begin with, which costs the writing",
    )
    parser.add_argument(
        "--verify",
        action="store_true",
        help="run the old and the new function, held where they can only compute, and compare answers and operations; "
        "--apply then writes only what is verified",
    )
    many = parser.add_argument_group("many functions at once")
    many.add_argument(
        "--all", action="store_true", help="list the functions with findings, the most worthwhile first; free"
    )
    many.add_argument(
        "--rank", action="store_true", help="with --all: let the small model put them in order, which costs"
    )
    many.add_argument(
        "--batch",
        action="store_true",
        help="have them rewritten as one message batch, at half price; it resumes",
    )
    many.add_argument("--limit", type=int, default=20, metavar="N", help="at most N functions (20)")
    many.add_argument("--output", metavar="DIR", default="bigo-patches", help="where the patches go")
    many.add_argument("--no-wait", action="store_true", help="end once the batch is sent; run again later")
    many.add_argument("--poll", type=float, default=30.0, metavar="S", help="seconds between two looks (30)")
    parser.add_argument("--model", metavar="M", help="the Claude model to use")
    parser.add_argument("--profile", metavar="FILE", help="a profile whose part on this function goes along")


def run(args: argparse.Namespace) -> int:
    """0 where there is an answer, 2 where there is none; the reason is on stderr."""
    from lsp_server import rewrites

    if args.all and args.verify:
        raise CannotRun("--verify is for one function")
    if (args.rank or args.batch) and not args.all:
        raise CannotRun("--rank and --batch are for --all")
    if args.all:
        from lsp_server.commands import bulk

        return bulk.run(args)
    from lsp_server.commands.consult import reader, recheck

    gathered, target, settings, linked = _prepare_target(args)
    look = reader(gathered, linked)
    try:
        prepared = rewrites.prepare(target, settings, may_look=look(target) is not None)
    except rewrites.Refused as error:
        raise CannotRun(str(error)) from error
    if args.show_request:
        sys.stdout.write(prepared.as_document().rstrip("\n") + "\n")
        return 0
    say(f"{target.qualname}: {prepared.model}, {prepared.estimate.title()}")
    if args.prewarm:
        return _prewarm(prepared, settings)
    proposal = _ask(prepared, settings, recheck(gathered), look)
    if proposal is None:
        return 2
    _show(proposal)
    if args.verify and not _verified(proposal) and args.apply:
        say("nothing was changed; without --verify, --apply writes it")
        return 2
    if args.apply:
        return _write(proposal)
    say("nothing was changed; --apply writes it")
    return 0


def _prepare_target(args: argparse.Namespace) -> tuple[Gathered, Target, RewriteSettings, Any]:
    import msgspec

    from lsp_server.briefing import targets
    from lsp_server.commands import gather, measured
    from lsp_server.files import workspace

    path, separator, qualname = (args.target or "").rpartition("::")
    if not separator or not path or not qualname:
        which = f"{args.target}: " if args.target else ""
        raise CannotRun(f"{which}write PATH::QUALNAME, as shop/report.py::Report.rows")
    root, settings = gather.settings_for([path])
    if args.model:
        settings = msgspec.structs.replace(
            settings, rewrite=msgspec.structs.replace(settings.rewrite, model=args.model)
        )
    gathered = gather.gather([path], root, settings)
    key = workspace.key(path)
    facts, text = gathered.project.facts(key), gathered.texts(key)
    if key not in gathered.named:
        raise CannotRun(f"{path} is no file; name the file the function is in")
    if facts is None or text is None:
        raise CannotRun("nothing was sent")  # why it is not read was said
    try:
        function = targets.function_named(facts, qualname)
    except targets.NoTarget as error:
        raise CannotRun(f"{path}: {error}") from error
    linked = measured.linked(gathered, args.profile)
    target = targets.target_for(
        gathered.project,
        key,
        text,
        function,
        root=root.as_posix(),
        text_of=gathered.texts,
        findings=measured.findings(gathered, key, text, linked),
        linked=linked,
        guidelines=settings.rewrite.guidelines,
    )
    return gathered, target, targets.rewrite_settings(settings), linked


def _ask(
    prepared: Prepared, settings: RewriteSettings, check: Check, look: Callable[[Target], Reader | None]
) -> Proposal | None:
    import anyio

    from lsp_server import places
    from lsp_server.rewrites import RewriteFailed, Rewriter

    async def ask() -> Proposal:
        rewriter = Rewriter(settings, places.state_dir(), places.cache_dir(), check, reader=look)
        try:
            return await rewriter.run(prepared, _shown_progress())
        finally:
            await rewriter.close()

    try:
        return anyio.run(ask)
    except RewriteFailed as error:
        say(str(error))
        return None


def _prewarm(prepared: Prepared, settings: RewriteSettings) -> int:
    import anyio

    from lsp_server import places
    from lsp_server.rewrites import RewriteFailed, Rewriter

    async def warm() -> None:
        rewriter = Rewriter(settings, places.state_dir(), places.cache_dir(), None)
        try:
            usage = await rewriter.prewarm(prepared)
        finally:
            await rewriter.close()
        if usage is not None:
            written = usage.written_5m + usage.written_1h
            say(f"{written:,} tokens were written into the API's cache, {usage.read:,} were there")

    try:
        anyio.run(warm)
    except RewriteFailed as error:
        say(str(error))
        return 2
    return 0


def _shown_progress() -> Any:
    """Prints each new stage where a person watches."""
    watched = sys.stderr.isatty()
    last = ""

    def show(progress: Progress) -> None:
        nonlocal last
        if watched and progress.stage != last:
            last = progress.stage
            say(progress.message)

    return show


def _show(proposal: Proposal) -> None:
    from lsp_server.fixes import unified_diff

    for line in proposal.summary().splitlines():
        say(line)
    for path, before, after in _files(proposal):
        name = Path(os.path.relpath(path)).as_posix()
        sys.stdout.writelines(unified_diff(name, before.encode(), after.encode()))
    sys.stdout.flush()


def _verified(proposal: Proposal) -> bool:
    """Run both versions, and say what came of it."""
    from lsp_server import verify

    target = proposal.target
    try:
        if target.language != "python":
            raise verify.CannotVerify("only Python is run")
        if proposal.others:
            raise verify.CannotVerify("other files change with it")
        queries = bool(target.report and target.report.queries)
        verdict = verify.verify(target.text, proposal.patched, target.qualname, queries=queries)
    except verify.CannotVerify as reason:
        say(f"cannot verify, because {reason}")
        return False
    say(verdict.summary())
    return verdict.proved


def _files(proposal: Proposal) -> list[tuple[str, str, str]]:
    """Every file that changes: its path, and its text before and after."""
    target = proposal.target
    files = [(target.path, target.text, proposal.patched)] if proposal.edits else []
    return files + [(file.path, file.text, file.patched) for file in proposal.others]


def _write(proposal: Proposal) -> int:
    """Write all files, or none: what was written is taken back when a later one cannot be."""
    from lsp_server.fixes import write_unless_changed

    done: list[tuple[str, str, str]] = []
    for path, before, after in _files(proposal):
        problem = write_unless_changed(Path(path), before.encode(), after.encode())
        if problem is not None:
            for written, old, new in done:
                write_unless_changed(Path(written), new.encode(), old.encode())
            raise CannotRun(f"{os.path.relpath(path)} {problem.reason}")
        done.append((path, before, after))
    for path, _, _ in done:
        say(f"written to {os.path.relpath(path)}")
    return 0
