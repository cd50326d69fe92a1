"""Loops that are no loops: what frameworks do with the classes that a project derives from theirs.

A serializer is asked for every row of a list view's queryset, an admin's column for every row of its page. Nobody writes
that loop, so it is made here: `function` gives the facts of what the framework does with a class (see `units`), and
`roots` which of them it does by itself. They are run like any other function.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from analyzers import facts as f
from analyzers.conventions import (
    admin,
    ariadne,
    classes,
    contexts,
    dumped,
    exports,
    feeds,
    forms,
    graphql,
    inherited,
    marshalled,
    pages,
    rendered,
    responses,
    script_resolvers,
    serializers,
    shown,
    template_files,
    template_library,
    units,
    views,
)
from analyzers.conventions.tables import frameworks
from analyzers.conventions.units import ROW as ROW
from analyzers.conventions.units import At
from analyzers.project import names
from analyzers.project.index import Project
from analyzers.project.outline import dotted, is_true, keyword
from analyzers.project.schema import Key
from analyzers.text import Span

KEPT = "kept"
"""Begins the name of the unit that gives what a module keeps under a name."""

_Maker = Callable[[Project, f.ClassDef, Key, str], f.Function | None]


def function(project: Project, path: str, qualname: str) -> f.Function | None:
    """The unit of that qualname; None for a qualname that is none."""
    parts = units.split(qualname)
    if parts is None:
        return None
    owner, name = parts

    def make() -> f.Function | None:
        cls = project.class_(path, owner)
        word, _, rest = name.partition(" ")
        maker = _MAKERS.get(word)
        behind = _BEHIND.get(word)
        written = project.function(path, owner) if behind is not None else None
        if behind is not None and written is not None:
            return behind(project, path, written)
        if word == KEPT:
            return _kept(project, path, owner, rest)
        if word == "marshalled":
            asks = project.function(path, owner)
            return marshalled.marshalled(project, path, asks, rest) if asks is not None else None
        return maker(project, cls, (path, owner), rest) if cls is not None and maker is not None else None

    return project.memo.ask(("unit", path, qualname), make, in_cycle=None)


def roots(project: Project, path: str) -> tuple[str, ...]:
    """The qualnames of the units of a file that its framework runs by itself."""
    return project.memo.ask(("run of a file", path), lambda: tuple(_roots(project, path)), in_cycle=())


def _roots(project: Project, path: str) -> Iterator[str]:
    outline = project.outline(path)
    if outline is None:
        project.read(path)
        return
    functions = project.functions(path)
    if project.language(path) != "python":
        for written in functions:
            if written.params:
                yield from _run_of_script(project, path, written)
            else:
                project.read(path, "header", written.qualname)
        return
    project.read(path, "classes")
    for cls in outline.facts.classes:
        if cls.bases or cls.decorators:
            yield from _run_of_class(project, path, cls.qualname)
        else:
            project.read(path, "class", cls.qualname)
    of_contexts = contexts.is_module(path)
    for written in functions:
        if written.decorators or of_contexts:  # nothing else asks a framework to run it
            yield from _run_of_function(project, path, written)


_BY_FUNCTION = "run of a function"


def _run_of_class(project: Project, path: str, qualname: str) -> tuple[str, ...]:
    def find() -> tuple[str, ...]:
        project.read(path, "definition", qualname)
        conventions = (views, admin, feeds, pages, graphql, forms, exports, inherited, shown)
        found = (name for one in conventions for name in one.roots(project, (path, qualname)))
        return tuple(units.qualname(qualname, name) for name in dict.fromkeys(found))

    return project.memo.ask(("run of a class", path, qualname), find, in_cycle=())


def _run_of_function(project: Project, path: str, written: f.Function) -> tuple[str, ...]:
    def find(function: f.Function) -> tuple[str, ...]:
        return tuple(
            units.qualname(function.qualname, name)
            for convention in (responses, ariadne, rendered, marshalled)
            for name in convention.roots(project, path, function)
        ) + tuple(
            units.qualname(function.qualname, name)
            for name in (contexts.roots(project, path, function) if contexts.is_module(path) else ())
        )

    return project.about(_BY_FUNCTION, path, written, find, in_cycle=())


def _run_of_script(project: Project, path: str, written: f.Function) -> tuple[str, ...]:
    def find(function: f.Function) -> tuple[str, ...]:
        found = script_resolvers.roots(project, path, function)
        return tuple(units.qualname(function.qualname, name) for name in found)

    return project.about("run of a script", path, written, find, in_cycle=())


def kind_of(project: Project, key: Key) -> str:
    """What a class is to its framework: see `kind_of` of each convention; "" for any other class."""
    kinds = (convention.kind_of(project, key) for convention in (views, admin, pages, exports))
    return next(filter(None, kinds), "")


def repeats(call: f.Call) -> bool:
    """True for a call that a framework may answer with a loop: `BookSerializer(rows, many=True)`, `render(...)`, a call
    that names a template, `serialize("json", rows)`, `self.list(request)`, `rows.delete()` whose rows each send a signal, `formset.save()`."""
    func = call.func
    name = func.name if isinstance(func, f.Attr) else func.id if isinstance(func, f.Name) else ""
    is_schemas = name in _DUMPS and isinstance(func, f.Attr)  # `dumps(rows)` is what a module calls so
    if name in _RENDERS or is_schemas or name == _MARSHAL or is_true(keyword(call, "many")):
        return True
    if name == _SERIALIZE and len(call.args) > 1:
        return True
    if name in _DELETES and not call.args:
        return True
    if name == views.LIST and isinstance(func, f.Attr) and dotted(func.obj) == "self":
        return True
    if name.endswith(_SHOWS_ONE) and (call.args or keyword(call, "instance") is not None):
        return True  # Of the one row it may show many others.
    if (
        name == "save"
        and isinstance(func, f.Attr)
        and any(word in (dotted(func.obj) or "").lower() for word in _MANY)
    ):
        return True
    if name.startswith("assert"):
        return False  # `assertTemplateUsed(response, "shop/list.html")` says what was shown.
    given = (*call.args, *(k.value for k in call.keywords))
    return any(
        isinstance(node, f.Const) and str(node.value).endswith(template_files.ENDINGS) for node in given
    )


def _attribute(project: Project, cls: f.ClassDef, key: Key, name: str) -> f.Function | None:
    """The value of a class attribute, as a function that gives it."""
    assign = classes.own(project, key).get(name)
    if assign is None or assign.value is None:
        return None
    at = At(Span(assign.value.at, assign.value.to))
    return units.function(cls, f"attribute {name}", (), (at.give(assign.value),))


def _kept(project: Project, path: str, module: str, name: str) -> f.Function | None:
    """The value of a module's variable, as a function that gives it."""
    assign = names.module_value(project, path, name)
    if assign is None or assign.value is None:
        return None
    at = At(Span(assign.value.at, assign.value.to))
    of = f.Function(module, module, "module", 0, assign.value.to, 0, 0, 0, 0, (), None, (), ())
    return units.function(of, f"{KEPT} {name}", (), (at.give(assign.value),))


