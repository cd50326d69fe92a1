"""Loops: how often they turn, what their target holds, and which of them are not what they look like."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from msgspec.structs import replace

from analyzers import facts as f
from analyzers import ways
from analyzers.costs import ONE, Cost
from analyzers.evaluate import evidence, expressions, queries, shapes
from analyzers.evaluate.calling import followed_paths, specials
from analyzers.evaluate.events import Loop
from analyzers.evaluate.presenting import pages, serialising
from analyzers.evaluate.queries import marked
from analyzers.evaluate.run import Run
from analyzers.evaluate.sizes import reading
from analyzers.evaluate.turns import carried, doubling, exceeding, filling, paid, replacing, segments, whiles
from analyzers.evaluate.turns.whiles import inside, levels
from analyzers.findings import Place
from analyzers.types import UNKNOWN_VALUE, Value, element, join

CHUNKERS = (
    "batched", "chunked", "chunks", "grouper", "windowed", "in_batches", "ichunked", "sliced", "array_split",
)  # fmt: skip
"""Names under which iterables are cut into pieces (itertools.batched, more_itertools.chunked, numpy.array_split, ...)."""

PIECE = "a piece of a sequence"
"""Evidence of a slice that a loop in steps takes: `rows[start : start + 100]`."""


def for_loop(run: Run, node: f.For, body: Callable[[], None]) -> None:
    """`for target in iter`: run the body once on an abstract element and sum it over the turns."""
    over = reading.within(run, node, expressions.evaluate(run, node.iter))
    over = specials.iterated(run, over, run.place(node.iter))
    if followed_paths.turn_by_turn(run, node, over, body):
        return
    of_framework = pages.has_specials(run)
    if of_framework:
        over = serialising.named(over)
    place = run.place_at(node.at, node.head_to or node.iter.to)
    beside = levels.beside(run, node)
    doubling.watch(run, node)
    loop = enter(
        run,
        node,
        over,
        node.iter,
        place,
        serialising.LOOP if of_framework else "for",
        exits=shapes.has_exit(node.body),
        is_async=node.is_async,
        shared=paid.shared_turns(run, node) or filling.turns(run, node),
    )
    lazily = run.lazily
    replaced = carried.forget(run, node.body, loop)
    inside.enter_levels(run, loop, beside)
    inside.enter_worklists(run, loop, [name for name in paid.taken(node) if name in run.env])
    bind_target(run, node.target, element_of(run, over))
    carried.watch(run, node, loop)
    before = dict(run.env)
    body()
    marked.left(run, node)
    replacing.recall(run, replaced, node.body)
    leave(run, before)
    run.lazily = lazily


def leave(run: Run, before: dict[str, Value]) -> None:
    """Close a loop whose body may not have run at all."""
    if run.dead:
        run.env, run.dead = before, False
    else:
        for name, value in before.items():
            now = run.env.get(name)
            if now is not None and now is not value:
                run.env[name] = join(value, now) if value.kind == now.kind else now
    run.close()


def _written(node: f.Expr | None) -> str:
    """What is gone through, in its own words: `rows` of `[*rows]` too."""
    while isinstance(node, f.Collection) and len(node.items) == 1 and isinstance(node.items[0], f.Star):
        node = node.items[0].value
    if isinstance(node, f.Comprehension):
        return _of_comprehension(node)
    return shapes.text_of(node) if node is not None else ""


def _of_comprehension(node: f.Comprehension) -> str:
    """`[… for … in rows]` of a list that a loop makes for itself, also of one made of another; "" where `rows` has no words."""
    source = node.clauses[0].iter
    within = _written(source)
    return within if isinstance(source, f.Comprehension) or not within else f"[… for … in {within}]"


def enter(
    run: Run,
    node: f._Node,
    over: Value,
    iter_node: f.Expr | None,
    place: Place,
    kind: str,
    *,
    exits: bool = False,
    is_async: bool = False,
    shared: Cost | None = None,
) -> Loop:
    """Open a loop over a value. Iterating over a queryset sends its query, once per visit of the loop."""
    if over.kind in queries.LAZY_KINDS:
        queries.touch(run, over, run.place(iter_node) if iter_node is not None else place, "iterate")
    label = over.label or _written(iter_node) or "an iterable"
    turns = run.settled(run.extent(over if over.label else over.but(label=label)))
    if isinstance(node, f.For) and _always_leaves(node.body):
        turns = ONE
    elif isinstance(node, f.For) and not is_async:
        turns = exceeding.turns(run, node, over, turns)
    if shared is not None and not turns.is_constant:
        turns = shared
    else:
        shared = None
    if over.label == "range" and iter_node is not None:
        label = _range_label(iter_node)
    derived = frozenset(run.derived_loops(over)) if _is_derived(turns, run) else frozenset()
    whole = run.place(node)

    def make(number: int) -> Loop:
        return Loop(
            number,
            kind,
            place,
            whole,
            turns,
            over,
            label,
            run.owner,
            derived=derived,
            constant=turns.is_constant or (over.frozen and over.kind != "unknown"),
            amortised=shared is not None,
            chunked=(iter_node is not None and is_chunked(iter_node)) or _holds_pieces(over),
            exits=exits,
            is_async=is_async,
        )

    return run.open(make)


def _always_leaves(body: tuple[f.Stmt, ...]) -> bool:
    """True if the first turn of a loop is its last: it ends with `break` or `return`, and nothing goes on before."""
    last = body[-1] if body else None
    if not isinstance(last, f.Return) and not (isinstance(last, f.Jump) and last.kind != "continue"):
        return False
    return not any(isinstance(stmt, f.Jump) and stmt.kind == "continue" for stmt in shapes.walk(body))


def _is_derived(turns: Cost, run: Run) -> bool:
    open_now = run.open_numbers()
    return any(set(size.loops) & open_now for size in turns.sizes)


def _range_label(node: f.Expr) -> str:
    """How a loop that counts is spoken of: `range(len(names))`; in a script the array whose places are counted, or
    `1…n`."""
    if isinstance(node, f.Call) and node.args:
        if isinstance(node.args[0], (f.Call, f.Range)) and shapes.called(node) in _ROUND_RANGES:
            return f"{shapes.called(node)}({_range_label(node.args[0])})"
        return f"range({_text(node.args[0] if len(node.args) == 1 else node.args[1])})"
    if not isinstance(node, f.Range):
        return "range"
    start, stop = _text(node.start), _text(node.stop)
    counted = stop if start == "0" else start if stop == "0" else ""  # Or back from the last one.
    whole, _, last = counted.removesuffix(" - 1").rpartition(".")
    return whole if last == "length" else f"{start}…{stop}"


_ROUND_RANGES = frozenset(("reversed", "list", "tuple", "iter", "sorted", "enumerate"))


def _text(node: f.Expr) -> str:
    """An end of a counting loop: a name, a length, a step before or behind one."""
    if isinstance(node, f.Call) and len(node.args) == 1 and shapes.dotted(node.func) == "len":
        return f"len({shapes.text_of(node.args[0]) or '…'})"
    if isinstance(node, f.Binary):
        return f"{_text(node.left)} {node.op} {_text(node.right)}"
    return shapes.text_of(node) or "…"


def is_chunked(node: f.Expr) -> bool:
    """`range(0, n, size)` with a step larger than one, or a call of a chunking helper: many elements a turn."""
    if isinstance(node, f.Range):
        return node.step is not None and not _is_one(node.step)
    if not isinstance(node, f.Call):
        return False
    name = shapes.called(node)
    if name in ("range", "xrange") and len(node.args) == 3:
        return not _is_one(node.args[2])
    if name in ("enumerate", "tqdm", "list", "iter") and node.args:
        return is_chunked(node.args[0])
    lowered = name.lower().strip("_")
    return any(word in lowered for word in CHUNKERS)


def is_piece(run: Run, bounds: Sequence[Value | None]) -> bool:
    """True if a slice begins or ends where the innermost loop is, which goes on in steps."""
    loop = run.loops[-1] if run.loops else None
    return (
        loop is not None and loop.chunked and any(b is not None and loop.number in b.depends for b in bounds)
    )


def _holds_pieces(over: Value) -> bool:
    """True for what pieces were collected in: each turn of a loop over it takes many elements."""
    return over.of is not None and over.of.evidence == PIECE


def _is_one(node: f.Expr) -> bool:
    if isinstance(node, f.Unary):
        node = node.operand
    return isinstance(node, f.Const) and node.value == 1


def element_of(run: Run, over: Value) -> Value:
    """What one turn of the innermost loop, over `over`, has in hand."""
    loop = run.loops[-1]
    inner = run.present(element(over) or UNKNOWN_VALUE)
    if inner.items is not None:
        inner = replace(inner, items=tuple(v.on((loop.number,)) for v in inner.items))
    if inner.entries:
        inner = replace(inner, entries=tuple((name, v.on((loop.number,))) for name, v in inner.entries))
    if inner.size is None and (piece := segments.piece_of(run, over)) is not None:
        inner = replace(inner, size=piece)
    label = inner.label if inner.label and inner.kind == "row" else ""
    return replace(
        inner,
        depends=inner.depends | over.depends | {loop.number},
        label=label,
        const=None,
        token="",
        frozen=False,
        way=ways.element(over.way),
    )


def bind_target(run: Run, target: f.Expr, value: Value) -> None:
    """Give the name, or the names in the pattern, their values."""
    if isinstance(target, f.Name):
        run.bind(target.id, _under(run, target.id, value))
    elif isinstance(target, f.Star):
        bind_target(run, target.value, Value("list", of=value.of, depends=value.depends))
    elif isinstance(target, f.Collection):
        for position, part in enumerate(target.items):
            rest = isinstance(part, f.Star) and value.of is not None
            bind_target(run, part, value if rest else _unpacked(value, position))
    elif isinstance(target, f.Mapping):
        for key, part in zip(target.keys, target.values, strict=False):
            name = key.value if isinstance(key, f.Const) and isinstance(key.value, str) else ""
            bind_target(run, part, _taken(run, value, name))
    elif isinstance(target, (f.Attr, f.Index)):
        from analyzers.evaluate import assignments

        assignments.store(run, target, value)


def patterned(position: int) -> str:
    """What a destructured parameter is bound under, as it has no name."""
    return f"#{position}"


def bind_patterns(run: Run, bound: Mapping[str, Value] | None = None) -> None:
    """Destructured parameters: the names in their patterns."""
    for position, param in enumerate(run.function.params):
        if param.pattern is not None:
            key = patterned(position)
            value = (bound or {}).get(param.name or key, Value(depends=frozenset({key})))
            bind_target(run, param.pattern, value)
            if param.annotation is not None and isinstance(param.pattern, f.Mapping):
                _declare_parts(run, param.pattern, param.annotation, key)


def _declare_parts(run: Run, pattern: f.Mapping, said: f.Expr, key: str) -> None:
    """`{ books, size }: { books: Book[]; size: number }`, `{ books }: Props`: names hold what is declared, where no more is
    known."""
    for name, part in zip(pattern.keys, pattern.values, strict=False):
        known = run.lookup(part.id) if isinstance(part, f.Name) else None
        if known is None or known.known or not isinstance(name, f.Const) or not isinstance(part, f.Name):
            continue
        value = evidence.taken_of(
            run.summaries.project, run.path, run.function.parent, run.language, said, str(name.value)
        )
        if value.known:
            run.bind(part.id, replace(value, label=part.id, depends=frozenset({key, part.id})))


def _under(run: Run, name: str, value: Value) -> Value:
    """A value under a new name. A parameter's size stays the parameter's, so that callers can put theirs in its place."""
    if value.frozen and value.label:
        return value
    if value.label in value.depends and value.size is None and value.grown is None and value.const is None:
        if value.kind == "unknown":
            return value
        if value.kind in ("int", "float"):
            return replace(value, size=run.magnitude(value), label=name)
    return replace(value, label=name)


def _unpacked(value: Value, position: int) -> Value:
    if value.items is not None and position < len(value.items):
        return _inside(value.items[position], value)
    return _inside(value.of if value.of is not None else UNKNOWN_VALUE, value)


def _inside(part: Value, whole: Value) -> Value:
    """What is taken out of something depends on what that depends on, and is part of what that is part of."""
    return replace(part.on(whole.depends), way=part.way or ways.element(whole.way))


def _taken(run: Run, value: Value, name: str) -> Value:
    """What `{ name } = value` takes out of an object."""
    from analyzers.evaluate import attributes

    member = _member(value, name)
    if run.language == "python" or not name:
        return member
    if value.kind not in ("instance", "dict") and not queries.is_client(value.kind):
        return member
    held = attributes.member_of(run, value, name, member.label)
    return held.but(bound=None) if held.kind == "unknown" else held


def _member(value: Value, name: str) -> Value:
    return Value(depends=value.depends, label=f"{value.label}.{name}" if value.label and name else name)


# ---------------------------------------------------------------------------------------------------- while


def while_loop(run: Run, node: f.While, body: Callable[[], None]) -> None:
    """`while test`: the turns come from what moves towards the test (see `whiles/`)."""
    progress = whiles.progress(run, node)
    place = run.place_at(node.at, node.head_to or node.test.to)
    whole = run.place(node)

    def make(number: int) -> Loop:
        return Loop(
            number,
            "while",
            place,
            whole,
            progress.turns,
            progress.over,
            progress.label,
            run.owner,
            derived=progress.derived,
            constant=progress.turns.is_constant,
            amortised=progress.amortised,
            exits=shapes.has_exit(node.body),
            polling=progress.polling,
            test=shapes.test_text(node.test),
        )

    expressions.condition(run, node.test)
    beside = [(name, total) for name, total in levels.beside(run, node) if name != progress.level]
    loop = run.open(make)
    lazily = run.lazily
    replaced = carried.forget(run, (*node.body, *node.step), loop)
    inside.enter(run, loop, progress)
    inside.enter_levels(run, loop, beside)
    carried.watch_moving(run, (*node.body, *node.step), loop)
    expressions.condition(run, node.test)
    before = dict(run.env)
    body()
    replacing.recall(run, replaced, (*node.body, *node.step))
    if run.dead:
        run.env, run.dead = before, False
    run.close(progress.reason)
    run.lazily = lazily
    inside.leave(run, progress)


# ------------------------------------------------------------------------------------------- comprehensions


def comprehension(run: Run, node: f.Comprehension) -> Value:
    """A comprehension is its loops; a generator's work is charged where it is written, once."""
    saved, outside = dict(run.env), run.reading
    depth = 0
    overs: list[Value] = []
    asked: list[Value] = []
    for clause in node.clauses:
        over = specials.iterated(run, expressions.evaluate(run, clause.iter), run.place(clause.iter))
        run.reading = reading.inside(outside)
        overs.append(over)
        enter(run, node, over, clause.iter, run.place(clause), "comprehension", is_async=clause.is_async)
        depth += 1
        bind_target(run, clause.target, element_of(run, over))
        asked += [expressions.condition(run, condition) for condition in clause.conditions]
    opened = run.loops[len(run.loops) - depth :]
    key = expressions.evaluate(run, node.key) if node.key is not None else None
    value = expressions.evaluate(run, node.value)
    count = ONE
    for loop in reversed(opened):
        count = count.summed(loop.number, loop.turns)
    for _ in range(depth):
        run.close()
    run.env, run.reading = saved, outside
    value = replace(value, born=min(value.born, len(run.loops)))  # It outlives the loops it was made in.
    numbers = {loop.number for loop in opened}
    held = (value,) if key is None else (key, value)
    depends = frozenset().union(*(one.depends for one in (*overs, *asked, *held))) - numbers
    kind = "iterator" if node.kind == "generator" else node.kind
    value = value.plain()
    element = replace((key or value).plain(), depends=(key or value).depends - numbers)
    if kind != "iterator":
        run.space = run.space + count
    made = Value(
        kind,
        size=count,
        of=element,
        values=replace(value, depends=value.depends - numbers) if key is not None else None,
        depends=depends,
        born=len(run.loops),
        place=run.place(node),
        evidence=doubling.evidence(node, overs),
        label="",
        way=ways.comprehended(overs[0].way, chosen=bool(node.clauses[0].conditions))
        if len(node.clauses) == 1
        else None,
    )
    return reading.selected(node, overs, made)
