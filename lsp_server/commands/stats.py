"""`bigo stats`: what rewrites have cost, and what the cache saved; with `--html` as a page with plots."""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path

from lsp_server.commands.console import CannotRun, print_json, say


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--format", choices=("text", "json"), default="text")
    parser.add_argument("--days", type=_days, default=30, metavar="N", help="the last N days (30)")
    parser.add_argument("--html", metavar="OUT.html", help="write a page with plots to this file, instead")


def _days(text: str) -> int:
    days = int(text)
    if not 1 <= days <= 3660:
        raise argparse.ArgumentTypeError("a number of days from 1 to 3660")
    return days


def run(args: argparse.Namespace) -> int:
    from lsp_server.places import state_dir
    from lsp_server.render import stats
    from lsp_server.rewrites import Ledger

    summary = Ledger(state_dir()).summary(days=args.days)
    if args.html:
        _write(args.html, stats.page(summary, date.today()))
    elif args.format == "json":
        print_json(summary.as_dict())
    else:
        for line in stats.lines(summary):
            print(line)
    return 0


def _write(out: str, page: str) -> None:
    try:
        Path(out).write_text(page, encoding="utf-8")
    except OSError as error:
        raise CannotRun(f"{out} cannot be written: {error.strerror}") from error
    say(f"page written to {out}; open it in a browser")
