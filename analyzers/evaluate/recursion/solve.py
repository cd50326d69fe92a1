"""Recursion as a recurrence: what a function costs that calls itself.

The first of these that fits is taken, and named in the evidence:

- a path that is compressed on the way back is constant, amortised (Tarjan 1975: at most the inverse Ackermann function);
- a memo, or marks that keep a place from being entered twice: the number of different arguments times the work of one;
- choosing, going on and undoing: a tree of choices, exponential in its depth;
- calls on the parts of a structure: each part once, so that loops over a part's own parts add up;
- calls on halves: the master theorem (CLRS, section 4.5);
- calls on both sides of a pivot. If the elements are moved around it (partitioned) the pivot is taken for a middling one, as
  quicksort and quickselect are told by their average; if it is searched for (a separator, a minimum) the worst case counts;
- one step: the depth times the work. Two or more steps on overlapping arguments: exponential in the depth.

What fits none of them is unknown.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field

from msgspec import Struct
from msgspec.structs import replace

from analyzers import facts as f
from analyzers import ways
from analyzers.costs import ONE, UNKNOWN, Cost, Size
from analyzers.evaluate import shapes
from analyzers.evaluate.calling import memos
from analyzers.evaluate.events import Part
from analyzers.evaluate.recursion import bounds, detect, marks, moves
from analyzers.evaluate.recursion.moves import HALF, SPLIT, STEP, WALK
from analyzers.evaluate.recursion.reach import Reaches
from analyzers.evaluate.recursion.recording import Recursing, Trail
from analyzers.evaluate.run import Run
from analyzers.types import joined


class Solution(Struct, frozen=True):
    """`total` turns what one call costs into what all of them cost; `shared` is what makes later calls cheap."""

    total: Callable[[Cost], Cost]
    why: str
    depth: Cost = ONE
    shared: str = ""
    overlapping: Cost | None = None  # what it would cost with a memo


_UNKNOWN = Solution(lambda work: UNKNOWN, "the arguments change in a way that is not understood")


def solve(run: Run) -> Solution:
    """The recurrence of a function that has been run, in the names of its parameters."""
    recurrence = _Recurrence(run)
    solution = recurrence.solved()
    result = recurrence.result()
    mine = recurrence.state.result

    run.grown[mine] = result

    def total(work: Cost) -> Cost:
        return solution.total(work.substitute(lambda size: result if size is mine else None))

    return replace(solution, total=total)


@dataclass(slots=True)
class _Recurrence:
    run: Run
    state: Recursing = field(init=False)
    function: f.Function = field(init=False)
    functions: tuple[f.Function, ...] = field(init=False)
    changes: dict[str, set[str]] = field(init=False)
    trail: Trail = field(init=False)
    kinds: set[str] = field(init=False)
    sizes: Reaches = field(init=False)

    def __post_init__(self) -> None:
        assert self.run.recursion is not None
        self.state = self.run.recursion
        self.function = self.state.function
        self.functions = (self.function, *self.state.members)
        at_once = marks.returned_at_once(self.functions)
        self.state.mark_last(at_once)
        self.changes = moves.varying(self.function, self.state.calls)
        self.sizes = Reaches(self.run, self.function, self.functions, self.state.calls, self.changes)
        self.trail = self.state.heaviest(self.state.trails())
        self.kinds = {moves.kind_of(self.function, call) for call in self.state.calls}

    def solved(self) -> Solution:
        if self.state.tangled:
            return Solution(lambda work: UNKNOWN, "functions call each other in more than one circle")
        if any(marks.compresses(function) for function in self.functions):
            return Solution(
                lambda work: work, "the path is shortened on the way back, so amortised it is constant"
            )
        memo = next((kept for function in self.functions if (kept := memos.memo_of(function))), "")
        if memo:
            return self._once_each("every argument is computed once", memo)
        undone = frozenset().union(*(marks.taken_back(function) for function in self.functions))
        for marked in sorted(marks.guards(self.functions, undone)):
            if marks.keys(self.functions, marked) & frozenset(self.changes):
                found = self._once_each(f"what is marked in {marked} is not entered again", marked)
                if found is not _UNKNOWN:
                    return found
        if self._follows_what_it_finds():
            return Solution(lambda work: UNKNOWN, "a walk over something whose size is not known")
        if undone and self._branches() and self.kinds not in ({WALK}, {HALF}):
            return self._choices(undone)
        if WALK in self.kinds:
            return self._walk(undone)
        if self.kinds == {HALF}:
            return self._halves()
        if any(w.kind == ways.AFTER for c in self.trail for w in moves.own(self.function, c).values()):
            return self._threaded()
        if self._branches() and any(map(detect.goes_on_where_it_ended, self.functions)):
            return Solution(lambda work: UNKNOWN, "each call goes on where the one before it ended")
        cut = moves.on_two_sides(self.function, self.trail)
        if cut and not self.kinds & {HALF}:
            return self._pivot(cut)
        if self.kinds == {SPLIT} and not any(call.repeats for call in self.trail):
            return self._pivot()
        if self.kinds <= {STEP, SPLIT, HALF}:
            return self._steps()
        return _UNKNOWN

    def result(self) -> Cost:
        """How much one call hands back: as much as it was given where it takes a container apart, else little."""
        returned = joined(self.run.returns)
        small = returned is not None and returned.is_constant_size
        if small or self.kinds & {WALK, moves.NONE}:
            return ONE
        for name, kinds in self.changes.items():
            if kinds & (ways.SMALLER | {ways.HALVED, ways.MIDDLE}):
                return self.sizes.formal(name)
        return ONE

    def _branches(self) -> bool:
        return len(self.trail) > 1 or any(call.repeats for call in self.trail)

    def _follows_what_it_finds(self) -> bool:
        """True if it calls itself for all that it finds through a parameter, in a way that is not understood.

        `for name in os.listdir(folder): walk(os.path.join(folder, name), depth - 1)`: how many calls there are is
        decided by what is found. The counter beside it is a limit and no number of levels that branch.
        """
        return self.kinds != {WALK} and any(
            name in loop.over.depends and loop.over.kind != "range"
            for call in self.trail
            if call.repeats
            for name, value in call.arguments.items()
            if value.way is None and name in self.changes
            for loop in call.loops
        )

    # ---------------------------------------------------------------------------------------- solutions

    def _once_each(self, why: str, shared: str) -> Solution:
        """Every different argument once. Loops over the neighbours of each add up to all edges."""
        if not self.changes:
            return _UNKNOWN
        keys = marks.keys(self.functions, shared) & frozenset(self.changes)
        states, edges = ONE, ONE
        inside: list[str] = []
        unknown: list[str] = []
        for name in sorted(keys or self.changes):
            reach = self.sizes.reach(name)
            if reach is None or reach.unknown:
                unknown.append(name)
                continue
            states = states * reach
            if moves.is_inside(self.changes[name]):
                inside.append(name)
        if unknown and (states.is_constant or not memos.is_memoised(self.function)):
            return _UNKNOWN
        for name in unknown:
            states = states * Cost.of(Size(f"values of {name}", f"how many different values {name} takes"))
        for name in inside:
            edges = edges + self.sizes.neighbours(name)
        drop = self.sizes.own_parts(inside) if inside else None

        def total(work: Cost) -> Cost:
            return states * (work.substitute(drop) if drop is not None else work) + edges

        return Solution(total, f"{why}: {states.formula()} in all", states, shared)

    def _walk(self, undone: frozenset[str]) -> Solution:
        names = [name for name, kinds in self.changes.items() if moves.is_inside(kinds)]
        linked = any(
            value.way is not None and value.way.kind == ways.LINKED
            for call in self.state.calls
            for name, value in call.arguments.items()
            if name in names
        )
        if linked and undone and any(call.repeats for call in self.trail):
            if not marks.lists_paths(self.functions, undone):
                return Solution(lambda work: UNKNOWN, "a walk over links, of which no tree is known")
            return self._choices(undone)
        again = self._overlap(names)
        if again:
            depth = self.sizes.formal(names[0])
            return Solution(
                lambda work: depth.exponential(2.0) * work,
                f"{again} is walked again and again",
                depth,
                overlapping=depth,
            )
        nodes: Cost | None = None
        edges = ONE
        for name in names:
            reach = self.sizes.reach(name)
            if reach is not None and (nodes is None or nodes.is_constant):
                nodes = reach
            edges = edges + self.sizes.neighbours(name)
        if nodes is None:
            return _UNKNOWN
        drop = self.sizes.own_parts(names)
        counted = nodes

        def total(work: Cost) -> Cost:
            return counted * work.substitute(drop) + edges

        return Solution(total, f"visits every part of {names[0]} once", counted)

    def _overlap(self, names: list[str]) -> str:
        """A part of which a deeper part is walked on the same way through: `f(x.left)` and `f(x.left.left)`."""
        paths: list[tuple[str, ...]] = []
        for call in self.trail:
            if call.loops:
                continue
            path = tuple(
                value.way.path
                if (value := call.arguments.get(name)) is not None and value.way is not None
                else ""
                for name in names
            )
            paths.append(path)
        for a in paths:
            for b in paths:
                if a != b and all(y.startswith(x) and x.startswith(".") for x, y in zip(a, b, strict=True)):
                    return names[0] + a[0]
        return ""

    def _choices(self, undone: frozenset[str]) -> Solution:
        """A tree of choices: at every depth, one call for each."""
        depth = self.sizes.depth() or self.sizes.filled(undone)
        turns = [loop.turns for call in self.trail for loop in call.loops if call.repeats]
        growing = [t for t in turns if not t.is_constant]
        if depth is None and growing:
            depth = growing[0]  # Each choice is taken at most once, so there are no more levels than choices.
        if depth is None or depth.unknown:
            return _UNKNOWN
        if depth.is_constant:
            return self._shallow(turns)
        ordered = any(
            value.way is not None
            and value.way.kind in (ways.UP, ways.FROM, ways.DOWN, ways.SHORTER, ways.REST)
            for call in self.trail
            if call.repeats
            for value in call.arguments.values()
        ) and any(loop.over.way is not None for call in self.trail for loop in call.loops)
        base = math.inf if growing and not ordered else float(max(2, len(self.trail)))
        levels = depth
        what = "all orders are tried" if math.isinf(base) else "every choice is tried with every other"
        return Solution(
            lambda work: levels.exponential(base) * work,
            f"{what}, {levels.formula()} levels deep, with overlapping arguments",
            levels,
            overlapping=levels,
        )

    def _shallow(self, turns: list[Cost]) -> Solution:
        """As deep as the program's text says: that many loops inside each other, of which one is counted at least."""
        if any(not t.is_constant for t in turns):
            return Solution(lambda work: UNKNOWN, "as many loops inside each other as a constant says")
        return Solution(lambda work: work, "as deep as a constant says")

    def _halves(self) -> Solution:
        calls = sum(1 for _ in self.trail)
        if any(
            call.repeats and not all(loop.turns.is_constant for loop in call.loops) for call in self.trail
        ):
            return _UNKNOWN
        if any(call.repeats for call in self.trail):
            calls = max(calls, 2)
        size = self.sizes.divided()
        if size is None:
            return _UNKNOWN
        mine = {s for name in self.run.formals for s in self.sizes.formal(name).sizes}

        def total(work: Cost) -> Cost:
            return _master(calls, size, work, mine)

        return Solution(total, f"{calls} call{'s' if calls > 1 else ''} on half of the input", size.log())

    def _threaded(self) -> Solution:
        """A parser: every call begins where the one before ended, so all of them together read the input once."""
        for name, kinds in self.changes.items():
            if ways.AFTER in kinds:
                size = bounds.rising(self.run, self.functions, name, frozenset(self.changes))
                return _read_through(size) if size is not None and not size.unknown else _UNKNOWN
        return _UNKNOWN

    def _pivot(self, cut: str = "") -> Solution:
        size: Cost | None = self.sizes.formal(cut) if cut else None
        for name, kinds in reversed(self.changes.items()):
            if size is None and kinds & {ways.BETWEEN, ways.SHORTER, ways.FILTERED}:
                size = self.sizes.formal(name)
        if size is None:
            return _UNKNOWN
        filtered = any(ways.FILTERED in kinds for kinds in self.changes.values())
        one = len(self.trail) == 1
        levels = size
        if filtered or self._partitions():
            if one:
                return Solution(lambda work: work, "one side of a pivot, on average half of it", size.log())
            return Solution(
                lambda work: work * levels.log() if work.degree >= 1 else levels * work,
                "both sides of a pivot, on average in the middle",
                size.log(),
            )
        sides = "one side" if one else "both sides"
        return Solution(lambda work: levels * work, f"{sides} of a place that may lie at the end", size)

    def _partitions(self) -> bool:
        """True if elements are swapped in what is split: `xs[i], xs[j] = xs[j], xs[i]`, here or in what is called."""
        project = self.run.summaries.project
        names = {
            n.func.id if isinstance(n.func, f.Name) else n.func.name
            for n in shapes.nodes(self.function.body)
            if isinstance(n, f.Call) and isinstance(n.func, (f.Name, f.Attr))
        }
        near = [g for g in project.functions(self.run.path) if g.name in names]
        for one in near:
            project.read(self.run.path, "function", one.qualname)
        return any(_swaps(g) for g in (*self.functions, *near))

    def _steps(self) -> Solution:
        depth = self.sizes.depth()
        if depth is None or depth.unknown:
            return _UNKNOWN
        levels = depth
        if not self._branches():
            return Solution(lambda work: levels * work, "one call for every step", levels)
        if depth.is_constant:
            return self._shallow([loop.turns for call in self.trail for loop in call.loops])
        base = float(max(2, len(self.trail)))
        return Solution(
            lambda work: levels.exponential(base) * work,
            f"{'a loop of' if any(c.repeats for c in self.trail) else len(self.trail)} calls for every step, with overlapping arguments",
            levels,
            overlapping=levels,
        )


