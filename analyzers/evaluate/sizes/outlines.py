"""The lines that bound a number (see `analyzers/bounds.py`), read off the expression that gives it."""

from __future__ import annotations

from analyzers import bounds
from analyzers import facts as f
from analyzers.bounds import Symbol
from analyzers.evaluate import shapes
from analyzers.evaluate.run import Run


def symbol_of(run: Run, node: f.Expr | None) -> Symbol | None:
    if isinstance(node, f.Name):
        return run.symbol(node.id)
    if isinstance(node, f.Call) and len(node.args) == 1 and shapes.dotted(node.func) == "len":
        held = node.args[0]
        return run.symbol(held.id, "len") if isinstance(held, f.Name) else None
    return None


def outlined(run: Run, node: f.Expr) -> tuple[bounds.Lines, bounds.Lines]:
    """The bounds that an expression of names, sums and extrema has, as it stands, without running it."""
    if isinstance(node, f.Const):
        exact = bounds.number(node.value) if isinstance(node.value, (int, float)) else ()
        return exact, exact
    if isinstance(node, f.Binary):
        (a_above, a_below), (b_above, b_below) = outlined(run, node.left), outlined(run, node.right)
        if node.op == "+":
            return bounds.added(a_above, b_above), bounds.added(a_below, b_below)
        if node.op == "-":
            return bounds.added(a_above, b_below, -1), bounds.added(a_below, b_above, -1)
        return (), ()
    if isinstance(node, f.Call) and shapes.dotted(node.func) in ("min", "max") and len(node.args) > 1:
        parts = [outlined(run, argument) for argument in node.args]
        if shapes.dotted(node.func) == "min":
            return bounds.kept(line for above, _ in parts for line in above), ()
        return (), bounds.kept(line for _, below in parts for line in below)
    symbol = symbol_of(run, node)
    if symbol is None:
        return (), ()
    value = run.lookup(node.id) if isinstance(node, f.Name) else None
    above, below = (value.above, value.below) if value is not None else ((), ())
    own = bounds.of(symbol)
    return bounds.kept((*own, *above)), bounds.kept((*own, *below))
