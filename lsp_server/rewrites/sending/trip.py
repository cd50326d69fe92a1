"""What one run has used so far, and what the person sees of it while it goes on."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from lsp_server.rewrites.asking import route
from lsp_server.rewrites.asking.budget import BYTES_PER_TOKEN, cost, dollars
from lsp_server.rewrites.asking.request import Request
from lsp_server.rewrites.contract import Progress, Timings, Usage

Report = Callable[[Progress], None]
_EVERY = 0.1  # seconds between two reports of an answer that grows


@dataclass
class Trip:
    """One run; a further turn or a repair adds to it. `notes` are for the person, beside the answer."""

    prepared: Request
    report: Report
    began: float
    queue: float = 0.0
    first_token: float = 0.0
    usage: Usage = field(default_factory=Usage)
    repaired: bool = False
    requests: int = 0
    notes: list[str] = field(default_factory=list)

    @property
    def timings(self) -> Timings:
        return Timings(self.queue, self.first_token, time.monotonic() - self.began)

    @property
    def cost(self) -> float:
        return self.cost_of(Usage())

    def cost_of(self, more: Usage) -> float:
        """US dollars so far, with what a request under way has used."""
        return cost(route.model_named(self.prepared.model), self.usage + more)


class Watch:
    """Follows one answer as it comes in: tells the person, and counts what will be billed."""

    def __init__(self, trip: Trip, begun: Callable[[], None]):
        self.usage = Usage()
        self.message = ""
        self._trip = trip
        self._begun = begun
        self._sent = time.monotonic()
        self._told = 0.0
        self._bytes = 0

    def see(self, message: Mapping[str, Any]) -> None:
        """One message of the child."""
        if message["event"] == "begun":
            self._begun()
            self.message = str(message.get("message") or "")
            self.usage = usage_of(message.get("usage"))
            waited = time.monotonic() - self._sent
            self._trip.first_token = self._trip.first_token or waited
            self._tell("thinking", f"Claude has begun after {waited:.1f} s", 0.0)
        elif message["event"] == "text":
            # An answer that breaks off never says how long it was, so the count is our own until it does.
            self._bytes += len(message["text"].encode("utf-8", "replace"))
            written = round(self._bytes / BYTES_PER_TOKEN)
            written = min(written, self._trip.prepared.body["max_tokens"])
            self.usage = replace(self.usage, output=max(self.usage.output, written))
            if (now := time.monotonic()) - self._told >= _EVERY:
                self._told = now
                expected = max(1, self._trip.prepared.estimate.output)
                self._tell(
                    "writing",
                    f"Claude is writing… {written:,} tokens",
                    min(0.99, written / expected),
                    written,
                )
        elif message["event"] == "done":
            self.usage = usage_of(message.get("usage"))

    def _tell(self, stage: str, message: str, fraction: float, tokens: int = 0) -> None:
        spent = self._trip.cost_of(self.usage)
        so_far = f"{message}, {dollars(spent)} so far"
        self._trip.report(Progress(stage, so_far, fraction, tokens, spent))


def usage_of(raw: Any) -> Usage:
    """The API's `usage` object, whatever has become of it on the way."""

    def numbers(values: Any) -> dict[str, Any]:
        if not isinstance(values, Mapping):
            return {}
        return {
            key: numbers(value) if isinstance(value, Mapping) else value
            for key, value in values.items()
            if isinstance(value, Mapping) or (type(value) is int and value >= 0)
        }

    return Usage.of(numbers(raw))
