"""What is in the containers that an object keeps: what its methods put there.

`self.blocks = {}` says nothing of what is in it, `self.blocks[name] = Block(name)` in another method does. Where all that is
put into it is of one kind, that is what is taken from it. Lists that are kept under keys are told by what puts into them:
`self.by[key] = []`, `self.by.setdefault(key, []).append(x)`, `self.by = defaultdict(list)`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from analyzers import facts as f
from analyzers.evaluate import evidence, makers, shapes
from analyzers.evaluate.remembered import remembered
from analyzers.project import names
from analyzers.project.attributes import values_of
from analyzers.project.index import Project
from analyzers.types import UNKNOWN_VALUE, Value

_AT_END = frozenset(("append", "add", "appendleft"))
"""Methods of a list, a set and a deque that put in what they are given."""

_LISTED = frozenset(("list", "deque"))
"""Kinds whose search goes from the front to the back: what is told of them wants proof that they get longer."""

_MEMBERS = frozenset(("set", "dict", *_LISTED))
"""Kinds of what may be kept in a container."""


def of_attribute(project: Project, ref: tuple[str, str], name: str, held: Value) -> Value:
    """What an attribute of an object holds, with what is in it where the object's methods tell."""
    if held.kind not in _MEMBERS or held.of is not None or held.values is not None or held.size is not None:
        return held

    def find() -> Value:
        return _of_class(project, ref, name)

    within = project.memo.ask(("contents", *ref, name), find, in_cycle=UNKNOWN_VALUE)
    if not within.known:
        return held
    return held.but(values=within) if held.kind == "dict" else held.but(of=within)


def _of_class(project: Project, ref: tuple[str, str], name: str) -> Value:
    found: list[Value] = []
    for above in names.lineage(project, *ref):
        if above.kind != "class":
            continue
        values = values_of(project, above.path, above.qualname, name)
        if not all(starts_empty(value.value) for value in values):
            return UNKNOWN_VALUE  # What it starts with may be of another kind.
        found += [made for value in values if (made := _made_by_default(value.value)) is not None]
        for method in project.filling_methods(above.path, above.qualname):
            found += _puts(project, above.path, method.qualname).get(name, ())
    if not found or any((one.kind, one.ref) != (found[0].kind, found[0].ref) for one in found):
        return UNKNOWN_VALUE
    if found[0].kind in _LISTED and len({bool(one.evidence) for one in found}) < 2:
        return UNKNOWN_VALUE  # Nothing tells that they are lists, or that they get longer.
    return next((one for one in found if one.evidence), found[0])


def starts_empty(node: f.Expr | None) -> bool:
    """True for a display with nothing in it, `dict()`, `defaultdict(list)`, and an attribute that is only declared."""
    if isinstance(node, f.Collection):
        return not node.items
    if isinstance(node, f.Mapping):
        return not node.keys
    if isinstance(node, f.Call):
        return not node.args or shapes.called(node) == "defaultdict"
    return node is None or shapes.is_none(node)


def _made_by_default(node: f.Expr | None) -> Value | None:
    """The list of `defaultdict(list)`."""
    if isinstance(node, f.Call) and shapes.called(node) == "defaultdict" and node.args:
        kind = shapes.dotted(node.args[0]).rpartition(".")[2]
        return Value(kind) if kind in _MEMBERS else UNKNOWN_VALUE
    return None


def _puts(project: Project, path: str, qualname: str) -> Mapping[str, tuple[Value, ...]]:
    """What a method puts into the containers of its object, by their names."""

    def find() -> Mapping[str, tuple[Value, ...]]:
        method = project.function(path, qualname)
        if method is None or not method.params:
            return {}
        found: dict[str, list[Value]] = {}
        for name, node in _put_by(method):
            found.setdefault(name, []).append(_content(project, path, method, node))
        for name in _lengthened(method):
            found.setdefault(name, []).append(Value("list", evidence=f"`{method.name}` puts into it"))
        return {name: tuple(values) for name, values in found.items()}

    return project.memo.ask(("puts into", path, qualname), find, in_cycle={})


