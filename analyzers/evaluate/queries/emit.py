"""Writing a query down, and the values that rows and sets of rows are."""

from __future__ import annotations

from msgspec.structs import replace

from analyzers import facts as f
from analyzers.evaluate.events import Queried
from analyzers.evaluate.run import Run
from analyzers.findings import Place
from analyzers.project.models import Model
from analyzers.types import NOTHING, Origin, Token, Value, is_certain

LAZY_KINDS = frozenset(("queryset", "manager", "query", "rows"))
"""Kinds whose rows are fetched when they are read."""

DOCUMENT = "document"
"""A row that no class of the project stands for."""

FETCHED = "a row of a query"
MADE = "a row that was made"
"""Evidence of rows: whether one came from the database, or its class was called."""

BATCH = "a batch of rows"
"""Evidence of a set of rows that a generator chose by many keys at once: each turn of a loop over it takes many."""

Key = tuple[str, str]


def emit(
    run: Run,
    kind: str,
    label: str,
    place: Place,
    depends: frozenset[Token],
    *,
    orm: str,
    batch: bool = False,
    batched: frozenset[Token] = NOTHING,
    relation: str = "",
    many: bool = False,
    model: str = "",
    origin: Origin | None = None,
    sure: bool = True,
    note: str = "",
) -> None:
    """Write one query down at the place where it is sent."""
    run.effects.add("query")
    depends = by_row(run, depends)
    run.analysis.queries.append(
        Queried(
            kind, label, place, depends, run.unspared(), run.owner, batch=batch, batched=batched, relation=relation,
            many=many, model=model, origin=origin, orm=orm, sure=sure, note=note, memoised=run.is_kept, kept=run.memo_depth > 0, optional=run.options > 0,
            unless=run.spared,
        )
    )  # fmt: skip


def by_row(run: Run, depends: frozenset[Token]) -> frozenset[Token]:
    """What a query depends on, which is sent anew for another row alone where the row keeps the answer, and on every turn
    of a loop that makes the answer."""
    this = run.lookup("self") if run.row_depth else None
    inside = {loop.number for loop in run.loops[run.row_at :]}
    return depends & (this.depends | inside) if this is not None else depends


def committed(run: Run, label: str, place: Place, depends: frozenset[Token], *, orm: str) -> None:
    """Write down that a transaction ends, or that what is pending is sent; not one that only some turns come to."""
    around = (block.body[block.position] for block in run.blocks if block.depth == len(run.loops))
    if not any(isinstance(one, (f.If, f.Match)) and not _is_always_so(run, one) for one in around):
        emit(run, "commit", label, place, depends, orm=orm)


def _is_always_so(run: Run, statement: f.If | f.Match) -> bool:
    """True for `if commit:` of an option that is on: a call gives it, or leaves it at its default."""
    test = statement.test if isinstance(statement, f.If) else None
    value = run.lookup(test.id) if isinstance(test, f.Name) else None
    return value is not None and value.kind == "bool" and value.const is True


def read_later(
    run: Run,
    base: Value,
    found: Model,
    node: f.Attr,
    label: str,
    path: str,
    *,
    many: bool = False,
    note: str = "",
) -> None:
    """Write down that a relation of a row, or a column that was left out, is fetched where it is read.

    `path` leads from what `base` was queried as to it; without a certain query it may be loaded already.
    """
    origin = base.origin
    emit(
        run,
        "lazy",
        label,
        run.place(node),
        base.depends,
        orm=found.orm,
        relation=path,
        many=many,
        model=found.name,
        origin=origin,
        sure=is_certain(origin, path),
        note=note,
    )


def row(
    model: Key | None,
    origin: Origin | None,
    path: str = "",
    depends: frozenset[Token] = NOTHING,
    inverse: str = "",
) -> Value:
    """One row of a model, as `origin` loaded it; `path` is how it was reached from there.

    `inverse` is the relation that leads back to the row it was reached from: that one is at hand without a query.
    """
    return Value(
        "row",
        ref=model,
        origin=origin,
        path=path,
        depends=depends,
        relation=inverse,
        evidence=FETCHED,
    )


FEW = 10
"""Rows of a slice for which a query each is a matter of milliseconds: a page is longer."""


def alone(found: Value) -> Value:
    """A row that was asked for by itself: what hangs on it is the children of one."""
    if found.kind != "row" or found.origin is None:
        return found
    return found.but(origin=replace(found.origin, one=True, of_one=False))


def join_path(base: str, name: str) -> str:
    """Relation paths are written as Django writes them: `author__publisher`."""
    return f"{base}__{name}" if base else name


def prefixes(path: str) -> list[str]:
    """`a__b__c` loads `a`, `a__b` and `a__b__c`."""
    parts = path.split("__")
    return ["__".join(parts[: i + 1]) for i in range(len(parts))]


def constant_texts(nodes: tuple[f.Expr, ...]) -> list[str] | None:
    """The string literals among arguments; None if one is something else."""
    out: list[str] = []
    for node in nodes:
        if not isinstance(node, f.Const) or not isinstance(node.value, str):
            return None
        out.append(node.value)
    return out
