"""What a decorator of the project hands to the function under it: `return function(session, *args, **kwargs)`.

Who calls such a function leaves that argument out; the others move on by one place.
"""

from __future__ import annotations

from analyzers import facts as f
from analyzers.evaluate import class_level, evidence, shapes
from analyzers.evaluate.calling import decorated
from analyzers.evaluate.calling.arguments import SPREAD
from analyzers.evaluate.run import Run
from analyzers.project import names
from analyzers.project.index import Project
from analyzers.types import UNKNOWN_VALUE, Value


def with_handed(
    run: Run, target: Value, function: f.Function, values: tuple[Value, ...]
) -> tuple[Value, ...]:
    """The arguments of a call, with those that a decorator of the project puts before them."""
    if run.language != "python" or not function.decorators or target.ref is None:
        return values
    if any(value.evidence == SPREAD for value in values):
        return values
    bound = target.bound is not None and bool(function.owner) and not class_level.is_static(function)
    given = list(values)
    for at, value in _handed_in(run.summaries.project, target.ref[0], function):
        if bound <= at <= len(given) + bound:
            given.insert(at - bound, value)
    return tuple(given)


def _handed_in(project: Project, path: str, function: f.Function) -> tuple[tuple[int, Value], ...]:
    """Which arguments the decorators of a function hand in, by their places, its object counted."""

    def ask() -> tuple[tuple[int, Value], ...]:
        header = project.header(path, function.qualname) or function
        for decorator in header.decorators:
            name = decorated.maker_name(decorator)
            found = names.resolve(project, path, name, header.parent or "") if name else None
            if found is None and header.owner and name:
                found = names.resolve(project, path, name, header.owner)  # A function of the class's body.
            if found is None or found[1] or found[0].kind != "function":
                continue
            maker = project.function(found[0].path, found[0].qualname)
            handed = _of_wrapper(project, found[0].path, maker) if maker is not None else ()
            if handed:
                return handed
        return ()

    return project.memo.ask(("handed in", path, function.qualname), ask, in_cycle=())


def _of_wrapper(project: Project, path: str, maker: f.Function) -> tuple[tuple[int, Value], ...]:
    """What a decorator puts before the arguments that it hands on, wherever it calls what it wraps."""
    wrapped: set[str] = set()
    ways: set[tuple[tuple[int, str], ...]] = set()
    within = None
    for function in project.within(path, maker):
        own = [param.name for param in function.params if param.kind == "positional"]
        for node in shapes.nodes(function.body):
            if isinstance(node, f.Call) and isinstance(node.func, f.Name) and node.func.id in wrapped:
                starred = next((i for i, arg in enumerate(node.args) if isinstance(arg, f.Star)), None)
                before = node.args[:starred] if starred is not None else ()
                ways.add(
                    tuple(
                        (at, shapes.text_of(arg))
                        for at, arg in enumerate(before)
                        if not (isinstance(arg, f.Name) and arg.id in own)
                    )
                )
                within = function
        wrapped.update(own)
    if len(ways) != 1 or within is None:
        return ()
    return tuple((at, _held_in(project, path, within, name)) for at, name in ways.pop())


def _held_in(project: Project, path: str, function: f.Function, name: str) -> Value:
    """What a wrapper holds under a name: `with pool.cursor() as name`, `name = Session()`."""
    made: list[f.Expr] = []
    for node in shapes.nodes(function.body):
        if isinstance(node, f.WithItem) and node.target is not None and shapes.text_of(node.target) == name:
            made.append(node.value)
        elif isinstance(node, f.Assign) and node.value is not None:
            made += [node.value for target in node.targets if shapes.text_of(target) == name]
    if len(made) != 1:
        return UNKNOWN_VALUE
    return evidence.guess(project, path, function.qualname, "python", made[0])


__all__ = ["with_handed"]
