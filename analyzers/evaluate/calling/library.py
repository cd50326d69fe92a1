"""Functions and methods that the language brings along: what the cost tables say, carried out."""

from __future__ import annotations

from msgspec.structs import replace

from analyzers import facts as f
from analyzers.costs import ONE, Cost
from analyzers.evaluate import (
    assignments,
    evidence,
    expressions,
    lengthening,
    operators,
    queries,
    shapes,
)
from analyzers.evaluate.calling import cached, calls, executors, flattening, followed_paths, lodash
from analyzers.evaluate.calling.arguments import Arguments
from analyzers.evaluate.calling.callbacks import called_back
from analyzers.evaluate.calling.results import KEYED, result
from analyzers.evaluate.events import Queried
from analyzers.evaluate.queries import holding
from analyzers.evaluate.run import Run
from analyzers.evaluate.sizes import ranges, reading
from analyzers.evaluate.sizes.measures import Measures
from analyzers.evaluate.turns import loops, segments
from analyzers.findings import Place
from analyzers.operations import Operation, operations
from analyzers.project import names
from analyzers.types import INPUT, UNKNOWN_VALUE, Value, element, join, joined

DUCKS = {
    "sort": "list",
    "popleft": "deque",
    "appendleft": "deque",
    "setdefault": "dict",
    "items": "dict",
    "iteritems": "dict",
    "itervalues": "dict",
}
"""Methods that one built-in type alone has."""

VIEWS = ("items", "keys", "values")
"""Methods of a mapping that give as many as it holds."""

SLICES = ("slice", "substring")
"""JavaScript's methods that copy a part. Source: https://tc39.es/ecma262/#sec-array.prototype.slice"""

_NO_ARGUMENT = Value(size=ONE)
"""`list()`, `set()`: nothing is copied."""


def method(run: Run, node: f.Call, receiver: Value, name: str, arguments: Arguments, place: Place) -> Value:
    """A method of a built-in type."""
    first = arguments.first()
    if receiver.entries and receiver.kind == "dict" and name in ("get", "pop") and first is not None:
        held = operators.named(receiver, first)
        if held is not None and queries.is_client(held.kind):
            return held.on(receiver.depends)  # `client = kwargs.pop("client")`
    if not receiver.known and run.language == "python":
        receiver = _by_what_it_is_asked(node, receiver, name, first)
    if run.language != "python" and name in SLICES and receiver.kind in ("list", "str"):
        return _sliced(run, node, receiver, arguments)
    if not receiver.known and run.language != "python" and _is_array(run, node, name):
        receiver = receiver.but(kind="list", evidence="things are put into it at its end")
    row = operations(run.language).method(
        receiver.kind, name, first.const if first is not None else None, bool(arguments.values)
    )
    if row is None and not receiver.known and run.language != "python" and _goes_through(run, node, name):
        receiver = receiver.but(kind="list", evidence=f"`.{name}()` calls a function for each element")
        row = operations(run.language).method("list", name)
    if row is None and receiver.kind in operators.LISTS_ONCE:
        receiver = receiver.but(kind="list")
        row = operations(run.language).method("list", name, first.const if first else None, first is not None)
    if row is None and not receiver.known and _cuts_text(name, arguments) and run.language == "python":
        return Value("list", of=Value("str"), evidence=f"`.{name}()` of a text")
    if row is None:
        handed = executors.method(run, node, receiver, name, arguments, place)
        handed = handed or cached.kept(run, name, arguments, place)
        if handed is not None:
            return handed
        executors.called_by_others(run, node, arguments)
        run.escape(receiver)
        # A generator's `random()`, whichever it is, gives a number between 0 and 1.
        return Value("float", size=ONE) if name == "random" and not arguments.values else UNKNOWN_VALUE
    if row.reads and INPUT in receiver.depends:
        return reading.read(run, row, first, place)
    if row.effect == "http":
        run.effects.add(row.effect)
        _requested(run, f"{receiver.label or 'client'}.{name}()", arguments, place)
    func = node.func
    where = run.place(func.obj) if isinstance(func, f.Attr) else place
    if row.grows and isinstance(func, f.Attr) and isinstance(func.obj, f.Index):
        _entered(run, func.obj)
    made = apply(run, node, row, name, receiver, first, arguments, place, where)
    told = followed_paths.pieces(receiver, name, arguments) if receiver.kind == "str" else None
    if told is not None:
        return made.but(items=told, size=ONE)
    if name in segments.CUT and receiver.kind in ("str", "bytes") and made.kind == "list":
        return made.but(evidence=segments.PIECES)
    return made


