"""What a rule is, and what it is given to look at."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import TypeVar

from analyzers import conventions, costs
from analyzers import facts as f
from analyzers.conventions import inherited, units
from analyzers.evaluate.events import Analysis, Called, Loop, Queried
from analyzers.evaluate.summaries import Summaries
from analyzers.evaluate.turns.whiles.answer import NO_NAME, NO_TEST
from analyzers.findings import Confidence, Cost, Finding, Fix, Place, Related, Severity
from analyzers.project.function_lines import lines_of
from analyzers.project.index import Project
from analyzers.templates import TEMPLATE
from analyzers.text import Text

_T = TypeVar("_T")

MARK = "# <- here"
"""Ends the lines of a bad example on which the rule must report (`// <- here` in JavaScript)."""


@dataclass(frozen=True, slots=True)
class Example:
    """A small file. In a bad one the marked lines are found; in a good one nothing is."""

    title: str
    code: str
    language: str = "python"


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that can be seen in code.

    `summary` is one sentence; `why` says in Markdown what it costs and when it does not matter. `check` is asked once
    for every function. The examples are its documentation, its tests, and, if what it finds grows, what a rewrite request
    shows: one that lowers no growth is not asked for.
    """

    name: str
    summary: str
    why: str
    severity: Severity
    bad: tuple[Example, ...]
    good: tuple[Example, ...]
    check: Callable[[Context], Iterable[Finding]]
    fix: str = ""
    grows: bool = True

    @property
    def href(self) -> str:
        return f"https://github.com/bigo-lsp/bigo/blob/main/docs/rules/{self.name}.md"


LONGEST_SHOWN = 60
"""Characters of the source that a message quotes."""

MAX_NAMED = 5
"""Relations that a message names beside the first."""

MAX_CALLEES = 3
"""Callees that ask the database, and other queries, that a message names beside the first."""

LONGEST_TWICE = 16
"""Characters of what a loop goes over, where a message names more than a name a second time, to say how many turns it has."""


_COMMENT = re.compile(r"""(?<!\S)#(?=\s)[^"']*$""")
"""A comment at the end of a line that a message quotes."""


class Seen:
    """What was said before, and what of it was asked for."""

    def __init__(self, before: set[object] | None = None) -> None:
        self._before = before if before is not None else set()
        self._said: set[object] = set()
        self.asked: dict[object, bool] = {}  # whether it was said before

    def first(self, key: object) -> bool:
        """True the first time it is asked with that key."""
        before = self.asked.setdefault(key, key in self._before)
        if before or key in self._said:
            return False
        self._said.add(key)
        return True


@dataclass(slots=True)
class Context:
    """One function of one file, with what its run wrote down."""

    project: Project
    summaries: Summaries
    path: str
    whole: Text
    function: f.Function
    analysis: Analysis
    seen: Seen = field(default_factory=Seen)
    language: str = field(init=False)
    is_whole: bool = field(init=False)
    """True where the run at hand is the function's own, false for that of one defined in it: what is asked of the
    function's text is asked once."""

    def __post_init__(self) -> None:
        self.language = self.summaries.language_of(self.path)
        self.is_whole = self.analysis.qualname == self.function.qualname

    @property
    def text(self) -> Text:
        """The file's text, for what stands in the lines of the function: what is concluded from it is concluded anew when
        those change. For what stands elsewhere ask with `of_file`."""
        written = self.project.header(self.path, self.function.qualname) is self.function
        if not written or self.function.kind == "module":
            self.project.read(self.path)
        else:
            summaries, path, qualname = self.summaries, self.path, self.function.qualname
            key = ("lines of", path, qualname)
            self.project.memo.ask(key, lambda: _lines(summaries, path, qualname), in_cycle=_NO_LINES)
        return self.whole

    def of_file(self, key: tuple[Hashable, ...], question: Callable[[Context], _T], in_cycle: _T) -> _T:
        """The answer to a question about the function that looks through the whole file. It is asked again when anything
        in the file changes; what is concluded from it is concluded anew when the answer is another. The question may not
        look at the analysis."""

        def ask() -> _T:
            function = self.summaries.function(self.path, self.function.qualname) or self.function
            return question(replace(self, whole=self.summaries.text, function=function))

        return self.project.memo.ask((*key, self.path, self.function.qualname), ask, in_cycle)

    def once(self, *key: object) -> bool:
        """True the first time it is asked with that key."""
        return self.seen.first(key)

    def finding(
        self,
        rule: str,
        place: Place,
        message: str,
        severity: Severity,
        confidence: Confidence,
        cost: Cost,
        related: Iterable[Related] = (),
        fixes: Iterable[Fix] = (),
        tags: tuple[str, ...] = (),
        cause: Place | None = None,
    ) -> Finding:
        return Finding(
            rule,
            place,
            message,
            severity,
            confidence,
            cost,
            self._holder(place),
            tuple(related),
            tags,
            tuple(fixes),
            cause,
        )

    def _holder(self, place: Place) -> str:
        """The function that holds a place: the one at hand, or the written one inside what a framework does."""
        if units.split(self.function.qualname) is None:
            return self.function.qualname
        facts = self.project.facts(self.path)
        around = (
            [g for g in facts.functions if g.start <= place.span.start < g.end] if facts is not None else []
        )
        return min(around, key=lambda g: g.end - g.start).qualname if around else "<module>"

    def source(self, place: Place) -> str:
        """The text of a place in this file."""
        return self.text.slice(place.span)

    def shown(self, place: Place) -> str:
        """The text of a place in this file as messages quote it: on one line, and cut where it gets long."""
        lines = (_COMMENT.sub("", line) for line in self.source(place).splitlines())
        text = " ".join(" ".join(lines).split()).replace("( ", "(").replace("[ ", "[").replace("{ ", "{")
        return text if len(text) <= LONGEST_SHOWN else f"{text[: LONGEST_SHOWN - 1].rstrip()}…"

    def indent(self, place: Place) -> str:
        return self.text.indent_of(self.text.line_of(place.span.start))

    def inside(self, place: Place) -> bool:
        """True if a place lies in this function."""
        return place.path == self.path and self.function.start <= place.span.start < max(self.function.end, 1)


