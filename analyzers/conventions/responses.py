"""Answers of FastAPI and Django Ninja: what a function gives is read field by field, as its schema says, row by row.

There is no loop to be seen: `@app.get("/books", response_model=list[BookOut])` reads `book.author` of every book if
`BookOut` has a field `author`. So what is done with the answer is a function behind the written one: `books:<response>`.

Source: https://fastapi.tiangolo.com/tutorial/response-model/ and https://django-ninja.dev/guides/response/
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzers import facts as f
from analyzers.conventions import classes, units
from analyzers.conventions.classes import Held
from analyzers.conventions.tables import frameworks
from analyzers.conventions.units import ROW, At
from analyzers.project.index import Project
from analyzers.project.outline import callee, dotted, keyword
from analyzers.project.schema import Key
from analyzers.text import Span

_VERBS = frozenset(("get", "post", "put", "patch", "delete", "api_route", "api_operation"))
_SCHEMA = ("response_model", "response")
_LISTS = frozenset(("list", "List", "Sequence", "Iterable", "set", "tuple"))
_PREFIX = "resolve_"
_DEPTH = 3


def roots(project: Project, path: str, function: f.Function) -> Iterator[str]:
    """The units of a function that its framework runs by itself."""
    if function.decorators and not function.parent and _schema(project, path, function) is not None:
        yield "response"


def response(project: Project, path: str, function: f.Function) -> f.Function | None:
    """What the framework does with the answer of a function."""
    node = _schema(project, path, function)
    if node is None or function.owner:
        return None
    at = At(Span(node.at, node.to))
    given = tuple(f.Keyword(*at.span, p.name, f.Opaque(*at.span)) for p in function.params if not p.name)
    call = f.Call(*at.span, at.name(function.name), (), given)
    answer = f"{function.name}()"
    body = [at.put(answer, call), *_shown(project, at, Held((path, ""), node), at.name(answer), 0)]
    return units.function(function, "response", (), tuple(body))


def _schema(project: Project, path: str, function: f.Function) -> f.Expr | None:
    """The type that a function's answer is made of, if it is written at a decorator or behind the arrow."""
    for decorator in function.decorators:
        if not isinstance(decorator, f.Call) or not isinstance(decorator.func, f.Attr):
            continue
        if decorator.func.name not in _VERBS or not decorator.args:
            continue
        named = [found for name in _SCHEMA if (found := keyword(decorator, name)) is not None]
        node = named[0] if named else function.returns
        if node is not None and any(True for _ in _classes(project, Held((path, ""), node))):
            return node
    return None


def _classes(project: Project, at: Held) -> Iterator[Key]:
    """The schemas in a type: those of `list[BookOut]`, `BookOut | None`, `{200: BookOut}`."""
    for node in f.walk(at.value):
        chain = dotted(node) if isinstance(node, (f.Name, f.Attr)) else None
        found = classes.class_of(project, Held(at.owner, node)) if chain else None  # type: ignore[arg-type]
        if found is not None and classes.derives(project, found, frameworks().schema):
            yield found


def _shown(project: Project, at: At, type_: Held, value: f.Expr, depth: int) -> Iterator[f.Stmt]:
    """A value is read as its type says."""
    node = _without_none(type_.value)
    if isinstance(node, f.Mapping):
        node = node.values[0] if node.values else node
    if isinstance(node, f.Index):
        if (dotted(node.obj) or "").rpartition(".")[2] in _LISTS:
            name = f"{ROW}{depth or ''}"
            inner = tuple(_shown(project, at, Held(type_.owner, node.index), at.name(name), depth + 1))
            if inner:
                yield at.each(name, value, *inner)
        return
    schema = next(_classes(project, Held(type_.owner, node)), None)
    if schema is None or depth > _DEPTH:
        return
    for name, (owner, assign) in _fields(project, schema).items():
        resolver = classes.method(project, schema, _PREFIX + name)
        if resolver is not None:
            where = (at.text(owner[0]), at.text(f"{owner[1]}.{_PREFIX}{name}"))
            yield at.do(at.call(at.name("<resolved>"), value, *where))
        elif assign.annotation is not None:
            yield from _field(project, at, Held(owner, assign.annotation), at.attr(value, name), depth)


def _field(project: Project, at: At, type_: Held, value: f.Expr, depth: int) -> Iterator[f.Stmt]:
    """One field is read, and the rows behind it as its type says."""
    inner = f"part{depth}"
    further = list(_shown(project, at, type_, at.name(inner), depth + 1))
    if further:
        yield at.put(inner, value)
        yield from further
    else:
        yield at.do(value)


def _fields(project: Project, schema: Key) -> dict[str, tuple[Key, f.Assign]]:
    """The annotated fields of a schema by name, with the class that declares each; relations of a table are left out."""
    out: dict[str, tuple[Key, f.Assign]] = {}
    for above in reversed(classes.ancestry(project, schema)):
        for name, assign in classes.own(project, above).items():
            made = callee(assign.value) if assign.value is not None else None
            hidden = name.startswith(("_", "model_")) or (made or "").endswith("Relationship")
            if assign.annotation is not None and not hidden:
                out[name] = above, assign
    return out


def _without_none(node: f.Expr) -> f.Expr:
    """`Author` of `Author | None` and `Optional[Author]`."""
    if isinstance(node, f.Binary) and node.op == "|":
        return node.left if isinstance(node.right, f.Const) else node.right
    if isinstance(node, f.Index) and (dotted(node.obj) or "").rpartition(".")[2] == "Optional":
        return node.index
    return node
