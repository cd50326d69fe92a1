"""Amortisation: whose turns are shared by all turns of the loops outside.

A pointer that only moves one way over the whole of an outer loop cannot take more steps in all than there is way to
go. What it falls back by a constant in a turn outside is paid by that turn (the potential method: CLRS, section 17.3):
so `while j and p[j] != c: j = links[j - 1]` with one `j += 1` a turn is linear, as in Knuth, Morris and Pratt.
"""

from __future__ import annotations

from dataclasses import dataclass

from analyzers import facts as f
from analyzers.costs import ONE, Cost, Size
from analyzers.evaluate import shapes
from analyzers.evaluate.events import Loop
from analyzers.evaluate.remembered import of_whole, remembered
from analyzers.evaluate.run import MARKED, Run
from analyzers.evaluate.turns.whiles.answer import Closer
from analyzers.evaluate.turns.whiles.callees import helper_of
from analyzers.evaluate.turns.whiles.known import State, Turn
from analyzers.evaluate.turns.whiles.paths import MOVED, Walk
from analyzers.types import Value

MAX_AROUND = 6
"""Loops outside that are looked at; nobody writes more."""


@dataclass(frozen=True, slots=True)
class Shared:
    """The loops around that share a pointer's steps, outermost first; `slack` if each of their turns may add some.

    `repeated` is the first loop that does not share them; `carried` says that the pointer begins there where it, or
    something made of it, was left the turn before.
    """

    loops: tuple[Loop, ...] = ()
    slack: bool = False
    repeated: Loop | None = None
    carried: bool = False


def around(run: Run) -> list[tuple[Loop, f.For | f.While]]:
    """The open loops of the running function itself, with their statements, innermost first."""
    start, end = run.function.start, run.function.end
    found: list[tuple[Loop, f.For | f.While]] = []
    for loop in reversed(run.loops):
        span = loop.whole.span
        node = of_whole(_loop_at, run.function.body, span.start - start, span.end - start)
        if loop.whole.path != run.path or not start <= span.start <= end or (node is None and found):
            break
        if node is None:
            continue  # A loop of a function defined inside.
        found.append((loop, node))
    return found


def pointer(run: Run, node: f.While | f.For, closer: Closer) -> Shared:
    """The loops outside over which a pointer never goes back, but for a constant on each of their turns."""
    shared: list[Loop] = []
    slack = False
    for loop, outer in around(run)[:MAX_AROUND]:
        turn = Walk(helper_of(run), node, closer.name, closer.up, closer.along, run.turns).turn(outer)
        answer = _monotone(turn, closer)
        if answer is None:
            return Shared(tuple(shared), slack, loop, _is_carried(turn, closer.name))
        slack = slack or answer
        shared.insert(0, loop)
    return Shared(tuple(shared), slack)


def _is_carried(turn: Turn, name: str) -> bool:
    """True if where a pointer begins depends on where the loop left it on an earlier turn of the loop outside."""
    seen: set[str] = set()
    open_names = {m for head in turn.heads for m in head.of(name).mentions}
    while open_names:
        if MOVED in open_names:
            return True
        seen |= open_names
        open_names = {m for n in open_names for s in turn.ends for m in s.of(n).mentions} - seen
    return False


def _monotone(turn: Turn, closer: Closer) -> bool | None:
    """None if the pointer may go back; else whether it may go back by a constant."""
    met = [s for s in turn.ends if s.met]
    if not met:
        return False  # After its turns the loop outside is left.
    carriers = [closer.name, *sorted({n for s in met for n in s.names} - {closer.name})]
    for name in carriers:
        gaps = [_gap(s, name, closer) for s in turn.ends]
        known = [gap for gap in gaps if gap is not None]
        if len(known) == len(gaps):
            return min(known) < 0
    return None


def _gap(state: State, name: str, closer: Closer) -> int | None:
    """How far a name is at least ahead, at the end of a path, of where it was and of the inner loop's turns."""
    known = state.of(name)
    bounds = known.low if closer.up else known.high
    here = bounds.get(name)
    if here is not None and (here[1] or not state.met):
        return here[0] if closer.up else -here[0]
    if closer.up and closer.alone and name == closer.name:
        # Set to the index of the loop outside, behind which it stays: a window that starts anew.
        for base, (_, moved) in bounds.items():
            if base.endswith("#") and not moved:
                return 0
    return None


