"""A property or method of a model that asks the database, and that many loops call: told once more where it stands.

Each of the loops has a finding of its own. Who reads the model sees here how often its method is asked row by row, and
may mend all of them in one place.
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzers import facts as f
from analyzers.evaluate.events import Queried
from analyzers.findings import Confidence, Cost, Finding, Place, Related, Severity
from analyzers.project.index import Project
from analyzers.project.models import Models
from analyzers.project.quiet import is_quiet
from analyzers.rules.base import Context, call_place, repeats
from analyzers.text import Span

MANY = 3
"""Loops that make a method worth a word of its own."""

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
    callers = _callers(context)
    if len(callers) < MANY or not context.once("shared", function.qualname):
        return
    span = Span(function.start + function.name_at, function.start + function.name_to)
    yield context.finding(
        rule,
        Place(context.path, span),
        f"`{function.qualname}` asks the database, and {len(callers)} loops call it for each of their rows. What it asks "
        "for is loaded with the rows best, or for all of them at once.",
        Severity.INFORMATION,
        Confidence.MEDIUM,
        Cost("one query for each row", ""),
        [Related(place, f"`{name}` calls it in a loop") for place, name in callers.items()],
        tags=("query",),
    )


def _asks(query: Queried) -> bool:
    return (
        query.kind in ("read", "lazy") and "self" in query.depends and not query.memoised and not query.batch
    )


def _callers(context: Context) -> dict[Place, str]:
    """The places in loops from which a query of the method is sent on every turn, and the functions they are in."""
    found: dict[Place, tuple[Place, str]] = {}
    for path, qualname in context.project.words.readers(context.function.name):
        if is_quiet(context.project, path):
            continue  # Neither a test nor what ran once says how often rows are asked.
        analysis = context.summaries.analysis(path, qualname)
        for query in analysis.queries if analysis is not None else ():
            inside = any(context.inside(p) for p in (query.place, *(step.place for step in query.chain)))
            sent = query.kind == "read" or (query.kind == "lazy" and query.sure)
            loop = repeats(query) if inside and sent else None
            if loop is not None:
                found.setdefault(loop.place, (call_place(query), qualname))
    return dict(found.values())
