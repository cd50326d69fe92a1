"""`bigo profile show FILE`: what a profile says, hottest first, by the functions of the project one stands in, or as a
flame graph to open in a browser; and `bigo profile run -- COMMAND`: record one and show it."""

from __future__ import annotations

import argparse
import contextlib
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from lsp_server.commands.console import CannotRun, print_json, say
from lsp_server.profiling.recording import RECORDERS, NoRecorder, Recording, program, recording

if TYPE_CHECKING:
    from analyzers.profiles import Profile


def configure(parser: argparse.ArgumentParser) -> None:
    doing = parser.add_subparsers(dest="doing", metavar="ACTION", required=True)
    show = doing.add_parser("show", help="the functions of a profile file, hottest self time first")
    show.add_argument("file", metavar="FILE", help="cProfile, speedscope, .cpuprofile ...; it is only read")
    show.add_argument("--format", choices=("text", "json"), default="text")
    show.add_argument("--flame", metavar="OUT.html", help="write a flame graph to this file, instead")
    show.add_argument("--thread", choices=("all", "main"), default="all", help="whose time counts")
    show.add_argument("--limit", type=int, default=20, metavar="N", help="at most N functions in the text")
    record = doing.add_parser(
        "run",
        help="run a Python or Node program under the best profiler installed, and show what it measured",
    )
    record.add_argument("--with", dest="recorder", choices=RECORDERS, help="the profiler to use")
    record.add_argument(
        "--output", metavar="FILE", help="where the profile goes; a new file in .prof by default"
    )
    record.add_argument("--limit", type=int, default=20, metavar="N", help="at most N functions in the text")
    record.add_argument(
        "program", nargs=argparse.REMAINDER, metavar="-- COMMAND", help="for example: -- python app.py"
    )


def run(args: argparse.Namespace) -> int:
    """The exit status: 0 or 2 for `show`; what the program ended with for `run`, 2 where it could not be recorded."""
    return _record(args) if args.doing == "run" else _show(args)


def _show(args: argparse.Namespace) -> int:
    from analyzers import profiles
    from lsp_server.commands import measured

    loaded = measured.read(args.file)
    for warning in loaded.warnings:
        say(warning)
    if args.thread == "main":
        loaded = profiles.of_main_thread(loaded)
    if args.flame:
        return _write_flame(loaded, args.flame)
    here = measured.link_here(loaded)
    root = here[1].as_posix() if here else ""
    shown = profiles.show(loaded, here[0] if here else None, root)
    if args.format == "json":
        print_json(shown)
    else:
        sys.stdout.write(profiles.show_text(shown, limit=args.limit, root=root).rstrip("\n") + "\n")
    return 0


def _write_flame(profile: Profile, out: str) -> int:
    from analyzers import profiles
    from lsp_server.render import flame

    graph = profiles.flame(profile)
    if not graph.cells:
        raise CannotRun(f"{profile.path or 'this profile'} holds no time to draw")
    try:
        Path(out).write_text(flame.page(profile, graph, os.path.basename(profile.path)), encoding="utf-8")
    except OSError as error:
        raise CannotRun(f"{out} cannot be written: {error.strerror}") from error
    say(f"flame graph written to {out}; open it in a browser")
    return 0


def _record(args: argparse.Namespace) -> int:
    words = args.program[1:] if args.program[:1] == ["--"] else args.program
    if not words:
        raise CannotRun("name the program to run after `--`: bigo profile run -- python app.py")
    try:
        what = program(words)
        plan = recording(what, lambda suffix: _place(args.output, what.name, suffix), args.recorder)
    except NoRecorder as error:
        raise CannotRun(str(error)) from error
    plan.out.parent.mkdir(parents=True, exist_ok=True)
    status = _run(plan)
    if not plan.out.is_file() or not plan.out.stat().st_size:
        raise CannotRun(
            f"{plan.recorder} left no profile (it ended with status {status}); try another one: --with cProfile"
        )
    say(f"recorded by {plan.recorder}: {os.path.relpath(plan.out)}")
    _show_linked(plan.out, args.limit)
    return status


def _run(plan: Recording) -> int:
    """Run it with this terminal. An interrupt is for the program; its profiler then still writes what it has."""
    try:
        running = subprocess.Popen(plan.command)
    except OSError as error:
        raise CannotRun(f"{plan.command[0]} cannot be started: {error.strerror}") from error
    while running.returncode is None:
        with contextlib.suppress(KeyboardInterrupt):
            running.wait()
    return running.returncode


def _place(output: str | None, name: str, suffix: str) -> Path:
    """The profile's file: as given, else a new one in the workspace's `.prof`, which git is told to ignore."""
    if output:
        return Path(output).absolute()
    from lsp_server.files import workspace

    folder = workspace.find_root(Path()) / ".prof"
    folder.mkdir(exist_ok=True)
    ignore = folder / ".gitignore"
    if not ignore.exists():
        ignore.write_text("*\n", encoding="utf-8")
    return folder / f"{name}-{time.strftime('%Y%m%d-%H%M%S')}{suffix}"


def _show_linked(path: Path, limit: int) -> None:
    from analyzers import profiles
    from lsp_server.commands import measured

    loaded = measured.read(str(path))
    for warning in loaded.warnings:
        say(warning)
    here = measured.link_here(loaded)
    if here is None:
        say("no function of this folder was measured")
        return
    linked, root = here[0], here[1].as_posix()
    shown = profiles.show(loaded, linked, root)
    sys.stdout.write(profiles.show_text(shown, limit=limit, root=root).rstrip("\n") + "\n")
