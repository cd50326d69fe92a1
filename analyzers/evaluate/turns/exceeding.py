"""`for` loops that end where a product of their element becomes too large.

`for p in primes: if p * p > n: break` goes on for no more than √n different whole numbers, and `if i * p > n: break` for
no more than n/i; over the turns of a loop that counts `i` that is a harmonic sum. Every number that is not left at
satisfies the bound, so no order of the numbers is needed, only that they are different and positive.

A sieve that stops at the least prime factor of `i` (`if i % p == 0: break`, or `p > least[i]` where `least[i * p] = p`)
meets every product once: over all `i` it is linear (Gries and Misra, "A linear sieve algorithm for finding prime
numbers", 1978).
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzers import facts as f
from analyzers.costs import ONE, Cost, Size
from analyzers.evaluate import expressions, shapes
from analyzers.evaluate.remembered import of_whole
from analyzers.evaluate.run import Run
from analyzers.evaluate.sizes import ranges
from analyzers.types import Value


def turns(run: Run, node: f.For, over: Value, otherwise: Cost) -> Cost:
    """How often the loop turns before it is left; as often as given where nothing of the kind ends it."""
    target = node.target
    if not isinstance(target, f.Name) or otherwise.is_constant or not node.body:
        return otherwise
    for factors, bound in _guards(node.body[0]):
        power = sum(isinstance(factor, f.Name) and factor.id == target.id for factor in factors)
        if not power or not _distinct(run, node, over):
            continue
        others = [factor for factor in factors if not (isinstance(factor, f.Name) and factor.id == target.id)]
        if any(target.id in shapes.named(part) for part in (*others, bound)) or _sets(node.body, bound):
            continue
        limit = run.settled(run.extent_or_magnitude(expressions.evaluate(run, bound)))
        if len(others) == 1 and _once_each(node, target.id, others[0]) and run.loops:
            products = Size("products", "products that are met once", (run.loops[-1].number,), limit)
            return Cost.of(products)
        for factor in others:
            limit = limit.over(_exact(run, factor))
        limit = limit.power(1 / power) if power > 1 else limit
        if not limit.unknown and (others or limit.degree < otherwise.degree):
            return limit
    return otherwise


def _guards(stmt: f.Stmt) -> Iterator[tuple[list[f.Expr], f.Expr]]:
    """The factors of a product, and what it must not exceed, or the loop is left."""
    if not isinstance(stmt, f.If) or not stmt.body or not _leaves(stmt.body[-1]):
        return
    tests = stmt.test.parts if isinstance(stmt.test, f.Logic) and stmt.test.op == "or" else (stmt.test,)
    for test in tests:
        if isinstance(test, f.Compare) and len(test.ops) == 1:
            if test.ops[0] in (">", ">="):
                yield list(_factors(test.left)), test.rights[0]
            elif test.ops[0] in ("<", "<="):
                yield list(_factors(test.rights[0])), test.left


def _once_each(node: f.For, prime: str, other: f.Expr) -> bool:
    """True if the loop is left at the least prime factor of the number that its element is multiplied with."""
    number = shapes.text_of(other)
    tests: list[f.Expr] = []
    for stmt in node.body:
        if isinstance(stmt, f.If) and stmt.body and _leaves(stmt.body[-1]):
            test = stmt.test
            tests += test.parts if isinstance(test, f.Logic) and test.op == "or" else (test,)
    for test in tests:
        divided = test.operand if isinstance(test, f.Unary) and test.op == "not" else test
        if isinstance(divided, f.Compare) and divided.ops == ("==",):
            divided = divided.left
        sides = (divided.left, divided.right) if isinstance(divided, f.Binary) and divided.op == "%" else ()
        if [shapes.text_of(side) for side in sides] == [number, prime]:
            return True
        if isinstance(test, f.Compare) and test.ops in ((">",), (">=",)):
            known = test.rights[0]
            if shapes.text_of(test.left) == prime and isinstance(known, f.Index):
                return shapes.text_of(known.index) == number and _keeps(node, known.obj, prime)
    return False


def _keeps(node: f.For, table: f.Expr, prime: str) -> bool:
    """True if the loop writes its element into a table, under the product."""
    return any(
        isinstance(stmt, f.Assign)
        and shapes.text_of(stmt.value) == prime
        and any(
            isinstance(t, f.Index)
            and shapes.text_of(t.obj) == shapes.text_of(table)
            and isinstance(t.index, f.Binary)
            for t in stmt.targets
        )
        for stmt in node.body
        if isinstance(stmt, f.Assign) and stmt.value is not None
    )


def _leaves(stmt: f.Stmt) -> bool:
    return isinstance(stmt, f.Return) or (isinstance(stmt, f.Jump) and stmt.kind in ("break", "raise"))


def _factors(node: f.Expr) -> Iterator[f.Expr]:
    """The factors of a product; of a power with a constant exponent its base so often."""
    if isinstance(node, f.Binary) and node.op == "*":
        yield from _factors(node.left)
        yield from _factors(node.right)
    elif isinstance(node, f.Binary) and node.op == "**" and isinstance(node.right, f.Const):
        times = node.right.value
        yield from [node.left] * (times if isinstance(times, int) and 0 < times <= 8 else 1)
    else:
        yield node


def _sets(body: tuple[f.Stmt, ...], bound: f.Expr) -> bool:
    """True if the loop itself changes what the product is compared with to something larger, as far as can be seen."""
    for stmt in shapes.walk(body):
        if isinstance(stmt, f.Update) and stmt.op in ("-", "//", "/", ">>", "%"):
            continue
        targets = stmt.targets if isinstance(stmt, f.Assign) else ()
        if isinstance(stmt, f.Update):
            targets = (stmt.target,)
        if any(shapes.named(target) & shapes.named(bound) for target in targets):
            return True
    return False


def _exact(run: Run, factor: f.Expr) -> Cost:
    """A factor as it may divide; one if only a bound of it is known, for a factor is at least one."""
    value = ranges.bounded(run, factor, expressions.evaluate(run, factor))
    return ranges.exactly(run, value) or ONE


def _distinct(run: Run, node: f.For, over: Value) -> bool:
    """True if the loop runs over different whole numbers: a range, or a list into which a counter was put."""
    if over.kind == "range":
        return True
    return isinstance(node.iter, f.Name) and _holds_counts(run, node.iter.id)


def _holds_counts(run: Run, name: str) -> bool:
    """True if all that a function puts into a list are the counters of `for` loops over ranges."""
    owner: Run | None = run
    while owner is not None and name not in owner.env:
        owner = owner.outer
    if owner is None:
        return False
    return of_whole(_puts_counters, owner.function.body, name)


def _puts_counters(body: tuple[f.Stmt, ...], name: str) -> bool:
    put: list[f.Expr] = []
    for part in shapes.nodes(body):
        if (
            isinstance(part, f.Call)
            and isinstance(part.func, f.Attr)
            and shapes.text_of(part.func.obj) == name
        ):
            if part.func.name != "append":
                return False
            put += part.args
        elif isinstance(part, (f.Assign, f.Update)) and name in _set_by(part) and not _is_empty(part.value):
            return False
    counters = set(_counters(body))
    return bool(put) and all(isinstance(value, f.Name) and value.id in counters for value in put)


def _set_by(stmt: f.Assign | f.Update) -> set[str]:
    targets = stmt.targets if isinstance(stmt, f.Assign) else (stmt.target,)
    return {t.id for target in targets for t in _parts(target) if isinstance(t, f.Name)}


def _parts(target: f.Expr) -> tuple[f.Expr, ...]:
    return target.items if isinstance(target, f.Collection) else (target,)


def _is_empty(value: f.Expr | None) -> bool:
    if isinstance(value, f.Call):
        return not value.args
    return isinstance(value, f.Collection) and not any(
        isinstance(item, f.Collection) and item.items for item in value.items
    )


def _counters(body: tuple[f.Stmt, ...]) -> Iterator[str]:
    for stmt in shapes.walk(body):
        if isinstance(stmt, f.For) and isinstance(stmt.target, f.Name):
            call = stmt.iter
            if isinstance(call, f.Range) or (
                isinstance(call, f.Call) and shapes.dotted(call.func) in ("range", "xrange")
            ):
                yield stmt.target.id
