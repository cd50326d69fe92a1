"""What a name holds, as far as there is evidence: kind, elements, size, and where it came from.

No evidence, no claim: a value of kind "unknown" costs nothing and proves nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from msgspec import Struct
from msgspec.structs import replace

from analyzers import bounds, ways
from analyzers.costs import ONE, Cost, Size
from analyzers.findings import Place

Token = int | str
"""What a value may depend on: a loop (its number) or a parameter (its name). An int is a loop's number."""

NOTHING: frozenset[Token] = frozenset()


@lru_cache(maxsize=4096)
def alone(token: Token) -> frozenset[Token]:
    """What depends on one thing only: a set takes as much memory as the value that holds it, so there is one of each."""
    return frozenset((token,))


INPUT = 0
"""The token of what was read from outside the program; loops are numbered from 1."""


class Origin(Struct, frozen=True, gc=False):
    """The queryset or statement a row came from: where it is built and what it loads along with the rows.

    `place` spans the expression a loader (`select_related`, `options`) can be appended to; `loads` are the relation
    paths it loads (`author`, `author__publisher`); `certain` is False if something in between could not be followed,
    so that a relation may be loaded after all.
    """

    place: Place
    loads: frozenset[str] = frozenset()
    prefetches: frozenset[str] = frozenset()
    shared: frozenset[str] = frozenset()  # relations that lead all rows to one and the same
    certain: bool = True
    label: str = ""
    sliced: bool = False
    few: bool = False  # no more than the few that the text says: `rows[:5]`
    first: Place | None = None  # the expression the set was first built by, before it was refined elsewhere
    split: bool = False  # built in several places: a loader would have to go to each
    limits: frozenset[str] = frozenset()  # methods in the chain that a loader may not go along with
    later: frozenset[str] = (
        frozenset()
    )  # what is left for when it is read, though it would come along by itself
    only: frozenset[str] = frozenset()  # columns that alone come along, where some are named
    whole: bool = False  # all rows of the table
    root: tuple[str, str] | None = None  # the model that paths start from
    assumed: bool = (
        False  # nobody knows where the rows' owner came from, but no text of the program names the relation
    )
    one: bool = False  # one row was asked for, by itself
    of_one: bool = False  # rows that hang on such a row
    awaited: bool = (
        False  # an asynchronous session's: what was not loaded comes where it is awaited, and nowhere else
    )


ANYTHING = "*"
"""Ends the path of a relation whose rows came by a query that could not be followed: `reviews__*`."""


def is_certain(origin: Origin | None, path: str) -> bool:
    """Whether what loads of the relation at a path are known is all that loads it."""
    if origin is None or not origin.certain:
        return False
    above = path.rpartition("__")[0]
    while above:
        if f"{above}__{ANYTHING}" in origin.prefetches:
            return False
        above = above.rpartition("__")[0]
    return True


