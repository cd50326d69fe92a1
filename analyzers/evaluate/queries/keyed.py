"""Relations that are read only where their key is none: `order.user_id or order.user.id` sends no query.

A row whose key is none leads to no row, and every mapper knows that without asking.
Source: https://docs.sqlalchemy.org/en/20/orm/queryguide/relationships.html#lazy-loading
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from analyzers import facts as f
from analyzers.evaluate import shapes
from analyzers.evaluate.run import Run


@contextmanager
def without(run: Run, asked: f.Expr) -> Iterator[None]:
    """What is run in here is run only if `asked` does not hold: a relation whose key that is leads nowhere."""
    label = _led_to(run, asked)
    known = not label or label in run.assigned
    if not known:
        run.assigned.add(label)
    try:
        yield
    finally:
        if not known:
            run.assigned.discard(label)


def _led_to(run: Run, asked: f.Expr) -> str:
    """`order.user` for the key `order.user_id` of a row; "" for anything else."""
    if not isinstance(asked, f.Attr) or not isinstance(asked.obj, f.Name):
        return ""
    row = run.lookup(asked.obj.id)
    found = (
        run.summaries.models.model(*row.ref) if row is not None and row.kind == "row" and row.ref else None
    )
    if found is None:
        return ""
    name = next((r.name for r in found.relations.values() if r.column == asked.name and not r.many), "")
    return f"{shapes.text_of(asked.obj)}.{name}" if name else ""
