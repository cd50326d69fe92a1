"""Loops of which each turn asks all of a second collection a question: `[order for order in orders if order.belongs_to(user)]`, `any(
path.startswith(root) for root in roots)`.

An equality is found by a key, and told of by itself; whether another question can be answered by an index nobody knows but the
reader, so these are hints.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from analyzers import facts as f
from analyzers.evaluate import shapes
from analyzers.evaluate.events import Loop
from analyzers.rules import changes, edits, picking, structure
from analyzers.rules.base import Context, turns_much

ORDERS = frozenset(("<", "<=", ">", ">="))


class Asked(NamedTuple):
    """A question to all of a collection, the loop around it and the loop that asks."""

    outer: Loop
    inner: Loop
    test: f.Expr


def found(context: Context) -> Iterator[Asked]:
    """Those of a function's own loops; of each collection the innermost."""
    if context.language != "python" or not context.is_whole:
        return
    loops = {
        loop.whole: loop for loop in context.analysis.loops if loop.function == context.function.qualname
    }
    for outer, node in changes.own_loops(context):
        if not isinstance(node, f.For) or not turns_much(outer) or outer.exits:
            continue
        inside = [one for kind in (f.For, f.Comprehension) for one in shapes.of_kind(node.body, kind)]
        if not inside:
            continue
        targets = shapes.named(node.target)
        calls = [
            call
            for call in shapes.of_kind(node.body, f.Call)
            if isinstance(call.func, f.Name) and call.func.id == "any"
        ]
        for search in (*inside, *calls):
            for target, over, tests in picking.asked(search):
                made = search.args[0] if isinstance(search, f.Call) else search
                inner = loops.get(edits.absolute(context, made))
                if inner is None or not _is_again(context, outer, inner, node, over):
                    continue
                own = shapes.named(target)
                test = next((t for t in tests if _is_question(t, own, frozenset(targets) - own)), None)
                if test is not None:
                    yield Asked(outer, inner, test)


def _is_again(context: Context, outer: Loop, inner: Loop, node: f.For, over: f.Expr) -> bool:
    """True if what is asked is the same collection on every turn, and neither of a few nor of this turn's own."""
    if not turns_much(inner) or inner.constant or inner.amortised or inner.chunked or inner.over.frozen:
        return False
    if outer.number in inner.over.depends or outer.number in inner.derived or not picking.viewed(over):
        return False
    if structure.happens_once(context, outer, inner.place):
        return False
    # What a question does to an element makes no other collection of them all.
    return not changes.changes_in(context, node.body, aliases=False).may_change(picking.viewed(over))


def _is_question(test: f.Expr, own: frozenset[str], known: frozenset[str]) -> bool:
    if isinstance(test, f.Logic) and test.op == "and":
        return any(_is_question(part, own, known) for part in test.parts)
    if isinstance(test, f.Compare) and set(test.ops) <= ORDERS:
        return shapes.mentions(test, own) and shapes.mentions(test, known)
    return picking.is_asked_of(test, own, known)
