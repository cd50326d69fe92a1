"""A query that is the same on every turn of a loop: what it asks for is known before the loop.

Only said where nothing in the loop can change the answer: no row is written, nothing that the question is made of is
assigned, and no code is called that is not known here. Loops that are left early try again, or look for something.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from analyzers import facts as f
from analyzers.evaluate import shapes
from analyzers.evaluate.events import Loop, Queried
from analyzers.project import names
from analyzers.rules import changes, structure
from analyzers.rules.base import Context, call_place, turns_much
from analyzers.text import Span

_DIFFERS = re.compile(r"""["']\?["']|rand|nextval|\bnow\b|skip_locked|sleep""", re.IGNORECASE)
"""What the database answers differently each time: `order_by("?")`, `func.random()`, the next row of a queue."""


def repeated(context: Context, query: Queried) -> Loop | None:
    """The innermost loop that asks the same on every turn, if nothing in it changes the answer."""
    if query.kind != "read" or query.inner or query.memoised or not query.sure or not query.loops:
        return None
    loop = query.loops[-1]
    if query.depends & {other.number for other in query.loops}:
        return None
    if loop.kind not in ("for", "comprehension") or not turns_much(loop):
        return None
    if loop.exits or loop.chunked or loop.polling or loop.function != context.function.qualname:
        return None
    others = [q for q in context.analysis.queries if any(one.number == loop.number for one in q.loops)]
    if any(other.kind not in ("read", "lazy") for other in others):
        return None
    region = changes.loop_node(context, loop)
    node = structure.node_at(context, call_place(query))
    # A set that a name holds is fetched once and kept.
    if region is None or not isinstance(node, (f.Call, f.Await)) or not _is_plain(context, node):
        return None
    if query.chain and not _only_reads(context, query):
        return None
    if _DIFFERS.search(context.source(call_place(query))):
        return None
    places = {call_place(other).span for other in context.analysis.queries}
    return loop if _is_unchanged(context, region, node, places) else None


def _is_plain(context: Context, node: f._Node) -> bool:
    """True if nothing in the question is computed by code that may answer differently: `now()`, `next(keys)`."""
    current: f._Node = node
    while isinstance(current, (f.Call, f.Attr, f.Await, f.Index)):
        if isinstance(current, f.Call):
            given = (*current.args, *(k.value for k in current.keywords))
            if not all(_only_describes(context, value) for value in given):
                return False
            current = current.func
        elif isinstance(current, f.Await):
            current = current.value
        else:
            current = current.obj
    return isinstance(current, f.Name)


_DESCRIBING = ("sqlalchemy.", "sqlmodel.", "django.db.models.")
"""What is imported from here builds parts of a statement: `select`, `func.count()`, `Q`, `Count`."""


def _only_describes(context: Context, value: f.Expr) -> bool:
    """True if a value is read or is a part of a statement, and gives the same again."""
    if changes.is_pure(context, value):
        return True
    for part in shapes.nodes(value):
        if isinstance(part, (f.Named, f.Await, f.Yield, f.Opaque, f.Lambda, f.Comprehension)):
            return False
        if isinstance(part, f.Call):
            root = _root(part)
            name = root.id if isinstance(root, f.Name) else ""
            found = names.resolve(context.project, context.path, name, context.function.qualname)
            if found is None or not found[0].dotted.startswith(_DESCRIBING):
                return False
    return True


def _root(node: f._Node) -> f._Node:
    """What a chain of calls and attributes begins with."""
    while isinstance(node, (f.Call, f.Attr)):
        node = node.func if isinstance(node, f.Call) else node.obj
    return node


def _only_reads(context: Context, query: Queried) -> bool:
    """True if what is called here asks and does nothing else."""
    facts = context.project.facts(query.place.path)
    for function in facts.functions if facts is not None else ():
        if function.qualname == query.function:
            analysis = context.summaries.analysis(query.place.path, function.qualname)
            return (
                analysis is not None
                and analysis.summary.complete
                and analysis.summary.effects <= {"query"}
                and not analysis.summary.sets
                and len(query.chain) == 1
            )
    return False


def _is_unchanged(context: Context, region: f._Node, node: f._Node, places: set[Span]) -> bool:
    found = changes.Changes()
    inside = {id(part) for part in shapes.nodes(node)}
    for part in changes.all_nodes(context, region):
        if id(part) not in inside and not _asks(context, part, node, places):
            changes._note(part, found)
    if found.calls:
        return False
    read = shapes.named(node)
    return not read & found.bound and not any(found.may_change(text) for text in _texts(node))


def _asks(context: Context, part: f._Node, node: f._Node, places: set[Span]) -> bool:
    """True for a call that is a query, builds one, or reads what the query at hand gave: `node.fetchone()`."""
    if not isinstance(part, f.Call):
        return False
    start = context.function.start
    if any(place.start <= start + part.at and start + part.to <= place.end for place in places):
        return True
    current: f._Node | None = part
    while current is not None and current is not node:
        current = _made_of(current)
    return current is node


def _made_of(node: f._Node) -> f._Node | None:
    """What a call, an attribute or an `await` is applied to; None for anything else."""
    match node:
        case f.Call():
            return node.func
        case f.Await():
            return node.value
        case f.Attr():
            return node.obj
        case _:
            return None


def _texts(node: f._Node) -> Iterator[str]:
    for text in changes.parts_read(node):
        if "(" not in text:
            yield text
