"""What a rewrite must not bring in, whatever the language: dead ways, changed arguments, swallowed errors, cut input.

Each check takes the function before and after and returns a sentence about what is wrong, "" if nothing is.
"""

from __future__ import annotations

import builtins
from collections import Counter
from typing import Any

from analyzers import facts as f
from lsp_server.rewrites.checking.body import CHANGES, Body, called, place, root

_HUGE = 1_000_000
# Functions that change their argument, and not their own object.
_CHANGE_FIRST = frozenset(
    ["heapify", "heappush", "heappop", "insort", "insort_left", "insort_right", "shuffle", "assign"]
)
_ENDS = frozenset(["SystemExit", "KeyboardInterrupt", "GeneratorExit", "NotImplementedError"])
_WIDE = frozenset({"Exception", "BaseException"})
# Calls that write to a store; where none was made before, none is made now.
_WRITES = frozenset(
    [
        "save",
        "create",
        "bulk_create",
        "bulk_update",
        "update_or_create",
        "get_or_create",
        "insert_one",
        "insert_many",
        "update_one",
        "update_many",
        "delete_one",
        "delete_many",
        "deleteMany",
        "updateMany",
        "createMany",
        "upsert",
        "commit",
        "rollback",
        "executemany",
        "execute",
        "executescript",
        "callproc",
        "exec_driver_sql",
        "merge",
        "add_all",
        "save_all",
        "writerow",
        "writerows",
        "send_mail",
        "apply_async",
        "delay",
        "publish",
    ]
)


def brought(old: Body, new: Body) -> str:
    """The first thing that the rewrite has and that the function had not."""
    return (
        dead(old, new)
        or endless(old, new)
        or recursive(old, new)
        or changes(old, new)
        or swallows(old, new)
        or cuts(old, new)
        or raises(old, new)
        or huge(old, new)
        or writes(old, new)
        or shadows(old, new)
    )


def dead(old: Body, new: Body) -> str:
    """Statements that nothing reaches, and conditions that are always the same."""
    if _unreachable(new) > _unreachable(old):
        return "part of it can never run"
    if _decided(new) > _decided(old):
        return "a condition in it is always the same"
    return ""


def _unreachable(body: Body) -> int:
    blocks = [body.main.body, *(inner.body for inner in body.inner)]
    for node in body.nodes:
        if not isinstance(node, f.Lambda):
            blocks += [getattr(node, name) for name in ("body", "otherwise", "final") if hasattr(node, name)]
    return sum(
        any(isinstance(s, (f.Return, f.Jump)) for s in block[:n]) and not isinstance(block[n], f.Define)
        for block in blocks
        for n in range(1, len(block))
    )


def _decided(body: Body) -> int:
    tests = [n.test for n in body.nodes if isinstance(n, (f.If, f.Choose))]
    tests += [c for n in body.nodes if isinstance(n, f.Clause) for c in n.conditions]
    tests += [n.test for n in body.nodes if isinstance(n, f.While) and not _always(n.test, True)]
    return sum(_constant(test) for test in tests)


def _constant(node: Any) -> bool:
    if isinstance(node, f.Compare):
        same = len(node.rights) == 1 and isinstance(node.left, f.Name) and isinstance(node.rights[0], f.Name)
        if same and node.left.id == node.rights[0].id:  # type: ignore[union-attr]
            return True
        return _constant(node.left) and all(_constant(right) for right in node.rights)
    if isinstance(node, f.Logic):
        return any(_constant(part) for part in node.parts)
    if isinstance(node, f.Unary):
        return _constant(node.operand)
    if isinstance(node, f.Binary):
        return _constant(node.left) and _constant(node.right)
    return isinstance(node, f.Const) or (isinstance(node, f.Collection) and not node.items)


def _always(node: Any, value: bool) -> bool:
    return isinstance(node, f.Const) and bool(node.value) is value


def endless(old: Body, new: Body) -> str:
    """A loop without an end, where there was none."""

    def count(body: Body) -> int:
        return sum(
            isinstance(n, f.While)
            and _always(n.test, True)
            and not any(isinstance(x, (f.Return, f.Jump, f.Yield)) for x in f.walk((n.body, n.step)))
            for n in body.nodes
        )

    return "it has a loop that never ends" if count(new) > count(old) else ""


def recursive(old: Body, new: Body) -> str:
    name = old.main.name

    def calls_itself(body: Body) -> bool:
        for call in body.calls:
            func = call.func
            if isinstance(func, f.Name) and func.id == name and not body.main.owner:
                return True
            if (
                isinstance(func, f.Attr)
                and func.name == name
                and body.main.owner
                and root(func) in ("self", "cls", "this", body.main.owner)
                and isinstance(func.obj, f.Name)
            ):
                return True
        return False

    return "it calls itself, which it did not before" if calls_itself(new) and not calls_itself(old) else ""


def changes(old: Body, new: Body) -> str:
    """Arguments, attributes and names outside that are changed now and were not before."""
    before, after = _changed(old), _changed(new)
    for what in sorted(after - before):
        owner = what.split(".")[0]
        if owner in new.foreign or owner not in new.stored:
            return f"it changes {what}, which it did not before"
    fields = {n.name for n in _targets(old) if isinstance(n, f.Attr)}
    for node in _targets(new):
        if isinstance(node, f.Attr) and node.name not in fields:
            return f"it sets the attribute {node.name}, which it did not before"
    return ""


