"""Loops that are left once a product is too large: the multiples of a number below a bound.

A sieve crosses out `i * p` for each prime p, and stops at `i * p > n`. As the primes are different whole numbers, no
more than n / i of them are small enough, and over all i these add up to n log n (the harmonic series).

Source: Gries and Misra, "A Linear Sieve Algorithm for Finding Prime Numbers", 1978.
"""

from __future__ import annotations

from analyzers import facts as f
from analyzers.costs import Cost
from analyzers.evaluate import expressions, ranges, shapes
from analyzers.evaluate.run import Run
from analyzers.evaluate.whiles.values import counted_by


def turns(run: Run, node: f.For) -> Cost | None:
    """How often `for p in numbers: if i * p > n: break` turns for one i; None for other loops."""
    if not isinstance(node.target, f.Name) or not isinstance(node.iter, f.Name) or not run.loops:
        return None
    for test in _left_if(node.body):
        if isinstance(test, f.Compare) and test.ops in ((">",), (">=",)):
            other = _times(test.left, node.target.id)
            if other is not None and _are_different(run, node.iter.id):
                factor = ranges.bounded(run, other, expressions.evaluate(run, other))
                by = ranges.exactly(run, factor)
                limit = run.magnitude(expressions.evaluate(run, test.rights[0]))
                return limit.over(by) if by is not None and not by.is_constant else None
    return None


def _left_if(body: tuple[f.Stmt, ...]) -> tuple[f.Expr, ...]:
    """The conditions each of which ends the loop, before a turn has done anything else."""
    first = body[0] if body else None
    if not isinstance(first, f.If) or not first.body:
        return ()
    last = first.body[-1]
    if not isinstance(last, f.Jump) or last.kind != "break":
        return ()
    either = isinstance(first.test, f.Logic) and first.test.op == "or"
    return first.test.parts if isinstance(first.test, f.Logic) and either else (first.test,)


def _times(node: f.Expr, name: str) -> f.Expr | None:
    """The other factor of a product with a name."""
    if not isinstance(node, f.Binary) or node.op != "*":
        return None
    for one, other in ((node.left, node.right), (node.right, node.left)):
        if isinstance(one, f.Name) and one.id == name:
            return other
    return None


def _are_different(run: Run, name: str) -> bool:
    """True if a list holds nothing but numbers that a loop has counted, each of them once at most."""
    counters = {counted_by(s) for s in shapes.walk(run.function.body) if isinstance(s, f.For)} - {""}
    put = [
        part
        for part in shapes.nodes(run.function.body)
        if isinstance(part, f.Call)
        and isinstance(part.func, f.Attr)
        and shapes.text_of(part.func.obj) == name
    ]
    return bool(put) and all(
        isinstance(part.func, f.Attr)
        and part.func.name == "append"
        and len(part.args) == 1
        and isinstance(part.args[0], f.Name)
        and part.args[0].id in counters
        for part in put
    )
