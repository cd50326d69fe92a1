"""Who mentions a function, in its own file and in those that import it."""

from __future__ import annotations

from collections.abc import Iterator

from analyzers import facts as f
from analyzers.evaluate import shapes
from analyzers.project.index import Project
from analyzers.project.quiet import is_quiet

OF_DJANGO = "/management/commands/"
"""Where Django looks for the commands of an application.

Source: https://docs.djangoproject.com/en/5.2/howto/custom-management-commands/
"""

_MIGRATIONS = "/migrations/"

INIT = "__init__"


def readers(project: Project, path: str, name: str) -> tuple[str, ...]:
    """The functions of a file that mention a name, its top level as `<module>`."""
    key = ("mentions", path, name)
    return project.memo.ask(key, lambda: project.mentioning(path, name), in_cycle=())


def elsewhere(project: Project, path: str, name: str) -> set[tuple[str, str]]:
    """The functions of other files that mention a function of this one; tests, which call everything, left out."""
    module = path.rpartition("/")[2].partition(".")[0]
    importing = {*_importing(project).get(name, ()), *_importing(project).get(module, ())} - {path}
    return {(other, reader) for other in importing for reader in readers(project, other, name)}


def importing(project: Project, name: str) -> tuple[str, ...]:
    """The files but tests that import something of that name, sorted."""
    return _importing(project).get(name, ())


def in_migrations(project: Project, path: str, name: str) -> bool:
    """Whether a migration imports a function by its name, and mentions it."""
    there = _importing(project, of_migrations=True).get(name, ())
    return any(other != path and readers(project, other, name) for other in there)


def _importing(project: Project, *, of_migrations: bool = False) -> dict[str, tuple[str, ...]]:
    """The files but tests that import something of a name, a function or the module that holds it; or the migrations that
    do."""

    def collect() -> dict[str, tuple[str, ...]]:
        found: dict[str, list[str]] = {}
        for path in project.paths():
            is_told = OF_DJANGO in path or not is_quiet(project, path)
            if not (_MIGRATIONS in path if of_migrations else is_told):
                continue
            for item in project.imported(path):
                module, _, name = item.partition(":")
                for one in {name, module.rpartition(".")[2]} - {"", "*"}:
                    found.setdefault(one, []).append(path)
        return {name: tuple(paths) for name, paths in found.items()}

    return project.memo.ask(("importing", of_migrations), collect, in_cycle={})


def arguments(
    project: Project, path: str, function: f.Function, name: str
) -> Iterator[tuple[str, f.Function, f.Expr | None]]:
    """What each call of a function of a module, or of a class with that `__init__`, hands over for a parameter, with the
    caller; None where that is not seen."""
    position = next((i for i, param in enumerate(function.params) if param.name == name), -1)
    called = function.name
    if called == INIT:
        called, position = function.owner.rpartition(".")[2], position - 1
    found = {(path, reader) for reader in readers(project, path, called)}
    for other, reader in sorted(found | elsewhere(project, path, called)):
        caller = project.function(other, reader)
        if caller is None or caller.qualname == function.qualname:
            yield other, function, None
            continue
        for node in shapes.nodes(caller.body):
            if isinstance(node, f.Call) and shapes.dotted(node.func).rpartition(".")[2] == called:
                named = next((keyword.value for keyword in node.keywords if keyword.name == name), None)
                at = node.args[position] if 0 <= position < len(node.args) else None
                yield other, caller, named or at
