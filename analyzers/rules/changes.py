"""What a piece of code may change: the question behind every "the same on every turn" and every local fix.

Answers lean to "changed": a name that is handed to code which is not known here may come back different.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain

from analyzers import facts as f
from analyzers.evaluate import shapes
from analyzers.evaluate.events import Loop
from analyzers.evaluate.remembered import by_parts, chained, united
from analyzers.rules.base import Context, turns_much

READING = frozenset(
    """get items keys values index count copy join split rsplit splitlines strip lstrip rstrip lower upper title
    startswith endswith format replace find rfind encode decode isdigit isalpha isalnum isspace isupper islower
    partition rpartition casefold zfill ljust rjust center union intersection difference symmetric_difference
    issubset issuperset isdisjoint most_common elements total_seconds isoformat strftime group groups""".split()  # noqa: SIM905
)
"""Methods of built-in types that change neither their receiver nor their arguments.

Source: https://docs.python.org/3/library/stdtypes.html"""

READING_OF_SCRIPTS = frozenset(
    """map filter includes indexOf lastIndexOf find findIndex findLast some every slice flatMap concat flat reduce has toLowerCase
    toUpperCase trim charAt at toString from isArray stringify substring localeCompare""".split()  # noqa: SIM905
)
"""Methods of arrays, maps and texts in scripts that change nothing; what a function does that they are handed is looked at by
itself. Source: https://tc39.es/ecma262/#sec-properties-of-the-array-prototype-object"""

PUTTING = frozenset("append add extend insert appendleft extendleft setdefault update push exec test".split())  # noqa: SIM905
"""Methods that change their receiver and only keep their arguments."""

PURE = frozenset(
    """len print str repr isinstance issubclass range enumerate zip sorted sum min max any all list set tuple dict
    frozenset int float bool abs hash id reversed type hasattr getattr ord chr round format divmod pow bytes
    iter callable""".split()  # noqa: SIM905
)
"""Built-in functions that do not change what they are given. Source: https://docs.python.org/3/library/functions.html"""

OF_SCRIPTS = frozenset(("Object", "Array", "Math", "JSON", "Number", "String"))
"""Globals of every script, which nothing changes. Source: https://tc39.es/ecma262/#sec-global-object"""

MAKING_OF_SCRIPTS = frozenset(("Set", "Map", "Array", "Number", "String", "Boolean"))
"""Globals that make a value of what they are given, and leave that as it is."""

TELLING_OF_SCRIPTS = frozenset(
    """Math.max Math.min Math.abs Math.floor Math.ceil Math.round Math.sqrt Math.hypot Math.pow Math.sign Math.trunc Math.log
    Object.keys Object.values Object.entries Object.fromEntries Number.isInteger Number.isFinite Number.isNaN""".split()  # noqa: SIM905
)
"""Functions of those globals that change nothing and give the same again."""

AGAIN = frozenset(("list", "tuple", "sequence", "set", "dict", "deque", "values", "view", "range"))
"""Kinds of values that can be gone through twice, with the same elements in the same order."""


@dataclass(slots=True)
class Changes:
    """What a region's statements do. Texts are dotted: `xs`, `self.items`, `rows[0]`."""

    bound: set[str] = field(default_factory=set)
    touched: set[str] = field(default_factory=set)
    attributes: set[str] = field(default_factory=set)
    calls: bool = False  # code that is not known is called
    script: bool = False

    def add(self, other: Changes) -> None:
        """What another region may change, too."""
        self.bound |= other.bound
        self.touched |= other.touched
        self.attributes |= other.attributes
        self.calls = self.calls or other.calls

    def may_change(self, text: str) -> bool:
        """True if the thing of that name, or what is in it, may be another after the region ran."""
        root = root_of(text)
        if root in self.bound or any(part in self.attributes for part in text.split(".")[1:]):
            return True
        return any(_covers(one, text) or _covers(text, one) for one in self.touched)

    def names(self, text: str) -> bool:
        """True if the region itself changes the thing of that name, or what is in it: not by a method of what holds it."""
        return root_of(text) in self.bound or any(_covers(text, one) for one in self.touched)


