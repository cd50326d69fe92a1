"""Containers that a loop makes when the first thing comes: `if found is None: found = [x]`, and from then on `found.append(x)`.

A body is run once, as any turn. What is made where nothing is there yet is one container for all turns, to which each of
them adds: it is born before the loop, as if it had been made there. What an object keeps in this way outlives the call, too,
and is as long as all calls have made it.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from analyzers import facts as f
from analyzers.costs import ONE
from analyzers.evaluate import lengthening, shapes
from analyzers.evaluate.remembered import remembered
from analyzers.evaluate.run import Run
from analyzers.evaluate.turns import paid
from analyzers.project.filling import PUTTING
from analyzers.types import Value

_KINDS = {
    "list": "list",
    "set": "set",
    "dict": "dict",
    "deque": "deque",
    "bytearray": "bytearray",
    "defaultdict": "dict",
    "OrderedDict": "dict",
    "Counter": "dict",
}
_MISSES = frozenset(("NameError", "UnboundLocalError", "AttributeError", "KeyError"))


class _Told(Struct, frozen=True):
    """What one statement says of a name: the kind of what it makes, "" for what is not seen to be made anew, and whether that
    is where the name is known to hold nothing; or that it makes longer what the name holds."""

    name: str
    kind: str = ""
    absent: bool = False
    missing: bool = False
    longer: bool = False


def begin(run: Run, body: tuple[f.Stmt, ...]) -> None:
    """At the beginning of a loop's turn: what the turns make together is there, and was made outside of the loop."""
    for name, (kind, missing) in made(body).items():
        held = run.env.get(name)
        if held is None and not missing:
            continue
        if held is not None and held.kind != "none" and (held.kind != kind or not held.is_constant_size):
            continue
        size = held.grown if held is not None and held.kind == kind else None
        if size is None:
            size = run.new_container(name, outside=1)
        begun = Value(
            kind,
            size=ONE,
            grown=size,
            born=len(run.loops) - 1,
            label=name,
            token=f"{name}@{body[0].at}",
            evidence="a literal",
        )
        run.bind(name, begun)
        run.lazily = {**run.lazily, name: begun}


@remembered
def made(body: tuple[f.Stmt, ...]) -> dict[str, tuple[str, bool]]:
    """The names for which a body makes a container where they hold none, and which it makes longer elsewhere: the kind of the
    container, and whether the name may not be there at all."""
    kinds: dict[str, set[str]] = {}
    missing: dict[str, bool] = {}
    longer: set[str] = set()
    for told in _told(body):
        if told.longer:
            longer.add(told.name)
        else:
            kinds.setdefault(told.name, set()).add(told.kind if told.absent else "")
            missing[told.name] = missing.get(told.name, False) or told.missing
    return {
        name: (next(iter(found)), missing[name])
        for name, found in kinds.items()
        if name in longer and len(found) == 1 and "" not in found
    }


@remembered
def kept(body: tuple[f.Stmt, ...]) -> frozenset[str]:
    """The attributes for which a body makes a container where they hold none, and nowhere else: what is there is kept."""
    kinds: dict[str, bool] = {}
    for told in _told(body):
        if "." in told.name and not told.longer:
            kinds[told.name] = kinds.get(told.name, True) and told.absent and bool(told.kind)
    return frozenset(name for name, always in kinds.items() if always)


def _told(body: tuple[f.Stmt, ...]) -> list[_Told]:
    """What the statements of a body say of the names in them, nested ones too, in no order."""
    found: list[_Told] = []
    nobody: frozenset[str] = frozenset()
    waiting = [(body, nobody, nobody)]
    while waiting:  # Not by recursion: a chain of `elif` may be thousands long.
        statements, absent, missing = waiting.pop()
        for stmt in statements:
            found.extend(_told_by(stmt, absent, missing))
            if isinstance(stmt, f.If):
                waiting.append((stmt.body, absent | absent_where(stmt.test, holds=True), missing))
                waiting.append((stmt.otherwise, absent | absent_where(stmt.test, holds=False), missing))
            elif isinstance(stmt, f.Try):
                waiting.append((stmt.body + stmt.otherwise + stmt.final, absent, missing))
                for handler in stmt.handlers:
                    lacks = _used_by(stmt.body) if _catches_missing(handler) else nobody
                    waiting.append((handler.body, absent | lacks, missing | lacks))
            else:
                waiting.append((shapes.children(stmt), absent, missing))
    return found


def _used_by(body: tuple[f.Stmt, ...]) -> frozenset[str]:
    """The names that the statements of a `try` make longer themselves: where one is not there, they fail."""
    nobody: frozenset[str] = frozenset()
    return frozenset(told.name for stmt in body for told in _told_by(stmt, nobody, nobody) if told.longer)


