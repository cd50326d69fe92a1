"""How often a `while` turns: what moves towards its end on every path, how far, and whether it ever moves back.

`paths.py` says what one turn does, `conditions.py` what must hold for another. `counters.py`, `chases.py` and
`worklists.py` know the ways of coming nearer to the end; if every path through the body takes one of them, the loop
has as many turns as they allow in all. `sharing.py` then sees whether the loops outside share these turns. A loop that
none of this explains is unknown, and said to be.
"""

from __future__ import annotations

from dataclasses import dataclass

from analyzers import facts as f
from analyzers.costs import ONE, Cost, Size
from analyzers.evaluate import shapes
from analyzers.evaluate.events import Loop
from analyzers.evaluate.remembered import of_whole
from analyzers.evaluate.run import Run
from analyzers.evaluate.sizes import reading
from analyzers.evaluate.turns.whiles import chases, counters, levels, sharing, worklists
from analyzers.evaluate.turns.whiles.answer import NO_NAME, NO_TEST, Closer, Progress
from analyzers.evaluate.turns.whiles.callees import helper_of
from analyzers.evaluate.turns.whiles.conditions import Condition, conditions, names_in
from analyzers.evaluate.turns.whiles.known import State, Turn
from analyzers.evaluate.turns.whiles.paths import Walk
from analyzers.types import Value

_ORDER = (
    "set",
    "chain",
    "halve",
    "scale",
    "step",
    "fill",
    "link",
    "fall",
    "level",
    "pop",
    "feed",
    "mark",
    "chase",
    "drain",
    "advance",
)
"""Which way names a path best, where two allow as many turns."""


def progress(run: Run, node: f.While) -> Progress:
    """How often a `while` turns."""
    turn = Walk(helper_of(run), plain=run.turns).turn(node)
    found = conditions(node)
    if not turn.ends:
        return Progress(
            ONE, "left on the first turn at the latest", label=shapes.text_of(node.test) or NO_NAME
        )
    chosen: dict[tuple[str, str], Way] = {}
    known: dict[tuple[str, bool, str, bool], sharing.Shared] = {}
    for end in turn.ends:
        ways = [_way(run, node, closer, known) for closer in _options(run, node, found, turn, end)]
        if ways:
            best = min(ways, key=_preference)
            chosen.setdefault((best.closer.name, best.closer.kind), best)
    moving = [way for way in chosen.values() if way.closer.kind != "set"]
    again = next(
        (name for name, kind in chosen if kind == "set" and _begins_anew(run, node, name, moving)), ""
    )
    if again:
        steps = Size(f"moves of {again}", f"steps of `{again}`, which is set back to where it began")
        return Progress(Cost.of(steps), steps.meaning)
    unpaid = next((way.closer.name for way in moving if way.open), "")
    if unpaid:
        return Progress(reason=f"`{unpaid}` goes on where it was left, and may have gone back", label=unpaid)
    if not moving:
        lines = reading.per_turn(run, node)
        if lines is not None:  # Later visits read what earlier ones left.
            total, loops = Cost.of(lines), frozenset(lines.loops)
            return Progress(
                total, "every turn reads a line", "the input", amortised=bool(loops), derived=loops
            )
        read = reading.pieces(run, node, names_in(found))
        if read is not None:
            label, count = read
            # It may as well wait for what comes: what is asked for on each turn is not many things at once.
            over = Value("iterator", depends=reading.now(run), label=label)
            return Progress(Cost.of(count), f"every turn reads a piece of {label}", label, over, polling=True)
        constant = not found
        return Progress(
            polling=constant or not _steps(turn, found),
            label=NO_TEST if constant else shapes.text_of(node.test) or NO_NAME,
        )
    return _answer(run, node, turn, moving)


