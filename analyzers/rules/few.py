"""Whether a loop goes over a handful of things: then a query on each turn is true, and nobody waits for it.

What `data.py` asks of slow operations is whether their sizes grow; a query on every turn is slow whatever it goes
over, so it is a warning unless there is evidence of the contrary:

- the first rows of a set, as many as the text says (`rows[:5]`);
- the pieces of a text that is cut at a separator (`value.split(",")`): they are written by hand;
- what the settings of a program hold, and what its text lists;
- what may be one thing or several (`if isinstance(names, str): names = [names]`);
- rows that stand on one form of the admin's, each for a person to fill;
- rows of a table of the framework's own that an installation sets up (groups, sites, kinds of content).

A loop inside of another that grows is not one of these: its turns add up.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from analyzers import facts as f
from analyzers.conventions import admin, units
from analyzers.evaluate import shapes
from analyzers.evaluate.events import Loop, Queried
from analyzers.orm import tables
from analyzers.project import names
from analyzers.project.attributes import attribute_values
from analyzers.rules import data, structure
from analyzers.rules.base import Context, of_framework
from analyzers.types import Value

SETTINGS = ("django.conf.settings", "flask.current_app.config", "os.environ", "django.apps.apps")
"""Objects whose attributes and entries are a program's settings, or what it is made of.

