"""Filter sets of django-filter: made of a set of rows, they give these rows with their filters applied.

Source: https://django-filter.readthedocs.io/en/stable/ref/filterset.html; before version 1.0 a filter set was iterated
itself: https://django-filter.readthedocs.io/en/1.0.4/guide/migration.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyzers.conventions import classes
from analyzers.conventions.tables import frameworks
from analyzers.evaluate.run import Run
from analyzers.types import Value

if TYPE_CHECKING:
    from analyzers.evaluate.calling.arguments import Arguments

_GIVEN = "queryset"
_ROWS = ("qs", _GIVEN)
"""The attributes of a filter set that give its rows."""


def made(run: Run, target: Value, arguments: Arguments) -> Value | None:
    """`BookFilter(request.GET, queryset=rows)`; None for a call of another class."""
    if target.ref is None or not target.ref[0]:
        return None
    rows = arguments.get(1, _GIVEN)
    if rows is None or rows.kind not in ("queryset", "manager"):
        return None
    if not classes.derives(run.summaries.project, target.ref, frameworks().filter_set):
        return None
    entries = tuple((name, rows) for name in _ROWS)
    made = Value("instance", ref=target.ref, label=target.label, of=rows.of, entries=entries)
    return made.on(arguments.depends)


def filtered(run: Run, receiver: Value, name: str, arguments: Arguments) -> Value | None:
    """`filters.filter(rows)` of what Django Ninja made of a request; None for a call of anything else.

    Source: https://django-ninja.dev/guides/input/filtering/
    """
    rows = arguments.first()
    if name != "filter" or receiver.kind != "instance" or receiver.ref is None or not receiver.ref[0]:
        return None
    if rows is None or rows.kind not in ("queryset", "manager"):
        return None
    is_schema = classes.derives(run.summaries.project, receiver.ref, frameworks().filter_schema)
    return rows.but(kind="queryset").on(receiver.depends) if is_schema else None


def rows_of(value: Value) -> Value | None:
    """The rows of a filter set; None for anything else."""
    return dict(value.entries).get(_ROWS[0]) if value.kind == "instance" else None
