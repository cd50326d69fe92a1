"""Answers remembered together with what they were made from, so that a change touches those and no others.

A question asked while another is being answered becomes a source of that one. Facts that come from outside are
*leaves*: they are read with `read` and changed with `forget`. A change marks what was built on it as doubtful; a
doubtful answer is asked again only if one of its sources really has another value now. So an edit whose effects die
out two steps away costs two steps. (The technique is that of salsa, https://salsa-rs.github.io/salsa/reference/algorithm.html.)

Questions that lead back to each other are not remembered, but what they were made from is. Whoever used one of them
looks at those sources instead: a cycle into which nothing new comes gives nothing new. While a doubtful answer is being
looked at, whatever leads back to it takes it for unchanged, and what was found right in this way counts once the answer
itself is.

Of some answers (those with `told` and `tells_what`) most who ask need a part only: who says so (`needs_told`) is left alone while that part is
what it was.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, TypeVar

from analyzers.project import resting

_T = TypeVar("_T")
_Sources = dict[Hashable, int]
_NO_SOURCES: _Sources = {}

TOLD = 2
"""Noted beside a source, which is a question: its `told` counts, and nothing else of the answer. (A question is 1, a leaf 0.)"""

MAX_LOOK = 200
"""Answers looked through to decide on one of them; what lies deeper is taken for changed."""


class _Several(set[Hashable]):
    """The users of a source that has more than one: three of four have one, and a set takes ten times its place."""


class Unanswered(Exception):
    """A question cannot be answered from where it is asked; who asked knows what to do first."""


class _Answer:
    """A remembered value. `changed`, `told` and `checked` are revisions: when it last became another one, when its `told` did,
    and when it was last known to be right. `sources` are the keys it was made from, with whether each is a question itself."""

    __slots__ = ("changed", "checked", "doubtful", "make", "sources", "told", "value")

    def __init__(self, value: Any, make: Callable[[], object], sources: _Sources, revision: int) -> None:
        self.value = value
        self.make = make
        self.sources = sources
        self.changed = self.told = self.checked = revision
        self.doubtful = False


class _Passing:
    """What an answer that is not remembered was made from. `changed` and `checked` as in `_Answer`."""

    __slots__ = ("added", "changed", "checked", "sources")

    def __init__(self) -> None:
        self.sources: _Sources = {}
        self.added = self.changed = self.checked = 0  # `added`: the revision in which it was made last

    def add(self, sources: _Sources, revision: int) -> None:
        """Made again, perhaps on another way through its cycle: what it was made from before counts, too."""
        if revision > self.added and len(self.sources) > 64 + 4 * len(sources):
            self.sources, self.changed = {}, revision
        _join(self.sources, sources)
        self.added = revision
        self.checked = 0


def _join(known: _Sources, more: _Sources) -> None:
    """Add sources to others: of what one side needs all of, all counts."""
    for source, kind in more.items():
        if kind != TOLD or known.get(source, TOLD) == TOLD:
            known[source] = kind


class _Look:
    """A look through the sources of doubtful answers, from one that is asked for down to the leaves."""

    def __init__(self) -> None:
        self.under_way: dict[Hashable, int] = {}  # whose sources are being looked at, outermost first
        self.presumed: dict[
            Hashable, tuple[int, int]
        ] = {}  # when it changed, if the one under way there did not
        self.rests_on = sys.maxsize  # the outermost one under way that was taken for unchanged


class Memo:
    """Questions are hashable keys; the same key must always mean the same computation. Values are compared with
    `==` and must not be changed by who gets them."""

    def __init__(self) -> None:
        self._answers: dict[Hashable, _Answer] = {}
        self._users: dict[Hashable, Hashable | _Several] = {}  # the one key that was made from it, or several
        self._unconnected: list[
            tuple[Hashable, _Sources, _Sources]
        ] = []  # question, its old sources, its new ones
        self._leaves: dict[Hashable, int] = {}  # leaf -> revision of its last change
        self._revision = self._cleared = 0
        self._open: dict[Hashable, int] = {}  # questions being answered, outermost first
        self._sources: list[_Sources] = []  # of each open question
        self._passing: dict[Hashable, _Passing] = {}  # what is part of a cycle
        self._look = _Look()
        self._unsettled: _Sources = {}  # what was read for the question that was left without an answer last
        self._cut = sys.maxsize  # the outermost open question that the one being answered came back to
        self.came_back_to: Hashable = None  # where the question answered last came back to; None: nowhere

    def ask(self, key: Hashable, make: Callable[[], _T], in_cycle: _T) -> _T:
        """The answer to `key`, computed when it is new or a source of it has changed.

        A question that leads back to itself gets `in_cycle` there. What was computed in such a cycle is true only
        for where it was entered, so no part of the cycle is remembered, where it has more than one.
        """
        if self._sources:
            self._sources[-1][key] = True
        answer = self._answers.get(key)
        if answer is not None and not answer.doubtful:
            known: _T = answer.value
            return known
        if key in self._open:
            if self._open[key] == len(self._open) - 1:
                # By itself alone: what it comes to does not depend on where the cycle was entered.
                del self._sources[-1][key]
            else:
                self.came_back(key)
            return in_cycle
        settled: _T = self._settle(key, make, answer)
        return settled

    def needs_all(self, key: Hashable) -> bool:
        """Whether the question being answered rests on all of the answer to `key` by now."""
        return bool(self._sources) and self._sources[-1].get(key, TOLD) != TOLD

    def needs_told(self, key: Hashable) -> None:
        """Say that of the answer to `key`, which was asked just now, nothing but its `told` is needed. Of one that is not
        remembered all is."""
        if self._sources and key in self._answers:
            self._sources[-1][key] = TOLD

    def uses(self, key: Hashable) -> None:
        """Note that the question being answered rests on the answer to `key`, which whoever asked kept by himself."""
        if self._sources:
            self._sources[-1][key] = True

    @property
    def sources(self) -> dict[Hashable, int] | None:
        """What the question being answered was made from so far, in order; None while none is."""
        return self._sources[-1] if self._sources else None

    @property
    def revision(self) -> int:
        return self._revision

    def unchanged(self, sources: Iterable[tuple[Hashable, int]], since: int) -> int:
        """How many of these sources, from the first on, are what they were in a revision. They are those of an answer that
        was remembered ever since: of others nobody may have noted a change. What belongs to a cycle counts as changed."""
        count = 0
        if since < self._cleared:
            return count
        for source, is_question in sources:
            known = self._answers.get(source)
            if is_question and known is None:
                return count
            try:
                latest = self._changed(source, is_question) if is_question else self._leaves.get(source, 0)
            except Exception:  # a source that cannot be made again: whoever needs it will meet that
                return count
            if latest > since:
                return count
            count += 1
        return count

    def came_back(self, key: Hashable) -> None:
        """Say that the question being answered led back to an open one, whose answer it went without."""
        if key in self._open:
            self._cut = min(self._cut, self._open[key])

    def knows(self, key: Hashable) -> bool:
        """Whether the answer to `key` is remembered and nothing it was made from has changed."""
        answer = self._answers.get(key)
        return answer is not None and not answer.doubtful

    def conclude(self, key: Hashable, value: Any, make: Callable[[], Any]) -> None:
        """Remember an answer that follows from a question being left without one just now (`Unanswered`)."""
        if key not in self._open and not self.knows(key):
            old = self._answers.get(key)
            self._unconnected.append((key, old.sources if old is not None else _NO_SOURCES, self._unsettled))
            self._answers[key] = _Answer(value, make, self._unsettled, self._revision)

    def known(self, key: Hashable) -> Any:
        """The answer to `key` where it is remembered and nothing it was made from has changed; else None."""
        answer = self._answers.get(key)
        return answer.value if answer is not None and not answer.doubtful else None

    def at_hand(self, key: Hashable) -> Any:
        """The same, as an answer that is asked for."""
        answer = self._answers.get(key)
        if answer is None or answer.doubtful:
            return None
        if self._sources:
            self._sources[-1][key] = True
        return answer.value

    def again(self, key: Hashable) -> Any:
        """The answer to a question that was remembered, made again in the same way where it has to be; None where it is not
        remembered any more."""
        answer = self._answers.get(key)
        return self.ask(key, answer.make, None) if answer is not None else None

    def was_asked(self, key: Hashable) -> bool:
        """Whether there is an answer to `key`, right or to be looked at again."""
        return key in self._answers

    def read(self, leaf: Hashable) -> None:
        """Note that the question being answered depends on `leaf`."""
        if self._sources:
            self._sources[-1][leaf] = False

    def forget(self, leaf: Hashable) -> None:
        """Say that `leaf` has another value now."""
        self.connect()
        users = self._users_of(leaf)
        if not users:
            return
        self._revision += 1
        self._leaves[leaf] = self._revision
        pending, seen = list(users), set()
        while pending:
            key = pending.pop()
            answer = self._answers.get(key)
            if key in seen or (answer is not None and answer.doubtful):
                continue
            seen.add(key)
            if answer is not None:
                answer.doubtful = True
            pending.extend(self._users_of(key))

    def drop(self, leaf: Hashable) -> None:
        """Say that `leaf` has another value now, where that changes nearly all that was made from it."""
        self.connect()
        self._revision += 1
        self._leaves[leaf] = self._revision
        pending, seen = list(self._users_of(leaf)), set()
        while pending:
            key = pending.pop()
            if key in seen:
                continue
            seen.add(key)
            pending.extend(self._users_of(key))
            answer = self._answers.pop(key, None)
            for source in answer.sources if answer is not None else ():
                self._disconnect(source, key)

    def connect(self) -> None:
        """Note of every source who was made from it: what `forget` goes by. Who only asks never pays for it; a server
        does it before the first edit comes."""
        for key, before, after in self._unconnected:
            self._connect(key, before, after)
        self._unconnected.clear()

    def clear(self) -> None:
        self._answers.clear()
        self._users.clear()
        self._unconnected.clear()
        self._leaves.clear()
        self._passing.clear()
        self._revision += 1
        self._cleared = self._revision

    def __bool__(self) -> bool:
        """Whether anything is remembered."""
        return bool(self._users) or bool(self._unconnected) or bool(self._answers)

    # --------------------------------------------------------------------------------------------- settling

    def _settle(self, key: Hashable, make: Callable[[], Any], old: _Answer | None) -> Any:
        if old is not None and self._still_right(key, old):
            return old.value
        place = self._open[key] = len(self._open)
        sources: _Sources = {}
        self._sources.append(sources)
        # What is computed now must not rest on what is only presumed, nor on what was asked before it.
        look = self._look
        if look.under_way:
            self._look = _Look()
        around, self._cut = self._cut, sys.maxsize
        try:
            value = make()
        except Exception as error:
            if len(self._sources) > 1:  # Whoever goes on without this rests on what was read for it.
                _join(self._sources[-2], sources)
            if isinstance(error, Unanswered):
                self._unsettled = sources
            raise
        finally:
            cut, self._look = self._cut, look
            self._cut = min(around, cut) if cut < place else around
            self.came_back_to = next(islice(self._open, cut, None)) if cut <= place else None
            self._sources.pop()
            del self._open[key]
        self._unconnected.append((key, old.sources if old is not None else _NO_SOURCES, sources))
        if cut <= place:
            self._answers.pop(key, None)
            self._passing.setdefault(key, _Passing()).add(sources, self._revision)
            if old is not None:
                self._passing[key].changed = self._revision
            return value
        new = _Answer(value, make, sources, self._revision)
        if old is not None and old.value == value:
            new.changed, new.told = old.changed, old.told
            new.value = old.value
        elif old is not None and self._is_told(key) and value is not None and value.tells_what(old.value):
            new.told = old.told
        self._answers[key] = new
        return new.value

    def _is_told(self, key: Hashable) -> bool:
        """Whether some question was made from what the answer to this one tells, and from nothing else of it."""
        for user in self._users_of(key):
            made = self._answers.get(user) or self._passing.get(user)
            if made is not None and made.sources.get(key) == TOLD:
                return True
        return False

    def _still_right(self, key: Hashable, answer: _Answer) -> bool:
        """Whether all sources of a doubtful answer have the values it was made from."""
        answers, since = self._answers, answer.checked

        def changed() -> int:
            for source, is_question in answer.sources.items():
                known = answers.get(source)
                if known is not None and not known.doubtful:  # by far the most frequent case
                    latest = known.told if is_question == TOLD else known.changed
                else:
                    latest = (
                        self._changed(source, is_question) if is_question else self._leaves.get(source, 0)
                    )
                if latest > since:
                    return latest
            return answer.changed

        return self._looked_through(key, changed, since) <= since

    def _passed(self, key: Hashable) -> int:
        """When something of what an answer was made from that is not remembered last changed."""
        passing = self._passing.get(key)
        if passing is None or len(self._look.under_way) > MAX_LOOK:
            return self._revision + 1
        if passing.checked == self._revision:
            return passing.changed

        def changed() -> int:
            latest = passing.changed
            for source, is_question in passing.sources.items():
                at = self._changed(source, is_question) if is_question else self._leaves.get(source, 0)
                latest = max(latest, at)
                if latest >= self._revision:
                    break
            return latest

        return self._looked_through(key, changed, self._revision)

    def _looked_through(self, key: Hashable, changed: Callable[[], int], since: int) -> int:
        """What `changed` says. When nothing has changed after the revision `since`, that is noted: now, or as soon as
        those are known that were taken for unchanged on the way."""
        look = self._look
        place = look.under_way[key] = self._open[key] = len(self._open)
        before, around = len(look.presumed), look.rests_on
        look.rests_on, revision = sys.maxsize, self._revision
        try:
            latest = changed()
        except Exception:  # a source that cannot be made again: whoever needs it will meet that
            latest = self._revision + 1
        if self._revision != revision:  # something was forgotten meanwhile
            latest = self._revision + 1
        del look.under_way[key], self._open[key]
        rests_on, look.rests_on = look.rests_on, around
        inside = list(islice(look.presumed, before, None))
        if latest > since:
            for one in inside:
                del look.presumed[one]
        elif rests_on >= place:
            for one in inside:
                self._note(one, look.presumed.pop(one)[0])
            self._note(key, latest)
        else:
            look.rests_on = min(around, rests_on)
            for one in inside:
                look.presumed[one] = (look.presumed[one][0], rests_on)
            look.presumed[key] = (latest, rests_on)
        return latest

    def _note(self, key: Hashable, changed: int) -> None:
        """An answer was looked through, and is right."""
        answer = self._answers.get(key)
        if answer is not None:
            answer.doubtful = False
            answer.checked = self._revision
        elif (passing := self._passing.get(key)) is not None:
            passing.changed, passing.checked = changed, self._revision

    def _changed(self, key: Hashable, kind: int) -> int:
        """The revision in which a question's answer, or its `told`, last changed; settles it first when it is doubtful."""
        look = self._look
        if key in look.under_way:
            look.rests_on = min(look.rests_on, look.under_way[key])
            return 0
        if key in look.presumed:
            changed, rests_on = look.presumed[key]
            look.rests_on = min(look.rests_on, rests_on)
            return changed
        answer = self._answers.get(key)
        if key in self._open:
            return self._revision + 1  # being answered: nothing can be said yet
        if answer is None:
            return self._passed(key)
        if answer.doubtful:
            self._sources.append({})
            try:
                self._settle(key, answer.make, answer)
            finally:
                self._sources.pop()
            answer = self._answers.get(key)
        if answer is None:
            return self._revision + 1
        return answer.told if kind == TOLD else answer.changed

    def _connect(self, key: Hashable, before: _Sources, after: _Sources) -> None:
        for source in before:
            if source not in after:
                self._disconnect(source, key)
        users = self._users
        for source in after:
            if source not in before:
                held = users.setdefault(source, key)
                if isinstance(held, _Several):
                    held.add(key)
                elif held != key:
                    users[source] = _Several([held, key])

    def _disconnect(self, source: Hashable, key: Hashable) -> None:
        held = self._users.get(source)
        if isinstance(held, _Several):
            held.discard(key)
        elif held == key:
            del self._users[source]

    def _users_of(self, source: Hashable) -> Collection[Hashable]:
        """Whose answers were made from a source."""
        held = self._users.get(source)
        return () if held is None else held if isinstance(held, _Several) else (held,)

    def built_on(self, leaves: Iterable[Hashable]) -> Iterator[tuple[Hashable, Any]]:
        """The questions whose answers were made from these leaves, directly or not, and what is remembered of them.

        Answers to questions about the whole project (keys of one part) are no way: they are made from everything.
        """
        self.connect()
        pending: list[Hashable] = list(leaves)
        seen = set(pending)
        while pending:
            for key in self._users_of(pending.pop()):
                if key not in seen and not (isinstance(key, tuple) and len(key) == 1):
                    seen.add(key)
                    pending.append(key)
                    answer = self._answers.get(key)
                    if answer is not None:
                        yield key, answer.value

    def leaves_of(self, keys: Sequence[Hashable]) -> dict[Hashable, int]:
        """For every leaf which of these questions rest on it, directly or not, as bits: the first one's is the lowest."""
        answers = {key: answer.sources for key, answer in self._answers.items()}
        passing = {key: one.sources for key, one in self._passing.items()}
        return resting.leaves(answers, passing, keys)
