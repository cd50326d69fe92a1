"""What a Django queryset loads along with its rows: select_related, prefetch_related, Prefetch, default querysets."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec.structs import replace

from analyzers import facts as f
from analyzers.conventions import classes
from analyzers.conventions import texts as texts_of_program
from analyzers.conventions.classes import Held
from analyzers.evaluate import shapes
from analyzers.evaluate.queries import django_columns as columns
from analyzers.evaluate.queries import written_loads
from analyzers.evaluate.queries.emit import join_path, prefixes
from analyzers.evaluate.remembered import of_whole
from analyzers.evaluate.run import Run
from analyzers.project import always_there, names
from analyzers.project.attributes import values_of
from analyzers.project.index import Project
from analyzers.project.models import Model, Relation
from analyzers.project.names import Target
from analyzers.project.outline import keyword
from analyzers.types import ANYTHING, Origin, Value, is_certain

if TYPE_CHECKING:
    from analyzers.evaluate.calling.arguments import Arguments

PREFETCH = "prefetch"
"""The kind of a `Prefetch` object: `path` is its lookup, `relation` the attribute it fills, `origin` its queryset's."""


def made(run: Run, node: f.Call, arguments: Arguments) -> Value:
    """`Prefetch(lookup, queryset=None, to_attr=None)`."""
    lookup, attribute = arguments.get(0, "lookup"), arguments.get(2, "to_attr")
    rows = arguments.get(1, "queryset")
    written = node.args[0] if node.args else keyword(node, "lookup")
    path = _text(run, written, lookup) if lookup is not None and written is not None else ""
    known = attribute is None or attribute.kind == "none" or isinstance(attribute.const, str)
    if not path or not known:
        return Value(PREFETCH)
    name = attribute.const if attribute is not None and isinstance(attribute.const, str) else ""
    if rows is None or rows.kind == "none":
        return Value(PREFETCH, path=path, relation=name)
    return Value(PREFETCH, path=path, relation=name, of=rows)


BARE = "select_related"
"""The limit of an origin that joins what `select_related()` without arguments does: naming a relation would end that."""


def joined(run: Run, origin: Origin, asked: Model | None, node: f.Call, arguments: Arguments) -> Origin:
    """After `select_related(...)` on rows of a model; one without arguments joins what cannot be null."""
    if _takes_back(arguments):
        return replace(origin, loads=frozenset(), limits=origin.limits - {BARE})
    paths = texts(run, node, arguments)
    if paths is None or (asked is None and not node.args):
        return replace(origin, certain=False)
    if not node.args and asked is not None:
        loads = frozenset(always_there.paths(run.summaries.project, asked))
        return replace(origin, loads=origin.loads | loads, limits=origin.limits | {BARE})
    if BARE in origin.limits and asked is not None:
        loads = origin.loads.difference(always_there.paths(run.summaries.project, asked))
        origin = replace(origin, loads=loads, limits=origin.limits - {BARE})
    return replace(origin, loads=origin.loads.union(*map(prefixes, paths)))


def prefetched(run: Run, origin: Origin, nodes: tuple[f.Expr, ...], values: list[Value]) -> Origin:
    """After `prefetch_related(...)` with such lookups."""
    if len(values) == 1 and values[0].kind == "none":
        return replace(origin, prefetches=frozenset())
    for lookup in _lookups(run, nodes, values):
        origin = _prefetching(origin, lookup)
    return origin


def load_onto(run: Run, node: f.Call, arguments: Arguments) -> bool:
    """`prefetch_related_objects(rows, "author")` loads a relation onto rows that a name holds, or onto `[row]`.

    True if it asks for the sake of one row, which did not have all of it.
    """
    holder = node.args[0] if node.args else None
    single = isinstance(holder, f.Collection) and len(holder.items) == 1
    if isinstance(holder, f.Collection) and single:
        holder = holder.items[0]
    value = run.lookup(holder.id) if isinstance(holder, f.Name) else None
    if value is None or not isinstance(holder, f.Name):
        return False
    rows = value.of if value.of is not None and value.of.kind == "row" else value
    known = value.origin or rows.origin
    if known is None:
        return False
    origin = known
    for lookup in _lookups(run, node.args[1:], arguments.values[1:]):
        # Rows that were reached from others are known by the query of those: what is loaded is further along.
        origin = _prefetching(origin, _further(lookup, rows.path))
    of = rows.but(origin=origin) if rows is not value else value.of
    run.bind(holder.id, value.but(origin=origin if value.origin else None, of=of))
    return single and origin.certain and not origin.prefetches <= known.prefetches | known.loads