class Value(Struct, frozen=True, gc=False):
    """An abstract value.

    `kind` is a language-neutral word: list, tuple, set, dict, str, bytes, int, float, bool, none, deque, iterator,
    range, file, function, class, module, instance, queryset, row, session, ..., or unknown. `size` counts its
    elements (for an int: bounds its magnitude); None is an unknown size. `of` is what iterating over it gives, and
    `values` what a mapping maps to. `born` is the number of loops open when a container was created; `depends` are
    the loops and parameters whose element or argument it was computed from.
    """

    kind: str = "unknown"
    size: Cost | None = None
    of: Value | None = None
    values: Value | None = None
    items: tuple[Value, ...] | None = None
    depends: frozenset[Token] = NOTHING
    label: str = ""
    place: Place | None = None
    born: int = 0
    const: int | float | str | bool | None = None
    ref: tuple[str, str] | None = None  # (path, qualname) of a function, class or model of the project
    dotted: str = ""  # the full name of something from outside the project
    origin: Origin | None = None
    relation: str = ""  # the relation of a row through which this was reached
    path: str = ""  # relation path walked from the row that `origin` gave: "author__publisher"
    evidence: str = ""  # why the kind is known, in words
    bound: Value | None = None  # the receiver of a bound method
    method: str = ""  # the name of a method of rows or of a client that is not called where it is read
    batched: frozenset[Token] = NOTHING  # of a set of rows: what it asks for many values of at once
    token: str = ""  # identity of a variable's container, to see that two names hold the same thing
    grown: Size | None = None  # the size that stands for how far a container will have grown
    whole: bool = False  # all of the input: what is taken from it next is something new every time
    letter: bool = False  # a text of one character, or of a few: one out of an alphabet
    frozen: bool = False  # the value does not change while the function runs (constant, class attribute)
    exact: bool = False  # for a number: it is its size, up to a constant factor, and not just at most that
    above: bounds.Lines = ()  # for a number: what it never exceeds
    below: bounds.Lines = ()  # and what it never falls below
    way: ways.Way | None = None  # how it was made from a parameter, for recursion
    entries: tuple[tuple[str, Value], ...] = ()  # what a mapping holds under names that are written out

    # ------------------------------------------------------------------------------------------- questions

    @property
    def known(self) -> bool:
        return self.kind != "unknown"

    @property
    def is_sequence(self) -> bool:
        return self.kind in ("list", "tuple", "str", "bytes", "deque")

    @property
    def is_few(self) -> bool:
        """True if it is one of a fixed number of values: a truth value, a character, a digit, a remainder, or a
        tuple of such. By the field's convention alphabets and digits are constants: a set of such values, or a
        mapping from them, does not grow with the input."""
        if self.const is not None or self.kind in ("bool", "none"):
            return True
        if self.kind == "int":
            return self.is_constant_size
        if self.kind == "tuple":
            return self.letter or (self.items is not None and all(item.is_few for item in self.items))
        return self.kind == "str" and self.letter and self.grown is None and self.is_constant_size

    @property
    def is_constant_size(self) -> bool:
        """True if its size is bounded by the program's text."""
        return self.size is not None and self.size.is_constant

    @property
    def is_one(self) -> bool:
        """True for a list that was written with one element: `[key]` asks for no more than `key` does."""
        return self.kind in ("list", "tuple", "set") and self.size == ONE and self.grown is None

    def extent(self) -> Cost:
        """Its size; a fresh named size if none is known."""
        if self.size is not None:
            return self.size
        return Cost.of(
            Size(f"|{self.label}|" if self.label else "n", f"the size of {self.label or 'an input'}")
        )

    # ---------------------------------------------------------------------------------------------- making

    def on(self, tokens: Iterable[Token]) -> Value:
        """The same value, depending on more."""
        more = tokens if isinstance(tokens, frozenset) else frozenset(tokens)
        return self if more <= self.depends else replace(self, depends=self.depends | more)

    def plain(self, levels: int = 2) -> Value:
        """The same value without its bounds: they hold for one turn of a loop, and a container outlives it."""
        value = self
        if value.items is not None and levels == 0:
            value = replace(value, items=None)
        elif value.items is not None:
            items = tuple(item.plain(levels - 1) for item in value.items)
            if any(a is not b for a, b in zip(items, value.items, strict=True)):
                value = replace(value, items=items)
        return replace(value, above=(), below=()) if value.above or value.below else value

    def named(self, label: str) -> Value:
        return self if self.label else replace(self, label=label)

    def but(self, **changes: object) -> Value:
        return replace(self, **changes)


CHOICE = "choice"
"""The kind of a value that is one of several functions or classes: `items` are these."""

EITHER = "either"
"""The kind of a value that is one of several objects of the project's classes: `items` are these."""

MAX_EITHER = 6
"""Of more classes it is rarely one thing that they do."""

_OBJECTS = ("instance", EITHER)

CALLABLE = ("function", "class", "prepared", CHOICE)
"""Kinds of what can be called."""

MAX_CHOICES = 8
"""Of more functions nobody would want to hear what each may do."""

UNKNOWN_VALUE = Value()
NONE = Value("none", frozen=True)

NO_ROWS = "no rows at all"
"""Evidence of what `.none()` gives, and of what is chosen from that: of it and other rows, only the others are asked for."""
TEXT = Value("str")
TRUTH = Value("bool", size=ONE)
CHARACTER = Value("str", size=ONE, letter=True)
BYTE = Value("int", size=ONE)


