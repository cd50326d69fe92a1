"""Answers that are kept: what a memo guards is done once for every key, not once for every turn.

Recognised by shape, never by name: a branch taken when a mapping has no entry, which then stores one; a handler of a
failed look-up that stores the entry; a function that returns what it finds in a mapping it fills itself; and the
decorators of `functools`.
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzers import facts as f
from analyzers.conventions import classes
from analyzers.evaluate import shapes
from analyzers.evaluate.remembered import of_whole, remembered
from analyzers.project.models import Models
from analyzers.types import Value

DECORATORS = ("lru_cache", "cache", "memoize", "memoized", "cached")


def is_memoised(function: f.Function) -> bool:
    """True if calling the function again with the same arguments does not do its work again."""
    return bool(memo_of(function))


@remembered
def memo_of(function: f.Function) -> str:
    """The container a function keeps its answers in, "@" for a decorator's own, "" for none."""
    if any(_keeps(decorator) for decorator in function.decorators):
        return "@"
    if any(isinstance(stmt, f.Try) and _returns_kept(stmt) for stmt in function.body):
        return "@"
    stored = _stored_roots(function.body)
    if not stored:
        return ""
    slots = _slots(function.body)
    for stmt in shapes.walk(function.body):
        if not isinstance(stmt, f.If):
            continue
        found = sorted(_kept_in(stmt.test, slots) & stored)
        if found and (_returns_from(stmt.body, found) or _fills(stmt.body, found, function.body)):
            return found[0]
    return ""


@remembered
def filled_by(function: f.Function) -> str:
    """The container outside that a function fills as far as it is asked for: `while len(facts) <= n: facts.append(...)`.

    What one call has put there no later call puts there again, so all calls together cost what the farthest one does.
    "" if the function does more than that, or if there is no such container.
    """
    own = {p.name for p in function.params}
    filled: set[str] = set()
    for stmt in shapes.walk(function.body):
        if isinstance(stmt, f.For):
            return ""
        if isinstance(stmt, f.While):
            name = _measured(stmt.test)
            if not name or name not in _appended_to(stmt.body):
                return ""
            filled.add(name)
        elif isinstance(stmt, f.Assign):
            own |= {t.id for t in stmt.targets if isinstance(t, f.Name)}
    return "" if filled & own or len(filled) != 1 else filled.pop()


def _measured(test: f.Expr) -> str:
    """`facts` of `len(facts) <= n`."""
    if not isinstance(test, f.Compare) or test.ops not in (("<",), ("<=",)):
        return ""
    left = test.left
    if isinstance(left, f.Call) and shapes.dotted(left.func) == "len" and len(left.args) == 1:
        return shapes.dotted(left.args[0])
    return ""


def _appended_to(body: tuple[f.Stmt, ...]) -> set[str]:
    return {
        shapes.dotted(stmt.value.func.obj)
        for stmt in body
        if isinstance(stmt, f.Do)
        and isinstance(stmt.value, f.Call)
        and isinstance(stmt.value.func, f.Attr)
        and stmt.value.func.name == "append"
    }


def only_keeps(function: f.Function) -> bool:
    """True if its decorators, if any, change nothing but that answers are kept."""
    return all(_keeps(decorator) for decorator in function.decorators)


def _keeps(decorator: f.Expr) -> bool:
    target = decorator.func if isinstance(decorator, f.Call) else decorator
    return shapes.dotted(target).rpartition(".")[2] in DECORATORS


def _slots(body: tuple[f.Stmt, ...]) -> dict[str, str]:
    """Names that hold what was looked up: `kept = memo.get(key)` gives {"kept": "memo"}."""
    found: dict[str, str] = {}
    for stmt in shapes.walk(body):
        if isinstance(stmt, f.Assign) and stmt.value is not None and len(stmt.targets) == 1:
            target = stmt.targets[0]
            roots = looked_up(stmt.value) if isinstance(stmt.value, (f.Call, f.Index)) else frozenset()
            if isinstance(target, f.Name) and len(roots) == 1:
                found[target.id] = next(iter(roots))
    return found


def _kept_in(test: f.Expr, slots: dict[str, str]) -> frozenset[str]:
    named = {slots[n.id] for n in shapes.nodes(test) if isinstance(n, f.Name) and n.id in slots}
    return looked_up(test) | named


def _returns_from(body: tuple[f.Stmt, ...], roots: list[str]) -> bool:
    """`if key in memo: return memo[key]`: an answer, not a plain `return` as after a visited mark."""
    if not _returns(body):
        return False
    value = body[-1].value if isinstance(body[-1], f.Return) else None
    if value is None or (isinstance(value, f.Const) and value.kind != "int"):
        return False
    read = {_root(n) for n in shapes.nodes(value) if isinstance(n, f.Index)}
    gets = {
        shapes.dotted(n.func.obj)
        for n in shapes.nodes(value)
        if isinstance(n, f.Call) and isinstance(n.func, f.Attr)
    }
    return bool((read | gets) & set(roots)) or isinstance(value, (f.Name, f.Attr))


