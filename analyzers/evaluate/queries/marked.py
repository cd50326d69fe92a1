"""What a program stores on rows: `shelf.shown = [...]` in a loop is there when the same rows are gone through again.

A set of rows keeps those it fetched, so that what one loop puts on them a later loop, or a template, reads.
Source: https://docs.djangoproject.com/en/5.2/topics/db/queries/#caching-and-querysets
"""

from __future__ import annotations

from msgspec.structs import replace

from analyzers import facts as f
from analyzers.evaluate.queries import holding
from analyzers.evaluate.run import Run
from analyzers.types import Value

MOST = 16
"""More attributes are not kept of one row."""

_SAME_ROWS = ("enumerate", "list", "tuple", "reversed", "sorted")
"""Functions that give the rows they are given, each of them once."""


def stored(row: Value, name: str, value: Value) -> Value:
    """A row on which something has been stored."""
    kept = dict(row.entries) | {name: holding.named(value.plain())}
    return replace(row, entries=tuple(kept.items())[-MOST:])


def attribute(base: Value, name: str) -> Value | None:
    """What a program has stored on a row under that name; None where it has not."""
    if base.kind != "row" or not base.entries:
        return None
    return dict(base.entries).get(name)


def left(run: Run, node: f.For) -> None:
    """Rows that a loop has gone through have what its body stored on each."""
    now = run.env.get(target.id) if (target := _row_of(node)) is not None else None
    if now is None or now.kind != "row" or not now.entries:
        return
    entries = now.entries

    def marked(rows: Value | None) -> Value | None:
        if rows is None or rows.of is None or rows.of.kind != "row" or rows.of.ref != now.ref:
            return rows
        return replace(rows, of=replace(rows.of, entries=entries))

    holding.change(run, _rows_of(node.iter), marked)


def _row_of(node: f.For) -> f.Name | None:
    """The name of the row: `for shelf in shelves`, `for number, shelf in enumerate(shelves)`."""
    if isinstance(node.target, f.Name):
        return node.target
    if not isinstance(node.target, f.Collection) or len(node.target.items) != 2:
        return None
    last = node.target.items[1]
    counted = (
        isinstance(node.iter, f.Call)
        and isinstance(node.iter.func, f.Name)
        and node.iter.func.id == "enumerate"
    )
    return last if counted and isinstance(last, f.Name) else None


def _rows_of(node: f.Expr) -> f.Expr:
    while (
        isinstance(node, f.Call)
        and isinstance(node.func, f.Name)
        and node.func.id in _SAME_ROWS
        and node.args
    ):
        node = node.args[0]
    return node
