"""Tables of functions that a program writes out: `HANDLERS = {"csv": to_csv}`, `STEPS = [check, send]`."""

from __future__ import annotations

from msgspec.structs import replace

from analyzers import facts as f
from analyzers.conventions.tables import frameworks
from analyzers.costs import ONE
from analyzers.evaluate import agreed, class_values, shapes
from analyzers.project import names
from analyzers.project.index import Project
from analyzers.types import CALLABLE, MAX_CHOICES, UNKNOWN_VALUE, Value, joined

_GETTERS = ("operator.attrgetter", "operator.methodcaller", "operator.itemgetter")


def of_mapping(project: Project, path: str, scope: str, node: f.Mapping) -> Value | None:
    """A mapping to functions or classes; None for any other."""
    if not node.values or len(node.values) > MAX_CHOICES or None in node.keys:
        return None
    held = _held(project, path, scope, node.values)
    if held is None:
        return None
    entries = tuple(
        (key.value, value)
        for key, value in zip(node.keys, held, strict=True)
        if isinstance(key, f.Const) and isinstance(key.value, str)
    )
    keys = Value("str", size=ONE) if len(entries) == len(held) else None
    return Value("dict", of=keys, values=joined(held), entries=entries, size=ONE, evidence="a literal")


def of_comprehension(project: Project, path: str, scope: str, node: f.Comprehension) -> Value | None:
    """`{each.kind: each for each in (Book, Film)}`: a mapping to what a display lists; None for any other."""
    if node.kind != "dict" or len(node.clauses) != 1 or not isinstance(node.value, f.Name):
        return None
    (clause,) = node.clauses
    if not isinstance(clause.target, f.Name) or clause.target.id != node.value.id:
        return None
    if not isinstance(clause.iter, f.Collection):
        return None
    listed = of_list(project, path, scope, clause.iter)
    return Value("dict", values=listed.of, size=ONE, evidence="a literal") if listed else None


def of_list(project: Project, path: str, scope: str, node: f.Collection) -> Value | None:
    """A list of functions or classes, or of pairs with one; None for any other."""
    if not node.items or len(node.items) > MAX_CHOICES:
        return None
    held = _held(project, path, scope, node.items)
    if held is None:
        return None
    return Value(node.kind, of=joined(held), items=held, size=ONE, evidence="a literal")


def _held(project: Project, path: str, scope: str, nodes: tuple[f.Expr, ...]) -> tuple[Value, ...] | None:
    """What is written out, if each part is a function or a class, or a tuple that has one."""
    found = tuple(part(project, path, scope, node) for node in nodes)
    return found if all(_is_followed(value) for value in found) else None


def _is_followed(value: Value) -> bool:
    return value.kind in CALLABLE or bool(value.items) or agreed.is_of_project(value)


def part(project: Project, path: str, scope: str, node: f.Expr) -> Value:
    """A function, a class, an object of a class of the project or a tuple of such, as it is written; the unknown value for all else."""
    if isinstance(node, f.Lambda):
        return Value("function", ref=(path, node.qualname), label="lambda", frozen=True)
    if isinstance(node, f.Collection) and node.kind == "tuple":
        items = tuple(part(project, path, scope, item) for item in node.items)
        has_one = any(value.kind in CALLABLE for value in items)
        return Value("tuple", items=items, size=ONE, frozen=True) if has_one else UNKNOWN_VALUE
    if isinstance(node, f.Const) and isinstance(node.value, str):
        return Value("str", const=node.value, size=ONE, frozen=True)
    call = node if isinstance(node, f.Call) else None
    chain = shapes.dotted(call.func if call is not None else node)
    found = names.resolve(project, path, chain, scope) if chain else None
    if found is None or found[1]:
        return UNKNOWN_VALUE
    target = found[0]
    if call is not None and target.kind == "class":
        from analyzers.evaluate import evidence

        made = evidence.instance_of(project, target.path, target.qualname)
        return made if agreed.is_of_project(made) else UNKNOWN_VALUE
    if call is not None:
        texts = tuple(part(project, path, scope, argument) for argument in call.args)
        is_getter = (
            target.dotted in _GETTERS and not call.keywords and all(text.const is not None for text in texts)
        )
        return Value("prepared", dotted=target.dotted, items=texts) if is_getter else UNKNOWN_VALUE
    if target.kind == "function":
        return Value("function", ref=(target.path, target.qualname), label=chain, frozen=True)
    if target.kind == "class":
        return replace(class_values.class_itself(project, target.path, target.qualname), label=chain)
    return UNKNOWN_VALUE


def prepared(project: Project, path: str, scope: str, dotted: str, node: f.Call) -> Value | None:
    """`partial(fetch, session)` that an attribute or a module keeps: the function with what it is given first; None for any other call."""
    from analyzers.evaluate import evidence

    if dotted not in frameworks().wrappers.names or not node.args:
        return None
    function = part(project, path, scope, node.args[0])
    if function.kind != "function":
        return None
    given = [evidence.guess(project, path, scope, "python", one) for one in node.args[1:]]
    named = [(one.name, evidence.guess(project, path, scope, "python", one.value)) for one in node.keywords]
    return Value(
        "prepared", dotted=dotted, items=(function, *given), entries=tuple(named), bound=function, frozen=True
    )
