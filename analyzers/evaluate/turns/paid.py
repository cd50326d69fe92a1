"""`for` loops that are paid for by something else: every turn takes from a worklist, or follows a link.

`for _ in range(len(queue))` inside `while queue` walks one level. Each of its turns pops, so over all levels it turns as
often as things were put in, not levels times things. The same holds for `for _ in range(k): node = node.next` in a
loop that never sends `node` back.
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzers import facts as f
from analyzers.costs import Cost, Size
from analyzers.evaluate import shapes
from analyzers.evaluate.events import Loop
from analyzers.evaluate.remembered import of_whole
from analyzers.evaluate.run import Run

POPS = ("pop", "popleft", "popitem")
_PUTS = ("append", "appendleft", "add", "insert", "put")

READS = ("bisect", "bisect_left", "bisect_right", "count", "get", "index", "items", "keys", "values")
LOOKS = (
    "enumerate",
    "iter",
    "len",
    "list",
    "max",
    "min",
    "print",
    "range",
    "reversed",
    "set",
    "sorted",
    "sum",
    "tuple",
    "xrange",
)
"""Methods, and functions that take a container, which leave it as large as it is."""


def shared_turns(run: Run, node: f.For) -> Cost | None:
    """What all visits of the loop turn together, as a size derived from the loops around it; None if not known."""
    if not run.loops or len(run.loops) == run.base_loops:
        return None
    for name in sorted(taken(node)):
        around = loops_around(run, node, lambda s, n=name: resets(s, n))
        total = _everything_in(run, name, node) if around else None
        if total is not None:
            return derived(run, name, around, total)
    for stmt in always(node.body):
        for name in _followed(stmt):
            around = loops_around(run, node, lambda s, n=name: _sends_back(s, n))
            value = run.lookup(name)
            if around and value is not None:
                chain = f"the length of the chain from {name}"
                whole = _whole_way(run, name) or Cost.of(
                    run.size_named(f"|{value.label or name}|", chain, value)
                )
                return derived(run, name, around, whole)
    return None


def taken(node: f.For) -> set[str]:
    """The containers from which every turn takes something, another thing each time.

    Not those into which every turn puts something back, as in a circle of which every k-th leaves, or some turn the
    very thing it took.
    """
    steps = list(always(node.body))
    held = {name for stmt in steps for target, _ in assignments(stmt) for name in names_in(target)}
    back = {name for stmt in steps for name, _ in _put(stmt)}
    back |= {name for stmt in shapes.walk(node.body) for name, thing in _put(stmt) if thing in held}
    return {name for stmt in steps for name in _popped(stmt)} - back


def always(body: tuple[f.Stmt, ...]) -> Iterator[f.Stmt]:
    """The statements that every turn reaches, unless it leaves the loop."""
    for stmt in body:
        yield stmt
        if shapes.continues(stmt):
            return


def _popped(stmt: f.Stmt) -> Iterator[str]:
    """The containers that a statement takes something from whenever it is reached."""
    if not isinstance(stmt, (f.Assign, f.Do, f.Update)):
        return
    found = list(shapes.nodes(stmt))
    if any(isinstance(n, (f.Logic, f.Choose, f.Comprehension, f.Lambda)) for n in found):
        return  # The call may not happen.
    for node in found:
        if not isinstance(node, f.Call):
            continue
        if isinstance(node.func, f.Attr) and node.func.name in POPS and isinstance(node.func.obj, f.Name):
            yield node.func.obj.id
        elif shapes.dotted(node.func).rpartition(".")[2] == "heappop":
            yield from (argument.id for argument in node.args[:1] if isinstance(argument, f.Name))


def _put(stmt: f.Stmt) -> Iterator[tuple[str, str]]:
    """The containers that a statement puts one thing into whenever it is reached, and the name of the thing."""
    call = stmt.value if isinstance(stmt, f.Do) else None
    if not isinstance(call, f.Call) or not call.args:
        return
    thing = shapes.text_of(call.args[-1])
    if isinstance(call.func, f.Attr) and call.func.name in _PUTS:
        yield shapes.text_of(call.func.obj), thing
    elif shapes.dotted(call.func).rpartition(".")[2] == "heappush":
        yield shapes.text_of(call.args[0]), thing


def _followed(stmt: f.Stmt) -> Iterator[str]:
    """`node = node.next`: names that a statement moves along a link. On an empty link it would fail."""
    for target, value in assignments(stmt):
        if isinstance(target, f.Name) and isinstance(value, f.Attr) and _root(value) == target.id:
            yield target.id


def assignments(stmt: f.Stmt) -> Iterator[tuple[f.Expr, f.Expr]]:
    """The pairs of a target and its value, those of `a, b = c, d` one by one."""
    if not isinstance(stmt, f.Assign) or stmt.value is None:
        return
    for target in stmt.targets:
        items, values = getattr(target, "items", ()), getattr(stmt.value, "items", ())
        if items and len(items) == len(values):
            yield from zip(items, values, strict=True)
        else:
            yield target, stmt.value


def _root(node: f.Expr) -> str:
    while isinstance(node, f.Attr):
        node = node.obj
    return node.id if isinstance(node, f.Name) else ""


def names_in(target: f.Expr) -> Iterator[str]:
    """The names a target binds."""
    if isinstance(target, f.Name):
        yield target.id
    elif isinstance(target, f.Star):
        yield from names_in(target.value)
    elif isinstance(target, f.Collection):
        for item in target.items:
            yield from names_in(item)


def resets(stmt: f.Stmt, name: str) -> bool:
    """True if the statement gives the container's name another container."""
    if isinstance(stmt, f.For):
        return name in names_in(stmt.target)
    return any(name in names_in(target) for target, _ in assignments(stmt))


