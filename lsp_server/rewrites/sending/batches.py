"""Many rewrites in one Message Batch: half the price, done within a day, and resumed where a process has ended.

What was sent is written down before anything is waited for: the batch's id and, for each request, the function it is about and
a hash of it. No code and no secret is in that file; an answer is fitted to the text as it is when it comes.
https://platform.claude.com/docs/en/build-with-claude/batch-processing
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from lsp_server.rewrites.asking.request import Prepared
from lsp_server.rewrites.contract import RewriteFailed, Timings, Usage
from lsp_server.rewrites.sending import failures
from lsp_server.rewrites.sending.child import Child

HALF = 0.5  # a batch costs half of the same requests one by one
MOST = 100  # requests of one batch here; the API takes 100,000
_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Item:
    """One request of a batch: which function, and a hash of the request's text that holds it."""

    custom_id: str
    path: str
    qualname: str
    digest: str


@dataclass(frozen=True, slots=True)
class Pending:
    """A batch that was sent and whose results were not taken yet."""

    id: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """What came back for one request: the answer's text, or the failure."""

    custom_id: str
    text: str
    usage: Usage
    failure: RewriteFailed | None


class Notebook:
    """The file that remembers a workspace's batch over a restart."""

    def __init__(self, state_dir: Path, root: str):
        name = hashlib.sha256(root.encode("utf-8", "replace")).hexdigest()[:16]
        self._file = state_dir / "batches" / f"{name}.json"

    def read(self) -> Pending | None:
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            stored = json.loads(self._file.read_text("utf-8"))
            return Pending(str(stored["id"]), tuple(Item(**item) for item in stored["items"]))
        return None

    def write(self, pending: Pending) -> None:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        temporary = self._file.with_suffix(".new")
        temporary.write_text(json.dumps(asdict(pending), indent=1), "utf-8")
        os.replace(temporary, self._file)

    def forget(self) -> None:
        self._file.unlink(missing_ok=True)


def digest(prepared: Prepared) -> str:
    """Equal where an answer made for one request fits the other: the same function under the same placeholders."""
    text = json.dumps([prepared.function, prepared.target.qualname, sorted(prepared.redacted.items())])
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:24]


def item(number: int, prepared: Prepared) -> Item:
    mark = digest(prepared)
    return Item(f"r{number}-{mark}", prepared.target.path, prepared.target.qualname, mark)


class Batches:
    """Talks to the batches' endpoints through the child process."""

    def __init__(self, child: Child, environ: Mapping[str, str]):
        self._child = child
        self._environ = environ

    async def send(self, requests: Sequence[tuple[Item, Prepared]]) -> Pending:
        """Send the requests as one batch. Raises RewriteFailed."""
        rows = [{"custom_id": one.custom_id, "params": prepared.body} for one, prepared in requests]
        made = await self._ask("create", requests=rows)
        return Pending(made["batch"]["id"], tuple(one for one, _ in requests))

    async def ended(self, pending: Pending) -> tuple[bool, dict[str, int]]:
        """Whether all is done, and how many requests are in which state."""
        batch = (await self._ask("retrieve", batch=pending.id))["batch"]
        counts = {key: value for key, value in batch["request_counts"].items() if isinstance(value, int)}
        return batch["processing_status"] == "ended", counts

    async def results(self, pending: Pending) -> list[Result]:
        """The results, in the order of the requests."""
        rows = (await self._ask("results", batch=pending.id))["rows"]
        order = {one.custom_id: number for number, one in enumerate(pending.items)}
        known = [row for row in rows if row.get("custom_id") in order]
        return sorted(map(_result, known), key=lambda result: order[result.custom_id])

    async def cancel(self, pending: Pending) -> None:
        await self._ask("cancel", batch=pending.id)

    async def _ask(self, action: str, **arguments: Any) -> dict[str, Any]:
        if missing := failures.missing_key(self._environ):
            raise missing
        await self._child.start()
        messages: AsyncIterator[dict[str, Any]] = self._child.batch({"action": action, **arguments}, _SECONDS)
        async for message in messages:
            if message["event"] == "failed":
                raise failures.from_report(message, "the model of the batch", _SECONDS, _SECONDS)
            if message["event"] == "done":
                return message
        raise failures.lost("it ended without an answer")


def _result(row: Mapping[str, Any]) -> Result:
    outcome = row["result"]
    if outcome["type"] != "succeeded":
        why = {
            "errored": "the API refused it: " + _told(outcome),
            "canceled": "the batch was cancelled before it",
            "expired": "it was not done within a day",
        }
        sentence = f"There is no answer: {why.get(outcome['type'], outcome['type'])}."
        return Result(row["custom_id"], "", Usage(), RewriteFailed(outcome["type"], sentence))
    message = outcome["message"]
    text = "".join(block.get("text", "") for block in message["content"] if block.get("type") == "text")
    stopped = failures.stopped(message.get("stop_reason"), message.get("stop_details"))
    return Result(row["custom_id"], text, Usage.of(message["usage"]), stopped)


def _told(outcome: Mapping[str, Any]) -> str:
    error = outcome.get("error") or {}
    inner = error.get("error") or error
    return str(inner.get("message") or "no reason given").rstrip(".")


def total_cost(requests: Iterable[Prepared]) -> float:
    """What a batch of the requests is expected to cost at most, in US dollars, if nothing is read from the cache."""
    return sum(HALF * prepared.estimate.cold_usd for prepared in requests)


NO_TIMES = Timings()
