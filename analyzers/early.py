"""What is looked at first in a file that was just opened, and what of it may be told before the rest is known."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from analyzers.facts import FileFacts, Function
from analyzers.findings import Finding, Place, Severity
from analyzers.text import Text

_CALLED = re.compile(rb"(\w+)\(")


def order(facts: FileFacts, text: Text) -> Iterator[Function]:
    """Functions that are looked at by themselves whatever the project says: those that call nothing of their own file before
    the others, which lead to much else, and of each the shortest first."""
    loops = [one for one in facts.functions[1:] if one.has_loop and not one.parent and one.kind != "lambda"]
    defined = {one.name.encode() for one in facts.functions} | {one.name.encode() for one in facts.classes}
    later = []
    for one in sorted(loops, key=lambda one: one.end - one.start):
        called = set(_CALLED.findall(text.source, one.start + one.name_to, one.end))
        if b"super" not in called and defined.isdisjoint(called - {one.name.encode()}):
            yield one
        else:
            later.append(one)
    yield from later


def of_itself(
    path: str, function: Function, found: Sequence[Finding], said: Collection[object]
) -> tuple[Finding, ...]:
    """Those of a function's findings that are told whatever other functions of the file say. One with a cause elsewhere is
    mild where another place is told in full, and what a function says of code outside of it (`said`, by `Seen`), another
    one may say before it."""
    if not all(_is_inside(path, function, key) for key in said):
        return ()
    return tuple(one for one in found if one.cause is None or one.severity <= Severity.INFORMATION)


def _is_inside(path: str, function: Function, key: object) -> bool:
    places = [part for part in key if isinstance(part, Place)] if isinstance(key, tuple) else []
    return bool(places) and all(
        place.path == path and function.start <= place.span.start and place.span.end <= function.end
        for place in places
    )
