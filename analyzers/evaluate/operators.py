"""Operators and indexing: membership, concatenation, slices, items, equality."""

from __future__ import annotations

from msgspec.structs import replace

from analyzers import facts as f
from analyzers.costs import ONE, Cost
from analyzers.evaluate import expressions, kinds_given, lengthening, queries, shapes
from analyzers.evaluate.calling import specials
from analyzers.evaluate.events import Compared, Operated
from analyzers.evaluate.presenting import validating
from analyzers.evaluate.queries import holding
from analyzers.evaluate.remembered import among
from analyzers.evaluate.run import Run
from analyzers.evaluate.sizes import ranges, reading
from analyzers.evaluate.sizes.arithmetic import computed
from analyzers.evaluate.sizes.measures import Measures, is_logarithmic, smaller, texts
from analyzers.evaluate.turns import segments
from analyzers.findings import Place
from analyzers.operations import Operation, operations
from analyzers.types import CALLABLE, NO_ROWS, UNKNOWN_VALUE, Token, Value, element

LISTS_ONCE = ("range", "iterator", "view", "values")
"""What Python 2 gave as lists, and still is used as one where its names are called."""


def compare(
    run: Run, node: f.Compare, op: str, left: Value, right: Value, left_node: f.Expr, right_node: f.Expr
) -> None:
    """One link of a comparison chain."""
    if op in ("in", "not in"):
        specials.searched(run, right, left, run.place(node))
        if not right.known and _are_values(right_node):
            right = right.but(kind="values", evidence="the values of a mapping")
        if not right.known and _is_appended_to(run, right_node):
            right = right.but(kind="sequence", evidence="something is put in at its end")
        if not right.known and run.language == "python":
            right = kinds_given.of_searched(run, right_node, right)
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
        return
    row = operations(run.language).method(left.kind, "==") if left.kind == right.kind else None
    if row is not None and op in ("==", "!=", "<", ">", "<=", ">=") and measured(left) and measured(right):
        operate(run, row, "==", run.place(node), left, right)
    if op in ("==", "!=") and run.loops:
        compared = Compared(run.place(node), left, right, tuple(run.loops), run.owner, unequal=op == "!=")
        run.analysis.comparisons.append(compared)


def _is_appended_to(run: Run, node: f.Expr) -> bool:
    """True for what the same function also puts something into at its end: `found.append(x)` beside `x not in found`."""
    if run.language != "python" or not isinstance(node, (f.Name, f.Attr)):
        return False
    return among(lengthening.appended_to, run.function.body, shapes.text_of(node))


def _are_values(node: f.Expr) -> bool:
    """`anything.values()`: whatever kind of mapping it is of, its values are not found by a hash."""
    return (
        isinstance(node, f.Call) and not node.args and not node.keywords and shapes.called(node) == "values"
    )


def measured(value: Value) -> bool:
    """True if its size is known, or it is an input itself. What an input holds (names, keys, pairs) is compared as
    one thing, as the field does."""
    return value.size is not None or value.grown is not None or value.label in value.depends


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
    measures: Measures | None = None,
) -> Cost:
    """Charge a table row's cost and write the operation down if it hides a loop. Returns the cost.

    `called` is a function that gets the receiver as its argument: `sorted(xs)`, not `xs.sort()`.
    """
    if name in ("+", "+=") and receiver.kind == "str" and argument is not None:
        argument = written(argument)
    if name in ("+", "+=") and receiver.kind == "str" and argument is not None and argument.kind == "str":
        # By the field's convention the digits of a number that is written into a text are not counted.
        argument = argument if not is_logarithmic(run.extent(argument)) else argument.but(size=ONE)
    cost = (measures or Measures(run, receiver, argument)).cost(row.time)
    if cost.is_constant:
        run.charge(cost)
    else:
        label = receiver.label or receiver.kind
        spoken = f"`{name}({label})`" if called else _spoken(name, label)
        run.charge(cost, place, f"{spoken} costs {cost.formula()}")
    # A search, or a shift, repeats where the function is called in a loop.
    if row.tag and (run.loops or row.tag in ("scan", "shift")):
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


