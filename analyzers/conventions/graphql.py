"""GraphQL: a field that gives a list makes the resolvers of its type run for every row of it.

A resolver stands in the class of its own type, and knows its parent's row as its first parameter; which field lists that
type is told elsewhere. So the loop is made in the type: over what each field gives that lists it, with the resolvers'
own statements as its turn, that what is found stands where it is written. A data loader collects what all resolvers ask
for, and sends no query here.

Source: https://docs.graphene-python.org/en/latest/types/objecttypes/#resolvers and
https://strawberry.rocks/docs/guides/dataloaders
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from analyzers import facts as f
from analyzers.conventions import classes, graphql_fields, units
from analyzers.conventions.classes import Held
from analyzers.conventions.tables import frameworks
from analyzers.conventions.units import ROW, At
from analyzers.orm.tables import Names
from analyzers.project import names
from analyzers.project.index import Project
from analyzers.project.models import Models
from analyzers.project.outline import callee, dotted, keyword
from analyzers.project.schema import Key
from analyzers.text import Span

_PREFIX = "resolve_"

ASKED = "asked"
"""The name in a type's unit that stands for what a client asks for."""

MAX_WAYS = 4
"""Ways to one type that are looked at."""

MAX_STEPS = 2
"""Single fields that are followed from the rows of a list: `books { author { country } }`."""


class Step(NamedTuple):
    """A field of a type that gives one row of another type; `resolver` is its method, "" where the attribute is read."""

    owner: Key
    field: str
    resolver: str


class Reach(NamedTuple):
    """How a type is come to for every row of a list: the field that lists rows, and the single fields behind it."""

    owner: Key
    field: str
    steps: tuple[Step, ...] = ()


def roots(project: Project, key: Key) -> Iterator[str]:
    if _is_type(project, key) and _asks(project, key) and key in _reached(project):
        yield "resolved"


def _asks(project: Project, key: Key) -> bool:
    """True if something of the type's own is done for each row."""
    return (
        any(True for _ in _all_resolvers(project, key))
        or any(not step.resolver for _, step in _singles(project, key))
        or any(True for _ in _own_lists(project, key))
        or any(True for _ in graphql_fields.made(project, key))
    )


def resolved(project: Project, cls: f.ClassDef, key: Key, _: str) -> f.Function | None:
    """All resolvers of a type, for every row of each field that leads to it."""
    at = At(classes.name_of(cls))
    model = graphql_fields.shown_model(project, key)
    given: list[f.Stmt] = []
    loops: list[f.Stmt] = []
    for number, way in enumerate(_reached(project).get(key, ())):
        rows = at.call(at.attr(at.name("self"), units.attribute(*way.owner, f"listed {way.field}")))
        if model is not None and not way.steps:
            rows = at.call(at.name("<of>"), rows, at.text(model[0]), at.text(model[1]))
        field = way.field.rpartition(".")[2]
        name = field if number == 0 or not way.steps else f"{field}{number}"
        given.append(f.Assign(*at.span, (at.name(name),), rows))
        done: list[f.Stmt] = [at.put(ROW, _stepped(at, step)) for step in way.steps]
        done += [s for r in _resolvers(project, key) for s in turn(r, r.start - cls.start, at)]
        done += _read(project, key)
        if not way.steps:
            done += _made(project, key, at)
        each: list[f.Stmt] = [at.each(ROW, at.name(name), *done)]
        if not way.steps:
            each += _hinted(project, cls, key, at.name(name), at)
        # What lies behind a field of another type, few questions ask for.
        loops += [f.If(*at.span, at.name(ASKED), tuple(each))] if way.steps else each
    return units.function(cls, "resolved", (), (*given, *loops)) if loops else None


def _stepped(at: At, step: Step) -> f.Expr:
    """The row that a field gives. What that asks the database for is told at the field's own type."""
    if not step.resolver:
        return at.call(at.name("<quietly>"), at.attr(at.name(ROW), step.field))
    path, owner = step.owner
    method = (at.text(path), at.text(f"{owner}.{step.resolver}"))
    return at.call(at.name("<quietly>"), at.name(ROW), *method)


