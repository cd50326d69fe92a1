"""Methods that one class of the project alone has, or a few: `registry.indexer.index_record(...)` of something nobody knows.

What a registry, a container of services or a framework hands over says nothing of its class. A name of several words that
the methods of one class alone have, with room for what the call gives, says as much: nothing else of the program could be
meant. Where a few classes have it, what each of them does is done. A class that something from outside stands above may have got the method's name from there, where others have it, too.
"""

from __future__ import annotations

from analyzers import facts as f
from analyzers.evaluate import agreed, evidence, fields, shapes
from analyzers.evaluate.calling.arguments import SPREAD, Arguments
from analyzers.evaluate.run import Run
from analyzers.evaluate.stubs import is_stub
from analyzers.project import names
from analyzers.project.index import Project
from analyzers.project.models import Models
from analyzers.project.quiet import is_quiet
from analyzers.types import MAX_EITHER, Value

_DJANGO = "django"
"""Its models have many methods of their own, which programs override."""


def method(run: Run, receiver: Value, name: str, arguments: Arguments) -> Value | None:
    """The method of the one class that has one of that name, bound to an instance of it, or one of the methods of a few
    classes; None where there is none or are many."""
    if run.language != "python" or receiver.kind != "unknown" or receiver.dotted:
        return None
    if run.function.name == name or not run.summaries.project.words.owners(name):
        return None
    found = [_bound(run, receiver, one, name, arguments) for one in _written(run.summaries.project, name)]
    methods = [one for one in found if one is not None]
    if len(methods) < len(found):
        return None
    return agreed.methods(methods, f"{receiver.label}.{name}")


def _bound(
    run: Run, receiver: Value, found: tuple[str, str, str], name: str, arguments: Arguments
) -> Value | None:
    """A method of an object of its class; None where it has no room for what is given."""
    path, qualname, owner = found
    function = run.summaries.function(path, qualname)
    if function is None or not _fits(function, arguments):
        return None
    made = evidence.instance_of(run.summaries.project, path, owner)
    made = made.on(receiver.depends).but(label=receiver.label)
    return Value("function", ref=(path, qualname), bound=made, label=f"{receiver.label}.{name}")


def _written(project: Project, name: str) -> tuple[tuple[str, str, str], ...]:
    """File, method and class of the one class that has it, of those that are derived from each other the first that does
    something; of a few classes that have nothing to do with each other, or fill in what their base leaves out, each."""

    def find() -> tuple[tuple[str, str, str], ...]:
        known = [key for key in project.words.owners(name) if not is_quiet(project, key[0])]
        classes = {(path, qualname.rpartition(".")[0]): (path, qualname) for path, qualname in known}
        if not all(_is_of_the_project(project, *key) for key in classes):
            return ()
        first = [key for key in classes if not _is_derived(project, key, classes)]
        written = [key for key in classes if not is_stub(project, *classes[key])]
        if len(first) == 1 and first[0] in written:
            written = first
        if len(written) > MAX_EITHER or (
            len(written) > 1 and any(Models(project).orm_of(*k) for k in written)
        ):
            return ()  # What rows are asked is told at their own class, and nobody says which one it is.
        return tuple((*classes[key], key[1]) for key in written)

    return project.memo.ask(("sole method", name), find, in_cycle=())


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
