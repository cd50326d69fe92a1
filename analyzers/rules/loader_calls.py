"""Where the loaders of relations go into the calls that make a query."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from analyzers import facts as f
from analyzers.evaluate import shapes
from analyzers.findings import Edit, Place
from analyzers.project.index import Project
from analyzers.rules.base import Context
from analyzers.text import Span

LOADERS = frozenset(("select_related", "prefetch_related", "options"))
"""Methods that add to what a query loads, and leave all else of it as it is.
Sources: https://docs.djangoproject.com/en/5.2/ref/models/querysets/#select-related,
https://docs.sqlalchemy.org/en/20/orm/queryguide/api.html#sqlalchemy.orm.Query.options"""


def added(context: Context, place: Place, calls: Mapping[str, Iterable[str]]) -> list[Edit]:
    """The edits that let an expression load more: `calls` names methods and what they are to be given, as source. What
    the expression ends with already is given more, other methods are called behind it."""
    edits: list[Edit] = []
    text = ""
    for verb, arguments in calls.items():
        last = _last_argument(context, place, verb)
        if last is None:
            text += f".{verb}({', '.join(arguments)})"
        else:
            edits.append(Edit(Place(place.path, Span(last, last)), "".join(f", {one}" for one in arguments)))
    if text:
        edits.append(Edit(Place(place.path, Span(place.span.end, place.span.end)), text))
    return edits


def _last_argument(context: Context, place: Place, verb: str) -> int | None:
    """Where the arguments of a loader end among those that an expression ends with; None where it has none that
    takes more: `select_related(None)` loads nothing, and `select_related()` all."""
    for owner in _around(context.project, place):
        for call in shapes.of_kind(owner.body, f.Call):
            if Span(owner.start + call.at, owner.start + call.to) == place.span:
                at = _ends(call, verb)
                return owner.start + at if at is not None else None
    return None


def _around(project: Project, place: Place) -> Iterator[f.Function | f.ClassDef]:
    """The functions and classes around a place. What is concluded from one depends on it alone, not on all of its file:
    another one that comes to hold the place would move it."""
    outline = project.outline(place.path)
    if outline is None:
        return
    span = place.span
    for function in outline.facts.functions:
        if function.start <= span.start and span.end <= function.end:
            found = project.function(place.path, function.qualname)
            yield from [found] if found is not None else []
    for cls in outline.facts.classes:
        if cls.start <= span.start and span.end <= cls.end:
            project.read(place.path, "body", cls.qualname)
            whole = project.class_(place.path, cls.qualname)
            yield from [whole] if whole is not None else []


def _ends(call: f.Expr, verb: str) -> int | None:
    while isinstance(call, f.Call) and isinstance(call.func, f.Attr) and call.func.name in LOADERS:
        if call.func.name == verb:
            none = any(map(shapes.is_none, call.args))
            return None if none or not call.args or call.keywords else call.args[-1].to
        call = call.func.obj
    return None
