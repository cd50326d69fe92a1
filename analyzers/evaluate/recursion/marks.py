"""What a recursive function writes down about where it has been: marks that keep it from going there again, marks it
takes back (backtracking), and paths it shortens on the way back.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from analyzers import facts as f
from analyzers.evaluate import shapes
from analyzers.evaluate.calling import memos
from analyzers.evaluate.recursion import detect
from analyzers.evaluate.remembered import remembered

_PUT = ("add", "append", "push", "set", "appendleft")
_TAKEN = ("remove", "discard", "pop", "popleft", "delete", "clear")
_EMPTY = (False, 0, None, "", ".", " ")
"""Values that mean "not there": a mark set back to one of them is taken back."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A container is written to: `at` is where, `text` the very slot, `away` whether that empties it."""

    root: str
    text: str
    at: int
    away: bool = False
    stored: bool = False  # an item is set, nothing is taken out
    copied: bool = False  # the value of a plain name, as when what was there before is put back


def keys(functions: tuple[f.Function, ...], root: str) -> frozenset[str]:
    """The names a container is marked under: `row` and `column` of `seen.add((row, column))`, of `memo[row][column]`."""
    found: set[str] = set()
    for function in functions:
        for node in shapes.nodes(function.body):
            parts: tuple[f.Expr, ...] = ()
            if isinstance(node, f.Index) and _root(node) == root:
                parts = (node.index,)
            elif isinstance(node, f.Call) and isinstance(node.func, f.Attr) and _root(node.func.obj) == root:
                parts = node.args[:1]
            elif isinstance(node, f.Update) and _root(node.target) == root:
                parts = (node.value,)
            found |= shapes.named(parts)
        for stmt in shapes.walk(function.body):
            names = (
                {n.id for t in stmt.targets for n in shapes.nodes(t) if isinstance(n, f.Name)}
                if isinstance(stmt, f.Assign)
                else set()
            )
            if names & found and isinstance(stmt, f.Assign):
                found |= shapes.named(stmt.value)
    return frozenset(found)


def guards(functions: tuple[f.Function, ...], undone: frozenset[str]) -> frozenset[str]:
    """The containers that are marked, never unmarked, and tested: nothing in them is entered twice.

    `undone` are those that are taken back.
    """
    marked: set[str] = set()
    tested: set[str] = set()
    for function in functions:
        first = min((call.at for call in detect.self_calls(function)), default=0)
        # `grid[r][c] = 0` before going on is a mark as well: what is emptied there is not entered again.
        marked |= {
            mark.root for mark in _marks(function) if not mark.away or (mark.stored and mark.at < first)
        }
        tested |= _tested(function)
    return frozenset(marked & tested) - undone


def taken_back(function: f.Function) -> frozenset[str]:
    """The containers a function marks before it calls itself and unmarks after: choose, go on, undo."""
    first = min((call.at for call in detect.self_calls(function)), default=None)
    if first is None:
        return frozenset()
    marks = list(_marks(function))
    before = {(m.root, m.text) for m in marks if m.at < first and not m.away}
    roots = {root for root, _ in before}
    found: set[str] = set()
    for mark in marks:
        if mark.at < first:
            continue
        if (mark.away and mark.root in roots) or (mark.copied and (mark.root, mark.text) in before):
            found.add(mark.root)
    return frozenset(found)


def lists_paths(functions: tuple[f.Function, ...], undone: frozenset[str]) -> bool:
    """True if what is taken back is what decides, or is handed out: it is tested for what it holds, or copied.

    A walk of a tree that knows the way to where it is takes back as well, and enters everything once.
    """
    for function in functions:
        if any(_shows(node, function.name, undone) for node in shapes.nodes(function.body)):
            return True
        if any(isinstance(s, f.If) and _tested_item(s.test, undone) for s in shapes.walk(function.body)):
            return True
    return False


def _shows(node: f._Node, own: str, undone: frozenset[str]) -> bool:
    """`x in path`, `path[:]`, `path.copy()`, `list(path)`, `"".join(path)`."""
    if isinstance(node, f.Compare):
        return node.ops[0] in ("in", "not in") and _root(node.rights[0]) in undone
    if isinstance(node, f.Slice):
        return _root(node.obj) in undone
    if not isinstance(node, f.Call):
        return False
    if isinstance(node.func, f.Attr) and node.func.name == "copy":
        return _root(node.func.obj) in undone
    looks = isinstance(node.func, f.Name) and node.func.id in ("len", own)
    return not looks and any(_root(a) in undone for a in node.args if isinstance(a, (f.Name, f.Attr)))


def _tested_item(test: f.Expr, undone: frozenset[str]) -> bool:
    """`if seen[x]`, `if not seen[x]`, `if ok and seen[x]`."""
    parts = test.parts if isinstance(test, f.Logic) else (test,)
    plain = [
        p.operand if isinstance(p, f.Unary) else p.left if isinstance(p, f.Compare) else p for p in parts
    ]
    return any(isinstance(p, f.Index) and isinstance(p.index, f.Name) and _root(p) in undone for p in plain)


