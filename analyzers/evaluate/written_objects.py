"""Objects of a script that are written out, as what holds functions and classes: `export const books = { async get(id) {} }`."""

from __future__ import annotations

from analyzers import facts as f
from analyzers.costs import ONE
from analyzers.evaluate import class_values, shapes
from analyzers.evaluate.remembered import remembered
from analyzers.project import names
from analyzers.project.index import Project
from analyzers.types import UNKNOWN_VALUE, Value

MAX_DEPTH = 2
"""Objects in objects that are followed."""


def functions_in(
    project: Project, path: str, scope: str, node: f.Mapping, depth: int = 0
) -> tuple[tuple[str, Value], ...]:
    """The functions and classes of an object, by the names they have in it, where it stands at the top of a file or in the
    function `scope`: `export default { Author, Book }`."""
    found: list[tuple[str, Value]] = []
    for key, held in zip(node.keys, node.values, strict=True):
        name = str(key.value) if isinstance(key, f.Const) else ""
        if isinstance(held, f.Lambda):
            found.append((name, Value("function", ref=(path, held.qualname), frozen=True)))
        elif isinstance(held, f.Mapping) and depth < MAX_DEPTH:
            inner = functions_in(project, path, scope, held, depth + 1)
            found.append((name, Value("dict", size=ONE, frozen=True, entries=inner)))
        elif isinstance(held, f.Name):
            named = names.resolve(project, path, held.id, scope)
            if named is not None and not named[1] and named[0].kind == "function":
                ref = (named[0].path, named[0].qualname)
                found.append((name, Value("function", ref=ref, frozen=True)))
            elif named is not None and not named[1] and named[0].kind == "class":
                found.append((name, class_values.class_itself(project, named[0].path, named[0].qualname)))
    return tuple(found)


def given_back(project: Project, path: str, function: f.Function) -> Value:
    """The object that a function writes out and returns, if it holds functions: `return { find, count: async () => ... }`."""
    written = _returned(function) if project.language(path) != "python" else None
    if written is None:
        return UNKNOWN_VALUE
    entries = functions_in(project, path, function.qualname, written)
    if not any(value.kind == "function" for _, value in entries):
        return UNKNOWN_VALUE
    return Value("dict", size=ONE, frozen=True, entries=entries, evidence=f"made by {function.name}()")


def maker_in(project: Project, path: str, scope: str, said: f.Expr) -> tuple[str, str] | None:
    """The function of the project that `typeof makeBooks` says in a type, by its file and name."""
    name = shapes.dotted(said.operand) if isinstance(said, f.Unary) and said.op == "typeof" else ""
    found = names.resolve(project, path, name, scope) if name else None
    if found is None or found[1] or found[0].kind != "function":
        return None
    return found[0].path, found[0].qualname


_TRANSACTIONS = ("transaction", "$transaction")
_GIVEN = "Parameters"


def begun_by(said: f.Index) -> f.Expr | None:
    """The type of the client whose transactions hand over what a type says: `Db` of
    `Parameters<Parameters<Db["transaction"]>[0]>[0]`."""
    node: f.Expr = said
    for _ in range(2):
        first = isinstance(node, f.Index) and isinstance(node.index, f.Const) and node.index.value == 0
        given = node.obj if first and isinstance(node, f.Index) else None
        if not isinstance(given, f.Index) or shapes.dotted(given.obj) != _GIVEN:
            return None
        node = given.index
    named = (
        isinstance(node, f.Index) and isinstance(node.index, f.Const) and node.index.value in _TRANSACTIONS
    )
    return node.obj if named and isinstance(node, f.Index) else None


@remembered
def _returned(function: f.Function) -> f.Mapping | None:
    """The object that a function returns at its end, also by a name that is given nothing else."""
    last = function.body[-1] if function.body else None
    value = last.value if isinstance(last, f.Return) else None
    if isinstance(value, f.Name):
        given = [
            stmt.value
            for stmt in function.body
            if isinstance(stmt, f.Assign)
            and any(isinstance(t, f.Name) and t.id == value.id for t in stmt.targets)
        ]
        value = given[0] if len(given) == 1 else None
    return value if isinstance(value, f.Mapping) else None
