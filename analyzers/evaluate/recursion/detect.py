"""Which functions can lead back to themselves, by the names in their bodies."""

from __future__ import annotations

from analyzers import facts as f
from analyzers.evaluate import shapes
from analyzers.evaluate.remembered import remembered
from analyzers.project.index import Project


def recurses(project: Project, path: str, function: f.Function) -> bool:
    """True if a nested function names itself, or a sibling or inner function that names it."""
    if not function.parent:
        return False
    key = ("names itself", path, function.qualname)
    return project.memo.ask(key, lambda: _reaches(project, path, function), in_cycle=False)


def _reaches(project: Project, path: str, function: f.Function) -> bool:
    inside = _by_name(project, path, _outermost(project, path, function))
    seen: set[str] = set()
    pending = [function.qualname]
    while pending:
        current = project.function(path, pending.pop())
        if current is None:
            continue
        leads = {one.qualname for one in project.nested(path, current.qualname)}
        for name in _named(current) & inside.keys():
            leads |= {qualname for qualname, parent in inside[name] if _visible(qualname, parent, current)}
        if function.qualname in leads:
            return True
        pending += leads - seen
        seen |= leads
    return False


def _by_name(project: Project, path: str, outermost: f.Function) -> dict[str, tuple[tuple[str, str], ...]]:
    """By name the functions inside one, however deep, each with the function around it."""

    def find() -> dict[str, tuple[tuple[str, str], ...]]:
        found: dict[str, tuple[tuple[str, str], ...]] = {}
        for one in project.within(path, outermost):
            if one.parent:
                found[one.name] = (*found.get(one.name, ()), (one.qualname, one.parent))
        return found

    return project.memo.ask(("inner by name", path, outermost.qualname), find, in_cycle={})


def _outermost(project: Project, path: str, function: f.Function) -> f.Function:
    """The function around all others that a function stands in."""
    while function.parent and (around := project.function(path, function.parent)) is not None:
        function = around
    return function


@remembered
def _named(function: f.Function) -> frozenset[str]:
    return shapes.named(function.body)


def _visible(qualname: str, parent: str, current: f.Function) -> bool:
    """True if a function can be named where another stands: it is defined in one of the functions around it."""
    return current.qualname == qualname or current.qualname.startswith(f"{parent}.")


@remembered
def self_calls(function: f.Function) -> tuple[f.Call, ...]:
    """The calls in a body that name the function itself."""
    return tuple(
        node
        for node in shapes.nodes(function.body)
        if isinstance(node, f.Call) and _names(node.func, function)
    )


@remembered
def goes_on_where_it_ended(function: f.Function) -> bool:
    """True if a call of the function hands back where its caller goes on: `value, at = parse(tokens, at + 1)`.

    What the call went through is behind the caller then, so the calls do not overlap, whatever their arguments are.
    """
    for stmt in shapes.walk(function.body):
        call = stmt.value if isinstance(stmt, f.Assign) else None
        if not isinstance(call, f.Call) or not isinstance(stmt, f.Assign) or not _names(call.func, function):
            continue
        if shapes.named(stmt.targets) & shapes.named(call.args):
            return True
    return False


def _names(func: f.Expr, function: f.Function) -> bool:
    if isinstance(func, f.Name):
        return func.id == function.name
    return isinstance(func, f.Attr) and func.name == function.name and bool(function.owner)
