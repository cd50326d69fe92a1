"""invariant-in-loop: what is the same on every turn of a loop is computed from a whole collection on every turn."""

from __future__ import annotations

from collections.abc import Iterator

from analyzers import facts as f
from analyzers.evaluate import shapes
from analyzers.evaluate.events import Loop, Operated
from analyzers.findings import Confidence, Cost, Finding, Fix, Severity
from analyzers.rules import changes, data, edits, same_again, structure
from analyzers.rules.base import Context, Example, Rule, loop_related, product, the_loop, turns_much
from analyzers.types import Value

HOISTED = {
    "sum": "sum",
    "sorted": "sorted",
    "min": "smallest",
    "max": "largest",
    "set": "set",
    "frozenset": "set",
}
"""Built-in functions that visit all of their argument, and what a name for their result ends with."""

SEEN = (
    "list",
    "tuple",
    "set",
    "dict",
    "deque",
    "sequence",
    "values",
    "view",
    "iterator",
    "iterable",
    "queryset",
)
"""Kinds whose size may grow; a value of unknown kind may be a pair."""

MADE = ("sorted", "set", "frozenset")
"""Functions that nobody asks for what is in a pair: whatever they are given has many elements."""

PLAIN = ("int", "float", "str", "bool", "bytes")


def check(context: Context) -> Iterator[Finding]:
    if context.language != "python":
        yield from _of_scripts(context)
        return
    for operation in context.analysis.operations:
        if operation.name not in HOISTED or operation.tag not in ("fold", "sort", "copy"):
            continue
        if operation.function != context.function.qualname or not context.inside(operation.place):
            continue
        inner = structure.home(context, operation.place)
        call = structure.node_at(inner, operation.place)
        if not isinstance(call, f.Call) or operation.cost.is_constant or operation.cost.unknown:
            continue
        loop = _repeating(inner, operation, call)
        if loop is not None and context.once("invariant", loop.place, context.source(operation.place)):
            yield _finding(context, inner, operation, call, loop)
    for loop, cut in _cut_again(context):
        if context.once("invariant", loop.place, context.source(edits.absolute(context, cut))):
            yield _cut_finding(context, loop, cut)
    for made in context.analysis.loops:
        found = _made_again(context, made) if made.kind == "comprehension" and made.grows else None
        if found is not None and context.once("invariant", found.place, context.source(made.whole)):
            yield _comprehension_finding(context, made, found)


def _of_scripts(context: Context) -> Iterator[Finding]:
    for same in same_again.found(context):
        operation, loop = same.operation, same.loop
        if not context.once("invariant", loop.place, context.source(operation.place)):
            continue
        turns, cost = loop.turns.formula(), operation.cost.formula()
        severe = _is_squared(operation, loop) and not loop.exits and data.is_data(context, loop)
        yield context.finding(
            RULE.name,
            operation.place,
            f"`{context.shown(operation.place)}` goes through all of `{operation.receiver.label or 'its argument'}` on every turn of "
            f"{the_loop(loop)}, and nothing in the loop changes what it gives. Compute it once, before the loop.",
            Severity.WARNING if severe else Severity.INFORMATION,
            Confidence.MEDIUM,
            Cost(product(turns, cost), f"O({turns})" if turns == cost else f"O({turns} + {cost})"),
            [loop_related(loop)],
        )


CUTS = frozenset(("splitlines", "split"))
"""Methods that cut all of a text into pieces."""


def _cut_again(context: Context) -> Iterator[tuple[Loop, f.Call]]:
    """Texts that each turn cuts whole to take one piece: `text.splitlines()[error.line - 1]`."""
    for loop, node in changes.own_loops(context):
        for taken in shapes.of_kind(node.body, f.Index):
            call = taken.obj
            if (
                not isinstance(call, f.Call)
                or not isinstance(call.func, f.Attr)
                or call.func.name not in CUTS
            ):
                continue
            own = frozenset(changes.changes_in(context, node).bound)
            turns = turns_much(loop) and not structure.happens_once(
                context, loop, edits.absolute(context, call)
            )
            if turns and shapes.mentions(taken.index, own) and changes.is_unchanged(context, node, call):
                yield loop, call