def _lookups(run: Run, nodes: tuple[f.Expr, ...], values: list[Value]) -> Iterator[Value]:
    for node, value in zip(nodes, values, strict=False):
        yield from _spread(run, node, value)


def _further(lookup: Value, path: str) -> Value:
    """A lookup from rows at a path, as it is from those that were asked for."""
    if isinstance(lookup.const, str):
        return lookup.but(const=join_path(path, lookup.const))
    return lookup.but(path=join_path(path, lookup.path)) if lookup.path else lookup


def _prefetching(origin: Origin, lookup: Value) -> Origin:
    if isinstance(lookup.const, str):
        return replace(origin, prefetches=origin.prefetches.union(prefixes(lookup.const)))
    if lookup.kind != PREFETCH or not lookup.path:
        return replace(origin, certain=False)
    above, _, name = lookup.path.rpartition("__")
    prefetches = origin.prefetches.union(prefixes(above) if above else ())
    at = join_path(above, lookup.relation or name)
    prefetches |= {f"{at}={name}" if lookup.relation else at}
    rows = lookup.of
    if rows is None:
        return replace(origin, prefetches=prefetches)
    if (
        rows.origin is None or not rows.origin.certain
    ):  # Nobody knows what comes along with these, and only these.
        prefetches |= {join_path(at, ANYTHING)}
    if rows.origin is None:
        return replace(origin, prefetches=prefetches)
    loads = {join_path(at, path) for path in rows.origin.loads}
    return replace(
        origin,
        prefetches=prefetches | {join_path(at, path) for path in rows.origin.prefetches},
        loads=origin.loads | loads,
        only=origin.only | columns.moved(rows.origin.only, at),
        later=origin.later | columns.moved(rows.origin.later, at),
    )


def by_properties(run: Run, found: Model, origin: Origin) -> Origin:
    """What lookups load that begin with no relation: `prefetch_related("notes")` of `def notes(self): return
    self.note_set` loads `note_set`; of anything else that the project calls so nobody knows what is loaded. What a base
    from another package brings is a relation of its own.
    """
    for path in origin.prefetches:
        head, _, rest = path.partition("__")
        if "=" in head or head in found.relations or any(p.startswith(f"{head}=") for p in origin.prefetches):
            continue
        if found.key[0] and names.member(run.summaries.project, *found.key, head) is None:
            continue
        meant = _given_by(run, found, head)
        if meant is None:
            return replace(origin, certain=False)
        origin = replace(origin, prefetches=origin.prefetches | {join_path(meant, rest) if rest else meant})
    return origin


def _given_by(run: Run, found: Model, name: str) -> str | None:
    """The relation that a property of a model gives."""
    project = run.summaries.project
    target = names.member(project, *found.key, name) if found.key[0] else None
    function = (
        project.function(target.path, target.qualname) if target and target.kind == "function" else None
    )
    last = function.body[-1] if function is not None and function.body else None
    value = last.value if isinstance(last, f.Return) else None
    while isinstance(value, f.Call):
        value = value.func.obj if isinstance(value.func, f.Attr) else None
    chain = shapes.dotted(value) if value is not None else ""
    head, _, given = chain.partition(".")
    return given if head == "self" and given in found.relations else None


def filled(origin: Origin | None, path: str) -> str:
    """The relation whose rows a `Prefetch(to_attr=...)` put under an attribute; "" for any other attribute."""
    if origin is None:
        return ""
    return next((p.partition("=")[2] for p in origin.prefetches if p.startswith(f"{path}=")), "")


def annotated(origin: Origin, node: f.Call) -> Origin:
    """After `annotate(name=...)`: rows come with these attributes, which no relation fills."""
    given = {f"{keyword.name}=" for keyword in node.keywords if keyword.name}
    return replace(origin, prefetches=origin.prefetches | given)


def is_annotated(origin: Origin, at: str) -> bool:
    """True for an attribute that the query itself computes: `annotate(total=Count("reviews"))`."""
    return f"{at}=" in origin.prefetches


def fills(origin: Origin | None, path: str, name: str) -> bool:
    """True if the query that a row came from, at a path of relations, gives it an attribute of that name, or may."""
    at = join_path(path, name)
    return origin is not None and (
        not is_certain(origin, at) or any(p.startswith(f"{at}=") for p in origin.prefetches)
    )


