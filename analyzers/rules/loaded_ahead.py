"""Whether the relation that a loop reads of each row may be loaded before the loop: nothing that happens until it is read
may make another answer of it.

A relation that is loaded when it is read is as the table is then; one that came along with the rows is as it was when
they were fetched, and a joined row is one of its own for each row that has it:

    for book in Book.objects.all():            # with select_related("author") the second book of an author
        book.author.books_read += 1            # would count on from where the first one did
        book.author.save()
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from analyzers import facts as f
from analyzers import templates
from analyzers.evaluate import shapes
from analyzers.evaluate.events import Loop, Queried
from analyzers.evaluate.queries import holding
from analyzers.findings import Place
from analyzers.orm import tables
from analyzers.project import names
from analyzers.project.index import Project
from analyzers.project.models import Model
from analyzers.rules import changes, key_columns, loader_calls, structure
from analyzers.rules.base import Context, call_place, of_framework
from analyzers.text import Span
from analyzers.types import Origin

COMBINING = frozenset(("union", "intersection", "difference"))
"""Methods that put two sets together, which then must have the same columns."""

NARROWING = COMBINING | {"only", "defer", "select_for_update", "extra", "iterator", "raw"}
"""Methods of a queryset that fail, or mean another thing, once it loads relations: a deferred field cannot be traversed, an
outer join not be locked, and names in SQL that is written by hand become ambiguous.
Source: https://docs.djangoproject.com/en/5.2/ref/models/querysets/"""

NEUTRAL = frozenset(("atomic", "open", "suppress", "closing", "Timer", "timer", "nullcontext"))
"""Context managers under which a query gives what it gives elsewhere, whatever they are handed."""


def may_be(context: Context, loop: Loop, query: Queried, origin: Origin) -> bool:
    """False where a loader would be no code, or where what it loads is written to before it is read."""
    if not _is_set(context, origin):
        return False
    written = {other.model for other in _writes(context, loop, origin)} - {""}
    return not written or not _may_change(context, query, written)


def _is_set(context: Context, origin: Origin) -> bool:
    """False where one row, or a list of rows, is made at the place: those have no loaders; and in a template, which calls
    nothing with arguments."""
    django = tables().django
    for owner, span in _holders(context, origin.place):
        if isinstance(owner, f.Function) and owner.kind == templates.KIND:
            return False
        for call in shapes.of_kind(owner.body, f.Call):
            if (call.at, call.to) == span:
                name = shapes.called(call)
                gives = django.functions.of(f"django.shortcuts.{name}") or django.queryset.of(name)
                return gives not in ("fetch_one", "fetch_many")
    return True


def is_certain(context: Context, loop: Loop, queries: Iterable[Queried], origin: Origin) -> bool:
    """False where the reader has to know more: what is written on the way is not known, the loop waits for others in
    between, reads the relation under a context of each row's own, or the set is used for something else, too."""
    if any(not query.model for query in _writes(context, loop, origin)) or _may_write_more(
        context, loop, queries
    ):
        return False
    home = structure.home_of(context, loop) if loop.place.path == context.path else context
    region = changes.loop_node(home, loop) if loop.place.path == context.path else None
    if isinstance(region, f.For) and (
        any(shapes.of_kind(region.body, f.Yield))
        or any(_is_under_context(home, region, call_place(query)) for query in queries)
    ):
        return False
    if any(_may_be_gone(context, home, query) for query in queries):
        return False
    return not any(_is_narrowed(owner, span) for owner, span in _holders(context, origin.place))


def is_for_others(context: Context, place: Place) -> bool:
    """True for rows that a function elsewhere gives which others call, too: a prefetch would be a query for all of them. And for
    those of a view that takes one of them by itself: what it shows behind a write would be as it was before."""
    if _is_taken_alone(context.project, place):
        return True
    if context.inside(place):
        return False
    holders = [one for one in loader_calls.around(context.project, place) if isinstance(one, f.Function)]
    holder = max(holders, key=lambda one: one.start, default=None)
    if holder is None or holder.kind == "module" or holder.owner == context.function.owner != "":
        return False
    return len(context.project.words.readers(holder.name)) > 1