def _rows(project: Project, cls: f.ClassDef, key: Key, name: str) -> f.Function | None:
    """All rows of the model that a class of the admin, or of a package that exports rows, is for."""
    make = exports.queryset if exports.kind_of(project, key) else admin.queryset
    return make(project, cls, key, name)


_RENDERS = frozenset((*(name.rpartition(".")[2] for name in frameworks().renders.words), pages.ANSWER))
_DUMPS = frameworks().dump_method.names
_SERIALIZE = "serialize"
_MARSHAL = "marshal"
_MANY = ("formset", "forms", "serializer")
"""What the names of things have that may save many rows at once."""

_DELETES = ("delete", "adelete")
_SHOWS_ONE = "Serializer"
"""How the names of what shows a row end."""


_BEHIND: dict[str, Callable[[Project, str, f.Function], f.Function | None]] = {
    "response": responses.response,
    "resolvers": ariadne.fields,
    "rendered": rendered.rendered,
    contexts.WORD: contexts.context,
    "answered": marshalled.answered,
    script_resolvers.UNIT: script_resolvers.resolved,
}
"""What frameworks do with functions."""

_MAKERS: dict[str, _Maker] = {
    "attribute": _attribute,
    "row": serializers.row,
    "fields": serializers.fields,
    "declared": serializers.declared,
    "list": views.list_,
    "detail": views.detail,
    "serializer": views.serializer,
    "changelist": admin.changelist,
    "inline": admin.inline,
    "acted": admin.acted,
    "offered": admin.offered,
    "rows": _rows,
    "page": pages.page,
    inherited.WORD: inherited.answer,
    "node": template_library.node,
    "all": pages.rows,
    "items": feeds.items,
    "exported": exports.exported,
    "told": exports.told,
    "tabled": exports.tabled,
    "choices": forms.choices,
    "every": forms.every,
    "resolved": graphql.resolved,
    "listed": graphql.listed,
    "shown": responses.shown,
    shown.WORD: shown.shown,
    "field": responses.field,
    "dump": dumped.dump,
}