def _cut_finding(context: Context, loop: Loop, cut: f.Call) -> Finding:
    place, turns = edits.absolute(context, cut), loop.turns.formula()
    size = f"|{shapes.text_of(cut.func.obj) if isinstance(cut.func, f.Attr) else ''}|"
    return context.finding(
        RULE.name,
        place,
        f"`{context.shown(place)}` cuts all of the text to take one piece, on every turn of {the_loop(loop)}. Cut it once, "
        f"before the loop.",
        Severity.INFORMATION,
        Confidence.HIGH,
        Cost(product(turns, size), f"O({turns} + {size})"),
        [loop_related(loop)],
    )


def _made_again(context: Context, made: Loop) -> Loop | None:
    """The outermost growing loop on each of whose turns a comprehension gives the same list, set or dict."""
    if made.function != context.function.qualname or not context.inside(made.place) or not turns_much(made):
        return None
    inner = structure.home(context, made.whole)
    node = structure.node_at(inner, made.whole)
    if not isinstance(node, f.Comprehension) or node.kind == "generator" or made.over.frozen:
        return None
    found: Loop | None = None
    for loop in _around(inner, made):
        region = changes.loop_node(inner, loop)
        if region is None:
            break
        body = _repeated(region)
        if not any(part is node for part in shapes.nodes(body)):
            continue  # It is what the loop goes through, or is made before it.
        if not changes.is_unchanged(inner, region, node) or _is_sought_in(body, node):
            break
        if _is_turns_own(inner, body, node, "") or structure.happens_once(inner, loop, made.whole):
            break
        if loop.polling or loop.chunked or loop.number in made.derived:
            break
        if turns_much(loop) and not loop.amortised:
            found = loop
    return found


def _around(inner: Context, made: Loop) -> list[Loop]:
    """The loops around another in the same function, the innermost first."""
    span = made.whole.span
    around = [
        loop
        for loop in inner.analysis.loops
        if loop.whole.path == made.whole.path
        and loop.whole.span.start <= span.start
        and span.end <= loop.whole.span.end
        and loop.whole != made.whole
    ]
    return sorted(around, key=lambda loop: loop.whole.span.end - loop.whole.span.start)


def _repeated(region: f._Node) -> object:
    """What a loop does on each turn; what a function is called for stands beside that function."""
    if isinstance(region, (f.For, f.While)):
        return region.body
    if isinstance(region, f.Comprehension):
        first, *others = region.clauses
        return (region.key, region.value, *first.conditions, *others)
    return ()


def _is_sought_in(region: object, node: f.Comprehension) -> bool:
    """True for `x in [...]`: membership-in-list speaks of that."""
    return any(isinstance(part, f.Compare) and node in part.rights for part in shapes.nodes(region))


def _comprehension_finding(context: Context, made: Loop, loop: Loop) -> Finding:
    turns, cost = loop.turns.formula(), made.turns.formula()
    squared = any(size in loop.turns.sizes for size in made.turns.sizes)
    severe = squared and not loop.exits and data.is_data(context, loop)
    return context.finding(
        RULE.name,
        made.whole,
        f"The comprehension goes through all of `{made.label}` on every turn of {the_loop(loop)}, and "
        f"nothing in the loop changes what it gives. Compute it once, before the loop.",
        Severity.WARNING if severe else Severity.INFORMATION,
        Confidence.HIGH if made.over.known else Confidence.MEDIUM,
        Cost(product(turns, cost), f"O({turns})" if turns == cost else f"O({turns} + {cost})"),
        [loop_related(loop)],
    )


def _repeating(context: Context, operation: Operated, call: f.Call) -> Loop | None:
    """The outermost growing loop in which the call gives the same on every turn."""
    receiver = operation.receiver
    if receiver.frozen or not call.args or isinstance(call.args[0], (f.Collection, f.Const)):
        return None
    loops = list(operation.loops)
    if structure.happens_once(context, loops[-1], operation.place):
        loops.pop()  # It happens once for each visit of the innermost loop.
    found: Loop | None = None
    for loop in reversed(loops):
        region = changes.loop_node(context, loop)
        if region is None or loop.number in receiver.depends or loop.number in operation.rare:
            break
        if not changes.is_unchanged(context, region, call) or _is_turns_own(
            context, region, call, operation.name
        ):
            break
        if loop.polling or loop.chunked:
            break
        if turns_much(loop) and not loop.amortised:
            found = loop
    if found is None:
        return None
    made = operation.name in MADE and isinstance(call.args[0], (f.Name, f.Attr))
    return found if made or receiver.kind in SEEN or _is_squared(operation, found) else None


