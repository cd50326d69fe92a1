"""Functions that an operation calls once for every element: `key`, what `map`, `filter` and `reduce` are given."""

from __future__ import annotations

from msgspec.structs import replace

from analyzers import facts as f
from analyzers.conventions.tables import frameworks
from analyzers.costs import ONE
from analyzers.evaluate import queries
from analyzers.evaluate.calling import calls, prepared
from analyzers.evaluate.calling.arguments import Arguments
from analyzers.evaluate.calling.results import result
from analyzers.evaluate.presenting import validating, written
from analyzers.evaluate.run import Run
from analyzers.evaluate.sizes.measures import Measures
from analyzers.evaluate.turns import loops
from analyzers.findings import Place
from analyzers.operations import Operation, operations
from analyzers.types import UNKNOWN_VALUE, Value
from analyzers.types import element as element_of

_NAMED = ("key", "func", "function")
"""Keywords for a function that may also be given by its position: `groupby(rows, key=f)`."""


_SEARCHES = frozenset(("index", "count"))
"""Methods that something has that is in order, and that goes through it: `max(words, key=words.count)`."""


def called_back(
    run: Run, node: f.Call, row: Operation, receiver: Value, arguments: Arguments, place: Place
) -> Value | None:
    """Run the function argument of a row on an element, in a loop over the receiver. What it returns, if known."""
    if not row.calls:
        return None
    function, callback = _given(node, row, arguments)
    if function is None or callback is None:
        return None
    of_schema = _is_of_class(function, callback)
    of_builtin = "" if of_schema else _method_of(function, callback)
    if (
        function.kind not in ("function", "external")
        and not prepared.is_callable(function)
        and not of_builtin
        and not of_schema
    ):
        return None
    over_node = (
        node.func.obj if isinstance(node.func, f.Attr) else node.args[min(int(row.over), len(node.args) - 1)]
    )
    accumulator = _accumulator(run, arguments) if row.passes == "accumulator" else UNKNOWN_VALUE
    before = len(run.analysis.operations)
    loops.enter(run, node, receiver, over_node, place, "callback")
    element = loops.element_of(run, receiver)
    element = element if element.size is not None else element.named(f"{receiver.label or 'input'}[…]")
    passed: tuple[Value, ...] = (element,)
    if row.passes == "accumulator":
        passed = (accumulator, element)
    elif row.passes == "pair":
        passed = (element, element)
    elif row.passes == "items" and element.items is not None:
        passed = element.items
    elif row.calls == "0" and row.over == "1" and len(arguments.values) > 2:
        passed = (element, *(_element_beside(v, element) for v in arguments.values[2:]))  # map(f, xs, ys)
    elif function.kind == "function" and not row.calls.isdigit() and _compares(run, function):
        passed = (element, element)
    if run.language != "python" and receiver.kind == "list" and function.ref is not None:
        passed = _with_place(run, function.ref, passed, element, receiver)
    returned: Value | None
    if prepared.is_callable(function):
        returned = prepared.applied(run, function, passed, {}, callback)
    elif of_schema and isinstance(callback, f.Attr) and function.bound is not None:
        given = Arguments.none()
        given.values = list(passed)
        returned = validating.made_of(run, function.bound, callback.name, given, run.place(callback))
    elif of_builtin:
        returned = _of_builtin(run, function, of_builtin, element, callback, place)
    elif function.kind == "external":
        returned = _outside(run, function, passed, place)
    else:
        returned = calls.invoke(run, function, passed, {}, run.place(callback), "the callback")
        _accumulated(run, accumulator, before)
    returned = queries.given_back(run, node, returned, run.place(callback))
    run.close()
    return returned


def _with_place(
    run: Run, ref: tuple[str, str], passed: tuple[Value, ...], element: Value, receiver: Value
) -> tuple[Value, ...]:
    """What a method of arrays hands on besides: where the element stands, and the array itself; what nobody takes left out."""
    found = run.summaries.project.function(*ref)
    taken = len(found.params) if found is not None and not found.owner else 0
    index = Value("int", label="index").on(element.depends)
    return (*passed, index, receiver)[: max(taken, len(passed))]


