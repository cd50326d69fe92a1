"""Pieces of a sequence that each turn of a loop cuts off anew, and sequences that each turn makes anew out of themselves.

`sum(values[:i])` for every `i`, `re.search(pattern, text[pos:])` until the end, `text[: match.start()].count("\\n")` for every
match: each turn goes through what turns before have gone through. `xs = xs[:-1] + [x]`, `found = dict(found, **more)`,
`text = f"{text}{part}"`: each turn copies all that turns before have made. Both are seen by their form, so that it does
not matter whether the type is known.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from analyzers import facts as f
from analyzers.evaluate import shapes
from analyzers.evaluate.events import Loop
from analyzers.findings import Confidence, Cost, Finding, Related, Severity
from analyzers.rules import changes, data, edits, seeks, structure, turning
from analyzers.rules.base import Context, loop_related, product, the_loop, turns_much

FOLDS = frozenset(("sum", "max", "min", "any", "all", "sorted", "set", "frozenset", "Counter", "tuple"))
"""Functions that go through all they are given."""

SEEKS = frozenset(
    "search match finditer findall sub find rfind index count split splitlines startswith".split()  # noqa: SIM905
)
"""Methods that go through the text they are asked of, or given, or copy it to do so."""

OF_SCRIPTS = frozenset(
    """split indexOf lastIndexOf match matchAll search replace replaceAll includes filter some every reduce find findIndex join map
    forEach""".split()  # noqa: SIM905
)
"""Methods of texts and arrays in scripts that go through them. Source: https://tc39.es/ecma262/#sec-properties-of-the-array-prototype-object"""

ADVANCE = frozenset(("end", "start", "span", "tell"))
"""Methods that say how far a text has been read."""


_NO_PIECES: Mapping[str, f.Slice] = {}


class Piece(NamedTuple):
    """A slice that each turn takes from an end of the sequence to its own place, and what is done with it."""

    node: f.Slice | f.Call
    whole: str
    way: str


def check(context: Context, rule: str) -> Iterator[Finding]:
    """The findings of both kinds, under the name of the rule that asks."""
    if not context.is_whole:
        return
    if context.language != "python":
        yield from _of_scripts(context, rule)
        return
    for loop in context.analysis.loops:
        if loop.function != context.function.qualname or not context.inside(loop.place) or loop.chunked:
            continue
        node = changes.loop_node(context, loop)
        if node is None or isinstance(node, f.Call):
            continue
        yield from _piece_findings(context, rule, loop, _pieces(context, loop, node))
        for made, name in _made_of_themselves(node) if turns_much(loop) else ():
            place = edits.absolute(context, made)
            if _is_again(context, loop, made, name) and context.once("copy", place):
                yield _rebuilt_finding(context, rule, loop, made, name)
        if isinstance(node, f.For) and turns_much(loop):
            for made, name in _replaced(node):
                place = edits.absolute(context, made)
                if _is_again(context, loop, made, name) and context.once("copy", place):
                    yield _replaced_finding(context, rule, loop, made, name)
        elif isinstance(node, f.While):
            for sought in seeks.nearest(node):
                place = edits.absolute(context, sought.node)
                if context.once("piece", place):
                    yield _sought_finding(context, rule, loop, sought)


def _of_scripts(context: Context, rule: str) -> Iterator[Finding]:
    """The same in a script, whose texts get longer behind at no cost, and whose loops may be callbacks."""
    for loop in context.analysis.loops:
        if not context.inside(loop.place) or loop.chunked:
            continue
        home = structure.home_of(context, loop)
        node = changes.loop_node(home, loop)
        if isinstance(node, (f.For, f.While)):
            yield from _piece_findings(home, rule, loop, _pieces(home, loop, node))
            for made, name in _made_of_themselves(node) if turns_much(loop) else ():
                place = edits.absolute(home, made)
                if _is_cut(made, name) and _is_again(home, loop, made, name) and context.once("copy", place):
                    yield _rebuilt_finding(home, rule, loop, made, name)
        turn = turning.of(context, loop) if isinstance(node, f.Call) and turns_much(loop) else None
        if turn is not None and isinstance(node, f.Call) and isinstance(node.func, f.Attr):
            pieces = _pieces_in(turn.home, turn.body, turn.own, node.func.obj)
            yield from _piece_findings(turn.home, rule, loop, pieces)


