"""GraphQL: a field that gives a list makes the resolvers of its type run for every row of it.

A resolver stands in the class of its own type, and knows its parent's row as its first parameter; which field lists that
type is told elsewhere. So the loop is made in the type: over what each field gives that lists it, with the resolvers'
own statements as its turn, that what is found stands where it is written. A data loader collects what all resolvers ask
for, and sends no query here.

Source: https://docs.graphene-python.org/en/latest/types/objecttypes/#resolvers and
https://strawberry.rocks/docs/guides/dataloaders
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from analyzers import facts as f
from analyzers.conventions import classes, units
from analyzers.conventions.classes import Held
from analyzers.conventions.tables import frameworks
from analyzers.conventions.units import ROW, At
from analyzers.orm.tables import Names
from analyzers.project import names
from analyzers.project.index import Project
from analyzers.project.outline import dotted
from analyzers.project.schema import Key

_PREFIX = "resolve_"
_LISTS = frozenset(("list", "List", "typing.List", "Sequence", "Iterable", "collections.abc.Sequence"))


def roots(project: Project, key: Key) -> Iterator[str]:
    if _is_type(project, key) and any(True for _ in _resolvers(project, key)) and key in _listed(project):
        yield "resolved"


def resolved(project: Project, cls: f.ClassDef, key: Key, _: str) -> f.Function | None:
    """All resolvers of a type, for every row of each field that lists it."""
    at = At(classes.name_of(cls))
    given: list[f.Stmt] = []
    loops: list[f.Stmt] = []
    for owner, field in _listed(project).get(key, ()):
        rows = at.call(at.attr(at.name("self"), units.attribute(*owner, f"listed {field}")))
        given.append(f.Assign(*at.span, (at.name(field),), rows))
        turn = [
            s
            for resolver in _resolvers(project, key)
            for s in _turn(resolver, resolver.start - cls.start, at)
        ]
        loops.append(at.each(ROW, at.name(field), *turn))
    return units.function(cls, "resolved", (), (*given, *loops)) if loops else None


def _turn(resolver: f.Function, by: int, at: At) -> Iterator[f.Stmt]:
    """What a resolver does for one row: it is its first parameter, of the others nothing is known."""
    parent, *others = (param.name for param in resolver.params)
    yield f.Assign(*at.span, (at.name(parent),), at.name(ROW))
    for name in others:
        yield f.Assign(*at.span, (at.name(name),), f.Opaque(*at.span))
    for statement in resolver.body:
        yield _moved(statement, by)  # type: ignore[misc]


def listed(project: Project, cls: f.ClassDef, key: Key, field: str) -> f.Function | None:
    """What a field that lists a type gives."""
    at = At(classes.name_of(cls))
    name = _PREFIX + field
    method = name if classes.method(project, key, name) is not None else field
    if classes.method(project, key, method) is None:
        return None
    info = () if method == field else (f.Opaque(*at.span),)
    return units.function(
        cls, f"listed {field}", (), (at.give(at.call(at.attr(at.name("self"), method), *info)),)
    )


def _is_type(project: Project, key: Key) -> bool:
    return classes.derives(project, key, frameworks().graphql_type) or _is_decorated(project, key)


def _is_decorated(project: Project, key: Key) -> bool:
    """`@strawberry.type`, with arguments or without."""
    cls = project.class_(*key)
    return cls is not None and any(
        _means(project, key[0], d, frameworks().graphql_decorator) for d in cls.decorators
    )


def _means(project: Project, path: str, node: f.Expr, known: Names) -> bool:
    name = dotted(node.func if isinstance(node, f.Call) else node)
    found = names.resolve(project, path, name) if name else None
    return found is not None and not found[1] and names.full_name(project, found[0]) in known


def _resolvers(project: Project, key: Key) -> Iterator[f.Function]:
    """The type's own resolvers, in the order of the file."""
    facts = project.facts(key[0])
    for function in facts.functions if facts is not None else ():
        if function.owner != key[1] or function.parent or not function.params or function.is_generator:
            continue
        fields = frameworks().graphql_field
        decorated = any(_means(project, key[0], d, fields) for d in function.decorators)
        if decorated or function.name.startswith(_PREFIX):
            yield function


def _listed(project: Project) -> dict[Key, tuple[tuple[Key, str], ...]]:
    """The fields that list a type, by the type: the class that has the field, and its name."""

    def collect() -> dict[Key, tuple[tuple[Key, str], ...]]:
        found: dict[Key, tuple[tuple[Key, str], ...]] = {}
        for path in project.paths():
            for target, owner, field in _lists_in(project, path):
                found[target] = (*found.get(target, ()), (owner, field))
        return found

    return project.memo.ask(("graphql lists",), collect, {})


def _lists_in(project: Project, path: str) -> tuple[tuple[Key, Key, str], ...]:
    def collect() -> tuple[tuple[Key, Key, str], ...]:
        project.read(path, "classes")
        facts = project.facts(path)
        python = facts is not None and facts.language == "python"
        return tuple(
            one
            for cls in (facts.classes if facts is not None and python else ())
            if _is_type(project, (path, cls.qualname))
            for one in _lists_of(project, (path, cls.qualname))
        )

    return project.memo.ask(("graphql lists", path), collect, ())


def _lists_of(project: Project, key: Key) -> Iterator[tuple[Key, Key, str]]:
    for name, assign in classes.own(project, key).items():
        inner = _list_of(project, key[0], assign.value)
        target = classes.class_of(project, Held(key, inner)) if inner is not None else None
        if target is not None and classes.method(project, key, _PREFIX + name) is not None:
            yield target, key, name
    for resolver in _resolvers(project, key):
        if isinstance(resolver.returns, f.Index) and dotted(resolver.returns.obj) in _LISTS:
            target = classes.class_of(project, Held(key, resolver.returns.index))
            if target is not None:
                yield target, key, resolver.name


def _list_of(project: Project, path: str, value: f.Expr | None) -> f.Expr | None:
    """The type in `graphene.List(Type)`, also under `NonNull` and `Field`; `lambda: Type` is not followed."""
    if not isinstance(value, f.Call) or not value.args:
        return None
    lists = frameworks().graphql_list
    own = classes.class_of(project, Held((path, ""), value.func))
    if _means(project, path, value, lists) or (own is not None and classes.derives(project, own, lists)):
        inner = value.args[0]
        return inner.args[0] if isinstance(inner, f.Call) and inner.args else inner
    if (dotted(value.func) or "").rpartition(".")[2] in ("NonNull", "Field"):
        return _list_of(project, path, value.args[0])
    return None


# ---------------------------------------------------------------------------------------------- statements


def _moved(node: object, by: int) -> object:
    """A resolver's statement as one of its type's: further on by so many bytes, and giving nothing back."""
    if isinstance(node, tuple):
        return tuple(_moved(part, by) for part in node)
    if not isinstance(node, f._Node):
        return node
    if isinstance(node, f.Return):
        value = node.value if node.value is not None else f.Const(node.at, node.to, "none", None)
        return f.Do(node.at + by, node.to + by, _moved(value, by))  # type: ignore[arg-type]
    parts = {name: _moved(getattr(node, name), by) for name in node.__struct_fields__}
    for name in ("at", "to", "name_at", "head_to"):
        if name in parts:
            parts[name] = parts[name] + by  # type: ignore[operator]
    return msgspec.structs.replace(node, **parts)
