"""What a script's function is handed for a parameter, where its own file shows it.

A script passes almost everything through parameters: props, options, the columns of a table, the children of a node. That
something is a parameter says nothing of how long it gets; what is handed over for it does.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from analyzers import facts as f
from analyzers.evaluate import callers, shapes
from analyzers.rules.base import Context

EACH = frozenset(
    "map forEach filter flatMap find findIndex findLast findLastIndex some every sort toSorted then".split()  # noqa: SIM905
)
"""Methods that call a function with each element of their receiver, or with what a promise gives, as its first argument.

Source: https://developer.mozilla.org/docs/Web/JavaScript/Reference/Global_Objects/Array
"""

FOLDS = frozenset(("reduce", "reduceRight"))
"""Methods that call a function with what they have so far and with each element."""

FOLDED = 2
"""Parameters of such a function that are as long as the receiver, or one of its elements."""


def handed(home: Context, name: str) -> Iterator[tuple[Context, f.Expr]]:
    """The expressions that calls in the same file hand over for a parameter, each with the function it stands in."""
    position = next((at for at, param in enumerate(home.function.params) if param.name == name), -1)
    if position < 0:
        return
    if home.function.kind == "lambda" or home.function.parent:
        yield from _called_back(home, position)
    for qualname in callers.readers(home.project, home.path, home.function.name):
        caller = home.project.function(home.path, qualname)
        if caller is None or qualname == home.function.qualname:
            continue
        for node in shapes.nodes(caller.body):
            named = isinstance(node, f.Call) and shapes.dotted(node.func).rpartition(".")[2]
            if isinstance(node, f.Call) and named == home.function.name and position < len(node.args):
                yield replace(home, function=caller), node.args[position]


def _called_back(home: Context, position: int) -> Iterator[tuple[Context, f.Expr]]:
    """What a method goes through that is given the function at hand: `users` in `users.map((user) => ...)`."""
    outer = home.project.function(home.path, home.function.parent) if home.function.parent else None
    for node in shapes.nodes(outer.body) if outer is not None else ():
        if not (isinstance(node, f.Call) and isinstance(node.func, f.Attr) and node.args):
            continue
        first = node.args[0]
        if not (isinstance(first, f.Lambda) and first.qualname == home.function.qualname):
            continue
        within = FOLDED if node.func.name in FOLDS else 1 if node.func.name in EACH else 0
        if outer is not None and position < within:
            yield replace(home, function=outer), node.func.obj