def _by_what_it_is_asked(node: f.Call, receiver: Value, name: str, first: Value | None) -> Value:
    """A receiver of which nothing is known but the call: `queue.pop(0)` and `queue.insert(0, x)` move all elements of a
    list, `order.index(x)` and `words.count(x)` search what has an order. A text is asked for a text, and one that starts to look further on
    goes through no part twice."""
    if name in DUCKS:
        return receiver.but(kind=DUCKS[name])
    if node.keywords or first is None or isinstance(first.const, str):
        return receiver.but(kind="unknown")
    at_front = first.const == 0 and first.kind == "int"
    if at_front and len(node.args) == {"pop": 1, "insert": 2}.get(name):
        return receiver.but(kind="list", evidence=f"`.{name}(0)` is asked of it")
    if name in ("index", "count") and len(node.args) == 1 and first.kind not in ("str", "bytes"):
        return receiver.but(kind="sequence", evidence=f"`.{name}()` is asked of it")
    return receiver.but(kind="unknown")


def _is_array(run: Run, node: f.Call, name: str) -> bool:
    """`rows.splice(i, 1)`, which only arrays have; `keys.includes(key)` of what the same function pushes to; `jobs.shift()` of what it
    asks for its length."""
    if name == "splice":
        return True
    asked = shapes.text_of(node.func.obj) if isinstance(node.func, f.Attr) else ""
    if name == "shift" and not node.args:
        return asked in lengthening.measured(run.function.body)
    asks = name in ("includes", "indexOf", "lastIndexOf", "concat")
    return asks and asked in lengthening.pushed_to(run.function.body)


def _goes_through(run: Run, node: f.Call, name: str) -> bool:
    """`rows.map((row) => ...)`, `rows.sort((a, b) => ...)`: what has a method of an array's that is handed a function, is gone
    through."""
    row = operations(run.language).method("list", name)
    given = node.args[0] if node.args else None
    if row is None or row.calls != "0" or not isinstance(given, f.Lambda):
        return False
    function = run.summaries.function(run.path, given.qualname) if row.passes == "pair" else None
    return row.passes != "pair" or (function is not None and len(function.params) == 2)


def _cuts_text(name: str, arguments: Arguments) -> bool:
    """`x.split()`, `x.split(",")`, `x.splitlines()`: of whatever kind of text, the pieces are a list."""
    if name == "splitlines":
        return True
    first = arguments.first()
    return name in ("split", "rsplit") and (first is None or isinstance(first.const, str))


def _sliced(run: Run, node: f.Call, receiver: Value, arguments: Arguments) -> Value:
    """`xs.slice(a, b)` is what Python writes `xs[a:b]`."""
    start, stop = [*node.args[:2], None, None][:2]
    obj = node.func.obj if isinstance(node.func, f.Attr) else node.func
    shape = f.Slice(node.at, node.to, obj, start, stop, None)
    bounds = [arguments.get(0), arguments.get(1), None]
    part = operators.sliced(run, shape, receiver, bounds)
    return part.but(evidence=loops.PIECE) if loops.is_piece(run, bounds) else part


