"""What an assignment does to the names in scope: a new value, a container that is born, one that grows."""

from __future__ import annotations

from msgspec.structs import replace

from analyzers import facts as f
from analyzers.costs import ONE, Cost
from analyzers.evaluate import (
    attributes,
    evidence,
    expressions,
    lengthening,
    operators,
    queries,
    scripts,
    shapes,
)
from analyzers.evaluate.calling import specials
from analyzers.evaluate.events import Operated
from analyzers.evaluate.meeting import met
from analyzers.evaluate.presenting import choices, pages
from analyzers.evaluate.queries import holding
from analyzers.evaluate.queries.emit import DOCUMENT
from analyzers.evaluate.recursion import derived
from analyzers.evaluate.remembered import among, remembered
from analyzers.evaluate.run import Run
from analyzers.evaluate.sizes import ranges, reading
from analyzers.evaluate.sizes.measures import is_logarithmic
from analyzers.evaluate.turns import doubling, filling, lazily, loops
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
        declared is not None
        and declared.of is not None
        and declared.kind == value.kind
        and (value.of is None or (_is_any_row(value.of) and declared.of.known))
    ):
        value = replace(value, of=declared.of, values=declared.values)
    for target in node.targets:
        _accumulates(run, node, target)
        _cuts(run, node, target)
        if value.items is not None and _in_pairs(target, node.value):
            _assign_pairs(run, node, target, value.items)
        else:
            store(run, target, _born(run, target, value, node))
        if (
            isinstance(target, f.Name)
            and value.size is not None
            and among(_divisors, run.function.body, target.id)
        ):
            held = run.env.get(target.id)
            if held is not None:
                ranges.itself(run, target, held)


def _is_any_row(value: Value) -> bool:
    """True for a row of which nothing is known, and nothing of what it was loaded with: what is said of it tells more."""
    return value.kind == DOCUMENT and not value.entries


