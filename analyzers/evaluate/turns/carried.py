"""What one turn of a loop hands to the next: a body is run once, so what it changes is not known when a turn begins.

A name that the body sets again is no longer the constant it was before the loop: a counter is as large as the loop has
turns, a list that is replaced by another has a size of its own.
"""

from __future__ import annotations

from msgspec.structs import replace

from analyzers import facts as f
from analyzers.bounds import Symbol
from analyzers.costs import ONE, Cost, Size
from analyzers.evaluate import shapes
from analyzers.evaluate.events import Loop
from analyzers.evaluate.remembered import remembered
from analyzers.evaluate.run import ITSELF, Run
from analyzers.evaluate.turns import lazily, paid, replacing, segments
from analyzers.types import Value

_CONTAINERS = ("list", "tuple", "set", "dict", "str", "bytes", "deque")
_FALLING = ("-", "//", "/", ">>", "%", "&")


_Change = tuple[str, f.Expr | None, bool]
"""The operator of `name op= value` ("" for an assignment), the value, and whether it stands in a loop inside."""


def forget(run: Run, body: tuple[f.Stmt, ...], loop: Loop) -> replacing.Replaced:
    """At the beginning of a turn: what the body changes is what any turn before may have left."""
    lazily.begin(run, body)
    replaced: replacing.Replaced = []
    for name, values in _changes(body).items():
        held = run.env.get(name)
        if held is None:
            continue
        if held.kind in _CONTAINERS:
            literally = all(op != "" or _is_literal(value) for op, value, _ in values)
            changed = held if literally else replacing.any_turn(name, held, body)
            changed = replace(changed, items=None, const=None)
            at_first = replacing.before(held)
            if changed.size is not held.size and changed.size is not None and at_first is not None:
                replaced.append((name, changed.size.sizes[0], at_first))
        else:
            changed = _any_turn(held, values, loop)
            if changed.size is None and _is_replaced(held, values):
                size = Size(name, f"the value of {name} on any turn", key=ITSELF)
                changed = replace(changed, size=Cost.of(size))
                replaced.append((name, size, ONE))
        run.bind(name, changed)
        if _is_tally(values):
            run.symbols[name] = (changed, Symbol(name, changed.named(name), tally=loop.number))
    return replaced


def _is_replaced(held: Value, changes: list[_Change]) -> bool:
    """True for a small number that the body only replaces, and never counts up or down."""
    small = held.kind == "int" and (held.const is not None or held.is_constant_size)
    return small and all(op == "" and value is not None for op, value, _ in changes)


def _is_tally(changes: list[_Change]) -> bool:
    """True for a counter that the loop itself counts up by constants and sets back to a constant."""
    ops = {op for op, _, _ in changes}
    return ops == {"", "+"} and all(
        isinstance(value, f.Const) and not (inside and op == "+") for op, value, inside in changes
    )


def watch(run: Run, node: f.For, loop: Loop) -> None:
    """Know the loop's counter, and the names that follow it, as such (see `segments.py`)."""
    key = _key(node, loop.over)
    if key in run.env:
        run.symbols[key] = (run.env[key], Symbol(key, run.env[key].named(key), distinct=loop.number))
    counter = _counter(node)
    held = run.env.get(counter)
    if held is None:
        return
    run.symbols[counter] = (held, Symbol(counter, held, counts=loop.number))
    for name in segments.followers(node.body, counter):
        start = run.env.get(name)
        if start is not None:
            run.symbols[name] = (start, Symbol(name, start, follows=loop.number))


def _key(node: f.For, over: Value) -> str:
    """`k` of `for k in counts` and of `for k, count in counts.items()`: another one on each turn."""
    target = node.target
    if over.kind in ("set", "dict", "view"):
        return target.id if isinstance(target, f.Name) else ""
    if isinstance(node.iter, f.Call) and isinstance(node.iter.func, f.Attr):
        name = node.iter.func.name
        if name in ("items", "iteritems") and isinstance(target, f.Collection) and target.items:
            first = target.items[0]
            return first.id if isinstance(first, f.Name) else ""
        if name in ("keys", "iterkeys") and isinstance(target, f.Name):
            return target.id
    return ""


