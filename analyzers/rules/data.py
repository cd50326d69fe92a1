"""Whether what a loop goes through grows with data, or is a handful of things that a program declares.

A list of plugins, of options, of the fields of a class is searched like any other list, and it never hurts. What a rule
warns of has evidence that it grows with data:

- rows of a query or of a frame, what is read from outside (files, folders, responses, the input), lines and matches of a
  text, and whatever is taken from these;
- what a function is given to work on: a parameter's own elements, or its number of turns; for a method, the object itself
  and what its constructor was given;
- what has grown over such a loop, and a worklist that feeds itself.

Of a search in a program that has mapped tables a parameter is none by itself: what is many there is asked for, or read. In a script it is none of these, and neither is what an object was made with: props, options and the
children of a node come that way. It is what the calls of the same file hand over for it (`handed_over.py`).

No such evidence is: an attribute of something else, a field by a constant key, what a call that is not known gives, the
way up from key to key through a mapping (`x = parent[x]`), an option (a parameter with a default), arguments
(`*names`), what may be one thing or several (`if isinstance(x, str): x = [x]`), classes and functions, the pieces
of a text that is cut at a separator, and what forms, their fields and widgets are given: these are written by hand.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from analyzers import facts as f
from analyzers.conventions import requests, sent
from analyzers.costs import Cost, Size
from analyzers.evaluate import callers, shapes
from analyzers.evaluate.events import Loop
from analyzers.evaluate.remembered import among, remembered
from analyzers.operations import operations
from analyzers.project import names
from analyzers.project.attributes import AttributeValue, values_of
from analyzers.rules import changes, handed_over, structure
from analyzers.rules.base import Context
from analyzers.types import INPUT, Value

KINDS = frozenset(("queryset", "rows", "row", "document", "file", "frame", "series", "bytes", "bytearray"))
"""What is read from outside by its kind."""

SAME = frozenset(
    """list tuple set frozenset sorted reversed enumerate iter map filter zip dict len str Array.from tqdm
    Object.keys Object.values Object.entries""".split()  # noqa: SIM905
)
"""Functions whose result is as long as what they are given."""

VIEWS = frozenset(
    """keys values items entries copy elements most_common lower upper strip rstrip lstrip filter map sort slice
    flatMap reverse toSorted concat""".split()  # noqa: SIM905
)
"""Methods whose result is as long as their receiver, or a part of it."""

MAX_STEPS = 12
"""Assignments and calls followed back from a loop."""

HANDED = 6
"""The same from what a caller hands over."""


def is_data(context: Context, loop: Loop, *, of_rows: bool = False) -> bool:
    """True if there is evidence that a loop's turns grow with data. With `of_rows` a parameter alone is none in a program that has
    mapped tables: what is many there comes from a query or from outside, and calls of the same file say so."""
    if is_data_value(loop.over):
        return True
    if loop.over.of is not None and loop.over.of.kind in ("class", "function", "module"):
        return False
    home = structure.home_of(context, loop)
    of_rows = of_rows and bool(context.summaries.models.all())
    if loop.kind == "while":
        return not _climbs(home, loop) and (
            _feeds_itself(loop) or _is_given_size(home, loop.turns, of_rows=of_rows)
        )
    over = iterated(home, loop)
    return _is_given_size(home, loop.turns, of_rows=of_rows) or (
        over is not None and _Search(home, of_rows=of_rows).grows(over)
    )


def is_data_value(value: Value) -> bool:
    """True for what is read from outside by its kind, or holds such things."""
    inner = value.of
    return value.kind in KINDS or INPUT in value.depends or (inner is not None and inner.kind in KINDS)


def any_data(context: Context, loops: Iterable[Loop], *, of_rows: bool = False) -> bool:
    """True if one of some loops goes through data: what grows over all of them grows with it."""
    return any(is_data(context, loop, of_rows=of_rows) for loop in loops)


def _feeds_itself(loop: Loop) -> bool:
    """A worklist: how long it gets is decided by what is found, not by what is written."""
    return loop.over.grown is not None or any(size.key.startswith("worklist") for size in loop.turns.sizes)


def _climbs(home: Context, loop: Loop) -> bool:
    """`x = parent[x]` through a mapping: on as many turns as a tree is deep, however many the mapping holds."""
    node = changes.loop_node(home, loop)
    if not isinstance(node, f.While) or loop.over.kind != "dict":
        return False
    return any(
        isinstance(step, f.Assign)
        and isinstance(step.value, f.Index)
        and isinstance(key := step.value.index, f.Name)
        and any(isinstance(target, f.Name) and target.id == key.id for target in step.targets)
        for step in shapes.nodes(node.body)
    )


def iterated(home: Context, loop: Loop) -> f.Expr | None:
    """The expression a loop goes over; `home` is the function it stands in."""
    node = changes.loop_node(home, loop)
    if isinstance(node, f.For):
        return node.iter
    if isinstance(node, f.Comprehension):
        start = home.function.start
        for clause in node.clauses:
            if start + clause.at == loop.place.span.start:
                return clause.iter
        return node.clauses[0].iter
    if isinstance(node, f.Call) and isinstance(node.func, f.Attr):
        return node.func.obj
    return None


def copied_by(node: f.Call) -> f.Expr | None:
    """What a call copies as a whole: `JSON.parse(JSON.stringify(steps))`, which reads nothing."""
    written = node.args[0] if len(node.args) == 1 and shapes.dotted(node.func) == "JSON.parse" else None
    if isinstance(written, f.Call) and shapes.dotted(written.func) == "JSON.stringify" and written.args:
        return written.args[0]
    return None


def is_read(home: Context, node: f.Expr) -> bool:
    """True if an expression is what was read from outside: a response, a file, the input."""
    return _Search(home).reads(node)


# --------------------------------------------------------------------------------------------- by the size's name


def _is_given_size(home: Context, turns: Cost, *, of_rows: bool) -> bool:
    """True if the turns are counted by a parameter's own elements, or by its value."""
    return any(_is_given(home, size, of_rows=of_rows) for size in turns.sizes)


