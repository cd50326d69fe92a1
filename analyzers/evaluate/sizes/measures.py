"""The sizes that a table's formulas speak of, measured on the values at hand."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from analyzers import facts as f
from analyzers.costs import ONE, Cost
from analyzers.evaluate.run import Run
from analyzers.operations import formula
from analyzers.types import UNKNOWN_VALUE, Value, element

CONTAINERS = ("list", "tuple", "set", "dict", "deque", "str", "bytes", "bytearray", "range", "view", "values")
WORDS = frozenset((
    "n", "k", "smaller", "shortest", "digits", "texts", "all", "inside", "cut",
    "product", "choices", "orders", "multisets",
))  # fmt: skip
NUMBERS = ("int", "float", "bool")


class Measures:
    """What the words of a row's formulas mean for one operation: the table's head says what each stands for."""

    def __init__(
        self,
        run: Run,
        receiver: Value,
        argument: Value | None = None,
        values: Sequence[Value] = (),
        keywords: Mapping[str, Value] | None = None,
        node: f.Call | None = None,
    ) -> None:
        self.run, self.receiver, self.node = run, receiver, node
        self.keywords = keywords or {}
        self.argument = argument if argument is not None else UNKNOWN_VALUE
        self.values = values

    @property
    def tells_label(self) -> bool:
        """True if what a lazy operation gives may go by the receiver's name: `enumerate(rows)` is a loop over rows."""
        return not self.spread(0)

    def cost(self, text: str) -> Cost:
        return formula(text, self.word)

    def word(self, word: str) -> Cost:
        """ValueError for a word that is none."""
        run = self.run
        if word == "n":
            return run.extent(self.receiver)
        if word == "k":
            return run.extent(self.argument)
        if word == "smaller":
            return smaller(run.extent(self.receiver), run.extent(self.argument))
        if word == "shortest":
            return self._shortest()
        if word == "digits":
            return digits(run, self.receiver)
        if word == "texts":
            return texts(run, (*self.values, *self.keywords.values()) or (self.receiver,))
        if word == "all":
            return self._all()
        if word == "inside":
            return inside(run, self.receiver)
        if word == "cut":
            return self._cut()
        if word in ("product", "choices", "orders", "multisets"):
            return self._arrangements(word)
        raise ValueError(f"unknown word {word!r} in a cost formula")

    def spread(self, position: int) -> bool:
        """True if that argument is written `*values`."""
        args = self.node.args if self.node is not None else ()
        return position < len(args) and isinstance(args[position], f.Star)

    def _shortest(self) -> Cost:
        """What `zip` stops at. Iterators without an end, and those of which nothing is known, do not decide."""
        if self.spread(0):
            return self.run.extent(_element(self.receiver))
        sizes = [
            self.run.extent(value)
            for value in self.values
            if value.kind != "iterator" or value.size is not None or value.label
        ]
        if not sizes:
            return self.run.extent(self.receiver)
        found = sizes[0]
        for size in sizes[1:]:
            found = smaller(found, size)
        return found

    def _all(self) -> Cost:
        total = ONE
        for position, value in enumerate(self.values):
            total = total + (inside(self.run, value) if self.spread(position) else self.run.extent(value))
        return total

    def _cut(self) -> Cost:
        """`islice(it, stop)`, `islice(it, start, stop)`: up to the stop."""
        stop = (*self.values[1:3], UNKNOWN_VALUE)[-2 if len(self.values) > 1 else -1]
        if stop.kind == "none" or len(self.values) < 2:
            return self.run.extent(self.receiver)
        return self.run.magnitude(stop)

    def _arrangements(self, word: str) -> Cost:
        """How many tuples `product`, `combinations` and `permutations` give.

        n^r of r elements out of n, where r is a constant; with r the size of an input 2^n subsets or n! orders.
        """
        run, pool = self.run, self.run.extent(self.receiver)
        count = self.argument if word != "product" else self.keywords.get("repeat")
        if word == "product":
            for value in self.values[1:]:
                pool = pool * run.extent(value)
            if self.spread(0):
                return run.extent(self.receiver).exponential(2.0)
            if count is None:
                return pool
        if count is not None and isinstance(count.const, int) and 0 <= count.const <= 8:
            return pool.power(float(count.const)) if count.const else ONE
        if word == "orders" and (count is None or not count.known):
            return pool.exponential(math.inf)
        if pool.is_constant and word == "multisets" and count is not None:
            # n things out of m, with repetition: a polynomial of degree m - 1.
            kinds = len(self.receiver.items) if self.receiver.items else 2
            return run.magnitude(count).power(float(max(1, min(kinds - 1, 8))))
        if pool.is_constant and word in ("choices", "orders"):
            return ONE
        if pool.is_constant and count is not None:
            base = len(self.receiver.items) if self.receiver.items else 2
            return run.magnitude(count).exponential(float(max(base, 2)))
        return pool.exponential(2.0 if word in ("choices", "multisets") else math.inf)


def smaller(a: Cost, b: Cost) -> Cost:
    """The smaller of two sizes: the one that the other covers, else the one that adds up over the loops around."""
    if a.is_constant or b.is_constant:
        return ONE
    if a.covers(b):
        return b
    return b if any(size.loops for size in b.sizes) and not any(s.loops for s in a.sizes) else a


def is_logarithmic(cost: Cost) -> bool:
    """True for the size of a number written out: a logarithm and nothing else."""
    return not cost.unknown and all(
        not term.bases and all(power == 0 for _, (power, _) in term.factors) for term in cost.terms
    )


def digits(run: Run, value: Value) -> Cost:
    """How long a number is written out: the logarithm of its value.

    By the field's convention that counts for a number that is a size (an input, or bounded by one); the numbers
    that an input holds are of a fixed width.
    """
    if value.kind in ("str", "bytes", *CONTAINERS):
        return run.extent(value)
    if value.const is not None or value.kind not in NUMBERS:
        return ONE
    if value.size is not None:
        return value.size.log()
    return run.magnitude(value).log() if value.label in value.depends else ONE


def texts(run: Run, values: Sequence[Value]) -> Cost:
    """The length of some values written one after the other."""
    total = ONE
    for value in values:
        if value.kind == "str" and value.size is None and value.grown is None and not value.label:
            continue  # Made by something that says nothing of its length: short, as most texts are.
        total = total + digits(run, value)
    return total


def inside(run: Run, value: Value) -> Cost:
    """The elements of a container's elements, all together."""
    if value.items is not None:
        total = ONE
        for item in value.items:
            total = total + run.extent(item)
        return total
    inner = _element(value)
    if inner.size is not None or inner.grown is not None:
        return run.extent(value) * run.extent(inner)
    label = value.label or "input"
    size = run.size_named(f"Σ|{label}[…]|", f"the elements of all of {label} together", value)
    return run.extent(value) + Cost.of(size)


def _element(value: Value) -> Value:
    inner = element(value) or UNKNOWN_VALUE
    return inner if inner.label or not value.label else inner.but(label=f"{value.label}[…]")