def _is_cut(made: f.Assign, name: str) -> bool:
    """True for what is put together of pieces of itself: a text of a script that is only added to is not copied."""
    cuts: tuple[f.Slice | f.Call, ...] = (
        *shapes.of_kind(made.value, f.Slice),
        *shapes.of_kind(made.value, f.Call),
    )
    parts = (shapes.part_of(cut) for cut in cuts)
    return any(part is not None and shapes.dotted(part.obj) == name for part in parts)


def _piece_findings(context: Context, rule: str, loop: Loop, pieces: Iterator[Piece]) -> Iterator[Finding]:
    for piece in pieces:
        place = edits.absolute(context, piece.node)
        if not structure.happens_once(context, loop, place) and context.once("piece", place):
            yield _piece_finding(context, rule, loop, piece)


# -------------------------------------------------------------------------------------------------------- pieces


def _pieces(context: Context, loop: Loop, node: f._Node) -> Iterator[Piece]:
    body = _body(node)
    over: f.Expr | None
    if isinstance(node, f.While):
        moved, over = _advancing(body) | _found_by(node.test), None
    elif turns_much(loop):
        moved, over = _counted(node), _iterated(node)
    else:
        return
    yield from _pieces_in(context, body, moved, over)


def _pieces_in(
    context: Context, body: tuple[f._Node, ...], moved: frozenset[str], over: f.Expr | None
) -> Iterator[Piece]:
    """The pieces in what is done on each turn, by the names that say where the turn stands; `over` is what a loop goes through
    that is no `while`."""
    made = changes.changes_in(context, body, aliases=False) if moved else None
    named = _named_pieces(body) if made is not None else {}
    for call in shapes.nodes(body) if made is not None else ():
        for piece in piece_of(call, moved, named):
            # What is counted up to a place, is counted from the beginning, whatever gives the places.
            counted = over is None or isinstance(piece.node, f.Call)
            known = counted or _mentions(over, piece.whole)
            if known and made is not None and not _changes(made, over, piece.whole):
                yield piece


def _named_pieces(body: tuple[f._Node, ...]) -> dict[str, f.Slice]:
    """The pieces to which each turn gives a name: `before = line[:found]`, and then `before.count("(")`."""
    first: dict[str, f.Assign] = {}
    for stmt in shapes.of_kind(body, f.Assign):
        for target in stmt.targets:
            if isinstance(target, f.Name) and (target.id not in first or stmt.at < first[target.id].at):
                first[target.id] = stmt
    # What is left at the end is often taken once, where nothing else is found.
    values = {name: stmt.value for name, stmt in first.items()}
    return {
        name: value for name, value in values.items() if isinstance(value, f.Slice) and value.start is None
    }


def _changes(made: changes.Changes, over: f.Expr | None, whole: str) -> bool:
    """True if a turn may change what it takes a piece of. What a `for` goes through no method of its holder changes meanwhile."""
    counted = over is None or any(shapes.dotted(n) == "range" for n in _named(over))
    return made.may_change(whole) if counted else made.names(whole)


def _body(node: f._Node) -> tuple[f._Node, ...]:
    """What is done on each turn."""
    if isinstance(node, (f.For, f.While)):
        test = (node.test,) if isinstance(node, f.While) else ()
        return (*test, *node.body)
    if isinstance(node, f.Comprehension):
        first, *others = node.clauses
        return (*((node.key,) if node.key else ()), node.value, *first.conditions, *others)
    return ()


def _counted(node: f._Node) -> frozenset[str]:
    """The names that a `for` sets on each turn."""
    targets = (
        [node.target]
        if isinstance(node, f.For)
        else [c.target for c in node.clauses[:1]]
        if isinstance(node, f.Comprehension)
        else []
    )
    return frozenset(n.id for target in targets for n in shapes.nodes(target) if isinstance(n, f.Name))


def _iterated(node: f._Node) -> f.Expr | None:
    if isinstance(node, f.For):
        return node.iter
    return node.clauses[0].iter if isinstance(node, f.Comprehension) else None


