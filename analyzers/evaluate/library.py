"""Functions and methods that the language brings along: what the cost tables say, carried out."""

from __future__ import annotations

from dataclasses import replace

from analyzers import facts as f
from analyzers.costs import ONE, Cost
from analyzers.evaluate import calls, evidence, loops, operators, queries, reading
from analyzers.evaluate.arguments import Arguments
from analyzers.evaluate.events import Queried
from analyzers.evaluate.run import Run
from analyzers.findings import Place
from analyzers.operations import Operation, formula, operations
from analyzers.types import INPUT, NONE, UNKNOWN_VALUE, Value, join, joined

DUCKS = {
    "sort": "list",
    "popleft": "deque",
    "appendleft": "deque",
    "setdefault": "dict",
    "items": "dict",
    "iteritems": "dict",
    "itervalues": "dict",
}
"""Methods that one built-in type alone has: enough to know what the call costs, not enough to report it."""

SLICES = ("slice", "substring")
"""JavaScript's methods that copy a part. Source: https://tc39.es/ecma262/#sec-array.prototype.slice"""

_NO_ARGUMENT = Value(size=ONE)
"""`list()`, `set()`: nothing is copied."""


def method(run: Run, node: f.Call, receiver: Value, name: str, arguments: Arguments, place: Place) -> Value:
    """A method of a built-in type."""
    first = arguments.first()
    if not receiver.known:
        receiver = receiver.but(kind=DUCKS.get(name, "unknown") if run.language == "python" else "unknown")
    if run.language != "python" and name in SLICES and receiver.kind in ("list", "str"):
        return _sliced(run, node, receiver, arguments)
    row = operations(run.language).method(
        receiver.kind, name, first.const if first is not None else None, bool(arguments.values)
    )
    if row is None:
        run.escape(receiver)
        return UNKNOWN_VALUE
    if row.reads and INPUT in receiver.depends:
        return reading.read(run, row, first, place)
    if row.effect == "http":
        run.effects.add(row.effect)
        _requested(run, f"{receiver.label or 'client'}.{name}()", arguments, place)
    func = node.func
    where = run.place(func.obj) if isinstance(func, f.Attr) else place
    return apply(run, node, row, name, receiver, first, arguments, place, where)


def _sliced(run: Run, node: f.Call, receiver: Value, arguments: Arguments) -> Value:
    """`xs.slice(a, b)` is what Python writes `xs[a:b]`."""
    start, stop = [*node.args[:2], None, None][:2]
    obj = node.func.obj if isinstance(node.func, f.Attr) else node.func
    shape = f.Slice(node.at, node.to, obj, start, stop, None)
    return operators.sliced(run, shape, receiver, [arguments.get(0), arguments.get(1), None])


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
        return calls.super_object(run)
    row = operations(run.language).function.get(name)
    if row is None and name.endswith("Thread") and run.function.kind == "module":
        started = arguments.keywords.get("target")
        if started is not None and started.kind == "function":  # A script's own work, on a larger stack.
            calls.invoke(run, started, (), {}, place, started.label)
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
        return joined(arguments.values) or UNKNOWN_VALUE
    if row.effect:
        run.effects.add(row.effect)
    if row.effect == "http":
        _requested(run, f"{name.rpartition('#')[2]}()", arguments, place)
    if row.reads and (name != "os.read" or receiver.const == 0 or INPUT in receiver.depends):
        return reading.read(run, row, arguments.first() if name != "os.read" else None, place)
    if name == "builtins.open" and receiver.const in reading.STDIN_NAMES and receiver.const is not False:
        return reading.stream(Value("external", dotted="sys.stdin"))
    if name in reading.OPENERS:
        return Value("file", of=Value("str"), depends=arguments.depends | {INPUT})
    if name == "builtins.print":
        _printed(run, node, arguments, place)
    short = name.rpartition(".")[2]
    where = run.place(node.args[over]) if over < len(node.args) else place
    other = arguments.get(1 - over) if over in (0, 1) else None
    return apply(run, node, row, short, receiver, other, arguments, place, where, called=True)


def _printed(run: Run, node: f.Call, arguments: Arguments, place: Place) -> None:
    """`print(*xs)` and `print(xs)` write every element."""
    for value, argument in zip(arguments.values, node.args, strict=False):
        if isinstance(argument, f.Star) or value.kind in ("list", "tuple", "set", "dict", "deque"):
            written = run.extent(value)
            run.charge(written, place, f"prints {value.label or 'its elements'}: {written.formula()}")


