"""From a recorded frame to a function of one file: by position and name, and by name alone when code has moved."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from analyzers.facts import FileFacts, Function
from analyzers.profiles.keys import FunctionKey
from analyzers.profiles.profile import Frame
from analyzers.profiles.sourcemaps import MAPPED
from analyzers.text import Text

_MODULE = "<module>"
_COMPREHENSIONS = frozenset({"<genexpr>", "<listcomp>", "<setcomp>", "<dictcomp>"})
ANONYMOUS = frozenset({"", "<lambda>", "(anonymous)", "<anonymous>", "anonymous"})
_CALLED = re.compile(r"([A-Za-z_$][\w$]{0,200})\s{0,20}\(")
_PREFIX = re.compile(r"^(?:get|set|async|static|new) ")
_LOCALS = re.compile(r"(?:<locals>|<anonymous>)\.")


@dataclass(frozen=True, slots=True)
class Match:
    """`function` is where the frame's time belongs; `around` is the named function around a lambda, which shares it.

    `folded`: the frame is a comprehension or a class body inside `function`, so that its calls are no calls of it.
    """

    function: Function
    how: str  # exact or moved
    around: Function | None = None
    folded: bool = False


def bare(name: str) -> str:
    """The last part of a recorded name: `main.<locals>.phase` -> `phase`, `get size` -> `size`."""
    name = _PREFIX.sub("", name)
    return name if name.startswith("(") else name.rpartition(".")[2]


def plain(qualname: str) -> str:
    """A qualified name without `<locals>.` and `<anonymous>.`, in which profilers and parsers differ."""
    return _LOCALS.sub("", _PREFIX.sub("", qualname))


def _is_script(name: str, frame: Frame) -> bool:
    """The top level of a script, as V8 names it: without a name, at its beginning or at no place at all."""
    if frame.column not in (0, -1):
        return False
    return (name in ANONYMOUS and frame.line == 1) or (name in ("", "(anonymous)") and not frame.line)


def is_named(function: Function) -> bool:
    return function.name not in ANONYMOUS and not function.name.startswith("<")


class FileFunctions:
    """The functions of one file with the lines they span, decorators included; lines count from 1."""

    def __init__(self, path: str, facts: FileFacts, text: Text) -> None:
        self.path = path
        self.module = facts.functions[0]
        self.spans: list[tuple[int, int, Function]] = []
        self.by_qualname: dict[str, list[Function]] = {}
        self.by_name: dict[str, list[Function]] = {}
        self.first_line: dict[str, int] = {_MODULE: 1}
        self.text = text
        self.facts = facts
        self.shifted = False
        self.renamed: Mapping[str, Function] = {}
        self.fates: Mapping[str, Function | None] = {}  # what became of a name that other code has now
        self.remembered: Sequence[str] = ()
        for function in facts.functions:
            if function is self.module:
                continue
            first = text.line_of(function.start) + 1
            last = text.line_of(max(function.start, function.end - 1)) + 1
            self.spans.append((first, last, function))
            self.first_line[function.qualname] = first
            self.by_qualname.setdefault(plain(function.qualname), []).append(function)
            self.by_name.setdefault(function.name, []).append(function)
        self.displaced: set[Frame] = set()
        self.by_own_qualname = {function.qualname: function for function in facts.functions}

    # ------------------------------------------------------------------------------------------ whole file

    def expect(self, texts: Mapping[Frame, str]) -> None:
        """What stood at the frames' lines when they were recorded: where something else does, lines say nothing."""
        for frame, words in texts.items():
            at = frame.line - 1
            here = self.text.line_text(at) if 0 <= at < self.text.line_count else ""
            if " ".join(here.split())[: len(words)] != words:
                self.displaced.add(frame)

    def fit(self, frames: Iterable[Frame]) -> tuple[int, int, int]:
        """How well recorded frames fit this file: (at their place, known by name, all), named functions only."""
        exact = known = count = 0
        for frame in frames:
            name = bare(frame.name)
            if name in ANONYMOUS or name.startswith(("<", "(")):
                continue
            count += 1
            if self._at(name, frame) is not None or self._class_body(name, frame.line):
                exact += 1
                known += 1
            elif name in self.by_name or any(each.name == name for each in self.facts.classes):
                known += 1
        return exact, known, count

    def observe(
        self,
        frames: Sequence[Frame],
        keys: Mapping[str, FunctionKey],
        now: Mapping[str, FunctionKey],
        *,
        begins: bool = False,
    ) -> None:
        """Learn from all frames of this file whether code has moved, and from remembered keys what was renamed.

        `begins`: the producer writes the lines where functions begin, so that one line off is moved, too.
        """
        exact, _known, count = self.fit(frames)
        self.shifted = exact < count or bool(self.displaced)
        if begins and not self.shifted:
            self.shifted = not all(map(self._begins, frames))
        lost = {old: key for old, key in keys.items() if now.get(old) != key} if keys else {}
        same: dict[FunctionKey, list[str]] = {}
        for qualname in now if lost else ():
            if keys.get(qualname) != now[qualname]:
                same.setdefault(now[qualname], []).append(qualname)
        self.renamed = {
            old: self.by_own_qualname[same[key][0]]
            for old, key in lost.items()
            if len(same.get(key, ())) == 1
        }
        taken = {function.qualname for function in self.renamed.values()}
        self.fates = {old: self.renamed.get(old) for old in lost if old in self.renamed or old in taken}
        self.remembered = tuple(keys) if self.fates else ()

    # ------------------------------------------------------------------------------------------ one frame

    def match(self, frame: Frame) -> Match | None:
        """The function of a frame; None when it is gone."""
        name = bare(frame.name)
        if frame.name == MAPPED:
            return None if frame in self.displaced else self._at_place(frame)
        if frame in self.displaced and name == _MODULE:
            return None
        if name == _MODULE or _is_script(name, frame):
            return Match(self.module, "exact")
        if self.remembered and self._was_exchanged(name, frame):
            became = {self.fates.get(old) for old in self._remembered(name, frame)}
            function = became.pop() if len(became) == 1 else None
            return Match(function, "moved", self._around(function)) if function else None
        if name in _COMPREHENSIONS:
            return self._inside(frame)
        if name in ANONYMOUS:
            return self._lambda(frame)
        function = self._at(name, frame)
        if function is not None:
            return Match(function, "exact", self._around(function))
        if self._class_body(name, frame.line):
            return Match(self.innermost(frame.line) or self.module, "exact", folded=True)
        return self._by_name(name, frame)

    def _begins(self, frame: Frame) -> bool:
        """Does the frame's function, if it is known here, begin at the frame's line?"""
        function = self._at(bare(frame.name), frame)
        if function is None or not is_named(function):
            return True
        defined = self.text.line_of(function.start + function.def_at) + 1
        return frame.line in (self.first_line[function.qualname], defined)

    def _remembered(self, name: str, frame: Frame) -> list[str]:
        """The functions that had the frame's name when the file was first seen."""
        whole = [old for old in self.remembered if plain(old) == plain(frame.name)]
        return whole or [old for old in self.remembered if bare(old) == name]

    def _was_exchanged(self, name: str, frame: Frame) -> bool:
        """Has the function of this name got another one, or its name another function?"""
        return any(old in self.fates for old in self._remembered(name, frame))

    def _at_place(self, frame: Frame) -> Match | None:
        """By position alone: a source map led here."""
        offset = self._offset(frame)
        if offset is None:
            return None
        around = [each for _first, _last, each in self.spans if each.start <= offset < each.end]
        if not around:
            return Match(self.module, "exact", folded=True)
        function = min(around, key=lambda each: (each.end - each.start, -each.start))
        return Match(function, "exact", self._around(function))

    def innermost(self, line: int, *, named: bool = False) -> Function | None:
        """The smallest function that holds a line; None at the top level."""
        found = [
            (last - first, -function.start, function)
            for first, last, function in self.spans
            if first <= line <= last and (is_named(function) or not named)
        ]
        return min(found, key=lambda each: each[:2])[2] if found else None

    def called_at(self, line: int, column: int) -> str:
        """The name that is called at a place, "" where no call by a plain name begins; the column counts from 0."""
        if not 0 < line <= self.text.line_count:
            return ""
        called = _CALLED.match(self.text.line_text(line - 1)[column:])
        return called.group(1) if called else ""

    def holds(self, function: Function, line: int) -> bool:
        """Does the line belong to the function? A line of the top level lies in no other function."""
        if function is self.module:
            inner = self.innermost(line, named=True)
            return inner is None or line == self.first_line[inner.qualname]
        return any(first <= line <= last for first, last, each in self.spans if each is function)

    def _at(self, name: str, frame: Frame) -> Function | None:
        if frame in self.displaced:
            return None
        found = [
            (plain(function.qualname) != plain(frame.name), last - first, function)
            for first, last, function in self.spans
            if function.name == name and first <= frame.line <= last
        ]
        return min(found, key=lambda each: each[:2])[2] if found else None

    def _around(self, function: Function) -> Function | None:
        """The named function around an anonymous one; None for a named one and at the top level."""
        if is_named(function):
            return None
        at: Function | None = function
        for _ in range(50):
            at = self.by_own_qualname.get(at.parent) if at is not None and at.parent else None
            if at is None or at is self.module:
                return None
            if is_named(at):
                return at
        return None

    def _lambda(self, frame: Frame) -> Match | None:
        if self.shifted or not frame.line:
            return self._enclosing_by_name(frame)
        offset = self._offset(frame)
        found = [
            (last - first, function.end - function.start, function)
            for first, last, function in self.spans
            if first <= frame.line <= last
            and not is_named(function)
            and (offset is None or function.start <= offset < function.end)
        ]
        if not found:  # `const f = () => ..` is anonymous to some producers and named in the facts
            inner = self.innermost(frame.line)
            return (
                Match(inner, "exact", self._around(inner))
                if inner
                else Match(self.module, "exact", folded=True)
            )
        function = min(found, key=lambda each: each[:2])[2]
        return Match(function, "exact", self._around(function))

    def _offset(self, frame: Frame) -> int | None:
        if frame.column < 0 or frame.line > self.text.line_count:
            return None
        return self.text.line_starts[frame.line - 1] + frame.column

    def _inside(self, frame: Frame) -> Match | None:
        if self.shifted or not frame.line:
            return self._enclosing_by_name(frame)
        function = self.innermost(frame.line) or self.module
        return Match(function, "exact", self._around(function), folded=True)

    def _enclosing_by_name(self, frame: Frame) -> Match | None:
        parts = plain(frame.name).split(".")[:-1]
        while parts:
            found = self.by_qualname.get(".".join(parts), [])
            if len(found) == 1:
                return Match(found[0], "moved", folded=True)
            parts.pop()
        return None

    def _class_body(self, name: str, line: int) -> bool:
        return any(
            each.name == name
            and self.text.line_of(each.start) + 1
            <= line
            <= self.text.line_of(max(each.start, each.end - 1)) + 1
            for each in self.facts.classes
        )

    def _by_name(self, name: str, frame: Frame) -> Match | None:
        found = self.by_qualname.get(plain(frame.name), []) if "." in frame.name else []
        if len(found) != 1:
            found = self.by_name.get(name, [])
        if found:
            return Match(min(found, key=lambda each: self._distance(each, frame.line)), "moved")
        old = [now for before, now in self.renamed.items() if bare(before) == name]
        return Match(old[0], "moved") if len(old) == 1 else None

    def _distance(self, function: Function, line: int) -> int:
        return abs(self.first_line[function.qualname] - line)
