"""Elements that a loop takes out of the middle of a list while it walks on: `while i < len(xs): if ...: del xs[i]`.

Each of them moves all that stand behind it. A loop that begins at the end moves only those it has kept.
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzers import facts as f
from analyzers.evaluate import shapes
from analyzers.evaluate.events import Loop
from analyzers.findings import Confidence, Cost, Finding, Severity
from analyzers.rules import changes, edits
from analyzers.rules.base import Context, loop_related


def check(context: Context, rule: str) -> Iterator[Finding]:
    """The findings in the loops of a function, under the name of the rule that asks."""
    if context.language != "python" or not context.is_whole:
        return
    for loop in context.analysis.loops:
        if (
            loop.kind != "while"
            or loop.function != context.function.qualname
            or not context.inside(loop.place)
        ):
            continue
        node = changes.loop_node(context, loop)
        for taken, label in _taken_out(node) if isinstance(node, f.While) else ():
            if context.once("copy", edits.absolute(context, taken)):
                yield _finding(context, rule, loop, taken, label)


def _taken_out(node: f.While) -> Iterator[tuple[f._Node, str]]:
    """`del xs[i]` and `xs.pop(i)`, where `i` walks on to `len(xs)`."""
    for label, place in _walked(node):
        steps = [stmt for stmt in shapes.walk(node.body) if _sets(stmt, place)]
        if not steps or not all(isinstance(stmt, f.Update) and stmt.op == "+" for stmt in steps):
            continue
        for inner in shapes.nodes(node.body):
            if _takes(inner, label, place):
                yield inner, label


def _walked(node: f.While) -> Iterator[tuple[str, str]]:
    """`xs` and `i` of `i < len(xs)`."""
    for test in shapes.nodes(node.test):
        if isinstance(test, f.Compare) and test.ops in (("<",), ("!=",)) and isinstance(test.left, f.Name):
            for part in shapes.nodes(test.rights):
                counted = (
                    isinstance(part, f.Call) and shapes.dotted(part.func) == "len" and len(part.args) == 1
                )
                if counted and (label := shapes.dotted(part.args[0])):  # type: ignore[attr-defined]
                    yield label, test.left.id


def _sets(stmt: f.Stmt, name: str) -> bool:
    targets = (
        stmt.targets
        if isinstance(stmt, f.Assign)
        else (stmt.target,)
        if isinstance(stmt, (f.Update, f.For))
        else ()
    )
    return any(shapes.dotted(target) == name for target in shapes.stored(targets))


def _takes(node: f._Node, label: str, place: str) -> bool:
    if isinstance(node, f.Delete):
        return any(
            isinstance(t, f.Index) and shapes.dotted(t.obj) == label and shapes.dotted(t.index) == place
            for t in node.targets
        )
    return (
        isinstance(node, f.Call)
        and isinstance(node.func, f.Attr)
        and node.func.name == "pop"
        and shapes.dotted(node.func.obj) == label
        and [shapes.dotted(argument) for argument in node.args] == [place]
    )


def _finding(context: Context, rule: str, loop: Loop, taken: f._Node, label: str) -> Finding:
    place = edits.absolute(context, taken)
    size = f"|{label}|"
    return context.finding(
        rule,
        place,
        f"`{context.shown(place)}` moves all elements of `{label}` that stand behind it, as often as the loop takes one out. "
        f"Build a list of those that stay, or begin at the end.",
        Severity.INFORMATION,
        Confidence.MEDIUM,
        Cost(f"O({size}²)", f"O({size})"),
        [loop_related(loop)],
    )
