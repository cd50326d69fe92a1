"""A query that is the same on every turn of a loop: what it asks for is known before the loop.

Only said where nothing in the loop can change the answer: no row is written, nothing that the question is made of is
assigned, and no code is called that is not known here. Loops that are left early try again, or look for something.

What is handed an element of the loop and asks for something that does not depend on it looks through the answer for what
this turn needs: `find(session, title)` that fetches all books. It is told, whatever else is called in the loop.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from analyzers import facts as f
from analyzers.evaluate import shapes
from analyzers.evaluate.calling import decorated
from analyzers.evaluate.events import Loop, Queried
from analyzers.findings import Place
from analyzers.project import names
from analyzers.project.index import Project
from analyzers.rules import changes, structure
from analyzers.rules.base import Context, call_place, told, turns_much
from analyzers.text import Span

_DIFFERS = re.compile(r"""["']\?["']|rand|nextval|\bnow\b|skip_locked|sleep""", re.IGNORECASE)
"""What the database answers differently each time: `order_by("?")`, `func.random()`, the next row of a queue."""


def repeated(context: Context, query: Queried) -> Loop | None:
    """The innermost loop that asks the same on every turn, if nothing in it changes the answer."""
    if not _is_read(query) or query.inner or query.memoised or not query.sure or not query.loops:
        return None
    loop = query.loops[-1]
    if query.depends & {other.number for other in query.loops}:
        return None
    if loop.kind not in ("for", "comprehension") or not turns_much(loop):
        return None
    if loop.exits or loop.chunked or loop.polling or loop.function != context.function.qualname:
        return None
    others = [q for q in context.analysis.queries if any(one.number == loop.number for one in q.loops)]
    if any(other.kind != "lazy" and not _is_read(other) for other in others):
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
    if _asks_regardless(context, query, region, node):
        return loop
    if len(query.chain) > 1:
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


_NO_CHANGES = ("get", "head")
_READS = re.compile(r"(get|head|list|describe|search|find)_\w+$")
"""Requests that change nothing, by the methods of clients."""


def _is_read(query: Queried) -> bool:
    """True for what reads from a database, or from a service by a request that says so."""
    method = query.label.removesuffix("()").rpartition(".")[2]
    return query.kind == "read" or (
        query.kind == "http" and not query.awaited and (method in _NO_CHANGES or bool(_READS.match(method)))
    )


_STEPS = 3
"""Calls that lead to a query which is said to be the same on every turn."""


def _only_reads(context: Context, query: Queried) -> bool:
    """True if what is called here, and what that calls for the query, asks and does nothing else."""
    places = [*(step.place for step in query.chain[1:]), query.place]
    return len(places) <= _STEPS and all(_asks_alone(context, place) for place in places)


def _asks_alone(context: Context, place: Place) -> bool:
    """True if the function around a place is known to ask, to keep nothing and to write nowhere."""
    function = _function_at(context.project, place)
    analysis = context.summaries.analysis(place.path, function.qualname) if function is not None else None
    return (
        function is not None
        and analysis is not None
        and analysis.summary.complete
        and analysis.summary.effects <= _ASKING
        and not analysis.summary.sets
        and all(one.kind == "lazy" or _is_read(one) for one in analysis.queries)
        and not _differs(function)
        and not _puts_aside(function)
        and not decorated.keeps(context.project, place.path, function)
        and not any(_KEEPING.search(decorated.maker_name(one)) for one in function.decorators)
    )


def _differs(function: f.Function) -> bool:
    """True for a function that asks again until it likes the answer, or makes up what it asks for."""
    return any(
        isinstance(node, f.While) or (isinstance(node, f.Call) and _MADE_UP.search(shapes.called(node) or ""))
        for node in shapes.nodes(function.body)
    )


def _puts_aside(function: f.Function) -> bool:
    """True for a function that puts something where it stays: an attribute, a mapping that is not its own."""
    found = changes.noted_in(function.body)
    holders = [
        node.func.obj
        for node in shapes.of_kind(function.body, f.Call)
        if isinstance(node.func, f.Attr) and node.func.name in changes.PUTTING
    ]
    for node in shapes.of_kind(function.body, f.Assign):
        holders += [target.obj for target in node.targets if isinstance(target, f.Index)]
    return bool(found.attributes) or any(
        changes.root_of(shapes.text_of(holder)) not in found.bound for holder in holders
    )


_MADE_UP = re.compile(r"rand|uuid|secret|choice|sample|now$|sleep|for_update|skip_locked", re.IGNORECASE)
"""What gives something else each time, by words of its name."""

_KEEPING = re.compile(r"cache|memo|reify|lazy|once", re.IGNORECASE)
"""Decorators that keep an answer, by words of their names: `@cached_property`."""

_ASKING = frozenset(("query", "http"))


def _function_at(project: Project, place: Place) -> f.Function | None:
    """The innermost function of a file around a place."""
    facts = project.facts(place.path)
    around = [
        one
        for one in (facts.functions if facts is not None else ())
        if one.kind != "module" and one.start <= place.span.start < one.end
    ]
    return min(around, key=lambda one: one.end - one.start) if around else None


def is_of_callee(context: Context, query: Queried, loop: Loop) -> bool:
    """True if what `repeated` tells of is a callee's that is handed what belongs to the turn."""
    region = changes.loop_node(context, loop)
    node = structure.node_at(context, call_place(query))
    return region is not None and node is not None and _asks_regardless(context, query, region, node)


def _asks_regardless(context: Context, query: Queried, region: f._Node, node: f._Node) -> bool:
    """True if a callee is handed what belongs to the turn, and asks the same whatever that is: it looks through the answer, or
    needs it besides."""
    while isinstance(node, f.Await):
        node = node.value
    if not query.chain or context.language != "python" or not isinstance(node, f.Call):
        return False
    if not told(query).endswith(")"):
        return False  # A set that is handed over is fetched once.
    own = _of_turn(region)
    given = (*node.args, *(keyword.value for keyword in node.keywords))
    if not any(shapes.named(value) & own for value in given):
        return False
    found = changes.noted_in(region)
    others = [text for text in _texts(node) if changes.root_of(text) not in own]
    return not shapes.named(node) & (found.bound - own) and not any(
        part in found.attributes for text in others for part in text.split(".")[1:]
    )


def _of_turn(region: f._Node) -> set[str]:
    """The names of what a loop goes through, and those that a turn gives to what it makes of that."""
    targets = [region.target] if isinstance(region, f.For) else []
    if isinstance(region, f.Comprehension):
        targets = [clause.target for clause in region.clauses]
    own = {name for target in targets for name in shapes.named(target)}
    for part in shapes.nodes(region):
        if isinstance(part, f.Assign) and part.value is not None and shapes.named(part.value) & own:
            own |= {one.id for one in part.targets if isinstance(one, f.Name)} - shapes.named(part.value)
    return own


def _is_unchanged(context: Context, region: f._Node, node: f._Node, places: set[Span]) -> bool:
    found = changes.Changes()
    inside = {id(part) for part in shapes.nodes(node)}
    for part in changes.all_nodes(context, region):
        if id(part) not in inside and not _asks(context, part, node, places):
            changes.note(part, found)
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
