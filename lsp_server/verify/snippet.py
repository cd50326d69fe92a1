"""The part of a Python module that a function needs to run, if all of it is seen to touch nothing but its arguments.

The test is one of what is allowed, not of what is forbidden: names that are bound in the part, harmless builtins, and
modules of the standard library that only compute.
"""

from __future__ import annotations

import ast
import builtins
import importlib
from collections.abc import Iterator
from dataclasses import dataclass
from types import ModuleType

# They compute from what they are given: no files, no clock, no chance, no process.
MODULES = frozenset(
    [
        "__future__",
        "array",
        "bisect",
        "collections",
        "collections.abc",
        "copy",
        "dataclasses",
        "decimal",
        "enum",
        "fractions",
        "functools",
        "heapq",
        "itertools",
        "math",
        "numbers",
        "operator",
        "re",
        "statistics",
        "string",
        "textwrap",
        "typing",
        "unicodedata",
    ]
)
BUILTINS = frozenset(
    [
        "abs",
        "all",
        "any",
        "ascii",
        "bin",
        "bool",
        "bytearray",
        "bytes",
        "callable",
        "chr",
        "classmethod",
        "complex",
        "dict",
        "divmod",
        "enumerate",
        "filter",
        "float",
        "frozenset",
        "hash",
        "hex",
        "int",
        "isinstance",
        "issubclass",
        "iter",
        "len",
        "list",
        "map",
        "max",
        "min",
        "next",
        "object",
        "oct",
        "ord",
        "pow",
        "property",
        "range",
        "repr",
        "reversed",
        "round",
        "set",
        "slice",
        "sorted",
        "staticmethod",
        "str",
        "sum",
        "super",
        "tuple",
        "type",
        "zip",
        "True",
        "False",
        "None",
        "Ellipsis",
        "NotImplemented",
    ]
) | {
    name for name, value in vars(builtins).items() if isinstance(value, type) and issubclass(value, Exception)
}
# Ways from a value to what made it, and to text that is run or read as attributes.
_WAYS_OUT = frozenset(
    [
        "format_map",
        "mro",
        "with_traceback",
        "tb_frame",
        "gi_frame",
        "cr_frame",
        "f_back",
        "f_globals",
        "f_locals",
        "f_builtins",
        "attrgetter",
        "methodcaller",
        "Formatter",
        "get_type_hints",
        "ForwardRef",
        "evaluate_forward_ref",
        "make_dataclass",
    ]
)
_KEPT_DUNDERS = frozenset(
    [
        "__init__",
        "__eq__",
        "__hash__",
        "__lt__",
        "__le__",
        "__gt__",
        "__ge__",
        "__len__",
        "__iter__",
        "__contains__",
        "__getitem__",
        "__repr__",
        "__str__",
        "__add__",
        "__bool__",
        "__post_init__",
        "__slots__",
        "__name__",
        "__doc__",
        "__all__",
    ]
)
Definition = ast.FunctionDef | ast.AsyncFunctionDef


class CannotVerify(Exception):
    """The text is the end of a sentence that begins with "cannot verify, because"."""


@dataclass(frozen=True, slots=True)
class Snippet:
    """`text` is what is run; `modules` are the modules it imports; `function` is the function's own tree."""

    text: str
    modules: tuple[str, ...]
    function: ast.FunctionDef


def snippet(source: str, qualname: str) -> Snippet:
    """Raises CannotVerify."""
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError) as problem:
        raise CannotVerify(f"its file does not parse ({type(problem).__name__})") from problem
    if "." in qualname:
        raise CannotVerify("it belongs to an object or another function, which cannot be made up")
    named: dict[str, ast.stmt] = {}
    for statement in body:
        for name in _bound(statement):
            named[name] = statement
    function = named.get(qualname)
    if not isinstance(function, Definition):
        raise CannotVerify(f"there is no function {qualname} at the top level of its file")
    if isinstance(function, ast.AsyncFunctionDef):
        raise CannotVerify("it is asynchronous")
    kept: dict[int, ast.stmt] = {}
    modules = _imported(body)
    pending = [qualname]
    while pending:
        name = pending.pop()
        statement = named[name]
        if id(statement) in kept:
            continue
        kept[id(statement)] = statement
        _refuse(statement, name, modules)
        pending += [free for free in _free(statement) if _is_own(free, named, name)]
    ordered = [statement for statement in body if id(statement) in kept]
    text = "\n".join(["from __future__ import annotations", *map(ast.unparse, ordered)])
    return Snippet(text, tuple(sorted(_modules(ordered))), function)


