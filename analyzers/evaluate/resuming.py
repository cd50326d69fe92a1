"""A long function that is run again after an edit begins at the statement that was edited.

What a run has come to is kept in front of some statements of the body itself. It holds for another version of the function
whose statements before that one are the same, if all that was asked on the way is answered as it was: questions to the project,
of which the memo knows when an answer last changed, and questions about the whole body, which are noted as they are asked
(`remembered.Watch`).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass, field, fields
from itertools import count, takewhile
from typing import Any

from msgspec.structs import replace

from analyzers import facts as f
from analyzers.evaluate import statements
from analyzers.evaluate.events import Analysis
from analyzers.evaluate.frames import Frame
from analyzers.evaluate.recursion.recording import Recursing
from analyzers.evaluate.remembered import Note, Watch, watching
from analyzers.evaluate.run import Run
from analyzers.project.memo import Memo
from analyzers.types import Value

LEAST = 8
"""Statements that a body has whose runs are kept."""

APART = 12
"""Steps between two statements in front of which it is kept what a run has come to."""

FIRST = 48
"""The same in a document that was just opened, of functions that nobody may ever edit."""

MOST = 32
"""Runs that are kept: of the functions run last, each for what it was given."""

_WRITTEN = frozenset({Analysis, Frame, Recursing})
"""What a run writes into, besides lists, sets and dicts."""

_FIXED = frozenset({"summaries", "path", "function", "language", "formals", "depth", "outer", "blocks"})
"""Of a run: what is the same for all of it, and what is empty between two statements of the body."""


@dataclass(frozen=True, slots=True)
class _Place:
    """What a run had come to in front of a statement, and how much it had asked by then."""

    position: int
    state: dict[str, Any]
    notes: int
    sources: int


@dataclass(slots=True)
class _Kept:
    """A run of a function as it was, and the revision of the memo in which all that it was told was right."""

    function: f.Function
    formals: dict[str, Value]
    depth: int
    revision: int
    places: list[_Place] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    sources: dict[Hashable, int] = field(default_factory=dict)


class Resuming:
    """The runs that are kept of the functions of one project."""

    def __init__(self, memo: Memo) -> None:
        self._memo = memo
        self._kept: dict[Hashable, _Kept] = {}
        self._opened = ""  # the document that is being looked at
        self.spared = 0  # steps that were not taken again

    @contextmanager
    def looking_at(self, path: str) -> Iterator[None]:
        """Meanwhile what is run for the first time in that open document is kept, too."""
        self._opened = path
        try:
            yield
        finally:
            self._opened = ""

    def execute(self, run: Run, key: Hashable, begin: Callable[[Run], None]) -> bool:
        """Run the body of a function, `begin` first, or go on from where it is the same as it was. `key` is the question that
        this answers. False, and nothing is done, where the run is none to be kept."""
        before, revision, sources = self._kept.pop(key, None), self._memo.revision, self._memo.sources
        if sources is None or not self._is_edited(run, key):
            return False
        itself = (run.path, "function", run.function.qualname)
        sources.pop(
            itself, None
        )  # should it be read once more, somebody looks at the function in another way
        same = _alike(before.function, run.function) if before is not None else 0
        place = self._place(before, run, same) if before is not None else None
        now = _Kept(run.function, run.formals, run.depth, revision)
        if before is None or place is None:
            begin(run)
        else:
            now.notes = before.notes[: place.notes]
            now.places = [one for one in before.places if one.position <= place.position]
            asked = dict(list(before.sources.items())[: place.sources]) | sources
            sources.clear()
            sources.update(asked)
            _restore(run, place.state)
            self.spared += run.steps
        watch = Watch(run.function, lambda: self._memo.sources is sources, now.notes)
        edited, apart = (same, APART) if self._memo.was_asked(key) else (-1, FIRST)
        try:
            with watching(watch):
                self._go_on(run, now, place.position if place is not None else 0, edited, apart, itself)
        finally:
            sources[itself] = False
        if (
            now.places
            and run.summaries.is_alone
            and not run.reenters
            and not run.incomplete
            and self._memo.revision == revision
        ):
            now.sources = {source: kind for source, kind in sources.items() if source != itself}
            while len(self._kept) >= MOST:
                del self._kept[next(iter(self._kept))]
            self._kept[key] = now
        return True

    def _is_edited(self, run: Run, key: Hashable) -> bool:
        """Whether a function is run by itself, and was before: then it is likely to be the one that somebody edits. In a document
        that is open any may be the next. Those that hold others are left out, whose texts are parts of theirs."""
        function = run.function
        return (
            len(function.body) >= LEAST
            and (run.path == self._opened or self._memo.was_asked(key))
            and function.kind in ("function", "method")
            and not function.parent
            and run.summaries.is_alone
            and not run.reenters
            and not run.summaries.project.holds_functions(run.path, function.qualname)
        )

    def _go_on(self, run: Run, now: _Kept, position: int, edited: int, apart: int, itself: Hashable) -> None:
        sources = self._memo.sources
        assert sources is not None
        last = run.steps
        while position < len(run.function.body) and not run.dead:
            recursion = run.recursion
            plain = itself not in sources and (
                recursion is None or not (recursion.calls or recursion.members)
            )
            known = bool(now.places) and now.places[-1].position >= position
            if plain and not known and (position == edited or run.steps - last >= apart):
                now.places.append(_Place(position, _state_of(run), len(now.notes), len(sources)))
                last = run.steps
            statements.execute_part(run, run.function.body, position, position + 1)
            position += 1

    def _place(self, before: _Kept, run: Run, same: int) -> _Place | None:
        """The last place from which a run of another version of the function can go on."""
        places = [one for one in before.places if one.position <= same]
        alike = before.formals == run.formals and before.depth == run.depth
        if not places or not alike or not _same_header(before.function, run.function):
            return None
        last = places[-1]
        asked = list(before.sources.items())[: last.sources]
        told = self._memo.unchanged(asked, before.revision)
        noted = sum(1 for _ in takewhile(lambda note: note.holds(run.function), before.notes[: last.notes]))
        return next((one for one in reversed(places) if one.notes <= noted and one.sources <= told), None)


def _alike(before: f.Function, now: f.Function) -> int:
    """With how many statements both begin."""
    pairs = zip(before.body, now.body, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] is pair[1] or pair[0] == pair[1], pairs))


def _same_header(before: f.Function, now: f.Function) -> bool:
    return replace(before, body=(), end=0) == replace(now, body=(), end=0)


def _state_of(run: Run) -> dict[str, Any]:
    """What a run has come to, apart from what goes on to change."""
    return {one.name: _copied(getattr(run, one.name)) for one in fields(run) if one.name not in _FIXED}


def _restore(run: Run, state: dict[str, Any]) -> None:
    for name, value in state.items():
        setattr(run, name, _copied(value))
    if run.recursion is not None:
        run.recursion.function = run.function


def _copied(value: Any) -> Any:
    """A container, or what a run writes into, with contents of its own; anything else as it is, for it never changes."""
    kind = type(value)
    if kind is list:
        return [_copied(one) if type(one) in _WRITTEN else one for one in value]
    if kind in _WRITTEN:
        made = copy(value)
        for one in fields(value):
            setattr(made, one.name, _copied(getattr(value, one.name)))
        return made
    return copy(value) if kind in (dict, set, count) else value
