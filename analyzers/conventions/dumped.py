"""Schemas of marshmallow: what `BookSchema().dump(book)` reads of a row.

`<dump>` is what a schema reads of one object, `<dump a,b>` what some of its fields read. A field's `attribute`, nested
schemas, methods and functions become the accesses they stand for.

Source: https://marshmallow.readthedocs.io/en/stable/nesting.html and https://marshmallow.readthedocs.io/en/stable/marshmallow.fields.html
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from analyzers import facts as f
from analyzers.conventions import classes, units
from analyzers.conventions.classes import Held
from analyzers.conventions.tables import frameworks
from analyzers.conventions.units import ROW, At
from analyzers.project import names
from analyzers.project.index import Project
from analyzers.project.models import Models
from analyzers.project.names import Target
from analyzers.project.outline import argument, callee, dotted, is_true, keyword, literal
from analyzers.project.schema import Key
from analyzers.text import Span

_DEPTH = 4
_ALL = "ModelSchema"
"""The schema of old that shows all columns and relations of its model."""


def is_schema(project: Project, key: Key) -> bool:
    """True for a class derived from a schema of marshmallow, or of what is built on it."""
    if not key[0]:
        return False

    def find() -> bool:
        return any(_is_base(project, target) for target in names.lineage(project, *key)[1:])

    return project.memo.ask(("a schema that dumps", *key), find, in_cycle=False)


def _is_base(project: Project, target: Target) -> bool:
    table = frameworks()
    if target.kind == "external":
        return target.dotted in table.dump_schema.names
    root, _, attribute = target.qualname.partition(".")
    if target.kind != "variable" or not attribute.endswith("Schema"):
        return False
    return _is_kit(project, target.path, root)


def _is_kit(project: Project, path: str, name: str) -> bool:
    """True for `ma` after `ma = Marshmallow()`: the classes and fields of the library are its attributes."""
    assign = names.module_value(project, path, name)
    made = callee(assign.value) if assign is not None and isinstance(assign.value, f.Call) else None
    found = names.resolve(project, path, made) if made else None
    return found is not None and found[0].dotted in frameworks().dump_kit.names


def dump(project: Project, cls: f.ClassDef, key: Key, wanted: str) -> f.Function:
    """What a schema reads of one object; of the fields that `wanted` names if it names any."""
    chosen = frozenset(filter(None, wanted.split(",")))
    body = [
        statement
        for name, one in _fields(project, key).items()
        if not chosen or name in chosen
        for statement in one
    ]
    return units.function(cls, f"dump {wanted}".rstrip(), (ROW,), tuple(body))


def only(project: Project, path: str, made: f.Call) -> str | None:
    """The names of the fields that `BookSchema(only=("title",))` shows, joined by commas; "" for all, None if unknown."""
    given = keyword(made, "only")
    if given is None:
        return "" if keyword(made, "exclude") is None else None
    words = classes.words(project, Held((path, ""), given))
    return ",".join(dict.fromkeys(w.text.partition(".")[0] for w in words)) if words else None


def _fields(project: Project, key: Key) -> dict[str, list[f.Stmt]]:
    """What each field does, by the field's name: those of base classes first."""
    out: dict[str, list[f.Stmt]] = {}
    cls = project.class_(*key)
    at = At(classes.name_of(cls)) if cls is not None else None
    if at is None:
        return out
    for name in _named(project, key):
        out[name] = [at.do(_path(at, name))]
    for name in _related(project, key):
        out[name] = [at.do(_path(at, name))]
    for above in reversed(classes.ancestry(project, key)):
        for name, assign in classes.own(project, above).items():
            out.pop(name, None)
            if isinstance(assign.value, f.Call):
                place = At(Span(assign.value.at, assign.value.to)) if above == key else at
                body = _of_field(project, above, name, assign.value, place)
                if body is not None:
                    out[name] = body
    left_out = classes.meta(project, key, "exclude")
    for word in classes.words(project, left_out) or () if left_out is not None else ():
        out.pop(word.text, None)
    return out


def _named(project: Project, key: Key) -> Iterator[str]:
    """The attributes that class Meta names."""
    for option in ("fields", "additional"):
        held = classes.meta(project, key, option)
        for word in classes.words(project, held) or () if held is not None else ():
            yield word.text


def _related(project: Project, key: Key) -> Iterator[str]:
    """The relations of the model that class Meta asks to be shown, or a schema of old shows unasked: by their keys, for which
    their rows are read.

    Source: https://marshmallow-sqlalchemy.readthedocs.io/en/latest/ and /en/0.29.0/api_reference.html (ModelSchema)
    """
    asked = classes.meta(project, key, "include_relationships")
    model = classes.meta(project, key, "model")
    named = classes.class_of(project, model) if model is not None else None
    if named is None or not (_shows_all(project, key) if asked is None else is_true(asked.value)):
        return
    found = Models(project).model(*named)
    yield from found.relations if found is not None else ()


