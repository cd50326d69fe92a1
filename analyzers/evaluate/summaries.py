"""Per function: its cost in its parameters' sizes, its effects, what it returns. Computed when asked, remembered.

A summary is made for what the arguments are (a list, a row of `Book` loaded with its author), not for who calls, so
callers with like arguments share it. A call that leads back to a function still being run gets no summary: that is
recursion, which `recursion/` solves once the outer run is done.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial

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
    outcome,
    resuming,
    scripts,
    statements,
)
from analyzers.evaluate.circles import (
    LEVELS,
    MAX_DEPTH,
    TANGLED,
    Asked,
    Identity,
    Tangled,
    TooDeep,
    closes_large,
)
from analyzers.evaluate.events import Analysis, Summary
from analyzers.evaluate.formal import argument, formal, unknown_formal
from analyzers.evaluate.presenting import asked
from analyzers.evaluate.provisional import Provisional
from analyzers.evaluate.queries import django_own_sets, holding, objects
from analyzers.evaluate.recursion import descents, solve
from analyzers.evaluate.recursion.recording import Recursing
from analyzers.evaluate.run import OverBudget, Run
from analyzers.evaluate.turns import by_hand, loops
from analyzers.findings import Place
from analyzers.project import names, signals
from analyzers.project.index import Project
from analyzers.project.memo import Unanswered
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
        self.active: dict[tuple[str, str], int] = {}
        self.resuming = resuming.Resuming(project.memo)
        self._grade: int | None = None  # calls that are still followed, in a large circle
        self._asked: dict[Identity, Hashable] = {}  # the question for which a function is being run
        self._chain: list[Asked] = []  # what is being run, outermost first
        self._bottom: Hashable = None  # what is asked for by itself
        self._endless: set[Hashable] = set()  # of these: what leads to chains of calls that have no end
        self._tangled: set[Identity] = set()  # what was ever found to lead into a large circle
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

    def analysis(self, path: str, qualname: str) -> Analysis | None:
        """The function run on what its own annotations and defaults say. None if there is no such function."""
        function = self.function(path, qualname)
        if function is None:
            return None
        return self._question(path, function, self.formals(path, function, {}), 0)

    def _question(
        self, path: str, function: f.Function, formals: dict[str, Value], depth: int
    ) -> Analysis | None:
        """Answer what is asked from outside."""
        one = Asked(path, function, formals)
        if self.active:
            return self._ask(one, depth)
        # Asked from outside, it is true for where it is asked, whatever circles of calls it leads into.
        key: Hashable = ("question", *one.key, depth)
        return self.project.memo.ask(
            key, lambda: with_room(partial(self._answered, one, depth)), in_cycle=None
        )

    def _answered(self, one: Asked, depth: int) -> Analysis | None:
        """What a function does; in a large circle of calls, as far as it is followed there."""
        pending, known, waited_for = [one], {one.key}, Counter((one.identity,))
        self._endless = set()
        while True:
            waiting, last = pending[-1], len(pending) == 1
            found = self._followed(waiting, depth if last else 1, whole=last)
            if not isinstance(found, TooDeep):
                waited_for[pending.pop().identity] -= 1
                if not pending:
                    return found
                continue
            # First the end of the chain is asked by itself, then what leads there, from the middle of the chain on upwards.
            nearer = (found.asked, *reversed(found.chain[: len(found.chain) // 2 + 1]))
            other = next((other for other in nearer if other.key not in known), None)
            if other is None or waited_for[found.asked.identity]:
                self._endless.add(waiting.key)  # It lies in a circle with what waits for it.
            else:
                known.add(other.key)
                waited_for[other.identity] += 1
                pending.append(other)

    def _followed(self, one: Asked, depth: int, *, whole: bool) -> Analysis | TooDeep | None:
        """What a function does, in a large circle only where it is wanted `whole`; or what is too deep to be followed."""
        try:
            found, tangled = self._alone(one, depth)
            return self._cut(one, depth) if tangled and whole else found
        except TooDeep as deep:
            return deep

    def of(self, path: str, function: f.Function, bound: Mapping[str, Value], caller: Run) -> Summary | None:
        """The summary for these arguments; None if the function is being run already."""
        return self._of(path, function, bound, caller.depth)

    def _of(self, path: str, function: f.Function, bound: Mapping[str, Value], depth: int) -> Summary | None:
        memo, identity, grade = self.project.memo, (path, function.qualname), self._grade
        if grade is None and identity in self.active:
            if identity in self._asked:
                memo.came_back(self._asked[identity])
                self._led_back_to(identity)
            return None
        # In a large circle what the function itself hands over counts. Further inside it is what each says that it takes.
        formals = self.formals(path, function, bound if grade is None or grade == LEVELS else {})
        formals, hidden = origins.apart(formals, by_path=self.language_of(path) == "python")
        one = Asked(path, function, formals)
        if grade is not None:
            summary = self._within(one, depth + 1)
        else:
            if identity in self._tangled and memo.known(("alone", *one.key, False)) == TANGLED:
                memo.uses(("alone", *one.key, False))
                raise Tangled
            summary = self._told(one, depth + 1)
        return hidden.shown(summary) if hidden is not None and summary is not None else summary

    def left_by(self, path: str, qualname: str, caller: Run) -> Mapping[str, Value] | None:
        """What a constructor of which nobody knows what it is given leaves in the attributes of its object; None if it is being
        run already. Who asks is left alone where it takes or does something else and leaves the same."""
        memo, depth = self.project.memo, caller.depth
        key = ("left by", path, qualname)

        def ask() -> Mapping[str, Value] | None:
            function = self.function(path, qualname)
            summary = self._of(path, function, {}, depth) if function is not None else None
            if summary is None or summary.asked is None:
                memo.came_back(key)  # It is true only for where a circle of calls was entered.
            return dict(summary.stores) if summary is not None else None

        return memo.ask(key, ask, in_cycle=None) if self._grade is None else ask()

    def _told(self, one: Asked, depth: int) -> Summary | None:
        """What the function being run rests on of one that it calls."""
        memo, key = self.project.memo, self._key(one, self._is_whole(one))
        all_of_it = memo.needs_all(key)
        found = self._ask(one, depth)
        if found is None or found.told is None or not memo.knows(key):
            return found.summary if found is not None else None
        if not all_of_it:
            memo.needs_told(key)
        return found.told

    def place_of(self, summary: Summary, position: int) -> Place | None:
        """Where that part of a called function's cost stands; None where its answer is not remembered any more."""
        if summary.asked is None:
            return summary.parts[position].place
        found = self.project.memo.again(summary.asked)
        return found.summary.parts[position].place if isinstance(found, Analysis) else None

    def analysis_with(self, path: str, function: f.Function, bound: Mapping[str, Value]) -> Analysis | None:
        """The function run on given arguments, as a caller's run met it; None while it is being run."""
        if self.active:
            return None
        return self._question(path, function, self.formals(path, function, bound), 1)

    def _ask(self, one: Asked, depth: int) -> Analysis | None:
        """The analysis for these formals, remembered by the project.

        The members of a circle of calls are true only for where the circle was entered, so the project does not
        remember them. They are kept until that function is left: without that, functions that call each other would be
        run anew along every path through them.
        """
        # What is remembered may be settled again by whoever rests on it, without a question from outside.
        self._provisional.at(self.project.version)
        # Only a question of its own runs the functions that are defined inside and called elsewhere.
        if depth == 0:
            self._top = one.key
        path, qualname = one.identity
        whole = self._is_whole(one)
        key = self._key(one, whole)
        memo = self.project.memo
        kept = self._provisional.get(key, self.active)
        if kept is not None:
            memo.uses(key)
            entry = self._provisional.entered_by(key)
            if entry is not None:
                self._led_back_to((entry[1], entry[2]))
            return kept
        if depth > MAX_DEPTH and not memo.knows(key):
            raise self._too_deep(one)

        def run() -> Analysis | None:
            if self._wanted is not key:
                with self._apart():
                    self._wanted = key
                    return run()
            self._wanted = None
            self._asked[path, qualname] = key
            self._chain.append(one)
            try:
                # Whoever asks: what is remembered as whole holds what is said of the functions inside.
                return self._run(one, 0 if whole else max(depth, 1), key)
            finally:
                self._chain.pop()

        around = self._provisional.enter()
        self._wanted = key
        try:
            found = memo.ask(key, run, in_cycle=None)
        except Tangled:
            # So does whoever leads there, asked by itself.
            self._tangled.add(one.identity)
            memo.conclude(("alone", *one.key, False), TANGLED, partial(self._attempt, one, 1))
            raise
        if self._provisional.leave(around, key, (path, qualname), found) and self._provisional.is_large:
            raise Tangled
        return found

    def _is_whole(self, one: Asked) -> bool:
        return self._top == one.key and bool(self._nested(*one.identity))

    def _key(self, one: Asked, whole: bool) -> Hashable:
        return ("summary", *one.key, whole)

    def begin_part(self, identity: Identity) -> Hashable:
        """A function is run as a part of the one being run: what leads back to it leads back to that. What `end_part` needs."""
        around = self._asked.get(identity)
        self.active[identity] = 1
        if self._chain:
            self._asked[identity] = self._asked[self._chain[-1].identity]
        return around

    def end_part(self, identity: Identity, around: Hashable) -> None:
        del self.active[identity]
        self._asked.pop(identity, None)
        if around is not None:
            self._asked[identity] = around

    @contextmanager
    def _apart(self, grade: int | None = None) -> Iterator[None]:
        """What is run meanwhile is run as if nothing else was being run."""
        around = (self.active, self._asked, self._provisional, self._chain, self._grade)
        self.active, self._asked, self._chain, self._grade = {}, {}, [], grade
        self._provisional = self._provisional.apart()
        try:
            yield
        finally:
            self.active, self._asked, self._provisional, self._chain, self._grade = around

    # -------------------------------------------------------------------------------------- circles of calls

    def _alone(self, one: Asked, depth: int) -> tuple[Analysis | None, bool]:
        """What a function does that is asked for by itself, and whether too large a circle of calls is met on the way."""
        key: Hashable = ("alone", *one.key, depth == 0)
        return self.project.memo.ask(key, partial(self._attempt, one, depth), in_cycle=TANGLED)

    def _attempt(self, one: Asked, depth: int) -> tuple[Analysis | None, bool]:
        around, self._bottom = self._bottom, one.key
        try:
            with self._apart():
                return self._ask(one, depth), False
        except Tangled:
            self._tangled.add(one.identity)
            return TANGLED
        finally:
            self._bottom = around

    def _cut(self, one: Asked, depth: int, grade: int = LEVELS) -> Analysis | None:
        """What a function does that leads into a large circle, so many calls deep."""
        with self._apart(grade):
            return self._run(one, depth)

    def _within(self, one: Asked, depth: int) -> Summary | None:
        """What a function does that is called in a large circle: each answer rests on ones of a lower grade alone."""
        found, tangled = self._alone(one, depth)
        if tangled:
            assert self._grade is not None
            grade = self._grade - 1
            if grade < 0:
                return Summary(complete=False)
            key = ("graded", *one.key, grade)
            found = self.project.memo.ask(key, lambda: self._cut(one, max(depth, 1), grade), in_cycle=None)
        return found.summary if found is not None else None

    def _led_back_to(self, identity: Identity) -> None:
        """A call led back to a function that is being run: all that are being run since it was begun lie in one circle."""
        self._provisional.note(identity)
        if closes_large(self._chain, identity):
            raise Tangled

    def _too_deep(self, one: Asked) -> Unanswered:
        """What is raised where a call is too deep to be followed."""
        return Tangled() if self._bottom in self._endless else TooDeep(one, tuple(self._chain))

    @property
    def is_alone(self) -> bool:
        """Whether one function is being run, and no circle of calls has a part in it."""
        return len(self.active) == 1 and self._grade is None and not self._provisional.inside

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
                out[name] = argument(value, name, function)
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
            out[name] = scripts.formal(bound[name], argument(bound[name], name, function))
        if language != "python" and not function.owner and "this" in bound:
            out["this"] = formal(bound["this"], "this", function.qualname)
        elif language != "python" and function.owner:
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
        if value is _AS_GIVEN and param.kind == "positional":
            handed = given.handed(self.project, path, function, param.name)
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
        this = evidence.instance_of(self.project, path, function.owner)
        own = django_own_sets.rows(self.project, path, function)
        return own if own is not None else asked.reached(self.project, path, function, this)

    def _default(self, path: str, node: f.Expr) -> Value:
        if isinstance(node, f.Const) and node.kind in ("int", "float", "str", "bool"):
            return Value(node.kind)
        if isinstance(node, f.Collection):
            return Value(node.kind)
        if isinstance(node, f.Call):
            return given.injected(self.project, path, node)
        if isinstance(node, f.Name):
            # What it does unless told otherwise: `def index(books, progress=identity)`, `def export(model=Book)`.
            found = names.resolve(self.project, path, node.id)
            key = (found[0].path, found[0].qualname) if found is not None and not found[1] else ("", "")
            if found is not None and key[0] and found[0].kind == "function":
                return Value("function", ref=key, label=node.id)
            if found is not None and found[0].kind == "class" and self.models.orm_of(*key):
                return class_values.class_itself(self.project, *key)
        return UNKNOWN_VALUE

    def _run(self, one: Asked, depth: int, key: Hashable = None) -> Analysis | None:
        path, qualname = one.identity
        function = self.function(path, qualname)
        self.project.read(path, "function", qualname)
        if function is None:
            return None
        identity = (path, qualname)
        self.active[identity] = self.active.get(identity, 0) + 1
        self.runs += 1
        run = Run(
            self, path, function, self.language_of(path), dict(one.formals), Analysis(qualname, path), depth,
            shared=set(one.formals) - {p.name for p in function.params} - {"this"},
            recursion=Recursing(path, function), formals=one.formals,
        )  # fmt: skip
        try:
            self._execute(run, key)
        finally:
            self.steps += run.steps
            self.active[identity] -= 1
            if not self.active[identity]:
                del self.active[identity]
        run.analysis.told = run.analysis.summary.told(key) if key is not None else None
        return run.analysis

    def _execute(self, run: Run, key: Hashable = None) -> None:
        try:
            if key is None or not self.resuming.execute(run, key, _begin):
                _begin(run)
                statements.execute(run, run.function.body)
        except (OverBudget, RecursionError) as error:
            if isinstance(error, RecursionError) and run.depth > 1 and self._grade is None:
                raise self._too_deep(Asked(run.path, run.function, run.formals)) from error
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
        returned = outcome.given_back(run)
        if function.is_generator:
            count = run.grown.get(run.yielded) if run.yielded is not None else None
            known = count is not None and not count.unknown
            returned = Value("iterator", of=joined(run.yields), size=count if known else None)
        returned = outcome.client_said(run, returned) if returned is not None else UNKNOWN_VALUE
        return Summary(
            cost,
            space,
            outcome.leaving(run, trimmed(returned)),
            tuple(run.analysis.queries),
            frozenset(run.effects),
            tuple(frame.parts),
            outcome.lengthening(run, frame),
            solution is not None,
            solution.overlapping if solution is not None else None,
            solution.shared if solution is not None else outcome.shared(run),
            frozenset(run.reenters - {(run.path, function.qualname)}),
            not run.incomplete,
            tuple((name, outcome.leaving(run, trimmed(value))) for name, value in scripts.handed_back(run)),
            tuple(
                (name, outcome.leaving(run, trimmed(value)))
                for name, value in holding.filled_parameters(run, run.formals)
            ),
            tuple((name, outcome.leaving(run, trimmed(value))) for name, value in objects.stores(run)),
        )


def _begin(run: Run) -> None:
    """What comes before the body."""
    loops.bind_patterns(run)
    if run.function.is_generator:
        run.yielded = run.new_container("the yielded values")
