"""Which attributes a function reads by names that it is given: `getattr(row, name)`."""

from __future__ import annotations

from analyzers import facts as f
from analyzers.evaluate import shapes
from analyzers.evaluate.remembered import remembered


@remembered
def reads_by(function: f.Function) -> frozenset[str]:
    """The names by which a function reads attributes: `getattr(row, name)`, and the paths that it cuts into such names."""
    nodes = list(shapes.nodes(function.body))
    if not any(isinstance(node, f.Name) and node.id == "getattr" for node in nodes):
        return frozenset()
    calls = [node for node in nodes if isinstance(node, f.Call) and node.args]
    named = (node.args[1] for node in calls if len(node.args) > 1 and shapes.dotted(node.func) == "getattr")
    cut = (node.func.obj for node in calls if isinstance(node.func, f.Attr) and node.func.name == "split")
    return frozenset(node.id for node in (*named, *cut) if isinstance(node, f.Name))
