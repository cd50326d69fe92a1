"""Answers of FastAPI and Django Ninja: what a function gives is read field by field, as its schema says, row by row.

There is no loop to be seen: `@app.get("/books", response_model=list[BookOut])` reads `book.author` of every book if
`BookOut` has a field `author`. So what is done with the answer is a function behind the written one: `books:<response>`.

Source: https://fastapi.tiangolo.com/tutorial/response-model/ and https://django-ninja.dev/guides/response/
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from analyzers import facts as f
from analyzers.conventions import classes, units
from analyzers.conventions.classes import Held
from analyzers.conventions.tables import frameworks
from analyzers.conventions.units import ROW, At
from analyzers.project.index import Project
from analyzers.project.outline import callee, dotted, keyword, literal
from analyzers.project.schema import Key
from analyzers.text import Span

RESPONSE = "response"
"""The unit of what is done with an answer."""

_VERBS = frozenset(("get", "post", "put", "patch", "delete", "api_route", "api_operation"))
_SCHEMA = ("response_model", "response")
_LISTS = frozenset(("list", "List", "Sequence", "Iterable", "set", "tuple"))
_PREFIX = "resolve_"
_DEPTH = 3


def roots(project: Project, path: str, function: f.Function) -> Iterator[str]:
    """The units of a function that its framework runs by itself."""
    if function.decorators and not function.parent and _schema(project, path, function) is not None:
        yield RESPONSE


def response(project: Project, path: str, function: f.Function) -> f.Function | None:
    """What the framework does with the answer of a function."""
    node = _schema(project, path, function)
    if node is None or function.owner:
        return None
    at = At(Span(node.at, node.to))
    given = tuple(f.Keyword(*at.span, p.name, f.Opaque(*at.span)) for p in function.params if not p.name)
    call = f.Call(*at.span, at.name(function.name), (), given)
    answer = f"{function.name}()"
    body = [at.put(answer, call), *_shown(project, at, Held((path, ""), node), at.name(answer), 0, {})]
    return units.function(function, RESPONSE, (), tuple(body))


def is_schema(project: Project, key: Key) -> bool:
    return bool(key[0]) and classes.derives(project, key, frameworks().schema)


def shown(project: Project, cls: f.ClassDef, key: Key, _: str) -> f.Function:
    """What a schema reads of a row that it is made from: `BookOut.model_validate(book)`."""
    at = At(classes.name_of(cls))
    body = tuple(_of_class(project, at, key, at.name(ROW), 0, {}))
    return units.function(cls, "shown", (ROW,), body)


def unit_of_field(name: str, parameter: Key | None) -> str:
    """The unit that reads what a field is given, of a generic schema with what its parameter stands for."""
    return f"field {name}" if parameter is None else f"field {name}{_OF}{parameter[0]}{_OF}{parameter[1]}"


_OF = "|"


def field(project: Project, cls: f.ClassDef, key: Key, name: str) -> f.Function:
    """What a schema reads of the rows that it is given for a field: `Page(items=books)`, `Page[BookOut](items=books)`."""
    at = At(classes.name_of(cls))
    plain, *parameter = name.split(_OF)
    found = _fields(project, key).get(plain)
    known: dict[str, Held] = {}
    if parameter:
        given = at.attr(at.name(parameter[1].partition(".")[0]), *parameter[1].split(".")[1:])
        known = _parameters(project, key, (parameter[0], ""), given, {})
    body: tuple[f.Stmt, ...] = ()
    if found is not None and found[1].annotation is not None:
        body = tuple(_shown(project, at, Held(found[0], found[1].annotation), at.name(ROW), 0, known))
    return units.function(cls, f"field {name}", (ROW,), body)


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


def _shown(
    project: Project, at: At, type_: Held, value: f.Expr, depth: int, known: Mapping[str, Held]
) -> Iterator[f.Stmt]:
    """A value is read as its type says; `known` is what the parameters of a generic type stand for."""
    node = _without_none(type_.value)
    if isinstance(node, f.Name) and node.id in known:
        type_, known = known[node.id], {}
        node = _without_none(type_.value)
    if isinstance(node, f.Mapping):
        node = node.values[0] if node.values else node
    if isinstance(node, f.Index):
        name = (dotted(node.obj) or "").rpartition(".")[2]
        if name == "Annotated" and isinstance(node.index, f.Collection):
            yield from _shown(project, at, Held(type_.owner, node.index.items[0]), value, depth, known)
        elif name in _LISTS:
            row = f"{ROW}{depth or ''}"
            one = Held(type_.owner, node.index)
            inner = tuple(_shown(project, at, one, at.name(row), depth + 1, known))
            if inner:
                yield at.each(row, value, *inner)
        else:
            generic = classes.class_of(project, Held(type_.owner, node.obj))
            if generic is not None and is_schema(project, generic) and depth <= _DEPTH:
                given = _parameters(project, generic, type_.owner, node.index, known)
                yield from _of_class(project, at, generic, value, depth, given)
        return
    schema = next(_classes(project, Held(type_.owner, node)), None)
    if schema is not None and depth <= _DEPTH:
        yield from _of_class(project, at, schema, value, depth, {})


def _parameters(
    project: Project, generic: Key, owner: Key, given: f.Expr, known: Mapping[str, Held]
) -> dict[str, Held]:
    """What the parameters of `class Page(BaseModel, Generic[T])` stand for in `Page[BookOut]`."""
    cls = project.class_(*generic)
    bases = cls.bases if cls is not None else ()
    indexes = [b.index for b in bases if isinstance(b, f.Index) and (dotted(b.obj) or "").endswith("Generic")]
    indexes = indexes or [b.index for b in bases if isinstance(b, f.Index)]
    names = [part.id for index in indexes for part in _parts(index) if isinstance(part, f.Name)]
    values = [
        known[part.id] if isinstance(part, f.Name) and part.id in known else Held(owner, part)
        for part in _parts(given)
    ]
    return dict(zip(names, values, strict=False))


def _parts(node: f.Expr) -> tuple[f.Expr, ...]:
    return node.items if isinstance(node, f.Collection) else (node,)


def _of_class(
    project: Project, at: At, schema: Key, value: f.Expr, depth: int, known: Mapping[str, Held]
) -> Iterator[f.Stmt]:
    """Every field of a schema is read, or what its resolver reads."""
    for name, (owner, assign) in _fields(project, schema).items():
        resolver = classes.method(project, schema, _PREFIX + name)
        if resolver is not None:
            where = (at.text(owner[0]), at.text(f"{owner[1]}.{_PREFIX}{name}"))
            yield at.do(at.call(at.name("<resolved>"), value, *where))
        elif assign.annotation is not None:
            type_ = Held(owner, assign.annotation)
            yield from _field(project, at, type_, at.attr(value, *_source(name, assign)), depth, known)


def _source(name: str, assign: f.Assign) -> list[str]:
    """What is read for a field: of `Field(..., alias="author.name")` that path, else what has the field's name.

    Source: https://django-ninja.dev/guides/response/#aliases
    """
    given = keyword(assign.value, "alias") if isinstance(assign.value, f.Call) else None
    path = literal(given) if given is not None else None
    parts = path.split(".") if isinstance(path, str) else []
    return parts if len(parts) > 1 and all(part.isidentifier() for part in parts) else [name]


def _field(
    project: Project, at: At, type_: Held, value: f.Expr, depth: int, known: Mapping[str, Held]
) -> Iterator[f.Stmt]:
    """One field is read, and the rows behind it as its type says."""
    inner = f"{units.PART}{depth}"
    further = list(_shown(project, at, type_, at.name(inner), depth + 1, known))
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
