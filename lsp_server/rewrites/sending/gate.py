"""Who may send when: a limit on parallel requests, and one request at a time through a cold prefix.

The API can read a cached prefix only once the first answer over it has begun. Several requests that start together would
each pay for writing it, so the first one goes alone and the others wait for its first event.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

_TTL = {"1h": 3600.0, "5m": 300.0}
_MARGIN = 10.0  # seconds; an entry this close to its end counts as cold


def prefixes(body: dict[str, Any]) -> list[tuple[str, float]]:
    """The cached prefixes of a request, as (hash, lifetime in seconds), shortest first: one for each marker.

    They render in the order tools, system, messages; thinking and effort shape what comes from the messages on.
    """
    seen = hashlib.sha256(json.dumps([body["model"], body.get("tools")], sort_keys=True).encode())
    found = []
    for block in body["system"]:
        seen.update(_rendered(block))
        found += _marked(block, seen)
    seen.update(json.dumps([body.get("thinking"), body.get("output_config")], sort_keys=True).encode())
    for block in body["messages"][0]["content"]:
        seen.update(_rendered(block))
        found += _marked(block, seen)
    return found


def _rendered(block: dict[str, Any]) -> bytes:
    return json.dumps({k: v for k, v in block.items() if k != "cache_control"}, sort_keys=True).encode()


def _marked(block: dict[str, Any], seen: Any) -> list[tuple[str, float]]:
    marker = block.get("cache_control")
    return [(seen.copy().hexdigest(), _TTL[marker.get("ttl", "5m")])] if marker else []


class Gate:
    """Belongs to one event loop."""

    def __init__(self, clock: Callable[[], float] = time.monotonic):
        self._clock = clock
        self._sending = 0
        self._waiting: list[asyncio.Future[None]] = []
        self._warm_until: dict[str, float] = {}
        self._leaders: dict[str, asyncio.Event] = {}

    @contextlib.asynccontextmanager
    async def slot(self, limit: int) -> AsyncIterator[None]:
        """One of `limit` places; waits for one."""
        while self._sending >= max(1, limit):
            freed = asyncio.get_running_loop().create_future()
            self._waiting.append(freed)
            await freed
        self._sending += 1
        try:
            yield
        finally:
            self._sending -= 1
            waiting, self._waiting = self._waiting, []
            for freed in waiting:  # all look again; the first ones get the place, in their order
                if not freed.done():
                    freed.set_result(None)

    @contextlib.asynccontextmanager
    async def prefix(self, body: dict[str, Any]) -> AsyncIterator[Callable[[], None]]:
        """Waits while another request warms a prefix of this one. Call the given function when the answer begins."""
        wanted = prefixes(body)
        while busy := [self._leaders[key] for key, _ in wanted if key in self._leaders]:
            await busy[0].wait()
        started = self._clock()
        led = [key for key, _ in wanted if self._warm_until.get(key, 0.0) < started]
        for key in led:
            self._leaders[key] = asyncio.Event()

        def release() -> None:
            while led:
                self._leaders.pop(led.pop()).set()

        def begun() -> None:
            # A lifetime counts from the start of the request that wrote or read the entry.
            for key, seconds in wanted:
                self._warm_until[key] = started + seconds - _MARGIN
            release()

        try:
            yield begun
        finally:
            release()
