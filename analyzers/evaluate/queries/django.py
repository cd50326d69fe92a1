"""Django's ORM: managers, querysets, rows, relations. Names come from `orm/django.toml`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from analyzers import facts as f
from analyzers.costs import ONE
from analyzers.evaluate import class_values, shapes
from analyzers.evaluate.calling import calls
from analyzers.evaluate.queries import django_columns as columns
from analyzers.evaluate.queries import django_loaders as loaders
from analyzers.evaluate.queries import django_methods
from analyzers.evaluate.queries import django_owners as owners
from analyzers.evaluate.queries import django_packages as packages
from analyzers.evaluate.queries import django_signals as signals
from analyzers.evaluate.queries.emit import BATCH, alone, constant_texts, emit, join_path, read_later, row
from analyzers.evaluate.run import Run
from analyzers.findings import Place
from analyzers.orm import tables
from analyzers.project import names
from analyzers.project.models import Model, Relation
from analyzers.project.registered import LOOK_UP, looked_up
from analyzers.types import CHOICE, NO_ROWS, NONE, UNKNOWN_VALUE, Origin, Token, Value, is_certain

if TYPE_CHECKING:
    from analyzers.evaluate.calling.arguments import Arguments

SETS = ("queryset", "manager")

DEFAULT = "_default_manager"
"""What a class calls the first of its managers. Source: https://docs.djangoproject.com/en/5.2/topics/db/managers/#default-managers"""

LIMITS = ("only", "defer", "select_for_update", "extra")
"""What restricts the loaders of a chain: deferred fields are not traversed, outer joins not locked, names in written SQL ambiguous.

Source: https://docs.djangoproject.com/en/5.2/ref/models/querysets/#select-for-update
"""

_COMBINING = ("union", "intersection", "difference")
"""What comes of them is loaded as the first of the sets is, and takes no loader of its own.

Source: https://docs.djangoproject.com/en/5.2/ref/models/querysets/#union
"""


def model_of(run: Run, value: Value) -> Model | None:
    found = run.summaries.models.model(*value.ref) if value.ref is not None else None
    return found if found is not None and found.orm == "django" else None


# ------------------------------------------------------------------------------------------------ attributes


def attribute(run: Run, base: Value, node: f.Attr) -> Value | None:
    """`Book.objects`, `book.author`, `author.books`, `book.title`."""
    if base.kind == "class":
        return _of_class(run, base, node)
    if base.kind == CHOICE:
        return _of_one(run, base, node)
    if base.kind == "row":
        found = model_of(run, base)
        return _of_row(run, base, found, node) if found is not None else None
    return None


def _of_one(run: Run, base: Value, node: f.Attr) -> Value | None:
    """`model.objects` of one of several models: on one of the ways the rows are those of the first."""
    managers = [_of_class(run, part, node) if part.kind == "class" else None for part in base.items or ()]
    first = managers[0] if managers and None not in managers else None
    if first is None or first.origin is None:
        return None
    origin = replace(first.origin, split=True)
    return first.but(origin=origin, of=_of(first, origin), depends=base.depends)


def _of_class(run: Run, base: Value, node: f.Attr) -> Value | None:
    found = model_of(run, base)
    name = next(iter(found.managers), "") if found is not None and node.name == DEFAULT else node.name
    if found is None or name not in found.managers:
        return None
    label = f"{found.name}.{node.name}"
    origin = loaders.by_default(run, found, name, Origin(run.place(node), label=label))
    return _set("manager", found.key, origin, label)


def _set(
    kind: str, key: tuple[str, str] | None, origin: Origin | None, label: str, **changes: object
) -> Value:
    path = str(changes.get("path", ""))
    return Value(
        kind, ref=key, origin=origin, of=row(key, origin, path), label=label, evidence="a queryset"
    ).but(**changes)


