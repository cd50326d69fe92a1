"""Functions that a script's module gets from others to which it hands itself: `require("./data")(User)` in `user/index.js`, where
`data.js` says `module.exports = function (User) { User.find = async function (id) { ... } }`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from analyzers.facts import Assign, Attr, Call, Const, Do, Expr, Function, Lambda, Name, Stmt, walk

if TYPE_CHECKING:
    from analyzers.project.index import Project

_MODULE = "<module>"
_DEPTH = 3
"""Modules that hand on what they were handed."""


def member(project: Project, path: str, name: str) -> tuple[str, str] | None:
    """The file and qualname of the function that a module has under a name without exporting it by that name."""
    nothing: tuple[str, str] | None = None
    return project.memo.ask(
        ("hung on a module", path, name), lambda: _member(project, path, name), in_cycle=nothing
    )


def _member(project: Project, path: str, name: str) -> tuple[str, str] | None:
    module = project.function(path, _MODULE)
    own = _itself(module) if module is not None else frozenset()
    return _hung(project, path, module, own, name, _DEPTH) if module is not None and own else None


def handed(project: Project, path: str, qualname: str, name: str) -> str | None:
    """The file of the module that a function which its file exports is handed under the name of a parameter."""
    function = project.function(path, qualname)
    if function is None or function.parent or function.owner or not function.params:
        return None
    position = next((i for i, param in enumerate(function.params) if param.name == name), -1)
    if position < 0 or _exported(project, path) != qualname:
        return None

    def find() -> str:
        for other in _around(path):
            module = project.function(other, _MODULE) if other in project and other != path else None
            own = _itself(module) if module is not None else frozenset()
            for call in _handing(module.body, own) if module is not None and own else ():
                at = next(i for i, one in enumerate(call.args) if isinstance(one, Name) and one.id in own)
                if at == position and _module_called(project, other, call.func) == path:
                    return other
        return ""

    return project.memo.ask(("module handed to", path, qualname, name), find, in_cycle="") or None


def _around(path: str) -> Iterator[str]:
    """Where a module stands that hands itself to a file: `user/index.js` or `user.js` to `user/data.js`."""
    folder, ending = PurePosixPath(path).parent, PurePosixPath(path).suffix
    yield f"{folder}/index{ending}"
    yield f"{folder}{ending}"


def _itself(module: Function) -> frozenset[str]:
    """The names of what a file exports as a whole: `const User = module.exports`, `module.exports = User`."""
    found: set[str] = set()
    for stmt in module.body:
        if isinstance(stmt, Assign):
            named = [target.id for target in stmt.targets if isinstance(target, Name)]
            if _is_exports(stmt.value) or any(_is_exports(target) for target in stmt.targets):
                found.update(named)
                found.update((stmt.value.id,) if isinstance(stmt.value, Name) else ())
    return frozenset(found)


def _is_exports(node: Expr | None) -> bool:
    """`module.exports`."""
    return (
        isinstance(node, Attr)
        and node.name == "exports"
        and isinstance(node.obj, Name)
        and node.obj.id == "module"
    )


def _hung(
    project: Project, path: str, function: Function, own: frozenset[str], name: str, depth: int
) -> tuple[str, str] | None:
    """A function that is put under a name of what some names stand for, in a body or by what that hands it to."""
    for node in walk(function.body):
        if isinstance(node, Assign) and isinstance(node.value, (Lambda, Name)):
            for target in node.targets:
                if isinstance(target, Attr) and target.name == name and _is_one(target.obj, own):
                    return path, _function_of(project, path, function, node.value)
    for call in _handing(function.body, own) if depth else ():
        other = _module_called(project, path, call.func)
        exported = _exported(project, other) if other is not None else ""
        made = project.function(other, exported) if other is not None and exported else None
        at = next(i for i, one in enumerate(call.args) if _is_one(one, own))
        if other is None or made is None or at >= len(made.params):
            continue
        found = _hung(project, other, made, frozenset((made.params[at].name,)), name, depth - 1)
        if found is not None:
            return found
    return None


def _is_one(node: Expr, names: frozenset[str]) -> bool:
    return isinstance(node, Name) and node.id in names


def _function_of(project: Project, path: str, function: Function, value: Expr) -> str:
    if isinstance(value, Lambda):
        return value.qualname
    assert isinstance(value, Name)
    nested = "" if function.qualname == _MODULE else f"{function.qualname}.<locals>."
    return f"{nested}{value.id}"


def _handing(body: tuple[Stmt, ...], own: frozenset[str]) -> Iterator[Call]:
    """The calls that hand over what some names stand for, as statements of their own."""
    for stmt in body:
        if (
            isinstance(stmt, Do)
            and isinstance(stmt.value, Call)
            and any(_is_one(a, own) for a in stmt.value.args)
        ):
            yield stmt.value


def _module_called(project: Project, path: str, func: Expr) -> str | None:
    """The file of `require("./data")`, or of the name that one was given."""
    if isinstance(func, Call):
        first = (
            func.args[0] if func.args and isinstance(func.func, Name) and func.func.id == "require" else None
        )
        named = first.value if isinstance(first, Const) else None
        return project.modules.resolve(path, named) if isinstance(named, str) else None
    outline = project.outline(path)
    project.read(path, "name", func.id if isinstance(func, Name) else "")
    item = (
        outline.imports.get("", {}).get(func.id) if outline is not None and isinstance(func, Name) else None
    )
    return project.modules.resolve(path, item.module) if item is not None else None


def _exported(project: Project, path: str) -> str:
    """The function that a file exports as a whole: `module.exports = function (User) { ... }`."""
    project.read(path, "exports")
    outline = project.outline(path)
    local, module = outline.exports.get("default", ("", "")) if outline is not None else ("", "")
    return "" if module else local
