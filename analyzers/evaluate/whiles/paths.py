"""What one turn of a loop does to its names, path by path.

A body is run symbolically. Along each path that comes back to the loop's head every name is known as far as it can be
compared with what the names held when the turn began: `j >= i + 1`, `n` is half of what it was, `p` is a link behind
`p`, `|stack|` is one less. Nothing else is kept. This is the bounded-difference part of a zone domain (Mine, "A New
Numerical Abstract Domain Based on Difference-Bound Matrices", 2001), with one unknown more: how often an inner loop
turned, which is what amortisation needs to know.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from analyzers import facts as f
from analyzers.evaluate import shapes

Bounds = dict[str, tuple[int, bool]]
"""Against what a name held at the start: by how much at least, and whether the inner loop's turns come on top."""

MAX_PATHS = 48
"""Paths followed apart; beyond, they are merged into what holds on all of them."""

PUTS = ("append", "appendleft", "push", "unshift", "insert", "add", "put", "put_nowait")
PUTS_MANY = ("extend", "extendleft", "update", "concat")
POPS = ("pop", "popleft", "popitem", "shift", "dequeue", "remove", "discard")
ROUNDING = ("floor", "trunc", "int", "ceil", "round", "abs")
LINK_WORDS = ("next", "prev", "parent", "sibling", "succ", "ancestor")
"""Methods with these words in their names lead on to a neighbour: `node.get_next()`."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a value against the names at the start of the turn.

    `low` and `high` bound it; `scaled` are names it is a multiple (`n+`) or fraction (`n-`) of; `links` are pairs of a
    name and the link that was followed from it; `mentions` is what it was computed from; `divided` says that a
    division, or a pivot, chose a point between them; `amounts` are the names that were added or taken away; `may` says
    which way a loop inside moved it (`n+`, `n-`), if that had a turn at all.
    """

    low: Bounds = field(default_factory=dict)
    high: Bounds = field(default_factory=dict)
    scaled: frozenset[str] = frozenset()
    links: frozenset[tuple[str, str]] = frozenset()
    mentions: frozenset[str] = frozenset()
    divided: bool = False
    amounts: frozenset[str] = frozenset()
    may: frozenset[str] = frozenset()
    constant: bool = False

    def shifted(self, by: int) -> Known:
        return replace(
            self,
            low={b: (gap + by, moved) for b, (gap, moved) in self.low.items()},
            high={b: (gap + by, moved) for b, (gap, moved) in self.high.items()},
        )

    def rose(self, name: str) -> bool:
        gap = self.low.get(name, (-1, False))[0]
        return gap >= 1 or (gap == 0 and f"{name}+" in self.may)

    def fell(self, name: str) -> bool:
        gap = self.high.get(name, (1, False))[0]
        return gap <= -1 or (gap == 0 and f"{name}-" in self.may)

    @property
    def same_as(self) -> frozenset[str]:
        """The names it is equal to."""
        return frozenset(b for b, (gap, _) in self.low.items() if gap == 0 and self.high.get(b, (1, False))[0] == 0)


NOTHING_KNOWN = Known()


def started(name: str) -> Known:
    return Known({name: (0, False)}, {name: (0, False)}, mentions=frozenset({name}))


def either(a: Known, b: Known) -> Known:
    """What holds of one of two values."""
    return Known(
        {k: _weaker(a.low[k], b.low[k], min) for k in a.low.keys() & b.low.keys()},
        {k: _weaker(a.high[k], b.high[k], max) for k in a.high.keys() & b.high.keys()},
        a.scaled & b.scaled,
        frozenset(x for x in a.links | b.links if {base for base, _ in a.links} & {base for base, _ in b.links} >= {x[0]}),
        a.mentions | b.mentions,
        a.divided and b.divided,
        a.amounts | b.amounts,
        a.may | b.may,
    )


def _weaker(a: tuple[int, bool], b: tuple[int, bool], pick: Callable[[int, int], int]) -> tuple[int, bool]:
    return pick(a[0], b[0]), a[1] and b[1]


@dataclass(frozen=True, slots=True)
class State:
    """One path so far: its names, the containers it took from and put into, and whether it met the inner loop."""

    names: dict[str, Known] = field(default_factory=dict)
    pops: frozenset[str] = frozenset()
    puts: frozenset[str] = frozenset()
    met: bool = False

    def of(self, name: str) -> Known:
        return self.names.get(name) or started(name)

    def with_name(self, name: str, known: Known) -> State:
        kept = self.names
        if any(k.startswith(f"{name}.") or k.startswith(f"{name}[") or k == f"|{name}|" for k in kept):
            kept = {k: v for k, v in kept.items() if not k.startswith((f"{name}.", f"{name}["))}
        return replace(self, names={**kept, name: known})


