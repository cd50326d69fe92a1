"""Tables of django-tables2: their columns are read of every row they are given.

Source: https://django-tables2.readthedocs.io/en/latest/pages/tutorial.html
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from msgspec.structs import replace

from analyzers import facts as f
from analyzers.conventions import classes, exports, units
from analyzers.evaluate import shapes
from analyzers.evaluate.calling import calls
from analyzers.evaluate.presenting import serialising
from analyzers.evaluate.run import Run
from analyzers.evaluate.turns import loops
from analyzers.findings import Place
from analyzers.orm import tables
from analyzers.project.index import Project
from analyzers.project.schema import Key
from analyzers.types import Origin, Value

if TYPE_CHECKING:
    from analyzers.evaluate.calling.arguments import Arguments


def made(run: Run, node: f.Call, target: Value, arguments: Arguments, place: Place) -> Value | None:
    """`BookTable(rows)`; None for what is no table."""
    assert target.ref is not None
    if not exports.is_table(run.summaries.project, target.ref):
        return None
    table = Value("instance", ref=target.ref, label=target.label, evidence="a table")
    given = arguments.get(0, "data")
    if given is not None and given.of is not None and given.of.kind == "row":
        path, name = target.ref
        unit = Value("function", ref=(path, units.qualname(name, "told")), bound=table, label=name)
        given = serialising.named(given)
        if given.of is not None and _loads_by_itself(run.summaries.project, target.ref):
            given = given.but(origin=_unsure(given.origin), of=given.of.but(origin=_unsure(given.of.origin)))
        loops.enter(run, node, given, node.args[0] if node.args else None, place, serialising.LOOP)
        calls.invoke(run, unit, (loops.element_of(run, given),), {}, place, name)
        run.close()
    return table.on(arguments.depends)


def _loads_by_itself(project: Project, key: Key) -> bool:
    """True for a table that has its rows load more before it shows them, as one that goes through its own columns does:
    `self.data.data = self.data.data.prefetch_related(*fields)`, or one that hands on what it is made of:
    `super().__init__(data.select_related("author"))`. What comes along then is not known."""
    return project.memo.ask(("loads by itself", *key), lambda: _is_loading(project, key), in_cycle=False)


def _is_loading(project: Project, key: Key) -> bool:
    return any(
        _is_loading_in(function, function.params if method == "__init__" else ())
        for path, qualname in classes.ancestry(project, key)
        for method in project.methods_of(path, qualname)
        if (function := project.function(path, f"{qualname}.{method}")) is not None
    )


def _is_loading_in(function: f.Function, rows: Iterable[f.Param]) -> bool:
    """Whether a method has the table's rows load more, or what one of its parameters holds."""
    names = {param.name for param in rows}
    loaded = (
        shapes.asked_of(call.func.obj)
        for call in shapes.of_kind(function.body, f.Call)
        if isinstance(call.func, f.Attr) and call.func.name in tables().django.loaders
    )
    return any(source.startswith("self.data") or source in names for source in loaded)


def _unsure(origin: Origin | None) -> Origin | None:
    return replace(origin, certain=False) if origin is not None else None