def _read(project: Project, key: Key) -> Iterator[f.Stmt]:
    """The fields of another type that have no resolver: the attribute is read of the row."""
    for _, step in _singles(project, key):
        assign = classes.own(project, key).get(step.field)
        if not step.resolver and assign is not None:
            at = At(Span(assign.at, assign.to))
            yield at.do(at.attr(at.name(ROW), step.field))
    for name, assign in _own_lists(project, key):
        at = At(Span(assign.at, assign.to))
        filtered = assign.value is not None and _means(
            project, key[0], assign.value, frameworks().graphql_filtered
        )
        rows = at.call(at.attr(at.name(ROW), name, "filter" if filtered else "all"))
        # What lies below a list of a list, few questions ask for.
        yield f.If(*at.span, at.name(ASKED), (at.do(at.call(at.name("list"), rows)),))


def _made(project: Project, key: Key, at: At) -> Iterator[f.Stmt]:
    """The fields that a library makes of the model's relations, of which a question asks for few."""
    for relation in graphql_fields.made(project, key):
        value = at.attr(at.name(ROW), relation.name)
        asked = at.call(at.name("list"), at.call(at.attr(value, "all"))) if relation.many else value
        yield f.If(*at.span, at.name(ASKED), (at.do(asked),))


def _own_lists(project: Project, key: Key) -> Iterator[tuple[str, f.Assign]]:
    """The fields of a model's type that list the rows of a relation, and have no resolver."""
    reads = _reads_rows(project, key)
    is_for_one = reads or classes.meta(project, key, "model") is not None
    named = graphql_fields.shown_model(project, key) if is_for_one else None
    model = Models(project).model(*named) if named is not None else None
    for name, assign in classes.own(project, key).items() if model is not None else ():
        relation = model.relations.get(name) if model is not None else None
        if relation is None or not relation.many or classes.method(project, key, _PREFIX + name) is not None:
            continue
        value = assign.value
        if (value is not None and _means(project, key[0], value, frameworks().graphql_rows)) or (
            reads and value is None and _noted(project, key, assign) is not None
        ):
            yield name, assign


def _reads_rows(project: Project, key: Key) -> bool:
    """True for a type of strawberry's for a model, in a program that has no extension which loads what is asked for."""
    cls = project.class_(*key)
    known = frameworks().graphql_model_decorator
    return (
        cls is not None
        and any(_means(project, key[0], decorator, known) for decorator in cls.decorators)
        and not project.words.says_any("optimizers", frameworks().graphql_optimizer.names)
    )


def _hinted(project: Project, cls: f.ClassDef, key: Key, rows: f.Expr, at: At) -> Iterator[f.Stmt]:
    """The resolvers whose decorators say what is to be loaded for them, over rows that come with it."""
    for resolver in _all_resolvers(project, key):
        by = resolver.start - cls.start
        given = rows
        for hint in (k for d in resolver.decorators for k in _hints(d) if k.name != "annotate"):
            value = _moved(hint.value, by)
            items = value.items if isinstance(value, f.Collection) else (value,)
            given = f.Call(*at.span, f.Attr(*at.span, given, hint.name or "", at.span[0]), items)  # type: ignore[arg-type]
        if given is not rows:
            yield at.each(ROW, given, *turn(resolver, by, at))


_PARENTS = ("root", "parent")
"""Parameters that hold the row as the first one does.

Source: https://strawberry.rocks/docs/guides/accessing-parent-data
"""


def turn(resolver: f.Function, by: int, at: At) -> Iterator[f.Stmt]:
    """What a resolver does for one row: it is its first parameter, of the others nothing is known."""
    parent, *others = (param.name for param in resolver.params)
    yield f.Assign(*at.span, (at.name(parent),), at.name(ROW))
    for name in others:
        row = parent == "self" and name in _PARENTS
        yield f.Assign(*at.span, (at.name(name),), at.name(ROW) if row else f.Opaque(*at.span))
    for statement in resolver.body:
        yield _moved(statement, by)  # type: ignore[misc]


