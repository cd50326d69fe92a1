"""What an assignment does to the names in scope: a new value, a container that is born, one that grows."""

from __future__ import annotations

from msgspec.structs import replace

from analyzers import facts as f
from analyzers.costs import ONE, Cost
from analyzers.evaluate import attributes, evidence, expressions, operators, queries, scripts, shapes
from analyzers.evaluate.calling import specials
from analyzers.evaluate.events import Operated
from analyzers.evaluate.presenting import choices, pages
from analyzers.evaluate.queries import holding
from analyzers.evaluate.recursion import derived
from analyzers.evaluate.remembered import remembered
from analyzers.evaluate.run import Run
from analyzers.evaluate.sizes import ranges, reading
from analyzers.evaluate.sizes.measures import is_logarithmic
from analyzers.evaluate.turns import doubling, filling, loops
from analyzers.operations import operations
from analyzers.types import UNKNOWN_VALUE, Value, element, join

GROWABLE = (
    "list", "set", "dict", "deque", "heap", "str", "bytes", "bytearray", "tuple",
    "queue", "priorityqueue", "sortedlist", "sortedset", "sorteddict", "array", "series", "frame",
)  # fmt: skip


def assign(run: Run, node: f.Assign) -> None:
    declared = evidence.value_of(run, node.annotation) if node.annotation is not None else None
    if node.value is None:
        for target in node.targets:
            if declared is not None and isinstance(target, f.Name):
                run.bind(target.id, declared.named(target.id))
        return
    outside, run.reading = run.reading, reading.into(node.targets, node.value)
    value = ranges.bounded(run, node.value, expressions.evaluate(run, node.value))
    value = reading.unpacked(run, node.targets[0], run.reading, value)
    run.reading = outside
    if declared is not None and declared.known and not value.known:
        value = replace(declared, depends=value.depends, label=value.label)
    elif (
        declared is not None and value.of is None and declared.of is not None and declared.kind == value.kind
    ):
        value = replace(value, of=declared.of, values=declared.values)
    for target in node.targets:
        _accumulates(run, node, target, value)
        if value.items is not None and _in_pairs(target, node.value):
            _assign_pairs(run, node, target, value.items)
        else:
            store(run, target, _born(run, target, value, node))
        if (
            isinstance(target, f.Name)
            and value.size is not None
            and target.id in _divisors(run.function.body)
        ):
            held = run.env.get(target.id)
            if held is not None:
                ranges.itself(run, target, held)


@remembered
def _divisors(body: tuple[f.Stmt, ...]) -> frozenset[str]:
    """The names by which a body divides."""
    return frozenset(
        part.right.id
        for part in shapes.nodes(body)
        if isinstance(part, f.Binary) and part.op in ("//", "/") and isinstance(part.right, f.Name)
    )


def _in_pairs(target: f.Expr, value: f.Expr) -> bool:
    """`a, b = [], {}`: every name gets a display of its own."""
    if not isinstance(target, f.Collection) or not isinstance(value, f.Collection):
        return False
    spread = any(isinstance(item, f.Star) for item in (*target.items, *value.items))
    return len(target.items) == len(value.items) and not spread


def _assign_pairs(run: Run, node: f.Assign, target: f.Expr, values: tuple[Value, ...]) -> None:
    assert isinstance(target, f.Collection)
    assert isinstance(node.value, f.Collection)
    for name, made, value in zip(target.items, node.value.items, values, strict=True):
        single = f.Assign(made.at, made.to, (name,), made)
        store(run, name, _born(run, name, value, single))


def _born(run: Run, target: f.Expr, value: Value, node: f.Assign) -> Value:
    """A container that starts empty or literal may grow: give it a size of its own."""
    if not isinstance(target, f.Name):
        return value
    if value.kind in GROWABLE and value.is_constant_size and scripts.grown_elsewhere(run, target.id):
        return replace(value, size=None, label=target.id, items=None, const=None, frozen=False)
    fresh = isinstance(node.value, (f.Collection, f.Mapping, f.Const, f.Call)) and value.size is not None
    if (
        value.kind in GROWABLE
        and fresh
        and value.grown is None
        and value.size is not None
        and value.size.is_constant
        and _grows_later(run, target.id, value)
    ):
        size = run.new_container(target.id)
        run.grow(size, value.size)
        return replace(
            value,
            grown=size,
            born=len(run.loops),
            label=target.id,
            token=f"{target.id}@{node.at}",
            items=None,
            const=None,
            letter=False,
            frozen=False,
        )
    if value.kind in GROWABLE and not value.frozen:
        is_parameter = value.size is None and value.grown is None and value.label in value.depends
        known = run.extent(value) if is_parameter else value.size
        return replace(value, label=target.id, size=known, token=value.token or f"{target.id}@{node.at}")
    if value.kind in ("row", "queryset", "instance", "unknown", "int") and isinstance(
        node.value, (f.Call, f.Binary, f.Await)
    ):
        return replace(value, label=target.id)
    return value


