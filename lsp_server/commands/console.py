"""What a command says besides its result: all of it on stderr, progress only where a person watches."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol


class CannotRun(Exception):
    """The command cannot do what it was asked to; the text says why and what to do. Exit status 2."""


def say(line: str) -> None:
    """One line on stderr."""
    print(f"bigo: {line}", file=sys.stderr)


class Advance(Protocol):
    def __call__(self, done: int, total: int, /) -> None: ...


def _silent(done: int, total: int, /) -> None:
    pass


@contextmanager
def progress(what: str) -> Iterator[Advance]:
    """A bar on stderr when that is a terminal, nothing otherwise. Gone when done."""
    if not sys.stderr.isatty():
        yield _silent
        return
    from rich.console import Console
    from rich.progress import Progress

    # No refresh thread: worker processes may be forked while the bar is up.
    with Progress(console=Console(stderr=True), transient=True, auto_refresh=False) as bar:
        task = bar.add_task(what, total=None)
        last = 0.0

        def advance(done: int, total: int, /) -> None:
            nonlocal last
            now = time.monotonic()
            if now - last > 0.1 or done == total:
                last = now
                bar.update(task, completed=done, total=total, refresh=True)

        yield advance


def print_json(value: object) -> None:
    """`value` as one line of JSON on stdout, in UTF-8 whatever the terminal's encoding is."""
    import msgspec

    sys.stdout.flush()
    sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(value), indent=2) + b"\n")
    sys.stdout.buffer.flush()