def watch_moving(run: Run, body: tuple[f.Stmt, ...], loop: Loop) -> None:
    """The counters of a `while` that only step on, once a turn, count its turns as that of a `for` does."""
    for name, changes in _changes(body).items():
        held = run.env.get(name)
        steady = (
            len(changes) == 1 and changes[0][0] == "+" and not changes[0][2] and _is_literal(changes[0][1])
        )
        if held is not None and steady and held.kind == "int":
            run.symbols[name] = (held, Symbol(name, held, counts=loop.number))


def _counter(node: f.For) -> str:
    """`i` of `for i in range(...)` and of `for i, x in enumerate(...)`."""
    if not isinstance(node.iter, f.Call):
        return ""
    name = shapes.dotted(node.iter.func)
    inner = node.iter.args[0] if name == "reversed" and node.iter.args else None
    if isinstance(inner, f.Call):
        name = shapes.dotted(inner.func)
    target = node.target
    if name == "enumerate" and isinstance(target, f.Collection) and target.items:
        target = target.items[0]
    elif name not in ("range", "xrange"):
        return ""
    return target.id if isinstance(target, f.Name) else ""


@remembered
def _changes(body: tuple[f.Stmt, ...]) -> dict[str, list[_Change]]:
    found: dict[str, list[_Change]] = {}
    stack = [(stmt, False) for stmt in body]
    while stack:
        stmt, inside = stack.pop()
        if isinstance(stmt, f.Update) and isinstance(stmt.target, f.Name):
            found.setdefault(stmt.target.id, []).append((stmt.op, stmt.value, inside))
        elif isinstance(stmt, f.For):
            for name in paid.names_in(stmt.target):
                found.setdefault(name, []).append(("", None, inside))
        for target, value in paid.assignments(stmt):
            for name in paid.names_in(target):
                exact = value if isinstance(target, f.Name) else None
                found.setdefault(name, []).append(_step(name, exact, inside))
        deeper = inside or isinstance(stmt, (f.For, f.While))
        stack += [(child, deeper) for child in shapes.children(stmt)]
    return found


def _step(name: str, value: f.Expr | None, inside: bool) -> _Change:
    """`i = i + 1` is the step that `i += 1` is."""
    if isinstance(value, f.Binary) and isinstance(value.left, f.Name) and value.left.id == name:
        return value.op, value.right, inside
    return "", value, inside


def _any_turn(held: Value, changes: list[_Change], loop: Loop) -> Value:
    if held.kind not in ("int", "float", "bool") and held.const is None:
        return replace(held, above=(), below=())
    size = _size(held, changes, loop)
    return replace(held, const=None, above=(), below=(), frozen=False, exact=False, size=size)


def _size(held: Value, changes: list[_Change], loop: Loop) -> Cost | None:
    """How large a number may have become: as it was, plus one step for every turn."""
    if held.kind == "bool":
        return ONE
    start = ONE if held.const is not None else held.size
    if all(op in _FALLING or (op == "" and _is_literal(value)) for op, value, _ in changes):
        return start
    steady = all(
        op in _FALLING or ((op == "" or (op == "+" and not inside)) and _is_literal(value))
        for op, value, inside in changes
    )
    if steady and start is not None and not loop.turns.unknown:
        return start + loop.turns
    return None


def _is_literal(value: f.Expr | None) -> bool:
    """True if its size is written down: a constant, a truth, a display of a few things, an empty container."""
    if isinstance(value, f.Unary):
        return value.op == "not" or _is_literal(value.operand)
    if isinstance(value, f.Collection):
        return not any(isinstance(item, f.Star) for item in value.items)
    if isinstance(value, f.Call):
        return not value.args and shapes.dotted(value.func).rpartition(".")[2] in (
            *_CONTAINERS,
            "defaultdict",
            "Counter",
            "OrderedDict",
        )
    if isinstance(value, f.Mapping):
        return None not in value.keys
    if isinstance(value, f.Choose):
        return _is_literal(value.then) and _is_literal(value.other)
    return isinstance(value, (f.Const, f.Compare))
