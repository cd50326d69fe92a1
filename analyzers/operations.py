"""What a language's operations cost: the tables in its folder, as typed values.

`costs.toml` has the language itself, `library.toml` its standard library, `packages.toml` what comes from outside;
together they are one table. The head comment of `costs.toml` says what each key means. Every bound there cites its source.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import cache
from importlib import resources

import msgspec

from analyzers.costs import ONE, Cost

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


class Operation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One row of a table. Costs are sums of products of words: "n log n + k"; `evaluate/measures.py` knows the words."""

    time: str = "1"
    gives: str = "unknown"
    size: str = ""
    tag: str = ""
    grows: str = ""
    shrinks: bool = False
    lazy: bool = False
    calls: str = ""
    passes: str = "element"
    over: str = "0"
    named: str = ""
    effect: str = ""
    reads: str = ""  # takes from the input: a "line", or "all" of it
    alone: bool = False  # visits its argument only if it is the only one: max(xs), not max(a, b)


class Fixed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Names of attributes and methods whose size does not grow with the input."""

    names: frozenset[str]


class Data(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Functions and methods whose result is as long as the data outside the program: files, folders, responses, rows."""

    names: frozenset[str] = frozenset()
    methods: frozenset[str] = frozenset()
    answers: frozenset[str] = frozenset()  # names under which an answer holds its rows
    pieces: frozenset[str] = frozenset()  # methods that read a piece at a time, until there is none


class Operations(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All of one language."""

    sources: dict[str, str]
    kinds: dict[str, str]
    function: dict[str, Operation]
    fixed: Fixed
    type: dict[str, dict[str, Operation]]
    constants: dict[str, str] = {}
    data: Data = Data()

    def method(
        self, kind: str, name: str, first: object = None, has_argument: bool = False
    ) -> Operation | None:
        """The row for a method (or operator) of a kind; `first` is the first argument's constant value, if any."""
        table = self.type.get(kind)
        if table is None:
            return None
        if has_argument:
            exact = table.get(f"{name}({first})") if first is not None else None
            if exact is None:
                exact = table.get(f"{name}(_)")
            if exact is not None:
                return exact
        return table.get(name)


FOLDERS = {"python": "python", "javascript": "javascript", "typescript": "javascript", "tsx": "javascript"}
"""Which folder of `languages/` holds a language's costs; a dialect shares its parent's."""


TABLES = ("costs.toml", "library.toml", "packages.toml")


@cache
def operations(language: str) -> Operations:
    """The table of a language by name. KeyError for a language without one."""
    folder = resources.files("analyzers.languages") / FOLDERS[language]
    merged: dict[str, dict[str, object]] = {}
    for name in TABLES:
        file = folder / name
        if file.is_file():
            for section, rows in tomllib.loads(file.read_text("utf-8")).items():
                merged.setdefault(section, {}).update(rows)
    return msgspec.convert(merged, Operations)


def formula(text: str, measure: Callable[[str], Cost]) -> Cost:
    """The cost a table's formula stands for; `measure` says what its words are. ValueError for a word that is none."""
    total = ONE
    for part in text.split(" + "):
        product = ONE
        wrap = ""
        for word in part.split():
            if word in ("log", "sqrt"):
                wrap = word
                continue
            size = measure(word) if word != "1" else ONE
            product = product * (size.log() if wrap == "log" else size.power(0.5) if wrap == "sqrt" else size)
            wrap = ""
        total = total + product
    return total
