"""The findings of many files, on all cores.

What is said of a file does not depend on which files were checked before it (`evaluate/circles.py`), so it does not
depend on how the files are dealt out either.
"""

from __future__ import annotations

import gc
import logging
import multiprocessing
import os
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from threading import BrokenBarrierError
from typing import TYPE_CHECKING, NamedTuple

from analyzers.findings import Finding
from lsp_server.commands import earlier
from lsp_server.files import batch
from lsp_server.schedule import begin_worker

if TYPE_CHECKING:
    from multiprocessing.synchronize import Barrier

    from analyzers.profiles import Linked
    from lsp_server.commands.gather import Gathered

log = logging.getLogger(__name__)

PARTS = 8
"""Into how many parts each worker's share is dealt: neighbours share callees, and the last part ends nearly together."""

WORTH_WORKERS = 40
"""Below this many files, starting processes costs more than it brings."""


class OfFile(NamedTuple):
    """What checking one file gave, or why it was not checked."""

    path: str
    findings: tuple[Finding, ...] = ()
    lines: int = 0
    reason: str = ""  # the end of a sentence that begins with the path


def check_files(gathered: Gathered, linked: Linked | None, paths: Sequence[str]) -> Iterator[OfFile]:
    """The findings of some of the files, in order; then what they rest on is added to `gathered.resting`."""
    workers = gathered.settings.analysis.workers or batch.cores()
    size = max(1, len(paths) // (workers * PARTS))
    # Only a fork has the project for nothing.
    if workers > 1 and len(paths) >= WORTH_WORKERS and sys.platform == "linux":
        done = 0
        for found in _by_workers(gathered, linked, [paths[i : i + size] for i in range(0, len(paths), size)]):
            yield found
            done += 1
        paths = paths[done:]  # what a pool that broke has left
    here: list[str] = []
    for path in paths:
        found = check_file(gathered, linked, path)
        if not found.reason:
            here.append(path)
        yield found
    if gathered.resting is not None and here and (part := _part(gathered, here)):
        gathered.resting.append(part)


def check_file(gathered: Gathered, linked: Linked | None, path: str) -> OfFile:
    """The findings of one file. A defect of ours is its reason; the other files are not to blame."""
    from lsp_server.commands import measured
    from lsp_server.files.workspace import Unreadable

    text = gathered.texts.read(path)
    if isinstance(text, Unreadable):  # it was there a moment ago
        return OfFile(path, reason=text.reason)
    try:
        found = measured.findings(gathered, path, text, linked)
    except Exception as error:
        if os.environ.get("BIGO_DEBUG"):
            raise
        why = f"could not be checked: {type(error).__name__}: {error} (please report this)"
        return OfFile(path, reason=why)
    if gathered.since is not None:
        found = gathered.since.of_dependents(gathered.project, path, found)
    return OfFile(path, found, text.written_lines)


# ----------------------------------------------------------------------------------------------------- workers

MAX_WAIT = 120.0
"""Seconds for which a worker that has nothing left to check waits for the others."""


class _Shared(NamedTuple):
    """What the workers find when they are forked. All of them wait at `end`, so that each is there once."""

    gathered: Gathered
    linked: Linked | None
    end: Barrier


_shared: _Shared | None = None
_checked: list[str] = []  # the files that this worker has checked


def _by_workers(
    gathered: Gathered, linked: Linked | None, parts: Sequence[Sequence[str]]
) -> Iterator[OfFile]:
    from analyzers import check

    global _shared
    check.prepare(gathered.project)
    workers = gathered.settings.analysis.workers or batch.cores()
    fork = multiprocessing.get_context("fork")
    _shared = _Shared(gathered, linked, fork.Barrier(workers))
    gc.freeze()  # what is loaded is left alone, so that the workers' memory stays one with this one's
    try:
        with ProcessPoolExecutor(workers, mp_context=fork, initializer=_begin) as pool:
            for found in pool.map(_check_part, parts):
                yield from found
            if gathered.resting is not None:
                each = [pool.submit(_resting) for _ in range(workers)]
                gathered.resting += [part for one in each if (part := one.result())]
    except (BrokenProcessPool, OSError, PermissionError, ImportError):
        return
    finally:
        _shared = None


def _begin() -> None:
    from analyzers import check

    begin_worker()
    check.nothing_is_edited()


def _check_part(paths: Sequence[str]) -> list[OfFile]:
    assert _shared is not None
    found = [check_file(_shared.gathered, _shared.linked, path) for path in paths]
    _checked.extend(one.path for one in found if not one.reason)
    return found


def _resting() -> bytes:
    """What the findings rest on of the files that this worker has checked; nothing where the others did not come."""
    assert _shared is not None
    try:
        _shared.end.wait(MAX_WAIT)
    except BrokenBarrierError:
        return b""
    return _part(_shared.gathered, _checked) if _checked else b""


def _part(gathered: Gathered, paths: Sequence[str]) -> bytes:
    """What the findings of these files rest on. The findings stand where that cannot be said: the next scan looks for them anew."""
    try:
        return earlier.part_of(gathered.project, paths)
    except Exception:
        log.exception("what the findings rest on could not be kept; the next scan checks all files again")
        return b""
