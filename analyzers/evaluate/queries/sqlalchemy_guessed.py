"""Sessions and queries of SQLAlchemy that came from nowhere known, told by what is done with them.

Nothing but a session takes a mapped class to `get`, and nothing but a query or statement is narrowed by the columns of
one or takes a loader option.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyzers import facts as f
from analyzers.evaluate import shapes
from analyzers.evaluate.queries import sqlalchemy_loaders as loaders
from analyzers.evaluate.queries.sqlalchemy_rows import lazy, model_of
from analyzers.evaluate.run import Run
from analyzers.orm import tables
from analyzers.project import names
from analyzers.types import Origin, Value

if TYPE_CHECKING:
    from analyzers.evaluate.calling.arguments import Arguments

FILTERS = "filter_by"
"""A method that no other library's objects have."""
_NARROWS = ("filter", "where")


def query(run: Run, node: f.Call, receiver: Value, arguments: Arguments) -> Value:
    """`user.orders.filter_by(...)` of an unknown user: nothing but a query has that method, so the relationship gives one."""
    label = f"{shapes.text_of(node.func)}()"
    made = lazy("query", None, Origin(run.place(node), certain=False), label)
    return made.on(receiver.depends | arguments.depends)


def takes_models(run: Run, name: str, arguments: Arguments) -> bool:
    """True if what a method is given shows that it is a session's: a mapped class, or a statement."""
    first = arguments.first()
    if first is None:
        return False
    effect = tables().sqlalchemy.session.of(name)
    if effect in ("execute", "scalar"):
        return first.kind in ("select", "query")
    return (
        (effect == "query" or name in ("get", "get_one"))
        and model_of(run, first) is not None
        and first.kind == "class"
    )


def is_kept_outside(run: Run, node: f.Call, target: Value, name: str, arguments: Arguments) -> bool:
    """True for `g.db.query(Order)` and `current_app.db.session.execute(select(Order))`: a session that an object of another
    package keeps."""
    if target.kind != "external" or not isinstance(node.func, f.Attr):
        return False
    effect = tables().sqlalchemy.session.of(name)
    return effect in ("query", "execute", "scalar") and takes_models(run, name, arguments)


def is_narrowed(run: Run, node: f.Call, name: str, arguments: Arguments) -> bool:
    """True for `anything.filter(Order.user_id == pk)` of a mapped class, and for `anything.options(joinedload(...))`."""
    if _is_of_a_session_for_each(run, node):
        return False
    if name == "options":
        return any(value.kind == loaders.KIND for value in arguments.values)
    return name in _NARROWS and any(_is_criterion(run, one) for one in node.args)


def _is_of_a_session_for_each(run: Run, node: f.Expr) -> bool:
    """True for `session.query(Order).filter(...)` of a session that each turn makes for itself, of what the loop goes through:
    a database for each tenant, which no query asks together with the others."""
    asks = False
    while isinstance(node, (f.Attr, f.Call)):
        asks = asks or (isinstance(node, f.Attr) and node.name == "query")
        node = node.obj if isinstance(node, f.Attr) else node.func
    made = run.lookup(node.id) if asks and isinstance(node, f.Name) else None
    return made is not None and not made.depends.isdisjoint(run.open_numbers())


def _is_criterion(run: Run, node: f.Expr) -> bool:
    """True for `Order.user_id == pk` and `Order.user_id.in_(keys)`: a column of a mapped class is asked for a value."""
    asked = node.left if isinstance(node, f.Compare) else node.func if isinstance(node, f.Call) else None
    column = asked.obj if isinstance(node, f.Call) and isinstance(asked, f.Attr) else asked
    if not isinstance(column, f.Attr):
        return False
    written = shapes.dotted(column.obj)
    found = (
        names.resolve(run.summaries.project, run.path, written, run.function.qualname) if written else None
    )
    if found is None or found[0].kind != "class" or found[1]:
        return False
    model = run.summaries.models.model(found[0].path, found[0].qualname)
    if model is None or model.orm != "sqlalchemy":
        return False
    member = names.member(run.summaries.project, *model.key, column.name)
    # A column may be made by a function of the project's: `id = id_column()`.
    return column.name in (*model.columns, *model.keys) or (member is not None and member.kind == "variable")
