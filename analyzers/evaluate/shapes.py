"""Questions about the shape of code that need no run: names in it, statements in it, ways out of it."""

from __future__ import annotations

from collections.abc import Iterator

from analyzers import facts as f


def dotted(node: f.Expr) -> str:
    """`a.b.c` as text, "" for anything else."""
    if isinstance(node, f.Name):
        return node.id
    if isinstance(node, f.Attr):
        base = dotted(node.obj)
        return f"{base}.{node.name}" if base else ""
    return ""


def text_of(node: f.Expr) -> str:
    """A short printable form of an expression, for labels: `order.lines`, `users`, `rows[0]`."""
    if isinstance(node, f.Name):
        return node.id
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


def nodes(roots: object) -> Iterator[f._Node]:
    """All nodes below some statements or expressions."""
    stack: list[object] = [roots]
    while stack:
        current = stack.pop()
        if isinstance(current, tuple):
            stack.extend(current)
        elif isinstance(current, f._Node):
            yield current
            stack.extend(
                getattr(current, name) for name in current.__struct_fields__ if name not in ("at", "to")
            )


def mentions(node: f.Expr, names: frozenset[str]) -> bool:
    """True if one of the names occurs in an expression."""
    return any(isinstance(n, f.Name) and n.id in names for n in nodes(node))


def has_exit(body: tuple[f.Stmt, ...]) -> bool:
    """True if a break or return in the body may end this very loop."""
    return any(_exits(stmt, inside_inner=False) for stmt in body)


def _exits(stmt: f.Stmt, inside_inner: bool) -> bool:
    if isinstance(stmt, f.Return):
        return True
    if isinstance(stmt, f.Jump):
        return stmt.kind == "raise" or (stmt.kind == "break" and not inside_inner)
    if isinstance(stmt, (f.For, f.While)):
        inner = any(_exits(s, True) for s in stmt.body)
        return inner or any(_exits(s, inside_inner) for s in stmt.otherwise)
    return any(_exits(s, inside_inner) for s in children(stmt))


def children(stmt: f.Stmt) -> Iterator[f.Stmt]:
    """The statements directly inside a statement."""
    if isinstance(stmt, (f.For, f.While)):
        yield from stmt.body
        yield from stmt.otherwise
        if isinstance(stmt, f.While):
            yield from stmt.step
    elif isinstance(stmt, f.If):
        yield from stmt.body
        yield from stmt.otherwise
    elif isinstance(stmt, (f.With, f.Block)):
        yield from stmt.body
    elif isinstance(stmt, f.Try):
        yield from stmt.body
        for handler in stmt.handlers:
            yield from handler.body
        yield from stmt.otherwise
        yield from stmt.final
    elif isinstance(stmt, f.Match):
        for case in stmt.cases:
            yield from case.body


def continues(stmt: f.Stmt) -> bool:
    """True if some path through the statement goes on with the loop's next turn."""
    if isinstance(stmt, f.Jump):
        return stmt.kind == "continue"
    if isinstance(stmt, (f.For, f.While)):
        return any(continues(inner) for inner in stmt.otherwise)
    return any(continues(inner) for inner in children(stmt))


def walk(body: tuple[f.Stmt, ...]) -> Iterator[f.Stmt]:
    """All statements of a body, nested ones too, in source order."""
    stack = list(reversed(body))
    while stack:
        stmt = stack.pop()
        yield stmt
        stack.extend(reversed(list(children(stmt))))