def constant(kind: str, value: int | float | str | bool | None) -> Value:
    size = ONE if kind != "str" or value is not None else None
    return Value(kind, size=size or ONE, const=value, frozen=True, letter=kind == "str")


def join(a: Value, b: Value) -> Value:
    """What holds of either of two values, at the meeting of two branches."""
    if a is b:
        return a
    depends = a.depends | b.depends
    if a.kind == "none":
        return b.on(a.depends)
    if b.kind == "none":
        return a.on(b.depends)
    for rows, other in ((a, b), (b, a)):
        if other.evidence == NO_ROWS and rows.kind in ("queryset", "manager"):
            return rows.on(depends)
    if a.kind in CALLABLE and b.kind in CALLABLE and (a.ref, a.dotted, a.items) != (b.ref, b.dotted, b.items):
        return _either_called(a, b)
    if {a.kind, b.kind} == {"manager", "queryset"} and a.ref == b.ref:
        a, b = replace(a, kind="queryset"), replace(b, kind="queryset")  # All rows, or some of them.
    if a.kind != b.kind or a.ref != b.ref or a.dotted != b.dotted:
        if (
            a.kind == b.kind == "queryset"
            and a.origin is not None
            and b.origin is not None
            and a.ref
            and b.ref
        ):
            return _either_rows(a, b, depends)
        if a.kind in _OBJECTS and b.kind in _OBJECTS and (found := _either_object(a, b, depends)) is not None:
            return found
        same = _rows_of_one_model(a, b, depends)
        if same is not None:
            return same
        if {a.kind, b.kind} <= {"int", "float", "bool"}:
            kind = "float" if "float" in (a.kind, b.kind) else "int"
            above, below = _either_above(a, b), _either_below(a, b)
            return Value(kind, depends=depends, above=above, below=below, way=ways.join(a.way, b.way))
        for known, other in ((a, b), (b, a)):
            if known.kind == "queryset" and _is_empty(other):
                return replace(known, size=None, depends=depends)
            if known.kind == "queryset" and known.origin is not None and _says_nothing(other):
                # On this way the rows come from that query, whatever they are on the other.
                origin = replace(known.origin, split=True)
                of = (
                    known.of.but(origin=origin)
                    if known.of is not None and known.of.kind == "row"
                    else known.of
                )
                return replace(known, origin=origin, of=of, size=None, depends=depends)
            if _holds_rows(known) and _says_nothing(other):
                return _on_one_way(
                    known, depends
                )  # `context = cache.get(key) or {"books": Book.objects.all()}`
            if known.kind == "row" and known.origin is None and other.kind == "unknown" and other.ref is None:
                return replace(
                    known, depends=depends
                )  # `if group is None: group = Group()` tells what it is.
        return Value(depends=depends, label=a.label or b.label, way=ways.join(a.way, b.way))
    if a.path != b.path and a.origin is not None and b.origin is not None:
        a, b = _from_itself(a), _from_itself(b)
    return replace(
        a,
        size=_joined_size(a, b),
        of=join(a.of, b.of) if a.of and b.of else a.of or b.of,
        values=join(a.values, b.values) if a.values and b.values else a.values or b.values,
        items=a.items if a.items == b.items else _joined_items(a, b),
        depends=depends,
        batched=a.batched | b.batched,
        method=a.method if a.method == b.method else "",
        const=a.const if a.const == b.const else None,
        origin=_joined_origin(a.origin, b.origin),
        path=a.path if a.origin is not None or b.origin is None else b.path,
        token=a.token if a.token == b.token else "",
        grown=a.grown or b.grown,
        letter=a.letter and b.letter,
        frozen=a.frozen and b.frozen,
        exact=a.exact and b.exact and a.size == b.size,
        above=_either_above(a, b),
        below=_either_below(a, b),
        way=ways.join(a.way, b.way),
        entries=_joined_entries(a, b),
    )


def _holds_rows(value: Value) -> bool:
    """True for a list of rows, and for a mapping that is known to hold a set or a list of them under a name."""
    if value.kind == "dict":
        return any(held.kind == "queryset" or _holds_rows(held) for _, held in value.entries)
    return value.kind == "list" and _is_asked_for(value.of)


