"""What a loop makes longer, and goes through from its beginning on the same turn.

`data += sock.recv(n)` beside `while b"\\r\\n" not in data`, `seen.append(x)` beside `sum(seen)`: each turn goes through all
that the turns before have put there. Silent where the loop cuts, empties or sets it, hands it to code that may do so, or
looks only after it has left.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import NamedTuple

from analyzers import facts as f
from analyzers.evaluate import shapes
from analyzers.evaluate.events import Loop
from analyzers.evaluate.remembered import by_parts, chained, remembered
from analyzers.findings import Confidence, Cost, Finding, Related, Severity
from analyzers.project import names
from analyzers.project.attributes import values_of
from analyzers.rules import changes, edits, held, structure
from analyzers.rules.base import Context, loop_related, product

SUMS = frozenset(("sum", "fsum", "max", "min", "set", "frozenset", "Counter"))
"""Functions that go through all they are given, and whose value the next turn could go on from."""

WRITES = frozenset(("join", "dump", "dumps"))
"""Methods and functions that write out all they are given."""

SEEKS = frozenset("find index count split splitlines replace".split())  # noqa: SIM905
"""Methods that go through all of the text they are asked of."""

PATTERNS = frozenset("search findall sub subn split".split())  # noqa: SIM905
"""Functions of `re` that go through all of the text they are given. Source: https://docs.python.org/3/library/re.html"""

PARSERS = frozenset(("json.loads", "ast.parse", "ast.literal_eval", "yaml.safe_load", "tomllib.loads"))
"""Functions that read all of a text."""

BUFFERS = frozenset(("bytes", "bytearray"))

PUTTING = frozenset(("append", "extend", "insert", "add"))
"""Methods after which a container is longer."""

KEEPING = PUTTING | {"index", "count", "copy"}
"""Methods of a list after which it is as long as before, or longer."""


class Grown(NamedTuple):
    """What each turn puts behind what is there: its name, the statement, and whether it is a text."""

    name: str
    node: f._Node
    text: bool


def check(context: Context, rule: str) -> Iterator[Finding]:
    """The findings in the loops of a function, under the name of the rule that asks."""
    for loop, node in changes.own_loops(context):
        yield from _in_loop(context, rule, loop, node)


def _in_loop(context: Context, rule: str, loop: Loop, node: f.For | f.While) -> Iterator[Finding]:
    told: set[str] = set()
    reads: dict[tuple[str, bool], list[tuple[f.Expr, str]]] = {}
    for grown in growths(node):
        if grown.name in told:
            continue
        known = reads.get((grown.name, grown.text))
        if known is None:  # A name may grow in a thousand places.
            known = reads[grown.name, grown.text] = list(_reads(context, node, grown))
        for read, how in known if known and only_grows(context, node, grown) else ():
            place = edits.absolute(context, read)
            once = structure.happens_once(context, loop, place) and not _is_tried(node, read)
            if once or not _are_together(context, loop, grown, read):
                continue
            if grown.text and not _is_text(context, grown):
                break
            if context.once("grown", place):
                told.add(grown.name)
                yield _finding(context, rule, loop, grown, read, how)
            break


# --------------------------------------------------------------------------------------------------- what grows


def growths(node: f.For | f.While) -> Iterator[Grown]:
    """What the statements of a loop put more behind."""
    for stmt in shapes.walk(node.body):
        if isinstance(stmt, f.Update) and stmt.op == "+":
            listed = isinstance(stmt.value, (f.Collection, f.Comprehension))
            if (name := shapes.dotted(stmt.target)) and not _is_number(stmt.value):
                yield Grown(name, stmt, text=not listed)
        elif isinstance(stmt, f.Assign) and isinstance(stmt.value, f.Binary) and stmt.value.op == "+":
            name = shapes.dotted(stmt.targets[0]) if len(stmt.targets) == 1 else ""
            if name and name == shapes.dotted(stmt.value.left):
                yield Grown(name, stmt, text=not isinstance(stmt.value.right, f.Collection))
        elif (
            isinstance(stmt, f.Do) and isinstance(stmt.value, f.Call) and isinstance(stmt.value.func, f.Attr)
        ):
            name = shapes.dotted(stmt.value.func.obj)
            if name and stmt.value.func.name in PUTTING:
                yield Grown(name, stmt, text=False)


