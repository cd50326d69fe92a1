"""Calls: who is called, functions of the project by their summaries, and awaits."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from analyzers import facts as f
from analyzers import ways
from analyzers.conventions import units
from analyzers.costs import ONE, Cost, Size
from analyzers.evaluate import (
    agreed,
    attributes,
    class_level,
    evidence,
    expressions,
    makers,
    queries,
    scripts,
    shapes,
)
from analyzers.evaluate.calling import (
    containers,
    decorated,
    equality,
    executors,
    followed_paths,
    handed_in,
    library,
    memos,
    nested,
    omitted,
    prepared,
    several,
    sole,
    spared,
    specials,
    transactions,
)
from analyzers.evaluate.calling.arguments import SPREAD, Arguments, parts
from analyzers.evaluate.events import Awaited, Called, Loop, Queried, Summary
from analyzers.evaluate.presenting import (
    checking,
    dumping,
    encoding,
    frameworks,
    marshalling,
    pages,
    paginators,
    saving,
    serialising,
    showing,
    validating,
    whole_rows,
    written,
)
from analyzers.evaluate.queries import emit, holding, objects, script_mappers
from analyzers.evaluate.queries.emit import MADE
from analyzers.evaluate.recursion import derived
from analyzers.evaluate.recursion.recording import SelfCall
from analyzers.evaluate.run import INPUT_KEY, MARKED, Run
from analyzers.evaluate.sizes import ranges, reading
from analyzers.evaluate.turns import loops
from analyzers.evaluate.turns.whiles import sharing
from analyzers.findings import Place, Related
from analyzers.project import names
from analyzers.templates import KIND as TEMPLATE_KIND
from analyzers.types import CHOICE, INPUT, NOTHING, UNKNOWN_VALUE, Token, Value, joined

RULE_OF = {"read": "query-in-loop", "write": "query-in-loop", "lazy": "lazy-relation-in-loop"}
"""Which rule speaks of a kind of query: an ignore of that rule on a `def` keeps the query from all callers."""

_SELF = frozenset(("self",))

MAX_LIFTED = 16
"""Queries of a callee that a caller hears of, those in loops first; more say nothing new."""


def call(run: Run, node: f.Call) -> Value:
    """A call expression."""
    if isinstance(node.func, f.Name) and node.func.id.startswith("<") and pages.has_specials(run):
        return pages.special(run, node, node.func.id)
    if isinstance(node.func, f.Attr):  # Where attributes are called when they are read, this one is not.
        target = attributes.attribute(run, node.func)
    else:
        target = expressions.evaluate(run, node.func)
    outside = run.reading
    run.reading = reading.number(run, node) or outside
    arguments = Arguments(run, node)
    run.reading = outside
    sent = len(run.analysis.queries)
    equality.noted(run, node, target, arguments)
    found = reading.named(run, _dispatch(run, node, target, arguments))
    if run.language == "python" and len(run.analysis.queries) == sent:
        transactions.ran(run, node, arguments)
    if found.kind == "unknown" and found.origin is None:
        found = _made_of_rows(found, target, arguments)
    depends = arguments.depends | target.depends
    if found.way is None or (target.kind != "function" and found.way.kind != ways.AFTER):
        name = node.func.name if isinstance(node.func, f.Attr) else target.label
        found = replace(found, way=derived.called(name, target.bound, arguments.values, found))
    if found.kind in ("unknown", "instance") and not found.label:
        found = replace(found, label=shapes.text_of(node))
    return found.on(depends)


def _made_of_rows(found: Value, target: Value, arguments: Arguments) -> Value:
    """What an unknown function gives for a set of rows may be that set, with more loaded."""
    given = (target.bound, *arguments.values, *arguments.keywords.values())
    made_of = next(
        (v.origin for v in given if v is not None and v.kind in queries.LAZY_KINDS and v.origin), None
    )
    return replace(found, origin=replace(made_of, certain=False)) if made_of is not None else found


def _dispatch(run: Run, node: f.Call, target: Value, arguments: Arguments) -> Value:
    place = run.place(node)
    name = node.func.name if isinstance(node.func, f.Attr) else ""
    if target.evidence == attributes.FIXED:
        return target.but(bound=None)
    if name and target.bound is not None and target.bound.label == "super()":
        target = frameworks.further_up(run, target, name)
    bound = target.bound
    if target.kind == CHOICE:
        return _chosen(run, node, target, arguments)
    if target.kind == prepared.KIND or (target.method and target.method != name):
        return prepared.applied(run, target, arguments.values, arguments.keywords, node)
    found = queries.call(run, node, target, name, arguments) or containers.given(run, target, name, arguments)
    if found is not None:
        return found
    if target.kind == "function" and target.ref is not None:
        returned = followed_paths.by_each_name(run, node, target, arguments, place) or invoke(
            run, target, *queries.given(run, node, arguments), place, target.label or name
        )
        if showing.names_a_template(node):
            showing.by_helper(run, node, target, arguments, place)
        return returned
    if target.kind == "class" and target.ref is not None:
        made = frameworks.construct(run, node, target, arguments, place)
        return made if made is not None else construct(run, target, arguments, place)
    if target.kind == "class" and target.of is not None:
        return saving.made(run, target, arguments) or UNKNOWN_VALUE
    if target.kind == "external":
        shown = marshalling.by_function(run, node, target, arguments, place)
        shown = shown or showing.by_function(run, node, target, arguments, place)
        shown = shown or whole_rows.by_function(run, node, target.dotted, arguments, place)
        shown = shown or followed_paths.reduced(run, node, target.dotted, arguments)
        if shown is not None:
            return shown
        ready = paginators.made(run, target, arguments) or saving.factory(target, arguments)
        ready = ready or prepared.made(target, arguments) or frameworks.of_base(run, node, arguments, place)
        if ready is not None:
            return ready
        written.by_function(run, target.dotted, arguments.values, place)
        encoding.by_function(run, node, target.dotted, arguments, place)
        asks = target.dotted in ("builtins.getattr", "builtins.hasattr")  # Both read the attribute.
        named = attributes.named_by(run, node, arguments) if asks else None
        if named is not None and target.dotted == "builtins.getattr":
            return named
        made = library.external(run, node, target, arguments, place)
        return showing.with_keywords(made, arguments) if target.dotted == "builtins.dict" else made
    if name in ("render", "TemplateResponse") and showing.by_method(run, node, name, arguments, place):
        return UNKNOWN_VALUE
    if name == "update" and isinstance(node.func, f.Attr):
        pages.updated(run, node.func.obj, arguments)
    inherited = None
    if bound is not None:
        inherited = saving.saved(run, node, bound, name, arguments, place)
        inherited = inherited or checking.checked(run, node, bound, name, place)
        inherited = inherited or validating.made_of(run, bound, name, arguments, place)
        inherited = inherited or dumping.method(run, node, bound, name, arguments, place)
        inherited = inherited or frameworks.method(run, node, bound, name, arguments, place)
    if inherited is not None:
        return inherited
    pair = objects.of_namedtuple(run, target, arguments) if target.token else None
    if pair is not None:
        return pair
    called = specials.asked(run, target, "__call__", tuple(arguments.values), place)
    if called is not None:
        return called
    if bound is not None and name:
        alone = several.kept(run, bound, name) or sole.method(run, bound, name, arguments)
        if alone is not None:
            return _dispatch(run, node, alone, arguments)
        return library.method(run, node, bound, name, arguments, place)
    executors.called_by_others(run, node, arguments)
    return UNKNOWN_VALUE


def _chosen(run: Run, node: f.Call, target: Value, arguments: Arguments) -> Value:
    """One of several functions is called: what any of them does, or what each of several methods does."""
    if target.evidence != agreed.AGREED:
        return joined(_dispatch(run, node, part, arguments) for part in target.items or ()) or UNKNOWN_VALUE
    one = several.that_asks(run, target, *queries.given(run, node, arguments))
    return _dispatch(run, node, one, arguments) if one else UNKNOWN_VALUE


# -------------------------------------------------------------------------------------------------- project


def construct(run: Run, target: Value, arguments: Arguments, place: Place) -> Value:
    """`C(...)`: an instance, after its `__init__` ran."""
    assert target.ref is not None
    project = run.summaries.project
    made = evidence.instance_of(project, *target.ref)
    made = made.but(evidence=MADE) if made.kind == "row" else made
    run.left = {}
    init = "__init__" if run.language == "python" else "constructor"
    found = names.member(project, *target.ref, init)
    if found is not None and found.kind == "function" and made.kind != "row":
        bound = Value(
            "function",
            ref=(found.path, found.qualname),
            bound=made.on(arguments.depends),
            label=f"{target.label}()",
        )
        invoke(run, bound, tuple(arguments.values), arguments.keywords, place, f"{target.label}()")
        made = replace(made, entries=tuple(run.left.items())) if run.left else made
    else:
        made = objects.filled(run, made, arguments)
    return made.on(arguments.depends)


def invoke(
    run: Run,
    target: Value,
    values: tuple[Value, ...],
    keywords: Mapping[str, Value],
    place: Place,
    label: str,
) -> Value:
    """Call a function of the project: its summary enters this run with the arguments in place of the parameters."""
    assert target.ref is not None
    function = run.summaries.function(*target.ref)
    if function is None or decorated.defers(run.summaries.project, target.ref[0], function):
        return UNKNOWN_VALUE
    values = handed_in.with_handed(run, target, function, values)
    keywords = handed_in.named(run, target, function, keywords)
    bound = bind_parameters(function, target, values, keywords, run.language)
    bound |= omitted.left_out(function, bound, values, keywords, run.language)
    if run.recursion is not None and run.recursion.is_of(*target.ref):
        return _self_call(run, function, bound, place)
    is_nested = function.parent and run.path == target.ref[0] and run.encloses(function.parent)
    if is_nested:
        run.summaries.project.read(*target.ref[:1], "function", function.qualname)
        return nested.inline(run.summaries, run, target.ref[0], function, bound, place, label)
    bound = nested.kept(function, target) | scripts.passed_on(run, target.ref[0], function) | bound
    summary = run.summaries.of(target.ref[0], function, bound, run)
    if summary is None:
        run.reenters.add(target.ref)
        return UNKNOWN_VALUE
    if summary.reenters:
        run.summaries.project.read(*target.ref[:1], "function", function.qualname)
        found = nested.as_part(run.summaries, run, target.ref[0], function, bound, summary)
        if found is not None:
            return found
    returned = enter_summary(run, summary, bound, place, label, target.ref[0], function)
    if returned.known or run.language != "python" or not (makers.keeps(function) or makers.chooses(function)):
        return returned
    return evidence.made_by(run.summaries.project, *target.ref, run.language).on(returned.depends)


def _self_call(run: Run, function: f.Function, bound: dict[str, Value], place: Place) -> Value:
    """A call that leads back to the function that is being run: written down, and solved when the run is over."""
    assert run.recursion is not None
    loops = tuple(run.loops[run.recursion.around :])
    left_out = run.recursion.without_in(run.function, run.spared)
    run.recursion.note(SelfCall(place, bound, loops, without=left_out))
    if function.is_generator:
        return Value("iterator", size=ONE)  # What it yields was paid for where it was made.
    roots = tuple(f"{function.qualname}:{param.name}" for param in function.params)
    way = ways.Way(ways.AFTER, roots) if roots else None
    return Value(size=Cost.of(run.recursion.result), way=way)


def bind_parameters(
    function: f.Function,
    target: Value,
    values: tuple[Value, ...],
    keywords: Mapping[str, Value],
    language: str,
) -> dict[str, Value]:
    """Arguments under their parameters' names; a bound method's receiver is its first."""
    given = [part for value in values for part in parts(value)]
    keywords = showing.spread(keywords) | ({"**": keywords["**"]} if "**" in keywords else {})
    is_static = class_level.is_static(function)
    if target.bound is not None and function.owner and not is_static and language == "python":
        given.insert(0, target.bound)
    bound: dict[str, Value] = {}
    position = 0
    for at, param in enumerate(function.params):
        if param.kind == "star":
            rest = given[position:]
            size = ONE if all(value.evidence != SPREAD for value in rest) else None
            depends = frozenset().union(*(value.depends for value in rest))
            bound[param.name] = Value(
                "tuple", size=size, items=tuple(rest), of=rest[0] if rest else None, depends=depends
            )
            position = len(given)
        elif param.kind == "double_star":
            named = {p.name for p in function.params}
            others = {name: value for name, value in keywords.items() if name not in named}
            bound[param.name] = Value(
                "dict",
                depends=frozenset().union(*(value.depends for value in others.values())),
                entries=tuple(
                    (name, value) for name, value in others.items() if name != "**" and value.known
                ),
            )
        elif param.kind == "positional" and position < len(given):
            bound[param.name or loops.patterned(at)] = given[position]
            position += 1
        elif param.name in keywords:
            bound[param.name] = keywords[param.name]
        elif "**" in keywords and param.name and param.default is None:
            bound[param.name] = UNKNOWN_VALUE.on(keywords["**"].depends)
    if target.bound is not None and language != "python":
        bound["this"] = target.bound
    return bound


def enter_summary(
    run: Run,
    summary: Summary,
    bound: dict[str, Value],
    place: Place,
    label: str,
    path: str,
    function: f.Function,
) -> Value:
    """Add a callee's cost, effects and queries to this run."""
    swap = _Substitution(run, bound, function)
    cost = summary.cost.substitute(swap, swap.exact)
    if summary.shared and run.loops and (frame := _outlives(run, summary.shared, bound)) is not None:
        # All calls together: what one has entered or computed, no other does again.
        text = f"calls {label}, which costs {cost.formula()} for all calls together"
        run.charge_at(frame, cost, place, text)
    elif cost.is_constant:
        run.charge(cost)
    else:
        run.charge(cost, place, f"calls {label}, which costs {cost.formula()}")
        run.analysis.calls.append(
            Called(
                place,
                path,
                function.qualname,
                bound,
                cost,
                summary,
                tuple(run.loops),
                run.owner,
                run.rare,
            )
        )
    run.space = run.space + summary.space.substitute(swap, swap.exact)
    run.effects |= summary.effects
    for name, by in summary.grows:
        value = bound.get(name)
        if value is not None:
            run.lengthen(value, by.substitute(swap, swap.exact))
    if summary.queries:
        shows = function.kind == TEMPLATE_KIND
        how = f"shows `{label}`" if shows else f"calls `{units.shown(function.qualname)}`"
        _hear(run, summary, bound, path, function, Related(place, how))
    if not summary.complete:
        run.incomplete = True
    for name, value in summary.sets:
        if run.path == path and (run.function.kind == "module" or run.outer is None):
            run.bind(name, _returned(run, value, swap, bound, function).named(name))
            run.shared.add(name)
            run.declared.add(name)
    for name, value in summary.fills:
        holding.merge(run, bound.get(name), _returned(run, value, swap, bound, function))
    run.left = {
        name: _returned(run, value, swap, bound, function)
        for name, value in summary.stores
        if value.kind != "instance" or objects.matters(value)
    }
    this = bound.get("self")
    if run.left and this is not None and this.label == "self":
        run.stored |= run.left
    return _returned(run, summary.returns, swap, bound, function)


