"""What the names that a loop moves hold while it turns, and afterwards."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from analyzers.costs import Cost, Size
from analyzers.evaluate.events import Loop
from analyzers.evaluate.run import Run
from analyzers.evaluate.sizes.narrowed import RANGE
from analyzers.evaluate.turns.whiles.answer import Progress


def enter(run: Run, loop: Loop, progress: Progress) -> None:
    """Bind what moves, once the loop is open.

    What is halved on every turn adds up to twice what it was (a geometric series), so it is a part of that whole; the
    same holds for the distance of two ends between which a point is chosen, though not for the ends themselves.
    """
    for name, bound in progress.moving:
        value = run.lookup(name)
        if value is None:
            continue
        size = bound or value.size
        if name in progress.halved and bound is not None and not bound.is_constant:
            size = Cost.of(Size(name, f"`{name}` on one turn", (loop.number,), bound, key=f"halved:{name}"))
        depends = value.depends | {loop.number}
        run.bind(name, replace(value, const=None, depends=depends, size=size, above=(), below=()))
    for name in progress.ends:
        value = run.lookup(name)
        bound = dict(progress.moving).get(name)
        if value is not None and bound is not None:
            token = f"{RANGE}{loop.number}"
            run.sizes[token] = Size(
                "range", "what is left between the ends", (loop.number,), bound, key=token
            )
            run.bind(name, replace(value, token=token))
    enter_worklists(run, loop, progress.taken)
    if progress.level:
        enter_levels(run, loop, [(progress.level, progress.turns)])


def enter_worklists(run: Run, loop: Loop, names: Iterable[str]) -> None:
    """Bind the containers from which each turn takes something: that belongs to the turn, the container does not."""
    for name in names:
        if (worklist := run.lookup(name)) is not None:
            size = run.extent(worklist) if worklist.grown is None else None
            run.bind(name, replace(worklist, size=size, depends=worklist.depends | {loop.number}))


def enter_levels(run: Run, loop: Loop, levels: list[tuple[str, Cost]]) -> None:
    """Bind the levels that each turn replaces: all of them together hold so much."""
    for name, total in levels:
        level = run.lookup(name)
        if level is not None:
            one = Size(f"|{name}|", "one level", (loop.number,), total, key=f"level:{name}")
            depends = level.depends | {loop.number}
            run.bind(name, replace(level, size=Cost.of(one), grown=None, depends=depends))


def leave(run: Run, progress: Progress) -> None:
    """After the loop its names are numbers like others again."""
    for name, bound in progress.moving:
        value = run.env.get(name)
        if value is not None and name in (*progress.halved, *progress.ends):
            run.bind(name, replace(value, size=bound or value.size, token=""))