def root_of(text: str) -> str:
    return text.partition(".")[0].partition("[")[0].partition("(")[0]


def _covers(outer: str, inner: str) -> bool:
    return inner == outer or inner.startswith((f"{outer}.", f"{outer}[", f"{outer}("))


# ------------------------------------------------------------------------------------------------- looking


def all_nodes(context: Context, roots: object) -> Iterator[f._Node]:
    """All nodes below, with the bodies of the functions that are defined there. Offsets of those are their own."""
    return chain.from_iterable(map(shapes.nodes, _with_bodies(context, roots)))


def _with_bodies(context: Context, roots: object) -> Iterator[object]:
    """Some code, and the bodies of the functions that are defined there."""
    stack = [roots]
    seen: set[str] = set()
    while stack:
        root = stack.pop()
        yield root
        for node in _defining(root):
            if node.qualname not in seen:
                seen.add(node.qualname)
                function = context.project.function(context.path, node.qualname)
                if function is not None:
                    stack.append(function.body)


def all_names(context: Context, roots: object) -> set[str]:
    """The names in all of that, and of the functions and classes defined there."""
    found: set[str] = set()
    for root in _with_bodies(context, roots):
        found |= shapes.named(root)
        defined = (node for node in _defining(root) if isinstance(node, f.Define))
        found.update(node.qualname.rpartition(".")[2].partition("#")[0] for node in defined)
    return found


@by_parts(chained)
def _defining(root: object) -> tuple[f.Lambda | f.Define, ...]:
    return tuple(node for node in shapes.nodes(root) if isinstance(node, (f.Lambda, f.Define)))


def loop_node(context: Context, loop: Loop) -> f._Node | None:
    """The statement or expression of a loop that stands in the context's own function."""
    start, (at, to) = context.function.start, loop.whole.span
    return _loops_by_place(context.function.body).get((at - start, to - start))


def _first_of(parts: Iterable[dict[tuple[int, int], f._Node]]) -> dict[tuple[int, int], f._Node]:
    found: dict[tuple[int, int], f._Node] = {}
    for part in parts:
        found.update(part)  # no two statements have a place in common
    return found


@by_parts(_first_of)
def _loops_by_place(body: object) -> dict[tuple[int, int], f._Node]:
    """What may be a loop, by where it begins and ends. A call is one where nothing else is."""
    nodes: Iterator[f._Node] = chain(shapes.loops(body), shapes.of_kind(body, f.Call))
    found: dict[tuple[int, int], f._Node] = {}
    for node in nodes:
        found.setdefault((node.at, node.to), node)
    return found


def own_loops(context: Context) -> list[tuple[Loop, f.For | f.While]]:
    """The loops that a function of Python writes down and that may turn often, with their statements. Many rules ask, so it is
    kept beside the run."""
    kept = context.analysis.own_loops
    if kept is None or kept[0] is not context.function:
        kept = (context.function, list(_own_loops(context)))
        context.analysis.own_loops = kept
    return kept[1]


def _own_loops(context: Context) -> Iterator[tuple[Loop, f.For | f.While]]:
    if context.language != "python" or not context.is_whole:
        return
    for loop in context.analysis.loops:
        if loop.function != context.function.qualname or not context.inside(loop.place):
            continue
        if loop.constant or loop.chunked or not (turns_much(loop) or loop.kind == "while"):
            continue
        node = loop_node(context, loop)
        if isinstance(node, (f.For, f.While)):
            yield loop, node


def changes_in(context: Context, region: object, *, aliases: bool = True) -> Changes:
    """What a region may change, also through other names of the same thing and through functions defined beside it."""
    found = Changes(script=context.language != "python")
    noted = _IN_SCRIPTS if found.script else _IN_PYTHON
    for root in _with_bodies(context, region):
        found.add(noted(root))
    for function in context.project.nested(context.path, context.function.qualname) if found.calls else ():
        found.add(noted(function.body))
    if aliases:
        _follow_aliases(context, found)
    return found


