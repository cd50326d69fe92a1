"""Where things stand in a function's text: what a loop's body is made of, and what it sets."""

from __future__ import annotations

from collections.abc import Iterator

from analyzers import facts as f
from analyzers.evaluate import shapes
from analyzers.evaluate.events import Loop
from analyzers.findings import Place
from analyzers.rules.base import Context
from analyzers.text import Span


def is_set_in(context: Context, loop: Loop, name: str) -> bool:
    """True if the loop's body gives a name a value that is not made from its old one: it starts anew on each turn."""
    root = name.partition(".")[0].partition("[")[0]
    start = context.function.start
    for stmt in shapes.walk(context.function.body):
        if not (loop.whole.span.start < start + stmt.at < loop.whole.span.end) or not isinstance(
            stmt, f.Assign
        ):
            continue
        if any(isinstance(t, f.Name) and t.id == root for t in stmt.targets) and not _mentions(
            stmt.value, root
        ):
            return True
    return False


def changes_in(context: Context, loop: Loop, name: str) -> bool:
    """True if the loop's body makes `name` from something that the loop changes: another thing on every turn."""
    root = name.partition(".")[0].partition("[")[0]
    start = context.function.start
    inside = [
        stmt
        for stmt in shapes.walk(context.function.body)
        if loop.whole.span.start <= start + stmt.at < loop.whole.span.end
    ]
    changed = {n for stmt in inside for n in _bound(stmt)}
    made = [s.value for s in inside if isinstance(s, f.Assign) and root in _bound(s)]
    return any(_mentions(value, other) for value in made for other in changed - {root})


def _bound(stmt: f.Stmt) -> set[str]:
    targets = (
        stmt.targets
        if isinstance(stmt, f.Assign)
        else (stmt.target,)
        if isinstance(stmt, (f.For, f.Update))
        else ()
    )
    return {n.id for t in targets for n in shapes.nodes(t) if isinstance(n, f.Name)}


def leaves_after(context: Context, loop: Loop, place: Place) -> bool:
    """True if the statement at a place is followed by a break or return in its block of the loop: found, done, out."""
    start, end = context.function.start, loop.whole.span.end

    def search(body: tuple[f.Stmt, ...]) -> bool:
        for position, stmt in enumerate(body):
            if start + stmt.at <= place.span.start and place.span.end <= start + stmt.to:
                later = [s for s in body[position + 1 :] if start + s.at < end]
                if any(
                    isinstance(s, f.Return) or (isinstance(s, f.Jump) and s.kind == "break") for s in later
                ):
                    return not isinstance(stmt, (f.For, f.While))
                return search(tuple(shapes.children(stmt)))
        return False

    return search(context.function.body)


def _mentions(value: f.Expr | None, name: str) -> bool:
    return any(isinstance(n, f.Name) and n.id == name for n in shapes.nodes(value))


def keeps_only_equal(context: Context, loop: Loop, compared: Place) -> bool:
    """True if all a loop does is to look for the elements that an equality holds for.

    `for x in xs: if x.k == k: ...` without an else, a comprehension with that condition, `any(x.k == k for x in xs)`,
    or a callback that returns the comparison.
    """
    for node, start in _around(context, loop):
        if isinstance(node, f.For):
            return _is_filter(node.body, compared.span, start)
        if isinstance(node, f.Comprehension):
            tests = [t for clause in node.clauses for t in clause.conditions]
            return any(_holds(t, compared.span, start) for t in (*tests, node.value))
        if isinstance(node, f.Call):
            return _callback_tests(context, node, compared.span)
    return False


def _around(context: Context, loop: Loop) -> Iterator[tuple[f._Node, int]]:
    """The node of a loop, with the offset its positions count from."""
    facts = context.project.facts(context.path)
    for function in facts.functions if facts is not None else ():
        if not (function.start <= loop.whole.span.start and loop.whole.span.end <= function.end):
            continue
        for node in shapes.nodes(function.body):
            at = Span(function.start + node.at, function.start + node.to)
            if at == loop.whole.span and isinstance(node, (f.For, f.Comprehension, f.Call)):
                yield node, function.start


def _is_filter(body: tuple[f.Stmt, ...], compared: Span, start: int) -> bool:
    """One `if` on the equality, without an else, perhaps inside another such `if`."""
    if len(body) == 1 and isinstance(body[0], f.If) and not body[0].otherwise:
        inner = body[0]
        return _holds(inner.test, compared, start) or _is_filter(inner.body, compared, start)
    return False


def _holds(test: f.Expr, compared: Span, start: int) -> bool:
    """True if the comparison must hold for the test to hold: it is the test, or one side of an `and`."""
    if isinstance(test, f.Logic) and test.op == "and":
        return any(_holds(part, compared, start) for part in test.parts)
    return isinstance(test, f.Compare) and Span(start + test.at, start + test.to) == compared


def _callback_tests(context: Context, call: f.Call, compared: Span) -> bool:
    facts = context.project.facts(context.path)
    names = {a.qualname for a in call.args if isinstance(a, f.Lambda)}
    for function in facts.functions if facts is not None else ():
        if function.qualname in names and len(function.body) == 1:
            only = function.body[0]
            if isinstance(only, f.Return) and only.value is not None:
                return _holds(only.value, compared, function.start)
            return _is_filter(function.body, compared, function.start)
    return False
