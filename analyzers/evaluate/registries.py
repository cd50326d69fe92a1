"""Functions and classes that a program keeps under keys by registering them: `@register("csv")`, `STORES[cls.name] = cls`.

Such a mapping starts empty, and what puts something into it is seen: statements, and functions that put there what they
are handed, by a call or as a decorator. Which one a key leads to, nobody says; what each of them does is done.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from analyzers import facts as f
from analyzers.evaluate import agreed, callers, class_values, evidence, shapes, tabled
from analyzers.project import names
from analyzers.project.index import Project
from analyzers.project.quiet import is_quiet
from analyzers.types import CHOICE, MAX_CHOICES, UNKNOWN_VALUE, Value, joined


def held(project: Project, path: str, name: str) -> Value | None:
    """The mapping that a module keeps under a name and starts empty, with what is registered there; None where that is not seen."""

    def find() -> Value | None:
        assign = names.module_value(project, path, name)
        if assign is None or not _is_empty(assign.value):
            return None
        parts: dict[Value, None] = {}
        for part in _each_put(project, path, name):
            if part is None or len(parts) > MAX_CHOICES:
                return None
            parts[part] = None
        return _mapping(tuple(parts))

    return project.memo.ask(("registered under keys", path, name), find, in_cycle=None)


def _chosen(project: Project, path: str, scope: str, node: f.Expr) -> Value | None:
    """What a key leads to in a mapping of a module: `STORES[kind]`, `STORES.get(kind)`; None for anything else."""
    table = node.obj if isinstance(node, f.Index) else None
    func = node.func if isinstance(node, f.Call) else None
    if isinstance(func, f.Attr) and func.name == "get":
        table = func.obj
    chain = shapes.dotted(table) if table is not None else ""
    found = names.resolve(project, path, chain, scope) if chain else None
    if found is None or found[1] or found[0].kind != "variable":
        return None
    target = found[0]
    assign = names.module_value(project, target.path, target.qualname)
    if assign is None or not isinstance(assign.value, f.Mapping):
        return None
    written = tabled.of_mapping(project, target.path, "", assign.value)
    mapping = written or held(project, target.path, target.qualname)
    return mapping.values if mapping is not None else None


def made_of(project: Project, path: str, scope: str, node: f.Expr) -> Value:
    """An object of the class, or of one of the classes, that a key leads to: `STORES[kind](dsn)`; unknown where it leads to
    anything else."""
    found = _chosen(project, path, scope, node)
    if found is None:
        return UNKNOWN_VALUE
    classes = found.items or () if found.kind == CHOICE else (found,)
    refs = [one.ref for one in classes if one.kind == "class" and one.ref is not None and one.ref[0]]
    if len(refs) < len(classes):
        return UNKNOWN_VALUE
    return joined(evidence.instance_of(project, *ref) for ref in refs) or UNKNOWN_VALUE


def _is_empty(node: f.Expr | None) -> bool:
    return (isinstance(node, f.Mapping) and not node.values) or (
        isinstance(node, f.Call) and not node.args and shapes.dotted(node.func) == "dict"
    )


def _mapping(parts: tuple[Value, ...]) -> Value | None:
    """A mapping to one of several functions, or classes."""
    kinds = {part.kind for part in parts}
    if len(kinds) != 1 or len(parts) > MAX_CHOICES:
        return None
    one = agreed.methods(parts, "") if kinds == {"function"} else joined(parts)
    return Value("dict", values=one, size=None, evidence="what is registered") if one is not None else None


def _each_put(project: Project, path: str, name: str) -> Iterator[Value | None]:
    """What is put into the mapping; None for each of which nothing is known."""
    here = [(path, reader) for reader in callers.readers(project, path, name)]
    yield from _put_by(project, here, (path, name))
    yield from _put_by(project, sorted(callers.elsewhere(project, path, name)), (path, name))


def _put_by(
    project: Project, readers: Iterable[tuple[str, str]], mapping: tuple[str, str]
) -> Iterator[Value | None]:
    for path, reader in readers:
        function = project.function(path, reader)
        for stmt in shapes.walk(function.body) if function is not None else ():
            if not isinstance(stmt, f.Assign) or stmt.value is None or function is None:
                continue
            if any(_is_it(project, path, function, target, mapping) for target in stmt.targets):
                yield from _put(project, path, function, stmt.value)


def _is_it(
    project: Project, path: str, function: f.Function, target: f.Expr, mapping: tuple[str, str]
) -> bool:
    chain = shapes.dotted(target.obj) if isinstance(target, f.Index) else ""
    if chain.rpartition(".")[2] != mapping[1]:
        return False
    scope = "" if function.kind == "module" else function.qualname
    found = names.resolve(project, path, chain, scope)
    return found is not None and not found[1] and (found[0].path, found[0].qualname) == mapping


def _put(project: Project, path: str, function: f.Function, node: f.Expr) -> Iterator[Value | None]:
    param = next((p for p in function.params if isinstance(node, f.Name) and p.name == node.id), None)
    if param is None:
        yield _named(project, path, function.qualname if function.kind != "module" else "", node)
        return
    maker = project.function(path, function.parent) if function.parent else function
    if maker is None or maker.owner:
        yield None
        return
    if not function.parent:
        for other, caller, argument in callers.arguments(project, path, function, param.name):
            yield _named(project, other, caller.qualname, argument) if argument is not None else None
    yield from _decorated(project, path, maker)


def _decorated(project: Project, path: str, maker: f.Function) -> Iterator[Value]:
    """The functions and classes that stand under a decorator."""
    for other in (path, *callers.importing(project, maker.name)):
        if is_quiet(project, other):
            continue
        project.read(other)
        outline = project.outline(other)
        if outline is None:
            continue
        units: list[f.Function | f.ClassDef] = [*outline.functions.values(), *outline.classes.values()]
        for unit in units:
            if any(_is_by(project, other, decorator, path, maker) for decorator in unit.decorators):
                yield _itself(project, other, unit)


def _is_by(project: Project, other: str, decorator: f.Expr, path: str, maker: f.Function) -> bool:
    chain = shapes.dotted(decorator.func if isinstance(decorator, f.Call) else decorator)
    if chain.rpartition(".")[2] != maker.name:
        return False
    found = names.resolve(project, other, chain)
    return found is not None and not found[1] and (found[0].path, found[0].qualname) == (path, maker.qualname)


def _itself(project: Project, path: str, unit: f.Function | f.ClassDef) -> Value:
    if isinstance(unit, f.ClassDef):
        return class_values.class_itself(project, path, unit.qualname)
    return Value("function", ref=(path, unit.qualname), label=unit.name, frozen=True)


def _named(project: Project, path: str, scope: str, node: f.Expr) -> Value | None:
    found = tabled.part(project, path, scope, node)
    return found if found.kind in ("function", "class") else None