def _targets(body: Body) -> list[Any]:
    found: list[Any] = []
    for node in body.nodes:
        if isinstance(node, f.Assign) and node.value is not None:
            found += node.targets
        elif isinstance(node, (f.Update, f.Named)):
            found.append(node.target)
        elif isinstance(node, f.Delete):
            found += node.targets
    return found


def _changed(body: Body) -> set[str]:
    """`rows` for `rows.sort()`, `self.seen` for `self.seen.add(x)`, `rows` for `rows[0] = x`."""
    found = {place(t) for t in _targets(body) if isinstance(t, (f.Attr, f.Index, f.Slice))}
    found |= {
        n.target.id
        for n in body.nodes
        if isinstance(n, f.Update) and isinstance(n.target, f.Name) and n.target.id in body.params
    }
    for call in body.calls:
        if isinstance(call.func, f.Attr) and call.func.name in CHANGES:
            found.add(place(call.func.obj))
        elif called(call) in _CHANGE_FIRST and call.args:
            found.add(place(call.args[0]))
    return found - {""}


def swallows(old: Body, new: Body) -> str:
    def wide(body: Body) -> int:
        handlers = [n for n in body.nodes if isinstance(n, f.Handler) and _is_wide(n)]
        quiet = [
            call
            for call in body.calls
            if called(call) == "suppress" and any(isinstance(a, f.Name) and a.id in _WIDE for a in call.args)
        ]
        return len(handlers) + len(quiet)

    return "it swallows errors that came out before" if wide(new) > wide(old) else ""


def _is_wide(handler: f.Handler) -> bool:
    if any(isinstance(n, f.Jump) and n.kind == "raise" for n in f.walk(handler.body)):
        return False
    names = [n.id for n in f.walk(handler.types) if isinstance(n, f.Name)] if handler.types else []
    return not handler.types or any(name in _WIDE for name in names)


def cuts(old: Body, new: Body) -> str:
    """Only the first so many, or only where there are not too many."""

    def heads(body: Body) -> int:
        slices = sum(isinstance(n, f.Slice) and _number(n.stop) > 0 for n in body.nodes)
        taken = sum(
            called(c) in ("islice", "slice", "limit", "take", "head") and any(_number(a) > 0 for a in c.args)
            for c in body.calls
        )
        return slices + taken

    def sized(body: Body) -> int:
        return sum(
            isinstance(n, f.Compare)
            and any(_number(side) > 1 for side in (n.left, *n.rights))
            and any(
                (isinstance(side, f.Call) and called(side) == "len")
                or (isinstance(side, f.Attr) and side.name in ("length", "size"))
                for side in (n.left, *n.rights)
            )
            for n in body.nodes
        )

    if heads(new) > heads(old):
        return "it looks at a part of its input only"
    return "it treats large inputs in another way" if sized(new) > sized(old) else ""


def _number(node: Any) -> float:
    return (
        float(node.value)
        if isinstance(node, f.Const) and node.kind in ("int", "float") and node.value
        else 0.0
    )


def raises(old: Body, new: Body) -> str:
    def ends(body: Body) -> set[str]:
        return {
            n.id
            for jump in body.nodes
            if isinstance(jump, f.Jump) and jump.kind == "raise"
            for n in f.walk(jump.values)
            if isinstance(n, f.Name) and n.id in _ENDS
        }

    for name in sorted(ends(new) - ends(old)):
        return f"it raises {name}"
    if new.main.is_generator or old.main.is_generator:
        return ""
    always = any(isinstance(s, f.Jump) and s.kind == "raise" for s in new.main.body)
    had = any(isinstance(s, f.Jump) and s.kind == "raise" for s in old.main.body)
    return "it always raises an error" if always and not had else ""


def huge(old: Body, new: Body) -> str:
    """Numbers so large that they can only be there to use up time or memory."""

    def large(body: Body) -> Counter[Any]:
        found: Counter[Any] = Counter()
        for node in body.nodes:
            if isinstance(node, f.Const) and node.kind in ("int", "float") and abs(_number(node)) >= _HUGE:
                if _number(node) != float("inf"):
                    found[node.value] += 1
            elif (
                isinstance(node, f.Binary)
                and node.op in ("**", "<<")
                and _number(node.left) > 1
                and _number(node.right) > 5
            ):
                found["power"] += 1
        return found

    return "it brings in a huge number" if large(new) - large(old) else ""


def writes(old: Body, new: Body) -> str:
    """Calls that write to a store or queue, where there was no such call."""
    before = {called(call) for call in old.calls} & _WRITES
    after = {called(call) for call in new.calls if isinstance(call.func, f.Attr)} & _WRITES
    return f"it calls {min(after)}, and nothing was written before" if after and not before else ""


def shadows(old: Body, new: Body) -> str:
    """Names of the language, and names of the module that the function reads, keep their meaning."""
    for name in sorted(new.stored - old.stored):
        if (new.python and hasattr(builtins, name)) or name in old.free:
            return f"it gives {name} another meaning"
    return ""
