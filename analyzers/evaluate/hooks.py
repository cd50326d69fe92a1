"""What hooks hang on the object that a framework keeps for one request, and others take from there: rows, clients, objects."""

from __future__ import annotations

from msgspec.structs import replace

from analyzers import facts as f
from analyzers.conventions.tables import frameworks
from analyzers.evaluate.run import Run
from analyzers.project import hung
from analyzers.project.quiet import is_quiet
from analyzers.types import NOTHING, Value, joined

_MOST = 3
"""Functions that are asked what they hang under one name."""


def taken(run: Run, node: f.Expr) -> Value | None:
    """What an attribute, or an entry, of such an object holds; None where nobody hangs anything there, or too many do."""
    key = hung.key_of(node) if run.language == "python" else ""
    if not key or (key.endswith(".user") and run.summaries.models.user_model() is not None):
        return None  # Who asks is known by Django's own word.
    places = [
        one for one in run.summaries.project.words.hung(key) if not is_quiet(run.summaries.project, one[0])
    ]
    if not 0 < len(places) <= _MOST:
        return None
    found = joined(held for place in places if (held := _held(run, place, key)) is not None)
    return replace(found, depends=NOTHING, bound=None) if found is not None and found.known else None


def is_hung(dotted: str) -> bool:
    """True for what a program hangs on the request that a framework hands out by an import: `pecan.request.indexer`. It is none of the
    framework's."""
    holder, _, name = dotted.rpartition(".")
    return holder in frameworks().request_objects.names and name not in _OWN


_OWN = frozenset(
    (
        "args",
        "form",
        "values",
        "files",
        "headers",
        "cookies",
        "json",
        "data",
        "params",
        "query",
        "config",
        "logger",
    )
)
"""What a request, or an application, has of its own."""


def is_below(run: Run, node: f.Attr) -> bool:
    """True for what is read of something that a hook has hung there: `g.project.get_bills`."""
    holder: f.Expr = node.obj
    while isinstance(holder, f.Attr):
        if taken(run, holder) is not None:
            return True
        holder = holder.obj
    return False


def _held(run: Run, place: tuple[str, str], key: str) -> Value | None:
    function = run.summaries.function(*place)
    if function is None or run.summaries.active.get(place) or place == (run.path, run.function.qualname):
        return None
    summary = run.summaries.of(place[0], function, {}, run)
    return dict(summary.stores).get(key) if summary is not None else None