def _of_row(run: Run, base: Value, found: Model, node: f.Attr) -> Value | None:
    relation = found.relations.get(node.name)
    label = shapes.text_of(node)
    if relation is not None:
        return _relation(run, base, found, relation, node, label)
    if node.name in found.columns or node.name in ("pk", "id") or _is_column_of_relation(found, node.name):
        columns.read(run, base, found, node, label)
        kind = found.columns.get(node.name, "int")
        size = ONE if kind == "str" else None
        return Value(
            kind if kind in ("int", "str", "bool", "float") else "unknown",
            size=size,
            depends=base.depends,
            label=label,
        )
    name = loaders.filled(base.origin, join_path(base.path, node.name))
    if name and name in found.relations:
        at = join_path(base.path, node.name)
        filling = found.relations[name]
        target = row(filling.target, base.origin, at, inverse=_back(filling))
        return Value("list", of=target, depends=base.depends, label=label)
    if base.origin is not None and loaders.is_annotated(base.origin, join_path(base.path, node.name)):
        return Value(
            "unknown", depends=base.depends, label=label
        )  # It stands before a property that is kept.
    if django_methods.effect(node.name):
        return Value("method", bound=base, depends=base.depends, label=label)
    return packages.attribute(run, base, found, node, label)


def _is_column_of_relation(found: Model, name: str) -> bool:
    return any(r.column == name for r in found.relations.values() if r.column)


def _relation(run: Run, base: Value, found: Model, relation: Relation, node: f.Attr, label: str) -> Value:
    path = join_path(base.path, relation.name)
    if relation.many:
        related = _set(
            "manager",
            relation.target,
            base.origin,
            label,
            path=path,
            relation=relation.name,
            depends=base.depends,
        )
        back = _back(relation)
        if base.origin is None:
            target = run.summaries.models.related(relation)
            source = owners.assumed(run, relation, target, run.place(node), label)
            source = replace(source, of_one=owners.is_at_hand(run, node.obj))
            return related.but(of=row(relation.target, source, "", inverse=back))
        came = loaders.by_its_manager(run, relation, base.origin, path)
        return related.but(origin=came, of=row(relation.target, came, path, inverse=back))
    origin = base.origin
    if relation.name == base.relation:
        return row(relation.target, None, "", base.depends).but(label=label)
    if not run.is_stored(label) and not _is_loaded(origin, path):
        read_later(run, base, found, node, label, path)
    return row(relation.target, origin, path, base.depends, inverse=_back(relation)).but(label=label)


def _back(relation: Relation) -> str:
    """The relation of the rows reached that leads to their owner, where fetching them puts the owner there.

    Source: https://github.com/django/django/blob/5.2/django/db/models/fields/related_descriptors.py (`set_cached_value`)
    """
    return relation.inverse if relation.kind in ("reverse_fk", "reverse_o2o", "o2o") else ""


def _is_loaded(origin: Origin | None, path: str) -> bool:
    return origin is not None and (path in origin.loads or path in origin.prefetches)


# ----------------------------------------------------------------------------------------------------- calls


def call(run: Run, node: f.Call, target: Value, name: str, arguments: Arguments) -> Value | None:
    """A method of a manager, queryset or row, or one of Django's shortcut functions."""
    receiver = target.bound
    called = name or (node.func.id if isinstance(node.func, f.Name) else "")
    asked = looked_up(run.summaries.project, node) if called == LOOK_UP else None
    if asked is not None:
        return class_values.class_itself(run.summaries.project, *asked)
    if receiver is not None and receiver.kind in SETS and name:
        return _method(run, node, receiver, name, arguments)
    if receiver is not None and target.kind == "method" and model_of(run, receiver) is not None:
        of_package = packages.called(run, node, receiver, name)
        if of_package is not None:
            return of_package
        kind = "write" if django_methods.effect(name) == "write_one" else "read"
        return django_methods.method(run, node, receiver, name, kind, _model_name(run, receiver), arguments)
    if target.kind == "external":
        return _function(run, node, target.dotted, arguments)
    if receiver is not None and name and run.language == "python" and owners.known_by_name(receiver):
        found = owners.holder(run, node, name)
        if found is not None:
            model, relation, read = found
            owner = row(model.key, None, "", receiver.depends)
            related = _relation(run, owner, model, relation, read, shapes.text_of(read))
            return _method(run, node, related.on(receiver.depends), name, arguments)
        if _is_of_some_model(node) and _is_by_key(node, name):
            rows = _set("queryset", None, Origin(run.place(node)), shapes.text_of(node))
            return rows.but(size=ONE, depends=receiver.depends | arguments.depends)
    return None


