"""hidden-scan: a function that searches a whole collection is called, for the same collection, on every turn of a loop."""

from __future__ import annotations

from collections.abc import Iterator

from analyzers.evaluate.events import Called, Loop
from analyzers.findings import Confidence, Cost, Finding, Related, Severity
from analyzers.rules import (
    added_to,
    asked_of_all,
    data,
    edits,
    grows_meanwhile,
    on_every_call,
    structure,
)
from analyzers.rules.base import (
    Context,
    Example,
    Rule,
    loop_related,
    part_place,
    product,
    the_loop,
    turns_much,
)
from analyzers.rules.callee_searches import RULE_NAME, Scan, elsewhere, is_silenced, scans
from analyzers.types import INPUT, Value


def check(context: Context) -> Iterator[Finding]:
    for called in context.analysis.calls:
        if not called.loops or not context.inside(called.place):
            continue
        if called.function != context.function.qualname and context.language == "python":
            continue  # A script's loops are callbacks: what these call is called by the function around them.
        if called.path not in context.project:
            continue
        found = _found(context, called)
        if found is not None and context.once("hidden", called.place):
            yield _finding(context, called, *found)
    yield from on_every_call.check(context, RULE.name)


def _found(context: Context, called: Called) -> tuple[Loop, Scan] | None:
    """What a call hides from the loop around it, and that loop."""
    if is_silenced(context, called):
        return None
    around = list(_repeating(context, called))
    for loop in around:
        if (scan := _scan_of(context, called, loop)) is not None:
            return loop, scan
    repeating = around[0] if around else None
    if called.cost.unknown:
        return None
    draining = _draining(called)
    scan = _shift_of(context, called) if draining is not None else None
    if draining is not None and scan is not None:
        return draining, scan
    through = _going_through_itself(context, called)
    scan = _whole_of(context, called, through) if through is not None else None
    if through is not None and scan is not None:
        return through, scan
    if repeating is not None:
        scan = _added_to(context, called, repeating) or _beside(context, called, repeating)
    if repeating is not None and scan is not None:
        return repeating, scan
    return _meanwhile(context, called)


def _meanwhile(context: Context, called: Called) -> tuple[Loop, Scan] | None:
    """What the loop makes longer while it calls."""
    found = grows_meanwhile.found(context, called)
    if found is None:
        return None
    added = found.added
    chain = (Related(added, f"`{context.shown(added)}` puts something into it"),) if added is not None else ()
    what = f"goes through all of `{found.label}`"
    return found.loop, Scan(found.label, "list", found.place, what, frozenset(), chain, how="meanwhile")


def _beside(context: Context, called: Called, loop: Loop) -> Scan | None:
    """A search for the element of the turn among all that its owner holds beside it."""
    if any(structure.branches_around(context, loop, called.place)):
        return None
    found = asked_of_all.beside(context, called)
    value = called.bound.get(found.label.partition(".")[0]) if found is not None else None
    if found is None or value is None or loop.number not in value.depends:
        return None
    what = f"searches `{found.label}` for the element itself"
    return Scan(found.label, "list", found.place, what, frozenset(), found.chain, how="beside")


def _repeating(context: Context, called: Called) -> Iterator[Loop]:
    """The growing loops on each of whose turns the call happens, with something of that turn; the innermost first."""
    innermost = len(called.loops) - 1
    inner = structure.home(context, called.place)
    if structure.happens_once(inner, called.loops[-1], called.place):
        innermost -= 1
    for position in range(innermost, -1, -1):
        loop = called.loops[position]
        if loop.polling or loop.chunked or loop.amortised or loop.number in called.rare:
            return
        if turns_much(loop) and any(loop.number in value.depends for value in called.bound.values()):
            yield loop