def listed(project: Project, cls: f.ClassDef, key: Key, field: str) -> f.Function | None:
    """What a field that lists a type gives: what its resolver returns or, for `books.rows`, what is held by that; or all
    rows of the type's model.
    """
    at = At(classes.name_of(cls))
    this = at.name("self")
    outer, _, held = field.partition(".")
    name = _PREFIX + outer
    method = name if classes.method(project, key, name) is not None else outer
    if classes.method(project, key, method) is not None:
        info = () if method == outer else (f.Opaque(*at.span),)
        given = at.attr(at.call(at.attr(this, method), *info), *((held,) if held else ()))
        if _loads_more(project, key, outer):
            given = f.Opaque(*at.span)
        return units.function(cls, f"listed {field}", (), (at.give(given),))
    assign = classes.own(project, key).get(field)
    if assign is None or not isinstance(assign.value, f.Call):
        return None
    at = At(Span(assign.at, assign.to))
    if _loads_more(project, key, field):
        return units.function(cls, f"listed {field}", (), (at.give(f.Opaque(*at.span)),))
    chosen = keyword(assign.value, "resolver")
    if chosen is not None:
        return units.function(cls, f"listed {field}", (), (at.give(at.call(chosen)),))
    model = _model(project, _target(project, key, assign))
    if model is None:
        return None
    every = at.call(at.name("<every>"), at.attr(this, units.attribute(*model, "every")))
    target = _target(project, key, assign)
    shown = _list_of(project, key[0], assign.value)
    if target is not None and dotted(shown) and classes.method(project, target, "get_queryset") is not None:
        assert shown is not None
        every = at.call(
            at.attr(shown, "get_queryset"), every, f.Opaque(*at.span)
        )  # The type's own choice of them.
    return units.function(cls, f"listed {field}", (), (at.give(every),))


def _loads_more(project: Project, key: Key, field: str) -> bool:
    """True for a field whose rows come with nobody knows what: its class loads what is asked for, unless the project's
    own lists the rows in its place; or the filter that they go through has a `qs` of its own.
    """
    assign = classes.own(project, key).get(field)
    call = assign.value if assign is not None else None
    if not isinstance(call, f.Call):
        return False
    own = classes.class_of(project, Held(key, call.func))
    lister = classes.method(project, own, "list_resolver") if own is not None else None
    if _makes(project, key[0], call, frameworks().graphql_loading) and (
        lister is None or any(isinstance(n, f.Name) and n.id == _FACTORY for n in f.walk(lister.body))
    ):
        return True
    page = _class_of(project, key, _named(project, key[0], call.args[0])) if call.args else None
    given = keyword(call, "filterset_class")
    named = Held(key, given) if given is not None else None
    if named is None and page is not None:
        named = classes.meta(project, page, "filterset_class")
    filters = classes.class_of(project, named) if named is not None else None
    return filters is not None and classes.method(project, filters, "qs") is not None


_FACTORY = "queryset_factory"
"""What builds a queryset with the relations that a question asks for.

Source: https://github.com/eamigo86/graphene-django-extras/blob/master/graphene_django_extras/utils.py
"""


def _is_type(project: Project, key: Key) -> bool:
    return (
        classes.derives(project, key, frameworks().graphql_type)
        or _is_decorated(project, key)
        or key in _parts_of_types(project)
    )


def _parts_of_types(project: Project) -> frozenset[Key]:
    """The plain classes that types are put together of: `class Query(shop.Query, blog.Query, graphene.ObjectType)`."""

    def collect() -> frozenset[Key]:
        packages = {name.partition(".")[0] for name in frameworks().graphql_type.names}
        if not any(project.knows_package(package) for package in packages):
            return frozenset()  # without a look at every class
        return frozenset().union(*(_parts_in(project, path) for path in project.paths()))

    return project.memo.ask(("graphql parts",), collect, frozenset())


def _classes_of(project: Project, path: str) -> tuple[f.ClassDef, ...]:
    """The classes that a Python file defines."""
    if project.language(path) != "python":
        return ()
    found = (project.class_(path, name) for name in project.class_names(path))
    return tuple(cls for cls in found if cls is not None)


