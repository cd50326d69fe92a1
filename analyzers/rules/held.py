"""What an object keeps between the calls of its methods: which of them make it longer, and where.

A list that one method fills is asked for all that was put into it by every other; nobody needs to see the loop.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple, TypeVar

from analyzers import facts as f
from analyzers.evaluate import contents, shapes
from analyzers.evaluate.remembered import by_parts, chained, remembered
from analyzers.findings import Place, Related
from analyzers.project.attributes import AttributeValue
from analyzers.project.quiet import is_test
from analyzers.rules import edits
from analyzers.rules.base import Context
from analyzers.text import Span

_Kind = TypeVar("_Kind", bound=f._Node)

BEHIND = frozenset(("append", "extend"))
"""Methods that put something at the end of a list."""

ADDING = frozenset("append extend add update insert setdefault appendleft".split())  # noqa: SIM905
"""Methods after which a container is longer, as a rule."""

TAKING = frozenset("pop popitem popleft clear remove discard shift splice delete".split())  # noqa: SIM905
"""Methods after which there is less, in Python and in scripts: nothing says how long it gets."""

MAKERS = frozenset(("__init__", "__new__", "__post_init__", "__attrs_post_init__"))
"""Methods that are called once for an object."""

TEXTS = frozenset(("str", "bytes"))
"""Kinds of what is put together anew, whole, with each piece that is added."""


class Told(NamedTuple):
    """What a method does to what is kept between its calls: where, to what, and the place that makes it longer; and the `test`
    that it asks of each, as it is written."""

    place: Place
    what: str
    kind: str
    related: Related
    test: str = ""


def is_called_often(context: Context) -> bool:
    """True for a method that may be called again and again for one object."""
    function = context.function
    return (
        context.language == "python"
        and bool(function.owner)
        and bool(function.params)
        and function.name not in MAKERS
        and context.is_whole
        and not (function.name.startswith("test") and is_test(context.project, context.path, function))
    )


@by_parts(chained)
def outside_of_loops(body: object) -> tuple[f._Node, ...]:
    """The nodes of a function that no loop of its own repeats, its loops themselves among them."""
    repeated: set[int] = set()
    found = []
    for node in shapes.nodes(body):
        if isinstance(node, f.For) and isinstance(node.iter, f.Collection):
            pass  # As few turns as are written down.
        elif isinstance(node, (f.For, f.While)):
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
    return tuple(node for node in found if id(node) not in repeated)


def outside(body: tuple[f.Stmt, ...], *kinds: type[_Kind]) -> Sequence[_Kind]:
    """Those of some kinds, in the same order: a tenth of all of them, mostly."""
    if len(kinds) == 1:
        found: Sequence[_Kind] = _outside_by_kind(body).get(kinds[0], ())
        return found
    return [node for node in outside_of_loops(body) if node.__class__ in kinds]


@remembered
def _outside_by_kind(body: tuple[f.Stmt, ...]) -> dict[type, list[Any]]:
    found: dict[type, list[Any]] = {}
    for node in outside_of_loops(body):
        found.setdefault(node.__class__, []).append(node)
    return found


def attribute_of(function: f.Function, label: str) -> str:
    """`jobs` of `self.jobs`, and of `Runner.jobs` in a method of `Runner`; "" for anything else."""
    this, _, name = label.partition(".")
    if not name or not function.owner or not function.params:
        return ""
    own = this == function.params[0].name or this == function.owner.rpartition(".")[2]
    return name if own and name.isidentifier() else ""


def is_of_object(function: f.Function, label: str) -> bool:
    """True for what is read off a method's object or class: `self.jobs`, `self.unit.jobs`."""
    this, _, rest = label.partition(".")
    owner, params = function.owner, function.params
    return bool(rest and owner and params) and this in (params[0].name, owner.rpartition(".")[2])


def _class_of(function: f.Function) -> str:
    return function.owner.rpartition(".")[2]


def texts_of(function: f.Function, name: str) -> tuple[str, str]:
    """How a method of a class writes an attribute of its object, and of the class."""
    this = function.params[0].name if function.params else ""
    return f"{this}.{name}", f"{_class_of(function)}.{name}"


