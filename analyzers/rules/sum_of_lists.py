"""sum-of-lists: lists are joined by adding them up, each addition a copy of all before it."""

from __future__ import annotations

from collections.abc import Iterator

from analyzers import facts as f
from analyzers.evaluate.calling import flattening
from analyzers.evaluate.events import Operated
from analyzers.findings import Confidence, Cost, Finding, Fix, Related, Severity
from analyzers.rules import edits, imports, structure
from analyzers.rules.base import Context, Example, Rule, loop_related
from analyzers.text import Span


def check(context: Context) -> Iterator[Finding]:
    for operation in context.analysis.operations:
        if operation.tag != flattening.TAG or operation.function != context.function.qualname:
            continue
        if not context.inside(operation.place) or operation.receiver.frozen or operation.cost.is_constant:
            continue
        inner = structure.home(context, operation.place)
        call = structure.node_at(inner, operation.place)
        if isinstance(call, f.Call) and not _is_short(call) and context.once("flatten", operation.place):
            yield _finding(context, inner, operation, call)


def _is_short(call: f.Call) -> bool:
    """True if the lists are written out one by one."""
    return any(isinstance(argument, f.Collection) and argument.items for argument in call.args)


def _finding(context: Context, inner: Context, operation: Operated, call: f.Call) -> Finding:
    shown = context.shown(operation.place)
    known = (
        operation.argument.kind
        if operation.name == "sum"
        else (operation.receiver.of or operation.argument).kind
    )
    kind = "list" if known == "unknown" else known
    message = (
        f"`{shown}` makes a new {kind} for every {kind} it adds and copies all before it: the square of their number. "
        "`itertools.chain.from_iterable` goes through each once."
    )
    fix = _fix(inner, operation, call)
    n = operation.cost.formula()
    related = [loop_related(operation.loops[-1])] if operation.loops else []
    where = operation.receiver_place or operation.place
    over = operation.receiver.label or "they"
    related.append(Related(where, f"`{over}`: {n} of them" if operation.receiver.label else f"{n} of them"))
    sure = (
        operation.receiver.kind in ("list", "tuple", "sequence")
        and "annotated" in operation.receiver.evidence
    )
    return context.finding(
        RULE.name,
        operation.place,
        message,
        Severity.WARNING if sure else Severity.INFORMATION,
        Confidence.HIGH,
        Cost(f"O({n}²)" if n.startswith("|") and n.count("|") == 2 else f"O(({n})²)", f"O({n})"),
        related,
        [fix] if fix else (),
    )


def _fix(context: Context, operation: Operated, call: f.Call) -> Fix | None:
    """`list(chain.from_iterable(lists))`; certain where the elements are known to be lists."""
    element = operation.receiver.of
    if operation.name == "sum":
        start = call.args[1] if len(call.args) > 1 else call.keywords[0].value if call.keywords else None
        if not isinstance(start, f.Collection) or start.items or not call.args:
            return None
        kind, over = start.kind, call.args[0]
    else:
        return None  # Without a first value, reduce() of nothing raises; with one, it need not be empty.
    if isinstance(over, f.Star):
        return None
    way = imports.way_to(context, "itertools", "chain")
    if way is None or not imports.is_free(context, "builtins", kind):
        return None
    chain, needed = way
    text = edits.source_of(context, over)
    if isinstance(over, f.Comprehension) and over.kind == "generator":
        text = text[1:-1]  # It has parentheses of its own, as there is a second argument.
    if "#" in edits.source_of(context, call).replace(text, ""):
        return None  # A comment between the arguments.
    certain = element is not None and element.kind == kind
    edit = edits.replaced(
        context, call, _laid_out(context, call, f"{chain}.from_iterable", text.strip(), kind)
    )
    return Fix("Chain them with `itertools.chain.from_iterable`", (*needed, edit), certain)


def _laid_out(context: Context, call: f.Call, function: str, given: str, kind: str) -> str:
    """`list(chain.from_iterable(...))` on one line where that is wide enough, else on several."""
    place = edits.absolute(context, call)
    text, line = context.text, context.text.line_of(place.span.start)
    before = text.slice(Span(text.line_starts[line], place.span.start))
    behind = edits.behind(text, place.span.end)
    short = f"{kind}({function}({given}))"
    if "\n" not in given and len(before) + len(short) + len(behind) <= edits.width(context):
        return short
    newline, indent, step = text.newline, context.indent(place), " " * 4
    inner = f"{indent}{step}{function}({given})"
    given = _moved(given, f"{indent}{step}{step}", newline)
    if "\n" in given or len(inner) > edits.width(context):
        inner = newline.join(
            (f"{indent}{step}{function}(", f"{indent}{step}{step}{given}", f"{indent}{step})")
        )
    return f"{kind}({newline}{inner}{newline}{indent})"


def _moved(given: str, indent: str, newline: str) -> str:
    """Code of several lines, all of them moved so that the second is indented that far."""
    first, *rest = given.split(newline)
    near = min((len(line) - len(line.lstrip()) for line in rest if line.strip()), default=0)
    return newline.join([first, *(indent + line[near:] if line.strip() else line for line in rest)])


RULE = Rule(
    name="sum-of-lists",
    summary="Lists are joined by adding them up, and each addition copies all that came before.",
    why="""\
`sum(lists, [])` and `reduce(operator.add, lists)` make a new list for every list they add: the first list is copied as
often as there are lists. With n lists of like length that is n² copied elements; `itertools.chain.from_iterable`, or
`extend` in a loop, copies each element once.

It is a warning where the lists are known to be given from outside (an annotation says so), else information: a handful
of short lists is no loss. It is silent where the lists are written out one by one and where numbers are summed.
""",
    severity=Severity.WARNING,
    fix="Chains the lists with `itertools.chain.from_iterable`.",
    bad=(
        Example(
            "flattening by `sum` and by `reduce`",
            """\
import operator
from functools import reduce


def all_tags(tags: list[list[str]]) -> list[str]:
    return sum(tags, [])  # <- here


def all_rows(pages: list[list[int]]) -> list[int]:
    return reduce(operator.add, pages)  # <- here
""",
        ),
    ),
    good=(
        Example(
            "chained; numbers; a few lists written out",
            """\
from itertools import chain


def all_tags(tags: list[list[str]]) -> list[str]:
    return list(chain.from_iterable(tags))


def total(amounts: list[int]) -> int:
    return sum(amounts, 0)


def both(first: list[int], second: list[int]) -> list[int]:
    return sum([first, second], [])
""",
        ),
    ),
    check=check,
)