def _parts_in(project: Project, path: str) -> frozenset[Key]:
    def collect() -> frozenset[Key]:
        return frozenset(
            part
            for cls in _classes_of(project, path)
            if len(cls.bases) > 1
            and classes.derives(project, (path, cls.qualname), frameworks().graphql_type)
            for part in classes.ancestry(project, (path, cls.qualname))[1:]
        )

    return project.memo.ask(("graphql parts", path), collect, frozenset())


def _is_decorated(project: Project, key: Key) -> bool:
    """`@strawberry.type`, with arguments or without."""
    cls = project.class_(*key)
    return cls is not None and any(
        _means(project, key[0], d, frameworks().graphql_decorator) for d in cls.decorators
    )


def _means(project: Project, path: str, node: f.Expr, known: Names) -> bool:
    name = dotted(node.func if isinstance(node, f.Call) else node)
    found = names.resolve(project, path, name) if name else None
    return found is not None and not found[1] and names.full_name(project, found[0]) in known


def _makes(project: Project, path: str, call: f.Call, known: Names) -> bool:
    """True for a call of one of some classes, or of a class that the project derives from one."""
    own = classes.class_of(project, Held((path, ""), call.func))
    return _means(project, path, call, known) or (own is not None and classes.derives(project, own, known))


def _resolvers(project: Project, key: Key) -> Iterator[f.Function]:
    """The type's own resolvers, but for those of which a decorator says what is to be loaded for them."""
    for resolver in _all_resolvers(project, key):
        if not any(_hints(decorator) for decorator in resolver.decorators):
            yield resolver


def _all_resolvers(project: Project, key: Key) -> Iterator[f.Function]:
    """The type's own resolvers, in the order of the file."""
    facts = project.facts(key[0])
    for function in facts.functions if facts is not None else ():
        if function.owner != key[1] or function.parent or not function.params or function.is_generator:
            continue
        fields = frameworks().graphql_field
        decorated = any(_means(project, key[0], d, fields) for d in function.decorators)
        if decorated or function.name.startswith(_PREFIX):
            yield function


def _hints(decorator: f.Expr) -> list[f.Keyword]:
    """What a resolver's decorator says is to be loaded for it."""
    named = frameworks().graphql_hint
    return [k for k in decorator.keywords if k.name in named] if isinstance(decorator, f.Call) else []


def _reached(project: Project) -> dict[Key, tuple[Reach, ...]]:
    """How types are come to for every row of some list."""

    def collect() -> dict[Key, tuple[Reach, ...]]:
        found: dict[Key, tuple[Reach, ...]] = {}
        newest: list[tuple[Key, Reach]] = []
        for path in project.paths():
            newest += [(target, Reach(owner, field)) for target, owner, field in _lists_in(project, path)]
            newest += [(target, Reach(owner, field)) for target, owner, field in _held_in(project, path)]
        for _ in range(MAX_STEPS + 1):
            for target, way in newest:
                found[target] = (*found.get(target, ()), way)
            newest = [
                (target, Reach(way.owner, way.field, (*way.steps, step)))
                for reached, way in newest
                for target, step in _singles(project, reached)
                if target != reached and target not in {other.owner for other in way.steps}
            ]
        # Of many ways to a type the shortest say what there is to be said.
        return {
            key: tuple(sorted(ways, key=lambda way: len(way.steps))[:MAX_WAYS]) for key, ways in found.items()
        }

    return project.memo.ask(("graphql lists",), collect, {})


def _held_in(project: Project, path: str) -> tuple[tuple[Key, Key, str], ...]:
    """The lists that objects hold which the resolvers of a file's types make: `books { total rows { title } }`."""

    def collect() -> tuple[tuple[Key, Key, str], ...]:
        return tuple(
            (target, key, f"{step.field}.{name}")
            for key in ((path, cls.qualname) for cls in _classes_of(project, path))
            if _is_type(project, key)
            for holder, step in _singles(project, key)
            if step.resolver and graphql_fields.shown_model(project, holder) is None
            for name, target in _held_by(project, holder)
        )

    return project.memo.ask(("graphql held lists", path), collect, ())


