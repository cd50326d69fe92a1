"""Recursions that hand up lists: `for child in self.children: found.extend(child.all())` in `all`, which returns `found`.

Each level copies what all levels below it have found, so what lies deep is copied as often as there are levels above.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from analyzers import facts as f
from analyzers.evaluate import lengthening, shapes
from analyzers.evaluate.calling import memos
from analyzers.findings import Confidence, Cost, Finding, Place, Related, Severity
from analyzers.rules import edits
from analyzers.rules.base import Context


class HandedUp(NamedTuple):
    """Where a level copies what the next one has found, the function, and the list that it fills and returns."""

    place: Place
    called: str
    name: str
    returned: Related


def check(context: Context, rule: str) -> Iterator[Finding]:
    """The findings in the recursions of a function, under the name of the rule that asks."""
    for up in found(context):
        if context.once("copy", up.place):
            yield _finding(context, rule, up)


def found(context: Context) -> Iterator[HandedUp]:
    """Those of the function at hand, and of the functions defined in it; of each one."""
    if context.language != "python" or not context.is_whole:
        return
    for function in context.project.within(context.path, context.function):
        if not memos.is_memoised(function):
            yield from _in_function(replace(context, function=function))


def _in_function(here: Context) -> Iterator[HandedUp]:
    body = here.function.body
    last = body[-1] if body else None
    name = shapes.dotted(last.value) if isinstance(last, f.Return) and last.value is not None else ""
    started = (s.value for s in shapes.of_kind(body, f.Assign) if name in map(shapes.dotted, s.targets))
    if not name.isidentifier() or not all(_is_new_list(value) for value in started):
        return
    for loop in shapes.loops(body):
        # What each level asks for by a call costs more than to copy what it gave.
        kept = isinstance(loop, f.For) and not isinstance(loop.iter, f.Call)
        for node in shapes.nodes(loop.body) if isinstance(loop, f.For) and kept else ():
            if _takes_over(node, name, _calls_itself(here.function, loop)):
                returned = Related(edits.absolute(here, last), f"`{name}` is handed up here")  # type: ignore[arg-type]
                yield HandedUp(edits.absolute(here, node), here.function.name, name, returned)
                return


def _is_new_list(value: f.Expr | None) -> bool:
    return lengthening.is_empty_list(value) or (isinstance(value, f.Collection) and value.kind == "list")


def _calls_itself(function: f.Function, loop: f.For | f.While | f.Comprehension) -> frozenset[str]:
    """How a function is called for what a loop goes through: `deps`, or `self.walk` and `child.all` of a method."""
    if not function.owner or not isinstance(loop, f.For):
        return frozenset((function.name,))
    holders = (*shapes.named(loop.target), *(param.name for param in function.params[:1]))
    return frozenset(f"{holder}.{function.name}" for holder in holders)


def _takes_over(node: f._Node, name: str, itself: frozenset[str]) -> bool:
    """`found.extend(child.all())`, `found += deps(other)`."""
    given: f.Expr | None = None
    if isinstance(node, f.Update) and node.op == "+" and shapes.dotted(node.target) == name:
        given = node.value
    elif (
        isinstance(node, f.Call)
        and isinstance(node.func, f.Attr)
        and node.func.name == "extend"
        and node.args
    ):
        given = node.args[0] if shapes.dotted(node.func.obj) == name else None
    return isinstance(given, f.Call) and shapes.dotted(given.func) in itself


def _finding(context: Context, rule: str, up: HandedUp) -> Finding:
    """A recursion whose levels copy what the levels below have found."""
    return context.finding(
        rule,
        up.place,
        f"Each level of `{up.called}` copies into `{up.name}` what all levels below it have found: what lies deep is copied as often as "
        f"there are levels above. One list that is handed down, or a generator, copies nothing.",
        Severity.HINT,
        Confidence.MEDIUM,
        Cost(f"O(|{up.name}|·levels)", f"O(|{up.name}|)"),
        [up.returned],
    )
