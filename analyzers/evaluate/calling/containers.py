"""Containers of dependencies in scripts: what is asked for by its class is an instance of it.

`container.resolve(BookService)`, `moduleRef.get(BookService)`, `inject(BookService)`. The class is the evidence, whatever the
container is. Sources: https://github.com/microsoft/tsyringe#resolution, https://docs.typestack.community/typedi,
https://docs.nestjs.com/fundamentals/module-ref#retrieving-instances, https://inversify.io/docs/api/container/#get,
https://angular.dev/api/core/inject
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyzers.evaluate import evidence
from analyzers.evaluate.run import Run
from analyzers.types import Value

if TYPE_CHECKING:
    from analyzers.evaluate.calling.arguments import Arguments

GIVERS = frozenset(("resolve", "get", "inject", "create", "resolveAsync", "getAsync", "useService"))


def given(run: Run, target: Value, name: str, arguments: Arguments) -> Value | None:
    """An instance of the class that a container is asked for; None for any other call."""
    asked = name or target.dotted.rpartition("#")[2]
    holder = target.bound
    if asked not in GIVERS or run.language == "python":
        return None
    if target.kind not in ("unknown", "external") or (
        holder is not None and holder.kind in ("dict", "list", "set")
    ):
        return None
    first = arguments.first()
    if first is None or first.kind != "class" or first.ref is None:
        return None
    return evidence.instance_of(run.summaries.project, *first.ref)