_FIXED_KINDS = ("str", "bytes", "tuple")
"""What no call can change that is handed it."""


def _grows_later(run: Run, name: str, value: Value) -> bool:
    """True if some statement of the function adds to this name; a container that never grows stays small."""
    if value.kind in _FIXED_KINDS:
        return name in _lengthened_names(run.function.body)
    names = run.growing
    if names is None:
        names = run.growing = frozenset(growing_names(run.function.body))
    return name in names


@remembered
def _lengthened_names(body: tuple[f.Stmt, ...]) -> frozenset[str]:
    """The names that statements of their own make longer, and no call."""
    return frozenset(
        growing_names(tuple(s for s in shapes.walk(body) if isinstance(s, (f.Update, f.Assign))))
    )


@remembered
def growing_names(body: tuple[f.Stmt, ...]) -> list[str]:
    found: list[str] = []
    for stmt in shapes.walk(body):
        if isinstance(stmt, f.Update):
            found.append(root_of(stmt.target))
        elif isinstance(stmt, f.Assign):
            for target in stmt.targets:
                if isinstance(target, f.Index):
                    found.append(root_of(target))
                elif isinstance(target, f.Name) and _mentions(stmt.value, target.id):
                    found.append(target.id)
        elif isinstance(stmt, f.Do) and isinstance(stmt.value, f.Call):
            func = stmt.value.func
            if isinstance(func, f.Attr):
                found.append(root_of(func.obj))
                found.extend(shapes.text_of(a) for a in stmt.value.args[:1])
            elif isinstance(func, f.Name):
                found.extend(shapes.text_of(a) for a in stmt.value.args)
    return found


def _mentions(value: f.Expr | None, name: str) -> bool:
    """`xs = xs + [x]`, `xs = [...xs, x]`, `xs = xs.concat(ys)`: the new value is made from the old one."""
    if isinstance(value, f.Binary):
        return value.op == "+" and (_mentions(value.left, name) or _mentions(value.right, name))
    if isinstance(value, f.Collection):
        return any(isinstance(item, f.Star) and _mentions(item.value, name) for item in value.items)
    if isinstance(value, f.Mapping):
        return any(k is None and _mentions(v, name) for k, v in zip(value.keys, value.values, strict=False))
    if isinstance(value, f.Call):
        if isinstance(value.func, f.Attr) and value.func.name in ("concat", "append"):
            return _mentions(value.func.obj, name) or _passes(value, name)
        return _passes(value, name)
    return isinstance(value, f.Name) and value.id == name


def _passes(call: f.Call, name: str) -> bool:
    """`xs = np.append(xs, x)`, `df = pd.concat([df, row])`: the name, or a display with it, is an argument."""
    for argument in call.args[:2]:
        parts = argument.items if isinstance(argument, f.Collection) else (argument,)
        if any(isinstance(part, f.Name) and part.id == name for part in parts):
            return True
    return False


def root_of(node: f.Expr) -> str:
    while isinstance(node, (f.Attr, f.Index)):
        node = node.obj
    return node.id if isinstance(node, f.Name) else ""


