"""Functions that go through all that is kept between their calls, for what each call asks: who calls them for each of many does
not see the loop.

What is kept is an attribute of the object's, a list or mapping of the module's, or the elements that the owner of an object
holds beside it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from analyzers import facts as f
from analyzers.evaluate import attributes, evidence, lengthening, makers, shapes
from analyzers.evaluate.events import Called
from analyzers.evaluate.remembered import by_parts, chained
from analyzers.findings import Place, Related
from analyzers.project import names
from analyzers.project.attributes import values_of
from analyzers.rules import changes, edits, held, kept_lists, of_others, ordered, picking
from analyzers.rules.base import Context

MAX_CHAIN = 3
"""Calls followed to a search among siblings."""

# ------------------------------------------------------------------------------------------------- what is kept


def lookups(context: Context) -> Iterator[held.Told]:
    """Searches through what an object or the module keeps and makes longer, for what the call is asked for."""
    function = context.function
    if context.language != "python" or not context.is_whole or function.kind == "module":
        return
    if function.name in held.MAKERS or function.name in _OF_WHOLES:
        return
    given = frozenset(p.name for p in function.params[1 if function.owner else 0 :])
    through = _going_through(function.body) if given else ()
    known = given | made_of(function, given) if through else given
    for node in through:
        for target, over, tests in picking.filters(node):
            label = _viewed(_given_back(context, _named(function, over)))
            own = shapes.named(target)
            if any(picking.is_equal_to(test, own, known - own) for test in tests):
                yield from _kept(context, label, over, "") if label else _kept_under(context, over)
        for target, over, tests in picking.asked(node):
            label = _viewed(_named(function, over))
            own = shapes.named(target)
            asked = next((t for t in tests if picking.is_asked_of(t, own, known - own)), None)
            if label and asked is not None:
                yield from _kept(context, label, over, context.shown(edits.absolute(context, asked)))
        end = ordered.end_of(node, known) if isinstance(node, f.For) else None
        if isinstance(node, f.For) and end is not None:
            over = _enumerated(node.iter)
            yield from (
                told._replace(kind="order")
                for told in _kept(
                    context,
                    _viewed(_named(function, over)),
                    over,
                    context.shown(edits.absolute(context, end)),
                )
            )


_OF_WHOLES = frozenset(f"__{name}__" for name in ("eq", "ne", "lt", "le", "gt", "ge"))
"""Comparisons of two objects: what they hold is gone through anyway."""


def _enumerated(over: f.Expr) -> f.Expr:
    """`xs` of `enumerate(xs)`."""
    if isinstance(over, f.Call) and shapes.dotted(over.func) == "enumerate" and over.args:
        return over.args[0]
    return over


SEARCHES = frozenset(("index", "count", "remove"))
"""Methods of a list that go through it for what they are given."""


def searched(context: Context) -> Iterator[held.Told]:
    """Searches of a method through a list of its object's, which another method makes longer: `x in self.jobs`,
    `self.jobs.index(x)`. Each list once."""
    if not held.is_called_often(context):
        return
    function = context.function
    given = frozenset(p.name for p in function.params[1:])
    if not given:
        return
    found = [
        (node, *pair) for node in held.outside(function.body, f.Compare, f.Call) for pair in _searches(node)
    ]
    known = given | made_of(function, given) if found else given
    told: set[str] = set()
    for node, through, sought in found:
        label = shapes.text_of(through)
        if label in told or not shapes.mentions(sought, known):
            continue
        filled = _filled_list(context, through)
        if filled is not None:
            told.add(label)
            yield held.Told(edits.absolute(context, node), label, "list", filled)


def _filled_list(context: Context, through: f.Expr) -> Related | None:
    """Where another method puts something into a list of the object's, or into one that it keeps under a key."""
    if holder := kept_lists.holder_of(context.function, through):
        return kept_lists.filled(context, holder)
    label = shapes.dotted(through)
    if not held.attribute_of(context.function, label):
        return of_others.filled(context, through)
    if held.is_begun_anew(context.function, label):
        return None
    return held.filled(context, context, label) if _is_list(context, label) else None