@remembered
def _divisors(body: tuple[f.Stmt, ...]) -> frozenset[str]:
    """The names by which a body divides."""
    return frozenset(
        part.right.id
        for part in shapes.of_kind(body, f.Binary)
        if part.op in ("//", "/") and isinstance(part.right, f.Name)
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
        _accumulates(run, single, name)
        store(run, name, _born(run, name, value, single))


def _born(run: Run, target: f.Expr, value: Value, node: f.Assign) -> Value:
    """A container that starts empty or literal may grow: give it a size of its own."""
    if isinstance(target, f.Attr):
        return _attribute_born(run, shapes.dotted(target), value, node)
    if not isinstance(target, f.Name):
        return value
    if target.id in run.lazily and value.grown is None and value.size is not None:
        begun = run.lazily[target.id]  # It is the one that all turns make together.
        if begun.grown is not None:
            run.grow(begun.grown, value.size)
        return replace(
            begun,
            of=_both(begun.of, value.of),
            values=_both(begun.values, value.values),
            depends=value.depends,
        )
    if value.kind in GROWABLE and value.is_constant_size and scripts.grown_elsewhere(run, target.id):
        return replace(value, size=None, label=target.id, items=None, const=None, frozen=False)
    fresh = isinstance(node.value, (f.Collection, f.Mapping, f.Const, f.Call)) and value.size is not None
    if (
        value.kind in GROWABLE
        and fresh
        and value.grown is None
        and value.size is not None
        and value.size.is_constant
        and lengthening.grows_later(run, target.id, value)
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
    started = _begun_empty(run, target, value, node)
    if started is not None:
        return met(started, value)
    if value.kind in GROWABLE and not value.frozen:
        is_parameter = value.size is None and value.grown is None and value.label in value.depends
        known = run.extent(value) if is_parameter else value.size
        return replace(value, label=target.id, size=known, token=value.token or f"{target.id}@{node.at}")
    if value.kind in ("row", "queryset", "instance", "unknown", "int") and isinstance(
        node.value, (f.Call, f.Binary, f.Await)
    ):
        return replace(value, label=target.id)
    return value


def _begun_empty(run: Run, target: f.Name, value: Value, node: f.Assign) -> Value | None:
    """The list that is begun where none is given: `seen = seen or []`, `seen = [] if seen is None else seen`."""
    if value.kind not in ("list", "unknown") or value.grown is not None or value.ref is not None:
        return None
    if not lengthening.begins_empty(node.value) or not lengthening.grows_later(run, target.id, value):
        return None
    size = run.new_container(target.id)
    run.grow(size, ONE)
    token = f"{target.id}@{node.at}"
    return Value("list", grown=size, born=len(run.loops), label=target.id, token=token, evidence="a literal")


def _attribute_born(run: Run, name: str, value: Value, node: f.Assign) -> Value:
    """The same for an attribute of the object at hand that the function itself fills: `self.lines = []`."""
    empty = isinstance(node.value, (f.Collection, f.Mapping, f.Const, f.Call)) and value.is_constant_size
    owner = name.partition(".")[0]
    if not empty or value.kind not in GROWABLE or owner not in ("self", "this") or value.grown is not None:
        return value
    if among(lazily.kept, run.function.body, name):
        return replace(value, size=None, items=None, const=None, letter=False, label=name, token=name)
    if not among(lengthening.filled_attributes, run.function.body, name):
        return value
    size = run.new_container(name)
    if value.size is not None:
        run.grow(size, value.size)
    return replace(
        value, grown=size, born=len(run.loops), label=name, token=name, items=None, const=None, letter=False, frozen=False
    )  # fmt: skip


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
        _chosen_by(run, target, value)
        pages.put(run, target.obj, key, value)
        attributes.hang(run, target, value)
    elif isinstance(target, f.Slice):
        _replaced(run, target, value)
    else:
        loops.bind_target(run, target, value)


def keyed(run: Run, node: f.Expr, base: Value, key: Value) -> None:
    """A mapping gets an entry under a key: it grows, unless only a few such keys exist."""
    if base.kind not in ("dict", "sorteddict"):
        return
    if not key.is_few:
        run.lengthen(base, ONE)
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
        depends = base.depends | holding.chosen_by(run, base, value)
        run.bind(node.id, replace(base, values=put if known is None else join(known, put), depends=depends))


def _chosen_by(run: Run, target: f.Index, value: Value) -> None:
    """`wanted["key"] = key` on every turn of a `for`, or of a parameter: what is asked for by the mapping is another thing for each.
    What a `while` puts there (`params["cursor"] = page["next"]`) leads from one page to the next.
    """
    holder = target.obj
    if not isinstance(holder, f.Name) or not isinstance(target.index, f.Const):
        return
    held = run.env.get(holder.id)
    if held is not None and held.kind == "dict":
        pages = {loop.number for loop in run.loops if loop.kind == "while"}
        run.bind(holder.id, held.on(value.depends - pages))


def _accumulates(run: Run, node: f.Assign, target: f.Expr) -> None:
    """`acc = acc + [x]` in a loop: the concatenation that was just written down is an accumulation."""
    if not run.loops or node.value is None or not run.analysis.operations:
        return
    name = shapes.text_of(target)
    place = run.place(node.value)
    position = len(run.analysis.operations) - 1
    while name and position >= 0 and run.analysis.operations[position].place == place:
        if _accumulated(run, node.value, name, position):
            return
        position -= 1


def _cuts(run: Run, node: f.Assign, target: f.Expr) -> None:
    """`line, text = text.split("\\n", 1)`: what is left of a text is a copy of it."""
    call = node.value
    name = shapes.cut_text(call) if run.loops and isinstance(target, f.Collection) else ""
    if not name or not isinstance(target, f.Collection) or name not in map(shapes.text_of, target.items):
        return
    assert isinstance(call, f.Call)
    assert isinstance(call.func, f.Attr)
    held = expressions.evaluate(run, call.func.obj)
    row = operations(run.language).method(held.kind, "[:]")
    if row is not None and held.kind in ("str", "bytes"):
        run.analysis.operations.append(
            Operated(
                "copy", "[:]", run.place(call), held, UNKNOWN_VALUE, run.extent(held), tuple(run.loops), run.owner, name,
                statement=run.statement, rare=run.rare,
            )
        )  # fmt: skip


def _accumulated(run: Run, value_node: f.Expr, name: str, position: int) -> bool:
    """True if an operation makes a name's container longer, or shorter, by a copy of it."""
    last = run.analysis.operations[position]
    source = ""
    if last.tag == "concat" and isinstance(value_node, f.Binary):
        source = name if name in _summands(value_node) else ""
        behind = run.lookup(name) if source and shapes.text_of(value_node.left) != name else None
        if behind is not None and behind.kind in ("str", "bytes", "list", "tuple"):
            last = replace(last, name=operators.INTO_ANOTHER, receiver=behind, argument=last.receiver)
    elif last.tag == "concat" and isinstance(value_node, f.Call):
        own = shapes.text_of(value_node.func.obj) if isinstance(value_node.func, f.Attr) else ""
        source = name if own == name or lengthening.passes(value_node, name) else own
    elif last.tag == "copy" and (part := shapes.part_of(value_node)) is not None:
        source = shapes.text_of(part.obj)
    elif last.tag == "spread" and isinstance(value_node, (f.Collection, f.Mapping)):
        source = last.receiver.label
    if source != name:
        return False
    run.analysis.operations[position] = replace(last, target=name)
    previous = run.lookup(name)
    if previous is not None and previous.grown is not None and last.tag != "copy":
        run.grow(previous.grown, _added(run, name, value_node, last))
    return True


def _summands(node: f.Expr) -> list[str]:
    """The names in a sum: of `"(" + text + ")"` there is one."""
    if isinstance(node, f.Binary) and node.op in ("+", "|"):
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
    if node.op in ("|", "&") and current.kind in queries.LAZY_KINDS and isinstance(node.target, f.Name):
        # `rows |= others`: rows of the same model, by either query.
        found = join(current, value) if value.kind == current.kind else current
        run.bind(node.target.id, (found.but(size=None) if node.op == "|" else found).on(depends))
        return
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
        if current.grown is not None or current.kind not in lengthening.FIXED_KINDS:
            by = run.extent(value) if value.kind != "unknown" else ONE
            held = element(value)
            few = node.op == "|" and held is not None and held.is_few
            run.lengthen(current, ONE if few or (current.kind == "str" and is_logarithmic(by)) else by)
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
                    entries=_entries(node, current, value),
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
            Value(
                kind,
                size=size,
                depends=depends,
                label=node.target.id,
                above=above,
                below=below,
                way=way,
                entries=_entries(node, current, value) if not current.known else (),
            ),
        )


def _entries(node: f.Update, current: Value, value: Value) -> tuple[tuple[str, Value], ...]:
    """What a mapping holds under its names after `context |= {"books": books}`."""
    if node.op != "|" or not value.entries:
        return current.entries
    return tuple((dict(current.entries) | dict(value.entries)).items())


def _attribute_string(run: Run, node: f.Update, current: Value, name: str) -> None:
    run.analysis.operations.append(
        Operated(
            "concat", "+=", run.place(node), current, UNKNOWN_VALUE, run.extent(current), tuple(run.loops),
            run.owner, name, run.place(node.target), run.statement,
        )
    )  # fmt: skip


def _both(a: Value | None, b: Value | None) -> Value | None:
    return join(a, b) if a is not None and b is not None else a or b
