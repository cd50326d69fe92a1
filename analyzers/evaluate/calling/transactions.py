"""Functions that are handed to something that runs them in a transaction: `await pool.runInteraction("load", load_txn)`.

What such a function is given first it sends statements through, so whoever it is handed to has a transaction for it. A function
that stands in the one that hands it over is run then and there, with what follows it as its further arguments.

Sources: https://docs.twisted.org/en/stable/api/twisted.enterprise.adbapi.ConnectionPool.html#runInteraction,
https://docs.sqlalchemy.org/en/20/orm/extensions/asyncio.html#sqlalchemy.ext.asyncio.AsyncSession.run_sync
"""

from __future__ import annotations

from msgspec.structs import replace

from analyzers import facts as f
from analyzers.evaluate import shapes
from analyzers.evaluate.calling import calls
from analyzers.evaluate.calling.arguments import Arguments
from analyzers.evaluate.queries import sql
from analyzers.evaluate.remembered import remembered
from analyzers.evaluate.run import Run
from analyzers.findings import Place, Related
from analyzers.orm import tables
from analyzers.types import CHOICE, UNKNOWN_VALUE, Value


def ran(run: Run, node: f.Call, arguments: Arguments) -> None:
    """Run what a call is handed, if nothing that is known has run it."""
    for position, value in enumerate(arguments.values):
        for one in value.items or () if value.kind == CHOICE else (value,):
            if _is_run_in_a_transaction(run, one):
                _run_once(run, one, (UNKNOWN_VALUE, *arguments.values[position + 1 :]), run.place(node))


def _run_once(run: Run, function: Value, given: tuple[Value, ...], place: Place) -> None:
    """Whoever hands the function over sends what it asks for."""
    label = function.label or "the transaction"
    before = len(run.analysis.queries)
    calls.invoke(run, function, given, {}, place, label)
    step = Related(place, f"calls `{label}`")
    for position in range(before, len(run.analysis.queries)):
        query = run.analysis.queries[position]
        run.analysis.queries[position] = replace(query, chain=(step, *query.chain))


def _is_run_in_a_transaction(run: Run, value: Value) -> bool:
    if value.kind != "function" or value.ref is None or value.bound is not None or value.ref[0] != run.path:
        return False
    function = run.summaries.function(*value.ref)
    return function is not None and function.parent == run.function.qualname and _sends(function)


@remembered
def _sends(function: f.Function) -> bool:
    """True for a function that sends statements through what it is given first."""
    if not function.params:
        return False
    given, known = function.params[0].name, tables().dbapi.cursor
    texts = {
        target.id
        for step in shapes.walk(function.body)
        if isinstance(step, f.Assign) and step.value is not None and sql.is_statement(sql.text_of(step.value))
        for target in step.targets
        if isinstance(target, f.Name)
    }
    return any(
        isinstance(node, f.Call)
        and node.args
        and isinstance(node.func, f.Attr)
        and isinstance(node.func.obj, f.Name)
        and node.func.obj.id == given
        and known.of(node.func.name) in ("execute", "execute_many")
        and _is_statement(node.args[0], texts)
        for node in shapes.nodes(function.body)
    )


def _is_statement(node: f.Expr, texts: set[str]) -> bool:
    return node.id in texts if isinstance(node, f.Name) else sql.is_statement(sql.text_of(node))
