"""`bigo doctor`: is everything there that bigo needs? Prints no secret."""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from lsp_server.commands.console import print_json

if TYPE_CHECKING:
    from analyzers.languages import Language

LIBRARIES = ("pygls", "lsprotocol", "tree-sitter", "msgspec", "pathspec", "anthropic", "tiktoken")


class Row(NamedTuple):
    what: str
    finding: str
    good: bool = True


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--format", choices=("text", "json"), default="text")


def run(args: argparse.Namespace) -> int:
    """0 where analysis works, 1 where something it needs is broken. A missing key is no fault."""
    rows = [*_versions(), *_grammars(), *_folders(), *_settings(), *_programs(), *_rewrites(), *_editors()]
    if args.format == "json":
        print_json({"rows": [row._asdict() for row in rows]})
    else:
        width = max(len(row.what) for row in rows)
        for row in rows:
            print(f"{'ok ' if row.good else 'BAD'} {row.what:{width}}  {row.finding}")
    return 0 if all(row.good for row in rows) else 1


def _versions() -> Iterator[Row]:
    from lsp_server.version import version

    yield Row("bigo", f"{version()} in {Path(__file__).parents[1]}")
    yield Row("python", f"{platform.python_version()} ({sys.executable}) on {platform.platform()}")
    yield from map(_library, LIBRARIES)


def _library(name: str) -> Row:
    from importlib import metadata

    try:
        return Row(name, metadata.version(name))
    except metadata.PackageNotFoundError:
        return Row(name, "not installed; install bigo again", good=False)


def _grammars() -> Iterator[Row]:
    from analyzers.languages import LANGUAGES

    yield from map(_grammar, LANGUAGES)


def _grammar(language: Language) -> Row:
    from analyzers.extract import facts_of

    what = f"grammar {language.name}"
    try:
        facts_of(b"", language)
    except Exception as error:
        return Row(what, f"fails: {type(error).__name__}: {error}", good=False)
    return Row(what, "loads and parses")


def _folders() -> Iterator[Row]:
    from lsp_server import places

    for what, folder in (("cache folder", places.cache_dir()), ("state folder", places.state_dir())):
        # The nearest folder that exists decides: nothing is created just to look.
        existing = next(parent for parent in (folder, *folder.parents) if parent.exists())
        writable = existing.is_dir() and os.access(existing, os.W_OK)
        yield Row(what, f"{folder}{'' if writable else ' cannot be written to'}", good=writable)


def _settings() -> Iterator[Row]:
    from lsp_server import settings
    from lsp_server.files import workspace

    root = workspace.find_root(Path())
    values, problems = settings.load(root)
    wrong = [*problems, *settings.unknown_names(values)]
    yield Row("your settings", f"{settings.user_file()}{'' if settings.user_file().exists() else ' (none)'}")
    yield Row("workspace", str(root))
    for problem in wrong:
        yield Row("settings", problem, good=False)


def _programs() -> Iterator[Row]:
    git = shutil.which("git")
    if git is None:
        yield Row("git", "not found; --since needs it")
        return
    done = subprocess.run([git, "--version"], capture_output=True, text=True, check=False)
    yield Row("git", done.stdout.strip() or "does not run")


def _rewrites() -> Iterator[Row]:
    from lsp_server import places, rewrites

    for what, finding in rewrites.doctor(os.environ, rewrites.Ledger(places.state_dir())):
        yield Row(what, finding)


def _editors() -> Iterator[Row]:
    command = shutil.which("bigo")
    yield Row("command", command or "bigo is not on the PATH; editors need its full path")
    for name, hint in (
        ("code", "install the extension (README, VS Code)"),
        ("nvim", "see editors/nvim"),
        ("hx", "see editors/helix"),
        ("emacs", "see editors/emacs"),
    ):
        found = shutil.which(name)
        if found:
            yield Row(f"editor {name}", f"{found}; {hint}")
