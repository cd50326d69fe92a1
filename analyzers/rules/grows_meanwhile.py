"""Calls that go through all of what the loop around them makes longer, turn by turn: `while rows: log.add(rows.pop());
log.worst()`, `if starts_new(word, char): ...` beside `word.append(char)`.

Neither the loop nor what it calls shows a second loop over anything that is handed over once.
"""

from __future__ import annotations

from typing import NamedTuple

from analyzers import facts as f
from analyzers.costs import Size
from analyzers.evaluate import lengthening, shapes
from analyzers.evaluate.events import Called, Loop
from analyzers.findings import Place
from analyzers.project import names
from analyzers.rules import added_to, changes, edits, held, structure
from analyzers.rules.base import Context, part_place, turns_much
from analyzers.types import Value


class Meanwhile(NamedTuple):
    """What a call goes through, as the callee names it, and where; the loop that makes it longer, and where it does."""

    label: str
    place: Place
    loop: Loop
    added: Place | None


def found(context: Context, called: Called) -> Meanwhile | None:
    """What a call in a loop goes through that the loop makes longer; None for nothing."""
    if context.language != "python" or called.cost.unknown:
        return None
    home = structure.home(context, called.place)
    if structure.happens_once(home, called.loops[-1], called.place):
        return None
    for position in range(len(called.loops) - 1, -1, -1):
        loop = called.loops[position]
        if loop.polling or loop.chunked or loop.amortised or loop.number in called.rare:
            return None
        if not turns_much(loop):
            continue
        for name, value in called.bound.items():
            lasts = value.born <= position or value.kind in lengthening.FIXED_KINDS
            if not lasts or value.frozen or not value.label:
                continue
            told = _container(context, called, loop, name, value) or _kept(context, called, loop, name, value)
            if told is not None:
                return told
    return None


def _container(context: Context, called: Called, loop: Loop, name: str, value: Value) -> Meanwhile | None:
    """A list that the loop fills, handed over: what is begun anew after each call does not get long by it."""
    grown = value.grown
    if grown is None or all((s.label, n) != (grown.label, loop.number) for s, n in context.analysis.growths):
        return None
    if _is_begun_anew(context, called, loop, value.label):
        return None
    place = _gone_through(context, called, name)
    return Meanwhile(name, place, loop, None) if place is not None else None


def _gone_through(context: Context, called: Called, label: str) -> Place | None:
    """Where the callee goes through what it names so: each of its elements once, whatever it does with them."""
    for position, part in enumerate(called.summary.parts):
        for size in part.cost.sizes:
            if _is_own(called, size) and size.label.strip("|") == label:
                return part_place(context, called, position)
    return None


def _is_own(called: Called, size: Size) -> bool:
    return size.key.partition(":")[0] == called.qualname


def _is_begun_anew(context: Context, called: Called, loop: Loop, label: str) -> bool:
    """True if the loop also empties what is handed over, so that it may do so whenever it calls: `flush(batch); batch = []`.
    What is asked on every turn is asked however long it got since."""
    home = structure.home(context, called.place)
    region = changes.loop_node(home, loop)
    if not isinstance(region, (f.For, f.While)):
        return True  # A function inside calls, or a comprehension: who empties it is not seen there.
    asked = home.function.start
    if label not in added_to.ended_in(region.body):
        return False
    every = [stmt for stmt in region.body if _on_every_turn(stmt, called.place.span.start - asked)]
    emptied = (stmt for stmt in region.body if not every or not isinstance(stmt, _BRANCHING))
    return any(
        label in set(added_to.ended(node))
        and not (isinstance(node, f.Assign) and lengthening.is_made_of(node.value, label))
        for stmt in emptied
        for node in shapes.nodes(stmt)
    )


_BRANCHING = (f.If, f.Try, f.Match, f.For, f.While)


def _on_every_turn(stmt: f.Stmt, at: int) -> bool:
    """True for the statement of a loop in which a place stands that is reached on every turn."""
    if isinstance(stmt, f.If):
        # The test of an `elif`, too: what the first one leaves out is rarely most of it.
        return stmt.test.at <= at < stmt.test.to or any(
            _on_every_turn(s, at) for s in stmt.otherwise if isinstance(s, f.If)
        )
    return stmt.at <= at < stmt.to and not isinstance(stmt, _BRANCHING)


def _kept(context: Context, called: Called, loop: Loop, name: str, value: Value) -> Meanwhile | None:
    """A container that an object keeps, of which the loop asks one method to put something in and another to go through all."""
    if value.kind != "instance" or value.ref is None or not value.ref[0] or loop.number in value.depends:
        return None
    through = {
        attribute: position
        for position, part in enumerate(called.summary.parts)
        for size in part.cost.sizes
        for holder, _, attribute in (size.label.strip("|").partition("."),)
        if holder == name and attribute.isidentifier() and _is_own(called, size)
    }
    home = structure.home_of(context, loop)
    region = changes.loop_node(home, loop) if through else None
    if not isinstance(region, (f.For, f.While)):
        return None
    ended = added_to.ended_in(region.body)
    if value.label in ended:
        return None  # Another object for some of the turns.
    for attribute, position in through.items():
        added = (
            _filled_by(home, region, value, attribute) if f"{value.label}.{attribute}" not in ended else None
        )
        last = loop.exits and added is not None and edits.absolute(home, added) == called.place
        if (
            added is not None and not last
        ):  # What is added on the turn that ends the loop is not gone through.
            place = part_place(context, called, position)
            return Meanwhile(f"{name}.{attribute}", place, loop, edits.absolute(home, added))
    return None


def _filled_by(home: Context, region: f.For | f.While, value: Value, attribute: str) -> f._Node | None:
    """What in a loop puts something into what an object keeps, itself or by a method of the object's; None where a method takes
    something out."""
    kept = f"{value.label}.{attribute}"
    filling = next((node for node in held.adding(region.body) if held.adds_to(node) == kept), None)
    for node in shapes.of_kind(region.body, f.Call):
        method = _asked(home, node, value)
        own = f"{method.params[0].name}.{attribute}" if method is not None else ""
        if method is not None and own in added_to.ended_in(method.body):
            return None
        if method is not None and any(held.adds_to(inner) == own for inner in held.adding(method.body)):
            filling = filling or node
    return filling


def _asked(home: Context, node: f.Call, value: Value) -> f.Function | None:
    """The method of an object's class that a call asks for; None for any other call."""
    if not isinstance(node.func, f.Attr) or value.ref is None or shapes.dotted(node.func.obj) != value.label:
        return None
    member = names.member(home.project, *value.ref, node.func.name)
    if member is None or member.kind != "function":
        return None
    function = home.project.function(member.path, member.qualname)
    return function if function is not None and function.params else None