def _scan_of(context: Context, called: Called, loop: Loop) -> Scan | None:
    """A search, in the callee, of something that the loop passes on unchanged."""
    position = called.loops.index(loop)
    given = called.bound.items()
    same = {
        name: value
        for name, value in given
        if not value.frozen and loop.number not in value.depends and value.born <= position
    }
    others = {name for name, value in given if loop.number in value.depends}
    for scan in scans(context, called, same.keys(), others):
        root = scan.label.partition(".")[0]
        value = same.get(root)
        if value is None:
            continue
        if scan.label == root and (value.is_constant_size and value.grown is None):
            continue
        if scan.how == "asks" and (
            value.grown is None or (value.grown, loop.number) not in context.analysis.growths
        ):
            continue  # Some patterns for each of many are a handful, if this loop does not find them.
        if others.isdisjoint(scan.asked):
            continue  # It looks for the same thing on every turn.
        if called.cost.unknown or any(
            label.startswith(scan.label) or scan.label.startswith(label) for label in _own_size(called, scan)
        ):
            return scan
    return None


def _added_to(context: Context, called: Called, loop: Loop) -> Scan | None:
    """What a method that the loop calls for one and the same object adds to, and goes through all of on the same call."""
    function = context.project.function(called.path, called.qualname)
    if function is None or not function.owner or not function.params or not called.bound:
        return None
    this = function.params[0].name
    value = called.bound.get(this)
    if value is None or value.frozen or loop.number in value.depends or value.born > called.loops.index(loop):
        return None
    methods = added_to.method_of(context, called.path, function.owner)
    for node, label in added_to.gone_through(function, methods):
        place = edits.absolute(elsewhere(context, called.path, function), node)
        return Scan(
            label, "list", place, f"goes through all of `{label}`, which it adds to", frozenset(), how="adds"
        )
    return None


def _draining(called: Called) -> Loop | None:
    """The loop that turns as often as what the call goes through has elements: `while slot.queue: slot.next_one()`."""
    loop = called.loops[-1]
    if loop.polling or loop.chunked or loop.amortised or not turns_much(loop) or loop.number in called.rare:
        return None
    return loop if loop.kind == "while" and any(s in loop.turns.sizes for s in called.cost.sizes) else None


def _shift_of(context: Context, called: Called) -> Scan | None:
    """What a callee moves all elements of, each time it takes one from the front."""
    function = context.project.function(called.path, called.qualname)
    analysis = (
        context.summaries.analysis_with(called.path, function, called.bound) if function is not None else None
    )
    for operation in analysis.operations if analysis is not None else ():
        receiver = operation.receiver
        if operation.tag == "shift" and not operation.loops and not operation.cost.is_constant:
            root = receiver.label.partition(".")[0]
            if root in called.bound and "[" not in receiver.label:
                what = f"`.{operation.name}(0)` moves every element of the {receiver.kind} `{receiver.label}`"
                return Scan(receiver.label, receiver.kind, operation.place, what, frozenset(), how="shifts")
    return None


def _going_through_itself(context: Context, called: Called) -> Loop | None:
    """The innermost loop on each of whose turns a call goes through all that the loop runs over."""
    innermost = len(called.loops) - 1
    if structure.happens_once(structure.home(context, called.place), called.loops[-1], called.place):
        innermost -= 1
    for position in range(innermost, -1, -1):
        loop = called.loops[position]
        if loop.polling or loop.chunked or loop.amortised or loop.number in called.rare or loop.exits:
            return None
        if turns_much(loop) and loop.kind != "while":
            same = any(size in loop.turns.sizes and not size.loops for size in called.cost.sizes)
            return loop if same else None
    return None


def _whole_of(context: Context, called: Called, loop: Loop) -> Scan | None:
    """What a callee goes through that the loop around the call runs over, too, by the part of its cost that says so."""
    sizes = {size.label for size in loop.turns.sizes}
    for name, value in called.bound.items():
        if loop.number in value.depends or value.born >= len(called.loops) or value.frozen:
            continue
        for position, part in enumerate(called.summary.parts):
            for size in part.cost.sizes:
                label = size.label.strip("|").removeprefix("Σ").strip("|")
                if size.key.partition(":")[0] != called.qualname or label.partition(".")[0] != name:
                    continue
                if "(" in label:
                    continue  # What two calls of the same name give need not be the same.
                shown = label.replace(name, value.label, 1) if value.label else label
                if f"|{shown}|" in sizes and not _is_drawn_from(context, called, value, label):
                    what = f"goes through `{label}`"
                    place = part_place(context, called, position)
                    return Scan(label, value.kind, place, what, frozenset(), how="whole")
    return None


