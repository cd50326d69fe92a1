"""Queries on every turn that may be meant, or that cost less than a read of the database on each of many turns."""

from __future__ import annotations

from analyzers.evaluate.events import Loop, Queried
from analyzers.rules import few
from analyzers.rules.base import Context, call_place, of_framework


def is_mild(context: Context, loop: Loop, query: Queried) -> bool:
    """True for what may be meant, or costs less than a read of the database on each of many turns."""
    # A structure is walked by calls of oneself: which of its parts ask is decided on the way.
    walks = any(step.message == f"calls `{context.function.qualname}`" for step in query.chain)
    return (
        query.kind != "read"
        or query.orm == "redis"
        or bool(query.note)
        or loop.exits
        or loop.kind == "while"
        or walks
        or (of_framework(loop) and query.optional)
        or _is_over_groups(loop)
        or _is_paged(loop, query)
    )


def _is_over_groups(loop: Loop) -> bool:
    """True for a loop over what was grouped before (`for kind, ids in by_kind.items()`): one query for each group."""
    pair = loop.over.of
    if loop.over.kind not in ("values", "view", "iterator", "dict") or pair is None or pair.items is None:
        return False
    return len(pair.items) == 2 and pair.items[1].kind in ("list", "set", "dict", "tuple", "deque")


def _is_paged(loop: Loop, query: Queried) -> bool:
    """True if each turn goes through pages of its own: the query is repeated until no rows are left."""
    return loop in query.loops and any(
        inner.kind == "while" for inner in query.loops[query.loops.index(loop) + 1 :]
    )


def is_whole_work(context: Context, loop: Loop, queries: list[Queried]) -> bool:
    """True if each turn calls what loops over queries of its own: no one query would do, and that loop comes first."""
    looping = {
        call_place(q)
        for q in context.analysis.queries
        if q.inner and q.chain and loop in q.loops and not (q.within is not None and few.is_of_one(q.within))
    }
    return all(query.chain and call_place(query) in looping for query in queries)
