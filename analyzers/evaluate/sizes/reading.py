"""What a program reads: lines, numbers and whole inputs, how large they are, and what they depend on.

Every reading takes something new, so what is read in a loop belongs to that turn of the loop: its size is *derived*
from all loops that are open. Summed over them, such sizes add up to the input, however it is cut into test cases:
`for _ in range(t): n = int(input()); ...` costs Σn, not t·n. The token `INPUT` marks what depends on the input;
callers of a function that reads re-derive its sizes from their own loops.

Sizes are named after the variable that is read into. A line that is unpacked into names, or that is only ever asked
for fixed places, holds as many words as the program's text says: its size is constant.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from analyzers import facts as f
from analyzers.costs import ONE, Cost, Size
from analyzers.evaluate import shapes
from analyzers.evaluate.frames import NOWHERE, Reading
from analyzers.evaluate.remembered import of_whole
from analyzers.evaluate.run import INPUT_KEY, Run
from analyzers.findings import Place
from analyzers.operations import Operation, operations
from analyzers.project import names
from analyzers.project.index import Project
from analyzers.types import INPUT, Token, Value

UNNAMED = "input"
STREAMS = ("sys.stdin", "sys.stdin.buffer", "sys.__stdin__")
OPENERS = ("builtins.open", "io.open", "codecs.open", "gzip.open", "bz2.open", "lzma.open")
STDIN_NAMES = (0, "/dev/stdin")
NUMBERS = ("int", "float", "long", "eval", "complex", "Decimal", "Fraction")
_THROUGH = frozenset(("list", "tuple", "sorted", "reversed", "iter", "set", "str", *NUMBERS))
_PARTS = frozenset(("split", "rsplit", "strip", "rstrip", "lstrip", "decode", "splitlines", "partition"))
_KEEPS = frozenset(
    ("split", "splitlines", "decode", "strip", "rstrip", "lstrip", "list", "tuple", "iter", "map", "deque")
)
_TAKES = frozenset(("next", "pop", "popleft", "__next__", "readline"))


def into(targets: tuple[f.Expr, ...], value: f.Expr) -> Reading:
    """What an assignment reads into."""
    target = targets[0]
    if isinstance(target, f.Name):
        return Reading((target.id,))
    if isinstance(target, f.Collection):
        names = tuple(item.id if isinstance(item, f.Name) else "" for item in target.items)
        spread = next((item.value for item in target.items if isinstance(item, f.Star)), None)
        if spread is not None and not isinstance(value, f.Collection):
            return Reading((spread.id,) if isinstance(spread, f.Name) else ())
        return Reading(names, fixed=_source(value) is not None)
    return Reading((text,)) if (text := shapes.text_of(target)) else NOWHERE


def item_of(reading: Reading, position: int, count: int) -> Reading:
    """What one item of a display is read into: `a, b = input(), input()`."""
    if len(reading.names) == count:
        return Reading((reading.names[position],)) if reading.names[position] else NOWHERE
    return NOWHERE


def inside(reading: Reading) -> Reading:
    """What one element of a comprehension is read into."""
    return Reading((f"{reading.name}[…]",)) if reading.name else NOWHERE


def _source(node: f.Expr) -> f.Expr | None:
    """The call or name at the root of `list(map(int, input().split()))`: what is only cut up and converted."""
    for _ in range(12):
        if isinstance(node, f.Comprehension):
            if len(node.clauses) != 1 or node.clauses[0].conditions:
                return None
            node = node.clauses[0].iter
        elif isinstance(node, f.Call):
            func = node.func
            if isinstance(func, f.Name) and func.id == "map" and len(node.args) == 2:
                node = node.args[1]
            elif isinstance(func, f.Name) and func.id in _THROUGH and node.args:
                node = node.args[0]
            elif isinstance(func, f.Attr) and func.name in _PARTS:
                node = func.obj
            else:
                return node if not node.args or shapes.text_of(func).endswith("next") else None
        elif isinstance(node, f.Index):
            return node
        else:
            return node if isinstance(node, f.Name) else None
    return None


def number(run: Run, node: f.Call) -> Reading | None:
    """What `int(input())` reads into: a number is a word, whatever its digits. None for other calls."""
    if not isinstance(node.func, f.Name) or node.func.id not in NUMBERS or not node.args:
        return None
    return Reading(run.reading.names, fixed=True) if _source(node.args[0]) is not None else None


def named(run: Run, value: Value) -> Value:
    """A number that was read, under the name it is read into."""
    return _number(run, value, run.reading.name or UNNAMED) if not value.label else value


def _number(run: Run, value: Value, name: str) -> Value:
    if value.kind not in ("int", "float") or INPUT not in value.depends or value.size is not None:
        return value
    return replace(value, label=name, size=Cost.of(size(run, name, f"the value of {name}")))


def unpacked(run: Run, target: f.Expr, reading: Reading, value: Value) -> Value:
    """`n, m = map(int, input().split())`: every number counts by its own value."""
    if (
        not reading.fixed
        or not isinstance(target, f.Collection)
        or value.items is not None
        or value.of is None
    ):
        return value
    each = value.of.on(value.depends)
    return replace(value, items=tuple(_number(run, each, name or UNNAMED) for name in reading.names))


# ------------------------------------------------------------------------------------------------- readings


def now(run: Run) -> frozenset[Token]:
    """What something depends on that is read here: the input, and every loop that is open."""
    return run.open_numbers() | {INPUT}


def size(run: Run, label: str, meaning: str = "") -> Size:
    """The size of something that is read here, derived from every open loop."""
    loops = tuple(loop.number for loop in reversed(run.loops))
    key = f"{INPUT_KEY}:{label}"
    held = f"{key}@{','.join(map(str, loops))}"
    found = run.sizes.get(held)
    if found is None:
        found = run.sizes[held] = Size(
            label, meaning or f"the length of {label.strip('|')}, as it is read", loops, key=key
        )
    return found


def read(run: Run, row: Operation, amount: Value | None, place: Place) -> Value:
    """What a reading operation of the cost tables gives. `read(32)` reads a constant amount."""
    kind = row.gives.partition("[")[0]
    label = run.reading.name
    limited = amount is not None and isinstance(amount.const, int) and amount.const >= 0
    length = ONE if limited or _is_fixed(run) else Cost.of(size(run, f"|{label or UNNAMED}|"))
    if row.reads == "all":
        run.charge(length, place, f"reads all of the input: {length.formula()}")
    inner = Value("str") if kind == "list" else None
    whole = row.reads != "line" and not length.is_constant
    return Value(kind, size=length, of=inner, depends=now(run), label=label, whole=whole)


def _is_fixed(run: Run) -> bool:
    reading = run.reading
    return reading.fixed or (bool(reading.name) and _asked_at_fixed_places(run, reading.name))


def _asked_at_fixed_places(run: Run, label: str) -> bool:
    """True if all that ever happens to a name are `name[0]`, `name[1]` and unpacking: its length does not matter.

    `label` is a name, or `name[…]` for what the name's elements hold: then `name[0][1]` is what is looked for.
    """
    name, depth = label.partition("[")[0], label.count("[…]") + 1
    functions: tuple[f.Function, ...] = (run.function,)
    if run.function.kind == "module":
        facts = run.summaries.project.facts(run.path)
        functions = facts.functions if facts is not None else ()
    mentions = fixed = 0
    for function in functions:
        some, of_them = of_whole(_mentions, function, name, depth)
        mentions, fixed = mentions + some, fixed + of_them
    return mentions == fixed > 0


def _mentions(function: f.Function, name: str, depth: int) -> tuple[int, int]:
    """How often a function mentions a name, and how many of these ask for fixed places of it."""
    counters = _constant_counters(function)
    mentions = fixed = 0
    for node in shapes.nodes(function.body):
        if isinstance(node, f.Name) and node.id == name:
            mentions += 1
        elif isinstance(node, f.Index):
            fixed += _fixed_levels(node, name, counters) == depth
        elif isinstance(node, f.Assign) and node.value is not None:
            target = node.targets[0]
            mentions -= isinstance(target, f.Name) and target.id == name
            source = _source(node.value) if isinstance(target, f.Collection) and depth == 1 else None
            spread = isinstance(target, f.Collection) and any(isinstance(i, f.Star) for i in target.items)
            fixed += isinstance(source, f.Name) and source.id == name and not spread
    return mentions, fixed


def _fixed_levels(node: f.Expr, name: str, counters: frozenset[str]) -> int:
    """How many fixed places an index chain on a name asks for: 2 for `name[0][1]`; 0 if any of them may vary."""
    levels = 0
    while isinstance(node, f.Index):
        index = node.index.operand if isinstance(node.index, f.Unary) else node.index
        if not isinstance(index, f.Const) and not (isinstance(index, f.Name) and index.id in counters):
            return 0
        levels, node = levels + 1, node.obj
    return levels if isinstance(node, f.Name) and node.id == name else 0


def _constant_counters(function: f.Function) -> frozenset[str]:
    """The names that only ever count through a `range` of constants."""
    counting: set[str] = set()
    other: set[str] = set()
    for node in shapes.nodes(function.body):
        if isinstance(node, (f.For, f.Clause)) and isinstance(node.target, f.Name):
            call = node.iter
            fixed = isinstance(call, f.Call) and shapes.text_of(call.func) in ("range", "xrange")
            constant = isinstance(call, f.Call) and all(isinstance(a, f.Const) for a in call.args)
            (counting if fixed and constant else other).add(node.target.id)
        elif isinstance(node, f.Assign):
            other.update(t.id for t in shapes.nodes(node.targets) if isinstance(t, f.Name))
        elif isinstance(node, f.Update) and isinstance(node.target, f.Name):
            other.add(node.target.id)
    return frozenset(counting - other)


def stream(value: Value) -> Value:
    """`sys.stdin` is a file, read where it stands."""
    if value.dotted in STREAMS:
        return Value("file", of=Value("str"), depends=frozenset((INPUT,)), label=value.label or "sys.stdin")
    return value


# ------------------------------------------------------------------------------ what is taken from a whole input


def guessed(project: Project, path: str, scope: str, language: str, node: f.Call) -> Value:
    """What `sys.stdin.read().split()` holds, told without running it: an attribute that is set in `__init__`."""
    words = "list" if isinstance(node.func, f.Name) else ""
    inner: f.Expr = node
    while isinstance(inner, f.Call):
        func = inner.func
        if isinstance(func, f.Attr) and isinstance(func.obj, f.Call):
            words = words or ("list" if func.name in ("split", "splitlines") else "")
            inner = func.obj
        elif isinstance(func, f.Name) and func.id in ("iter", "list", "map", "deque") and inner.args:
            words = "iterator" if func.id in ("iter", "map") and inner is node else words
            inner = inner.args[-1]
        else:
            name = shapes.dotted(func)
            found = names.resolve(project, path, name, scope) if name else None
            row = operations(language).function.get(found[0].dotted) if found is not None else None
            if row is None or row.reads != "all" or inner is node:
                return Value()
            kind = words or row.gives.partition("[")[0]
            return Value(
                kind, of=Value("str"), depends=frozenset((INPUT,)), whole=True, evidence="what is read"
            )
    return Value()


def kept(name: str, receiver: Value, result: Value) -> Value:
    """The words of a whole input are one, and so is an iterator over them."""
    if (
        receiver.whole
        and name in _KEEPS
        and result.kind in ("str", "bytes", "list", "tuple", "iterator", "deque")
    ):
        return replace(result, whole=True)
    return result


def taken(run: Run, name: str, receiver: Value, result: Value) -> Value:
    """`next(words)` and `words.pop()` give something new on every turn of the loops around."""
    return result.on(now(run)) if receiver.whole and name in _TAKES else result


def selected(node: f.Comprehension, overs: list[Value], made: Value) -> Value:
    """`[int(word) for word in words]`: still all of the input."""
    return replace(made, whole=True) if len(overs) == 1 and overs[0].whole and node.key is None else made


def pointed(run: Run, node: f.Index, base: Value, index: Value, found: Value) -> Value:
    """`words[at]`, where `at` is a pointer that the program moves on and no loop's own counter."""
    if not base.whole or isinstance(node.index, (f.Const, f.Unary)) or run.derived_loops(index):
        return found
    return found.on(now(run)).but(label=run.reading.name)