def _is_of_some_model(node: f.Call) -> bool:
    """True for a method of `model.objects`, whatever the model is."""
    return (
        isinstance(node.func, f.Attr)
        and isinstance(node.func.obj, f.Attr)
        and node.func.obj.name in (DEFAULT, "objects")
    )


def _method(run: Run, node: f.Call, receiver: Value, name: str, arguments: Arguments) -> Value | None:
    t = tables().django
    effect = t.queryset.of(name) or (t.related_manager.of(name) if receiver.relation else "")
    place = run.place(node)
    depends = receiver.depends | arguments.depends
    if not effect:
        return _custom(run, node, receiver, name, arguments)
    if effect == "chain":
        return _chain(run, node, receiver, name, arguments).but(depends=depends)
    if effect == "rows":
        return _values(run, node, receiver, name, arguments).but(depends=depends)
    if effect == "iterate" and receiver.origin is None:
        return receiver.but(
            kind="queryset", depends=depends
        )  # Whoever hands these rows over has asked for them.
    if effect in ("iterate", "raw"):
        origin = replace(receiver.origin or Origin(place), limits=frozenset({name}))
        return receiver.but(kind="queryset", origin=origin, of=_of(receiver, origin), depends=depends)
    if receiver.relation and _is_cached(run, receiver, name):
        return _fetched(receiver, effect, depends)
    batched = receiver.batched | _batched(run, node, arguments)
    kind = "write" if effect.startswith("write") else "read"
    emit(
        run,
        kind,
        f"{receiver.label or 'queryset'}.{name}()",
        place,
        depends,
        orm="django",
        batch=name in ("bulk_create", "bulk_update", "in_bulk")
        or _only_batch(node, depends, batched)
        or _is_part(run, receiver),
        batched=batched,
        model=_model_name(run, receiver),
        relation=receiver.path,
        many=bool(receiver.relation),
        note=django_methods.note(receiver, name),
        origin=receiver.origin if receiver.relation else None,
    )
    fetched = _fetched(receiver, effect, depends, Origin(place, label=receiver.label))
    if effect == "write_one":
        signals.sent(run, name, fetched, place)
    elif name in ("delete", "adelete"):
        signals.sent_by_each(run, node, name, receiver, place)
    return fetched


def _fetched(receiver: Value, effect: str, depends: frozenset[Token], origin: Origin | None = None) -> Value:
    if effect == "write_one":
        return row(receiver.ref, None, "", depends)  # What it was created from is at hand.
    if effect == "fetch_one":
        own = None if receiver.relation and receiver.path else receiver.origin
        return alone(row(receiver.ref, own or origin, "", depends, inverse=_to_owner(receiver)))
    if effect == "fetch_many":
        return Value("dict", values=receiver.of, depends=depends, label=receiver.label)
    return Value("int", depends=depends)


def _is_cached(run: Run, receiver: Value, name: str) -> bool:
    """True if a prefetched relation answers this method without a query."""
    origin = receiver.origin
    if not receiver.path or not _is_loaded(origin, receiver.path):
        return False
    known = tables().django.prefetched.lists
    if name in known["cached_if_ordered"]:
        found = model_of(run, receiver)
        return found is not None and found.ordered
    return name in known["cached"]


def _model_name(run: Run, value: Value) -> str:
    found = model_of(run, value)
    return found.name if found is not None else ""


def _batched(run: Run, node: f.Call, arguments: Arguments) -> frozenset[Token]:
    """The loops and parameters of which `filter(id__in=ids)` asks for many values at once.

    What was made inside of a loop belongs to that turn of it, too.
    """
    many = [arguments.keywords[k.name] for k in node.keywords if _asks_for_many(k.name)]
    many += [v for a, v in zip(node.args, arguments.values, strict=False) if _holds_many(a)]
    if any(not k.name and _spells_many(k.value) for k in node.keywords):
        spread = arguments.keywords["**"]
        many += [spread, spread.values or spread]
    out: frozenset[Token] = frozenset()
    for value in many:
        out |= value.depends | {loop.number for loop in run.loops[: value.born]}
    return out


