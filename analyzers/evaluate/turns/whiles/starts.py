"""Chains of neighbours in a set that are followed only from where they start.

`for x in xs: if x - 1 not in xs: while x + n in xs: n += 1`. Without a neighbour behind it, x is the first of its chain.
No two chains share an element, so following all of them takes as many turns as the set has elements.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from analyzers import facts as f
from analyzers.evaluate import shapes
from analyzers.evaluate.events import Loop
from analyzers.evaluate.remembered import of_whole
from analyzers.evaluate.run import Run
from analyzers.evaluate.turns import paid

_DISTINCT = ("set", "dict", "view", "sortedset", "sorteddict")
"""What gives each of its elements, or keys, once."""


def shared_by(run: Run, node: f.While, holder: str, up: bool) -> tuple[Loop, ...]:
    """The innermost open loop, if each of its turns follows another chain in a container, up or down."""
    loop = run.loops[-1] if run.loops else None
    owner: Run | None = run
    while owner is not None and loop is not None and loop.over.kind in _DISTINCT:
        if loop.whole.path == owner.path:
            start, span = owner.function.start, loop.whole.span
            inside = of_whole(_parts_in, owner.function.body, span.start - start, span.end - start)
            names = {n for p in inside if isinstance(p, (f.For, f.Clause)) for n in paid.names_in(p.target)}
            ahead = node if owner is run else None
            if any(_is_first(test, holder, names, up) for test in _guards(inside, ahead)):
                return (loop,)
        owner = owner.outer
    return ()


def _parts_in(body: tuple[f.Stmt, ...], start: int, end: int) -> tuple[f._Node, ...]:
    return tuple(part for part in shapes.nodes(body) if start <= part.at and part.to <= end)


def _guards(parts: Iterable[f._Node], node: f.While | None) -> Iterator[tuple[f.Expr, bool]]:
    """The tests that hold where a loop is reached, or do not; the loop may stand in a function that is called there."""
    for part in parts:
        if isinstance(part, f.Clause):
            yield from ((test, True) for test in part.conditions)
        elif isinstance(part, f.If) and node is not None:
            if part.at <= node.at and node.to <= part.body[-1].to:
                tests = (
                    part.test.parts
                    if isinstance(part.test, f.Logic) and part.test.op == "and"
                    else (part.test,)
                )
                yield from ((test, True) for test in tests)
            elif part.body and isinstance(part.body[-1], f.Jump) and part.body[-1].kind == "continue":
                yield part.test, False


def _is_first(guard: tuple[f.Expr, bool], holder: str, names: set[str], up: bool) -> bool:
    """True if a test says that nothing lies behind an element: `x - 1 not in xs`, where the chain goes up."""
    test, holds = guard
    if not isinstance(test, f.Compare) or test.ops != (("not in",) if holds else ("in",)):
        return False
    behind = test.left
    return (
        shapes.text_of(test.rights[0]) == holder
        and isinstance(behind, f.Binary)
        and behind.op == ("-" if up else "+")
        and isinstance(behind.left, f.Name)
        and behind.left.id in names
    )
