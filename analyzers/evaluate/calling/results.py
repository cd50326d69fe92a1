"""What an operation gives: the `gives` of a table's row, made out of the values at hand."""

from __future__ import annotations

from msgspec.structs import replace

from analyzers import facts as f
from analyzers.costs import ONE, Cost
from analyzers.evaluate import evidence
from analyzers.evaluate.calling.arguments import Arguments
from analyzers.evaluate.run import Run
from analyzers.evaluate.sizes.measures import NUMBERS, Measures
from analyzers.operations import Operation, operations
from analyzers.types import CALLABLE, CHARACTER, NONE, UNKNOWN_VALUE, Value, element, join, joined

KEYED = ("set", "dict", "sortedset", "sorteddict")
"""Containers that hold each key once."""

MADE = (*KEYED, "list", "tuple", "deque", "array", "sortedlist")
"""Containers that take up memory of their own."""


def result(
    run: Run,
    row: Operation,
    receiver: Value,
    arguments: Arguments,
    measures: Measures,
    returned: Value | None,
) -> Value:
    """What a table row says it gives."""
    kind, _, inner = row.gives.rstrip("]").partition("[")
    depends = receiver.depends | arguments.depends
    if kind == "none":
        return NONE
    if kind == "character":
        return CHARACTER.on(depends)
    if kind in ("element", "value"):
        held = element(receiver) if kind == "element" else receiver.values
        held = held or (_filled_in(arguments) if row.grows else UNKNOWN_VALUE)
        otherwise = arguments.get(1)
        if kind == "value" and held.kind in CALLABLE and otherwise is not None and otherwise.kind in CALLABLE:
            held = join(held, otherwise)
        if receiver.frozen and receiver.is_constant_size:
            held = held.but(size=ONE, frozen=True)  # What a constant holds is as constant.
        return held.on(depends)
    if kind == "returned":
        return (
            replace(returned, label="", depends=returned.depends | depends)
            if returned
            else Value(depends=depends)
        )
    if kind == "first":
        return arguments.first() or UNKNOWN_VALUE
    if kind == "divided":
        return _divided(receiver, arguments).on(depends)
    size: Cost | None = measures.cost(row.size) if row.size else None
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
            const=None,
        )
    if inner == "number":
        return Value(kind, size=_parsed(run, receiver), depends=depends)
    if kind in ("int", "float", "bool", "str", "unknown"):
        small = kind == "str" and size is not None and size.is_constant
        made_of_few = small and receiver.is_few and all(value.is_few for value in arguments.values)
        return Value(kind, size=size, depends=depends, letter=made_of_few)
    of, values = _inside(run, inner, receiver, arguments, returned)
    if kind in KEYED and of is not None and of.is_few:
        size = ONE
    if kind in MADE and not row.lazy and size is not None:
        run.space = run.space + run.settled(size)
    return Value(
        kind,
        size=size,
        of=of,
        values=values,
        depends=depends,
        born=len(run.loops),
        evidence=f"made by a {kind} operation",
        label=receiver.label if row.lazy and measures.tells_label else "",
    )


def _filled_in(arguments: Arguments) -> Value:
    """What a mapping is given where a key is missing: `groups.setdefault(key, [])`."""
    given = arguments.get(1)
    return Value(given.kind) if given is not None and given.kind in ("list", "set", "dict") else UNKNOWN_VALUE


def _parsed(run: Run, value: Value) -> Cost | None:
    """The bound of `int(x)`: that of the number x, or of the few numbers a character stands for."""
    if value.is_few:
        return ONE
    if value.kind in NUMBERS:
        return run.magnitude(value) if value.size is not None or value.label in value.depends else None
    return None


def _divided(receiver: Value, arguments: Arguments) -> Value:
    """`divmod(a, b)`: neither part is larger than a; the remainder is smaller than b."""
    by = arguments.get(1) or UNKNOWN_VALUE
    quotient = Value("int", size=receiver.size, depends=receiver.depends | by.depends)
    rest = replace(quotient, size=ONE) if by.const is not None else quotient
    return Value("tuple", size=ONE, items=(quotient, rest))


def _inside(
    run: Run, inner: str, receiver: Value, arguments: Arguments, returned: Value | None
) -> tuple[Value | None, Value | None]:
    """What the result's elements are, and what its keys map to."""
    held = element(receiver)
    known = held or UNKNOWN_VALUE
    if inner == "element":
        return held, receiver.values
    if inner == "value":
        return receiver.values, None
    if inner == "returned":
        return returned, None
    if inner == "receiver":
        return receiver, None
    if inner == "entry":
        return _entry(receiver, known)
    if inner == "made":
        return None, _made(run, arguments)
    if inner == "pair":
        return Value("tuple", size=ONE, items=(known, receiver.values or UNKNOWN_VALUE)), None
    if inner == "indexed":
        return Value("tuple", size=ONE, items=(Value("int", size=run.extent(receiver)), known)), None
    if inner == "grouped":
        key = returned or (known if len(arguments.values) < 2 else UNKNOWN_VALUE)
        return Value("tuple", size=ONE, items=(key, Value("iterator", of=held))), None
    if inner == "zipped":
        return _zipped(arguments), None
    if inner == "repeated":
        return Value("tuple", size=ONE, of=held), None
    if inner == "accumulated":
        return returned or (Value(known.kind) if len(arguments.values) < 2 else None), None
    if inner == "flattened":
        return element(known), None
    if inner == "copies":
        return Value("iterator", of=held, size=receiver.size, label=receiver.label), None
    if inner == "chained":
        found = [element(v) or UNKNOWN_VALUE for v in arguments.values]
        return (element(known) if _spread(arguments) else joined(found)), None
    return (Value(inner) if inner else None), None


def _entry(receiver: Value, pair: Value) -> tuple[Value | None, Value | None]:
    """Keys and values of `dict(mapping)` and `dict(pairs)`."""
    if receiver.kind == "dict":
        return receiver.of, receiver.values
    if pair.items is not None and len(pair.items) == 2:
        return pair.items
    return None, None


def _made(run: Run, arguments: Arguments) -> Value | None:
    """What a `defaultdict` fills in: `list`, `int`, `lambda: [0, 0]`."""
    factory = arguments.first()
    if factory is None:
        return None
    if factory.kind == "external":
        row = operations(run.language).function.get(factory.dotted)
        kind = row.gives.partition("[")[0] if row is not None else ""
        return Value(kind, evidence=f"made by `defaultdict({factory.label})`") if kind else None
    if factory.kind == "function" and factory.ref is not None:
        function = run.summaries.project.function(*factory.ref)
        last = function.body[-1] if function is not None and function.body else None
        if function is not None and isinstance(last, f.Return):
            project = run.summaries.project
            return evidence.guess(project, factory.ref[0], function.qualname, run.language, last.value)
    return None


def _spread(arguments: Arguments) -> bool:
    return bool(arguments.node.args) and isinstance(arguments.node.args[0], f.Star)


def _zipped(arguments: Arguments) -> Value:
    """A tuple with one element of each argument; of `zip(*rows)`, a column."""
    if _spread(arguments) and arguments.values:
        # The columns of a table hold as much as its rows: their size is derived, so that it adds up to all of it.
        return Value("tuple", of=element(element(arguments.values[0]) or UNKNOWN_VALUE))
    items = tuple(element(v) or UNKNOWN_VALUE for v in arguments.values)
    of = items[0] if items else None
    for item in items[1:]:
        of = join(of, item) if of is not None else None
    return Value("tuple", size=ONE, items=items, of=of)
