"""Costs of a method on every call, where what it works on is kept by its object and gets longer between the calls.

Nobody needs to see the loop: an object that fills a list in one method and empties it in another is a queue, and is
asked for all that was put into it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from analyzers import facts as f
from analyzers.evaluate import shapes
from analyzers.evaluate.remembered import remembered
from analyzers.findings import Related
from analyzers.project.attributes import attribute_values
from analyzers.rules import edits, held, picking
from analyzers.rules.base import Context


@remembered
def may_report(function: f.Function) -> bool:
    """False for a function that does nothing of the kind: it need not be run for that."""
    if function.name in held.MAKERS or not function.params:
        return False
    this = function.params[0].name
    for node in shapes.nodes(function.body):
        if node.__class__ is f.Call:  # a third of the cost of `isinstance`, of every node there is
            attribute = held.put(node)[1]
            if "." in attribute or "[" in attribute:
                return True
            if function.owner and (siblings_of(node, this) or _looked_through(node).startswith(f"{this}.")):
                return True
        elif node.__class__ is f.Update:
            attribute = held.put(node)[1]
            if "." in attribute or "[" in attribute:
                return True
        elif (
            (node.__class__ is f.Binary and function.owner and _is_own(node.left, this))
            or (node.__class__ is f.Assign and function.owner and _kept_anew(node, this))
            or (node.__class__ is f.Compare and function.owner and any(_is_own(x, this) for x in node.rights))
        ):
            return True
    return False


def _is_own(node: f.Expr, this: str) -> bool:
    return shapes.dotted(node).startswith(f"{this}.")


def queues(context: Context) -> Iterator[held.Told]:
    """Lists from whose front something is taken on every call, where it is put in at the end: `self.jobs.pop(0)`. Not what
    is put in front, as on a stack, and not a list that only gets shorter."""
    for here in _functions(context):
        for node in held.outside_of_loops(here.function.body):
            what, label = held.put(node)
            if what != "taken":
                continue
            kept = "." in label or "[" in label
            filled = (
                held.filled(context, here, label) if kept else _given_around(context, here.function, label)
            )
            if filled is not None:
                yield held.Told(edits.absolute(here, node), label, "list", filled)


def _given_around(context: Context, function: f.Function, label: str) -> Related | None:
    """Where a function that is called again and again, as it hands itself on, has a list from: the one around it is given it."""
    own = {
        n.id
        for stmt in shapes.walk(function.body)
        for t in _targets(stmt)
        for n in shapes.nodes(t)
        if isinstance(n, f.Name)
    }
    if not function.parent or label in own or label in {p.name for p in function.params}:
        return None
    around = context.project.function(context.path, function.parent)
    param = next((p for p in around.params if p.name == label), None) if around is not None else None
    if param is None or around is None or not shapes.mentions(function.body, frozenset((function.name,))):
        return None
    return Related(
        edits.absolute(replace(context, function=around), param), "given here, as many as calls take from it"
    )


def _targets(stmt: f.Stmt) -> tuple[f.Expr, ...]:
    return stmt.targets if isinstance(stmt, f.Assign) else ()


def kept_once(context: Context) -> Iterator[held.Told]:
    """Lists of the object's in which it keeps each thing once: `if job not in self.jobs: self.jobs.append(job)`."""
    if not held.is_called_often(context):
        return
    filled = {
        label: node
        for node in shapes.of_kind(context.function.body, f.Call)  # A text gets longer by `+=`.
        for what, label in (held.put(node),)
        if what == "behind"
    }
    for node in held.outside_of_loops(context.function.body):
        for op, right in zip(node.ops, node.rights, strict=False) if isinstance(node, f.Compare) else ():
            label = shapes.dotted(right)
            if op in ("in", "not in") and label in filled and held.attribute_of(context.function, label):
                where = edits.absolute(context, filled[label])
                yield held.Told(
                    edits.absolute(context, node), label, "list", Related(where, "put into it here")
                )


def texts(context: Context) -> Iterator[held.Told]:
    """Texts of the object's to which each call adds what it is given: `self.buffer += data`."""
    if not held.is_called_often(context):
        return
    function = context.function
    given = frozenset(p.name for p in function.params[1:])
    values = attribute_values(context.project, context.path, function.owner)
    for node in held.outside_of_loops(function.body):
        parts: tuple[f.Expr, f.Expr] | None = None
        if isinstance(node, f.Update) and node.op == "+":
            parts = (node.target, node.value)
        elif isinstance(node, f.Assign) and isinstance(node.value, f.Binary) and node.value.op == "+":
            stored, added = (
                [shapes.dotted(target) for target in node.targets],
                shapes.dotted(node.value.right),
            )
            if shapes.dotted(node.value.left) in stored or (added in given and added in stored):
                parts = (node.value.left, node.value.right)
        if parts is None or not shapes.mentions(parts[1], given):
            continue
        label = shapes.dotted(parts[0])
        name = held.attribute_of(function, label)
        if not name or held.is_set(function, label, node):
            continue  # It is emptied in the same call.
        kind, started = held.text_started(values.get(name, ()))
        if kind and started is not None:
            yield held.Told(
                edits.absolute(context, node),
                label,
                kind,
                Related(held.where_set(context, started), f"`{label}` is a text here"),
            )


