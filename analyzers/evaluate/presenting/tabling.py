"""Tables of django-tables2: their columns are read of every row they are given.

Source: https://django-tables2.readthedocs.io/en/latest/pages/tutorial.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyzers import facts as f
from analyzers.conventions import exports, units
from analyzers.evaluate.calling import calls
from analyzers.evaluate.presenting import serialising
from analyzers.evaluate.run import Run
from analyzers.evaluate.turns import loops
from analyzers.findings import Place
from analyzers.types import Value

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
        loops.enter(run, node, given, node.args[0] if node.args else None, place, serialising.LOOP)
        calls.invoke(run, unit, (loops.element_of(run, given),), {}, place, name)
        run.close()
    return table.on(arguments.depends)
