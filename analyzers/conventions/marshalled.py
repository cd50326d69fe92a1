"""Fields that Flask-RESTful and Flask-RESTX read of rows: `@api.marshal_list_with(book_fields)`, `marshal(books, book_fields)`.

The fields are a mapping, or a model made of one: `api.model("Book", {"author": fields.String(attribute="author.name")})`.
`<marshalled a.b>` is what the mapping under that name in the function's module reads of one row.

Source: https://flask-restx.readthedocs.io/en/latest/marshalling.html and https://flask-restful.readthedocs.io/en/latest/fields.html
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzers import facts as f
from analyzers.conventions import classes, units
from analyzers.conventions.classes import Held
from analyzers.conventions.tables import frameworks
from analyzers.conventions.units import ROW, At
from analyzers.project import names
from analyzers.project.index import Project
from analyzers.project.outline import argument, callee, dotted, is_true, keyword, literal
from analyzers.project.schema import Key
from analyzers.text import Span

_DEPTH = 4
_MAKERS = ("model", "inherit", "clone", "extend")
"""Methods that make a model of a mapping, and perhaps of other models before it."""
_NESTED = ("Nested",)
_LISTS = ("List",)
_KEYS = ("Url", "Raw", "Wildcard", "Polymorph")
"""Fields that read the whole object, or nobody knows what of it."""


def roots(project: Project, path: str, function: f.Function) -> Iterator[str]:
    """The units of a function that its framework runs by itself."""
    if not function.parent and _decorator(project, path, function) is not None:
        yield "answered"


def answered(project: Project, path: str, function: f.Function) -> f.Function | None:
    """What the framework does with the answer of a decorated function: with the first part of it, if there are several."""
    fields = _decorator(project, path, function)
    if fields is None:
        return None
    at = At(Span(function.name_at, function.name_to))
    given = tuple(
        f.Keyword(*at.span, p.name, f.Opaque(*at.span)) for p in function.params if p.name != "self"
    )
    written: f.Expr = at.name(function.name)
    if function.owner:
        written = at.attr(at.call(at.name(function.owner.rpartition(".")[2])), function.name)
    answer = f"{function.name}()"
    call = f.Call(*at.span, at.name("<first>"), (f.Call(*at.span, written, (), given),))
    inner = tuple(_read(project, at, Held((path, ""), fields), 0, at.name(ROW)))
    body = (at.put(answer, call), at.each(ROW, at.name(answer), *inner))
    return units.function(function, "answered", (), body) if inner else None


def marshalled(project: Project, path: str, function: f.Function, name: str) -> f.Function | None:
    """What `marshal(book, name)` reads of one row, where the function stands."""
    at = At(Span(function.name_at, function.name_to))
    first, *rest = name.split(".")
    node = at.attr(at.name(first), *rest)
    body = tuple(_read(project, at, Held((path, ""), node), 0, at.name(ROW)))
    return units.function(function, f"marshalled {name}", (ROW,), body) if body else None


def _decorator(project: Project, path: str, function: f.Function) -> f.Expr | None:
    """The fields that a decorator reads of what a function gives: of each of many, or of the one."""
    for decorator in function.decorators:
        chain = callee(decorator) if isinstance(decorator, f.Call) and decorator.args else None
        if chain is None or chain.rpartition(".")[2] not in frameworks().marshal_decorator.names:
            continue
        if isinstance(decorator, f.Call) and _is_of_kit(project, path, chain):
            return decorator.args[0]
    return None


def _is_of_kit(project: Project, path: str, chain: str) -> bool:
    """True for a name of the packages, or of an object of theirs: `marshal_with`, `api.marshal_with`."""
    found = names.resolve(project, path, chain)
    if found is None:
        return False
    target = found[0]
    if target.kind == "external":
        return target.dotted.partition(".")[0] in frameworks().marshal_kit.names
    assign = names.module_value(project, target.path, target.qualname) if target.kind == "variable" else None
    made = callee(assign.value) if assign is not None and isinstance(assign.value, f.Call) else None
    known = names.resolve(project, target.path, made) if made else None
    return known is not None and known[0].dotted.partition(".")[0] in frameworks().marshal_kit.names


def _read(project: Project, at: At, fields: Held, depth: int, row: f.Expr) -> Iterator[f.Stmt]:
    """What a mapping of fields reads of a row."""
    for name, (owner, node) in _fields(project, fields, 0).items():
        yield from _of_field(project, at, Held(owner, node), name, depth, row)


def _fields(project: Project, at: Held, depth: int) -> dict[str, Held]:
    """The fields under their names: of a mapping, of what makes a model of one, of a name for either."""
    node = at.value
    if depth > _DEPTH:
        return {}
    if isinstance(node, f.Mapping):
        pairs = zip(node.keys, node.values, strict=False)
        return {literal(k): Held(at.owner, v) for k, v in pairs if k is not None and literal(k)}
    if isinstance(node, f.Call):
        if (callee(node) or "").rpartition(".")[2] not in _MAKERS:
            return {}
        out: dict[str, Held] = {}
        for part in (*node.args, *(k.value for k in node.keywords)):
            out |= _fields(project, Held(at.owner, part), depth + 1)
        return out
    chain = dotted(node)
    found = classes.named(project, at, chain) if chain else None
    return _fields(project, found, depth + 1) if found is not None else {}


def _of_field(project: Project, at: At, field: Held, name: str, depth: int, row: f.Expr) -> Iterator[f.Stmt]:
    node = field.value
    kind = (callee(node) if isinstance(node, f.Call) else dotted(node) or "") or ""
    kind = kind.rpartition(".")[2]
    call = node if isinstance(node, f.Call) else None
    source = keyword(call, "attribute") if call is not None else None
    if isinstance(source, f.Lambda):
        yield at.do(at.call(source, row))
        return
    if kind in _KEYS or (source is not None and not literal(source)):
        return
    value = at.attr(row, *(literal(source) or name).split("."))
    inner = call
    if kind in _LISTS and call is not None:
        first = argument(call, 0, "cls_or_instance")
        inner = first if isinstance(first, f.Call) else None
    nested = inner is not None and (callee(inner) or "").rpartition(".")[2] in _NESTED
    given = argument(inner, 0, "model") if nested and inner is not None else None
    part = f"{units.PART}{depth}"
    below = (
        tuple(_read(project, at, Held(field.owner, given), depth + 1, at.name(part)))
        if given is not None and depth < _DEPTH
        else ()
    )
    if kind in _LISTS or (inner is not None and is_true(keyword(inner, "as_list"))):
        yield at.each(part, value, *(below or (at.do(at.name(part)),)))
    elif below:
        yield at.put(part, value)
        yield from below
    else:
        yield at.do(value)


def key_of(path: str, qualname: str, name: str) -> Key:
    """The unit for a mapping that a function names."""
    return path, units.qualname(qualname, f"marshalled {name}")
