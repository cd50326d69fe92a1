"""Where what a text defines stands in another version of it: an edit moves all that is below it, and changes none of that.

What is concluded of a function that was only moved holds, with other places.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import chain

from analyzers.facts import ClassDef, FileFacts, Function
from analyzers.findings import Finding, Place
from analyzers.spread import Moving
from analyzers.text import Span

Where = Callable[[Place], Place]
Unit = Function | ClassDef


class Shift(Moving):
    """From where something stood in one version of a text to where it stands in another. Functions and classes of one name
    are the same; what lies between two of them is taken to have moved with the one in front. Whether something is still what
    it was is seen by comparing it with what is there."""

    def __init__(self, old: FileFacts, new: FileFacts) -> None:
        self._from = [0]
        self._by = [0]
        held = dict(_units(new))
        ends = [
            (at, now)
            for name, unit in _units(old)
            if (other := held.get(name)) is not None
            for at, now in ((unit.start, other.start), (unit.end, other.end))
        ]
        latest = 0
        for at, now in sorted(ends):
            if now >= latest:  # One that stands elsewhere among the others now is no longer what it was.
                latest = now
                self._from.append(at)
                self._by.append(now - at)

    def place(self, at: int) -> int:
        return at + self._by[bisect_right(self._from, at) - 1]


def _units(facts: FileFacts) -> Iterator[tuple[tuple[object, ...], Unit]]:
    """What a text defines, by what tells it apart: of several of one name that they are the first, the second."""
    counts: Counter[tuple[str, str]] = Counter()
    functions = (one for one in facts.functions if one.kind not in ("lambda", "module"))
    units: Iterator[Unit] = chain(functions, facts.classes)
    for unit in units:
        name = unit.__class__.__name__, unit.qualname
        counts[name] += 1
        yield (*name, counts[name]), unit


def moved(finding: Finding, where: Where) -> Finding:
    """A finding with its places where they are now."""
    return replace(
        finding,
        place=where(finding.place),
        related=tuple([replace(one, place=where(one.place)) for one in finding.related]),
        fixes=tuple(
            [
                replace(fix, edits=tuple([replace(e, place=where(e.place)) for e in fix.edits]))
                for fix in finding.fixes
            ]
        ),
        cause=where(finding.cause) if finding.cause is not None else None,
    )


def where(shifts: dict[str, Shift]) -> Where:
    """Where a place is now, in files that were shifted so."""

    def now(place: Place) -> Place:
        shift = shifts.get(place.path)
        if shift is None:
            return place
        return Place(place.path, Span(shift.place(place.span.start), shift.place(place.span.end)))

    return now