def _asks_for_many(name: str) -> bool:
    return name.endswith(("__in", "__range"))


def _spells_many(node: f.Expr) -> bool:
    """True for `{"id__in": ids}` and `{f"{name}__in": ids}`."""
    return isinstance(node, f.Mapping) and any(
        _asks_for_many(part.text if isinstance(part, f.Template) else str(getattr(part, "value", "")))
        for part in shapes.nodes(node.keys)
    )


def _holds_many(node: f.Expr) -> bool:
    """True for `Q(id__in=ids)`, alone or combined."""
    if isinstance(node, f.Binary):
        return _holds_many(node.left) or _holds_many(node.right)
    return isinstance(node, f.Call) and any(_asks_for_many(k.name) for k in node.keywords)


def _only_batch(node: f.Call, depends: frozenset[Token], batched: frozenset[Token]) -> bool:
    """True if many values are asked for, and nothing else that changes."""
    current: f.Expr = node
    while isinstance(current, f.Call):
        if any(_asks_for_many(k.name) for k in current.keywords):
            return depends <= batched
        if not isinstance(current.func, f.Attr):
            break
        current = current.func.obj
    return bool(batched) and depends <= batched


def _chain(run: Run, node: f.Call, receiver: Value, name: str, arguments: Arguments) -> Value:
    place = run.place(node)
    origin = receiver.origin or Origin(place)
    if name == "none":
        return receiver.but(kind="queryset", origin=None, of=None, size=ONE, evidence=NO_ROWS)
    related = bool(receiver.relation) and bool(receiver.path)
    if related and name == "all":
        return _all(receiver, place)
    if related:
        defeated = receiver.path and receiver.path in origin.prefetches
        origin = Origin(place, label=receiver.label, of_one=owners.hang_on_one(receiver))
        model = model_of(run, receiver)
        origin = loaders.by_default(run, model, "", origin) if model is not None else origin
        receiver = receiver.but(path="", evidence="defeats a prefetch" if defeated else receiver.evidence)
    if not origin.sliced:  # A loader goes before a slice, where the chain was cut.
        named = isinstance(node.func, f.Attr) and isinstance(node.func.obj, f.Name)
        origin = replace(origin, place=place, first=origin.first if named and origin.first else place)
    if name in _COMBINING:
        origin = replace(origin, split=True)
    if name in LIMITS:
        origin = replace(origin, limits=origin.limits | {name})
    if name in ("only", "defer"):
        is_back = name == "defer" and [value.kind for value in arguments.values] == ["none"]
        names = loaders.texts(run, node, arguments)
        origin = columns.taken_back(origin) if is_back else columns.chosen(origin, name, names)
    if name == "select_related":
        origin = loaders.joined(run, origin, model_of(run, receiver), node, arguments)
    elif name == "prefetch_related":
        origin = loaders.prefetched(run, origin, node.args, arguments.values)
        asked = model_of(run, receiver)
        origin = loaders.by_properties(run, asked, origin) if asked is not None else origin
    elif name == "annotate":
        origin = loaders.annotated(origin, node)
    elif name in ("filter", "exclude"):
        origin = loaders.left_empty(origin, node, name)
    elif name == "fetch_mode":
        origin = replace(origin, certain=False)
    label = shapes.text_of(node)
    label = label if 0 < len(label) <= 60 else receiver.label
    found = _set("queryset", receiver.ref, origin, label, relation=receiver.relation, path=receiver.path)
    found = _known_owner(found, receiver)
    if receiver.of is not None and receiver.of.kind != "row":
        found = found.but(of=receiver.of)  # After `values()`, no later method gives rows again.
    if (
        found.of is not None
        and found.of.kind == "row"
        and found.ref is not None
        and model_of(run, found) is None
    ):
        found = found.but(of=found.of.but(ref=None))  # `self` of a queryset's own class: rows of some model.
    size = None if name in _COMBINING else receiver.size
    if _is_by_key(node, name) or (size is not None and size.is_constant):
        size = ONE
    batched = receiver.batched | _batched(run, node, arguments)
    evidence = "" if name in _COMBINING else receiver.evidence
    return found.but(evidence=evidence, batched=batched, size=size)


