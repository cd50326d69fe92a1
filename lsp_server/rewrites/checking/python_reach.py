"""What a rewrite of a Python function may not bring in: names that reach the system, the network or the interpreter.

A name is what the file's imports make of it, so that `import subprocess as sp` hides nothing. Each check returns a
sentence about what is wrong, "" if nothing is.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_DUNDER = re.compile(r"__\w+?__")


@cache
def reach(language: str, kind: str) -> frozenset[str]:
    """A list of reach.toml: names that a rewrite may keep and may not bring in."""
    table = tomllib.loads(files("lsp_server.rewrites.checking").joinpath("reach.toml").read_text("utf-8"))
    return frozenset(table[language][kind])


def dangerous(module: ast.Module | None, old: ast.stmt, new: list[ast.stmt]) -> str:
    """What reaches outside in the new definitions and was not in the old one."""
    bound = _bindings(module)
    before, after = set(_reach([old], bound)), _reach(new, bound)
    for what in sorted(set(after) - before):
        return f"it brings in {what}, which was not there before"
    return _strangers(module, old, new, bound)


def _reach(nodes: Iterable[ast.stmt], bound: dict[str, str]) -> list[str]:
    """Everything in the nodes that reaches outside, as a person would name it."""
    found: list[str] = []
    for node in (n for top in nodes for n in ast.walk(top)):
        if isinstance(node, ast.Name):
            origin = bound.get(node.id, "")
            if node.id in reach("python", "names") or _is_dunder(node.id):
                found.append(node.id)
            elif _reaches(origin):
                found.append(f"{node.id} ({origin})" if origin != node.id else node.id)
        elif isinstance(node, ast.Attribute):
            owner = bound.get(node.value.id, node.value.id) if isinstance(node.value, ast.Name) else ""
            if node.attr in reach("python", "attributes") or _is_dunder(node.attr):
                found.append(node.attr)
            elif _reaches(owner):
                found.append(f"{owner}.{node.attr}")
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            found += _DUNDER.findall(node.value)  # getattr(x, "__globals__"), "{0.__class__}".format(x)
        elif isinstance(node, ast.Call):
            found += _by_text(node)
        elif isinstance(node, (ast.Global, ast.Nonlocal)):
            found += [f"{type(node).__name__.lower()} {name}" for name in node.names]
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            found += [f"import {origin}" for origin in _imported(node) if _reaches(origin)]
    return [name for name in found if "__REDACTED" not in name]


def _by_text(call: ast.Call) -> list[str]:
    """Attributes and methods that are named by a text: `getattr(x, "sys" + "tem")`, `methodcaller("unlink")`."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if name == "query" and call.args and isinstance(call.args[0], (ast.Constant, ast.JoinedStr)):
        return ["a query that is text"]
    if name not in ("getattr", "hasattr", "attrgetter", "methodcaller"):
        return []
    texts = (
        call.args[1:2]
        if name in ("getattr", "hasattr")
        else call.args[: 1 if name == "methodcaller" else None]
    )
    found = []
    for text in texts:
        if not (isinstance(text, ast.Constant) and isinstance(text.value, str)):
            found.append(f"{name} with a computed name")
        else:
            found += [
                p
                for p in text.value.split(".")
                if p in reach("python", "attributes") | reach("python", "names")
            ]
    return found


def _reaches(origin: str) -> bool:
    """Whether something of that module, or that member of a module, may not be brought in."""
    top, _, member = origin.partition(".")
    return (
        top in reach("python", "modules")
        or top in reach("python", "packages")
        or (
            top in sys.stdlib_module_names
            and (top not in reach("python", "harmless") or member in reach("python", "attributes"))
        )
    )


def _is_dunder(name: str) -> bool:
    return bool(_DUNDER.fullmatch(name)) and name not in reach("python", "harmless_dunders")


# ---------------------------------------------------------------------------------------------- the file's own names


def _bindings(module: ast.Module | None) -> dict[str, str]:
    """What the names that the file imports stand for: `sp` for `subprocess`, `run` for `subprocess.run`."""
    bound: dict[str, str] = {}
    for node in _imports(module):
        for alias in node.names:
            if isinstance(node, ast.Import):
                bound[alias.asname or alias.name.partition(".")[0]] = (
                    alias.name if alias.asname else alias.name.partition(".")[0]
                )
            else:
                bound[alias.asname or alias.name] = "." * node.level + f"{node.module or ''}.{alias.name}"
    return bound