def made_anew(context: Context) -> Iterator[held.Told]:
    """Lists and mappings of the object's that each call makes anew, whole, to put what it is given behind: `self.rows =
    self.rows + [row]`, `self.by[key] = self.by.get(key, []) + [row]`, `self.rows = [*self.rows, row]`."""
    if not held.is_called_often(context):
        return
    function = context.function
    given = frozenset(p.name for p in function.params[1:])
    for node in held.outside_of_loops(function.body):
        if not isinstance(node, f.Assign) or node.value is None:
            continue
        kept = _kept_anew(node, function.params[0].name)
        if kept and not held.is_set(function, kept, node) and shapes.mentions(node.value, given):
            where = edits.absolute(context, node.targets[0])
            yield held.Told(edits.absolute(context, node.value), kept, "anew", Related(where, "kept here"))


def _kept_anew(node: f.Assign, this: str) -> str:
    """The attribute in which a statement keeps all that was there, and more, as a new list or mapping; "" for none."""
    if len(node.targets) != 1 or node.value is None:
        return ""
    target = node.targets[0]
    holder = shapes.dotted(target.obj if isinstance(target, f.Index) else target)
    return holder if holder.startswith(f"{this}.") and _is_all_and_more(node.value, target) else ""


def _is_all_and_more(value: f.Expr, target: f.Expr) -> bool:
    """True for a list or mapping of all that the target held, and of more."""
    if isinstance(value, f.Binary) and value.op == "+" and isinstance(value.right, f.Collection):
        return _is_old(value.left, target)
    if isinstance(value, f.Collection) and len(value.items) > 1:
        return any(isinstance(item, f.Star) and _is_old(item.value, target) for item in value.items)
    if isinstance(value, f.Mapping) and len(value.keys) > 1:
        pairs = zip(value.keys, value.values, strict=True)
        return any(key is None and _is_old(spread, target) for key, spread in pairs)
    return False


def _is_old(node: f.Expr, target: f.Expr) -> bool:
    """`self.by[key]`, `self.by.get(key, [])` for the target `self.by[key]`."""
    if (
        isinstance(target, f.Index)
        and isinstance(node, f.Call)
        and shapes.called(node) == "get"
        and node.args
    ):
        assert isinstance(node.func, f.Attr)
        same_key = shapes.text_of(node.args[0]) == shapes.text_of(target.index) != ""
        return same_key and shapes.text_of(node.func.obj) == shapes.text_of(target.obj)
    return shapes.text_of(node) == shapes.text_of(target) != ""


def siblings_of(call: f.Call, this: str) -> str:
    """`self.parent.children` of `self.parent.children.index(self)`; "" for anything else."""
    func = call.func
    if not isinstance(func, f.Attr) or func.name not in ("index", "remove") or len(call.args) != 1:
        return ""
    owner, itself = shapes.dotted(func.obj), call.args[0]
    own = isinstance(itself, f.Name) and itself.id == this
    return owner if own and owner.startswith(f"{this}.") and owner.count(".") > 1 else ""


def siblings(context: Context) -> Iterator[tuple[f.Call, str]]:
    """Where an object looks for itself among all that its owner holds: each of them does so as often as it is asked."""
    function = context.function
    if context.language != "python" or not function.owner or not function.params:
        return
    for node in held.outside_of_loops(function.body):
        if isinstance(node, f.Call) and (owner := siblings_of(node, function.params[0].name)):
            yield node, owner


def lookups(context: Context) -> Iterator[held.Told]:
    """Searches of a method through a list that its class makes longer, for what the call is asked for."""
    if not held.is_called_often(context):
        return
    given = frozenset(p.name for p in context.function.params[1:])
    known = given | frozenset(
        name.id
        for stmt in shapes.walk(context.function.body)
        if isinstance(stmt, f.Assign) and stmt.value is not None and shapes.mentions(stmt.value, given)
        for target in stmt.targets
        for name in shapes.nodes(target)
        if isinstance(name, f.Name)
    )
    for node in held.outside_of_loops(context.function.body):
        for target, over, tests in picking.filters(node):
            label = _viewed(over)
            own = frozenset(n.id for n in shapes.nodes(target) if isinstance(n, f.Name))
            if not held.attribute_of(context.function, label) or not any(
                picking.is_equal_to(test, own, known - own) for test in tests
            ):
                continue
            keyed = over.__class__ is f.Call or not _is_list(context, label)
            filled = held.filled(context, context, label, keyed=keyed)
            if filled is not None:
                yield held.Told(edits.absolute(context, over), label, "dict" if keyed else "list", filled)


