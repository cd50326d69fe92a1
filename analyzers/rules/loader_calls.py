"""Where the loaders of relations go into the calls that make a query."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from analyzers import facts as f
from analyzers.evaluate import shapes
from analyzers.findings import Edit, Place
from analyzers.project.index import Project
from analyzers.rules import chains, enclosing
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
    owner, links = _links(context.project, place)
    seen = text_around(context, place) if place.path == context.path else None
    if seen is not None and _quotes_once(context, place, seen[0]):
        calls = {verb: [one.replace('"', "'") for one in arguments] for verb, arguments in calls.items()}
    more: dict[int, list[str]] = {}
    new: list[str] = []
    for verb, arguments in calls.items():
        last = _taking(links, verb)
        if last is None:
            new.append(f".{verb}({', '.join(arguments)})")
        else:
            more[last] = [*arguments]
    if seen is None:
        return _unseen(context, place, owner, links, more, new)
    text, head, behind, newline = seen
    in_brackets = not any(
        holder.start + stmt.at == place.span.start
        for holder in around(context.project, place)
        for stmt in shapes.walk(holder.body)
    )
    here = enclosing.Around(head, behind, edits_of.width(context), newline, in_brackets)
    chain = chains.Chain(text, place.span.start, tuple(links), owner, here, more, new)
    return [Edit(Place(place.path, Span(at, at)), put) for at, put in chain.edits()]


def _quotes_once(context: Context, place: Place, text: str) -> bool:
    """True where texts are written in single quotes: in the expression itself, else in the function around it."""
    if "'" not in text and '"' not in text and context.inside(place):
        text = context.text.slice(Span(context.function.start, context.function.end))
    return text.count("'") > text.count('"')


def is_expression(project: Project, place: Place) -> bool:
    """True where an expression stands that a call may come behind: not the name in `class Book:`, of which a framework asks the rows."""
    return any(
        isinstance(node, (f.Call, f.Attr, f.Name, f.Index))
        and Span(owner.start + node.at, owner.start + node.to) == place.span
        for owner in around(project, place)
        for node in shapes.nodes(owner.body)
    )


def _unseen(
    context: Context,
    place: Place,
    owner: int,
    links: list[f.Call],
    more: Mapping[int, list[str]],
    new: list[str],
) -> list[Edit]:
    """The same in another file, whose text is not at hand. Its facts tell of calls on lines of their own, and about how wide
    the line is."""
    gaps = {call.func.name_at - call.func.obj.to - 1 for call in links[1:] if isinstance(call.func, f.Attr)}
    if gaps <= {0} and not any(map(_has_lines, links)):
        around = _told_by_facts(context.project, place)
        text = "-" * (place.span.end - place.span.start)
        chain = chains.Chain(text, place.span.start, tuple(links), owner, around, more, new)
        return [Edit(Place(place.path, Span(at, at)), put) for at, put in chain.edits()]
    newline = f"\n{' ' * (min(gaps) - 1)}" if len(gaps) == 1 and min(gaps) > 1 else ""
    found = [
        (owner + links[at].args[-1].to, "".join(f", {one}" for one in given)) for at, given in more.items()
    ]
    found += [(place.span.end, "".join(newline + one for one in new))] if new else []
    return [Edit(Place(place.path, Span(at, at)), text) for at, text in found]


def _has_lines(call: f.Call) -> bool:
    """True if the arguments of a call are on lines of their own."""
    given = [*call.args, *call.keywords]
    return bool(given) and (given[0].at > call.func.to + 1 or given[-1].to < call.to - 1)


def _told_by_facts(project: Project, place: Place) -> enclosing.Around:
    """What is around a place, where each level of blocks takes four blanks. Of two functions the inner one begins last."""
    functions = [owner for owner in around(project, place) if isinstance(owner, f.Function)]
    owner = max(functions, key=lambda one: one.start, default=None)
    if owner is None or owner.kind == "module":
        return enclosing.Around("", "", edits_of.NARROWEST)
    at, to = place.span.start - owner.start, place.span.end - owner.start
    holding = [one for one in shapes.walk(owner.body) if one.at <= at < one.to]
    last = holding[-1] if holding else None
    head = enclosing.STEP * (owner.qualname.count(".") + len(holding)) + "-" * (at - last.at if last else 0)
    match last:
        case f.For(iter=whole):
            ends, behind = " in ", ":"
        case f.Assign(value=whole) if whole is not None:
            ends, behind = " = ", ""
        case f.Return(value=whole) if whole is not None:
            ends, behind = "return ", ""
        case _:
            whole, ends, behind = None, "", ""
    is_whole = whole is not None and (whole.at, whole.to) == (at, to)
    return enclosing.Around(
        head[: -len(ends)] + ends if is_whole else head, behind if is_whole else "", edits_of.NARROWEST
    )


def text_around(context: Context, place: Place) -> tuple[str, str, str, str] | None:
    """The text of a place of the file, what is in front of it and behind it on its lines, and how lines end there."""
    if context.inside(place):
        return _lines_at(context.text, place)

    def ask(here: Context) -> tuple[str, str, str, str]:
        here.project.read(here.path)
        return _lines_at(here.whole, place)

    return context.of_file(("lines at", place), ask, in_cycle=("", "", "", ""))


def _lines_at(text: Text, place: Place) -> tuple[str, str, str, str]:
    start, end = place.span.start, place.span.end
    return (
        text.slice(place.span),
        text.slice(Span(text.line_starts[text.line_of(start)], start)),
        edits_of.behind(text, end),
        text.newline,
    )


def _links(project: Project, place: Place) -> tuple[int, list[f.Call]]:
    """The calls that an expression is a chain of, the first one first, and where what holds them begins."""
    for owner in around(project, place):
        for call in shapes.of_kind(owner.body, f.Call):
            if Span(owner.start + call.at, owner.start + call.to) == place.span:
                return owner.start, _chain(call)
    return 0, []


def _chain(call: f.Expr) -> list[f.Call]:
    found: list[f.Call] = []
    while isinstance(call, f.Call):
        found.append(call)
        call = call.func.obj if isinstance(call.func, f.Attr) else call.func
    return found[::-1]


def _taking(links: list[f.Call], verb: str) -> int | None:
    """Which of the loaders that a chain ends with takes more; None where none does: `select_related(None)` loads nothing,
    and `select_related()` all."""
    for position in range(len(links) - 1, -1, -1):
        call = links[position]
        name = call.func.name if isinstance(call.func, f.Attr) else ""
        if name == verb:
            none = any(map(shapes.is_none, call.args))
            return None if none or not call.args or call.keywords else position
        if name not in LOADERS:
            break
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
