"""What frameworks do when their classes are used: serializers run over rows, views give their queryset.

The loops nobody wrote are opened here; what one turn does is a unit of `analyzers.conventions`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from analyzers import conventions
from analyzers import facts as f
from analyzers.conventions import classes, exports, units, views
from analyzers.conventions.tables import frameworks
from analyzers.evaluate import attributes, class_values, evidence, expressions, queries
from analyzers.evaluate.calling import calls, library
from analyzers.evaluate.presenting import (
    dumping,
    filter_sets,
    pages,
    paginators,
    serialising,
    tabling,
    validating,
)
from analyzers.evaluate.queries import django_packages
from analyzers.evaluate.queries.emit import alone, row
from analyzers.evaluate.run import Run
from analyzers.findings import Place
from analyzers.project.schema import Key
from analyzers.text import Span
from analyzers.types import CHOICE, UNKNOWN_VALUE, Value, joined

if TYPE_CHECKING:
    from analyzers.evaluate.calling.arguments import Arguments

LOOP = serialising.LOOP

_LAZY = serialising.LAZY
_KEPT = (*_LAZY, "class")


# ---------------------------------------------------------------------------------------------- what is made


def construct(run: Run, node: f.Call, target: Value, arguments: Arguments, place: Place) -> Value | None:
    """`BookSerializer(rows, many=True)`: its fields are read of every row; a paginator or a filter set. None for others."""
    paginator = paginators.made(run, target, arguments)
    if paginator is not None or run.language != "python":
        return paginator
    validating.constructed(run, target, arguments, place)
    made = serialising.made(run, node, target, arguments, place)
    made = (
        made
        or dumping.made(run, node, target, arguments)
        or tabling.made(run, node, target, arguments, place)
    )
    return made if made is not None else filter_sets.made(run, target, arguments)


# ------------------------------------------------------------------------------------------ inherited methods


def method(
    run: Run, node: f.Call, receiver: Value, name: str, arguments: Arguments, place: Place
) -> Value | None:
    """A method that a project's class inherits from a framework. None for what is not one."""
    page = paginators.method(run, receiver, name, arguments, place)
    if page is not None:
        return page
    word = (
        frameworks().method.words.get(name, "")
        if receiver.kind == "instance" or receiver.label == "super()"
        else ""
    )
    if not word:
        return filter_sets.filtered(run, receiver, name, arguments) or _filtered(receiver, name, arguments)
    this = run.lookup("self") if receiver.label == "super()" else receiver
    if this is None and word == "queryset":
        return _rows(arguments.first())  # `super().get_queryset(queryset, info)` of a type of GraphQL.
    if this is None or this.ref is None or not this.ref[0]:
        return None
    if word == "representation":
        return serialising.representation(run, node, this, arguments, place)
    kind = conventions.kind_of(run.summaries.project, this.ref)
    if kind in ("rows", "row", "page"):
        if word == "context":
            return pages.context(run, this, arguments, place)
        if word == "response":
            return pages.response(run, this, arguments, place)
        if word == "row" and kind == "row":
            return _one(run, node, this, place)
        if word == "form":
            return _form(run, this, arguments, place)
        return pages.all_rows(run, this, place) if word == "queryset" else None
    if kind in ("admin", "inline", *exports.EXPORTED):
        return _all_rows(run, this, place) if word == "queryset" else None
    if not kind:
        return None
    if word == "argument":
        return _rows(arguments.first())
    if word == "list":
        return _listed(run, node, receiver)
    if word == "queryset":
        own = attributes.member_of(run, this, "queryset", "self.queryset")
        # Before version 3.0 of the REST framework a view could name its model alone.
        rows = own if own.known or own.origin is not None else pages.all_rows(run, this, place)
        return _certainly(run, this.ref, rows)
    if word == "row":
        return _one(run, node, this, place)
    if word == "serializer_class":
        return _serializer_class(run, this, place)
    made = _serializer_class(run, this, place)
    each = (made.items or ()) if made.kind == CHOICE else (made,)
    shown = [construct(run, node, one, arguments, place) for one in each if one.kind == "class" and one.ref]
    return joined(one for one in shown if one is not None)


