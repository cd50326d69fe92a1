"""Facts of many closed files: read, parsed and lowered in worker processes, in the order they were asked for.

A file that cannot be read gives a reason. A file that takes its worker down with it is found and named; the others
go on. Where no worker can be started, the work is done here.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import chain

from lsp_server.indexing import Indexed, index_some

CHUNK = 16  # files a worker takes at a time
# Below this many files, starting processes costs more than it brings.
WORTH_WORKERS = 4 * CHUNK


def index_all(paths: Sequence[str], max_size: int, workers: int = 0) -> Iterator[Indexed]:
    """What `indexing` makes of each of the paths, in order. `workers` 0 means one per core."""
    workers = min(workers or _cores(), max(1, len(paths) // CHUNK))
    if workers == 1 or len(paths) < WORTH_WORKERS:
        for path in paths:
            yield from index_some(max_size, [path])
        return
    chunks = [paths[i : i + CHUNK] for i in range(0, len(paths), CHUNK)]
    yield from _with_workers(chunks, max_size, workers)


def _with_workers(chunks: Sequence[Sequence[str]], max_size: int, workers: int) -> Iterator[Indexed]:
    done = 0
    try:
        with ProcessPoolExecutor(workers, mp_context=_context()) as pool:
            for result in _in_order(pool, chunks, max_size, ahead=4 * workers):
                yield from result
                done += 1
        return
    except BrokenProcessPool:
        pass
    except (OSError, PermissionError, ImportError):  # no processes or semaphores to be had here
        for path in chain.from_iterable(chunks[done:]):
            yield from index_some(max_size, [path])
        return
    yield from _one_by_one(list(chain.from_iterable(chunks[done:])), max_size)


def _in_order(
    pool: ProcessPoolExecutor, chunks: Sequence[Sequence[str]], max_size: int, ahead: int
) -> Iterator[list[Indexed]]:
    """Results of the chunks; no more than `ahead` of them wait in memory."""
    waiting: deque[Future[list[Indexed]]] = deque()
    for chunk in chunks:
        waiting.append(pool.submit(index_some, max_size, chunk))
        if len(waiting) >= ahead:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


def _one_by_one(paths: Sequence[str], max_size: int) -> Iterator[Indexed]:
    """A worker of its own for a chunk; where that dies, for each file of it."""
    for start in range(0, len(paths), CHUNK):
        chunk = paths[start : start + CHUNK]
        loaded = _alone(chunk, max_size)
        if loaded is not None:
            yield from loaded
            continue
        for path in chunk:
            single = _alone([path], max_size)
            yield from single or [Indexed(path, None, "could not be analysed: the parser crashed")]


def _alone(paths: Sequence[str], max_size: int) -> list[Indexed] | None:
    try:
        with ProcessPoolExecutor(1, mp_context=_context()) as pool:
            return pool.submit(index_some, max_size, paths).result()
    except BrokenProcessPool:
        return None


def _context() -> multiprocessing.context.BaseContext:
    # Forking is a tenth of the cost where it is safe: on Linux, from a process that has one thread.
    return multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")


def _cores() -> int:
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:
        return os.cpu_count() or 1
