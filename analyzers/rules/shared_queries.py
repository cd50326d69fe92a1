"""A property or method of a model that asks the database, and that many loops call: told once more where it stands.

Who reads the model sees here how often its method is asked row by row, and may mend all of them in one place. Where the
loops of several files would be warned of it, this is the one warning: their findings are information, and name it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from analyzers import facts as f
from analyzers.evaluate.events import Loop, Queried
from analyzers.evaluate.summaries import NO_TEXT, Summaries
from analyzers.findings import Confidence, Cost, Finding, Place, Related, Severity
from analyzers.project.index import Project
from analyzers.project.models import Models
from analyzers.project.quiet import is_quiet
from analyzers.rules import few
from analyzers.rules.base import Context, call_place, repeats
from analyzers.rules.mild import is_mild, is_whole_work
from analyzers.text import Span

MANY = 3
"""Loops that make a method worth a word of its own."""


class Caller(NamedTuple):
    """A loop that makes a method ask: where it calls it, the function it stands in, and whether it is one to be warned of."""

    place: Place
    name: str
    is_slow: bool


class Told(NamedTuple):
    """A method that is told for all loops that call it: its name where it is written, and what it is called."""

    place: Place
    qualname: str


MAX_ASKED = 12
"""Functions that are looked at for one method: a name that more of them read is a name of many things."""


def may_be_shared(project: Project, path: str, function: f.Function) -> bool:
    """True for a model's method whose name enough functions with loops read."""
    if (
        not function.owner
        or function.name.startswith("__")
        or not Models(project).orm_of(path, function.owner)
    ):
        return False
    return MANY <= len(project.words.readers(function.name)) <= MAX_ASKED


def check(context: Context, rule: str) -> Iterator[Finding]:
    function = context.function
    if not any(_asks(query) for query in context.analysis.queries):
        return
    if not may_be_shared(context.project, context.path, function) or context.analysis.path != context.path:
        return
    callers = _callers(context.summaries, context.path, function)
    if len(callers) < MANY or not context.once("shared", function.qualname):
        return
    files = len({caller.place.path for caller in callers})
    yield context.finding(
        rule,
        _name_of(context.path, function),
        f"`{function.qualname}` asks the database, and {len(callers)} loops{f' of {files} files' if files > 1 else ''} call "
        "it for each of their rows. What it asks for is loaded with the rows best, or for all of them at once.",
        Severity.WARNING if _is_for_all(callers) else Severity.INFORMATION,
        Confidence.MEDIUM,
        Cost("one query for each row", ""),
        [Related(caller.place, f"`{caller.name}` calls it in a loop") for caller in callers],
        tags=("query",),
    )


def told_at(context: Context, query: Queried) -> Told | None:
    """The model's method by which a loop asks the database, if that is told once for the loops of several files."""
    step = query.chain[1].place if len(query.chain) > 1 else query.place
    function = _around(context.project, step)
    if function is None or is_quiet(context.project, step.path):
        return None
    summaries, path, qualname = context.summaries, step.path, function.qualname

    def ask() -> bool:
        found = context.project.function(path, qualname)
        analysis = summaries.analysis(path, qualname) if found is not None else None
        if found is None or analysis is None or not any(map(_asks, analysis.queries)):
            return False
        return may_be_shared(context.project, path, found) and _is_for_all(_callers(summaries, path, found))

    if not context.project.memo.ask(("told for all", path, qualname), ask, in_cycle=False):
        return None
    return Told(_name_of(path, function), qualname)


def _around(project: Project, place: Place) -> f.Function | None:
    """The method that a place stands in."""
    inside = (g for g in project.functions(place.path) if g.start <= place.span.start < g.end and g.owner)
    return max(inside, key=lambda g: g.start, default=None)


def _name_of(path: str, function: f.Function) -> Place:
    return Place(path, Span(function.start + function.name_at, function.start + function.name_to))


def _asks(query: Queried) -> bool:
    return (
        query.kind in ("read", "lazy")
        and "self" in query.depends
        and not (query.memoised or query.kept)
        and not query.batch
    )


def _is_for_all(callers: list[Caller]) -> bool:
    """True if the loops of several files are slow by one method: it is told once, and they name it."""
    return len(callers) >= MANY and len({caller.place.path for caller in callers if caller.is_slow}) > 1


def _callers(summaries: Summaries, path: str, function: f.Function) -> list[Caller]:
    """The loops from which a query of a method is sent on every turn."""
    found: dict[Place, Caller] = {}
    for other, qualname in summaries.project.words.readers(function.name):
        if is_quiet(summaries.project, other):
            continue  # Neither a test nor what ran once says how often rows are asked.
        analysis = summaries.analysis(other, qualname)
        caller = summaries.function(other, qualname)
        if analysis is None or caller is None:
            continue
        context = Context(summaries.project, summaries, other, NO_TEXT, caller, analysis)
        for query in analysis.queries:
            steps = (query.place, *(step.place for step in query.chain))
            inside = any(p.path == path and function.start <= p.span.start < function.end for p in steps)
            sent = query.kind == "read" or (query.kind == "lazy" and query.sure)
            loop = repeats(query) if inside and sent else None
            if loop is not None and loop.place not in found:
                found[loop.place] = Caller(call_place(query), qualname, _is_slow(context, loop, query))
    return list({caller.place: caller for caller in found.values()}.values())


def _is_slow(context: Context, loop: Loop, query: Queried) -> bool:
    """True if a loop is warned of, and all that it asks for is asked by one call."""
    asked = [q for q in context.analysis.queries if q.kind == "read" and repeats(q) is loop]
    return (
        query.kind == "read"
        and len({call_place(q) for q in asked}) == 1
        and not is_mild(context, loop, query)
        and not is_whole_work(context, loop, asked)
        and not few.told(context, loop, query)
    )