def _is_turns_own(context: Context, region: object, call: f.Expr, name: str) -> bool:
    """True if each turn may need a list or set of its own: one that it changes, keeps, or hands on."""
    if _only_looked_at(context, region, call, name):
        return False
    for node in shapes.nodes(region):
        if isinstance(node, f.Assign) and node.value is call:
            touched = changes.changes_in(context, region, aliases=False)
            names = [target.id for target in node.targets if isinstance(target, f.Name)]
            return len(names) < len(node.targets) or any(
                changes.root_of(text) in names for text in touched.touched
            )
    return True


def _is_squared(operation: Operated, loop: Loop) -> bool:
    return any(size in loop.turns.sizes for size in operation.cost.sizes)


def _finding(context: Context, inner: Context, operation: Operated, call: f.Call, loop: Loop) -> Finding:
    shown = context.shown(operation.place)
    over = operation.receiver.label or _iterated(call.args[0]) or "its argument"
    message = (
        f"`{shown}` goes through all of `{over}` on every turn of {the_loop(loop)}, and nothing in the "
        f"loop changes what it gives. Compute it once, before the loop."
    )
    turns, cost = loop.turns.formula(), operation.cost.formula()
    squared = _is_squared(operation, loop)
    severe = squared and not loop.exits and data.is_data(context, loop)
    severity = Severity.WARNING if severe else Severity.INFORMATION
    fix = _hoist(inner, operation, call, loop)
    after = f"O({turns})" if turns == cost else f"O({turns} + {cost})"
    return context.finding(
        RULE.name,
        operation.place,
        message,
        severity,
        Confidence.HIGH if operation.receiver.known else Confidence.MEDIUM,
        Cost(product(turns, cost), after),
        [loop_related(loop)],
        [fix] if fix else (),
    )


def _iterated(node: f.Expr) -> str:
    """What an argument goes through: `xs` itself, or the `xs` of `x.size for x in xs`."""
    return shapes.text_of(node.clauses[0].iter) if isinstance(node, f.Comprehension) else shapes.text_of(node)


# ------------------------------------------------------------------------------------------------------ fix


def _hoist(context: Context, operation: Operated, call: f.Call, loop: Loop) -> Fix | None:
    """The value under a name of its own, computed before the loop."""
    region = changes.loop_node(context, loop)
    statement = edits.statement_at(context, loop.place)
    if region is None or statement is None or context.function.kind == "lambda":
        return None
    if not structure.are_bound_before(context, statement, changes.names_read(context, call)):
        return None
    text = edits.source_of(context, call)
    if "\n" in text:
        return None
    places = [
        n for n in shapes.nodes(region) if isinstance(n, f.Call) and edits.source_of(context, n) == text
    ]
    if not all(_only_looked_at(context, region, one, operation.name) for one in places):
        return None
    value = text
    if operation.name in ("min", "max"):
        value_or_none = _with_default(context, region, call, text)
        if value_or_none is None:
            return None
        value = value_or_none
    base = edits.plain_name(operation.receiver.label or _iterated(call.args[0]))
    end = HOISTED[operation.name]
    fresh = edits.fresh_name(
        context, f"{end}_{base}" if end in ("sorted", "smallest", "largest") else f"{base}_{end}"
    )
    line = edits.lines_before(context, statement, [f"{fresh} = {value}"])
    if line is None:
        return None
    shared = any(
        structure.may_change_between(context, statement, name)
        for name in changes.names_read(context, call.args)
    )
    certain = _cannot_fail(operation.receiver, operation.name) and not shared
    changed = [line, *(edits.replaced(context, one, fresh) for one in places)]
    return Fix(f"Compute `{text}` once, before the loop", tuple(changed), certain)