def _listed(run: Run, node: f.Call, view: Value) -> Value:
    """`self.list(request)` in an action of a view's own: the framework lists the view's rows, as for `list`."""
    if view.label == "self" and run.lookup("self") is not None:
        at = units.At(Span(node.at, node.to))
        this = at.name("self")
        rows = at.call(at.attr(this, "filter_queryset"), at.call(at.attr(this, "get_queryset")))
        expressions.evaluate(run, at.call(at.attr(this, "get_serializer"), rows, many=at.truth()))
    return UNKNOWN_VALUE


def of_base(run: Run, node: f.Call, arguments: Arguments, place: Place) -> Value | None:
    """`ListView.get_context_data(self, **kwargs)`: a framework's own method, by the name of its class."""
    this = arguments.first()
    if (
        not isinstance(node.func, f.Attr)
        or this is None
        or this.kind != "instance"
        or this is not run.lookup("self")
    ):
        return None
    return method(run, node, this, node.func.name, arguments.after_first(), place)


_BACKENDS = "filter_queryset", 3
"""The method of a backend that filters the rows of a view, and what it is given: the request, the rows and the view.

Source: https://www.django-rest-framework.org/api-guide/filtering/#custom-generic-filtering
"""


def _filtered(receiver: Value, name: str, arguments: Arguments) -> Value | None:
    """`backend().filter_queryset(self.request, rows, self)` of a backend that nothing is known of: some of the rows."""
    if receiver.kind != "unknown" or (name, len(arguments.values)) != _BACKENDS:
        return None
    return _rows(arguments.positional(1))


def _all_rows(run: Run, this: Value, place: Place) -> Value:
    """The rows an admin shows. No loader can be put where nobody wrote a query."""
    assert this.ref is not None
    unit = Value("function", ref=(this.ref[0], units.qualname(this.ref[1], "rows")), bound=this)
    rows = calls.invoke(run, unit, (), {}, place, this.ref[1])
    if rows.origin is None:
        return rows
    origin = replace(rows.origin, split=True)
    rows = rows.but(origin=origin, of=rows.of.but(origin=origin) if rows.of is not None else None)
    return _certainly(run, this.ref, rows)


def further_up(run: Run, target: Value, name: str) -> Value:
    """The method that `super().name` means for what `self` is, bound to it: what it asks of `self` is of that class."""
    this = run.lookup("self")
    if this is None or this.kind not in ("instance", "row") or this.ref is None or not this.ref[0]:
        return target
    found = _further_up(run, this.ref, name)
    if found is None:
        return target
    bound = _with_rows(run, this)
    return Value("function", ref=found, bound=bound, label=target.label, depends=target.depends)


def _with_rows(run: Run, this: Value) -> Value:
    """An object with the rows that the running method has put on it: `self.queryset = ...`, and then `super().get_queryset()`."""
    rows = {name: value for name, value in run.stored.items() if value.kind in _LAZY and "." not in name}
    return replace(this, entries=tuple((dict(this.entries) | rows).items())) if rows else this


def _further_up(run: Run, this: Key, name: str) -> Key | None:
    """The method after the running one's class in the resolution order of what `self` is."""
    order = classes.ancestry(run.summaries.project, this)
    here = (run.path, run.function.owner)
    for path, qualname in order[order.index(here) + 1 :] if here in order else ():
        run.summaries.project.read(path, "members", qualname)
        outline = run.summaries.project.outline(path)
        found = outline.methods.get(qualname, {}).get(name) if outline is not None else None
        if found is not None:
            return path, found.qualname
    return None


def _rows(value: Value | None) -> Value | None:
    """A page of rows, or those that a filter leaves."""
    return value if value is not None and value.kind in _LAZY else None


