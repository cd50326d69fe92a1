"""What is looked at first in a file that was just opened, and what of it may be told before the rest is known."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from functools import cache

from analyzers import facts as f
from analyzers.evaluate import shapes
from analyzers.facts import FileFacts, Function
from analyzers.findings import Finding, Place, Severity
from analyzers.operations import operations
from analyzers.text import Text

_CALLED = re.compile(rb"(\w+)\(")
_HIDING_LOOPS = frozenset({"scan", "find", "shift", "insert", "copy", "concat"})


def order(facts: FileFacts, text: Text) -> Iterator[Function]:
    """Functions that are looked at by themselves whatever the project says. Those come before the others in whose loops
    something is searched, moved or copied by the form of it, which most findings are about; of each those that call nothing of
    their own file, since calls lead to much else, and of these the shortest. A function's form is looked at as its turn comes."""
    loops = [one for one in facts.functions[1:] if one.has_loop and not one.parent and one.kind != "lambda"]
    loops.sort(key=lambda one: one.end - one.start)
    defined = {one.name.encode() for one in facts.functions} | {one.name.encode() for one in facts.classes}
    leading, plain, others = list[Function](), list[Function](), list[Function]()
    for one in loops:
        leads = _leads_on(one, text, defined)
        if not leads and _hides_loop(one, facts.language):
            yield one
        else:
            (leading if leads else plain).append(one)
    for one in leading:
        if _hides_loop(one, facts.language):
            yield one
        else:
            others.append(one)
    yield from plain
    yield from others


def _leads_on(function: Function, text: Text, defined: Collection[bytes]) -> bool:
    """Whether a function calls another one of its file, by their names."""
    called = set(_CALLED.findall(text.source, function.start + function.name_to, function.end))
    called.discard(function.name.encode())
    return b"super" in called or not called.isdisjoint(defined)


def _hides_loop(function: Function, language: str) -> bool:
    """Whether in a loop of a function something stands that goes through a whole list, if it is done to one."""
    hiding = _hiding_loops(language)
    return any(_done(node) in hiding for loop in shapes.loops(function.body) for node in f.walk(_turn(loop)))


@cache
def _hiding_loops(language: str) -> frozenset[str]:
    rows = operations(language).type["list"].items()
    return frozenset(name.partition("(")[0] for name, row in rows if row.tag in _HIDING_LOOPS)


def _turn(loop: f.For | f.While | f.Comprehension) -> tuple[f._Node | None, ...]:
    """What is done on every turn."""
    if isinstance(loop, f.Comprehension):
        first, *inner = loop.clauses
        return (loop.key, loop.value, *first.conditions, *inner)
    return loop.body if isinstance(loop, f.For) else (loop.test, *loop.body)


def _done(node: f._Node) -> str:
    """What the table of a list calls what is done here. What stands in the text, and numbers, do not grow."""
    if isinstance(node, f.Compare):
        asked = zip(node.ops, node.rights, strict=True)
        return "in" if any(op.endswith("in") and not _is_written(right) for op, right in asked) else ""
    if isinstance(node, f.Call):
        return node.func.name if isinstance(node.func, f.Attr) else ""
    if isinstance(node, f.Slice):
        return "[:]"
    if isinstance(node, f.Binary):
        return node.op if not isinstance(node.left, f.Const) and not _is_number(node.right) else ""
    return node.op if isinstance(node, f.Update) and not isinstance(node.value, f.Const) else ""


def _is_written(node: f.Expr) -> bool:
    return isinstance(node, (f.Collection, f.Const))


def _is_number(node: f.Expr) -> bool:
    return isinstance(node, f.Const) and node.kind in ("int", "float")


def of_itself(
    path: str, function: Function, found: Sequence[Finding], said: Collection[object]
) -> tuple[Finding, ...]:
    """Those of a function's findings that are told whatever other functions of the file say. One with a cause elsewhere is
    mild where another place is told in full, and what a function says of code outside of it (`said`, by `Seen`), another
    one may say before it."""
    if not all(_is_inside(path, function, key) for key in said):
        return ()
    return tuple(one for one in found if one.cause is None or one.severity <= Severity.INFORMATION)


def _is_inside(path: str, function: Function, key: object) -> bool:
    places = [part for part in key if isinstance(part, Place)] if isinstance(key, tuple) else []
    return bool(places) and all(
        place.path == path and function.start <= place.span.start and place.span.end <= function.end
        for place in places
    )