def _mentions(over: f.Expr | None, whole: str) -> bool:
    return over is not None and any(
        isinstance(n, (f.Name, f.Attr)) and shapes.dotted(n) == whole for n in shapes.nodes(over)
    )


def _found_by(test: f.Expr) -> frozenset[str]:
    """`match` of `while ((match = pattern.exec(text)))`: the next turn finds what stands behind it."""
    return frozenset(
        node.target.id
        for node in shapes.of_kind(test, f.Named)
        if isinstance(node.target, f.Name)
        and isinstance(node.value, f.Call)
        and shapes.called(node.value) == "exec"
    )


def _advancing(body: tuple[f._Node, ...]) -> frozenset[str]:
    """The names of a `while` that say how far it has come: `pos += n`, `pos = match.end()`, `pos = text.find(x, pos)`."""
    found: set[str] = set()
    for node in shapes.nodes(body):
        if isinstance(node, f.Update) and node.op == "+" and isinstance(node.target, f.Name):
            found.add(node.target.id)
        elif isinstance(node, f.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], f.Name):
            name, value = node.targets[0].id, node.value
            on = any(isinstance(n, f.Name) and n.id == name for n in shapes.nodes(value))
            read = isinstance(value, (f.Call, f.Binary)) and any(
                isinstance(n, f.Call) and shapes.called(n) in ADVANCE for n in shapes.nodes(value)
            )
            if (on and isinstance(value, (f.Binary, f.Call))) or read:
                found.add(name)
    return frozenset(found)


def may_be_of_piece(node: f._Node) -> bool:
    """False where `piece_of` gives nothing whatever has moved."""
    if isinstance(node, f.Compare):
        return any(isinstance(right, f.Slice) for right in node.rights)
    return isinstance(node, f.Call) and (shapes.called(node) in SEEKS or shapes.called(node) in FOLDS)


def piece_of(
    call: f._Node, moved: frozenset[str], named: Mapping[str, f.Slice] = _NO_PIECES
) -> Iterator[Piece]:
    """The pieces that a call, or a test with `in`, goes through; `named` are those that have a name."""
    if isinstance(call, f.Compare):
        for op, right in zip(call.ops, call.rights, strict=False):
            if op in ("in", "not in") and (whole := _cut(right, moved)):
                assert isinstance(right, f.Slice)
                yield Piece(right, whole, "in")
    if not isinstance(call, f.Call):
        return
    name = shapes.called(call)
    if isinstance(call.func, f.Attr) and (name in SEEKS or name in OF_SCRIPTS):
        asked = call.func.obj
        part = named.get(asked.id) if isinstance(asked, f.Name) else shapes.part_of(asked)
        if part is not None and (whole := _cut(part, moved)):
            yield Piece(part, whole, name)
        counted = name == "count" and len(call.args) == 3 and _is_zero(call.args[1])
        if counted and shapes.mentions(call.args[2], moved) and (whole := shapes.dotted(call.func.obj)):
            yield Piece(call, whole, name)
    elif name not in FOLDS:
        return
    for argument in call.args:
        given = _gone_through(argument, moved) if isinstance(argument, f.Comprehension) else argument
        given = named.get(given.id) if isinstance(given, f.Name) else given
        if isinstance(given, f.Slice) and (whole := _cut(given, moved)):
            yield Piece(given, whole, name)


def _gone_through(node: f.Comprehension, moved: frozenset[str]) -> f.Expr | None:
    """The one thing a comprehension goes through, where the turn of the loop around it decides nothing else: a total of the
    turn before, or where the last one stands, says the same."""
    if len(node.clauses) != 1:
        return None
    clause = node.clauses[0]
    own = shapes.named(clause.target)
    asked = (*((node.key,) if node.key else ()), node.value, *clause.conditions)
    return None if shapes.mentions(asked, moved - own) else clause.iter


def _cut(node: f.Expr, moved: frozenset[str]) -> str:
    """`xs` of `xs[:i]` or `xs[i:]`; "" for anything else."""
    if not isinstance(node, f.Slice) or node.step is not None:
        return ""
    ends = [end for end in (node.start, node.stop) if end is not None and not _is_zero(end)]
    return shapes.dotted(node.obj) if len(ends) == 1 and shapes.mentions(ends[0], moved) else ""