def _shows_all(project: Project, key: Key) -> bool:
    """True for a schema derived from `ModelSchema`, where class Meta does not name what is shown."""
    if classes.meta(project, key, "fields") is not None:
        return False
    above = names.lineage(project, *key)[1:]
    return any((t.dotted or t.qualname).rpartition(".")[2] == _ALL for t in above if t.kind != "class")


def _of_field(project: Project, key: Key, name: str, call: f.Call, at: At) -> list[f.Stmt] | None:
    """What a declared field reads; None for what is no field."""
    kind = _kind(project, key, call)
    if not kind or is_true(keyword(call, "load_only")):
        return [] if kind else None
    value = _path(at, literal(keyword(call, "attribute")) or name)
    if kind == "Method":
        chosen = literal(argument(call, 0, "serialize"))
        return [at.do(at.call(at.attr(at.name("self"), chosen), at.name(ROW)))] if chosen else []
    if kind == "Function":
        shown = argument(call, 0, "serialize")
        return [at.do(at.call(shown, at.name(ROW)))] if shown is not None else []
    nested = _nested(project, key, call, kind)
    if nested is None:
        return [at.do(value)]
    unit, many = nested
    if many:
        return [at.each("related", value, at.do(at.call(unit(at), at.name("related"))))]
    return [at.put(units.PART, value), at.do(at.call(unit(at), at.name(units.PART)))]


def _kind(project: Project, key: Key, call: f.Call) -> str:
    """The name of the field's class; "" for what makes no field."""
    chain = callee(call)
    found = names.resolve(project, key[0], chain, key[1]) if chain else None
    if found is None:
        return ""
    target, rest = found
    last = (chain or "").rpartition(".")[2]
    if target.kind == "external":
        package = target.dotted.partition(".")[0]
        return (
            last
            if package in ("marshmallow", "flask_marshmallow", "webargs")
            or package.startswith("marshmallow_")
            else ""
        )
    if target.kind == "variable" and len(rest) == 1:
        return last if _is_kit(project, target.path, target.qualname) else ""
    if target.kind != "class" or rest:
        return ""
    above = names.names_above(project, target.path, target.qualname)
    return next((n.rpartition(".")[2] for n in above if n.startswith("marshmallow.fields.")), "")


class _Unit:
    """The unit that shows what a nested field holds, as an attribute of the schema at hand."""

    def __init__(self, key: Key, wanted: str) -> None:
        self._name = units.attribute(*key, f"dump {wanted}".rstrip())

    def __call__(self, at: At) -> f.Expr:
        return at.attr(at.name("self"), self._name)


def _nested(project: Project, key: Key, call: f.Call, kind: str) -> tuple[_Unit, bool] | None:
    """The unit of a nested schema and whether there are many of it; None for a plain field."""
    if kind == "List":
        inner = call.args[0] if call.args else None
        if not isinstance(inner, f.Call):
            return None
        one = _nested(project, key, inner, _kind(project, key, inner))
        return (one[0], True) if one is not None else None
    if kind not in ("Nested", "Pluck"):
        return None
    given = argument(call, 0, "nested")
    made = _made(project, key, given, 0)
    if made is None:
        return None
    schema, inside = made
    wanted = (
        literal(call.args[1])
        if kind == "Pluck" and len(call.args) > 1
        else _chosen(project, key, call, inside)
    )
    many = is_true(keyword(call, "many")) or (inside is not None and is_true(keyword(inside, "many")))
    return _Unit(schema, wanted), many


def _chosen(project: Project, key: Key, *calls: f.Call | None) -> str:
    """The fields that a nested schema shows; one that shows all but some is taken for its key alone."""
    for call in calls:
        shown = only(project, key[0], call) if call is not None else ""
        if shown is None:
            return "id"
        if shown:
            return shown
    return ""


def _made(project: Project, key: Key, node: f.Expr | None, depth: int) -> tuple[Key, f.Call | None] | None:
    """The schema that a nested field names: a class, an object of it, a text, a function that gives one."""
    if isinstance(node, f.Lambda) and depth < _DEPTH:
        function = project.function(key[0], node.qualname)
        last = function.body[-1] if function is not None and function.body else None
        return _made(project, key, last.value, depth + 1) if isinstance(last, f.Return) else None
    call = node if isinstance(node, f.Call) else None
    text = literal(node).rpartition(".")[2] or dotted(call.func if call is not None else node)
    found = names.resolve(project, key[0], text, key[1]) if text else None
    if found is None or found[1] or found[0].kind != "class":
        return None
    schema = (found[0].path, found[0].qualname)
    return (schema, call) if is_schema(project, schema) and schema != key else None


def _path(at: At, source: str) -> f.Expr:
    return at.attr(at.name(ROW), *source.split("."))


def first_schema(project: Project, path: str, given: Sequence[f.Expr]) -> tuple[Key, f.Call | None] | None:
    """The schema among the arguments of a decorator: `@blueprint.response(200, BookSchema(many=True))`."""
    found = (
        _made(project, (path, ""), node, 0) for node in given if isinstance(node, (f.Call, f.Name, f.Attr))
    )
    return next((one for one in found if one is not None), None)
