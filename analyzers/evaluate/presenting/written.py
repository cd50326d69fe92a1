"""Rows, and objects that hold some, that are written out: `print(book)`, `str(book)`, `f"{book}"` run `__str__`."""

from __future__ import annotations

from collections.abc import Iterable

from analyzers.evaluate.calling import calls
from analyzers.evaluate.queries import holding
from analyzers.evaluate.run import Run
from analyzers.findings import Place
from analyzers.project import names
from analyzers.types import Value

_METHODS = {
    "builtins.str": ("__str__", "__unicode__", "__repr__"),
    "builtins.print": ("__str__", "__unicode__", "__repr__"),
    "builtins.format": ("__format__", "__str__", "__unicode__", "__repr__"),
    "builtins.repr": ("__repr__", "__str__", "__unicode__"),
}
"""What the built-in functions call, the first that there is. A Django row's `__repr__` holds its `__str__`, and that was
its `__unicode__` in Python 2.

Sources: https://docs.python.org/3/reference/datamodel.html#object.__str__ and
https://docs.djangoproject.com/en/1.11/ref/models/instances/#str
"""


def by_function(run: Run, dotted: str, values: Iterable[Value], place: Place) -> None:
    """A call of a built-in function that writes out what it is given."""
    for value in values if dotted in _METHODS else ():
        _written(run, value, _METHODS[dotted], place)


def in_template(run: Run, value: Value, place: Place) -> None:
    """A part of an f-string."""
    _written(run, value, _METHODS["builtins.format"], place)


def _written(run: Run, value: Value, methods: tuple[str, ...], place: Place) -> None:
    if value.ref is None or run.language != "python":
        return
    if value.kind != "row" and not (value.kind == "instance" and holding.holds_rows(value)):
        return
    as_text(run, value, place, methods)


def as_text(
    run: Run, value: Value, place: Place, methods: tuple[str, ...] = ("__str__", "__unicode__")
) -> None:
    """Run the method that gives the text of a row or an object."""
    assert value.ref is not None
    for method in methods:
        found = names.member(run.summaries.project, *value.ref, method)
        if found is not None and found.kind == "function":
            bound = Value("function", ref=(found.path, found.qualname), bound=value, label=method)
            calls.invoke(run, bound, (), {}, place, method)
            return