def _fills(body: tuple[f.Stmt, ...], roots: list[str], whole: tuple[f.Stmt, ...]) -> bool:
    """`if key not in memo: ... memo[key] = ...` and then `return memo[key]`."""
    if not _stored_roots(body) & set(roots):
        return False
    return any(
        isinstance(stmt, f.Return)
        and any(isinstance(n, f.Index) and _root(n) in roots for n in shapes.nodes(stmt.value))
        for stmt in shapes.walk(whole)
    )


def guarded(node: f.If, whole: tuple[f.Stmt, ...] = ()) -> frozenset[str]:
    """`if key not in memo: memo[key] = ...`, or `if memo.get(key) is None: ...`: the body runs once for every key.

    Likewise `if not book.author_id: book.author = ...`: it has one the next time. Gives the memos that the body fills. `whole`
    is the body of the function: `kept = memo.get(key)` may stand before `if kept is None`.
    """
    stored = _stored_roots(node.body)
    if not stored or not (_is_absence(node.test) or _tests_fetched(node.test)):
        return frozenset()
    tested = shapes.named(node.test)
    fetched = of_whole(_fetched, whole, tuple(sorted(tested)))
    asked = looked_up(node.test)
    keys = {name[: -len(_KEY)] for name in asked if name.endswith(_KEY)}  # Of a relation that the body sets.
    return stored & asked or stored & keys or stored & fetched


_KEY = "_id"


def asks_first(test: f.Expr) -> bool:
    """True for a test that begins with a key that is lacking (`not book.author_id and ...`): the rest of it is asked for
    that alone. To look whether a relation itself is lacking would load it."""
    if not isinstance(test, f.Logic) or test.op != "and" or not _is_absence(test.parts[0]):
        return False
    asked = looked_up(test.parts[0])
    return bool(asked) and all(name.endswith(_KEY) for name in asked)


@remembered
def made_on_each_turn(body: tuple[f.Stmt, ...]) -> frozenset[tuple[str, int]]:
    """The names that hold another thing on each turn of a loop, with where the loop begins: what it goes through, and lists
    and dicts made in it."""
    found: set[tuple[str, int]] = set()
    for stmt in shapes.walk(body):
        if isinstance(stmt, f.For):
            targets = [stmt.target, *(t for one in _made_in(stmt) for t in one.targets)]
            found.update(
                (node.id, stmt.at) for t in targets for node in shapes.nodes(t) if isinstance(node, f.Name)
            )
    return frozenset(found)


def _made_in(loop: f.For) -> Iterator[f.Assign]:
    return (one for one in shapes.walk(loop.body) if isinstance(one, f.Assign) and _is_new(one))


def _is_new(made: f.Assign) -> bool:
    value = made.value
    is_made = isinstance(value, f.Call) and shapes.dotted(value.func) in ("list", "dict")
    is_written = isinstance(value, (f.Collection, f.Mapping))
    return (is_made or is_written) and all(isinstance(target, f.Name) for target in made.targets)


def loads_what_misses(node: f.Logic) -> bool:
    """`book.author ?? (await load(book.authorId))`, `byId.get(id) ?? (await load(id))`: what is held already is not asked
    for. Nobody says here that it is not held."""
    first, last = node.parts[0], node.parts[-1]
    if node.op not in ("or", "??") or not any(isinstance(part, f.Await) for part in shapes.nodes(last)):
        return False
    if isinstance(first, f.Call):
        return isinstance(first.func, f.Attr) and first.func.name == "get" and len(first.args) == 1
    if isinstance(first, f.Index):
        return True
    if not isinstance(first, f.Attr):
        return False
    row = shapes.dotted(first.obj)
    return bool(row) and any(shapes.dotted(n.obj) == row for n in shapes.nodes(last) if isinstance(n, f.Attr))


def lives_with_row(models: Models, this: Value | None, memo: str) -> bool:
    """True for a memo in an attribute of a row (`self._total`): every row has its own, and asks for itself.

    What the class holds is shared by all rows, and what is put into a column is there the next time, too.
    """
    owner, _, name = memo.partition(".")
    if owner != "self" or not name or this is None or this.kind != "row" or this.ref is None:
        return False
    found = models.model(*this.ref)
    if "." in name or found is None or name in found.columns or name in found.relations:
        return False
    held = classes.held(models.project, this.ref, name) if this.ref[0] else None
    return held is None or (isinstance(held.value, f.Const) and held.value.kind == "none")


def _fetched(body: tuple[f.Stmt, ...], names: tuple[str, ...]) -> frozenset[str]:
    """Where some names were looked up."""
    return frozenset(root for name, root in _gotten(body) if name in names)


