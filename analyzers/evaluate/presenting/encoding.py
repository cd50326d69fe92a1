"""What a library calls for each thing that it cannot write itself: `json.dumps(books, default=encode)`, `cls=BookEncoder`.

Source: https://docs.python.org/3/library/json.html#json.dumps
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from analyzers import facts as f
from analyzers.evaluate import shapes
from analyzers.evaluate.calling import calls
from analyzers.evaluate.presenting import serialising
from analyzers.evaluate.run import Run
from analyzers.evaluate.turns import loops
from analyzers.findings import Place
from analyzers.project import names
from analyzers.types import Value

if TYPE_CHECKING:
    from analyzers.evaluate.calling.arguments import Arguments

_WRITERS = frozenset(
    (
        "json.dump",
        "json.dumps",
        "simplejson.dump",
        "simplejson.dumps",
        "orjson.dumps",
        "ujson.dumps",
        "rapidjson.dumps",
    )
)
_DEPTH = 2
"""Mappings in mappings that hold rows."""


def by_function(run: Run, node: f.Call, dotted: str, arguments: Arguments, place: Place) -> None:
    """A call of a library that writes what it is given; every row of a set goes through the function for such."""
    given = arguments.first() if dotted in _WRITERS else None
    encoder = _encoder(run, arguments) if given is not None else None
    if given is None or encoder is None:
        return
    for rows in _sets(given, _DEPTH):
        rows = serialising.named(rows)
        loops.enter(run, node, rows, node.args[0] if node.args else None, place, serialising.LOOP)
        calls.invoke(run, encoder, (loops.element_of(run, rows),), {}, place, encoder.label)
        run.close()


def asks_nobody(node: f.Call) -> bool:
    """True for a call that writes what it is given by itself: `json.dumps(books)`."""
    asked = any(keyword.name in ("default", "cls", "") for keyword in node.keywords)
    return shapes.dotted(node.func) in _WRITERS and not asked


def _encoder(run: Run, arguments: Arguments) -> Value | None:
    """The function that is handed over, or the method of the class that is."""
    default = arguments.keywords.get("default")
    if default is not None and default.kind == "function":
        return default
    cls = arguments.keywords.get("cls")
    if cls is None or cls.kind != "class" or cls.ref is None or not cls.ref[0]:
        return None
    found = names.member(run.summaries.project, *cls.ref, "default")
    if found is None or found.kind != "function":
        return None
    made = Value("instance", ref=cls.ref, label=cls.label)
    return Value("function", ref=(found.path, found.qualname), bound=made, label=f"{cls.label}.default")


def _sets(value: Value, depth: int) -> Iterator[Value]:
    """The sets of rows that something is or holds by name."""
    if value.kind in serialising.LAZY or (value.of is not None and value.of.kind == "row"):
        yield value
    elif depth:
        for _, held in value.entries:
            yield from _sets(held, depth - 1)
