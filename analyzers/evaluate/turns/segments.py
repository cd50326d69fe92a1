"""Segments: what was used since the last time, and is then left behind.

`word = text[start:i]; start = i + 1` in a loop over `i` copies every character once, though each copy may be long: the
slices lie side by side. So do `range(start, i)`, and the lists that a loop fills, reads and starts anew. This holds only
where the use is always followed by the new start, within the same turn.
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzers import facts as f
from analyzers.bounds import Line, Symbol
from analyzers.costs import Cost, Size
from analyzers.evaluate import shapes
from analyzers.evaluate.run import Run
from analyzers.evaluate.sizes import outlines
from analyzers.evaluate.turns import paid
from analyzers.types import Value

CUT = frozenset(("split", "rsplit", "splitlines"))
"""Methods that cut a text into pieces. Source: https://docs.python.org/3/library/stdtypes.html#str.split"""

PIECES = "the pieces of a text"
"""What is known of a list that such a method made: its elements together are as long as the text."""


def piece_of(run: Run, over: Value) -> Cost | None:
    """The size of one piece of the text that the innermost loop goes through: all together they are the text."""
    if over.evidence != PIECES or over.grown is not None or over.size is None or over.is_constant_size:
        return None
    loop = run.loops[-1]
    label = f"|{over.label} piece|" if over.label else "|piece|"
    return Cost.of(Size(label, "one of the pieces the text is cut into", (loop.number,), over.size))


def since_last(run: Run, line: Line) -> Cost | None:
    """The size of `i - start (+ constant)`, if it is a segment of the innermost loop; None if it is none."""
    if len(line.parts) != 2 or not run.loops:
        return None
    loop = run.loops[-1]
    (one, once), (other, minus) = sorted(line.parts, key=lambda part: -part[1])
    if once <= 0 or minus != -once or one.counts != loop.number or other.follows != loop.number:
        return None
    if loop.turns.unknown or not starts_anew(run, other.name):
        return None
    label = f"{one.name} - {other.name}"
    return Cost.of(Size(label, "the turns since the last segment", (loop.number,), loop.turns))


def between(run: Run, low: Value, high: Value) -> Cost | None:
    """The distance of two ends, one of which is set to the other later in this turn; None if it is not known to be.

    `range(max(i - k, last + 1), min(i + k, n))`, then `last = min(i + k, n) - 1`: what is set is no less than the end
    that was reached, so the next segment begins behind it.
    """
    if not run.loops:
        return None
    for bound, other in ((low, high), (high, low)):
        lines = bound.below if bound is low else bound.above
        ends = {line.parts for line in (other.above if bound is low else other.below)}
        for line in lines:
            name = _single(line)
            if name is None or not ends or name.follows:
                continue
            owner, values = _set_later(run, name)
            if values and all(_reaches(owner, value, ends, bound is low) for value in values):
                return _side_by_side(run, name.name, other if bound is low else bound)
    return None


def named(run: Run, low: f.Expr | None, high: f.Expr | None) -> Cost | None:
    """The same for ends written as items or attributes: `text[last:cuts[i]]`, then `last = cuts[i]`.

    A program that goes on from where it stopped reads its cuts in order; where they went back there would be nothing
    between them.
    """
    if not run.loops or low is None or high is None:
        return None
    for bound, other in ((_plain(low), _plain(high)), (_plain(high), _plain(low))):
        text = _cut_at(run, other)
        if not isinstance(bound, f.Name) or not text:
            continue
        symbol = run.symbol(bound.id)
        values = _set_later(run, symbol)[1] if symbol is not None else []
        if values and all(_cut_at(run, _plain(value)) == text for value in values):
            # Matches are counted by the text they are sought in, and so are the texts between them.
            end = run.lookup(bound.id) if not text.endswith(MATCHED) else None
            return _side_by_side(run, bound.id, end)
    return None


MATCHED = " matched"


def _cut_at(run: Run, node: f.Expr) -> str:
    """Where a cut is, in words, for an item, an attribute and an end of a match; "" for anything else.

    `match.start()` and `match.end()` are one cut: matches come in order and do not overlap
    (https://docs.python.org/3/library/re.html#re.finditer).
    """
    if isinstance(node, f.Name):
        node = _bound_once(run, node.id) or node
    if isinstance(node, f.Call) and isinstance(node.func, f.Attr) and node.func.name in ("start", "end"):
        return f"{shapes.text_of(node.func.obj)}{MATCHED}" if not node.args else ""
    text = shapes.text_of(node)
    return text if isinstance(node, (f.Index, f.Attr)) and "…" not in text else ""


def _bound_once(run: Run, name: str) -> f.Expr | None:
    """What the innermost loop's body assigns to a name, if it does so once."""
    body = next((block.body for block in run.blocks if block.depth == len(run.loops)), ())
    values = [v for stmt in shapes.walk(body) for t, v in paid.assignments(stmt) if name in paid.names_in(t)]
    return values[0] if len(values) == 1 else None


def _plain(node: f.Expr) -> f.Expr:
    """The expression without a constant that is added to it."""
    if isinstance(node, f.Binary) and node.op in ("+", "-") and isinstance(node.right, f.Const):
        return _plain(node.left)
    return node


def _single(line: Line) -> Symbol | None:
    """The one symbol that a line is, give or take a constant."""
    if len(line.parts) != 1:
        return None
    ((symbol, times),) = line.parts
    return symbol if times == 1 and not symbol.name.startswith("len ") else None