def _searches(node: f._Node) -> Iterator[tuple[f.Expr, f.Expr]]:
    """The list that a node searches, if it is one, and what it looks for there."""
    if isinstance(node, f.Compare) and len(node.ops) == 1 and node.ops[0] in ("in", "not in"):
        yield node.rights[0], node.left
        return
    func = node.func if isinstance(node, f.Call) and len(node.args) == 1 else None
    if isinstance(node, f.Call) and isinstance(func, f.Attr) and func.name in SEARCHES:
        yield func.obj, node.args[0]


def searches_own(function: f.Function, node: f._Node) -> bool:
    """True for a search through what may be a list of the object's."""
    return any(
        held.is_of_object(function, shapes.dotted(through)) or kept_lists.holder_of(function, through)
        for through, _ in _searches(node)
    )


def made_of(function: f.Function, given: frozenset[str]) -> frozenset[str]:
    """The names that a function gives to what it makes of what it is given."""
    made = [targets for used, targets in _made(function.body) if not given.isdisjoint(used)]
    return frozenset[str]().union(*made)


@by_parts(chained)
def _made(body: object) -> tuple[tuple[frozenset[str], frozenset[str]], ...]:
    """The names in what is assigned, and in what it is assigned to."""
    assigned = (stmt for stmt in shapes.of_kind(body, f.Assign) if stmt.value is not None)
    return tuple((shapes.named(stmt.value), shapes.named(stmt.targets)) for stmt in assigned)


@by_parts(chained)
def _going_through(body: object) -> tuple[f.For | f.Comprehension | f.Call, ...]:
    """What may ask all of something: loops, comprehensions, and `any(...)`."""
    kinds = (f.For, f.Comprehension, f.Call)
    return tuple(
        node
        for node in held.outside_of_loops(body)
        if isinstance(node, kinds) and not (isinstance(node, f.Call) and not _asks_any(node))
    )


def _asks_any(call: f.Call) -> bool:
    return isinstance(call.func, f.Name) and call.func.id == "any"


def _kept(context: Context, label: str, over: f.Expr, test: str) -> Iterator[held.Told]:
    """The search through what is kept under a name, if something makes that longer."""
    if held.attribute_of(context.function, label):
        keyed = not _is_list(context, label)
        filled = held.filled(context, context, label, keyed=keyed, bit_by_bit=bool(test))
    else:
        keyed = True
        filled = _filled_in_module(context, label)
    if filled is not None:
        kind = "test" if test else "dict" if keyed else "list"
        yield held.Told(edits.absolute(context, over), label, kind, filled, test)


def _kept_under(context: Context, over: f.Expr) -> Iterator[held.Told]:
    """The search through a list that the object keeps under a key."""
    holder = kept_lists.holder_of(context.function, over)
    filled = kept_lists.filled(context, holder) if holder else None
    if filled is not None:
        yield held.Told(edits.absolute(context, over), shapes.text_of(over), "list", filled)


def _given_back(context: Context, over: f.Expr) -> f.Expr:
    """What a method of the same object goes through that does nothing but to give what the object keeps: `self.jobs.values()`
    of `self.waiting()`, where that is `return [job for job in self.jobs.values() if job.waits]`."""
    function = context.function
    name = shapes.dotted(over.func) if isinstance(over, f.Call) and not over.args else ""
    method = held.attribute_of(function, name)
    asked = context.project.function(context.path, f"{function.owner}.{method}") if method else None
    only = asked.body[-1] if asked is not None and len(asked.body) < 3 else None
    if asked is None or not isinstance(only, f.Return) or len(asked.params) != 1 or asked.decorators:
        return over
    made = only.value
    if isinstance(made, f.Comprehension) and len(made.clauses) == 1:
        made = made.clauses[0].iter
    same = asked.params[0].name == function.params[0].name
    return made if made is not None and same and _viewed(made) else over