def overheard(
    run: Run,
    ref: tuple[str, str],
    values: tuple[Value, ...],
    keywords: Mapping[str, Value],
    place: Place,
    how: str,
) -> None:
    """What a function asks the database that something else calls in between: its queries, and nothing else of it."""
    function = run.summaries.function(*ref)
    if function is None:
        return
    bound = bind_parameters(function, Value("function", ref=ref), values, keywords, run.language)
    if (summary := run.summaries.of(ref[0], function, bound, run)) is not None and summary.queries:
        _hear(run, summary, bound, ref[0], function, Related(place, f"{how} `{function.qualname}`"))


def _hear(
    run: Run, summary: Summary, bound: dict[str, Value], path: str, function: f.Function, step: Related
) -> None:
    """Write down the queries that a function sends, with the step that leads to it."""
    run.summaries.project.read(path, "function", function.qualname)
    of_row = memos.lives_with_row(run.summaries.models, bound.get("self"), memos.memo_of(function))
    kept = run.is_kept or (not of_row and decorated.keeps(run.summaries.project, path, function))
    cut = run.summaries.silenced(path, function)
    by_framework = bool(run.loops) and run.loops[-1].kind == serialising.LOOP
    chosen = run.options > 0 and (not by_framework or run.function.kind == units.KIND)
    for query in _heard_of(summary.queries):
        if cut is not None and (not cut or RULE_OF.get(query.kind, "") in cut):
            continue
        unless = spared.still(run, function, query, bound)
        if unless is None:
            continue
        run.analysis.queries.append(
            replace(
                query,
                depends=emit.by_row(
                    run, _lifted(run, query.depends & _SELF if of_row else query.depends, bound)
                ),
                batched=_lifted(run, several.of_many(query.batched, bound), bound),
                loops=run.unspared(),
                function=run.owner,
                chain=(step, *query.chain),
                memoised=query.memoised or query.kept or kept,
                kept=query.kept or run.memo_depth > 0,
                inner=query.inner or any(loop.number in query.depends and loop.grows for loop in query.loops),
                within=query.within or _repeated_by(query),
                optional=query.optional or chosen,
                unless=unless | run.spared,
            )
        )