def _takes_back(arguments: Arguments) -> bool:
    return len(arguments.values) == 1 and arguments.values[0].kind == "none"


def texts(run: Run, node: f.Call, arguments: Arguments) -> list[str] | None:
    """The names that a loader's arguments are; None where one is not known."""
    out: list[str] = []
    for given, value in zip(node.args, arguments.values, strict=False):
        for one in _spread(run, given, value):
            if not isinstance(one.const, str):
                return None
            out.append(one.const)
    return out


def _spread(run: Run, node: f.Expr, value: Value) -> list[Value]:
    """The arguments that `*lookups` stands for: items that are known, or a list that the program's text fixes."""
    if not isinstance(node, f.Star):
        text = _text(run, node, value) if value.kind in ("str", "unknown") else ""
        kept = _kept_prefetch(run, run.path, node) if not text and value.kind != PREFETCH else None
        return [value.but(kind="str", const=text) if text else kept or value]
    if value.items is not None:
        return list(value.items)
    texts = _fixed(run, node.value)
    if texts is not None:
        return [Value("str", const=text) for text in texts]
    chain = shapes.dotted(node.value)
    found = names.resolve(run.summaries.project, run.path, chain, run.function.qualname) if chain else None
    assign = None
    if found is not None and found[0].kind == "variable" and not found[1]:
        assign = names.module_value(run.summaries.project, found[0].path, found[0].qualname)
    if found is None or assign is None or not isinstance(assign.value, f.Collection):
        return [Value()]
    return [
        Value("str", const=item.value)
        if isinstance(item, f.Const) and isinstance(item.value, str)
        else _kept_prefetch(run, found[0].path, item) or Value()
        for item in assign.value.items
    ]


def _kept_prefetch(run: Run, path: str, node: f.Expr) -> Value | None:
    """The `Prefetch` that a module keeps under a name, or has in a list."""
    scope = run.function.qualname if path == run.path else ""
    one = written_loads.prefetch(run.summaries.project, (path, scope), node)
    if one is None or one.rows is None:
        return Value(PREFETCH, path=one.path, relation=one.to_attr) if one is not None else None
    origin = Origin(run.place(node), one.rows.joins, one.rows.prefetches, certain=one.rows.certain)
    return Value(PREFETCH, path=one.path, relation=one.to_attr, of=Value("queryset", origin=origin))


def _text(run: Run, node: f.Expr, value: Value) -> str:
    """The text of a lookup, also one that constants are put together to; "" where it is not known."""
    if isinstance(value.const, str):
        return value.const

    def local(name: str) -> str | None:
        head, _, attribute = name.partition(".")
        held = run.lookup(head)
        if held is None:
            return None
        if attribute and held.kind in ("instance", "class") and held.ref is not None and held.ref[0]:
            return _of_class(run, held.ref, attribute)
        return held.const if held.label == name and isinstance(held.const, str) else ""

    at = Held((run.path, run.function.owner), node)
    return texts_of_program.text_of(run.summaries.project, at, local) or ""


def _of_class(run: Run, key: tuple[str, str], name: str) -> str:
    """The text that a class keeps under a name in its body, where no method of it puts another there."""
    project = run.summaries.project
    held = classes.held(project, key, name)
    above = classes.ancestry(project, key)
    if held is None or any(v.function for k in above for v in values_of(project, *k, name)):
        return ""
    return texts_of_program.text_of(project, held, lambda _: None) or ""


_COPIES = ("list", "tuple", "set", "sorted", "filter")


