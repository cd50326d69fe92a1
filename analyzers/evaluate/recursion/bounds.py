"""How far an argument can go: the range of values a parameter takes over all calls of a recursion.

A number that counts down ends at nothing, so its range is what it began with. One that counts up ends where the code
compares it with something (`if i == len(text)`), or where it runs out of the container it is an index of.
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzers import facts as f
from analyzers.costs import ONE, Cost
from analyzers.evaluate import shapes
from analyzers.evaluate.run import Run
from analyzers.types import Value


def rising(run: Run, functions: tuple[f.Function, ...], name: str, varying: frozenset[str]) -> Cost | None:
    """What a number that only grows is compared with; constant if that is; None if nothing bounds it."""
    found: Cost | None = None
    unclear = False
    for left, right in _comparisons(functions):
        for side, other in ((left, right), (right, left)):
            if not _is_about(side, name) or shapes.mentions(other, varying):
                continue
            size = sized(run, other)
            unclear = unclear or size is None
            if size is not None and (found is None or (found.is_constant and not size.is_constant)):
                found = size
    if found is not None and not (found.is_constant and unclear):
        return found
    for function in functions:
        for node in shapes.nodes(function.body):
            stop = _counted_from(node, name)
            if stop is not None and not shapes.mentions(stop, varying):
                size = sized(run, stop)
                if size is not None:
                    return size
    return indexed(run, functions, name)


def indexed(run: Run, functions: tuple[f.Function, ...], name: str) -> Cost | None:
    """The size of the container that a number is an index of, the last index if there are several."""
    for function in functions:
        for node in shapes.nodes(function.body):
            if (
                isinstance(node, f.Index)
                and _is_about(node.index, name)
                and isinstance(node.obj, (f.Name, f.Attr, f.Index))
            ):
                value = _value(run, node.obj)
                if value is not None and value.kind != "dict":
                    return run.extent(value)
    return None


def looked_up_in(run: Run, functions: tuple[f.Function, ...], name: str) -> tuple[str, Cost] | None:
    """The container, not a parameter that moves, in which something is found under a parameter: `graph[node]`."""
    for function in functions:
        for node in shapes.nodes(function.body):
            base: f.Expr | None = None
            if isinstance(node, f.Index) and shapes.text_of(node.index) == name:
                base = node.obj
            elif (
                isinstance(node, f.Call)
                and isinstance(node.func, f.Attr)
                and node.func.name == "get"
                and node.args
                and shapes.text_of(node.args[0]) == name
            ):
                base = node.func.obj
            if isinstance(base, (f.Name, f.Attr)):
                value = _value(run, base)
                if value is not None:
                    return shapes.text_of(base), run.extent(value)
    return None


def _comparisons(functions: tuple[f.Function, ...]) -> Iterator[tuple[f.Expr, f.Expr]]:
    for function in functions:
        for node in shapes.nodes(function.body):
            if isinstance(node, f.Compare):
                sides = (node.left, *node.rights)
                for position, op in enumerate(node.ops):
                    if op in ("==", "!=", "<", "<=", ">", ">=") and position + 1 < len(sides):
                        yield sides[position], sides[position + 1]


def _is_about(node: f.Expr, name: str) -> bool:
    """`i`, `i + 1`, `len(path)` for the name `len(path)`."""
    if isinstance(node, f.Binary) and node.op in ("+", "-"):
        return _is_about(node.left, name) or (node.op == "+" and _is_about(node.right, name))
    if isinstance(node, f.Call) and name.startswith("len("):
        return len(node.args) == 1 and f"len({shapes.text_of(node.args[0])})" == name
    if isinstance(node, f.Attr) and node.name == "length" and name.startswith("len("):
        return f"len({shapes.text_of(node.obj)})" == name
    return shapes.text_of(node) == name


def _counted_from(node: object, name: str) -> f.Expr | None:
    """The end of a counting loop that starts at a parameter."""
    if isinstance(node, f.Range):
        return node.stop if _is_about(node.start, name) else None
    if (
        isinstance(node, f.Call)
        and isinstance(node.func, f.Name)
        and node.func.id in ("range", "xrange")
        and len(node.args) >= 2
    ):
        return node.args[1] if _is_about(node.args[0], name) else None
    return None


def sized(run: Run, node: f.Expr) -> Cost | None:
    """The magnitude of an expression in the names of a run that is over; None if it says nothing."""
    if isinstance(node, f.Const):
        return ONE if node.kind == "int" else None
    if isinstance(node, f.Unary):
        return sized(run, node.operand)
    if isinstance(node, f.Name):
        value = run.lookup(node.id)
        if value is None:
            return ONE if node.id.isupper() else None
        return run.magnitude(value) if value.kind in ("unknown", "int", "float") else None
    if isinstance(node, f.Call) and isinstance(node.func, f.Name) and node.func.id == "len" and node.args:
        value = _value(run, node.args[0])
        return run.extent(value) if value is not None else None
    if isinstance(node, f.Attr):
        value = _value(run, node.obj if node.name == "length" else node)
        if value is None:
            return None
        return run.extent(value) if node.name == "length" else run.magnitude(value)
    if isinstance(node, f.Binary):
        left, right = sized(run, node.left), sized(run, node.right)
        if node.op in ("-", "//", "/", ">>") or right is None:
            return left
        if node.op == "+":
            return left + right if left is not None else right
        return left * right if node.op == "*" and left is not None else None
    return None


def _value(run: Run, node: f.Expr) -> Value | None:
    """What a name or a chain of attributes and items holds, in a run that is over."""
    from analyzers.evaluate import expressions

    root = node
    while isinstance(root, (f.Attr, f.Index)):
        root = root.obj
    if not isinstance(root, f.Name) or run.lookup(root.id) is None:
        return None
    return expressions.evaluate(run, node)