def _put_by(method: f.Function) -> Iterator[tuple[str, f.Expr]]:
    """The attributes into which a method puts something, and what: `self.by[key] = x`, `self.all.append(x)`."""
    this = f"{method.params[0].name}."
    for node in shapes.nodes(method.body):
        held: f.Expr | None = None
        value: f.Expr | None = None
        if isinstance(node, f.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], f.Index):
            held, value = node.targets[0].obj, node.value
        elif isinstance(node, f.Call) and isinstance(node.func, f.Attr):
            if node.func.name in _AT_END and len(node.args) == 1:
                held, value = node.func.obj, node.args[0]
            elif node.func.name == "setdefault" and len(node.args) == 2:
                held, value = node.func.obj, node.args[1]
        label = shapes.dotted(held) if held is not None else ""
        if value is not None and label.startswith(this) and label.count(".") == 1:
            yield label.removeprefix(this), value


@remembered
def filled_by(method: f.Function) -> frozenset[str]:
    """The attributes of its object into which a method puts something, there or under a key."""
    return (
        frozenset(name for name, _ in _put_by(method)) | _lengthened(method) if method.params else frozenset()
    )


@remembered
def _lengthened(method: f.Function) -> frozenset[str]:
    """The attributes under whose keys a method makes a list longer: `self.by[key].append(x)`, also by a name for it."""
    this = f"{method.params[0].name}."
    found: set[str] = set()
    for node in shapes.nodes(method.body):
        if not isinstance(node, f.Call) or not isinstance(node.func, f.Attr):
            continue
        if node.func.name not in ("append", "extend", "insert"):
            continue
        holders = [node.func.obj]
        if isinstance(node.func.obj, f.Name):
            holders = [*makers.put(method).get(node.func.obj.id, ()), *_under(method, node.func.obj.id)]
        for holder in holders:
            label = holder_of(holder)
            if label.startswith(this) and label.count(".") == 1:
                found.add(label.removeprefix(this))
    return frozenset(found)


def _under(method: f.Function, name: str) -> Iterator[f.Expr]:
    """The places under which a method keeps what it has a name for: `self.by[key] = found`."""
    for stmt in shapes.walk(method.body):
        if isinstance(stmt, f.Assign) and isinstance(stmt.value, f.Name) and stmt.value.id == name:
            yield from (target for target in stmt.targets if isinstance(target, f.Index))


def holder_of(node: f.Expr) -> str:
    """`self.by` of `self.by[key]`, `self.by.get(key)` and `self.by.setdefault(key, [])`; "" for anything else."""
    if isinstance(node, f.Index):
        return shapes.dotted(node.obj)
    if isinstance(node, f.Call) and isinstance(node.func, f.Attr) and node.func.name in ("get", "setdefault"):
        return shapes.dotted(node.func.obj)
    return ""


def _content(project: Project, path: str, method: f.Function, node: f.Expr) -> Value:
    """What is put into a container, as far as what is written says it: a container, or an object of the project."""
    values = makers.put(method).get(node.id, []) if isinstance(node, f.Name) else []
    made = [_content(project, path, method, one) for one in values if not isinstance(one, f.Name)]
    kept = [one for one in made if one.known]
    if kept and len(kept) == len([one for one in values if not holder_of(one)]):
        return kept[0] if all((k.kind, k.ref) == (kept[0].kind, kept[0].ref) for k in kept) else UNKNOWN_VALUE
    if isinstance(node, f.Attr) and shapes.dotted(node.obj) == method.params[0].name and method.owner:
        return _plain(evidence.attribute_of_instance(project, path, method.owner, node.name, "python"))
    if isinstance(node, f.Collection) and node.items:
        return Value(node.kind)
    return _plain(evidence.guess(project, path, method.qualname, "python", node))


def _plain(value: Value) -> Value:
    """An object of the project, or a container without a word of how long it is."""
    if value.kind == "instance" and value.ref is not None and value.ref[0]:
        return value
    return Value(value.kind) if value.kind in _MEMBERS else UNKNOWN_VALUE
