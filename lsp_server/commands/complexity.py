"""`bigo complexity`: what each function costs, and why."""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING

from lsp_server.commands.console import print_json, progress

if TYPE_CHECKING:
    from lsp_server.commands.gather import Gathered
    from lsp_server.render.located import LocatedFunction, Spelling


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "paths", nargs="*", metavar="PATH", help="files and folders; the current folder by default"
    )
    parser.add_argument("--format", choices=("text", "json"), default="text")


def run(args: argparse.Namespace) -> int:
    """0, or 2 where a file named on the command line could not be looked at."""
    from lsp_server.commands import gather
    from lsp_server.render.located import Spelling

    root, settings = gather.settings_for(args.paths)
    gathered = gather.gather(args.paths, root, settings)
    spell = Spelling.for_arguments(args.paths)
    with progress("deriving") as advance:
        functions: list[LocatedFunction] = []
        for done, path in enumerate(gathered.wanted, 1):
            functions += _functions(gathered, path, spell)
            advance(done, len(gathered.wanted))
    if args.format == "json":
        print_json({"functions": functions})
    else:
        from lsp_server.render import text

        sys.stdout.writelines(line + "\n" for line in text.functions(functions))
    return 2 if gathered.failed else 0


def _functions(gathered: Gathered, path: str, spell: Spelling) -> list[LocatedFunction]:
    from analyzers.check import complexity
    from lsp_server.render.located import locate_function

    try:
        reports = complexity(gathered.project, path)
        return [locate_function(report, gathered.texts, spell) for report in reports]
    except Exception as error:  # our defect; the other files are not to blame
        if os.environ.get("BIGO_DEBUG"):
            raise
        gathered.skip(path, f"could not be analysed: {type(error).__name__}: {error} (please report this)")
        return []