def _is_asked_for(one: Value | None) -> bool:
    return one is not None and one.kind == "row" and one.origin is not None


def _on_one_way(value: Value, depends: frozenset[Token]) -> Value:
    """What holds rows that come from their query on one way; on another nobody knows where they come from."""
    if value.kind == "dict":
        return replace(value, size=None, depends=depends)
    of = value.of
    if of is not None and of.origin is not None:
        of = of.but(origin=replace(of.origin, split=True))
    return replace(value, of=of, size=None, depends=depends)


def _from_itself(value: Value) -> Value:
    """Rows whose origin says what was loaded of themselves alone: paths of two queries that start elsewhere say nothing
    together."""
    origin, start = value.origin, f"{value.path}__"
    if origin is None or not value.path:
        return value
    below = {
        name: frozenset(p.removeprefix(start) for p in getattr(origin, name) if p.startswith(start))
        for name in ("loads", "prefetches", "shared", "later", "only")
    }
    origin = replace(origin, root=None, split=True, **below)
    of = value.of.but(origin=origin, path="") if value.of is not None and value.of.kind == "row" else value.of
    return replace(value, origin=origin, of=of, path="")


def _either_called(a: Value, b: Value) -> Value:
    """One of two functions, or of the several that each of both may be."""
    parts = [part for value in (a, b) for part in (value.items or () if value.kind == CHOICE else (value,))]
    several = tuple(dict.fromkeys(part.but(depends=NOTHING) for part in parts))
    depends = a.depends | b.depends
    if len(several) > MAX_CHOICES:
        return Value(depends=depends, label=a.label or b.label)
    return Value(
        CHOICE, items=several, depends=depends, label=a.label or b.label, frozen=a.frozen and b.frozen
    )


def _either_object(a: Value, b: Value, depends: frozenset[Token]) -> Value | None:
    """One of several objects of the project's classes; None for other objects, and for too many."""
    parts = tuple(dict.fromkeys(part for value in (a, b) for part in _objects(value)))
    if len(parts) > MAX_EITHER or not all(part.ref is not None and part.ref[0] for part in parts):
        return None
    return Value(EITHER, items=parts, depends=depends, label=a.label or b.label)


def _objects(value: Value) -> tuple[Value, ...]:
    return value.items or () if value.kind == EITHER else (value.but(way=None),)


def _either_rows(a: Value, b: Value, depends: frozenset[Token]) -> Value:
    """The rows of one of two models: on one of the ways they are those of the first, whatever the second has. What either
    loads counts as loaded, and no loader fits both."""
    joint = _joined_origin(a.origin, b.origin)
    origin = replace(joint, split=True, root=None) if joint is not None else None
    of = a.of.but(origin=origin) if a.of is not None and a.of.kind == "row" else a.of
    return replace(a, origin=origin, of=of, size=None, depends=depends, batched=a.batched | b.batched)


def _rows_of_one_model(a: Value, b: Value, depends: frozenset[Token]) -> Value | None:
    """A set of rows on one way, a page or list of them on the other: rows of that model; None for anything else."""
    if a.of is None or b.of is None or not a.of.kind == b.of.kind == "row":
        return None
    if a.of.ref is None or a.of.ref != b.of.ref or "dict" in (a.kind, b.kind):
        return None
    return Value("list", of=join(a.of, b.of), depends=depends, label=a.label or b.label)


def _is_empty(value: Value) -> bool:
    """True for `[]`, to which nothing is added later."""
    bare = value.of is None and not value.items and value.grown is None and not value.entries
    return bare and value.kind in ("list", "tuple", "set") and value.is_constant_size


def _says_nothing(value: Value) -> bool:
    """True for what came from elsewhere: not a parameter, and nothing that was made of a set of rows."""
    given = value.label in value.depends
    return value.kind == "unknown" and value.origin is None and value.ref is None and not given


def element(value: Value) -> Value | None:
    """What iterating over a value gives; None if that is not known."""
    if value.kind == "str":
        return CHARACTER
    if value.kind in ("bytes", "bytearray", "memoryview"):
        return BYTE
    return value.of


