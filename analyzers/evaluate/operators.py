"""Operators and indexing: membership, concatenation, slices, items, equality."""

from __future__ import annotations

from dataclasses import replace

from analyzers import facts as f
from analyzers.costs import ONE, Cost
from analyzers.evaluate import queries, reading, shapes
from analyzers.evaluate.events import Compared, Operated
from analyzers.evaluate.run import Run
from analyzers.findings import Place
from analyzers.operations import Operation, formula, operations
from analyzers.types import UNKNOWN_VALUE, Value


def compare(
    run: Run, node: f.Compare, op: str, left: Value, right: Value, left_node: f.Expr, right_node: f.Expr
) -> None:
    """One link of a comparison chain."""
    if op in ("in", "not in"):
        row = operations(run.language).method(right.kind, "in")
        if right.kind in queries.LAZY_KINDS and not right.depends & run.open_numbers():
            row = row if run.loops else None  # Its rows are fetched once and then searched each time.
        elif right.kind in queries.LAZY_KINDS:
            row = None
        if row is not None:
            where = run.place(right_node)
            operate(run, row, "in", run.place(node), right, left, receiver_place=where)
        elif right.kind in queries.LAZY_KINDS:
            queries.touch(run, right, run.place(right_node), "in")
    elif op == "==" and run.loops:
        run.analysis.comparisons.append(Compared(run.place(node), left, right, tuple(run.loops), run.owner))


def operate(
    run: Run,
    row: Operation,
    name: str,
    place: Place,
    receiver: Value,
    argument: Value | None = None,
    *,
    receiver_place: Place | None = None,
    target: str = "",
    called: bool = False,
) -> Cost:
    """Charge a table row's cost and write the operation down if it hides a loop. Returns the cost.

    `called` is a function that gets the receiver as its argument: `sorted(xs)`, not `xs.sort()`.
    """
    n = run.extent(receiver) if "n" in row.time.split() or row.size or row.tag else ONE
    k = (
        run.extent(argument)
        if argument is not None and "k" in (*row.time.split(), *row.grows.split())
        else ONE
    )
    cost = formula(row.time, n, k)
    label = receiver.label or receiver.kind
    spoken = f"`{name}({label})`" if called else _spoken(name, label)
    run.charge(cost, place, f"{spoken} costs {cost.formula()}")
    if row.tag and run.loops:
        run.analysis.operations.append(
            Operated(
                row.tag,
                name,
                place,
                receiver,
                argument if argument is not None else UNKNOWN_VALUE,
                cost,
                tuple(run.loops),
                run.owner,
                target,
                receiver_place,
                run.statement,
                run.rare,
            )
        )
    return cost


def _spoken(name: str, label: str) -> str:
    if name == "in":
        return f"`in {label}`"
    if name == "[:]":
        return f"the slice of `{label}`"
    if name in ("+", "+="):
        return f"`{name}` on `{label}`"
    return f"`{label}.{name}()`"


# ------------------------------------------------------------------------------------------------ arithmetic

_SHRINKING = {"//", "/", ">>", "%"}


def binary(run: Run, node: f.Binary, left: Value, right: Value) -> Value:
    """`left op right`."""
    depends = left.depends | right.depends
    op = node.op
    numeric = {left.kind, right.kind} <= {"int", "float", "bool", "unknown"}
    if op == "+" and not numeric:
        row = operations(run.language).method(left.kind, "+")
        if row is not None:
            operate(run, row, "+", run.place(node), left, right, receiver_place=run.place(node.left))
            size = run.extent(left) + run.extent(right)
            return replace(
                left,
                size=size,
                grown=None,
                depends=depends,
                born=len(run.loops),
                items=None,
                token="",
                label="",
            )
    if op == "*" and left.kind in ("list", "tuple", "str", "bytes"):
        size = run.extent(left) * run.magnitude(right)
        run.charge(size, run.place(node), "builds a repeated sequence")
        return replace(
            left, size=size, grown=None, items=None, born=len(run.loops), label="", token="", depends=depends
        )
    if op == "*" and right.kind in ("list", "tuple", "str", "bytes"):
        return binary(run, f.Binary(node.at, node.to, "*", node.right, node.left), right, left)
    if left.kind == "set" and op in ("|", "&", "-", "^"):
        size = run.extent(left) + (run.extent(right) if op in ("|", "^") else ONE)
        run.charge(size, run.place(node), f"set `{op}`")
        return replace(left, size=size, grown=None, depends=depends, label="", token="", born=len(run.loops))
    if op in ("|", "&") and left.kind in queries.LAZY_KINDS:
        return replace(left, depends=depends)
    if left.kind == "str" and op == "%":
        return Value("str", depends=depends)
    return Value(
        _number_kind(left, right, op),
        size=_magnitude(run, op, left, right),
        depends=depends,
        const=_folded(op, left, right),
    )


def _number_kind(left: Value, right: Value, op: str) -> str:
    if op == "/" or "float" in (left.kind, right.kind):
        return "float"
    return "int" if {left.kind, right.kind} <= {"int", "bool"} else "unknown"


def _folded(op: str, left: Value, right: Value) -> int | float | None:
    a, b = left.const, right.const
    if not isinstance(a, (int, float)) or not isinstance(b, (int, float)):
        return None
    if op == "+":
        return a + b
    if op == "-":
        return a - b
    if op == "*" and abs(a) < 1e9 and abs(b) < 1e9:
        return a * b
    return None


