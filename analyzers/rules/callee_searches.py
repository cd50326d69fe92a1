"""What a callee searches: by itself, or by what it calls, of what it was given."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from functools import partial
from typing import NamedTuple

from analyzers import facts as f
from analyzers.evaluate.calling import memos
from analyzers.evaluate.events import Analysis, Called, Compared, Loop
from analyzers.findings import Place, Related
from analyzers.rules import asked_of_all, edits, ordered, structure, written_out
from analyzers.rules.base import Context, turns_much
from analyzers.rules.membership_in_list import SEARCHED
from analyzers.types import Value

RULE_NAME = "hidden-scan"

MAX_CHAIN = 4
"""Calls followed from the loop to the search."""


class Scan(NamedTuple):
    """A search in a callee: what it goes through, in the callee's words, where, and the calls that lead there. `asked`
    are the parameters that what it looks for is made from, `how` says what it does (see `hidden_scan`)."""

    label: str
    kind: str
    place: Place
    what: str
    asked: frozenset[str]
    chain: tuple[Related, ...] = ()
    how: str = "searches"


def is_silenced(context: Context, called: Called) -> bool:
    """True if a comment at the callee ignores this rule: there it silences all callers."""
    function = context.project.function(called.path, called.qualname)
    rules = context.summaries.silenced(called.path, function) if function is not None else None
    return rules is not None and (not rules or RULE_NAME in rules)


def scans(
    context: Context, called: Called, through: Collection[str], asked: Collection[str], depth: int = 0
) -> Iterator[Scan]:
    """The searches a callee does by itself, or by what it calls, through what it was given. Only those `through` some of its
    parameters for what is made of those that are `asked` are looked for further down."""
    if not through or not asked or depth > MAX_CHAIN:
        return
    function = context.project.function(called.path, called.qualname)
    if function is None or memos.is_memoised(function):
        return
    if depth and is_silenced(context, called):  # who asks of the first call has asked that
        return
    analysis = context.summaries.analysis_with(called.path, function, called.bound)
    if analysis is None:
        return
    spared = _spared_from(function, called)
    own = _own_scans(context, analysis, function, called)
    fills = partial(_may_get_longer, context, function, called)
    yield from (s for s in own if s.place.span.start < spared and fills(s))
    for inner in analysis.calls:
        if inner.qualname == called.qualname or inner.place.span.start >= spared:
            continue
        handed = {name: value for name, value in inner.bound.items() if _is_part_of(value, through)}
        made = {name for name, value in inner.bound.items() if not value.depends.isdisjoint(asked)}
        for scan in scans(context, inner, handed.keys(), made, depth + 1):
            root, _, rest = scan.label.partition(".")
            value = handed.get(root)
            if value is None:
                continue
            label = f"{value.label}.{rest}" if rest else value.label
            step = Related(inner.place, f"calls `{inner.qualname}`")
            sought = [inner.bound[name].depends for name in scan.asked if name in inner.bound]
            names = frozenset(t for depends in sought for t in depends if isinstance(t, str))
            yield scan._replace(label=label, chain=(step, *scan.chain), asked=names)


def _may_get_longer(context: Context, function: f.Function, called: Called, scan: Scan) -> bool:
    """False for what an object that is written out holds, where nothing puts more there: it is as long as it was written."""
    root, _, attribute = scan.label.partition(".")
    if root != "this" or function.owner:
        return True
    return written_out.is_filled(context, called.path, called.bound["this"].label, attribute)


def _is_part_of(value: Value, names: Collection[str]) -> bool:
    """True for what one of these names holds, and for what hangs on it."""
    root = value.label.partition(".")[0]
    return bool(root) and root in names and root in value.depends


def _spared_from(function: f.Function, called: Called) -> int:
    """From where on a callee does nothing, as the call hands over what answers without searching: `if index is not None:
    return index.get(key)` for a parameter that may be left out, and is not."""
    optional = {p.name for p in function.params if p.default is not None}
    for stmt in function.body:
        test = (
            stmt.test
            if isinstance(stmt, f.If) and stmt.body and isinstance(stmt.body[-1], f.Return)
            else None
        )
        asked = test.left if isinstance(test, f.Compare) and test.ops == ("is not",) else test
        name = asked.id if isinstance(asked, f.Name) and asked.id in optional else ""
        value = called.bound.get(name)
        if value is not None and value.kind != "none" and value.label:
            return function.start + stmt.to
    return 1 << 60


def _own_scans(context: Context, analysis: Analysis, function: f.Function, called: Called) -> Iterator[Scan]:
    given = {p.name for p in function.params}
    if function.parent:
        given |= called.bound.keys()  # What its maker was handed.
    if function.owner and context.project.language(analysis.path) != "python":
        given.add("this")
    elif "this" in called.bound:
        given.add("this")  # An object that is written out.
    there = elsewhere(context, analysis.path, function)
    yield from _by_operations(analysis, given)
    for over, label, asked in asked_of_all.questions(function):
        what = f"goes through `{label}` until one of them answers"
        yield Scan(label, "", edits.absolute(there, over), what, asked, how="asks")
    for compared in analysis.comparisons:
        yield from _by_loop(there, compared, given)


def _by_operations(analysis: Analysis, given: set[str]) -> Iterator[Scan]:
    """`x in items`, `items.index(x)` of what was given."""
    for operation in analysis.operations:
        receiver = operation.receiver
        if operation.tag != "scan" or receiver.kind not in SEARCHED or operation.cost.is_constant:
            continue
        if _is_given(receiver, given) and operation.name != "remove":
            searched = "`in`" if operation.name == "in" else f"`.{operation.name}()`"
            what = f"{searched} searches the {receiver.kind} `{receiver.label}`"
            asked = _parameters(operation.argument, given)
            yield Scan(receiver.label, receiver.kind, operation.place, what, asked)


def _by_loop(there: Context, compared: Compared, given: set[str]) -> Iterator[Scan]:
    """A loop over what was given that looks for the element which is equal to something else that was."""
    loop = compared.loops[-1]
    through = _gone_through(loop)
    if loop.kind == "while" or not turns_much(loop) or not _is_given(through, given):
        return
    if not through.known and through.label not in given:
        return
    sides = (compared.left, compared.right)
    for one, other in (sides, sides[::-1]):
        asked = _parameters(other, given)
        until = None if compared.unequal else ordered.left_at(there, loop, compared.place)
        of_turn = loop.number in one.depends or (until is not None and ordered.counts(until, one.label))
        if not of_turn or loop.number in other.depends or not asked:
            continue
        if until is not None or structure.keeps_only_equal(there, loop, compared):
            what = f"goes through `{loop.label}` for the element that is equal"
            yield Scan(through.label, through.kind, loop.place, what, asked)


def _gone_through(loop: Loop) -> Value:
    """What a loop runs over, by its elements or by their places: `items` of `range(len(items))`."""
    over = loop.over
    if over.kind != "range" or len(loop.turns.sizes) != 1:
        return over
    (size,) = loop.turns.sizes
    label = size.label.strip("|")
    return over.but(kind="list", label=label) if label == loop.label else over


def _parameters(value: Value, given: set[str]) -> frozenset[str]:
    """The parameters that a value is made from."""
    return frozenset(token for token in value.depends if isinstance(token, str) and token in given)


def _is_given(value: Value, given: set[str]) -> bool:
    """True for a parameter, and for what hangs on one: `items`, `self.items`."""
    root = value.label.partition(".")[0]
    return root in given and not value.frozen and all(token == root for token in value.depends)


def elsewhere(context: Context, path: str, function: f.Function) -> Context:
    """A context that looks at another function of the project."""
    return replace(context, path=path, function=function)
