"""What the API's cache should hold, what it did hold, and why not where that was not expected.

An entry that was written or read is there for five minutes or an hour. A request over it that reads nothing has met
something unforeseen: it is remembered with the message that had written the entry, and the next request over the same
prefix asks the API's diagnostics where the two diverge.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from lsp_server.rewrites.contract import Usage
from lsp_server.rewrites.sending.gate import prefixes

_MARGIN = 10.0  # seconds; an entry this close to its end counts as cold
_ENOUGH = 0.9  # of what was cached before
_REASONS = {
    "model_changed": "another model was asked before",
    "tools_changed": "the tools have changed",
    "system_changed": "the instructions have changed",
    "messages_changed": "the project's or the module's part of the request has changed",
    "previous_message_not_found": "the API no longer knows the request before",
    "unavailable": "the API cannot tell",
}


@dataclass(frozen=True, slots=True)
class _Entry:
    until: float
    message: str  # the answer of the request that wrote or read it
    tokens: int  # that were cached by then, 0 if that is not known for this prefix


@dataclass(frozen=True, slots=True)
class Expected:
    """What a request may count on: the tokens to be read at least, and the message that had them."""

    tokens: int
    message: str


class Warmth:
    """Of one rewriter; for one event loop."""

    def __init__(self, clock: Callable[[], float] = time.monotonic):
        self._clock = clock
        self._entries: dict[str, _Entry] = {}
        self._missed: dict[str, str] = {}  # the shortest prefix -> the message to compare the next one with
        self._asks = True

    def is_warm(self, body: dict[str, Any]) -> bool:
        """Whether all that could be read from the cache is believed to be there."""
        now = self._clock()
        return all((e := self._entries.get(key)) is not None and e.until > now for key, _ in prefixes(body))

    def expects(self, body: dict[str, Any]) -> Expected:
        """Ask before the request is sent."""
        now = self._clock()
        for key, _ in reversed(prefixes(body)):
            entry = self._entries.get(key)
            if entry is not None and entry.until > now:
                return Expected(max(1, entry.tokens), entry.message)
        return Expected(0, "")

    def question(self, body: dict[str, Any]) -> dict[str, Any] | None:
        """The `diagnostics` that the request should carry, after one that missed."""
        keys = prefixes(body)
        message = self._missed.get(keys[0][0]) if keys and self._asks else None
        return {"previous_message_id": message} if message else None

    def refused(self) -> None:
        """The API, or what stands before it, does not know diagnostics: they are not asked again."""
        self._asks = False

    def saw(
        self, body: dict[str, Any], expected: Expected, usage: Usage, message: str, started: float
    ) -> str:
        """Note what a request read and wrote; a sentence for the person when it read less than it should have."""
        keys = prefixes(body)
        cached = usage.read + usage.written_5m + usage.written_1h
        for number, (key, seconds) in enumerate(keys):
            if cached:  # a prefix below the model's minimum is never cached
                last = number == len(keys) - 1 and "cache_control" not in body
                # A lifetime counts from the start of the request that wrote or read the entry.
                self._entries[key] = _Entry(started + seconds - _MARGIN, message, cached if last else 0)
        if not expected.tokens or usage.read >= _ENOUGH * expected.tokens:
            return ""
        self._missed[keys[0][0]] = expected.message
        return (
            f"The API read {usage.read:,} tokens from its cache where more were expected; the next request of this "
            "kind asks it why."
        )

    def told(self, body: dict[str, Any], reason: Mapping[str, Any] | None, tail: int) -> str:
        """What the API says about the miss before, in words. `tail` is how many tokens differ in every request."""
        self._missed.pop(prefixes(body)[0][0], None)
        kind = str(reason.get("type")) if reason else ""
        lost = reason.get("cache_missed_input_tokens") if reason else None
        own = kind == "messages_changed" and isinstance(lost, int) and lost <= 1.5 * tail + 100
        if not reason or own:
            return "The API sees the same prefix as before, so its cached entry had expired or was dropped."
        size = f" ({lost:,} tokens)" if isinstance(lost, int) else ""
        return f"The prefix was not read from the API's cache: {_REASONS.get(kind, kind)}{size}."
