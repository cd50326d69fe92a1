"""What an expression gives, and what it costs to get it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from typing import Any

from msgspec.structs import replace

from analyzers import facts as f
from analyzers import ways
from analyzers.costs import ONE
from analyzers.evaluate import attributes, deciding, evidence, hooks, operators, queries, shapes
from analyzers.evaluate.calling import calls, memos, spared
from analyzers.evaluate.meeting import met
from analyzers.evaluate.presenting import frameworks, pages, written
from analyzers.evaluate.queries import asked_cache, holding, keyed
from analyzers.evaluate.recursion import derived
from analyzers.evaluate.run import Run
from analyzers.evaluate.sizes import ranges, reading
from analyzers.evaluate.sizes.measures import texts
from analyzers.evaluate.turns import loops
from analyzers.types import NOTHING, UNKNOWN_VALUE, Value, constant, join, joined

MAX_ENTRIES = 40
"""Entries of a mapping that are kept apart; longer ones are tables."""


def evaluate(run: Run, node: f.Expr) -> Value:
    """Run one expression: charge its cost, write down its events, return its value."""
    run.step()
    return _HANDLERS[type(node)](run, node)


def evaluate_all(run: Run, nodes: tuple[f.Expr, ...]) -> list[Value]:
    return [evaluate(run, node) for node in nodes]


# ---------------------------------------------------------------------------------------------------- leaves


def _name(run: Run, node: f.Name) -> Value:
    value = run.lookup(node.id)
    if value is not None:
        return value if value.label else replace(value, label=node.id)
    return attributes.free_name(run, node.id)


def _const(run: Run, node: f.Const) -> Value:
    kind = {"regex": "instance", "ellipsis": "unknown"}.get(node.kind, node.kind)
    return constant(kind, node.value)


def _attr(run: Run, node: f.Attr) -> Value:
    value = attributes.attribute(run, node)
    return frameworks.implicitly_called(run, node, value) if pages.has_specials(run) else value


def _index(run: Run, node: f.Index) -> Value:
    held = hooks.taken(run, node)
    if held is not None:
        return held.but(label=shapes.text_of(node))  # `request.app["db"]`
    base = evaluate(run, node.obj)
    index = evaluate(run, node.index)
    found = operators.item(run, node, base, index)
    return _by(found, derived.item(base, index, shapes.text_of(node.index)))


def _by(value: Value, way: ways.Way | None) -> Value:
    """A value with the way it was made."""
    return value if value.way == way else replace(value, way=way)


def _slice(run: Run, node: f.Slice) -> Value:
    base = evaluate(run, node.obj)
    bounds = [
        evaluate(run, part) if part is not None else None for part in (node.start, node.stop, node.step)
    ]
    part = _by(operators.sliced(run, node, base, bounds), derived.sliced(base.way, bounds))
    return part.but(evidence=loops.PIECE) if loops.is_piece(run, bounds) else part


# ------------------------------------------------------------------------------------------------- operators


def _binary(run: Run, node: f.Binary) -> Value:
    left, right = evaluate(run, node.left), evaluate(run, node.right)
    return _by(operators.binary(run, node, left, right), derived.binary(node.op, left, right))


def condition(run: Run, node: f.Expr) -> Value:
    """An expression that is asked whether it holds: a set of rows is read for that."""
    if isinstance(node, f.Logic):
        return _logic(run, node, whole=True)
    value = evaluate(run, node)
    queries.asked_for_any(run, value, node)
    return value


def _unary(run: Run, node: f.Unary) -> Value:
    value = condition(run, node.operand) if node.op == "not" else evaluate(run, node.operand)
    if node.op == "not":
        return Value("bool", size=ONE, depends=value.depends)
    if value.const is not None and node.op == "-" and isinstance(value.const, (int, float)):
        return replace(value, const=-value.const, above=(), below=())
    return replace(value, const=None, above=(), below=())


def _compare(run: Run, node: f.Compare) -> Value:
    left = evaluate(run, node.left)
    depends = left.depends
    for op, right_node in zip(node.ops, node.rights, strict=False):
        right = evaluate(run, right_node)
        operators.compare(run, node, op, left, right, node.left, right_node)
        depends |= right.depends
        left = right
    return Value("bool", size=ONE, depends=depends)


def _logic(run: Run, node: f.Logic, *, whole: bool = False) -> Value:
    """`a and b`, `a or b`: all parts but the last are asked whether they hold, that one where the whole is."""
    parts = _reached(run, node)
    if len(parts) == 1:
        return condition(run, parts[0])
    first, rest = condition(run, parts[0]), parts[1:]
    name = spared.left_out(run, node.parts[0])[node.op == "or"] if node.op in ("and", "or") else ""
    key = node.parts[0] if node.op == "or" else node
    kept = run.language != "python" and memos.loads_what_misses(node)
    with (
        run.keeping(kept),
        spared.where(run, name),
        keyed.without(run, key),
    ):  # `prices or load()`, `line.order_id or line.order.id`, `self._state.adding and not self.order`
        between = [condition(run, part) for part in rest[:-1]]
        last = condition(run, rest[-1]) if whole else evaluate(run, rest[-1])
    return reduce(lambda a, b: met(a, b, len(run.loops)), (*between, last), first)


def _reached(run: Run, node: f.Logic) -> tuple[f.Expr, ...]:
    """The parts up to the first that ends the question, as this call answers it: `shelf is not None and ...` of a call without one."""
    if node.op not in ("and", "or"):
        return node.parts
    ends = node.op == "or"
    for position, part in enumerate(node.parts[:-1]):
        if deciding.decided(run, part) is ends:
            return node.parts[: position + 1]
    return node.parts


def _choose(run: Run, node: f.Choose) -> Value:
    condition(run, node.test)
    answer = deciding.decided(run, node.test)
    if answer is not None:
        return evaluate(run, node.then if answer else node.other)
    without, with_it = spared.left_out(run, node.test)
    with spared.where(run, without), asked_cache.where(run, node.test):
        then = evaluate(run, node.then)
    with spared.where(run, with_it):
        return met(then, evaluate(run, node.other), len(run.loops))


def _template(run: Run, node: f.Template) -> Value:
    parts = evaluate_all(run, node.parts)
    for value, part in zip(parts, node.parts, strict=True):
        written.in_template(run, value, run.place(part))
    depends = frozenset().union(*(v.depends for v in parts))
    return Value("str", size=texts(run, parts), depends=depends)


# ------------------------------------------------------------------------------------------------ containers


def _collection(run: Run, node: f.Collection) -> Value:
    outside, values = run.reading, []
    for position, item in enumerate(node.items):
        run.reading = reading.item_of(outside, position, len(node.items))
        values.append(evaluate(run, item))
    run.reading = outside
    spread = [v for v, item in zip(values, node.items, strict=False) if isinstance(item, f.Star)]
    depends = frozenset().union(*(v.depends for v in values)) if values else NOTHING
    element: Value | None = None
    for value, item in zip(values, node.items, strict=False):
        inner = (value.of or UNKNOWN_VALUE) if isinstance(item, f.Star) else value
        element = inner if element is None else join(element, inner)
    size = ONE
    for value in spread:
        size = size + run.extent(value)
    run.charge(size, run.place(node), "copies the spread items")
    if spread:
        operators.spread_copy(run, node, spread[0])
    element = element.plain() if element is not None else None
    items = tuple(values) if not spread and len(values) <= 16 else None
    return Value(
        node.kind,
        size=size,
        of=element,
        items=items,
        depends=depends,
        born=len(run.loops),
        evidence="a literal",
    )


def _mapping(run: Run, node: f.Mapping) -> Value:
    keys = [evaluate(run, key) for key in node.keys if key is not None]
    values = evaluate_all(run, node.values)
    depends = frozenset().union(*(v.depends for v in (*keys, *values))) if values else NOTHING
    size = ONE
    for key, value in zip(node.keys, values, strict=False):
        if key is None:
            size = size + run.extent(value)
            if _has_new_keys(node):
                operators.spread_copy(run, node, value)
    run.charge(size, run.place(node), "copies the spread items")
    entries = {
        k.value: holding.named(v)
        for k, v in zip(node.keys, values, strict=False)
        if isinstance(k, f.Const) and isinstance(k.value, str)
    }
    spread = {
        n: v for k, value in zip(node.keys, values, strict=False) if k is None for n, v in value.entries
    }
    return Value(
        "dict",
        entries=tuple((spread | entries).items()) if len(entries) <= MAX_ENTRIES else (),
        size=size,
        of=joined(v.plain() for v in keys),
        values=joined(v.plain() for v in values),
        depends=depends,
        born=len(run.loops),
        evidence=evidence.ALL_MEMBERS if _names_all(node, values) else "a literal",
    )


def _names_all(node: f.Mapping, values: Sequence[Value]) -> bool:
    """True if the text names every key, also of what is spread into it."""
    return len(node.keys) <= MAX_ENTRIES and all(
        value.evidence == evidence.ALL_MEMBERS
        if key is None
        else isinstance(key, f.Const) and isinstance(key.value, str)
        for key, value in zip(node.keys, values, strict=True)
    )


def _comprehension(run: Run, node: f.Comprehension) -> Value:
    return loops.comprehension(run, node)


def _has_new_keys(node: f.Mapping) -> bool:
    """False for `{...state, done: true}`: however often it is copied, it has the members that the text names."""
    spread = sum(key is None for key in node.keys)
    return (
        spread > 1
        or spread == len(node.keys)
        or any(not isinstance(k, f.Const) for k in node.keys if k is not None)
    )


# ----------------------------------------------------------------------------------------------------- calls


def _call(run: Run, node: f.Call) -> Value:
    if run.language != "python" and node.args and _is_merge(node):
        return _mapping(run, f.Mapping(node.at, node.to, (None,) * (len(node.args) - 1), node.args[1:]))
    return calls.call(run, node)


def _is_merge(node: f.Call) -> bool:
    """`Object.assign({}, acc, more)`, which is `{...acc, ...more}`."""
    into = node.args[0]
    return (
        isinstance(node.func, f.Attr)
        and node.func.name == "assign"
        and isinstance(into, f.Mapping)
        and not into.keys
        and shapes.dotted(node.func.obj) == "Object"
        and not any(isinstance(argument, f.Star) for argument in node.args)
    )


def _lambda(run: Run, node: f.Lambda) -> Value:
    return Value("function", ref=(run.path, node.qualname), label="lambda")


def _await(run: Run, node: f.Await) -> Value:
    return calls.awaited(run, node)


def _yield(run: Run, node: f.Yield) -> Value:
    value = evaluate(run, node.value) if node.value is not None else UNKNOWN_VALUE
    if run.yielded is not None:
        run.grow(run.yielded, run.extent(value) if node.delegate else ONE)
    if node.delegate:
        operators.consumed(run, value, run.place(node), "yields each of")
        value = value.of or UNKNOWN_VALUE
    run.yields.append(queries.yielded(value.plain()))
    return UNKNOWN_VALUE


def _star(run: Run, node: f.Star) -> Value:
    value = evaluate(run, node.value)
    calls.force(run, value, run.place(node))
    return value


def _named(run: Run, node: f.Named) -> Value:
    value = evaluate(run, node.value)
    loops.bind_target(run, node.target, value)
    return value


def _range(run: Run, node: f.Range) -> Value:
    start = ranges.bounded(run, node.start, evaluate(run, node.start))
    stop = ranges.bounded(run, node.stop, evaluate(run, node.stop))
    step = ranges.bounded(run, node.step, evaluate(run, node.step)) if node.step is not None else None
    return ranges.counting(run, start, stop, step)


def _opaque(run: Run, node: f.Opaque) -> Value:
    depends = (
        frozenset().union(*(v.depends for v in evaluate_all(run, node.parts))) if node.parts else NOTHING
    )
    return Value(depends=depends)


_HANDLERS: dict[type, Callable[[Run, Any], Value]] = {
    f.Name: _name, f.Const: _const, f.Attr: _attr, f.Index: _index, f.Slice: _slice, f.Call: _call,
    f.Binary: _binary, f.Unary: _unary, f.Compare: _compare, f.Logic: _logic, f.Collection: _collection,
    f.Mapping: _mapping, f.Comprehension: _comprehension, f.Lambda: _lambda, f.Await: _await, f.Yield: _yield,
    f.Star: _star, f.Choose: _choose, f.Template: _template, f.Named: _named, f.Range: _range, f.Opaque: _opaque,
}  # fmt: skip
