"""A terminal of its own for a program with a text interface: keys go in, the screen comes out. Needs tmux."""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path


class Terminal:
    """A program in a tmux server of its own; see `terminal`."""

    def __init__(self, tmux: str, socket: str) -> None:
        self._command = (tmux, "-L", socket, "-f", os.devnull)

    def tmux(self, *arguments: str) -> str:
        done = subprocess.run([*self._command, *arguments], capture_output=True, check=True, timeout=30)
        return done.stdout.decode(errors="replace")

    def keys(self, *names: str) -> None:
        """Press keys, by tmux's names: `Enter`, `Escape`, `Space`, `C-n`, or the characters themselves."""
        self.tmux("send-keys", *names)

    def screen(self, *, colours: bool = False) -> str:
        """What is on the screen; with `colours`, whole rows with the terminal's escape sequences."""
        return self.tmux("capture-pane", "-p", *(["-e", "-N"] if colours else []))

    def until(self, pattern: str, seconds: float = 60) -> str:
        """Wait until the screen matches a regular expression; returns the screen, or fails with it."""
        end = time.monotonic() + seconds
        while not re.search(pattern, screen := self.screen()):
            assert time.monotonic() < end, f"{pattern!r} did not appear:\n{screen}"
            time.sleep(0.1)
        return screen


@contextlib.contextmanager
def terminal(
    tmux: str,
    command: Sequence[str],
    *,
    folder: Path,
    environment: Mapping[str, str],
    columns: int = 120,
    rows: int = 30,
) -> Iterator[Terminal]:
    """Run `command` in `folder` with exactly `environment`, on a screen of the given size; killed at the end."""
    socket = f"bigo-{os.getpid()}-{time.monotonic_ns()}"
    screen = Terminal(tmux, socket)
    pairs = [f"{name}={value}" for name, value in environment.items()]
    line = shlex.join(["env", "-i", *pairs, "TERM=tmux-256color", "COLORTERM=truecolor", *command])
    size = ("-x", str(columns), "-y", str(rows))
    screen.tmux("new-session", "-d", *size, "-c", str(folder), line)
    try:
        yield screen
    finally:
        with contextlib.suppress(subprocess.CalledProcessError):
            screen.tmux("kill-server")
