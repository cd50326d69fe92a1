"""What a statement does to the names in scope, and what it costs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from analyzers import facts as f
from analyzers import ways
from analyzers.costs import ONE
from analyzers.evaluate import (
    attributes,
    calls,
    evidence,
    expressions,
    leaving,
    loops,
    memos,
    operators,
    queries,
    ranges,
    reading,
    scripts,
    shapes,
)
from analyzers.evaluate.events import Operated
from analyzers.evaluate.measures import is_logarithmic
from analyzers.evaluate.run import Block, Run
from analyzers.operations import operations
from analyzers.types import UNKNOWN_VALUE, Value, element, join

GROWABLE = (
    "list", "set", "dict", "deque", "heap", "str", "bytes", "bytearray", "tuple",
    "queue", "priorityqueue", "sortedlist", "sortedset", "sorteddict", "array", "series", "frame",
)  # fmt: skip


def execute(run: Run, body: tuple[f.Stmt, ...]) -> None:
    """Run statements in order; what follows a return, break, continue or raise is not reached."""
    last = leaving.last_turn(run, body)
    if last is not None:
        start, depth = last
        _execute_all(run, body, 0, start)
        if not run.dead:
            leaving.once(run, depth, lambda: _execute_all(run, body, start, len(body)))
        return
    _execute_all(run, body, 0, len(body))


def _execute_all(run: Run, body: tuple[f.Stmt, ...], start: int, end: int) -> None:
    block = Block(body, start, len(run.loops))
    run.blocks.append(block)
    try:
        _execute_block(run, block, end)
    finally:
        run.blocks.pop()


def _execute_block(run: Run, block: Block, end: int) -> None:
    for position in range(block.position, end):
        if run.dead:
            return
        run.step()
        block.position, stmt = position, block.body[position]
        if not isinstance(stmt, (f.For, f.While, f.If, f.With, f.Try, f.Match, f.Block)):
            run.statement = run.place(stmt)
        _HANDLERS[type(stmt)](run, stmt)


# ----------------------------------------------------------------------------------------------- assignments


def _assign(run: Run, node: f.Assign) -> None:
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
        and _grows_later(run, target.id)
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


def _grows_later(run: Run, name: str) -> bool:
    """True if some statement of the function adds to this name; a container that never grows stays small."""
    names = run.growing
    if names is None:
        names = run.growing = frozenset(growing_names(run.function.body))
    return name in names


def growing_names(body: tuple[f.Stmt, ...]) -> list[str]:
    found: list[str] = []
    for stmt in shapes.walk(body):
        if isinstance(stmt, f.Update):
            found.append(_root(stmt.target))
        elif isinstance(stmt, f.Assign):
            for target in stmt.targets:
                if isinstance(target, f.Index):
                    found.append(_root(target))
                elif isinstance(target, f.Name) and _mentions(stmt.value, target.id):
                    found.append(target.id)
        elif isinstance(stmt, f.Do) and isinstance(stmt.value, f.Call):
            func = stmt.value.func
            if isinstance(func, f.Attr):
                found.append(_root(func.obj))
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


def _root(node: f.Expr) -> str:
    while isinstance(node, (f.Attr, f.Index)):
        node = node.obj
    return node.id if isinstance(node, f.Name) else ""


def store(run: Run, target: f.Expr, value: Value) -> None:
    """Put a value where a target says."""
    if isinstance(target, f.Attr):
        base = expressions.evaluate(run, target.obj)
        attributes.store(run, target, base, value)
    elif isinstance(target, f.Index):
        base = expressions.evaluate(run, target.obj)
        key = expressions.evaluate(run, target.index)
        keyed(run, target.obj, base, key)
        row = operations(run.language).method(base.kind, "[]=")
        if row is not None:
            operators.operate(run, row, "[]=", run.place(target), base)
        _learn(run, target.obj, base, key=None, value=value)
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
        of = plain if base.of is None else join(base.of, plain)
        run.bind(node.id, replace(run.env[node.id], of=of))


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
        sides = (shapes.text_of(value_node.left), shapes.text_of(value_node.right))
        source = name if name in sides else ""
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
            run.grow(previous.grown, ONE)


def _update(run: Run, node: f.Update) -> None:
    """`target op= value`."""
    current = expressions.evaluate(run, node.target)
    value = expressions.evaluate(run, node.value)
    if value.kind in queries.LAZY_KINDS and current.kind in ("list", "set", "deque"):
        queries.touch(run, value, run.place(node.value), "+=")
    depends = current.depends | value.depends
    row = operations(run.language).method(current.kind, f"{node.op}=")
    if row is not None and node.op == "+":
        is_local = isinstance(node.target, f.Name)
        name = shapes.text_of(node.target)
        operators.operate(
            run,
            row,
            "+=",
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
            run.grow(current.grown, ONE if current.kind == "str" and is_logarithmic(by) else by)
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
                    way=ways.binary("+", current, value),
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
        way = ways.binary(node.op, current, value)
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


# --------------------------------------------------------------------------------------------- simple ones


def _do(run: Run, node: f.Do) -> None:
    expressions.evaluate(run, node.value)


def _return(run: Run, node: f.Return) -> None:
    run.returns.append(expressions.evaluate(run, node.value) if node.value is not None else UNKNOWN_VALUE)
    run.dead = True


def _jump(run: Run, node: f.Jump) -> None:
    expressions.evaluate_all(run, node.values)
    run.dead = True


def _delete(run: Run, node: f.Delete) -> None:
    for target in node.targets:
        if isinstance(target, f.Name):
            run.env.pop(target.id, None)
            continue
        if isinstance(target, f.Index):
            base = expressions.evaluate(run, target.obj)
            index = expressions.evaluate(run, target.index)
            if base.kind == "list" and index.const == 0:
                row = operations(run.language).method("list", "pop", 0, True)
                name = "del [0]"
            else:
                row = operations(run.language).method(base.kind, "del")
                name = "del []"
            if row is not None and index.const != -1:
                operators.operate(run, row, name, run.place(node), base)
        elif isinstance(target, f.Slice) and target.start is None and target.stop is not None:
            base = expressions.evaluate(run, target.obj)
            if base.kind in ("list", "bytearray"):  # What follows moves to the front.
                run.charge(run.extent(base), run.place(node), f"moves the rest of {base.label}")


def _define(run: Run, node: f.Define) -> None:
    name = node.qualname.rpartition(".")[2].partition("#")[0]
    function = run.summaries.project.function(run.path, node.qualname)
    kind = "function" if function is not None else "class"
    if function is not None and run.function.kind != "module" and not memos.only_keeps(function):
        kind = "unknown"  # What a decorator makes of it is not followed.
    run.bind(name, Value(kind, ref=(run.path, node.qualname), label=name))


def _nothing(run: Run, node: f.Scope) -> None:
    for name in node.names:
        held = run.env.get(name)
        if held is None or held.is_constant_size:
            run.env.pop(name, None)
        if node.kind == "global" and run.function.kind != "module":
            run.declared.add(name)
            run.shared.add(name)


def _block(run: Run, node: f.Block) -> None:
    execute(run, node.body)


# ---------------------------------------------------------------------------------------------- branching


def _if(run: Run, node: f.If) -> None:
    expressions.evaluate(run, node.test)
    narrowed = evidence.narrowing(run, node.test)
    negated = isinstance(node.test, f.Unary) and node.test.op == "not"
    remains = evidence.narrowing(run, node.test.operand) if isinstance(node.test, f.Unary) and negated else []

    decided = _decided(run, node.test)
    if decided is not None:
        execute(run, node.body if decided else node.otherwise)
        return
    guarded = memos.guards_memo(node)

    def then() -> None:
        for name, value in narrowed:
            run.bind(name, value)
        rare, run.rare = run.rare, run.rare | _singled_out(run, node.test)
        run.memo_depth += guarded
        execute(run, node.body)
        run.memo_depth -= guarded
        run.rare = rare

    def otherwise() -> None:
        for name, value in remains:
            run.bind(name, value)
        execute(run, node.otherwise)

    run.branches((then, otherwise))


def _decided(run: Run, test: f.Expr) -> bool | None:
    """What a test on a parameter gives that the caller passed as True, False or None; None if that is not known."""
    negated = isinstance(test, f.Unary) and test.op == "not"
    inner = test.operand if isinstance(test, f.Unary) and negated else test
    against_none = (
        isinstance(inner, f.Compare)
        and inner.ops in (("is",), ("is not",))
        and isinstance(inner.rights[0], f.Const)
        and inner.rights[0].kind == "none"
    )
    name = inner.left if isinstance(inner, f.Compare) and against_none else inner
    if not isinstance(name, f.Name) or name.id not in {p.name for p in run.function.params}:
        return None
    value = run.env.get(name.id)
    if value is None or value.depends != frozenset({name.id}):
        return None  # It was given another value here.
    if against_none and isinstance(inner, f.Compare):
        if value.kind != "none":
            return None
        answer = inner.ops == ("is",)
    elif value.kind == "none":
        answer = False
    elif value.kind == "bool" and isinstance(value.const, bool):
        answer = value.const
    else:
        return None
    return not answer if negated else answer


def _singled_out(run: Run, test: f.Expr) -> frozenset[int]:
    """The innermost loop, if the test holds for one of its elements: an equality of its key with something fixed."""
    if not run.loops or not isinstance(test, f.Compare) or test.ops != ("==",):
        return frozenset()
    number = run.loops[-1].number
    sides = [
        run.lookup(side.id) if isinstance(side, f.Name) else None for side in (test.left, test.rights[0])
    ]
    own = [value is not None and number in value.depends for value in sides]
    unique = run.loops[-1].over.kind in ("values", "dict", "view", "range", "iterator")
    return frozenset({number}) if own.count(True) == 1 and unique and None not in sides else frozenset()


def _match(run: Run, node: f.Match) -> None:
    subject = expressions.evaluate(run, node.subject)

    def arm(case: f.Case) -> Callable[[], None]:
        def body() -> None:
            for pattern in case.patterns:
                _bind_pattern(run, pattern, subject)
            if case.guard is not None:
                expressions.evaluate(run, case.guard)
            execute(run, case.body)

        return body

    run.branches((*(arm(case) for case in node.cases), lambda: None))


def _bind_pattern(run: Run, pattern: f.Expr, subject: Value) -> None:
    if isinstance(pattern, f.Name):
        if pattern.id != "_":
            run.bind(pattern.id, Value(depends=subject.depends, label=pattern.id))
    elif isinstance(pattern, (f.Collection, f.Mapping, f.Call)):
        parts = (
            pattern.items
            if isinstance(pattern, f.Collection)
            else pattern.values
            if isinstance(pattern, f.Mapping)
            else pattern.args
        )
        for part in parts:
            _bind_pattern(run, part, Value(depends=subject.depends))


def _try(run: Run, node: f.Try) -> None:
    def body() -> None:
        caught, run.caught = run.caught, len(run.loops) if node.handlers else run.caught
        execute(run, node.body)
        run.caught = caught
        if not run.dead:
            execute(run, node.otherwise)

    def handle(handler: f.Handler) -> Callable[[], None]:
        def caught() -> None:
            if handler.name:
                run.bind(handler.name, Value("instance", label=handler.name))
            missed = memos.catches_miss(node, handler)
            run.memo_depth += missed
            execute(run, handler.body)
            run.memo_depth -= missed

        return caught

    run.branches((body, *(handle(h) for h in node.handlers)))
    was_dead, run.dead = run.dead, False
    execute(run, node.final)
    run.dead = run.dead or was_dead


def _with(run: Run, node: f.With) -> None:
    for item in node.items:
        value = expressions.evaluate(run, item.value)
        value = calls.entered(run, value)
        if item.target is not None:
            loops.bind_target(run, item.target, value)
    execute(run, node.body)


def _for(run: Run, node: f.For) -> None:
    loops.for_loop(run, node, lambda: execute(run, node.body))
    execute(run, node.otherwise)


def _while(run: Run, node: f.While) -> None:
    def body() -> None:
        execute(run, node.body)
        if not run.dead:
            execute(run, node.step)

    loops.while_loop(run, node, body)
    execute(run, node.otherwise)


_HANDLERS: dict[type, Callable[[Run, Any], None]] = {
    f.Assign: _assign, f.Update: _update, f.Do: _do, f.Return: _return, f.For: _for, f.While: _while, f.If: _if,
    f.Match: _match, f.Try: _try, f.With: _with, f.Define: _define, f.Jump: _jump, f.Delete: _delete,
    f.Scope: _nothing, f.Block: _block,
}  # fmt: skip
