"""The command `bigo`. Results go to standard output, everything else to standard error.

Exit status: 0 clean, 1 findings at or above the threshold, 2 could not run.
"""

from __future__ import annotations

import argparse
import errno
import importlib
import io
import os
import sys
from collections.abc import Sequence
from types import ModuleType

from lsp_server.commands.console import CannotRun, say

# How writing the result fails where nothing can be written to: a full disk or quota, a broken one, a closed file.
_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EBADF})

# Command -> its one line in `bigo --help`. The module is `lsp_server.commands.<command>`, loaded when it is asked for.
COMMANDS = {
    "check": "find the code whose cost grows too fast",
    "complexity": "what each function costs, and why",
    "rewrite": "rewrite one function with Claude, or show what would be sent",
    "verify": "run a function and its former self: the same answers, and less work?",
    "explain": "why a rule is one, with examples; or the findings at PATH:LINE",
    "rules": "list the rules",
    "profile": "show what a profile says",
    "stats": "what rewrites have cost, and what the cache saved",
    "cache": "the answers that are kept: how many, and `bigo cache clear` to forget them",
    "settings": "list the settings and what they are here",
    "doctor": "is everything there that bigo needs?",
    "server": "the language server, for editors",
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; gives the exit status."""
    _speak_utf8()
    try:
        return _run(sys.argv[1:] if argv is None else list(argv))
    except CannotRun as error:
        say(str(error))
        return 2
    except KeyboardInterrupt:
        say("interrupted")
        return 130
    except BrokenPipeError:
        _write_no_more()  # the reader has seen enough (`| head`)
        return 141
    except OSError as error:
        if error.filename is not None or error.errno not in _NO_ROOM:
            return _defect()
        _write_no_more()
        say(f"the result could not be written: {error.strerror}")
        return 2
    except Exception:
        return _defect()


def _defect() -> int:
    """Show the failure that is being handled. Python's own status for one is 1, which here means findings."""
    import traceback

    traceback.print_exc()
    say("this is a defect of bigo; please report it with the lines above")
    return 2


def _write_no_more() -> None:
    """What standard output still holds must not fail again at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _run(argv: list[str]) -> int:
    parser, chosen = _parser(argv)
    args = parser.parse_args(argv)
    if chosen is None:
        parser.print_help(sys.stderr)
        return 2
    status = int(chosen.run(args))
    sys.stdout.flush()
    return status


def _parser(argv: list[str]) -> tuple[argparse.ArgumentParser, ModuleType | None]:
    """The parser, and the module of the command that was asked for. Only that one is loaded."""
    parser = argparse.ArgumentParser(
        prog="bigo",
        description="Find the code whose cost grows too fast, see why, and rewrite it.",
        formatter_class=lambda prog: argparse.HelpFormatter(prog, max_help_position=30),
    )
    parser.add_argument("--version", action=_Version, help="show the version and exit")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands")
    asked = next((word for word in argv if not word.startswith("-")), None)
    chosen = None
    for name, summary in COMMANDS.items():
        one = commands.add_parser(name, help=summary, description=_sentence(summary))
        if name == asked:
            chosen = importlib.import_module(f"lsp_server.commands.{name}")
            chosen.configure(one)
    return parser, chosen


def _sentence(summary: str) -> str:
    return summary[0].upper() + summary[1:] + ("" if summary.endswith("?") else ".")


class _Version(argparse.Action):
    """Reads the version only when it is asked for."""

    def __init__(self, option_strings: Sequence[str], dest: str, help: str | None = None) -> None:
        super().__init__(option_strings, dest, nargs=0, default=argparse.SUPPRESS, help=help)

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from lsp_server.version import version

        print(f"bigo {version()}")
        parser.exit()


def _speak_utf8() -> None:
    """Findings hold characters like `·` and `²`, which a terminal's or pipe's encoding may not have. What is written to a
    closed file goes nowhere; the exit status still tells."""
    sys.stdout = sys.stdout or open(os.devnull, "w")  # noqa: SIM115 until the end
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


if __name__ == "__main__":
    sys.exit(main())
