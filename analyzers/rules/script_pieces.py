"""What a script's function copies of a text from the place on that it is asked about: `state.src.slice(state.pos)`, where the
text and the place are handed over by one object. A parser calls such a function for each place, and each call copies all that is
left.
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzers import facts as f
from analyzers.evaluate import shapes
from analyzers.rules import held, rebuilt
from analyzers.rules.base import Context

_CUTS = frozenset(("slice", "substring", "substr"))
_OF_TEXTS = frozenset("charCodeAt charAt codePointAt startsWith match substring substr matchAll".split())  # noqa: SIM905
"""Methods that cut, and those that a text alone has.

Source: https://tc39.es/ecma262/#sec-properties-of-the-string-prototype-object"""

_ASKED = frozenset(("test", "exec"))
"""Methods of a pattern: https://tc39.es/ecma262/#sec-properties-of-the-regexp-prototype-object"""


def rests(context: Context) -> Iterator[rebuilt.Piece]:
    """Pieces from a place to the end that the function at hand copies, once for a text."""
    function = context.function
    if context.language == "python" or not context.is_whole or function.kind == "module":
        return
    roots = {param.name for param in function.params} | ({"this"} if function.owner else set())
    told: set[str] = set()
    for node in held.outside_of_loops(function.body):
        whole = _cut_behind(node, roots, function)
        if whole and whole not in told and _is_text(function, whole, node):
            assert isinstance(node, f.Call)
            told.add(whole)
            yield rebuilt.Piece(node, whole, "copied")


def _cut_behind(node: f._Node, roots: set[str], function: f.Function) -> str:
    """`state.src` of `state.src.slice(state.pos)`, also where the place has a name; "" for anything else."""
    if not isinstance(node, f.Call) or not isinstance(node.func, f.Attr) or len(node.args) != 1:
        return ""
    whole = shapes.dotted(node.func.obj)
    root, _, part = whole.partition(".")
    if node.func.name not in _CUTS or root not in roots or not part.isidentifier():
        return ""
    place = node.args[0]
    values = shapes.given_to(function.body, place.id) if isinstance(place, f.Name) else (place,)
    return whole if any(value is not None and _is_of(value, root) for value in values) else ""


def _is_of(value: f.Expr, root: str) -> bool:
    """`state.pos`, `state.pos + 1`."""
    if isinstance(value, f.Binary) and value.op == "+":
        value = value.left
    return shapes.dotted(value).startswith(f"{root}.")


def _is_text(function: f.Function, whole: str, piece: f._Node) -> bool:
    """True if something is asked of it, or of the piece, that only texts are asked."""
    named = {
        target.id
        for stmt in shapes.of_kind(function.body, f.Assign)
        if stmt.value is piece
        for target in stmt.targets
        if isinstance(target, f.Name)
    }
    for call in shapes.of_kind(function.body, f.Call):
        if not isinstance(call.func, f.Attr):
            continue
        asked = shapes.dotted(call.func.obj)
        if call.func.name in _OF_TEXTS and (asked == whole or asked in named or call.func.obj is piece):
            return True
        if call.func.name in _ASKED and any(a is piece or shapes.dotted(a) in named for a in call.args):
            return True
    return False
