"""What a decorator of the project hands to the function under it: `return function(session, *args, **kwargs)`.

Who calls such a function leaves that argument out; the others move on by one place. What it puts under a keyword
(`kwargs["client"] = client`) is among the keywords that are handed on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from analyzers import facts as f
from analyzers.evaluate import class_level, evidence, makers, shapes
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


def named(
    run: Run, target: Value, function: f.Function, keywords: Mapping[str, Value]
) -> Mapping[str, Value]:
    """The keywords of a call, with those that a decorator of the project adds to them."""
    if run.language != "python" or not function.decorators or target.ref is None:
        return keywords
    added = dict(_named_by(run.summaries.project, target.ref[0], function))
    return added | dict(keywords) if added else keywords


def _named_by(project: Project, path: str, function: f.Function) -> tuple[tuple[str, Value], ...]:
    """What the decorators of a function put under keywords, if something is known of it."""

    def ask() -> tuple[tuple[str, Value], ...]:
        found: dict[str, Value] = {}
        for other, maker in _makers(project, path, function):
            for wrapper in project.within(other, maker):
                holder = next((p.name for p in wrapper.params if p.kind == "double_star"), "")
                for key, value in _put_under(wrapper, holder) if holder else ():
                    made = _held_in(project, other, wrapper, value.id) if isinstance(value, f.Name) else None
                    if made is not None and made.known:
                        found[key] = made
        return tuple(found.items())

    return project.memo.ask(("named by decorators", path, function.qualname), ask, in_cycle=())


def _put_under(wrapper: f.Function, holder: str) -> Iterator[tuple[str, f.Expr]]:
    """The keys of a function's keywords under which it puts something: `kwargs["session"] = session`."""
    for node in shapes.of_kind(wrapper.body, f.Assign):
        for target in node.targets if node.value is not None else ():
            if not isinstance(target, f.Index) or shapes.dotted(target.obj) != holder or node.value is None:
                continue
            if isinstance(target.index, f.Const) and isinstance(target.index.value, str):
                yield target.index.value, node.value


def _makers(project: Project, path: str, function: f.Function) -> Iterator[tuple[str, f.Function]]:
    """The functions of the project that stand above a function as decorators, with their files."""
    header = project.header(path, function.qualname) or function
    for decorator in header.decorators:
        name = decorated.maker_name(decorator)
        found = names.resolve(project, path, name, header.parent or "") if name else None
        if found is None and header.owner and name:
            found = names.resolve(project, path, name, header.owner)  # A function of the class's body.
        if found is None or found[1] or found[0].kind != "function":
            continue
        maker = project.function(found[0].path, found[0].qualname)
        if maker is not None:
            yield found[0].path, maker


def _handed_in(project: Project, path: str, function: f.Function) -> tuple[tuple[int, Value], ...]:
    """Which arguments the decorators of a function hand in, by their places, its object counted."""

    def ask() -> tuple[tuple[int, Value], ...]:
        for other, maker in _makers(project, path, function):
            handed = _of_wrapper(project, other, maker)
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
    opened = (
        node.value
        for node in shapes.nodes(function.body)
        if isinstance(node, f.WithItem) and node.target is not None and shapes.text_of(node.target) == name
    )
    made = [*makers.put(function).get(name, ()), *opened]
    if len(made) != 1:
        return UNKNOWN_VALUE
    return evidence.guess(project, path, function.qualname, "python", made[0])