DRAINED = frozenset(("iterator", "file", "iterable", "queue", "cursor"))
"""What a callee goes on with where the loop around it stands: a parser is handed its tokens."""


def _is_drawn_from(context: Context, called: Called, value: Value, label: str) -> bool:
    """True for what a callee may take the next elements of, where it stops early or at its own end."""
    if value.kind in DRAINED or INPUT in value.depends:
        return True
    if value.known or "." in label:
        return False
    function = context.project.function(called.path, called.qualname)
    analysis = (
        context.summaries.analysis_with(called.path, function, called.bound) if function is not None else None
    )
    return analysis is None or any(one.exits or one.kind == "while" for one in analysis.loops)


def _own_size(called: Called, scan: Scan) -> Iterator[str]:
    """The sizes of the callee's cost, as it names them, that are those of what is searched."""
    for size in called.summary.cost.sizes:
        owner, _, label = size.key.partition(":")
        if owner == called.qualname:
            yield label.strip("|").removeprefix("Σ").strip("|")


def _finding(context: Context, called: Called, loop: Loop, scan: Scan) -> Finding:
    root = scan.label.partition(".")[0]
    value = called.bound[root]
    shown = (value.label or root) + scan.label[len(root) :]
    grows = (
        (value.grown is not None and (value.grown, loop.number) in context.analysis.growths)
        or scan.how in ("adds", "meanwhile")
        or any(parameter == root for parameter, _ in called.summary.grows)
    )
    squared = grows or any(size in loop.turns.sizes for size in called.cost.sizes)
    message = _message(called, loop, scan, shown, grows)
    if context.language != "python":
        message = message.replace("A set, or a dict from", "A Set, or a Map from")
    # Of a callee that goes through all, other terms of its cost may be those of one of several ways to it.
    alone = scan.how == "whole" or called.cost.unknown
    turns, cost = loop.turns.formula(), f"|{shown}|" if alone else called.cost.formula()
    severe = (
        squared
        and not loop.exits
        and scan.how == "searches"
        and scan.kind != "sequence"
        and data.is_data(context, loop)
    )
    hinted = scan.how in ("whole", "beside", "meanwhile")
    severity = Severity.INFORMATION if _is_data(loop) and not hinted else Severity.HINT
    return context.finding(
        RULE.name,
        called.place,
        message,
        Severity.WARNING if severe else severity,
        Confidence.HIGH if squared and scan.how != "whole" else Confidence.MEDIUM,
        Cost(
            product(turns, turns if grows else cost),
            f"O({turns})" if grows or turns == cost else f"O({turns} + {cost})",
        ),
        [loop_related(loop), *scan.chain, Related(scan.place, scan.what)],
    )


_WHAT = {
    "searches": "searches `{shown}` from front to back.",
    "shifts": "moves every element of `{shown}`. A `collections.deque` takes from the front in constant time.",
    "whole": "goes through all of `{shown}`, which the loop goes through, too.",
    "beside": "searches all of `{shown}` for the element itself. Go through what the owner holds once, with the place of each.",
    "adds": "goes through all of `{shown}`, which it adds to. Do that once, after the loop, or keep the value with it.",
    "meanwhile": "goes through all of `{shown}`, to which the loop adds. Keep up to date what it asks for, or ask after the loop.",
    "asks": "goes through `{shown}`, which grows in this loop, until one of them answers.",
}
"""What each call does, by `Scan.how`, and what would answer without that."""


def _message(called: Called, loop: Loop, scan: Scan, shown: str, grows: bool) -> str:
    """What is told of a call: the loop around it, what each call does, and what would answer without that."""
    name = called.qualname.rpartition(".")[2]
    what = _WHAT[scan.how].format(shown=shown)
    told = f"`{name}()` is called on every turn of {the_loop(loop)}, and each call {what}"
    if scan.how == "whole" and not any(loop.number in one.depends for one in called.bound.values()):
        return told + " It is given the same on every turn."
    if scan.how != "searches":
        return told
    told += " It grows in this loop." if grows else ""
    return told + " A set, or a dict from key to element, built once, answers without searching."