def _is_zero(node: f.Expr) -> bool:
    return isinstance(node, f.Const) and node.kind == "int" and node.value == 0


def _piece_finding(context: Context, rule: str, loop: Loop, piece: Piece) -> Finding:
    shown = context.shown(edits.absolute(context, piece.node))
    if piece.way == "in":
        advice = "Keep a set of what came before."
    elif piece.way in ("any", "all"):
        advice = "Find once, before the loop, where the first and the last such element stand."
    elif piece.way in FOLDS:
        advice = "Keep the value of the last turn and go on from it (`itertools.accumulate`)."
    elif piece.way == "count":
        advice = "Count on from where the last turn ended."
    else:
        advice = "Go on from where the last turn ended: the methods of texts and patterns take a place to start from."
    size = f"|{piece.whole}|"
    turns = loop.turns.formula() if loop.grows else size
    many = loop.kind != "while" and not loop.exits and piece.way in (*FOLDS, "in")
    severe = many and data.is_data(context, loop)
    return context.finding(
        rule,
        edits.absolute(context, piece.node),
        f"`{shown}` goes through all of `{piece.whole}` on one side of the turn's place, on every turn of "
        f"{the_loop(loop)}. {advice}",
        Severity.WARNING if severe else Severity.INFORMATION,
        Confidence.HIGH if many else Confidence.MEDIUM,
        Cost(product(turns, size), f"O({turns})"),
        [loop_related(loop)],
    )


# ----------------------------------------------------------------------------------------------- made of themselves


def _made_of_themselves(node: f._Node) -> Iterator[tuple[f.Assign, str]]:
    """The statements of a loop that make a sequence or mapping anew out of itself and more, with its name."""
    for stmt in shapes.walk(node.body) if isinstance(node, (f.For, f.While)) else ():
        if isinstance(stmt, f.Assign) and len(stmt.targets) == 1 and stmt.value is not None:
            name = shapes.dotted(stmt.targets[0])
            if name and _is_made_of(stmt.value, name):
                yield stmt, name


def _is_made_of(value: f.Expr, name: str) -> bool:
    if isinstance(value, f.Collection):
        return sum(isinstance(item, f.Star) and _is_most_of(item.value, name) for item in value.items) > 1
    if isinstance(value, f.Template):
        return any(shapes.dotted(part) == name for part in value.parts)
    if isinstance(value, f.Binary) and value.op == "+":
        parts = list(shapes.summands(value))
        return len(parts) > 1 and any(_is_most_of(part, name) for part in parts)
    if isinstance(value, f.Binary) and value.op == "%":
        written = value.right.items if isinstance(value.right, f.Collection) else (value.right,)
        text = isinstance(value.left, f.Const) and value.left.kind == "str"
        return text and any(shapes.dotted(part) == name for part in written)
    if not isinstance(value, f.Call) or not value.args:
        return False
    if shapes.dotted(value.func) == "dict":
        return shapes.dotted(value.args[0]) == name and bool(value.keywords or len(value.args) > 1)
    joined = value.args[0] if shapes.called(value) == "join" else None
    return isinstance(joined, f.Collection) and any(shapes.dotted(part) == name for part in joined.items)


def _is_most_of(part: f.Expr, name: str) -> bool:
    """`xs[:-1]`, `xs[:i]`, `list(xs)`: nearly all of it."""
    if isinstance(part, f.Call) and shapes.dotted(part.func) in ("list", "tuple") and len(part.args) == 1:
        return shapes.dotted(part.args[0]) == name
    part = shapes.part_of(part) or part
    if not isinstance(part, f.Slice) or shapes.dotted(part.obj) != name or part.step is not None:
        return False
    few = part.start is not None and isinstance(part.start, f.Unary)  # `xs[-3:]`
    short = part.stop is not None and isinstance(part.stop, f.Const)  # `xs[:3]`
    return not few and not short


def _replaced(node: f.For) -> Iterator[tuple[f.Assign, str]]:
    """`text = text.replace(old, new)` for what each turn has: all of the text is gone through and copied for each."""
    own = _counted(node)
    for stmt in node.body:
        if not isinstance(stmt, f.Assign) or len(stmt.targets) != 1 or not isinstance(stmt.value, f.Call):
            continue
        name = shapes.dotted(stmt.targets[0])
        func, args = stmt.value.func, stmt.value.args
        if not isinstance(func, f.Attr) or func.name != "replace" or len(args) != 2:
            continue
        if name and shapes.dotted(func.obj) == name and shapes.mentions(args[0], own) and name not in own:
            yield stmt, name


