"""How often a `while` turns: what moves towards its test, how far, and whether it ever moves back.

Recognised: counters that step, double or halve; bisection; worklists that are popped; pointers that only move one
way over all turns of the loop outside (amortised); digits of a number; links that are followed. Anything else is
unknown, and said to be.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from analyzers import facts as f
from analyzers.costs import ONE, UNKNOWN, Cost, Size
from analyzers.evaluate import expressions, reading, shapes
from analyzers.evaluate.events import Loop
from analyzers.evaluate.run import Run
from analyzers.types import UNKNOWN_VALUE, Value

PUTS = (
    "append",
    "appendleft",
    "extend",
    "push",
    "unshift",
    "insert",
    "add",
    "put",
    "put_nowait",
    "update",
    "concat",
)
POPS = ("pop", "popleft", "popitem", "shift", "get", "get_nowait", "dequeue")


@dataclass(frozen=True, slots=True)
class Progress:
    """The answer: turns of one visit, why, and what moves."""

    turns: Cost = UNKNOWN
    reason: str = "a loop whose number of turns is not known"
    label: str = "its condition"
    over: Value = UNKNOWN_VALUE
    moving: tuple[str, ...] = ()
    bound: Cost | None = None
    amortised: bool = False
    polling: bool = False
    taken: str = ""  # the worklist from which each turn takes an element
    level: str = ""  # the list that each turn replaces by the one that follows
    derived: frozenset[int] = field(default_factory=frozenset)


def progress(run: Run, node: f.While) -> Progress:
    """How often a `while` turns, from its test and what its body does to the names in it."""
    moves = _moves((*node.body, *node.step))
    tests = list(_tests(node))
    answers = [
        found
        for test in tests
        for attempt in (_worklist, _levels, _filling, _halving_pair, _counter, _digits, _links)
        if (found := attempt(run, node, test, moves)) is not None
    ]
    if answers:
        # Every condition must hold for another turn, so the tightest bound is the one that counts.
        return min(answers, key=lambda found: (not found.amortised, found.turns.leading.weight))
    for name in _steady_pops(node.body):
        value = run.lookup(name) or UNKNOWN_VALUE
        total = Cost.of(Size(f"|{name}|", f"everything that is put into `{name}`", key=f"worklist:{name}"))
        reason = f"every turn takes something out of `{name}`"
        return _shared(run, node, Progress(total, reason, name, value, taken=name), name, total)
    advancing = _advancing(run, node, moves)
    if advancing is not None:
        return advancing
    lines = reading.per_turn(run, node)
    if lines is not None:
        # Later visits read what earlier ones left.
        total, loops = Cost.of(lines), frozenset(lines.loops)
        return Progress(total, "every turn reads a line", "the input", amortised=bool(loops), derived=loops)
    if not tests or all(isinstance(t, f.Const) for t in tests):
        return Progress(polling=True, label="while true")
    return Progress(polling=not moves.steps, label=shapes.text_of(node.test) or "its condition")


@dataclass(slots=True)
class Moves:
    """What a body does to its names: `i += 1` is a step, `i *= 2` a scale, `x = x.next` a link, `q.pop()` a pop."""

    steps: dict[str, list[tuple[str, f.Expr]]] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    pops: set[str] = field(default_factory=set)
    puts: set[str] = field(default_factory=set)
    sets: dict[str, list[f.Expr]] = field(default_factory=dict)


def _moves(body: tuple[f.Stmt, ...]) -> Moves:
    moves = Moves()
    for stmt in shapes.walk(body):
        if isinstance(stmt, f.Update) and isinstance(stmt.target, f.Name):
            moves.steps.setdefault(stmt.target.id, []).append((stmt.op, stmt.value))
        elif isinstance(stmt, f.Assign) and stmt.value is not None:
            for target in stmt.targets:
                _assigned(moves, target, stmt.value)
        for call in _calls_of(stmt):
            if isinstance(call.func, f.Attr) and call.func.name in POPS:
                moves.pops.add(shapes.text_of(call.func.obj))
            elif isinstance(call.func, f.Attr) and call.func.name in PUTS:
                moves.puts.add(shapes.text_of(call.func.obj))
            elif call.args and _called_name(call) == "heappush":
                moves.puts.add(shapes.text_of(call.args[0]))
            elif call.args and _called_name(call) in ("heappop", "heapreplace"):
                moves.pops.add(shapes.text_of(call.args[0]))
    return moves


def _assigned(moves: Moves, target: f.Expr, value: f.Expr) -> None:
    if isinstance(target, f.Collection) and isinstance(value, f.Collection):
        for t, v in zip(target.items, value.items, strict=False):
            _assigned(moves, t, v)
        return
    if not isinstance(target, f.Name):
        return
    value = _unrounded(value)
    moves.sets.setdefault(target.id, []).append(value)
    if isinstance(value, f.Binary) and isinstance(value.left, f.Name) and value.left.id == target.id:
        moves.steps.setdefault(target.id, []).append((value.op, value.right))
    elif isinstance(value, f.Attr) and shapes.text_of(value.obj) == target.id:
        moves.links[target.id] = value.name
    elif isinstance(value, f.Index) and shapes.text_of(value.index) == target.id:
        moves.links[target.id] = shapes.text_of(value.obj)


def _unrounded(value: f.Expr) -> f.Expr:
    """`n / 2` of `Math.floor(n / 2)` and `int(n / 2)`."""
    if isinstance(value, f.Call) and len(value.args) == 1 and isinstance(value.args[0], f.Binary):
        return value.args[0] if _called_name(value) in ("floor", "trunc", "int", "ceil", "round") else value
    return value


def _called_name(call: f.Call) -> str:
    return (
        call.func.name
        if isinstance(call.func, f.Attr)
        else call.func.id
        if isinstance(call.func, f.Name)
        else ""
    )


def _calls_of(stmt: f.Stmt) -> list[f.Call]:
    """The calls whose result a statement uses directly; enough to see a pop."""
    roots: list[f.Expr | None] = []
    if isinstance(stmt, (f.Do, f.Return, f.Assign)):
        roots.append(stmt.value)
    elif isinstance(stmt, f.For):
        roots.append(stmt.iter)
    elif isinstance(stmt, (f.If, f.While)):
        roots.append(stmt.test)
    found: list[f.Call] = []
    stack: list[f.Expr | None] = roots
    while stack:
        node = stack.pop()
        if isinstance(node, f.Call):
            found.append(node)
            stack += [*node.args, node.func]
        elif isinstance(node, f.Attr):
            stack.append(node.obj)
        elif isinstance(node, f.Index):
            stack += [node.obj]
        elif isinstance(node, (f.Await, f.Star)):
            stack.append(node.value)
        elif isinstance(node, f.Binary):
            stack += [node.left, node.right]
        elif isinstance(node, f.Compare):
            stack += [node.left, *node.rights]
        elif isinstance(node, f.Logic):
            stack += node.parts
        elif isinstance(node, f.Collection):
            stack += node.items
        elif isinstance(node, f.Unary):
            stack.append(node.operand)
        elif isinstance(node, f.Named):
            stack.append(node.value)
    return found


def _tests(node: f.While) -> list[f.Expr]:
    """The conditions under which the loop goes on: the test's conjuncts, and breaks' conditions at its top level."""
    out = _conjuncts(node.test)
    if all(isinstance(t, f.Const) for t in out):
        out = []
        for stmt in node.body:
            if isinstance(stmt, f.If) and any(isinstance(s, (f.Jump, f.Return)) for s in stmt.body):
                out.append(stmt.test)
    return out


def _conjuncts(test: f.Expr) -> list[f.Expr]:
    if isinstance(test, f.Logic) and test.op in ("and", "or"):
        return [t for part in test.parts for t in _conjuncts(part)]
    if isinstance(test, f.Named):
        return [test.value]
    return [test]


# ------------------------------------------------------------------------------------------------- patterns


def _worklist(run: Run, node: f.While, test: f.Expr, moves: Moves) -> Progress | None:
    """`while stack: x = stack.pop()`: as many turns as things were ever put in."""
    name = ""
    if isinstance(test, (f.Name, f.Attr)):
        name = shapes.text_of(test)
    elif isinstance(test, (f.Compare, f.Call)):
        first = test.left if isinstance(test, f.Compare) else test
        if isinstance(first, f.Call) and _called_name(first) == "len" and first.args:
            name = shapes.text_of(first.args[0])
        elif isinstance(first, f.Attr) and first.name in ("length", "size"):
            name = shapes.text_of(first.obj)
        elif isinstance(first, f.Name) and isinstance(test, f.Compare) and test.ops[0] == "!=":
            name = first.id
        elif isinstance(first, f.Unary):
            name = ""
    elif isinstance(test, f.Unary) and test.op == "not" and isinstance(test.operand, f.Call):
        func = test.operand.func
        if isinstance(func, f.Attr) and func.name in ("empty", "isEmpty"):
            name = shapes.text_of(func.obj)
    elif isinstance(test, f.Index):
        name = shapes.text_of(test.obj)
    if not name or name not in moves.pops:
        return None
    value = run.lookup(name)
    known = run.lookup(name)
    if known is not None and name not in moves.puts and name not in moves.steps and name not in moves.sets:
        turns = run.extent(known)
    else:
        turns = Cost.of(Size(f"|{name}|", f"everything that is put into `{name}`", key=f"worklist:{name}"))
    reason = f"`{name}` is emptied: as many turns as things were put into it"
    return _shared(run, node, Progress(turns, reason, name, value or UNKNOWN_VALUE, taken=name), name, turns)


def _shared(run: Run, node: f.While, found: Progress, name: str, total: Cost) -> Progress:
    """If nothing in the loops around sets what moves back, its turns are shared by all their turns."""
    around: list[Loop] = []
    for loop in reversed(run.loops):
        if _is_reset(run, node, name, loop):
            break
        around.insert(0, loop)
    size: Size | None = None
    for position in range(len(around)):
        size = Size(
            f"{found.label} steps",
            f"steps of `{name}`, which never goes back",
            tuple(o.number for o in reversed(around[: position + 1])),
            total if size is None else Cost.of(size),
            key=f"shared:{name}",
        )
    if size is None:
        return found
    return replace(
        found,
        turns=Cost.of(size),
        reason=f"`{name}` only moves one way: its steps are shared by all turns outside",
        amortised=True,
        derived=frozenset(loop.number for loop in around),
    )


def _is_reset(run: Run, node: f.While, name: str, loop: Loop) -> bool:
    """True if the loop, outside this `while`, gives the name a value that is no step from its old one."""
    start, root = run.function.start, name.partition(".")[0].partition("[")[0]
    for stmt in shapes.walk(run.function.body):
        at = start + stmt.at
        inside = loop.whole.span.start <= at < loop.whole.span.end
        if not inside or node.at <= stmt.at < node.to:
            continue
        if isinstance(stmt, f.Assign) and any(_sets(t, root) for t in stmt.targets):
            if not (isinstance(stmt.value, f.Binary) and shapes.text_of(stmt.value.left) == root):
                return True
        elif isinstance(stmt, f.For) and _sets(stmt.target, root):
            return True
    return False


def _sets(target: f.Expr, name: str) -> bool:
    if isinstance(target, f.Collection):
        return any(_sets(item, name) for item in target.items)
    return isinstance(target, f.Name) and target.id == name


def _levels(run: Run, node: f.While, test: f.Expr, moves: Moves) -> Progress | None:
    """`while level: ...; level = following`: the levels of a walk, each thing in one of them."""
    name = shapes.text_of(test) if isinstance(test, (f.Name, f.Attr)) else ""
    following = [v for v in moves.sets.get(name, []) if isinstance(v, (f.Name, f.Comprehension))]
    if not name or not following or len(following) != len(moves.sets[name]):
        return None
    for value in following:
        made = moves.sets.get(value.id, []) if isinstance(value, f.Name) else [value]
        if not made or not all(isinstance(m, (f.Collection, f.Comprehension, f.Call)) for m in made):
            return None
    total = Cost.of(Size(f"|{name}|", f"everything that is ever in `{name}`", key=f"worklist:{name}"))
    return Progress(
        total, f"every thing is in one `{name}`", name, run.lookup(name) or UNKNOWN_VALUE, level=name
    )


def _filling(run: Run, node: f.While, test: f.Expr, moves: Moves) -> Progress | None:
    """`while len(xs) < n: xs.append(...)`: as many turns as are missing."""
    if not isinstance(test, f.Compare) or len(test.ops) != 1 or not isinstance(test.left, f.Call):
        return None
    call = test.left
    name = shapes.text_of(call.args[0]) if _called_name(call) == "len" and call.args else ""
    if not name or test.ops[0] not in ("<", "<=", "!=") or name not in moves.puts or name in moves.sets:
        return None
    bound = run.extent_or_magnitude(expressions.evaluate(run, test.rights[0]))
    found = Progress(bound, f"`{name}` is filled up to a size", name, run.lookup(name) or UNKNOWN_VALUE)
    return _shared(run, node, found, name, bound)


def _steady_pops(body: tuple[f.Stmt, ...]) -> list[str]:
    """The containers from which every turn takes something, whatever the test says."""
    found: list[str] = []
    for stmt in body:
        if isinstance(stmt, (f.Do, f.Assign)):
            for call in _calls_of(stmt):
                if isinstance(call.func, f.Attr) and call.func.name in ("pop", "popleft", "popitem"):
                    found.append(shapes.text_of(call.func.obj))
                elif call.args and _called_name(call) == "heappop":
                    found.append(shapes.text_of(call.args[0]))
    return [name for name in found if name]


def _advancing(run: Run, node: f.While, moves: Moves) -> Progress | None:
    """A pointer that every turn moves on by a constant, and that indexes something: it cannot pass its end."""
    for stmt in (*node.body, *node.step):
        if not isinstance(stmt, f.Update) or stmt.op not in ("+", "-") or not isinstance(stmt.value, f.Const):
            continue
        if not isinstance(stmt.target, f.Name) or stmt.target.id in moves.sets:
            continue
        name = stmt.target.id
        bound = _indexed_by(run, name)
        if bound is None and run.loops:
            bound = run.settled(run.loops[-1].turns)
        if bound is not None:
            value = run.lookup(name) or Value(label=name)
            found = Progress(bound, f"`{name}` moves on by one on every turn", name, value, (name,), bound)
            return _shared(run, node, found, name, bound)
    return None


def _indexed_by(run: Run, name: str) -> Cost | None:
    """The size of what a name indexes in the function."""
    for node in shapes.nodes(run.function.body):
        if isinstance(node, f.Index) and shapes.text_of(node.index) == name and isinstance(node.obj, f.Name):
            value = run.lookup(node.obj.id)
            if value is not None and value.kind not in ("dict", "unknown"):
                return run.extent(value)
    return None


def _counter(run: Run, node: f.While, test: f.Expr, moves: Moves) -> Progress | None:
    """`while i < n: i += 1` is linear in n, `i *= 2` logarithmic."""
    if not isinstance(test, f.Compare) or len(test.ops) != 1:
        return None
    left, right = test.left, test.rights[0]
    for moving, bound in ((left, right), (right, left)):
        name = _moving_name(moving)
        if name is None or name not in moves.steps:
            continue
        steps = moves.steps[name]
        if not all(isinstance(amount, (f.Const, f.Name, f.Unary, f.Attr)) for _, amount in steps):
            continue  # What is added may be anything, so nothing says how soon the end is reached.
        scaled = [op for op, _ in steps if op in ("*", "//", "/", ">>", "<<", "**")]
        if len(moves.sets.get(name, [])) > len(steps) and not scaled:
            return None  # It is also set to something that is no step, so nothing is known.
        limit = expressions.evaluate(run, bound)
        current = run.lookup(name) or Value(label=name)
        falling = any(op in ("-", "//", "/", ">>") for op, _ in steps)
        distance = run.extent_or_magnitude(limit) if not falling else _start(run, current, limit)
        if scaled and len(scaled) == len(steps):
            cost = distance.log() if not distance.is_constant else ONE
            return Progress(cost, f"`{name}` is scaled on every turn", name, current, (name,), distance)
        found = Progress(distance, f"`{name}` steps towards the end", name, current, (name,), distance)
        return _shared(run, node, found, name, distance)
    return None


def _start(run: Run, current: Value, limit: Value) -> Cost:
    if current.size is not None and not current.size.is_constant:
        return current.size
    if current.const is not None and limit.const is None:
        return run.extent_or_magnitude(limit)
    return run.magnitude(current)


def _moving_name(node: f.Expr) -> str | None:
    if isinstance(node, f.Name):
        return node.id
    if isinstance(node, f.Binary) and node.op in ("+", "-", "*", "**"):
        return _moving_name(node.left) or _moving_name(node.right)
    return None


def _halving_pair(run: Run, node: f.While, test: f.Expr, moves: Moves) -> Progress | None:
    """Bisection: `while lo < hi` where the middle replaces one end."""
    if not isinstance(test, f.Compare) or len(test.ops) != 1:
        return None
    left: f.Expr = test.left
    right: f.Expr = test.rights[0]
    if isinstance(test.left, f.Binary):  # `while hi - lo > 1`
        left, right = test.left.left, test.left.right
    if not (isinstance(left, f.Name) and isinstance(right, f.Name)):
        return None
    middles = {
        name for name, values in moves.sets.items() for v in values if _is_middle(v, left.id, right.id)
    }
    if not middles:
        return None
    ends = [*moves.sets.get(left.id, []), *moves.sets.get(right.id, [])]
    if not ends or not all(_mentions(v, middles) for v in ends):
        return None
    low, high = run.lookup(left.id), run.lookup(right.id)
    span = ONE
    for value in (low, high):
        if value is not None:
            span = span + run.magnitude(value)
    if span.is_constant and high is not None and high.const is None:
        span = run.magnitude(high)
    cost = span.log()
    moving = (left.id, right.id, *middles)
    return Progress(
        cost, "bisection: the range is halved on every turn", left.id, UNKNOWN_VALUE, moving, span
    )


def _is_middle(node: f.Expr, low: str, high: str) -> bool:
    return (
        isinstance(node, f.Binary)
        and node.op in ("//", ">>", "+", "/")
        and _mentions(node, {low})
        and _mentions(node, {high})
    ) or (isinstance(node, f.Call) and any(_is_middle(a, low, high) for a in node.args))


def _mentions(node: f.Expr, names: set[str]) -> bool:
    if isinstance(node, f.Name):
        return node.id in names
    if isinstance(node, f.Binary):
        return _mentions(node.left, names) or _mentions(node.right, names)
    if isinstance(node, f.Unary):
        return _mentions(node.operand, names)
    if isinstance(node, f.Call):
        return any(_mentions(a, names) for a in node.args)
    return False


def _digits(run: Run, node: f.While, test: f.Expr, moves: Moves) -> Progress | None:
    """`while n: n //= 10` (or `n >>= 1`, `n &= n - 1`): one turn a digit."""
    name = test.id if isinstance(test, f.Name) else None
    if name is None and isinstance(test, f.Compare):
        name = _moving_name(test.left)
    if name is None:
        return None
    steps = moves.steps.get(name, [])
    if any(op in ("//", "/", ">>", "&", "%") for op, _ in steps):
        value = run.lookup(name) or Value(label=name)
        size = run.magnitude(value)
        return Progress(size.log(), f"one turn for every digit of `{name}`", name, value, (name,), size)
    if steps and isinstance(test, f.Name) and all(op == "-" for op, _ in steps):
        value = run.lookup(name) or Value(label=name)
        size = run.magnitude(value)
        return _shared(
            run, node, Progress(size, f"`{name}` counts down", name, value, (name,), size), name, size
        )
    return None


def _links(run: Run, node: f.While, test: f.Expr, moves: Moves) -> Progress | None:
    """`while node: node = node.next` follows links: linear in what they chain."""
    name = test.id if isinstance(test, f.Name) else None
    if isinstance(test, f.Compare) and test.ops[0] in ("is not", "!=", "is"):
        name = _moving_name(test.left)
    if isinstance(test, f.Attr):
        name = shapes.text_of(test.obj).split(".")[0]
    if name is None or name not in moves.links:
        return None
    value = run.lookup(name) or Value(label=name)
    size = Cost.of(run.size_named(f"|{value.label or name}|", f"the length of the chain from {name}", value))
    found = Progress(size, f"`{name}` follows `.{moves.links[name]}`", name, value, (name,), None)
    return _shared(run, node, found, name, size)