def store(run: Run, target: f.Expr, value: Value) -> None:
    """Put a value where a target says."""
    if isinstance(target, f.Attr):
        base = expressions.evaluate(run, target.obj)
        choices.set_for_field(run, target, value)
        attributes.store(run, target, base, value)
    elif isinstance(target, f.Index):
        base = expressions.evaluate(run, target.obj)
        key = expressions.evaluate(run, target.index)
        specials.asked(run, base, "__setitem__", (key, value), run.place(target))
        if run.memo_depth and value.kind in queries.LAZY_KINDS:
            value = replace(value, evidence=queries.KEPT)
        keyed(run, target.obj, base, key)
        row = operations(run.language).method(base.kind, "[]=")
        if row is not None:
            operators.operate(run, row, "[]=", run.place(target), base)
        _learn(run, target.obj, base, key=None, value=value)
        pages.put(run, target.obj, key, value)
    elif isinstance(target, f.Slice):
        _replaced(run, target, value)
    else:
        loops.bind_target(run, target, value)


def keyed(run: Run, node: f.Expr, base: Value, key: Value) -> None:
    """A mapping gets an entry under a key: it grows, unless only a few such keys exist."""
    if base.kind not in ("dict", "sorteddict"):
        return
    if base.grown is not None and not key.is_few:
        run.grow(base.grown, ONE)
    if isinstance(node, f.Name) and node.id in run.env:
        # What a key holds in turn is left out: `a[a] = a`, again and again, would double at every step.
        plain = Value(key.kind, size=key.size, letter=key.is_few, depends=key.depends)
        if key.kind == "row":
            plain = replace(plain, ref=key.ref, origin=key.origin, path=key.path, relation=key.relation)
        of = plain if base.of is None else join(base.of, plain)
        run.bind(node.id, replace(run.env[node.id], of=of))


def inside_grows(run: Run, node: f.Index) -> None:
    """`rows[i].append(x)`: what a container holds is no longer as large as it was made, but has a size of its own."""
    if not isinstance(node.obj, f.Name):
        return
    owner: Run | None = run
    while owner is not None and node.obj.id not in owner.env:
        owner = owner.outer
    if owner is None:
        return
    whole = owner.env[node.obj.id]
    if whole.of is not None and whole.kind in ("list", "deque", "tuple"):
        inner = whole.of
        if inner.kind in GROWABLE and inner.is_constant_size and inner.grown is None and not inner.frozen:
            free = replace(inner, size=None, items=None, const=None, label="")
            owner.bind(node.obj.id, replace(whole, of=free, items=None))


def _replaced(run: Run, target: f.Slice, value: Value) -> None:
    """`xs[i:j] = values`: what is put in is copied; taking a part out moves what follows it."""
    base = expressions.evaluate(run, target.obj)
    for part in (target.start, target.stop, target.step):
        if part is not None:
            expressions.evaluate(run, part)
    size = run.extent(value) if value.known or value.label else ONE
    run.charge(size, run.place(target), f"replaces a slice of {base.label or 'a list'}")
    whole = target.start is None and target.stop is None
    if whole and isinstance(target.obj, f.Name) and target.obj.id in run.env and value.size is not None:
        run.bind(target.obj.id, replace(run.env[target.obj.id], of=element(value), items=None))


def _learn(run: Run, node: f.Expr, base: Value, key: Value | None, value: Value) -> None:
    """Remember what was put into a container that a local name holds."""
    holding.put(run, node, value, base)
    if isinstance(node, f.Name) and base.kind == "dict" and node.id in run.env:
        base = run.env[node.id]
        known = base.values
        put = value.plain()
        run.bind(node.id, replace(base, values=put if known is None else join(known, put)))


def _accumulates(run: Run, node: f.Assign, target: f.Expr, value: Value) -> None:
    """`acc = acc + [x]` in a loop: the concatenation that was just written down is an accumulation."""
    if not run.loops or node.value is None or not run.analysis.operations:
        return
    name = shapes.text_of(target)
    last = run.analysis.operations[-1]
    if last.place != run.place(node.value) or not name:
        return
    value_node = node.value
    source = ""
    if last.tag == "concat" and isinstance(value_node, f.Binary):
        source = name if name in _summands(value_node) else ""
        behind = run.lookup(name) if source and shapes.text_of(value_node.left) != name else None
        if behind is not None and behind.kind in ("str", "bytes", "list", "tuple"):
            last = replace(last, name=operators.INTO_ANOTHER, receiver=behind, argument=last.receiver)
    elif last.tag == "concat" and isinstance(value_node, f.Call):
        own = shapes.text_of(value_node.func.obj) if isinstance(value_node.func, f.Attr) else ""
        source = name if own == name or _passes(value_node, name) else own
    elif last.tag == "copy" and isinstance(value_node, f.Slice):
        source = shapes.text_of(value_node.obj)
    elif last.tag == "spread" and isinstance(value_node, (f.Collection, f.Mapping)):
        source = last.receiver.label
    if source == name:
        run.analysis.operations[-1] = replace(last, target=name)
        previous = run.lookup(name)
        if previous is not None and previous.grown is not None and last.tag != "copy":
            run.grow(previous.grown, _added(run, name, value_node, last))


