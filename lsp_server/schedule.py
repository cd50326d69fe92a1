"""When work runs: debounced on the event loop, analysis on one thread; indexing in processes is in `batch.py`.

The thread pool of pygls reads stdin, so nothing here uses it. A job on a thread or in a process cannot be stopped
half-way; whoever asked compares versions when the result comes and drops a stale one.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import multiprocessing
import os
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import wait as wait_for_futures
from multiprocessing.connection import wait
from typing import Any, ParamSpec, TypeVar

log = logging.getLogger(__name__)

T = TypeVar("T")
P = ParamSpec("P")


class Debouncer:
    """Runs the last of several requests for the same key, once the key has been quiet for the delay."""

    def __init__(self) -> None:
        self._timers: dict[str, asyncio.Handle] = {}
        self._running: set[asyncio.Future[None]] = set()

    def schedule(self, key: str, seconds: float, work: Callable[[], Awaitable[None]]) -> None:
        """Run `work()` on the loop after `seconds`, unless the key is scheduled again or cancelled before."""
        self.call(key, seconds, lambda: self.spawn(work()))

    def call(self, key: str, seconds: float, work: Callable[[], object]) -> None:
        """The same for work that is done when it returns. After no time at all it has its turn behind what has arrived."""
        self.cancel(key)
        loop = asyncio.get_running_loop()
        if seconds:
            self._timers[key] = loop.call_later(seconds, self._start, key, work)
        else:
            self._timers[key] = loop.call_soon(self._start, key, work)

    def _start(self, key: str, work: Callable[[], object]) -> None:
        self._timers.pop(key, None)
        work()

    def spawn(self, work: Awaitable[None]) -> asyncio.Future[None]:
        """Run in the background; what it raises is logged."""
        task = asyncio.ensure_future(work)
        self._running.add(task)  # the loop keeps only weak references to tasks
        task.add_done_callback(self._done)
        return task

    def _done(self, task: asyncio.Future[None]) -> None:
        self._running.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("background work failed: %s: %s", type(error).__name__, error, exc_info=error)

    def cancel(self, key: str) -> None:
        """Forget what is scheduled for the key; what runs already goes on."""
        timer = self._timers.pop(key, None)
        if timer is not None:
            timer.cancel()

    @property
    def busy(self) -> bool:
        """Whether anything runs in the background by now."""
        return bool(self._running)

    def close(self) -> None:
        """Forget everything scheduled and cancel everything that runs."""
        for key in list(self._timers):
            self.cancel(key)
        for task in list(self._running):
            task.cancel()


class Lane:
    """Threads of our own; with one of them jobs run one after another, so what they share needs no lock.

    Not `asyncio.to_thread`: the end of the loop would wait for whatever runs there.
    """

    def __init__(self, name: str, threads: int = 1) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix=name)
        self._futures: set[Future[Any]] = set()

    async def run(self, job: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The job's result; what it raises is raised here."""
        future = self._pool.submit(job, *args, **kwargs)
        self._futures.add(future)
        future.add_done_callback(self._futures.discard)
        return await asyncio.wrap_future(future)

    @property
    def idle(self) -> bool:
        """Whether no job runs or waits: asked by who submits them, it stays so until that submits another one."""
        return not self._futures

    def close(self) -> None:
        """Drop the jobs that wait; the ones that run end by themselves."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def ended(self, seconds: float) -> bool:
        """Whether all jobs have ended within some seconds."""
        return not wait_for_futures(list(self._futures), seconds).not_done


def look_for_cycles() -> None:
    """What Python does by itself when much has been made, where that is soon due: now that an edit is answered, rather than in
    the middle of the next, of which it takes as long as all else."""
    young, older, _ = gc.get_count()
    most, times, _ = gc.get_threshold()
    if young > most // 2:
        gc.collect(1 if older > times else 0)


def begin_worker(patience: int = 0) -> None:
    """The initializer of worker processes: no garbage collection, and no life after the parent's. `patience` is added
    to how nice they are: beside an editor they take what processor time nobody else wants."""
    if patience and hasattr(os, "nice"):
        os.nice(patience)
    gc.disable()  # facts hold no cycles; collecting costs 15 % of the time
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()


def _end_with(sentinel: Any) -> None:
    # A worker holds both ends of its queue: without this it would outlive a server that was killed.
    wait([sentinel])
    os._exit(0)
