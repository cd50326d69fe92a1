"""Whether a name may be None where a fix would read it: earlier than the code does, and on no turn of its loop too.

What says so is the function's own text: a default of None, an annotation that allows it, a value that may be none, or a
test for it. A test that stands before the place, or around it, rules it out again.
"""

from __future__ import annotations

from analyzers import facts as f
from analyzers.evaluate import shapes
from analyzers.rules.base import Context

MADE = (f.Collection, f.Mapping, f.Comprehension, f.Binary, f.Template)
"""Expressions that are never None."""


def may_be_none(context: Context, statement: f.Stmt, name: str) -> bool:
    """True if a local name or parameter may be None when a statement of the function is reached, as far as its text tells.
    Of what is annotated otherwise or made on the spot no test says so: it may be empty."""
    body = context.function.body
    if not _is_given_none(context.function, name):
        made = shapes.given_to(body, name)
        annotated = any(p.name == name and p.annotation is not None for p in context.function.params)
        if annotated or (made and all(isinstance(value, MADE) for value in made)):
            return False
        if not any(name in _tested(node) for node in shapes.nodes(body)):
            return False
    return not _is_ruled_out(body, statement, name)


def _is_given_none(function: f.Function, name: str) -> bool:
    for param in function.params:
        if param.name == name and (shapes.is_none(param.default) or _allows_none(param.annotation)):
            return True
    return any(
        _may_give_none(stmt.value) or _allows_none(stmt.annotation)
        for stmt in shapes.walk(function.body)
        if isinstance(stmt, f.Assign) and any(isinstance(t, f.Name) and t.id == name for t in stmt.targets)
    )


def _may_give_none(node: f.Expr | None) -> bool:
    """`None`, `... if ... else None`, and `mapping.get(key)` without another default."""
    if isinstance(node, f.Choose):
        return _may_give_none(node.then) or _may_give_none(node.other)
    if isinstance(node, f.Call) and isinstance(node.func, f.Attr) and node.func.name == "get":
        return len(node.args) + len(node.keywords) == 1
    return shapes.is_none(node)


def _allows_none(annotation: f.Expr | None) -> bool:
    """True for `list[str] | None`, `Optional[...]` and `Union[..., None]`, quoted or not."""
    for node in shapes.nodes(annotation):
        if shapes.is_none(node) or (isinstance(node, (f.Name, f.Attr)) and _last(node) == "Optional"):
            return True
        if isinstance(node, f.Const) and isinstance(node.value, str):
            return "None" in node.value or "Optional[" in node.value
    return False


def _last(node: f.Name | f.Attr) -> str:
    return node.id if isinstance(node, f.Name) else node.name


def _tested(node: f._Node) -> frozenset[str]:
    """The names that a test asks for being None, or for being nothing."""
    match node:
        case f.If() | f.While() | f.Choose():
            return _truths(node.test)
        case f.Logic():
            return frozenset().union(*(_truths(part) for part in node.parts))
        case f.Compare() | f.Unary():
            return _truths(node)
        case _:
            return frozenset()


def _truths(test: f.Expr) -> frozenset[str]:
    if isinstance(test, f.Name):
        return frozenset((test.id,))
    if isinstance(test, f.Unary) and test.op == "not":
        return _truths(test.operand)
    if (
        isinstance(test, f.Compare)
        and isinstance(test.left, f.Name)
        and any(map(shapes.is_none, test.rights))
    ):
        return frozenset((test.left.id,))
    return frozenset()


# --------------------------------------------------------------------------------------------- ruled out


def _is_ruled_out(body: tuple[f.Stmt, ...], statement: f.Stmt, name: str) -> bool:
    """True if nothing goes past the statements before one, or into those around it, with a name that is None."""
    ruled_out = False
    for stmt, around in shapes.leading_to(body, statement):
        if around:
            ruled_out |= isinstance(stmt, f.If) and _holds_something(stmt, statement, name)
        elif _settles(stmt, name):
            ruled_out = True
        elif any(map(_may_give_none, shapes.given_to((stmt,), name))):
            ruled_out = False
    return ruled_out


def _holds_something(branch: f.If, statement: f.Stmt, name: str) -> bool:
    inside = any(part is statement or part.at <= statement.at < part.to for part in branch.body)
    return _is_something(branch.test, name, held=inside)


def _settles(stmt: f.Stmt, name: str) -> bool:
    """True if a name is not None after a statement: it goes no further or gives it a value, or needs one itself."""
    match stmt:
        case f.If():
            settled = _is_something(stmt.test, name, held=False)
            return settled and (isinstance(stmt.body[-1], (f.Return, f.Jump)) or _is_given(stmt.body, name))
        case f.Assign() if any(isinstance(t, f.Name) and t.id == name for t in stmt.targets):
            return isinstance(stmt.value, MADE) or _has_other(stmt.value)
        case f.For():
            return isinstance(stmt.iter, f.Name) and stmt.iter.id == name
        case _:
            return False


def _is_given(body: tuple[f.Stmt, ...], name: str) -> bool:
    return any(isinstance(value, (*MADE, f.Call)) for value in shapes.given_to(body, name))


def _has_other(value: f.Expr | None) -> bool:
    """`names or []`."""
    return isinstance(value, f.Logic) and value.op == "or" and isinstance(value.parts[-1], MADE)


def _is_something(test: f.Expr, name: str, *, held: bool = True) -> bool:
    """True if a name is not None where a test holds, or where it does not."""
    if isinstance(test, f.Unary) and test.op == "not":
        return _is_something(test.operand, name, held=not held)
    if isinstance(test, f.Logic):
        return test.op == ("and" if held else "or") and any(
            _is_something(part, name, held=held) for part in test.parts
        )
    if isinstance(test, f.Compare):
        return name in _truths(test) and test.ops == (("is not",) if held else ("is",))
    return held and isinstance(test, f.Name) and test.id == name
