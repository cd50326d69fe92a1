"""What an operator asks of an object of the project: `x[k]`, `k in x`, `for y in x`, `x(y)`, `with x` are calls of methods.

Source: https://docs.python.org/3/reference/datamodel.html#special-method-names
"""

from __future__ import annotations

from analyzers.evaluate.calling import calls
from analyzers.evaluate.run import Run
from analyzers.findings import Place
from analyzers.project import names
from analyzers.types import Value


def asked(run: Run, held: Value, method: str, values: tuple[Value, ...], place: Place) -> Value | None:
    """What an object's special method gives, after it ran; None for what is no object, or has none of that name."""
    if held.kind != "instance" or held.ref is None or run.language != "python":
        return None
    found = names.member(run.summaries.project, *held.ref, method)
    if found is None or found.kind != "function":
        return None
    label = f"{held.label}.{method}" if held.label else method
    function = Value("function", ref=(found.path, found.qualname), bound=held, label=label)
    depends = held.depends.union(*(value.depends for value in values))
    return calls.invoke(run, function, values, {}, place, label).on(depends)


def searched(run: Run, held: Value, sought: Value, place: Place) -> None:
    """`sought in held`: its class says how, or it is gone through."""
    if asked(run, held, "__contains__", (sought,), place) is None:
        asked(run, held, "__iter__", (), place)


def iterated(run: Run, held: Value, place: Place) -> Value:
    """What a loop over an object goes through."""
    made = asked(run, held, "__iter__", (), place)
    return made.but(label=held.label) if made is not None and made.known else held


def entered(run: Run, held: Value, place: Place, *, is_async: bool) -> Value:
    """What `with held as x` binds: mostly the object itself."""
    made = asked(run, held, "__aenter__" if is_async else "__enter__", (), place)
    return made.named(held.label) if made is not None and made.known and made.ref != held.ref else held