def _with_default(context: Context, region: f._Node, call: f.Call, text: str) -> str | None:
    """`max(xs)` of nothing raises: before a loop it may only stand with a default, which is only the same if the loop
    over the same things then does not turn at all."""
    if any(keyword.name == "default" for keyword in call.keywords):
        return text
    over = None
    if isinstance(region, f.For):
        over = region.iter
    elif isinstance(region, f.Comprehension):
        over = region.clauses[0].iter
    if over is None or not shapes.dotted(call.args[0]):
        return None
    if _elements_of(over) != shapes.dotted(call.args[0]):
        return None
    return f"{text[:-1].rstrip().rstrip(',')}, default=None)"


def _elements_of(node: f.Expr) -> str:
    """`xs` for `xs`, `enumerate(xs)`, `reversed(xs)` and `range(len(xs))`: one turn for each element, none for none."""
    if isinstance(node, f.Call) and len(node.args) == 1 and not node.keywords:
        name = shapes.dotted(node.func)
        if name == "range" and isinstance(node.args[0], f.Call) and shapes.dotted(node.args[0].func) == "len":
            return _elements_of(node.args[0].args[0]) if node.args[0].args else ""
        return (
            _elements_of(node.args[0]) if name in ("enumerate", "reversed", "sorted", "list", "tuple") else ""
        )
    return shapes.dotted(node)


def _only_looked_at(context: Context, region: object, call: f.Expr, name: str) -> bool:
    """True if nobody can change the result or keep it: each turn had one of its own."""
    if name in ("sum", "min", "max"):
        return True
    for node in shapes.nodes(region):
        if isinstance(node, f.Compare) and (call is node.left or call in node.rights):
            return True
        if isinstance(node, (f.Index, f.Slice)) and node.obj is call:
            return True
        if isinstance(node, (f.For, f.Clause)) and node.iter is call:
            return True
        if isinstance(node, f.Call) and call in node.args and shapes.dotted(node.func) in changes.PURE:
            return True
        if isinstance(node, f.Attr) and node.obj is call and node.name in changes.READING:
            return True
        if isinstance(node, f.Binary) and (node.left is call or node.right is call):
            return True
    return False


def _cannot_fail(receiver: Value, name: str) -> bool:
    """True if the value can be computed whatever the elements are: even where the loop would not have asked for it."""
    element = receiver.of
    if receiver.kind not in ("list", "tuple", "set", "dict", "deque", "view", "values", "sequence"):
        return False
    if element is None:
        return False
    return element.kind in PLAIN if name != "sum" else element.kind in ("int", "float", "bool")


RULE = Rule(
    name="invariant-in-loop",
    summary="What is the same on every turn of a loop is computed from a whole collection on every turn.",
    why="""\
`sum(xs)`, `max(xs)`, `sorted(xs)`, `set(xs)` and `[x.name for x in xs]` go through all of `xs`. In a loop that changes neither `xs` nor what is
in it they give the same each time: |loop| times |xs| steps, where one computation before the loop would do. It is a
warning where the loop runs over the same things (their number is squared), and information where two sizes multiply.

It is silent where any statement in the loop, or code that is called there and not known, may change what is read; for
values of this turn's element; where the loop is left right afterwards; and where a size is constant.
""",
    severity=Severity.WARNING,
    fix="Computes the value once, before the loop, where that cannot fail and nobody can change it in between.",
    bad=(
        Example(
            "a total, a maximum and a set that do not change",
            """\
def shares(amounts: list[float]) -> list[float]:
    return [amount / sum(amounts) for amount in amounts]  # <- here


def normalised(values: list[int]) -> list[float]:
    result = []
    for value in values:
        result.append(value / max(values))  # <- here
    return result


def known(words: list[str], vocabulary: list[str]) -> int:
    count = 0
    for word in words:
        if word in set(vocabulary):  # <- here
            count += 1
    return count
""",
        ),
    ),
    good=(
        Example(
            "once; of this turn's own; of what the loop changes",
            """\
def shares(amounts: list[float]) -> list[float]:
    total = sum(amounts)
    return [amount / total for amount in amounts]


def row_sums(rows: list[list[int]]) -> list[int]:
    return [sum(row) for row in rows]


def refill(levels: list[int], times: int) -> int:
    steps = 0
    for position in range(len(levels)):
        levels[position] += 1
        if sum(levels) > times:
            return steps
        steps += 1
    return steps


def check_names(names: list[str], allowed: list[str]) -> None:
    for name in names:
        if not name:
            raise ValueError(f"one of {sorted(allowed)}")
""",
        ),
    ),
    check=check,
)