def _heard_of(queries: tuple[Queried, ...]) -> tuple[Queried, ...]:
    """The queries of a callee that its caller is told, each relation of a loop's rows once: what loops repeat first, then what
    no other way has told; last what a memo keeps, of which nobody tells."""
    if len(queries) <= MAX_LIFTED:
        return queries
    told: dict[object, Queried] = {}
    for query in queries:
        loop = _repeated_by(query) or query.within
        told.setdefault((query.kind, query.label, query.chain[:1], loop and loop.place), query)
    first = {(query.kind, query.label): query for query in reversed(told.values())}
    ordered = sorted(
        told.values(),
        key=lambda query: (
            query.memoised or query.kept,
            not query.loops and query.within is None,
            first[query.kind, query.label] is not query,
        ),
    )
    return tuple(ordered[:MAX_LIFTED])


def _repeated_by(query: Queried) -> Loop | None:
    """The innermost loop of a callee on whose turns its query depends, if it grows; of a walk from each of many rows the
    loop over these."""
    found = [x for x in reversed(query.loops) if x.number in query.depends - query.batched and x.grows]
    return next((loop for loop in found if loop.kind != "while"), found[0] if found else None)


def seen_from(run: Run, cost: Cost, bound: dict[str, Value], function: f.Function) -> Cost:
    """A callee's cost with the arguments' sizes in the place of its parameters'."""
    return cost.substitute(_Substitution(run, bound, function))