def adds_to(node: f._Node) -> str:
    """`self.items` of `self.items.append(x)`, `self.items += [x]`, `self.items[key] = x`; "" for anything else."""
    if isinstance(node, f.Call) and isinstance(node.func, f.Attr) and node.func.name in ADDING and node.args:
        return shapes.dotted(node.func.obj)
    if (
        isinstance(node, f.Update)
        and node.op == "+"
        and isinstance(node.value, (f.Collection, f.Comprehension))
    ):
        return shapes.dotted(node.target)
    if isinstance(node, f.Assign):
        kept = [t for t in shapes.stored(node.targets) if isinstance(t, f.Index)]
        return shapes.dotted(kept[0].obj) if kept and not isinstance(kept[0].index, f.Const) else ""
    return ""


def put(node: f._Node) -> tuple[str, str]:
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


@by_parts(chained)
def adding(body: object) -> tuple[f._Node, ...]:
    """The nodes of a function that make something longer, as far as `put`, `adds_to` and `_adds_under` can tell: few of them."""
    return tuple(
        node
        for node in shapes.nodes(body)
        if node.__class__ in _MAY_ADD and (put(node)[0] == "behind" or adds_to(node) or _adds_under(node))
    )


_MAY_ADD: frozenset[type] = frozenset((f.Call, f.Update, f.Assign))


def filled(
    context: Context, here: Context, label: str, *, keyed: bool = False, bit_by_bit: bool = False
) -> Related | None:
    """Where something is put at the end of a list, or into a dict that is `keyed`: in a method of the class, or for
    `entry[1]` in another function defined here. `bit_by_bit` leaves out a method that begins it anew."""
    name = attribute_of(context.function, label)
    places: list[tuple[f.Function, tuple[str, ...]]]
    if name:
        methods = context.project.filling_methods(context.path, context.function.owner)
        places = [(m, texts_of(m, name)) for m in methods if m.params and m.name not in MAKERS]
    else:
        places = [(m, (label,)) for m in context.project.within(context.path, context.function)]
    for function, texts in places:
        if function is here.function and not name:
            continue
        if bit_by_bit and any(is_set(function, text, None) for text in texts):
            continue
        for node in adding(function.body):
            what, text = put(node)
            if what == "behind" and text in texts:
                where = edits.absolute(replace(context, function=function), node)
                return Related(where, f"`{function.name}` puts in at its end")
            if keyed and (adds_to(node) in texts or _adds_under(node) in texts):
                where = edits.absolute(replace(context, function=function), node)
                return Related(where, f"`{function.name}` puts into it")
    return None


def _adds_under(node: f._Node) -> str:
    """`self.by` of `self.by[key].append(x)`: a `defaultdict` has the key from then on."""
    if not isinstance(node, f.Call) or not isinstance(node.func, f.Attr) or node.func.name not in ADDING:
        return ""
    holder = node.func.obj
    return shapes.dotted(holder.obj) if isinstance(holder, f.Index) else ""


def is_set(function: f.Function, label: str, but: f._Node | None) -> bool:
    """True if a function gives something another value, by another statement than one."""
    return any(
        label in map(shapes.dotted, shapes.stored(stmt.targets))
        for stmt in shapes.walk(function.body)
        if isinstance(stmt, f.Assign) and stmt is not but
    )


def is_begun_anew(function: f.Function, label: str) -> bool:
    """True for what every call of a function empties first: `self.jobs = []`, but not `if self.jobs is None: self.jobs = []`."""
    return any(
        label in map(shapes.dotted, stmt.targets) and contents.starts_empty(stmt.value)
        for stmt in function.body
        if isinstance(stmt, f.Assign) and stmt.value is not None
    )


def text_started(values: tuple[AttributeValue, ...]) -> tuple[str, AttributeValue | None]:
    """The kind of text that an attribute starts with, and where."""
    for value in values:
        if isinstance(value.value, f.Const) and value.value.kind in TEXTS and not value.value.value:
            return value.value.kind, value
    return "", None


def where_set(context: Context, value: AttributeValue) -> Place:
    """Where an attribute of the object's gets a value."""
    assert value.value is not None
    if value.function is not None:
        return edits.absolute(replace(context, function=value.function), value.value)
    cls = context.project.class_(context.path, context.function.owner)
    start = cls.start if cls is not None else 0
    return Place(context.path, Span(start + value.value.at, start + value.value.to))
