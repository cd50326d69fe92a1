"""A function with all that is inside it, as facts: the same for every language, so that a check is written once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from msgspec import Struct

from analyzers import facts as f

# The methods that change their own object, in Python and in JavaScript.
CHANGES = frozenset(
    [
        "append",
        "extend",
        "insert",
        "remove",
        "pop",
        "clear",
        "sort",
        "reverse",
        "update",
        "add",
        "discard",
        "setdefault",
        "popitem",
        "difference_update",
        "intersection_update",
        "symmetric_difference_update",
        "appendleft",
        "popleft",
        "extendleft",
        "rotate",
        "push",
        "shift",
        "unshift",
        "splice",
        "fill",
        "copyWithin",
        "set",
        "delete",
    ]
)


@dataclass(frozen=True)
class Body:
    """`main` is the function; `inner` are the functions and lambdas inside it, and the extra function of an answer."""

    main: f.Function
    inner: tuple[f.Function, ...]
    text: str
    python: bool = True

    @cached_property
    def free(self) -> frozenset[str]:
        """Names that are read and bound nowhere inside."""
        inner = {name for function in self.inner for param in function.params for name in _param_names(param)}
        return self.reads - self.stored - self.params - inner

    @cached_property
    def nodes(self) -> tuple[Any, ...]:
        """Every statement and expression, the inner functions' too."""
        found: list[Any] = []
        for function in (self.main, *self.inner):
            found.extend(f.walk(function.body))
        return tuple(found)

    @cached_property
    def params(self) -> frozenset[str]:
        return frozenset(name for param in self.main.params for name in _param_names(param))

    @cached_property
    def reads(self) -> frozenset[str]:
        """Names whose value is looked up."""
        return frozenset(name for kind, name in self.uses if kind == "read")

    @cached_property
    def stored(self) -> frozenset[str]:
        """Names that are bound by a statement of the function."""
        return frozenset(name for kind, name in self.uses if kind == "store")

    @cached_property
    def uses(self) -> tuple[tuple[str, str], ...]:
        """("read" or "store", name), the main function's first, in the order in which they happen."""
        return tuple(
            use
            for function in (self.main, *self.inner)
            for statement in function.body
            for use in uses(statement)
        )

    @cached_property
    def calls(self) -> tuple[f.Call, ...]:
        return tuple(node for node in self.nodes if isinstance(node, f.Call))

    @cached_property
    def assigned(self) -> dict[str, list[f.Expr]]:
        """What each name of the main function is set to, where that is one expression."""
        found: dict[str, list[f.Expr]] = {}
        for node in self.nodes:
            if isinstance(node, f.Assign) and node.value is not None:
                for target in node.targets:
                    if isinstance(target, f.Name):
                        found.setdefault(target.id, []).append(node.value)
            elif isinstance(node, f.Named) and isinstance(node.target, f.Name):
                found.setdefault(node.target.id, []).append(node.value)
        return found

    @cached_property
    def foreign(self) -> frozenset[str]:
        """Names that hold something of the caller's: parameters, their elements and parts."""
        names = set(self.params)
        for _ in range(3):
            for node in self.nodes:
                if isinstance(node, (f.For, f.Clause)) and root(node.iter) in names:
                    names.update(_names(node.target))
                elif (
                    isinstance(node, f.Assign)
                    and isinstance(node.value, (f.Name, f.Attr, f.Index))
                    and root(node.value) in names
                ):
                    names.update(name for target in node.targets for name in _names(target))
        own = {
            name
            for name, values in self.assigned.items()
            if any(not isinstance(v, (f.Name, f.Attr, f.Index)) for v in values)
        }
        return frozenset(names - own)


def uses(node: Any) -> Iterator[tuple[str, str]]:
    """Reads and stores of names, in the order of evaluation."""
    if isinstance(node, tuple):
        for one in node:
            yield from uses(one)
    elif isinstance(node, f.Name):
        yield "read", node.id
    elif isinstance(node, f.Assign):
        yield from uses(node.value)
        yield from _stores(node.targets)
    elif isinstance(node, f.Update):
        yield from uses((node.target, node.value))
        yield from _stores((node.target,))
    elif isinstance(node, (f.For, f.Clause)):
        yield from uses(node.iter)
        yield from _stores((node.target,))
        yield from uses(node.conditions if isinstance(node, f.Clause) else (node.body, node.otherwise))
    elif isinstance(node, f.Comprehension):
        yield from uses((node.clauses, node.key, node.value))
    elif isinstance(node, (f.WithItem, f.Named)):
        yield from uses(node.value)
        yield from _stores((node.target,))
    elif isinstance(node, f.Scope):
        return
    elif isinstance(node, Struct):
        for name in node.__struct_fields__:
            value = getattr(node, name)
            if isinstance(value, (tuple, Struct)):
                yield from uses(value)


def _stores(targets: Any) -> Iterator[tuple[str, str]]:
    for target in targets:
        if isinstance(target, f.Name):
            yield "store", target.id
        elif isinstance(target, f.Collection):
            yield from _stores(target.items)
        elif isinstance(target, f.Mapping):
            yield from _stores(target.values)
        elif isinstance(target, f.Star):
            yield from _stores((target.value,))
        elif isinstance(target, Struct):
            yield from uses(target)  # `rows[i] = x` reads `rows` and `i`


def _names(target: Any) -> list[str]:
    return [name for kind, name in _stores((target,)) if kind == "store"]


def _param_names(param: f.Param) -> list[str]:
    return [param.name] if param.name else _names(param.pattern) if param.pattern else []


def root(node: Any) -> str:
    """The name at the beginning of `a.b[c].d`; "" if it begins with anything else."""
    while isinstance(node, (f.Attr, f.Index, f.Slice)):
        node = node.obj
    return node.id if isinstance(node, f.Name) else ""


def place(node: Any) -> str:
    """`self.rows` for `self.rows[0].x`: the name at the beginning and its first attribute."""
    chain: list[str] = []
    while isinstance(node, (f.Attr, f.Index, f.Slice)):
        if isinstance(node, f.Attr):
            chain.append(node.name)
        node = node.obj
    return ".".join([node.id, *chain[-1:]]) if isinstance(node, f.Name) else ""


def called(call: f.Call) -> str:
    """The last name of what is called: `save` for `order.save()`."""
    return (
        call.func.name
        if isinstance(call.func, f.Attr)
        else call.func.id
        if isinstance(call.func, f.Name)
        else ""
    )