def _fixed(run: Run, node: f.Expr, depth: int = 0) -> list[str] | None:
    """The texts that a list may have, where it is what the class at hand keeps under a name, or chosen from that.

    What is chosen counts as all of it: of what may be loaded nothing is said. None where that cannot be told.
    """
    if depth > _CHOSEN:
        return None
    if isinstance(node, f.Name):
        values = of_whole(shapes.given_to, run.function.body, node.id)
        return _fixed(run, values[0], depth + 1) if len(values) == 1 and values[0] is not None else None
    if isinstance(node, f.Attr):
        this = run.lookup(shapes.dotted(node.obj))
        return _kept(run, this, node.name) if this is not None else None
    if isinstance(node, f.Comprehension) and len(node.clauses) == 1:
        same = shapes.dotted(node.value) == shapes.dotted(node.clauses[0].target) != ""
        return _fixed(run, node.clauses[0].iter, depth + 1) if same else None
    if isinstance(node, f.Logic) and node.op == "or":
        return _fixed(run, node.parts[0], depth + 1)
    if isinstance(node, f.Binary) and node.op == "+":
        sides = [_fixed(run, side, depth + 1) for side in (node.left, node.right)]
        return [text for side in sides if side is not None for text in side] if None not in sides else None
    if isinstance(node, f.Call) and node.args:
        called = shapes.dotted(node.func)
        if called == "getattr" and len(node.args) > 1 and isinstance(node.args[1], f.Const):
            this = run.lookup(shapes.dotted(node.args[0]))
            return _kept(run, this, str(node.args[1].value)) if this is not None else None
        return _fixed(run, node.args[-1], depth + 1) if called in _COPIES else None
    return None


_CHOSEN = 4


def _kept(run: Run, this: Value, name: str) -> list[str] | None:
    """The texts that a class keeps in a list of its body; none where neither it nor a base of it has the name."""
    if this.kind not in ("instance", "class") or this.ref is None or not this.ref[0]:
        return None
    project = run.summaries.project
    held = classes.held(project, this.ref, name)
    if held is None:
        return [] if names.member(project, *this.ref, name) is None else None
    words = classes.words(project, held)
    return [word.text for word in words] if words is not None else None


# --------------------------------------------------------------------------------------- default querysets


def by_default(run: Run, found: Model, name: str, origin: Origin) -> Origin:
    """What a manager's own `get_queryset` loads; "" is the default manager, which related managers use.

    Source: https://docs.djangoproject.com/en/5.2/topics/db/managers/#modifying-a-manager-s-initial-queryset
    """
    read = written_loads.of_manager(run.summaries.project, found, name)
    return replace(
        origin,
        loads=origin.loads | read.joins,
        prefetches=origin.prefetches | read.prefetches,
        certain=origin.certain and read.certain,
    )


def by_its_manager(run: Run, relation: Relation, origin: Origin, path: str) -> Origin:
    """The rows of a relation come by the default manager of their model, with what that loads.

    Source: https://docs.djangoproject.com/en/5.2/topics/db/managers/#default-managers
    """
    target = run.summaries.models.related(relation)
    if target is None:
        return origin
    own = by_default(run, target, "", Origin(origin.place))
    if own.certain and not own.loads and not own.prefetches:
        return origin
    unknown = () if own.certain else (ANYTHING,)
    return replace(
        origin,
        loads=origin.loads.union(join_path(path, one) for one in own.loads),
        prefetches=origin.prefetches.union(join_path(path, one) for one in (*own.prefetches, *unknown)),
    )


def of_its_set(project: Project, found: Model, manager: Target, name: str) -> Target | None:
    """The method of the class of querysets that a manager makes: `def get_queryset(self): return BookSet(self.model)`."""
    for made_by in ("get_queryset", "get_query_set"):
        maker = names.member(project, manager.path, manager.qualname, made_by)
        if maker is None or maker.kind != "function":
            continue
        function = project.function(maker.path, maker.qualname)
        for node in shapes.nodes(function.body) if function is not None else ():
            chain = shapes.dotted(node.func) if isinstance(node, f.Call) else ""
            if not chain or chain.startswith("super"):
                continue
            if chain.startswith("self.model."):
                made = names.member(project, *found.key, chain.removeprefix("self.model."))
            else:
                resolved = names.resolve(project, maker.path, chain, maker.qualname)
                made = resolved[0] if resolved is not None and not resolved[1] else None
            if made is not None and made.kind == "class":
                return names.member(project, made.path, made.qualname, name)
    return None


def left_empty(origin: Origin, node: f.Call, name: str) -> Origin:
    """After `filter(editor__isnull=True)`: what leads nowhere needs no query to be read.

    Source: https://github.com/django/django/blob/5.2/django/db/models/fields/related_descriptors.py
    (`ForwardManyToOneDescriptor.__get__`: None where the column is)
    """
    empty = {
        keyword.name.removesuffix("__isnull")
        for keyword in node.keywords
        if keyword.name.endswith("__isnull")
        and isinstance(keyword.value, f.Const)
        and keyword.value.kind == "bool"
        and str(keyword.value.value).lower() == ("true" if name == "filter" else "false")
    }
    return replace(origin, loads=origin.loads | empty) if empty else origin