def cut(run: Run, node: f.Slice, base: Value, bounds: list[Value | None]) -> Value | None:
    """`words[at : at + n]`: n words, that belong to the turn of the loops in which they are cut out."""
    if not base.whole or bounds[2] is not None:
        return None
    stop = node.stop
    if stop is None:
        return replace(base, born=len(run.loops), label="", token="")
    length: Cost | None = None
    if isinstance(stop, f.Binary) and stop.op == "+" and node.start is not None:
        from analyzers.evaluate import expressions

        for part, other in ((stop.left, stop.right), (stop.right, stop.left)):
            same = shapes.text_of(part) == shapes.text_of(node.start) != ""
            if same or (isinstance(node.start, f.Const) and isinstance(part, f.Const)):
                length = run.magnitude(expressions.evaluate(run, other))
    if length is None:
        length = Cost.of(size(run, f"|{run.reading.name or base.label or UNNAMED}|"))
    run.charge(
        length, run.place(node), f"the slice of `{base.label or 'the input'}` costs {length.formula()}"
    )
    return Value(
        base.kind, size=length, of=base.of, depends=base.depends | now(run), born=len(run.loops),
        evidence=base.evidence,
    )  # fmt: skip


# ----------------------------------------------------------------------------------------- loops and callers


def within(run: Run, node: f.For, over: Value) -> Value:
    """`for i in range(l, r): a[i]`, with l and r read in a loop: bounded by `a`, which all turns share.

    The bounds of a question about something that stands outside the loop do not add up to anything: every question
    may ask for all of it.
    """
    if over.kind != "range" or over.size is None or not isinstance(node.target, f.Name):
        return over
    read_here = {n for s in over.size.sizes if s.key.startswith(INPUT_KEY) for n in s.loops}
    if not read_here & run.open_numbers():
        return over
    for part in shapes.nodes(node.body):
        if (
            isinstance(part, f.Index)
            and isinstance(part.obj, f.Name)
            and _is_name(part.index, node.target.id)
        ):
            held = run.lookup(part.obj.id)
            if held is None or held.kind not in ("list", "tuple", "str") or held.depends & read_here:
                continue
            extent = run.settled(run.extent(held))
            if not extent.is_constant and not any(set(s.loops) & read_here for s in extent.sizes):
                return replace(over, size=extent)
    return over


