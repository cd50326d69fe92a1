"""Methods that one class of the project alone has: `registry.indexer.index_record(...)` of something nobody knows.

What a registry, a container of services or a framework hands over says nothing of its class. A name of several words that
the methods of one class alone have, with room for what the call gives, says as much: nothing else of the program could be
meant. A class that something from outside stands above may have got the method's name from there, where others have it, too.
"""

from __future__ import annotations

from analyzers import facts as f
from analyzers.evaluate import evidence, fields, shapes
from analyzers.evaluate.calling.arguments import SPREAD, Arguments
from analyzers.evaluate.run import Run
from analyzers.project import names
from analyzers.project.index import Project
from analyzers.project.models import Models
from analyzers.project.quiet import is_quiet
from analyzers.types import Value

_DJANGO = "django"
"""Its models have many methods of their own, which programs override."""

_STUBS = ("NotImplementedError", "NotImplemented")


def method(run: Run, receiver: Value, name: str, arguments: Arguments) -> Value | None:
    """The method of the one class that has one of that name, bound to an instance of it; None where there is none or are several."""
    if run.language != "python" or receiver.kind != "unknown" or receiver.dotted:
        return None
    if run.function.name == name or not run.summaries.project.words.owners(name):
        return None
    found = _only(run.summaries.project, name)
    if found is None:
        return None
    path, qualname, owner = found
    function = run.summaries.function(path, qualname)
    if function is None or not _fits(function, arguments):
        return None
    made = evidence.instance_of(run.summaries.project, path, owner)
    made = made.on(receiver.depends).but(label=receiver.label)
    return Value("function", ref=(path, qualname), bound=made, label=f"{receiver.label}.{name}")


def _only(project: Project, name: str) -> tuple[str, str, str] | None:
    """File, method and class of the one class that has it, of those that are derived from each other the first that does something."""

    def find() -> tuple[str, str, str] | None:
        known = [key for key in project.words.owners(name) if not is_quiet(project, key[0])]
        classes = {(path, qualname.rpartition(".")[0]): (path, qualname) for path, qualname in known}
        first = [key for key in classes if not _is_derived(project, key, classes)]
        if len(first) != 1 or not all(_is_of_the_project(project, *key) for key in classes):
            return None
        written = [key for key in classes if not _is_stub(project, *classes[key])]
        chosen = first[0] if first[0] in written else written[0] if len(written) == 1 else None
        return (*classes[chosen], chosen[1]) if chosen is not None else None

    return project.memo.ask(("sole method", name), find, in_cycle=None)


def _is_derived(
    project: Project, key: tuple[str, str], others: dict[tuple[str, str], tuple[str, str]]
) -> bool:
    return any((above.path, above.qualname) in others for above in names.lineage(project, *key)[1:])


def _is_of_the_project(project: Project, path: str, qualname: str) -> bool:
    """True for a class all of whose bases the project has, and for a mapped one."""
    if Models(project).orm_of(path, qualname) not in ("", _DJANGO):
        return True
    return all(
        above.kind == "class" or (above.kind == "external" and above.dotted in fields.PLAIN_BASES)
        for above in names.lineage(project, path, qualname)
    )


def _is_stub(project: Project, path: str, qualname: str) -> bool:
    """True for a method that does nothing but to say so."""
    function = project.function(path, qualname)
    body = [step for step in function.body if not _says_nothing(step)] if function is not None else []
    return not body


def _says_nothing(step: f.Stmt) -> bool:
    if isinstance(step, f.Do):
        return isinstance(step.value, f.Const)
    if isinstance(step, f.Jump):
        raised = [one.func if isinstance(one, f.Call) else one for one in step.values]
        return all(shapes.dotted(one) in _STUBS for one in raised)
    return isinstance(step, f.Return) and (step.value is None or isinstance(step.value, f.Const))


def _fits(function: f.Function, arguments: Arguments) -> bool:
    """Whether a method has room for what a call gives, and gets all that it needs."""
    if any(
        shapes.dotted(d).rpartition(".")[2] in ("staticmethod", "classmethod") for d in function.decorators
    ):
        return False
    spread = "**" in arguments.keywords or any(value.evidence == SPREAD for value in arguments.values)
    params = function.params[1:]
    kinds = {param.kind for param in function.params}
    room = sum(param.kind == "positional" for param in params)
    named = {param.name for param in params}
    if len(arguments.values) > room and "star" not in kinds:
        return False
    if any(name not in named for name in arguments.keywords if name != "**") and "double_star" not in kinds:
        return False
    given = {param.name for param in params[: len(arguments.values)]} | arguments.keywords.keys()
    needed = {p.name for p in params if p.default is None and p.kind not in ("star", "double_star")}
    return spread or needed <= given


__all__ = ["method"]