def _entered(run: Run, holder: f.Index) -> None:
    """`groups[key].append(x)`: a mapping that makes its entries has one more."""
    if isinstance(holder.obj, f.Name):
        mapping = run.lookup(holder.obj.id)
        if mapping is not None and mapping.kind == "dict":
            assignments.keyed(run, holder.obj, mapping, expressions.evaluate(run, holder.index))


def external(run: Run, node: f.Call, target: Value, arguments: Arguments, place: Place) -> Value:
    """A function or class from outside the project."""
    name = target.dotted if run.language == "python" else target.dotted.removeprefix("builtins.")
    if name in ("builtins.range", "builtins.xrange"):
        values = [ranges.bounded(run, *pair) for pair in zip(node.args, arguments.values, strict=False)]
        zero = Value("int", size=ONE, const=0)
        if len(values) == 1:
            return ranges.counting(run, zero, values[0], None)
        if len(values) >= 2:
            step = None
            if len(values) > 2:
                step = _step(run, node.args[2], values[2])
            falling = step is not None and isinstance(node.args[2], f.Unary) and node.args[2].op == "-"
            counted = ranges.counting(run, values[0], values[1], step, falling=falling)
            segment = segments.named(run, node.args[0], node.args[1])
            return counted if segment is None else replace(counted, size=segment)
    if name in ("builtins.min", "builtins.max") and len(arguments.values) > 1:
        compared = [ranges.bounded(run, *pair) for pair in zip(node.args, arguments.values, strict=False)]
        if all(value.kind in ("int", "float", "bool") or value.above or value.below for value in compared):
            return (ranges.least if name == "builtins.min" else ranges.greatest)(run, compared)
    if name == "builtins.super":
        return _super_object(run)
    added_up = flattening.flattened(run, node, name, arguments, place)
    if added_up is not None:
        return added_up
    as_method = lodash.called(run, node, name, arguments, place) if run.language != "python" else None
    if as_method is not None:
        return as_method
    table = operations(run.language).function
    name = "bisect.bisect" if name == "bisect" else name  # `from bisect import *`
    row = table.get(f"{name}/{len(arguments.values)}", table.get(name))
    if row is None and name.endswith("Thread") and run.function.kind == "module":
        started = arguments.keywords.get("target")
        if started is not None and started.kind == "function":  # A script's own work, on a larger stack.
            calls.invoke(run, started, (), {}, place, started.label)
    if row is None and name.startswith("builtins.") and name.count(".") == 2 and arguments.values:
        return _unbound_method(run, node, name, arguments, place)
    if row is None:
        handed = executors.function(run, node, name, arguments) or cached.kept(run, name, arguments, place)
        if handed is not None:
            return handed
        executors.called_by_others(run, node, arguments)
        made = _of_outside(name)
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
    other = arguments.get(1 - over, row.named) if over in (0, 1) else None
    return apply(run, node, row, short, receiver, other, arguments, place, where, called=True)


def _of_outside(name: str) -> Value:
    """What calling something gives of which nothing more is known than its name."""
    owner, _, last = name.rpartition(".")
    if last.rpartition("#")[2][:1].isupper():
        return evidence.external_instance(name)
    if last in VIEWS and owner.rpartition(".")[2].isupper():
        return Value(size=ONE)  # `settings.ROLES.items()`: written like a constant, it is one.
    return UNKNOWN_VALUE


def _step(run: Run, node: f.Expr, step: Value) -> Value:
    """A range's step, of which more may be known once the number it is computed from stands for itself."""
    part = node
    while isinstance(part, f.Binary) and isinstance(part.left if part.op == "*" else part.right, f.Const):
        part = part.right if part.op == "*" else part.left
    if isinstance(part, f.Binary) and part.op == "*" and isinstance(part.right, f.Const):
        part = part.left
    if part is node:
        return ranges.itself(run, node, step)
    held = run.lookup(part.id) if isinstance(part, f.Name) else None
    if held is None or ranges.itself(run, part, held) is held:
        return step
    return ranges.bounded(run, node, expressions.evaluate(run, node))


