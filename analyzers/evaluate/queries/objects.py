"""Objects of the project that hold rows: what their class is given when it is called, and what its `__init__` keeps."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec.structs import replace

from analyzers import facts as f
from analyzers.conventions.tables import frameworks
from analyzers.costs import ONE
from analyzers.evaluate import contents, queries, shapes
from analyzers.evaluate.queries import holding
from analyzers.evaluate.run import Run
from analyzers.project import hung, names
from analyzers.project.attributes import values_of
from analyzers.project.index import Project
from analyzers.types import NOTHING, Value, join

if TYPE_CHECKING:
    from analyzers.evaluate.calling.arguments import Arguments
    from analyzers.evaluate.events import Summary

_POSITIONAL = (
    "dataclass",
    "dataclasses.dataclass",
    "attr.s",
    "attr.attrs",
    "attr.define",
    "attrs.define",
    "attrs.frozen",
)
"""Decorators that make an `__init__` out of the fields, in their order.

Sources: https://docs.python.org/3/library/dataclasses.html, https://www.attrs.org/en/stable/api.html
"""
_TUPLES = ("typing.NamedTuple", "typing_extensions.NamedTuple")
_MAKER = "collections.namedtuple"


def filled(run: Run, made: Value, arguments: Arguments) -> Value:
    """An instance whose class has no `__init__` of its own: what was given stands under its fields' names."""
    if made.kind != "instance" or made.ref is None or not _gives_any(run, arguments):
        return made
    project = run.summaries.project
    fields = list(_fields(project, made.ref))
    is_tuple = any(base.dotted in _TUPLES for base in names.lineage(project, *made.ref))
    in_order = is_tuple or _is_decorated(project, made.ref)
    return _with(made, fields, arguments, in_order=in_order, is_tuple=is_tuple)


def of_namedtuple(run: Run, target: Value, arguments: Arguments) -> Value | None:
    """`Pair(book, 1)` after `Pair = namedtuple("Pair", "book amount")`; None for any other call."""
    if ":" not in target.token or not _gives_any(run, arguments):
        return None
    path, _, name = target.token.rpartition(":")
    project = run.summaries.project
    assign = names.module_value(project, path, name)
    value = assign.value if assign is not None else None
    if not isinstance(value, f.Call) or len(value.args) < 2:
        return None
    maker = names.resolve(project, path, shapes.dotted(value.func), "")
    if maker is None or maker[0].dotted != _MAKER:
        return None
    fields = _words(value.args[1])
    return _with(
        Value("instance", dotted=_MAKER, label=name), fields, arguments, in_order=True, is_tuple=True
    )


MAX_SETTERS = 3
"""Methods that set one attribute and are asked what they put there."""


def kept(run: Run, this: Value, name: str) -> Value | None:
    """What `self.name` holds where nobody says which object it is: what every `__init__` puts there, or else what
    other methods do (`self.form = self.get_form()` in a view's `get`).
    """
    assert this.ref is not None
    if not this.ref[0] or run.function.name == "__init__":
        return None
    if this is not run.formals.get("self"):
        found = _put(run, this, name)[0]
    elif name in run.kept:
        found = run.kept[name]
    else:
        found, is_sure = _put(run, this, name)
        if is_sure:
            run.kept[name] = found
    return replace(found, depends=this.depends, bound=None) if found is not None and found.known else None


def _put(run: Run, this: Value, name: str) -> tuple[Value | None, bool]:
    """What methods put into an attribute; with it whether all of them could be asked."""
    assert this.ref is not None
    found: Value | None = None
    is_sure = True
    for key in _setters(run, this.ref, name):
        is_constructor = key[1].rpartition(".")[2].partition("#")[0] == "__init__"
        if is_constructor:
            # What a constructor calls sees a half-made object. To lead back to it would make one circle of all methods that it
            # calls and those that read what it sets, which is run anew for whoever asks one of them.
            if run.summaries.active.get(key):
                continue
            left = run.summaries.left_by(*key, run)
        elif (function := run.summaries.function(*key)) is not None:
            summary = run.summaries.of(
                key[0], function, {"self": replace(this, label="self", entries=())}, run
            )
            left = dict(summary.stores) if summary is not None else None
        else:
            continue
        is_sure = is_sure and left is not None
        put = left.get(name) if left is not None else None
        if put is not None:
            found = put if found is None else join(found, put)
            if is_constructor:
                break
    return found, is_sure