def written(value: Value) -> Value:
    """What is added to a text: what a call of something unknown gives is as short as most texts are."""
    return value if value.known or not value.label.endswith(")") else value.but(size=ONE)


def _spoken(name: str, label: str) -> str:
    if name == "in":
        return f"`in {label}`"
    if name == "[:]":
        return f"the slice of `{label}`"
    if name == "[]":
        return f"an item of `{label}`"
    if name in ("+", "+=", "==", "|"):
        return f"`{name}` on `{label}`"
    return f"`{label}.{name}()`"


# --------------------------------------------------------------------------------------------------- binary


def _joins(run: Run, node: f.Binary, right: Value) -> bool:
    """True if what is put behind something unknown tells its kind, and that it gets longer: `found + [x]`, `part + text` where
    the text is what a loop makes longer."""
    before = node.left.left if isinstance(node.left, f.Binary) and node.left.op == "+" else node.left
    if run.language != "python" or not run.loops or not isinstance(before, (f.Name, f.Attr)):
        return False
    if right.kind == "list":
        name = node.left.id if isinstance(node.left, f.Name) else ""
        return isinstance(node.right, f.Collection) and among(
            lengthening.made_of_itself, run.function.body, name
        )
    return right.kind in ("str", "bytes") and right.grown is not None


_SEQUENCES = ("list", "tuple", "str", "bytes", "bytearray")
_SETS = ("set", "view", "dict")
"""What `|`, `&`, `-` and `^` combine element by element; of mappings, only a Counter knows all four."""
_ARRAYS = ("array", "series", "frame")


def binary(run: Run, node: f.Binary, left: Value, right: Value) -> Value:
    """`left op right`."""
    op = node.op
    if left.kind in _ARRAYS or right.kind in _ARRAYS:
        return _elementwise(run, node, left if left.kind in _ARRAYS else right, left.depends | right.depends)
    if op == "+" and not {left.kind, right.kind} <= {"int", "float", "bool", "unknown"}:
        if left.kind in LISTS_ONCE:
            left = left.but(kind="list")
        if not left.known and _joins(run, node, right):
            left = left.but(kind=right.kind, evidence=f"a {right.kind} is put behind it")
        row = operations(run.language).method(left.kind, "+")
        if row is not None:
            operate(run, row, "+", run.place(node), left, right, receiver_place=run.place(node.left))
            made = _new(run, left, run.extent(left) + run.extent(right), right)
            return replace(made, evidence="a concatenation")
    if op == "*" and left.kind in _SEQUENCES:
        times = ranges.bounded(run, node.right, right)
        size = run.extent(left) * ranges.distance(run, Value("int", const=0), times, run.magnitude(right))
        run.charge(size, run.place(node), "builds a repeated sequence")
        made = _new(run, left, size, right)
        return replace(made, evidence="a repeated sequence") if _is_lengthened(times) else made
    if op == "*" and right.kind in _SEQUENCES:
        return binary(run, f.Binary(node.at, node.to, "*", node.right, node.left), right, left)
    if op in ("|", "&") and left.kind in queries.LAZY_KINDS:
        if op == "|" and left.evidence == NO_ROWS and right.kind in queries.LAZY_KINDS:
            return right.on(left.depends)
        depends = left.depends | right.depends
        if op == "&":
            return replace(left, depends=depends)
        # Of `one | other` in a loop there are more on every turn, whatever the first of them was.
        evidence = "" if left.evidence == NO_ROWS else left.evidence
        return replace(left, depends=depends, size=None, evidence=evidence)
    if left.kind in _SETS and (op in ("|", "&", "-", "^") or (op == "+" and left.kind == "dict")):
        return _combined(run, node, left, right)
    if left.kind == "str" and op == "%":
        return Value("str", size=texts(run, right.items or (right,)), depends=left.depends | right.depends)
    if op in ("//", "/"):
        right = ranges.itself(run, node.right, right)
    return computed(run, op, ranges.bounded(run, node.left, left), ranges.bounded(run, node.right, right))


