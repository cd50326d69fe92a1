"""Views of Django REST framework: a list view serializes all rows of its queryset, a detail view one.

Source: https://github.com/encode/django-rest-framework/blob/3.16.0/rest_framework/mixins.py
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzers import facts as f
from analyzers.conventions import asking, classes, inherited, units
from analyzers.conventions.classes import Held
from analyzers.conventions.tables import frameworks
from analyzers.conventions.units import At
from analyzers.project import names
from analyzers.project.index import Project
from analyzers.project.outline import dotted, inner_bodies, literal
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
    """True for a view with an object of its own choosing and no rows: its list is not routed to."""
    own = classes.method(project, key, "get_object")
    if own is None or classes.method(project, key, "get_queryset") is not None:
        return False
    return "queryset" not in {n.name for n in f.walk(own.body) if isinstance(n, f.Attr)}


def list_(project: Project, cls: f.ClassDef, key: Key, _: str) -> f.Function:
    at = At(_place(project, cls, key))
    this = at.name("self")
    rows = at.call(at.attr(this, "get_queryset"))
    if classes.method(project, key, "filter_queryset") is not None:
        rows = at.call(at.attr(this, "filter_queryset"), rows)
    if classes.method(project, key, "paginate_queryset") is not None:
        rows = at.call(at.attr(this, "paginate_queryset"), rows)
    made = at.call(at.attr(this, "get_serializer"), rows, many=at.truth())
    return units.function(cls, "list", (), (_asked(at, LIST), *_put(project, key, at, "list"), at.do(made)))


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
    found = _chosen(function.body, action or LIST, {}) if function is not None else None
    name = f"serializer {action}".rstrip()
    chain = dotted(found) if found is not None else None
    default = at.attr(at.name("self"), "serializer_class")
    if chain is None:
        inherited = isinstance(found, f.Call) and (dotted(found.func) or isinstance(found.func, f.Attr))
        return units.function(cls, name, (), (at.give(default),) if inherited else ())
    given = default if chain == "self.serializer_class" else _names(at, chain)
    return units.function(cls, name, (), (at.give(given),))


def _names(at: At, chain: str) -> f.Expr:
    first, *rest = chain.split(".")
    return at.attr(at.name(first), *rest)


def _chosen(body: tuple[f.Stmt, ...], action: str, held: dict[str, f.Expr]) -> f.Expr | None:
    """What is returned for an action; of a branch that depends on something else, what is returned without it.

    `held` is what the names of the function hold so far: `cls = BookSerializer`.
    """
    for statement in body:
        if isinstance(statement, f.Return):
            return _known(statement.value, action, held)
        if isinstance(statement, f.Assign):
            found = _known(statement.value, action, held)
            for target in statement.targets:
                if isinstance(target, f.Name) and found is not None:
                    held[target.id] = found
        if isinstance(statement, f.If):
            asked = _asks(statement.test, action)
            if asked is None and statement.otherwise:
                return None
            found = _chosen(statement.body if asked else statement.otherwise, action, held)
            if found is not None:
                return found
        elif inner_bodies(statement):
            return None
    return None


def _known(node: f.Expr | None, action: str, held: dict[str, f.Expr]) -> f.Expr | None:
    """What an expression is for an action: a name's value, one side of `A if self.action == "list" else B`."""
    if isinstance(node, f.Name):
        return held.get(node.id, node)
    if isinstance(node, f.Choose):
        return _known(node.then if _asks(node.test, action) else node.other, action, held)
    return node


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
        chain = (dotted(holder) or "") if holder is not None and asked is not None else ""
        if not chain.startswith("self.") or chain.count(".") > 1 or dotted(asked) != "self.action":
            continue
        held = classes.held(project, key, chain.removeprefix("self."))
        if held is not None and not isinstance(held.value, f.Mapping):
            continue
        named = held.value if held is not None and isinstance(held.value, f.Mapping) else None
        pairs = zip(named.keys, named.values, strict=False) if named is not None else ()
        given = next((v for k, v in pairs if k is not None and literal(k) == action), None)
        default = classes.held(project, key, _otherwise(node))
        chosen = Held(held.owner, given) if held is not None and given is not None else default
        return classes.class_of(project, chosen) if chosen is not None else None
    return None


def _otherwise(node: f._Node) -> str:
    """The attribute that `self.serializers.get(self.action, self.other)` goes back to."""
    given = dotted(node.args[1]) if isinstance(node, f.Call) and len(node.args) > 1 else None
    return (given or "").removeprefix("self.") if (given or "").startswith("self.") else "serializer_class"


def chooser(project: Project, key: Key) -> Key | None:
    """The class whose `get_serializer_class` a view has, if the project defines it."""
    found = names.member(project, *key, "get_serializer_class")
    if found is None or found.kind != "function":
        return None
    return found.path, found.qualname.rpartition(".")[0]