def _noting(script: bool) -> Callable[[object], Changes]:
    """What gives all that the nodes of some code change."""

    def together(parts: list[Changes]) -> Changes:
        found = Changes(script=script)
        for part in reversed(parts):
            found.add(part)
        return found

    @by_parts(together)
    def noted(root: object) -> Changes:
        found = Changes(script=script)
        for node in shapes.nodes(root):
            note(node, found)
        return found

    return noted


_IN_PYTHON, _IN_SCRIPTS = _noting(False), _noting(True)


def noted_in(region: object) -> Changes:
    """What some code of Python changes by itself, without other names of the same things and functions beside it."""
    return _IN_PYTHON(region)


def note(node: f._Node, found: Changes) -> None:
    """Add what one node changes by itself to what is found; its parts are asked for by themselves."""
    if isinstance(node, f.Assign):
        if node.value is not None:
            _note_targets(node.targets, found)
    elif isinstance(node, (f.Update, f.For, f.Clause, f.Named)):
        _note_targets((node.target,), found)
    elif isinstance(node, f.Delete):
        _note_targets(node.targets, found)
    elif isinstance(node, f.WithItem) and node.target is not None:
        _note_targets((node.target,), found)
    elif isinstance(node, f.Case):
        _note_targets(node.patterns, found)
    elif isinstance(node, f.Handler) and node.name:
        found.bound.add(node.name)
    elif isinstance(node, f.Scope):
        found.bound.update(node.names)
    elif isinstance(node, f.Call):
        _note_call(node, found)
    elif isinstance(node, (f.Yield, f.Await)):
        found.calls = True  # Others run before it goes on.


def _note_targets(targets: Iterable[f.Expr], found: Changes) -> None:
    for target in targets:
        if isinstance(target, f.Name):
            found.bound.add(target.id)
        elif isinstance(target, f.Star):
            _note_targets((target.value,), found)
        elif isinstance(target, f.Collection):
            _note_targets(target.items, found)
        elif isinstance(target, f.Mapping):
            _note_targets(target.values, found)
        elif isinstance(target, f.Attr):
            found.attributes.add(target.name)
            found.touched.add(shapes.text_of(target))
        elif isinstance(target, (f.Index, f.Slice)):
            found.touched.add(shapes.text_of(target.obj))


def _note_call(call: f.Call, found: Changes) -> None:
    func = call.func
    arguments = (*call.args, *(k.value for k in call.keywords))
    if _only_reads(func, found.script):
        return
    if isinstance(func, f.Attr):
        found.touched.add(shapes.text_of(func.obj))
        if func.name in PUTTING:
            return
    found.calls = True
    for argument in arguments:
        value = argument.value if isinstance(argument, f.Star) else argument
        if isinstance(value, (f.Name, f.Attr, f.Index)):
            found.touched.add(shapes.text_of(value))


COPIES = PURE - {"min", "max", "iter", "reversed", "zip", "enumerate", "getattr"}
"""Built-in functions whose result shares nothing with the container they are given."""


def _follow_aliases(context: Context, found: Changes) -> None:
    """`other = xs; other.append(1)`, `first = max(xs); first.x = 1`: what one name changes, the other sees."""
    pairs = _aliases(context.function.body)
    for _ in range(2):
        for name, source in pairs:
            if any(root_of(one) == name for one in found.touched):
                found.touched.add(source)
            if any(_covers(source, one) for one in found.touched):
                found.touched.add(name)


@by_parts(chained)
def _aliases(root: object) -> tuple[tuple[str, str], ...]:
    """The names that some code gives to things, with what those may be or be a part of."""
    pairs: list[tuple[str, str]] = []
    for node in shapes.nodes(root):
        if isinstance(node, f.Assign) and node.value is not None:
            sources, targets = _shared(node.value), node.targets
        elif isinstance(node, (f.For, f.Clause)):
            sources, targets = _shared(node.iter), (node.target,)
        else:
            continue
        names = [n.id for target in targets for n in shapes.nodes(target) if isinstance(n, f.Name)]
        pairs += [(name, source) for source in sources for name in names]
    return tuple(pairs)