def _master(calls: int, size: Cost, work: Cost, mine: set[Size]) -> Cost:
    """T(n) = a·T(n/2) + work. Source: the master theorem (CLRS, section 4.5). Work in sizes that do not shrink is
    paid by every call."""
    critical = math.log2(calls) if calls > 1 else 0.0
    nodes = size.power(critical) if calls > 1 else size.log()
    if work.unknown:
        return work
    total = nodes
    for term in work.terms:
        part = Cost((term,))
        degree = sum(power for s, (power, _) in term.factors if s in mine)
        if term.bases:
            total = total + part
        elif not degree:
            total = total + nodes * part
        elif abs(degree - critical) < 1e-9:
            total = total + part * size.log()
        elif degree > critical:
            total = total + part
    return total


def _read_through(size: Cost) -> Solution:
    """All calls together go over something once; a loop over the rest of it in one of them is part of that."""
    read = frozenset(size.sizes)
    return Solution(
        lambda work: size * work.substitute(lambda s: ONE if s in read else None),
        "every call begins where the one before ended",
        size,
    )


def _swaps(function: f.Function) -> bool:
    return any(
        isinstance(stmt, f.Assign)
        and isinstance(stmt.value, f.Collection)
        and any(
            isinstance(t, f.Collection) and len(t.items) == 2 and all(isinstance(i, f.Index) for i in t.items)
            for t in stmt.targets
        )
        for stmt in shapes.walk(function.body)
    )


def explained(run: Run, solution: Solution, total: Cost) -> None:
    """Write the recurrence down as evidence, at the first call."""
    assert run.recursion is not None
    place = run.recursion.calls[0].place
    run.frames[0].parts.append(Part(place, f"recursion: {solution.why}", total))
