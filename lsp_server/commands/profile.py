"""`bigo profile show FILE`: what a profile says, hottest first."""

from __future__ import annotations

import argparse
import sys

from lsp_server.commands.console import print_json, say


def configure(parser: argparse.ArgumentParser) -> None:
    doing = parser.add_subparsers(dest="doing", metavar="ACTION", required=True)
    show = doing.add_parser("show", help="the functions of a profile file, hottest self time first")
    show.add_argument("file", metavar="FILE", help="cProfile, speedscope, .cpuprofile ...; it is only read")
    show.add_argument("--format", choices=("text", "json"), default="text")
    show.add_argument("--limit", type=int, default=20, metavar="N", help="at most N functions in the text")


def run(args: argparse.Namespace) -> int:
    from analyzers import profiles
    from lsp_server.commands import measured

    loaded = measured.read(args.file)
    for warning in loaded.warnings:
        say(warning)
    shown = profiles.show(loaded)
    if args.format == "json":
        print_json(shown)
    else:
        sys.stdout.write(profiles.show_text(shown, limit=args.limit).rstrip("\n") + "\n")
    return 0
