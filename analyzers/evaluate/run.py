"""The state of one function's run: what its names hold, which loops are open, and what was written down.

Costs are kept per open loop (a `Frame`). When a loop closes, its frame is summed over the loop's turns and added to
the frame outside. What a container grows by travels the same way, so that `|out|` can be replaced by what was put in.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from msgspec.structs import replace

from analyzers import facts as f
from analyzers.bounds import Symbol
from analyzers.costs import ONE, Cost, Size
from analyzers.evaluate import derivation
from analyzers.evaluate.events import Analysis, Loop, Part
from analyzers.evaluate.frames import NOWHERE, Block, Frame, Reading
from analyzers.evaluate.meeting import met
from analyzers.evaluate.recursion.recording import Recursing
from analyzers.evaluate.sizes import growth
from analyzers.findings import Place
from analyzers.text import Span
from analyzers.types import INPUT, Value

if TYPE_CHECKING:
    from analyzers.evaluate.summaries import Summaries
    from analyzers.evaluate.turns.whiles.known import Turn

MAX_STEPS = 20_000
"""Expressions and statements one run may visit before it gives up and answers "unknown"."""

MAX_INSIDE = 14
"""Calls run as a part of their caller, one inside the other; deeper ones are assumed to be cheap."""


INPUT_KEY = "<input>"
"""What owns the sizes that were read: no function does, and every caller may derive them anew."""

MARKED = "marked"
"""What owns the size of a worklist whose marks come from the caller: calls with the same marks share it."""


ITSELF = "itself"
"""The key of a number that stands for itself while it may divide; what is known of it is only a bound."""


class OverBudget(Exception):
    """A function is too large to run within its budget; its cost is unknown."""


@dataclass(slots=True)
class Run:
    """One function being run on abstract arguments."""

    summaries: Summaries
    path: str
    function: f.Function
    language: str
    env: dict[str, Value]
    analysis: Analysis
    depth: int = 0
    inside: int = 0  # runs around this one that it is a part of
    outer: Run | None = None
    frames: list[Frame] = field(default_factory=lambda: [Frame(None)])
    loops: list[Loop] = field(default_factory=list)
    base_frame: int = 0  # the frame that this function's own costs go to; its caller's frames lie below
    turns: dict[tuple[int, int], Turn] = field(
        default_factory=dict
    )  # what one turn of a loop does, by its place
    base_loops: int = 0  # the loops that were open when it was called
    symbols: dict[str, tuple[Value, Symbol]] = field(default_factory=dict)
    blocks: list[Block] = field(default_factory=list)
    caught: int = 0  # the loops open around the innermost `try`: an exception leaves the others
    sizes: dict[str, Size] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    space: Cost = ONE
    returns: list[Value] = field(default_factory=list)
    yields: list[Value] = field(default_factory=list)
    yielded: Size | None = None  # how often a generator yields
    effects: set[str] = field(default_factory=set)
    dead: bool = False
    steps: int = 0
    incomplete: bool = False
    running: f.Stmt | None = None  # the simple statement that is being run
    inlined: set[str] = field(default_factory=set)
    rare: frozenset[int] = frozenset()
    options: int = 0  # open branches that are taken by how the program is used, not by what is in hand
    memo_depth: int = 0  # open branches that are taken only when a memo has no answer yet
    memo_at: int = 0  # the loops that were open where the innermost of these branches began
    row_at: int = 0  # the same for those that are taken once for every row
    spared: frozenset[str] = frozenset()  # parameters that were left out where what is run now is run
    row_depth: int = 0  # those that are taken once for every row, which keeps the answer itself
    recursion: Recursing | None = (
        None  # the function being run that may call itself, this one or one around it
    )
    formals: dict[str, Value] = field(default_factory=dict)  # what the parameters held at first
    reenters: set[tuple[str, str]] = field(
        default_factory=set
    )  # functions still being run that are called here
    grown: dict[Size, Cost] = field(default_factory=dict)
    doubling: set[Size] = field(default_factory=set)  # containers that a loop over them makes longer
    growing: frozenset[str] | None = None
    lazily: dict[str, Value] = field(
        default_factory=dict
    )  # of the open loops: the containers that a turn makes where none is there yet
    stored: dict[str, Value] = field(default_factory=dict)
    left: dict[str, Value] = field(
        default_factory=dict
    )  # the rows that the last method called keeps on its object
    kept: dict[str, Value | None] = field(default_factory=dict)  # what methods of its object put there
    assigned: set[str] = field(default_factory=set)
    reading: Reading = NOWHERE  # into what the expression being evaluated is read
    shared: set[str] = field(default_factory=set)  # the module's variables that this run holds
    declared: set[str] = field(default_factory=set)  # those it says it sets, with `global`
    lengthened: dict[str, Size] = field(
        default_factory=dict
    )  # how far it makes what its parameters hold longer

    @property
    def owner(self) -> str:
        """The function whose findings these are: a lambda run inside another function belongs to that one."""
        return self.outer.owner if self.outer is not None else self.function.qualname

    @property
    def nesting(self) -> int:
        """How many runs this one stands inside."""
        return self.outer.nesting + 1 if self.outer is not None else 0

    # --------------------------------------------------------------------------------------------- places

    @property
    def statement(self) -> Place | None:
        """Where the simple statement stands that is being run."""
        return self.place(self.running) if self.running is not None else None

    def place(self, node: f._Node) -> Place:
        start = self.function.start
        return Place(self.path, Span(start + node.at, start + node.to))

    def place_at(self, at: int, to: int) -> Place:
        start = self.function.start
        return Place(self.path, Span(start + at, start + to))

    def step(self) -> None:
        self.steps += 1
        if self.steps > MAX_STEPS:
            raise OverBudget

    # ----------------------------------------------------------------------------------------------- sizes

    def size_named(self, label: str, meaning: str, value: Value | None = None) -> Size:
        """The one size of that label in this run, derived from the open loops the value was reached from."""
        read = value is not None and INPUT in value.depends
        owner = INPUT_KEY if read else self.function.qualname
        return self._size(label, meaning, self.derived_loops(value) if value is not None else (), owner)

    def _size(self, label: str, meaning: str, loops: tuple[int, ...], owner: str) -> Size:
        outer = self.outer
        if outer is not None and outer.sizes is not self.sizes and _root_of(label) not in self.env:
            return outer._size(
                label, meaning, loops, INPUT_KEY if owner == INPUT_KEY else outer.function.qualname
            )
        key = f"{label}@{','.join(map(str, loops))}"
        key = f"{INPUT_KEY}:{key}" if owner == INPUT_KEY else key
        size = self.sizes.get(key)
        if size is None:
            total = self._marked_total(label, loops)
            size = self.sizes[key] = Size(label, meaning, loops, total, key=f"{owner}:{label}")
        return size

    def _marked_total(
        self, label: str, loops: tuple[int, ...]
    ) -> Cost | None:  # bigo: ignore[hidden-scan], few are open
        """What belongs to the elements of a worklist that calls share adds up over all those calls."""
        around = next((loop for loop in self.loops if loops and loop.number == loops[0]), None)
        for size in around.turns.sizes if around is not None else ():
            if size.key.startswith(MARKED):
                key = f"{size.key.rpartition(':')[0]}:{label.strip('|')}"
                return Cost.of(Size(f"Σ{label}", f"all of {label} together", loops[1:], key=key))
        return None

    def derived_loops(self, value: Value) -> tuple[int, ...]:
        """The open loops whose elements a value was reached from, innermost first."""
        if not value.depends:
            return ()
        return tuple(loop.number for loop in reversed(self.loops) if loop.number in value.depends)

    def extent(self, value: Value) -> Cost:
        """The number of elements of a container, or the magnitude of an int."""
        if value.grown is not None:
            from analyzers.evaluate.turns import segments

            return segments.gathered(self, value) or Cost.of(value.grown)
        if value.size is not None:
            return value.size
        if value.kind in ("bool", "none"):
            return ONE
        label = value.label or "input"
        if value.kind in ("int", "float"):
            return Cost.of(self.size_named(label, f"the value of {label}", value))
        return Cost.of(self.size_named(f"|{label}|", f"the number of elements in {label}", value))

    def present(self, value: Value) -> Value:
        """A value that a container gives: a size that was reached from loops that are closed now says nothing here."""
        if value.size is None or value.grown is not None:
            return value
        open_now = self.open_numbers()
        stale = any(size.loops and not set(size.loops) & open_now for size in value.size.sizes)
        return replace(value, size=None) if stale else value

    def magnitude(self, value: Value) -> Cost:
        """The value of a number that bounds a loop, as in `range(value)`."""
        if value.const is not None or value.kind in ("bool", "none"):
            return ONE
        if value.size is not None:
            return value.size
        label = value.label or "n"
        return Cost.of(self.size_named(label, f"the value of {label}", value))

    def extent_or_magnitude(self, value: Value) -> Cost:
        """What bounds a counter compared with this value: a number's magnitude, a container's size."""
        if value.kind in ("list", "tuple", "str", "set", "dict", "deque", "bytes"):
            return self.extent(value)
        return self.magnitude(value)

    def new_container(self, label: str, outside: int = 0) -> Size:
        """A size for a container that is born empty here, or outside of so many loops, and may grow."""
        size = Size(f"|{label or 'result'}|", f"how far {label or 'the result'} grows", key="grown")
        self.frames[-1 - outside].born.append(size)
        return size

    def grow(self, size: Size, by: Cost) -> None:
        """A container grows here, by so much for each time this place is reached."""
        frame = self.frames[-1]
        self.analysis.growths.update((size, loop.number) for loop in self.loops)
        frame.grow(size, by)

    def lengthen(self, value: Value, by: Cost) -> None:
        """What a name holds grows here: a container born in this run, or one that a caller has handed over."""
        if value.grown is not None:
            self.grow(value.grown, by)
        elif value.label in value.depends and value.label in self.formals and value.size is None:
            size = self.lengthened.get(value.label)
            if size is None:
                meaning = f"how much longer {value.label} gets"
                size = self.lengthened[value.label] = Size(f"|{value.label}|", meaning, key="lengthened")
            self.frames[-1].grow(size, by)

    # ----------------------------------------------------------------------------------------------- costs

    def charge(self, cost: Cost, place: Place | None = None, text: str = "") -> None:
        """Add a cost to the innermost open loop; a constant one is not worth a part."""
        frame = self.frames[-1]
        frame.cost = frame.cost + cost
        if place is not None and not cost.is_constant:
            frame.add(Part(place, text, cost))

    def charge_at(self, frame: int, cost: Cost, place: Place, text: str) -> None:
        """Add a cost to an outer frame, once for all turns of the loops inside it."""
        self.frames[frame].cost = self.frames[frame].cost + cost
        if not cost.is_constant:
            self.frames[frame].add(Part(place, text, cost))

    def frame_of(self, born: int) -> int:
        """The frame in which something was made when so many loops were open."""
        loop = self.loops[born - 1] if 0 < born <= len(self.loops) else None
        return next((i for i, frame in enumerate(self.frames) if frame.loop is loop), 0)

    def open(self, make: Callable[[int], Loop]) -> Loop:
        loop = make(next(self.numbers))
        self.loops.append(loop)
        self.frames.append(Frame(loop))
        self.analysis.loops.append(loop)
        return loop

    def close(self, turns_text: str = "") -> None:
        """Close the innermost loop: its cost, parts and growth are summed over its turns."""
        frame, loop = self.frames.pop(), self.loops.pop()
        self.settle(frame)
        outside = self.frames[-1]
        outside.cost = outside.cost + frame.cost.summed(loop.number, loop.turns)
        text = turns_text or f"loop over {loop.label}: {loop.turns.formula()} turns"
        if not loop.turns.is_constant:
            outside.add(Part(loop.place, text, loop.turns))
        for part in frame.parts:
            outside.add(derivation.over_loop(part, loop))
        for size, by in frame.growth.items():
            total = by.summed(loop.number, loop.turns)
            outside.grow(size, total)

    def open_side(self) -> Frame:
        """A frame for what happens on the last turn of some loops only."""
        frame = Frame(None)
        self.frames.append(frame)
        return frame

    def close_side(self, frame: Frame, depth: int) -> None:
        """Close it; what it cost is paid in the frame that is left when only `depth` loops are open."""
        while self.frames and self.frames.pop() is not frame:
            pass
        self.settle(frame)
        left = self.loops[depth:]
        position = self.base_frame
        if depth > self.base_loops:
            kept = self.loops[depth - 1]
            position = next(i for i, other in enumerate(self.frames) if other.loop is kept)
        outside = self.frames[position]

        def largest(cost: Cost) -> Cost:
            for loop in reversed(left):
                cost = cost.largest(loop.number)
            return cost

        outside.cost = outside.cost + largest(frame.cost)
        for part in frame.parts:
            outside.add(derivation.on_last_turn(part, largest(part.cost)))
        for size, by in frame.growth.items():
            total = largest(by)
            outside.grow(size, total)

    def settle(self, frame: Frame) -> None:
        """Replace the sizes of containers born in a frame by what was put into them there."""
        if not frame.born:
            return
        known = {
            size: growth.settled(frame.growth.pop(size, ONE), size, frame.born, size in self.doubling)
            for size in frame.born
        }
        frame.cost = frame.cost.substitute(known.get, _is_exact)
        frame.parts = [derivation.with_grown(part, known) for part in frame.parts]
        for size in list(frame.growth):
            frame.growth[size] = frame.growth[size].substitute(known.get, _is_exact)
        self.space = self.space.substitute(known.get, _is_exact)
        for size, filled in known.items():
            if size is not self.yielded and _is_exact(size):  # A generator holds one value at a time.
                self.space = self.space + filled
        self.grown.update(known)

    def settled(self, cost: Cost) -> Cost:
        """A cost with all container sizes known so far filled in."""
        return cost.substitute(self.grown.get, _is_exact) if self.grown else cost

    # ------------------------------------------------------------------------------------------------ names

    def lookup(self, name: str) -> Value | None:
        """What a local name, or one of an enclosing function, holds."""
        value = self.env.get(name)
        if value is None and self.outer is not None:
            value = self.outer.lookup(name)
        return value

    def bind(self, name: str, value: Value) -> None:
        self.env[name] = value

    def encloses(self, qualname: str) -> bool:
        """True if this run, or one it runs inside, is of that function."""
        return self.function.qualname == qualname or (
            self.outer is not None and self.outer.encloses(qualname)
        )

    def symbol(self, name: str, what: str = "") -> Symbol | None:
        """The number that a name holds now, or with "len" the length of what it holds; another one once it is bound anew."""
        owner: Run | None = self
        while owner is not None and name not in owner.env:
            owner = owner.outer
        if owner is None:
            return None
        value = owner.env[name]
        if what and value.grown is not None:
            return None
        key = f"{what} {name}" if what else name
        known = owner.symbols.get(key)
        if known is None or known[0] is not value:
            known = owner.symbols[key] = (value, Symbol(key, value.named(name)))
        return known[1]

    def is_stored(self, label: str) -> bool:
        """True if this run has assigned to that attribute, so that reading it back loads nothing."""
        return label in self.assigned

    def escape(self, value: Value) -> None:
        """A value was handed to code that is not known: a container may have grown there."""
        if value.grown is not None:
            self.grow(value.grown, ONE)

    def open_numbers(self) -> frozenset[int]:
        return frozenset(loop.number for loop in self.loops)

    @contextmanager
    def keeping(self, kept: bool, *, of_row: bool = False) -> Iterator[None]:
        """Run a branch that is taken only where a memo, or a memo of each row, has no answer yet."""
        before = self.memo_at, self.row_at
        self.memo_depth += kept
        self.row_depth += of_row
        self.memo_at = len(self.loops) if kept else self.memo_at
        self.row_at = len(self.loops) if of_row else self.row_at
        yield
        self.memo_depth -= kept
        self.row_depth -= of_row
        self.memo_at, self.row_at = before

    @property
    def is_kept(self) -> bool:
        """True where a memo spares the loops that are open; one that makes what the memo keeps is not spared."""
        return self.memo_depth > 0 and len(self.loops) <= self.memo_at

    def unspared(self) -> tuple[Loop, ...]:
        """The loops that are open, of those in a branch that fills a memo the ones inside of it."""
        return tuple(self.loops[self.memo_at :] if self.memo_depth and not self.is_kept else self.loops)

    def branches(self, bodies: Iterable[Callable[[], None]]) -> None:
        """Run alternatives, each from the same names, and join what they leave behind."""
        before, was_dead = self.env, self.dead
        ends: list[dict[str, Value]] = []
        recursion = self.recursion
        trail = recursion.trail if recursion is not None else ()
        trails = [trail]
        for body in bodies:
            self.env, self.dead = dict(before), was_dead
            body()
            if not self.dead:
                ends.append(self.env)
            if recursion is not None:
                (recursion.ended if self.dead else trails).append(recursion.trail)
                recursion.trail = trail
        if recursion is not None:
            recursion.trail = recursion.heaviest(trails)
        self.dead = not ends
        if not ends:
            self.env = before
            return
        merged = ends[0]
        for other in ends[1:]:
            merged = _either(merged, other, len(self.loops))
        self.env = merged


def _either(a: dict[str, Value], b: dict[str, Value], loops: int) -> dict[str, Value]:
    """What names hold after one of two branches, inside so many loops; most are left alone by both."""
    out: dict[str, Value] = {}
    for name, value in a.items():
        other = b.get(name)
        if other is None:
            out[name] = value.plain()
        else:
            out[name] = value if value is other else met(value, other, loops)
    for name, value in b.items():
        if name not in a:
            out[name] = value.plain()
    return out


def _is_exact(size: Size) -> bool:
    """True if what takes the place of a size is it, so that it may divide, and no bound."""
    return size.key != ITSELF


def _root_of(label: str) -> str:
    """The name a size's label begins with: `order` of `|order.lines|`."""
    plain = label.lstrip("|Σ")
    for position, char in enumerate(plain):
        if not (char.isalnum() or char == "_"):
            return plain[:position]
    return plain
