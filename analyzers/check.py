"""Rules x project -> findings; and the cost of every function.

The functions here are all that the editor's side and the command line need of the engine.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import chain
from typing import TypeVar

from analyzers import causes, confidence, conventions, early, rules, suppress, templates, worth
from analyzers import facts as f
from analyzers.conventions import inherited
from analyzers.costs import ONE
from analyzers.evaluate import derivation, remembered, shapes
from analyzers.evaluate.calling.calls import RULE_OF
from analyzers.evaluate.events import Analysis
from analyzers.evaluate.summaries import NO_TEXT, Summaries
from analyzers.findings import Finding, FunctionReport, Place, Reason
from analyzers.project import lookups
from analyzers.project.index import Project
from analyzers.project.quiet import QUIET_PATHS, is_quiet, makes_up
from analyzers.rules import hidden_scan
from analyzers.rules.base import Context, Seen
from analyzers.text import Span, Text

_LOG = logging.getLogger(__name__)
_TOLD: set[tuple[str, str, int]] = set()
"""Kinds and places of the faults of this process that the log has told with all that led to them."""
_T = TypeVar("_T")

_Chosen = tuple[tuple[rules.Rule, ...], frozenset[str]]

_Said = tuple[tuple[Finding, ...], dict[object, bool]]
"""What is found, and what was asked meanwhile for having been said before, with whether it had been."""

_NOTHING: _Said = ((), {})


@dataclass(frozen=True)
class Options:
    """What to report. `select` None means every rule; `quiet_paths` are globs whose findings are hints at most."""

    select: frozenset[str] | None = None
    ignore: frozenset[str] = frozenset()
    quiet_paths: tuple[str, ...] = QUIET_PATHS

    def rules(self) -> tuple[rules.Rule, ...]:
        return self.chosen()[0]

    def chosen(self) -> _Chosen:
        """The rules, and their names."""
        return _chosen(self.select, self.ignore)


@lru_cache(16)
def _chosen(select: frozenset[str] | None, ignore: frozenset[str]) -> _Chosen:
    wanted = (r for r in rules.all_rules() if select is None or r.name in select)
    chosen = tuple(r for r in wanted if r.name not in ignore)
    return chosen, frozenset(rule.name for rule in chosen)


def prepare(project: Project) -> None:
    """Answer what is asked of the whole project once, so that processes forked afterwards need not each do it."""
    models = summaries_of(project).models
    if models.all():
        lookups.prepare(project)
        _ = project.words


def nothing_is_edited() -> None:
    """Say, in a process that only checks, that code stays what it is: checking costs a tenth less then."""
    remembered.nothing_is_edited()


def check(project: Project, path: str, text: Text, options: Options = Options()) -> tuple[Finding, ...]:
    """The findings of one file, sorted by place, suppressions applied. Nothing for a path the project does not know.

    `text` is the file's text, of which the project holds the facts.
    """
    checking = Checking(project, path, text, options)
    checking.go_on(lambda: False)
    return checking.found()


def noted(project: Project, path: str, text: Text, options: Options = Options()) -> tuple[Finding, ...]:
    """The same, and what it rests on is noted: see `resting`."""
    return project.memo.ask(_checked_file(path), lambda: check(project, path, text, options), in_cycle=())


def resting(project: Project, paths: Sequence[str]) -> dict[Hashable, int]:
    """For every leaf of the project's memo which of these files' findings (`noted`) rest on it, as bits: the first file is
    the lowest."""
    return project.memo.leaves_of([_checked_file(path) for path in paths])


def _checked_file(path: str) -> Hashable:
    return "findings of a file", path


class Checking:
    """The findings of one file, looked for function by function: other things may be asked, and change, in between. In the
    end they are what `check` says. `told` is what the same document was told by before. With `smallest_first` the functions with loops are looked at before by what they take, as
    what short ones say is known soon, and somebody waits for it. Of these only that is told which the end says, too."""

    def __init__(
        self,
        project: Project,
        path: str,
        text: Text,
        options: Options,
        *,
        told: causes.Told | None = None,
        smallest_first: bool = False,
    ) -> None:
        self._project = project
        self._path = path
        self._text = text
        self._told = told or causes.Told()
        facts = project.facts(path)
        self._quiet = is_quiet(project, path, options.quiet_paths) or (facts is not None and makes_up(facts))
        self._rules, self._names = options.chosen()
        self._left: int | None = None  # what the findings so far rest on, as it was left
        self._blocks: Iterator[int | None] = iter(())
        self._block: int | None = None
        self._functions: Iterator[f.Function] = iter(())
        self._smallest_first = smallest_first
        self._first: Iterator[f.Function] = iter(())
        self._ahead: dict[
            int, tuple[Finding, ...]
        ] = {}  # by where a function starts that was looked at first
        self._seen: set[object] = set()
        self._found: list[Finding] = []
        self._cuts: frozenset[int] = frozenset()
        self.whole = False
        self.steps: dict[str, int] = {}  # that were taken to look at a function, where it was run for that

    def go_on(self, enough: Callable[[], bool]) -> bool:
        """Look at functions until there are no more, or it is enough for now: asked after each of them. Whether the
        findings are whole."""
        project, path = self._project, self._path
        facts = project.facts(path)
        summaries = summaries_of(project)
        if self._left != project.version:
            self._begin(facts)
        summaries.text = self._text
        try:
            for function in self._first:
                asked = set[object]()
                found = self._look(summaries, function, asked)
                self._ahead[function.start] = early.of_itself(self._path, function, found, asked)
                if enough():
                    break
            else:
                self._whole(facts, summaries, enough)
        finally:
            summaries.text = NO_TEXT
        self._left = project.version
        return self.whole

    def _whole(self, facts: f.FileFacts | None, summaries: Summaries, enough: Callable[[], bool]) -> None:
        self._smallest_first = False
        at_hand, path, names = self._project.memo.at_hand, self._path, self._names
        while True:
            for function in self._functions:
                known = at_hand(("findings", path, function.qualname, function.kind, names))
                self._ahead.pop(function.start, None)
                if known is not None and not known[1]:
                    self._found += known[0]
                    continue
                self._found += self._look(summaries, function, self._seen)
                if enough():
                    return
            if not self._next_block():
                break
        self._cuts = frozenset(_cuts(facts, summaries, self._path)) if facts is not None else frozenset()
        self.whole = True

    def _next_block(self) -> bool:
        """Go on with the next block of functions of which not all that there is to say is known. After an edit that is one."""
        memo, seen = self._project.memo, self._seen
        if self._block is not None:
            memo.ask(self._known_key(self._block), partial(self._known, self._block), in_cycle=None)
        for block in self._blocks:
            known = memo.at_hand(self._known_key(block)) if block is not None and not self._ahead else None
            if known is None or any((one in seen) != said for one, said in known[1].items()):
                self._block = block
                self._functions = self._in_block(block)
                return True
            self._found += known[0]
            seen.update(known[1])
        return False

    def _known_key(self, block: int) -> Hashable:
        return "findings of a block", self._path, block, self._names, self._quiet

    def _known(self, block: int) -> _Said | None:
        """What is found in the functions of a block, as `_findings` says it of one; None where that is not known."""
        found: list[Finding] = []
        before: dict[object, bool] = {}
        for function in self._in_block(block):
            key = ("findings", self._path, function.qualname, function.kind, self._names)
            known = self._project.memo.at_hand(key)
            if known is None or any(one in before and not said for one, said in known[1].items()):
                return None
            found += known[0]
            before = {**known[1], **before}
        return tuple(found), before

    def _in_block(self, block: int | None) -> Iterator[f.Function]:
        """What is looked at by itself: of a block of written functions, and for None of what frameworks repeat."""
        project, path = self._project, self._path
        functions = _of_frameworks(project, path) if block is None else worth.in_block(project, path, block)
        return self._told_here(functions)

    def _told_here(self, functions: Iterator[f.Function]) -> Iterator[f.Function]:
        """What a base of tests does is no news in each of the hundred that are derived from it."""
        if not self._quiet:
            return functions
        return (one for one in functions if inherited.called(self._project, self._path, one) is None)

    def _look(self, summaries: Summaries, function: f.Function, seen: set[object]) -> tuple[Finding, ...]:
        before = summaries.steps
        found = _findings(summaries, self._path, function, self._rules, self._names, seen)
        if summaries.steps != before:
            self.steps[function.qualname] = summaries.steps - before
        return found

    def found(self) -> tuple[Finding, ...]:
        """The findings so far, sorted by place. That a comment suppresses nothing is known when all have been looked for."""
        facts = self._project.facts(self._path)
        if facts is None:
            return ()
        names = self._names if self.whole else frozenset[str]()
        ahead = [] if self.whole else [finding for some in self._ahead.values() for finding in some]
        found = self._told.once([*self._found, *ahead])
        kept = suppress.apply(facts, self._path, self._text, found, names, self._cuts)
        if not self.whole:
            kept = [finding for finding in kept if finding.rule != suppress.UNUSED]
        if self._quiet:
            kept = self._told.as_hints(kept)
        return tuple(sorted(kept, key=lambda finding: (finding.place.span, finding.rule)))

    def _begin(self, facts: f.FileFacts | None) -> None:
        self.whole = False
        self._found, self._seen = [], set()
        # The functions that may have something to report: those in which something repeats, and what frameworks repeat.
        self._functions, self._block, self._blocks = iter(()), None, iter(())
        if facts is not None and worth.is_known(self._project, self._path):
            self._blocks = chain(worth.blocks(facts), (None,))
        elif facts is not None:
            self._functions = self._told_here(worth.written(self._project, facts, self._path))
            self._blocks = iter((None,))
        self._ahead = {}
        first = early.order(facts, self._text) if self._smallest_first and facts is not None else iter(())
        self._first = first


def _findings(
    summaries: Summaries,
    path: str,
    function: f.Function,
    chosen: tuple[rules.Rule, ...],
    names: frozenset[str],
    seen: set[object],
) -> tuple[Finding, ...]:
    """What the rules of those names find in one function. Asked again only when something they looked at has changed."""

    def look(said: set[object]) -> _Said:
        # Rules look at the function itself, which may be another one though its analysis says the same.
        summaries.project.read(path, "function", function.qualname)
        analysis = _analysed(summaries, path, function)
        noted = Seen(said)
        found: list[Finding] = []
        for part in (analysis, *analysis.nested) if analysis is not None else ():
            context = Context(summaries.project, summaries, path, summaries.text, function, part, noted)
            for rule in chosen:
                found += _tried(f"rule {rule.name}", path, partial(_checked, rule, context)) or ()
        return tuple(found), noted.asked

    key = ("findings", path, function.qualname, function.kind, names)
    found, asked = summaries.project.memo.ask(key, lambda: look(set(seen)), in_cycle=_NOTHING)
    if asked:
        if any((one in seen) != said for one, said in asked.items()):
            found, asked = look(seen)  # other functions have said other things meanwhile
        seen.update(asked)
    return found


def _tried(what: str, path: str, make: Callable[[], _T]) -> _T | None:
    """An answer, or None where making it failed: that names itself in the log, and everything else goes on."""
    try:
        return make()
    except Exception as error:
        *_, (frame, line) = traceback.walk_tb(error.__traceback__)
        fault = (type(error).__name__, frame.f_code.co_filename, line)
        # One fault in the model may be met in each of ten thousand functions: how it came about is told once.
        _LOG.error("%s failed on %s: %s", what, path, error, exc_info=None if fault in _TOLD else error)
        _TOLD.add(fault)
        return None


def _checked(rule: rules.Rule, context: Context) -> list[Finding]:
    return list(rule.check(context))


def _analysed(summaries: Summaries, path: str, function: f.Function) -> Analysis | None:
    what = f"the analysis of {function.qualname}"
    return _tried(what, path, lambda: summaries.analysis(path, function.qualname))


def _cuts(facts: f.FileFacts, summaries: Summaries, path: str) -> Iterator[int]:
    """The comments on a `def` that keep queries of that function, or what it may go through, from its callers."""
    for comment in facts.suppressions:
        for function in facts.functions:
            inside = function.start + function.name_to <= comment.at < function.start + function.body_at
            analysis = _analysed(summaries, path, function) if inside else None
            kinds = (
                {RULE_OF.get(query.kind, "") for query in analysis.queries} if analysis is not None else set()
            )
            if (
                analysis is not None
                and comment.rules
                and (analysis.operations or analysis.loops or analysis.calls)
            ):
                kinds.add(hidden_scan.RULE.name)
            if kinds - {""} if not comment.rules else kinds & set(comment.rules):
                yield comment.at


def _of_frameworks(project: Project, path: str) -> Iterator[f.Function]:
    for qualname in _tried("what frameworks do", path, lambda: conventions.roots(project, path)) or ():
        made = conventions.function(project, path, qualname)
        if made is not None:
            yield made


def summaries_of(project: Project) -> Summaries:
    """The one set of summaries that belongs to a project."""
    known: Summaries | None = project.memo.known(_SUMMARIES)
    return known or project.memo.ask(_SUMMARIES, lambda: Summaries(project), in_cycle=Summaries(project))


_SUMMARIES = ("summaries",)


# ------------------------------------------------------------------------------------------------ complexity


def complexity(project: Project, path: str) -> tuple[FunctionReport, ...]:
    """The cost of every function of a file, in source order, its top level (`<module>`) first."""
    facts = project.facts(path)
    if facts is None:
        return ()
    summaries = summaries_of(project)
    out: list[FunctionReport] = []
    for function in facts.functions:
        if function.kind in ("lambda", templates.KIND):
            continue
        analysis = _analysed(summaries, path, function)
        if analysis is not None:
            out.append(_report(path, function, analysis))
    return tuple(out)


def report(project: Project, path: str, qualname: str) -> FunctionReport | None:
    """The cost of one function."""
    function = project.function(path, qualname)
    analysis = _analysed(summaries_of(project), path, function) if function is not None else None
    return _report(path, function, analysis) if function is not None and analysis is not None else None


def _report(path: str, function: f.Function, analysis: Analysis) -> FunctionReport:
    summary = analysis.summary
    cost = summary.cost
    start = function.start
    return FunctionReport(
        qualname=function.qualname,
        place=Place(path, Span(start, function.end)),
        name=Span(start + function.name_at, start + function.name_to),
        time=str(cost),
        time_class=cost.time_class,
        space=str(summary.space),
        sizes={size.label: size.meaning for size in (*cost.sizes, *summary.space.sizes)},
        confidence=confidence.of(function, analysis),
        why=_why(analysis),
        queries=_queries(analysis),
    )


def _why(analysis: Analysis) -> tuple[Reason, ...]:
    """The contributions that make up the leading terms, largest first, each place once."""
    cost = analysis.summary.cost
    parts = sorted(analysis.summary.parts, key=lambda p: p.cost.leading.weight, reverse=True)
    leading = [p for p in parts if p.cost.unknown or p.cost.degree >= cost.degree - 0.5 or len(parts) <= 4]
    seen: set[Place] = set()
    out: list[Reason] = []
    for part in leading:
        if part.place not in seen:
            seen.add(part.place)
            out.append(Reason(part.place, derivation.told(part)))
    return tuple(out[:8])


def _queries(analysis: Analysis) -> str:
    """How many queries one call sends, as a printed formula."""
    total = None
    for query in analysis.queries:
        if query.kind not in ("read", "write", "lazy") or (query.kind == "lazy" and not query.sure):
            continue
        count = ONE
        for loop in reversed(query.loops):
            if loop.number in query.depends and not query.batch:
                count = count.summed(loop.number, loop.turns)
        total = count if total is None else total + count
    return total.formula() if total is not None else ""


# --------------------------------------------------------------------------------------------------- context


@dataclass(frozen=True, slots=True)
class RewriteContext:
    """What is worth sending along with a function: (path, span, label) of its callees and of the models it touches."""

    callees: tuple[tuple[str, Span, str], ...] = ()
    models: tuple[tuple[str, Span, str], ...] = ()


def context(project: Project, path: str, qualname: str) -> RewriteContext:
    """The project's functions that a function calls directly, and the classes and models it names."""
    from analyzers.project import names
    from analyzers.project.models import Models

    function = project.function(path, qualname)
    if function is None:
        return RewriteContext()
    models = Models(project)
    callees: dict[tuple[str, str], Span] = {}
    classes: dict[tuple[str, str], Span] = {}
    for node in shapes.nodes(function.body):
        chain = shapes.dotted(node) if isinstance(node, (f.Name, f.Attr)) else ""
        found = names.resolve(project, path, chain, qualname) if chain else None
        if found is None:
            continue
        target = found[0]
        if target.kind == "function" and (target.path, target.qualname) != (path, qualname):
            callee = project.function(target.path, target.qualname)
            if callee is not None:
                callees[target.path, target.qualname] = Span(callee.start, callee.end)
        elif target.kind == "class":
            cls = project.class_(target.path, target.qualname)
            if cls is not None and models.orm_of(target.path, target.qualname):
                classes[target.path, target.qualname] = Span(cls.start, cls.end)
    return RewriteContext(
        tuple((p, span, name) for (p, name), span in callees.items()),
        tuple((p, span, name) for (p, name), span in classes.items()),
    )
