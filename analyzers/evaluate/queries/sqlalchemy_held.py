"""Rows that are chosen by the keys of rows which the session holds: what leads back to those is found without a query.

`Order.user_id.in_([user.id for user in team.users])` gives orders whose users the session knows, as long as somebody holds the
team: it finds a row by its key before it asks. The team is at hand, too, where an order leads to one itself.

Source: https://docs.sqlalchemy.org/en/20/orm/queryguide/relationships.html#lazy-loading (the identity map)
"""

from __future__ import annotations

from analyzers import facts as f
from analyzers.evaluate import shapes
from analyzers.evaluate.remembered import of_whole
from analyzers.evaluate.run import Run
from analyzers.project.models import Model
from analyzers.types import Value

_HOLDING = ("list", "set", "tuple")
"""Kinds of what keeps its rows: those of a query that is gone through are let go."""


def by_keys(run: Run, node: f.Call, receiver: Value) -> frozenset[str]:
    """The relations of the rows asked for that lead to rows by whose keys they are chosen, and to the row these hang on."""
    models = run.summaries.models
    found = models.model(*receiver.ref) if receiver.ref is not None else None
    if found is None or found.orm != "sqlalchemy":
        return frozenset()
    loaded: set[str] = set()
    for condition in node.args:
        column, keys = _chosen(condition)
        source = _gone_through(run, keys) if column else None
        if source is None:
            continue
        rows, key, owner = source
        target = models.model(*rows) if rows is not None else None
        if target is None or target.keys != {key}:
            continue
        leading = {
            r.name for r in found.relations.values() if not r.many and r.column == column and r.target == rows
        }
        if leading:
            loaded |= leading | {
                r.name
                for r in found.relations.values()
                if not r.many and r.target == owner and owner is not None
            }
    return frozenset(loaded)


def _chosen(condition: f.Expr) -> tuple[str, f.Expr | None]:
    """The column and the keys of `Order.user_id.in_(keys)`."""
    if (
        not isinstance(condition, f.Call)
        or not isinstance(condition.func, f.Attr)
        or len(condition.args) != 1
    ):
        return "", None
    column = condition.func.obj
    told = condition.func.name == "in_" and isinstance(column, f.Attr)
    return (column.name, condition.args[0]) if told and isinstance(column, f.Attr) else ("", None)


def _gone_through(
    run: Run, keys: f.Expr | None
) -> tuple[tuple[str, str] | None, str, tuple[str, str] | None] | None:
    """The model of the rows whose keys these are, the attribute that is their key, and the model of the row that they hang on."""
    if isinstance(keys, f.Name):
        keys = of_whole(shapes.first_given, run.function.body, keys.id)
    if not isinstance(keys, f.Comprehension) or len(keys.clauses) != 1 or not isinstance(keys.value, f.Attr):
        return None
    clause, key = keys.clauses[0], keys.value
    if not isinstance(clause.target, f.Name) or shapes.dotted(key.obj) != clause.target.id:
        return None
    over = clause.iter
    if isinstance(over, f.Attr) and isinstance(over.obj, f.Name):
        row = run.lookup(over.obj.id)
        owner = _model_of(run, row)
        relation = owner.relations.get(over.name) if owner is not None else None
        if owner is None or relation is None or not relation.many:
            return None
        return relation.target, key.name, owner.key
    rows = run.lookup(over.id) if isinstance(over, f.Name) else None
    if (
        rows is None
        or rows.kind not in _HOLDING
        or rows.of is None
        or rows.of.kind != "row"
        or _lets_go(run, over)
    ):
        return None
    return rows.of.ref, key.name, None


def _model_of(run: Run, row: Value | None) -> Model | None:
    known = row is not None and row.kind == "row" and row.ref is not None
    return run.summaries.models.model(*row.ref) if known and row is not None and row.ref is not None else None


def _lets_go(run: Run, rows: f.Expr) -> bool:
    """True if the function gives back something else than the rows: nobody holds them then, once it has returned."""
    name = shapes.dotted(rows)
    given = {param.name for param in run.function.params}
    returned = [
        s.value for s in shapes.walk(run.function.body) if isinstance(s, f.Return) and s.value is not None
    ]
    return name not in given and not all(shapes.mentions(value, frozenset((name,))) for value in returned)