def _is_by_key(node: f.Call, name: str) -> bool:
    """True for `rows.filter(pk=key)`: there is one such row at most."""
    return name == "filter" and any(keyword.name in ("pk", "id") for keyword in node.keywords)


def _to_owner(rows: Value) -> str:
    """The relation of some rows that leads to the row they belong to, which knows them; "" where there is none."""
    return rows.of.relation if rows.of is not None and rows.of.kind == "row" else ""


def _known_owner(found: Value, receiver: Value) -> Value:
    """Rows of an owner know it, however they are chosen: `shelf.books.order_by("title")`.

    Source: https://github.com/django/django/blob/5.2/django/db/models/query.py (`_known_related_objects`)
    """
    back = _to_owner(receiver)
    if not back or found.of is None or found.of.kind != "row":
        return found
    return found.but(of=found.of.but(relation=back))


def _all(receiver: Value, place: Place) -> Value:
    """`author.books.all()`: a loader can be appended to it if nobody knows more of its rows."""
    of = receiver.of
    if receiver.origin is None and of is not None and of.origin is not None:
        of = of.but(origin=replace(of.origin, place=place))
    return receiver.but(kind="queryset", of=of)


def _values(run: Run, node: f.Call, receiver: Value, name: str, arguments: Arguments) -> Value:
    origin = replace(receiver.origin, place=run.place(node)) if receiver.origin else None
    flat = any(k.name == "flat" for k in node.keywords)
    element = Value("dict", size=ONE) if name == "values" else Value("tuple", size=ONE)
    if flat:
        found = model_of(run, receiver)
        texts = constant_texts(node.args)
        kind = found.columns.get(texts[0], "") if found is not None and texts else ""
        element = Value(kind if kind in ("int", "str") else "unknown")
    path = "" if receiver.relation else receiver.path
    return receiver.but(kind="queryset", of=element, origin=origin, path=path)


def _custom(run: Run, node: f.Call, receiver: Value, name: str, arguments: Arguments) -> Value | None:
    """A method of the project's own manager or queryset class; if it is not found, anything may have been loaded."""
    project = run.summaries.project
    found = model_of(run, receiver)
    if found is not None:
        for manager in found.managers.values():
            if manager is None or manager.kind != "class":
                continue
            own = names.member(project, manager.path, manager.qualname, name)
            of_set = loaders.of_its_set(project, found, manager, name)
            # Both may have one of that name, and the manager's call that of its set.
            method = of_set or own if receiver.kind == "queryset" else own or of_set
            if method is not None and method.kind == "function":
                bound = Value(
                    "function",
                    ref=(method.path, method.qualname),
                    bound=receiver,
                    label=f"{receiver.label}.{name}",
                )
                result = calls.invoke(
                    run, bound, tuple(arguments.values), arguments.keywords, run.place(node), bound.label
                )
                return result if result.known else _uncertain(run, node, receiver)
        if packages.narrows(run, found, name):
            return _chain(run, node, receiver, name, arguments).but(
                depends=receiver.depends | arguments.depends
            )
        if not found.key[
            0
        ]:  # `ContentType.objects.get_for_model(row)`: of a package's own methods nobody knows.
            return UNKNOWN_VALUE.on(receiver.depends)
    return _uncertain(run, node, receiver)


def _uncertain(run: Run, node: f.Call, receiver: Value) -> Value:
    origin = replace(receiver.origin or Origin(run.place(node)), certain=False, place=run.place(node))
    return _known_owner(_set("queryset", receiver.ref, origin, receiver.label), receiver)