def _side_by_side(run: Run, name: str, end: Value | None) -> Cost | None:
    """All segments together: as long as the way of their ends, and a constant on every turn."""
    loop = run.loops[-1]
    way = run.magnitude(end).largest(loop.number) if end is not None else loop.turns
    total = loop.turns + run.settled(way)
    if total.unknown:
        return None
    return Cost.of(Size(f"since {name}", f"what lies behind the last {name}", (loop.number,), total))


def _reaches(run: Run, value: f.Expr, ends: set[frozenset[tuple[Symbol, float]]], upwards: bool) -> bool:
    """True if an expression is, up to a constant, what the given lines bound on their side."""
    lines = outlines.outlined(run, value)[0 if upwards else 1]
    return bool(lines) and {line.parts for line in lines} == ends


def _set_later(run: Run, symbol: Symbol) -> tuple[Run, list[f.Expr]]:
    """The run that has the number, and all that its innermost loop sets it to, if that is later in this turn on
    every way; nothing if it is changed in any other way."""
    owner = _where(run, symbol)
    if owner is None or not starts_anew(run, symbol.name):
        return run, []
    body = next((block.body for block in owner.blocks if block.depth == len(run.loops)), ())
    values: list[f.Expr] = []
    for stmt in shapes.walk(body):
        if isinstance(stmt, (f.Update, f.For)) and symbol.name in paid.names_in(stmt.target):
            return owner, []
        values += [v for target, v in paid.assignments(stmt) if symbol.name in paid.names_in(target)]
    return owner, values


def _where(run: Run, symbol: Symbol) -> Run | None:
    """The run in whose innermost loop the number's name is."""
    current: Run | None = run
    while current is not None:
        known = current.symbols.get(symbol.name)
        if known is not None and known[1] is symbol and symbol.name in current.env:
            return current if len(run.loops) > current.base_loops else None
        current = current.outer
    return None


def tallied(run: Run, symbol: Symbol) -> Cost | None:
    """The size of a counter that is read and then set back, in the innermost loop: all readings add up to its turns."""
    if not run.loops or symbol.tally != run.loops[-1].number or not starts_anew(run, symbol.name):
        return None
    loop = run.loops[-1]
    if loop.turns.unknown:
        return None
    return Cost.of(Size(symbol.name, f"what {symbol.name} counted", (loop.number,), loop.turns))


def gathered(run: Run, value: Value) -> Cost | None:
    """The size of a container that the loops fill, read here and then start anew: all readings add up to its growth."""
    around = run.loops[value.born :]
    if value.grown is None or not around or not starts_anew(run, value.label):
        return None
    total = Cost.of(value.grown)
    for position in range(len(around)):
        numbers = tuple(loop.number for loop in reversed(around[: position + 1]))
        whole = f"what {value.label} holds since it was last started anew"
        total = Cost.of(Size(f"|{value.label}|", whole, numbers, total))
    return total


def starts_anew(run: Run, name: str) -> bool:
    """True if the name is given a new value later in this turn of the innermost loop, on every way to its end."""
    current: Run | None = run
    depth = len(run.loops)
    while current is not None:
        for block in reversed(current.blocks):
            if block.depth != depth:
                return False
            for stmt in block.body[block.position + 1 :]:
                if _assigns(stmt, name):
                    return True
                if shapes.continues(stmt):
                    return False
        if depth > current.base_loops:
            return False
        current = current.outer
    return False


def _assigns(stmt: f.Stmt, name: str) -> bool:
    """True if every way through the statement that goes on gives the name a new value."""
    if isinstance(stmt, f.Assign):
        return any(name in paid.names_in(target) for target in stmt.targets)
    if isinstance(stmt, f.If):
        return all(_ends(block, name) for block in (stmt.body, stmt.otherwise))
    if isinstance(stmt, f.Do) and isinstance(stmt.value, f.Call) and isinstance(stmt.value.func, f.Attr):
        func = stmt.value.func
        return func.name == "clear" and shapes.text_of(func.obj) == name
    return False


def _ends(body: tuple[f.Stmt, ...], name: str) -> bool:
    for stmt in body:
        if _assigns(stmt, name):
            return True
        if shapes.continues(stmt):
            return False
        if isinstance(stmt, (f.Return, f.Jump)):
            return True  # It leaves the loop: nothing comes after.
    return False


def followers(body: tuple[f.Stmt, ...], counter: str) -> Iterator[str]:
    """The names that a loop's body sets to nothing but its counter, give or take a constant."""
    good: dict[str, bool] = {}
    for stmt in shapes.walk(body):
        if isinstance(stmt, f.Update) and isinstance(stmt.target, f.Name):
            good[stmt.target.id] = False
        elif isinstance(stmt, (f.For, f.With)):
            targets = (stmt.target,) if isinstance(stmt, f.For) else (i.target for i in stmt.items)
            good.update((n, False) for t in targets if t is not None for n in paid.names_in(t))
        for target, value in paid.assignments(stmt):
            for name in paid.names_in(target):
                good[name] = good.get(name, True) and _is_near(value, counter)
    return (name for name, follows in good.items() if follows)


def _is_near(value: f.Expr, counter: str) -> bool:
    if isinstance(value, f.Binary) and value.op in ("+", "-") and isinstance(value.right, f.Const):
        value = value.left
    return isinstance(value, f.Name) and value.id == counter
