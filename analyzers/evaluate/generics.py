"""Classes that a generic class is given for its parameter and keeps: `self.model` of `class Users(Repository[User])`.

A repository names its model once, between the brackets of its base. What keeps it is an attribute that the generic class
says to be a class of its parameter (`model: type[T]`, `def __init__(self, model: type[T])`), or takes out of the brackets
itself (`get_args(cls.__orig_bases__[0])[0]`).

Sources: https://docs.python.org/3/library/typing.html#typing.Generic,
https://docs.python.org/3/library/types.html#types.get_original_bases
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzers import facts as f
from analyzers.evaluate import class_values, shapes
from analyzers.project import names
from analyzers.project.attributes import AttributeValue, values_of
from analyzers.project.index import Project
from analyzers.types import Value

_Key = tuple[str, str]
_CLASS_OF = frozenset(("type", "Type"))
_PARAMETERS = frozenset(("Generic", "Protocol"))
_ANY_CLASS = frozenset(("typing.Type", "builtins.type"))
_TAKEN_FROM = frozenset(("__orig_bases__", "get_original_bases", "__orig_class__"))


def is_left_open(value: Value) -> bool:
    """True for what may be any class: nothing is known of it, or that it is one."""
    return not value.known or (value.kind == "instance" and value.dotted in _ANY_CLASS)


def class_kept(project: Project, key: _Key, name: str) -> Value | None:
    """The class that an attribute holds because a class gives it to the generic one that it is derived from; None where
    nothing says so."""

    def find() -> _Key | None:
        for above in names.lineage(project, *key):
            if above.kind != "class":
                continue
            values = values_of(project, above.path, above.qualname, name)
            if values:
                parameters = _parameters(project, (above.path, above.qualname))
                at = next((n for value in values if (n := _place(value, parameters)) is not None), None)
                return _given(project, key, (above.path, above.qualname), at) if at is not None else None
        return None

    found = project.memo.ask(("generic's class", *key, name), find, in_cycle=None)
    return class_values.class_itself(project, *found) if found is not None else None


def _place(value: AttributeValue, parameters: tuple[str, ...]) -> int | None:
    """Which parameter of its class an attribute is set to by an assignment."""
    said = value.annotation
    if said is None and isinstance(value.value, f.Name) and value.function is not None:
        said = next((p.annotation for p in value.function.params if p.name == value.value.id), None)
    if said is not None:
        named = {parameters.index(one) for one in _classes_of(said) if one in parameters}
        return named.pop() if len(named) == 1 else None
    return _taken(value.value)


def _classes_of(annotation: f.Expr) -> Iterator[str]:
    """The names of which an annotation says that it is a class of them: `T` of `type[T]`, also with quotes or a None beside it."""
    for node in shapes.nodes(annotation):
        if isinstance(node, f.Index) and shapes.dotted(node.obj).rpartition(".")[2] in _CLASS_OF:
            yield shapes.dotted(node.index)
        elif isinstance(node, f.Const) and isinstance(node.value, str):
            head, _, inner = node.value.partition("[")
            if head.rpartition(".")[2] in _CLASS_OF:
                yield inner.removesuffix("]")


def _taken(node: f.Expr | None) -> int | None:
    """Which of the classes between the brackets an expression takes: the outermost number that is asked for, of what is
    written in `__orig_bases__`."""
    if not isinstance(node, f.Index) or not isinstance(node.index, f.Const):
        return None
    if not isinstance(node.index.value, int) or (
        isinstance(node.obj, f.Attr) and node.obj.name in _TAKEN_FROM
    ):
        return None
    words = {
        part.name if isinstance(part, f.Attr) else part.id
        for part in shapes.nodes(node.obj)
        if isinstance(part, (f.Attr, f.Name))
    }
    return node.index.value if not words.isdisjoint(_TAKEN_FROM) else None


def _parameters(project: Project, key: _Key) -> tuple[str, ...]:
    """The parameters of a generic class, in their order: `T` of `class Repository(Generic[T])`."""
    indexed = [base for base in _bases(project, key) if isinstance(base, f.Index)]
    own = [base for base in indexed if shapes.dotted(base.obj).rpartition(".")[2] in _PARAMETERS]
    return tuple(dict.fromkeys(shapes.dotted(part) for base in own or indexed for part in _parts(base.index)))


def _bases(project: Project, key: _Key) -> tuple[f.Expr, ...]:
    project.read(key[0], "class", key[1])
    cls = project.outlined_class(*key)
    return cls.bases if cls is not None else ()


def _parts(node: f.Expr) -> tuple[f.Expr, ...]:
    return node.items if isinstance(node, f.Collection) else (node,)


def _given(project: Project, key: _Key, generic: _Key, at: int, depth: int = 0) -> _Key | None:
    """The class that stands at a place between the brackets of a generic class, where another one is derived from it."""
    if depth > _DEPTH:
        return None
    for base in _bases(project, key):
        head = base.obj if isinstance(base, f.Index) else base
        found = names.resolve(project, key[0], shapes.dotted(head))
        if found is None or found[1] or found[0].kind != "class":
            continue
        above = (found[0].path, found[0].qualname)
        place: int | None = at
        if above != generic:
            inner = _place_above(project, above, generic, at, depth + 1)
            if isinstance(inner, tuple):
                return inner
            place = inner
        parts = _parts(base.index) if isinstance(base, f.Index) else ()
        if place is not None and place < len(parts):
            given = names.resolve(project, key[0], shapes.dotted(parts[place]))
            is_class = given is not None and not given[1] and given[0].kind == "class"
            return (given[0].path, given[0].qualname) if given is not None and is_class else None
    return None


def _place_above(project: Project, key: _Key, generic: _Key, at: int, depth: int) -> _Key | int | None:
    """What a class between two hands to the generic one: a class, or the place of one of its own parameters."""
    if not any((above.path, above.qualname) == generic for above in names.lineage(project, *key)):
        return None
    named = _given(project, key, generic, at, depth)
    if named is not None:
        return named
    parameters = _parameters(project, key)
    for base in _bases(project, key):
        found = names.resolve(project, key[0], shapes.dotted(base.obj)) if isinstance(base, f.Index) else None
        if found is not None and (found[0].path, found[0].qualname) == generic:
            parts = _parts(base.index)  # type: ignore[union-attr]
            handed = shapes.dotted(parts[at]) if at < len(parts) else ""
            return parameters.index(handed) if handed in parameters else None
    return None


_DEPTH = 4
"""Classes between one that names its model and the generic one that keeps it."""
