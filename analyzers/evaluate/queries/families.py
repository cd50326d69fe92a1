"""Mappers asked through their models' own methods; names come from `orm/families.toml`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from analyzers import facts as f
from analyzers.conventions import classes
from analyzers.evaluate import shapes
from analyzers.evaluate.queries.emit import alone, constant_texts, emit, join_path, prefixes, read_later, row
from analyzers.evaluate.run import Run
from analyzers.findings import Place
from analyzers.orm import tables
from analyzers.orm.tables import Family
from analyzers.project.models import Model, Relation
from analyzers.types import NONE, UNKNOWN_VALUE, Origin, Value

if TYPE_CHECKING:
    from analyzers.evaluate.calling.arguments import Arguments

KIND = "rows"
"""A query of one of these mappers, sent when it is iterated or awaited."""
BATCH = "a batch"
ALL = "*"


def model_of(run: Run, value: Value) -> Model | None:
    found = run.summaries.models.model(*value.ref) if value.ref is not None and value.ref[0] else None
    return found if found is not None and found.orm in tables().families else None


def attribute(run: Run, base: Value, node: f.Attr) -> Value | None:
    """`User.objects`, `tweet.user`, `user.tweets`, and the methods of models and rows."""
    if base.kind == KIND:
        return Value("method", bound=base, depends=base.depends, label=shapes.text_of(node))
    found = model_of(run, base) if base.kind in ("class", "row") else None
    if found is None:
        return None
    family, label = tables().families[found.orm], shapes.text_of(node)
    if base.kind == "class":
        if node.name in family.roots:
            return _lazy(found, Origin(run.place(node), label=label, root=found.key), label)
        # A method of the project's own comes first, and what is a root has no methods beside it.
        if not family.roots and family.effect(node.name) and _is_inherited(run, base, node.name):
            return Value("method", bound=base, label=label)
        return None
    relation = found.relations.get(node.name)
    if relation is not None:
        return _relation(run, base, found, family, relation, node, label)
    if node.name in family.row_write | family.row_read and not _is_own(run, base, node.name):
        return Value("method", bound=base, depends=base.depends, label=label)
    return None


def _is_inherited(run: Run, base: Value, name: str) -> bool:
    """True if a class asks the mapper: by a method that it inherits, or by one in its place that calls it."""
    assert base.ref is not None
    return classes.goes_up(run.summaries.project, base.ref, name)


def _is_own(run: Run, base: Value, name: str) -> bool:
    from analyzers.project import names

    assert base.ref is not None
    found = names.member(run.summaries.project, *base.ref, name)
    return found is not None and found.kind == "function"


def _lazy(found: Model, origin: Origin, label: str) -> Value:
    return Value(KIND, ref=found.key, origin=origin, of=row(found.key, origin), label=label)


def _relation(
    run: Run, base: Value, found: Model, family: Family, relation: Relation, node: f.Attr, label: str
) -> Value:
    path = join_path(base.path, relation.name)
    origin = base.origin
    loaded = origin is not None and (path in origin.loads or ALL in origin.loads)
    if relation.many:
        if loaded:
            of = row(relation.target, origin, path, base.depends, inverse=relation.inverse)
            return Value("list", of=of, depends=base.depends, label=label)
        of = row(relation.target, Origin(run.place(node), label=label), "", inverse=relation.inverse)
        made = Value(
            KIND, ref=relation.target, of=of, label=label, depends=base.depends, relation=relation.name
        )
        return made.but(origin=of.origin)
    if relation.name == base.relation or not family.lazy:
        return row(relation.target, None, "", base.depends).but(label=label)
    if not loaded and not run.is_stored(label):
        read_later(run, base, found, node, label, path)
    return row(relation.target, origin, path, base.depends).but(label=label)


# ----------------------------------------------------------------------------------------------------- calls


def call(run: Run, node: f.Call, target: Value, name: str, arguments: Arguments) -> Value | None:
    """A method of a model, a query or a row."""
    receiver = target.bound
    if target.kind == KIND:
        return _refined(run, node, target, "filter", arguments)  # User.objects(name="x")
    above = _row_above(run, target, name)
    if above is not None:
        receiver = above
    elif receiver is None or target.kind != "method":
        return _function(run, target, arguments) if target.kind == "external" else None
    found = model_of(run, receiver)
    if found is None:
        return None
    family = tables().families[found.orm]
    if receiver.kind == "row":
        kind = "write" if name in family.row_write else "read"
        label = f"{receiver.label or 'row'}.{name}()"
        emit(run, kind, label, run.place(node), receiver.depends | arguments.depends, orm=found.orm)
        if name in family.row_read:
            _fetch_onto(run, node, receiver)
        return NONE
    effect = family.effect(name)
    if receiver.kind == "class":
        label = f"{found.name}.{name}()"
        receiver = _lazy(found, Origin(run.place(node), label=label, root=found.key), found.name)
    if effect == "chain" or not effect:
        return _refined(run, node, receiver, name, arguments)
    depends = receiver.depends | arguments.depends
    batch = effect == "batch" or receiver.evidence == BATCH or _asks_for_many(node)
    # A variable of some helper says less than the model whose rows are asked for.
    asked = found.name if not receiver.label or receiver.label.isidentifier() else receiver.label
    label = f"{asked}.{name}()"
    emit(
        run,
        "write" if effect == "write" else "read",
        label,
        run.place(node),
        depends,
        orm=found.orm,
        batch=batch,
    )
    if name in family.one:
        return alone((receiver.of or UNKNOWN_VALUE).on(depends))
    if name in ("all", "to_list"):
        return Value("list", of=receiver.of, depends=depends, label=receiver.label)
    return Value(depends=depends)


def _row_above(run: Run, target: Value, name: str) -> Value | None:
    """The row that `super().save()` writes in a model's own method of that name; None for any other call."""
    is_above = target.bound is not None and target.bound.label == "super()" and target.kind != "function"
    this = run.lookup("self") if is_above else None
    found = model_of(run, this) if this is not None and this.kind in ("instance", "row") else None
    if this is None or found is None:
        return None
    family = tables().families[found.orm]
    return this.but(kind="row", label="super()") if name in family.row_write | family.row_read else None