def _printed(run: Run, node: f.Call, arguments: Arguments, place: Place) -> None:
    """`print(*xs)` and `print(xs)` write every element."""
    for value, argument in zip(arguments.values, node.args, strict=False):
        if isinstance(argument, f.Star) or value.kind in ("list", "tuple", "set", "dict", "deque"):
            written = run.extent(value)
            run.charge(written, place, f"prints {value.label or 'its elements'}: {written.formula()}")


def _unbound_method(run: Run, node: f.Call, name: str, arguments: Arguments, place: Place) -> Value:
    """`str.join(sep, parts)`, `dict.get(d, key)`: a method with its receiver as the first argument."""
    kind, _, short = name.removeprefix("builtins.").partition(".")
    row = operations(run.language).method(kind, short)
    receiver, *rest = arguments.values
    if row is None:
        return UNKNOWN_VALUE
    first = rest[0] if rest else None
    return apply(run, node, row, short, receiver, first, arguments, place, place)


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
    measures = Measures(run, receiver, first, arguments.values, arguments.keywords, node)
    # `pd.concat([table, row])` copies the table, not the list it is handed in.
    copied = (
        receiver.items[0] if row.tag == "concat" and "inside" in row.time and receiver.items else receiver
    )
    operators.operate(
        run, row, name, place, copied, first, receiver_place=where, called=called, measures=measures
    )
    if row.grows:
        by = ONE if row.grows == "1" else run.extent(first) if first is not None else ONE
        put = (
            first if len(arguments.values) < 2 or name not in ("insert", "heappush") else arguments.values[1]
        )
        _grown(run, node, receiver, by, put, row)
        if put is None and arguments.keywords:
            _named_entries(run, node, receiver, arguments)
    returned = called_back(run, node, row, receiver, arguments, place)
    found = result(run, row, receiver, arguments, measures, returned)
    return reading.taken(run, name, receiver, reading.kept(name, receiver, found))


def _grown(run: Run, node: f.Call, receiver: Value, by: Cost, put: Value | None, row: Operation) -> None:
    put_in = element(put) if row.grows == "k" and put is not None else put
    if not (receiver.kind in KEYED and put_in is not None and put_in.is_few):
        run.lengthen(receiver, by)
    holder = node.func.obj if isinstance(node.func, f.Attr) else node.args[0] if node.args else None
    if isinstance(holder, f.Index):
        assignments.inside_grows(run, holder)
    if holder is not None and put_in is not None:
        holding.put(run, holder, put_in, receiver)
    if not isinstance(holder, f.Name) or holder.id not in run.env or put_in is None:
        return
    if receiver.kind in ("list", "deque", "queue", "priorityqueue", "sortedlist", *KEYED):
        known = run.env[holder.id]
        held = (put_in if known.of is None else join(known.of, put_in)).plain()
        depends = known.depends | holding.chosen_by(run, known, put_in)
        run.bind(holder.id, replace(known, of=held, items=None, depends=depends))


def _named_entries(run: Run, node: f.Call, receiver: Value, arguments: Arguments) -> None:
    """`wanted.update(name=name)`: what a mapping is told under names."""
    holder = node.func.obj if isinstance(node.func, f.Attr) else None
    if isinstance(holder, f.Name) and holder.id in run.env and receiver.kind in KEYED:
        known = run.env[holder.id]
        run.bind(holder.id, known.on(holding.chosen_by(run, known, Value(depends=arguments.depends))))


def _super_object(run: Run) -> Value:
    """`super()`: an instance of the next class in the method's lineage."""
    owner = run.function.owner
    if not owner:
        return UNKNOWN_VALUE
    for base in names.lineage(run.summaries.project, run.path, owner)[1:]:
        if base.kind == "class":
            return Value(
                "instance", ref=(base.path, base.qualname), label="super()", depends=frozenset({"self"})
            )
    return Value(label="super()", depends=frozenset({"self"}))
