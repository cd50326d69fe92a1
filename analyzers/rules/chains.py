"""How a chain of calls is written that more calls, or more arguments, make longer: on the lines where black and ruff put it.

for book in Book.objects.filter(shelf=shelf).order_by("title"):    ->    for book in (
                                                                             Book.objects.filter(shelf=shelf)
                                                                             .order_by("title")
                                                                             .select_related("author")
                                                                         ):
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from analyzers import facts as f
from analyzers.rules import enclosing
from analyzers.rules.enclosing import STEP, Around

MANY_CALLS = 3
"""Calls of a chain from which on each has a line of its own, where all are too wide for one.
Source: https://black.readthedocs.io/en/stable/the_black_code_style/current_style.html#call-chains"""

Arguments = Mapping[int, Sequence[str]]
"""What calls get: the position of a call in its chain -> the arguments that come behind those it has."""


@dataclass(slots=True)
class Chain:
    """An expression that ends with calls: its text, where it begins, and the calls, first to last."""

    text: str
    start: int
    calls: tuple[f.Call, ...]  # as they are in the facts of their owner
    offset: int  # of that owner
    around: Around
    more: Arguments = field(default_factory=dict)
    new: Sequence[str] = ()  # calls that come behind: `.select_related("author")`

    def edits(self) -> list[tuple[int, str]]:
        """What is put in, and where: one text at each place, in the order of the places."""
        found: dict[int, str] = {}
        for where, text in sorted(self._edits(), key=_place):
            found[where] = found.get(where, "") + text
        return [(where, text) for where, text in found.items() if text]

    def _edits(self) -> list[tuple[int, str]]:
        added = [edit for at, given in self.more.items() for edit in self._given(at, given)]
        plain = [*added, (self.end, "".join(self.new))]
        if "\n" in self.text and (self.new or not self._fits(plain)):
            return self._on_the_last_line(added)
        if self._fits(plain):
            return plain
        if len(self.calls) + len(self.new) >= MANY_CALLS and (self.around.is_whole or self.around.is_alone):
            return self._in_lines(added)
        return enclosing.opened(self.around, self.start, self.text, plain) or self._broken(added)

    @property
    def end(self) -> int:
        return self.start + len(self.text.encode())

    # ------------------------------------------------------------------------------------------- layouts

    def _in_lines(self, added: list[tuple[int, str]]) -> list[tuple[int, str]]:
        """Each call on a line of its own, in brackets where nothing else holds it."""
        around, is_whole = self.around, self.around.is_whole
        deeper = around.indent + (STEP if is_whole else "")
        newline = around.newline + deeper
        whole = self._with([*added, (self.end, "".join(self.new))])
        brackets: list[tuple[int, str]] = []
        if is_whole:
            end = self.end + len(around.picked.encode())
            brackets = [(self.start, f"({newline}"), (end, f"{around.newline}{around.indent})")]
        if is_whole and len(deeper) + len(whole) + len(around.picked) <= around.width:
            return [*added, (self.end, "".join(self.new)), *brackets]
        breaks = [(self._dot(at), newline) for at in range(1, len(self.calls))]
        behind = "".join(newline + self._narrow(one, deeper) for one in self.new)
        return [*breaks, *added, (self.end, behind), *brackets]

    def _broken(self, added: list[tuple[int, str]]) -> list[tuple[int, str]]:
        """The arguments of one call on lines of their own: of the last where all in front of it fits, else of the one before."""
        around, before = self.around, len(self.calls) - 1
        if not self.new:
            head = around.head + self._with([*added, (self._dot(before), "\n")]).partition("\n")[0]
            fits = len(head) + self._name(before) <= around.width
            return self._opened(before if fits or not self._can_open(before - 1) else before - 1, added)
        *others, last = self.new
        head = around.head + self._with([*added, (self.end, "".join(others))])
        name = last[: last.index("(") + 1]
        closing = f"{around.indent}){''.join(self.new)}{around.behind}"
        if len(head + name) > around.width and self._can_open(before) and len(closing) <= around.width:
            return [*self._opened(before, added), (self.end, "".join(self.new))]
        return [*added, (self.end, "".join(others) + self._opened_text(last, around.indent))]

    def _on_the_last_line(self, added: list[tuple[int, str]]) -> list[tuple[int, str]]:
        """What comes behind an expression of several lines: on lines of its own where the last call has one, else behind the
        last bracket, with its arguments on lines of their own where that gets too wide."""
        around = self.around
        last = self._with(added).rpartition("\n")[2]
        indent = last[: len(last) - len(last.lstrip())]
        if self.more and len(last + ("" if self.new else around.behind)) > around.width:
            opened = self._opened(max(self.more), added)
            added, last = opened, last if opened == added else f"{indent})"
        if self._has_own_line(len(self.calls) - 1) if self.calls else last.lstrip().startswith("."):
            newline = around.newline + indent
            return [*added, (self.end, "".join(newline + self._narrow(one, indent) for one in self.new))]
        text = ""
        for one in self.new:
            line = (text.rpartition("\n")[2] if "\n" in text else last + text) + one
            text += one if len(line + around.behind) <= around.width else self._opened_text(one, indent)
        return [*added, (self.end, text)]

    # -------------------------------------------------------------------------------------------- pieces

    def _opened(self, at: int, added: list[tuple[int, str]]) -> list[tuple[int, str]]:
        """The arguments of a call between its brackets' lines."""
        call = self.calls[at]
        first, last = self.offset + call.func.to + 1, self.offset + call.to - 1
        if not self._can_open(at):
            return added
        newline, indent = self.around.newline, self._indent_at(call)
        own = self._end_of(at) if at in self.more else -1
        given = self._slice(first, last) + "".join(text for where, text in added if where == own)
        if len(indent + STEP + given) <= self.around.width:
            return [(first, f"{newline}{indent}{STEP}"), *added, (last, f"{newline}{indent}")]
        arguments = [*call.args, *call.keywords]
        apart = [self._on_a_line(self.offset + one.at, f"{indent}{STEP}") for one in arguments]
        more = [
            (where, "".join(f",{newline}{indent}{STEP}{one}" for one in self.more[at]))
            if where == own
            else (where, text)
            for where, text in added
        ]
        return [*apart, *more, (last, f",{newline}{indent}")]

    def _opened_text(self, call: str, indent: str) -> str:
        return opened(call, indent, self.around.width, self.around.newline)

    def _narrow(self, call: str, indent: str) -> str:
        return call if len(indent + call) <= self.around.width else self._opened_text(call, indent)

    def _can_open(self, at: int) -> bool:
        call = self.calls[at] if 0 <= at < len(self.calls) else None
        if call is None or not (call.args or call.keywords):
            return False
        return "\n" not in self._slice(self.offset + call.func.to, self.offset + call.to)

    def _indent_at(self, call: f.Call) -> str:
        """How far the line is indented that a call stands on."""
        begin = self._slice(self.start, self.offset + call.func.to).rpartition("\n")
        line = begin[2] if begin[1] else self.around.head
        return line[: len(line) - len(line.lstrip())]

    def _given(self, at: int, more: Sequence[str]) -> list[tuple[int, str]]:
        """The arguments that a call gets, each on a line of its own where those it has are."""
        call, last, newline = self.calls[at], self._end_of(at), self.around.newline
        before = self._slice(self.start, self.offset + call.args[-1].at).rpartition("\n")
        begin = self.offset + call.args[-1].at - len(before[2].encode())
        of_line = [self.offset + one.at for one in call.args if self.offset + one.at >= begin]
        indent = self._slice(begin, of_line[0])
        rest = self._slice(last, self.end).partition("\n")[0].rstrip("\r")
        closed = rest.startswith(",")
        together = [(last, "".join(f", {one}" for one in more))]
        if not before[1] or indent.strip() or not (len(call.args) > 1 or closed):
            return together
        behind = "".join(f",{newline}{indent}{one}" for one in more)
        if len(of_line) == 1 and closed and "#" in rest:  # What is said of an argument stays on its line.
            return [(last + len(rest.encode()), behind[1:] + ",")]
        if len(of_line) == 1:
            return [(last, behind)]
        width = len(self._slice(begin, last)) + sum(len(one) + 2 for one in more)
        if closed or width <= self.around.width:
            return together
        return [*(self._on_a_line(one, indent) for one in of_line[1:]), (last, f"{behind},")]

    def _on_a_line(self, at: int, indent: str) -> tuple[int, str]:
        """A line's end in front of an argument: the blanks that are there become the last of its indentation."""
        before = self._slice(self.start, at)
        blanks = len(before) - len(before.rstrip(" "))
        taken = blanks if indent.endswith(" " * blanks) else 0
        return at - taken, self.around.newline + indent[: len(indent) - taken]

    def _has_own_line(self, at: int) -> bool:
        """True if the name of a call is the first thing on its line."""
        func = self.calls[at].func
        name = self.offset + func.name_at if isinstance(func, f.Attr) else self.start
        line = self._slice(self.start, name).rpartition("\n")
        return bool(line[1]) and line[2].strip() == "."

    def _end_of(self, at: int) -> int:
        return self.offset + self.calls[at].args[-1].to

    def _name(self, at: int) -> int:
        """How long `.filter(` is, or whatever else is called."""
        return self.offset + self.calls[at].func.to + 1 - self._dot(at)

    def _dot(self, at: int) -> int:
        func = self.calls[at].func
        return self.offset + (func.obj.to if isinstance(func, f.Attr) else func.at)

    def _slice(self, begin: int, end: int) -> str:
        return self.text.encode()[begin - self.start : end - self.start].decode("utf-8", "replace")

    def _with(self, edits: list[tuple[int, str]]) -> str:
        """The expression as it is then."""
        text, at = "", self.start
        for where, more in sorted(edits, key=_place):
            text, at = text + self._slice(at, where) + more, where
        return text + self._slice(at, self.end)

    def _fits(self, edits: list[tuple[int, str]]) -> bool:
        before = set((self.around.head + self.text + self.around.behind).split("\n"))
        lines = (self.around.head + self._with(edits) + self.around.behind).split("\n")
        return all(len(line) <= self.around.width or line in before for line in lines)


def opened(call: str, indent: str, width: int, newline: str = "\n") -> str:
    """A call such as `.select_related("author")` with its arguments between the lines of its brackets: on one, or where that
    is too wide, each on its own."""
    name, _, rest = call.partition("(")
    given = rest[:-1]
    if len(indent + STEP + given) > width:
        given = f",{newline}{indent}{STEP}".join(given.split(", ")) + ","
    return f"{name}({newline}{indent}{STEP}{given}{newline}{indent})"


def _place(edit: tuple[int, str]) -> int:
    return edit[0]
