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
    asked: Iterable[str], before: Text | None, after: Text | None, old: Outline, new: Outline
) -> Iterator[str]:
    """Those of the functions that stand in other lines, or whose file ends its lines otherwise; all where a text is not known."""
    if before is None or after is None or before.newline != after.newline:
        yield from asked
        return
    source = after.source
    start, tail = after.same_as(before.source)
    begin = source.rfind(b"\n", 0, start) + 1
    end = source.find(b"\n", len(source) - tail)
    for qualname in asked:
        one, other = old.functions.get(qualname), new.functions.get(qualname)
        if one is other and one is not None and (one.end < begin or (end >= 0 and one.start > end)):
            continue  # All lines in which something is typed are behind it, or in front.
        if one is None or other is None or lines_of(before.source, one) != lines_of(source, other):
            yield qualname
