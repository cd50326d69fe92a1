"""Signals of Django: what a row that is saved or deleted sets off in the functions that listen to its model.

What they ask the database counts where the row is written; their other costs are told where they stand. Nothing is followed
from one receiver to the next.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from analyzers import facts as f
from analyzers.evaluate import shapes
from analyzers.evaluate.calling import calls
from analyzers.evaluate.presenting import serialising
from analyzers.evaluate.remembered import of_whole
from analyzers.evaluate.run import Run
from analyzers.evaluate.turns import loops
from analyzers.findings import Place
from analyzers.orm import tables
from analyzers.project import signals
from analyzers.project.schema import Key
from analyzers.types import TRUTH, Origin, Value, constant


def sent(run: Run, method: str, written: Value, place: Place) -> None:
    """A row is written by a method: `save`, `create`, `delete`."""
    sender = Value("class", ref=written.ref, frozen=True)
    given = {"instance": written, "created": _is_created(run, method, written), "raw": TRUTH}
    for signal, receiver in _heard(run, method, written.ref):
        calls.overheard(run, receiver, (sender,), given, place, f"sends {signal} to")


def _is_created(run: Run, method: str, written: Value) -> Value:
    """What `created` is: a row that a query gave is there already, unless its key is taken off to save it as another."""
    if method in _CREATING:
        return constant("bool", True)
    if written.origin is None or of_whole(_is_anew, run.function.body):
        return TRUTH
    return constant("bool", False)


_CREATING = frozenset(("create", "acreate"))
_KEYS = frozenset(("pk", "id", "adding"))


def _is_anew(body: tuple[f.Stmt, ...]) -> bool:
    """True where `book.pk = None` or `book._state.adding = True` stands.

    Source: https://docs.djangoproject.com/en/5.2/topics/db/queries/#copying-model-instances
    """
    return any(
        isinstance(target, f.Attr) and target.name in _KEYS
        for assign in shapes.of_kind(body, f.Assign)
        for target in assign.targets
    )


def sent_by_each(run: Run, node: f.Call, method: str, rows: Value, place: Place) -> None:
    """Rows that are deleted together are fetched for their signals, without what the set joins, and each sends its own.

    Sources: https://docs.djangoproject.com/en/5.2/ref/models/querysets/#delete and
    https://github.com/django/django/blob/5.2/django/db/models/query.py (`QuerySet.delete`)
    """
    if rows.of is None or rows.of.kind != "row" or not any(True for _ in _heard(run, method, rows.ref)):
        return
    rows = rows.but(of=rows.of.but(origin=_without_joins(rows.of.origin)))
    loops.enter(run, node, rows, None, place, serialising.LOOP)
    sent(run, method, loops.element_of(run, rows), place)
    run.close()


def _without_joins(origin: Origin | None) -> Origin | None:
    """What a set loads where joins do nothing: a prefetch would."""
    if origin is None:
        return None
    kept = (path for path in origin.loads if any(path.startswith(f"{one}__") for one in origin.prefetches))
    return replace(origin, loads=frozenset(kept), limits=origin.limits | {NO_JOINS})


NO_JOINS = "delete"
"""The limit of rows that are fetched to be deleted: `select_related` does nothing for them."""


def _heard(run: Run, method: str, model: Key | None) -> Iterator[tuple[str, Key]]:
    """The functions that a row's method sets off, each with its signal."""
    words = tables().django.signals.get(method)
    project = run.summaries.project
    if not words or model is None or not model[0]:
        return
    if not signals.is_receiver(project, (run.path, run.function.qualname)):
        for signal in words.split():
            yield from ((signal, one) for one in signals.receivers(project, signal, model))
