"""The local fix of `pop(0)` and `insert(0, x)`: the list becomes a `collections.deque`, where a deque can do all that is
asked of it.

Certain only for a list that the function makes itself and keeps to itself: each use of its name must be one that both
types answer alike. Source: https://docs.python.org/3/library/collections.html#collections.deque
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzers import facts as f
from analyzers.evaluate import shapes
from analyzers.evaluate.events import Operated
from analyzers.findings import Edit, Fix, Place
from analyzers.rules import changes, edits, imports, structure
from analyzers.rules.base import Context
from analyzers.text import Span

ALIKE = frozenset(("append", "extend", "clear", "remove", "count", "reverse"))
"""Methods that a list and a deque have in common, with the same answers and errors."""

READERS = frozenset(
    ("len", "sum", "min", "max", "any", "all", "sorted", "list", "tuple", "set", "bool", "frozenset")
)


def fix(context: Context, operation: Operated) -> Fix | None:
    """The list as a deque, with the import; None where some use of it would not be the same."""
    where = operation.receiver_place
    if where is None or context.language != "python" or operation.receiver.kind != "list":
        return None
    here = structure.home(context, operation.place)
    name = context.source(where)
    if not name.isidentifier() or here.function.kind not in ("function", "method"):
        return None
    if any(p.name == name for p in here.function.params) or _is_seen_inside(here, name):
        return None
    made = _creation(here, name)
    way = imports.way_to(here, "collections", "deque")
    if made is None or way is None:
        return None
    deque, needed = way
    changed = _uses(here, name, made)
    creation = _created(here, made, deque) if changed is not None else None
    if changed is None or creation is None or not changed:
        return None
    return Fix(f"Make `{name}` a `collections.deque`", (*needed, *creation, *changed))


def _is_seen_inside(here: Context, name: str) -> bool:
    """True if a function defined inside uses the name, or it is not a local one."""
    body = here.function.body
    own = sum(isinstance(n, f.Name) and n.id == name for n in shapes.nodes(body))
    everywhere = sum(isinstance(n, f.Name) and n.id == name for n in changes.all_nodes(here, body))
    return own != everywhere or any(isinstance(n, f.Scope) and name in n.names for n in shapes.nodes(body))


def _creation(here: Context, name: str) -> f.Assign | None:
    """The one statement that gives the name its list."""
    found = [
        stmt
        for stmt in shapes.walk(here.function.body)
        if isinstance(stmt, f.Assign) and any(isinstance(t, f.Name) and t.id == name for t in stmt.targets)
    ]
    if len(found) != 1 or len(found[0].targets) != 1:
        return None
    return found[0]


def _created(here: Context, made: f.Assign, deque: str) -> list[Edit] | None:
    value = made.value
    changed: list[Edit] = []
    if made.annotation is not None:
        written = edits.source_of(here, made.annotation)
        if not written.startswith("list["):
            return None
        at = edits.absolute(here, made.annotation).span.start
        changed.append(Edit(Place(here.path, Span(at, at + len("list"))), deque))
    if isinstance(value, f.Collection) and value.kind == "list":
        text = edits.source_of(here, value)
        changed.append(edits.replaced(here, value, f"{deque}({text if value.items else ''})"))
    elif isinstance(value, f.Comprehension) and value.kind == "list":
        changed.append(edits.replaced(here, value, f"{deque}({edits.source_of(here, value)})"))
    elif isinstance(value, f.Call) and isinstance(value.func, f.Name) and value.func.id == "list":
        if value.keywords or len(value.args) > 1 or not imports.is_free(here, "builtins", "list"):
            return None
        changed.append(edits.replaced(here, value.func, deque))
    else:
        return None
    return changed


def _uses(here: Context, name: str, made: f.Assign) -> list[Edit] | None:
    """The edits of the uses; None if a deque would not do for one of them."""
    allowed = {id(target) for target in made.targets}
    changed: list[Edit] = []
    for node in shapes.nodes(here.function.body):
        for use in _alike(node, name):
            allowed.add(id(use))
        if isinstance(node, f.Call) and isinstance(node.func, f.Attr) and _is(node.func.obj, name):
            edit = _method(here, node, node.func)
            if edit is None:
                return None
            changed += edit
            allowed.add(id(node.func.obj))
    everything = [n for n in shapes.nodes(here.function.body) if _is(n, name)]
    return changed if all(id(one) in allowed for one in everything) else None


def _is(node: object, name: str) -> bool:
    return isinstance(node, f.Name) and node.id == name


def _method(here: Context, call: f.Call, func: f.Attr) -> list[Edit] | None:
    """The edits of one method call; None for one that a deque does not have or answers otherwise."""
    start = here.function.start
    first = call.args[0] if call.args else None
    at_front = isinstance(first, f.Const) and first.kind == "int" and first.value == 0
    if call.keywords:
        return None
    if func.name in ALIKE or (func.name == "pop" and not call.args):
        return []
    if func.name == "pop" and at_front and len(call.args) == 1:
        return [Edit(Place(here.path, Span(start + func.name_at, start + call.to)), "popleft()")]
    if func.name == "insert" and at_front and len(call.args) == 2 and first is not None:
        between = here.source(Place(here.path, Span(start + first.to, start + call.args[1].at)))
        if between.strip() != ",":
            return None
        return [Edit(Place(here.path, Span(start + func.name_at, start + call.args[1].at)), "appendleft(")]
    return None


def _alike(node: f._Node, name: str) -> Iterator[f.Expr]:
    """The uses of the name directly in a node that a list and a deque answer alike."""
    if isinstance(node, (f.While, f.If, f.Choose)):
        yield from _tested(node.test, name)
    elif isinstance(node, f.Unary) and node.op == "not":
        yield from _tested(node.operand, name)
    elif isinstance(node, f.Call) and isinstance(node.func, f.Name) and node.func.id in READERS:
        yield from (a for a in node.args if _is(a, name))
    elif isinstance(node, f.Compare):
        pairs = zip(node.ops, node.rights, strict=False)
        yield from (right for op, right in pairs if op in ("in", "not in") and _is(right, name))
    elif isinstance(node, f.Index) and _is(node.obj, name) and _is_end(node.index):
        yield node.obj
    elif isinstance(node, f.Update) and node.op == "+" and _is(node.target, name):
        yield node.target
    elif isinstance(node, f.For) and _is(node.iter, name):
        # A list may be changed while it is gone through, a deque may not.
        if not any(_is(inner, name) for inner in shapes.nodes(node.body)):
            yield node.iter
    elif isinstance(node, f.Comprehension) and _is(node.clauses[0].iter, name):
        once = sum(_is(inner, name) for inner in shapes.nodes(node)) == 1
        yield from (node.clauses[0].iter,) if once else ()


def _tested(test: f.Expr, name: str) -> Iterator[f.Expr]:
    """Uses for their truth alone: empty or not."""
    if _is(test, name):
        yield test
    elif isinstance(test, f.Logic):
        for part in test.parts:
            yield from _tested(part, name)
    elif isinstance(test, f.Unary) and test.op == "not":
        yield from _tested(test.operand, name)


def _is_end(index: f.Expr) -> bool:
    if isinstance(index, f.Unary) and index.op == "-":
        return isinstance(index.operand, f.Const) and index.operand.value == 1
    return isinstance(index, f.Const) and index.kind == "int" and index.value in (0, -1)
