"""What is said of a long body is put together of what is said of its statements: where one is edited, all others are known."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from analyzers.facts import Stmt

LONG = 8
"""Statements of a body that is looked at one by one."""

MOST = 4096
"""Statements, bodies or functions of which an answer is kept; then it begins anew."""

_Code = TypeVar("_Code")
_Answer = TypeVar("_Answer")


def by_piece(question: Callable[[_Code], _Answer]) -> Callable[[_Code], _Answer]:
    """What a question says of a function or a body, kept while that is the object it was: for who asks it of all methods of a
    class, of which one is edited. Nobody may change an answer."""
    known: dict[int, tuple[_Code, _Answer]] = {}

    def ask(piece: _Code) -> _Answer:
        held = known.get(id(piece))
        if held is None or held[0] is not piece:
            if len(known) >= MOST:
                known.clear()
            held = known[id(piece)] = (piece, question(piece))
        return held[1]

    return ask


def by_statement(
    question: Callable[[tuple[Stmt, ...]], _Answer],
) -> Callable[[tuple[Stmt, ...]], list[_Answer]]:
    """What a question says of a short body, and of each statement of a long one, in their order. Statements are told apart by
    their identity; nobody may change an answer."""
    known: dict[int, tuple[Stmt, _Answer]] = {}

    def ask(body: tuple[Stmt, ...]) -> list[_Answer]:
        if len(body) <= LONG:
            return [question(body)]
        found = []
        for statement in body:
            held = known.get(id(statement))
            if held is None or held[0] is not statement:
                if len(known) >= MOST:
                    known.clear()
                held = known[id(statement)] = (statement, question((statement,)))
            found.append(held[1])
        return found

    return ask
