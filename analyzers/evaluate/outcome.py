"""What a function hands back, as its callers get it."""

from __future__ import annotations

from msgspec.structs import replace

from analyzers import facts as f
from analyzers.costs import Cost
from analyzers.evaluate import evidence
from analyzers.evaluate.calling import memos
from analyzers.evaluate.frames import Frame
from analyzers.evaluate.lengthening import taken_from
from analyzers.evaluate.queries import holding
from analyzers.evaluate.remembered import among
from analyzers.evaluate.run import Run
from analyzers.orm.tables import is_client
from analyzers.types import UNKNOWN_VALUE, Value, joined


def given_back(run: Run) -> Value | None:
    """What a function returns. One that gives a mapping with rows on its way, and a redirection or an error on another,
    gives the mapping to who shows it."""
    returned = joined(run.returns)
    if returned is not None and returned.kind == "unknown" and run.language != "python":
        return _said(run, returned)
    if returned is None or returned.kind != "unknown":
        return returned
    contexts = [
        v for v in run.returns if v.kind == "dict" and any(holding.holds_rows(e) for _, e in v.entries)
    ]
    others = [v for v in run.returns if v.kind not in ("dict", "unknown", "instance", "none")]
    return joined(contexts) if contexts and not others else returned


def _said(run: Run, returned: Value) -> Value:
    """What a function of a script says it returns, where nothing else is known of it: a compiler checks that."""
    annotation, function = run.function.returns, run.function
    if annotation is None:
        return returned
    if isinstance(annotation, f.Name) and annotation.id == "this":
        this = run.lookup("this")
        return this if this is not None and this.known else returned
    said = evidence.declared(run.summaries.project, run.path, function.qualname, run.language, annotation)
    return said.but(depends=returned.depends, label=returned.label) if said.known else returned


def client_said(run: Run, returned: Value) -> Value:
    """The client that a function of Python says it gives or yields, where nothing else is known of it:
    `def session() -> Session: return current()`."""
    held = returned.of or UNKNOWN_VALUE if returned.kind == "iterator" else returned
    annotation = run.function.returns
    if held.kind != "unknown" or annotation is None or run.language != "python":
        return returned
    scope = run.function.qualname
    said = evidence.declared(run.summaries.project, run.path, scope, run.language, annotation)
    one = said.of if said.kind == "iterator" else said
    if one is None or not is_client(one.kind) or (said.kind == "iterator") != (returned.kind == "iterator"):
        return returned
    return said.but(depends=returned.depends, label=returned.label)


def shared(run: Run) -> str:
    """What makes later calls of a function that does not call itself cheap."""
    alone = not run.analysis.calls and not run.analysis.operations
    return memos.memo_of(run.function) or (memos.filled_by(run.function) if alone else "")


def lengthening(run: Run, frame: Frame) -> tuple[tuple[str, Cost], ...]:
    """How much longer a function makes what its parameters hold, as `frame`, its own, has it; where it takes something out
    of one as well, nothing is said of that."""
    return tuple(
        (name, frame.growth[size])
        for name, size in run.lengthened.items()
        if size in frame.growth and not among(taken_from, run.function.body, name)
    )


_SIZED = ("list", "tuple", "set", "dict", "str", "bytes", "deque", "int", "float")


def leaving(run: Run, value: Value) -> Value:
    """A value as callers get it: containers that grew have the size they grew to, parameters that of the argument."""
    return _leaving(run, value, {})


def _leaving(run: Run, value: Value, known: dict[int, Value]) -> Value:
    """The same, where some is known by identity: what a mapping holds under a name is its value, too, so that of dicts in dicts
    each would be gone through twice as often as the one around it."""
    if value is UNKNOWN_VALUE:
        return value
    found = known.get(id(value))
    if found is None:
        found = known[id(value)] = _as_left(run, value, known)
    return found


def _as_left(run: Run, value: Value, known: dict[int, Value]) -> Value:
    def left(part: Value) -> Value:
        return run.present(_leaving(run, part, known))

    is_parameter = value.label in value.depends and value.kind in _SIZED and value.const is None
    size = (
        run.extent(value) if value.grown is not None or (is_parameter and value.size is None) else value.size
    )
    return replace(
        value,
        size=run.settled(size) if size is not None else None,
        of=left(value.of) if value.of is not None else None,
        values=left(value.values) if value.values is not None else None,
        items=tuple(map(left, value.items)) if value.items is not None else None,
        entries=tuple((name, left(v)) for name, v in value.entries),
        grown=None,
        bound=None,
    )
