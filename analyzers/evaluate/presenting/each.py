"""Filters of templates that read something of every row: `books|dictsort:"author.name"`, `books|join:", "`.

Source: https://docs.djangoproject.com/en/5.2/ref/templates/builtins/#dictsort
"""

from __future__ import annotations

from analyzers import facts as f
from analyzers.conventions.units import ROW
from analyzers.evaluate import expressions
from analyzers.evaluate.presenting import pages, serialising
from analyzers.evaluate.run import Run
from analyzers.evaluate.turns import loops
from analyzers.findings import Place
from analyzers.types import Value


def asked(run: Run, node: f.Call, rows: Value, path: object, place: Place) -> None:
    """Every row is asked for a dotted path of attributes, or for its text where no path is given."""
    loops.enter(run, node, serialising.named(rows), node.args[1], place, serialising.LOOP)
    row = loops.element_of(run, rows)
    if isinstance(path, str) and all(part.isidentifier() for part in path.split(".")):
        before = dict(run.env)
        run.bind(ROW, row)
        read: f.Expr = f.Name(node.at, node.to, ROW)
        for part in path.split("."):
            read = f.Attr(node.at, node.to, read, part, node.at)
        expressions.evaluate(run, read)
        run.env = before
    elif path is None:
        pages.shown(run, row, place)
    run.close()
