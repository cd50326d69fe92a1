"""Per function: its cost in its parameters' sizes, its effects, what it returns. Computed when asked, remembered.

A summary is made for what the arguments are (a list, a row of `Book` loaded with its author), not for who calls, so
callers with like arguments share it. A call that leads back to a function still being run gets no summary: that is
recursion, which `recursion/` solves once the outer run is done.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from functools import partial

from msgspec.structs import replace

from analyzers import conventions, templates
from analyzers import facts as f
from analyzers.conventions import pages, serializers
from analyzers.costs import UNKNOWN
from analyzers.evaluate import (
    class_values,
    evidence,
    given,
    lengthening,
    origins,
    resuming,
    scripts,
    statements,
)
from analyzers.evaluate.calling import memos
from analyzers.evaluate.events import Analysis, Summary
from analyzers.evaluate.formal import formal, signatures, unknown_formal
from analyzers.evaluate.hubs import HUB_DEPTH, Hubs, Identity, Tangled
from analyzers.evaluate.provisional import MAX_DEPTH, Provisional, TooDeep
from analyzers.evaluate.queries import holding, objects
from analyzers.evaluate.recursion import descents, solve
from analyzers.evaluate.recursion.recording import Recursing
from analyzers.evaluate.run import OverBudget, Run
from analyzers.evaluate.turns import by_hand, loops
from analyzers.project import names, signals
from analyzers.project.index import Project
from analyzers.project.models import Models
from analyzers.room import with_room
from analyzers.text import Span, Text
from analyzers.types import UNKNOWN_VALUE, Value, joined, trimmed

MAX_NESTING = 20
"""Functions defined inside functions that are run where they stand; what lies deeper is not looked at."""


NO_TEXT = Text(b"")

_AS_GIVEN = Value(label="as given")
"""Stands for an argument of which nothing is known but itself."""


class Summaries:
    """The summaries of one project."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.models = Models(project)
        self.text = NO_TEXT  # of the file that is being checked
        self.runs = 0
        self.steps = 0  # of these runs
        self.begun = 0  # files
        self.active: dict[tuple[str, str], int] = {}
        self.hubs = Hubs()
        self.resuming = resuming.Resuming(project.memo)
        self._grade: int | None = None  # calls that are still followed, in what a hub does
        self._asked: dict[tuple[str, str], Hashable] = {}  # the question for which a function is being run
        self._provisional = Provisional(project.memo)
        self._wanted: Hashable = None  # the answer that is asked for because its value is needed
        self._top: Hashable = None  # the question that is being answered

    def language_of(self, path: str) -> str:
        return self.project.language(path)

    def function(self, path: str, qualname: str) -> f.Function | None:
        """A function as it is written, or as a framework's convention makes it of a class.

        For those who look at its header; running it says itself that it reads the body.
        """
        found = self.project.header(path, qualname)
        if found is not None and found.kind == templates.KIND:
            return pages.function(self.project, path, found)
        return found if found is not None else conventions.function(self.project, path, qualname)

    def _nested(self, path: str, qualname: str) -> list[f.Function]:
        """The functions and lambdas defined directly inside a function, in source order."""
        return self.project.nested(path, qualname)

    def silenced(self, path: str, function: f.Function) -> tuple[str, ...] | None:
        """The rules that a comment on the function's own header ignores, () for all; None without such a comment."""
        comments = self.project.suppressions(path)
        if comments:
            self.project.read(path, "function", function.qualname)
        header = Span(function.start + function.name_to, function.start + function.body_at)
        for comment in comments:
            if header.start <= comment.at < header.end:
                return comment.rules
        return None

    # ------------------------------------------------------------------------------------------- questions

    def begin_file(self) -> None:
        """What is said of a file is the same whatever was asked before: no hubs are known when it begins."""
        self.begun += 1
        marked = self.hubs.forget()
        if marked:
            self._provisional.clear()
        for identity in marked:
            self.project.memo.drop(("hub", identity))

    def analysis(self, path: str, qualname: str) -> Analysis | None:
        """The function run on what its own annotations and defaults say. None if there is no such function."""
        function = self.function(path, qualname)
        if function is None:
            return None
        return self._question(path, function, self.formals(path, function, {}), 0)

    def _question(
        self, path: str, function: f.Function, formals: dict[str, Value], depth: int
    ) -> Analysis | None:
        """Answer what is asked from outside; where too many functions lead back to each other, hubs are cut first."""
        if self.active:
            return self._ask(path, function, formals, depth)

        def answer() -> Analysis | None:
            self.hubs.begin()
            pending = [(path, function, formals, depth)]
            while True:
                self._provisional.begin()
                self.hubs.enter()
                asked = pending[-1]
                try:
                    found = self._ask(*asked)
                except Tangled:
                    self._mark(self.hubs.choose())
                except TooDeep as deep:
                    if any(deep.identity == (one[0], one[1].qualname) for one in pending):
                        self._mark(deep.identity)
                    else:
                        pending.append((*deep.asked, 1))
                else:
                    pending.pop()
                    if not pending:
                        return found
                    if self.project.memo.came_back_to is not None:
                        self._mark((asked[0], asked[1].qualname))

        # Asked from outside, it is true for where it is asked, whatever cycles of calls it leads into.
        key: Hashable = ("question", path, function.qualname, signatures(formals), depth)
        return self.project.memo.ask(key, partial(with_room, answer), in_cycle=None)

    def of(self, path: str, function: f.Function, bound: Mapping[str, Value], caller: Run) -> Summary | None:
        """The summary for these arguments; None if the function is being run already."""
        if self._grade is not None:
            return self._graded(path, function, bound, self._grade - 1)
        identity = (path, function.qualname)
        self.project.memo.read(("hub", identity))
        if identity in self.active:
            self.hubs.came_back(identity)
            if identity in self._asked:
                self.project.memo.came_back(self._asked[identity])
            return None
        if identity in self.hubs.marked:
            return self._graded(path, function, bound, HUB_DEPTH)
        if self.hubs.exhausted:
            return Summary(complete=False)
        formals, hidden = origins.apart(
            self.formals(path, function, bound), by_path=self.language_of(path) == "python"
        )
        found = self._ask(path, function, formals, caller.depth + 1)
        if found is None or hidden is None:
            return found.summary if found is not None else None
        return hidden.shown(found.summary)

    def _mark(self, identity: Identity) -> None:
        if identity not in self.hubs.marked:
            self.hubs.marked.add(identity)
            self._provisional.clear()
            self.project.memo.drop(("hub", identity))

    def analysis_with(self, path: str, function: f.Function, bound: Mapping[str, Value]) -> Analysis | None:
        """The function run on given arguments, as a caller's run met it; None while it is being run."""
        if self.active:
            return None
        return self._question(path, function, self.formals(path, function, bound), 1)

    def _ask(self, path: str, function: f.Function, formals: dict[str, Value], depth: int) -> Analysis | None:
        """The analysis for these formals, remembered by the project.

        The members of a cycle of calls are true only for where the cycle was entered, so the project does not
        remember them. They are kept until that function is left: without that, a large group of functions that call
        each other would be run anew along every path through it.
        """
        # What is remembered may be settled again by whoever rests on it, without a question from outside.
        self._provisional.at(self.project.version)
        qualname = function.qualname
        signature = signatures(formals)
        # Only a question of its own runs the functions that are defined inside and called elsewhere.
        if depth == 0:
            self._top = (path, qualname, signature)
        whole = self._top == (path, qualname, signature) and bool(self._nested(path, qualname))
        key: Hashable = ("summary", path, qualname, signature, whole)
        memo = self.project.memo
        kept = self._provisional.get(key, self.active)
        if kept is not None:
            memo.uses(key)
            self.hubs.rests_on(self._provisional.entered_by(key))
            return kept
        if depth > MAX_DEPTH and not memo.knows(key):
            raise TooDeep(path, function, formals)

        def run() -> Analysis | None:
            if self._wanted is not key:
                return self._by_itself(run, key)
            self._wanted = None
            self._asked[path, qualname] = key
            # Whoever asks: what is remembered as whole holds what is said of the functions inside.
            return self._run(path, qualname, formals, 0 if whole else max(depth, 1), key)

        around, counted = self._provisional.enter(), self.hubs.enter()
        self._wanted = key
        found = memo.ask(key, run, in_cycle=None)
        self.hubs.leave(counted, self._provisional.leave(around, key, (path, qualname), found))
        return found

    def _by_itself(self, run: Callable[[], Analysis | None], key: Hashable) -> Analysis | None:
        """Run a function to see whether what is remembered of it is right: as if nothing else was being run."""
        around = (self.active, self._asked, self._provisional, self.hubs.counted)
        self.active, self._asked, self._provisional = {}, {}, Provisional(self.project.memo)
        self.hubs.enter()
        self._wanted = key
        try:
            return run()
        finally:
            self.active, self._asked, self._provisional, self.hubs.counted = around

    @property
    def graded(self) -> bool:
        """Whether what a hub does is followed so many calls deep."""
        return self._grade is not None

    def _graded(self, path: str, function: f.Function, bound: Mapping[str, Value], grade: int) -> Summary:
        """What a function does as far as so many calls deep: each answer rests on ones of a lower grade alone."""
        if grade < 0:
            return Summary(complete=False)
        formals = self.formals(path, function, bound)
        signature = signatures(formals)

        def run() -> Analysis | None:
            around = (self._grade, self.active)
            self._grade, self.active = grade, {}
            try:
                return self._run(path, function.qualname, formals, 1)
            finally:
                self._grade, self.active = around

        key: Hashable = ("graded", path, function.qualname, signature, grade)
        found = self.project.memo.ask(key, run, in_cycle=None)
        return found.summary if found is not None else Summary(complete=False)

    # ------------------------------------------------------------------------------------------------ runs

    def formals(self, path: str, function: f.Function, bound: Mapping[str, Value]) -> dict[str, Value]:
        """What the parameters hold: what is known of the arguments, else what annotations and defaults say."""
        language = self.language_of(path)
        out: dict[str, Value] = {}
        supposed: tuple[Value | None, ...] | None = None
        for position, param in enumerate(function.params):
            name = param.name
            if not name:
                continue
            value = bound.get(name, UNKNOWN_VALUE)
            if value.kind != "unknown":
                out[name] = formal(value, name, function.qualname)
                continue
            if supposed is None:
                supposed = self._supposed(path, function)
            known = supposed[position]
            if known is not None:
                out[name] = known
            elif value is UNKNOWN_VALUE:
                out[name] = unknown_formal(name, function.qualname)
            else:
                out[name] = formal(value, name, function.qualname)
        for name in bound.keys() - out.keys() - {"this"}:
            out[name] = scripts.formal(bound[name], formal(bound[name], name))
        if language != "python" and function.owner:
            this = bound.get("this", evidence.instance_of(self.project, path, function.owner))
            out["this"] = formal(this, "this", function.qualname)
        return out

    def _supposed(self, path: str, function: f.Function) -> tuple[Value | None, ...]:
        """What each parameter holds where nothing is known of its argument, by what is written; None for what it is given."""

        def suppose() -> tuple[Value | None, ...]:
            now = self.function(path, function.qualname)
            return self._supposed_of_all(path, now) if now is not None else ()

        if self.function(path, function.qualname) is not function:
            return self._supposed_of_all(path, function)  # As it was made elsewhere, or before an edit.
        return self.project.memo.ask(("supposed", path, function.qualname), suppose, in_cycle=())

    def _supposed_of_all(self, path: str, function: f.Function) -> tuple[Value | None, ...]:
        return tuple(
            self._supposed_of(path, function, position, param)
            for position, param in enumerate(function.params)
        )

    def _supposed_of(self, path: str, function: f.Function, position: int, param: f.Param) -> Value | None:
        language = self.language_of(path)
        value = _AS_GIVEN
        if isinstance(param.default, f.Name):
            value = self._default(path, param.default)  # Known better than by what it may be, as annotated.
        if not value.known and param.annotation is not None:
            value = evidence.declared(
                self.project, path, function.parent or function.owner, language, param.annotation
            )
            if param.kind == "star":
                value = Value("tuple", of=value)
            elif param.kind == "double_star":
                value = Value("dict", values=value)
        if not value.known and position == 0 and function.owner and param.name in ("self", "cls"):
            value = self._receiver(path, function, param.name)
        if not value.known and position == 1 and function.owner and language == "python":
            shown = serializers.row_of(self.project, path, function)
            value = evidence.instance_of(self.project, *shown) if shown is not None else value
        if not value.known and param.name == "instance" and language == "python":
            sender = signals.sender_of(self.project, (path, function.qualname))
            value = evidence.instance_of(self.project, *sender) if sender is not None else value
        if not value.known and param.default is not None:
            value = self._default(path, param.default)
        if not value.known and param.default is not None and language == "python":
            value = self._made_where_none_is_given(path, function, param) or value
        if value is _AS_GIVEN and language == "python" and param.kind == "positional":
            handed = given.client(self.project, path, function, param.name)
            value = handed if handed.known else value
        if value is UNKNOWN_VALUE:
            return unknown_formal(param.name, function.qualname)
        return formal(value, param.name, function.qualname) if value is not _AS_GIVEN else None

    def _made_where_none_is_given(self, path: str, function: f.Function, param: f.Param) -> Value | None:
        """What the function starts with where an argument is left out: that stands in its body."""
        if not isinstance(param.default, f.Const) or param.default.kind != "none":
            return None
        whole = self.project.function(path, function.qualname) or function
        return lengthening.made_where_none_is_given(whole.body, param.name)

    def _receiver(self, path: str, function: f.Function, name: str) -> Value:
        if name == "cls":
            return class_values.class_itself(self.project, path, function.owner)
        return evidence.instance_of(self.project, path, function.owner)

    def _default(self, path: str, node: f.Expr) -> Value:
        if isinstance(node, f.Const) and node.kind in ("int", "float", "str", "bool"):
            return Value(node.kind)
        if isinstance(node, f.Collection):
            return Value(node.kind)
        if isinstance(node, f.Call):
            return given.injected(self.project, path, node)
        if isinstance(node, f.Name):
            # What it does unless told otherwise: `def index(books, progress=identity)`.
            found = names.resolve(self.project, path, node.id)
            if found is not None and found[0].kind == "function" and not found[1]:
                return Value("function", ref=(found[0].path, found[0].qualname), label=node.id)
        return UNKNOWN_VALUE

    def _run(
        self, path: str, qualname: str, formals: dict[str, Value], depth: int, key: Hashable = None
    ) -> Analysis | None:
        function = self.function(path, qualname)
        self.project.read(path, "function", qualname)
        if function is None:
            return None
        identity = (path, qualname)
        self.active[identity] = self.active.get(identity, 0) + 1
        self.runs += 1
        run = Run(
            self, path, function, self.language_of(path), dict(formals), Analysis(qualname, path), depth,
            shared=set(formals) - {p.name for p in function.params} - {"this"},
            recursion=Recursing(path, function), formals=formals,
        )  # fmt: skip
        try:
            self._execute(run, key)
        finally:
            self.steps += run.steps
            self.active[identity] -= 1
            if not self.active[identity]:
                del self.active[identity]
        return run.analysis

    def _execute(self, run: Run, key: Hashable = None) -> None:
        try:
            if key is None or not self.resuming.execute(run, key, _begin):
                _begin(run)
                statements.execute(run, run.function.body)
        except (OverBudget, RecursionError) as error:
            if isinstance(error, RecursionError) and run.depth > 1 and self._grade is None:
                raise TooDeep(run.path, run.function, run.formals) from error
            while run.loops:
                run.close()
            del run.frames[1:]
            run.charge(UNKNOWN)
            run.incomplete = True
        self._run_uncalled(run)
        run.settle(run.frames[0])
        by_hand.tell(run)
        run.analysis.summary = self.summarise(run)

    def _run_uncalled(self, run: Run) -> None:
        """Functions that are defined here and handed on: they see this run's names, but cost and query elsewhere."""
        if run.depth or run.nesting > MAX_NESTING:
            return
        for function in self._nested(run.path, run.function.qualname):
            if function.qualname in run.inlined:
                continue
            names = {
                p.name: Value(label=p.name, depends=frozenset({p.name})) for p in function.params if p.name
            }
            for param in function.params:
                if param.annotation is not None and param.name:
                    scope = function.parent
                    known = evidence.declared(self.project, run.path, scope, run.language, param.annotation)
                    names[param.name] = known.but(label=param.name, depends=frozenset({param.name}))
            inner = Run(
                self, run.path, function, run.language, names, Analysis(function.qualname, run.path), run.depth, run.inside, run,
                numbers=run.numbers, stored=run.stored, inlined=run.inlined, steps=run.steps,
            )  # fmt: skip
            run.inlined.add(function.qualname)
            run.analysis.nested.append(inner.analysis)
            self._execute(inner)
            run.analysis.nested += inner.analysis.nested
            run.steps = inner.steps

    def summarise(self, run: Run) -> Summary:
        frame = run.frames[0]
        function = run.function
        cost, space = frame.cost, run.settled(run.space)
        solution: solve.Solution | None = None
        if run.recursion is not None and run.recursion.function is function and run.recursion.calls:
            solution = solve.solve(run)
            cost, space = solution.total(cost), run.settled(space) + solution.depth
            solve.explained(run, solution, cost)
            descents.mark(run)
            for size, by in frame.growth.items():
                frame.growth[size] = solution.total(by)
        returned = _given_back(run)
        if function.is_generator:
            count = run.grown.get(run.yielded) if run.yielded is not None else None
            known = count is not None and not count.unknown
            returned = Value("iterator", of=joined(run.yields), size=count if known else None)
        returned = returned if returned is not None else UNKNOWN_VALUE
        return Summary(
            cost,
            space,
            _leaving(run, trimmed(returned)),
            tuple(run.analysis.queries),
            frozenset(run.effects),
            tuple(frame.parts),
            tuple((name, by) for name, by in run.parameter_growth.items()),
            solution is not None,
            solution.overlapping if solution is not None else None,
            solution.shared if solution is not None else _shared(run),
            frozenset(run.reenters - {(run.path, function.qualname)}),
            not run.incomplete,
            tuple((name, _leaving(run, trimmed(value))) for name, value in scripts.handed_back(run)),
            tuple((name, _leaving(run, trimmed(value))) for name, value in holding.filled_parameters(run)),
            tuple((name, _leaving(run, trimmed(value))) for name, value in objects.stores(run)),
        )


