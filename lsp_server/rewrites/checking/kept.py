"""What a rewrite must keep, whatever the language: what it reads, what it calls for its effect, and what it gives back.

Each check takes the function before and after and returns a sentence about what is wrong, "" if nothing is. They ask
for what nearly every honest rewrite keeps; a doubt goes against the answer, since the person can always ask again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from analyzers import facts as f
from lsp_server.rewrites.checking.body import CHANGES, Body, called, uses

# Attributes that say how something is walked through, not what is read of it.
_PLUMBING = frozenset(
    ["length", "size", "objects", "pk", "id", "all", "values", "items", "keys", "name", "index"]
)
# What may do the work of a call that stood in a loop.
_INSTEAD = {
    "save": ("bulk_update", "bulk_create", "update", "save", "commit"),
    "create": ("bulk_create", "create", "insert"), "get_or_create": ("bulk_create",), "update_or_create": ("bulk_create", "bulk_update"),
    "insert": ("insert", "execute"), "insert_one": ("insert_many",), "update_one": ("bulk_write", "update_many"),
    "delete": ("delete", "remove"), "delete_one": ("delete_many", "bulk_write"), "execute": ("execute",), "add": ("add", "bulk", "update"),
    "set": ("set", "mset", "pipeline"), "refresh": ("refresh", "select"), "flush": ("flush", "commit"), "commit": ("commit",),
    "send": ("send",), "write": ("write",), "writerow": ("writerows",), "put": ("put", "batch"), "put_item": ("batch",), "heappush": ("heap", "sort"),
    "insort": ("sort", "bisect", "heap"), "insort_left": ("sort", "bisect", "heap"), "insort_right": ("sort", "bisect", "heap"),
}  # fmt: skip
_WALKS = frozenset(["forEach", "each", "all", "allSettled", "map", "reset", "close", "print_exc"])
_ORDERING = re.compile(r"sort|heap|insort|bisect|order_by|orderBy|nlargest|nsmallest|merge|ORDER BY")
_KINDS = {
    "list": "a list", "dict": "a dict", "set": "a set", "tuple": "a tuple", "frozenset": "a frozenset", "sorted": "a list", "len": "a number",
    "str": "a string", "int": "a number", "float": "a number", "bool": "a truth value", "any": "a truth value", "all": "a truth value",
    "Counter": "a dict", "defaultdict": "a dict", "OrderedDict": "a dict", "deque": "a deque", "Map": "a Map", "Set": "a Set",
}  # fmt: skip
_CONSTS = {
    "int": "a number", "float": "a number", "str": "a string", "bytes": "bytes", "bool": "a truth value", "none": "None",
}  # fmt: skip
_DISPLAYS = {
    "list": "a list",
    "set": "a set",
    "tuple": "a tuple",
    "dict": "a dict",
    "generator": "a generator",
}


def lost(old: Body, new: Body) -> str:
    """The first thing that the function had and that the rewrite has no more."""
    return (
        lost_parameters(old, new)
        or lost_calls(old, new)
        or lost_values(old, new)
        or lost_awaits(old, new)
        or lost_ends(old, new)
        or changed_result(old, new)
        or only_constants(old, new)
    )


def lost_parameters(old: Body, new: Body) -> str:
    """A parameter that was read is read, and before anything else is put in its place."""
    for name in sorted(old.params & old.reads):
        if name not in new.reads:
            return f"it no longer uses its parameter {name}"
        if _first(new, name) == "store" and _first(old, name) == "read" and not _in_inner(new, name):
            return f"it overwrites its parameter {name} before it reads it"
    return ""


def _first(body: Body, name: str) -> str:
    own = (use for statement in body.main.body for use in uses(statement))
    return next((kind for kind, used in own if used == name), "")


def _in_inner(body: Body, name: str) -> bool:
    return any(use == ("read", name) for inner in body.inner for s in inner.body for use in uses(s))


def lost_calls(old: Body, new: Body) -> str:
    """Calls whose result nobody takes are made for their effect, so something must still make them."""
    have = {called(call) for call in new.calls} | new.reads
    for name in sorted({called(call) for call in _effects(old)} - have - CHANGES - _WALKS - {""}):
        if not any(part in other for part in _INSTEAD.get(name, ()) for other in have):
            return f"it no longer calls {name}"
    return ""


def _effects(body: Body) -> Iterator[f.Call]:
    for node in body.nodes:
        if isinstance(node, f.Do):
            value = node.value.value if isinstance(node.value, f.Await) else node.value
            if isinstance(value, f.Call) and value.func is not None and not _on_own(body, value):
                yield value


def _on_own(body: Body, call: f.Call) -> bool:
    """A method of something that the function has made itself."""
    return (
        isinstance(call.func, f.Attr)
        and isinstance(call.func.obj, f.Name)
        and call.func.obj.id in body.stored - body.foreign
    )


def lost_values(old: Body, new: Body) -> str:
    """Attributes and keys that were read, and what was compared with, still stand somewhere in the text."""
    for name in sorted(_attributes(old) - _PLUMBING):
        if name not in new.text:
            return f"it no longer reads {name}"
    for value in sorted(_compared(old), key=str):
        if str(value) not in new.text:
            return f"it no longer compares with {value!r}"
    for value in sorted(_compared(new) - _compared(old), key=str):
        if str(value) not in old.text:
            return f"it compares with {value!r}, which it did not before"
    return ""


def _attributes(body: Body) -> set[str]:
    methods = {id(call.func) for call in body.calls}
    found = {n.name for n in body.nodes if isinstance(n, f.Attr) and id(n) not in methods}
    found |= {
        n.index.value
        for n in body.nodes
        if isinstance(n, f.Index) and isinstance(n.index, f.Const) and isinstance(n.index.value, str)
    }
    return found


def _compared(body: Body) -> set[Any]:
    """Constants in comparisons that mean something: not 0, 1, 2, nothing or empty."""
    consts = [
        side for node in body.nodes if isinstance(node, f.Compare) for side in (node.left, *node.rights)
    ]
    return {
        c.value
        for c in consts
        if isinstance(c, f.Const)
        and c.kind in ("int", "float", "str")
        and c.value not in (0, 1, 2, "", None, -1)
    }


def lost_awaits(old: Body, new: Body) -> str:
    def waits(body: Body) -> bool:
        return any(
            isinstance(n, f.Await)
            or (isinstance(n, (f.For, f.Clause, f.With)) and n.is_async)
            or (isinstance(n, f.Return) and isinstance(n.value, f.Call))
            for n in body.nodes
        )

    awaited = any(isinstance(n, f.Await) for n in old.nodes)
    return "it no longer waits for what it starts" if awaited and not waits(new) else ""


# ------------------------------------------------------------------------------------------------------- results


def lost_ends(old: Body, new: Body) -> str:
    """A function that gives something back on every way still does."""
    values = any(isinstance(n, f.Return) and n.value is not None for n in _own(old.main))
    if values and leaves(old.main.body) and not leaves(new.main.body):
        return "it can end without giving anything back"
    return ""


def _own(function: f.Function) -> Iterator[Any]:
    for statement in function.body:
        yield from f.walk(statement)


def leaves(body: Sequence[Any]) -> bool:
    """Whether no way through the statements reaches their end."""
    return any(_leaves(statement) for statement in body)


def _leaves(node: Any) -> bool:
    if isinstance(node, f.Return) or (isinstance(node, f.Jump) and node.kind == "raise"):
        return True
    if isinstance(node, f.If):
        return bool(node.otherwise) and leaves(node.body) and leaves(node.otherwise)
    if isinstance(node, f.Match):
        return any(not case.patterns for case in node.cases) and all(leaves(case.body) for case in node.cases)
    if isinstance(node, f.Try):
        return leaves(node.final) or (
            (leaves(node.body) or leaves(node.otherwise)) and all(leaves(h.body) for h in node.handlers)
        )
    if isinstance(node, (f.With, f.Block)):
        return leaves(node.body)
    if isinstance(node, f.While):
        endless = isinstance(node.test, f.Const) and bool(node.test.value)
        return endless and not any(isinstance(n, f.Jump) and n.kind == "break" for n in f.walk(node.body))
    return False


def changed_result(old: Body, new: Body) -> str:
    """The kind of what is given back, where the text says it on both sides; and its order."""
    before, after = _results(old), _results(new)
    if None in before or not before or not after:
        return ""
    for kind in sorted(kind for kind in after - before if kind):
        return f"it returns {kind} instead of {' or '.join(sorted(k for k in before if k))}"
    if before == {"a list"} and _sorts(new) and not _ORDERING.search(old.text):
        return "it sorts what it returns, which it did not before"
    if _sorts(old) and not _ORDERING.search(new.text):
        return "it no longer sorts what it returns"
    return ""


def _results(body: Body) -> set[str | None]:
    """Kinds of the returned values; None where nobody can tell."""
    found: set[str | None] = set()
    for node in _own(body.main):
        if isinstance(node, f.Return) and node.value is not None:
            found |= _kinds(body, node.value, 0)
    return found


def _kinds(body: Body, node: Any, depth: int) -> set[str | None]:
    if isinstance(node, f.Const):
        return {_CONSTS.get(node.kind)}
    if isinstance(node, f.Collection):
        return {
            f"a tuple of {len(node.items)}"
            if node.kind == "tuple" and node.items
            else _DISPLAYS.get(node.kind)
        }
    if isinstance(node, f.Mapping):
        return {"a dict"}
    if isinstance(node, f.Comprehension):
        return {_DISPLAYS.get(node.kind)}
    if isinstance(node, (f.Compare,)) or (isinstance(node, f.Unary) and node.op == "not"):
        return {"a truth value"}
    if isinstance(node, f.Template):
        return {"a string"}
    if isinstance(node, f.Attr) and node.name == "length":
        return {"a number"}
    if isinstance(node, f.Choose):
        return _kinds(body, node.then, depth) | _kinds(body, node.other, depth)
    if isinstance(node, f.Call) and isinstance(node.func, f.Name):
        kind = _KINDS.get(node.func.id)
        loses = node.func.id in ("list", "tuple") and len(node.args) == 1
        if loses and _kinds(body, node.args[0], depth + 1) in ({"a set"}, {"a Set"}):
            return {"what it finds in no certain order"}
        return {kind}
    if isinstance(node, f.Name) and depth < 4 and node.id not in body.params:
        values = body.assigned.get(node.id, [])
        return {kind for value in values for kind in _kinds(body, value, depth + 1)} or {None}
    return {None}


def _sorts(body: Body) -> bool:
    """Whether what is returned is put in order last."""
    for node in _own(body.main):
        if isinstance(node, f.Return) and node.value is not None:
            if isinstance(node.value, f.Call) and called(node.value) in ("sorted", "toSorted"):
                return True
            if isinstance(node.value, f.Name):
                for call in body.calls:
                    sorting = isinstance(call.func, f.Attr) and call.func.name == "sort"
                    if sorting and isinstance(call.func.obj, f.Name) and call.func.obj.id == node.value.id:  # type: ignore[union-attr]
                        return True
    return False


def only_constants(old: Body, new: Body) -> str:
    """A function that worked something out still does."""
    if _empty_handed(new) and not _empty_handed(old):
        return "it gives nothing back but constants"
    return ""


def _empty_handed(body: Body) -> bool:
    results = [n.value for n in _own(body.main) if isinstance(n, f.Return) and n.value is not None]
    return bool(results) and all(_bare(body, value) for value in results)


def _bare(body: Body, node: Any) -> bool:
    if isinstance(node, (f.Collection, f.Mapping)):
        return not (node.items if isinstance(node, f.Collection) else node.values)
    if isinstance(node, f.Name) and node.id in body.assigned:
        filled = any(
            node.id in str_names(other) for other in body.nodes if not isinstance(other, (f.Return, f.Name))
        )
        return not filled and all(_bare(body, value) for value in body.assigned[node.id])
    return isinstance(node, f.Const)


def str_names(node: Any) -> set[str]:
    """Names that a statement changes or fills: the object of a call, an item's owner, what is added to."""
    if isinstance(node, f.Call):
        owner = node.func.obj if isinstance(node.func, f.Attr) else None
        return {n.id for n in f.walk((owner, *node.args) if owner else node.args) if isinstance(n, f.Name)}
    if isinstance(node, f.Update):
        return {n.id for n in f.walk(node.target) if isinstance(n, f.Name)}
    if isinstance(node, f.Assign):
        return {
            n.id
            for t in node.targets
            if not isinstance(t, f.Name)
            for n in f.walk(t)
            if isinstance(n, f.Name)
        }
    if isinstance(node, (f.For, f.Clause)):
        return {n.id for n in f.walk(node.target) if isinstance(n, f.Name)}
    return set()
