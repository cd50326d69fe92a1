"""The child process seen from the server: started on first use, asked over JSON lines, replaced when it dies."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import os
import sys
from collections.abc import AsyncGenerator, Callable, Mapping
from pathlib import Path
from typing import Any

# Only these decide how the child reaches the API; a change of one of them means a new child.
_CONNECTION = (
    "ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_PROFILE", "ANTHROPIC_BASE_URL", "ANTHROPIC_CUSTOM_HEADERS",
    "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "all_proxy", "no_proxy",
)  # fmt: skip
_LINE_LIMIT = 64 * 1024 * 1024
_EXIT_SECONDS = 2.0


class ChildLost(Exception):
    """The child process could not be started, or ended while a request was open."""


class Child:
    """At most one process. All methods are called from one event loop."""

    def __init__(self, environ: Callable[[], Mapping[str, str]]):
        self._environ = environ
        self._process: asyncio.subprocess.Process | None = None
        self._reader: asyncio.Task[None] | None = None
        self._said = ""
        self._connection: tuple[str | None, ...] = ()
        self._ready = asyncio.Event()
        self._open: dict[int, asyncio.Queue[dict[str, Any] | None]] = {}
        self._numbers = itertools.count(1)
        self._starting = asyncio.Lock()

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process and self._process.returncode is None else None

    async def start(self) -> None:
        """Make sure that a child runs with the present connection settings and has loaded the SDK."""
        async with self._starting:
            wanted = tuple(self._environ().get(name) for name in _CONNECTION)
            if self.pid and wanted != self._connection and not self._open:
                await self.close()
            if not self.pid:
                await self._spawn(wanted)
        await self._ready.wait()
        if not self.pid:
            raise ChildLost(f"it ended while it was starting{f' ({self._said[:300]})' if self._said else ''}")

    async def _spawn(self, connection: tuple[str | None, ...]) -> None:
        environ = dict(self._environ())
        environ.pop("ANTHROPIC_LOG", None)
        environ |= {"ANTHROPIC_OPEN_TELEMETRY": "false", "PYTHONUTF8": "1"}
        # The package's own folder, not the workspace: `python -m` imports from the current folder first, and whatever
        # a workspace calls `anthropic` must not run here.
        root = str(Path(__file__).resolve().parents[3])
        environ["PYTHONPATH"] = os.pathsep.join(filter(None, (root, environ.get("PYTHONPATH", ""))))
        self._ready = asyncio.Event()
        try:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "lsp_server.rewrites.sending.claude",
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                env=environ,
                cwd=root,
                limit=_LINE_LIMIT,
            )
        except OSError as problem:
            raise ChildLost(str(problem)) from problem
        self._connection = connection
        self._said = ""
        self._reader = asyncio.create_task(self._read(self._process, self._ready))

    async def _read(self, process: asyncio.subprocess.Process, ready: asyncio.Event) -> None:
        """Hand each line to the request it belongs to; at the end, tell every open request that the child is gone."""
        assert process.stdout is not None
        listening = asyncio.create_task(self._listen(process))
        with contextlib.suppress(ConnectionError, ValueError, KeyError, TypeError):
            while line := await process.stdout.readline():
                message = json.loads(line)
                if message["event"] == "ready":
                    ready.set()
                elif queue := self._open.get(message["id"]):
                    queue.put_nowait(message)
        with contextlib.suppress(ProcessLookupError):
            process.kill()  # it no longer speaks; let it not linger
        await process.wait()
        await listening
        ready.set()
        for queue in self._open.values():
            queue.put_nowait(None)

    async def _listen(self, process: asyncio.subprocess.Process) -> None:
        """Keep the last line of stderr, which says why a process could not start; drop the rest."""
        assert process.stderr is not None
        with contextlib.suppress(ConnectionError, ValueError):
            while line := await process.stderr.readline():
                self._said = line.decode("utf-8", "replace").strip() or self._said

    async def send(
        self, body: dict[str, Any], deadline: float, stall: float, *, warm: bool = False
    ) -> AsyncGenerator[dict[str, Any], None]:
        """The child's messages about one request, up to `done` or `failed`. Raises ChildLost. `warm` asks for no answer,
        only that the prefix be cached.

        Closing the iterator early (or cancelling the task that reads it) cancels the request in the child.
        """
        async with contextlib.aclosing(
            self._exchange("warm" if warm else "send", body, deadline, stall)
        ) as messages:
            async for message in messages:
                yield message

    async def batch(self, body: dict[str, Any], deadline: float) -> AsyncGenerator[dict[str, Any], None]:
        """The child's message about one call of the batches' endpoints. Raises ChildLost."""
        async with contextlib.aclosing(self._exchange("batch", body, deadline, deadline)) as messages:
            async for message in messages:
                yield message

    async def _exchange(
        self, op: str, body: dict[str, Any], deadline: float, stall: float
    ) -> AsyncGenerator[dict[str, Any], None]:
        number, queue = next(self._numbers), asyncio.Queue[Any]()
        self._open[number] = queue
        finished = False
        try:
            await self._write(op=op, id=number, body=body, deadline=deadline, stall=stall)
            while True:
                message = await queue.get()
                if message is None:
                    finished = True
                    raise ChildLost("it ended in the middle of the request")
                finished = message["event"] in ("done", "failed")
                yield message
                if finished:
                    return
        finally:
            self._open.pop(number, None)
            if not finished:
                self._cancel(number)

    async def _write(self, **message: Any) -> None:
        process = self._process
        if process is None or process.stdin is None or process.returncode is not None:
            raise ChildLost("it is not running")
        try:
            process.stdin.write(json.dumps(message).encode() + b"\n")
            await process.stdin.drain()
        except (ConnectionError, RuntimeError) as problem:
            raise ChildLost("it ended before the request") from problem

    def _cancel(self, number: int) -> None:
        """Without waiting: this runs while a task is being cancelled."""
        process = self._process
        if process and process.stdin and process.returncode is None and not process.stdin.is_closing():
            process.stdin.write(json.dumps({"op": "cancel", "id": number}).encode() + b"\n")

    async def close(self) -> None:
        """End the process; a later request would start a new one."""
        process, reader, self._process, self._reader = self._process, self._reader, None, None
        if process is None:
            return
        if process.stdin:
            process.stdin.close()
        try:
            await asyncio.wait_for(process.wait(), _EXIT_SECONDS)
        except asyncio.TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
        if reader:
            await reader
