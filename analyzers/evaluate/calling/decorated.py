"""What a decorator makes of calling a function: its answer is kept, or the call is a message to a queue.

A decorator that a project writes itself is read like any other function: it keeps answers if what it returns looks them
up first, or if it hands the function to one that does (`cache.memoize(timeout)(function)`); it defers if it hands the
function to a queue's decorator.
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzers import facts as f
from analyzers.evaluate import shapes
from analyzers.evaluate.calling import memos
from analyzers.orm import tables
from analyzers.project import names
from analyzers.project.index import Project

KEEPS = "keeps"
DEFERS = "defers"

MAX_DEPTH = 3
"""Decorators followed that are made of others."""


def keeps(project: Project, path: str, function: f.Function) -> bool:
    """True if calling the function again with the same arguments does not do its work again."""
    return memos.is_memoised(function) or KEEPS in _effects(project, path, function)


def defers(project: Project, path: str, function: f.Function) -> bool:
    """True if a call of the function runs its body later, in another process."""
    return DEFERS in _effects(project, path, function)


def _effects(project: Project, path: str, function: f.Function) -> frozenset[str]:
    if not function.decorators:
        return frozenset()

    def ask() -> frozenset[str]:
        header = project.header(path, function.qualname) or function
        return frozenset(
            effect
            for decorator in header.decorators
            for effect in _of(project, path, header.parent or "", maker_name(decorator), MAX_DEPTH)
        )

    return project.memo.ask(("decorated", path, function.qualname), ask, in_cycle=frozenset())


def maker_name(decorator: f.Expr) -> str:
    """What a decorator is called by, with or without arguments of its own."""
    return shapes.dotted(decorator.func if isinstance(decorator, f.Call) else decorator)


def _of(project: Project, path: str, scope: str, name: str, depth: int) -> Iterator[str]:
    """The effects of a decorator by its name in a scope."""
    if not name or depth < 0:
        return
    found = names.resolve(project, path, name, scope)
    if found is None:
        return
    target, rest = found
    if target.kind == "variable" and len(rest) == 1:
        target, rest = _maker(project, target), rest
    if target.kind == "external":
        if _is_queue(".".join((target.dotted, *rest))):
            yield DEFERS
    elif target.kind == "function" and not rest:
        function = project.function(target.path, target.qualname)
        if function is not None:
            yield from _made_by(project, target.path, function, depth)


def _maker(project: Project, variable: names.Target) -> names.Target:
    """`huey.RedisHuey` of `queue = RedisHuey()`."""
    assign = names.single_value(project, variable.path, variable.qualname)
    value = assign.value if assign is not None else None
    made = (
        names.resolve(project, variable.path, shapes.dotted(value.func))
        if isinstance(value, f.Call)
        else None
    )
    return made[0] if made is not None and not made[1] else names.UNKNOWN


def _is_queue(full: str) -> bool:
    package, _, rest = full.partition(".")
    queue = tables().queues.get(package)
    return queue is not None and rest.rpartition(".")[2] in queue


def _made_by(project: Project, path: str, decorator: f.Function, depth: int) -> Iterator[str]:
    """The effects of a decorator of the project, which hands on what it is given or wraps it in a function."""
    for function in project.within(path, decorator):
        if function is not decorator and memos.is_memoised(function):
            yield KEEPS
        given = {param.name for param in function.params}
        for node in shapes.nodes(function.body):
            if isinstance(node, f.Call) and _is_applied(node, given | _defined(function)):
                name = maker_name(node.func)
                if name.rpartition(".")[2] in memos.DECORATORS:
                    yield KEEPS
                yield from _of(project, path, function.qualname, name, depth - 1)


def _defined(function: f.Function) -> set[str]:
    """The functions defined in one: `inner` of `def inner(...)`."""
    return {
        node.qualname.rpartition(".")[2].partition("#")[0]
        for node in shapes.nodes(function.body)
        if isinstance(node, f.Define)
    }


def _is_applied(node: f.Call, functions: set[str]) -> bool:
    """`memoize(function)`, `memoize(timeout)(function)`: what stands there is called as a decorator."""
    return (
        len(node.args) == 1
        and not node.keywords
        and isinstance(node.args[0], f.Name)
        and node.args[0].id in functions
    )