def left_out(context: Context) -> Iterator[held.Told]:
    """Lists of the object's that a method makes anew to leave one out: `self.jobs = [j for j in self.jobs if j is not job]`."""
    if not held.is_called_often(context):
        return
    function = context.function
    given = frozenset(p.name for p in function.params[1:])
    for stmt in held.outside(function.body, f.Assign):
        if len(stmt.targets) != 1 or not isinstance(stmt.value, f.Comprehension):
            continue
        label = shapes.dotted(stmt.targets[0])
        for target, over, tests in picking.filters(stmt.value):
            own = shapes.named(target)
            if not held.attribute_of(function, label) or shapes.dotted(over) != label:
                continue
            if any(_tells_apart(test, own, given) for test in tests):
                filled = held.filled(context, context, label) if _is_list(context, label) else None
                if filled is not None:
                    yield held.Told(edits.absolute(context, stmt.value), label, "list", filled)


def _tells_apart(test: f.Expr, own: frozenset[str], given: frozenset[str]) -> bool:
    """`x is not job`, `x.key != key`."""
    if not isinstance(test, f.Compare) or test.ops not in (("!=",), ("is not",)):
        return False
    sides = (test.left, test.rights[0])
    return any(
        shapes.mentions(one, own) and not shapes.mentions(other, own) and shapes.mentions(other, given)
        for one, other in (sides, sides[::-1])
    )


def _named(function: f.Function, over: f.Expr) -> f.Expr:
    """What a name stands for that the function gives a value once: `candidates = self.jobs.values()`."""
    values = [
        stmt.value
        for stmt in shapes.walk(function.body)
        if isinstance(over, f.Name) and isinstance(stmt, f.Assign)
        for target in shapes.stored(stmt.targets)
        if isinstance(target, f.Name) and target.id == over.id
    ]
    return values[0] if len(values) == 1 and values[0] is not None else over


def _is_list(context: Context, label: str) -> bool:
    """True if something says that an attribute holds a list: what is stored under a place of it makes it no longer."""
    name, owner = held.attribute_of(context.function, label), context.function.owner
    values = values_of(context.project, context.path, owner, name)
    return any(
        isinstance(value.value, (f.Collection, f.Comprehension)) and value.value.kind == "list"
        for value in values
    ) or (
        bool(values)
        and evidence.attribute_of_instance(context.project, context.path, owner, name, "python").kind
        == "list"
    )


def _viewed(over: f.Expr) -> str:
    """`self.jobs` of `self.jobs`, `self.jobs.values()` and `list(self.jobs.items())`."""
    if isinstance(over, f.Call) and shapes.dotted(over.func) in ("list", "tuple") and len(over.args) == 1:
        over = over.args[0]
    if isinstance(over, f.Call) and isinstance(over.func, f.Attr) and over.func.name in ("values", "items"):
        return "" if over.args else shapes.dotted(over.func.obj)
    return shapes.dotted(over)


def _filled_in_module(context: Context, label: str) -> Related | None:
    """Where another function of the file puts something into a list or mapping of the module's. What decorators register is
    written in the program's text."""
    function = context.function
    if not label.isidentifier() or label in {p.name for p in function.params}:
        return None
    started = names.module_value(context.project, context.path, label)
    if started is None or not _is_container(started.value) or label in changes.local_names(context):
        return None
    for qualname in context.project.mentioning(context.path, label):
        other = context.project.function(context.path, qualname)
        if other is None or other.kind == "module" or other.qualname == function.qualname:
            continue
        for node in shapes.nodes(other.body):
            if held.adds_to(node) == label and not _gives_back(other):
                where = edits.absolute(replace(context, function=other), node)
                return Related(where, f"`{other.name}` puts into it")
    return None


