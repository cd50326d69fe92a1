"""Statements that leave a loop happen once, however often the loop turns.

`if found: return line[:i]` in a loop copies the line on one turn, the last one. What stands between such a way out and
the last `continue` before it is therefore paid where the loop ends up, not on every turn. Only blocks that leave on
every path are taken so; what a test before them costs is still paid on each turn.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from msgspec.structs import replace

from analyzers import facts as f
from analyzers.evaluate import shapes
from analyzers.evaluate.events import Loop, Queried
from analyzers.evaluate.run import Run


def last_turn(run: Run, body: tuple[f.Stmt, ...]) -> tuple[int, int] | None:
    """From which statement of a block on the open loops are left, and how many stay open. None if they are not."""
    if len(run.loops) <= run.base_loops or not body or not _leaves(body[-1]):
        return None
    start = len(body) - 1
    while start > 0 and not shapes.continues(body[start - 1]):
        start -= 1
    if shapes.continues(body[start]):
        return None
    depth = max(_depth(run, kind) for stmt in body[start:] for kind in _ways_out(stmt))
    return (start, depth) if depth < len(run.loops) else None


def _leaves(stmt: f.Stmt) -> bool:
    """True if the statement leaves the loop on every path through it."""
    if isinstance(stmt, f.Return):
        return True
    if isinstance(stmt, f.Jump):
        return stmt.kind in ("break", "raise")
    if isinstance(stmt, f.If):
        return all(block and _leaves(block[-1]) for block in (stmt.body, stmt.otherwise))
    if isinstance(stmt, (f.With, f.Block)):
        return bool(stmt.body) and _leaves(stmt.body[-1])
    return False


def _ways_out(stmt: f.Stmt, inner: bool = False) -> Iterator[str]:
    """The kinds of the statements that leave this very loop: break, return, raise."""
    if isinstance(stmt, f.Return):
        yield "return"
    elif isinstance(stmt, f.Jump):
        if stmt.kind != "break" or not inner:
            yield stmt.kind
    elif isinstance(stmt, (f.For, f.While)):
        for child in stmt.body:
            yield from _ways_out(child, True)
        for child in stmt.otherwise:
            yield from _ways_out(child, inner)
    else:
        for child in shapes.children(stmt):
            yield from _ways_out(child, inner)


def _depth(run: Run, kind: str) -> int:
    """How many loops are still open after a way out was taken."""
    if kind == "break":
        return len(run.loops) - 1
    if kind == "raise":
        return max(run.base_loops, run.caught)
    return run.base_loops


def once(run: Run, depth: int, body: Callable[[], None]) -> None:
    """Run what happens on the last turn of all loops beyond `depth`: its costs are paid outside of them."""
    opened, before = len(run.loops), len(run.analysis.queries)
    frame = run.open_side()
    try:
        body()
    finally:
        while len(run.loops) > opened:
            run.close()
        run.close_side(frame, depth)
    left = tuple(run.loops[depth:opened])
    run.analysis.queries[before:] = [_sent_once(query, left) for query in run.analysis.queries[before:]]


def _sent_once(query: Queried, left: tuple[Loop, ...]) -> Queried:
    """A query that is sent as the loops are left: it depends on what these went through, and is no more in them."""
    numbers = {loop.number for loop in left}
    if numbers.isdisjoint(loop.number for loop in query.loops):
        return query
    loops = tuple(loop for loop in query.loops if loop.number not in numbers)
    gone_through = frozenset().union(*(loop.over.depends for loop in left if loop.number in query.depends))
    around = {loops[-1].number} if loops and numbers & query.depends else set()
    return replace(query, loops=loops, depends=(query.depends - numbers) | gone_through | around)
