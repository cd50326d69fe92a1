"""Loops that do nothing but to pick the elements that an equality holds for."""

from __future__ import annotations

from collections.abc import Iterator

from analyzers import facts as f
from analyzers.evaluate import shapes


def filters(node: f._Node) -> Iterator[tuple[f.Expr, f.Expr, tuple[f.Expr, ...]]]:
    """The target, the iterable and the tests of a loop that does nothing but to pick elements, or elements of its elements."""
    if isinstance(node, f.For) and len(node.body) == 1 and isinstance(node.body[0], f.For):
        for target, _, tests in filters(node.body[0]):
            yield target, node.iter, tests
    elif (
        isinstance(node, f.For)
        and len(node.body) == 1
        and isinstance(node.body[0], f.If)
        and not node.body[0].otherwise
    ):
        yield node.target, node.iter, (node.body[0].test,)
    elif isinstance(node, f.Comprehension) and len(node.clauses) == 1:
        clause = node.clauses[0]
        yield clause.target, clause.iter, (*clause.conditions, node.value)
    elif isinstance(node, f.Comprehension) and len(node.clauses) == 2:
        outer, inner = node.clauses
        if not outer.conditions and shapes.mentions(inner.iter, shapes.named(outer.target)):
            yield inner.target, outer.iter, (*inner.conditions, node.value)


def is_equal_to(test: f.Expr, own: frozenset[str], known: frozenset[str]) -> bool:
    """`x.key == key`, `x in wanted`, `address in network`, perhaps beside other conditions."""
    if isinstance(test, f.Logic) and test.op == "and":
        return any(is_equal_to(part, own, known) for part in test.parts)
    if not isinstance(test, f.Compare) or len(test.ops) != 1 or test.ops[0] not in ("==", "is", "in"):
        return False
    sides = (test.left, test.rights[0])
    pairs = (sides, sides[::-1])
    return any(
        shapes.mentions(one, own) and not shapes.mentions(other, own) and shapes.mentions(other, known)
        for one, other in pairs
    )


VIEWS = frozenset(("keys", "values", "items", "copy"))


def viewed(over: f.Expr) -> str:
    """What is gone through all of: `waiting` of `waiting`, `waiting.items()` and `list(waiting)`."""
    if isinstance(over, f.Call) and shapes.dotted(over.func) in ("list", "tuple", "enumerate") and over.args:
        over = over.args[0]
    if isinstance(over, f.Call) and isinstance(over.func, f.Attr) and over.func.name in VIEWS:
        over = over.func.obj
    return shapes.dotted(over)


def asked(node: f._Node) -> Iterator[tuple[f.Expr, f.Expr, tuple[f.Expr, ...]]]:
    """The same for loops that keep those of which a question holds: `[x for x in xs if x.covers(y)]`, `any(x.covers(y) for x in
    xs)`."""
    if isinstance(node, f.Call) and shapes.dotted(node.func) == "any" and len(node.args) == 1:
        given = node.args[0]
        if isinstance(given, f.Comprehension) and len(given.clauses) == 1:
            yield given.clauses[0].target, given.clauses[0].iter, (given.value,)
    elif isinstance(node, f.Comprehension):
        for target, over, tests in filters(node):
            yield target, over, tests[:-1]
    elif isinstance(node, f.For) and (question := _named_question(node)) is not None:
        yield node.target, node.iter, (question,)
    else:
        yield from filters(node)


def _named_question(node: f.For) -> f.Expr | None:
    """`root.find(name)` of a loop that does `found = root.find(name)` and ends where `found` is something."""
    if len(node.body) != 2:
        return None
    asked, test = node.body
    if not isinstance(asked, f.Assign) or not isinstance(test, f.If) or not test.body:
        return None
    if not isinstance(test.body[-1], f.Return):
        return None
    names = frozenset(target.id for target in asked.targets if isinstance(target, f.Name))
    plain = test.test.left if isinstance(test.test, f.Compare) else test.test
    return asked.value if isinstance(plain, f.Name) and plain.id in names else None


NO_QUESTIONS = frozenset("isinstance issubclass hasattr getattr len callable".split())  # noqa: SIM905


def is_asked_of(test: f.Expr, own: frozenset[str], known: frozenset[str]) -> bool:
    """`x.covers(event)`, `path.startswith(x)`, `self.has(x, event)`, perhaps beside other conditions."""
    if isinstance(test, f.Logic) and test.op == "and":
        return any(is_asked_of(part, own, known) for part in test.parts)
    if not isinstance(test, f.Call) or shapes.called(test) in NO_QUESTIONS:
        return False
    given = (*test.args, *(keyword.value for keyword in test.keywords))
    holder = (test.func.obj,) if isinstance(test.func, f.Attr) else ()
    return shapes.mentions((*holder, *given), own) and shapes.mentions((*holder, *given), known)
