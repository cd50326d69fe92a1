"""Django's admin: a changelist shows columns of every row of its page, an inline shows the rows of one relation.

Source: https://github.com/django/django/blob/5.2/django/contrib/admin/views/main.py (ChangeList.get_queryset and
apply_select_related) and https://github.com/django/django/blob/5.2/django/contrib/admin/utils.py (lookup_field)
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzers import facts as f
from analyzers.conventions import admin_forms, classes, exports, units
from analyzers.conventions.classes import Held
from analyzers.conventions.tables import frameworks
from analyzers.conventions.units import ROW, At
from analyzers.project import always_there
from analyzers.project.index import Project
from analyzers.project.models import Models
from analyzers.project.outline import callee, dotted, flatten, is_true
from analyzers.project.schema import Key, Model, Relation
from analyzers.text import Span

_Column = tuple[At, str, "f.Expr | None"]
"""Where a column is named, its name, and for a function in the list that function."""

INLINE = "inline"
"""The unit of an inline."""


def kind_of(project: Project, key: Key) -> str:
    """ "admin" or "inline" for a class of the admin's, "" for any other.

    One that is registered for a model is one, if another package calls its base an admin.
    """
    known = classes.kind(project, key, inline=frameworks().inline, admin=frameworks().admin)
    if known or not classes.called_outside(project, key, "Admin"):
        return known
    return "admin" if any(True for _ in _registered(project, key)) else ""


def roots(project: Project, key: Key) -> Iterator[str]:
    kind = kind_of(project, key)
    if kind and _model(project, key) is not None:
        yield "changelist" if kind == "admin" else INLINE
        yield "offered"
        if kind == "admin" and ("actions" in classes.own(project, key) or exports.resource_of(project, key)):
            yield "acted"


def changelist(project: Project, cls: f.ClassDef, key: Key, _: str) -> f.Function | None:
    """One page: the columns of every row."""
    found = _model(project, key)
    if found is None or classes.method(project, key, "get_list_select_related") is not None:
        return None
    model = found[0]
    columns = list(_columns(project, cls, key, "list_display")) or _chosen_columns(project, cls, key)
    at = At(classes.place(project, cls, key, "list_display"))
    rows = _page(project, at, key, model, columns)
    if rows is None:
        return None
    shown = [s for where, name, call in columns for s in _shown(project, key, model, where, name, call)]
    return units.function(cls, "changelist", (), (at.each(ROW, rows, *shown),))


def _chosen_columns(project: Project, cls: f.ClassDef, key: Key) -> list[_Column]:
    """The columns of a class that lists none: what its own `get_list_display` gives as it stands, or the row's text.

    Source: https://docs.djangoproject.com/en/5.2/ref/contrib/admin/#django.contrib.admin.ModelAdmin.get_list_display
    """
    at = At(classes.name_of(cls))
    chooser = classes.method(project, key, "get_list_display")
    if chooser is None:
        return [(at, "__str__", None)]
    given = (node.value for node in f.walk(chooser.body) if isinstance(node, f.Return))
    items = [item for value in given if value is not None for item, stands in _listed(value) if stands]
    return [
        (at, item.value, None) for item in items if isinstance(item, f.Const) and isinstance(item.value, str)
    ]


def _page(project: Project, at: At, key: Key, model: Model, columns: list[_Column]) -> f.Expr | None:
    """The rows of the changelist, with what it joins; None where that cannot be told."""
    joined = _select_related(project, key, model, [name for _, name, _ in columns])
    rows = _rows(project, at, key)
    if joined:
        return at.call(at.attr(rows, "select_related"), *map(at.text, joined))
    return rows if joined is not None else None


def offered(project: Project, cls: f.ClassDef, key: Key, _: str) -> f.Function | None:
    """What the fields of relations offer in the form of one row. Forms of one file that offer the same rows are told once."""
    shown = [one for one in _offers(project, key) if one[0].target is not None]
    before: set[Key | None] = set()
    for name in project.class_names(key[0]):
        if name == key[1]:
            break
        if kind_of(project, (key[0], name)):
            before |= {relation.target for relation, _ in _offers(project, (key[0], name))}
    return admin_forms.offered(project, cls, [one for one in shown if one[0].target not in before])


def _offers(project: Project, key: Key) -> list[tuple[Relation, Span]]:
    def find() -> list[tuple[Relation, Span]]:
        found, cls = _model(project, key), project.class_(*key)
        if found is None or cls is None:
            return []
        parents: frozenset[Key] = frozenset()
        if kind_of(project, key) == INLINE:
            above = [_model(project, owner) for owner in admin_forms.inlines_of(project, *key)]
            keys = [shown[0].key for shown in above if shown is not None]
            parents = frozenset(base for parent in keys for base in classes.ancestry(project, parent))
            if not parents:
                return []  # Which of its relations the form leaves out is not known.
        return admin_forms.relations(project, cls, key, found[0], parents)

    return project.memo.ask(("offers", *key), find, in_cycle=[])


def acted(project: Project, cls: f.ClassDef, key: Key, _: str) -> f.Function | None:
    """What the class's actions do with the rows that a person has chosen on the page, and what it exports of each.

    Source: https://docs.djangoproject.com/en/5.2/ref/contrib/admin/actions/ and
    https://django-import-export.readthedocs.io/en/stable/admin_integration.html
    """
    found, held = _model(project, key), classes.held(project, key, "actions")
    if found is None or classes.method(project, key, "get_list_select_related") is not None:
        return None
    columns = list(_columns(project, cls, key, "list_display"))
    body: list[f.Stmt] = []
    resource = exports.resource_of(project, key)
    if resource is not None:
        at = At(classes.place(project, cls, key, "resource_class", "resource_classes"))
        rows = _page(project, at, key, found[0], columns)
        shown = at.call(at.attr(at.name("self"), units.attribute(*resource, "told")), at.name(ROW))
        body += [at.each(ROW, rows, at.do(shown))] if rows is not None else []
    for item, _stands in _listed(held.value) if held is not None else ():
        at = At(Span(item.at, item.to))
        rows, request = _page(project, at, key, found[0], columns), at.name("request")
        if rows is None:
            return None
        if isinstance(item, f.Const) and classes.method(project, key, str(item.value)) is not None:
            body.append(at.do(at.call(at.attr(at.name("self"), str(item.value)), request, rows)))
        elif isinstance(item, f.Name):
            body.append(at.do(at.call(item, at.name("self"), request, rows)))
    return units.function(cls, "acted", (), tuple(body)) if body else None


def inline(project: Project, cls: f.ClassDef, key: Key, _: str) -> f.Function | None:
    """The rows of a relation, each with its text above the form and what cannot be edited."""
    found = _model(project, key)
    if found is None or _is_for_few(project, key, found[0]) or _has_other_rows(project, key):
        return None
    at = At(classes.place(project, cls, key, "readonly_fields"))
    columns = [*_columns(project, cls, key, "readonly_fields"), (At(classes.name_of(cls)), "__str__", None)]
    shown = [s for where, name, call in columns for s in _shown(project, key, found[0], where, name, call)]
    rows = _rows(project, at, key)
    return units.function(cls, INLINE, (), (at.each(ROW, rows, *shown),))


def _has_other_rows(project: Project, key: Key) -> bool:
    """True for an inline whose formset is one of the project's that chooses or loads its rows itself."""
    held = classes.held(project, key, "formset")
    own = classes.class_of(project, held) if held is not None else None
    methods = (classes.method(project, own, name) for name in ("__init__", "get_queryset")) if own else ()
    return any(
        isinstance(node, f.Attr) and node.name in ("queryset", "get_queryset")
        for method in methods
        if method is not None
        for node in f.walk(method.body)
    )


