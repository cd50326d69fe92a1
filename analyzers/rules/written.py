"""What a person wrote down, or one record holds: a handful of things, whatever is done with each.

- the pieces of a text that is cut at a separator (`value.split(",")`): they are written by hand;
- what the settings of a program hold, and what its text lists, also where it is handed to a function by all who call it;
- what may be one thing or several (`if isinstance(names, str): names = [names]`);
- the fields of a form, and of what was sent with one;
- what one record holds under a name (`comment["mentions"]`, in a script `comment.mentions` of what was waited for), if it
  was not read from outside, and a mapping by names;
- the years of some dates.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from analyzers import facts as f
from analyzers.conventions import forms
from analyzers.evaluate import callers, shapes
from analyzers.operations import operations
from analyzers.project import names
from analyzers.project.attributes import values_of
from analyzers.rules import data
from analyzers.rules.base import Context

SETTINGS = ("django.conf.settings", "flask.current_app.config", "os.environ", "django.apps.apps")
"""Objects whose attributes and entries are a program's settings, or what it is made of.

Source: https://docs.djangoproject.com/en/5.2/topics/settings/#using-settings-in-python-code,
https://docs.djangoproject.com/en/5.2/ref/applications/#application-registry and
https://flask.palletsprojects.com/en/stable/config/
"""

GROWS = frozenset(("append", "extend", "insert", "add", "update", "setdefault"))
"""Methods that put more into what the text lists."""

OF_FORMS = frozenset(("cleaned_data", "changed_data", "is_valid", "non_field_errors"))
"""What only a form has, and what is asked of it then.

Source: https://docs.djangoproject.com/en/5.2/ref/forms/api/
"""

SENT = (
    "request.POST",
    "request.GET",
    "request.FILES",
    "form.files",
    "request.form",
    "request.files",
    "request.args",
)
"""The fields of what was sent with a request, by their names.

