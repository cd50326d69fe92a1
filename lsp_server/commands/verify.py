"""`bigo verify PATH::QUALNAME`: the function as it is now against the one of a revision: the same answers, and less work?

It runs both, in a process that can do nothing but compute, and only where it can be seen that they do nothing else.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from lsp_server.commands.console import CannotRun, print_json

if TYPE_CHECKING:
    from lsp_server.commands.gather import Gathered


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("target", metavar="PATH::QUALNAME", help="a function, as shop/report.py::totals")
    parser.add_argument("--since", metavar="REV", default="HEAD", help="the revision with the old one (HEAD)")
    parser.add_argument("--format", choices=("text", "json"), default="text")


def run(args: argparse.Namespace) -> int:
    """0 where it is verified, 1 where the versions differ or the work does not grow more slowly, 2 where nobody can tell."""
    from lsp_server import verify
    from lsp_server.commands import gather
    from lsp_server.files import changes, workspace

    path, separator, qualname = args.target.rpartition("::")
    if not separator or not path.endswith(".py"):
        raise CannotRun(f"{args.target}: write PATH::QUALNAME of a function in a Python file")
    root, settings = gather.settings_for([path])
    gathered = gather.gather([path], root, settings)
    now = gathered.texts(workspace.key(path))
    if now is None:
        raise CannotRun(f"{path} cannot be read")
    try:
        then = changes.text_at(Path(path), args.since)
        queries = _sends_queries(gathered, workspace.key(path), qualname)
        verdict = verify.verify(then, now.source.decode("utf-8", "replace"), qualname, queries=queries)
    except changes.NoHistory as error:
        raise CannotRun(str(error)) from error
    except verify.CannotVerify as reason:
        raise CannotRun(f"cannot verify, because {reason}") from reason
    if args.format == "json":
        print_json(verdict.as_dict())
    else:
        print(verdict.summary())
    return 0 if verdict.proved else 1


def _sends_queries(gathered: Gathered, path: str, qualname: str) -> bool:
    from analyzers import check

    if gathered.project.facts(path) is None:
        return False
    return any(r.qualname == qualname and r.queries for r in check.complexity(gathered.project, path))