def _is_for_few(project: Project, key: Key, model: Model) -> bool:
    """True if the class says how many rows there may be (`max_num = 1`), or the relation to their owner is one to one."""
    limit = classes.held(project, key, "max_num")
    if limit is not None and isinstance(limit.value, f.Const) and limit.value.kind == "int":
        return True
    owning = {r.kind for r in model.relations.values() if r.kind in ("fk", "o2o")}
    return owning == {"o2o"}


def _rows(project: Project, at: At, key: Key) -> f.Expr:
    """The call that gives the rows. Until Django 1.6 the method was called `queryset`.

    Source: https://docs.djangoproject.com/en/1.6/releases/1.6/#get-query-set-and-similar-methods-renamed-to-get-queryset
    """
    old = (
        classes.method(project, key, "queryset") is not None
        and classes.method(project, key, "get_queryset") is None
    )
    return at.call(at.attr(at.name("self"), "queryset" if old else "get_queryset"), at.name("request"))


def queryset(project: Project, cls: f.ClassDef, key: Key, _: str) -> f.Function | None:
    """What the framework's `get_queryset` gives: all rows, of the default manager."""
    found = _model(project, key)
    at = At(classes.name_of(cls))
    if found is None or not found[0].managers:
        return None
    model, known_as = found
    if known_as is None:
        every = at.attr(at.name("self"), units.attribute(*model.key, "every"))
        return units.function(cls, "rows", (), (at.give(at.call(every)),))
    manager = at.attr(known_as, next(iter(model.managers)))
    return units.function(cls, "rows", (), (at.give(at.call(at.attr(manager, "all"))),))


# ------------------------------------------------------------------------------------------------- the model


def _model(project: Project, key: Key) -> tuple[Model, f.Expr | None] | None:
    """The model a class of the admin's is for, and the name by which its file knows it, if another did not register it."""
    own = classes.held(project, key, "model")
    for at in [own] if own is not None and own.owner == key else _registered(project, key):
        named = classes.class_of(project, at)
        found = Models(project).model(*named) if named is not None else None
        if found is not None and found.orm == "django":
            return found, at.value if at.owner[0] == key[0] else None
    return None


