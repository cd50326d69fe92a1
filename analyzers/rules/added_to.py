"""Methods that add to what their object keeps, and go through all of it on the same call: `self.scores.append(score)` beside
`self.scores.sort()`, `set(self.bits) & set(more)` beside `self.bits[bit] = ...`.

As many calls as it takes to fill it cost the square of its length, and none of them shows a loop.
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzers import facts as f
from analyzers.evaluate import shapes
from analyzers.evaluate.remembered import remembered
from analyzers.findings import Related
from analyzers.rules import edits, per_call
from analyzers.rules.base import Context

THROUGH = frozenset("set frozenset sorted sum max min Counter".split())  # noqa: SIM905
"""Functions that go through all they are given. Not what gives all of it on: `list`, `join`."""

VIEWS = frozenset(("keys", "values", "items", "copy"))

ADDING = frozenset("append extend add update insert setdefault appendleft".split())  # noqa: SIM905

TAKING = frozenset("pop popitem popleft clear remove discard".split())  # noqa: SIM905
"""Methods after which there is less: nothing says how long it gets."""


@remembered
def may_report(function: f.Function) -> bool:
    """False for a function that does nothing of the kind: it need not be run for that."""
    if not function.owner or len(function.params) < 2:
        return False
    calls = [node for node in shapes.nodes(function.body) if node.__class__ is f.Call]
    return any(map(_through, calls)) and any(True for _ in _gone_through(function))


def found(context: Context) -> Iterator[per_call.Told]:
    """What a method goes through on every call, and where it adds to it."""
    function = context.function
    if not per_call.is_called_often(context):
        return
    for node, label in _gone_through(function):
        added = next(n for n in shapes.nodes(function.body) if _adds_to(n) == label)
        where = edits.absolute(context, added)
        yield per_call.Told(node, label, "list", Related(where, "it is added to here"))


def _gone_through(function: f.Function) -> Iterator[tuple[f.Expr, str]]:
    """What goes through all of an attribute of the object's, on every call, that the method adds to and takes nothing from."""
    if function.name in per_call.MAKERS or len(function.params) < 2:
        return  # Nothing is given to add.
    added = {label for node in shapes.nodes(function.body) if (label := _adds_to(node))}
    own = {label for label in added if per_call.attribute_of(function, label)}
    if not own:
        return
    own -= {label for node in shapes.nodes(function.body) for label in _ended(node)}
    for node in _always(function.body) if own else ():
        label = _through(node)
        if label in own and isinstance(node, f.Call):
            yield node, label


def _adds_to(node: f._Node) -> str:
    """`self.items` of `self.items.append(x)`, `self.items += [x]`, `self.items[key] = x`."""
    if isinstance(node, f.Call) and isinstance(node.func, f.Attr) and node.func.name in ADDING and node.args:
        return shapes.dotted(node.func.obj)
    if (
        isinstance(node, f.Update)
        and node.op == "+"
        and isinstance(node.value, (f.Collection, f.Comprehension))
    ):
        return shapes.dotted(node.target)
    if isinstance(node, f.Assign):
        kept = [t for t in shapes.stored(node.targets) if isinstance(t, f.Index)]
        return shapes.dotted(kept[0].obj) if kept and not isinstance(kept[0].index, f.Const) else ""
    return ""


def _ended(node: f._Node) -> Iterator[str]:
    """What a statement sets anew, or takes something from."""
    if isinstance(node, f.Assign):
        yield from map(shapes.dotted, shapes.stored(node.targets))
    elif isinstance(node, f.Delete):
        for target in node.targets:
            yield shapes.dotted(target.obj if isinstance(target, (f.Index, f.Slice)) else target)
    elif isinstance(node, f.Call) and isinstance(node.func, f.Attr) and node.func.name in TAKING:
        yield shapes.dotted(node.func.obj)


def _through(node: f._Node) -> str:
    """The attribute that a call goes through all of: `sum(self.xs)`, `set(self.by.values())`, `self.xs.sort()`."""
    if not isinstance(node, f.Call):
        return ""
    name = shapes.called(node)
    if name == "sort" and isinstance(node.func, f.Attr):
        return shapes.dotted(node.func.obj)
    if name not in THROUGH or not isinstance(node.func, f.Name) or len(node.args) != 1:
        return ""
    given = node.args[0]
    if isinstance(given, f.Comprehension) and len(given.clauses) == 1:
        given = given.clauses[0].iter
    if isinstance(given, f.Call) and isinstance(given.func, f.Attr) and given.func.name in VIEWS:
        given = given.func.obj
    return shapes.dotted(given)


def _always(body: tuple[f.Stmt, ...]) -> Iterator[f._Node]:
    """What is done on every call: not under a condition and in no loop."""
    for stmt in body:
        if isinstance(stmt, (f.With, f.Try)):
            yield from _always(stmt.body)
        elif isinstance(stmt, (f.Assign, f.Update, f.Do, f.Return)):
            yield from shapes.nodes(stmt)
        elif isinstance(stmt, f.If):
            yield from shapes.nodes(stmt.test)
