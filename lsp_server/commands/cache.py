"""`bigo cache`: how many answers of Claude are kept, and where; `bigo cache clear` forgets them."""

from __future__ import annotations

import argparse
from pathlib import Path
from urllib.parse import urlsplit

from lsp_server.commands.console import CannotRun


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", nargs="?", choices=("show", "clear"), default="show")


def run(args: argparse.Namespace) -> int:
    from lsp_server.commands.gather import settings_for
    from lsp_server.places import cache_dir
    from lsp_server.rewrites.keeping.cache import SharedAnswers, answers

    _, settings = settings_for([str(Path.cwd())])
    url = settings.rewrite.cache_url
    store = answers(cache_dir(), url)
    where = f"in {urlsplit(url).hostname or url}" if url else "on this machine"
    if args.action == "clear":
        line = f"{store.clear()} answers {where} were forgotten."
    else:
        count, size = store.size()
        line = f"{count} answers {where}, {size / 1e6:.1f} MB; kept for {settings.rewrite.cache_days} days."
    if isinstance(store, SharedAnswers) and store.problem:
        raise CannotRun(f"the store of answers cannot be used: {store.problem}")
    print(line)
    return 0