Sources: https://docs.djangoproject.com/en/5.2/ref/request-response/#querydict-objects and
https://flask.palletsprojects.com/en/stable/api/#incoming-request-data
"""

CALENDAR = frozenset(("year",))
"""Parts of a date of which there are few different ones."""

NAMED_BY = ("str",)
"""Keys of a mapping that are names."""

OF_RECORD = "one record holds them"

MAX_STEPS = 10
"""Assignments and calls followed back from a loop."""

_LEAST_STEPS = 2
"""Those that have to be left for the callers of a function to be asked what they hand over."""

_TAKING = ("get", "pop")
"""Methods that take what a record holds under a name."""


@dataclass(slots=True)
class Written:
    """Follows an expression back to what a person wrote: a text that is cut, settings, a list in the program."""

    home: Context
    steps: int = MAX_STEPS
    why: str = "they are written by hand"

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
            return self._is_setting(node) or self._is_sent(node) or self._attribute(node)
        if isinstance(node, f.Index):
            return self._is_setting(node.obj) or self._is_of_record(node.obj, node.index)
        return isinstance(node, f.Call) and self._called(node)

    def _named(self, name: str) -> bool:
        function = self.home.function
        param = next((p for p in function.params if p.name == name), None)
        if param is not None and (param.kind == "star" or asks_if_text(function, name)):
            return True
        values = [value for value in self._values(name) if not _is_nothing(value)]
        if param is not None and (param.default is None or _is_nothing(param.default)):
            if not values and not self._is_filled(name) and self._is_handed_over(name):
                return True
            return any(isinstance(value, f.Call) and self._is_made_of_one(value) for value in values)
        if param is None and not values:
            keys = self._keys(name)
            return all(map(self.holds, keys)) if keys else self._is_listed(name)
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
        """`self.names`, if all that is assigned to it was written; in a script what one record holds under a name."""
        function = self.home.function
        if self.home.language != "python":
            return self._say(OF_RECORD, self._is_awaited(node.obj) and self._is_field(node))
        this = function.params[0].name if function.params and function.owner else ""
        if not isinstance(node.obj, f.Name) or node.obj.id != this or not function.owner:
            return False
        values = values_of(self.home.project, self.home.path, function.owner, node.name)
        told = [
            Written(replace(self.home, function=value.function or function), self.steps).holds(value.value)
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
                return self.holds(node.func.obj) or self._is_of_names(node.func.obj, node.func.name)
            if node.func.name in _TAKING and node.args and self._is_of_record(node.func.obj, node.args[0]):
                return True
            if node.func.name.startswith("get") and self._is_setting(node.func.obj):
                return True
        if name in ("map", "filter") and len(node.args) == 2:
            return self.holds(node.args[1])
        if name == "range":
            return self._say("they are years", any(_is_of_calendar(argument) for argument in node.args))
        if name == "set" and len(node.args) == 1 and self._are_of_calendar(node.args[0]):
            return self._say("they are years", True)
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

    def _say(self, why: str, holds: bool) -> bool:
        if holds:
            self.why = why
        return holds

    def _is_of_record(self, record: f.Expr, key: f.Expr) -> bool:
        """`comment["mentions"]`: what one record holds under a name. A response's rows are no such thing, nor is what was
        chosen in a form."""
        if (
            not isinstance(key, f.Const)
            or key.kind != "str"
            or shapes.dotted(record).endswith("cleaned_data")
        ):
            return False
        text = shapes.dotted(record)
        if any(param.name == text and param.kind == "double_star" for param in self.home.function.params):
            return False  # Arguments that go by their names, whatever they hold.
        return self._say(OF_RECORD, not data.is_read(self.home, record))

    def _is_awaited(self, record: f.Expr) -> bool:
        """True for what was waited for, once: `const book = await books.findOne(id)`, and then `book.chapters`."""
        values = list(self._values(record.id)) if isinstance(record, f.Name) else []
        return bool(values) and all(isinstance(value, f.Await) for value in values)

    def _is_field(self, node: f.Attr) -> bool:
        """False for the rows of an answer, which stand under a name, too: `result.rows`."""
        read = operations(self.home.language).data
        return node.name not in read.answers and not data.is_read(self.home, node.obj)

    def _is_of_names(self, node: f.Expr, view: str) -> bool:
        """`form.cleaned_data.items()`, and a mapping by names that is handed over."""
        if view not in ("keys", "values", "items"):
            return False
        text = shapes.dotted(node)
        if isinstance(node, f.Attr) and self._is_sent(node):
            return True
        if isinstance(node, f.Attr):
            of_form = node.name == "fields" and self._is_form(node.obj)
            return self._say("a form has them as fields", of_form)
        param = next((p for p in self.home.function.params if p.name == text), None)
        if param is None or param.name in ("self", "cls") or param.default is not None:
            return False
        if self._is_filled(text) or any(self._values(text)):
            return False
        return self._say("a mapping holds them by names", _is_by_names(param.annotation))

    def _is_sent(self, node: f.Attr) -> bool:
        """`request.POST`, `form.files`, `form.cleaned_data`: what was sent with a form, by the names of its fields."""
        sent = shapes.dotted(node).endswith(SENT) or node.name == "cleaned_data"
        return self._say("a form has them as fields", sent)

    def _is_form(self, node: f.Expr) -> bool:
        """True for `self` in a form's class, and for what is used as a form in the same function."""
        function, text = self.home.function, shapes.text_of(node)
        owner = (self.home.path, function.owner)
        if function.owner and text == "self" and forms.is_form(self.home.project, owner):
            return True
        return any(
            isinstance(one, f.Attr) and one.name in OF_FORMS and shapes.text_of(one.obj) == text
            for one in shapes.nodes(function.body)
        )

    def _keys(self, name: str) -> list[f.Expr]:
        """What the loops go over whose elements are the keys of a mapping that begins empty: `by_year[year] = ...`."""
        body = self.home.function.body
        stored = [
            target.index
            for node in shapes.nodes(body)
            if isinstance(node, f.Assign)
            for target in node.targets
            if isinstance(target, f.Index) and _is_among(name, (target.obj,))
        ]
        loops = {
            node.target.id: node.iter
            for node in shapes.nodes(body)
            if isinstance(node, f.For)
            and isinstance(node.target, f.Name)
            and not _is_among(name, (node.iter,))
        }
        found = [loops[key.id] for key in stored if isinstance(key, f.Name) and key.id in loops]
        return found if len(found) == len(stored) else []

    def _are_of_calendar(self, node: f.Expr) -> bool:
        """`[row.made.year for row in rows]`, or the name of such a list."""
        if isinstance(node, f.Name):
            values = list(self._values(node.id))
            return bool(values) and all(map(self._are_of_calendar, values))
        return isinstance(node, f.Comprehension) and _is_of_calendar(node.value)

    def _is_handed_over(self, name: str) -> bool:
        """True if all who call the function hand over what was written."""
        home = self.home
        if self.steps < _LEAST_STEPS or home.function.owner or home.function.parent:
            return False
        handed = list(callers.arguments(home.project, home.path, home.function, name))
        for path, caller, argument in handed:
            search = Written(replace(home, path=path, function=caller), self.steps - 1)
            if not isinstance(argument, (f.Collection, f.Name, f.Attr)) or not search.holds(argument):
                return False
            self.why = search.why
        return bool(handed)

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
    """`None`, `[]`, `OrderedDict()`: a beginning, of which nothing comes."""
    if isinstance(node, f.Call):
        return not node.args and shapes.dotted(node.func).rpartition(".")[2] in ("dict", "OrderedDict")
    return (isinstance(node, f.Const) and node.kind == "none") or (
        isinstance(node, (f.Collection, f.Mapping)) and not _has_items(node)
    )


def _has_items(node: f.Collection | f.Mapping) -> bool:
    return bool(node.items if isinstance(node, f.Collection) else node.values)


def _is_by_names(annotation: f.Expr | None) -> bool:
    """True for a mapping from texts, as far as is said: `dict[str, Any]`, `dict`, or nothing."""
    if not isinstance(annotation, f.Index):
        return annotation is None or shapes.dotted(annotation) in ("dict", "Mapping", "MutableMapping")
    key = annotation.index
    first = key.items[0] if isinstance(key, f.Collection) and key.items else key
    return shapes.dotted(annotation.obj).rpartition(".")[2].lower().endswith(("dict", "mapping")) and (
        shapes.dotted(first) in NAMED_BY
    )


def _is_of_calendar(node: f.Expr) -> bool:
    return any(isinstance(part, f.Attr) and part.name in CALENDAR for part in shapes.nodes(node))