def _outlives(run: Run, name: str, bound: dict[str, Value]) -> int | None:
    """The frame outside all loops that a memo or a set of marks lives longer than; None if it is made anew each time."""
    value = bound.get(name) or run.lookup(name)
    if value is None or (value.grown is None and not value.label and name in bound and value.born == 0):
        return 0 if name not in bound else None
    return run.frame_of(value.born)


def _returned(
    run: Run, value: Value, swap: _Substitution, bound: dict[str, Value], function: f.Function
) -> Value:
    known: dict[int, Value] = {}  # what a mapping holds under a name is its value, too

    def seen(value: Value) -> Value:
        if value is UNKNOWN_VALUE:
            return replace(value, born=len(run.loops)) if run.loops else value
        if (found := known.get(id(value))) is not None:
            return found
        entries = tuple([(name, seen(held)) for name, held in value.entries])
        found = known[id(value)] = replace(
            value, entries=nested.keeping(run, value, function, bound) if value.kind == "function" else entries,
            size=value.size.substitute(swap, swap.exact) if value.size is not None else None,
            of=seen(value.of) if value.of is not None else None,
            values=seen(value.values) if value.values is not None else None,
            items=tuple([seen(item) for item in value.items]) if value.items else None,
            depends=_lifted(run, value.depends, bound), batched=_lifted(run, value.batched, bound),
            label="", token="", grown=None, born=len(run.loops), bound=None, way=None, above=(), below=(),
        )  # fmt: skip
        return found

    return seen(value)


