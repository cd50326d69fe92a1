"""What a language's own operations cost: the `costs.toml` of its folder, as typed values.

The tables' head comment says what each key means. Every bound there cites its source.
"""

from __future__ import annotations

import sys
from functools import cache
from importlib import resources

import msgspec

from analyzers.costs import ONE, Cost

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


class Operation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One row of a table. Costs are formulas over n and k: "1", "n", "k", "log n", "n log n", "n + k", "sqrt n", "smaller" (of n and k)."""

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
    effect: str = ""
    reads: str = ""  # takes from the input: a "line", or "all" of it
    alone: bool = False  # visits its argument only if it is the only one: max(xs), not max(a, b)


class Fixed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Names of attributes and methods whose size does not grow with the input."""

    names: frozenset[str]


class Operations(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All of one language."""

    sources: dict[str, str]
    kinds: dict[str, str]
    function: dict[str, Operation]
    fixed: Fixed
    type: dict[str, dict[str, Operation]]

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


@cache
def operations(language: str) -> Operations:
    """The table of a language by name. KeyError for a language without one."""
    file = resources.files("analyzers.languages") / FOLDERS[language] / "costs.toml"
    return msgspec.convert(tomllib.loads(file.read_text("utf-8")), Operations)


def formula(text: str, n: Cost, k: Cost) -> Cost:
    """The cost a table's formula stands for, with the sizes filled in. ValueError for a word that is none."""
    if text == "smaller":
        return ONE if n.is_constant or k.is_constant else n
    total = ONE
    for part in text.split(" + "):
        total = total + _product(part.split(), n, k)
    return total


def _product(words: list[str], n: Cost, k: Cost) -> Cost:
    product = ONE
    wrap = ""
    for word in words:
        if word in ("log", "sqrt"):
            wrap = word
            continue
        if word not in ("n", "k", "1"):
            raise ValueError(f"unknown word {word!r} in the cost formula {' '.join(words)!r}")
        size = {"n": n, "k": k, "1": ONE}[word]
        product = product * (size.log() if wrap == "log" else size.power(0.5) if wrap == "sqrt" else size)
        wrap = ""
    return product
