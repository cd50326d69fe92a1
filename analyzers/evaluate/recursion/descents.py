"""Queries of a function that calls itself for the parts of what it is given: one for every node of a tree.

A walk that asks each node for its children has no loop around the query: the query stands before the loop, or is that
loop's own, and the function is called again on every turn.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from analyzers.evaluate.calling import memos, spared
from analyzers.evaluate.events import Loop, Queried
from analyzers.evaluate.queries.emit import LAZY_KINDS
from analyzers.evaluate.recursion.recording import SelfCall
from analyzers.evaluate.run import Run
from analyzers.types import Value


def mark(run: Run) -> None:
    """Say of the queries that are sent again by each recursive call which call that is."""
    if run.recursion is None or memos.memo_of(run.function):
        return
    calls = [(call, loop, name) for call in run.recursion.calls for loop, name in _downwards(call)]
    found = run.analysis.queries
    for call, loop, name in calls:
        for position, query in enumerate(found):
            if query.descent is None and _is_sent_by(run, query, loop, name, call.arguments[name]):
                found[position] = replace(query, descent=call.place)
        if not any(query.descent == call.place for query in found):
            found += _of_argument(run, call, loop, call.arguments[name])


def _downwards(call: SelfCall) -> Iterator[tuple[Loop, str]]:
    """The loop over what a parameter has, and that parameter, for which the call passes the loop's element on."""
    if call.last or spared.ends(call.without, call.arguments):
        return
    for loop in call.loops:
        for name, value in call.arguments.items():
            if loop.number in value.depends and name in loop.over.depends and loop.grows and not loop.exits:
                yield loop, name


def _is_sent_by(run: Run, query: Queried, loop: Loop, name: str, handed: Value) -> bool:
    """True for a query about the parameter itself. One that depends on the loop repeats in that loop already."""
    if (
        query.kind not in ("read", "lazy")
        or name not in query.depends
        or query.memoised
        or query.kept
        or query.batch
    ):
        return False
    if spared.by_row(query, name, handed):
        return False
    if any(other.number in query.depends for other in query.loops) or query.inner:
        return False
    return query.kind == "read" or _is_never_loaded(run, query.relation, query.origin is None and query.many)


def _of_argument(run: Run, call: SelfCall, loop: Loop, value: Value) -> list[Queried]:
    """A set of rows that is handed on without being read here: the recursive call reads it."""
    if value.kind not in LAZY_KINDS or value.ref is None or value.is_constant_size or value.batched:
        return []
    if value.relation and not _is_never_loaded(run, value.relation, bool(value.path)):
        return []
    label = value.label or value.ref[1]
    kind = "lazy" if value.relation else "read"
    made = Queried(kind, label, call.place, value.depends, call.loops, run.owner, orm="django", sure=False)
    return [replace(made, relation=value.relation, many=True, descent=call.place)]


def _is_never_loaded(run: Run, relation: str, is_open: bool) -> bool:
    """True for a relation of a row from anywhere that no text of the program loads."""
    words = run.summaries.project.words
    last = relation.rpartition("__")[2]
    return is_open and bool(last) and not words.says("loaded", last) and not words.says("custom", last)