def _setters(run: Run, key: tuple[str, str], name: str) -> list[tuple[str, str]]:
    """The methods of a class and its bases that assign an attribute, `__init__` first."""
    project = run.summaries.project
    init = names.member(project, *key, "__init__")
    found = [(init.path, init.qualname)] if init is not None and init.kind == "function" else []
    if not run.summaries.models.all():
        return found  # Objects are followed for rows.
    for base in names.lineage(project, *key):
        for value in values_of(project, base.path, base.qualname, name):
            method = (base.path, value.function.qualname) if value.function is not None else None
            if method is not None and method not in found and isinstance(value.value, _TELLING):
                found.append(method)
            if contents.starts_empty(value.value):
                found += [key for key in _fillers(project, base, name) if key not in found]
    return found[:MAX_SETTERS]


def _fillers(project: Project, base: names.Target, name: str) -> list[tuple[str, str]]:
    """The methods of a class that put many things into an attribute: `for row in rows: self.kept.append(row)`."""
    return [
        (base.path, method.qualname)
        for method in project.filling_methods(base.path, base.qualname)
        if method.has_loop and name in contents.filled_by(method)
    ]


_TELLING = (f.Call, f.Attr, f.Name, f.Index, f.Slice, f.Choose, f.Logic, f.Comprehension)
"""What an attribute may be set to for its rows to be followed."""


def stores(run: Run) -> Iterator[tuple[str, Value]]:
    """The attributes of its object that a method leaves holding rows, a client, a model that is asked for them, or an
    object of the project; and what it hangs on the object of a request.
    """
    for name, value in run.stored.items():
        of_project = value.kind == "instance" and value.ref is not None and bool(value.ref[0])
        told = of_project or matters(value) or _is_model(run, value)
        if told and (hung.is_key(name) if "." in name else run.function.owner):
            yield name, value


def matters(value: Value) -> bool:
    """True for what an object is followed for: rows, and what asks for some."""
    return queries.is_client(value.kind) or holding.holds_rows(value)


def left(made: Value, summary: Summary, values: tuple[tuple[str, Value], ...]) -> Value:
    """An instance after a method of it has run."""
    if not summary.stores or made.kind != "instance":
        return made
    return replace(made, entries=tuple((dict(made.entries) | dict(values)).items()))


def _is_model(run: Run, value: Value) -> bool:
    """True for a mapped class: `BookList(session, Book)` asks for what it is given."""
    return (
        value.kind == "class"
        and value.ref is not None
        and queries.is_model(run.summaries.project, *value.ref)
    )


def _gives_any(run: Run, arguments: Arguments) -> bool:
    return any(matters(v) or _is_model(run, v) for v in (*arguments.values, *arguments.keywords.values()))


def _with(made: Value, fields: list[str], arguments: Arguments, *, in_order: bool, is_tuple: bool) -> Value:
    given = dict(zip(fields, arguments.values, strict=False)) if in_order else {}
    given |= {name: value for name, value in arguments.keywords.items() if name in fields}
    if not given:
        return made
    items = tuple(given.get(name, Value(depends=NOTHING)).plain() for name in fields) if is_tuple else None
    entries = tuple((name, value.plain()) for name, value in given.items())
    return replace(made, entries=entries, items=items, size=ONE if is_tuple else made.size)


def _fields(project: Project, key: tuple[str, str]) -> Iterator[str]:
    """The annotated names of a class and its bases, those of the bases first; of a type of graphene's all names."""
    seen: set[str] = set()
    is_type = not frameworks().graphql_type.names.isdisjoint(names.names_above(project, *key))
    for base in reversed([b for b in names.lineage(project, *key) if b.kind == "class"]):
        project.read(base.path, "body", base.qualname)
        outline = project.outline(base.path)
        for name, assign in outline.class_values(base.qualname).items() if outline is not None else ():
            if (assign.annotation is not None or is_type) and name not in seen:
                seen.add(name)
                yield name


def _is_decorated(project: Project, key: tuple[str, str]) -> bool:
    cls = project.class_(*key)
    decorators = cls.decorators if cls is not None else ()
    found = (shapes.dotted(d.func if isinstance(d, f.Call) else d) for d in decorators)
    return any(name in _POSITIONAL for name in found)


def _words(node: f.Expr) -> list[str]:
    if isinstance(node, f.Const) and isinstance(node.value, str):
        return node.value.replace(",", " ").split()
    items = node.items if isinstance(node, f.Collection) else ()
    return [item.value for item in items if isinstance(item, f.Const) and isinstance(item.value, str)]