INTO_ANOTHER = "+ behind"
"""A concatenation whose left side is not what it makes longer: `text = part + text` copies a string, too."""


def _is_lengthened(times: Value) -> bool:
    """True if a sequence of so many items may be longer than a length it was computed from."""
    return not any(line.constant <= 0 for line in times.above)


def _new(run: Run, like: Value, size: Cost, other: Value) -> Value:
    """A new container of the kind of another."""
    return replace(
        like,
        size=size,
        grown=None,
        depends=like.depends | other.depends,
        born=len(run.loops),
        items=None,
        token="",
        label="",
        letter=False,
        const=None,
        frozen=False,
    )


_UNION = Operation(time="n + k", tag="concat")
"""`a | b` is a new set, or mapping, with all of both."""


def _combined(run: Run, node: f.Binary, left: Value, right: Value) -> Value:
    """`a | b`, `a & b`, `a - b`, `a ^ b` of sets, views and counters: an intersection visits the smaller one."""
    a, b = run.extent(left), run.extent(right)
    size = smaller(a, b) if node.op == "&" else a if node.op == "-" and left.kind == "set" else a + b
    if node.op == "|":
        operate(run, _UNION, "|", run.place(node), left, right, receiver_place=run.place(node.left))
    else:
        run.charge(size, run.place(node), f"{'set' if left.kind != 'dict' else 'counter'} `{node.op}`")
    kind = "set" if left.kind == "view" else left.kind
    made = _new(run, left.but(kind=kind), a if node.op == "-" else size, right)
    if node.op != "|" or not (left.entries or right.entries):
        return made
    return replace(made, entries=tuple((dict(left.entries) | dict(right.entries)).items()))


def _elementwise(run: Run, node: f.Binary, array: Value, depends: frozenset[Token]) -> Value:
    """Arithmetic of arrays, series and frames: a new one, filled element by element."""
    size = run.extent(array)
    run.charge(size, run.place(node), f"`{node.op}` on each element")
    return replace(array, size=size, depends=depends, label="", token="", born=len(run.loops), items=None)


# ------------------------------------------------------------------------------------------------- sequences


def item(run: Run, node: f.Index, base: Value, index: Value) -> Value:
    """`base[index]`."""
    return reading.pointed(run, node, base, index, _item(run, node, base, index))


def _item(run: Run, node: f.Index, base: Value, index: Value) -> Value:
    depends = base.depends | index.depends
    label = shapes.text_of(node)
    if base.kind in queries.LAZY_KINDS:
        return queries.item(run, base, run.place(node)).on(depends)
    if base.kind == "class":
        found = queries.by_key(run, base, index, run.place(node)) or validating.parametrised(run, base, index)
        if found is not None:
            return found
    asked = specials.asked(run, base, "__getitem__", (index,), run.place(node))
    if asked is not None:
        return asked.named(label)
    under = queries.entry(base, label) or named(base, index)
    if under is not None:
        return under.on(depends)
    if (
        base.items is not None
        and isinstance(index.const, int)
        and -len(base.items) <= index.const < len(base.items)
    ):
        return base.items[index.const].on(depends)
    row = operations(run.language).method(base.kind, "[]")
    if row is not None:
        operate(run, row, "[]", run.place(node), base, index)
    inner = base.values if base.kind in ("dict", "sorteddict") else element(base)
    if base.frozen and base.is_constant_size:
        return (inner or UNKNOWN_VALUE).but(size=ONE, frozen=True, depends=depends, label=label)
    if inner is None:
        return Value(depends=depends, label=label)
    inner = run.present(inner)
    return replace(inner, depends=inner.depends | depends, label=inner.label or label)


