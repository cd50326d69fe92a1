"""Which functions may put something into what an object keeps: few of a class's methods, and only an edit of one of them
changes what is said of its containers."""

from __future__ import annotations

from analyzers.facts import (
    Assign,
    Attr,
    Call,
    Collection,
    Expr,
    Function,
    Index,
    Name,
    Star,
    Stmt,
    Update,
    walk,
)
from analyzers.project.by_statement import by_statement

PUTTING = frozenset("append extend add update insert setdefault appendleft".split())  # noqa: SIM905
"""Methods after which a container may hold more."""


def fills(function: Function) -> bool:
    """True for a function that may put something into a container that is an attribute, or is kept under a key of one:
    `self.all.append(x)`, `self.by[key] = x`, `self.by[key].append(x)`, `self.all += found`, also by a name for it."""
    said = _said(function.body)
    if None in said:
        return True
    lengthened, named = zip(*filter(None, said), strict=True)
    return not _NO_NAMES.union(*lengthened).isdisjoint(_NO_NAMES.union(*named))


Collected = set[str] | frozenset[str]

_NO_NAMES: frozenset[str] = frozenset()


@by_statement
def _said(body: tuple[Stmt, ...]) -> tuple[Collected, Collected] | None:
    """The names that something is put into, and those for what is kept under a key; None where one puts something there."""
    lengthened: set[str] = set()
    named: set[str] = set()
    for node in walk(body):
        if isinstance(node, Call) and isinstance(node.func, Attr) and node.func.name in PUTTING:
            holder = node.func.obj
            if isinstance(holder, Name):
                lengthened.add(holder.id)
            elif isinstance(holder, Attr) or _is_under_key(holder):
                return None
        elif isinstance(node, Update) and node.op == "+" and isinstance(node.target, Attr):
            return None
        elif isinstance(node, Assign):
            names = [target.id for target in node.targets if isinstance(target, Name)]
            if len(names) < len(node.targets) and _stores_under_key(node.targets):
                return None
            if isinstance(node.value, (Index, Call)) and _is_under_key(node.value):
                named.update(names)
    return lengthened or _NO_NAMES, named or _NO_NAMES


def _is_under_key(node: Expr) -> bool:
    """`self.by[key]`, `self.by.get(key)`, `self.by.setdefault(key, [])`."""
    if isinstance(node, Index):
        return isinstance(node.obj, Attr)
    func = node.func if isinstance(node, Call) else None
    return isinstance(func, Attr) and func.name in ("get", "setdefault") and isinstance(func.obj, Attr)


def _stores_under_key(targets: tuple[Expr, ...]) -> bool:
    """`self.by[key]` among the targets of an assignment, also as one of several: `self.by[key], *rest = ...`."""
    left = [*targets]
    while left:
        target = left.pop()
        if isinstance(target, Star):
            target = target.value
        if isinstance(target, Collection):
            left += target.items
        elif isinstance(target, Index) and isinstance(target.obj, Attr):
            return True
    return False