def limits(value: Value) -> tuple[bounds.Lines, bounds.Lines]:
    """The lines above and below a number; a constant is its own."""
    if isinstance(value.const, (int, float)) and not value.above and not value.below:
        exact = bounds.number(value.const)
        return exact, exact
    return value.above, value.below


def _either_above(a: Value, b: Value) -> bounds.Lines:
    if (a.const is None and not a.above) or (b.const is None and not b.above):
        return ()
    return bounds.either(limits(a)[0], limits(b)[0], max)


def _either_below(a: Value, b: Value) -> bounds.Lines:
    if (a.const is None and not a.below) or (b.const is None and not b.below):
        return ()
    return bounds.either(limits(a)[1], limits(b)[1], min)


def joined(values: Iterable[Value]) -> Value | None:
    """What holds of any of several values; None for none."""
    found: Value | None = None
    for value in values:
        found = value if found is None else join(found, value)
    return found


def _joined_entries(a: Value, b: Value) -> tuple[tuple[str, Value], ...]:
    if a.entries == b.entries:
        return a.entries
    left, right = dict(a.entries), dict(b.entries)
    return tuple(
        (name, joined(v for v in (left.get(name), right.get(name)) if v) or UNKNOWN_VALUE)
        for name in {**left, **right}
    )


def _joined_items(a: Value, b: Value) -> tuple[Value, ...] | None:
    """The parts of either of two tuples, where some of them are functions or hold rows: `("title", show_title)`,
    `(book, None)`, `(books, total)`."""
    if a.items is None or b.items is None or len(a.items) != len(b.items) or a.kind != "tuple":
        return None
    pairs = list(zip(a.items, b.items, strict=True))
    if not any(
        (x.kind in CALLABLE and y.kind in CALLABLE) or _is_of_rows(x) or _is_of_rows(y) for x, y in pairs
    ):
        return None
    return tuple(join(x, y) for x, y in pairs)


def _is_of_rows(value: Value) -> bool:
    return value.kind == "row" or (value.of is not None and value.of.kind == "row")


def _joined_size(a: Value, b: Value) -> Cost | None:
    if a.size is None or b.size is None:
        return None
    return a.size if a.size == b.size else a.size + b.size


def _joined_origin(a: Origin | None, b: Origin | None) -> Origin | None:
    if a is None or b is None or a == b:
        return a or b
    # A relation counts as loaded if any way loads it: nothing is said about what may be there.
    same = a.first is not None and a.first == b.first
    return replace(
        a,
        place=a.first if same and a.first is not None else a.place,
        loads=a.loads | b.loads,
        prefetches=a.prefetches | b.prefetches,
        shared=a.shared & b.shared,  # A condition that only one way sets leaves the other with rows of many.
        certain=a.certain and b.certain,
        split=a.split or b.split or not same,
        limits=a.limits | b.limits,
        later=a.later & b.later,
        only=_either_only(a.only, b.only),
        whole=a.whole and b.whole,
        root=a.root if a.root == b.root else None,
        one=a.one and b.one,
        of_one=a.of_one and b.of_one,
        awaited=a.awaited or b.awaited,
    )


def _either_only(a: frozenset[str], b: frozenset[str]) -> frozenset[str]:
    """Columns that come along on one of two ways; none are named where one way brings all."""
    return a if a == b else a | b if a and b else frozenset()


def trimmed(value: Value, levels: int = 4) -> Value:
    """The value without what lies deeper inside it: `x = {x: x}`, again and again, would double at every step."""
    if value.of is None and value.values is None and value.items is None:
        return value
    if levels == 0:
        return replace(value, of=None, values=None, items=None)
    of = trimmed(value.of, levels - 1) if value.of is not None else None
    values = trimmed(value.values, levels - 1) if value.values is not None else None
    items = tuple(trimmed(item, levels - 1) for item in value.items) if value.items is not None else None
    same_items = items is None or all(a is b for a, b in zip(items, value.items or (), strict=True))
    if of is value.of and values is value.values and same_items:
        return value
    return replace(value, of=of, values=values, items=items)
