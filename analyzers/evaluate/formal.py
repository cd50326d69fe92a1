"""Arguments as a function sees them that is run for their kinds, and what tells such kinds apart."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from functools import lru_cache

from analyzers import facts as f
from analyzers import ways
from analyzers.conventions import template_files
from analyzers.costs import ONE
from analyzers.evaluate import by_name, evidence, queries
from analyzers.evaluate.presenting import asked
from analyzers.evaluate.queries import holding, objects
from analyzers.evaluate.turns import segments
from analyzers.types import UNKNOWN_VALUE, Value, alone

_ROWS = ("queryset", "query", "row", *asked.KINDS)
"""What a mapping that is handed over still holds by name: a view's context is given to the methods that show it."""
BY_NAME = "the name of an attribute"
"""Evidence of a text by which a function reads an attribute of what it is given."""
_MANY = "many"
"""The option that decides whether a serializer shows one row or many: it reaches it through `**kwargs`, too."""


def formal(value: Value, name: str, owner: str = "") -> Value:
    """An argument as the callee sees it: its kind and contents, under the parameter's name, of the parameter's size."""
    constant = value.size is not None and value.size.is_constant and value.grown is None
    return Value(
        value.kind,
        size=ONE if constant and value.kind not in ("int", "float", "unknown") else None,
        of=_inside(value.of),
        values=_inside(value.values),
        items=tuple(_inside(v) or UNKNOWN_VALUE for v in value.items)
        if value.items and len(value.items) <= 4
        else None,
        depends=alone(name),
        label=name,
        ref=value.ref,
        dotted=value.dotted,
        origin=value.origin,
        relation=value.relation,
        path=value.path,
        way=ways.start(f"{owner}:{name}"),
        evidence=value.evidence if value.evidence != segments.PIECES else "made by a list operation",
        bound=formal(value.bound, name)
        if value.bound is not None and (value.kind in ("function", "prepared") or value.method)
        else None,
        method=value.method,
        letter=value.letter and constant,
        frozen=value.frozen and constant,
        const=value.const if _is_told(value) else None,
        entries=tuple((k, _inside(v) or v) for k, v in value.entries if _is_kept(value, v))
        + tuple((k, Value(v.kind, const=v.const)) for k, v in value.entries if k == _MANY and _is_told(v)),
    )


def argument(value: Value, name: str, function: f.Function) -> Value:
    """An argument as `formal` has it; a text by which the function reads an attribute stays that text."""
    found = formal(value, name, function.qualname)
    if value.kind == "str" and isinstance(value.const, str) and name in by_name.reads_by(function):
        return found.but(const=value.const, evidence=BY_NAME)
    return found


@lru_cache(maxsize=4096)
def unknown_formal(name: str, owner: str) -> Value:
    return formal(UNKNOWN_VALUE, name, owner)


def _is_told(value: Value) -> bool:
    """True for a constant that decides what a callee does: a truth value, the name of the template it shows."""
    if value.kind == "str":
        told = value.evidence == BY_NAME
        return isinstance(value.const, str) and (told or value.const.endswith(template_files.ENDINGS))
    return value.kind == "bool"


def _is_kept(holder: Value, value: Value) -> bool:
    """True for what a mapping or an object that is handed over still holds by name."""
    of_itself = holder.kind == "row" or holder.evidence == evidence.WITH_MEMBERS
    if (
        of_itself
        or value.kind in _ROWS
        or queries.is_client(value.kind)
        or holding.holds_rows(value)
        or _holds_functions(value)
    ):
        return True
    return holder.kind == "instance" and (value.kind == "class" or objects.matters(value))


def _inside(value: Value | None, depth: int = 0) -> Value | None:
    if value is None or depth > 2:
        return None
    if value is UNKNOWN_VALUE:
        return value
    items = value.items if value.items is not None and len(value.items) <= 4 and depth < 2 else None
    small = value.kind in ("str", "tuple") and value.is_constant_size and value.grown is None
    return Value(
        value.kind, of=_inside(value.of, depth + 1), values=_inside(value.values, depth + 1), ref=value.ref,
        dotted=value.dotted, origin=value.origin, relation=value.relation, path=value.path,
        items=tuple(_inside(item, depth + 1) or UNKNOWN_VALUE for item in items) if items else None,
        size=ONE if small else None, letter=value.letter and small,
        entries=tuple((k, _inside(v, depth + 1) or UNKNOWN_VALUE) for k, v in value.entries if value.kind == "row" or holding.holds_rows(v) or _holds_functions(v)),
    )  # fmt: skip


def _holds_functions(value: Value) -> bool:
    """True for a function of the project's that an object of a script holds, and for an object in it that holds some."""
    return (value.kind == "function" and value.ref is not None and value.bound is None) or (
        value.kind == "dict" and any(_holds_functions(held) for _, held in value.entries)
    )


def signatures(formals: Mapping[str, Value]) -> Hashable:
    """What tells the arguments of one run from those of another. They go deep, and a run is looked up a dozen times by them:
    they stand in a frozenset, which makes its hash once."""
    return frozenset([(name, _signature(value)) for name, value in formals.items()])


def _signature(value: Value | None) -> Hashable:
    if value is None:
        return None
    return (
        value.kind, value.evidence if value.kind == "row" else "", value.const if _is_told(value) else None, value.ref, value.dotted, value.origin, value.path, value.relation, value.size is None, value.frozen, value.letter, value.method,
        _signature(value.of), _signature(value.values), _signature(value.bound),
        tuple(_signature(v) for v in value.items) if value.items else None,
        tuple((name, _signature(v)) for name, v in value.entries) if value.entries else None,
    )  # fmt: skip