@remembered
def _gotten(body: tuple[f.Stmt, ...]) -> frozenset[tuple[str, str]]:
    """Names for what a look-up that may miss gave, and where it was looked up: `kept = memo.get(key)`."""
    found: set[tuple[str, str]] = set()
    for stmt in shapes.walk(body):
        if isinstance(stmt, f.Assign) and isinstance(stmt.value, f.Call) and len(stmt.targets) == 1:
            func, target = stmt.value.func, stmt.targets[0]
            if isinstance(target, f.Name) and isinstance(func, f.Attr) and func.name == "get":
                found.add((target.id, _root(func.obj)))
    return frozenset(found)


def _returns_kept(node: f.Try) -> bool:
    """`try: return self._kept(key)` / `except KeyError: pass`: what follows runs for a key that is not kept yet."""
    misses = [h for h in node.handlers if _is_miss(h)]
    return (
        _returns(node.body)
        and len(node.body) == 1
        and bool(misses)
        and not any(_leaves(h.body) for h in misses)
    )


def _is_miss(handler: f.Handler) -> bool:
    return handler.types is not None and shapes.dotted(handler.types) in ("KeyError", "LookupError")


def _leaves(body: tuple[f.Stmt, ...]) -> bool:
    return bool(body) and isinstance(body[-1], (f.Return, f.Jump))


def catches_miss(node: f.Try, handler: f.Handler) -> bool:
    """`try: x = memo[key]` / `except KeyError: x = memo[key] = ...`, or a call that keeps the new value."""
    if not _is_miss(handler):
        return False
    looked_up = {root for stmt in shapes.walk(node.body) for root in _roots_of_values(stmt)}
    keeps = any(isinstance(s, f.Do) and isinstance(s.value, f.Call) and s.value.args for s in handler.body)
    return bool(looked_up) and (keeps or bool(_stored_roots(handler.body) & looked_up))


def _is_absence(test: f.Expr) -> bool:
    if isinstance(test, f.Compare):
        return test.ops[0] in ("not in", "is", "==")
    return isinstance(test, f.Unary) and test.op == "not"


def _tests_fetched(test: f.Expr) -> bool:
    return isinstance(test, f.Logic) and any(_is_absence(part) for part in test.parts)


@remembered
def _stored_roots(body: tuple[f.Stmt, ...]) -> frozenset[str]:
    """The names whose items a body assigns: `memo[key] = ...`, `self.memo[key] = ...`, `memo.set(key, ...)`."""
    return frozenset(_storing(body)) - {""}


def _stores(stmt: f.Stmt) -> list[str]:
    if isinstance(stmt, f.Assign):
        items = [_root(t) for t in stmt.targets if isinstance(t, f.Index)]
        return items + [shapes.dotted(t) for t in stmt.targets if isinstance(t, f.Attr)]
    if isinstance(stmt, f.Do) and isinstance(stmt.value, f.Call) and stmt.value.args:
        func = stmt.value.func
        if isinstance(func, f.Attr) and func.name in ("set", "setdefault", "add"):
            return [_root(func.obj)]
    return []


_storing = shapes.of_statements(_stores, f.Assign, f.Do)


def _root(node: f.Expr) -> str:
    """The container an item is in: `memo` of `memo[a][b]`, `self.memo` of `self.memo[k]`."""
    while isinstance(node, f.Index):
        node = node.obj
    return shapes.dotted(node)


@remembered
def looked_up(node: f.Expr) -> frozenset[str]:
    """The containers an expression looks something up in."""
    found: set[str] = set()
    stack: list[f.Expr] = [node]
    while stack:
        current = stack.pop()
        if isinstance(current, f.Compare):
            stack += [current.left, *current.rights]
            found.update(
                shapes.dotted(r) for op, r in zip(current.ops, current.rights, strict=False) if "in" in op
            )
        elif isinstance(current, f.Logic):
            stack += current.parts
        elif isinstance(current, f.Unary):
            stack.append(current.operand)
        elif isinstance(current, f.Named):
            stack.append(current.value)
        elif isinstance(current, f.Call) and shapes.dotted(current.func) in ("hasattr", "getattr"):
            if len(current.args) >= 2 and isinstance(current.args[1], f.Const):
                found.add(f"{shapes.dotted(current.args[0])}.{current.args[1].value}")
        elif isinstance(current, f.Attr):
            found.add(shapes.dotted(current))
        elif isinstance(current, f.Index):
            found.add(_root(current))
        elif (
            isinstance(current, f.Call)
            and isinstance(current.func, f.Attr)
            and current.func.name in ("get", "has")
        ):
            found.add(_root(current.func.obj))
    return frozenset(found - {""})


def _roots_of_values(stmt: f.Stmt) -> frozenset[str]:
    value = stmt.value if isinstance(stmt, (f.Assign, f.Return, f.Do)) else None
    return looked_up(value) if value is not None else frozenset()


def _returns(body: tuple[f.Stmt, ...]) -> bool:
    return bool(body) and isinstance(body[-1], f.Return)