def _is_given(home: Context, size: Size, *, of_rows: bool) -> bool:
    owner, _, label = size.key.partition(":")
    function = _function_of(home, owner)
    name = label.strip("|").removeprefix("Σ").strip("|")
    if function is None or not name.isidentifier():
        return False
    param = next((p for p in function.params if p.name == name), None)
    return param is not None and _is_worked_on(replace(home, function=function), param, of_rows=of_rows)


def _function_of(home: Context, qualname: str) -> f.Function | None:
    """The function at hand or one around it."""
    function: f.Function | None = home.function
    while function is not None and function.qualname != qualname:
        function = home.project.function(home.path, function.parent) if function.parent else None
    return function


def _is_worked_on(home: Context, param: f.Param, *, of_rows: bool) -> bool:
    """True for a parameter that holds what its function works on, rather than an option or what is declared."""
    if home.language != "python" or of_rows:
        return _is_handed_data(home, param.name)
    if requests.is_typed(home.project, home.path, home.function):
        return False
    return _is_input(home, param) and not _is_declared_by_callers(home, param.name)


def _is_handed_data(home: Context, name: str) -> bool:
    """True if a call in the same file hands over data for a parameter."""

    def ask(here: Context) -> bool:
        return any(_Search(caller, HANDED).grows(node) for caller, node in handed_over.handed(here, name))

    return home.of_file(("handed data for", name), ask, in_cycle=False)


def _is_input(home: Context, param: f.Param) -> bool:
    """The same by what the function itself says of the parameter."""
    if param.default is not None or param.kind in ("star", "double_star"):
        return False
    written = [shapes.dotted(n) for n in shapes.nodes(param.annotation) if isinstance(n, (f.Name, f.Attr))]
    if any(name.rpartition(".")[2] in ("type", "Type", "Callable") for name in written):
        return False
    return not _is_text(param.annotation) and not _is_one_or_several(home.function, param.name)


def _is_text(annotation: f.Expr | None) -> bool:
    """`str`, `str | None`: its letters are not many, and what it is cut into is told by the cut."""
    if isinstance(annotation, f.Binary):
        return _is_text(annotation.left)
    if isinstance(annotation, f.Const):
        return annotation.value in ("str", "string")
    return annotation is not None and shapes.dotted(annotation) in ("str", "string")


def _is_one_or_several(function: f.Function, name: str) -> bool:
    """True if a function wraps its argument: `if isinstance(names, str): names = [names]`, `x if ... else (x,)`."""
    return among(_wrapped, function.body, name)


@remembered
def _wrapped(body: tuple[f.Stmt, ...]) -> frozenset[str]:
    """The names of which a body makes a collection that holds one thing: what has the name."""
    found: set[str] = set()
    for node in shapes.nodes(body):
        if not isinstance(node, (f.Assign, f.Choose)):
            continue
        values = (node.then, node.other) if isinstance(node, f.Choose) else (node.value,)
        for value in values:
            only = value.items[0] if isinstance(value, f.Collection) and len(value.items) == 1 else None
            if isinstance(only, f.Name):
                found.add(only.id)
    return frozenset(found)


def _is_declared_by_callers(home: Context, name: str) -> bool:
    """True if all callers in the same file hand over what a program declares: `_names(self.config.plugins)`."""
    return home.of_file(("declared for", name), lambda here: _is_declared(here, name), in_cycle=False)


