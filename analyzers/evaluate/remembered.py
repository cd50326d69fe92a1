"""Questions about code that need no run, asked once for each piece of code: the questions of one function come in bursts."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import wraps
from itertools import chain
from typing import Any, NamedTuple, TypeVar

MAX_KEPT = 4096
"""Answers that are kept of one question since the last turn; when there are more, a turn of that question begins."""

_TABLES: list[tuple[dict[int, Any], dict[int, Any]]] = []
"""Of each question the answers since the last turn, and those of the time before."""

_Code = TypeVar("_Code")
_Answer = TypeVar("_Answer")


LONG = 8
"""Statements of a body of which some questions are put together of what is said of each: where one is edited, all others are
known."""

_longest, _most = LONG, MAX_KEPT


def nothing_is_edited() -> None:
    """Say that this process reads code as it is, and much of it: what is said of a long body is made at once, and more is kept,
    since a function is asked about by its callers in many files."""
    global _longest, _most
    _longest, _most = sys.maxsize, 4 * MAX_KEPT


def remembered(question: Callable[[_Code], _Answer]) -> Callable[[_Code], _Answer]:
    """The same question with a memory. It is asked of an unchanging piece of code: a node, a body, a function.

    Code is told apart by its identity, and kept beside its answer so that the identity stays its own. Nobody may
    change an answer.
    """
    return wraps(question)(_with_memory(question, {}))


def by_parts(
    put_together: Callable[[list[_Answer]], _Answer],
) -> Callable[[Callable[[object], _Answer]], Callable[[object], _Answer]]:
    """The same for a question about any code whose answer for a long body is put together of those for its statements, of which
    the last comes first."""

    def with_memory(question: Callable[[object], _Answer]) -> Callable[[object], _Answer]:
        known: dict[int, tuple[object, _Answer]] = {}

        def whole(code: object) -> _Answer:
            if not isinstance(code, tuple) or len(code) <= _longest:
                return question(code)
            parts = []
            for part in reversed(code):  # A call for each would be most of what an edit costs.
                kept = known.get(id(part))
                parts.append(kept[1] if kept is not None and kept[0] is part else ask(part))
            return put_together(parts)

        ask = wraps(question)(_with_memory(whole, known))
        return ask

    return with_memory


def chained(parts: Iterable[Iterable[_Code]]) -> tuple[_Code, ...]:
    """One after another."""
    return tuple(chain.from_iterable(parts))


def united(parts: Iterable[frozenset[_Code]]) -> frozenset[_Code]:
    """What is in any of them."""
    return frozenset[_Code]().union(*parts)


def _with_memory(
    question: Callable[[_Code], _Answer], known: dict[int, tuple[_Code, _Answer]]
) -> Callable[[_Code], _Answer]:
    before: dict[int, tuple[_Code, _Answer]] = {}
    _TABLES.append((known, before))

    def ask(code: _Code) -> _Answer:
        if _watch is not None and _watch.minds(code):
            answer: _Answer = _watch.noted(ask, code)
            return answer
        kept = known.get(id(code))
        if kept is not None and kept[0] is code:
            return kept[1]
        kept = before.get(id(code)) if before else None
        answer = kept[1] if kept is not None and kept[0] is code else question(code)
        if len(known) >= _most:
            _turn(known, before)
        known[id(code)] = (code, answer)
        return answer

    return ask


class Note(NamedTuple):
    """What was asked of a whole function and what was answered; asked again of its next version, it tells whether anything
    that rests on it holds."""

    question: Callable[..., Any]
    of_body: bool  # else of the function
    said: tuple[Any, ...]
    answer: Any

    def holds(self, function: Any) -> bool:
        answer: object = self.question(function.body if self.of_body else function, *self.said)
        return bool(answer == self.answer)


@dataclass(slots=True)
class Watch:
    """A function that is being run, and what is asked of its whole body meanwhile. `here` says whether it is the run
    that asks: a question that is remembered by itself is asked again by itself."""

    function: Any
    here: Callable[[], bool]
    notes: list[Note] = field(default_factory=list)
    _seen: set[Any] = field(default_factory=set)
    _asking: bool = False

    def minds(self, code: object) -> bool:
        return (code is self.function.body or code is self.function) and not self._asking and self.here()

    def noted(self, question: Callable[..., Any], code: Any, *said: Any) -> Any:
        """The answer, noted. What is asked on the way to it is not."""
        self._asking = True
        try:
            answer = question(code, *said)
        finally:
            self._asking = False
        of_body = code is self.function.body
        if (question, of_body, said) not in self._seen:
            self._seen.add((question, of_body, said))
            self.notes.append(Note(question, of_body, said, answer))
        return answer


_watch: Watch | None = None


@contextmanager
def watching(watch: Watch) -> Iterator[None]:
    global _watch
    around, _watch = _watch, watch
    try:
        yield
    finally:
        _watch = around


def of_whole(question: Callable[..., _Answer], code: Any, *said: Any) -> _Answer:
    """What a question says of a function or its whole body: the door for those that say little of it, such as whether a
    name is assigned anywhere. An edit elsewhere in the body leaves such an answer as it was, and with it the part of the run
    before the edit. `said` is hashable; the answer depends on the code and on that."""
    if _watch is not None and _watch.minds(code):
        answer: _Answer = _watch.noted(question, code, *said)
        return answer
    return question(code, *said)


def among(question: Callable[[Any], Collection[str]], code: Any, name: str) -> bool:
    """Whether a name is among those that a question gives of a function or its whole body: see `of_whole`."""
    return of_whole(_among, code, question, name)


def _among(code: Any, question: Callable[[Any], Collection[str]], name: str) -> bool:
    return name in question(code)


def turn() -> None:
    """Let go of what was not asked since the last turn, nor in the time before it: code that was edited meanwhile, with
    all that was said of it."""
    for known, before in _TABLES:
        _turn(known, before)


def _turn(known: dict[int, Any], before: dict[int, Any]) -> None:
    before.clear()
    before.update(known)
    known.clear()
