"""Questions about code that need no run, asked once for each piece of code: the questions of one function come in bursts."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

MAX_KEPT = 4096
"""Answers that are kept of one question; then it begins anew."""

_TABLES: list[tuple[dict[int, Any], dict[int, Any]]] = []
"""Of each question the answers since the last turn, and those of the time before."""

_Code = TypeVar("_Code")
_Answer = TypeVar("_Answer")


def remembered(question: Callable[[_Code], _Answer]) -> Callable[[_Code], _Answer]:
    """The same question with a memory. It is asked of an unchanging piece of code: a node, a body, a function.

    Code is told apart by its identity, and kept beside its answer so that the identity stays its own. Nobody may
    change an answer.
    """
    known: dict[int, tuple[_Code, _Answer]] = {}
    before: dict[int, tuple[_Code, _Answer]] = {}
    _TABLES.append((known, before))

    @wraps(question)
    def ask(code: _Code) -> _Answer:
        kept = known.get(id(code))
        if kept is not None and kept[0] is code:
            return kept[1]
        kept = before.get(id(code)) if before else None
        answer = kept[1] if kept is not None and kept[0] is code else question(code)
        if len(known) >= MAX_KEPT:
            known.clear()
        known[id(code)] = (code, answer)
        return answer

    return ask


def turn() -> None:
    """Let go of what was not asked since the last turn, nor in the time before it: code that was edited meanwhile, with
    all that was said of it."""
    for known, before in _TABLES:
        before.clear()
        before.update(known)
        known.clear()