def _is_list(context: Context, label: str) -> bool:
    """True if something says that an attribute holds a list: what is stored under a place of it makes it no longer."""
    values = attribute_values(context.project, context.path, context.function.owner)
    return any(
        isinstance(value.value, (f.Collection, f.Comprehension)) and value.value.kind == "list"
        for value in values.get(held.attribute_of(context.function, label), ())
    )


PATTERNS = frozenset("search findall finditer split sub subn".split())  # noqa: SIM905
"""Methods of patterns that go through all of the text they are given. Source: https://docs.python.org/3/library/re.html"""


def sought(context: Context) -> Iterator[held.Told]:
    """Texts of the object's that one method makes longer and another looks through from the beginning, on every call, for
    what may not have come yet: `self.end.search(self.buffer)`, `self.buffer.find(b"\\n")`."""
    if not held.is_called_often(context):
        return
    values = attribute_values(context.project, context.path, context.function.owner)
    for node in held.outside_of_loops(context.function.body):
        label = _looked_through(node)
        name = held.attribute_of(context.function, label)
        if not name or not any(_is_buffer(value.value) for value in values.get(name, ())):
            continue
        if any(held.put(other) == ("behind", label) for other in shapes.nodes(context.function.body)):
            continue  # What is added to on the same call, `texts` speaks of.
        body = context.function.body
        if not any(_cuts(stmt, label) for stmt in shapes.walk(body)) or _is_cut_after(body, node, label):
            continue  # Others say what is left of it, or every call leaves little.
        filled = held.filled(context, context, label)
        if filled is not None:
            yield held.Told(edits.absolute(context, node), label, "text", filled)


def _cuts(stmt: f.Stmt, label: str) -> bool:
    """`del self.buffer[:end]`, `self.buffer = self.buffer[end:]`."""
    targets = stmt.targets if isinstance(stmt, (f.Assign, f.Delete)) else ()
    stored = shapes.stored(targets)
    return any(shapes.dotted(t.obj if isinstance(t, f.Slice) else t) == label for t in stored)


def _is_cut_after(body: tuple[f.Stmt, ...], look: f._Node, label: str) -> bool:
    """True if what is looked through is cut whatever was found: beside the look or around it, with nothing that ends the call
    in between."""
    for position, stmt in enumerate(body):
        if not any(node is look for node in shapes.nodes(stmt)):
            continue
        for later in body[position + 1 :]:
            if _cuts(later, label):
                return True
            if any(isinstance(inner, f.Return) for inner in shapes.walk((later,))):
                break
        blocks = (stmt.body, stmt.otherwise) if isinstance(stmt, f.If) else (shapes.children(stmt),)
        return any(_is_cut_after(block, look, label) for block in blocks)
    return False


def _looked_through(node: f._Node) -> str:
    """What is looked through from its beginning; "" for anything else."""
    if not isinstance(node, f.Call) or not isinstance(node.func, f.Attr):
        return ""
    if node.func.name in ("find", "index") and len(node.args) == 1:
        return shapes.dotted(node.func.obj)
    if node.func.name not in PATTERNS or not node.args:
        return ""
    at = 1 if shapes.dotted(node.func.obj) == "re" else 0
    return shapes.dotted(node.args[at]) if len(node.args) == at + 1 else ""


def _is_buffer(value: f.Expr | None) -> bool:
    """`b""`, `bytearray()`: a text that is empty at first."""
    if isinstance(value, f.Const):
        return value.kind in held.TEXTS and not value.value
    return (
        isinstance(value, f.Call) and shapes.dotted(value.func) in ("bytes", "bytearray") and not value.args
    )


def _viewed(over: f.Expr) -> str:
    """`self.jobs` of `self.jobs`, `self.jobs.values()` and `list(self.jobs.items())`."""
    if isinstance(over, f.Call) and shapes.dotted(over.func) in ("list", "tuple") and len(over.args) == 1:
        over = over.args[0]
    if isinstance(over, f.Call) and isinstance(over.func, f.Attr) and over.func.name in ("values", "items"):
        return "" if over.args else shapes.dotted(over.func.obj)
    return shapes.dotted(over)


def _functions(context: Context) -> Iterator[Context]:
    """The function at hand and those defined in it."""
    if context.language != "python" or not context.is_whole:
        return
    if context.function.kind == "module" or context.function.name in held.MAKERS:
        return
    for function in context.project.within(context.path, context.function):
        yield replace(context, function=function)
