"""Functions run where they are called: nested ones, which see their maker's names, and parts of a recursion."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from msgspec.structs import replace

from analyzers import facts as f
from analyzers.evaluate import queries, shapes, statements
from analyzers.evaluate.calling import calls, decorated
from analyzers.evaluate.events import Summary
from analyzers.evaluate.queries import holding
from analyzers.evaluate.recursion import detect
from analyzers.evaluate.recursion.recording import Recursing, Trail
from analyzers.evaluate.run import MAX_INSIDE, Run
from analyzers.evaluate.turns import loops
from analyzers.findings import Place
from analyzers.types import UNKNOWN_VALUE, Value, joined, trimmed

if TYPE_CHECKING:
    from analyzers.evaluate.summaries import Summaries

MAX_MEMBERS = 12
"""Functions run as parts of one that they lead back to."""


def inline(
    summaries: Summaries,
    caller: Run,
    path: str,
    function: f.Function,
    bound: Mapping[str, Value],
    place: Place,
    label: str,
) -> Value:
    """Run a nested function or lambda inside its maker's run: it sees the maker's names and open loops."""
    caller.inlined.add(function.qualname)
    if caller.inside >= MAX_INSIDE:
        return UNKNOWN_VALUE
    if (path, function.qualname) in summaries.active:
        caller.reenters.add((path, function.qualname))
        if caller.recursion is not None:
            caller.recursion.tangled = True
        return UNKNOWN_VALUE
    if detect.recurses(summaries.project, path, function):
        return _recurse(summaries, caller, path, function, dict(bound), place, label)
    names_in: dict[str, Value] = {}
    for param in function.params:
        value = bound.get(param.name, UNKNOWN_VALUE)
        if param.name not in bound and isinstance(param.default, f.Name):
            value = caller.lookup(param.default.id) or UNKNOWN_VALUE  # `lambda row, names=names: ...`
        names_in[param.name] = replace(value, label=param.name)
    keeps = decorated.keeps(summaries.project, path, function)
    inner = Run(
        summaries, path, function, caller.language, names_in, caller.analysis, caller.depth + 1, caller.inside + 1, caller,
        frames=caller.frames, loops=caller.loops, sizes=caller.sizes, grown=caller.grown, doubling=caller.doubling, stored=caller.stored, numbers=caller.numbers, inlined=caller.inlined,
        effects=caller.effects, steps=caller.steps, recursion=caller.recursion, reenters=caller.reenters,
        base_frame=len(caller.frames) - 1, base_loops=len(caller.loops), caught=caller.caught,
        memo_depth=caller.memo_depth + keeps, memo_at=len(caller.loops) if keeps else caller.memo_at,
        row_depth=caller.row_depth, row_at=caller.row_at, spared=caller.spared,
    )  # fmt: skip
    given = _inside(summaries, caller, inner, bound)
    for name, filled in holding.filled_parameters(inner, names_in):
        holding.merge(caller, bound.get(name), filled)
    return given


def _inside(summaries: Summaries, caller: Run, inner: Run, bound: Mapping[str, Value]) -> Value:
    """Run a function as part of another one: with its frames and loops, at its cost."""
    identity = (inner.path, inner.function.qualname)
    around = summaries.begin_part(identity)
    depth = len(caller.loops)
    state = caller.recursion
    ended: list[Trail] = []
    if state is not None:
        ended, state.ended = state.ended, []
    try:
        loops.bind_patterns(inner, bound)
        statements.execute(inner, inner.function.body)
    finally:
        # First what later questions rely on: closing loops may itself run out of stack.
        summaries.end_part(identity, around)
        caller.steps = inner.steps
        while len(caller.loops) > depth:
            inner.close()
        caller.space = caller.space + inner.space
        if state is not None:  # Where it returns, its caller goes on.
            state.trail = state.heaviest((*state.ended, state.trail))
            state.ended = ended
    return trimmed(joined(inner.returns) or UNKNOWN_VALUE)


def keeping(
    run: Run, made: Value, maker: f.Function, bound: Mapping[str, Value]
) -> tuple[tuple[str, Value], ...]:
    """What a function still knows of what its maker was handed that gives it back: `link("author")` the name it was made for,
    `getter(Book)` the model, `isKnown(titles)` the list."""
    if made.entries or made.ref is None or not made.ref[1].startswith(f"{maker.qualname}."):
        return made.entries
    function = run.summaries.function(*made.ref)
    if function is None or function.parent != maker.qualname:
        return ()
    return tuple(
        (name, value)
        for name, value in bound.items()
        if _is_known_still(run, value) and not shapes.given_to(maker.body, name)
    )


_HELD = ("list", "set", "tuple", "dict", "deque")


def _is_known_still(run: Run, value: Value) -> bool:
    if value.kind in _HELD or (run.language != "python" and queries.is_client(value.kind)):
        return True
    return isinstance(value.const, str) or (value.kind == "class" and value.ref is not None)


def kept(function: f.Function, target: Value) -> dict[str, Value]:
    """What a function that was made by another knows of that one's arguments, but for what it has of that name itself."""
    if not function.parent or target.kind != "function":
        return {}
    own = {param.name for param in function.params}
    return {name: value for name, value in target.entries if name not in own}


