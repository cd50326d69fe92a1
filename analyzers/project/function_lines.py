"""The lines that functions stand in, in two versions of a text: who looks at those of one need not look again while they are
what they were."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from analyzers.facts import Function
from analyzers.project.outline import Outline
from analyzers.text import Text


def lines_of(source: bytes, function: Function) -> bytes:
    """All of the lines that a function begins in, ends in, or goes through."""
    end = source.find(b"\n", function.end)
    begin = source.rfind(b"\n", 0, function.start) + 1
    return source[begin : end + 1 if end >= 0 else len(source)]


def differing(
    asked: Iterable[str], before: bytes | None, after: bytes | None, old: Outline, new: Outline
) -> Iterator[str]:
    """Those of the functions that stand in other lines, or whose file ends its lines otherwise; all where a text is not known."""
    if before is None or after is None or Text(before).newline != Text(after).newline:
        yield from asked
        return
    for qualname in asked:
        one, other = old.functions.get(qualname), new.functions.get(qualname)
        if one is None or other is None or lines_of(before, one) != lines_of(after, other):
            yield qualname
