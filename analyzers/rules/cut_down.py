"""Recursions that hand on what is left of what they were given: `return xs[0] + total(xs[1:])`.

Each level copies all that is left, so all levels together copy the square of the length. Told where the kind of what is cut
is known, and the cost that was proven is the square of its length: a recursion on halves copies little, and one down a
structure by a path of names (`find(tree[path[0]], path[1:])`) goes as deep as the path is long.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from analyzers import facts as f
from analyzers.evaluate import shapes
from analyzers.evaluate.calling import memos
from analyzers.evaluate.recursion import detect
from analyzers.findings import Confidence, Cost, Finding, Related, Severity
from analyzers.rules import edits
from analyzers.rules.base import Context

CUT = ("[:]", "slice", "substring", "substr")
"""Operations that copy a part of a sequence."""


class Cut(NamedTuple):
    """What a call hands to the next level: the expression that copies it, the parameter, and the call."""

    node: f.Expr
    name: str
    call: f.Call


def check(context: Context, rule: str) -> Iterator[Finding]:
    """The finding in a function that calls itself, under the name of the rule that asks."""
    function = context.function
    if context.analysis.qualname != function.qualname or memos.is_memoised(function):
        return
    squared = _squared(context) if not shapes.loops(function.body) else frozenset()
    for cut in _cuts(function) if squared else ():
        place = edits.absolute(context, cut.node)
        if cut.name in squared and _is_copied(context, cut) and context.once("copy", place):
            yield _finding(context, rule, cut)
            return


def _squared(context: Context) -> frozenset[str]:
    """The parameters whose length the cost is the square of, and which no power of a constant outgrows."""
    cost = context.analysis.summary.cost
    if cost.unknown or cost.leading.bases:
        return frozenset()
    names = {param.name for param in context.function.params}
    labels = {size.label.strip("|") for term in cost.terms for size, (power, _) in term.factors if power == 2}
    return frozenset(names & labels)


def _cuts(function: f.Function) -> Iterator[Cut]:
    """The parts of its parameters that a function hands on, some elements shorter, to a call of itself that may be the only one."""
    given = {param.name for param in function.params}
    for call in detect.self_calls(function):
        parts = [cut for argument in call.args if (cut := _cut_off(argument, call)) is not None]
        if any(_is_below(argument, given) or _counts_down(argument) for argument in call.args):
            continue
        for cut in parts:
            if (
                cut.name in given
                and not shapes.given_to(function.body, cut.name)
                and _ends_with(function, cut)
            ):
                yield cut


def _cut_off(node: f.Expr, call: f.Call) -> Cut | None:
    """`xs[1:]`, `xs[:-1]`, `text[2:]`, `xs.slice(1)`: all but a few that are counted."""
    if isinstance(node, f.Slice) and isinstance(node.obj, f.Name) and node.step is None:
        ends = (node.start, node.stop)
        counted = all(part is None or _is_counted(part) for part in ends)
        shorter = node.stop is None or isinstance(node.stop, f.Unary)
        return Cut(node, node.obj.id, call) if counted and shorter and ends != (None, None) else None
    if isinstance(node, f.Call) and isinstance(node.func, f.Attr) and isinstance(node.func.obj, f.Name):
        cutting = node.func.name in CUT and len(node.args) == 1 and _is_counted(node.args[0])
        return Cut(node, node.func.obj.id, call) if cutting else None
    return None


def _is_counted(node: f.Expr) -> bool:
    inner = node.operand if isinstance(node, f.Unary) and node.op == "-" else node
    return isinstance(inner, f.Const) and isinstance(inner.value, int) and inner.value != 0


def _is_below(node: f.Expr, given: set[str]) -> bool:
    """True for what lies below a parameter: `tree[path[0]]`, `node.children`, `node.setdefault(word[0], {})`."""
    if isinstance(node, f.Call):
        node = node.func
    return isinstance(node, (f.Attr, f.Index)) and shapes.root(node) in given and not _is_cut(node)


def _counts_down(node: f.Expr) -> bool:
    """True for `depth - 1`: how deep the recursion goes is said by that."""
    return isinstance(node, f.Binary) and node.op == "-" and isinstance(node.right, f.Const)


def _ends_with(function: f.Function, cut: Cut) -> bool:
    """True if the function asks how long its parameter is, or whether anything is left of it: it goes on to the end."""
    return any(_asks_for_more(node, cut.name) for node in shapes.nodes(function.body))


def _asks_for_more(node: f._Node, name: str) -> bool:
    asked: tuple[f.Expr, ...] = ()
    if isinstance(node, (f.If, f.Choose, f.While)):
        asked = (node.test,)
    elif isinstance(node, f.Logic):
        asked = node.parts
    elif isinstance(node, f.Unary) and node.op in ("not", "!"):
        asked = (node.operand,)
    elif isinstance(node, f.Compare):
        asked = (node.left, *node.rights)
    elif isinstance(node, f.Call) and shapes.dotted(node.func) in ("len", "bool"):
        asked = node.args
    elif isinstance(node, f.Attr) and node.name == "length":
        asked = (node.obj,)
    return any(isinstance(one, f.Name) and one.id == name for one in asked)


def _is_cut(node: f.Attr | f.Index) -> bool:
    return isinstance(node, f.Attr) and node.name in CUT


def _is_copied(context: Context, cut: Cut) -> bool:
    """True if the model knows the kind of what is cut: a cut of an array is a view, and of an unknown thing unknown."""
    place = edits.absolute(context, cut.node)
    return any(part.place == place for part in context.analysis.summary.parts)


def _finding(context: Context, rule: str, cut: Cut) -> Finding:
    place, size = edits.absolute(context, cut.node), f"|{cut.name}|"
    called = Related(edits.absolute(context, cut.call), f"`{context.function.name}` calls itself here")
    return context.finding(
        rule,
        place,
        f"`{context.shown(place)}` copies all that is left of `{cut.name}` at every level of the recursion. Hand on the place that "
        f"it has come to instead, or write a loop.",
        Severity.INFORMATION,
        Confidence.HIGH,
        Cost(f"O({size}²)", f"O({size})"),
        [called],
    )
