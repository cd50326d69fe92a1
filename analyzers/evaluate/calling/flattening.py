"""`sum(lists, [])` and `reduce(add, lists)`: one concatenation for each list, each a copy of all that came before.

With n lists of like length that is n² copied elements; source: the note on `sum` in
https://docs.python.org/3/library/functions.html#sum, which sends the reader to `itertools.chain`.
"""

from __future__ import annotations

from msgspec.structs import replace

from analyzers import facts as f
from analyzers.costs import ONE
from analyzers.evaluate.calling.arguments import Arguments
from analyzers.evaluate.events import Operated
from analyzers.evaluate.run import Run
from analyzers.findings import Place
from analyzers.types import Value

TAG = "flatten"

JOINED = ("list", "tuple")


def flattened(run: Run, node: f.Call, name: str, arguments: Arguments, place: Place) -> Value | None:
    """The sequence that a sum of sequences gives, with its cost charged; None for any other call."""
    if name == "builtins.sum":
        lists, start = arguments.get(0), arguments.get(1, "start")
        if lists is None or start is None or start.kind not in JOINED:
            return None
        kind, over = start.kind, node.args[0]
    elif name == "functools.reduce" and len(node.args) >= 2 and _adds(run, node.args[0], arguments.get(0)):
        lists, start, over = arguments.get(1), arguments.get(2), node.args[1]
        if lists is None:
            return None
        element = lists.of.kind if lists.of is not None else "unknown"
        kind = start.kind if start is not None else element
        if kind not in JOINED:
            return None
    else:
        return None
    count = run.extent(lists)
    inner = lists.of.size if lists.of is not None and lists.of.size is not None else ONE
    cost = count * count * inner
    run.charge(
        cost, place, f"adds up the sequences in `{lists.label or 'an iterable'}`, copying the sum each time"
    )
    run.analysis.operations.append(
        Operated(
            TAG, name.rpartition(".")[2], place, lists, start or lists, count, tuple(run.loops), run.owner,
            receiver_place=run.place(over), statement=run.statement, rare=run.rare,
        )
    )  # fmt: skip
    element_of_all = lists.of.of if lists.of is not None else None
    made = Value(kind, size=count * inner, of=element_of_all, depends=arguments.depends, born=len(run.loops))
    return replace(made, evidence=f"made by {name.rpartition('.')[2]}()")


def _adds(run: Run, node: f.Expr, function: Value | None) -> bool:
    """True for `operator.add`, `operator.concat` and `lambda a, b: a + b`."""
    if function is None:
        return False
    if function.kind == "external":
        return function.dotted in ("operator.add", "operator.concat")
    if not isinstance(node, f.Lambda):
        return False
    body = run.summaries.project.function(run.path, node.qualname)
    if body is None or len(body.params) != 2 or len(body.body) != 1 or not isinstance(body.body[0], f.Return):
        return False
    value, (a, b) = body.body[0].value, body.params
    return (
        isinstance(value, f.Binary)
        and value.op == "+"
        and isinstance(value.left, f.Name)
        and isinstance(value.right, f.Name)
        and (value.left.id, value.right.id) == (a.name, b.name)
    )
