"""`bigo explain RULE`: the rule's page, on the terminal. `bigo explain PATH:LINE`: the findings of a line with their evidence,
and with `--claude` a sentence on each by the small model."""

from __future__ import annotations

import argparse
import difflib
import sys
from typing import TYPE_CHECKING

from lsp_server.commands.console import CannotRun, say

if TYPE_CHECKING:
    from analyzers.findings import Finding
    from lsp_server.commands.gather import Gathered


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "what",
        metavar="RULE|PATH:LINE",
        help="a rule, as nested-scan, or a place with findings, as shop/report.py:14",
    )
    asking = parser.add_mutually_exclusive_group()
    asking.add_argument(
        "--claude", action="store_true", help="ask the small model too; the price is told first"
    )
    asking.add_argument(
        "--show-request",
        action="store_true",
        help="print what --claude would send; send nothing, need no key",
    )


def run(args: argparse.Namespace) -> int:
    path, _, line = args.what.rpartition(":")
    if path and line.isdigit():
        return _place(args, path, int(line))
    return _rule(args.what)


def _place(args: argparse.Namespace, path: str, line: int) -> int:
    """0 where the line's findings are explained, 2 where an answer was asked for and did not come."""
    from lsp_server.commands import gather, measured
    from lsp_server.files import workspace
    from lsp_server.render import located, text

    root, settings = gather.settings_for([path])
    gathered = gather.gather([path], root, settings)
    key = workspace.key(path)
    source = gathered.texts(key)
    if source is None or gathered.project.facts(key) is None:
        raise CannotRun(f"{path} {gathered.skipped.get(key, 'is no file that bigo reads')}")
    every = measured.findings(gathered, key, source, None)
    found = [one for one in every if source.line_of(one.place.span.start) + 1 == line]
    if not found:
        raise CannotRun(f"there is no finding at {path}:{line}; `bigo check {path}` lists them")
    spell = located.Spelling.for_arguments([path])
    status = 0
    for finding in found:
        if not args.show_request:
            for row in text.findings([located.locate(finding, gathered.texts, spell)]):
                print(row)
        if args.claude or args.show_request:
            status = max(status, _ask(args, gathered, key, finding))
    return status


def _ask(args: argparse.Namespace, gathered: Gathered, path: str, finding: Finding) -> int:
    """The small model's sentence on one finding, or the request for it."""
    import anyio

    from lsp_server import places
    from lsp_server.briefing import targets
    from lsp_server.rewrites import Refused, RewriteFailed, Rewriter
    from lsp_server.rewrites.asking import asks

    facts, source = gathered.project.facts(path), gathered.texts(path)
    assert facts is not None
    assert source is not None
    settings = targets.rewrite_settings(gathered.settings)
    rewriter = Rewriter(settings, places.state_dir(), places.cache_dir(), None)
    try:
        target = targets.target_for(
            gathered.project,
            path,
            source,
            targets.function_named(facts, finding.function),
            root=gathered.root.as_posix(),
            text_of=gathered.texts,
            findings=[finding],
        )
        question = asks.explanation(target, settings, rewriter.calibration)
    except (Refused, targets.NoTarget) as error:
        raise CannotRun(str(error)) from error
    if args.show_request:
        print(question.as_document().rstrip("\n"))
        return 0
    say(f"{finding.function}: {question.model}, {question.estimate.title()}")

    async def ask() -> str:
        try:
            return (await rewriter.ask(question, lambda text: asks.explained(question, text))).value
        finally:
            await rewriter.close()

    try:
        print(f"    Claude: {anyio.run(ask)}")
    except RewriteFailed as failure:
        say(str(failure))
        return 2
    return 0


def _rule(name: str) -> int:
    from analyzers import rules
    from lsp_server.render import pages

    known = {rule.name: rule for rule in rules.all_rules()}
    rule = known.get(name)
    if rule is None:
        near = difflib.get_close_matches(name, known, n=1)
        advice = f"did you mean {near[0]}?" if near else f"there are {', '.join(sorted(known))}"
        raise CannotRun(f"there is no rule {name}; {advice}")
    page = pages.rule(rule)
    if sys.stdout.isatty():
        from rich.console import Console
        from rich.markdown import Markdown

        Console().print(Markdown(page))
    else:
        sys.stdout.write(page)
    return 0
