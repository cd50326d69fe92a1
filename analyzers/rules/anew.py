"""Lists that each turn of a loop makes anew, whole, for one thing: to leave it out (`rows = rows.filter((row) => row.id !== id)`), to
change it, or to put it behind what stands under a key (`by[key] = [...(by[key] ?? []), row]`)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from analyzers import facts as f
from analyzers.evaluate import shapes
from analyzers.evaluate.events import Loop
from analyzers.findings import Confidence, Cost, Finding, Severity
from analyzers.rules import changes, edits, structure, turning
from analyzers.rules.base import Context, loop_related, product, the_loop, turns_much

LEFT_OUT, CHANGED, MORE = "left out", "changed", "more"


class Anew(NamedTuple):
    """What a turn makes anew: the context of the function it stands in, the value, the loop, what is made, and what it is made for."""

    home: Context
    value: f.Expr
    loop: Loop
    label: str
    how: str


def found(context: Context) -> Iterator[Anew]:
    """Those of the loops of the function at hand, callbacks among them."""
    if not context.is_whole:
        return
    for loop in context.analysis.loops:
        if loop.kind not in ("for", "callback") or not context.inside(loop.place) or loop.polling:
            continue
        turn = (
            turning.of(context, loop)
            if turns_much(loop) and not loop.amortised and not loop.chunked
            else None
        )
        for stmt in _own_statements(turn.body) if turn is not None else ():
            assert turn is not None
            for value, label, how in _made(turn, stmt):
                place = edits.absolute(turn.home, value)
                if _is_outside(turn, stmt, label) and not structure.happens_once(turn.home, loop, place):
                    yield Anew(turn.home, value, loop, label, how)


def copies(context: Context, rule: str) -> Iterator[Finding]:
    """The findings, under the name of the rule that asks, at lists under keys that each turn copies to put one thing behind."""
    for made in found(context):
        place = edits.absolute(made.home, made.value)
        if made.how == MORE and context.once("copy", place):
            turns, put = made.loop.turns.formula(), "append" if context.language == "python" else "push"
            yield context.finding(
                rule,
                place,
                f"`{context.shown(place)}` copies all that stands under one key of `{made.label}`, on every turn of "
                f"{the_loop(made.loop)}. `{put}` to the list that is there.",
                Severity.INFORMATION,
                Confidence.MEDIUM,
                Cost(product(turns, turns), f"O({turns})"),
                [loop_related(made.loop)],
            )


def _own_statements(body: tuple[f.Stmt, ...]) -> Iterator[f.Stmt]:
    """The statements of a turn that no loop inside repeats."""
    for stmt in body:
        yield stmt
        if not isinstance(stmt, (f.For, f.While)):
            yield from _own_statements(shapes.children(stmt))


def _is_outside(turn: turning.Turn, made: f.Stmt, label: str) -> bool:
    """True for what is there before the turn, and gets no other value in it."""
    root = changes.root_of(label)
    return root not in turn.own and not any(
        isinstance(stmt, f.Assign)
        and stmt is not made
        and any(shapes.text_of(target) in (label, root) for target in shapes.stored(stmt.targets))
        for stmt in shapes.walk(turn.body)
    )


def _made(turn: turning.Turn, stmt: f.Stmt) -> Iterator[tuple[f.Expr, str, str]]:
    """The value that a statement makes anew, the name of what it is made of, and what it is made for."""
    if isinstance(stmt, f.Do) and isinstance(stmt.value, f.Call) and shapes.called(stmt.value) == "set":
        call = stmt.value
        if isinstance(call.func, f.Attr) and len(call.args) == 2 and shapes.mentions(call.args[0], turn.own):
            holder, key = shapes.text_of(call.func.obj), shapes.text_of(call.args[0])
            if _is_one_more(call.args[1], holder, key):
                yield call.args[1], holder, MORE
    if not isinstance(stmt, f.Assign) or len(stmt.targets) != 1 or stmt.value is None:
        return
    target = stmt.targets[0]
    if isinstance(target, f.Index):
        holder, key = shapes.text_of(target.obj), shapes.text_of(target.index)
        if shapes.mentions(target.index, turn.own) and _is_one_more(stmt.value, holder, key):
            yield stmt.value, holder, MORE
        return
    label = shapes.text_of(target)
    how = _made_of_all(turn, stmt.value, label) if label else ""
    if how:
        yield stmt.value, label, how


# ----------------------------------------------------------------------------------------- without one, with one other


def _made_of_all(turn: turning.Turn, value: f.Expr, label: str) -> str:
    """What a list is made anew for out of itself: to leave out, or to change, what the turn is about."""
    if isinstance(value, f.Comprehension) and value.kind == "list" and len(value.clauses) == 1:
        clause = value.clauses[0]
        if shapes.text_of(clause.iter) != label or not isinstance(clause.target, f.Name):
            return ""
        own = frozenset((clause.target.id,))
        if len(clause.conditions) == 1 and _compares(clause.conditions[0], own, turn.own, ("!=", "is not")):
            return LEFT_OUT
        return CHANGED if not clause.conditions and _is_changed(value.value, own, turn.own) else ""
    if not isinstance(value, f.Call) or not isinstance(value.func, f.Attr) or len(value.args) != 1:
        return ""
    if shapes.text_of(value.func.obj) != label or not isinstance(value.args[0], f.Lambda):
        return ""
    function = turn.home.project.function(turn.home.path, value.args[0].qualname)
    only = function.body[0] if function is not None and len(function.body) == 1 else None
    if function is None or not isinstance(only, f.Return) or only.value is None or not function.params:
        return ""
    own = frozenset((function.params[0].name,))
    if value.func.name == "filter":
        return LEFT_OUT if _compares(only.value, own, turn.own, ("!=",)) else ""
    return CHANGED if value.func.name == "map" and _is_changed(only.value, own, turn.own) else ""


def _is_changed(value: f.Expr, own: frozenset[str], given: frozenset[str]) -> bool:
    """`{ ...row, ...changed }` where `row.id === changed.id`, and the row itself otherwise."""
    if not isinstance(value, f.Choose):
        return False
    kept = value.other if _compares(value.test, own, given, ("==", "is")) else value.then
    told = _compares(value.test, own, given, ("==", "is")) or _compares(
        value.test, own, given, ("!=", "is not")
    )
    return told and isinstance(kept, f.Name) and kept.id in own


def _compares(test: f.Expr, own: frozenset[str], given: frozenset[str], ops: tuple[str, ...]) -> bool:
    if not isinstance(test, f.Compare) or len(test.ops) != 1 or test.ops[0] not in ops:
        return False
    sides = (test.left, test.rights[0])
    return any(
        shapes.mentions(one, own) and shapes.mentions(other, given) and not shapes.mentions(other, own)
        for one, other in (sides, sides[::-1])
    )


# ------------------------------------------------------------------------------------------------- one more under a key


def _is_one_more(value: f.Expr, holder: str, key: str) -> bool:
    """`[...(by[key] ?? []), row]`, `(by[key] || []).concat(row)`, `by.get(key, []) + [row]`."""
    if not holder or not key:
        return False
    if isinstance(value, f.Binary) and value.op == "+" and isinstance(value.right, f.Collection):
        return _is_old(value.left, holder, key)
    if isinstance(value, f.Collection) and len(value.items) > 1:
        first = value.items[0]
        return isinstance(first, f.Star) and _is_old(first.value, holder, key)
    concat = isinstance(value, f.Call) and isinstance(value.func, f.Attr) and value.func.name == "concat"
    return concat and _is_old(value.func.obj, holder, key)  # type: ignore[union-attr]


def _is_old(node: f.Expr, holder: str, key: str) -> bool:
    """`by[key]`, `by.get(key)`, also with what stands for it where there is none."""
    if isinstance(node, f.Logic) and node.op != "and":
        node = node.parts[0]
    if isinstance(node, f.Index):
        return shapes.text_of(node.obj) == holder and shapes.text_of(node.index) == key
    if isinstance(node, f.Call) and isinstance(node.func, f.Attr) and node.func.name == "get" and node.args:
        return shapes.text_of(node.func.obj) == holder and shapes.text_of(node.args[0]) == key
    return False