def _function(run: Run, node: f.Call, dotted: str, arguments: Arguments) -> Value | None:
    effect = tables().django.functions.of(dotted)
    first = arguments.first()
    if dotted in tables().django.classes["prefetch"]:
        return loaders.made(run, node, arguments)
    if effect == "user_model":
        user = run.summaries.models.user_model()
        return Value("class", ref=user.key, label=user.name, frozen=True) if user is not None else None
    if not effect:
        return None
    if effect == "prefetch":
        for_one = loaders.load_onto(run, node, arguments)
        emit(
            run,
            "read",
            f"{dotted.rpartition('.')[2]}()",
            run.place(node),
            arguments.depends,
            orm="django",
            batch=not for_one,
        )
        return NONE
    ref = first.ref if first is not None and first.kind in ("class", *SETS) else None
    origin = first.origin if first is not None and first.origin is not None else Origin(run.place(node))
    label = dotted.rpartition(".")[2]
    emit(
        run,
        "read",
        f"{label}({first.label if first else ''})",
        run.place(node),
        arguments.depends,
        orm="django",
        batch=_only_batch(node, arguments.depends, _batched(run, node, arguments)),
        batched=_batched(run, node, arguments),
    )
    if ref is None:
        return UNKNOWN_VALUE
    one = row(ref, origin, "", arguments.depends)
    return alone(one) if effect == "fetch_one" else Value("list", of=one, label=label)


def _of(value: Value, origin: Origin) -> Value | None:
    return value.of.but(origin=origin) if value.of is not None and value.of.kind == "row" else value.of


# ----------------------------------------------------------------------------------------------------- reads


def _set_label(value: Value, run: Run) -> str:
    if value.kind == "queryset" and value.relation and value.path and value.label.isidentifier():
        return f"{value.relation}.all()"  # A name says less than the relation that it holds the rows of.
    if value.kind == "manager" or (value.relation and value.path):
        return f"{value.label or 'manager'}.all()"
    model = _model_name(run, value)
    return value.label or (f"{model}.objects" if model else "rows")


def touch(run: Run, value: Value, place: Place, how: str) -> None:
    """A queryset is iterated, measured or searched: its query is sent, unless a prefetch has the rows."""
    origin = value.origin
    if value.relation and value.path and _is_loaded(origin, value.path):
        return
    if value.evidence == NO_ROWS or _is_read(run, value):
        return  # `.none()` asks nobody, and what was read before is at hand.
    # The rows of an owner come by themselves when they are read; filtered, they are asked for.
    kind = "lazy" if value.relation and value.path else "read"
    emit(
        run,
        kind,
        _set_label(value, run),
        place,
        value.depends,
        orm="django",
        batch=(bool(value.batched) and value.depends <= value.batched) or _is_part(run, value),
        batched=value.batched,
        relation=value.path or value.relation,
        many=True,
        model=_model_name(run, value),
        origin=origin if value.path else None,
        sure=is_certain(origin, value.path),
        note=f"`{value.relation}` is prefetched, but filtering it asks the database again"
        if value.evidence == "defeats a prefetch"
        else "",
    )


def _is_read(run: Run, value: Value) -> bool:
    """True for rows that a name holds and that were asked for under it where the same loops are open."""
    if value.kind != "queryset" or value.label not in run.env:
        return False
    label, loops = _set_label(value, run), [loop.number for loop in run.loops]
    return any(
        sent.label == label
        and not sent.memoised
        and sent.function == run.owner
        and [loop.number for loop in sent.loops] == loops
        for sent in run.analysis.queries
    )


def _is_part(run: Run, value: Value) -> bool:
    """True for one of the parts that a generator cuts a set of rows into: each is many rows at once."""
    loop = run.loops[-1] if run.loops else None
    part = loop.over.of if loop is not None and loop.over.kind == "iterator" else None
    if loop is None or part is None or part.kind not in SETS or loop.number not in value.depends:
        return False
    is_cut = part.evidence == BATCH or (part.origin is not None and part.origin.sliced)
    return is_cut and value.kind in SETS and value.ref == part.ref


def sliced(base: Value, depends: frozenset[Token], *, few: bool = False) -> Value:
    """A slice of a lazy set; its origin stays the chain before the slice, where a loader can be added.

    Of a prefetched set it is a slice of the rows at hand.
    Source: https://github.com/django/django/blob/5.2/django/db/models/query.py (QuerySet.__getitem__)
    """
    origin = replace(base.origin, sliced=True, few=few) if base.origin is not None else None
    of = base.of
    if of is not None and of.origin is not None:
        of = of.but(origin=replace(of.origin, sliced=True, few=few))
    return base.but(
        kind="queryset" if base.kind in SETS else base.kind, origin=origin, depends=depends, of=of
    )