Source: https://docs.djangoproject.com/en/5.2/topics/settings/#using-settings-in-python-code,
https://docs.djangoproject.com/en/5.2/ref/applications/#application-registry and
https://flask.palletsprojects.com/en/stable/config/
"""

GROWS = frozenset(("append", "extend", "insert", "add", "update", "setdefault"))
"""Methods that put more into what the text lists."""

MAX_STEPS = 10
"""Assignments and calls followed back from a loop."""


def goes_over_few(context: Context, loop: Loop, query: Queried) -> bool:
    """True if there is evidence that a query is sent a handful of times: by its loop and by all around it."""
    if of_framework(loop) and context.function.kind == units.KIND and context.function.name == admin.INLINE:
        return True
    around = [other for other in query.loops if other.grows and other.number != loop.number]
    return all(_is_few(context, one) for one in (loop, *around))


def _is_few(context: Context, loop: Loop) -> bool:
    if any(_is_few_rows(value) for value in _parts(loop.over)):
        return True
    if loop.kind == "while" or loop.place.path != context.path:
        return False
    home = structure.home(context, loop.place)
    iterated = data.iterated(home, loop)
    return iterated is not None and _Written(home).holds(iterated)


def _parts(over: Value) -> Iterator[Value]:
    """What a loop goes over, and the rows among what it gives each turn."""
    yield over
    if over.of is not None:
        yield over.of
        yield from over.of.items or ()


def _is_few_rows(value: Value) -> bool:
    if value.origin is not None and value.origin.few and not value.path:
        return True
    if value.ref is None or value.kind not in ("row", "queryset", "manager"):
        return False
    path, name = value.ref
    return not path and name in tables().django.classes["few"]


@dataclass(slots=True)
class _Written:
    """Follows an expression back to what a person wrote: a text that is cut, settings, a list in the program."""

    home: Context
    steps: int = MAX_STEPS

    def holds(self, node: f.Expr | None) -> bool:
        """True if all that an expression can be was written by hand."""
        self.steps -= 1
        if node is None or self.steps < 0:
            return False
        if isinstance(node, f.Collection):
            return not any(isinstance(item, f.Star) for item in node.items)
        if isinstance(node, (f.Choose, f.Logic)):
            parts = (node.then, node.other) if isinstance(node, f.Choose) else node.parts
            return all(self.holds(part) for part in parts)
        if isinstance(node, f.Comprehension):
            return len(node.clauses) == 1 and self.holds(node.clauses[0].iter)
        if isinstance(node, f.Name):
            return self._named(node.id)
        if isinstance(node, f.Attr):
            return self._is_setting(node) or self._attribute(node)
        if isinstance(node, f.Index):
            return self._is_setting(node.obj)
        return isinstance(node, f.Call) and self._called(node)

    def _named(self, name: str) -> bool:
        function = self.home.function
        param = next((p for p in function.params if p.name == name), None)
        if param is not None and (param.kind == "star" or asks_if_text(function, name)):
            return True
        values = [value for value in self._values(name) if not _is_nothing(value)]
        if param is not None and param.default is None:
            return any(isinstance(value, f.Call) and self._is_made_of_one(value) for value in values)
        if param is None and not values:
            return self._is_listed(name)
        if self._is_filled(name):
            return False
        return bool(values) and all(map(self.holds, values))

    def _values(self, name: str) -> Iterator[f.Expr]:
        """What the function assigns to a name."""
        for node in shapes.nodes(self.home.function.body):
            if isinstance(node, f.Assign) and node.value is not None and _is_among(name, node.targets):
                yield node.value

    def _is_listed(self, name: str) -> bool:
        """True for a name of a module that a literal is assigned to."""
        project, home = self.home.project, self.home
        found = names.resolve(project, home.path, name, home.function.qualname)
        if found is None or found[0].kind != "variable" or found[1]:
            return False
        assign = names.single_value(project, found[0].path, found[0].qualname)
        value = assign.value if assign is not None else None
        return isinstance(value, (f.Collection, f.Mapping)) and _has_items(value)

    def _is_filled(self, name: str) -> bool:
        """True for what more is put into, and for what something else is taken from turn by turn."""
        for node in shapes.nodes(self.home.function.body):
            if isinstance(node, (f.For, f.Clause)) and shapes.mentions(node.target, frozenset((name,))):
                return True
            method = node.func if isinstance(node, f.Call) else None
            if isinstance(method, f.Attr) and method.name in GROWS and _is_among(name, (method.obj,)):
                return True
        return False

    def _attribute(self, node: f.Attr) -> bool:
        """`self.names`, if all that is assigned to it was written."""
        function = self.home.function
        this = function.params[0].name if function.params and function.owner else ""
        if not isinstance(node.obj, f.Name) or node.obj.id != this or not function.owner:
            return False
        values = attribute_values(self.home.project, self.home.path, function.owner).get(node.name, ())
        told = [
            _Written(replace(self.home, function=value.function or function), self.steps).holds(value.value)
            for value in values
            if value.value is not None and not _is_nothing(value.value)
        ]
        return bool(told) and all(told)

    def _called(self, node: f.Call) -> bool:
        name = shapes.dotted(node.func)
        if isinstance(node.func, f.Attr):
            if node.func.name == "split":
                return bool(node.args) and not (
                    isinstance(node.args[0], f.Const) and node.args[0].value == "\n"
                )
            if node.func.name in data.VIEWS:
                return self.holds(node.func.obj)
            if node.func.name.startswith("get") and self._is_setting(node.func.obj):
                return True
        if name in ("map", "filter") and len(node.args) == 2:
            return self.holds(node.args[1])
        if name in data.SAME:
            return len(node.args) == 1 and self.holds(node.args[0])
        return self._is_made_of_one(node)

    def _is_made_of_one(self, node: f.Call) -> bool:
        """`names = as_list(names)`, where that function asks whether it is given one text or several."""
        project, home, name = self.home.project, self.home, shapes.dotted(node.func)
        found = names.resolve(project, home.path, name, home.function.qualname) if name else None
        if found is None or found[0].kind != "function" or found[1] or len(node.args) != 1:
            return False
        function = project.function(found[0].path, found[0].qualname)
        if function is None or not function.params:
            return False
        given = function.params[0].name
        return asks_if_text(function, given) or _wraps_one(function, given)

    def _is_setting(self, node: f.Expr) -> bool:
        """True for `settings`, `settings.NAMES`, `current_app.config`, whatever file it is imported in."""
        name = shapes.dotted(node)
        home = self.home
        found = names.resolve(home.project, home.path, name, home.function.qualname) if name else None
        if found is None or found[0].kind != "external":
            return False
        full = ".".join((found[0].dotted, *found[1]))
        return full.startswith(SETTINGS)


def asks_if_text(function: f.Function, name: str) -> bool:
    """True if a function asks whether a parameter is one text: `isinstance(names, str)`."""
    return any(
        isinstance(node, f.Call)
        and shapes.dotted(node.func) == "isinstance"
        and len(node.args) == 2
        and isinstance(node.args[0], f.Name)
        and node.args[0].id == name
        and shapes.dotted(node.args[1]) == "str"
        for node in shapes.nodes(function.body)
    )


def _wraps_one(function: f.Function, name: str) -> bool:
    """True if a function returns its argument in a list of one: `return value if is_list(value) else [value]`."""
    return any(
        isinstance(node, f.Collection) and len(node.items) == 1 and _is_among(name, node.items)
        for returned in shapes.walk(function.body)
        if isinstance(returned, f.Return) and returned.value is not None
        for node in (returned.value, *_choices(returned.value))
    )


def _choices(node: f.Expr) -> tuple[f.Expr, ...]:
    """The values that `a if test else b` and `test and a or b` may have."""
    if isinstance(node, f.Choose):
        return node.then, node.other
    if isinstance(node, f.Logic):
        return tuple(inner for part in node.parts for inner in (part, *_choices(part)))
    return ()


def _is_among(name: str, nodes: Iterable[f.Expr]) -> bool:
    return any(isinstance(node, f.Name) and node.id == name for node in nodes)


def _is_nothing(node: f.Expr) -> bool:
    """`None`, `[]`: a beginning, of which nothing comes."""
    return (isinstance(node, f.Const) and node.kind == "none") or (
        isinstance(node, f.Collection) and not node.items
    )


def _has_items(node: f.Collection | f.Mapping) -> bool:
    return bool(node.items if isinstance(node, f.Collection) else node.values)
