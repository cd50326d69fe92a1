"""Numbers: their kinds, constants folded, and bounds of what is computed from bounded ones."""

from __future__ import annotations

from analyzers.costs import ONE, Cost, Term
from analyzers.evaluate.run import Run
from analyzers.evaluate.sizes import ranges
from analyzers.evaluate.sizes.measures import smaller
from analyzers.types import Value

FEW = 1024
"""Remainders by a larger number are numbers like any other: `x % (10**9 + 7)` is no small alphabet."""

_SHRINKING = ("//", "/", ">>", "-")


def computed(run: Run, op: str, left: Value, right: Value) -> Value:
    """`left op right` of two numbers, or of values of which nothing else is known."""
    above, below = ranges.arithmetic(op, left, right)
    size = _magnitude(run, op, left, right)
    exact = False
    if op in ("//", "/", "*") and size is not None and right.const is None:
        one, other = ranges.exactly(run, left), ranges.exactly(run, right)
        exact = one is not None and other is not None
        if op != "*" and other is not None:
            size = size.over(other)
    return Value(
        _kind(left, right, op),
        size=size,
        exact=exact,
        depends=left.depends | right.depends,
        const=folded(op, left.const, right.const),
        above=above,
        below=below,
    )


def _kind(left: Value, right: Value, op: str) -> str:
    if op == "/" or "float" in (left.kind, right.kind):
        return "float"
    if op in ("%", "&") and "unknown" in (left.kind, right.kind) and _few(left, right):
        return "int"
    return "int" if {left.kind, right.kind} <= {"int", "bool"} else "unknown"


def _few(left: Value, right: Value) -> bool:
    """True if an operand is a small constant number."""
    return any(
        value.kind == "int" and isinstance(value.const, int) and abs(value.const) <= FEW
        for value in (left, right)
    )


def folded(op: str, a: object, b: object) -> int | float | None:
    """The constant that an operation on two constants gives; None if it is not worth computing."""
    if not isinstance(a, (int, float)) or not isinstance(b, (int, float)):
        return None
    if op == "+":
        return a + b
    if op == "-":
        return a - b
    if op == "*" and abs(a) < 1e12 and abs(b) < 1e12:
        return a * b
    if op == "**" and isinstance(a, int) and isinstance(b, int) and abs(a) <= 1000 and 0 <= b <= 64:
        return int(a**b)
    if op == "<<" and isinstance(a, int) and isinstance(b, int) and abs(a) <= 1000 and 0 <= b <= 64:
        return a << b
    if op == "//" and b:
        return a // b
    if op == "%" and isinstance(a, int) and isinstance(b, int) and b:
        return a % b
    return None


def _magnitude(run: Run, op: str, left: Value, right: Value) -> Cost | None:
    """A bound of a computed number, from the bounds of its operands. None if neither has one."""
    if left.const is not None and right.const is not None:
        return ONE
    if op == "%":
        return _remainder(run, left, right)
    if op == "&" and _few(left, right):
        return ONE
    if not (ranges.is_bounded(left) or ranges.is_bounded(right)):
        return None
    a, b = run.magnitude(left), run.magnitude(right)
    if op == "*":
        return a * b
    if op == "**":
        if right.const == 0.5:
            return a.power(0.5)
        if isinstance(right.const, (int, float)):
            return a.power(float(right.const)) if 0 < right.const <= 8 else None
        if isinstance(left.const, (int, float)) and left.const > 1:
            return exponential(b, float(left.const))
        return None
    if op == "<<":
        return a if right.const is not None else a * exponential(b, 2.0)
    if op in _SHRINKING:
        return a
    if op == "&" and ranges.is_bounded(left) and ranges.is_bounded(right):
        return smaller(a, b)
    return a + b


def _remainder(run: Run, left: Value, right: Value) -> Cost | None:
    """`a % b` is less than b, and not more than a."""
    if isinstance(right.const, (int, float)):
        if abs(right.const) <= FEW:
            return ONE
        return run.magnitude(left) if ranges.is_bounded(left) else None
    if right.is_constant_size:  # a constant of which nothing else is known
        return run.magnitude(left) if ranges.is_bounded(left) else ONE
    return run.magnitude(right) if ranges.is_bounded(right) else None


def exponential(exponent: Cost, base: float) -> Cost:
    """base to the power of a cost; 2 to the power of log n is n."""
    if any(power > 0 for term in exponent.terms for _, (power, _) in term.factors):
        return exponent.exponential(base)
    total = ONE
    for term in exponent.terms:
        total = total * Cost((Term(tuple((size, (1.0, 0)) for size, _ in term.factors)),))
    return total