def _requested(run: Run, label: str, arguments: Arguments, place: Place) -> None:
    """A request to another service is sent here."""
    run.analysis.queries.append(
        Queried("http", label, place, arguments.depends, tuple(run.loops), run.owner, orm="http")
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
    called: bool = False,
) -> Value:
    """Carry out a table row: its cost, what it grows, its callback, its result."""
    if receiver.kind in queries.LAZY_KINDS and not row.lazy:
        queries.touch(run, receiver, where, name)
    if row.grows == "k" and first is not None and first.kind in queries.LAZY_KINDS:
        queries.touch(run, first, place, name)
    operators.operate(run, row, name, place, receiver, first, receiver_place=where, called=called)
    if row.grows:
        by = ONE if row.grows == "1" else run.extent(first) if first is not None else ONE
        put = (
            first if len(arguments.values) < 2 or name not in ("insert", "heappush") else arguments.values[1]
        )
        _grown(run, node, receiver, by, put, row)
    returned = _callback(run, node, row, receiver, arguments, place)
    found = result(run, row, receiver, first, arguments, returned)
    return reading.taken(run, name, receiver, reading.kept(name, receiver, found))


def _grown(run: Run, node: f.Call, receiver: Value, by: Cost, put: Value | None, row: Operation) -> None:
    if receiver.grown is not None:
        run.grow(receiver.grown, by)
    holder = node.func.obj if isinstance(node.func, f.Attr) else node.args[0] if node.args else None
    if isinstance(holder, f.Name) and holder.id in run.env and put is not None:
        element = put.of if row.grows == "k" else put
        if element is not None and receiver.kind in ("list", "set", "deque", "dict"):
            known = run.env[holder.id]
            held = element if known.of is None else join(known.of, element)
            run.bind(holder.id, replace(known, of=held, items=None))


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
    if function is not None and function.kind == "external":
        made = operations(run.language).function.get(function.dotted)
        kind = made.gives.partition("[")[0] if made is not None else ""
        return Value(kind) if kind in ("int", "float", "str", "bool", "list", "set", "tuple") else None
    if function is None or callback is None or function.kind != "function":
        return None
    over_node = (
        node.func.obj if isinstance(node.func, f.Attr) else node.args[min(int(row.over), len(node.args) - 1)]
    )
    accumulator = _accumulator(run, arguments) if row.passes == "accumulator" else UNKNOWN_VALUE
    before = len(run.analysis.operations)
    loops.enter(run, node, receiver, over_node, place, "callback")
    element = loops.element_of(run, receiver)
    passed = (element,) if row.passes == "element" else (accumulator, element)
    returned = calls.invoke(run, function, passed, {}, run.place(callback), "the callback", inline=True)
    _accumulated(run, accumulator, before)
    run.close()
    return returned


def _accumulator(run: Run, arguments: Arguments) -> Value:
    """What `reduce(f, [])` and `reduce(f, {})` hand on from turn to turn: a container that may grow."""
    start = arguments.get(1)
    if start is None or start.kind not in ("list", "dict") or not start.is_constant_size:
        return UNKNOWN_VALUE
    return replace(start, grown=run.new_container("accumulator"), items=None, const=None, frozen=False)


def _accumulated(run: Run, accumulator: Value, before: int) -> None:
    """A copy of the accumulator in a reducer's body is what the next turn gets."""
    if accumulator.grown is None:
        return
    operations_ = run.analysis.operations
    for position in range(before, len(operations_)):
        found = operations_[position]
        if found.tag in ("spread", "concat") and found.receiver.grown is accumulator.grown:
            operations_[position] = replace(found, target=found.receiver.label)
            run.grow(accumulator.grown, ONE)


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
    if kind in ("element", "value"):
        inside = (receiver.of if kind == "element" else receiver.values) or UNKNOWN_VALUE
        if receiver.frozen and receiver.is_constant_size:
            inside = inside.but(size=ONE, frozen=True)  # What a constant holds is as constant.
        return inside.on(depends)
    size: Cost | None = None
    if row.size:
        argument = first if first is not None else UNKNOWN_VALUE
        size = formula(
            row.size,
            run.extent(receiver) if "n" in row.size else ONE,
            run.extent(argument) if "k" in row.size else ONE,
        )
    if receiver.frozen and row.tag == "copy" and receiver.is_constant_size:
        size = ONE  # A copy of a constant is one.
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
