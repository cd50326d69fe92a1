"""What a piece of code may make rows of, by the names it says: `Book(...)`, `Book.objects.create(...)`, `shelf.books.add(...)`.

Names are all that is asked for, so two classes of one name are made by the same code. That errs on the side of "made".
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzers import facts as f
from analyzers.orm import tables
from analyzers.project.outline import dotted

ITSELF = frozenset(("self", "cls"))
"""Names under which a manager or a model makes rows of its own."""

_OWN = frozenset(("cls", "model"))
"""What a class method, and a manager by `self.model`, call for a row of their own."""

_FACTORIES = ("form_factory", "formset_factory")
"""Endings of functions that make forms for the model they are given.

Source: https://docs.djangoproject.com/en/5.2/ref/forms/models/
"""

_NAMING = frozenset(("model", "queryset", "model_class"))
"""Attributes of a class that name whose rows it is about."""


def may_make(name: str) -> bool:
    """Whether a call of that name may make rows: of a class, of a method that creates some, of what makes a form."""
    return (
        name[:1].isupper()
        or name in _OWN
        or name in tables().django.makers.names
        or name.endswith(_FACTORIES)
    )


def made_by(node: f.Call, name: str) -> Iterator[str]:
    """The names under which a call that may make rows makes them: of a class, or of a relation."""
    if name.endswith(_FACTORIES):
        for argument in node.args:
            yield from _last(argument)
    elif name in tables().django.makers.names:
        yield from _whose(node.func)
    else:
        yield "self" if name in _OWN else name


def models_of(cls: f.Function | f.ClassDef) -> Iterator[str]:
    """The classes whose rows a class says it is about: `model = Book`, `queryset = Book.objects.all()`."""
    for step in cls.body:
        if isinstance(step, f.Assign) and any(
            isinstance(t, f.Name) and t.id in _NAMING for t in step.targets
        ):
            yield from _whose(step.value)


def _whose(node: f.Expr | None) -> Iterator[str]:
    """The classes on the way to a method, and the relation or object whose rows it is a method of."""
    relation = ""
    while isinstance(node, (f.Attr, f.Call)):
        if isinstance(node, f.Attr):
            if node.name[:1].isupper():
                yield node.name
            elif not relation and isinstance(node.obj, f.Attr):
                relation = node.obj.name
            node = node.obj
        else:
            node = node.func
    if isinstance(node, f.Name) and (node.id[:1].isupper() or node.id in ITSELF):
        yield node.id
    if relation:
        yield relation


def _last(node: f.Expr) -> Iterator[str]:
    name = (dotted(node) or "").rpartition(".")[2]
    if name[:1].isupper():
        yield name
