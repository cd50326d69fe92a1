"""Functions that come by rows and hand them to another function: the loop is in that one, the query here, or in a
third function that gives the rows."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from analyzers import facts as f
from analyzers.callables import callables_of
from analyzers.evaluate import shapes
from analyzers.evaluate.remembered import remembered
from analyzers.orm import tables
from analyzers.project.index import Project

_SETS = frozenset(("objects", "get_queryset", "_default_manager", "_base_manager", "query", "scalars"))
"""Attributes by which sets of rows are come by. Sources: https://docs.djangoproject.com/en/5.2/topics/db/managers/ and
https://docs.sqlalchemy.org/en/20/orm/session_api.html"""

_NUMBERS = ("scalar", "write_many")
"""What the methods of a set that give no rows do: they count, or change rows and say how many."""

_ANYTHING = ""
"""Stands among names for what is called without one: `handlers[kind](rows)`."""


class _Handed(Struct, frozen=True):
    """The names that stand in calls that rows are handed to: of what is called, and of what is given beside them.

    `between` are pairs of names: of a function that is called, and of one that is handed what it gives.
    """

    to: frozenset[str] = frozenset()
    beside: frozenset[str] = frozenset()
    between: frozenset[tuple[str, str]] = frozenset()


def hands_rows_on(project: Project, function: f.Function) -> bool:
    """True if a set of rows, or a name that holds one, is an argument of a call that may run code of the project."""
    handed = _handed(function)
    if not handed.to and not handed.between:
        return False
    known = callables_of(project)
    return (
        _ANYTHING in handed.to
        or not known.defined.isdisjoint(handed.to)
        or not known.kept.isdisjoint(handed.to)
        or not known.defined.isdisjoint(handed.beside)
        or any(to in known.defined and giver in _givers(project) for giver, to in handed.between)
    )


@remembered
def _handed(function: f.Function) -> _Handed:
    nodes = shapes.nodes(function.body)
    held: set[str] = set()
    made: dict[str, str] = {}  # Names that hold what a function gave, with the name of that function.
    for node in nodes:
        if isinstance(node, f.Assign) and node.value is not None:
            targets = [target.id for target in node.targets if isinstance(target, f.Name)]
            if _gives_rows(node.value):
                held.update(targets)
            elif isinstance(node.value, f.Call):
                made.update(dict.fromkeys(targets, _last(node.value.func)))
    to: set[str] = set()
    beside: set[str] = set()
    between: set[tuple[str, str]] = set()
    for node in nodes:
        if not isinstance(node, f.Call) or _is_set(node.func):
            continue
        given = (*node.args, *(keyword.value for keyword in node.keywords))
        if any(_is_handed(one, held) for one in given):
            to.add(_last(node.func))
            beside.update(_last(one) for one in given if isinstance(one, (f.Name, f.Attr)))
        for one in given:
            giver = (
                _last(one.func)
                if isinstance(one, f.Call)
                else made.get(one.id)
                if isinstance(one, f.Name)
                else None
            )
            if giver:
                between.add((giver, _last(node.func)))
    return _Handed(frozenset(to), frozenset(beside - held), frozenset(between))


def _givers(project: Project) -> frozenset[str]:
    """The names of the project's functions that give a set of rows they asked for."""

    def collect() -> frozenset[str]:
        return frozenset().union(*(_givers_in(project, path) for path in project.paths()))

    return project.memo.ask(("give rows",), collect, frozenset())


def _givers_in(project: Project, path: str) -> frozenset[str]:
    def collect() -> frozenset[str]:
        facts = project.facts(path)
        python = facts is not None and facts.language == "python"
        return frozenset(one.name for one in (facts.functions if facts and python else ()) if _gives(one))

    return project.memo.ask(("give rows", path), collect, frozenset())


@remembered
def _gives(function: f.Function) -> bool:
    """True if a function returns a set of rows, or a name that holds one."""
    nodes = shapes.nodes(function.body)
    if not any(isinstance(node, f.Attr) and node.name in _SETS for node in nodes):
        return False
    held = {name for node in nodes if isinstance(node, f.Assign) for name in _holding(node)}
    return any(
        isinstance(node, f.Return) and node.value is not None and _is_handed(node.value, held)
        for node in nodes
    )


def _last(node: f.Expr) -> str:
    return node.id if isinstance(node, f.Name) else node.name if isinstance(node, f.Attr) else _ANYTHING


def _holding(node: f.Assign) -> Iterator[str]:
    if node.value is not None and _gives_rows(node.value):
        yield from (target.id for target in node.targets if isinstance(target, f.Name))


def _is_handed(node: f.Expr, held: set[str]) -> bool:
    return (isinstance(node, f.Name) and node.id in held) or _gives_rows(node)


def _gives_rows(node: f.Expr) -> bool:
    """True for a chain that begins with a manager, unless its last method gives a number: `Book.objects.count()`."""
    if isinstance(node, f.Call) and isinstance(node.func, f.Attr):
        effect = tables().django.queryset.of(node.func.name)
        if effect in _NUMBERS and node.func.name != "bulk_create":
            return False
    return _is_set(node)


def _is_set(node: f.Expr) -> bool:
    """True for a chain of calls and attributes that begins with a manager: `Book.objects.filter(...).order_by(...)`."""
    while isinstance(node, (f.Call, f.Attr)):
        if isinstance(node, f.Attr):
            if node.name in _SETS:
                return True
            node = node.obj
        else:
            node = node.func
    return False
