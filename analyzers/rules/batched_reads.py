"""The local fix of a lookup by primary key in a loop: one query for all of them before the loop, and a dict.

    for pk in ids:                              books_by_pk = Book.objects.in_bulk([pk for pk in ids])
        book = Book.objects.get(pk=pk)    ->    for pk in ids:
                                                    book = books_by_pk[pk]

It is offered, never called certain: a row that is missing raises KeyError where it raised DoesNotExist or IndexError, the rows are as
they were before the loop, and a key has to have the type of its column.
"""

from __future__ import annotations

from dataclasses import dataclass

from analyzers import facts as f
from analyzers.evaluate import shapes
from analyzers.evaluate.events import Loop, Queried
from analyzers.findings import Fix
from analyzers.orm import tables
from analyzers.rules import changes, edits, structure
from analyzers.rules.base import Context

KEYS = ("pk", "id")


@dataclass(frozen=True, slots=True)
class _Asked:
    """A lookup: of what, by which key, and what becomes of a row that is not there."""

    base: f.Expr
    key: f.Expr
    how: str  # get (also `[0]`), first, exists


def fix(context: Context, loop: Loop, query: Queried) -> Fix | None:
    """Fetch all rows before the loop; None where the keys cannot be told there, or the rows may change in it."""
    if (
        context.language != "python"
        or query.orm != "django"
        or query.kind != "read"
        or query.chain
        or query.note
    ):
        return None
    here = structure.home(context, query.place)
    found = structure.node_at(here, query.place)
    call = _first_of(here, found) if isinstance(found, f.Call) else found
    if not isinstance(call, (f.Call, f.Index)):
        return None
    asked = _asked(call)
    region, statement = changes.loop_node(here, loop), edits.statement_at(here, loop.whole)
    if asked is None or region is None or statement is None or here.function.kind == "lambda":
        return None
    header = _header(here, region, loop, asked)
    if header is None or not _is_settled(context, loop) or _expects_missing(here, call):
        return None
    target, iterable = header
    names = changes.names_read(here, asked.base) | changes.names_read(here, asked.key)
    own = shapes.named(_target(region))
    names |= changes.names_read(here, iterable)
    if not structure.are_bound_before(here, statement, names - own):
        return None
    return _written(here, asked, call, statement, (target, edits.source_of(here, iterable)), query.model)


def _written(
    here: Context,
    asked: _Asked,
    call: f.Call | f.Index,
    statement: f.Stmt,
    header: tuple[str, str],
    model: str,
) -> Fix | None:
    base, key = edits.source_of(here, asked.base), edits.source_of(here, asked.key)
    target, iterable = header
    keys = iterable if target == key else f"[{key} for {target} in {iterable}]"
    word = edits.snake_case(model) or "row"
    if asked.how == "exists":
        fresh = edits.fresh_name(here, f"{word}_pks")
        made = f'{fresh} = set({base}.filter(pk__in={keys}).values_list("pk", flat=True))'
        used = f"{key} in {fresh}"
        title = f"Ask once which `{model}`s exist, before the loop"
    else:
        fresh = edits.fresh_name(here, f"{word}s_by_pk")
        made = f"{fresh} = {base}.in_bulk({keys})"
        used = f"{fresh}[{key}]" if asked.how == "get" else f"{fresh}.get({key})"
        title = f"Fetch all `{model}`s at once before the loop"
        title += " (a missing one raises KeyError)" if asked.how == "get" else ""
    line = edits.lines_before(here, statement, [made])
    if line is None or any("\n" in text for text in (base, key, target, iterable)):
        return None
    return Fix(title, (line, edits.replaced(here, call, used)), certain=False)


def _first_of(here: Context, call: f.Call) -> f.Call | f.Index:
    """`base.filter(pk=key)[0]` for the set in it; the call itself where something else is done with it."""
    return next((one for one in shapes.of_kind(here.function.body, f.Index) if one.obj is call), call)