def named(base: Value, index: Value) -> Value | None:
    """The rows, the function or the client that a mapping holds under a written-out name: `context["books"]`."""
    found = dict(base.entries).get(index.const) if isinstance(index.const, str) else None
    if found is None or not (
        found.kind in CALLABLE or queries.is_client(found.kind) or holding.holds_rows(found)
    ):
        return None
    return found


def _stop(run: Run, node: f.Slice, stop: Value | None) -> object:
    """Where a slice ends, as a number."""
    return shapes.number_of(run.function, node.stop, stop.const) if stop is not None else None


def sliced(run: Run, node: f.Slice, base: Value, bounds: list[Value | None]) -> Value:
    """`base[start:stop:step]`: a copy as long as the slice; of a queryset, a new queryset."""
    depends = base.depends.union(*(b.depends for b in bounds if b is not None))
    if base.kind in queries.LAZY_KINDS:
        return queries.sliced(run, base, depends, _stop(run, node, bounds[1]))
    words = reading.cut(run, node, base, bounds)
    if words is not None:
        return words
    if base.kind == "iterator":
        base = base.but(kind="list")  # Only Python 2's lists can be cut.
    size = _length(run, node, base, bounds)
    result = replace(
        base,
        size=size,
        grown=None,
        items=_cut_items(base.items, bounds),
        const=None,
        depends=depends,
        born=len(run.loops),
        token="",
        origin=base.origin,
        evidence=base.evidence if base.evidence != segments.PIECES else "a slice",
    )
    row = operations(run.language).method(base.kind, "[:]")
    if row is not None and not size.is_constant:
        argument = Value("int", size=size)
        sized = replace(argument, kind="list")
        operate(run, row, "[:]", run.place(node), base, sized, receiver_place=run.place(node.obj))
    else:
        run.charge(size if base.is_sequence else ONE)
    return result


def _cut_items(items: tuple[Value, ...] | None, bounds: list[Value | None]) -> tuple[Value, ...] | None:
    if items is None or not all(b is None or isinstance(b.const, int) for b in bounds):
        return None
    start, stop, step = (b.const if b is not None and isinstance(b.const, int) else None for b in bounds)
    return items[start:stop:step] if step != 0 else None


def _length(run: Run, node: f.Slice, base: Value, bounds: list[Value | None]) -> Cost:
    """How long `base[start:stop]` is: constant up to a constant, the distance if both ends move together."""
    start, stop, _ = bounds
    first, last = (b.const if b is not None else None for b in (start, stop))
    if isinstance(last, int) and (last >= 0 or (isinstance(first, int) and first < 0)):
        return ONE
    if isinstance(first, int) and first < 0 and stop is None:
        return ONE
    if stop is not None and last is None and stop.frozen and stop.is_constant_size:  # up to a named constant
        return ONE
    whole = run.extent(base)
    if start is not None and stop is not None:
        low, high = ranges.bounded(run, node.start, start), ranges.bounded(run, node.stop, stop)
        length = segments.named(run, node.start, node.stop) or ranges.distance(run, low, high, whole)
        if length is not whole:
            return length
    distance = _window(node)
    if distance is not None and not whole.is_constant:
        window = expressions.evaluate(run, distance)
        if ranges.is_bounded(window):
            return run.extent_or_magnitude(window)
    return whole


def _window(node: f.Slice) -> f.Expr | None:
    """The distance in `xs[i : i + k]` and `xs[i - k : i]`, whose ends move together."""
    for fixed, moved, sign in ((node.start, node.stop, "+"), (node.stop, node.start, "-")):
        if fixed is None or not isinstance(moved, f.Binary) or moved.op != sign:
            continue
        sides = [(moved.left, moved.right)] + ([(moved.right, moved.left)] if sign == "+" else [])
        for part, distance in sides:
            if shapes.text_of(part) == shapes.text_of(fixed) != "":
                return distance
    return None


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