def _bound(statement: ast.stmt) -> Iterator[str]:
    """The names that a statement of the top level binds; what is bound on a condition only is not known."""
    if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        yield statement.name
    elif isinstance(statement, (ast.Import, ast.ImportFrom)):
        yield from (alias.asname or alias.name.partition(".")[0] for alias in statement.names)
    elif isinstance(statement, (ast.Assign, ast.AnnAssign)) and statement.value is not None:
        targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
        yield from (node.id for target in targets for node in ast.walk(target) if isinstance(node, ast.Name))


def _free(statement: ast.stmt) -> set[str]:
    """Names that a statement reads when it runs; annotations do not run."""
    found: set[str] = set()
    pending: list[ast.AST] = [statement]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            found.add(node.id)
        for field, value in ast.iter_fields(node):
            if field not in ("annotation", "returns") or isinstance(statement, ast.ClassDef):
                pending += [
                    one for one in (value if isinstance(value, list) else [value]) if isinstance(one, ast.AST)
                ]
    local = {n.id for n in ast.walk(statement) if isinstance(n, ast.Name) and not isinstance(n.ctx, ast.Load)}
    local |= {n.arg for n in ast.walk(statement) if isinstance(n, ast.arg)}
    local |= {n.name for n in ast.walk(statement) if isinstance(n, ast.ExceptHandler) and n.name}
    local |= {n.name for n in ast.walk(statement) if isinstance(n, (ast.FunctionDef, ast.ClassDef))}
    return found - local if isinstance(statement, (ast.FunctionDef, ast.ClassDef)) else found


def _is_own(name: str, named: dict[str, ast.stmt], user: str) -> bool:
    """Whether the name is one of the file's. Raises CannotVerify where it is neither that nor harmless."""
    if name in named:
        return True
    if name not in BUILTINS:
        raise CannotVerify(f"{user} uses {name}, of which it is not known that it only computes")
    return False


def _refuse(statement: ast.stmt, user: str, modules: dict[str, str]) -> None:
    bases = {id(n.value) for n in ast.walk(statement) if isinstance(n, ast.Attribute)}
    for node in ast.walk(statement):
        if isinstance(node, ast.Name) and node.id in modules and id(node) not in bases:
            raise CannotVerify(f"{user} hands on the module {modules[node.id]}")
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in modules:
            _refuse_member(modules[node.value.id], node.attr)
        if isinstance(node, ast.ImportFrom) and node.module in MODULES - {"__future__"}:
            for alias in node.names:
                _refuse_member(node.module, alias.name)
        if isinstance(node, (ast.Global, ast.Nonlocal)):
            raise CannotVerify(f"{user} changes names outside of itself")
        if isinstance(node, (ast.Await, ast.AsyncFor, ast.AsyncWith, ast.AsyncFunctionDef)):
            raise CannotVerify(f"{user} waits for something")
        if isinstance(node, (ast.With,)):
            raise CannotVerify(f"{user} holds something open")
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else [a.name for a in node.names]
            foreign = [name for name in names if name not in MODULES]
            if foreign or (isinstance(node, ast.ImportFrom) and node.level):
                raise CannotVerify(
                    f"it uses {(foreign or ['its own package'])[0]}, which may do more than compute"
                )
        name = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
        if (name.startswith("__") and name not in _KEPT_DUNDERS) or name in _WAYS_OUT:
            raise CannotVerify(f"{user} uses {name}")
        if (
            isinstance(node, ast.Attribute)
            and node.attr == "format"
            and not isinstance(node.value, ast.Constant)
        ):
            raise CannotVerify(f"{user} formats by a text that is computed")


def _refuse_member(module: str, name: str) -> None:
    """Modules hold others that they use themselves (`enum.sys`): only what a module offers may be used."""
    if module not in MODULES:
        return  # refused where it is imported
    known = importlib.import_module(module)
    offered = getattr(known, "__all__", None) or [one for one in vars(known) if not one.startswith("_")]
    if name not in offered or isinstance(getattr(known, name, None), ModuleType) or name in _WAYS_OUT:
        raise CannotVerify(f"it uses {module}.{name}")


def _imported(body: list[ast.stmt]) -> dict[str, str]:
    """What `import` statements of the file bind, and which module that is."""
    return {
        alias.asname or alias.name: alias.name
        for node in body
        if isinstance(node, ast.Import)
        for alias in node.names
    }


def _modules(statements: list[ast.stmt]) -> set[str]:
    found = set()
    for node in (n for statement in statements for n in ast.walk(statement)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found
