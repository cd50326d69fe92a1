"""Sizes that a test turns away above a constant: after `if n > 30: return ...` n is one of a few, and in
`if len(keys) == 1: ...` there is one key."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from analyzers import facts as f
from analyzers.costs import ONE
from analyzers.evaluate import shapes
from analyzers.evaluate.run import Run
from analyzers.types import Value

MANY = 10_000
"""A size turned away above more than this is no few: such a test guards against overflow, not against work."""


def after(run: Run, node: f.If) -> Iterator[tuple[str, Value]]:
    """Names with what they hold behind an `if` whose body leaves."""
    if node.otherwise or not node.body or not isinstance(node.body[-1], (f.Return, f.Jump)):
        return
    test = node.test
    for part in test.parts if isinstance(test, f.Logic) and test.op == "or" else (test,):
        name, is_length = _turned_away(part)
        value = run.env.get(name)
        if value is None or value.const is not None or value.grown is not None:
            continue
        if is_length or value.kind in ("int", "float", "unknown"):
            yield name, replace(value, size=ONE, kind=value.kind if is_length else "int", label=name)


def within(run: Run, test: f.Expr) -> Iterator[tuple[str, Value]]:
    """Names with what they hold where a test of their length holds."""
    for part in test.parts if isinstance(test, f.Logic) and test.op == "and" else (test,):
        name = _kept_below(part)
        value = run.env.get(name)
        if value is not None and value.const is None and value.grown is None and not value.is_constant_size:
            yield name, replace(value, size=ONE)


def _kept_below(test: f.Expr) -> str:
    """The name in `len(keys) == 1` and `len(keys) <= 3`; "" for any other test."""
    if not isinstance(test, f.Compare) or len(test.ops) != 1:
        return ""
    long, high = test.left, test.rights[0]
    if test.ops[0] in (">", ">="):
        long, high = high, long
    elif test.ops[0] not in ("==", "<", "<="):
        return ""
    if not (isinstance(high, f.Const) and isinstance(high.value, int) and high.value <= MANY):
        return ""
    held = (
        long.args[0] if isinstance(long, f.Call) and shapes.dotted(long.func) == "len" and long.args else None
    )
    return held.id if isinstance(held, f.Name) else ""


def _turned_away(test: f.Expr) -> tuple[str, bool]:
    """The name in `n > 30`, and whether it is its length that is tested; "" for any other test."""
    if not isinstance(test, f.Compare) or len(test.ops) != 1:
        return "", False
    low, high = test.left, test.rights[0]
    if test.ops[0] in (">", ">="):
        low, high = high, low
    elif test.ops[0] not in ("<", "<="):
        return "", False
    if not (isinstance(low, f.Const) and isinstance(low.value, (int, float)) and 0 < low.value <= MANY):
        return "", False
    if isinstance(high, f.Call) and shapes.dotted(high.func) == "len" and len(high.args) == 1:
        held = high.args[0]
        return (held.id, True) if isinstance(held, f.Name) else ("", False)
    return (high.id, False) if isinstance(high, f.Name) else ("", False)