def _held_by(project: Project, holder: Key) -> Iterator[tuple[str, Key]]:
    """The fields of a type that list another one and have no resolver: what its objects were made with is listed."""
    for name, assign in classes.own(project, holder).items():
        if classes.method(project, holder, _PREFIX + name) is None:
            target = _noted(project, holder, assign) or _target(project, holder, assign)
            if target is not None:
                yield name, target


def _noted(project: Project, holder: Key, assign: f.Assign) -> Key | None:
    """The type that an annotation alone says is listed: `rows: list[BookType]`."""
    noted = assign.annotation
    if assign.value is not None or not isinstance(noted, f.Index) or not _is_list(noted):
        return None
    return _class_of(project, holder, noted.index)


def _singles(project: Project, key: Key) -> list[tuple[Key, Step]]:
    """The fields of a type that give one row of another type of the project."""

    def collect() -> list[tuple[Key, Step]]:
        out: list[tuple[Key, Step]] = []
        for name, assign in classes.own(project, key).items():
            inner = _single_of(project, key, assign)
            target = _class_of(project, key, inner) if inner is not None else None
            if target is not None and _is_type(project, target):
                method = _PREFIX + name if classes.method(project, key, _PREFIX + name) is not None else ""
                out.append((target, Step(key, name, method)))
        for resolver in _resolvers(project, key):
            inner = _without_none(resolver.returns)
            target = classes.class_of(project, Held(key, inner)) if inner is not None else None
            if target is not None and not resolver.name.startswith(_PREFIX) and _is_type(project, target):
                out.append((target, Step(key, resolver.name, resolver.name)))
        return out

    return project.memo.ask(("graphql fields", *key), collect, [])


def _single_of(project: Project, key: Key, assign: f.Assign) -> f.Expr | None:
    """The type in `graphene.Field(Author)`, and in `author: Author` of a type of strawberry's own."""
    value = assign.value
    if (
        isinstance(value, f.Call)
        and value.args
        and _means(project, key[0], value, frameworks().graphql_single)
    ):
        return _named(project, key[0], value.args[0])
    if _reads_rows(project, key):
        made = isinstance(value, f.Call) and _means(project, key[0], value, frameworks().graphql_rows)
        return _without_none(assign.annotation) if value is None or made else None
    plain = value is None and not classes.derives(project, key, frameworks().graphql_type)
    cls = project.class_(*key)
    if (
        plain
        and cls is not None
        and any((dotted(d) or callee(d)) == "strawberry.type" for d in cls.decorators)
    ):
        return _without_none(assign.annotation)
    return None


def _class_of(project: Project, key: Key, inner: f.Expr) -> Key | None:
    """The type that an expression names; graphene is told it by its import path as well, `"shop.types.Book"`."""
    if isinstance(inner, f.Const) and isinstance(inner.value, str):
        module, _, name = inner.value.rpartition(".")
        path = project.modules.resolve(key[0], module) if module else key[0]
        found = names.resolve(project, path, name) if path is not None and name else None
        known = found is not None and not found[1] and found[0].kind == "class"
        return (found[0].path, found[0].qualname) if found is not None and known else None
    return classes.class_of(project, Held(key, inner))


def _named(project: Project, path: str, inner: f.Expr) -> f.Expr:
    """The type in `NonNull(Author)` and `lambda: Author`."""
    if isinstance(inner, f.Lambda):
        made = project.function(path, inner.qualname)
        last = made.body[-1] if made is not None and made.body else None
        inner = last.value if isinstance(last, f.Return) and last.value is not None else inner
    return inner.args[0] if isinstance(inner, f.Call) and inner.args else inner


def _without_none(node: f.Expr | None) -> f.Expr | None:
    """`Author` of `Author | None` and `Optional[Author]`."""
    if isinstance(node, f.Binary) and node.op == "|":
        return node.left if isinstance(node.right, f.Const) else node.right
    if isinstance(node, f.Index) and (dotted(node.obj) or "").rpartition(".")[2] == "Optional":
        return node.index
    return node


