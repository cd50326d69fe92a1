"""What a function that makes something gives back: a connection, a store, the one object that is made when it is first asked
for and kept.

The value may go through a name (`client = Redis(); return client`), an attribute (`cls._instance = cls()`), a mapping
(`self._open[key] = client; return self._open[key]`), or a `yield` that a framework waits at.
"""

from __future__ import annotations

from analyzers import facts as f
from analyzers.evaluate import evidence, lengthening, shapes, written_objects
from analyzers.evaluate.remembered import remembered
from analyzers.project.index import Project
from analyzers.types import MAX_EITHER, UNKNOWN_VALUE, Value, joined

_DEPTH = 6
"""Names that a value goes through."""


def given_back(project: Project, path: str, function: f.Function) -> Value:
    """What the function gives back, by what is written: the same in all places that put it where it is taken from."""
    written = written_objects.given_back(project, path, function)
    if written.known:
        return written
    node = _last(function)
    found = _of(project, path, function, node, 0) if node is not None else UNKNOWN_VALUE
    return found if found.known else _one_of(project, path, function)


def _one_of(project: Project, path: str, function: f.Function) -> Value:
    """One of several objects, where each `return` gives an object of the project's: a store for each name of one."""
    from analyzers.evaluate import agreed

    given = [step.value for step in shapes.walk(function.body) if isinstance(step, f.Return)]
    if not 1 < len(given) <= MAX_EITHER:
        return UNKNOWN_VALUE
    made = [
        _of(project, path, function, node, 0)
        for node in given
        if node is not None and not shapes.is_none(node)
    ]
    if not made or not all(map(agreed.is_of_project, made)):
        return UNKNOWN_VALUE
    return joined(made) or UNKNOWN_VALUE


def _of(project: Project, path: str, function: f.Function, node: f.Expr, depth: int) -> Value:
    from analyzers.evaluate import queries, registries

    values = put(function).get(_place(node), []) if depth < _DEPTH else []
    made = [_of(project, path, function, one, depth + 1) for one in values if not shapes.is_none(one)]
    if made:
        return (
            made[0]
            if all(one.kind == made[0].kind and one.ref == made[0].ref for one in made)
            else UNKNOWN_VALUE
        )
    own = function.params[0].name if function.owner and function.params else ""
    if isinstance(node, f.Call) and own and isinstance(node.func, f.Name) and node.func.id == own:
        return evidence.instance_of(project, path, function.owner)  # `cls(host)`
    if isinstance(node, (f.Attr, f.Index)) and isinstance(node.obj, f.Name) and node.obj.id in put(function):
        return evidence.below(_of(project, path, function, node.obj, depth + 1), node)
    func = node.func if isinstance(node, f.Call) else None
    chosen = put(function).get(func.id, []) if isinstance(func, f.Name) else []
    if len(chosen) == 1:  # `store = STORES.get(kind)`, and then `store(dsn)`
        made_by_key = registries.made_of(project, path, function.qualname, chosen[0])
        if made_by_key.known:
            return made_by_key
    if isinstance(func, f.Attr) and isinstance(func.obj, f.Name) and func.obj.id in put(function):
        holder = _of(project, path, function, func.obj, depth + 1)  # `session.client("s3")`
        kind = queries.kind_given(holder.kind, func.name, node) if isinstance(node, f.Call) else ""
        return Value(kind, evidence=f"given by {shapes.text_of(func)}()") if kind else UNKNOWN_VALUE
    return evidence.guess(project, path, function.qualname, project.language(path), node)


@remembered
def keeps(function: f.Function) -> bool:
    """True for a function that gives back what it keeps in an object or a mapping, and has put there itself."""
    node = _last(function)
    place = _place(node) if node is not None else ""
    return not isinstance(node, f.Name) and place in put(function)


@remembered
def chooses(function: f.Function) -> bool:
    """True for a function that gives back one of several things that it makes."""
    given = [step.value for step in shapes.walk(function.body) if isinstance(step, f.Return)]
    return 1 < len(given) <= MAX_EITHER and all(
        node is None or shapes.is_none(node) or isinstance(node, (f.Call, f.Name)) for node in given
    )


@remembered
def gives_function(function: f.Function) -> bool:
    """True for a function that gives back one that it defines: `def getter(model): def get(pk): ...; return get`."""
    last = function.body[-1] if function.body else None
    given = last.value if isinstance(last, f.Return) else None
    inner = f"{function.qualname}."
    return isinstance(given, f.Lambda) or (
        isinstance(given, f.Name)
        and any(
            isinstance(step, f.Define)
            and step.qualname.startswith(inner)
            and step.qualname.endswith(f".{given.id}")
            for step in function.body
        )
    )


@remembered
def _last(function: f.Function) -> f.Expr | None:
    """The expression of the last `return` at the end, of the only one, or of the one `yield`."""
    last = function.body[-1] if function.body else None
    if isinstance(last, f.Return):
        return last.value
    given = [step.value for step in shapes.walk(function.body) if isinstance(step, f.Return)]
    if len(given) == 1 and isinstance(last, f.Try):
        return given[0]  # What fails otherwise is raised.
    yields = [node.value for node in shapes.nodes(function.body) if isinstance(node, f.Yield)]
    return yields[0] if len(yields) == 1 else None


@remembered
def put(function: f.Function) -> dict[str, list[f.Expr]]:
    """What a function puts where: into names, attributes and entries, as they are written."""
    found: dict[str, list[f.Expr]] = {}
    for stmt in shapes.walk(function.body):
        if isinstance(stmt, f.Assign) and stmt.value is not None:
            for target in stmt.targets:
                if place := _place(target):
                    found.setdefault(place, []).append(stmt.value)
    return found


def _place(node: f.Expr) -> str:
    """Where a value is kept, as text; `kept.get(key)` and `kept[key]` are one place. "" for what keeps nothing."""
    if (
        isinstance(node, f.Call)
        and isinstance(node.func, f.Attr)
        and node.func.name == "get"
        and len(node.args) == 1
    ):
        return f"{shapes.text_of(node.func.obj)}[{shapes.text_of(node.args[0])}]"
    if isinstance(node, f.Index):
        return f"{shapes.text_of(node.obj)}[{shapes.text_of(node.index)}]"
    return shapes.text_of(node) if isinstance(node, (f.Name, f.Attr)) else ""


def filled(function: f.Function) -> Value:
    """The list that a function starts empty, fills and returns."""
    last = function.body[-1] if function.body else None
    name = last.value.id if isinstance(last, f.Return) and isinstance(last.value, f.Name) else ""
    made = [
        stmt.value
        for stmt in shapes.walk(function.body)
        if isinstance(stmt, f.Assign) and any(isinstance(t, f.Name) and t.id == name for t in stmt.targets)
    ]
    if not name or not made or not all(map(lengthening.is_empty_list, made)):
        return UNKNOWN_VALUE
    return Value("list", evidence=f"filled by {function.name}()")
