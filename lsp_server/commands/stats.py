"""`bigo stats`: what rewrites have cost, and what the cache saved."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from typing import Any

from lsp_server.commands.console import print_json


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--format", choices=("text", "json"), default="text")
    parser.add_argument("--days", type=int, default=30, metavar="N", help="the last N days (30)")


def run(args: argparse.Namespace) -> int:
    from lsp_server.places import state_dir
    from lsp_server.rewrites import Ledger

    summary = Ledger(state_dir()).summary(days=args.days).as_dict()
    if args.format == "json":
        print_json(summary)
    else:
        for line in _lines(summary):
            print(line)
    return 0


def _lines(values: Mapping[str, Any], indent: str = "") -> Iterator[str]:
    for name, value in values.items():
        label = name.replace("_", " ").replace(" usd", " (USD)")
        if isinstance(value, Mapping):
            yield f"{indent}{label}:" + ("" if value else " none")
            yield from _lines(value, indent + "  ")
        elif isinstance(value, float):
            yield f"{indent}{label}: {value:,.4f}".rstrip("0").rstrip(".")
        else:
            yield f"{indent}{label}: {value}"
