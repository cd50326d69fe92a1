"""What a class assigns to its attributes: evidence of what `self.name` holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from analyzers.facts import Assign, Attr, Collection, Expr, Function, Name, Stmt
from analyzers.project.by_statement import by_piece
from analyzers.project.index import Project
from analyzers.project.modules import PYTHON_ENDINGS
from analyzers.project.outline import flatten


class AttributeValue(NamedTuple):
    """One assignment to an attribute: the method it stands in (None: the class body), the value, the annotation."""

    function: Function | None
    value: Expr | None
    annotation: Expr | None = None


def attribute_values(
    project: Project, path: str, class_qualname: str
) -> Mapping[str, tuple[AttributeValue, ...]]:
    """What the class's own body and methods assign to its attributes, by name, in source order.

    A TypeScript constructor's annotated parameter counts as an attribute of its name that nothing else assigns:
    `constructor(private prisma: PrismaClient)`.
    """
    return project.memo.ask(
        ("attributes", path, class_qualname),
        lambda: _attribute_values(project, path, class_qualname),
        in_cycle={},
    )


def values_of(project: Project, path: str, class_qualname: str, name: str) -> tuple[AttributeValue, ...]:
    """What the class's own body and methods assign to one attribute: an edit of a method that assigns others leaves it as it is."""
    if not name:
        return ()
    return project.memo.ask(
        ("attribute", path, class_qualname, name),
        lambda: attribute_values(project, path, class_qualname).get(name, ()),
        in_cycle=(),
    )


def _attribute_values(
    project: Project, path: str, class_qualname: str
) -> dict[str, tuple[AttributeValue, ...]]:
    project.read(path, "body", class_qualname)
    project.read(path, "members", class_qualname)
    outline = project.outline(path)
    if outline is None:
        return {}
    methods = outline.methods.get(class_qualname, {}).values()
    if path.endswith(PYTHON_ENDINGS):
        # A method that sets no attribute, before and after an edit, has nothing to say here.
        project.read(path, "sets", class_qualname)
    else:
        for method in methods:
            project.read(path, "function", method.qualname)
    found: dict[str, list[AttributeValue]] = {}
    for name, assign in outline.class_values(class_qualname).items():
        found.setdefault(name, []).append(AttributeValue(None, assign.value, assign.annotation))
    for method in methods:
        for name, value in _self_assignments(method, path):
            found.setdefault(name, []).append(value)
    if not path.endswith(PYTHON_ENDINGS):
        for method in methods:
            for param in method.params if method.name == "constructor" else ():
                if param.annotation is not None and param.name and param.name not in found:
                    found[param.name] = [AttributeValue(method, None, param.annotation)]
    return {name: tuple(values) for name, values in found.items()}


def _self_assignments(method: Function, path: str) -> list[tuple[str, AttributeValue]]:
    if path.endswith(PYTHON_ENDINGS):
        this = method.params[0].name if method.params else ""
    else:
        this = "this"
    return [
        (name, AttributeValue(method, value, annotation))
        for of, name, value, annotation in _assigned(method.body)
        if of == this
    ]


@by_piece
def _assigned(body: tuple[Stmt, ...]) -> list[tuple[str, str, Expr | None, Expr | None]]:
    """The attributes that a body assigns: the name of what has them, theirs, the value and the annotation."""
    return [
        (attr.obj.id, attr.name, value, statement.annotation)
        for statement in flatten(body)
        if isinstance(statement, Assign)
        for target in statement.targets
        for attr, value in _paired(target, statement.value)
        if isinstance(attr.obj, Name)
    ]


def _paired(target: Expr, value: Expr | None) -> list[tuple[Attr, Expr | None]]:
    if isinstance(target, Attr):
        return [(target, value)]
    if (
        isinstance(target, Collection)
        and isinstance(value, Collection)
        and len(target.items) == len(value.items)
    ):
        return [(t, v) for t, v in zip(target.items, value.items, strict=True) if isinstance(t, Attr)]
    return []