def as_part(
    summaries: Summaries,
    caller: Run,
    path: str,
    function: f.Function,
    bound: Mapping[str, Value],
    summary: Summary,
) -> Value | None:
    """Run a function that leads back to the one being run as a part of it, so that both make one recurrence.

    None if it leads back to others instead: then its own summary counts, and those others will come here.
    """
    state = caller.recursion
    if state is None:
        return None
    back = (state.path, state.function.qualname)
    if back not in summary.reenters:
        caller.reenters |= summary.reenters
        return None
    if len(state.members) >= MAX_MEMBERS or (path, function.qualname) in summaries.active:
        state.tangled = True
        return None
    caller.reenters |= summary.reenters - {back}
    state.members.append(function)
    names_in = summaries.formals(path, function, bound)
    for name, value in bound.items():
        names_in[name] = replace(value, label=name)
    inner = Run(
        summaries, path, function, summaries.language_of(path), names_in, caller.analysis, caller.depth + 1, caller.inside + 1,
        frames=caller.frames, loops=caller.loops, sizes=caller.sizes, grown=caller.grown, doubling=caller.doubling, numbers=caller.numbers,
        effects=caller.effects, steps=caller.steps, recursion=state, reenters=caller.reenters,
        base_frame=len(caller.frames) - 1, base_loops=len(caller.loops), caught=caller.caught,
    )  # fmt: skip
    if caller.function is state.function:
        state.without = caller.spared
    return _inside(summaries, caller, inner, bound)


def _recurse(
    summaries: Summaries,
    caller: Run,
    path: str,
    function: f.Function,
    bound: dict[str, Value],
    place: Place,
    label: str,
) -> Value:
    """Run a nested function that calls itself: as a question of its own, with the names of the run around it.

    Its parameters differ from call to call, so they are sizes of their own; what it captures is what it was.
    """
    formals = summaries.formals(path, function, bound)
    inner = Run(
        summaries, path, function, caller.language, dict(formals), caller.analysis, caller.depth + 1, caller.inside + 1, caller,
        loops=list(caller.loops), grown=caller.grown, doubling=caller.doubling, stored=caller.stored, numbers=caller.numbers, inlined=caller.inlined,
        effects=caller.effects, steps=caller.steps, recursion=Recursing(path, function, len(caller.loops)), formals=formals,
        base_loops=len(caller.loops),
    )  # fmt: skip
    identity = (path, function.qualname)
    kept = summaries.begin_part(identity)
    around = len(caller.loops)
    try:
        loops.bind_patterns(inner, bound)
        statements.execute(inner, function.body)
    finally:
        summaries.end_part(identity, kept)
        caller.steps = inner.steps
        while len(inner.loops) > around:
            inner.close()
    inner.settle(inner.frames[0])
    summary = replace(summaries.summarise(inner), queries=())
    if summary.reenters and caller.recursion is not None:
        caller.recursion.tangled = True
    for size, by in inner.frames[0].growth.items():
        caller.grow(size, calls.seen_from(caller, by, bound, function))
    return calls.enter_summary(caller, summary, bound, place, label, path, function)