def _shared(node: f.Expr) -> Iterator[str]:
    """The things that what an expression gives may be, or be a part of."""
    if isinstance(node, (f.Name, f.Attr)):
        yield shapes.text_of(node)
    elif isinstance(node, (f.Index, f.Star, f.Await, f.Slice)):
        inner = node.obj if isinstance(node, (f.Index, f.Slice)) else node.value
        yield from _shared(inner)
    elif isinstance(node, (f.Logic, f.Collection)):
        for part in node.parts if isinstance(node, f.Logic) else node.items:
            yield from _shared(part)
    elif isinstance(node, f.Choose):
        yield from _shared(node.then)
        yield from _shared(node.other)
    elif isinstance(node, f.Call) and not (isinstance(node.func, f.Name) and node.func.id in COPIES):
        if isinstance(node.func, f.Attr):
            yield from _shared(node.func.obj)
        for argument in node.args:
            yield from _shared(argument)


def names_read(context: Context, node: object) -> set[str]:
    """The names an expression reads from outside itself."""
    read: set[str] = set()
    own: set[str] = set()
    for part in all_nodes(context, node):
        if isinstance(part, f.Name):
            read.add(part.id)
        elif isinstance(part, f.Clause):
            own.update(shapes.named(part.target))
        elif isinstance(part, f.Lambda):
            function = context.project.function(context.path, part.qualname)
            own.update(p.name for p in function.params) if function is not None else None
    return read - own


def parts_read(node: object) -> Iterator[str]:
    """The dotted texts of the things an expression reads: `xs`, `self.items`, `row.key`."""
    for part in shapes.nodes(node):
        if isinstance(part, (f.Name, f.Attr, f.Index)) and (text := shapes.text_of(part)):
            yield text


def is_pure(context: Context, node: object) -> bool:
    """True if an expression only reads: every call in it is of a built-in that changes nothing and gives the same again."""
    for part in all_nodes(context, node):
        if isinstance(part, (f.Named, f.Await, f.Yield, f.Opaque)):
            return False
        if isinstance(part, f.Call):
            told = isinstance(part.func, f.Name) and part.func.id in ("print", "iter")
            if told or not _only_reads(part.func, context.language != "python"):
                return False
    return True


def _only_reads(func: f.Expr, script: bool) -> bool:
    """True for a built-in function or method that changes neither what it is asked of nor what it is given."""
    if isinstance(func, f.Name):
        return func.id in PURE or (script and func.id in MAKING_OF_SCRIPTS)
    if not isinstance(func, f.Attr) or func.name in READING:
        return isinstance(func, f.Attr)
    return script and (func.name in READING_OF_SCRIPTS or shapes.dotted(func) in TELLING_OF_SCRIPTS)


def is_unchanged(context: Context, region: object, node: object, changes: Changes | None = None) -> bool:
    """True if an expression gives the same before a region, and at any place in it."""
    if not is_pure(context, node):
        return False
    changes = changes or changes_in(context, region)
    own = _bound_inside(context, node)
    local = local_names(context)
    for text in parts_read(node):
        root = root_of(text)
        if context.language != "python" and root in OF_SCRIPTS - local:
            continue
        if root in own:
            # An element that the expression itself goes through: its fields must not be written to.
            if any(part in changes.attributes for part in text.split(".")[1:]):
                return False
            continue
        if changes.may_change(text):
            return False
        if changes.calls and root not in local and root not in PURE and not root.isupper():
            return False  # A global may be changed by whatever is called.
    return not (names_read(context, node) - own) & changes.bound


def _bound_inside(context: Context, node: object) -> set[str]:
    return {
        name.id
        for part in shapes.nodes(node)
        if isinstance(part, f.Clause)
        for name in shapes.nodes(part.target)
        if isinstance(name, f.Name)
    }


def local_names(context: Context) -> frozenset[str]:
    """The names that belong to the function: parameters and what it binds."""
    return _bound_in(context.function.body) | {p.name for p in context.function.params}


@by_parts(united)
def _bound_in(root: object) -> frozenset[str]:
    found = Changes()
    for node in shapes.nodes(root):
        if not isinstance(node, (f.Call, f.Scope)):
            note(node, found)
    return frozenset(found.bound)
