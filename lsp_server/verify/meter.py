"""Counts what a function does: the turns of its loops, and the elements that an operation walks over inside the
interpreter (`x in rows`, `rows.pop(0)`, `rows[1:]`, `a + b`, `sorted(rows)`).

The function's tree is rewritten so that each of them goes through the meter; what it computes stays what it is. Runs in
the child, so it knows the standard library alone.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from types import ModuleType
from typing import Any

_SEQUENCES = (list, tuple, str, bytes, bytearray)
_SIZED = (*_SEQUENCES, set, frozenset, dict)
# Methods by what they walk over: all of the object, or its argument.
_WHOLE = frozenset(
    {
        "copy",
        "reverse",
        "sort",
        "index",
        "count",
        "remove",
        "split",
        "replace",
        "find",
        "lower",
        "upper",
        "strip",
    }
)
_ARGUMENT = frozenset(
    [
        "extend",
        "update",
        "union",
        "intersection",
        "difference",
        "symmetric_difference",
        "issubset",
        "issuperset",
        "join",
        "fromkeys",
        "difference_update",
        "intersection_update",
    ]
)
# Functions of the standard library's modules that walk over an argument.
_LIBRARY = frozenset(
    [
        "insort",
        "insort_left",
        "insort_right",
        "heapify",
        "nlargest",
        "nsmallest",
        "Counter",
        "deque",
        "OrderedDict",
        "defaultdict",
        "reduce",
        "fsum",
        "prod",
        "mean",
        "median",
        "fmean",
        "copy",
        "deepcopy",
    ]
)
_METHODS = _WHOLE | _ARGUMENT | _LIBRARY | {"pop", "insert"}
# Builtins that only look at their arguments, or hand them on to a loop that is metered itself.
_LOOKS = frozenset(
    [
        "len",
        "isinstance",
        "issubclass",
        "type",
        "range",
        "enumerate",
        "zip",
        "map",
        "filter",
        "iter",
        "next",
        "callable",
        "hash",
        "id",
        "abs",
        "repr",
    ]
)
NAME = "_bigo_meter_"
OWN = "snippet"  # the module that what is measured believes to be in


class TooMuch(BaseException):
    """More operations than a measurement may take."""


class Meter:
    def __init__(self, most: int) -> None:
        self.count = 0
        self._most = most

    def tick(self, operations: int = 1) -> None:
        self.count += operations
        if self.count > self._most:
            raise TooMuch

    def each(self, values: Iterable[Any]) -> Iterator[Any]:
        """The turns of a loop."""
        for value in values:
            self.tick()
            yield value

    def turn(self, test: Any) -> Any:
        self.tick()
        return test

    def holds(self, value: Any, container: Any) -> bool:
        """`value in container`."""
        if isinstance(container, (list, tuple)):
            for position, one in enumerate(container):
                if one is value or one == value:
                    self.tick(position + 1)
                    return True
            self.tick(len(container) + 1)
            return False
        self.tick(len(container) if isinstance(container, (str, bytes, bytearray)) else 1)
        return value in container

    def added(self, left: Any, right: Any) -> Any:
        """`left + right`: sequences are copied."""
        self.tick(1 + sum(len(side) for side in (left, right) if isinstance(side, _SEQUENCES)))
        return left + right

    def part(self, found: Any) -> Any:
        """A slice, which has been copied."""
        self.tick(1 + (len(found) if isinstance(found, _SEQUENCES) else 0))
        return found

    def method(self, name: str, owner: Any) -> Any:
        """The bound method `owner.name`, metered where the owner is of a kind that is known."""
        bound = getattr(owner, name)
        if isinstance(owner, ModuleType):
            return self.function(name, bound)
        if not isinstance(owner, _SIZED):
            return bound

        def call(*args: Any, **kwargs: Any) -> Any:
            self.tick(1 + self._walked(name, owner, args))
            return bound(*args, **kwargs)

        return call

    def _walked(self, name: str, owner: Any, args: tuple[Any, ...]) -> int:
        if name in ("pop", "insert") and isinstance(owner, (list, bytearray)):
            at = args[0] if args and isinstance(args[0], int) else len(owner)
            return len(owner) - at if 0 <= at < len(owner) else 0
        if name in _WHOLE:
            return len(owner)
        return sum(len(arg) for arg in args if isinstance(arg, _SIZED)) if name in _ARGUMENT else 0

    def function(self, name: str, known: Any) -> Any:
        """A function of the language or its library, which walks over its arguments; others are metered inside."""
        home = getattr(known, "__module__", None)
        if home == OWN:
            self.tick()
        if name in _LOOKS or home in (None, OWN):
            return known

        def call(*args: Any, **kwargs: Any) -> Any:
            self.tick(1 + sum(len(arg) for arg in args if isinstance(arg, _SIZED)))
            return known(*(self.each(arg) if hasattr(arg, "__next__") else arg for arg in args), **kwargs)

        return call


class Metered(ast.NodeTransformer):
    """Puts the meter into a tree."""

    def visit_For(self, node: ast.For) -> ast.AST:
        self.generic_visit(node)
        node.iter = _call("each", node.iter)
        return node

    def visit_comprehension(self, node: ast.comprehension) -> ast.AST:
        self.generic_visit(node)
        node.iter = _call("each", node.iter)
        return node

    def visit_While(self, node: ast.While) -> ast.AST:
        self.generic_visit(node)
        node.test = _call("turn", node.test)
        return node

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        self.generic_visit(node)
        if len(node.ops) == 1 and isinstance(node.ops[0], (ast.In, ast.NotIn)):
            found = _call("holds", node.left, node.comparators[0])
            return found if isinstance(node.ops[0], ast.In) else ast.UnaryOp(ast.Not(), found)
        return node

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        return _call("added", node.left, node.right) if isinstance(node.op, ast.Add) else node

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        self.generic_visit(node)
        cut = isinstance(node.ctx, ast.Load) and isinstance(node.slice, ast.Slice)
        return _call("part", node) if cut else node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.func, ast.Attribute):
            known = node.func.attr in _METHODS
            if known and not (isinstance(node.func.value, ast.Name) and node.func.value.id == NAME):
                node.func = _call("method", ast.Constant(node.func.attr), node.func.value)
        elif isinstance(node.func, ast.Name):
            node.func = _call("function", ast.Constant(node.func.id), node.func)
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        node.value = self.visit(node.value) if node.value else None
        return node

    def visit_arguments(self, node: ast.arguments) -> ast.AST:
        return node


def metered(text: str) -> ast.Module:
    tree = ast.parse(text)
    Metered().visit(tree)
    return ast.fix_missing_locations(tree)


def _call(name: str, *args: ast.expr) -> ast.Call:
    return ast.Call(ast.Attribute(ast.Name(NAME, ast.Load()), name, ast.Load()), list(args), [])
