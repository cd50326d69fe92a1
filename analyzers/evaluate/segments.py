"""Segments: what was used since the last time, and is then left behind.

`word = text[start:i]; start = i + 1` in a loop over `i` copies every character once, though each copy may be long: the
slices lie side by side. So do `range(start, i)`, and the lists that a loop fills, reads and starts anew. This holds only
where the use is always followed by the new start, within the same turn.
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzers import facts as f
from analyzers.bounds import Line, Symbol
from analyzers.costs import Cost, Size
from analyzers.evaluate import paid, shapes
from analyzers.evaluate.run import Run
from analyzers.types import Value


def since_last(run: Run, line: Line) -> Cost | None:
    """The size of `i - start (+ constant)`, if it is a segment of the innermost loop; None if it is none."""
    if len(line.parts) != 2 or not run.loops:
        return None
    loop = run.loops[-1]
    (one, once), (other, minus) = sorted(line.parts, key=lambda part: -part[1])
    if once <= 0 or minus != -once or one.counts != loop.number or other.follows != loop.number:
        return None
    if loop.turns.unknown or not starts_anew(run, other.name):
        return None
    label = f"{one.name} - {other.name}"
    return Cost.of(Size(label, "the turns since the last segment", (loop.number,), loop.turns))


def tallied(run: Run, symbol: Symbol) -> Cost | None:
    """The size of a counter that is read and then set back, in the innermost loop: all readings add up to its turns."""
    if not run.loops or symbol.tally != run.loops[-1].number or not starts_anew(run, symbol.name):
        return None
    loop = run.loops[-1]
    if loop.turns.unknown:
        return None
    return Cost.of(Size(symbol.name, f"what {symbol.name} counted", (loop.number,), loop.turns))


def gathered(run: Run, value: Value) -> Cost | None:
    """The size of a container that the loops fill, read here and then start anew: all readings add up to its growth."""
    around = run.loops[value.born :]
    if value.grown is None or not around or not starts_anew(run, value.label):
        return None
    total = Cost.of(value.grown)
    for position in range(len(around)):
        numbers = tuple(loop.number for loop in reversed(around[: position + 1]))
        whole = f"what {value.label} holds since it was last started anew"
        total = Cost.of(Size(f"|{value.label}|", whole, numbers, total))
    return total


def starts_anew(run: Run, name: str) -> bool:
    """True if the name is given a new value later in this turn of the innermost loop, on every way to its end."""
    current: Run | None = run
    depth = len(run.loops)
    while current is not None:
        for block in reversed(current.blocks):
            if block.depth != depth:
                return False
            for stmt in block.body[block.position + 1 :]:
                if _assigns(stmt, name):
                    return True
                if shapes.continues(stmt):
                    return False
        if depth > current.base_loops:
            return False
        current = current.outer
    return False


def _assigns(stmt: f.Stmt, name: str) -> bool:
    """True if every way through the statement that goes on gives the name a new value."""
    if isinstance(stmt, f.Assign):
        return any(name in paid.names_in(target) for target in stmt.targets)
    if isinstance(stmt, f.If):
        return all(_ends(block, name) for block in (stmt.body, stmt.otherwise))
    if isinstance(stmt, f.Do) and isinstance(stmt.value, f.Call) and isinstance(stmt.value.func, f.Attr):
        func = stmt.value.func
        return func.name == "clear" and shapes.text_of(func.obj) == name
    return False


def _ends(body: tuple[f.Stmt, ...], name: str) -> bool:
    for stmt in body:
        if _assigns(stmt, name):
            return True
        if shapes.continues(stmt):
            return False
        if isinstance(stmt, (f.Return, f.Jump)):
            return True  # It leaves the loop: nothing comes after.
    return False


def followers(body: tuple[f.Stmt, ...], counter: str) -> Iterator[str]:
    """The names that a loop's body sets to nothing but its counter, give or take a constant."""
    good: dict[str, bool] = {}
    for stmt in shapes.walk(body):
        if isinstance(stmt, f.Update) and isinstance(stmt.target, f.Name):
            good[stmt.target.id] = False
        elif isinstance(stmt, (f.For, f.With)):
            targets = (stmt.target,) if isinstance(stmt, f.For) else (i.target for i in stmt.items)
            good.update((n, False) for t in targets if t is not None for n in paid.names_in(t))
        for target, value in paid.assignments(stmt):
            for name in paid.names_in(target):
                good[name] = good.get(name, True) and _is_near(value, counter)
    return (name for name, follows in good.items() if follows)


def _is_near(value: f.Expr, counter: str) -> bool:
    if isinstance(value, f.Binary) and value.op in ("+", "-") and isinstance(value.right, f.Const):
        value = value.left
    return isinstance(value, f.Name) and value.id == counter
