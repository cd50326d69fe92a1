"""Loops of tests in which nothing can cost more than a few steps a turn: what they stand in need not be run for them.

A test is full of such loops (`[product.pk for product in products]`), and to run one is to run all that it calls. Only what is known
to do nothing counts: attributes that no class computes and no model loads, comparisons, values that are put together.
"""

from __future__ import annotations

from typing import Any

from analyzers import facts as f
from analyzers.evaluate import shapes
from analyzers.project import names
from analyzers.project.index import Project
from analyzers.project.models import Models

_STEPS = frozenset(
    ("str", "int", "float", "bool", "isinstance", "issubclass", "abs", "round", "type", "range")
)
"""Functions of Python that look at no more than the one thing they are given."""

_SHOWING = frozenset(("str",))
"""Of these what asks a thing how it is shown."""

_CERTAIN = (
    f.Const, f.Collection, f.Mapping, f.Logic, f.Choose, f.Keyword, f.Unary, f.Assign, f.Do, f.If, f.Return, f.Jump,
)  # fmt: skip
"""What does nothing but what its parts do."""

_TELLING_APART = frozenset(("only", "defer", "raw"))
"""Methods after which reading a column asks the database for it."""


def all_idle(project: Project, path: str, function: f.Function) -> bool:
    """Whether nothing repeats in the loops of a function but steps that are known."""
    body = function.body
    if function.is_generator or any(_may_leave_out(project, call) for call in shapes.of_kind(body, f.Call)):
        return False
    return all(_is_idle(project, path, function, loop) for loop in shapes.loops(body))


def _may_leave_out(project: Project, call: f.Call) -> bool:
    """True for a call that may give rows without some of their columns."""
    name = shapes.called(call)
    return name in _TELLING_APART or project.words.says("givers", name)


def _is_idle(project: Project, path: str, function: f.Function, loop: f._Node) -> bool:
    if isinstance(loop, f.For) and not loop.is_async:
        return _are_steps(project, path, function, (loop.target, loop.body), loop.iter)
    if isinstance(loop, f.Comprehension) and len(loop.clauses) == 1 and not loop.clauses[0].is_async:
        clause = loop.clauses[0]
        each = (clause.target, *clause.conditions, *((loop.key,) if loop.key is not None else ()), loop.value)
        return _are_steps(project, path, function, each, clause.iter)
    return False


def _are_steps(project: Project, path: str, function: f.Function, each: Any, over: f.Expr) -> bool:
    """Whether what is done for each element of something is but steps."""
    counted = isinstance(over, f.Call) and shapes.dotted(over.func) == "range"
    return all(_is_step(project, path, function, node, counted) for node in shapes.nodes(each))


def _is_step(project: Project, path: str, function: f.Function, node: f._Node, counted: bool) -> bool:
    if isinstance(node, (f.Name, *_CERTAIN)):
        return True
    if isinstance(node, f.Attr):
        return not may_ask(project, node.name)
    if isinstance(node, f.Index):
        return isinstance(node.index, f.Const) and isinstance(node.index.value, str)
    if isinstance(node, f.Compare):
        sides = zip(node.ops, node.rights, strict=True)
        return all(op not in ("in", "not in") or isinstance(side, f.Collection) for op, side in sides)
    if isinstance(node, f.Binary):
        return node.op in ("-", "/", "//") or any(_is_number(side) for side in (node.left, node.right))
    if isinstance(node, f.Update):
        return _is_number(node.value)
    if isinstance(node, f.Template):
        return counted or not any(isinstance(part, f.Name) for part in node.parts)
    return isinstance(node, f.Call) and _is_step_called(project, path, function, node, counted)


def _is_number(node: f.Expr) -> bool:
    return isinstance(node, f.Const) and node.kind in ("int", "float")


def may_ask(project: Project, name: str) -> bool:
    """Whether reading an attribute of that name may run code or send a query: a property of some class, a relation of some model."""
    return project.words.says("methods", name) or name in _relations(project)


def _relations(project: Project) -> frozenset[str]:
    def collect() -> frozenset[str]:
        models = Models(project)
        known = (models.model(*key) for key in models.all())
        return frozenset(
            name for model in known if model is not None for name in (*model.relations, *model.managers)
        )

    return project.memo.ask(("names of relations",), collect, frozenset())


def _is_step_called(project: Project, path: str, function: f.Function, call: f.Call, counted: bool) -> bool:
    """Whether a call does nothing but to make one thing: a number or text, a row that is kept nowhere yet, one element more."""
    func = call.func
    if isinstance(func, f.Attr) and func.name == "append" and isinstance(func.obj, f.Name):
        return not project.words.says("methods", "append")
    chain = shapes.dotted(func)
    found = names.resolve(project, path, chain, function.qualname) if chain else None
    if found is None:
        return False
    target, rest = found
    if target.kind == "external":
        name = ".".join((target.dotted, *rest)).rpartition(".")[2]
        shown = name in _SHOWING and not counted and any(isinstance(one, f.Name) for one in call.args)
        return name[:1].isupper() or (chain in _STEPS and not shown)
    if target.kind != "class" or rest or not Models(project).orm_of(target.path, target.qualname):
        return False
    made = names.member(project, target.path, target.qualname, "__init__")
    return made is None or made.kind == "external"
