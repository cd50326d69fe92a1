"""Questions about the shape of code that need no run: names in it, statements in it, ways out of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeVar

from analyzers import facts as f
from analyzers.evaluate.remembered import by_parts, chained, of_whole, remembered, united

_Kind = TypeVar("_Kind", bound=f._Node)
_Answer = TypeVar("_Answer")


def called(node: f.Call) -> str:
    """The last name of what is called: `method` of `a[0].method()`; "" where it has none."""
    match node.func:
        case f.Attr(name=name) | f.Name(id=name):
            return name
        case _:
            return ""


def dotted(node: f.Expr) -> str:
    """`a.b.c` as text, "" for anything else."""
    text = ""
    while isinstance(node, f.Attr):
        text = f".{node.name}{text}"
        node = node.obj
    return f"{node.id}{text}" if isinstance(node, f.Name) else ""


def root(node: f.Expr) -> str:
    """The name that `dotted` begins with: `a` of `a.b.c`."""
    while isinstance(node, f.Attr):
        node = node.obj
    return node.id if isinstance(node, f.Name) else ""


def asked_of(node: f.Expr) -> str:
    """What a chain of calls is asked of: `books` of `books.filter(...).order_by(...)`."""
    while isinstance(node, f.Call) and isinstance(node.func, f.Attr):
        node = node.func.obj
    return dotted(node)


def text_of(node: f.Expr) -> str:
    """A short printable form of an expression, for labels: `order.lines`, `users`, `rows[0]`."""
    return node.id if isinstance(node, f.Name) else _text_of(node)


@remembered
def _text_of(node: f.Expr) -> str:
    if isinstance(node, f.Attr):
        base = text_of(node.obj)
        return f"{base}.{node.name}" if base else ""
    if isinstance(node, f.Index):
        base, index = text_of(node.obj), text_of(node.index)
        return f"{base}[{index or '…'}]" if base else ""
    if isinstance(node, f.Slice):
        base = text_of(node.obj)
        return f"{base}[…]" if base else ""
    if isinstance(node, f.Call):
        base = text_of(node.func)
        return f"{base}({'…' if node.args or node.keywords else ''})" if base else ""
    if isinstance(node, f.Const):
        return repr(node.value) if node.value is not None and len(str(node.value)) < 20 else "…"
    if isinstance(node, (f.Await, f.Star)):
        return text_of(node.value)
    if isinstance(node, f.Logic):
        return next((text for part in node.parts if (text := text_of(part))), "")
    return ""


def test_text(node: f.Expr) -> str:
    """A short printable form of a test: `len(key) < size`, `not queue`; "" where a part of it has none."""
    if isinstance(node, f.Compare):
        sides = [_side_text(side) for side in (node.left, *node.rights)]
        if not all(sides) or "…" in sides:
            return ""
        return sides[0] + "".join(f" {op} {side}" for op, side in zip(node.ops, sides[1:], strict=True))
    if isinstance(node, f.Unary):
        inner = test_text(node.operand)
        return f"not {inner}" if inner and node.op == "not" else ""
    return "" if isinstance(node, (f.Const, f.Logic)) else _side_text(node)


def _side_text(node: f.Expr) -> str:
    """`len(key)` in full, where labels cut what is handed over."""
    if isinstance(node, f.Call) and len(node.args) == 1 and not node.keywords:
        func, only = text_of(node.func), text_of(node.args[0])
        return f"{func}({only})" if func and only else ""
    return text_of(node)


@by_parts(chained)
def nodes(roots: object) -> tuple[f._Node, ...]:
    """All nodes below some statements or expressions."""
    return tuple(f.walk(roots))


def of_kind(roots: object, kind: type[_Kind]) -> Sequence[_Kind]:
    """Those of one kind, in the same order: a tenth of all of them, mostly."""
    found: Sequence[_Kind] = _by_kind(roots).get(kind, ())
    return found


def _with_all(parts: Iterable[dict[type, Sequence[Any]]]) -> dict[type, Sequence[Any]]:
    found: dict[type, list[Any]] = {}
    for part in parts:
        for kind, some in part.items():
            found.setdefault(kind, []).extend(some)
    return dict(found)


@by_parts(_with_all)
def _by_kind(roots: object) -> dict[type, Sequence[Any]]:
    found: dict[type, list[Any]] = {}
    for node in nodes(roots):
        found.setdefault(node.__class__, []).append(node)
    return dict(found)


@by_parts(chained)
def loops(roots: object) -> tuple[f.For | f.While | f.Comprehension, ...]:
    """The loops and comprehensions among all nodes, in their order."""
    return tuple(node for node in nodes(roots) if isinstance(node, (f.For, f.While, f.Comprehension)))


@remembered
def is_none(node: f._Node | None) -> bool:
    """True for `None` written out, `null` in a script."""
    return isinstance(node, f.Const) and node.kind == "none"


@by_parts(united)
def named(roots: object) -> frozenset[str]:
    """The names that occur below some statements or expressions."""
    return frozenset([node.id for node in nodes(roots) if node.__class__ is f.Name])


def stored(targets: Iterable[f.Expr]) -> Iterator[f.Expr]:
    """The single targets of an assignment: `a` and `b` of `a, *b = ...`."""
    for target in targets:
        if isinstance(target, f.Collection):
            yield from stored(target.items)
        else:
            yield target.value if isinstance(target, f.Star) else target


def given_to(body: tuple[f.Stmt, ...], name: str) -> tuple[f.Expr | None, ...]:
    """All that statements of a body assign to a name alone, in source order."""
    return _all_given(body).get(name, ())


@remembered
def _all_given(body: tuple[f.Stmt, ...]) -> dict[str, tuple[f.Expr | None, ...]]:
    """The same of each name."""
    found: dict[str, tuple[f.Expr | None, ...]] = {}
    for stmt in walk(body):
        if isinstance(stmt, f.Assign):
            for name in dict.fromkeys(t.id for t in stmt.targets if isinstance(t, f.Name)):
                found[name] = (*found.get(name, ()), stmt.value)
    return found


def number_of(function: f.Function, node: f.Expr | None, known: object) -> object:
    """What an expression is as a number: the one that is known or written, or the one that a parameter has where callers give none."""
    if known is not None or not isinstance(node, f.Name):
        return known
    given = next((p.default for p in function.params if p.name == node.id), None)
    if not isinstance(given, f.Const) or of_whole(given_to, function.body, node.id):
        return None
    return given.value


def first_given(body: tuple[f.Stmt, ...], name: str) -> f.Expr | None:
    """What a name of a function is assigned first; None where that is nothing."""
    return _began_as(body).get(name)


@remembered
def _began_as(body: tuple[f.Stmt, ...]) -> dict[str, f.Expr | None]:
    """What each name of a function is assigned first."""
    found: dict[str, f.Expr | None] = {}
    for stmt in walk(body):
        if isinstance(stmt, f.Assign):
            for target in stmt.targets:
                if isinstance(target, f.Name):
                    found.setdefault(target.id, stmt.value)
    return found


def summands(value: f.Expr) -> Iterator[f.Expr]:
    """The parts of a sum, in their order; of anything else itself."""
    if isinstance(value, f.Binary) and value.op == "+":
        yield from summands(value.left)
        yield from summands(value.right)
    else:
        yield value


def mentions(node: object, names: frozenset[str]) -> bool:
    """True if one of the names occurs in an expression, or in several expressions or statements."""
    return not names.isdisjoint(named(node))


def of_statements(
    question: Callable[[f.Stmt], Iterable[_Answer]], *kinds: type[f.Stmt]
) -> Callable[[tuple[f.Stmt, ...]], tuple[_Answer, ...]]:
    """What is said of all statements of a body, nested ones too, in source order, where each says it by itself and only some
    kinds say anything. Where one is edited, it is asked again of those around it alone."""

    def add(body: tuple[f.Stmt, ...], found: list[_Answer]) -> None:
        for stmt in body:
            kind = stmt.__class__
            if kind in kinds:
                found.extend(question(stmt))
            if kind not in _WITHOUT_BODY:
                found.extend(below(stmt))

    @remembered
    def below(stmt: f.Stmt) -> tuple[_Answer, ...]:
        found: list[_Answer] = []
        add(children(stmt), found)
        return tuple(found)

    @remembered
    def ask(body: tuple[f.Stmt, ...]) -> tuple[_Answer, ...]:
        found: list[_Answer] = []
        add(body, found)
        return tuple(found)

    return ask


@remembered
def has_exit(body: tuple[f.Stmt, ...]) -> bool:
    """True if a break or return in the body may end this very loop."""
    return any(_exits(stmt, inside_inner=False) for stmt in body)


@remembered
def may_be_done_early(body: tuple[f.Stmt, ...]) -> bool:
    """The same without what a failure ends: what is looked for, or tried, is there before the last turn."""
    return any(_exits(stmt, inside_inner=False, fails=False) for stmt in body)


def _exits(stmt: f.Stmt, inside_inner: bool, fails: bool = True) -> bool:
    if isinstance(stmt, f.Return):
        return True
    if isinstance(stmt, f.Jump):
        return (fails and stmt.kind == "raise") or (stmt.kind == "break" and not inside_inner)
    if isinstance(stmt, (f.For, f.While)):
        inner = any(_exits(s, True, fails) for s in stmt.body)
        return inner or any(_exits(s, inside_inner, fails) for s in stmt.otherwise)
    return any(_exits(s, inside_inner, fails) for s in children(stmt))


def children(stmt: f.Stmt) -> tuple[f.Stmt, ...]:
    """The statements directly inside a statement."""
    kind = stmt.__class__
    if kind in _WITHOUT_BODY:
        return ()
    if isinstance(stmt, (f.If, f.For)):
        return stmt.body + stmt.otherwise
    if isinstance(stmt, f.While):
        return stmt.body + stmt.otherwise + stmt.step
    if isinstance(stmt, (f.With, f.Block)):
        return stmt.body
    if isinstance(stmt, f.Try):
        handled = tuple(inner for handler in stmt.handlers for inner in handler.body)
        return stmt.body + handled + stmt.otherwise + stmt.final
    if isinstance(stmt, f.Match):
        return tuple(inner for case in stmt.cases for inner in case.body)
    return ()


_WITHOUT_BODY = frozenset({f.Do, f.Assign, f.Update, f.Return, f.Jump, f.Define, f.Delete, f.Scope})


def continues(stmt: f.Stmt) -> bool:
    """True if some path through the statement goes on with the loop's next turn."""
    if isinstance(stmt, f.Jump):
        return stmt.kind == "continue"
    if isinstance(stmt, (f.For, f.While)):
        return any(continues(inner) for inner in stmt.otherwise)
    return any(continues(inner) for inner in children(stmt))