def _is_data(loop: Loop) -> bool:
    """True if the loop goes through data: rows, a file, what an annotation calls a list. Hosts, options and the fields of a
    type are few."""
    over = loop.over
    return over.kind in ("queryset", "file", "rows") or ("annotated" in over.evidence and over.kind != "dict")


RULE = Rule(
    name=RULE_NAME,
    summary="A function that searches a whole collection is called for the same collection on every turn of a loop.",
    why="""\
The loop looks innocent, and so does the function it calls; together they compare |loop| times |collection| elements.
The related places show the way from the call to the search.

It is a warning where one size is squared (the loop runs over the very collection, or adds to it), information where two
sizes multiply and the loop goes through data (rows, a file, an annotated list), and a hint elsewhere. It speaks only where the callee's source is at hand, where what it searches comes from an argument
that is the same on every turn and is known to be a list or the like, and where what it looks for comes from the turn's
element. It is silent for functions that remember their answers. A method that takes the first element of a list, called until the
list is empty, moves all that is left each time: that is told too. So is a callee that goes through all of what the loop
around it runs over, whatever it does with it, or of what that loop makes longer meanwhile (`word.append(char)` beside `if
starts_new(word, char)`, `log.note(line)` beside `log.worst()`): that is a hint.

A hint are methods that search, on every call, a list or a dict that their class makes longer (`for job in self.jobs: if
job.name == name`, `[rule for rule in self.rules if rule.covers(event)]`), and functions that do so with one of their module's;
properties that make a set of all whenever they are read; methods that look through a text which another method
makes longer from its beginning (`self.end.search(self.buffer)`), that go through all of what they add to or take one thing
out of (`self.scores.append(score)` beside `self.scores.sort()`), or an object that looks for itself among what its owner holds
(`self.parent.children.index(self)`), or for those that concern it (`[c for c in self.unit.classes if self in c.bases]`), or that
make a list anew to leave one out (`self.jobs = [j for j in self.jobs if j is not job]`): who calls them for each of many does not see it. A loop that calls a method for one and the
same object, where each call goes through all of what it adds to, is information if it goes through data.
""",
    severity=Severity.WARNING,
    bad=(
        Example(
            "a helper that searches",
            """\
from dataclasses import dataclass


@dataclass
class Person:
    id: int
    parent: int


def find(people: list[Person], wanted: int) -> Person | None:
    for person in people:
        if person.id == wanted:
            return person
    return None


def parents(people: list[Person]) -> list[Person | None]:
    found = []
    for person in people:
        found.append(find(people, person.parent))  # <- here
    return found


def add_once(names: list[str], name: str) -> None:
    if name not in names:
        names.append(name)


def unique(words: list[str]) -> list[str]:
    names: list[str] = []
    for word in words:
        add_once(names, word)  # <- here
    return names


def total(amounts: list[float]) -> float:
    return sum(amounts)


def shares(amounts: list[float]) -> list[float]:
    return [amount / total(amounts) for amount in amounts]  # <- here
""",
        ),
    ),
    good=(
        Example(
            "a dict; the element's own list; one call",
            """\
def find(people: dict[int, str], wanted: int) -> str | None:
    return people.get(wanted)


def names(people: dict[int, str], wanted: list[int]) -> list[str | None]:
    return [find(people, number) for number in wanted]


def has(tags: list[str], tag: str) -> bool:
    return tag in tags


def tagged(posts, tag: str):
    return [post for post in posts if has(post.tags, tag)]


def first(tags: list[str]) -> bool:
    return has(tags, "first")


def block(lines) -> list[str]:
    found = []
    for line in lines:
        if line == "end":
            break
        found.append(line)
    return found


def blocks(lines) -> list[list[str]]:
    return [block(lines) for line in lines if line == "begin"]
""",
        ),
    ),
    check=check,
)