def _is_name(node: f.Expr, name: str) -> bool:
    return isinstance(node, f.Name) and node.id == name


def seen_from(run: Run, callee: Size) -> Cost:
    """A size that a callee read, derived from the caller's loops."""
    reading = run.reading
    if callee.label == f"|{UNNAMED}|":
        if _is_fixed(run):
            return ONE
        if reading.name:
            return Cost.of(size(run, f"|{reading.name}|"))
    return Cost.of(size(run, callee.label, callee.meaning))


def per_turn(run: Run, node: f.While) -> Size | None:
    """The number of lines of the input, if every turn of an endless loop reads one."""
    for stmt in (*_steady(node.body), f.Do(node.test.at, node.test.to, node.test)):
        if isinstance(stmt, f.For):
            continue
        steady = stmt.test if isinstance(stmt, (f.If, f.While)) else stmt
        if any(isinstance(part, f.Call) and _reads_line(run, part) for part in shapes.nodes(steady)):
            return size(run, "|lines|", "the lines of the input")
    return None


def pieces(run: Run, node: f.While, names: Iterable[str]) -> tuple[str, Size] | None:
    """What an endless loop reads a piece of on every turn, until there is none left: `data = file.read(4096)`.

    `names` are those whose value ends the loop. Gives what is read, as it is written, and the number of its pieces.
    """
    from_ = operations(run.language).data.pieces
    asked = [n for n in shapes.nodes(node.test) if isinstance(n, f.Named)]
    for stmt in (*asked, *_steady(node.body)):
        targets = (
            stmt.targets
            if isinstance(stmt, f.Assign)
            else (stmt.target,)
            if isinstance(stmt, f.Named)
            else ()
        )
        if len(targets) != 1 or shapes.dotted(targets[0]) not in names:
            continue
        call = stmt.value  # type: ignore[union-attr]
        call = call.value if isinstance(call, f.Await) else call
        if isinstance(call, f.Call) and isinstance(call.func, f.Attr) and call.func.name in from_:
            label = shapes.text_of(call.func.obj)
            return label, size(run, f"|{label}|", f"the number of pieces that are read of {label}")
    return None


def _steady(body: tuple[f.Stmt, ...]) -> list[f.Stmt]:
    """The statements that run on every turn: also those that a `try` stands around."""
    out: list[f.Stmt] = []
    for stmt in body:
        out += _steady(stmt.body) if isinstance(stmt, (f.Try, f.With, f.Block)) else [stmt]
    return out


def _reads_line(run: Run, call: f.Call) -> bool:
    from analyzers.evaluate import attributes

    name = shapes.dotted(call.func)
    if not name:
        return False
    held = run.lookup(name) or (attributes.free_name(run, name) if "." not in name else None)
    dotted = held.dotted if held is not None else name
    row = operations(run.language).function.get(dotted)
    return row is not None and row.reads == "line"
