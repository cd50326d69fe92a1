"""Functions that an object keeps under a name and calls by it: `self.fetch = fetch or self._fetch`, `Exporter(load_author)`.

What is called is what the class's methods put there: a method of its own, a function of the module, or what all who make such an
object hand over. Of several, what each of them does is done.
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzers import facts as f
from analyzers.evaluate import callers, evidence, shapes
from analyzers.project import names
from analyzers.project.attributes import AttributeValue, values_of
from analyzers.project.index import Project
from analyzers.types import MAX_EITHER, Value

_Ref = tuple[str, str]
_Kept = tuple[_Ref, "_Ref | None"]
"""A function, and the class of the object it is bound to; None for one that is bound to nothing."""


def kept(project: Project, base: Value, name: str, label: str) -> tuple[Value, ...]:
    """The functions that an attribute of an object holds; none where one of them is not known."""
    if base.kind != "instance" or base.ref is None or not base.ref[0]:
        return ()
    owner = base.ref

    def find() -> tuple[_Kept, ...]:
        return _of_class(project, owner, name)

    nothing: tuple[_Kept, ...] = ()
    found = project.memo.ask(("functions kept", *owner, name), find, in_cycle=nothing)
    return tuple(_bound(project, base, one, label) for one in found)


def _bound(project: Project, base: Value, one: _Kept, label: str) -> Value:
    ref, owner = one
    holder = base if owner == base.ref else evidence.instance_of(project, *owner) if owner else None
    return Value("function", ref=ref, bound=holder, label=label, depends=base.depends)


def _of_class(project: Project, owner: _Ref, name: str) -> tuple[_Kept, ...]:
    for above in names.lineage(project, *owner):
        values = values_of(project, above.path, above.qualname, name) if above.kind == "class" else ()
        if values:
            return _all(_each(project, owner, above, value) for value in values)
    return ()


def _all(found: Iterator[tuple[_Kept, ...] | None]) -> tuple[_Kept, ...]:
    """All that several places say; none where one of them says nothing that is known."""
    functions: dict[_Kept, None] = {}
    for some in found:
        if some is None or len(functions) > MAX_EITHER:
            return ()
        functions.update(dict.fromkeys(some))
    return tuple(functions)


def _each(
    project: Project, owner: _Ref, above: names.Target, value: AttributeValue
) -> tuple[_Kept, ...] | None:
    """The functions that one assignment puts there, none for a None; None where that is not known."""
    if value.value is None:
        return () if value.annotation is not None else None
    if value.function is None:
        return _named(project, owner, above.path, above.qualname, value.value)
    return _given(project, owner, above.path, value.function, value.value)


def _given(
    project: Project, owner: _Ref, path: str, method: f.Function, node: f.Expr
) -> tuple[_Kept, ...] | None:
    if isinstance(node, (f.Logic, f.Choose)):
        parts = node.parts if isinstance(node, f.Logic) else (node.then, node.other)
        return _together(_given(project, owner, path, method, part) for part in parts)
    param = next((p for p in method.params if p.name == node.id), None) if isinstance(node, f.Name) else None
    if param is None:
        return _named(project, owner, path, method.qualname, node)
    if method.name != callers.INIT:
        return None
    return _together(
        _handed(project, owner, path, method, param, *one)
        for one in callers.arguments(project, path, method, param.name)
    )


def _handed(
    project: Project,
    owner: _Ref,
    path: str,
    method: f.Function,
    param: f.Param,
    other: str,
    caller: f.Function,
    argument: f.Expr | None,
) -> tuple[_Kept, ...] | None:
    if argument is None:
        left = param.default
        return _named(project, owner, path, method.qualname, left) if left is not None else None
    return _named(project, owner, other, caller.qualname, argument)


def _together(found: Iterator[tuple[_Kept, ...] | None]) -> tuple[_Kept, ...] | None:
    functions: list[_Kept] = []
    for some in found:
        if some is None:
            return None
        functions += some
    return tuple(functions)


def _named(project: Project, owner: _Ref, path: str, scope: str, node: f.Expr) -> tuple[_Kept, ...] | None:
    """The function that an expression names: of a module, a method of the object itself or of another one."""
    if shapes.is_none(node):
        return ()
    if isinstance(node, f.Lambda):
        return (((path, node.qualname), None),)
    found = names.resolve(project, path, shapes.dotted(node), scope) if shapes.dotted(node) else None
    if found is not None and not found[1] and found[0].kind == "function":
        return (((found[0].path, found[0].qualname), None),)
    if not isinstance(node, f.Attr):
        return None
    header = project.header(path, scope) if scope else None
    itself = header.params[0].name if header is not None and header.owner and header.params else ""
    holder: _Ref | None = owner if itself and shapes.dotted(node.obj) == itself else None
    if holder is None:
        made = evidence.guess(project, path, scope, "python", node.obj)
        holder = made.ref if made.kind == "instance" else None
    if holder is None or not holder[0]:
        return None
    method = names.member(project, *holder, node.name)
    return (
        (((method.path, method.qualname), holder),)
        if method is not None and method.kind == "function"
        else None
    )