@dataclass(slots=True)
class Turn:
    """The ends of a turn's paths: those that come back to the head, and those that break out."""

    ends: list[State] = field(default_factory=list)
    breaks: list[State] = field(default_factory=list)

    @property
    def changed(self) -> frozenset[str]:
        return frozenset(name for state in (*self.ends, *self.breaks) for name in state.names)


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

    def turn(self, node: f.While | f.For) -> Turn:
        """All paths through one turn of a loop."""
        turn = Turn()
        start = State()
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
            if len(states) > MAX_PATHS:
                states = [_merged(states)]
        return states

    def _step(self, stmt: f.Stmt, states: list[State], turn: Turn, returns: bool) -> list[State]:
        if isinstance(stmt, f.If):
            states = [self._effects(s, stmt.test) for s in states]
            then = self._run(stmt.body, states, turn, returns)
            return then + self._run(stmt.otherwise, states, turn, returns)
        if isinstance(stmt, (f.For, f.While)):
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
            return state.with_name(name, self.value(state, value)) if name else state
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
            known = self.value(before, value)
            part = Known(mentions=known.mentions, divided=known.divided)
            for name in _target_names(target):
                state = state.with_name(name, part)
            return state
        name = shapes.text_of(target)
        if not name:
            return state
        state = state.with_name(name, self.value(before, value))
        length = f"|{name}|"
        if isinstance(value, f.Slice) and shapes.text_of(value.obj) == name and (value.start or value.stop):
            halved = any(_divides(b) for b in (value.start, value.stop) if b is not None)
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
            source = self.value(before, f.Name(0, 0, f"|{shapes.text_of(value)}|")) if isinstance(value, f.Name) else None
            state = replace(state, names={**state.names, length: source or NOTHING_KNOWN})
        return state

    # ---------------------------------------------------------------------------------------- inner loops

    def _loop(self, node: f.For | f.While, state: State) -> State:
        """A loop inside: what it changes is known only if it never turns back."""
        counted = node is self.inner
        turn = Walk(self.helper, self.inner, self.pointer, self.up).turn(node)
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
                if self.up:
                    paid = counted or all(k.low[name][1] for s, k in zip(every, after, strict=True) if s.met and name in k.low)
                    low = {b: (gap, True) for b, (gap, _) in before.low.items()} if (rises or counted) and paid else {}
                else:
                    paid = counted or all(k.high[name][1] for s, k in zip(every, after, strict=True) if s.met and name in k.high)
                    high = {b: (gap, True) for b, (gap, _) in before.high.items()} if (falls or counted) and paid else {}
            mentions = before.mentions.union(*(k.mentions for k in after))
            may = {f"{b}+" for b in low} if any(k.rose(name) for k in after) else set()
            may |= {f"{b}-" for b in high} if any(k.fell(name) for k in after) else set()
            on = {(b, by) for b in before.same_as for k in after for base, by in k.links if base == name}
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

    def value(self, state: State, node: f.Expr) -> Known:
        """What is known of an expression's value."""
        if isinstance(node, f.Name):
            return state.of(node.id)
        if isinstance(node, f.Const):
            return Known(constant=True)
        if isinstance(node, f.Binary):
            return self._binary(state, node)
        if isinstance(node, (f.Attr, f.Index)):
            return self._part(state, node)
        if isinstance(node, f.Call):
            return self._called(state, node)
        if isinstance(node, f.Choose):
            then, other = self.value(state, node.then), self.value(state, node.other)
            # `p.next if p else other`: the chain goes on elsewhere, once.
            return replace(either(then, other), links=then.links | other.links)
        if isinstance(node, f.Logic):
            first, *rest = (self.value(state, p) for p in node.parts)
            for other in rest:
                first = either(first, other)
            return first
        if isinstance(node, (f.Named, f.Await, f.Star)):
            return self.value(state, node.value)
        if isinstance(node, f.Unary):
            inner = self.value(state, node.operand)
            return Known(mentions=inner.mentions, divided=inner.divided, constant=inner.constant)
        return NOTHING_KNOWN

    def _binary(self, state: State, node: f.Binary) -> Known:
        left, right = self.value(state, node.left), self.value(state, node.right)
        mentions, divided = left.mentions | right.mentions, left.divided or right.divided
        both = Known(mentions=mentions, divided=divided, constant=left.constant and right.constant)
        bit = _lowest_bit(node)
        if bit:
            sign = "+" if node.op in ("+", "|") else "-"
            moved = state.of(bit).shifted(1 if sign == "+" else -1)
            bounds = replace(moved, high={}) if sign == "+" else replace(moved, low={})
            return replace(bounds, scaled=frozenset(f"{b}{sign}" for b in state.of(bit).same_as), mentions=mentions)
        if node.op in ("+", "-"):
            if node.op == "+" and isinstance(node.left, f.Const) and not isinstance(node.right, f.Const):
                left, right, node = right, left, replace_sides(node)
            amount = number(node.right)
            if amount is not None:
                shifted = left.shifted(amount if node.op == "+" else -amount)
                return replace(shifted, mentions=mentions, divided=divided)
            name = _amount(node.right)
            moved = left.shifted(1 if node.op == "+" else -1)
            if node.op == "+":
                moved = replace(moved, low={**right.shifted(1).low, **moved.low})
            keep = replace(moved, high={}) if node.op == "+" else replace(moved, low={})
            return replace(
                keep, mentions=mentions, divided=divided, amounts=keep.amounts | {name}, links=frozenset()
            )
        if node.op in ("//", "/", ">>"):
            falls = frozenset(f"{b}-" for b in left.low.keys() | left.high.keys() if b in left.high)
            kept = {b: (min(gap - 1, -1), moved) for b, (gap, moved) in left.high.items()}
            return replace(both, high=kept, scaled=falls | _kept(left.scaled, "-"), divided=True)
        if node.op in ("*", "<<", "**"):
            if isinstance(node.left, f.Const) and not isinstance(node.right, f.Const) and node.op == "*":
                left, right = right, left
            rises = frozenset(f"{b}+" for b in left.low)
            kept = {b: (gap + 1, moved) for b, (gap, moved) in left.low.items()}
            return replace(both, low=kept, scaled=rises | _kept(left.scaled, "+"))
        if node.op == "%":
            # `x % y` is below y, and with `x >= y` below half of x (Euclid).
            names = {f"{b}-" for b in (*left.same_as, *right.same_as)}
            high = {b: (gap - 1, moved) for b, (gap, moved) in {**left.high, **right.high}.items()}
            return replace(both, high=high, scaled=frozenset(names))
        return both

    def _part(self, state: State, node: f.Attr | f.Index) -> Known:
        """`p.next`, `parent[x]`: one link away; and a place of its own that may have been assigned."""
        text = shapes.text_of(node)
        if text and text in state.names:
            return state.names[text]
        whole = self.value(state, node.obj)
        link = node.name if isinstance(node, f.Attr) else "[…]"
        links = {(b, link) for b in whole.same_as} | {(b, link) for b, _ in whole.links}
        low = {b: (whole.low.get(b, (0, False))[0] + 1, whole.low.get(b, (0, False))[1]) for b, _ in links}
        high: Bounds = {}
        mentions, divided = frozenset({text}) | whole.mentions, False
        if isinstance(node, f.Index):
            index = self.value(state, node.index)
            chain = f"[{shapes.text_of(node.obj)}]"
            links |= {(b, chain) for b in index.low if index.low[b][0] in (-1, 0, 1)}
            links |= {(b, chain) for b, by in index.links}
            mentions, divided = mentions | index.mentions, index.divided
        if text and not whole.links:
            low, high = {**low, text: (0, False)}, {text: (0, False)}
        return Known(low, high, links=frozenset(links), mentions=mentions, divided=divided)

    def _called(self, state: State, call: f.Call) -> Known:
        name = called_name(call)
        given = [self.value(state, a) for a in call.args]
        if name in ROUNDING and len(given) == 1:
            return given[0]
        if name in ("max", "min") and len(given) > 1 and isinstance(call.func, f.Name):
            return _extreme(given, name == "max")
        mentions = frozenset[str]().union(*(g.mentions for g in given))
        divided = "rand" in name or any(g.divided for g in given) or len(mentions) > 1
        if isinstance(call.func, f.Attr):
            receiver = self.value(state, call.func.obj)
            if not call.args and any(word in name.lower() for word in LINK_WORDS):
                links = frozenset((b, name) for b in receiver.same_as)
                return Known({b: (1, False) for b, _ in links}, links=links, mentions=receiver.mentions)
        if name == "len" and call.args:
            return state.of(f"|{shapes.text_of(call.args[0])}|")
        return Known(mentions=mentions, divided=divided)


