"""Views of Django REST framework: a list view serializes all rows of its queryset, a detail view one.

Source: https://github.com/encode/django-rest-framework/blob/3.16.0/rest_framework/mixins.py
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from analyzers import facts as f
from analyzers.conventions import asking, classes, inherited, units
from analyzers.conventions.classes import Held
from analyzers.conventions.tables import frameworks
from analyzers.conventions.units import At
from analyzers.orm import tables
from analyzers.project import names
from analyzers.project.index import Project
from analyzers.project.outline import dotted, inner_bodies, keyword, literal
from analyzers.project.schema import Key
from analyzers.text import Span

LIST, ONE = "list", "retrieve"
_METHOD = "GET"
_CHOOSERS = ("get_queryset", "filter_queryset", "get_serializer_class")
"""Methods by which a view says which rows it shows, and how."""


def kind_of(project: Project, key: Key) -> str:
    """ "list", "detail" or "generic" for a view of the framework, "" for any other class."""
    table = frameworks()
    kind = classes.kind(
        project, key, list=table.list_view, detail=table.detail_view, generic=table.generic_view
    )
    return kind or ("list" if _is_called_a_view_set(project, key) else "")


def _is_called_a_view_set(project: Project, key: Key) -> bool:
    """True for a class with a serializer whose base another package calls a set of views (`BulkModelViewSet`)."""
    last = classes.called_outside(project, key, "ViewSet")
    if not last or "Generic" in last:
        return False
    given = (classes.method(project, key, name) for name in ("get_serializer_class", "get_serializer"))
    return classes.held(project, key, "serializer_class") is not None or any(given)


def roots(project: Project, key: Key) -> Iterator[str]:
    """The units of a class that the framework runs by itself."""
    kind = kind_of(project, key)
    for name in (LIST, "get") if kind else ():
        if inherited.inherits(project, key, name):
            yield f"{inherited.WORD} {name}"
    if kind == "list" and classes.goes_up(project, key, "list") and not _shows_one(project, key):
        yield "list"
    one = kind == "detail" or (kind == "list" and _tells_apart(project, key))
    if one and classes.goes_up(project, key, "retrieve"):
        yield "detail"


def _tells_apart(project: Project, key: Key) -> bool:
    """True for a view of lists that answers with one row as well, and loads or shows it otherwise than a list."""
    if not classes.derives(project, key, frameworks().detail_view):
        return False
    own = (classes.method(project, key, name) for name in _CHOOSERS)
    return any(
        asking.test_of(node) is not None for one in own if one is not None for node in f.walk(one.body)
    )


def _shows_one(project: Project, key: Key) -> bool:
    """True for a view with an object of its own choosing and no rows: its list is not routed to, unless the view is put
    together of what lists among others."""
    own = classes.method(project, key, "get_object")
    if own is None or classes.method(project, key, "get_queryset") is not None or _lists(project, key):
        return False
    return "queryset" not in {n.name for n in f.walk(own.body) if isinstance(n, f.Attr)}


def _lists(project: Project, key: Key) -> bool:
    """True for a class that names the mixin of lists among its own bases, or one above it that does.

    Source: https://www.django-rest-framework.org/api-guide/generic-views/#listmodelmixin
    """
    above = (project.class_(*one) for one in classes.ancestry(project, key))
    bases = [base for cls in above if cls is not None for base in cls.bases]
    return any((dotted(base) or "").rpartition(".")[2] == "ListModelMixin" for base in bases)


def list_(project: Project, cls: f.ClassDef, key: Key, _: str) -> f.Function:
    at = At(_place(project, cls, key))
    this = at.name("self")
    rows = at.call(at.attr(this, "get_queryset"))
    if classes.method(project, key, "filter_queryset") is not None:
        rows = at.call(at.attr(this, "filter_queryset"), rows)
    else:
        for backend in _loading_backends(project, key):
            rows = at.call(at.attr(at.call(backend), "filter_queryset"), at.attr(this, "request"), rows, this)
    if classes.method(project, key, "paginate_queryset") is not None:
        rows = at.call(at.attr(this, "paginate_queryset"), rows)
    made = at.call(at.attr(this, "get_serializer"), rows, many=at.truth())
    return units.function(cls, "list", (), (_asked(at, LIST), *_put(project, key, at, "list"), at.do(made)))


def _loading_backends(project: Project, key: Key) -> Iterator[f.Expr]:
    """The project's own filters of a view's rows that load something along with these.

    Source: https://www.django-rest-framework.org/api-guide/filtering/#custom-generic-filtering
    """
    named = classes.held(project, key, "filter_backends")
    if named is None or named.owner[0] != key[0] or not isinstance(named.value, f.Collection):
        return
    for item in named.value.items:
        backend = classes.class_of(project, Held(named.owner, item))
        own = classes.method(project, backend, "filter_queryset") if backend is not None else None
        if own is not None and loads_more(own):
            yield item


def loads_more(function: f.Function) -> bool:
    """True for a function that names a loader of relations: what it gives may come with more than what it was handed."""
    loaders = tables().django.loaders
    return any(isinstance(node, f.Attr) and node.name in loaders for node in f.walk(function.body))


def _asked(at: At, action: str) -> f.Stmt:
    """Says what the view is asked for, from here on."""
    return at.put("self", at.call(at.name("<as>"), at.name("self"), at.text(action)))


def detail(project: Project, cls: f.ClassDef, key: Key, _: str) -> f.Function:
    at = At(_place(project, cls, key))
    this = at.name("self")
    made = at.call(at.attr(this, "get_serializer"), at.call(at.attr(this, "get_object")))
    return units.function(
        cls, "detail", (), (_asked(at, ONE), *_put(project, key, at, "retrieve"), at.do(made))
    )


def _put(project: Project, key: Key, at: At, action: str) -> Iterator[f.Stmt]:
    """The serializer that the view's own action puts in the place of the class's before the framework's goes on."""
    own = project.methods_of(*key).get(action)
    this = own.params[0].name if own is not None and own.params else ""
    for step in own.body if own is not None else ():
        named = dotted(step.value) if isinstance(step, f.Assign) and step.value is not None else None
        if named and isinstance(step, f.Assign) and dotted(step.targets[0]) == f"{this}.{_SHOWN_BY}":
            yield f.Assign(*at.span, (at.attr(at.name("self"), _SHOWN_BY),), _names(at, named))