def _lifted(run: Run, tokens: frozenset[Token], bound: dict[str, Value]) -> frozenset[Token]:
    if not tokens:
        return NOTHING
    out: frozenset[Token] = reading.now(run) if INPUT in tokens else frozenset()
    for token in tokens:
        if isinstance(token, str) and token in bound:
            out |= bound[token].depends
    return out


class _Substitution:
    """A parameter's size, seen from the caller: the argument's size."""

    def __init__(self, run: Run, bound: dict[str, Value], function: f.Function) -> None:
        self.run, self.bound, self.function = run, bound, function
        self.seen: dict[Size, Cost | None] = {}

    def __call__(self, size: Size) -> Cost | None:
        if size not in self.seen:
            self.seen[size] = self._replace(size)
        return self.seen[size]

    def exact(self, size: Size) -> bool:
        """True if the argument is its size, and not just at most that, so that it may divide."""
        plain = size.key.partition(":")[2].strip("|")
        value = self.bound.get(_root_of(plain))
        return value is not None and (plain != _root_of(plain) or ranges.exactly(self.run, value) is not None)

    def _replace(self, size: Size) -> Cost | None:
        owner, _, label = size.key.partition(":")
        if owner == INPUT_KEY:
            return reading.seen_from(self.run, size)
        if owner == MARKED:
            return sharing.seen_by_caller(self.run, size, self.bound.get(label.partition(":")[0]))
        if owner != self.function.qualname:
            return None
        plain = label.strip("|").removeprefix("Σ").strip("|")
        root = _root_of(plain)
        value = self.bound.get(root)
        if value is None:
            return None
        if plain == root:
            return self.run.extent(value) if label.startswith("|") else self.run.extent_or_magnitude(value)
        actual = (value.label or root) + plain[len(root) :]
        shown = size.label.replace(plain, actual) if plain in size.label else f"|{actual}|"
        return Cost.of(self.run.size_named(shown, size.meaning.replace(plain, actual), value))


