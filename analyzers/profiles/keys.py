"""Has a function's code changed since it was profiled? A hash of its facts answers.

The hash ignores where the function stands, comments, white space and the function's own name: moved or renamed code
keeps it, edited code does not. It covers the functions nested inside.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from analyzers.facts import Define, FileFacts, Function, Lambda, Name

FunctionKey = str
"""Hexadecimal hash of a function's normalised facts."""

Keys = Mapping[str, Mapping[str, FunctionKey]]
"""Path -> qualname -> key, as the functions were when the profile was first linked."""

_POSITIONS = frozenset({"at", "to", "name_at", "name_to", "head_to", "def_at", "body_at", "start", "end"})
_NAMES = frozenset({"name", "qualname", "owner", "parent"})


def keys_of(facts: FileFacts) -> dict[str, FunctionKey]:
    """The key of every function of a file, its top level excepted; two functions of one qualname share the last's."""
    nested: dict[str, list[Function]] = {}
    for function in facts.functions:
        nested.setdefault(function.parent, []).append(function)
    return {
        function.qualname: _key(function, nested) for function in facts.functions if function.kind != "module"
    }


def _key(function: Function, nested: Mapping[str, list[Function]]) -> FunctionKey:
    digest = hashlib.sha256()
    for one in _family(function, nested, 0):
        for word in _words(one, function):
            digest.update(word.encode("utf-8", "surrogatepass"))
            digest.update(b"\x00")
    return digest.hexdigest()[:24]


def _family(function: Function, nested: Mapping[str, list[Function]], depth: int) -> Iterator[Function]:
    yield function
    if depth < 20:
        for inner in nested.get(function.qualname, ()):
            if inner is not function:
                yield from _family(inner, nested, depth + 1)


def _words(function: Function, top: Function) -> Iterator[str]:
    if function is not top:
        yield function.qualname.removeprefix(top.qualname)
    pending: list[Any] = [
        getattr(function, field) for field in function.__struct_fields__ if field not in _POSITIONS | _NAMES
    ]
    while pending:
        value = pending.pop()
        if isinstance(value, (Define, Lambda)):
            yield f"{type(value).__name__} {value.qualname.removeprefix(top.qualname)}"
        elif isinstance(value, Name) and value.id == top.name:
            yield "Name itself"  # a renamed function that calls itself is the same function
        elif isinstance(value, Struct):
            yield type(value).__name__
            fields = [field for field in value.__struct_fields__ if field not in _POSITIONS]
            pending += [getattr(value, field) for field in fields]
        elif isinstance(value, tuple):
            yield f"({len(value)}"
            pending += value
        else:
            yield repr(value)
