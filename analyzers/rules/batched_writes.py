"""The local fix of one write for each row: the rows are collected in the loop and written together behind it.

`Book.objects.create(...)` becomes `bulk_create`, `book.save()` becomes `bulk_update`, and a loop that only deletes
becomes `delete()` on its rows. Offered, never called certain: bulk methods skip `save()`, signals and `auto_now`, and
nothing is written if the loop raises.
Source: https://docs.djangoproject.com/en/5.2/ref/models/querysets/#bulk-create
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzers import facts as f
from analyzers.evaluate import shapes
from analyzers.evaluate.events import Loop, Queried
from analyzers.findings import Edit, Fix, Place
from analyzers.project import names
from analyzers.project.models import Model
from analyzers.rules import edits, structure
from analyzers.rules.base import Context
from analyzers.rules.changes import loop_node
from analyzers.text import Span

SKIPS = "skips save() and signals"


def fix(context: Context, loop: Loop, query: Queried) -> Fix | None:
    """One write for all rows; None where the loop needs a row to be written before it goes on."""
    if (
        context.language != "python"
        or query.orm != "django"
        or query.kind != "write"
        or query.chain
        or query.note
    ):
        return None
    here = structure.home(context, query.place)
    region, call = loop_node(here, loop), structure.node_at(here, query.place)
    if not isinstance(region, f.For) or region.is_async or not isinstance(call, f.Call):
        return None
    if not isinstance(call.func, f.Attr) or not _is_own_statement(region, call) or _leaves(region):
        return None
    others = [q for q in context.analysis.queries if loop in q.loops and q.place != query.place]
    if any(q.kind != "lazy" for q in others):
        return None  # Another query may need what was written.
    if call.func.name == "create":
        return _created(here, region, call, call.func)
    if call.func.name == "save":
        return _saved(here, region, call, call.func, loop)
    return _deleted(here, region, call.func, loop) if call.func.name == "delete" else None


def _is_own_statement(region: f.For, call: f.Call) -> bool:
    """True if the call is a statement of the loop's own turn, and what it gives is not used."""
    return any(isinstance(stmt, f.Do) and stmt.value is call for stmt in _turn(region.body))


def _turn(body: tuple[f.Stmt, ...]) -> Iterator[f.Stmt]:
    """The statements of one turn, without those of loops inside it or of a `try` that waits for the write to fail."""
    for stmt in body:
        yield stmt
        if isinstance(stmt, (f.If, f.With)):
            yield from _turn(tuple(shapes.children(stmt)))


def _leaves(region: f.For) -> bool:
    """True if the loop may be left without going on behind it, or hands something out in between."""
    return any(isinstance(node, (f.Return, f.Yield, f.Await)) for node in shapes.nodes(region.body))


def _model(here: Context, text: str) -> Model | None:
    """The concrete model a name in the function means."""
    found = names.resolve(here.project, here.path, text, here.function.qualname)
    if found is None or found[1]:
        return None
    model = here.summaries.models.of(found[0])
    return model if model is not None and model.orm == "django" and not model.abstract else None


def _can_be_created(here: Context, model: Model) -> bool:
    """True unless the model does something of its own on saving, or its rows stand in several tables."""
    if names.member(here.project, *model.key, "save") is not None:
        return False
    models = here.summaries.models
    parents = (models.of(base) for base in model.bases)
    return all(parent is None or parent.abstract for parent in parents)


def _created(here: Context, region: f.For, call: f.Call, func: f.Attr) -> Fix | None:
    manager = shapes.dotted(func.obj)
    written, _, attribute = manager.rpartition(".")
    model = _model(here, written) if written else None
    if model is None or attribute not in model.managers or call.args or not _can_be_created(here, model):
        return None
    fresh = edits.fresh_name(here, f"new_{_plural(model.name)}")
    start, end = edits.absolute(here, call).span.start, edits.absolute(here, call).span.end
    opening = Place(here.path, Span(start, here.function.start + func.to))
    changed = (Edit(opening, f"{fresh}.append({written}"), Edit(Place(here.path, Span(end, end)), ")"))
    around = _around(here, region, fresh, f"{manager}.bulk_create({fresh})")
    return (
        Fix(f"Create them together with `bulk_create` ({SKIPS})", (*around, *changed), False)
        if around
        else None
    )


def _saved(here: Context, region: f.For, call: f.Call, func: f.Attr, loop: Loop) -> Fix | None:
    row = region.target
    if not isinstance(row, f.Name) or shapes.dotted(func.obj) != row.id or call.args:
        return None
    model = here.summaries.models.model(*loop.over.of.ref) if loop.over.of and loop.over.of.ref else None
    fields = _fields_set(region, row.id, call, model) if model is not None else None
    if model is None or not fields or _model(here, model.name) is not model:
        return None
    fresh = edits.fresh_name(here, f"changed_{_plural(model.name)}")
    listed = ", ".join(f'"{name}"' for name in fields)
    manager = next(iter(model.managers), "objects")
    around = _around(here, region, fresh, f"{model.name}.{manager}.bulk_update({fresh}, [{listed}])")
    if not around:
        return None
    collected = edits.replaced(here, call, f"{fresh}.append({row.id})")
    return Fix(
        f"Write them together with `bulk_update` ({SKIPS}, sets no auto_now)", (*around, collected), False
    )


def _fields_set(region: f.For, row: str, call: f.Call, model: Model) -> list[str] | None:
    """The columns of the row that the loop sets; None where a method or another function may set more."""
    found: dict[str, None] = {}
    for node in shapes.nodes(region.body):
        if isinstance(node, f.Call) and node is not call:
            handed = [*node.args, *(k.value for k in node.keywords)]
            method = isinstance(node.func, f.Attr) and shapes.dotted(node.func.obj) == row
            if method or any(isinstance(one, f.Name) and one.id == row for one in handed):
                return None
        for target in structure.targets_of(node):
            if isinstance(target, f.Attr) and shapes.dotted(target.obj) == row:
                found.setdefault(target.name)
            elif isinstance(target, f.Name) and target.id == row:
                return None
    columns = {*model.columns, *(name for name, relation in model.relations.items() if relation.column)}
    columns |= {relation.column for relation in model.relations.values() if relation.column}
    if call.keywords and [keyword.name for keyword in call.keywords] != ["update_fields"]:
        return None
    return sorted(found) if found and set(found) <= columns else None


def _deleted(here: Context, region: f.For, func: f.Attr, loop: Loop) -> Fix | None:
    row, over = region.target, loop.over
    if not isinstance(row, f.Name) or shapes.dotted(func.obj) != row.id or len(region.body) != 1:
        return None
    if over.kind != "queryset" or over.origin is None or over.origin.sliced or region.otherwise:
        return None
    if not isinstance(region.body[0], f.Do):
        return None
    written = edits.source_of(here, region.iter)
    return Fix(
        "Delete them with one `delete()` (skips the model's own delete())",
        (edits.replaced(here, region, f"{written}.delete()"),),
        certain=False,
    )


def _around(here: Context, region: f.For, fresh: str, written: str) -> list[Edit]:
    """The empty list before the loop, and the write behind it."""
    before = edits.lines_before(here, region, [f"{fresh} = []"])
    return [before, edits.line_after(here, region, written)] if before is not None else []


def _plural(name: str) -> str:
    word = edits.snake_case(name)
    return word if word.endswith("s") else f"{word}s"
