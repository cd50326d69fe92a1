"""Costs of a method on every call, where what it works on is kept by its object and gets longer between the calls.

Nobody needs to see the loop: an object that fills a list in one method and empties it in another is a queue, and is
asked for all that was put into it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from analyzers import facts as f
from analyzers.evaluate import shapes
from analyzers.evaluate.remembered import remembered
from analyzers.findings import Place, Related
from analyzers.project.attributes import AttributeValue, attribute_values
from analyzers.rules import edits
from analyzers.rules.base import Context
from analyzers.text import Span

BEHIND = frozenset(("append", "extend"))
"""Methods that put something at the end of a list."""

MAKERS = frozenset(("__init__", "__new__", "__post_init__", "__attrs_post_init__"))
"""Methods that are called once for an object."""


TEXTS = frozenset(("str", "bytes"))
"""Kinds of what is put together anew, whole, with each piece that is added."""


class Told(NamedTuple):
    """What a method does to what is kept between its calls: where, to what, and the place that makes it longer."""

    node: f._Node
    what: str
    kind: str
    related: Related


@remembered
def may_report(function: f.Function) -> bool:
    """False for a function that does nothing of the kind: it need not be run for that."""
    if function.name in MAKERS or not function.params:
        return False
    this = function.params[0].name
    for node in shapes.nodes(function.body):
        if node.__class__ is f.Call:  # a third of the cost of `isinstance`, of every node there is
            attribute = _put(node)[1]
            if "." in attribute or "[" in attribute or (function.owner and siblings_of(node, this)):
                return True
        elif node.__class__ is f.Update:
            attribute = _put(node)[1]
            if "." in attribute or "[" in attribute:
                return True
        elif node.__class__ is f.Binary and function.owner and _is_own(node.left, this):
            return True
    return False


def _is_own(node: f.Expr, this: str) -> bool:
    return shapes.dotted(node).startswith(f"{this}.")


def queues(context: Context) -> Iterator[Told]:
    """Lists from whose front something is taken on every call, where it is put in at the end: `self.jobs.pop(0)`. Not what
    is put in front, as on a stack, and not a list that only gets shorter."""
    for here in _functions(context):
        for node in _outside_of_loops(here.function.body):
            what, label = _put(node)
            if what != "taken" or ("." not in label and "[" not in label):
                continue
            filled = _filled(context, here, label)
            if filled is not None:
                yield Told(node, label, "list", filled)


def kept_once(context: Context) -> Iterator[Told]:
    """Lists of the object's in which it keeps each thing once: `if job not in self.jobs: self.jobs.append(job)`."""
    if not is_called_often(context):
        return
    filled = {
        label: node
        for node in shapes.nodes(context.function.body)
        for what, label in (_put(node),)
        if what == "behind" and isinstance(node, f.Call)  # A text gets longer by `+=`.
    }
    for node in _outside_of_loops(context.function.body):
        for op, right in zip(node.ops, node.rights, strict=False) if isinstance(node, f.Compare) else ():
            label = shapes.dotted(right)
            if op in ("in", "not in") and label in filled and attribute_of(context.function, label):
                where = edits.absolute(context, filled[label])
                yield Told(node, label, "list", Related(where, "put into it here"))


def texts(context: Context) -> Iterator[Told]:
    """Texts of the object's to which each call adds what it is given: `self.buffer += data`."""
    if not is_called_often(context):
        return
    function = context.function
    given = frozenset(p.name for p in function.params[1:])
    held = attribute_values(context.project, context.path, function.owner)
    for node in _outside_of_loops(function.body):
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
        name = attribute_of(function, label)
        if not name or _is_set(function, label, node):
            continue  # It is emptied in the same call.
        kind, started = _text(held.get(name, ()))
        if kind and started is not None:
            yield Told(node, label, kind, Related(_where(context, started), f"`{label}` is a text here"))


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
    for node in _outside_of_loops(function.body):
        if isinstance(node, f.Call) and (owner := siblings_of(node, function.params[0].name)):
            yield node, owner


def lookups(context: Context) -> Iterator[Told]:
    """Searches of a method through a list that its class makes longer, for what the call is asked for."""
    if not is_called_often(context):
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
    for node in _outside_of_loops(context.function.body):
        for target, over, tests in _filters(node):
            label = _viewed(over)
            own = frozenset(n.id for n in shapes.nodes(target) if isinstance(n, f.Name))
            if not attribute_of(context.function, label) or not any(
                _picks(test, own, known - own) for test in tests
            ):
                continue
            filled = _filled(context, context, label, keyed=over.__class__ is f.Call)
            if filled is not None:
                yield Told(over, label, "dict" if over.__class__ is f.Call else "list", filled)


def _viewed(over: f.Expr) -> str:
    """`self.jobs` of `self.jobs`, `self.jobs.values()` and `list(self.jobs.items())`."""
    if isinstance(over, f.Call) and shapes.dotted(over.func) in ("list", "tuple") and len(over.args) == 1:
        over = over.args[0]
    if isinstance(over, f.Call) and isinstance(over.func, f.Attr) and over.func.name in ("values", "items"):
        return "" if over.args else shapes.dotted(over.func.obj)
    return shapes.dotted(over)


def _filters(node: f._Node) -> Iterator[tuple[f.Expr, f.Expr, tuple[f.Expr, ...]]]:
    """The target, the iterable and the tests of a loop that does nothing but to pick elements."""
    if (
        isinstance(node, f.For)
        and len(node.body) == 1
        and isinstance(node.body[0], f.If)
        and not node.body[0].otherwise
    ):
        yield node.target, node.iter, (node.body[0].test,)
    elif isinstance(node, f.Comprehension) and len(node.clauses) == 1:
        clause = node.clauses[0]
        yield clause.target, clause.iter, (*clause.conditions, node.value)


