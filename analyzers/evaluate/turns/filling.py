"""Loops that fill a list up to a size: they go on where the visit before them has ended.

`for x in range(len(out), i): out.append(x)` adds what is missing. A list that is never made shorter is filled once, so
all visits together turn as often as the largest of these sizes says.
"""

from __future__ import annotations

from analyzers import facts as f
from analyzers.costs import Cost
from analyzers.evaluate import expressions, shapes
from analyzers.evaluate.run import Run
from analyzers.evaluate.turns import paid


def turns(run: Run, node: f.For) -> Cost | None:
    """What all visits of such a loop turn together, as a size derived from the loops around it; None for others."""
    ends = _ends(node.iter)
    if ends is None or len(run.loops) == run.base_loops:
        return None
    name = _length_of(ends[0])
    if not name or not any(_appends(stmt, name) for stmt in paid.always(node.body)):
        return None
    around = paid.loops_around(run, node, lambda s: paid.resets(s, name) or _may_empty(s, name))
    if not around:
        return None
    total = run.magnitude(expressions.evaluate(run, ends[1]))
    for loop in reversed(around):
        total = total.largest(loop.number)
    return paid.derived(run, name, around, total)


def added(run: Run, node: f.Update) -> Cost | None:
    """The same for `out += range(i, len(out), -1)`: what is missing, added at once."""
    if not isinstance(node.value, f.Call) or shapes.dotted(node.value.func) not in ("range", "xrange"):
        return None
    name, args = shapes.text_of(node.target), node.value.args
    for length, mark in (args[:2], args[1::-1]) if name and len(args) > 1 else ():
        if _length_of(length) == name:
            around = paid.loops_around(run, node, lambda s: paid.resets(s, name) or _may_empty(s, name))
            total = run.magnitude(expressions.evaluate(run, mark))
            for loop in reversed(around):
                total = total.largest(loop.number)
            return paid.derived(run, name, around, total) if around else None
    return None


def _ends(node: f.Expr) -> tuple[f.Expr, f.Expr] | None:
    """The first number and the end of `range(a, b)`, whichever way it is run through."""
    while (
        isinstance(node, f.Call) and shapes.dotted(node.func) in ("reversed", "list") and len(node.args) == 1
    ):
        node = node.args[0]
    if isinstance(node, f.Call) and shapes.dotted(node.func) in ("range", "xrange") and len(node.args) == 2:
        return node.args[0], node.args[1]
    return None


def _length_of(node: f.Expr) -> str:
    """The list whose length a number is, give or take a constant."""
    if isinstance(node, f.Binary) and node.op in ("+", "-") and isinstance(node.right, f.Const):
        node = node.left
    if isinstance(node, f.Call) and shapes.dotted(node.func) == "len" and len(node.args) == 1:
        return shapes.text_of(node.args[0])
    return ""


def _appends(stmt: f.Stmt, name: str) -> bool:
    call = stmt.value if isinstance(stmt, f.Do) else None
    return (
        isinstance(call, f.Call)
        and isinstance(call.func, f.Attr)
        and call.func.name == "append"
        and shapes.text_of(call.func.obj) == name
    )


def _may_empty(stmt: f.Stmt, name: str) -> bool:
    """True if a statement may make a list shorter, or hands it to code that may."""
    if isinstance(stmt, f.Delete):
        return any(shapes.text_of(t.obj) == name for t in stmt.targets if isinstance(t, (f.Index, f.Slice)))
    if not isinstance(stmt, (f.Assign, f.Do, f.Update, f.Return)):
        return False
    for node in shapes.nodes(stmt):
        if not isinstance(node, f.Call):
            continue
        if isinstance(node.func, f.Attr) and shapes.text_of(node.func.obj) == name:
            if node.func.name not in (*paid.READS, "append", "extend", "insert"):
                return True
        elif shapes.dotted(node.func) not in paid.LOOKS and name in map(shapes.text_of, node.args):
            return True
    return False