def _asked(call: f.Call | f.Index) -> _Asked | None:
    """`base.get(pk=key)`, `base.filter(pk=key)[0]`, `base.filter(pk=key).first()`, `base.filter(pk=key).exists()`."""
    if isinstance(call, f.Index):
        is_first = isinstance(call.index, f.Const) and call.index.value == 0 and call.index.kind == "int"
        return _filtered(call.obj, "get") if is_first else None
    func = call.func
    if not isinstance(func, f.Attr) or call.args:
        return None
    if func.name == "get" and call.keywords:
        return _by_key(func.obj, call, "get")
    how = _OF_ONE.get(func.name)
    return _filtered(func.obj, how) if how is not None and not call.keywords else None


_OF_ONE = {"get": "get", "first": "first", "last": "first", "exists": "exists"}
"""Methods that ask for the row that a set is filtered to."""


def _filtered(inner: f.Expr, how: str) -> _Asked | None:
    if not isinstance(inner, f.Call) or not isinstance(inner.func, f.Attr):
        return None
    if inner.func.name != "filter" or inner.args:
        return None
    return _by_key(inner.func.obj, inner, how)


def _by_key(base: f.Expr, call: f.Call, how: str) -> _Asked | None:
    if len(call.keywords) != 1 or call.keywords[0].name not in KEYS:
        return None
    return _Asked(base, call.keywords[0].value, how)


def _header(here: Context, region: f._Node, loop: Loop, asked: _Asked) -> tuple[str, f.Expr] | None:
    """The loop's target as text and what it goes through, if the key can be computed from them before the loop."""
    clauses: tuple[f.For | f.Clause, ...] = (region,) if isinstance(region, f.For) else ()
    if isinstance(region, f.Comprehension) and len(region.clauses) == 1:
        clauses = region.clauses
    if len(clauses) != 1 or clauses[0].is_async:
        return None
    target, iterable = clauses[0].target, clauses[0].iter
    if loop.over.kind not in changes.AGAIN | {"queryset"} or not shapes.dotted(iterable):
        return None
    own = shapes.named(target)
    body = changes.changes_in(here, region.body if isinstance(region, f.For) else (), aliases=False)
    read = changes.names_read(here, asked.key)
    if not read & own or not changes.is_pure(here, asked.key) or read & body.bound:
        return None
    if changes.root_of(shapes.dotted(iterable)) in body.bound | body.touched or not _is_set(
        here, asked.base, body
    ):
        return None
    # A key that is handed to a function, the lookup itself for one, stays what it is: keys are numbers and texts.
    body.touched.discard(shapes.text_of(asked.key))
    if any(
        body.may_change(shapes.text_of(part)) for part in shapes.nodes(asked.key) if isinstance(part, f.Attr)
    ):
        return None
    return edits.source_of(here, target), iterable


def _target(region: f._Node) -> f.Expr:
    assert isinstance(region, (f.For, f.Comprehension))
    return region.target if isinstance(region, f.For) else region.clauses[0].target


def _is_set(here: Context, base: f.Expr, body: changes.Changes) -> bool:
    """True for `Book.objects`, and for a chain on it whose arguments the loop does not change."""
    current = base
    while isinstance(current, f.Call) and isinstance(current.func, f.Attr):
        if current.func.name not in tables().django.queryset.names("chain"):
            return False
        values = (*current.args, *(keyword.value for keyword in current.keywords))
        if not all(changes.is_pure(here, value) for value in values):
            return False
        if any(changes.names_read(here, value) & body.bound for value in values):
            return False
        current = current.func.obj
    name = shapes.dotted(current)
    return bool(name) and changes.root_of(name) not in body.bound


def _is_settled(context: Context, loop: Loop) -> bool:
    """True if nothing that is known to happen in the loop writes, so that the rows are the same before it."""
    return not any(other.kind == "write" and loop in other.loops for other in context.analysis.queries)


def _expects_missing(here: Context, call: f.Call | f.Index) -> bool:
    """True if the lookup stands in a `try`: what is done about a missing row is not a KeyError's."""
    return any(
        isinstance(stmt, f.Try) and stmt.at <= call.at < stmt.to for stmt in shapes.walk(here.function.body)
    )
