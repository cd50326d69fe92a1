"""Answers remembered together with what they were made from, so that a change forgets those and no others.

A question asked while another is being answered becomes a source of that one. Facts that come from outside are
*leaves*: they are read with `read` and changed with `forget`, which drops every answer built on them.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Hashable
from typing import TypeVar, cast

_T = TypeVar("_T")


class Memo:
    """Questions are hashable keys; asking the same key must always mean the same computation."""

    def __init__(self) -> None:
        self._answers: dict[Hashable, object] = {}
        self._users: dict[Hashable, set[Hashable]] = {}
        self._open: dict[Hashable, int] = {}  # questions being answered, outermost first
        self._innermost: list[Hashable] = []
        self._cut = sys.maxsize  # the outermost open question that a cycle came back to

    def ask(self, key: Hashable, answer: Callable[[], _T], in_cycle: _T) -> _T:
        """The answer to `key`, computed at most once. A question that leads back to itself gets `in_cycle` there.

        What was computed inside such a cycle is true only for where it was entered, so only the outermost question
        of the cycle is remembered.
        """
        self.read(key)
        if key in self._answers:
            return cast("_T", self._answers[key])
        if key in self._open:
            self._cut = min(self._cut, self._open[key])
            return in_cycle
        place = self._open[key] = len(self._open)
        self._innermost.append(key)
        try:
            found = answer()
        finally:
            self._innermost.pop()
            del self._open[key]
        if self._cut < place:
            return found
        self._cut = sys.maxsize
        self._answers[key] = found
        return found

    def read(self, leaf: Hashable) -> None:
        """Note that the question being answered depends on `leaf`."""
        if self._innermost:
            self._users.setdefault(leaf, set()).add(self._innermost[-1])

    def forget(self, leaf: Hashable) -> bool:
        """Drop every answer that depends on `leaf`, near or far; whether there was any."""
        pending, dropped = [leaf], False
        while pending:
            key = pending.pop()
            dropped |= self._answers.pop(key, self) is not self
            pending.extend(self._users.pop(key, ()))
        return dropped

    def clear(self) -> None:
        self._answers.clear()
        self._users.clear()

    def __bool__(self) -> bool:
        """Whether anything is remembered."""
        return bool(self._users) or bool(self._answers)