def _begin(run: Run) -> None:
    """What comes before the body."""
    loops.bind_patterns(run)
    if run.function.is_generator:
        run.yielded = run.new_container("the yielded values")


def _given_back(run: Run) -> Value | None:
    """What a function returns. One that gives a mapping with rows on its way, and a redirection or an error on another,
    gives the mapping to who shows it."""
    returned = joined(run.returns)
    if returned is not None and returned.kind == "unknown" and run.language != "python":
        return _said(run, returned)
    if returned is None or returned.kind != "unknown":
        return returned
    contexts = [
        v for v in run.returns if v.kind == "dict" and any(holding.holds_rows(e) for _, e in v.entries)
    ]
    others = [v for v in run.returns if v.kind not in ("dict", "unknown", "instance", "none")]
    return joined(contexts) if contexts and not others else returned


def _said(run: Run, returned: Value) -> Value:
    """What a function of a script says it returns, where nothing else is known of it: a compiler checks that."""
    annotation, function = run.function.returns, run.function
    if annotation is None:
        return returned
    if isinstance(annotation, f.Name) and annotation.id == "this":
        this = run.lookup("this")
        return this if this is not None and this.known else returned
    said = evidence.declared(run.summaries.project, run.path, function.qualname, run.language, annotation)
    return said.but(depends=returned.depends, label=returned.label) if said.known else returned


def _shared(run: Run) -> str:
    """What makes later calls of a function that does not call itself cheap."""
    alone = not run.analysis.calls and not run.analysis.operations
    return memos.memo_of(run.function) or (memos.filled_by(run.function) if alone else "")


_SIZED = ("list", "tuple", "set", "dict", "str", "bytes", "deque", "int", "float")


def _leaving(run: Run, value: Value) -> Value:
    """A value as callers get it: containers that grew have the size they grew to, parameters that of the argument."""
    if value is UNKNOWN_VALUE:
        return value
    is_parameter = value.label in value.depends and value.kind in _SIZED and value.const is None
    size = (
        run.extent(value) if value.grown is not None or (is_parameter and value.size is None) else value.size
    )
    return replace(
        value,
        size=run.settled(size) if size is not None else None,
        of=run.present(_leaving(run, value.of)) if value.of is not None else None,
        values=run.present(_leaving(run, value.values)) if value.values is not None else None,
        items=tuple(run.present(_leaving(run, item)) for item in value.items)
        if value.items is not None
        else None,
        entries=tuple((name, run.present(_leaving(run, v))) for name, v in value.entries),
        grown=None,
        bound=None,
    )
