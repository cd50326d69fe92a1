"""What a test proves where it holds: `isinstance(x, list)`."""

from __future__ import annotations

from collections.abc import Iterable

from analyzers import facts as f
from analyzers.evaluate import evidence
from analyzers.evaluate.run import Run
from analyzers.types import Value


def narrowing(run: Run, test: f.Expr) -> list[tuple[str, Value]]:
    """What `isinstance(x, C)` proves where the test holds."""
    tests: Iterable[f.Expr] = test.parts if isinstance(test, f.Logic) and test.op == "and" else (test,)
    found: list[tuple[str, Value]] = []
    for part in tests:
        if (
            isinstance(part, f.Call)
            and isinstance(part.func, f.Name)
            and part.func.id == "isinstance"
            and len(part.args) == 2
            and isinstance(part.args[0], f.Name)
        ):
            name = part.args[0].id
            claimed = evidence.value_of(run, part.args[1])
            current = run.lookup(name)
            if claimed.known and (current is None or not current.known):
                found.append(
                    (
                        name,
                        claimed.but(
                            label=name,
                            depends=current.depends if current else frozenset(),
                            way=current.way if current else None,
                        ),
                    )
                )
    return found