def seen_by_caller(run: Run, size: Size, marks: Value | None) -> Cost | None:
    """A callee's worklist whose marks, made before loops here, outlive these loops: counted once over them."""
    kept = _outlived(run, marks) if marks is not None else []
    if marks is None or not kept:
        return None
    name = size.key.rpartition(":")[2]
    total = Size(size.label, size.meaning, key=f"{MARKED}:{marks.label}:{name}")
    return spread(Cost.of(total), tuple(kept), name)


def container(run: Run, name: str) -> tuple[Loop, ...]:
    """The loops outside during which a container is the same one: what is taken out was put in there."""
    value = run.lookup(name)
    kept: list[Loop] = []
    inherited = run.outer is not None and name not in run.env
    if value is not None and (value.grown is not None or inherited):
        kept = run.loops[value.born :]
    elif value is not None and _is_given(run, name):
        kept = _outlived(run, value)
    else:
        for loop, outer in around(run):
            if any(assigns(s, name) for s in shapes.walk(outer.body)):
                break
            kept.insert(0, loop)
    return tuple(kept)


def _loop_at(body: tuple[f.Stmt, ...], at: int, to: int) -> f.For | f.While | None:
    return _loops(body).get((at, to))


@remembered
def _loops(body: tuple[f.Stmt, ...]) -> dict[tuple[int, int], f.For | f.While]:
    return {(s.at, s.to): s for s in shapes.walk(body) if isinstance(s, (f.For, f.While))}


def _is_given(run: Run, name: str) -> bool:
    """True for a parameter of a function run inside its caller: it holds the caller's own container."""
    if run.outer is None or name in run.formals or name not in {p.name for p in run.function.params}:
        return False
    return not any(assigns(s, name) for s in shapes.walk(run.function.body))


def _outlived(run: Run, value: Value) -> list[Loop]:
    """The open loops that a container was there before: it is no part of what one of their turns has in hand."""
    parts = [position for position, loop in enumerate(run.loops, 1) if loop.number in value.depends]
    return run.loops[max(value.born, *parts, 0) :]


def filled(run: Run, name: str) -> tuple[Loop, ...]:
    """The loops outside during which a container is only filled, never emptied."""
    body: Run | None = run
    while body is not None:
        if name in _pops(body):
            return ()
        body = body.outer
    return container(run, name)


def _pops(run: Run) -> frozenset[str]:
    body = of_whole(shapes.itself, run.function.body)
    return frozenset[str]().union(*(s.pops for s in Walk(plain=run.turns).body(body)))


def assigns(stmt: f.Stmt, name: str) -> bool:
    if isinstance(stmt, f.Assign):
        return any(shapes.text_of(part) == name for t in stmt.targets for part in _parts(t))
    return isinstance(stmt, f.For) and any(shapes.text_of(part) == name for part in _parts(stmt.target))


def _parts(target: f.Expr) -> list[f.Expr]:
    if isinstance(target, f.Collection):
        return [part for item in target.items for part in _parts(item)]
    return [target]


def spread(total: Cost, loops: tuple[Loop, ...], label: str, slack: bool = False) -> Cost:
    """The turns of one visit when `total` is what they come to over all turns of some loops outside."""
    if not loops:
        return total
    if slack:
        turns: Cost = ONE
        for loop in reversed(loops):
            turns = loop.turns if turns is ONE else turns.summed(loop.number, loop.turns)
        total = total + turns
    if total.is_constant:
        return total
    size: Size | None = None
    for position in range(len(loops)):
        size = Size(
            f"{label} steps",
            f"steps of `{label}`, which never goes back",
            tuple(o.number for o in reversed(loops[: position + 1])),
            total if size is None else Cost.of(size),
            key=f"shared:{label}",
        )
    assert size is not None
    return Cost.of(size)
