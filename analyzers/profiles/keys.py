"""Has a function's code changed since it was profiled? A hash of its facts answers.

The hash ignores where the function stands, comments, white space and the function's own name: moved or renamed code
keeps it, edited code does not. It covers the functions nested inside.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from analyzers import facts as facts_module
from analyzers.facts import Define, FileFacts, Function, Lambda, Name

FunctionKey = str
"""Hexadecimal hash of a function's normalised facts."""

Keys = Mapping[str, Mapping[str, FunctionKey]]
"""Path -> qualname -> key, as the functions were when the profile was first linked."""

_POSITIONS = frozenset({"at", "to", "name_at", "name_to", "head_to", "def_at", "body_at", "start", "end"})
_FIELDS: dict[type, tuple[str, ...]] = {
    kind: tuple(field for field in kind.__struct_fields__ if field not in _POSITIONS)
    for kind in vars(facts_module).values()
    if isinstance(kind, type) and issubclass(kind, Struct)
}
"""What counts of each shape of the facts."""

_NAMES = frozenset({"name", "qualname", "owner", "parent"})


class FileKeys(Mapping[str, FunctionKey]):
    """The key of every function of a file, its top level excepted; two functions of one qualname share the last's.

    Each is worked out when it is asked for: an edit asks for few.
    """

    def __init__(self, facts: FileFacts, before: FileKeys | None = None) -> None:
        """`before` are the file's keys before an edit: what is still the same value keeps its key unread."""
        self._functions = {each.qualname: each for each in facts.functions if each.kind != "module"}
        self._nested: dict[str, list[Function]] = {}
        for function in facts.functions:
            self._nested.setdefault(function.parent, []).append(function)
        self._known: dict[str, FunctionKey] = {}
        if before is not None:
            self._keep(before)

    def _keep(self, before: FileKeys) -> None:
        for qualname, key in before._known.items():
            now, then = self._functions.get(qualname), before._functions[qualname]
            if now is not None and _is_same(now, then):
                inner, former = self._nested.get(qualname, ()), before._nested.get(qualname, ())
                # Functions nested deeper change the one between: only a family of two generations is kept unread.
                if len(inner) == len(former) and all(map(_is_same, inner, former)) and not self._deep(inner):
                    self._known[qualname] = key

    def _deep(self, functions: Sequence[Function]) -> bool:
        return any(self._nested.get(function.qualname) for function in functions)

    def __getitem__(self, qualname: str) -> FunctionKey:
        if qualname not in self._known:
            self._known[qualname] = _key(self._functions[qualname], self._nested)
        return self._known[qualname]

    def __contains__(self, qualname: object) -> bool:
        return qualname in self._functions

    def __iter__(self) -> Iterator[str]:
        return iter(self._functions)

    def __len__(self) -> int:
        return len(self._functions)


def _is_same(one: Function, other: Function) -> bool:
    """Surely unchanged, without looking inside: extraction hands out the same values for the same bytes."""
    return (
        one.body is other.body
        and one.params is other.params
        and one.decorators is other.decorators
        and one.returns is other.returns
        and one.qualname == other.qualname
        and one.is_async == other.is_async
    )


def _key(function: Function, nested: Mapping[str, list[Function]]) -> FunctionKey:
    words = [word for one in _family(function, nested, 0) for word in _words(one, function)]
    digest = hashlib.sha256("\0".join(words).encode("utf-8", "surrogatepass"))
    return digest.hexdigest()[:24]


def _family(function: Function, nested: Mapping[str, list[Function]], depth: int) -> Iterator[Function]:
    yield function
    if depth < 20:
        for inner in nested.get(function.qualname, ()):
            if inner is not function:
                yield from _family(inner, nested, depth + 1)


def _words(function: Function, top: Function) -> list[str]:
    """The function's facts as words, without positions."""
    words = [] if function is top else [function.qualname.removeprefix(top.qualname)]
    pending: list[Any] = [getattr(function, field) for field in _FIELDS[Function] if field not in _NAMES]
    while pending:
        value = pending.pop()
        kind = type(value)
        if kind is tuple:
            words.append(f"({len(value)}")
            pending += value
        elif kind is Name:
            # A renamed function that calls itself is the same function.
            words.append("Name itself" if value.id == top.name else f"Name {value.id}")
        elif kind is Define or kind is Lambda:
            words.append(f"{kind.__name__} {value.qualname.removeprefix(top.qualname)}")
        elif isinstance(value, Struct):
            words.append(kind.__name__)
            pending += [getattr(value, field) for field in _FIELDS[kind]]
        else:
            words.append(repr(value))
    return words