def _is_number(value: f.Expr) -> bool:
    return isinstance(value, f.Const) and value.kind not in held.TEXTS


def only_grows(context: Context, node: f.For | f.While, grown: Grown) -> bool:
    """True if nothing in the loop sets what grows, cuts it, or hands it on to where that may happen."""
    name, root = grown.name, grown.name.partition(".")[0]
    itself = frozenset((root,))
    others = _other_branches(node, grown) if "." in name else set()
    head = node.target if isinstance(node, f.For) else node.test
    for inner in chain(_changing(node.body), _changing(head)):
        if id(inner) in others:
            continue
        if isinstance(inner, f.Assign) and inner is not grown.node and _is_stored(inner, name, root):
            return False
        if isinstance(inner, f.Update) and inner.op != "+" and shapes.dotted(inner.target) == name:
            return False
        if isinstance(inner, f.Delete) and any(
            shapes.text_of(t).startswith((name, root + "[")) for t in inner.targets
        ):
            return False
        if isinstance(inner, (f.For, f.Clause)) and shapes.mentions(inner.target, itself):
            return False
        if isinstance(inner, (f.WithItem, f.Named)) and shapes.mentions(inner.target, itself):
            return False
        if isinstance(inner, f.Call) and not _leaves_it(context, inner, grown):
            return False
    return not (isinstance(node, f.For) and shapes.mentions(node.target, itself))


_CHANGES = (f.Assign, f.Update, f.Delete, f.For, f.Clause, f.WithItem, f.Named, f.Call)


@by_parts(chained)
def _changing(root: object) -> tuple[f._Node, ...]:
    """The nodes that may change what a name holds."""
    return tuple(node for node in shapes.nodes(root) if isinstance(node, _CHANGES))


def _other_branches(node: f.For | f.While, grown: Grown) -> set[int]:
    """What is done instead of adding: the next run of elements begins, with `last = element`."""
    found: set[int] = set()
    for stmt in shapes.walk(node.body):
        if isinstance(stmt, f.If) and any(inner is grown.node for inner in shapes.walk(stmt.body)):
            found |= {id(inner) for inner in shapes.nodes(stmt.otherwise)}
    return found


def _is_stored(stmt: f.Assign, name: str, root: str) -> bool:
    """True for a statement that gives the name another value; `text = text + part` and `text = pattern.sub("", text)` go on."""
    stored = [*shapes.stored(stmt.targets)]
    if not any(shapes.dotted(target) in (name, root) for target in stored):
        return False
    called = shapes.called(stmt.value) if isinstance(stmt.value, f.Call) else ""
    goes_on = called in ("sub", "replace") or (isinstance(stmt.value, f.Binary) and stmt.value.op == "+")
    return len(stored) > 1 or not goes_on or not shapes.mentions(stmt.value, frozenset((root,)))


def _leaves_it(context: Context, call: f.Call, grown: Grown) -> bool:
    """True for a call after which what grows is no shorter for sure."""
    func, name = call.func, grown.name
    if isinstance(func, f.Attr) and shapes.dotted(func.obj) == name:
        return grown.text or func.name in KEEPING
    root, _, attribute = name.partition(".")
    if attribute and isinstance(func, f.Attr) and shapes.dotted(func.obj) == root:
        return _keeps(context, func.name, attribute)
    if grown.text:
        at_risk = {root} if attribute else set()  # A text itself stays what it is, whoever has it.
    else:
        at_risk = {name, root}
    given = (*call.args, *(keyword.value for keyword in call.keywords))
    known = shapes.called(call) in SUMS | changes.PURE | WRITES | {"map"}
    return known or not any(shapes.dotted(argument) in at_risk for argument in given)