def _summands(node: f.Expr) -> list[str]:
    """The names in a sum: of `"(" + text + ")"` there is one."""
    if isinstance(node, f.Binary) and node.op == "+":
        return [*_summands(node.left), *_summands(node.right)]
    return [shapes.text_of(node)]


def _added(run: Run, name: str, node: f.Expr, made: Operated) -> Cost:
    """How much longer `xs = xs + ys` makes a container: by what stands on the other side."""
    if made.tag != "concat" or not isinstance(node, f.Binary):
        return ONE
    if name not in (shapes.text_of(node.left), shapes.text_of(node.right)):
        return ONE  # What stands before and behind it.
    first = shapes.text_of(node.left) == name
    other = made.argument if first or made.name == operators.INTO_ANOTHER else made.receiver
    doubling.extends(run, name, node.right if first else node.left)
    by = run.extent(other) if other.known else ONE
    return ONE if is_logarithmic(by) else by


def update(run: Run, node: f.Update) -> None:
    """`target op= value`."""
    current = expressions.evaluate(run, node.target)
    value = expressions.evaluate(run, node.value)
    if node.op == "+" and current.kind == "list":
        doubling.extends(run, shapes.text_of(node.target), node.value)
        missing = filling.added(run, node)
        value = value if missing is None else replace(value, size=missing)
    if value.kind in queries.LAZY_KINDS and current.kind in ("list", "set", "deque"):
        queries.touch(run, value, run.place(node.value), "+=")
    depends = current.depends | value.depends
    row = operations(run.language).method(current.kind, f"{node.op}=")
    if row is not None and node.op in ("+", "|"):
        is_local = isinstance(node.target, f.Name)
        name = shapes.text_of(node.target)
        operators.operate(
            run,
            row,
            f"{node.op}=",
            run.place(node),
            current,
            value,
            target=name,
            receiver_place=run.place(node.target),
        )
        if current.kind == "str" and not is_local and run.loops:
            # CPython grows a string in place only while a local name alone holds it.
            _attribute_string(run, node, current, name)
        if current.grown is not None:
            by = run.extent(value) if value.kind != "unknown" else ONE
            held = element(value)
            few = node.op == "|" and held is not None and held.is_few
            run.grow(current.grown, ONE if few or (current.kind == "str" and is_logarithmic(by)) else by)
        if isinstance(node.target, f.Name):
            run.bind(
                node.target.id,
                replace(
                    current,
                    of=_both(current.of, element(value)),
                    depends=depends,
                    items=None,
                    const=None,
                    letter=False,
                    values=_both(current.values, value.values),
                    way=derived.binary(node.op, current, value),
                ),
            )
        return
    if isinstance(node.target, f.Index):
        holder = expressions.evaluate(run, node.target.obj)
        keyed(run, node.target.obj, holder, expressions.evaluate(run, node.target.index))
    if isinstance(node.target, f.Name):
        size = current.size if node.op in ("-", "//", ">>", "%") else None
        kind = current.kind if current.kind in ("int", "float") else "unknown"
        above, below = ranges.arithmetic(
            node.op, ranges.bounded(run, node.target, current), ranges.bounded(run, node.value, value)
        )
        way = derived.binary(node.op, current, value)
        run.bind(
            node.target.id,
            Value(kind, size=size, depends=depends, label=node.target.id, above=above, below=below, way=way),
        )


def _attribute_string(run: Run, node: f.Update, current: Value, name: str) -> None:
    run.analysis.operations.append(
        Operated(
            "concat", "+=", run.place(node), current, UNKNOWN_VALUE, run.extent(current), tuple(run.loops),
            run.owner, name, run.place(node.target), run.statement,
        )
    )  # fmt: skip


def _both(a: Value | None, b: Value | None) -> Value | None:
    return join(a, b) if a is not None and b is not None else a or b
