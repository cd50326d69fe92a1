"""Where the loaders of relations go into the calls that make a query."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from analyzers import facts as f
from analyzers.evaluate import shapes
from analyzers.findings import Edit, Place
from analyzers.project.index import Project
from analyzers.rules import edits as edits_of
from analyzers.rules.base import Context
from analyzers.text import Span, Text

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
            text += _laid_out(context, place, verb, list(arguments), text)
        else:
            apart = _between(context, place, last)
            edits.append(
                Edit(Place(place.path, Span(last, last)), "".join(f"{apart}{one}" for one in arguments))
            )
    if text:
        edits.append(Edit(Place(place.path, Span(place.span.end, place.span.end)), text))
    return edits


def _laid_out(context: Context, place: Place, verb: str, arguments: list[str], before: str) -> str:
    """A call behind an expression: on a line of its own where the last one has that, its arguments where they are too wide."""
    short = f".{verb}({', '.join(arguments)})"
    if place.path != context.path:
        return short
    last, behind, newline = _around_end(context, place)
    indent = last[: len(last) - len(last.lstrip())]
    chained = last.lstrip().startswith(".") and "\n" in context.whole.slice(place.span)
    if chained:
        short, last = f"{newline}{indent}{short}", indent
    elif before:
        last = before.rpartition("\n")[2] if "\n" in before else last + before
    if len(last) + len(short.lstrip()) + len(behind) <= edits_of.width(context):
        return short
    listed = ", ".join(arguments)
    if len(indent) + 4 + len(listed) > edits_of.width(context):
        listed = f",{newline}{indent}    ".join(arguments) + ","
    head = f"{newline}{indent}" if chained else ""
    return f"{head}.{verb}({newline}{indent}    {listed}{newline}{indent})"


def _around_end(context: Context, place: Place) -> tuple[str, str, str]:
    """The line that a place ends on, up to its end and behind it, and how lines end in the file."""
    if context.inside(place):
        return _lines_at(context.text, place)

    def ask(here: Context) -> tuple[str, str, str]:
        here.project.read(here.path)
        return _lines_at(here.whole, place)

    return context.of_file(("lines at", place), ask, in_cycle=("", "", ""))


def _lines_at(text: Text, place: Place) -> tuple[str, str, str]:
    end = place.span.end
    line = text.line_of(end)
    return (
        text.slice(Span(text.line_starts[line], end)),
        text.slice(Span(end, max(text.line_span(line).end, end))),
        text.newline,
    )


def _between(context: Context, place: Place, last: int) -> str:
    """What stands between two arguments: a line's end where the last of them has a line of its own."""
    if place.path != context.path:
        return ", "
    at = Place(place.path, Span(last, last))
    head, _, newline = _around_end(context, at)
    indent = head[: len(head) - len(head.lstrip())]
    return f",{newline}{indent}" if head.lstrip()[:1] in ("'", '"') else ", "


def _last_argument(context: Context, place: Place, verb: str) -> int | None:
    """Where the arguments of a loader end among those that an expression ends with; None where it has none that
    takes more: `select_related(None)` loads nothing, and `select_related()` all."""
    for owner in around(context.project, place):
        for call in shapes.of_kind(owner.body, f.Call):
            if Span(owner.start + call.at, owner.start + call.to) == place.span:
                at = _ends(call, verb)
                return owner.start + at if at is not None else None
    return None


def around(project: Project, place: Place) -> Iterator[f.Function | f.ClassDef]:
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
