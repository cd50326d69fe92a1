"""What a rewrite of a Python function must keep and must not bring in, read from the syntax tree of the standard library.

Each check returns a sentence about what is wrong, "" if nothing is.
"""

from __future__ import annotations

import ast
import builtins
import symtable
import textwrap
import warnings
from collections.abc import Callable, Iterator
from typing import TypeVar

Definition = ast.FunctionDef | ast.AsyncFunctionDef
_T = TypeVar("_T")


def definition(code: str) -> Definition | None:
    """The one function definition that the code consists of, at whatever indentation; None if it is anything else."""
    try:
        body = quiet(lambda: ast.parse(textwrap.dedent(code))).body
    except (SyntaxError, ValueError, RecursionError):
        # `dedent` gives up where a string's lines begin at the left; a header makes the indentation legal instead.
        try:
            block = quiet(lambda: ast.parse("if 1:\n" + code)).body[0]
        except (SyntaxError, ValueError, RecursionError):
            return None
        body = block.body if isinstance(block, ast.If) and not block.orelse else []
    if len(body) == 1 and isinstance(body[0], (ast.FunctionDef, ast.AsyncFunctionDef)):
        return body[0]
    return None


def compiles(source: bytes) -> str:
    """ "" when the file compiles, else what the compiler says."""
    try:
        quiet(lambda: compile(source, "<file>", "exec", dont_inherit=True))
    except (SyntaxError, ValueError, RecursionError, MemoryError) as problem:
        line = getattr(problem, "lineno", None)
        return f"{getattr(problem, 'msg', problem)}" + (f" (line {line})" if line else "")
    return ""


