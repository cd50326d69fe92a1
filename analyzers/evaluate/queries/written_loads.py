"""What a Django query loads along with its rows, read from its text where it is not run: a manager's `get_queryset`, a
`Prefetch` that a module keeps under a name."""

from __future__ import annotations

from typing import NamedTuple

from analyzers import facts as f
from analyzers.evaluate import shapes
from analyzers.evaluate.queries.emit import join_path, prefixes
from analyzers.orm import tables
from analyzers.project import names
from analyzers.project.django_fields import base_of
from analyzers.project.index import Project
from analyzers.project.models import Model, Models
from analyzers.project.names import Target
from analyzers.project.outline import argument
from analyzers.project.schema import Key
from analyzers.types import ANYTHING

_STEPS = 3
"""Methods, and queries in queries, that are followed."""

_DEFAULTS = ("_default_manager", "_base_manager")


class Loads(NamedTuple):
    """Relations that come by a join, those that come by a query of their own, and whether that is all."""

    joins: frozenset[str] = frozenset()
    prefetches: frozenset[str] = frozenset()
    certain: bool = True

    def with_more(self, more: Loads) -> Loads:
        """What both load."""
        certain = self.certain and more.certain
        return Loads(self.joins | more.joins, self.prefetches | more.prefetches, certain)


NOTHING = Loads()
NOT_CERTAIN = Loads(certain=False)


class Prefetched(NamedTuple):
    """A `Prefetch(path, queryset, to_attr)`; `rows` is None where it names no query."""

    path: str
    to_attr: str
    rows: Loads | None


def of_manager(project: Project, found: Model, name: str) -> Loads:
    """What the rows of a model's manager come with; "" is the default manager, which related managers use."""
    name = name or next(iter(found.managers), "")
    manager = found.managers.get(base_of(name)) or found.managers.get(name)
    if manager is None or manager.kind != "class":
        return NOTHING
    return project.memo.ask(
        ("default loads", manager.path, manager.qualname),
        lambda: _of_method(project, manager, "get_queryset", 0),
        in_cycle=NOT_CERTAIN,
    )


def prefetch(project: Project, at: Key, node: f.Expr, steps: int = 0) -> Prefetched | None:
    """The `Prefetch` that an expression is, in a file and a function of it, or that a module keeps under its name."""
    chain = "" if isinstance(node, f.Call) else shapes.dotted(node)
    found = names.resolve(project, at[0], chain, at[1]) if chain and steps < _STEPS else None
    if found is not None and found[0].kind == "variable" and not found[1]:
        kept = names.module_value(project, found[0].path, found[0].qualname)
        if kept is not None and isinstance(kept.value, f.Call):
            return prefetch(project, (found[0].path, ""), kept.value, steps + 1)
    if not isinstance(node, f.Call) or not _is_prefetch(node):
        return None
    path, rows = _text(argument(node, 0, "lookup")), argument(node, 1, "queryset")
    given = argument(node, 2, "to_attr")
    if not path or (given is not None and not _text(given)):
        return None
    return Prefetched(path, _text(given), of_rows(project, at, rows, steps + 1) if rows is not None else None)


def of_rows(project: Project, at: Key, node: f.Expr, steps: int = 0) -> Loads:
    """What a chain that begins with a manager loads: `Book.objects.filter(...).select_related("author")`."""
    read = NOTHING
    while isinstance(node, f.Call) and isinstance(node.func, f.Attr):
        more = _of_loader(project, at, node, steps)
        if more is None and tables().django.queryset.of(node.func.name) != "chain":
            return NOT_CERTAIN
        read = read.with_more(more) if more is not None else read
        node = node.func.obj
    chain = shapes.dotted(node)
    found = names.resolve(project, at[0], chain, at[1]) if chain else None
    target, rest = found if found is not None else (None, ())
    model = Models(project).of(target) if target is not None and len(rest) == 1 else None
    name = rest[0] if rest else ""
    if model is None or (name not in model.managers and name not in _DEFAULTS):
        return NOT_CERTAIN
    return read.with_more(of_manager(project, model, "" if name in _DEFAULTS else name))


def _of_loader(project: Project, at: Key, node: f.Call, steps: int) -> Loads | None:
    """What a call of a loader adds; None for any other call."""
    name = node.func.name if isinstance(node.func, f.Attr) else ""
    if name not in tables().django.loaders:
        return None
    read = NOTHING if node.args else NOT_CERTAIN
    for given in node.args:
        paths = frozenset(prefixes(_text(given))) if _text(given) else frozenset[str]()
        if paths:
            read = read.with_more(Loads(paths) if name == "select_related" else Loads(prefetches=paths))
            continue
        one = prefetch(project, at, given, steps)
        read = read.with_more(below(one) if one is not None else NOT_CERTAIN)
    return read


def below(one: Prefetched) -> Loads:
    """What a `Prefetch` loads, and what comes along with its rows; of a query that is not known that may be anything."""
    above, _, name = one.path.rpartition("__")
    at = join_path(above, one.to_attr or name)
    found = {*(prefixes(above) if above else ()), f"{at}={name}" if one.to_attr else at}
    if one.rows is None:
        return Loads(prefetches=frozenset(found))
    if not one.rows.certain:
        found.add(join_path(at, ANYTHING))
    found.update(join_path(at, path) for path in one.rows.prefetches)
    return Loads(frozenset(join_path(at, path) for path in one.rows.joins), frozenset(found))


def _of_method(project: Project, manager: Target, name: str, steps: int) -> Loads:
    """The loaders that a method's text names; not certain where it calls what cannot be followed."""
    method = names.member(project, manager.path, manager.qualname, name)
    if method is None or method.kind != "function" or steps > _STEPS:
        return NOTHING
    function = project.function(method.path, method.qualname)
    if function is None:
        return NOT_CERTAIN
    read = NOTHING
    inside: set[int] = set()  # What a `Prefetch` is given loads for other rows.
    for node in shapes.nodes(function.body):
        if not isinstance(node, f.Call) or id(node) in inside:
            continue
        if _is_prefetch(node):
            inside.update(id(part) for part in shapes.nodes((node.args, node.keywords)))
        more = _of_loader(project, (method.path, method.qualname), node, steps)
        called = node.func.name if isinstance(node.func, f.Attr) else ""
        if more is None and called and called != name and not tables().django.queryset.of(called):
            more = _of_method(project, manager, called, steps + 1)
        read = read.with_more(more) if more is not None else read
    return read


def _is_prefetch(node: f.Call) -> bool:
    return shapes.dotted(node.func).rpartition(".")[2] == "Prefetch"


def _text(node: f.Expr | None) -> str:
    return node.value if isinstance(node, f.Const) and isinstance(node.value, str) else ""