def _options(run: Run, node: f.While, found: list[Condition], turn: Turn, end: State) -> list[Closer]:
    options = [
        *counters.closers(run, node, found, turn, end),
        *chases.closers(run, node, found, turn, end),
        *worklists.closers(run, node, found, turn, end),
        *levels.closers(run, node, found, turn, end),
    ]
    if not options:
        options = [
            Closer(name, "set", ONE, f"`{name}` ends the loop")
            for name in names_in(found)
            if name in end.names and end.of(name).constant
        ]
    return options or list(_advancing(run, node, turn, end))


def _begins_anew(run: Run, node: f.While, name: str, moving: list[Way]) -> bool:
    """True for a name that one path counts and another sets to what it held in front of the loop: `i = 0` where it did not fit."""
    value = run.lookup(name)
    if value is None or value.const is None or all(way.closer.name != name for way in moving):
        return False
    return any(
        isinstance(part, f.Assign)
        and isinstance(part.value, f.Const)
        and part.value.value == value.const
        and any(isinstance(target, f.Name) and target.id == name for target in part.targets)
        for part in shapes.of_kind(node.body, f.Assign)
    )


def _steps(turn: Turn, found: list[Condition]) -> bool:
    """True if a name of the conditions is counted, or anything else is counted at all."""
    return any(
        not k.constant and (k.low or k.high or k.scaled)
        for s in turn.ends
        for n, k in s.names.items()
        if not n.startswith("|")
    )


@dataclass(frozen=True, slots=True)
class Way:
    """One way to the end, its turns on one visit, and the loops outside that share them.

    A product is claimed only where the loop starts anew on each turn outside. `open` says that nothing proves either:
    the way neither begins afresh, nor does it only go forward. What its turns come to in all is not known then.
    """

    closer: Closer
    turns: Cost
    loops: tuple[Loop, ...]
    open: bool = False


def _way(
    run: Run, node: f.While, closer: Closer, known: dict[tuple[str, bool, str, bool], sharing.Shared]
) -> Way:
    loops, slack, is_open = closer.loops, False, False
    if loops is None and closer.kind in ("step", "scale", "fall", "link", "chase", "drain", "advance"):
        key = (closer.name, closer.up, closer.along, closer.alone)
        if key not in known:
            known[key] = sharing.pointer(run, node, closer)
        shared = known[key]
        loops, slack, repeated = shared.loops, shared.slack, shared.repeated
        if shared.carried and repeated is not None and closer.kind != "scale":
            is_open = not all(repeated.number in size.loops for size in closer.total.sizes)
    if loops is None and closer.kind == "fill":
        loops = sharing.filled(run, closer.name.strip("|"))
    if not loops and closer.near is not None:
        return Way(closer, closer.near, ())
    loops = loops or ()
    turns = sharing.spread(closer.total, loops, closer.name, slack)
    return Way(closer, turns, loops, is_open and not turns.is_constant)


def _preference(way: Way) -> tuple[bool, bool, tuple[float, float, int], int]:
    """Shared turns count once for all visits, so they are the fewest; then the tightest bound."""
    closer = way.closer
    return (
        not closer.asked,
        not way.loops and not closer.total.is_constant,
        closer.total.leading.weight,
        _ORDER.index(closer.kind),
    )


def _answer(run: Run, node: f.While, turn: Turn, ways: list[Way]) -> Progress:
    """All ways together: their turns add up."""
    turns: Cost = ONE
    moving: dict[str, Cost | None] = {}
    for way in ways:
        closer = way.closer
        turns = turns + way.turns
        if closer.kind in ("step", "scale", "fall", "link", "advance", "chase", "drain"):
            moving[closer.name] = closer.bound
        elif closer.kind == "halve":
            for name in _between(turn, closer.name):
                moving[name] = closer.bound
    numbers = frozenset(loop.number for way in ways for loop in way.loops)
    amortised = bool(numbers) and all(way.loops or way.closer.total.is_constant for way in ways)
    first = max(ways, key=lambda w: w.closer.total.leading.weight).closer
    reason = first.why
    if amortised:
        reason = f"`{first.name}` only moves one way: its steps are shared by all turns outside"
    return Progress(
        turns,
        reason,
        first.name,
        first.over,
        tuple(moving.items()),
        amortised=amortised,
        taken=tuple(w.closer.name for w in ways if w.closer.kind in ("feed", "pop")),
        level=next((w.closer.name for w in ways if _by_level(w.closer, turn)), ""),
        halved=_halved(turn, ways),
        ends=tuple(sorted({n for w in ways if w.closer.kind == "halve" for n in _ends(turn, w.closer.name)})),
        derived=numbers,
    )


