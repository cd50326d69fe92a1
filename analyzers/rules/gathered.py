"""The local fix of awaits one after the other: all of them under way at once, under a limit.

    for url in urls:                            limit = asyncio.Semaphore(10)
        response = await get(url)               async def limited(url):
        show(response)                              async with limit:
                                          ->            return await get(url)
                                                responses = await asyncio.gather(*(limited(url) for url in urls))
                                                for url, response in zip(urls, responses):
                                                    show(response)

Offered, never called certain: requests overlap, and one that fails no longer keeps the later ones from being sent.
Source: https://docs.python.org/3/library/asyncio-task.html#asyncio.gather
"""

from __future__ import annotations

from dataclasses import dataclass

from analyzers import facts as f
from analyzers.evaluate import shapes
from analyzers.evaluate.events import Awaited, Loop
from analyzers.findings import Edit, Fix, Place
from analyzers.rules import changes, edits, imports, structure
from analyzers.rules.base import Context
from analyzers.text import Span

AT_ONCE = 10
"""How many requests the fix lets run at once: few enough for a service not to mind, for a person to change."""


def fix(context: Context, loop: Loop, awaited: Awaited) -> Fix | None:
    """All requests at once; None where one may need what another one, or the turn before, brought."""
    here = structure.home(context, awaited.place)
    region, node = changes.loop_node(here, loop), structure.node_at(here, awaited.place)
    statement = edits.statement_at(here, loop.whole)
    if context.language != "python" or statement is None or here.function.kind == "lambda":
        return None
    if isinstance(node, f.Call):
        node = next((n for n in shapes.nodes(region) if isinstance(n, f.Await) and n.value is node), None)
    gather, semaphore = (
        imports.way_to(here, "asyncio", "gather"),
        imports.way_to(here, "asyncio", "Semaphore"),
    )
    if not isinstance(node, f.Await) or gather is None or semaphore is None:
        return None
    names = _Names(gather[0], semaphore[0])
    if isinstance(region, f.Comprehension):
        changed = _comprehension(here, region, node, statement, names)
    else:
        changed = _loop(here, region, node, loop, names) if isinstance(region, f.For) else None
    if not changed:
        return None
    return Fix(
        f"Await them together, {AT_ONCE} at a time", (*gather[1], *semaphore[1], *changed), certain=False
    )


@dataclass(frozen=True, slots=True)
class _Names:
    """How the file writes `asyncio.gather` and `asyncio.Semaphore`."""

    gather: str
    semaphore: str


def _comprehension(
    here: Context, region: f.Comprehension, node: f.Await, statement: f.Stmt, names: _Names
) -> list[Edit] | None:
    """`[await get(url) for url in urls]`."""
    if region.kind != "list" or region.value is not node or len(region.clauses) != 1:
        return None
    clause = region.clauses[0]
    if clause.is_async or not isinstance(clause.target, f.Name):
        return None
    helper = _helper(here, statement, clause.target.id, node, names)
    if helper is None:
        return None
    name, before = helper
    source = here.text
    start = here.function.start
    tail = source.slice(Span(start + region.value.to, start + region.to - 1))
    gathered = f"await {names.gather}(*({name}({clause.target.id}){tail}))"
    return [before, edits.replaced(here, region, gathered)]


def _loop(here: Context, region: f.For, node: f.Await, loop: Loop, names: _Names) -> list[Edit] | None:
    """`response = await get(url)` as the first statement of a loop over something that can be gone through twice."""
    first = region.body[0]
    if (
        not isinstance(first, f.Assign)
        or first.value is not node
        or len(first.targets) != 1
        or first.annotation
    ):
        return None
    target, result = region.target, first.targets[0]
    if not isinstance(target, f.Name) or not isinstance(result, f.Name) or region.is_async:
        return None
    if loop.over.kind not in changes.AGAIN or not shapes.dotted(region.iter) or len(region.body) < 2:
        return None
    body = changes.changes_in(here, region.body[1:])
    needed = changes.names_read(here, node.value) - {target.id}
    if body.may_change(shapes.dotted(region.iter)) or needed & (body.bound | {result.id}):
        return None
    if not edits.is_alone(here, first) or edits.source_of(here, first).count("\n"):
        return None
    helper = _helper(here, region, target.id, node, names)
    if helper is None:
        return None
    name, before = helper
    iterable = edits.source_of(here, region.iter)
    results = edits.fresh_name(here, f"{result.id}s")
    indent = here.indent(edits.absolute(here, region))
    gathered = f"{results} = await {names.gather}(*({name}({target.id}) for {target.id} in {iterable}))"
    before = Edit(before.place, f"{before.text}{indent}{gathered}{here.text.newline}")
    start = here.function.start
    header = Place(here.path, Span(start + target.at, start + region.iter.to))
    turns = Edit(header, f"{target.id}, {result.id} in zip({iterable}, {results})")
    line = here.text.line_of(start + first.at)
    gone = Place(here.path, Span(here.text.line_starts[line], here.text.line_starts[line + 1]))
    return [before, turns, Edit(gone, "")]


def _helper(
    here: Context, statement: f.Stmt, target: str, node: f.Await, names: _Names
) -> tuple[str, Edit] | None:
    """A coroutine that waits for its turn, written before the statement: its name and the edit."""
    awaited = edits.source_of(here, node)
    if "\n" in awaited:
        return None
    limit, name = edits.fresh_name(here, "limit"), edits.fresh_name(here, "limited")
    step = edits.indent_step(here, statement)
    before = edits.lines_before(
        here,
        statement,
        [
            f"{limit} = {names.semaphore}({AT_ONCE})",
            f"async def {name}({target}):",
            f"{step}async with {limit}:",
            f"{step}{step}return {awaited}",
        ],
    )
    return (name, before) if before is not None else None
