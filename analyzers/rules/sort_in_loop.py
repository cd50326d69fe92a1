"""sort-in-loop: a collection that a loop changes is sorted, or its smallest element is sought, on every turn."""

from __future__ import annotations

from collections.abc import Iterator

from analyzers import facts as f
from analyzers.evaluate import shapes
from analyzers.evaluate.events import Loop, Operated
from analyzers.findings import Confidence, Cost, Finding, Related, Severity
from analyzers.rules import changes, data, structure
from analyzers.rules.base import Context, Example, Rule, loop_related, product, the_loop, turns_much

CHANGED = frozenset(
    "append add insert extend remove pop discard appendleft popleft heappush push shift unshift".split()  # noqa: SIM905
)
"""Methods after which the next sorting finds another collection."""


def check(context: Context) -> Iterator[Finding]:
    for operation in context.analysis.operations:
        if operation.name not in ("sorted", "sort", "toSorted", "min", "max") or operation.tag not in (
            "sort",
            "fold",
        ):
            continue
        if operation.function != context.function.qualname or not context.inside(operation.place):
            continue
        loop = _sorted_again(context, operation)
        if loop is not None and context.once("sort", operation.place):
            yield _finding(context, operation, loop)


def _sorted_again(context: Context, operation: Operated) -> Loop | None:
    """The innermost growing loop that adds to, or takes from, a list that lives outside of it."""
    receiver = operation.receiver
    if operation.cost.is_constant or receiver.frozen or not receiver.label:
        return None
    if receiver.kind not in ("list", "deque", "set", "sequence"):
        return None
    inner = structure.home(context, operation.place)
    innermost = len(operation.loops) - 1
    if structure.happens_once(inner, operation.loops[-1], operation.place):
        innermost -= 1
    for position in range(innermost, -1, -1):
        loop = operation.loops[position]
        if receiver.born > position or (loop.number in receiver.depends and loop.kind != "while"):
            return None
        if not turns_much(loop) or loop.chunked or loop.polling or loop.number in operation.rare:
            continue
        region = changes.loop_node(inner, loop)
        if region is None or structure.is_set_in(inner, loop, receiver.label):
            return None
        if _is_cut(region, receiver.label):
            return None  # It is kept short.
        if _is_changed(region, receiver.label):
            return None if _is_by_the_turn(inner, operation, region) else loop
    return None


def _is_by_the_turn(inner: Context, operation: Operated, region: f._Node) -> bool:
    """True if the order itself is this turn's: `min(open_, key=lambda n: distance[n])` with distances the loop makes."""
    call = structure.node_at(inner, operation.place)
    keys = [k.value for k in call.keywords if k.name == "key"] if isinstance(call, f.Call) else []
    made = changes.changes_in(inner, region, aliases=False)
    return any(made.may_change(name) for key in keys for name in changes.names_read(inner, key))


def _is_changed(region: f._Node, label: str) -> bool:
    """True if one element at a time is put into the collection, or taken from it, in a loop."""
    for node in shapes.nodes(region):
        func = node.func if isinstance(node, f.Call) else None
        if isinstance(func, f.Attr) and func.name in CHANGED and shapes.text_of(func.obj) == label:
            return True
        if isinstance(node, f.Update) and node.op == "+" and shapes.text_of(node.target) == label:
            return True
    return False


def _is_cut(region: f._Node, label: str) -> bool:
    """`xs = sorted(xs)[:k]`, `del xs[k:]`: the loop keeps no more than so many."""
    for node in shapes.nodes(region):
        if isinstance(node, f.Assign) and label in map(shapes.text_of, node.targets):
            return any(isinstance(part, f.Slice) for part in shapes.nodes(node.value))
        cut = node.targets if isinstance(node, f.Delete) else ()
        if any(isinstance(t, f.Slice) and shapes.text_of(t.obj) == label for t in cut):
            return True
    return False


def _instead(context: Context, sorts: bool) -> str:
    if context.language != "python":
        return "A heap gives the smallest element in logarithmic time, a binary search the place to insert one at."
    also = ", `bisect.insort` keeps a list in order." if sorts else "."
    return "A heap (`heapq`) gives the smallest element in logarithmic time" + also


def _finding(context: Context, operation: Operated, loop: Loop) -> Finding:
    receiver = operation.receiver
    sorts = operation.tag == "sort"
    seeks = "smallest" if operation.name == "min" else "largest"
    what = (
        f"sorts all of the {receiver.kind} `{receiver.label}`"
        if sorts
        else (f"looks through all of the {receiver.kind} `{receiver.label}` for the {seeks} element")
    )
    shown = context.shown(operation.place)
    message = f"`{shown}` {what} on every turn of {the_loop(loop)}, which changes it by little. " + _instead(
        context, sorts
    )
    turns, cost = loop.turns.formula(), operation.cost.formula()
    related = [loop_related(loop)]
    if receiver.evidence and operation.receiver_place is not None:
        related.append(
            Related(operation.receiver_place, f"`{receiver.label}` is a {receiver.kind}: {receiver.evidence}")
        )
    position = operation.loops.index(loop)
    first = min(receiver.born, position)
    severe = sorts and receiver.kind == "list" and not loop.exits
    severe = severe and data.any_data(context, operation.loops[first : position + 1])
    severity = Severity.WARNING if severe else Severity.INFORMATION
    return context.finding(
        RULE.name,
        operation.place,
        message,
        severity,
        Confidence.HIGH,
        Cost(product(turns, cost), f"O({turns} log {turns})" if turns.isidentifier() or "|" in turns else ""),
        related,
    )


RULE = Rule(
    name="sort-in-loop",
    summary="A collection that a loop changes is sorted, or searched for its smallest element, on every turn.",
    why="""\
`xs.sort()`, `sorted(xs)`, `min(xs)` and `max(xs)` go through all of `xs`. In a loop that adds one element, or takes one,
between two of them that is the square of the length. A heap gives the smallest element, and takes a new one, in
logarithmic time; `bisect.insort` finds the place in a list that is in order; a running maximum costs one comparison.

It is silent for collections that start anew on each turn, for those that belong to this turn's element, and where the
loop is left right afterwards.
""",
    severity=Severity.WARNING,
    bad=(
        Example(
            "sorting after each insertion; looking for the smallest, again and again",
            """\
def medians(numbers: list[int]) -> list[int]:
    seen = []
    found = []
    for number in numbers:
        seen.append(number)
        seen.sort()  # <- here
        found.append(seen[len(seen) // 2])
    return found


def leaders(scores: list[int]) -> list[int]:
    best = []
    so_far = []
    for score in scores:
        so_far.append(score)
        best.append(max(so_far))  # <- here
    return best
""",
        ),
    ),
    good=(
        Example(
            "a heap; sorted once; a list of each turn's own",
            """\
import heapq


def in_order(numbers: list[int]) -> list[int]:
    heap = []
    for number in numbers:
        heapq.heappush(heap, number)
    return [heapq.heappop(heap) for _ in numbers]


def once(numbers: list[int]) -> list[int]:
    seen = []
    for number in numbers:
        seen.append(number)
    seen.sort()
    return seen


def each(groups: list[list[int]]) -> list[int]:
    return [max(group) for group in groups]
""",
        ),
    ),
    check=check,
)