_SHOWN_BY = "serializer_class"


def _place(project: Project, cls: f.ClassDef, key: Key) -> Span:
    """Where the class says which rows it shows."""
    own = classes.own(project, key)
    value = own["queryset"].value if "queryset" in own else None
    if value is not None:
        return Span(value.at, value.to)
    method = project.methods_of(*key).get("get_queryset")
    if method is not None:
        return Span(method.name_at, method.name_to).shift(method.start - cls.start)
    return classes.name_of(cls)


# ---------------------------------------------------------------------------------------------- the serializer


def serializer(project: Project, cls: f.ClassDef, key: Key, action: str) -> f.Function:
    """What `get_serializer_class` gives for an action, as far as its branches tell; for a list if none is named."""
    function = project.function(key[0], f"{key[1]}.get_serializer_class")
    at = At(classes.name_of(cls))
    held: _Held = {}
    found = _chosen(function.body, action or LIST, held)[0] if function is not None else []
    given = [one for node in found if (one := _given(project, key, at, node)) is not None]
    name = f"serializer {action}".rstrip()
    if not given:
        return units.function(cls, name, (), ())
    whole = given[-1]
    for other in reversed(given[:-1]):
        whole = f.Choose(*at.span, f.Opaque(*at.span), other, whole)
    return units.function(cls, name, (), (at.give(whole),))


def _given(project: Project, key: Key, at: At, node: f.Expr) -> f.Expr | None:
    """A class that is named, what a function of the project gives that is handed constants alone, or the view's own
    `serializer_class` where a call goes on to the framework: `wrapped(super().get_serializer_class())` shows the same rows."""
    chain = dotted(node)
    if isinstance(node, f.Call) and _hands_constants(node) and (made_by := dotted(node.func)) is not None:
        maker = names.resolve(project, key[0], made_by, f"{key[1]}.get_serializer_class")
        if maker is not None and maker[0].kind == "function" and not maker[1]:
            return at.call(_names(at, made_by))
    if chain is not None and chain != "self.serializer_class":
        return _names(at, chain)
    goes_on = isinstance(node, f.Call) and (dotted(node.func) or isinstance(node.func, f.Attr))
    return at.attr(at.name("self"), "serializer_class") if chain or goes_on else None


