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
from dataclasses import dataclass
from itertools import chain

from lsp_server.files.indexing import Indexed, index_some
from lsp_server.schedule import begin_worker

DEFECT = "could not be analysed"  # how the reason of a defect of ours begins, here and in `indexing`
CHUNK = 16  # files a worker takes at a time
PATIENCE = 5
"""How much nicer than this process are workers beside an editor: where it wants time, they get a third of its share."""

# Below this many files, starting processes costs more than it brings.
WORTH_WORKERS = 4 * CHUNK


def index_all(
    paths: Sequence[str], max_size: int, workers: int = 0, *, threaded: bool = False
) -> Iterator[Indexed]:
    """What `indexing` makes of each of the paths, in order. `workers` 0 means one per core; `threaded` says that
    this process has several threads, and must not be forked."""
    workers = min(workers or cores(), max(1, len(paths) // CHUNK))
    if workers == 1 or len(paths) < WORTH_WORKERS:
        for path in paths:
            yield from index_some(max_size, [path])
        return
    chunks = [paths[i : i + CHUNK] for i in range(0, len(paths), CHUNK)]
    yield from _with_workers(chunks, max_size, _Pools(workers, threaded))


def one(path: str, max_size: int) -> Indexed:
    """The same for one file, made here."""
    return index_some(max_size, [path])[0]


@dataclass(frozen=True)
class _Pools:
    """How worker processes are started."""

    workers: int
    threaded: bool

    def make(self, workers: int = 0) -> ProcessPoolExecutor:
        """A pool of so many, or of the usual number."""
        return ProcessPoolExecutor(
            workers or self.workers,
            mp_context=self._context(),
            initializer=begin_worker,
            initargs=(PATIENCE if self.threaded else 0,),
        )

    def _context(self) -> multiprocessing.context.BaseContext:
        if sys.platform != "linux":
            return multiprocessing.get_context("spawn")
        if not self.threaded:
            return multiprocessing.get_context("fork")  # a tenth of the cost, safe with one thread
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["analyzers.extract", "analyzers.project.kept"])
        return context


def _with_workers(chunks: Sequence[Sequence[str]], max_size: int, pools: _Pools) -> Iterator[Indexed]:
    done = 0
    try:
        with pools.make() as pool:
            for result in _in_order(pool, chunks, max_size, ahead=4 * pools.workers):
                yield from result
                done += 1
        return
    except BrokenProcessPool:
        pass
    except (OSError, PermissionError, ImportError):  # no processes or semaphores to be had here
        for path in chain.from_iterable(chunks[done:]):
            yield from index_some(max_size, [path])
        return
    yield from _one_by_one(list(chain.from_iterable(chunks[done:])), max_size, pools)


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


def _one_by_one(paths: Sequence[str], max_size: int, pools: _Pools) -> Iterator[Indexed]:
    """A worker of its own for a chunk; where that dies, for each file of it."""
    for start in range(0, len(paths), CHUNK):
        chunk = paths[start : start + CHUNK]
        loaded = _alone(chunk, max_size, pools)
        if loaded is not None:
            yield from loaded
            continue
        for path in chunk:
            single = _alone([path], max_size, pools)
            yield from single or [Indexed(path, None, f"{DEFECT}: the parser crashed")]


def _alone(paths: Sequence[str], max_size: int, pools: _Pools) -> list[Indexed] | None:
    try:
        with pools.make(1) as pool:
            return pool.submit(index_some, max_size, paths).result()
    except BrokenProcessPool:
        return None


def cores() -> int:
    """How many processes can run at a time."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:
        return os.cpu_count() or 1