def _told_by(stmt: f.Stmt, absent: frozenset[str], missing: frozenset[str]) -> Iterator[_Told]:
    """What a statement says by itself, without those in it."""
    if isinstance(stmt, f.For):
        yield from (_Told(name) for name in paid.names_in(stmt.target))
    elif isinstance(stmt, f.With):
        for item in stmt.items:
            yield from (_Told(name) for name in (paid.names_in(item.target) if item.target else ()))
    elif isinstance(stmt, f.Delete):
        yield from (_Told(shapes.dotted(target)) for target in stmt.targets)
    elif isinstance(stmt, f.Update):
        yield _Told(shapes.dotted(stmt.target), longer=stmt.op in ("+", "|"))
    elif isinstance(stmt, f.Do):
        name = _filled(stmt.value)
        if name and name not in absent:
            yield _Told(name, longer=True)
    for target, value in paid.assignments(stmt):
        if isinstance(target, f.Index):
            name = shapes.dotted(target.obj)
            if name and name not in absent:
                yield _Told(name, longer=True)
        else:
            yield from _given(target, value, absent, missing)


def _given(target: f.Expr, value: f.Expr, absent: frozenset[str], missing: frozenset[str]) -> Iterator[_Told]:
    """What an assignment says of the names in its target."""
    name = shapes.dotted(target)
    if not name:
        yield from (_Told(one) for one in paid.names_in(target))
        return
    if lengthening.is_made_of(value, name):
        yield _Told(name, longer=True)
        return
    itself, kind = _or_itself(value, name)
    yield _Told(name, kind, itself or name in absent, name in missing)


def _or_itself(value: f.Expr, name: str) -> tuple[bool, str]:
    """Whether a value is what the name holds unless it holds nothing (`found or []`, `[] if found is None else found`), and the
    kind of what is made."""
    if isinstance(value, f.Logic) and value.op == "or" and shapes.dotted(value.parts[0]) == name:
        return True, _kind(value.parts[-1])
    if isinstance(value, f.Choose):
        for part, other, holds in ((value.then, value.other, True), (value.other, value.then, False)):
            if shapes.dotted(other) == name and name in absent_where(value.test, holds=holds):
                return True, _kind(part)
    return False, _kind(value)


def _kind(value: f.Expr | None) -> str:
    """The kind of container that an expression makes; "" for what may be one that is there already."""
    if isinstance(value, f.Collection):
        return value.kind
    if isinstance(value, f.Mapping):
        return "dict"
    if isinstance(value, f.Comprehension):
        return value.kind if value.kind in _KINDS else ""
    if isinstance(value, f.Call):
        return _KINDS.get(shapes.dotted(value.func).rpartition(".")[2], "")
    return ""


def _filled(node: f.Expr) -> str:
    """What a call makes longer: `found` of `found.append(x)` and of `heappush(found, x)`."""
    if not isinstance(node, f.Call):
        return ""
    if isinstance(node.func, f.Attr) and node.func.name in PUTTING:
        return shapes.dotted(node.func.obj)
    pushes = shapes.dotted(node.func).rpartition(".")[2] in ("heappush", "insort") and node.args
    return shapes.dotted(node.args[0]) if pushes else ""


def absent_where(test: f.Expr, *, holds: bool) -> frozenset[str]:
    """The names that hold nothing, or nothing yet, where a test holds, or where it does not: `found` of `found is None`."""
    if isinstance(test, f.Unary) and test.op == "not":
        return absent_where(test.operand, holds=not holds)
    if isinstance(test, f.Logic) and test.op == ("and" if holds else "or"):
        return frozenset().union(*(absent_where(part, holds=holds) for part in test.parts))
    if isinstance(test, f.Compare) and len(test.ops) == 1:
        is_same = test.ops[0] in ("is", "==")
        against_none = shapes.is_none(test.rights[0])
        if (is_same or test.ops[0] in ("is not", "!=")) and (against_none or _is_nought(test.rights[0])):
            name = _asked(test.left) if against_none else _length_of(test.left)
            return frozenset((name,)) if name and is_same == holds else frozenset()
        return frozenset()
    name = _length_of(test) or _attribute_asked(test) or shapes.dotted(test)
    return frozenset((name,)) if name and not holds else frozenset()


def _is_nought(node: f.Expr) -> bool:
    return isinstance(node, f.Const) and node.value == 0 and node.kind == "int"


def _asked(node: f.Expr) -> str:
    """`self.found` of itself and of `getattr(self, "found", None)`."""
    return shapes.dotted(node) or _attribute_asked(node)


def _length_of(node: f.Expr) -> str:
    is_length = isinstance(node, f.Call) and len(node.args) == 1 and shapes.dotted(node.func) == "len"
    return shapes.dotted(node.args[0]) if is_length and isinstance(node, f.Call) else ""


def _attribute_asked(node: f.Expr) -> str:
    """`self.found` of `hasattr(self, "found")` and `getattr(self, "found", None)`."""
    if not isinstance(node, f.Call) or len(node.args) < 2 or not isinstance(node.args[1], f.Const):
        return ""
    owner = shapes.dotted(node.args[0])
    asks = shapes.dotted(node.func) in ("hasattr", "getattr")
    return f"{owner}.{node.args[1].value}" if asks and owner else ""


def _catches_missing(handler: f.Handler) -> bool:
    """True for a handler of what comes where a name or an attribute is not there."""
    kinds = [node.id for node in shapes.of_kind(handler.types, f.Name)]
    return bool(kinds) and _MISSES.issuperset(kinds)
