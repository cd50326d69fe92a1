"""Calls of one of several methods: where each of them sends a query, one is sent; where one does not, nothing is said."""

from __future__ import annotations

from collections.abc import Mapping

from analyzers.evaluate import agreed, kept_functions
from analyzers.evaluate.calling import calls, decorated
from analyzers.evaluate.run import Run
from analyzers.types import Token, Value


def kept(run: Run, base: Value, name: str) -> Value | None:
    """The function that an object keeps under a name, or one of several."""
    if run.language != "python" or base.kind != "instance":
        return None
    label = f"{base.label}.{name}"
    return agreed.methods(kept_functions.kept(run.summaries.project, base, name, label), label)


def that_asks(
    run: Run, target: Value, values: tuple[Value, ...], keywords: Mapping[str, Value]
) -> Value | None:
    """Of several methods the first, if each of them sends a query for these arguments."""
    candidates = target.items or ()
    if all(_asks(run, one, values, keywords) for one in candidates):
        return candidates[0].on(target.depends) if candidates else None
    return None


def _asks(run: Run, target: Value, values: tuple[Value, ...], keywords: Mapping[str, Value]) -> bool:
    function = run.summaries.function(*target.ref) if target.ref is not None else None
    if (
        target.ref is None
        or function is None
        or decorated.defers(run.summaries.project, target.ref[0], function)
    ):
        return False
    bound = calls.bind_parameters(function, target, values, keywords, run.language)
    summary = run.summaries.of(target.ref[0], function, bound, run)
    kept = decorated.keeps(run.summaries.project, target.ref[0], function)
    return not kept and summary is not None and any(not query.memoised for query in summary.queries)


def of_many(tokens: frozenset[Token], bound: Mapping[str, Value]) -> frozenset[Token]:
    """Of the parameters by which many are asked for at once those that are handed more than a list of one: `find([key])`."""
    return frozenset(
        one for one in tokens if not (isinstance(one, str) and one in bound and bound[one].is_one)
    )