def _is_declared(home: Context, name: str) -> bool:
    position = next((i for i, p in enumerate(home.function.params) if p.name == name), -1)
    project, path = home.project, home.path
    handed = False
    for qualname in callers.readers(project, path, home.function.name):
        caller = project.function(path, qualname)
        if caller is None or caller.kind == "module" or qualname == home.function.qualname:
            continue  # A script's own call is a demonstration as often as not.
        for node in shapes.nodes(caller.body):
            if (
                not isinstance(node, f.Call)
                or shapes.dotted(node.func).rpartition(".")[2] != home.function.name
            ):
                continue
            argument = _argument(home.function, node, position, name)
            if argument is None or not _Search(replace(home, function=caller), HANDED).is_declared(argument):
                return False
            handed = True
    return handed


def _argument(function: f.Function, call: f.Call, position: int, name: str) -> f.Expr | None:
    """What a call hands over for a parameter."""
    for keyword in call.keywords:
        if keyword.name == name:
            return keyword.value
    bound = function.owner and isinstance(call.func, f.Attr) and function.params[0].name in ("self", "cls")
    at = position - 1 if bound else position
    return call.args[at] if 0 <= at < len(call.args) else None


# ------------------------------------------------------------------------------------------------- by its source


@dataclass(slots=True)
class _Search:
    """Follows an expression back to where its elements come from."""

    home: Context
    steps: int = MAX_STEPS
    of_rows: bool = False

    def grows(self, node: f.Expr | None) -> bool:
        """True if an expression's elements come from data."""
        self.steps -= 1
        if node is None or self.steps < 0:
            return False
        if isinstance(node, f.Name):
            return self._named(node.id)
        if isinstance(node, f.Attr):
            return self._attribute(node)
        if isinstance(node, f.Call):
            return self._called(node)
        if isinstance(node, f.Index):
            field = isinstance(node.index, f.Const) and node.index.kind == "str"
            return self.reads(node.obj) if field else self.grows(node.obj)
        if isinstance(node, f.Slice):
            return node.stop is None and self.grows(node.obj)
        if isinstance(node, (f.Await, f.Star)):
            return self.grows(node.value)
        if isinstance(node, f.Comprehension):
            return any(self.grows(clause.iter) for clause in node.clauses)
        if isinstance(node, f.Range):
            return self.grows(node.stop)
        if isinstance(node, f.Binary):
            return node.op in ("+", "-", "|") and (self.grows(node.left) or self.grows(node.right))
        if isinstance(node, f.Collection):
            return any(self.grows(item) for item in node.items if isinstance(item, f.Star))
        if isinstance(node, f.Choose):
            return self.grows(node.then) or self.grows(node.other)
        return isinstance(node, f.Logic) and any(self.grows(part) for part in node.parts)

    def is_declared(self, node: f.Expr | None) -> bool:
        """True if an expression is what a program declares: an attribute of something, or what is made from one."""
        self.steps -= 1
        if node is None or self.steps < 0:
            return False
        if isinstance(node, f.Attr):
            return not self.grows(node)
        if isinstance(node, f.Index):
            return self.is_declared(node.obj)
        if isinstance(node, f.Call):
            if isinstance(node.func, f.Attr) and isinstance(node.func.obj, f.Attr):
                return self.is_declared(node.func.obj) and not self._is_source(node)
            return shapes.dotted(node.func) in SAME and any(self.is_declared(one) for one in node.args)
        if isinstance(node, f.Name):
            param = next((p for p in self.home.function.params if p.name == node.id), None)
            values = list(self.values(node.id))
            if param is not None:
                return not values and not _is_input(self.home, param)
            return bool(values) and all(self.is_declared(value) for value in values)
        return isinstance(node, f.Collection) and not any(isinstance(item, f.Star) for item in node.items)

    def reads(self, node: f.Expr) -> bool:
        """True if an expression is what was read from outside: then its fields are as long as what was read."""
        copied = copied_by(node) if isinstance(node, f.Call) else None
        if copied is not None:
            return self.reads(copied)
        if isinstance(node, f.Call) and self._is_source(node):
            return True
        if self.home.language != "python" and sent.is_body(
            self.home.project, self.home.path, self.home.function, node
        ):
            return True
        if isinstance(node, (f.Attr, f.Index)):
            return self.reads(node.obj)
        if isinstance(node, f.Call) and isinstance(node.func, f.Attr):
            return self.reads(node.func.obj)
        if isinstance(node, f.Await):
            return self.reads(node.value)
        if isinstance(node, f.Name):
            self.steps -= 1
            return self.steps > 0 and any(self.reads(value) for value in self.values(node.id))
        return False

    def _named(self, name: str) -> bool:
        function = self.home.function
        param = next((p for p in function.params if p.name == name), None)
        if param is not None:
            return _is_worked_on(self.home, param, of_rows=self.of_rows)
        if any(self.grows(value) for value in self.values(name)):
            return True
        if any(self.grows(source) for source in self._elements(name)):
            return True
        outer = self.home.project.function(self.home.path, function.parent) if function.parent else None
        if outer is None or name in changes.local_names(self.home):
            return False
        return _Search(replace(self.home, function=outer), self.steps, self.of_rows).grows(f.Name(0, 0, name))

    def values(self, name: str) -> Iterator[f.Expr]:
        """What the function assigns to a name."""
        for node in shapes.nodes(self.home.function.body):
            if isinstance(node, f.Assign) and node.value is not None:
                if any(isinstance(t, f.Name) and t.id == name for t in node.targets):
                    yield node.value
            elif isinstance(node, f.WithItem) and isinstance(node.target, f.Name) and node.target.id == name:
                yield node.value

    def _elements(self, name: str) -> Iterator[f.Expr]:
        """What the name is an element of, or a part of one."""
        for node in shapes.nodes(self.home.function.body):
            if isinstance(node, (f.For, f.Clause)) and any(
                isinstance(n, f.Name) and n.id == name for n in shapes.nodes(node.target)
            ):
                yield node.iter

    def _attribute(self, node: f.Attr) -> bool:
        """`self.rows` that the constructor was given, and `line.words` of an element of data."""
        if self.reads(node.obj):
            return True
        if not isinstance(node.obj, f.Name):
            return False
        function = self.home.function
        this = function.params[0].name if function.params and function.owner else ""
        if node.obj.id in (this, "this") and function.owner and self.home.language == "python":
            values = values_of(self.home.project, self.home.path, function.owner, node.name)
            return bool(values) and all(_is_handed_in(value) for value in values)
        return any(self.grows(source) for source in self._elements(node.obj.id))

    def _called(self, node: f.Call) -> bool:
        if (copied := copied_by(node)) is not None:
            return self.grows(copied)
        if self._is_source(node):
            return True
        name = shapes.dotted(node.func)
        if name in SAME or name.rpartition(".")[2] in ("range", "chain", "from_iterable", "product"):
            return any(self.grows(argument) for argument in node.args)
        if isinstance(node.func, f.Attr) and node.func.name in VIEWS:
            return self.grows(node.func.obj)
        return self._made(node, name)

    def _is_source(self, node: f.Call) -> bool:
        """True for a call that reads from outside, or cuts a text into its lines."""
        table = operations(self.home.language).data
        if isinstance(node.func, f.Attr) and node.func.name in table.methods:
            return True
        if isinstance(node.func, f.Attr) and node.func.name == "split":
            if any(isinstance(n, f.Attr) and n.name == "cleaned_data" for n in shapes.nodes(node.func.obj)):
                return False  # Somebody typed it into a form.
            return not node.args or (isinstance(node.args[0], f.Const) and node.args[0].value == "\n")
        name = shapes.dotted(node.func)
        found = (
            names.resolve(self.home.project, self.home.path, name, self.home.function.qualname)
            if name
            else None
        )
        if found is None or found[0].kind != "external":
            return False
        return ".".join((found[0].dotted, *found[1])).removeprefix("builtins.") in table.names

    def _made(self, node: f.Call, name: str) -> bool:
        """What a function of the project makes out of what it is given."""
        found = (
            names.resolve(self.home.project, self.home.path, name, self.home.function.qualname)
            if name
            else None
        )
        if found is None or found[0].kind != "function" or found[1]:
            return False
        function = self.home.project.function(found[0].path, found[0].qualname)
        if function is None:
            return False
        inner = _Search(replace(self.home, path=found[0].path, function=function), self.steps // 2)
        returned = [s.value for s in shapes.walk(function.body) if isinstance(s, f.Return)]
        given = {p.name: a for p, a in zip(function.params, node.args, strict=False)}
        for value in returned:
            if isinstance(value, f.Name) and value.id in given:
                if self.grows(given[value.id]):
                    return True
            elif value is not None and inner.reads(value):
                return True
        return False


def _is_handed_in(value: AttributeValue) -> bool:
    """True if a class gets an attribute's value from who makes the instance: `self.rows = rows`, a field of a dataclass."""
    if value.function is None:
        return value.value is None and value.annotation is not None
    if value.function.name not in ("__init__", "constructor", "__attrs_post_init__", "__post_init__"):
        return False
    node = value.value
    if isinstance(node, f.Call) and shapes.dotted(node.func) in SAME and node.args:
        node = node.args[0]
    if node is None:
        return value.annotation is not None  # A constructor's parameter that is an attribute.
    params = {p.name: p for p in value.function.params}
    param = params.get(node.id) if isinstance(node, f.Name) else None
    return param is not None and param.default is None and param.kind not in ("star", "double_star")
