"""Calls: built-in operations by type, functions of the project by their summaries, callbacks once per element."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from analyzers import facts as f
from analyzers.costs import ONE, Cost, Size
from analyzers.evaluate import evidence, expressions, loops, memos, operators, queries, shapes
from analyzers.evaluate.events import Awaited, Queried, Summary
from analyzers.evaluate.run import Run
from analyzers.findings import Place, Related
from analyzers.operations import Operation, operations
from analyzers.project import names
from analyzers.types import NONE, UNKNOWN_VALUE, Token, Value, join

MAX_LIFTED = 16
"""Queries of a callee that a caller hears of; more say nothing new."""


_NO_ARGUMENT = Value(size=ONE)
"""`list()`, `set()`: nothing is copied."""


class Arguments:
    """Evaluated arguments. `values` are positional; spread ones end the list."""

    def __init__(self, run: Run, node: f.Call) -> None:
        self.node = node
        self.values = [expressions.evaluate(run, a) for a in node.args]
        self.keywords: dict[str, Value] = {}
        for keyword in node.keywords:
            value = expressions.evaluate(run, keyword.value)
            self.keywords[keyword.name or "**"] = value

    def first(self) -> Value | None:
        return self.values[0] if self.values else None

    def get(self, position: int, name: str = "") -> Value | None:
        if name and name in self.keywords:
            return self.keywords[name]
        return self.values[position] if 0 <= position < len(self.values) else None

    @property
    def depends(self) -> frozenset[Token]:
        out: frozenset[Token] = frozenset()
        for value in (*self.values, *self.keywords.values()):
            out |= value.depends
        return out


def call(run: Run, node: f.Call) -> Value:
    """A call expression."""
    target = expressions.evaluate(run, node.func)
    arguments = Arguments(run, node)
    found = _dispatch(run, node, target, arguments)
    label = shapes.text_of(node)
    depends = arguments.depends | target.depends
    if found.kind in ("unknown", "instance") and not found.label:
        found = replace(found, label=label)
    return found.on(depends)


def _dispatch(run: Run, node: f.Call, target: Value, arguments: Arguments) -> Value:
    place = run.place(node)
    name = node.func.name if isinstance(node.func, f.Attr) else ""
    bound = target.bound
    found = queries.call(run, node, target, name, arguments)
    if found is not None:
        return found
    if target.kind == "function" and target.ref is not None:
        return invoke(run, target, tuple(arguments.values), arguments.keywords, place, target.label or name)
    if target.kind == "class" and target.ref is not None:
        return construct(run, target, arguments, place)
    if target.kind == "external":
        return external(run, node, target, arguments, place)
    if bound is not None and name:
        return method(run, node, bound, name, arguments, place)
    return UNKNOWN_VALUE


# ------------------------------------------------------------------------------------------------- built in


def method(run: Run, node: f.Call, receiver: Value, name: str, arguments: Arguments, place: Place) -> Value:
    """A method of a built-in type."""
    first = arguments.first()
    row = operations(run.language).method(
        receiver.kind, name, first.const if first is not None else None, bool(arguments.values)
    )
    if row is None:
        run.escape(receiver)
        return UNKNOWN_VALUE
    func = node.func
    where = run.place(func.obj) if isinstance(func, f.Attr) else place
    return apply(run, node, row, name, receiver, first, arguments, place, where)


def external(run: Run, node: f.Call, target: Value, arguments: Arguments, place: Place) -> Value:
    """A function or class from outside the project."""
    name = target.dotted if run.language == "python" else target.dotted.removeprefix("builtins.")
    if name in ("builtins.range", "builtins.xrange"):
        values = arguments.values
        zero = Value("int", size=ONE, const=0)
        if len(values) == 1:
            return operators.counting(run, zero, values[0], None)
        if len(values) >= 2:
            return operators.counting(run, values[0], values[1], values[2] if len(values) > 2 else None)
    if name == "builtins.super":
        return _super(run)
    row = operations(run.language).function.get(name)
    if row is None:
        made = (
            evidence.external_instance(name)
            if name.rpartition(".")[2].rpartition("#")[2][:1].isupper()
            else UNKNOWN_VALUE
        )
        for value in arguments.values:
            run.escape(value)
        return made
    over = int(row.over)
    receiver = arguments.get(over) or _NO_ARGUMENT
    if row.alone and len(arguments.values) > 1:
        return _either(arguments.values)
    if row.effect:
        _effect(run, row, name, arguments, place)
    short = name.rpartition(".")[2]
    where = run.place(node.args[over]) if over < len(node.args) else place
    other = arguments.get(1 - over) if over in (0, 1) else None
    return apply(run, node, row, short, receiver, other, arguments, place, where)


def _either(values: list[Value]) -> Value:
    """One of several values, as `max(a, b)` gives."""
    found = values[0]
    for value in values[1:]:
        found = join(found, value)
    return found


def _super(run: Run) -> Value:
    owner = run.function.owner
    if not owner:
        return UNKNOWN_VALUE
    for base in names.lineage(run.summaries.project, run.path, owner)[1:]:
        if base.kind == "class":
            return Value(
                "instance", ref=(base.path, base.qualname), label="super()", depends=frozenset({"self"})
            )
    return UNKNOWN_VALUE


def _effect(run: Run, row: Operation, name: str, arguments: Arguments, place: Place) -> None:
    run.effects.add(row.effect)
    if row.effect == "http":
        run.analysis.queries.append(
            Queried(
                "http",
                f"{name.rpartition('#')[2]}()",
                place,
                arguments.depends,
                tuple(run.loops),
                run.owner,
                orm="http",
            )
        )


def apply(
    run: Run,
    node: f.Call,
    row: Operation,
    name: str,
    receiver: Value,
    first: Value | None,
    arguments: Arguments,
    place: Place,
    where: Place,
) -> Value:
    """Carry out a table row: its cost, what it grows, its callback, its result."""
    if receiver.kind in queries.LAZY_KINDS and not row.lazy:
        queries.touch(run, receiver, where, name)
    operators.operate(run, row, name, place, receiver, first, receiver_place=where)
    if row.effect == "http" and "." not in name:
        _method_effect(run, row, name, receiver, arguments, place)
    if row.grows:
        by = ONE if row.grows == "1" else run.extent(first) if first is not None else ONE
        put = (
            first if len(arguments.values) < 2 or name not in ("insert", "heappush") else arguments.values[1]
        )
        _grown(run, node, receiver, by, put, row)
    returned = _callback(run, node, row, receiver, arguments, place)
    return result(run, row, receiver, first, arguments, returned)


def _method_effect(
    run: Run, row: Operation, name: str, receiver: Value, arguments: Arguments, place: Place
) -> None:
    run.effects.add("http")
    label = f"{receiver.label or 'client'}.{name}()"
    run.analysis.queries.append(
        Queried("http", label, place, arguments.depends, tuple(run.loops), run.owner, orm="http")
    )


def _grown(run: Run, node: f.Call, receiver: Value, by: Cost, put: Value | None, row: Operation) -> None:
    if receiver.grown is not None:
        run.grow(receiver.grown, by)
    elif receiver.size is not None and receiver.size.is_constant and receiver.token:
        pass
    holder = node.func.obj if isinstance(node.func, f.Attr) else node.args[0] if node.args else None
    if isinstance(holder, f.Name) and holder.id in run.env and put is not None:
        element = put.of if row.grows == "k" else put
        if element is not None and receiver.kind in ("list", "set", "deque", "dict"):
            known = run.env[holder.id]
            joined = element if known.of is None else join(known.of, element)
            run.bind(holder.id, replace(known, of=joined, items=None))


def _callback(
    run: Run, node: f.Call, row: Operation, receiver: Value, arguments: Arguments, place: Place
) -> Value | None:
    """A function argument that is called once for every element."""
    if not row.calls:
        return None
    if row.calls.isdigit():
        position = int(row.calls)
        function = arguments.get(position)
        callback = node.args[position] if position < len(node.args) else None
    else:
        function = arguments.keywords.get(row.calls)
        callback = next((k.value for k in node.keywords if k.name == row.calls), None)
    if function is None or callback is None or function.kind != "function":
        return None
    over_node = (
        node.func.obj if isinstance(node.func, f.Attr) else node.args[min(int(row.over), len(node.args) - 1)]
    )
    loops.enter(run, node, receiver, over_node, place, "callback")
    element = loops.element_of(run, receiver)
    passed = (element,) if row.passes == "element" else (UNKNOWN_VALUE, element)
    returned = invoke(run, function, passed, {}, run.place(callback), "the callback", inline=True)
    run.close()
    return returned


def result(
    run: Run,
    row: Operation,
    receiver: Value,
    first: Value | None,
    arguments: Arguments,
    returned: Value | None,
) -> Value:
    """What a table row says it gives."""
    kind, _, inner = row.gives.rstrip("]").partition("[")
    depends = receiver.depends | arguments.depends
    if kind == "none":
        return NONE
    if kind == "element":
        return (receiver.of or UNKNOWN_VALUE).on(depends)
    if kind == "value":
        return (receiver.values or UNKNOWN_VALUE).on(depends)
    size: Cost | None = None
    if row.size:
        from analyzers.operations import formula

        argument = first if first is not None else UNKNOWN_VALUE
        size = formula(
            row.size,
            run.extent(receiver) if "n" in row.size else ONE,
            run.extent(argument) if "k" in row.size else ONE,
        )
    if kind in ("same", "receiver"):
        return replace(
            receiver,
            size=size or receiver.size,
            grown=None,
            depends=depends,
            born=len(run.loops),
            token="",
            items=None,
        )
    if kind in ("int", "float", "bool", "str", "unknown"):
        return Value(kind, size=size, depends=depends)
    of, values = _inner(inner, receiver, arguments, returned)
    if kind in ("list", "set", "tuple", "dict", "deque") and not row.lazy and size is not None:
        run.space = run.space + run.settled(size)
    return Value(
        kind, size=size, of=of, values=values, depends=depends, born=len(run.loops), evidence=f"made by a {kind} operation",
        label=receiver.label if row.lazy else "",
    )  # fmt: skip


def _inner(
    inner: str, receiver: Value, arguments: Arguments, returned: Value | None
) -> tuple[Value | None, Value | None]:
    element = receiver.of
    if inner == "element":
        return element, receiver.values
    if inner == "value":
        return receiver.values, None
    if inner == "returned":
        return returned, None
    if inner == "pair":
        key, value = element or UNKNOWN_VALUE, receiver.values or UNKNOWN_VALUE
        return Value("tuple", size=ONE, items=(key, value)), None
    if inner == "indexed":
        return Value(
            "tuple", size=ONE, items=(Value("int", size=receiver.size), element or UNKNOWN_VALUE)
        ), None
    if inner == "grouped":
        return Value("tuple", size=ONE, items=(UNKNOWN_VALUE, Value("iterator", of=element))), None
    if inner == "zipped":
        return Value("tuple", size=ONE, items=tuple(v.of or UNKNOWN_VALUE for v in arguments.values)), None
    return (Value(inner) if inner else None), None


# -------------------------------------------------------------------------------------------------- project


def construct(run: Run, target: Value, arguments: Arguments, place: Place) -> Value:
    """`C(...)`: an instance, after its `__init__` ran."""
    assert target.ref is not None
    project = run.summaries.project
    made = evidence.instance_of(project, *target.ref)
    init = "__init__" if run.language == "python" else "constructor"
    found = names.member(project, *target.ref, init)
    if found is not None and found.kind == "function" and made.kind != "row":
        bound = Value("function", ref=(found.path, found.qualname), bound=made, label=f"{target.label}()")
        invoke(run, bound, tuple(arguments.values), arguments.keywords, place, f"{target.label}()")
    return made.on(arguments.depends)


def invoke(
    run: Run,
    target: Value,
    values: tuple[Value, ...],
    keywords: Mapping[str, Value],
    place: Place,
    label: str,
    *,
    inline: bool = False,
) -> Value:
    """Call a function of the project: its summary enters this run with the arguments in place of the parameters."""
    assert target.ref is not None
    project = run.summaries.project
    function = project.function(*target.ref)
    if function is None:
        return UNKNOWN_VALUE
    bound = bind_parameters(function, target, values, keywords, run.language)
    nested = function.parent and run.path == target.ref[0] and (inline or run.encloses(function.parent))
    if nested:
        return run.summaries.inline(run, target.ref[0], function, bound)
    summary = run.summaries.of(target.ref[0], function, bound, run)
    if summary is None:
        return _recursion(run, function, place)
    return enter_summary(run, summary, bound, place, label, target.ref[0], function)


def _recursion(run: Run, function: f.Function, place: Place) -> Value:
    """A call that leads back to a function still being run."""
    if function.qualname == run.function.qualname:
        run.recursive.append(place)
    else:
        run.incomplete = True
    return UNKNOWN_VALUE


def bind_parameters(
    function: f.Function,
    target: Value,
    values: tuple[Value, ...],
    keywords: Mapping[str, Value],
    language: str,
) -> dict[str, Value]:
    """Arguments under their parameters' names; a bound method's receiver is its first."""
    given = list(values)
    is_static = any(shapes.dotted(d) == "staticmethod" for d in function.decorators)
    if target.bound is not None and function.owner and not is_static and language == "python":
        given.insert(0, target.bound)
    bound: dict[str, Value] = {}
    position = 0
    for param in function.params:
        if param.kind == "star":
            rest = given[position:]
            bound[param.name] = Value("tuple", items=tuple(rest), of=rest[0] if rest else None)
            position = len(given)
        elif param.kind == "double_star":
            bound[param.name] = Value("dict")
        elif param.kind == "positional" and position < len(given):
            bound[param.name] = given[position]
            position += 1
        elif param.name in keywords:
            bound[param.name] = keywords[param.name]
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
    cost = summary.cost.substitute(swap)
    run.charge(cost, place, f"calls {label}, which costs {cost.formula()}")
    run.space = run.space + summary.space.substitute(swap)
    run.effects |= summary.effects
    for name, by in summary.grows:
        value = bound.get(name)
        if value is not None and value.grown is not None:
            run.grow(value.grown, by.substitute(swap))
    kept = run.memo_depth > 0 or memos.is_memoised(function)
    step = Related(place, f"calls `{function.qualname}`")
    for query in summary.queries[:MAX_LIFTED]:
        run.analysis.queries.append(
            replace(
                query,
                depends=_lifted(query.depends, bound, function),
                loops=tuple(run.loops),
                function=run.owner,
                chain=(step, *query.chain),
                memoised=query.memoised or kept,
                inner=query.inner or any(loop.number in query.depends and loop.grows for loop in query.loops),
            )
        )
    if not summary.complete:
        run.incomplete = True
    return _returned(run, summary.returns, swap, bound, function)


def _returned(
    run: Run, value: Value, swap: _Substitution, bound: dict[str, Value], function: f.Function
) -> Value:
    size = value.size.substitute(swap) if value.size is not None else None
    inner = _returned(run, value.of, swap, bound, function) if value.of is not None else None
    values = _returned(run, value.values, swap, bound, function) if value.values is not None else None
    return replace(
        value, size=size, of=inner, values=values, depends=_lifted(value.depends, bound, function), label="", token="",
        grown=None, born=len(run.loops), bound=None,
    )  # fmt: skip


def _lifted(tokens: frozenset[Token], bound: dict[str, Value], function: f.Function) -> frozenset[Token]:
    out: frozenset[Token] = frozenset()
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

    def _replace(self, size: Size) -> Cost | None:
        owner, _, label = size.key.partition(":")
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
    """`await value`: what the awaited call did is written down if a loop is open."""
    before = len(run.analysis.queries)
    effects_before = set(run.effects)
    value = expressions.evaluate(run, node.value)
    run.effects.add("await")
    if run.loops:
        new = run.analysis.queries[before:]
        for position in range(before, len(run.analysis.queries)):
            run.analysis.queries[position] = replace(run.analysis.queries[position], awaited=True)
        effects = frozenset(q.kind for q in new) | frozenset(run.effects - effects_before)
        label = shapes.text_of(node.value) or "the awaited value"
        run.analysis.awaits.append(
            Awaited(run.place(node), value.depends, tuple(run.loops), run.owner, label, effects)
        )
    return queries.awaited(run, value)


def force(run: Run, value: Value, place: Place) -> None:
    """A spread argument is read to its end."""
    if value.kind in queries.LAZY_KINDS:
        queries.touch(run, value, place, "iterate")


def entered(run: Run, value: Value) -> Value:
    """What `with value as x` binds: for files, sessions, clients and cursors the thing itself."""
    return value if value.kind != "unknown" else UNKNOWN_VALUE.on(value.depends)
