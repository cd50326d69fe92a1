"""What kind of value each parameter takes: by its annotation, else by how the function uses it.

A kind is a list that JSON can hold: `["int"]`, `["str"]`, `["list", kind]`, `["dict", kind, kind]`, `["row", {attribute: kind}]`, ...
Where there are several, the child tries them in this order on the old function.
"""

from __future__ import annotations

import ast
import itertools
from typing import Any

from lsp_server.verify.snippet import CannotVerify

Kind = list[Any]
MOST = 400  # combinations that are tried
_SIMPLE = {"int": "int", "float": "float", "str": "str", "bool": "bool", "bytes": "bytes"}
_LISTS = frozenset({"list", "List", "Sequence", "MutableSequence", "Iterable", "Collection", "Iterator"})
_SETS = frozenset({"set", "Set", "frozenset", "FrozenSet", "AbstractSet", "MutableSet"})
_DICTS = frozenset({"dict", "Dict", "Mapping", "MutableMapping", "defaultdict", "OrderedDict"})
_TEXT_METHODS = frozenset(
    {"lower", "upper", "strip", "split", "startswith", "endswith", "replace", "join", "casefold", "title"}
)
_WALKERS = frozenset({"len", "sorted", "set", "list", "enumerate", "sum", "zip", "reversed", "tuple", "iter"})
_DICT_METHODS = frozenset({"items", "keys", "values", "get", "setdefault"})


def combinations(function: ast.FunctionDef) -> list[list[Kind]]:
    """Kinds for the positional parameters without a default, most likely first. Raises CannotVerify."""
    arguments = function.args
    if arguments.vararg or arguments.kwarg or any(d is None for d in arguments.kw_defaults):
        raise CannotVerify("its parameters cannot be made up (a star, or a keyword without a default)")
    every = [*arguments.posonlyargs, *arguments.args]
    needed = every[: len(every) - len(arguments.defaults)]
    if not needed:
        raise CannotVerify("it takes no argument that could grow")
    choices = [_of(one, function) for one in needed]
    ordered = sorted(
        itertools.islice(itertools.product(*map(enumerate, choices)), 4 * MOST),
        key=lambda pick: sum(number for number, _ in pick),
    )
    return [[kind for _, kind in pick] for pick in ordered[:MOST]]


def _of(argument: ast.arg, function: ast.FunctionDef) -> list[Kind]:
    annotated = annotation(argument.annotation) if argument.annotation is not None else None
    if annotated == ["int"]:
        return [["size"], ["small"]]
    if annotated is not None and "any" not in str(annotated):
        return [annotated]
    row: Kind = ["row", _attributes(function)]
    lists: list[Kind] = [["list", ["int"]], ["list", row], ["list", ["str"]], ["list", ["list", ["int"]]]]
    others: list[Kind] = [["size"], ["small"], ["str"], ["dict", ["int"], ["int"]], ["set", ["int"]], row]
    used = _used(argument.arg, function)
    if "dict" in used:
        return [["dict", ["int"], ["int"]], ["dict", ["str"], ["int"]], ["dict", ["int"], ["list", ["int"]]]]
    if "text" in used:
        return [["str"], ["list", ["str"]]]
    if annotated is not None and annotated[0] in ("list", "set"):
        return [[annotated[0], kind[1]] for kind in lists]
    return lists + others if "walked" in used else others + lists


def annotation(node: ast.expr) -> Kind | None:
    """The kind that an annotation means; `any` inside for what it leaves open, None for what is not known."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        try:
            return annotation(ast.parse(node.value, mode="eval").body)
        except SyntaxError:
            return None
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        sides = [annotation(side) for side in (node.left, node.right) if not _is_none(side)]
        return sides[0] if len(sides) == 1 else None
    name = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
    if name in _SIMPLE:
        return [_SIMPLE[name]]
    if name in _LISTS | _SETS:
        return ["list" if name in _LISTS else "set", ["any"]]
    if not isinstance(node, ast.Subscript):
        return None
    outer = annotation(node.value)
    inside = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    base = node.value.id if isinstance(node.value, ast.Name) else getattr(node.value, "attr", "")
    kinds = [
        annotation(one) or ["any"]
        for one in inside
        if not (isinstance(one, ast.Constant) and one.value is ...)
    ]
    if base == "Optional":
        return kinds[0]
    if outer is not None and outer[0] in ("list", "set"):
        return [outer[0], kinds[0]]
    if base in _DICTS and len(kinds) == 2:
        return ["dict", *kinds]
    if base in ("tuple", "Tuple"):
        return ["list", kinds[0]] if len(inside) != len(kinds) else ["tuple", *kinds]
    return None


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _used(name: str, function: ast.FunctionDef) -> set[str]:
    """How a parameter is used: walked over, as a mapping, as a text."""
    found = set()
    for node in ast.walk(function):
        walked = node.iter if isinstance(node, (ast.For, ast.comprehension)) else None
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _WALKERS:
            walked = next((a for a in node.args if _names(a, name)), walked)
        if isinstance(node, ast.Compare) and any(isinstance(op, (ast.In, ast.NotIn)) for op in node.ops):
            walked = next((c for c in node.comparators if _names(c, name)), walked)
        if walked is not None and any(_names(inner, name) for inner in ast.walk(walked)):
            found.add("walked")
        if isinstance(node, ast.Attribute) and _names(node.value, name):
            found |= (
                {"dict"} if node.attr in _DICT_METHODS else {"text"} if node.attr in _TEXT_METHODS else set()
            )
    return found


def _names(node: ast.expr | ast.AST, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _attributes(function: ast.FunctionDef) -> dict[str, Kind]:
    """What is read of rows, and of which kind it seems to be."""
    found: dict[str, Kind] = {}
    called = {id(node.func) for node in ast.walk(function) if isinstance(node, ast.Call)}
    for node in ast.walk(function):
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load) and id(node) not in called:
            found.setdefault(node.attr, ["int"])
        if (
            isinstance(node, ast.Attribute)
            and isinstance(node.value, ast.Attribute)
            and node.attr in _TEXT_METHODS
        ):
            found[node.value.attr] = ["str"]
        walked = node.iter if isinstance(node, (ast.For, ast.comprehension)) else None
        if isinstance(walked, ast.Attribute):
            found[walked.attr] = ["list", ["int"]]
    return found