def _registered(project: Project, key: Key) -> Iterator[Held]:
    """The models for which a class is registered: by its decorator, in its file, in the package of that or elsewhere."""
    path, qualname = key
    cls = project.class_(path, qualname)
    for decorator in cls.decorators if cls is not None else ():
        if isinstance(decorator, f.Call) and (callee(decorator) or "").rpartition(".")[2] == "register":
            yield from (Held((path, ""), a) for a in decorator.args)
    for given in _registrations(project, path, qualname):
        yield Held((path, ""), given)
    for other, _ in project.words.registered(qualname):
        if other != path:
            yield from (Held((other, ""), given) for given in _registrations(project, other, qualname, key))


def _registrations(project: Project, path: str, name: str, key: Key | None = None) -> Iterator[f.Expr]:
    """What a file registers under an admin of that name, which stands for the class `key` if one is given, also where a
    setting decides whether it does: `admin.site.register(Book, BookAdmin)`.
    """
    project.read(path)
    facts = project.facts(path)
    for statement in flatten(facts.functions[0].body) if facts is not None and facts.functions else ():
        call = statement.value if isinstance(statement, f.Do) else None
        if not isinstance(call, f.Call) or not (callee(call) or "").endswith(".register"):
            continue
        if len(call.args) != 2 or (dotted(call.args[1]) or "").rpartition(".")[2] != name:
            continue
        if key is None or classes.class_of(project, Held((path, ""), call.args[1])) == key:
            given = call.args[0]
            yield from given.items if isinstance(given, f.Collection) else (given,)


# -------------------------------------------------------------------------------------------------- columns


def _columns(project: Project, cls: f.ClassDef, key: Key, option: str) -> Iterator[_Column]:
    """The columns: where each is named, its name, and for a function in the list, or the call that makes one, that."""
    found = classes.held(project, key, option)
    if found is None:
        return
    listed = list(_listed(found.value))
    for item, stands in listed:
        words = classes.words(project, Held(found.owner, item))
        if (
            words is None
            and found.owner == key
            and stands
            and (dotted(item) or isinstance(item, (f.Call, f.Lambda)))
        ):
            yield At(Span(item.at, item.to)), "", item
        for word in words or ():
            yield At(classes.local(cls, key, word) or classes.name_of(cls)), word.text, None


def _listed(node: f.Expr) -> Iterator[tuple[f.Expr, bool]]:
    """The parts of a list that is put together of several (`UserAdmin.list_display + ("team",)`), and whether each stands
    in a list itself.
    """
    if isinstance(node, f.Collection):
        yield from ((item, True) for item in node.items)
    elif isinstance(node, f.Binary) and node.op == "+":
        yield from _listed(node.left)
        yield from _listed(node.right)
    else:
        yield node, False


def _shown(
    project: Project, key: Key, model: Model, at: At, name: str, call: f.Expr | None
) -> Iterator[f.Stmt]:
    """What showing one column of one row does."""
    row = at.name(ROW)
    relation = model.relations.get(name)
    if call is not None:
        yield at.do(at.call(call, row))
    elif relation is not None and not relation.many:
        yield at.do(at.call(at.attr(row, name, "__str__")))
    elif relation is None and name not in model.columns:
        if name != "__str__" and classes.method(project, key, name) is not None:
            yield at.do(at.call(at.attr(at.name("self"), name), row))
        elif name == "__str__":
            yield at.do(at.call(at.attr(row, name)))
        else:
            yield at.do(at.attr(row, *name.split("__")) if not name.startswith("_") else at.attr(row, name))


# ------------------------------------------------------------------------------------------- eager loading


def _select_related(project: Project, key: Key, model: Model, columns: list[str]) -> list[str] | None:
    """The relations that the changelist joins by itself; None where that cannot be told.

    Without `list_select_related`, a column that is a foreign key makes it join all foreign keys that cannot be null. A
    `get_queryset` that joins something is left as it is.
    """
    own = _joins_itself(project, key)
    if own is not False:
        return [] if own else None
    found = classes.held(project, key, "list_select_related")
    value = found.value if found is not None else None
    if found is not None and not (isinstance(value, f.Const) and value.kind == "bool"):
        words = classes.words(project, found)
        return [word.text for word in words] if words is not None else None
    single = {r.name for r in model.relations.values() if r.kind in ("fk", "o2o")}
    if is_true(value) or single & set(columns):
        return list(always_there.paths(project, model))
    return []


def _joins_itself(project: Project, key: Key) -> bool | None:
    """Whether the class's own `get_queryset` joins something; None where it does so under a condition.

    Source: https://github.com/django/django/blob/5.2/django/contrib/admin/views/main.py (`if not qs.query.select_related`)
    """
    method = classes.method(project, key, "get_queryset")
    if method is None:
        return False
    joins = [
        isinstance(statement, (f.Return, f.Assign))
        for statement in method.body
        for node in f.walk((statement,))
        if isinstance(node, f.Call) and isinstance(node.func, f.Attr) and node.func.name == "select_related"
        if node.args
    ]
    return False if not joins else True if any(joins) else None
