"""Arguments by kind, size and seed; and answers in a form that two functions' can be compared in. Runs in the child."""

from __future__ import annotations

import itertools
import random
from collections import deque
from collections.abc import Mapping
from typing import Any

_MOST = 20_000  # elements of an answer that is taken apart


class Row:
    """Something with attributes: equal and hashable by what it is, as rows of a database are."""

    def __init__(self, serial: int, values: dict[str, Any]) -> None:
        self._serial = serial
        self.__dict__.update(values)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Row) and other._serial == self._serial

    def __hash__(self) -> int:
        return hash(self._serial)


class Source:
    """Values for one call; two sources of one size and seed make the same."""

    def __init__(self, size: int, seed: int) -> None:
        self._size = size
        self._random = random.Random(seed * 1000 + size)
        self._serials = itertools.count(1)

    def argument(self, kind: list[Any]) -> Any:
        """A value that grows with the size."""
        name, *inner = kind
        if name == "size":
            return self._size
        if name == "str":
            return "".join(self._random.choice("abc ") for _ in range(self._size))
        if name == "bytes":
            return bytes(self._random.randrange(256) for _ in range(self._size))
        if name in ("list", "set"):
            made = [self.element(inner[0]) for _ in range(self._size)]
            return made if name == "list" else set(made)
        if name == "dict":
            return {self.element(inner[0]): self.element(inner[1]) for _ in range(self._size)}
        return self.element(kind)

    def element(self, kind: list[Any]) -> Any:
        """A value of a size that does not grow, from so few that some meet."""
        name, *inner = kind
        draw = self._random
        if name in ("int", "size"):
            return draw.randrange(max(2, self._size))
        if name == "small":
            return draw.randrange(1, 4)
        if name == "float":
            return draw.randrange(max(2, self._size)) / 4
        if name == "bool":
            return draw.random() < 0.5
        if name == "str":
            return "".join(draw.choice("abcde") for _ in range(draw.randrange(1, 4)))
        if name == "bytes":
            return bytes([draw.randrange(256)])
        if name == "tuple":
            return tuple(self.element(one) for one in inner)
        if name == "row":
            return Row(next(self._serials), {key: self.element(one) for key, one in sorted(inner[0].items())})
        if name in ("list", "set"):
            made = [self.element(inner[0]) for _ in range(draw.randrange(4))]
            return made if name == "list" else set(made)
        if name == "dict":
            return {self.element(inner[0]): self.element(inner[1]) for _ in range(draw.randrange(4))}
        raise TypeError(f"no value of the kind {name}")


def plain(value: Any, depth: int = 0) -> Any:
    """The value as lists and texts: equal for what no caller could tell apart, but for the order inside a set."""
    if depth > 20:
        raise ValueError("the answer is nested too deep to be compared")
    if isinstance(value, Row):
        return ["row", value._serial]
    if isinstance(value, (bool, int, str, bytes, type(None))):
        return [type(value).__name__, repr(value)]
    if isinstance(value, float):
        return ["float", f"{value:.10g}"]
    if isinstance(value, Mapping):
        pairs = [[plain(key, depth + 1), plain(one, depth + 1)] for key, one in value.items()]
        return [type(value).__name__, pairs]
    if isinstance(value, (set, frozenset)):
        return [type(value).__name__, sorted((plain(one, depth + 1) for one in value), key=repr)]
    if isinstance(value, (list, tuple, deque, range)):
        return [type(value).__name__, [plain(one, depth + 1) for one in value]]
    if hasattr(value, "__next__"):
        return ["iterator", [plain(one, depth + 1) for one in itertools.islice(value, _MOST)]]
    fields = getattr(value, "__dict__", None)
    if fields is None:
        raise ValueError(f"answers of the type {type(value).__name__} cannot be compared")
    return [type(value).__name__, plain(dict(fields), depth + 1)]


def words(value: Any) -> str:
    """What `plain` gives, as a person would write it."""
    kind, held = value
    if kind in ("list", "deque", "range", "iterator", "set", "frozenset"):
        inside = ", ".join(map(words, held))
        return f"[{inside}]" if kind == "list" else f"{kind} [{inside}]"
    if kind == "tuple":
        return f"({', '.join(map(words, held))})"
    if kind in ("row", "raises"):
        return f"{kind} {held}"
    if isinstance(held, list) and held and held[0] == "dict":
        return f"{kind} {words(held)}"
    if isinstance(held, list):
        return "{" + ", ".join(f"{words(key)}: {words(one)}" for key, one in held) + "}"
    return str(held)