def _is_taken_alone(project: Project, place: Place) -> bool:
    """True if the class that has these rows, or one derived from it, does something of its own with what `get_object()` gives."""
    for owner in loader_calls.around(project, place):
        qualname = owner.qualname if isinstance(owner, f.ClassDef) else owner.owner
        if not qualname:
            continue
        above = names.lineage(project, place.path, qualname)
        known = [(one.path, one.qualname) for one in above if one.kind == "class"]
        for key in (*known, *project.words.heirs(qualname.rpartition(".")[2])):
            methods = project.methods_of(*key).items()
            if any(not name.startswith("get_") and _takes_one(method) for name, method in methods):
                return True
    return False


def _takes_one(method: f.Function) -> bool:
    return any(shapes.dotted(call.func) == "self.get_object" for call in shapes.of_kind(method.body, f.Call))


# ------------------------------------------------------------------------------------------------------ writes


def _writes(context: Context, loop: Loop, origin: Origin) -> Iterator[Queried]:
    """What Django's models write from when the rows are fetched to the end of the loop that reads them."""
    begun = origin.place.span.end if context.inside(origin.place) else None
    for query in context.analysis.queries:
        if query.kind != "write" or query.orm not in ("django", ""):
            continue
        place = call_place(query)
        between = begun is not None and context.inside(place) and begun <= place.span.start
        if _is_in(query, loop) or (between and place.span.start < loop.whole.span.start):
            yield query


def _is_in(query: Queried, loop: Loop) -> bool:
    around = (*query.loops, *([query.within] if query.within is not None else ()))
    return any(one.number == loop.number or one.place == loop.place for one in around)


WRITING = frozenset(
    "save delete create get_or_create update_or_create bulk_create bulk_update asave adelete acreate".split()  # noqa: SIM905
)
"""Methods that write rows, whatever they are called on. Source: https://docs.djangoproject.com/en/5.2/ref/models/querysets/"""

FOLLOWED = 100
"""Functions that are looked at for what a loop may write: where there are more, nobody knows."""


def _may_write_more(context: Context, loop: Loop, queries: Iterable[Queried]) -> bool:
    """True if some code that a turn leads to looks like writing rows, and of which the model does not say what it writes."""
    home = structure.home_of(context, loop) if loop.place.path == context.path else None
    region = changes.loop_node(home, loop) if home is not None else None
    if home is None or region is None or of_framework(loop):
        return False
    known = {query.place for query in context.analysis.queries if query.kind == "write"}
    models = {model.key: None for query in queries for model in _models_on(context, query)}
    waiting: list[tuple[str, f.Function, object]] = [(home.path, home.function, region)]
    seen: set[tuple[str, str]] = set()
    while waiting:
        path, function, body = waiting.pop()
        if len(seen) > FOLLOWED or _writes_unknown(path, function, body, known):
            return True
        for key in _called_in(context.project, path, function, body, tuple(models)):
            callee = context.project.function(*key) if key not in seen else None
            seen.add(key)
            waiting += [(key[0], callee, callee.body)] if callee is not None else []
    return False


def _called_in(
    project: Project, path: str, function: f.Function, body: object, models: tuple[tuple[str, str], ...]
) -> Iterator[tuple[str, str]]:
    """The functions that some code calls by their names, and the methods of its own class and of some models that it may."""
    owners = (*models, *([(path, function.owner)] if function.owner else []))
    for call in shapes.of_kind(body, f.Call):
        dotted = shapes.dotted(call.func)
        found = names.resolve(project, path, dotted, function.qualname) if dotted else None
        if found is not None and not found[1] and found[0].kind == "function":
            yield found[0].path, found[0].qualname
        elif isinstance(call.func, f.Attr):
            for owner in owners:
                method = names.member(project, *owner, call.func.name)
                if method is not None and method.kind == "function":
                    yield method.path, method.qualname


def _writes_unknown(path: str, function: f.Function, region: object, known: set[Place]) -> bool:
    for call in shapes.of_kind(region, f.Call):
        func = call.func
        if not isinstance(func, f.Attr) or func.name not in WRITING:
            continue
        is_super = isinstance(func.obj, f.Call) and shapes.called(func.obj) == "super"
        place = Place(path, Span(function.start + call.at, function.start + call.to))
        if not is_super and place not in known:
            return True
    return False


