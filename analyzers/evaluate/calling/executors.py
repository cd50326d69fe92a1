"""Work handed to threads and processes: `executor.map(f, xs)`, `pool.submit(f, x)`, `asyncio.to_thread(f, x)`.

What is handed over runs as if it were called here, a query for each item; requests to other services wait side by side.

Sources: https://docs.python.org/3/library/concurrent.futures.html, https://docs.python.org/3/library/multiprocessing.html,
https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.loop.run_in_executor
"""

from __future__ import annotations

from msgspec.structs import replace

from analyzers import facts as f
from analyzers.conventions.tables import frameworks
from analyzers.evaluate import lengthening, scripts
from analyzers.evaluate.calling import calls, library, prepared
from analyzers.evaluate.calling.arguments import Arguments
from analyzers.evaluate.run import Run
from analyzers.findings import Place
from analyzers.operations import operations
from analyzers.types import UNKNOWN_VALUE, Value

_POOLS = frozenset(("ThreadPoolExecutor", "ProcessPoolExecutor", "Pool", "ThreadPool"))
"""Classes of the standard library, and of gevent and eventlet, whose objects run what they are handed."""

_FOR_EACH = ("map", "imap", "imap_unordered", "map_async")
_ONCE = ("submit", "apply", "apply_async", "spawn")


def method(
    run: Run, node: f.Call, receiver: Value, name: str, arguments: Arguments, place: Place
) -> Value | None:
    """A method of a pool that runs what it is handed; None for any other."""
    if name == "run_in_executor":
        return _handed_over(run, node, arguments, 1)
    if receiver.kind != "instance" or receiver.dotted.rpartition(".")[2] not in _POOLS:
        return None
    if name in _ONCE:
        handed = _handed_over(run, node, arguments, 0)
        return (
            UNKNOWN_VALUE.on(arguments.depends) if handed is not None else None
        )  # What it gives is asked for later.
    over = arguments.get(1)
    if name not in _FOR_EACH or over is None or len(node.args) < 2:
        return None
    before = len(run.analysis.queries)
    row = operations(run.language).function["builtins.map"]
    made = library.apply(
        run, node, row, name, over, arguments.first(), arguments, place, run.place(node.args[1]), called=True
    )
    _side_by_side(run, before)
    return made


def function(run: Run, node: f.Call, name: str, arguments: Arguments) -> Value | None:
    """A function that runs another one elsewhere, and gives what that gives; None for any other."""
    position = frameworks().elsewhere.words.get(name)
    return _handed_over(run, node, arguments, int(position)) if position else None


def _handed_over(run: Run, node: f.Call, arguments: Arguments, position: int) -> Value | None:
    """The function at a position is called with what follows it."""
    called = arguments.get(position)
    if called is None or not (called.kind == "function" or prepared.is_callable(called)):
        return None
    before = len(run.analysis.queries)
    given = prepared.applied(run, called, arguments.values[position + 1 :], arguments.keywords, node)
    _side_by_side(run, before)
    return given.on(arguments.depends)


def called_by_others(run: Run, node: f.Call, arguments: Arguments) -> None:
    """Functions of a script that are written where they are handed to something unknown, and whose answer is waited for:
    `await lock(async () => ...)`. They are called once, as far as anyone knows; what a statement only leaves with another
    (`emitter.on("end", () => ...)`) runs some other time.
    """
    if run.language == "python":
        return
    is_left = isinstance(run.running, f.Do) and run.running.value is node
    state, run.recursion = run.recursion, None  # What calls its maker again does so later.
    for argument, value in zip(node.args, arguments.values, strict=False):
        if isinstance(argument, f.Lambda) and value.kind == "function":
            if not is_left:
                calls.invoke(run, value, (), {}, run.place(argument), "the callback")
            _fills(run, argument)
    run.recursion = state


def _fills(run: Run, given: f.Lambda) -> None:
    """What a function puts into a container of its maker's, each time that others call it: nobody knows how much."""
    function = run.summaries.project.function(run.path, given.qualname)
    own = scripts.own_names(function) if function is not None else set()
    for name in lengthening.growing_names(function.body) if function is not None else ():
        held = run.env.get(name)
        if held is not None and held.grown is not None and name not in own:
            run.bind(name, replace(held, grown=None, size=None))


def _side_by_side(run: Run, before: int) -> None:
    """What was sent since is waited for together with the others'."""
    queries = run.analysis.queries
    for position in range(before, len(queries)):
        if queries[position].kind == "http":
            queries[position] = replace(queries[position], awaited=True)