# ------------------------------------------------------------------------------------------------- small ones


def called_name(call: f.Call) -> str:
    func = call.func
    return func.name if isinstance(func, f.Attr) else func.id if isinstance(func, f.Name) else ""


def number(node: f.Expr) -> int | None:
    """A whole number that is written down."""
    sign = 1
    if isinstance(node, f.Unary) and node.op == "-":
        sign, node = -1, node.operand
    if isinstance(node, f.Const) and isinstance(node.value, (int, float)):
        value = int(node.value)
        return sign * (value or int(node.value > 0))
    return None


ANYTHING = "…"
"""An amount of which nothing is known, not even that it is no nought: an element, the result of a call."""


def _amount(node: f.Expr) -> str:
    if isinstance(node, (f.Name, f.Attr)):
        return shapes.text_of(node) or ANYTHING
    if isinstance(node, f.Unary):
        return _amount(node.operand)
    if isinstance(node, f.Const):
        return "1"
    if isinstance(node, f.Binary):
        parts = {_amount(node.left), _amount(node.right)}
        return ANYTHING if ANYTHING in parts else max(parts - {"1"}, default="1")
    return ANYTHING


def replace_sides(node: f.Binary) -> f.Binary:
    return f.Binary(node.at, node.to, node.op, node.right, node.left)


