"""Methods that add to what their object keeps, and go through all of it on the same call: `self.scores.append(score)` beside
`self.scores.sort()`, `set(self.bits) & set(more)` beside `self.bits[bit] = ...`.

As many calls as it takes to fill it cost the square of its length, and none of them shows a loop.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from analyzers import facts as f
from analyzers.evaluate import shapes
from analyzers.evaluate.events import Called
from analyzers.evaluate.remembered import remembered
from analyzers.findings import Place, Related
from analyzers.project import names
from analyzers.rules import edits, held, picking
from analyzers.rules.base import Context

THROUGH = frozenset("set frozenset sorted sum max min any all Counter".split())  # noqa: SIM905
"""Functions that go through all they are given. Not what gives all of it on: `list`, `join`."""

WRITES = frozenset(("dump", "safe_dump"))
"""Functions that write all they are given to a file: `json.dump`, `pickle.dump`, `yaml.safe_dump`."""


Methods = Callable[[str], "f.Function | None"]


@remembered
def may_report(function: f.Function) -> bool:
    """False for a function that does nothing of the kind: it need not be run for that."""
    if not function.owner or not function.params:
        return False
    if any(True for _ in gone_through(function, lambda name: None)):
        return True
    this = f"{function.params[0].name}."
    calls = shapes.of_kind(function.body, f.Call)
    taken = {label for call in calls for label in _taken(call) if label.startswith(this)}
    if taken and any(_through(node) in taken for node in shapes.nodes(function.body)):
        return True
    handed = [
        label
        for call in shapes.of_kind(function.body, f.Call)
        for argument in call.args
        if (label := shapes.dotted(argument)).startswith(this)
    ]
    if len(handed) != len(set(handed)):
        return True
    return any(held.adds_to(node).startswith(this) for node in held.adding(function.body)) and any(
        node.__class__ is f.Call and (shapes.dotted(node.func).startswith(this) or handed)
        for node in always(function.body)
    )


def found(context: Context) -> Iterator[held.Told]:
    """What a method goes through on every call, and where it adds to it."""
    function = context.function
    if not held.is_called_often(context):
        return
    for node, label in gone_through(function, method_of(context, context.path, function.owner)):
        added = next(n for n in held.adding(function.body) if held.adds_to(n) == label)
        where = edits.absolute(context, added)
        yield held.Told(edits.absolute(context, node), label, "list", Related(where, "it is added to here"))


def taken_from(context: Context) -> Iterator[held.Told]:
    """What a method goes through on every call to take one thing out of it, where another method puts things there:
    `self.waiting.sort()` beside `self.waiting.pop()`."""
    if not held.is_called_often(context):
        return
    done = always(context.function.body)
    taken = {label: node for node in done if node.__class__ is f.Call for label in _taken(node)}
    for node in done if taken else ():
        label = _through(node)
        if label in taken and held.attribute_of(context.function, label) and not _stops(node):
            filled = held.filled(context, context, label, keyed=True)
            if filled is not None:
                place = edits.absolute(context, node.iter if isinstance(node, f.For) else node)
                yield held.Told(place, label, "list", filled)
                return


def _taken(node: f._Node) -> Iterator[str]:
    """What a node takes one thing out of."""
    if isinstance(node, f.Call) and isinstance(node.func, f.Attr) and node.func.name in ("pop", "remove"):
        yield shapes.dotted(node.func.obj)


def _stops(node: f._Node) -> bool:
    """True for what need not go through all: a loop that may end early, `any(...)`."""
    if isinstance(node, f.For):
        return shapes.has_exit(node.body)
    return isinstance(node, f.Call) and shapes.called(node) in ("any", "all")


def handed_on(context: Context) -> Iterator[held.Told]:
    """What a method hands to a function that goes through all of it, on every call, beside adding to it: by itself, or by another
    function that it hands it to (`put(self.by, keys, value)` beside `self.tree = build(self.by)`)."""
    function = context.function
    if not held.is_called_often(context) or len(function.params) < 2:
        return
    this = f"{function.params[0].name}."
    calls = [c for c in context.analysis.calls if not c.loops and c.function == function.qualname]
    through = {c.place: label for c in calls for label in _sizes_of(c, this)}
    if not through:
        return
    calls_always = {(node.at, node.to) for node in always(function.body) if isinstance(node, f.Call)}
    start = function.start
    for place, label in through.items():
        is_always = (
            place.path == context.path and (place.span.start - start, place.span.end - start) in calls_always
        )
        ended = is_always and label in ended_in(function.body)
        added = _added_beside(context, label, place) if is_always and not ended else None
        if added is not None:
            yield held.Told(place, label, "list", Related(added, "it is added to here"))


def _sizes_of(called: Called, this: str) -> Iterator[str]:
    """The attributes of the object's that a call goes through: handed to it, or of the object it is asked of."""
    for term in called.summary.cost.terms:
        for size, (power, _) in term.factors:
            root, dot, rest = size.label.strip("|").partition(".")
            value = called.bound.get(root)
            label = f"{value.label}{dot}{rest}" if value is not None else ""
            if power >= 1 and label.startswith(this) and "(" not in label:
                yield label


def _added_beside(context: Context, label: str, but: Place) -> Place | None:
    """Where a method adds to an attribute, or another function that it calls."""
    for node in held.adding(context.function.body):
        if held.adds_to(node) == label:
            return edits.absolute(context, node)
    for call in shapes.of_kind(context.function.body, f.Call):
        callee, name = _handed(context, call, label)
        place = edits.absolute(context, call)
        if callee is not None and place != but and _adds_to_given(callee, name):
            return place
    return None


