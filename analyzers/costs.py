"""The algebra of costs: named sizes, sums, products, logarithms, exponentials; simplify, compare, print.

A `Cost` is a sum of terms, a term a product of powers and logarithms of sizes. Sizes are named after the code
(`|users|`), so that O(|users|·|orders|) and O(n²) stay apart.

A size may be *derived*: reached from the element of a loop (`order.lines` in a loop over `orders`). Summed over that
loop such a size adds up to a total and does not multiply with the number of turns: visiting every line of every
order is linear in the lines. `Cost.summed` is where that happens.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from functools import lru_cache

from msgspec import Struct

from analyzers import formulas
from analyzers.once import once

MAX_TERMS = 12
"""A sum longer than this keeps its largest terms only; nobody reads more, and work stays bounded."""

MAX_FACTORS = 24
"""A product of more sizes than this is not told: two hundred methods that all lead to each other would multiply all that they
go through. What it is a part of is unknown."""


class Size(Struct, frozen=True, eq=False):
    """One named size. Identity is the object: two lists called `items` in two functions are two sizes.

    `label` is how it prints; `meaning` says in words what it counts. `loops` are the loops it is derived from,
    innermost first, and `total` what it adds up to over the innermost of them (None: a fresh total of its own).
    `key` ties it to what it measures, so that a caller can put an argument's size in the place of a parameter's.
    `counter` marks the number of the turn of the innermost of its loops: 1, 2, 3 and so on.
    """

    label: str
    meaning: str = ""
    loops: tuple[int, ...] = ()
    total: Cost | None = None
    key: str = ""
    counter: bool = False

    def summed(self) -> Size:
        return _total_of(self)


@lru_cache(maxsize=4096)
def _total_of(size: Size) -> Size:
    label = size.label if size.label.startswith("Σ") else f"Σ{size.label}"
    return Size(label, f"all of {size.label} together", size.loops[1:], key=size.key)


Factor = tuple[float, int]
"""Power and logarithms of one size in a term: n^power · log(n)^logs. Compared as tuples: the power decides.