def _by_level(closer: Closer, turn: Turn) -> bool:
    """True if a turn works off a level: the list is replaced, or emptied by a loop inside."""
    return closer.kind == "level" or (
        closer.kind == "feed" and not any(closer.name in s.pops for s in turn.ends)
    )


def _halved(turn: Turn, ways: list[Way]) -> frozenset[str]:
    """The names that every turn divides."""
    return frozenset(
        w.closer.name
        for w in ways
        if w.closer.kind == "scale"
        and all(f"{w.closer.name}-" in s.of(w.closer.name).scaled for s in turn.ends)
    )


def _ends(turn: Turn, name: str) -> set[str]:
    """The two ends of a range between which points are chosen."""
    return {n for s in turn.ends for n in s.of(name).mentions if n in s.names and s.of(n).divided} | {name}


def _between(turn: Turn, name: str) -> list[str]:
    """The ends of a bisection and the points between them."""
    ends = {m for s in turn.ends for m in s.of(name).mentions} | {name}
    return sorted(
        {n for s in turn.ends for n, k in s.names.items() if k.divided and k.mentions & ends and n[:1] != "|"}
        | {name}
    )


def _advancing(run: Run, node: f.While, turn: Turn, end: State) -> list[Closer]:
    """A pointer that moves on by a step on every path, and that indexes something: it cannot pass its end."""
    found: list[Closer] = []
    for name, known in end.names.items():
        rose, fell = known.rose(name), known.fell(name)
        if not (rose or fell) or name.startswith("|") or known.amounts or known.links:
            continue
        if not all(s.of(name).rose(name) if rose else s.of(name).fell(name) for s in turn.ends):
            continue
        bound = _indexed_by(run, node, name)
        if bound is None:
            continue
        value = run.lookup(name) or Value(label=name)
        why = f"`{name}` moves on by one on every turn"
        found.append(Closer(name, "advance", bound, why, rose, value, bound, alone=True))
    return found


def _indexed_by(run: Run, node: f.While, name: str) -> Cost | None:
    """The size of what a name indexes in the function; inside other loops, what these run over."""
    indexed, used = of_whole(_uses_as_index, run.function.body, name, node.at, node.to)
    for holder in indexed:
        value = run.lookup(holder)
        if value is not None and value.kind not in ("dict", "unknown"):
            return run.settled(run.extent(value))
    if used and sharing.around(run):
        return run.settled(run.loops[-1].turns)
    return None


def _uses_as_index(body: tuple[f.Stmt, ...], name: str, start: int, end: int) -> tuple[tuple[str, ...], bool]:
    """What a name is the index of in a body, and whether between two places it is a part of one, or handed to a call."""
    indexed, used = [], False
    for part in shapes.of_kind(body, f.Index):
        inside = (n for n in shapes.nodes(part.index) if isinstance(n, (f.Name, f.Attr, f.Index)))
        if any(shapes.text_of(n) == name for n in inside):
            used = used or start <= part.at < end
            if shapes.text_of(part.index) == name:
                indexed.append(shapes.text_of(part.obj))
    for call in shapes.of_kind(body, f.Call):
        if start <= call.at < end:
            used = used or any(shapes.text_of(a) == name for a in call.args)
    return tuple(indexed), used
