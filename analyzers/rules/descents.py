"""Queries that a recursion sends: a walk over a tree that asks each node for its children."""

from __future__ import annotations

from collections.abc import Iterator

from analyzers.evaluate.events import Queried
from analyzers.findings import Confidence, Cost, Finding, Place, Related, Severity
from analyzers.rules.base import Context, call_place, chain_related, told
from analyzers.templates import TEMPLATE


def check(context: Context, rule: str) -> Iterator[Finding]:
    """One finding for each recursive call, at that call; in a template, where the template is shown."""
    causes: dict[Place, list[Queried]] = {}
    for query in context.analysis.queries:
        if query.descent is not None and not query.memoised:
            causes.setdefault(query.descent, []).append(query)
    for descent, queries in causes.items():
        place = descent
        first = min(queries, key=lambda query: len(query.chain))
        if not context.inside(place):
            place = call_place(first)
            if not _is_template(context, descent.path) or not context.inside(place):
                continue  # It is told where it stands.
        if context.once("descent", place):
            yield _finding(context, rule, place, descent, first, queries)


def _is_template(context: Context, path: str) -> bool:
    return context.project.function(path, TEMPLATE) is not None


def _finding(
    context: Context, rule: str, place: Place, descent: Place, query: Queried, queries: list[Queried]
) -> Finding:
    walked = f"`{context.function.name}` calls itself"
    if not context.inside(descent):
        walked = f"`{descent.path.rpartition('/')[2]}` leads back to itself"  # It is shown here.
    message = (
        f"`{told(query)}` asks the database for every node of the walk: {walked} for each part. "
        "Ask for all rows before the walk, and look up the parts of each by its key."
    )
    more = len({(q.label, q.place) for q in queries}) - 1
    if more:
        message += (
            f" So {'do' if more > 1 else 'does'} {more} more {'queries' if more > 1 else 'query'} here."
        )
    related = [*chain_related(query)]
    related += [Related(q.place, f"`{told(q)}` is sent by each call") for q in queries if q.place != place]
    return context.finding(
        rule,
        place,
        message,
        Severity.WARNING if query.kind == "read" and query.sure else Severity.INFORMATION,
        Confidence.MEDIUM,
        Cost("one query for each node", "1 query"),
        list(dict.fromkeys(related)),
        tags=("query",),
    )
