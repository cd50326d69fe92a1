"""Loops of which each turn looks through what the turns before have found: `for span in spans: for group in groups: if
group.overlaps(span): break; else: groups.append(...)`.

What is looked through gets longer with the loop, so its turns go through half the square of their number. Whatever is asked of
each: an equality is what `nested-scan` tells of by itself, with the key of a dict.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import NamedTuple

from analyzers import facts as f
from analyzers.evaluate import shapes
from analyzers.evaluate.events import Loop
from analyzers.rules import changes, edits, grown, picking, structure
from analyzers.rules.base import Context


class SoFar(NamedTuple):
    """A search through what a loop has found so far: the loop, the search, the name, and where the loop puts more there."""

    loop: Loop
    search: f.For | f.While | f.Comprehension
    name: str
    put: f._Node


def found(context: Context) -> Iterator[SoFar]:
    """Those in the loops of a function; of each name that grows one."""
    for loop, node in changes.own_loops(context):
        if not any(shapes.of_kind(node.body, kind) for kind in (f.For, f.While, f.Comprehension)):
            continue
        told: set[str] = set()
        for more in grown.growths(node):
            if more.text or more.name in told or not grown.only_grows(context, node, more):
                continue
            for search in _searches(node, more):
                if not structure.happens_once(context, loop, edits.absolute(context, search)):
                    told.add(more.name)
                    yield SoFar(loop, search, more.name, more.node)
                    break


def _searches(node: f.For | f.While, more: grown.Grown) -> Iterator[f.For | f.While | f.Comprehension]:
    """Where a turn goes through all of it, to ask each about what this turn has."""
    own = grown.own_names(node) - {more.name}
    skipped = grown.handled(node)
    for inner in shapes.nodes(node.body):
        if id(inner) in skipped:
            continue
        if isinstance(inner, f.While):
            if _is_walked(inner, more.name):
                yield inner
            continue
        if isinstance(inner, f.For):
            through, tests, target = inner.iter, _tests_of(inner), inner.target
            placed = _is_placed(inner, more.name)
            made = frozenset(
                shapes.named(
                    tuple(t for stmt in inner.body if isinstance(stmt, f.Assign) for t in stmt.targets)
                )
            )
        elif isinstance(inner, f.Comprehension) and len(inner.clauses) == 1:
            clause = inner.clauses[0]
            through, target, placed, made = clause.iter, clause.target, False, frozenset()
            tests = (
                *clause.conditions,
                *((inner.value,) if inner.kind == "generator" and _is_test(inner.value) else ()),
            )
        else:
            continue
        elements = shapes.named(target) | made
        if (placed or _viewed(through) == more.name) and any(
            shapes.mentions(test, own - elements) and shapes.mentions(test, elements) for test in tests
        ):
            yield inner


def _tests_of(node: f.For) -> tuple[f.Expr, ...]:
    """The tests of a loop that only looks: it may give names to what it asks about. One that works on each is no search."""
    if not all(isinstance(stmt, f.If) or _names_only(stmt) for stmt in node.body):
        return ()
    return tuple(stmt.test for stmt in node.body if isinstance(stmt, f.If))


def _names_only(stmt: f.Stmt) -> bool:
    return isinstance(stmt, f.Assign) and all(isinstance(target, f.Name) for target in stmt.targets)


def _is_test(value: f.Expr) -> bool:
    """True for what `any` and `sum` are given of each: a comparison, or a question to it."""
    return isinstance(value, (f.Compare, f.Logic, f.Unary)) or (
        isinstance(value, f.Call) and isinstance(value.func, f.Attr)
    )


def _is_placed(node: f.For, name: str) -> bool:
    """`for j in range(i): ... found[j]`."""
    counted = isinstance(node.iter, f.Call) and shapes.dotted(node.iter.func) == "range"
    places = shapes.named(node.target)
    return counted and any(
        isinstance(part, f.Index) and shapes.dotted(part.obj) == name and shapes.dotted(part.index) in places
        for part in shapes.nodes(node.body)
    )


def _viewed(through: f.Expr) -> str:
    """`xs` of `xs`, `enumerate(xs)` and `range(len(xs))`."""
    called = shapes.dotted(through.func) if isinstance(through, f.Call) else ""
    if (
        isinstance(through, f.Call)
        and called in ("range", "enumerate", "len", "list")
        and len(through.args) == 1
    ):
        return _viewed(through.args[0])
    return picking.viewed(through)


def _is_walked(node: f.While, name: str) -> bool:
    """`while i < len(found) and found[i].key < key: i += 1`."""
    counted = any(
        isinstance(part, f.Call)
        and shapes.dotted(part.func) == "len"
        and len(part.args) == 1
        and shapes.dotted(part.args[0]) == name
        for part in shapes.nodes(node.test)
    )
    looked = any(
        isinstance(part, f.Index) and shapes.dotted(part.obj) == name
        for part in chain(shapes.nodes(node.body), shapes.nodes(node.test))
    )
    steps = any(isinstance(part, f.Update) and part.op == "+" for part in shapes.nodes(node.body))
    return counted and looked and steps