def _certainly(run: Run, view: Key, value: Value) -> Value:
    """A queryset of a view; bases that nothing is known of may have added to it."""
    origin = value.origin
    if origin is None or classes.is_framework_only(run.summaries.project, view):
        return value
    origin = replace(origin, certain=False)
    return value.but(origin=origin, of=value.of.but(origin=origin) if value.of is not None else None)


def _one(run: Run, node: f.Call, this: Value, place: Place) -> Value:
    assert this.ref is not None
    rows = called(run, this, "get_queryset", place)
    if classes.method(run.summaries.project, this.ref, "filter_queryset") is not None:
        rows = called(run, this, "filter_queryset", place, rows)
    if rows.kind not in _LAZY:
        return UNKNOWN_VALUE
    return alone(row(rows.ref, rows.origin, "", rows.depends))


def _form(run: Run, this: Value, arguments: Arguments, place: Place) -> Value:
    """The form that a view makes of the class it names.

    Source: https://docs.djangoproject.com/en/5.2/ref/class-based-views/mixins-editing/#formmixin
    """
    assert this.ref is not None
    project = run.summaries.project
    made = arguments.get(0, "form_class")
    if made is None and classes.method(project, this.ref, "get_form_class") is not None:
        made = called(run, this, "get_form_class", place)
    if made is None:
        held = classes.held(project, this.ref, "form_class")
        named = classes.class_of(project, held) if held is not None else None
        made = class_values.class_itself(project, *named) if named is not None else UNKNOWN_VALUE
    if made.kind != "class" or made.ref is None:
        return UNKNOWN_VALUE
    return evidence.instance_of(project, *made.ref)


def _serializer_class(run: Run, this: Value, place: Place) -> Value:
    assert this.ref is not None
    project = run.summaries.project
    owner = views.chooser(project, this.ref)
    asked = dict(this.entries).get("action")
    action = asked.dotted if asked is not None else views.LIST
    named = views.by_action(project, this.ref, owner, action) if owner is not None else None
    if named is not None:
        return class_values.class_itself(project, *named)
    if owner is None:
        return attributes.member_of(run, this, "serializer_class", "self.serializer_class")
    chosen = Value("function", ref=(owner[0], units.qualname(owner[1], f"serializer {action}")), bound=this)
    return calls.invoke(run, chosen, (), {}, place, "get_serializer_class")


def called(run: Run, this: Value, name: str, place: Place, *given: Value) -> Value:
    """The method of that name, the project's own or the framework's."""
    assert this.ref is not None
    at = f.Name(0, 0, "self")
    bound = attributes.member_of(run, this, name, f"self.{name}")
    call = f.Call(0, 0, f.Attr(0, 0, at, name, 0), ())
    if bound.kind == "function":
        return calls.invoke(run, bound, given, {}, place, name)
    from analyzers.evaluate.calling.arguments import Arguments

    return method(run, call, this, name, Arguments.none(), place) or UNKNOWN_VALUE


# ------------------------------------------------------------------------------------------------- attributes


def unit(run: Run, base: Value, name: str) -> Value | None:
    """The unit that an attribute in angle brackets stands for."""
    found = units.target(name)
    if found is None:
        return None
    owner = (found[0], units.shown(found[1]))
    if base.ref is None or owner not in classes.ancestry(run.summaries.project, base.ref):
        base = Value("instance", ref=owner, label="self")
    return Value("function", ref=found, bound=base, label=owner[1])


_SHOWN = {"object": "row", "object_list": "rows"}
"""What Django's generic views keep on themselves, and the kind of views that do.

Source: https://docs.djangoproject.com/en/5.2/ref/class-based-views/mixins-single-object/
"""