def _strangers(module: ast.Module | None, old: ast.stmt, new: list[ast.stmt], bound: dict[str, str]) -> str:
    """Functions and objects of the project that the function did not use: nobody can tell here what they do."""
    known = {n.id for n in ast.walk(old) if isinstance(n, ast.Name)}
    own = {n.name for n in new if isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef))}
    used = {n.id for top in new for n in ast.walk(top) if isinstance(n, ast.Name)} - known - own
    local = {
        n.id for top in new for n in ast.walk(top) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
    }
    local |= {n.arg for top in new for n in ast.walk(top) if isinstance(n, ast.arg)}
    inside = {
        alias.asname or alias.name: f"{'.' * node.level}{node.module or ''}.{alias.name}"
        for top in new
        for node in ast.walk(top)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    for name in sorted(used - local):
        origin = inside.get(name) or bound.get(name, "")
        if origin and _is_function(name, origin):
            return f"it uses {name} of {origin.rpartition('.')[0] or origin}, which it did not before"
        if not origin and (kind := _top_level(module, name, bound)):
            return f"it uses {kind} {name}, which it did not before"
    return ""


def _is_function(name: str, origin: str) -> bool:
    """Whether a name is, by its spelling, a function or an object of a package that is not known to be harmless."""
    top = origin.partition(".")[0]
    return (
        name[:1].islower() and top not in sys.stdlib_module_names and top not in reach("python", "libraries")
    )


def _top_level(module: ast.Module | None, name: str, bound: dict[str, str]) -> str:
    """What a name of the file's top level is, if a rewrite should leave it alone."""
    for node in module.body if module else ():
        if isinstance(node, (ast.Assign, ast.AnnAssign)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            made = node.value is not None and any(isinstance(n, ast.Call) for n in ast.walk(node.value))
            if made and any(isinstance(t, ast.Name) and t.id == name for t in targets):
                return "the object"
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name == name:
            return "the function" if _reaches_outside(module, node, bound, {name}) else ""
    return ""


def _reaches_outside(
    module: ast.Module | None, function: ast.stmt, bound: dict[str, str], seen: set[str]
) -> bool:
    """Whether a function of the file reaches outside, itself or through others of the file."""
    if _reach([function], bound):
        return True
    called = {n.id for n in ast.walk(function) if isinstance(n, ast.Name)} - seen
    for name in sorted(called):
        if name in bound and _is_function(name, bound[name]):
            return True
        if any(
            isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
            and node.name == name
            and _reaches_outside(module, node, bound, seen | called)
            for node in (module.body if module else ())
        ):
            return True
    return False


# ------------------------------------------------------------------------------------------------------- imports


def foreign_import(module: ast.Module | None, statements: Iterable[ast.Import | ast.ImportFrom]) -> str:
    """Only harmless modules of the standard library, and packages that the file imports already."""
    known = {name for node in _imports(module) for name in _origins(node)}
    for node in statements:
        if isinstance(node, ast.ImportFrom) and (node.module == "__future__" or node.names[0].name == "*"):
            return f"it wants `{ast.unparse(node)}`"
        for origin in _imported(node):
            if _reaches(origin) or _is_dunder(origin.rpartition(".")[2]):
                return f"it wants to import {origin}, which reaches outside"
        for origin in _origins(node):
            if origin not in known and origin not in reach("python", "harmless"):
                return f"it wants to import {origin}, which the file does not use so far"
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                origin = "." * node.level + f"{node.module or ''}.{alias.name}"
                if _is_function(alias.name, origin) and _key(alias, node) not in _bound_keys(module):
                    return f"it wants to import {alias.name} of {node.module or '.'}, and nobody can tell what that does"
    return ""


def _key(alias: ast.alias, node: ast.ImportFrom) -> tuple[str, str]:
    return "." * node.level + (node.module or ""), alias.name


def _bound_keys(module: ast.Module | None) -> set[tuple[str, str]]:
    return {
        _key(alias, node)
        for node in _imports(module)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


def _imports(module: ast.Module | None) -> Iterator[ast.Import | ast.ImportFrom]:
    for node in ast.walk(module) if module else ():
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            yield node


def _imported(node: ast.Import | ast.ImportFrom) -> list[str]:
    """`os` for `import os.path`, `os.remove` for `from os import remove`."""
    if isinstance(node, ast.Import):
        return [alias.name.partition(".")[0] for alias in node.names]
    if node.level:
        return []
    top = (node.module or "").partition(".")[0]
    return [f"{top}.{alias.name}" for alias in node.names]


def _origins(node: ast.Import | ast.ImportFrom) -> list[str]:
    """Top-level packages; a relative import counts as its own module."""
    if isinstance(node, ast.ImportFrom) and node.level:
        return ["." * node.level + (node.module or "")]
    return [origin.partition(".")[0] for origin in _imported(node)]
