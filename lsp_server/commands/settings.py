"""`bigo settings`: every setting, what it is here, and how it is written."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from lsp_server.commands.console import print_json, say


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "path", nargs="?", default=".", metavar="PATH", help="whose settings (the current folder)"
    )
    parser.add_argument(
        "--format",
        choices=("text", "json", "markdown", "vscode"),
        default="text",
        help="json: the values; markdown: the page in docs; vscode: contributes.configuration of the extension",
    )


def run(args: argparse.Namespace) -> int:
    from lsp_server import settings
    from lsp_server.files import workspace
    from lsp_server.render import pages

    if args.format == "vscode":
        print_json(pages.vscode_configuration())
        return 0
    if args.format == "markdown":
        sys.stdout.write(pages.settings())
        return 0
    values, problems = settings.load(workspace.find_root(Path(args.path)))
    for problem in [*problems, *settings.unknown_names(values)]:
        say(problem)
    if args.format == "json":
        print_json(values)
        return 0
    for row in settings.rows():
        value = getattr(getattr(values, row.section), row.name)
        mark = "" if value == row.default else "  (set)"
        print(f"{row.client_key} = {pages.literal(value)}{mark}")
    return 0
