"""unmemoised-recursion: a function calls itself for the same arguments again and again, and remembers nothing."""

from __future__ import annotations

from collections.abc import Iterator

from analyzers import facts as f
from analyzers.evaluate import shapes
from analyzers.evaluate.calling import memos
from analyzers.evaluate.recursion import detect
from analyzers.findings import Confidence, Cost, Edit, Finding, Fix, Place, Related, Severity
from analyzers.rules import changes, imports, levels, many_ways
from analyzers.rules.base import Context, Example, Rule
from analyzers.text import Span

HASHABLE = frozenset(("int", "str", "bool", "float", "bytes"))

PURE = changes.PURE - frozenset(
    ("print", "iter", "id", "getattr", "hasattr", "reversed", "map", "zip", "enumerate")
)


def check(context: Context) -> Iterator[Finding]:
    for walk in many_ways.walks(context):
        if context.once("recursion", walk.place):
            yield _walk_finding(context, walk)
    for again in levels.found(context):
        if context.once("recursion", again.place):
            yield _level_finding(context, again)
    yield from _counted(context)


def _level_finding(context: Context, again: levels.Again) -> Finding:
    """A recursion that goes down all that is below at every level of another one."""
    return context.finding(
        RULE.name,
        again.place,
        f"`{again.called}` goes through all that is below, and `{context.function.name}` calls it at every level of the same "
        f"tree: what lies deep is gone through as often as there are levels above it. Let one walk give both answers.",
        Severity.INFORMATION,
        Confidence.MEDIUM,
        Cost("O(nodes·levels)", "O(nodes)"),
        [again.down],
    )


def _walk_finding(context: Context, walk: many_ways.Walk) -> Finding:
    """A method that goes through whatever several objects share once for each way that leads there."""
    return context.finding(
        RULE.name,
        walk.place,
        f"`{context.function.name}` calls itself for each of `{walk.label}` and marks none of them: what several lead to is gone "
        f"through once for each way there, and the ways double where they meet again. A set of those that were visited spares it.",
        Severity.INFORMATION,
        Confidence.MEDIUM,
        Cost("O(ways)", f"O(|{walk.label}|)"),
        [walk.joined],
    )


def _counted(context: Context) -> Iterator[Finding]:
    """Functions whose recurrence says that they are asked the same again."""
    function, summary = context.function, context.analysis.summary
    if summary.overlapping is None or summary.cost.unknown or not summary.cost.leading.bases:
        return
    if context.analysis.qualname != function.qualname or memos.is_memoised(function):
        return
    if function.is_generator:
        return  # What it gives is used up by who goes through it first: a memo cannot keep it.
    calls = list(detect.self_calls(function))
    if len(calls) < 2 and not any(_holds(node, call) for node in _loops(function) for call in calls):
        return
    if not calls or not _overlaps(function, calls):
        return
    calls.sort(key=lambda call: call.at)
    start = function.start
    place = Place(
        context.path, Span(start + calls[-1].at, start + calls[-1].to)
    )  # the one that doubles the work
    if context.once("recursion", place):
        yield _finding(context, place, calls)


def _loops(function: f.Function) -> Iterator[f._Node]:
    return (n for n in shapes.nodes(function.body) if isinstance(n, (f.For, f.While, f.Comprehension)))


def _holds(outer: f._Node, inner: f._Node) -> bool:
    return outer.at <= inner.at and inner.to <= outer.to


def _overlaps(function: f.Function, calls: list[f.Call]) -> bool:
    """True if the calls differ from the parameters by counters alone: then few arguments are asked for many times.

    A walk over subsets that carries what it has chosen so far asks each of its questions once.
    """
    names = [p.name for p in function.params if p.name not in ("self", "cls")]
    moved: set[str] = set()
    for call in calls:
        if call.keywords or len(call.args) > len(names):
            return False
        for name, argument in zip(names, call.args, strict=False):
            if isinstance(argument, f.Name) and argument.id == name:
                continue
            stepped = (
                isinstance(argument, f.Binary)
                and argument.op in ("-", "+", "//")
                and shapes.text_of(argument.left) == name
            )
            if not stepped:
                return False
            moved.add(name)
    return bool(moved)


