"""The workspace index: the facts of every file, read in the background, so that cost is seen through calls.

Progress: https://microsoft.github.io/language-server-protocol/specifications/lsp/3.17/specification/#serverInitiatedProgress
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from analyzers.project.kept import Kept
from lsp_server.features import diagnostics
from lsp_server.features.progress import Progress
from lsp_server.files import indexing, workspace
from lsp_server.server import BigoServer
from lsp_server.session import modified
from lsp_server.settings_table import Settings

_TAKE = 32  # files between two looks at what else is to be done
_SHOWN_REASONS = 5


async def build(ls: BigoServer) -> None:
    """Index the workspace; then check the open documents again, now that their callees are known.

    A failure is a message and leaves what was learnt; open documents stay as the editor has them.
    """
    try:
        await _build(ls)
    finally:
        ls.session.read_up = True
    await diagnostics.refresh_all(ls)


async def _build(ls: BigoServer) -> None:
    session = ls.session
    if not session.settings.analysis.index or not session.roots:
        return
    began = time.monotonic()
    try:
        async with Progress(ls, "bigo: reading the workspace") as progress:
            paths = await session.files.run(listing, session.roots, session.settings)
            reasons = await _read(ls, paths, progress)
    except Exception as error:
        ls.warn(
            f"reading the workspace stopped ({type(error).__name__}: {error}); costs in other files may be missed"
        )
        return
    seconds = time.monotonic() - began
    ls.say(f"{len(paths) - len(reasons)} files read in {seconds:.1f} s, {len(reasons)} skipped")
    for path, reason in reasons[:_SHOWN_REASONS]:
        ls.say(f"skipped: {path} {reason}")
    session.world_changed()


async def catch_up(ls: BigoServer) -> None:
    """Read what changed on disk since it was read, for clients that do not watch files; at most every few seconds."""
    session = ls.session
    if session.client.watches or not session.may_catch_up() or not session.settings.analysis.index:
        return
    now = await session.files.run(_times, session.roots, session.settings)
    changed = [path for path, at in now.items() if session.indexed.get(path) != at]
    gone = [path for path in session.indexed if path not in now]
    if changed or gone:
        await session.reread([*changed, *gone])


def listing(roots: tuple[str, ...], settings: Settings) -> list[str]:
    """The keys of the workspace's source files."""
    return list(workspace.keys([Path(root) for root in roots], settings))


def _times(roots: tuple[str, ...], settings: Settings) -> dict[str, int]:
    return {path: modified(path) for path in listing(roots, settings)}


async def _read(ls: BigoServer, paths: list[str], progress: Progress) -> list[tuple[str, str]]:
    """Teach the engine the facts of the files; the ones that gave none, with the reason."""
    from lsp_server.files.reading import index_all
    from lsp_server.files.store import Store
    from lsp_server.places import cache_dir

    session = ls.session
    limit, workers = session.settings.analysis.max_file_size, session.settings.analysis.workers
    # One worker would mean this process, where parsing holds the interpreter and the editor waits.
    workers = max(2, workers or (os.cpu_count() or 2) - 1)
    store = Store(cache_dir())
    results = index_all(paths, limit, workers, store=store, threaded=True)
    reasons: list[tuple[str, str]] = []
    done = 0
    try:
        while taken := await session.files.run(_take, results):
            good = await session.files.run(_kept, taken)
            await session.ask(session.engine.learn, [(path, facts) for path, facts, _ in good])
            session.indexed.update((path, changed) for path, _, changed in good)
            reasons += [(found.path, found.reason) for found in taken if found.facts is None]
            done += len(taken)
            progress.report(f"{done} of {len(paths)} files", done / len(paths))
    finally:
        await session.files.run(store.close)
    return reasons


def _kept(taken: list[indexing.Indexed]) -> list[tuple[str, Kept, int]]:
    """Path, facts and time of the last change of the files that gave facts. Not for the loop: it takes milliseconds."""
    return [
        (found.path, Kept(found.facts), modified(found.path)) for found in taken if found.facts is not None
    ]


def _take(results: Iterator[indexing.Indexed]) -> list[indexing.Indexed]:
    return list(islice(results, _TAKE))