def _keeps(context: Context, method: str, attribute: str) -> bool:
    """True for a method of the class that does not name the attribute: it is not what empties it."""
    own = context.project.methods_of(context.path, context.function.owner) if context.function.owner else {}
    function = own.get(method)
    return function is not None and not any(
        isinstance(n, f.Attr) and n.name == attribute for n in shapes.nodes(function.body)
    )


def _is_text(context: Context, grown: Grown) -> bool:
    """True if what gets longer started as a text, or only a text can be put behind it."""
    function = context.function
    root, _, attribute = grown.name.partition(".")
    values: list[f.Expr | None] = []
    if attribute and function.owner and function.params and root == function.params[0].name:
        held = values_of(context.project, context.path, function.owner, attribute)
        values = [value.value for value in held]
    elif not attribute:
        values = [
            stmt.value
            for stmt in shapes.walk(function.body)
            if isinstance(stmt, f.Assign) and any(shapes.dotted(t) == root for t in stmt.targets)
        ]
    added = grown.node.value if isinstance(grown.node, (f.Update, f.Assign)) else None
    return any(_is_text_of(value) for value in (*values, added) if value is not None) or any(
        _asks_a_pattern(context, inner, grown.name) for inner in shapes.nodes(function.body)
    )


def _is_text_of(value: f.Expr | None) -> bool:
    if isinstance(value, f.Const):
        return value.kind in held.TEXTS
    made = shapes.dotted(value.func) if isinstance(value, f.Call) else ""
    return isinstance(value, f.Template) or made in BUFFERS


# ------------------------------------------------------------------------------------------------- what is read


def _reads(context: Context, node: f.For | f.While, grown: Grown) -> Iterator[tuple[f.Expr, str]]:
    """Where a turn goes through all of it, and what could be done instead."""
    skipped = handled(node)
    tests = shapes.nodes(node.test) if isinstance(node, f.While) else ()
    for inner in chain(shapes.nodes(node.body), tests):
        if id(inner) in skipped:
            continue
        if grown.text:
            if _seeks(inner, grown.name) or _asks_a_pattern(context, inner, grown.name):
                yield inner, "Look only at what the turn has added, or go on from where the last turn looked."  # type: ignore[misc]
        elif isinstance(inner, f.Call) and (
            _sums(inner, grown.name, own_names(node))
            or _adds_all(inner, grown.name, own_names(node))
            or _writes(inner, grown.name)
        ):
            yield inner, "Keep the value of the last turn and go on from it."


@remembered
def handled(node: f.For | f.While) -> set[int]:
    """What is done when something failed only, or is made by functions defined here."""
    handlers = [inner.body for inner in shapes.nodes(node.body) if isinstance(inner, f.Handler)]
    return {id(inner) for body in handlers for inner in shapes.nodes(body)}


def _is_tried(node: f.For | f.While, read: f.Expr) -> bool:
    """True for what fails until enough is there: `try: return json.loads(text)`, and the next turn when it does."""
    return any(
        isinstance(stmt, f.Try)
        and stmt.handlers
        and any(inner is read for inner in shapes.nodes(stmt.body))
        and not any(_leaves(handler.body) for handler in stmt.handlers)
        for stmt in shapes.walk(node.body)
    )


def _leaves(body: tuple[f.Stmt, ...]) -> bool:
    raises = any(isinstance(stmt, f.Jump) and stmt.kind == "raise" for stmt in shapes.walk(body))
    return raises or shapes.has_exit(body)


@remembered
def own_names(node: f.For | f.While) -> frozenset[str]:
    """The names that a turn sets: what depends on them is no value to go on from."""
    names = shapes.named(node.target) if isinstance(node, f.For) else set()
    for stmt in shapes.walk(node.body):
        if isinstance(stmt, f.Assign):
            names |= {n.id for n in shapes.stored(stmt.targets) if isinstance(n, f.Name)}
    return frozenset(names)


