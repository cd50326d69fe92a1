"""Signals of Django: what a row that is saved or deleted sets off in the functions that listen to its model.

What they ask the database counts where the row is written; their other costs are told where they stand. Nothing is followed
from one receiver to the next.
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzers import facts as f
from analyzers.evaluate.calling import calls
from analyzers.evaluate.presenting import serialising
from analyzers.evaluate.run import Run
from analyzers.evaluate.turns import loops
from analyzers.findings import Place
from analyzers.orm import tables
from analyzers.project import signals
from analyzers.project.schema import Key
from analyzers.types import TRUTH, Value


def sent(run: Run, method: str, written: Value, place: Place) -> None:
    """A row is written by a method: `save`, `create`, `delete`."""
    sender = Value("class", ref=written.ref, frozen=True)
    given = {"instance": written, "created": TRUTH, "raw": TRUTH}
    for signal, receiver in _heard(run, method, written.ref):
        calls.overheard(run, receiver, (sender,), given, place, f"sends {signal} to")


def sent_by_each(run: Run, node: f.Call, method: str, rows: Value, place: Place) -> None:
    """Rows that are deleted together are fetched for their signals, and each sends its own.

    Source: https://docs.djangoproject.com/en/5.2/ref/models/querysets/#delete
    """
    if rows.of is None or rows.of.kind != "row" or not any(True for _ in _heard(run, method, rows.ref)):
        return
    loops.enter(run, node, rows, None, place, serialising.LOOP)
    sent(run, method, loops.element_of(run, rows), place)
    run.close()


def _heard(run: Run, method: str, model: Key | None) -> Iterator[tuple[str, Key]]:
    """The functions that a row's method sets off, each with its signal."""
    words = tables().django.signals.get(method)
    project = run.summaries.project
    if not words or model is None or not model[0]:
        return
    if not signals.is_receiver(project, (run.path, run.function.qualname)):
        for signal in words.split():
            yield from ((signal, one) for one in signals.receivers(project, signal, model))