def _model(project: Project, target: Key | None) -> Key | None:
    """The Django model that a type shows all rows of, or those of them that it chooses itself."""
    return graphql_fields.shown_model(project, target) if target is not None else None


def _lists_in(project: Project, path: str) -> tuple[tuple[Key, Key, str], ...]:
    def collect() -> tuple[tuple[Key, Key, str], ...]:
        return tuple(
            one
            for cls in _classes_of(project, path)
            if _is_type(project, (path, cls.qualname))
            for one in _lists_of(project, (path, cls.qualname))
        )

    return project.memo.ask(("graphql lists", path), collect, ())


def _lists_of(project: Project, key: Key) -> Iterator[tuple[Key, Key, str]]:
    for name, assign in classes.own(project, key).items():
        target = _target(project, key, assign)
        if target is None:
            continue
        if classes.method(project, key, _PREFIX + name) is not None or _is_given(
            project, key, target, assign
        ):
            yield target, key, name
    for resolver in _resolvers(project, key):
        if isinstance(resolver.returns, f.Index) and _is_list(resolver.returns):
            target = _class_of(project, key, resolver.returns.index)
            if target is not None:
                yield target, key, resolver.name


def _target(project: Project, key: Key, assign: f.Assign) -> Key | None:
    """The type that a class attribute lists."""
    inner = _list_of(project, key[0], assign.value)
    annotation = assign.annotation
    if inner is None and isinstance(annotation, f.Index) and _is_list(annotation):
        inner = annotation.index if isinstance(assign.value, f.Call) else None
    found = _class_of(project, key, inner) if inner is not None else None
    if found is not None and classes.derives(project, found, frameworks().graphql_page):
        return graphql_fields.type_of_page(project, found)
    if found is None or not classes.derives(project, found, frameworks().graphql_connection):
        return found
    node = classes.meta(project, found, "node")
    return classes.class_of(project, node) if node is not None else None


def _is_list(annotation: f.Index) -> bool:
    """True for `list[Book]` and `relay.ListConnection[Book]`."""
    return (dotted(annotation.obj) or "").rpartition(".")[2] in frameworks().graphql_lists


def _is_given(project: Project, key: Key, target: Key, assign: f.Assign) -> bool:
    """True for a list without a resolver of its own whose rows are known: all of a model, at the top of the schema; or
    those of a function that is named."""
    call = assign.value
    is_for_one = classes.meta(project, key, "model") is not None or graphql_fields.shown_model(project, key)
    if not isinstance(call, f.Call) or is_for_one:
        return False
    if keyword(call, "resolver") is not None:
        return _means(project, key[0], call, frameworks().graphql_field)
    return _makes(project, key[0], call, frameworks().graphql_rows) and _model(project, target) is not None


def _list_of(project: Project, path: str, value: f.Expr | None) -> f.Expr | None:
    """The type in `graphene.List(Type)`, also under `NonNull` and `Field`."""
    if not isinstance(value, f.Call) or not value.args:
        return None
    if _makes(project, path, value, frameworks().graphql_list):
        return _named(project, path, value.args[0])
    if (dotted(value.func) or "").rpartition(".")[2] in ("NonNull", "Field"):
        return _list_of(project, path, value.args[0])
    return None


# ---------------------------------------------------------------------------------------------- statements


def _moved(node: object, by: int) -> object:
    """A resolver's statement as one of its type's: further on by so many bytes, and what it gives is read."""
    if isinstance(node, tuple):
        return tuple(_moved(part, by) for part in node)
    if not isinstance(node, f._Node):
        return node
    if isinstance(node, f.Return):
        value = node.value if node.value is not None else f.Const(node.at, node.to, "none", None)
        at = At(Span(value.at + by, value.to + by))
        return f.Do(node.at + by, node.to + by, at.call(at.name("<read>"), _moved(value, by)))  # type: ignore[arg-type]
    parts = {name: _moved(getattr(node, name), by) for name in node.__struct_fields__}
    for name in ("at", "to", "name_at", "head_to"):
        if name in parts:
            parts[name] = parts[name] + by  # type: ignore[operator]
    return msgspec.structs.replace(node, **parts)