def _hands_constants(call: f.Call) -> bool:
    return all(isinstance(one, f.Const) for one in (*call.args, *(k.value for k in call.keywords)))


def _names(at: At, chain: str) -> f.Expr:
    first, *rest = chain.split(".")
    return at.attr(at.name(first), *rest)


_Held = dict[str, list[f.Expr]]
"""What the names of a function may hold so far: `cls = BookSerializer`."""


def _chosen(body: tuple[f.Stmt, ...], action: str, held: _Held) -> tuple[list[f.Expr], bool]:
    """What may be returned for an action, and whether nothing comes after.

    A request decides as it is: both sides are possible. Of a branch that depends on anything else it is what is returned
    without it.
    """
    given: list[f.Expr] = []
    for statement in body:
        if isinstance(statement, f.Return):
            return [*given, *_known(statement.value, action, held)], True
        if isinstance(statement, f.Assign):
            found = _known(statement.value, action, held)
            held |= {target.id: found for target in statement.targets if isinstance(target, f.Name) and found}
        elif isinstance(statement, f.If):
            ways = _ways(statement, action, held)
            some, after = _of_ways(ways, action, held)
            given += some
            if not after:
                return given, True
            held |= {
                name: list(dict.fromkeys(n for one in after for n in one.get(name, ()))) for name in after[0]
            }
        elif inner_bodies(statement):
            return given, True
    return given, False


def _ways(statement: f.If, action: str, held: _Held) -> list[tuple[f.Stmt, ...]]:
    """The sides of a branch that an action may take; none where nobody knows."""
    sides = [
        statement.body if answer else statement.otherwise for answer in _answers(statement.test, action, held)
    ]
    return sides or ([] if statement.otherwise else [()])


def _answers(test: f.Expr, action: str, held: _Held) -> list[bool]:
    """What a test may give for an action; nothing where nobody knows."""
    asked = _asks(test, action)
    if asked is not None:
        return [asked]
    if isinstance(test, f.Logic) and test.op in ("and", "or"):
        ends = test.op == "or"
        parts = [_answers(part, action, held) for part in test.parts]
        if [ends] in parts:
            return [ends]
        if not all(parts):
            return []
        return [not ends] if all(part == [not ends] for part in parts) else [True, False]
    return [True, False] if _is_of_request(test, held) else []


def _of_ways(ways: list[tuple[f.Stmt, ...]], action: str, held: _Held) -> tuple[list[f.Expr], list[_Held]]:
    """What the sides of a branch return, and what the names hold after those that go on."""
    given: list[f.Expr] = []
    after: list[_Held] = []
    for way in ways:
        inner = dict(held)
        some, ends = _chosen(way, action, inner)
        given += some
        if not ends:
            after.append(inner)
    return given, after


_OF_READING = frozenset(("user", "auth", "query_params", "GET", "version"))
"""What is read of a request of any kind; what one brings, and of which type that is, is no matter of a list."""


def _is_of_request(test: f.Expr, held: _Held) -> bool:
    """True for a test of who asks, or of what a request asks for: `self.request.user.is_staff`, `"full" in request.GET`."""
    named = [one for node in f.walk((test,)) if isinstance(node, f.Name) for one in held.get(node.id, ())]
    read = {
        node.name if isinstance(node, f.Attr) else node.id
        for node in f.walk((test, *named))
        if isinstance(node, (f.Attr, f.Name))
    }
    return "request" in read and not read.isdisjoint(_OF_READING) and read.isdisjoint(_OF_VIEW)


_OF_VIEW = frozenset(("action", "method", "kwargs", "detail", "data", "POST"))
"""What a view is told of the way it was reached, and what is sent to it."""


def _known(node: f.Expr | None, action: str, held: _Held) -> list[f.Expr]:
    """What an expression may be for an action: a name's value, one side of `A if self.action == "list" else B`."""
    if isinstance(node, f.Name):
        return held.get(node.id, [node])
    if isinstance(node, f.Choose):
        answers = _answers(node.test, action, held) or [False]
        chosen = [node.then if answer else node.other for answer in answers]
        return [one for side in chosen for one in _known(side, action, held)]
    return [node] if node is not None else []