def _fetch_onto(run: Run, node: f.Call, row_: Value) -> None:
    """`await pet.fetch_related("owner")`: the row that a name holds has it from now on."""
    texts = constant_texts(node.args)
    holder = node.func.obj if isinstance(node.func, f.Attr) else None
    if texts and isinstance(holder, f.Name) and holder.id in run.env:
        origin = row_.origin or Origin(run.place(node))
        more = frozenset(join_path(row_.path, p) for text in texts for p in prefixes(text))
        run.bind(holder.id, row_.but(origin=replace(origin, loads=origin.loads | more)))


def _refined(run: Run, node: f.Call, receiver: Value, name: str, arguments: Arguments) -> Value:
    found = model_of(run, receiver)
    family = tables().families[found.orm] if found is not None else None
    origin = replace(receiver.origin or Origin(run.place(node)), place=run.place(node))
    if family is not None and name in family.load:
        texts = constant_texts(node.args)
        if family.loads_all:
            origin = replace(origin, loads=origin.loads | {ALL})
        elif texts is None:
            origin = replace(origin, certain=False)
        else:
            more = frozenset(p for text in texts for p in prefixes(text))
            origin = replace(origin, loads=origin.loads | more)
    elif family is not None and found is not None and family.functions and name == "prefetch":
        given = {value.ref for value in arguments.values}
        brought = {n for n, relation in found.relations.items() if relation.target in given}
        origin = replace(origin, loads=origin.loads | brought)
    elif family is not None and not family.effect(name):
        origin = replace(origin, certain=False)
    elif family is not None and family.selects and name == "select" and found is not None:
        origin = replace(origin, loads=origin.loads | _selected(run, found, arguments))
    evidence = BATCH if receiver.evidence == BATCH or _asks_for_many(node) else receiver.evidence
    of = receiver.of.but(origin=origin) if receiver.of is not None else None
    if name in ("dicts", "tuples", "namedtuples", "values", "values_list", "as_pymongo", "scalar"):
        of = None
    return receiver.but(
        origin=origin, of=of, evidence=evidence, depends=receiver.depends | arguments.depends, kind=KIND
    )


def _selected(run: Run, found: Model, arguments: Arguments) -> frozenset[str]:
    """`Tweet.select(Tweet, User, Town).join(User).join(Town)`: the ways whose models are all selected, too."""
    refs = {value.ref for value in arguments.values if value.kind == "class"}
    refs |= {value.bound.ref for value in arguments.values if value.bound is not None}
    paths: set[str] = set()
    ways: list[tuple[str, Model]] = [("", found)]
    for above, model in ways:
        for name, relation in model.relations.items():
            target = None if relation.many else run.summaries.models.related(relation)
            path = join_path(above, name)
            if target is not None and target.key in refs - {found.key} and path.count("__") < len(refs):
                paths.add(path)
                ways.append((path, target))
    return frozenset(paths)


def _asks_for_many(node: f.Call) -> bool:
    """`filter(id__in=ids)`, `where(User.id.in_(ids))`, `where(User.id << ids)`, `{"$in": ids}`."""
    if any(k.name.endswith("__in") for k in node.keywords):
        return True
    return any(
        (isinstance(part, f.Binary) and part.op == "<<")
        or (isinstance(part, f.Attr) and part.name in ("in_", "is_in", "any_"))
        or (isinstance(part, f.Const) and part.value == "$in")
        or (isinstance(part, f.Name) and part.id == "In")
        for part in shapes.nodes(node.args)
    )


def _function(run: Run, target: Value, arguments: Arguments) -> Value | None:
    """`prefetch(users, tweets)`: the rows of the first query, with what the others give."""
    first = arguments.first()
    if first is None or first.kind != KIND or first.origin is None:
        return None
    found = model_of(run, first)
    if found is None or target.dotted not in tables().families[found.orm].functions:
        return None
    given = {value.ref for value in arguments.values[1:]}
    loads = first.origin.loads | {n for n, relation in found.relations.items() if relation.target in given}
    origin = replace(first.origin, loads=frozenset(loads))
    return Value("list", of=first.of.but(origin=origin) if first.of is not None else None, label=first.label)


def by_key(run: Run, base: Value, index: Value, place: Place) -> Value | None:
    """`User[pk]`: the row of that key, by a query; None for what is no model of such a mapper."""
    found = model_of(run, base) if base.kind == "class" else None
    if found is None or not tables().families[found.orm].indexed:
        return None
    depends = base.depends | index.depends
    emit(run, "read", f"{found.name}[…]", place, depends, orm=found.orm, model=found.name)
    return alone(row(found.key, Origin(place, label=found.name), "", depends))


def touch(run: Run, value: Value, place: Place, how: str) -> None:
    """A query is iterated or awaited: it is sent."""
    found = model_of(run, value)
    emit(
        run,
        "read",
        value.label or "a query",
        place,
        value.depends,
        orm=found.orm if found is not None else "",
        batch=value.evidence == BATCH,
        many=True,
    )


def awaited(run: Run, value: Value, place: Place) -> Value:
    """`await User.filter(...)`: the query is sent, and gives its rows."""
    touch(run, value, place, "await")
    return value.but(kind="list")
