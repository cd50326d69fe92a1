"""Decoding JSON into typed structs: what does not fit the format's schema is refused with a reason."""

from __future__ import annotations

import math
from array import array
from typing import Any, TypeVar

import msgspec

T = TypeVar("T")

_PIECE = 1 << 20

LONGEST = 1e9
"""Seconds. A weight beyond thirty years is damage, not time."""


def decode(data: bytes, kind: type[T], what: str) -> T:
    """The value of type `kind` that the JSON in `data` holds; ValueError when it does not fit."""
    try:
        return msgspec.json.decode(data, type=kind)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise ValueError(f"this is no readable {what}: {str(error)[:200]}") from None


def numbers(raw: msgspec.Raw, kind: str) -> array[Any]:
    """A long JSON list of numbers as an array of `kind` ("q" whole, "d" any), a fifth of the memory of a list."""
    text = memoryview(raw)
    found: array[Any] = array(kind)
    number: Any = int if kind == "q" else float
    body = bytes(text[:1]), bytes(text[-1:])
    if body != (b"[", b"]"):
        raise ValueError("a list of numbers is something else")
    at, end = 1, len(text) - 1
    while at < end:
        stop = min(end, at + _PIECE)
        piece = bytes(text[at:stop])
        if stop < end:
            cut = piece.rfind(b",")
            if cut < 0:
                raise ValueError("a list of numbers is something else")
            piece = piece[:cut]
            stop = at + cut + 1
        if piece.strip() or stop < end:
            try:
                found.extend(map(number, piece.split(b",")))
            except (ValueError, OverflowError):
                raise ValueError("a list of numbers holds something else") from None
        at = stop
    return found


def seconds(value: float, scale: float = 1.0) -> float:
    """A recorded duration in seconds; clocks that step back give tiny negative ones, which are none."""
    if not math.isfinite(value) or abs(value) * scale > LONGEST:
        raise ValueError("a time is impossible")
    return max(0.0, value * scale)


def whole(value: float | None, default: int = 0) -> int:
    """A recorded line or column as a whole number."""
    return int(value) if value is not None and math.isfinite(value) and abs(value) < 1e9 else default
