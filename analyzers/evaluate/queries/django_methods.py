"""Methods of one row of Django's: it is saved, deleted or read anew, and what the model's own method of that name asks besides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyzers import facts as f
from analyzers.evaluate.calling import calls
from analyzers.evaluate.queries import django_signals as signals
from analyzers.evaluate.queries.emit import emit
from analyzers.evaluate.run import Run
from analyzers.orm.tables import tables
from analyzers.project import names
from analyzers.project.index import Project
from analyzers.project.schema import Key
from analyzers.types import NONE, Value

if TYPE_CHECKING:
    from analyzers.evaluate.calling.arguments import Arguments

_OF_ITSELF = ("self", "super()")
"""What a row is called in its own methods."""

_MIGRATION = "Migration"
"""What the class of a migration is called."""

_ASKED = ("read", "lazy")
"""What a model's own method may do besides writing the row."""


def effect(name: str) -> str:
    """What a method of a row does; those for dates end in the name of the field."""
    table = tables().django.instance
    if name.startswith(("get_next_by_", "get_previous_by_")):
        return "fetch_one"
    return table.of(name) if name in table.names("write_one", "fetch_one") else ""


def note(receiver: Value, name: str) -> str:
    """What is said of a method that asks again for what was prefetched; "" for any other."""
    origin = receiver.origin
    if receiver.relation and origin is not None and receiver.path in origin.prefetches:
        return f"`{receiver.relation}` is prefetched, but `.{name}()` asks the database again"
    return ""


def method(
    run: Run, node: f.Call, row: Value, name: str, kind: str, model: str, arguments: Arguments
) -> Value:
    """`book.save()`: a query of a kind, what the model's own method asks for, and what listens to it."""
    project = run.summaries.project
    is_ours = row.ref is not None and bool(row.ref[0]) and not _is_migration(project, run.path)
    own = names.member(project, *row.ref, name) if row.ref is not None and is_ours else None
    if own is not None and own.kind == "function":
        _asked_by_own(run, node, row, (own.path, own.qualname), arguments)
    said = (
        f"`{own.qualname}` is the model's own: a batch would skip it" if own is not None and own.path else ""
    )
    emit(
        run,
        kind,
        f"{row.label or 'row'}.{name}()",
        run.place(node),
        row.depends | arguments.depends,
        orm="django",
        model=model,
        note=said,
    )
    signals.sent(run, name, row, run.place(node))
    return NONE


def _is_migration(project: Project, path: str) -> bool:
    """True for a file whose rows are of models as they once were, which have no methods."""
    above = names.names_above(project, path, _MIGRATION) if _MIGRATION in project.class_names(path) else ()
    return not tables().django.classes["migration"].names.isdisjoint(above)


def _asked_by_own(run: Run, node: f.Call, row: Value, own: Key, arguments: Arguments) -> None:
    """What it writes is told as the call itself, which stands for it. From one model's method to the next nothing is
    followed: they lead back to each other.
    """
    owner = run.function.owner
    if row.label in _OF_ITSELF or (owner and run.summaries.models.orm_of(run.path, owner)):
        return
    before = len(run.analysis.queries)
    bound = Value("function", ref=own, bound=row, label=own[1])
    calls.invoke(run, bound, tuple(arguments.values), arguments.keywords, run.place(node), own[1])
    run.analysis.queries[before:] = [q for q in run.analysis.queries[before:] if q.kind in _ASKED]