def _picks(test: f.Expr, own: frozenset[str], known: frozenset[str]) -> bool:
    """`x.key == key`, `x in wanted`, perhaps beside other conditions."""
    if isinstance(test, f.Logic) and test.op == "and":
        return any(_picks(part, own, known) for part in test.parts)
    if not isinstance(test, f.Compare) or len(test.ops) != 1 or test.ops[0] not in ("==", "is", "in"):
        return False
    sides = (test.left, test.rights[0])
    pairs = (sides,) if test.ops[0] == "in" else (sides, sides[::-1])
    return any(
        shapes.mentions(one, own) and not shapes.mentions(other, own) and shapes.mentions(other, known)
        for one, other in pairs
    )


# ------------------------------------------------------------------------------------------------------ looking


def is_called_often(context: Context) -> bool:
    """True for a method that may be called again and again for one object."""
    function = context.function
    return (
        context.language == "python"
        and bool(function.owner)
        and bool(function.params)
        and function.name not in MAKERS
        and context.analysis.qualname == function.qualname
    )


def _functions(context: Context) -> Iterator[Context]:
    """The function at hand and those defined in it."""
    if context.language != "python" or context.analysis.qualname != context.function.qualname:
        return
    if context.function.kind == "module" or context.function.name in MAKERS:
        return
    for function in context.project.within(context.path, context.function):
        yield replace(context, function=function)


@remembered
def _outside_of_loops(body: tuple[f.Stmt, ...]) -> list[f._Node]:
    """The nodes of a function that no loop of its own repeats, its loops themselves among them."""
    repeated: set[int] = set()
    found = []
    for node in shapes.nodes(body):
        if isinstance(node, (f.For, f.While)):
            repeated.update(id(inner) for inner in shapes.nodes(node.body))
        elif isinstance(node, f.Comprehension):
            inside = (
                node.key,
                node.value,
                *(clause.conditions for clause in node.clauses),
                *node.clauses[1:],
            )
            repeated.update(id(inner) for inner in shapes.nodes(tuple(x for x in inside if x is not None)))
        found.append(node)
    return [node for node in found if id(node) not in repeated]


def attribute_of(function: f.Function, label: str) -> str:
    """`jobs` of `self.jobs`; "" for anything else."""
    this, _, name = label.partition(".")
    own = function.owner and function.params and this == function.params[0].name
    return name if own and name.isidentifier() else ""


def _filled(context: Context, here: Context, label: str, *, keyed: bool = False) -> Related | None:
    """Where something is put at the end of a list, or into a dict that is `keyed`: in another method of the class, or for
    `entry[1]` in the function."""
    name = attribute_of(context.function, label)
    if name:
        methods = context.project.methods_of(context.path, context.function.owner).values()
        places = [(m, f"{m.params[0].name}.{name}") for m in methods if m.params and m.name not in MAKERS]
    else:
        places = [(m, label) for m in context.project.within(context.path, context.function)]
    for function, text in places:
        if function is here.function and not name:
            continue
        for node in shapes.nodes(function.body):
            if _put(node) == ("behind", text):
                where = edits.absolute(replace(context, function=function), node)
                return Related(where, f"`{function.name}` puts in at its end")
            if keyed and isinstance(node, f.Assign) and _is_put_under_a_key(node, text):
                where = edits.absolute(replace(context, function=function), node)
                return Related(where, f"`{function.name}` puts into it")
    return None


def _is_put_under_a_key(stmt: f.Assign, text: str) -> bool:
    return any(
        isinstance(t, f.Index) and not isinstance(t.index, f.Const) and shapes.dotted(t.obj) == text
        for t in stmt.targets
    )


def _is_set(function: f.Function, label: str, but: f._Node) -> bool:
    return any(
        label in map(shapes.dotted, shapes.stored(stmt.targets))
        for stmt in shapes.walk(function.body)
        if isinstance(stmt, f.Assign) and stmt is not but
    )


def _text(values: tuple[AttributeValue, ...]) -> tuple[str, AttributeValue | None]:
    """The kind of text that an attribute starts with, and where."""
    for value in values:
        if isinstance(value.value, f.Const) and value.value.kind in TEXTS and not value.value.value:
            return value.value.kind, value
    return "", None


def _where(context: Context, value: AttributeValue) -> Place:
    assert value.value is not None
    if value.function is not None:
        return edits.absolute(replace(context, function=value.function), value.value)
    cls = context.project.class_(context.path, context.function.owner)
    start = cls.start if cls is not None else 0
    return Place(context.path, Span(start + value.value.at, start + value.value.to))


def _put(node: f._Node) -> tuple[str, str]:
    """What a node does to which list: it puts something "behind" what is there, or has it "taken" from the front."""
    if isinstance(node, f.Update) and node.op == "+":
        return "behind", shapes.text_of(node.target)
    if not isinstance(node, f.Call) or not isinstance(node.func, f.Attr):
        return "", ""
    if node.func.name in BEHIND:
        return "behind", shapes.text_of(node.func.obj)
    first = node.args[0] if node.func.name == "pop" and len(node.args) == 1 else None
    at_front = isinstance(first, f.Const) and first.kind == "int" and first.value == 0
    return ("taken", shapes.text_of(node.func.obj)) if at_front else ("", "")
