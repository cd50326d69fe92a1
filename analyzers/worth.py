"""Which functions are looked at by themselves: those that may have something to report."""

from __future__ import annotations

from collections.abc import Iterator

from analyzers import conventions, templates
from analyzers import facts as f
from analyzers.evaluate import shapes
from analyzers.evaluate.remembered import remembered
from analyzers.handing import hands_rows_on
from analyzers.project.index import Project
from analyzers.rules.shared_queries import may_be_shared


def written(project: Project, facts: f.FileFacts, path: str) -> Iterator[f.Function]:
    """The functions of a file in which something repeats, or that others call in their loops."""
    holders = {function.parent for function in facts.functions}
    for function in facts.functions:
        if _repeats(project, facts, function, holders) or may_be_shared(project, path, function):
            yield function


def _repeats(project: Project, facts: f.FileFacts, function: f.Function, holders: set[str]) -> bool:
    """False for a function in which nothing repeats: it has nothing to report by itself.

    `holders` are the functions that hold others: what is nested may hold the loop, or be called for every element.
    """
    if function.kind in ("lambda", templates.KIND) or function.parent:
        return False
    if function.has_loop or facts.language != "python" or function.qualname in holders:
        return True
    return _hides_loops(function) or hands_rows_on(project, function)


@remembered
def _hides_loops(function: f.Function) -> bool:
    return any(_hides_loop(node, function) for node in shapes.nodes(function.body))


def _hides_loop(node: f._Node, function: f.Function) -> bool:
    """True for a call that repeats work without a loop to be seen: of the function itself, or of what adds up lists."""
    if isinstance(node, f.Attr):
        return node.name == "queryset" and isinstance(node.obj, f.Index)  # The choices of a form's field.
    if not isinstance(node, f.Call):
        return False
    name = shapes.dotted(node.func).rpartition(".")[2]
    return (
        name == function.name
        or (name in ("reduce", "map", "filter") and _given_a_function(node))
        or any(keyword.name == "key" for keyword in node.keywords)
        or conventions.repeats(node)
        or (name == "sum" and len(node.args) + len(node.keywords) > 1)
    )


def _given_a_function(call: f.Call) -> bool:
    """False for `rows.filter(name="x")`, which nothing is called for: a function is given by its place, or as `func`."""
    return bool(call.args) or any(keyword.name in ("", "func", "function") for keyword in call.keywords)
