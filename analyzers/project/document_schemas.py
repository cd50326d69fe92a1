"""What a schema of documents puts onto the model that is made of it, and onto its documents: `bookSchema.statics.byTitle = function
(title) { return this.find({ title }) }`, beside `mongoose.model("Book", bookSchema)`.

Source: https://mongoosejs.com/docs/guide.html#methods
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzers.facts import Assign, Attr, Call, Const, Do, Expr, Lambda, Mapping, Name, Stmt
from analyzers.project import names
from analyzers.project.index import Project
from analyzers.project.outline import dotted

Key = tuple[str, str]

STATICS, METHODS = "statics", "methods"
"""What the model has, and what each of its documents has."""

_PUTS = {"static": STATICS, "method": METHODS}
_CLASS = "loadClass"
"""Puts the methods of a class onto both."""
_MODULE = "<module>"


def schema_of(project: Project, path: str, scope: str, made: Call) -> Key | None:
    """The file and name of the schema that a call makes a model of."""
    named = dotted(made.args[1]) if len(made.args) > 1 else None
    found = names.resolve(project, path, named, scope) if named else None
    if found is None or found[1] or found[0].kind != "variable":
        return None
    return found[0].path, found[0].qualname


def function_of(project: Project, schema: Key, part: str, name: str) -> Key | None:
    """The function that a schema puts under a name onto its model (`STATICS`) or its documents (`METHODS`)."""
    nothing: dict[tuple[str, str], Key] = {}
    found = project.memo.ask(("on a schema", *schema), lambda: _all(project, *schema), in_cycle=nothing)
    return found.get((part, name))


def _all(project: Project, path: str, schema: str) -> dict[tuple[str, str], Key]:
    module = project.function(path, _MODULE)
    found: dict[tuple[str, str], Key] = {}
    for stmt in module.body if module is not None else ():
        for part, name, value in _put(stmt, schema):
            function = _function(project, path, value)
            if function is not None:
                found[part, name] = function
        if (given := _class_given(project, path, stmt, schema)) is not None:
            found |= dict(_of_class(project, *given))
    return found


def _put(stmt: Stmt, schema: str) -> Iterator[tuple[str, str, Expr]]:
    """What a statement at the top of a file puts onto a schema: where, under which name, and the function."""
    if isinstance(stmt, Assign) and stmt.value is not None:
        for target in stmt.targets:
            if isinstance(target, Name) and target.id == schema and isinstance(stmt.value, Call):
                yield from _options(stmt.value)
            elif isinstance(target, Attr) and (part := _part_of(target, schema)):
                yield from _written(part, stmt.value)
            elif isinstance(target, Attr) and (part := _part_of(target.obj, schema)):
                yield part, target.name, stmt.value
    elif isinstance(stmt, Do) and isinstance(stmt.value, Call) and stmt.value.args:
        func, args = stmt.value.func, stmt.value.args
        if isinstance(func, Attr) and func.name in _PUTS and dotted(func.obj) == schema:
            part, first = _PUTS[func.name], args[0]
            if isinstance(first, Mapping):
                yield from _written(part, first)
            elif isinstance(first, Const) and isinstance(first.value, str) and len(args) > 1:
                yield part, first.value, args[1]
        elif dotted(func) == "Object.assign" and len(args) > 1 and (part := _part_of(args[0], schema)):
            yield from _written(part, args[1])


def _part_of(node: Expr, schema: str) -> str:
    """`statics` of `bookSchema.statics`; "" for any other expression."""
    of_schema = isinstance(node, Attr) and node.name in (STATICS, METHODS) and dotted(node.obj) == schema
    return node.name if of_schema and isinstance(node, Attr) else ""


def _options(made: Call) -> Iterator[tuple[str, str, Expr]]:
    """`new Schema({ ... }, { statics: { byTitle(title) { ... } } })`."""
    options = made.args[1] if len(made.args) > 1 else None
    for key, value in zip(options.keys, options.values, strict=True) if isinstance(options, Mapping) else ():
        if isinstance(key, Const) and key.value in (STATICS, METHODS):
            yield from _written(str(key.value), value)


def _written(part: str, node: Expr) -> Iterator[tuple[str, str, Expr]]:
    for key, value in zip(node.keys, node.values, strict=True) if isinstance(node, Mapping) else ():
        if isinstance(key, Const) and isinstance(key.value, str):
            yield part, key.value, value


def _function(project: Project, path: str, value: Expr) -> Key | None:
    if isinstance(value, Lambda):
        return path, value.qualname
    named = dotted(value)
    found = names.resolve(project, path, named) if named else None
    if found is None or found[1] or found[0].kind != "function":
        return None
    return found[0].path, found[0].qualname


def _class_given(project: Project, path: str, stmt: Stmt, schema: str) -> Key | None:
    """The class of `bookSchema.loadClass(Book)`."""
    call = stmt.value if isinstance(stmt, Do) else None
    if not isinstance(call, Call) or dotted(call.func) != f"{schema}.{_CLASS}" or not call.args:
        return None
    named = dotted(call.args[0])
    found = names.resolve(project, path, named) if named else None
    return (found[0].path, found[0].qualname) if found and not found[1] and found[0].kind == "class" else None


def _of_class(project: Project, path: str, qualname: str) -> Iterator[tuple[tuple[str, str], Key]]:
    project.read(path, "members", qualname)
    outline = project.outline(path)
    for name, method in outline.methods.get(qualname, {}).items() if outline is not None else ():
        yield (STATICS, name), (path, method.qualname)
        yield (METHODS, name), (path, method.qualname)