_NO_LINES = (b"", "")


def _lines(summaries: Summaries, path: str, qualname: str) -> tuple[bytes, str]:
    """The lines that a function stands in, and how lines end in the file."""
    function = summaries.project.function_with_lines(path, qualname)
    if function is None:
        return _NO_LINES
    return lines_of(summaries.text.source, function), summaries.text.newline


def turns_much(loop: Loop) -> bool:
    """True if a loop's turns grow with the input, and not as its logarithm alone: thirty turns repeat nothing much."""
    return loop.grows and loop.turns.degree >= 0.5


def loop_related(loop: Loop) -> Related:
    turns = "a constant number of" if loop.turns.is_constant else loop.turns.formula()
    how = {
        "comprehension": "a comprehension over",
        "callback": "called for each of",
        "convention": "its framework goes through",
    }.get(loop.kind, "a loop over")
    if of_framework(loop) and loop.function.startswith(TEMPLATE):
        how = "the template goes through"
    told = f"a loop {_until(loop)}".rstrip() if loop.kind == "while" else f"{how} `{_gone_through(loop)}`"
    whole = turns.removesuffix(" steps")
    return Related(
        loop.place, f"{told}: {turns} turns" if whole == turns else f"{told}: |{whole}| turns in all"
    )


def the_loop(loop: Loop) -> str:
    """What messages call a loop that somebody wrote: "the loop over `books`", "the loop while `low < high`"."""
    return f"the loop {_until(loop)}".rstrip() if loop.kind == "while" else f"the loop over `{loop.label}`"


def _until(loop: Loop) -> str:
    """The test of a `while`, or what comes nearer to the end on each of its turns."""
    if loop.test:
        return f"while `{loop.test}`"
    moves = loop.label.strip("|")
    return "" if moves in (NO_NAME, NO_TEST) else f"over `{moves}`"


def repeats(query: Queried) -> Loop | None:
    """The innermost growing loop whose element the query depends on, if it is sent once for every turn of it."""
    if query.batch or query.inner or query.memoised:
        return None
    for loop in reversed(query.loops):
        if loop.polling:
            return None  # Paging, waiting or trying again: the repetition is the point.
        if loop.number in query.batched:
            return None  # What one turn holds is asked for at once.
        if loop.number in query.depends or _on_every_turn(query):
            # A write in the body happens on every turn, whatever it writes.
            if loop.turns.is_constant:
                continue  # A few kinds of each element: the loop around it decides.
            return loop if loop.grows and not loop.chunked else None
    return None


def of_framework(loop: Loop) -> bool:
    """True for a loop that nobody wrote: a framework goes through the rows."""
    return loop.kind == "convention"


def _gone_through(loop: Loop) -> str:
    """What a loop goes through, as it is written; by what its size is called where only a unit of ours has a name for it."""
    label = loop.label.removeprefix(f"{conventions.ROW}.")
    return loop.turns.formula().strip("|") if units.is_inner(label) else label


def on_each(loop: Loop) -> str:
    """`on every turn of the loop over ...`, or what a framework does instead."""
    if of_framework(loop):
        return f"for every row of `{_gone_through(loop)}`"
    return f"on every turn of {the_loop(loop)}"


def sendings(loop: Loop, query: Queried) -> costs.Cost:
    """How often a query is sent in one visit of a loop: on each turn of the growing loops inside of it, too."""
    sent, is_inside = loop.turns, False
    for inner in query.loops:
        if is_inside and inner.grows and not inner.chunked and not inner.amortised:
            sent *= inner.turns
        is_inside = is_inside or inner is loop
    return sent