@remembered
def walk(body: tuple[f.Stmt, ...]) -> tuple[f.Stmt, ...]:
    """All statements of a body, nested ones too, in source order."""
    found: list[f.Stmt] = []
    stack = list(reversed(body))
    while stack:
        stmt = stack.pop()
        found.append(stmt)
        if stmt.__class__ not in _WITHOUT_BODY:
            stack.extend(reversed(children(stmt)))
    return tuple(found)


def leading_to(body: tuple[f.Stmt, ...], statement: f.Stmt) -> Iterator[tuple[f.Stmt, bool]]:
    """The statements that are passed on the way to one: those before it, and, with True, those it stands in."""
    while body:
        following: tuple[f.Stmt, ...] = ()
        for stmt in body:
            if stmt is statement:
                break
            around = stmt.at <= statement.at < stmt.to
            yield stmt, around
            if around:
                following = children(stmt)
                break
        body = following


def begun_in(body: tuple[f.Stmt, ...], start: int, end: int) -> tuple[f.Stmt, ...]:
    """The statements of a body that begin between two places, nested ones too, in source order."""
    return tuple(stmt for stmt in walk(body) if start <= stmt.at < end)


def itself(body: tuple[f.Stmt, ...]) -> tuple[f.Stmt, ...]:
    """All of it: for those who go through it in a way of their own."""
    return body


_CUTTING = ("split", "rsplit", "partition", "rpartition")


def cut_text(node: f.Expr | None) -> str:
    """`text` of `text.split(sep, 1)` and `text.partition(sep)`: what is cut into pieces; "" for anything else."""
    if not isinstance(node, f.Call) or not isinstance(node.func, f.Attr) or node.func.name not in _CUTTING:
        return ""
    return text_of(node.func.obj)


CUTS = ("slice", "substring", "substr")
"""Methods of texts and arrays in scripts that give a part. Source: https://tc39.es/ecma262/#sec-string.prototype.substring"""


def part_of(node: f.Expr | None) -> f.Slice | None:
    """A part of something: `text[n:]`, or `text.slice(n)` in a script; None for anything else."""
    if isinstance(node, f.Slice):
        return node
    if isinstance(node, f.Call) and isinstance(node.func, f.Attr) and node.func.name in CUTS and node.args:
        start, stop = [*node.args[:2], None][:2]
        return f.Slice(node.at, node.to, node.func.obj, start, stop, None)
    return None