A negative power divides: `range(0, n, k)` turns n/k times. A divisor is at least one, so n covers n/k.
"""

_NO_FACTOR: Factor = (0.0, 0)
_ITSELF: Factor = (1.0, 0)


class Term(Struct, frozen=True, eq=False, dict=True):
    """A product. `factors` maps sizes to (power, logs); `bases` maps sizes to b for a factor b^n (math.inf: n!)."""

    factors: tuple[tuple[Size, Factor], ...] = ()
    bases: tuple[tuple[Size, float], ...] = ()

    @once
    def powers(self) -> dict[Size, Factor]:
        return dict(self.factors)

    @once
    def divisors(self) -> tuple[Size, ...]:
        """The sizes it is divided by."""
        return tuple(size for size, (power, _) in self.factors if power < 0)

    @once
    def _hash(self) -> int:
        return hash((frozenset(self.factors), frozenset(self.bases)))

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        return (
            isinstance(other, Term)
            and len(self.factors) == len(other.factors)
            and self.powers == other.powers
            and dict(self.bases) == dict(other.bases)
        )

    def times(self, other: Term) -> Term:
        if not other.factors and not other.bases:
            return self
        if not self.factors and not self.bases:
            return other
        powers = dict(self.factors)
        for size, (power, logs) in other.factors:
            p, g = powers.get(size, (0.0, 0))
            powers[size] = (p + power, g + logs)
        bases = dict(self.bases)
        for size, base in other.bases:
            bases[size] = bases.get(size, 1.0) * base
        return Term(tuple(item for item in powers.items() if item[1] != _NO_FACTOR), tuple(bases.items()))

    def undivided(self, by: Callable[[Size], bool]) -> Term:
        """The term without its divisors among some sizes: what it is at most."""
        kept = tuple((s, f) for s, f in self.factors if f[0] >= 0 or not by(s))
        return self if len(kept) == len(self.factors) else Term(kept, self.bases)

    def covers(self, other: Term) -> bool:
        """True if `other` never grows faster than this term."""
        if self is other or not (other.factors or other.bases or self.divisors):
            return True
        powers = self.powers
        if self.divisors and any(other.powers.get(s, _NO_FACTOR) > powers[s] for s in self.divisors):
            return False
        if not self.bases and not other.bases:  # by far the most frequent question of all
            for size, factor in other.factors:  # noqa: SIM110 - a generator would double the time
                if powers.get(size, _NO_FACTOR) < factor:
                    return False
            return True
        bases, others = dict(self.bases), dict(other.bases)
        for size, base in other.bases:
            if bases.get(size, 1.0) < base:
                return False
        for size, factor in other.factors:
            if size in bases and bases[size] > others.get(size, 1.0):
                continue
            if powers.get(size, _NO_FACTOR) < factor:
                return False
        return True

    @once
    def degree(self) -> float:
        """The total degree; a divisor may be as small as one."""
        return sum(power for _, (power, _) in self.factors if power > 0)

    @once
    def logs(self) -> int:
        return sum(logs for _, (_, logs) in self.factors)

    @once
    def weight(self) -> tuple[float, float, int]:
        """For ordering: exponential part, total degree, logarithms."""
        return (sum(b for _, b in self.bases), self.degree, self.logs)


_ONE = Term()


class Cost(Struct, frozen=True, dict=True):
    """A sum of terms, none of which covers another. `unknown` marks a cost of which these terms are only a part."""

    terms: tuple[Term, ...] = (_ONE,)
    unknown: bool = False

    # ------------------------------------------------------------------------------------------- arithmetic

    def __add__(self, other: Cost) -> Cost:
        if _is_one(other):
            return self
        if _is_one(self) and not other.unknown:
            return other
        kept = _and_more(list(self.terms), other.terms)
        unknown = self.unknown or other.unknown
        if unknown == self.unknown and len(kept) == len(self.terms) and kept[-1] is self.terms[-1]:
            return self  # It covers all of the other.
        return _of_terms(kept, unknown)

    def __mul__(self, other: Cost) -> Cost:
        if _is_one(other):
            return self
        if _is_one(self):
            return other
        return _reduced((a.times(b) for a in self.terms for b in other.terms), self.unknown or other.unknown)

    def log(self) -> Cost:
        """log of this cost; the logarithm of a product is the sum of logarithms, of a power a constant times one."""
        out: list[Term] = []
        for term in self.terms:
            out += [Term(((size, (0.0, 1)),)) for size, (power, _) in term.factors if power > 0]
            out += [Term(((size, (1.0, 0)),)) for size, _ in term.bases]
        return _reduced(out or [_ONE], self.unknown)

    def power(self, exponent: float) -> Cost:
        """This cost to a power; exact for a single term, else the power of each term (an upper bound up to constants)."""
        return _reduced(
            (Term(tuple((s, (p * exponent, g)) for s, (p, g) in t.factors), t.bases) for t in self.terms),
            self.unknown,
        )

    def exponential(self, base: float = 2.0) -> Cost:
        """base to the power of this cost, for a cost that is linear in its sizes."""
        sizes = [s for t in self.terms for s, (p, _) in t.factors if p > 0]
        if not sizes:
            return self
        return Cost((Term((), tuple(dict.fromkeys((s, base) for s in sizes))),), self.unknown)

    def over(self, divisor: Cost) -> Cost:
        """This cost divided by one that is known to be no more than an exact size; by a sum it is not divided."""
        if divisor.is_constant or divisor.unknown or len(divisor.terms) != 1 or divisor.leading.bases:
            return self
        inverse = Term(tuple((s, (-p, 0)) for s, (p, _) in divisor.leading.factors if p))
        return _reduced((t.times(inverse) for t in self.terms), self.unknown)

    def substitute(
        self,
        replacement: Callable[[Size], Cost | None],
        exact: Callable[[Size], bool] = lambda size: True,
    ) -> Cost:
        """Every size for which `replacement` gives a cost, replaced by it; a divisor only if the new one is exact."""
        for size in self.sizes:
            if replacement(size) is not None:
                break
        else:
            return self
        total: list[Term] = []
        unknown = self.unknown
        for term in self.terms:
            if not term.bases and len(term.factors) == 1:  # by far the most frequent
                ((size, factor),) = term.factors
                new = replacement(size)
                if new is None or factor == _ITSELF:
                    total += new.terms if new is not None else (term,)
                    unknown = unknown or (new is not None and new.unknown)
                    continue
            product = _with_products(term, replacement)
            if product is not None:
                total.append(product)
                continue
            part = Cost((Term((), term.bases),))
            for size, (power, logs) in term.factors:
                new = replacement(size)
                if new is None:
                    part = part * Cost((Term(((size, (power, logs)),)),))
                    continue
                unknown = unknown or new.unknown
                if power < 0 and (len(new.terms) > 1 or new.leading.bases or not exact(size)):
                    continue
                if power:
                    part = part * (new if power == 1 else new.power(power))
                for _ in range(logs):
                    part = part * new.log()
            for size, base in term.bases:
                new = replacement(size)
                if new is not None:
                    kept = tuple((s, b) for s, b in term.bases if s is not size)
                    part = Cost(tuple(Term(t.factors, kept) for t in part.terms)) * new.exponential(base)
            total += part.terms
        return _reduced(total, unknown)

    def summed(self, loop: int, turns: Cost) -> Cost:
        """The sum of this cost over all turns of a loop.

        A term without a size derived from the loop is paid on every turn: it multiplies. In a term with such a size
        one power of it is replaced by its total; what is left of derived sizes is bounded by their largest value.
        """
        out: list[Cost] = [turns]
        for term in self.terms:
            harmonic = _harmonic(term, loop, turns)
            if harmonic is not None:
                out.append(harmonic)
                continue
            term = term.undivided(lambda size: size.loops[:1] == (loop,))
            derived = [(s, f) for s, f in term.factors if s.loops and s.loops[0] == loop]
            if not derived:
                out.append(Cost((term,)) * turns)
                continue
            size, (power, logs) = max(derived, key=lambda item: item[1])
            if power < 1:
                largest = {s: _bound(s) for s, _ in derived}
                out.append(Cost((term,)).substitute(largest.get) * turns)
                continue
            rest = Term(
                tuple((s, f) for s, f in term.factors if s is not size)
                + (((size, (power - 1, logs)),) if power > 1 or logs else ()),
                term.bases,
            )
            total = size.total if size.total is not None else Cost.of(size.summed())
            left = {s: _bound(s) for s, _ in derived}
            out.append(total * Cost((rest,)).substitute(left.get))
        return _reduced((t for c in out for t in c.terms), self.unknown or any(c.unknown for c in out))

    def largest(self, loop: int) -> Cost:
        """The most this costs on one turn of a loop: sizes derived from the loop, each at its largest."""
        derived = {s: _bound(s) for s in self.sizes if s.loops and s.loops[0] == loop}
        if not derived:
            return self
        whole = Cost(tuple(t.undivided(lambda size: size in derived) for t in self.terms), self.unknown)
        return whole.substitute(derived.get)

    # ------------------------------------------------------------------------------------------- questions

    @classmethod
    def of(cls, size: Size) -> Cost:
        return cls((Term(((size, (1.0, 0)),)),))

    @once
    def sizes(self) -> tuple[Size, ...]:
        """All sizes in it, the most important first."""
        seen: dict[Size, None] = {}
        terms = self.terms
        if len(terms) > 1:
            terms = tuple(sorted(terms, key=lambda t: t.weight, reverse=True))
        for term in terms:
            for size, _ in term.bases:
                seen.setdefault(size)
            for size, _ in term.factors:
                seen.setdefault(size)
        return tuple(seen)

    @once
    def is_constant(self) -> bool:
        return not self.unknown and all(not t.factors and not t.bases for t in self.terms)

    @once
    def leading(self) -> Term:
        terms = self.terms
        return terms[0] if len(terms) == 1 else max(terms, key=lambda t: t.weight)

    @property
    def degree(self) -> float:
        """Total degree of the largest term; infinite for an exponential one."""
        return math.inf if self.leading.bases else self.leading.degree

    def covers(self, other: Cost) -> bool:
        """True if `other` never grows faster than this. False when either is unknown."""
        if self.unknown or other.unknown:
            return False
        return all(any(t.covers(o) for t in self.terms) for o in other.terms)

    @property
    def time_class(self) -> str:
        """The class by total degree in the dominant term: constant, logn, sqrt, linear, nlogn, quadratic, ..."""
        if self.unknown:
            return "unknown"
        term = self.leading
        if term.bases:
            return "exponential"
        degree, logs = term.degree, term.logs
        if degree == 0:
            return "logn" if logs else "constant"
        for limit, plain, with_log in (
            (0.75, "sqrt", "sqrt"),
            (1.25, "linear", "nlogn"),
            (2.25, "quadratic", "n2logn"),
            (3.25, "cubic", "cubic"),
        ):
            if degree <= limit:
                return with_log if logs else plain
        return "polynomial"

    def __str__(self) -> str:
        if self.unknown:
            return "unknown"
        return f"O({self.formula()})"

    def formula(self) -> str:
        """The sum as text, largest term first: "|users|·|orders| + |lines|"."""
        return self._formula

    @once
    def _formula(self) -> str:
        return formulas.of_terms(self.terms)


ONE = Cost()
UNKNOWN = Cost((_ONE,), True)


@lru_cache(maxsize=4096)
def _largest(size: Size) -> Size:
    return Size(f"max {size.label}", f"the largest {size.label}", size.loops[1:], key=size.key)


def _harmonic(term: Term, loop: int, turns: Cost) -> Cost | None:
    """The sum of 1/i over the turns i of a loop is log of the turns, that of 1/i² a constant. None for other terms.

    Source: the harmonic series, https://en.wikipedia.org/wiki/Harmonic_series_(mathematics)
    """
    mine = [(size, power) for size, (power, _) in term.factors if size.loops[:1] == (loop,)]
    if len(mine) != 1 or not mine[0][0].counter or mine[0][1] >= 0:
        return None
    power = mine[0][1]
    rest = Cost((term.undivided(lambda size: size is mine[0][0]),))
    if power < -1:
        return rest
    return rest * (turns.log() if power == -1 else turns.power(1 + power))


def _with_products(term: Term, replacement: Callable[[Size], Cost | None]) -> Term | None:
    """A product in which products stand in the place of sizes, made at once; None where there is more to it."""
    if term.bases:
        return None
    powers: dict[Size, Factor] = {}
    for item in term.factors:
        new = replacement(item[0])
        more: tuple[tuple[Size, Factor], ...] = (item,)
        if new is not None:
            if item[1] != _ITSELF or new.unknown or len(new.terms) != 1 or new.terms[0].bases:
                return None
            more = new.terms[0].factors
        for size, (power, logs) in more:
            p, g = powers.get(size, (0.0, 0))
            powers[size] = (p + power, g + logs)
            if powers[size] == _NO_FACTOR:
                del powers[size]
    return Term(tuple(powers.items()))


def _bound(size: Size) -> Cost:
    """What a derived size never exceeds: what all of them add up to, where that is known."""
    return size.total if size.total is not None else Cost.of(_largest(size))


def _is_one(cost: Cost) -> bool:
    """True for a constant."""
    if cost is ONE:
        return True
    terms = cost.terms
    return len(terms) == 1 and not (terms[0].factors or terms[0].bases or cost.unknown)


def _reduced(terms: Iterable[Term], unknown: bool = False) -> Cost:
    kept = _and_more([], terms)
    told = [term for term in kept if len(term.factors) + len(term.bases) <= MAX_FACTORS]
    return _of_terms(told, unknown or len(told) < len(kept))


def _and_more(kept: list[Term], terms: Iterable[Term]) -> list[Term]:
    """Terms none of which covers another, and more: what then covers all of them."""
    for term in terms:
        for known in kept:
            if known is term or known.covers(term):
                break
        else:
            if kept:
                kept = [known for known in kept if not term.covers(known)]
            kept.append(term)
    return kept


def _of_terms(kept: list[Term], unknown: bool) -> Cost:
    if len(kept) > MAX_TERMS:
        kept = sorted(kept, key=lambda t: t.weight, reverse=True)[:MAX_TERMS]
    return Cost(tuple(kept) or (_ONE,), unknown)
