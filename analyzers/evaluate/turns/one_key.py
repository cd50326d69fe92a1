"""What one key of a mapping decides happens once in a loop over it: `for name, value in given.items(): if name == "owner": ...`.

The keys of a mapping differ from each other, and so do the elements of a set: one turn at most is about the one that is named.
"""

from __future__ import annotations

from analyzers import facts as f
from analyzers.evaluate.run import Run

_IN_ORDER = ("sorted", "list", "tuple", "reversed")
"""What gives the same elements, each once."""


def holds_once(run: Run, test: f.Expr) -> bool:
    """True for a test that holds on one turn at most of the innermost loop."""
    parts = test.parts if isinstance(test, f.Logic) and test.op == "and" else (test,)
    named = {name for part in parts if (name := _compared_with_one(part))}
    return bool(named) and _key(run) in named


def _compared_with_one(test: f.Expr) -> str:
    """`name` of `name == "owner"`; "" for anything else."""
    if not isinstance(test, f.Compare) or test.ops not in (("==",), ("===",)):
        return ""
    left, right = test.left, test.rights[0]
    if isinstance(left, f.Const):
        left, right = right, left
    return left.id if isinstance(left, f.Name) and isinstance(right, f.Const) else ""


def _key(run: Run) -> str:
    """The name that the innermost loop gives to what differs on each of its turns; "" if nothing is known to."""
    around = [block for block in run.blocks if block.depth == len(run.loops) - 1]
    node = around[-1].body[around[-1].position] if around else None
    if not isinstance(node, f.For) or not run.loops:
        return ""
    source, target = node.iter, node.target
    if isinstance(source, f.Call) and isinstance(source.func, f.Name) and source.func.id in _IN_ORDER:
        source = source.args[0] if source.args else source
    called = source.func.name if isinstance(source, f.Call) and isinstance(source.func, f.Attr) else ""
    if called == "items" and isinstance(target, f.Collection) and len(target.items) == 2:
        target = target.items[0]
    elif called != "keys" and run.loops[-1].over.kind not in ("dict", "set"):
        return ""
    return target.id if isinstance(target, f.Name) else ""