def _seeks(node: f._Node, name: str) -> bool:
    if isinstance(node, f.Compare):
        pairs = zip(node.ops, node.rights, strict=False)
        return any(op in ("in", "not in") and shapes.dotted(right) == name for op, right in pairs)
    if not isinstance(node, f.Call):
        return False
    if isinstance(node.func, f.Attr) and shapes.dotted(node.func.obj) == name:
        return node.func.name in SEEKS and (len(node.args) < 2 or node.func.name == "replace")
    function = shapes.dotted(node.func)
    if function in PARSERS:
        return bool(node.args) and shapes.dotted(node.args[0]) == name
    sought = function.startswith("re.") and function.removeprefix("re.") in PATTERNS
    return sought and any(shapes.dotted(argument) == name for argument in node.args[1:])


def _asks_a_pattern(context: Context, node: f._Node, name: str) -> bool:
    """`pattern.sub("", text)` with a pattern that the function or its module compiles."""
    if not isinstance(node, f.Call) or not isinstance(node.func, f.Attr) or node.func.name not in PATTERNS:
        return False
    if not any(shapes.dotted(argument) == name for argument in node.args):
        return False
    pattern = shapes.dotted(node.func.obj)
    own = [
        stmt.value
        for stmt in shapes.walk(context.function.body)
        if isinstance(stmt, f.Assign) and pattern in map(shapes.dotted, stmt.targets)
    ]
    kept = names.module_value(context.project, context.path, pattern) if pattern and not own else None
    made = own or ([kept.value] if kept is not None else [])
    return bool(made) and all(isinstance(v, f.Call) and shapes.dotted(v.func) == "re.compile" for v in made)


def _sums(call: f.Call, name: str, own: frozenset[str]) -> bool:
    """`sum(xs)`, `sum(map(len, xs))`, `max(len(x) for x in xs)`, `set(xs)`."""
    if shapes.called(call) not in SUMS or len(call.args) != 1 or call.keywords:
        return False
    given = call.args[0]
    if isinstance(given, f.Comprehension):
        if len(given.clauses) != 1 or shapes.mentions(given, own - {name}):
            return False
        return shapes.dotted(given.clauses[0].iter) == name
    if isinstance(given, f.Call) and shapes.dotted(given.func) == "map" and len(given.args) == 2:
        return shapes.dotted(given.args[1]) == name
    plain = shapes.called(call) not in ("max", "min")  # Another rule's.
    return plain and shapes.dotted(given) == name


def _writes(call: f.Call, name: str) -> bool:
    """`"\\n".join(lines)`, `json.dumps(rows)`: what the turns before have put there is written out again."""
    return shapes.called(call) in WRITES and bool(call.args) and shapes.dotted(call.args[0]) == name


def _adds_all(call: f.Call, name: str, own: frozenset[str]) -> bool:
    """`found.update(x.path for x in xs)`: what the turns before have put there, too, whatever this turn has."""
    if shapes.called(call) not in ("update", "extend") or len(call.args) != 1:
        return False
    given = call.args[0]
    if not isinstance(given, f.Comprehension) or shapes.dotted(given.clauses[0].iter) != name:
        return False
    made = frozenset(
        n.id for clause in given.clauses for n in shapes.nodes(clause.target) if isinstance(n, f.Name)
    )
    return not shapes.mentions(given, own - {name} - made)


def _are_together(context: Context, loop: Loop, grown: Grown, read: f._Node) -> bool:
    """True if the turns that look are those that put something there: they are under the same conditions, or under none."""
    looks = set(map(id, structure.branches_around(context, loop, edits.absolute(context, read))))
    adds = set(map(id, structure.branches_around(context, loop, edits.absolute(context, grown.node))))
    return looks <= adds


def _finding(context: Context, rule: str, loop: Loop, grown: Grown, read: f.Expr, how: str) -> Finding:
    place = edits.absolute(context, read)
    shown = context.shown(place)
    turns = loop.turns.formula() if loop.grows else f"|{grown.name}|"
    return context.finding(
        rule,
        place,
        f"`{shown}` goes through all of `{grown.name}` on every turn of a loop that makes it longer. {how}",
        Severity.INFORMATION,
        Confidence.MEDIUM,
        Cost(product(turns, f"|{grown.name}|"), f"O({turns})"),
        [loop_related(loop), Related(edits.absolute(context, grown.node), "it gets longer here")],
    )