def _sends_back(stmt: f.Stmt, name: str) -> bool:
    """True if the statement gives a name something that does not lie further along its chain."""
    if isinstance(stmt, f.For):
        return name in names_in(stmt.target)
    return any(
        name in names_in(target) and not (isinstance(value, f.Attr) and _root(value) == name)
        for target, value in assignments(stmt)
    )


def loops_around(run: Run, node: f.For | f.Update, undoes: object) -> list[Loop]:
    """The open loops of this function, outermost first, in which nothing outside the node undoes its progress."""
    assert callable(undoes)
    around: list[Loop] = []
    start = run.function.start
    for loop in reversed(run.loops[run.base_loops :]):
        span = loop.whole.span
        for stmt in of_whole(shapes.begun_in, run.function.body, span.start - start + 1, span.end - start):
            if not node.at <= stmt.at < node.to and undoes(stmt):
                return around
        around.insert(0, loop)
    return around


def _everything_in(run: Run, name: str, node: f.For) -> Cost | None:
    """All that is ever put into a worklist: the turns of the loop that empties it, or how far it grew.

    None if the loop itself puts back what it takes, and nothing says that this ends.
    """
    value = run.lookup(name)
    if value is None:
        return None
    whole = _whole_way(run, name)
    if whole is not None:
        return whole
    if any(name in _filled(stmt) for stmt in shapes.walk(node.body)):
        return None
    if value.grown is not None:
        return Cost.of(value.grown)
    fixed = not of_whole(_is_filled, run.function.body, name)
    return run.extent(value) if fixed and value.known else None


def _is_filled(body: tuple[f.Stmt, ...], name: str) -> bool:
    return any(name in _filled(stmt) for stmt in shapes.walk(body))


def _whole_way(run: Run, name: str) -> Cost | None:
    """The turns of the `while` that ends when the worklist is empty, or the chain."""
    return next((o.turns for o in run.loops if o.kind == "while" and o.label == name), None)


def _filled(stmt: f.Stmt) -> Iterator[str]:
    """The containers a statement puts something into, or hands to code that may."""
    if isinstance(stmt, f.Update):
        yield shapes.text_of(stmt.target)
    if not isinstance(stmt, (f.Assign, f.Do, f.Update, f.Return)):
        return
    for node in shapes.nodes(stmt):
        if isinstance(node, f.Call):
            if shapes.dotted(node.func) not in LOOKS:
                yield from (shapes.text_of(argument) for argument in node.args)
            if isinstance(node.func, f.Attr) and node.func.name not in (*POPS, *READS):
                yield shapes.text_of(node.func.obj)


def derived(run: Run, name: str, around: list[Loop], total: Cost) -> Cost:
    for position in range(len(around)):
        numbers = tuple(o.number for o in reversed(around[: position + 1]))
        total = Cost.of(Size(f"{name} steps", f"steps of `{name}`", numbers, total, key=f"shared:{name}"))
    return total