def _is_again(context: Context, loop: Loop, made: f.Assign, name: str) -> bool:
    """True if what a statement makes is what a later turn of the loop finds."""
    place = edits.absolute(context, made)
    around = [
        other
        for other in context.analysis.loops
        if loop.whole.span.start < other.whole.span.start
        and other.whole.span.start <= place.span.start < other.whole.span.end
    ]
    if any(turns_much(other) for other in around) or structure.happens_once(context, loop, place):
        return False
    start = context.function.start
    again = [
        stmt
        for stmt in shapes.walk(context.function.body)
        if loop.whole.span.start <= start + stmt.at < loop.whole.span.end
    ]
    if any(node is not made and _starts_anew(node, name) for node in shapes.nodes(tuple(again))):
        return False
    return not loop.polling and not loop.amortised


def _starts_anew(node: f._Node, name: str) -> bool:
    """True for what gives a name, or the object that it is of, something that is not made of what was there."""
    targets: tuple[f.Expr, ...] = ()
    value = None
    if isinstance(node, f.Assign) and node.value is not None:
        targets, value = node.targets, node.value
    elif isinstance(node, f.Named):
        targets, value = (node.target,), node.value
    elif isinstance(node, f.For):
        targets = (node.target,)
    elif isinstance(node, f.WithItem) and node.target is not None:
        targets, value = (node.target,), node.value
    if not {name, name.partition(".")[0]} & set(map(shapes.dotted, shapes.stored(targets))):
        return False
    return value is None or not any(shapes.dotted(n) == name for n in _named(value))


def _named(value: f.Expr) -> Iterator[f.Expr]:
    return (n for n in shapes.nodes(value) if isinstance(n, (f.Name, f.Attr)))


def _rebuilt_finding(context: Context, rule: str, loop: Loop, made: f.Assign, name: str) -> Finding:
    assert made.value is not None
    turns = loop.turns.formula()
    called = shapes.called(made.value) if isinstance(made.value, f.Call) else ""
    text = isinstance(made.value, f.Template) or (called not in ("", "dict"))
    advice = (
        "Collect the parts in a list and join them once, after the loop." if text else "Change it in place."
    )
    return context.finding(
        rule,
        edits.absolute(context, made.value),
        f"`{name}` is made anew out of itself on every turn of {the_loop(loop)}: each turn copies all of it. "
        f"{advice}",
        Severity.INFORMATION,
        Confidence.MEDIUM,
        Cost(product(turns, f"|{name}|"), f"O({turns})"),
        [loop_related(loop)],
    )


def _replaced_finding(context: Context, rule: str, loop: Loop, made: f.Assign, name: str) -> Finding:
    assert made.value is not None
    turns, size = loop.turns.formula(), f"|{name}|"
    return context.finding(
        rule,
        edits.absolute(context, made.value),
        f"All of `{name}` is gone through and copied on every turn of {the_loop(loop)}. `re.sub` with a function that "
        f"looks up what was found replaces all of them in one go.",
        Severity.HINT,
        Confidence.MEDIUM,
        Cost(product(turns, size), f"O({turns} + {size})"),
        [loop_related(loop)],
    )


def _sought_finding(context: Context, rule: str, loop: Loop, sought: seeks.Sought) -> Finding:
    size = f"|{sought.whole}|"
    return context.finding(
        rule,
        edits.absolute(context, sought.node),
        f"Several searches through `{sought.whole}` start from `{sought.place}` on every turn, and the next turn starts behind the "
        f"nearest match: what is found far away, or not at all, is sought again each time. One pattern for all of them, or a match "
        f"that is kept until it is passed, goes through it once.",
        Severity.INFORMATION,
        Confidence.MEDIUM,
        Cost(f"O({size}²)", f"O({size})"),
        [
            loop_related(loop),
            Related(edits.absolute(context, sought.other), "another one from the same place"),
        ],
    )
