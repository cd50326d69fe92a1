"""What one turn of a loop does to its names, path by path.

A body is run symbolically. Along each path that comes back to the loop's head every name is known as far as it can be
compared with what the names held when the turn began: `j >= i + 1`, `n` is half of what it was, `p` is a link behind
`p`, `|stack|` is one less. Nothing else is kept. This is the bounded-difference part of a zone domain (Mine, "A New
Numerical Abstract Domain Based on Difference-Bound Matrices", 2001), with one unknown more: how often an inner loop
turned, which is what amortisation needs to know.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from msgspec.structs import replace

from analyzers import facts as f
from analyzers.evaluate import shapes
from analyzers.evaluate.remembered import remembered
from analyzers.evaluate.turns.whiles.known import NOTHING_KNOWN, Bounds, Known, State, Turn, merged, started
from analyzers.evaluate.turns.whiles.values import called_name, counted_by, divides, value_of

MAX_PATHS = 32
"""Paths followed apart; beyond, they are merged into what holds on all of them."""

MAX_BEFORE_LOOPS = 8
"""The same, before a loop inside."""

MAX_WORK = 600
"""Statements run on single paths; a walk that has done more keeps one state only."""

PUTS = ("append", "appendleft", "push", "unshift", "insert", "add", "put", "put_nowait")
PUTS_MANY = ("extend", "extendleft", "update", "concat")
POPS = ("pop", "popleft", "popitem", "shift", "dequeue", "remove", "discard")

MOVED = "*"
"""Stands for the pointer after the inner loop, among the names a value was computed from."""

Helper = Callable[[f.Call], "tuple[frozenset[str], frozenset[str]]"]
"""What a call of a function takes from and puts into containers the caller sees."""


def nothing_done(call: f.Call) -> tuple[frozenset[str], frozenset[str]]:
    return frozenset(), frozenset()


@dataclass(slots=True)
class Walk:
    """Runs bodies symbolically. `inner` is the loop whose turns are counted, `pointer` what it moves, `up` where to."""

    helper: Helper = nothing_done
    inner: f.While | f.For | None = None
    pointer: str = ""
    up: bool = True
    falling: str = ""  # see `State`
    plain: dict[tuple[int, int], Turn] = field(default_factory=dict)  # turns of loops, each looked at once
    own: dict[tuple[int, int], Turn] = field(default_factory=dict)  # the same, of those around the inner loop
    steps: int = 0

    def turn(self, node: f.While | f.For) -> Turn:
        """All paths through one turn of a loop."""
        around = self._is_around(node)
        known = self.own if around else self.plain
        found = known.get((node.at, node.to))
        if found is None:
            found = known[node.at, node.to] = self._turn(node, self.falling if around else "")
        return found

    def _is_around(self, node: f.While | f.For) -> bool:
        """True for the inner loop and the loops around it."""
        return self.inner is not None and node.at <= self.inner.at and self.inner.to <= node.to

    def _turn(self, node: f.While | f.For, falling: str) -> Turn:
        turn = Turn()
        start = State(falling=falling)
        if isinstance(node, f.For):
            start = self._for_target(start, node)
        else:
            start = self._effects(start, node.test)
        ends = self._run(node.body, [start], turn) + turn.ends
        if isinstance(node, f.While) and node.step:
            ends = self._run(node.step, ends, turn)
        turn.ends = ends
        return turn

    def body(self, body: tuple[f.Stmt, ...]) -> list[State]:
        """The paths that reach the end of a body, or return from it."""
        turn = Turn()
        return self._run(body, [State()], turn, returns=True) + turn.ends

    def _for_target(self, state: State, node: f.For) -> State:
        for name in _target_names(node.target):
            state = state.with_name(name, NOTHING_KNOWN)
        index = counted_by(node)
        if index:
            # A new turn has the next number: what was set to an older one lies behind it.
            state = state.with_name(index, started(f"{index}#"))
        return state

    # ------------------------------------------------------------------------------------------ statements

    def _run(
        self, body: tuple[f.Stmt, ...], states: list[State], turn: Turn, returns: bool = False
    ) -> list[State]:
        for stmt in body:
            if not states:
                return states
            states = self._step(stmt, states, turn, returns)
            self.steps += len(states)
            if len(states) > (MAX_PATHS if self.steps < MAX_WORK else 1):
                states = [merged(states)]
        return states

    def _step(self, stmt: f.Stmt, states: list[State], turn: Turn, returns: bool) -> list[State]:
        if isinstance(stmt, f.If):
            states = [self._effects(s, stmt.test) for s in states]
            then = self._run(stmt.body, states, turn, returns)
            return then + self._run(stmt.otherwise, states, turn, returns)
        if isinstance(stmt, (f.For, f.While)):
            if len(states) > (MAX_BEFORE_LOOPS if self.steps < MAX_WORK else 1):
                states = [merged(states)]
            if self._is_around(stmt):
                turn.heads += states
            return self._run(stmt.otherwise, [self._loop(stmt, s) for s in states], turn, returns)
        if isinstance(stmt, f.Jump):
            if stmt.kind == "continue":
                turn.ends += states
            elif stmt.kind == "break":
                turn.breaks += states
            return []
        if isinstance(stmt, f.Return):
            return [self._effects(s, stmt.value) for s in states] if returns else []
        if isinstance(stmt, (f.With, f.Block)):
            return self._run(stmt.body, states, turn, returns)
        if isinstance(stmt, f.Try):
            tried = self._run((*stmt.body, *stmt.otherwise), states, turn, returns)
            caught = [s for h in stmt.handlers for s in self._run(h.body, states, turn, returns)]
            return self._run(stmt.final, tried + caught, turn, returns)
        if isinstance(stmt, f.Match):
            arms = [s for case in stmt.cases for s in self._run(case.body, states, turn, returns)]
            return arms + states
        return [self._simple(stmt, s) for s in states]

    def _simple(self, stmt: f.Stmt, state: State) -> State:
        if isinstance(stmt, f.Assign):
            if stmt.value is None:
                return state
            state = self._effects(state, stmt.value)
            for target in stmt.targets:
                state = self._assign(state, state, target, stmt.value)
            return state
        if isinstance(stmt, f.Update):
            state = self._effects(state, stmt.value)
            name = shapes.text_of(stmt.target)
            if stmt.op == "+" and isinstance(stmt.value, (f.Collection, f.Comprehension, f.Call)):
                one = isinstance(stmt.value, f.Collection)
                state = self._put(state, name, many=not one)
            value = f.Binary(stmt.at, stmt.to, stmt.op, stmt.target, stmt.value)
            return state.with_name(name, value_of(state, value)) if name else state
        if isinstance(stmt, f.Do):
            return self._effects(state, stmt.value)
        if isinstance(stmt, f.Delete):
            for target in stmt.targets:
                if isinstance(target, f.Index):
                    state = _pop(state, shapes.text_of(target.obj))
        return state

    def _assign(self, state: State, before: State, target: f.Expr, value: f.Expr) -> State:
        if isinstance(target, f.Collection):
            if isinstance(value, f.Collection) and len(value.items) == len(target.items):
                for t, v in zip(target.items, value.items, strict=True):
                    state = self._assign(state, before, t, v)
                return state
            known = value_of(before, value)
            part = Known(mentions=known.mentions, divided=known.divided)
            for name in _target_names(target):
                state = state.with_name(name, part)
            text = shapes.cut_text(value)
            return _pop(state, text) if text in map(shapes.text_of, target.items) else state
        name = shapes.text_of(target)
        if not name:
            return state
        state = state.with_name(name, value_of(before, value))
        length = f"|{name}|"
        cut = shapes.part_of(value)
        if cut is not None and shapes.text_of(cut.obj) == name and (cut.start or cut.stop):
            halved = any(divides(b) for b in (cut.start, cut.stop) if b is not None)
            state = _pop(state, name)
            if halved:
                known = replace(state.of(length), scaled=frozenset({f"{length}-"}))
                state = replace(state, names={**state.names, length: known})
        elif isinstance(value, f.Collection) and len(value.items) <= 4:
            # Emptied, or filled with a few: no longer than it was, up to a constant.
            known = before.of(length)
            size = sum(not isinstance(i, f.Star) for i in value.items)
            state = replace(state, names={**state.names, length: Known(high=known.shifted(size).high)})
        elif isinstance(target, f.Name):
            source = (
                value_of(before, f.Name(0, 0, f"|{shapes.text_of(value)}|"))
                if isinstance(value, f.Name)
                else None
            )
            state = replace(state, names={**state.names, length: source or NOTHING_KNOWN})
        return state

    # ---------------------------------------------------------------------------------------- inner loops

    def _loop(self, node: f.For | f.While, state: State) -> State:
        """A loop inside: what it changes is known only if it never turns back."""
        counted = node is self.inner
        turn = self.turn(node)
        every = [*turn.ends, *turn.breaks]
        met = counted or any(s.met for s in every)
        names = dict(state.names)
        for name in turn.changed:
            before, after = state.of(name), [s.of(name) for s in every]
            rises = all(k.low.get(name, (-1, False))[0] >= 0 for k in after)
            falls = all(k.high.get(name, (1, False))[0] <= 0 for k in after)
            links = not counted and all(k.links or k.same_as for k in after)
            low = before.low if rises or links else {}
            high = before.high if falls else {}
            if name == self.pointer and met:
                pairs = [(s, k) for s, k in zip(every, after, strict=True) if s.met]
                if self.up:
                    paid = counted or all(k.low[name][1] for _, k in pairs if name in k.low)
                    low = _moved_on(before.low, (rises or counted) and paid)
                else:
                    paid = counted or all(k.high[name][1] for _, k in pairs if name in k.high)
                    high = _moved_on(before.high, (falls or counted) and paid)
            mentions = before.mentions.union(*(k.mentions for k in after))
            if counted and name == self.pointer:
                mentions |= {MOVED}
            may = {f"{b}+" for b in low} if any(k.rose(name) for k in after) else set()
            may |= {f"{b}-" for b in high} if any(k.fell(name) for k in after) else set()
            roots = before.same_as | {b for b, _ in before.links}
            on = {(b, by) for b in roots for k in after for base, by in k.links if base == name}
            on |= before.links if links else set()
            names[name] = Known(low, high, links=frozenset(on), mentions=mentions, may=frozenset(may))
        puts = state.puts.union(*(s.puts for s in every))
        if isinstance(node, f.For):
            index = counted_by(node)
            for name in _target_names(node.target):
                names[name] = NOTHING_KNOWN
            if index and node is not self.inner:
                names.pop(f"{index}#", None)
        return replace(state, names=names, puts=puts, met=state.met or met)

    # ----------------------------------------------------------------------------------------- expressions

    def _effects(self, state: State, node: f.Expr | None) -> State:
        """What evaluating an expression takes out, puts in and assigns."""
        if node is None:
            return state
        for part in _evaluated(node):
            if isinstance(part, f.Named):
                state = self._assign(state, state, part.target, part.value)
            elif isinstance(part, f.Call):
                state = self._call(state, part)
        return state

    def _call(self, state: State, call: f.Call) -> State:
        name = called_name(call)
        if isinstance(call.func, f.Attr):
            holder = shapes.text_of(call.func.obj)
            if name in POPS and len(call.args) < 2:  # `pop(key, None)` may find nothing
                return _pop(state, holder)
            if name in PUTS or name in PUTS_MANY:
                return self._put(state, holder, many=name in PUTS_MANY)
        if name in ("heappop", "next") and call.args:
            return _pop(state, shapes.text_of(call.args[0]))
        if name == "heappush" and call.args:
            return self._put(state, shapes.text_of(call.args[0]))
        pops, puts = self.helper(call)
        for holder in pops:
            state = _pop(state, holder)
        for holder in puts:
            state = self._put(state, holder)
        return state

    def _put(self, state: State, holder: str, many: bool = False) -> State:
        length = f"|{holder}|"
        known = state.of(length).shifted(1)
        if many:
            known = replace(known, high={})
        return replace(state, names={**state.names, length: known}, puts=state.puts | {holder})


def _moved_on(bounds: Bounds, certain: bool) -> Bounds:
    """The same bounds, of what has certainly moved since; none if that is not certain."""
    return {base: (gap, True) for base, (gap, _) in bounds.items()} if certain else {}


def _target_names(target: f.Expr) -> Iterator[str]:
    if isinstance(target, f.Collection):
        for item in target.items:
            yield from _target_names(item)
    elif isinstance(target, f.Star):
        yield from _target_names(target.value)
    elif text := shapes.text_of(target):
        yield text


@remembered
def _evaluated(node: f.Expr) -> list[f._Node]:
    """The calls and assignments in an expression, inner ones first."""
    found = [n for n in shapes.nodes(node) if isinstance(n, (f.Call, f.Named))]
    return sorted(found, key=lambda n: n.to - n.at)


def _pop(state: State, holder: str) -> State:
    if not holder:
        return state
    length = f"|{holder}|"
    names = {**state.names, length: state.of(length).shifted(-1)}
    return replace(state, names=names, pops=state.pops | {holder})