def counted_by(node: f.For) -> str:
    """The name that a `for` counts up: `for i in range(n)`, `for i, x in enumerate(xs)`."""
    call = node.iter
    if isinstance(call, f.Range) and isinstance(node.target, f.Name):
        return node.target.id
    if not isinstance(call, f.Call):
        return ""
    name = called_name(call)
    if name in ("range", "xrange") and isinstance(node.target, f.Name):
        back = len(call.args) == 3 and (number(call.args[2]) or 1) < 0
        return "" if back else node.target.id
    if name == "enumerate" and isinstance(node.target, f.Collection) and isinstance(node.target.items[0], f.Name):
        return node.target.items[0].id
    return ""


def _target_names(target: f.Expr) -> Iterator[str]:
    if isinstance(target, f.Collection):
        for item in target.items:
            yield from _target_names(item)
    elif isinstance(target, f.Star):
        yield from _target_names(target.value)
    elif text := shapes.text_of(target):
        yield text


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


def _kept(scaled: frozenset[str], sign: str) -> frozenset[str]:
    return frozenset(s for s in scaled if s.endswith(sign))


def _divides(node: f.Expr) -> bool:
    return any(isinstance(n, f.Binary) and n.op in ("//", "/", ">>") for n in shapes.nodes(node))


def _extreme(given: list[Known], largest: bool) -> Known:
    """`max(a, b)` is at least each of them; `min(a, b)` at most."""
    low: Bounds = {}
    high: Bounds = {}
    for known in given:
        for b, bound in known.low.items():
            low[b] = max(low.get(b, bound), bound)
        for b, bound in known.high.items():
            high[b] = min(high.get(b, bound), bound)
    every_low = set.intersection(*(set(k.low) for k in given))
    every_high = set.intersection(*(set(k.high) for k in given))
    mentions = frozenset[str]().union(*(k.mentions for k in given))
    if largest:
        return Known(low, {b: max(k.high[b] for k in given) for b in every_high}, mentions=mentions)
    return Known({b: min(k.low[b] for k in given) for b in every_low}, high, mentions=mentions)


def _lowest_bit(node: f.Binary) -> str:
    """`i + (i & -i)`, `n & (n - 1)`, `i | (i + 1)`: one bit changes at the low end, so there are log n turns.

    Source: Fenwick, "A New Data Structure for Cumulative Frequency Tables", 1994; Kernighan's bit count.
    """
    name = shapes.text_of(node.left)
    if not name:
        return ""
    other = node.right
    if node.op in ("+", "-") and isinstance(other, f.Binary) and other.op == "&":
        if shapes.text_of(other.left) == name or shapes.text_of(other.right) == name:
            return name
    if node.op in ("&", "|") and isinstance(other, f.Binary) and other.op in ("+", "-"):
        if shapes.text_of(other.left) == name and number(other.right) == 1:
            return name
    return ""


def _merged(states: list[State]) -> State:
    """What holds on all of several paths."""
    met = any(s.met for s in states)
    names: dict[str, Known] = {}
    for name in {n for s in states for n in s.names}:
        found: Known | None = None
        for state in states:
            known = state.of(name)
            if met and not state.met:  # The inner loop had no turns here: they may be added for nothing.
                known = replace(
                    known,
                    low={b: (gap, True) for b, (gap, _) in known.low.items()},
                    high={b: (gap, True) for b, (gap, _) in known.high.items()},
                )
            found = known if found is None else either(found, known)
        if found is not None:
            names[name] = found
    pops = frozenset.intersection(*(s.pops for s in states))
    return State(names, pops, frozenset[str]().union(*(s.puts for s in states)), met)