def counted(loop: Loop, unit: str, sent: costs.Cost | None = None) -> str:
    """`: |rows| queries`, behind what names the loop; "" where that would say the same long words twice."""
    turns = (sent or loop.turns).formula()
    is_long = len(loop.label) > LONGEST_TWICE and not loop.label.isidentifier() and turns == f"|{loop.label}|"
    return "" if is_long else f": {turns} {unit}"


def told(query: Queried, loop: Loop | None = None) -> str:
    """The label of a query; of a relation that a framework reads the way to it, as nobody wrote the row's name."""
    nameless = (loop is not None and of_framework(loop)) or units.is_inner(query.label.partition(".")[0])
    if nameless and query.kind == "lazy" and query.relation:
        return query.relation.replace("__", ".")
    return query.label.removeprefix(f"{conventions.ROW}.")


def _on_every_turn(query: Queried) -> bool:
    """True for what is sent on every turn whatever its arguments: a write in the body, a commit also a call or two
    away."""
    return (query.kind == "write" and not query.chain) or (query.kind == "commit" and len(query.chain) < 3)


def call_place(query: Queried) -> Place:
    """Where the function at hand sets the query off: the call that leads to it, or the query itself."""
    return query.chain[0].place if query.chain else query.place


def deepest(context: Context, query: Queried) -> Place:
    """Where a class sets off what a framework repeats: the last step of the way to the query that stands in it."""
    inside = [p for p in (*(step.place for step in query.chain), query.place) if context.inside(p)]
    return inside[-1] if inside else call_place(query)


def cause_of(context: Context, loop: Loop) -> Place | None:
    """The loop that a function has rows for and that stands elsewhere: others may have rows for it, too."""
    return None if context.inside(loop.place) else loop.place


def place_of(context: Context, loop: Loop, query: Queried) -> Place:
    """Where a query is reported: where it is set off, or where the rows come from of which a framework asks it."""
    origin = query.origin
    if not of_framework(loop) and context.function.kind != units.KIND:
        return call_place(query)
    written = origin is not None and context.inside(origin.place) and not origin.split
    return origin.place if origin is not None and written else deepest(context, query)


def part_place(context: Context, called: Called, position: int) -> Place:
    """Where that part of a called function's cost stands. It is asked for where it is named: a summary that is told to a caller
    leaves it out. Where it is not remembered any more it is the call's."""
    return context.summaries.place_of(called.summary, position) or called.place


def is_inherited(context: Context) -> bool:
    """True for a method of a base that is run as a class derived from it has it."""
    return inherited.called(context.project, context.path, context.function) is not None


def is_of_heir_alone(context: Context, loop: Loop, query: Queried) -> bool:
    """True for what a method sends that a class inherits, if neither it nor the function with the loop sends that by
    itself: the class at hand names the rows."""
    called = inherited.called(context.project, context.path, context.function)
    if called is None:
        return False
    alone = [context.summaries.analysis(*one) for one in {called, (loop.place.path, loop.function)}]
    return all(
        one is not None
        and not any(q.place == query.place and q.relation == query.relation for q in one.queries)
        for one in alone
    )


def asks_by_itself(context: Context, loop: Loop, query: Queried) -> bool:
    """True if the function that holds a loop is known to ask by the same call, whichever class it is asked of: it tells of that."""
    alone = context.summaries.analysis(loop.place.path, loop.function)
    steps = {step.place for step in query.chain}
    return alone is not None and any(bool(q.loops) and call_place(q) in steps for q in alone.queries)


def through(query: Queried) -> str:
    """` (through `name`)` for a query that a callee sends; of one below a template also the last step to it."""
    found = callees(query)
    return f" (through {', '.join(found)})" if found else ""


def callees(query: Queried) -> list[str]:
    """What is called for a query, as messages name it: the first step, and of what a template shows also the last."""
    if not query.chain:
        return []
    shown = query.chain[0].message.startswith("shows ")
    steps = (query.chain[0], query.chain[-1]) if shown and len(query.chain) > 1 else query.chain[:1]
    return [
        re.sub(r"#\d+|[\w$.]+\.<locals>\.|^(calls|shows|sends \w+ to) ", "", step.message) for step in steps
    ]


def product(turns: str, size: str) -> str:
    """O(turns·size), O(n²) for equal ones."""
    return f"O({turns}²)" if turns == size else f"O({turns}·{size})"


def others_related(first: Place, queries: Iterable[Queried], words: str) -> list[Related]:
    """The other places with the same cause, each once."""
    places = dict.fromkeys(call_place(q) for q in queries)
    return [Related(place, words) for place in places if place != first]


def signal_of(query: Queried) -> str:
    """`sends post_save to `log`` for a query of a function that listens to a row being written; "" for any other."""
    first = query.chain[0].message if query.chain else ""
    return first if first.startswith("sends ") else ""


def chain_related(query: Queried) -> Iterator[Related]:
    """The calls after the first, and the query at their end; of a relation the place that reads it."""
    yield from query.chain[1:]
    if query.chain:
        yield Related(query.place, f"`{told(query)}` is {'read' if query.kind == 'lazy' else 'sent'} here")