def _finding(context: Context, place: Place, calls: list[f.Call]) -> Finding:
    function, cost = context.function, context.analysis.summary.cost
    start = function.start
    fix = _fix(context)
    message = (
        f"`{function.name}` calls itself for the same arguments again and again and remembers no answer: {cost}. "
        "With a memo each argument is computed once."
    )
    if fix is not None:
        message += f" {fix.title}."
    defined = Place(context.path, Span(start + function.name_at, start + function.name_to))
    related = [Related(defined, f"`{function.name}`: {len(calls)} calls of itself")]
    related += [
        Related(Place(context.path, Span(start + call.at, start + call.to)), "calls itself here, too")
        for call in calls[:-1][:4]
    ]
    return context.finding(
        RULE.name,
        place,
        message,
        Severity.WARNING,
        Confidence.HIGH,
        Cost(str(cost), str(context.analysis.summary.overlapping or "")),
        related,
        [fix] if fix else (),
    )


# ------------------------------------------------------------------------------------------------------ fix


def _fix(context: Context) -> Fix | None:
    """`@cache` on a function whose answer depends on its arguments alone."""
    function = context.function
    if context.language != "python" or function.kind != "function" or function.owner or function.parent:
        return None
    if function.decorators or function.is_async:
        return None
    if not _is_function_of_arguments(context):
        return None
    way = imports.way_to(context, "functools", "cache")
    if way is None:
        return None
    name, needed = way
    line = context.text.line_of(function.start)
    begin = context.text.line_starts[line]
    at = Place(context.path, Span(begin, begin))
    edit = Edit(at, f"@{name}{context.text.newline}")
    if any(one.place.span.start == begin for one in needed):  # The import would stand on the very same line.
        joined = "".join(one.text for one in needed)
        needed, edit = (), Edit(at, f"{joined}{context.text.newline}{context.text.newline}{edit.text}")
    certain = all(_is_hashable(p.annotation) for p in function.params) and _is_hashable(function.returns)
    return Fix(f"Remember its answers with `@{name}`", (*needed, edit), certain)


def _is_hashable(annotation: f.Expr | None) -> bool:
    return isinstance(annotation, f.Name) and annotation.id in HASHABLE


def _is_function_of_arguments(context: Context) -> bool:
    """True if the body reads its parameters, its own names and constants, and changes nothing else."""
    function = context.function
    local = changes.local_names(context)
    known = local | PURE | {function.name}
    for node in shapes.nodes(function.body):
        if isinstance(node, (f.Scope, f.Yield, f.Await, f.Define, f.Lambda, f.Opaque, f.With)):
            return False
        if isinstance(node, f.Attr) and node.name not in changes.READING:
            return False
        if isinstance(node, f.Name) and node.id not in known and not node.id.isupper():
            return False
        if isinstance(node, (f.Assign, f.Update)):
            targets = node.targets if isinstance(node, f.Assign) else (node.target,)
            if not all(isinstance(target, (f.Name, f.Collection)) for target in targets):
                return False
    return True


RULE = Rule(
    name="unmemoised-recursion",
    summary="A function calls itself for the same arguments again and again and remembers no answer.",
    why="""\
Two calls of itself on arguments one step smaller double the work with every step: `fib(40)` is computed with some
hundred million calls, though there are only forty different arguments. With a memo each is computed once.

It speaks where the cost is exponential by the recurrence and the calls differ from the parameters in counters alone,
so that they overlap. A method that calls itself for each of the objects that its own leads to, and marks none, is information
where these put themselves into lists of each other (`self.children.append(x)` beside `x.parents.append(self)`): there are many
ways to one of them. So is a recursion down a tree that at every level calls another one that goes through all below. It is silent for walks over trees and other structures, for functions that keep a memo
(`functools.cache`, a dict), and for searches that carry along what they have chosen: those ask no question twice.
""",
    severity=Severity.WARNING,
    fix="Puts `@functools.cache` on a function of the file whose answer depends on its arguments alone.",
    bad=(
        Example(
            "two calls for every step",
            """\
def ways(steps: int) -> int:
    if steps <= 1:
        return 1
    return ways(steps - 1) + ways(steps - 2)  # <- here
""",
        ),
    ),
    good=(
        Example(
            "a memo; a tree; one call for every step",
            """\
from functools import cache


@cache
def ways(steps: int) -> int:
    if steps <= 1:
        return 1
    return ways(steps - 1) + ways(steps - 2)


def height(node) -> int:
    if node is None:
        return 0
    return 1 + max(height(node.left), height(node.right))


def factorial(n: int) -> int:
    return 1 if n <= 1 else n * factorial(n - 1)
""",
        ),
    ),
    check=check,
)