def compresses(function: f.Function) -> bool:
    """`parent[x] = find(parent[x])`: what the call gives is stored in the slot its argument was read from."""
    calls = {(call.at, call.to): call for call in detect.self_calls(function)}
    for stmt in shapes.walk(function.body):
        if not isinstance(stmt, f.Assign) or stmt.value is None:
            continue
        call = calls.get((stmt.value.at, stmt.value.to))
        if call is None:
            continue
        read = {shapes.text_of(a) for a in call.args} - {""}
        slots = {shapes.text_of(t) for t in stmt.targets if isinstance(t, (f.Index, f.Attr))}
        params = {p.name for p in function.params}
        indexed = {
            shapes.text_of(t)
            for t in stmt.targets
            if isinstance(t, f.Index) and isinstance(t.index, f.Name) and t.index.id in params
        }
        if read & indexed or (read & slots and _compared_with_itself(function, read & slots)):
            return True
        if len(call.args) == 1 and isinstance(call.args[0], f.Name) and slots:
            origin = _assigned(function, call.args[0].id)
            if origin & indexed or (origin & slots and _compared_with_itself(function, origin & slots)):
                return True
        if isinstance(call.func, f.Attr) and _compared_with_itself(
            function, slots & {shapes.text_of(call.func.obj)}
        ):
            return True
    return False


def _compared_with_itself(function: f.Function, slots: set[str]) -> bool:
    """`if node.parent != node`: the end of the path is what leads to itself."""
    if not slots:
        return False
    for node in shapes.nodes(function.body):
        if isinstance(node, f.Compare) and len(node.rights) == 1:
            sides = {shapes.text_of(node.left), shapes.text_of(node.rights[0])}
            if any(slot in sides and slot.partition(".")[0] in sides for slot in slots):
                return True
    return False


def _assigned(function: f.Function, name: str) -> set[str]:
    return {
        shapes.text_of(s.value)
        for s in shapes.walk(function.body)
        if isinstance(s, f.Assign)
        and isinstance(s.value, (f.Index, f.Attr))
        and any(isinstance(t, f.Name) and t.id == name for t in s.targets)
    }


def returned_at_once(functions: tuple[f.Function, ...]) -> frozenset[tuple[int, int]]:
    """Where (in the file) the calls stand whose result a function returns as it is, ending the loop around them."""
    return frozenset(
        (function.start + stmt.value.at, function.start + stmt.value.to)
        for function in functions
        for stmt in shapes.walk(function.body)
        if isinstance(stmt, f.Return) and isinstance(stmt.value, f.Call)
    )


# --------------------------------------------------------------------------------------------------- reading


@remembered
def _marks(function: f.Function) -> tuple[Mark, ...]:
    return tuple(_marked(function))


def _marked(function: f.Function) -> Iterator[Mark]:
    updates: dict[str, list[f.Update]] = {}
    for stmt in shapes.walk(function.body):
        if isinstance(stmt, f.Assign):
            for target in stmt.targets:
                for single in target.items if isinstance(target, f.Collection) else (target,):
                    if isinstance(single, f.Index):
                        yield _stored(stmt, single)
        elif isinstance(stmt, f.Update):
            updates.setdefault(shapes.text_of(stmt.target), []).append(stmt)
        elif isinstance(stmt, f.Delete):
            for target in stmt.targets:
                if isinstance(target, f.Index):
                    yield Mark(_root(target), shapes.text_of(target), stmt.at, away=True)
    for node in shapes.nodes(function.body):
        if isinstance(node, f.Call) and isinstance(node.func, f.Attr):
            root = _root(node.func.obj)
            if node.func.name in _PUT and node.args:
                yield Mark(root, root, node.at)
            elif node.func.name in _TAKEN:
                yield Mark(root, root, node.at, away=True)
    for same in updates.values():
        # `sum += x; f(); sum -= x`, `cols ^= bit; f(); cols ^= bit`: the last one takes the first one back.
        for position, stmt in enumerate(same):
            inverse = {"+": "-", "-": "+", "^": "^", "*": "/", "|": "^"}.get(same[0].op)
            away = position > 0 and stmt.op == inverse
            yield Mark(_root(stmt.target), shapes.text_of(stmt.target), stmt.at, away)


def _stored(stmt: f.Assign, target: f.Index) -> Mark:
    value = stmt.value
    away = isinstance(value, f.Const) and value.value in _EMPTY
    copied = isinstance(value, (f.Name, f.Const)) and not (
        isinstance(value, f.Const) and value.kind in ("int", "bool")
    )
    return Mark(_root(target), shapes.text_of(target), stmt.at, away, True, copied)


def _root(node: f.Expr) -> str:
    while isinstance(node, (f.Index, f.Slice)):
        node = node.obj
    return shapes.dotted(node)


@remembered
def _tested(function: f.Function) -> set[str]:
    found: set[str] = set()
    for node in shapes.nodes(function.body):
        if isinstance(node, (f.If, f.While, f.Choose)):
            found |= memos.looked_up(node.test)
        elif isinstance(node, f.Clause):
            for condition in node.conditions:
                found |= memos.looked_up(condition)
        elif isinstance(node, f.Logic):
            found |= memos.looked_up(node)
    return found
