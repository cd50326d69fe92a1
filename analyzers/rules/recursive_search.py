"""Lists that a recursive function fills and searches on each of its calls: nodes that were visited, the path down."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from analyzers import facts as f
from analyzers.evaluate import shapes
from analyzers.findings import Place, Related
from analyzers.rules import edits
from analyzers.rules.base import Context


class Search(NamedTuple):
    """`node in seen` in a function that calls itself and puts into `seen`; a `path` is shortened again."""

    place: Place
    label: str
    name: str
    filled: Related
    path: bool


def searches(context: Context) -> Iterator[Search]:
    """Those of the function at hand, and of the functions defined in it."""
    if context.language != "python" or context.analysis.qualname != context.function.qualname:
        return
    for function in context.project.within(context.path, context.function):
        if _calls_itself(function):
            yield from _searches_of(replace(context, function=function))


def _calls_itself(function: f.Function) -> bool:
    """`visit(child)`, `self.visit(child)`: by the name it is called by itself."""
    this = f"{function.params[0].name}." if function.owner and function.params else ""
    return any(
        isinstance(node, f.Call) and shapes.dotted(node.func) == f"{this}{function.name}"
        for node in shapes.nodes(function.body)
    )


def _searches_of(here: Context) -> Iterator[Search]:
    body = here.function.body
    filled = _asked(body, "append")
    if not filled:
        return
    started = {
        shapes.dotted(target)
        for stmt in shapes.walk(body)
        if isinstance(stmt, f.Assign) and not isinstance(stmt.value, (f.Logic, f.Choose))
        for target in stmt.targets
    }
    short = _asked(body, "pop").keys() | _asked(body, "remove").keys()
    for node in shapes.nodes(body):
        if not isinstance(node, f.Compare):
            continue
        for op, right in zip(node.ops, node.rights, strict=False):
            label = shapes.dotted(right)
            if op in ("in", "not in") and label in filled and label not in started:
                put = Related(edits.absolute(here, filled[label]), "put into it here")
                yield Search(edits.absolute(here, node), label, here.function.name, put, label in short)


def _asked(body: tuple[f.Stmt, ...], method: str) -> dict[str, f.Call]:
    """What a method is called on: name or attribute, with the first call."""
    found: dict[str, f.Call] = {}
    for node in shapes.nodes(body):
        if isinstance(node, f.Call) and isinstance(node.func, f.Attr) and node.func.name == method:
            found.setdefault(shapes.dotted(node.func.obj), node)
    found.pop("", None)
    return found