def _magnitude(run: Run, op: str, left: Value, right: Value) -> Cost | None:
    """A bound of a computed number, from the bounds of its operands. None if neither has one."""
    if left.const is not None and right.const is not None:
        return ONE
    if not (_bounded(left) or _bounded(right)):
        return None
    a, b = run.magnitude(left), run.magnitude(right)
    if op == "*":
        return a * b
    if op == "**":
        if right.const == 0.5:
            return a.power(0.5)
        return (
            a.power(float(right.const))
            if isinstance(right.const, (int, float)) and 0 < right.const <= 8
            else None
        )
    if op == "%":
        return b
    if op in _SHRINKING or op == "-":
        return a
    return a + b


def _bounded(value: Value) -> bool:
    return value.size is not None or value.const is not None or bool(value.label)


# ------------------------------------------------------------------------------------------------- sequences


def item(run: Run, node: f.Index, base: Value, index: Value) -> Value:
    """`base[index]`."""
    return reading.pointed(run, node, base, index, _item(run, node, base, index))


def _item(run: Run, node: f.Index, base: Value, index: Value) -> Value:
    depends = base.depends | index.depends
    label = shapes.text_of(node)
    if base.kind in queries.LAZY_KINDS:
        return queries.item(run, base, run.place(node)).on(depends)
    if (
        base.items is not None
        and isinstance(index.const, int)
        and -len(base.items) <= index.const < len(base.items)
    ):
        return base.items[index.const].on(depends)
    inner = base.values if base.kind == "dict" else TEXT_ITEM if base.kind == "str" else base.of
    if base.frozen and base.is_constant_size:
        return (inner or UNKNOWN_VALUE).but(size=ONE, frozen=True, depends=depends, label=label)
    if inner is None:
        return Value(depends=depends, label=label)
    inner = run.present(inner)
    return replace(inner, depends=inner.depends | depends, label=inner.label or label)


TEXT_ITEM = Value("str", size=ONE)


def sliced(run: Run, node: f.Slice, base: Value, bounds: list[Value | None]) -> Value:
    """`base[start:stop:step]`: a copy as long as the slice; of a queryset, a new queryset."""
    depends = base.depends.union(*(b.depends for b in bounds if b is not None))
    if base.kind in queries.LAZY_KINDS:
        return queries.sliced(run, base, depends)
    words = reading.cut(run, node, base, bounds)
    if words is not None:
        return words
    start, stop, _ = bounds
    size = run.extent(base)
    if (
        (stop is not None and stop.const is not None and isinstance(stop.const, int) and stop.const >= 0)
        or (start is not None and isinstance(start.const, int) and start.const < 0 and stop is None)
        or (stop is not None and stop.frozen and stop.is_constant_size)  # up to a named constant
        or _is_window(node)
    ):
        size = ONE
    result = replace(
        base,
        size=size,
        grown=None,
        items=None,
        depends=depends,
        born=len(run.loops),
        token="",
        origin=base.origin,
    )
    row = operations(run.language).method(base.kind, "[:]")
    if row is not None and not size.is_constant:
        argument = Value("int", size=size)
        sized = replace(argument, kind="list")
        operate(run, row, "[:]", run.place(node), base, sized, receiver_place=run.place(node.obj))
    else:
        run.charge(size if base.is_sequence else ONE)
    return result


def _is_window(node: f.Slice) -> bool:
    """`xs[i : i + 3]`: both ends move together, so the length is the constant between them."""
    start, stop = node.start, node.stop
    if isinstance(stop, f.Binary) and stop.op == "+" and start is not None:
        for part, other in ((stop.left, stop.right), (stop.right, stop.left)):
            if isinstance(other, f.Const) and shapes.text_of(part) == shapes.text_of(start) != "":
                return True
    return False


def counting(run: Run, start: Value, stop: Value, step: Value | None) -> Value:
    """The numbers from start to stop, as `range` gives them."""
    depends = start.depends | stop.depends | (step.depends if step is not None else frozenset())
    bound = run.magnitude(stop) if _bounded(stop) or not _bounded(start) else ONE
    if (step is not None and isinstance(step.const, (int, float)) and step.const < 0) or (
        not stop.const and bound.is_constant and _bounded(start) and stop.size is None and stop.const is None
    ):
        bound = run.magnitude(start)
    element = Value("int", size=bound, depends=depends)
    return Value("range", size=bound, of=element, depends=depends, label="range")


def spread_copy(run: Run, node: f.Expr, value: Value) -> None:
    """`[...acc, x]` or `{...acc, k: v}` copies what is spread."""
    if run.loops:
        run.analysis.operations.append(
            Operated(
                "spread", "...", run.place(node), value, UNKNOWN_VALUE, run.extent(value), tuple(run.loops),
                run.owner, statement=run.statement,
            )
        )  # fmt: skip


def consumed(run: Run, value: Value, place: Place, verb: str) -> None:
    """All of an iterable is read: pay for its elements and for the query behind it."""
    if value.kind in queries.LAZY_KINDS:
        queries.touch(run, value, place, "iterate")
    run.charge(run.extent(value), place, f"{verb} {value.label or 'an iterable'}")
