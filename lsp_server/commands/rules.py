"""`bigo rules`: what is looked for."""

from __future__ import annotations

import argparse

from lsp_server.commands.console import print_json


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--format", choices=("text", "json"), default="text")


def run(args: argparse.Namespace) -> int:
    from analyzers import rules
    from lsp_server.render import pages

    known = rules.all_rules()
    if args.format == "json":
        print_json({"rules": [pages.rule_row(rule) for rule in known]})
        return 0
    width = max(len(rule.name) for rule in known)
    for rule in known:
        print(f"{rule.name:{width}}  {rule.severity.label:11}  {rule.summary}")
    return 0