def _handed(context: Context, call: f.Call, label: str) -> tuple[f.Function | None, str]:
    """The function of the project that a call hands something to by its place, and the name it has there."""
    position = next((i for i, argument in enumerate(call.args) if shapes.dotted(argument) == label), -1)
    dotted = shapes.dotted(call.func)
    if position < 0 or not dotted:
        return None, ""
    found = names.resolve(context.project, context.path, dotted, context.function.qualname)
    if found is None or found[1] or found[0].kind != "function":
        return None, ""
    callee = context.project.function(found[0].path, found[0].qualname)
    if callee is None or position >= len(callee.params):
        return None, ""
    return callee, callee.params[position].name


def _adds_to_given(function: f.Function, name: str) -> bool:
    """True for a function that puts something into what it is given under a name, or into a part of it."""
    own = {name} | {
        target.id
        for stmt in shapes.walk(function.body)
        if isinstance(stmt, f.Assign) and stmt.value is not None and shapes.dotted(stmt.value) == name
        for target in stmt.targets
        if isinstance(target, f.Name)
    }
    return any(held.adds_to(node) in own for node in held.adding(function.body))


def method_of(context: Context, path: str, owner: str) -> Methods:
    """What gives the methods of a class by their names: what is concluded rests on those it was asked for, not on all."""
    return lambda name: context.project.function(path, f"{owner}.{name}")


def gone_through(function: f.Function, methods: Methods) -> Iterator[tuple[f.Expr, str]]:
    """What goes through all of an attribute of the object's, on every call, that the method adds to and takes nothing from: in
    itself, or in one of the `methods` of its class. Each attribute once."""
    if function.name in held.MAKERS or len(function.params) < 2:
        return  # Nothing is given to add.
    this = f"{function.params[0].name}."
    added = map(held.adds_to, held.adding(function.body))
    own = {label for label in added if label.startswith(this)}
    if not own:
        return
    own -= ended_in(function.body)
    for node in always(function.body) if own else ():
        label = _through(node) or _through_method(node, this, methods, own)
        if label in own:
            own.discard(label)
            yield (node.iter if isinstance(node, f.For) else node), label  # type: ignore[misc]


def _through_method(node: f._Node, this: str, methods: Methods, own: set[str]) -> str:
    """The attribute among some that a method of the same object goes through, whenever it is called."""
    name = shapes.dotted(node.func) if isinstance(node, f.Call) else ""
    method = name.removeprefix(this) if name.startswith(this) else ""
    callee = methods(method) if method.isidentifier() else None
    if (
        callee is None
        or not callee.params
        or any(True for inner in shapes.nodes(callee.body) for _ in ended(inner))
    ):
        return ""
    its = f"{callee.params[0].name}."
    labels = (_through(inner) for inner in always(callee.body))
    return next(
        (found for one in labels if one.startswith(its) and (found := this + one.removeprefix(its)) in own),
        "",
    )


@remembered
def ended_in(body: tuple[f.Stmt, ...]) -> frozenset[str]:
    """What a body sets anew, or takes something from: names and attributes."""
    kinds = (f.Assign, f.Delete, f.Call)
    return frozenset(label for kind in kinds for node in shapes.of_kind(body, kind) for label in ended(node))


def ended(node: f._Node) -> Iterator[str]:
    """What a statement sets anew, or takes something from."""
    if isinstance(node, f.Assign):
        yield from map(shapes.dotted, shapes.stored(node.targets))
    elif isinstance(node, f.Delete):
        for target in node.targets:
            yield shapes.dotted(target.obj if isinstance(target, (f.Index, f.Slice)) else target)
    elif isinstance(node, f.Call) and isinstance(node.func, f.Attr) and node.func.name in held.TAKING:
        yield shapes.dotted(node.func.obj)


def _through(node: f._Node) -> str:
    """The attribute that something goes through all of: `sum(self.xs)`, `set(self.by.values())`, `self.xs.sort()`, `for x in
    self.xs`."""
    if isinstance(node, f.For):
        return picking.viewed(node.iter)
    if isinstance(node, f.Comprehension) and node.kind != "generator":
        return picking.viewed(node.clauses[0].iter)
    if not isinstance(node, f.Call):
        return ""
    name = shapes.called(node)
    if name == "sort" and isinstance(node.func, f.Attr):
        return shapes.dotted(node.func.obj)
    if name in WRITES and len(node.args) > 1:
        return picking.viewed(node.args[0])
    if name not in THROUGH or not isinstance(node.func, f.Name) or len(node.args) != 1:
        return ""
    given = node.args[0]
    if isinstance(given, f.Comprehension) and len(given.clauses) == 1:
        given = given.clauses[0].iter
    return picking.viewed(given)


@remembered
def always(body: tuple[f.Stmt, ...]) -> tuple[f._Node, ...]:
    """What is done on every call: not under a condition and in no loop."""
    found: list[f._Node] = []
    for stmt in body:
        if isinstance(stmt, (f.With, f.Try)):
            found += always(stmt.body)
        elif isinstance(stmt, (f.Assign, f.Update, f.Do, f.Return)):
            found += shapes.nodes(stmt)
        elif isinstance(stmt, f.If):
            found += shapes.nodes(stmt.test)
            if _waits(stmt):
                break
        elif isinstance(stmt, f.For):
            found += (stmt, *shapes.nodes(stmt.iter))
    return tuple(found)


def _waits(stmt: f.If) -> bool:
    """True for a call that ends where there is not enough, or too much: `if len(self.widths) < self.columns: return`."""
    counted = any(
        isinstance(node, f.Call) and shapes.dotted(node.func) == "len" for node in shapes.nodes(stmt.test)
    )
    return counted and any(isinstance(inner, f.Return) for inner in shapes.walk(stmt.body))
