"""The evaluated arguments of a call."""

from __future__ import annotations

import copy

from msgspec.structs import replace

from analyzers import facts as f
from analyzers.evaluate import expressions
from analyzers.evaluate.run import Run
from analyzers.evaluate.sizes import ranges
from analyzers.types import NOTHING, Token, Value

SPREAD = "spread into the arguments"
"""The evidence of a value of which nobody knows how many arguments it gives."""


def _evaluated(run: Run, argument: f.Expr) -> Value:
    value = ranges.bounded(run, argument, expressions.evaluate(run, argument))
    return replace(value, evidence=SPREAD) if isinstance(argument, f.Star) else value


def parts(value: Value) -> tuple[Value, ...]:
    """What an argument stands for: the elements of what is spread, where they are known."""
    if value.evidence != SPREAD or value.items is None:
        return (value,)
    return tuple(item.on(value.depends) for item in value.items)


def _both(first: Value, second: Value) -> Value:
    """Two mappings that are spread into one call: `show(**shown, **more)`."""
    entries = tuple((dict(first.entries) | dict(second.entries)).items())
    return replace(second, entries=entries, depends=first.depends | second.depends)


class Arguments:
    """Evaluated arguments. `values` are positional; spread ones end the list."""

    def __init__(self, run: Run, node: f.Call) -> None:
        self.node = node
        self._depends: frozenset[Token] | None = None
        self.values = [_evaluated(run, argument) for argument in node.args]
        self.keywords: dict[str, Value] = {}
        for keyword in node.keywords:
            value = expressions.evaluate(run, keyword.value)
            if not keyword.name and "**" in self.keywords:
                value = _both(self.keywords["**"], value)
            self.keywords[keyword.name or "**"] = value

    @classmethod
    def none(cls) -> Arguments:
        """No arguments: what a function is called back with is not written out."""
        made = cls.__new__(cls)
        made.node = f.Call(0, 0, f.Name(0, 0, ""), ())
        made.values, made.keywords, made._depends = [], {}, None
        return made

    def after_first(self) -> Arguments:
        """Those after the first, where that one is what a method is called on: `ListView.get(self, request)`."""
        made = Arguments.none()
        made.node = replace(self.node, args=self.node.args[1:])
        made.values, made.keywords = self.values[1:], self.keywords
        return made

    def and_of(self, depends: frozenset[Token]) -> Arguments:
        """The same arguments, made of some more things than their values tell."""
        if not depends:
            return self
        made = copy.copy(self)
        made._depends = self.depends | depends
        return made

    def first(self) -> Value | None:
        return self.values[0] if self.values else None

    def get(self, position: int, name: str = "") -> Value | None:
        if name and name in self.keywords:
            return self.keywords[name]
        return self.values[position] if 0 <= position < len(self.values) else None

    def positional(self, position: int) -> Value | None:
        """The same, also of what is handed on: `make(*args)` in a function that was given three."""
        handed = [part for value in self.values for part in parts(value)]
        return handed[position] if position < len(handed) else None

    def written(self, position: int, name: str = "") -> f.Expr | None:
        """The expression of an argument."""
        given = next((k.value for k in self.node.keywords if name and k.name == name), None)
        return given or (self.node.args[position] if 0 <= position < len(self.node.args) else None)

    @property
    def depends(self) -> frozenset[Token]:
        out = self._depends
        if out is None:
            given = (*self.values, *self.keywords.values())
            out = self._depends = NOTHING.union(*(value.depends for value in given if value.depends))
        return out