def _may_change(context: Context, query: Queried, written: set[str]) -> bool:
    """True if one of these models is on the way of a relation; what leads to rows of any model may lead to all but the first."""
    found = _models_on(context, query)
    if len(found) <= len(query.relation.split("__")):
        return bool(written - {model.name for model in found[:1]})
    return any(model.name in written for model in found[1:])


def _models_on(context: Context, query: Queried) -> list[Model]:
    """The model of the rows, and those that the relation leads to, as far as they are known."""
    current = root_model(context, query)
    found = [current] if current is not None else []
    for part in query.relation.split("__"):
        relation = current.relations.get(part) if current is not None else None
        current = context.summaries.models.related(relation) if relation is not None else None
        found += [current] if current is not None else []
    return found


def root_model(context: Context, query: Queried) -> Model | None:
    """The model of the rows that a relation is read of."""
    for loop in (*query.loops, *([query.within] if query.within is not None else ())):
        for value in holding.rows(loop.over.of) if loop.over.of is not None else ():
            if value.origin == query.origin and not value.path and value.ref:
                return context.summaries.models.model(*value.ref)
    return None


# ------------------------------------------------------------------------------------------------------- uses


MISSING = frozenset(("DoesNotExist", "ObjectDoesNotExist"))
"""What Django raises where a row leads to one that is gone. Source: https://docs.djangoproject.com/en/5.2/ref/exceptions/"""


def _may_be_gone(context: Context, home: Context, query: Queried) -> bool:
    """True if a key may lead to no row, as nothing in the database sees to it or the code says so: a join then leaves the row
    out, or makes None of what raises."""
    current = root_model(context, query)
    for part in query.relation.split("__") if query.orm == "django" else ():
        relation = current.relations.get(part) if current is not None else None
        if relation is None or relation.kind not in ("fk", "o2o"):
            return False
        if key_columns.may_dangle(context, relation) or _is_expected_gone(home, call_place(query)):
            return True
        current = context.summaries.models.related(relation)
    return False


def _is_expected_gone(home: Context, place: Place) -> bool:
    """True for a read in a `try` that handles a row which is not there."""
    at = place.span.start - home.function.start
    return any(
        part.at <= at < part.to
        and any(
            shapes.dotted(one).rpartition(".")[2] in MISSING
            for handler in stmt.handlers
            for one in shapes.nodes(handler.types)
            if isinstance(one, (f.Name, f.Attr))
        )
        for stmt in shapes.of_kind(home.function.body, f.Try)
        for part in stmt.body
    )


def _is_under_context(home: Context, region: f.For, place: Place) -> bool:
    """True for a read under `with scope(event=event):`, where `event` is the row of the turn."""
    at = place.span.start - home.function.start
    own = frozenset(changes.changes_in(home, region).bound)
    for stmt in shapes.of_kind(region.body, f.With):
        if stmt.at <= at < stmt.to:
            made = [item.value for item in stmt.items]
            if any(shapes.mentions(one, own) and not _is_neutral(one) for one in made):
                return True
    return False


def _is_neutral(node: f.Expr) -> bool:
    return isinstance(node, f.Call) and shapes.called(node) in NEUTRAL


def _holders(context: Context, place: Place) -> Iterator[tuple[f.Function | f.ClassDef, tuple[int, int]]]:
    for owner in loader_calls.around(context.project, place):
        yield owner, (place.span.start - owner.start, place.span.end - owner.start)


def _is_narrowed(owner: f.Function | f.ClassDef, span: tuple[int, int]) -> bool:
    """True if the set that is made at a place is given a name, and narrowed or combined under it."""
    own = {
        shapes.dotted(target)
        for stmt in shapes.walk(owner.body)
        if isinstance(stmt, f.Assign) and stmt.value is not None and stmt.at <= span[0] and span[1] <= stmt.to
        for target in stmt.targets
    } - {""}
    for call in shapes.of_kind(owner.body, f.Call) if own else ():
        if not isinstance(call.func, f.Attr) or call.func.name not in NARROWING:
            continue
        combined = call.args if call.func.name in COMBINING else ()
        if any(shapes.asked_of(one) in own for one in (call.func.obj, *combined)):
            return True
    return False