def _is_container(value: f.Expr | None) -> bool:
    if isinstance(value, f.Call):
        return shapes.called(value) in ("dict", "list", "set", "defaultdict", "OrderedDict", "deque")
    return isinstance(value, (f.Collection, f.Mapping))


def _gives_back(function: f.Function) -> bool:
    """True for a function that returns what it is given, as decorators do."""
    given = {p.name for p in function.params}
    return any(
        isinstance(stmt, f.Return) and isinstance(stmt.value, f.Name) and stmt.value.id in given
        for stmt in shapes.walk(function.body)
    )


def made_by_property(context: Context) -> Iterator[held.Told]:
    """Sets and mappings that a property makes of all that its object keeps whenever it is read: who looks for one thing in them
    does not see the copy."""
    function = context.function
    if not held.is_called_often(context) or not attributes.is_property(function):
        return
    last = function.body[-1] if function.body else None
    returned = last.value if isinstance(last, f.Return) else None
    made = returned
    if isinstance(returned, f.Name) and len(function.body) < 4:
        values = makers.put(function).get(returned.id, [])
        made = values[0] if len(values) == 1 else None
    given = _made_whole(made) if made is not None else None
    label = picking.viewed(given) if given is not None else ""
    own = label.startswith(f"{function.params[0].name}.")
    filled = held.filled(context, context, label, keyed=True) if own else None
    if filled is not None and made is not None:
        yield held.Told(edits.absolute(context, made), label, "set", filled)


def _made_whole(made: f.Expr) -> f.Expr | None:
    """`self.rows` of `set(self.rows)`, `{row.key for row in self.rows}` and `{v: k for k, v in self.rows.items()}`."""
    if isinstance(made, f.Call) and shapes.dotted(made.func) in ("set", "frozenset") and len(made.args) == 1:
        return made.args[0]
    if isinstance(made, f.Comprehension) and made.kind in ("set", "dict") and len(made.clauses) == 1:
        return made.clauses[0].iter
    return None


def questions(function: f.Function) -> Iterator[tuple[f.Expr, str, frozenset[str]]]:
    """Where a function goes through what it is given until a question about something else it is given holds; the name of the one
    and the names of the other: `for folder in folders: if is_inside(folder, path): return True`."""
    given = frozenset(p.name for p in function.params)
    for node in held.outside(function.body, f.For, f.Call):
        if isinstance(node, f.For) and not shapes.has_exit(node.body):
            continue
        for target, over, tests in picking.asked(node) if isinstance(node, (f.For, f.Call)) else ():
            own = shapes.named(target)
            label = shapes.dotted(over)
            for test in tests:
                if label in given and picking.is_asked_of(test, own, given - own - {label}):
                    named = shapes.named(test)
                    yield over, label, given & frozenset(named - {label})


# --------------------------------------------------------------------------------------- what the owner holds


def of_owner(context: Context) -> Iterator[held.Told]:
    """Searches of an object through all that its owner holds, for what concerns itself or what it is given:
    `[c for c in self.unit.classes if self in c.bases]`."""
    function = context.function
    if not held.is_called_often(context):
        return
    this = function.params[0].name
    given = frozenset(p.name for p in function.params)
    known = given | made_of(function, given - {this})
    for node in held.outside(function.body, f.For, f.Comprehension):
        for target, over, tests in picking.filters(node):
            label, own = _viewed(_named(function, over)), shapes.named(target)
            if not _is_of_owner(label, this) or label.count(".") > 2 or siblings_of(node, this):
                continue
            if any(picking.is_equal_to(test, own, known - own) for test in tests):
                filled = _filled_by_owner(context, label)
                if filled is not None:
                    yield held.Told(edits.absolute(context, over), label, "dict", filled)


