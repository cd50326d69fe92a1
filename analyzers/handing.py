"""Functions that come by rows and hand them to another function: the loop is in that one, the query here, or in a
third function that gives the rows."""

from __future__ import annotations

from msgspec import Struct

from analyzers import facts as f
from analyzers.evaluate import shapes
from analyzers.evaluate.remembered import remembered
from analyzers.orm.tables import tables
from analyzers.project import names
from analyzers.project.index import Project
from analyzers.project.models import Models
from analyzers.project.row_sets import gives_rows, is_handed, is_set
from analyzers.project.schema import Key

_ANYTHING = ""
"""Stands among names for what is called without one: `handlers[kind](rows)`."""


class _Handed(Struct, frozen=True):
    """The names that stand in calls that rows are handed to: of what is called, and of what is given beside them.

    `between` are pairs of names: of a function that is called, and of one that is handed what it gives.
    """

    to: frozenset[str] = frozenset()
    beside: frozenset[str] = frozenset()
    between: frozenset[tuple[str, str]] = frozenset()
    asked: frozenset[str] = frozenset()  # methods of sets of rows that no set of rows has by itself
    written: frozenset[str] = (
        frozenset()
    )  # of `to`, what is called as it stands: `Book(...)`, and not `self.Book(...)`


def hands_rows_on(project: Project, path: str, function: f.Function) -> bool:
    """True if a set of rows, or a name that holds one, is an argument of a call that may run code of the project."""
    handed = _handed(function)
    words = project.words
    if any(_repeats(project, one) for name in handed.asked for one in words.owners(name)):
        return True
    if not handed.to and not handed.between:
        return False

    def may_run(name: str) -> bool:
        known = words.says("defined", name) or words.says("kept", name)
        return known and not (name in handed.written and _runs_nothing(project, path, function, name))

    return (
        _ANYTHING in handed.to
        or any(map(may_run, handed.to))
        or words.says_any("defined", handed.beside)
        or any(words.says("givers", giver) and words.says("defined", to) for giver, to in handed.between)
    )


def _repeats(project: Project, key: Key) -> bool:
    """True for a method in which there is a loop: `def as_rows(self): return [book.line() for book in self]`."""
    project.read(key[0], "function", key[1])
    function = project.function(*key)
    return function is not None and function.has_loop


def _runs_nothing(project: Project, path: str, function: f.Function, name: str) -> bool:
    """True for a name of something that runs no code of the project: of a library, or a model without an `__init__`."""
    found = names.resolve(project, path, name, function.qualname)
    if found is None or found[1]:
        return False
    target = found[0]
    if target.kind == "external":
        return bool(target.dotted)
    if target.kind != "class" or not Models(project).orm_of(target.path, target.qualname):
        return False
    made = names.member(project, target.path, target.qualname, "__init__")
    return made is None or made.kind == "external"


@remembered
def _handed(function: f.Function) -> _Handed:
    nodes = shapes.nodes(function.body)
    held: set[str] = set()
    made: dict[str, str] = {}  # Names that hold what a function gave, with the name of that function.
    for node in nodes:
        if node.__class__ is f.Assign and node.value is not None:
            targets = [target.id for target in node.targets if isinstance(target, f.Name)]
            if gives_rows(node.value):
                held.update(targets)
            elif isinstance(node.value, f.Call):
                made.update(dict.fromkeys(targets, _last(node.value.func)))
    to: set[str] = set()
    written: set[str] = set()
    read: set[str] = set()
    beside: set[str] = set()
    between: set[tuple[str, str]] = set()
    asked: set[str] = set()
    for node in nodes:
        if node.__class__ is not f.Call:
            continue
        if is_set(node.func):
            if isinstance(node.func, f.Attr) and not tables().django.queryset.of(node.func.name):
                asked.add(node.func.name)
            continue
        given = (*node.args, *(keyword.value for keyword in node.keywords))
        if any(is_handed(one, held) for one in given):
            to.add(_last(node.func))
            (written if isinstance(node.func, f.Name) else read).add(_last(node.func))
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
    return _Handed(
        frozenset(to),
        frozenset(beside - held),
        frozenset(between),
        frozenset(asked),
        frozenset(written - read),
    )


def _last(node: f.Expr) -> str:
    return node.id if isinstance(node, f.Name) else node.name if isinstance(node, f.Attr) else _ANYTHING
