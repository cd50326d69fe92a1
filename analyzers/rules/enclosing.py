"""What an expression stands in: what is around it on its lines, and brackets that are opened where the line gets too wide.

return sorted(Book.objects.all().select_related("author"), key=by_author)    ->    return sorted(
                                                                                       Book.objects.all()..., key=by_author
                                                                                   )
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

STEP = "    "


@dataclass(frozen=True, slots=True)
class Around:
    """Where an expression stands: what is in front of it and behind it on its first and last line, how wide lines may get, and
    how they end."""

    head: str
    behind: str
    width: int
    newline: str = "\n"
    in_brackets: bool = False  # of lines before it

    @property
    def indent(self) -> str:
        return self.head[: len(self.head) - len(self.head.lstrip())]

    @property
    def picked(self) -> str:
        """What is taken of the expression right behind it: `[:5]`."""
        found = _PICKED.match(self.behind)
        return found[0] if found is not None else ""

    @property
    def is_whole(self) -> bool:
        """True for all of what is gone through, assigned or given: it may have brackets of its own."""
        ends = self.head.endswith((" in ", " = ", "return ")) and self.head.lstrip()[:1] not in ("", ")", "]")
        return ends and self.behind.removeprefix(self.picked).strip() in ("", ":")

    @property
    def is_alone(self) -> bool:
        """True for what has lines of its own among others in brackets, as a value of a dict or an argument, too."""
        if not self.head.strip() and self.in_brackets and not self.behind.strip():
            return True
        return _NAMED.fullmatch(self.head) is not None and self.behind.strip() == ","


_PICKED = re.compile(r"\[[^\[\]]*\]")
_NAMED = re.compile(r"""\s*(\w+=|\w+: |"[^"]*": |'[^']*': )?""")


def opened(
    around: Around, start: int, text: str, changed: Iterable[tuple[int, str]]
) -> list[tuple[int, str]]:
    """The edits of an expression that begins at an offset, with those that open the brackets around it on its line; none where
    there are no such brackets, or their lines would be too wide."""
    found = _brackets(around)
    if found is None or "\n" in text:
        return []
    opening, closing = found
    before, behind = around.head[opening + 1 :], around.behind[:closing]
    content, first = before + text + behind, start - len(before.encode())
    if not content.strip() or content.rstrip().endswith(","):
        return []
    indent, last = around.indent + STEP, first + len(content.encode())
    begin, end = (first, around.newline + indent), (last, around.newline + around.indent)
    changed = [*changed]
    if len(indent + _with(content, first, changed)) <= around.width:
        return [begin, *changed, end]
    cuts, comma = _cuts(content, around.head[: opening + 1])
    places = [first + len(content[:cut].encode()) for cut in cuts]
    lines = _with(content, first, [*changed, *((place, "\n") for place in places)]).split("\n")
    if not cuts or any(len(indent + line.strip() + comma) > around.width for line in lines):
        return []
    # The blank that stands at a cut becomes the last one of its line's indentation.
    breaks = [(place, around.newline + indent[:-1]) for place in places]
    return [begin, *changed, *breaks, (last, comma + end[1])]


def _brackets(around: Around) -> tuple[int, int] | None:
    """Where the outermost bracket is opened in front of an expression on its line, and closed behind it; None where more than the
    end of a statement's head follows."""
    depths = [depth for _, depth in _depths(around.head, 0)]
    if not depths or depths[-1] <= 0 or min(depths) < 0:
        return None
    opening = max((at for at, depth in enumerate(depths) if depth == 0), default=-1) + 1
    closing = next((at for at, depth in _depths(around.behind, depths[-1]) if depth == 0), None)
    if closing is None or around.behind[closing + 1 :].strip() not in ("", ":", ","):
        return None
    return opening, closing


def _depths(text: str, depth: int) -> Iterator[tuple[int, int]]:
    """How many brackets are open behind each character of a line; those in texts do not count."""
    for found in _TOKEN.finditer(text):
        if found[0] in "([{":
            depth += 1
        elif found[0] in ")]}":
            depth -= 1
        yield from ((at, depth) for at in range(found.start(), found.end()))


_TOKEN = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|.""")
_CLAUSE = re.compile(r" (?:async for|for|if) ")


def _cuts(content: str, head: str) -> tuple[list[int], str]:
    """The blanks at which what stands in brackets is cut into lines, and what ends the last of these: the clauses of a
    comprehension, or arguments and elements."""
    outside = {at for at, depth in _depths(content, 0) if depth == 0}
    clauses = [found.start() for found in _CLAUSE.finditer(content) if found.start() in outside]
    fors = [at for at in clauses if content[at:].startswith((" for ", " async for "))]
    if fors:
        return [at for at in clauses if at >= fors[0]], ""
    if head.endswith("(") and not head[-2:-1].isidentifier() and head[-2:-1] not in (")", "]"):
        return [], ""  # Brackets of no call: a comma would make a tuple.
    commas = [at for at in range(len(content)) if content[at] == "," and at in outside]
    apart = all(content[at + 1 : at + 2] == " " for at in commas)
    return ([at + 1 for at in commas] if apart else []), ","


def _with(text: str, start: int, changed: Iterable[tuple[int, str]]) -> str:
    source, at, whole = text.encode(), start, b""
    for where, more in sorted(changed, key=lambda edit: edit[0]):
        whole, at = whole + source[at - start : where - start] + more.encode(), where
    return (whole + source[at - start :]).decode()