def _asks(node: f.Expr, action: str) -> bool | None:
    """Whether a test of the action or method holds for an action; None for a test of something else."""
    test = asking.test_of(node)
    if test is None:
        return None
    items = test.words.items if isinstance(test.words, f.Collection) else (test.words,)
    texts = {item.value for item in items if isinstance(item, f.Const)}
    if len(texts) != len(items):
        return None
    return bool(texts & {action, _METHOD}) == test.holds


def by_action(project: Project, key: Key, owner: Key, action: str) -> Key | None:
    """The serializer that a view's own mapping of actions has for an action: `self.serializers[self.action]`.

    Many projects write it; for an action that the mapping does not name they go back to `serializer_class`.
    """
    function = project.function(owner[0], f"{owner[1]}.get_serializer_class")
    for node in f.walk(function.body) if function is not None else ():
        holder, asked = None, None
        if isinstance(node, f.Index):
            holder, asked = node.obj, node.index
        elif (
            isinstance(node, f.Call)
            and isinstance(node.func, f.Attr)
            and node.func.name == "get"
            and node.args
        ):
            holder, asked = node.func.obj, node.args[0]
        if dotted(asked) != "self.action" or holder is None:
            continue
        held = _mapping(project, key, owner, holder)
        if held is None:
            continue
        named = held.value if isinstance(held.value, f.Mapping) else None
        pairs = zip(named.keys, named.values, strict=False) if named is not None else ()
        given = next((v for k, v in pairs if k is not None and literal(k) == action), None)
        default = _otherwise(project, key, owner, node)
        chosen = Held(held.owner, given) if named is not None and given is not None else default
        return classes.class_of(project, chosen) if chosen is not None else None
    return None


def _mapping(project: Project, key: Key, owner: Key, holder: f.Expr) -> Held | None:
    """The mapping that an attribute of the view, or a method itself, writes out; None for anything else.

    Without the attribute nothing is named for any action.
    """
    if isinstance(holder, f.Mapping):
        return Held(owner, holder)
    chain = dotted(holder) or ""
    if not chain.startswith("self.") or chain.count(".") > 1:
        return None
    held = classes.held(project, key, chain.removeprefix("self."))
    if held is None:
        return Held(owner, holder)
    return held if isinstance(held.value, f.Mapping) else None


def _otherwise(project: Project, key: Key, owner: Key, node: f._Node) -> Held | None:
    """What `self.serializers.get(self.action, self.other)` goes back to: an attribute of the view, or a class that is named."""
    given = node.args[1] if isinstance(node, f.Call) and len(node.args) > 1 else None
    chain = (dotted(given) or "") if given is not None else ""
    if given is not None and chain and not chain.startswith("self."):
        return Held(owner, given)
    return classes.held(project, key, chain.removeprefix("self.") or "serializer_class")


class Action(NamedTuple):
    """An action of its own that a view has: its name, whether it is asked for by GET alone, and the serializer it names."""

    name: str
    only_read: bool
    serializer: Key | None


def action_of(project: Project, path: str, function: f.Function) -> Action | None:
    """What a method's decorator says of it: `@action(detail=False, serializer_class=BookSerializer)`; None for any other."""
    table = frameworks().view_action.names
    for decorator in function.decorators if function.owner else ():
        call = decorator if isinstance(decorator, f.Call) else None
        found = (
            names.resolve(project, path, dotted(call.func) or "", function.owner)
            if call is not None
            else None
        )
        if call is None or found is None or ".".join((found[0].dotted, *found[1])) not in table:
            continue
        if keyword(call, "queryset") is not None:
            return None  # Its rows are others than the view's.
        named = keyword(call, _SHOWN_BY)
        shown = classes.class_of(project, Held((path, function.owner), named)) if named is not None else None
        methods = keyword(call, "methods")
        asked = {literal(one) for one in methods.items} if isinstance(methods, f.Collection) else {_METHOD}
        return Action(function.name, {one.upper() for one in asked} == {_METHOD}, shown)
    return None


def chooser(project: Project, key: Key) -> Key | None:
    """The class whose `get_serializer_class` a view has, if the project defines it."""
    found = names.member(project, *key, "get_serializer_class")
    if found is None or found.kind != "function":
        return None
    return found.path, found.qualname.rpartition(".")[0]
