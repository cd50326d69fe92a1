"""Decoding JSON into typed structs: what does not fit the format's schema is refused with a reason."""

from __future__ import annotations

import math
from typing import TypeVar

import msgspec

T = TypeVar("T")

LONGEST = 1e9
"""Seconds. A weight beyond thirty years is damage, not time."""


def decode(data: bytes, kind: type[T], what: str) -> T:
    """The value of type `kind` that the JSON in `data` holds; ValueError when it does not fit."""
    try:
        return msgspec.json.decode(data, type=kind)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise ValueError(f"this is no readable {what}: {str(error)[:200]}") from None


def seconds(value: float, scale: float = 1.0) -> float:
    """A recorded duration in seconds; clocks that step back give tiny negative ones, which are none."""
    if not math.isfinite(value) or abs(value) * scale > LONGEST:
        raise ValueError("a time is impossible")
    return max(0.0, value * scale)


def whole(value: float | None, default: int = 0) -> int:
    """A recorded line or column as a whole number."""
    return int(value) if value is not None and math.isfinite(value) and abs(value) < 1e9 else default