def _filled_by_owner(context: Context, label: str) -> Related | None:
    """Where a class puts something into what its objects hold, of which another one keeps one: `self.unit.classes`."""
    _, name, kept = label.split(".")
    project, ref = context.project, (context.path, context.function.owner)
    owner = evidence.attribute_of_instance(project, *ref, name, context.language)
    if owner.kind != "instance" or owner.ref is None or not owner.ref[0]:
        return None
    methods = project.methods_of(*owner.ref).values()
    method = next((one for one in methods if one.params and one.name in held.MAKERS), None)
    if method is None:
        return None
    there = replace(context, path=owner.ref[0], function=method)
    filled = held.filled(there, there, f"{method.params[0].name}.{kept}", keyed=True)
    if filled is not None or kept.startswith("_"):
        return filled
    for value in values_of(project, *owner.ref, kept):
        if lengthening.is_empty_list(value.value):  # Others fill it: nobody needs a list that stays empty.
            return Related(held.where_set(there, value), f"`{label}` starts empty here")
    return None


def siblings_of(node: f._Node, this: str) -> str:
    """`self.parent.children` of `self.parent.children.index(self)` and of `for child in self.parent.children: if child is
    self`; "" for anything else."""
    if isinstance(node, f.For):
        return _own_place(node, this)
    func = node.func if isinstance(node, f.Call) else None
    if not isinstance(node, f.Call) or not isinstance(func, f.Attr) or func.name not in ("index", "remove"):
        return ""
    if len(node.args) != 1:
        return ""
    owner, itself = shapes.dotted(func.obj), node.args[0]
    return owner if isinstance(itself, f.Name) and itself.id == this and _is_of_owner(owner, this) else ""


def _own_place(loop: f.For, this: str) -> str:
    owner = shapes.dotted(_enumerated(loop.iter))
    own = shapes.named(loop.target)
    if not _is_of_owner(owner, this) or not own:
        return ""
    for stmt in loop.body:
        test = stmt.test if isinstance(stmt, f.If) and shapes.has_exit(stmt.body) else None
        if isinstance(test, f.Compare) and test.ops in (("is",), ("==",)):
            sides = {shapes.dotted(test.left), shapes.dotted(test.rights[0])}
            if this in sides and sides & own:
                return owner
    return ""


def _is_of_owner(owner: str, this: str) -> bool:
    return owner.startswith(f"{this}.") and owner.count(".") > 1


def siblings(context: Context, function: f.Function) -> Iterator[tuple[f._Node, str]]:
    """Where an object looks for itself among all that its owner holds: each of them does so as often as it is asked."""
    if context.language != "python" or not function.owner or not function.params:
        return
    if function.name in held.MAKERS:
        return
    for node in held.outside(function.body, f.For, f.Call):
        if owner := siblings_of(node, function.params[0].name):
            yield node, owner


class Beside(NamedTuple):
    """A search for an object among what its owner holds: where, what is searched as the caller names it, and the calls that
    lead there."""

    place: Place
    label: str
    chain: tuple[Related, ...] = ()


def beside(context: Context, called: Called, depth: int = 0) -> Beside | None:
    """The search among its siblings that a call does for one of the things it is given, by itself or by what it calls."""
    function = context.project.function(called.path, called.qualname)
    if function is None or depth > MAX_CHAIN:
        return None
    there = replace(context, path=called.path, function=function)
    for node, owner in siblings(there, function):
        return Beside(edits.absolute(there, node), owner)
    analysis = context.summaries.analysis_with(called.path, function, called.bound)
    for inner in analysis.calls if analysis is not None else ():
        if inner.qualname == called.qualname or inner.loops:
            continue
        found = beside(context, inner, depth + 1)
        value = inner.bound.get(found.label.partition(".")[0]) if found is not None else None
        if found is not None and value is not None and value.label.partition(".")[0] in called.bound:
            label = f"{value.label}.{found.label.partition('.')[2]}"
            step = Related(inner.place, f"calls `{inner.qualname}`")
            return Beside(found.place, label, (step, *found.chain))
    return None
