"""Containers and numbers that each turn of a loop replaces by others: how large they are on any turn.

A body is run once. When its turn begins, what it replaces has a size that stands for itself; when it ends, what came in
its place tells what that size is: as large as before, larger by what a turn adds, twice as large, or nothing that is
known, and then it stays a size of its own.
"""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from analyzers import facts as f
from analyzers.costs import ONE, Cost, Size
from analyzers.evaluate import shapes
from analyzers.evaluate.run import ITSELF, Run
from analyzers.evaluate.turns import doubling, paid
from analyzers.types import Value

Replaced = list[tuple[str, Size, Cost]]
"""What a body replaces: the name, the size it has on any turn, the size it had before the loop."""

LENGTHENED = ("a concatenation", "a repeated sequence")
"""What may be longer than what it was made from, though the algebra drops a constant."""

_KEYED = ("set", "dict")
_PUTS = ("append", "appendleft", "add", "extend", "update", "push")


def any_turn(name: str, held: Value, body: tuple[f.Stmt, ...]) -> Value:
    """A container that the body replaces, as any turn may find it."""
    from analyzers.evaluate.lengthening import growing_names

    small = held.grown is None and held.size is not None and held.size.is_constant and not held.frozen
    filled = held.grown is not None and name not in growing_names(body)
    size = Cost.of(Size(f"|{name}|", f"the size of {name} on any turn")) if small or filled else held.size
    evidence = "" if held.evidence in LENGTHENED else held.evidence
    return replace(held, size=size, grown=None if filled else held.grown, evidence=evidence)


def before(held: Value) -> Cost | None:
    """How large it was before the loop."""
    return Cost.of(held.grown) if held.grown is not None else held.size


def recall(run: Run, replaced: Replaced, body: tuple[f.Stmt, ...]) -> None:
    """At the end of a turn: how large the containers are that the body put in the place of others.

    A copy is as long as what it was made from, so it stays as long as it was before the loop. If the new container is
    made longer than the old one by the loop, nothing is said but that it has a size.
    """
    if run.dead:
        return
    frame = run.frames[-1]
    for name, size, at_first in replaced:
        held = run.env.get(name)
        after = _number(run, name, size, held) if size.key == ITSELF else None
        if size.key != ITSELF and held is not None and held.size is not None and not held.size.unknown:
            after = (
                _filled(run, name, size, at_first, held, body)
                if held.grown
                else _made(run, size, at_first, held)
            )
        if after is not None:
            frame.born.append(size)
            frame.growth[size] = after


def _number(run: Run, name: str, size: Size, held: Value | None) -> Cost:
    """What a number is at most on any turn that each turn replaces by another one: constant if all of them are."""
    if held is not None and (held.const is not None or held.is_constant_size):
        return ONE
    if held is not None and held.size is not None and held.size == Cost.of(size):
        return ONE  # It is kept as it was, or replaced by a constant.
    return run.magnitude(Value("int", label=name))


def _made(run: Run, size: Size, at_first: Cost, held: Value) -> Cost | None:
    """A container that one expression made."""
    assert held.size is not None
    if held.size == Cost.of(size):
        if held.evidence in LENGTHENED:
            return None
        if held.evidence in (doubling.SEVERAL, doubling.SEVERAL_CHOSEN):
            return at_first * doubling.factor(run, held.evidence == doubling.SEVERAL_CHOSEN)
        return at_first
    if size in held.size.sizes or any(s.loops for s in held.size.sizes):
        return None
    return at_first + held.size


def _filled(
    run: Run, name: str, size: Size, at_first: Cost, held: Value, body: tuple[f.Stmt, ...]
) -> Cost | None:
    """A container that the turn has filled, from what was in the one before."""
    assert held.grown is not None
    by = run.frames[-1].growth.get(held.grown)
    if by is None or by.unknown or size not in by.sizes or held.kind in _KEYED:
        return None
    if by != Cost.of(size):
        return None  # As many for each of the elements that there were as something else says.
    source = _source(body, name)
    once, each, surely = _puts(body, source)
    if each == 1:
        return at_first + run.loops[-1].turns if once else at_first
    if each > 1:
        return at_first * doubling.factor(run, chosen=surely < 2)
    return None


def _source(body: tuple[f.Stmt, ...], name: str) -> str:
    """`following` of `level = following`."""
    for stmt in shapes.walk(body):
        for target, value in paid.assignments(stmt):
            if shapes.text_of(target) == name and isinstance(value, f.Name):
                return value.id
    return ""


def _puts(body: tuple[f.Stmt, ...], name: str) -> tuple[int, int, int]:
    """How many things a body puts into a container: outside of its loops, and on one turn of one of them at most, and
    at least."""
    loops = [stmt.body for stmt in shapes.walk(body) if isinstance(stmt, (f.For, f.While))]
    inside = [(_count(b, name, max), _count(b, name, min)) for b in loops]
    each, surely = max(inside, default=(0, 0))
    return _count(body, name, max), each, surely


def _count(body: tuple[f.Stmt, ...], name: str, pick: Callable[[int, int], int]) -> int:
    """How many statements put something into a container on one way through a body, loops inside left out."""
    total = 0
    for stmt in body:
        if isinstance(stmt, f.If):
            total += pick(_count(stmt.body, name, pick), _count(stmt.otherwise, name, pick))
        elif isinstance(stmt, (f.With, f.Block)):
            total += _count(stmt.body, name, pick)
        else:
            total += _put_by(stmt, name)
    return total


def _put_by(stmt: f.Stmt, name: str) -> bool:
    if isinstance(stmt, f.Assign):
        made = stmt.value
        starts = any(shapes.text_of(t) == name for t in stmt.targets) and isinstance(made, f.Collection)
        return starts and bool(made.items) if isinstance(made, f.Collection) else False
    if isinstance(stmt, f.Update):
        return shapes.text_of(stmt.target) == name
    func = stmt.value.func if isinstance(stmt, f.Do) and isinstance(stmt.value, f.Call) else None
    return isinstance(func, f.Attr) and func.name in _PUTS and shapes.text_of(func.obj) == name
