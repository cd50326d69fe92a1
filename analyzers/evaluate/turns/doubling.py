"""Containers that a loop makes longer by a factor on each of its turns: 2, 4, 8, and so on.

`for x in items: for i in range(len(out)): out.append(out[i] + [x])` doubles `out` on every turn, so it ends with 2^n
elements. This is seen where a loop runs over what a container held when it began, and each turn puts something into
that container: the growth is then the container's own size, times a constant. Where it is not sure that each turn puts
something in, the size is unknown.
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzers import facts as f
from analyzers.costs import UNKNOWN, Cost
from analyzers.evaluate import shapes
from analyzers.evaluate.remembered import of_whole
from analyzers.evaluate.run import Run
from analyzers.evaluate.turns import paid
from analyzers.types import Value

PUTS = ("append", "appendleft")


def watch(run: Run, node: f.For) -> None:
    """Remember the container that each turn of this loop, over what it held before, makes longer."""
    name = _held_before(run, node.iter)
    value = run.lookup(name) if name else None
    if value is None or value.grown is None or value.kind not in ("list", "deque"):
        return
    if any(name in _filled(stmt) for stmt in paid.always(node.body)):
        run.doubling.add(value.grown)


def extends(run: Run, name: str, made: f.Expr) -> None:
    """`out += [x + [item] for x in out]` and `out = out + [...]` are the same; so is `out += out`."""
    value = run.lookup(name)
    if value is None or value.grown is None:
        return
    if isinstance(made, f.Comprehension):
        own = any(_held_before(run, clause.iter, plain=True) == name for clause in made.clauses)
        doubles = own and not any(clause.conditions for clause in made.clauses)
    else:
        doubles = isinstance(made, f.Name) and made.id == name
    if doubles:
        run.doubling.add(value.grown)


SEVERAL, SEVERAL_CHOSEN = "several of each", "several of each, chosen"
"""The evidence of a comprehension that makes more than one element of each it is made from."""


def evidence(node: f.Comprehension, overs: list[Value]) -> str:
    """What a comprehension is known to be."""
    if not _many_of_each(node, overs):
        return "a comprehension"
    return SEVERAL_CHOSEN if any(clause.conditions for clause in node.clauses) else SEVERAL


def _many_of_each(node: f.Comprehension, overs: list[Value]) -> bool:
    """True for `[x + y for x in words for y in "abc"]`: more than one of each, though all are made of one sequence."""
    return len(overs) > 1 and any(
        over.is_constant_size and _is_many(over, clause.iter)
        for over, clause in zip(overs[1:], node.clauses[1:], strict=True)
    )


def factor(run: Run, chosen: bool) -> Cost:
    """How far it gets what each turn of the innermost loop replaces by several times as much."""
    turns = run.loops[-1].turns
    if chosen or turns.unknown or turns.degree != 1 or len(turns.terms) != 1:
        return UNKNOWN
    return turns.exponential(2.0)


def _is_many(over: Value, node: f.Expr) -> bool:
    if over.items is not None:
        return len(over.items) > 1
    if isinstance(node, f.Const) and isinstance(node.value, str):
        return len(node.value) > 1
    args = (
        node.args
        if isinstance(node, f.Call) and shapes.dotted(node.func) in ("range", "xrange", "set")
        else ()
    )
    last = args[-1] if args else None
    if isinstance(last, f.Collection):
        return len(last.items) > 1
    return isinstance(last, f.Const) and isinstance(last.value, int) and last.value > 1


def _held_before(run: Run, node: f.Expr, *, plain: bool = False) -> str:
    """The name of the container of which an expression has what it holds now: `list(out)`, `out[:]`, `range(len(out))`."""
    if isinstance(node, f.Name):
        return node.id if plain else ""
    if (
        isinstance(node, f.Slice)
        and node.start is None
        and node.stop is None
        and isinstance(node.obj, f.Name)
    ):
        return node.obj.id
    if not isinstance(node, f.Call):
        return ""
    name = shapes.dotted(node.func)
    if isinstance(node.func, f.Attr) and node.func.name == "copy":
        return shapes.text_of(node.func.obj)
    if name in ("list", "tuple", "reversed", "enumerate", "range", "xrange") and len(node.args) == 1:
        inner = node.args[0]
        if name in ("range", "xrange"):
            return _length_of(run, inner)
        return _held_before(run, inner, plain=name in ("list", "tuple"))
    return ""


def _length_of(run: Run, node: f.Expr) -> str:
    """`out` of `len(out)`, and of a name that was set to it."""
    if isinstance(node, f.Call) and shapes.dotted(node.func) == "len" and len(node.args) == 1:
        return shapes.text_of(node.args[0])
    if isinstance(node, f.Name):
        set_to = of_whole(_set_to, run.function.body, node.id)
        if len(set_to) == 1 and not isinstance(set_to[0], f.Name):
            return _length_of(run, set_to[0])
    return ""


def _set_to(body: tuple[f.Stmt, ...], name: str) -> tuple[f.Expr, ...]:
    """All that a name is set to."""
    assigned = (pair for stmt in shapes.walk(body) for pair in paid.assignments(stmt))
    return tuple(value for target, value in assigned if shapes.text_of(target) == name)


def _filled(stmt: f.Stmt) -> Iterator[str]:
    """The containers into which a statement puts something whenever it is reached."""
    func = stmt.value.func if isinstance(stmt, f.Do) and isinstance(stmt.value, f.Call) else None
    if isinstance(func, f.Attr) and func.name in PUTS:
        yield shapes.text_of(func.obj)
