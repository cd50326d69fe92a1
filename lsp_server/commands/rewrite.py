"""`bigo rewrite PATH::QUALNAME`: a function, rewritten by Claude and checked; or, with `--show-request`, exactly what
would be sent, with its tokens and price, and nothing sent."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analyzers.text import Text
from lsp_server.commands.console import CannotRun, say

if TYPE_CHECKING:
    from lsp_server.commands.gather import Gathered
    from lsp_server.rewrites import Check, Prepared, Progress, Proposal, RewriteSettings, Target


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("target", metavar="PATH::QUALNAME", help="a function, as shop/report.py::Report.rows")
    doing = parser.add_mutually_exclusive_group()
    doing.add_argument(
        "--show-request", action="store_true", help="print the request; send nothing, need no key"
    )
    doing.add_argument("--apply", action="store_true", help="write the checked rewrite into the file")
    parser.add_argument("--model", metavar="M", help="the Claude model to use")
    parser.add_argument("--profile", metavar="FILE", help="a profile whose part on this function goes along")


def run(args: argparse.Namespace) -> int:
    """0 where there is an answer, 2 where there is none; the reason is on stderr."""
    from lsp_server import rewrites

    gathered, target, settings = _prepare_target(args)
    try:
        prepared = rewrites.prepare(target, settings)
    except rewrites.Refused as error:
        raise CannotRun(str(error)) from error
    if args.show_request:
        sys.stdout.write(prepared.as_document().rstrip("\n") + "\n")
        return 0
    say(f"{target.qualname}: {prepared.model}, {prepared.estimate.title()}")
    proposal = _ask(prepared, settings, recheck(gathered))
    if proposal is None:
        return 2
    _show(proposal)
    if args.apply:
        return _write(proposal)
    say("nothing was changed; --apply writes it")
    return 0


def _prepare_target(args: argparse.Namespace) -> tuple[Gathered, Target, RewriteSettings]:
    import msgspec

    from lsp_server import targets, workspace
    from lsp_server.commands import gather, measured

    path, separator, qualname = args.target.rpartition("::")
    if not separator or not path or not qualname:
        raise CannotRun(f"{args.target}: write PATH::QUALNAME, as shop/report.py::Report.rows")
    root, settings = gather.settings_for([path])
    if args.model:
        settings = msgspec.structs.replace(
            settings, rewrite=msgspec.structs.replace(settings.rewrite, model=args.model)
        )
    gathered = gather.gather([path], root, settings)
    key = workspace.key(path)
    facts, text = gathered.project.facts(key), gathered.texts(key)
    if facts is None or text is None:
        raise CannotRun(f"{path} {gathered.skipped.get(key, 'is no file; name the file the function is in')}")
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
    return gathered, target, targets.rewrite_settings(settings)


def recheck(gathered: Gathered) -> Check:
    """What bigo itself says of the file before and after; the project is afterwards as it was."""

    def check(target: Target, patched: str) -> Any:
        from analyzers.check import check, complexity
        from analyzers.extract import facts_of
        from analyzers.languages import for_path
        from lsp_server.rewrites import Checked
        from lsp_server.targets import check_options

        project, path, options = gathered.project, target.path, check_options(gathered.settings)
        language, known = for_path(path), project.facts(path)
        assert language is not None
        assert known is not None  # `_prepare_target` found the function in it

        def now(text: Text) -> tuple[Any, Any]:
            report = next((r for r in complexity(project, path) if r.qualname == target.qualname), None)
            return report, check(project, path, text, options)

        before, findings_before = now(Text.of(target.text))
        new = Text.of(patched)
        try:
            project.update(path, facts_of(new.source, language))
            after, findings_after = now(new)
        finally:
            project.update(path, known)
        return Checked(before, after, findings_before, findings_after)

    return check


def _ask(prepared: Prepared, settings: RewriteSettings, check: Check) -> Proposal | None:
    import anyio

    from lsp_server import places
    from lsp_server.rewrites import RewriteFailed, Rewriter

    async def ask() -> Proposal:
        rewriter = Rewriter(settings, places.state_dir(), places.cache_dir(), check)
        try:
            return await rewriter.run(prepared, _shown_progress())
        finally:
            await rewriter.close()

    try:
        return anyio.run(ask)
    except RewriteFailed as error:
        say(str(error))
        return None


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

    target = proposal.target
    name = Path(os.path.relpath(target.path)).as_posix()
    for line in proposal.summary().splitlines():
        say(line)
    sys.stdout.writelines(unified_diff(name, target.text.encode(), proposal.patched.encode()))
    sys.stdout.flush()


def _write(proposal: Proposal) -> int:
    from lsp_server.fixes import write_unless_changed

    target = proposal.target
    problem = write_unless_changed(Path(target.path), target.text.encode(), proposal.patched.encode())
    if problem is not None:
        raise CannotRun(f"{os.path.relpath(target.path)} {problem.reason}")
    say(f"written to {os.path.relpath(target.path)}")
    return 0
