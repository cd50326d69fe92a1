"""Which functions are looked at by themselves: those that may have something to report."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from analyzers import conventions, idle_loops, templates
from analyzers import facts as f
from analyzers.evaluate import shapes
from analyzers.evaluate.presenting import encoding
from analyzers.evaluate.remembered import remembered
from analyzers.handing import hands_rows_on
from analyzers.project.index import Project
from analyzers.project.quiet import is_test
from analyzers.rules import added_to, per_call, unused_eager_load
from analyzers.rules.shared_queries import may_be_shared

BLOCK = 32
"""Functions of a file that are judged by one question: an edit of one of them asks that of one block, and looks at no other."""


def written(project: Project, facts: f.FileFacts, path: str) -> Iterator[f.Function]:
    """The functions of a file in which something repeats, or that others call in their loops.

    The first time the first of them is given before the others are judged, as somebody waits for what it has to report.
    """
    if is_known(project, path):
        return chain.from_iterable(in_block(project, path, begin) for begin in blocks(facts))
    return _judged(project, facts, path)


def is_known(project: Project, path: str) -> bool:
    """Whether they were judged before."""
    return project.memo.was_asked(_key(path, 0))


def _judged(project: Project, facts: f.FileFacts, path: str) -> Iterator[f.Function]:
    for function in facts.functions:
        if _may_report(project, path, function):
            yield function
    for begin in blocks(facts):
        _chosen(project, path, begin)  # For the next time.


def blocks(facts: f.FileFacts) -> range:
    """Where the blocks of a file's functions begin."""
    return range(0, len(facts.functions), BLOCK)


def in_block(project: Project, path: str, begin: int) -> Iterator[f.Function]:
    """Those that `written` gives of one block."""
    at = _chosen(project, path, begin)
    return map(project.functions(path).__getitem__, at)


def _key(path: str, begin: int) -> tuple[str, str, int]:
    return "functions that may report", path, begin


def _chosen(project: Project, path: str, begin: int) -> tuple[int, ...]:
    """Of those from one on, until the next block begins."""

    def choose() -> tuple[int, ...]:
        functions = enumerate(project.functions(path)[begin : begin + BLOCK], begin)
        return tuple(at for at, function in functions if _may_report(project, path, function))

    return project.memo.ask(_key(path, begin), choose, in_cycle=())


def _may_report(project: Project, path: str, function: f.Function) -> bool:
    def judge(function: f.Function) -> bool:
        return _repeats(project, path, function) or may_be_shared(project, path, function)

    return project.about("may report", path, function, judge, in_cycle=True)


def _repeats(project: Project, path: str, function: f.Function) -> bool:
    """False for a function in which nothing repeats: it has nothing to report by itself."""
    is_script = project.language(path) != "python"
    # What a script hands over outside of all functions, others call: a route's handler, a resolver.
    if function.kind == templates.KIND or function.parent or (function.kind == "lambda" and not is_script):
        return False
    if is_script:
        return True
    if is_test(project, path, function):
        # What stands in it is called once, too, unless there is something in it or around it that repeats.
        return any(_has_work(project, path, one, of_test=True) for one in project.within(path, function))
    # What is nested may hold the loop, or be called for every element.
    return project.holds_functions(path, function.qualname) or _has_work(
        project, path, function, of_test=False
    )


def _has_work(project: Project, path: str, function: f.Function, *, of_test: bool) -> bool:
    """True for a function with a loop, or with a call that may hide one."""
    if function.has_loop and (
        not of_test or function.parent or not idle_loops.all_idle(project, path, function)
    ):
        return True
    return (
        _hides_loops(function)
        or (not of_test and (per_call.may_report(function) or added_to.may_report(function)))
        or unused_eager_load.may_report(function)
        or hands_rows_on(project, path, function)
    )


@remembered
def _hides_loops(function: f.Function) -> bool:
    for node in shapes.nodes(function.body):
        if node.__class__ is f.Call:  # a third of the cost of `isinstance`
            if _hides_loop(node, function.name):
                return True
        elif node.__class__ is f.Attr and node.name == "queryset" and isinstance(node.obj, f.Index):
            return True  # The choices of a form's field.
    return False


def _hides_loop(node: f.Call, itself: str) -> bool:
    """True for a call that repeats work without a loop to be seen: of the function itself, or of what adds up lists."""
    name = shapes.called(node)
    if name in (itself, "reduce", "map", "filter", "sum") and shapes.dotted(node.func):
        given = len(node.args) + len(node.keywords) > 1 if name == "sum" else _given_a_function(node)
        if given or name == itself:
            return True
    for keyword in node.keywords:
        if keyword.name == "key" and not isinstance(keyword.value, f.Const):
            return True
    return conventions.repeats(node) and not encoding.asks_nobody(node)


def _given_a_function(call: f.Call) -> bool:
    """False for `rows.filter(name="x")`, which nothing is called for: a function is given by its place, or as `func`."""
    return bool(call.args) or any(keyword.name in ("", "func", "function") for keyword in call.keywords)
