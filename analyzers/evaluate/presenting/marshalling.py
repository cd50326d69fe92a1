"""Fields of Flask-RESTful and Flask-RESTX at work: `marshal(books, book_fields)` reads them of every row.

Source: https://flask-restx.readthedocs.io/en/latest/marshalling.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyzers import facts as f
from analyzers.conventions import marshalled
from analyzers.conventions.tables import frameworks
from analyzers.evaluate import expressions, shapes
from analyzers.evaluate.calling import calls
from analyzers.evaluate.presenting import serialising
from analyzers.evaluate.run import Run
from analyzers.evaluate.turns import loops
from analyzers.findings import Place
from analyzers.types import Value

if TYPE_CHECKING:
    from analyzers.evaluate.calling.arguments import Arguments

_NAMES = ("marshal",)


def first(run: Run, node: f.Call) -> Value:
    """`<first>(answer)`: what an answer shows, without the status and the headers beside it: `return books, 200`."""
    value = expressions.evaluate(run, node.args[0])
    return value.items[0] if value.kind == "tuple" and value.items else value


def by_function(run: Run, node: f.Call, target: Value, arguments: Arguments, place: Place) -> Value | None:
    """`marshal(rows, book_fields)`; None for any other function."""
    package, _, name = target.dotted.partition(".")
    if name.rpartition(".")[2] not in _NAMES or package not in frameworks().marshal_kit.names:
        return None
    given, fields = arguments.get(0, "data"), shapes.dotted(node.args[1]) if len(node.args) > 1 else ""
    function = run.function.qualname
    if given is None or not fields or run.lookup(fields.partition(".")[0]) is not None:
        return Value("dict", depends=arguments.depends)
    read = Value("function", ref=marshalled.key_of(run.path, function, fields), label=fields)
    if given.kind == "row":
        calls.invoke(run, read, (given,), {}, place, fields)
    elif given.kind in serialising.LAZY or (given.of is not None and given.of.kind == "row"):
        given = serialising.named(given)
        loops.enter(run, node, given, node.args[0], place, serialising.LOOP)
        calls.invoke(run, read, (loops.element_of(run, given),), {}, place, fields)
        run.close()
    return Value("dict", depends=arguments.depends)