def quiet(call: Callable[[], _T]) -> _T:
    """Without the warnings that the compiler prints about the code."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return call()


def changed_interface(old: Definition, new: Definition) -> str:
    """Name, kind, decorators, parameters, defaults, annotations and docstring must be as they were."""
    if old.name != new.name:
        return f"it is named {new.name} instead of {old.name}"
    if type(old) is not type(new):
        return "it is async now" if isinstance(new, ast.AsyncFunctionDef) else "it is no longer async"
    if [ast.dump(d) for d in old.decorator_list] != [ast.dump(d) for d in new.decorator_list]:
        return "its decorators changed"
    if ast.dump(old.args) != ast.dump(new.args):
        return f"its parameters changed from ({ast.unparse(old.args)}) to ({ast.unparse(new.args)})"
    if ast.unparse(old.returns or ast.Constant(0)) != ast.unparse(new.returns or ast.Constant(0)):
        return "its return annotation changed"
    if ast.get_docstring(old) != ast.get_docstring(new):
        return "its docstring changed"
    if _is_generator(old) != _is_generator(new):
        return "it is no longer a generator" if _is_generator(old) else "it became a generator"
    return ""


def secrets(node: Definition) -> list[str]:
    """Each literal with a placeholder, and what it is given to: a name, a call, a key."""
    return sorted(
        f"{child.value!r} {_receiver(parent, child)}"
        for parent in ast.walk(node)
        for child in ast.iter_child_nodes(parent)
        if isinstance(child, ast.Constant) and "__REDACTED" in str(child.value)
    )


def _receiver(parent: ast.AST, child: ast.expr) -> str:
    if isinstance(parent, ast.Assign):
        return "= " + " = ".join(map(ast.unparse, parent.targets))
    if isinstance(parent, ast.keyword):
        return f"{parent.arg}="
    if isinstance(parent, ast.Call):
        return ast.unparse(parent.func)
    if isinstance(parent, ast.Dict) and child in parent.values:
        key = parent.keys[parent.values.index(child)]
        return ast.unparse(key) if key else "**"
    return type(parent).__name__


def same_code(old: Definition, new: Definition) -> bool:
    return ast.dump(old) == ast.dump(new)


def elided(old: Definition, new: Definition) -> str:
    """Stand-ins for code: a bare `...`, NotImplementedError, where there was none before."""

    def stubs(node: Definition) -> int:
        return sum(
            (isinstance(n, ast.Expr) and isinstance(n.value, ast.Constant) and n.value.value is Ellipsis)
            or (isinstance(n, ast.Name) and n.id in ("NotImplementedError", "NotImplemented"))
            for n in ast.walk(node)
        )

    return "it leaves code out" if stubs(new) > stubs(old) else ""


def loses_results(old: Definition, new: Definition) -> str:
    """A function that gave something back must still do so."""
    if _gives(old) and not _gives(new):
        return "it no longer returns anything"
    return ""


def lost_exceptions(old: Definition, new: Definition) -> list[str]:
    """Exceptions that the function raised by name and no longer does."""

    def raised(node: Definition) -> set[str]:
        found = set()
        for child in ast.walk(node):
            if isinstance(child, ast.Raise) and child.exc is not None:
                found.add(ast.unparse(child.exc.func if isinstance(child.exc, ast.Call) else child.exc))
        return found

    return sorted(raised(old) - raised(new))


def import_statements(code: str) -> list[ast.Import | ast.ImportFrom] | str:
    """The import statements in the code, or a sentence if it holds anything else."""
    try:
        body = quiet(lambda: ast.parse(code)).body
    except (SyntaxError, ValueError):
        return "its imports cannot be read"
    statements = [node for node in body if isinstance(node, (ast.Import, ast.ImportFrom))]
    return statements if len(statements) == len(body) else "its imports hold something that is no import"


def needed_imports(
    module: ast.Module | None, statements: list[ast.Import | ast.ImportFrom]
) -> list[str] | str:
    """The statements that the file lacks, one name each; a sentence if a name means something else there."""
    bound = {_key(node, alias) for node in (module.body if module else []) if isinstance(node, (ast.Import, ast.ImportFrom))
             for alias in node.names}  # fmt: skip
    taken = top_level_names(module)
    wanted: list[str] = []
    for node in statements:
        missing = [alias for alias in node.names if _key(node, alias) not in bound]
        for alias in missing:
            name = alias.asname or alias.name.partition(".")[0]
            plain = isinstance(node, ast.Import) and not alias.asname and "." in alias.name
            if (name in taken or hasattr(builtins, name)) and not plain:
                return f"it wants to import {name}, but the file uses that name for something else"
        if missing:
            clone = (
                ast.Import(missing)
                if isinstance(node, ast.Import)
                else ast.ImportFrom(node.module, missing, node.level)
            )
            line = ast.unparse(clone)
            if line not in wanted:
                wanted.append(line)
    return wanted


def _key(node: ast.Import | ast.ImportFrom, alias: ast.alias) -> tuple[str, str, str]:
    if isinstance(node, ast.Import):
        return "", alias.name, alias.asname or ""
    return "." * node.level + (node.module or ""), alias.name, alias.asname or alias.name


def top_level_names(module: ast.Module | None) -> set[str]:
    """Names bound at the top level of the module, in branches of it too."""
    if module is None:
        return set()
    try:
        table = symtable.symtable(ast.unparse(module), "<file>", "exec")
    except (SyntaxError, ValueError, RecursionError):
        return set()
    return {
        s.get_name() for s in table.get_symbols() if s.is_assigned() or s.is_imported() or s.is_namespace()
    }


def bad_aux(module: ast.Module | None, code: str) -> str:
    """An extra function must be one plain function whose name is free, with no decorator and constant defaults."""
    aux = definition(code)
    if aux is None or code[:1] in " \t":
        return "its extra function is not one top-level function"
    if aux.decorator_list:
        return "its extra function has a decorator"
    if not all(isinstance(d, ast.Constant) for d in [*aux.args.defaults, *aux.args.kw_defaults] if d):
        return "its extra function has a default that is computed"
    if aux.name.startswith("__") and aux.name.endswith("__"):
        return f"its extra function is named {aux.name}, which has a meaning of its own"
    if aux.name in top_level_names(module) or hasattr(builtins, aux.name):
        return f"its extra function is named {aux.name}, which the file has already"
    return ""


def undefined_names(old_source: bytes, new_source: bytes) -> set[str]:
    """Names that functions of the new file look up and that are bound nowhere, and were not missing before."""
    return _unbound(new_source) - _unbound(old_source)


def _unbound(source: bytes) -> set[str]:
    try:
        top = _quiet_table(source)
    except (SyntaxError, ValueError, RecursionError):
        return set()
    bound = {
        s.get_name() for s in top.get_symbols() if s.is_assigned() or s.is_imported() or s.is_namespace()
    }
    bound |= set(dir(builtins)) | {"__file__", "__path__", "__annotations__", "__module__", "__qualname__"}
    missing: set[str] = set()
    pending = list(top.get_children())
    while pending:
        table = pending.pop()
        pending += table.get_children()
        for symbol in table.get_symbols():
            if symbol.is_global() and symbol.is_assigned():
                bound.add(symbol.get_name())
            if symbol.is_global() and symbol.is_referenced():
                missing.add(symbol.get_name())
    star = any(
        isinstance(n, ast.ImportFrom) and n.names[0].name == "*"
        for n in ast.walk(quiet(lambda: ast.parse(source)))
    )
    return set() if star else missing - bound


def _quiet_table(source: bytes) -> symtable.SymbolTable:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return symtable.symtable(source.decode("utf-8", "replace"), "<file>", "exec")


def _is_generator(node: Definition) -> bool:
    return any(isinstance(child, (ast.Yield, ast.YieldFrom)) for child in _own(node))


def _gives(node: Definition) -> bool:
    """Whether it returns a value other than None."""
    returns = (child.value for child in _own(node) if isinstance(child, ast.Return))
    return any(not (isinstance(v, ast.Constant) and v.value is None) for v in returns if v is not None)


def _own(node: Definition) -> Iterator[ast.AST]:
    """What stands in the function itself, not in a function or class inside it."""
    pending: list[ast.AST] = list(node.body)
    while pending:
        child = pending.pop()
        yield child
        if not isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)):
            pending += ast.iter_child_nodes(child)