def _root_of(label: str) -> str:
    for position, char in enumerate(label):
        if not (char.isalnum() or char == "_"):
            return label[:position]
    return label


# --------------------------------------------------------------------------------------------------- awaits


def awaited(run: Run, node: f.Await) -> Value:
    """`await value`: what it gives."""
    return waited(run, node.value, run.place(node))


def waited(run: Run, waiting: f.Expr, place: Place | None = None) -> Value:
    """`await value`, `async with value`: what the awaited call did is written down if a loop is open."""
    place = place or run.place(waiting)
    before = len(run.analysis.queries)
    effects_before = set(run.effects)
    value = queries.awaited(run, expressions.evaluate(run, waiting), place)
    if run.language != "python":
        script_mappers.lazily(run, waiting, place)
    run.effects.add("await")
    if run.loops:
        new = run.analysis.queries[before:]
        for position in range(before, len(run.analysis.queries)):
            run.analysis.queries[position] = replace(run.analysis.queries[position], awaited=True)
        effects = frozenset(q.kind for q in new) | frozenset(run.effects - effects_before)
        label = shapes.text_of(waiting) or "the awaited value"
        run.analysis.awaits.append(Awaited(place, value.depends, tuple(run.loops), run.owner, label, effects))
    return value


def force(run: Run, value: Value, place: Place) -> None:
    """A spread argument is read to its end."""
    if value.kind in queries.LAZY_KINDS:
        queries.touch(run, value, place, "iterate")


def entered(run: Run, value: Value) -> Value:
    """What `with value as x` binds: for files, sessions, clients and cursors the thing itself."""
    if value.kind == "iterator" and value.of is not None:
        # A generator is entered only as a `@contextmanager`: what it yields.
        return value.of.on(value.depends)
    return value if value.kind != "unknown" else UNKNOWN_VALUE.on(value.depends)
