"""What a run writes down: loops, operations, queries, awaits, and the summary of the function as callers see it."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field

from msgspec import Struct
from msgspec.structs import replace

from analyzers import facts as f
from analyzers.costs import ONE, Cost, Size
from analyzers.evaluate.alike import alike
from analyzers.findings import Place, Related
from analyzers.text import Span
from analyzers.types import UNKNOWN_VALUE, Origin, Token, Value


class Loop(Struct, frozen=True, gc=False):
    """One loop as it stands in the code. `place` is its header, `whole` all of it.

    `turns` is how often its body runs for one visit. `derived` are the enclosing loops from whose elements its size
    was reached; `constant` a bound from the program's text; `amortised` a loop whose turns are shared by all visits;
    `test` is what a `while` asks, as messages quote it; `chunked` one that takes many elements a turn; `exits` one that a break or return may leave early; `polling` a
    `while` that waits, retries or pages.
    """

    number: int
    kind: str  # for, while, comprehension, callback
    place: Place
    whole: Place
    turns: Cost
    over: Value
    label: str
    function: str
    derived: frozenset[int] = frozenset()
    constant: bool = False
    amortised: bool = False
    chunked: bool = False
    exits: bool = False
    polling: bool = False
    is_async: bool = False
    test: str = ""

    @property
    def grows(self) -> bool:
        """True if the number of turns can grow with the input, and it is known with what."""
        return not self.constant and not self.turns.is_constant and not self.turns.unknown


class Operated(Struct, frozen=True, gc=False):
    """A built-in operation with a hidden loop: membership, a shift, a copy, a concatenation, a sort."""

    tag: str
    name: str
    place: Place
    receiver: Value
    argument: Value
    cost: Cost
    loops: tuple[Loop, ...]
    function: str
    target: str = ""  # the variable an accumulation is stored to
    receiver_place: Place | None = None
    statement: Place | None = None
    rare: frozenset[int] = (
        frozenset()
    )  # loops on few of whose turns it happens: behind an equality with their element


class Called(Struct, frozen=True, gc=False):
    """A call of a function of the project whose cost grows with what it is given.

    `bound` are the arguments under the names of the parameters; `cost` is what the call costs here.
    """

    place: Place
    path: str
    qualname: str
    bound: dict[str, Value]
    cost: Cost
    summary: Summary
    loops: tuple[Loop, ...]
    function: str
    rare: frozenset[int] = frozenset()


class Compared(Struct, frozen=True, gc=False):
    """An equality test between two values, as a join does it; `unequal` for one with `!=`."""

    place: Place
    left: Value
    right: Value
    loops: tuple[Loop, ...]
    function: str
    unequal: bool = False


class Queried(Struct, frozen=True, gc=False):
    """A database query, or another request to a service.

    `kind` is read, write, lazy (a relation read on a row that was not loaded with it), commit or http. `depends` says
    which loops' elements or parameters its arguments are computed from. `batch` marks one query for many values;
    `batched` are the loops and parameters of which it asks for many values at once.
    `chain` are the calls that lead to it, outermost first; `inner` says it already repeats inside a callee's loop, which is `within`;
    `memoised` that its answer is kept and looked up first, `kept` that it is for who calls the function, also where a loop
    makes what is kept. `optional` marks one that only some uses of the
    program send. `descent` is the call of its function to itself that sends it again for each part of an argument.
    `unless` are the parameters with which a call spares it.
    """

    kind: str
    label: str
    place: Place
    depends: frozenset[Token]
    loops: tuple[Loop, ...]
    function: str
    batch: bool = False
    batched: frozenset[Token] = frozenset()
    relation: str = ""
    many: bool = False
    model: str = ""
    origin: Origin | None = None
    chain: tuple[Related, ...] = ()
    inner: bool = False
    within: Loop | None = None
    optional: bool = False
    orm: str = ""
    awaited: bool = False
    memoised: bool = False
    kept: bool = False
    sure: bool = True
    note: str = ""
    descent: Place | None = None
    unless: frozenset[str] = frozenset()


class Awaited(Struct, frozen=True, gc=False):
    """An `await` inside a loop. `effects` are what the awaited call is known to do."""

    place: Place
    depends: frozenset[Token]
    loops: tuple[Loop, ...]
    function: str
    label: str
    effects: frozenset[str] = frozenset()


class Part(Struct, frozen=True, gc=False):
    """One contribution to a function's cost: where, in words, how much in total, and by which steps it came to that."""

    place: Place
    text: str
    cost: Cost
    steps: tuple[str, ...] = ()


class Summary(Struct, frozen=True, gc=False):
    """A function as its callers see it: cost in its parameters' sizes, effects, what it returns."""

    cost: Cost = ONE
    space: Cost = ONE
    returns: Value = UNKNOWN_VALUE
    queries: tuple[Queried, ...] = ()
    effects: frozenset[str] = frozenset()
    parts: tuple[Part, ...] = ()
    grows: tuple[tuple[str, Cost], ...] = ()
    recursive: bool = False
    overlapping: Cost | None = (
        None  # recursion on overlapping arguments without a memo: what it costs with one
    )
    shared: str = (
        ""  # what makes later calls with the same arguments cheap: a memo, marks; "@" for a decorator's own
    )
    reenters: frozenset[tuple[str, str]] = frozenset()  # functions still being run that this one calls
    complete: bool = True
    sets: tuple[tuple[str, Value], ...] = ()  # the module's variables it assigns
    fills: tuple[
        tuple[str, Value], ...
    ] = ()  # the parameters that it puts rows into, with what they hold then
    stores: tuple[tuple[str, Value], ...] = ()  # the attributes of its object that it leaves holding rows
    asked: Hashable = None  # the question whose answer has the places of `parts`, where these are left out

    def told(self, asked: Hashable) -> Summary:
        """The same for who calls the function, as long as the question is remembered: an edit that moves what adds to its
        cost is nothing to them."""
        return replace(
            self, parts=tuple([Part(_LEFT_OUT, "", part.cost) for part in self.parts]), asked=asked
        )


_LEFT_OUT = Place("", Span(0, 0))


@dataclass(slots=True)
class Analysis:
    """All that one run of a function wrote down."""

    qualname: str
    path: str
    summary: Summary = field(default_factory=Summary)
    loops: list[Loop] = field(default_factory=list)
    operations: list[Operated] = field(default_factory=list)
    comparisons: list[Compared] = field(default_factory=list)
    calls: list[Called] = field(default_factory=list)
    queries: list[Queried] = field(default_factory=list)
    awaits: list[Awaited] = field(default_factory=list)
    growths: set[tuple[Size, int]] = field(default_factory=set)  # which container grows in which loop
    nested: list[Analysis] = field(default_factory=list)  # functions defined here that are not called here
    own_loops: tuple[f.Function, list[tuple[Loop, f.For | f.While]]] | None = field(
        default=None, compare=False, repr=False
    )  # the loops of the function it was asked of that may turn often, and their statements
    told: Summary | None = field(default=None, compare=False, repr=False)  # what of it callers rest on

    def tells_what(self, before: object) -> bool:
        """Whether callers are told what they were told before: then by the same sizes, which theirs are made of."""
        told = before.told if isinstance(before, Analysis) else None
        if told is None or self.told is None or not alike(told, self.told):
            return False
        self.told = told
        return True
