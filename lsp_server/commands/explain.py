"""`bigo explain RULE`: the rule's page, on the terminal."""

from __future__ import annotations

import argparse
import difflib
import sys

from lsp_server.commands.console import CannotRun


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "rule", metavar="RULE", help="the name in brackets or after the severity, as nested-scan"
    )


def run(args: argparse.Namespace) -> int:
    from analyzers import rules
    from lsp_server.render import pages

    known = {rule.name: rule for rule in rules.all_rules()}
    rule = known.get(args.rule)
    if rule is None:
        near = difflib.get_close_matches(args.rule, known, n=1)
        advice = f"did you mean {near[0]}?" if near else f"there are {', '.join(sorted(known))}"
        raise CannotRun(f"there is no rule {args.rule}; {advice}")
    page = pages.rule(rule)
    if sys.stdout.isatty():
        from rich.console import Console
        from rich.markdown import Markdown

        Console().print(Markdown(page))
    else:
        sys.stdout.write(page)
    return 0
