"""Attributes that are lists wherever a program sets them: `self.names = []`, `names: list[str]`.

Where nothing says of which class an object is, its attribute's name may: if all that any file puts under it is a list, it is one.
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzers.facts import Assign, Attr, Call, ClassDef, Collection, Comprehension, Expr, Index, Logic, Name
from analyzers.project.outline import dotted

_LISTS = frozenset(("list", "List", "typing.List"))
_MAKERS = frozenset(("list", "sorted"))
_FIELDS = frozenset(("field", "Factory", "ib", "attrib", "Field"))
"""What dataclasses, attrs and pydantic call a field; with `list` as its factory it holds one."""


def said_by(node: Assign) -> Iterator[tuple[str, bool]]:
    """The attributes that a statement sets, each with whether it is to a list; what is set to None is left out."""
    for target in node.targets:
        if isinstance(target, Attr):
            if node.value is not None and not _is_none(node.value):
                yield target.name, _is_list(node.value)
        elif isinstance(target, Collection):
            for part in target.items:
                if isinstance(part, Attr):
                    yield part.name, False


def said_in(cls: ClassDef) -> Iterator[tuple[str, bool]]:
    """The same of the attributes that the body of a class sets or declares."""
    for node in cls.body:
        if not isinstance(node, Assign) or (node.annotation is None and _is_none(node.value)):
            continue
        is_list = _is_declared(node.annotation) or (node.value is not None and _is_list(node.value))
        for target in node.targets:
            if isinstance(target, Name):
                yield target.id, is_list


def _is_none(node: Expr | None) -> bool:
    return node is None or (getattr(node, "kind", "") == "none")


def _is_declared(annotation: Expr | None) -> bool:
    head = annotation.obj if isinstance(annotation, Index) else annotation
    return head is not None and dotted(head) in _LISTS


def _is_list(value: Expr) -> bool:
    """True for what makes a list as long as data are: `[]`, `[x for x in xs]`, `list(xs)`, `names or []`."""
    if isinstance(value, Collection):
        return value.kind == "list" and not value.items
    if isinstance(value, Comprehension):
        return value.kind == "list"
    if isinstance(value, Logic):
        return value.op == "or" and _is_list(value.parts[-1])
    if not isinstance(value, Call):
        return False
    name = dotted(value.func) or ""
    if name in _MAKERS:
        return True
    made = [k.value for k in value.keywords if k.name in ("default_factory", "factory")]
    made += list(value.args[:1]) if name.rpartition(".")[2] == "Factory" else []
    return name.rpartition(".")[2] in _FIELDS and any(dotted(one) == "list" for one in made)