def _given(node: f.Call, row: Operation, arguments: Arguments) -> tuple[Value | None, f.Expr | None]:
    """The function that a row calls, and where it is written."""
    if row.calls.isdigit():
        position = int(row.calls)
        if position < len(node.args):
            return arguments.get(position), node.args[position]
        found = next((k for k in node.keywords if k.name in _NAMED), None)
        return (arguments.keywords[found.name], found.value) if found is not None else (None, None)
    named = row.calls if row.calls in arguments.keywords else "cmp"  # Python 2 compared pairs.
    return arguments.keywords.get(named), next((k.value for k in node.keywords if k.name == named), None)


def _element_beside(values: Value, element: Value) -> Value:
    """The element of another iterable that is gone through in step."""
    beside = element_of(values) or UNKNOWN_VALUE
    return beside.on(element.depends)


def _compares(run: Run, function: Value) -> bool:
    """True for a function of two elements: `cmp_to_key(compare)`."""
    found = run.summaries.project.function(*function.ref) if function.ref is not None else None
    return found is not None and len([p for p in found.params if p.default is None]) == 2 and not found.owner


def _outside(run: Run, function: Value, passed: tuple[Value, ...], place: Place) -> Value | None:
    """A built-in called back: `map(len, rows)`, `map(str.strip, lines)`, `map(str, rows)`."""
    written.by_function(run, function.dotted, passed[:1], place)
    tables = operations(run.language)
    name = function.dotted if run.language == "python" else function.dotted.removeprefix("builtins.")
    row = tables.function.get(name)
    if row is None:
        kind, _, method = name.removeprefix("builtins.").partition(".")
        row = tables.method(kind, method)
    if row is None or row.over != "0" or row.calls == "0" or (len(passed) > 1 and row.alone):
        return None
    measures = Measures(run, passed[0], passed[1] if len(passed) > 1 else None, passed)
    short = name.rpartition(".")[2]
    run.charge(measures.cost(row.time), place, f"calls `{short}()` for each")
    return result(run, row, passed[0], Arguments.none(), measures, None)


def _method_of(function: Value, callback: f.Expr) -> str:
    """The name of a built-in's method that is handed over: `key=order.index`, `map(order.index, names)`."""
    if function.kind != "unknown" or function.bound is None or not isinstance(callback, f.Attr):
        return ""
    return callback.name if function.bound.known or callback.name in _SEARCHES else ""


def _is_of_class(function: Value, callback: f.Expr) -> bool:
    """True for a method that a class has of one that is not the project's: `map(BookOut.model_validate, books)`."""
    owner = function.bound
    return (
        function.kind == "unknown"
        and owner is not None
        and owner.kind == "class"
        and isinstance(callback, f.Attr)
        and callback.name in frameworks().schema_method.names
    )


def _of_builtin(
    run: Run, function: Value, name: str, element: Value, callback: f.Expr, place: Place
) -> Value | None:
    """It is called with each element."""
    from analyzers.evaluate.calling import library

    assert function.bound is not None
    table = operations(run.language)
    name = {"__contains__": "in", "__getitem__": "[]"}.get(name, name)
    holder = function.bound
    if not holder.known:
        holder = holder.but(kind="sequence", evidence=f"`.{name}()` is asked of it")
    row = table.method(holder.kind, name, has_argument=True)
    if row is None:
        return None
    arguments = Arguments.none()
    arguments.values = [element]
    call = f.Call(callback.at, callback.to, callback, ())
    where = run.place(callback.obj) if isinstance(callback, f.Attr) else place
    return library.apply(run, call, row, name, holder, element, arguments, run.place(callback), where)


def _accumulator(run: Run, arguments: Arguments) -> Value:
    """What `reduce(f, [])` and `reduce(f, {})` hand on from turn to turn: a container that may grow."""
    start = arguments.get(2 if run.language == "python" else 1)
    if start is None or start.kind not in ("list", "dict") or not start.is_constant_size:
        return UNKNOWN_VALUE
    return replace(start, grown=run.new_container("accumulator"), items=None, const=None, frozen=False)


def _accumulated(run: Run, accumulator: Value, before: int) -> None:
    """A copy of the accumulator in a reducer's body is what the next turn gets."""
    if accumulator.grown is None:
        return
    operations_ = run.analysis.operations
    for position in range(before, len(operations_)):
        found = operations_[position]
        if found.tag in ("spread", "concat") and found.receiver.grown is accumulator.grown:
            operations_[position] = replace(found, target=found.receiver.label)
            run.grow(accumulator.grown, ONE)
