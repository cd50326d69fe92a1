"""Loops that do nothing but to pick the elements that an equality holds for."""

from __future__ import annotations

from collections.abc import Iterator

from analyzers import facts as f
from analyzers.evaluate import shapes


def filters(node: f._Node) -> Iterator[tuple[f.Expr, f.Expr, tuple[f.Expr, ...]]]:
    """The target, the iterable and the tests of a loop that does nothing but to pick elements."""
    if (
        isinstance(node, f.For)
        and len(node.body) == 1
        and isinstance(node.body[0], f.If)
        and not node.body[0].otherwise
    ):
        yield node.target, node.iter, (node.body[0].test,)
    elif isinstance(node, f.Comprehension) and len(node.clauses) == 1:
        clause = node.clauses[0]
        yield clause.target, clause.iter, (*clause.conditions, node.value)


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