def shown_by(run: Run, view: Value, name: str, place: Place) -> Value | None:
    """`self.object` of a view of one row, `self.object_list` of a view of many; None for anything else.

    It was asked for before, so that reading it sends nothing.
    """
    if name == "child" and view.kind == "instance" and view.of is not None:
        return serialising.child(run, view)
    if name not in _SHOWN or view.kind != "instance" or view.ref is None or not view.ref[0]:
        return None
    project = run.summaries.project
    if conventions.kind_of(project, view.ref) != _SHOWN[name]:
        return None
    before = len(run.analysis.queries)
    found = called(run, view, "get_queryset", place)
    if name == "object" and found.kind in _LAZY:
        found = alone(row(found.ref, found.origin, "", found.depends))
    own = classes.method(project, view.ref, "get_object") if name == "object" else None
    if own is not None:
        chosen = called(run, view, "get_object", place)
        if chosen.kind == "row":
            found = chosen
        elif views.loads_more(own):
            found = row(found.ref, None, "", found.depends)  # Nobody knows what came with it.
    del run.analysis.queries[before:]
    return found if found.ref is not None and found.kind in ("row", *_LAZY) else None


def class_attribute(run: Run, base: Value, name: str) -> Value | None:
    """A set of rows or a class that a class body keeps under a name: `queryset = Book.objects.all()`."""
    assert base.ref is not None
    project = run.summaries.project
    found = classes.held(project, base.ref, name) if base.ref[0] else None
    if found is None or not isinstance(found.value, (f.Call, f.Attr, f.Name)):
        return None
    path, owner = found.owner
    return _kept(run, path, units.qualname(owner, f"attribute {name}"))


def module_rows(run: Run, path: str, name: str) -> Value | None:
    """A set of rows that a module keeps under a name: `BOOKS = Book.objects.filter(listed=True)`.

    Of its own rows nothing is known: they stay from one call to the next, with what was loaded of them.
    """
    rows = _kept(run, path, units.qualname("<module>", f"{conventions.KEPT} {name}"))
    if rows is None or rows.of is None or rows.kind == "manager":
        return rows
    return rows.but(of=rows.of.but(origin=None))


def module_function(run: Run, path: str, name: str) -> Value | None:
    """A function that a module had made by another one, with what it was made for: `get_book = getter(Book)`."""
    return _kept(run, path, units.qualname("<module>", f"{conventions.KEPT} {name}"), ("function",))


def _kept(run: Run, path: str, unit: str, kinds: tuple[str, ...] = _KEPT) -> Value | None:
    function = conventions.function(run.summaries.project, path, unit)
    summary = run.summaries.of(path, function, {}, run) if function is not None else None
    if summary is None or summary.returns.kind not in kinds:
        return None  # What reading it once sends was sent when the class or the module was made.
    return replace(summary.returns, depends=frozenset(), bound=None)


def implicitly_called(run: Run, node: f.Attr, value: Value) -> Value:
    """An attribute that a framework reads by its name is called if it is a function."""
    place = run.place(node)
    if value.kind == "function":
        return calls.invoke(run, value, (), {}, place, value.label).named(value.label).on(value.depends)
    holder = value.bound
    if value.kind == "method" and holder is not None:
        return django_packages.called(run, node, holder, node.name) or value
    if value.kind == "unknown" and holder is not None and holder.kind == "dict":
        return _of_mapping(run, node, holder, value)
    asks = holder is not None and (holder.kind in _LAZY or (holder.kind == "unknown" and node.name == "all"))
    if value.kind == "unknown" and holder is not None and asks:
        from analyzers.evaluate.calling.arguments import Arguments

        call = f.Call(node.at, node.to, node, ())
        return queries.call(run, call, value, node.name, Arguments.none()) or value
    return value


def _of_mapping(run: Run, node: f.Attr, holder: Value, value: Value) -> Value:
    """`group.books` of a mapping is what it holds under that key; `groups.items`, if no key is called so, a method.

    Source: https://docs.djangoproject.com/en/5.2/ref/templates/language/#variables
    """
    held = dict(holder.entries).get(node.name)
    if held is None and node.name in library.VIEWS:
        from analyzers.evaluate.calling.arguments import Arguments

        call = f.Call(node.at, node.to, node, ())
        return library.method(run, call, holder, node.name, Arguments.none(), run.place(node)).on(
            holder.depends
        )
    if held is None and not holder.entries:
        held = holder.values
    return held.on(holder.depends).named(value.label) if held is not None else value
