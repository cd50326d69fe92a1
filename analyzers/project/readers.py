"""Which functions read a method or property of a model inside a loop, by its name: where to look for who shares it."""

from __future__ import annotations

from analyzers import facts as f
from analyzers.project.index import Project
from analyzers.project.models import Models
from analyzers.project.schema import Key

_NONE: dict[str, tuple[str, ...]] = {}


def readers_of(project: Project, name: str) -> tuple[Key, ...]:
    """The functions with a loop that read an attribute of that name, in the order of files."""

    def collect() -> tuple[Key, ...]:
        return tuple((path, q) for path in _paths(project) for q in _read_in(project, path).get(name, ()))

    return project.memo.ask(("readers of", name), collect, ())


def prepare(project: Project) -> None:
    """Look through the functions of all files."""
    for path in _paths(project):
        _read_in(project, path)


def _paths(project: Project) -> list[str]:
    return sorted(path for path in project.paths() if path.endswith(".py"))


def _read_in(project: Project, path: str) -> dict[str, tuple[str, ...]]:
    """What the functions of a file that loop read of rows, by the names of models' methods."""

    def collect() -> dict[str, tuple[str, ...]]:
        project.read(path)
        facts = project.facts(path)
        wanted = _methods(project)
        found: dict[str, tuple[str, ...]] = {}
        for function in facts.functions if facts is not None else ():
            if function.has_loop:
                for name in {n.name for n in f.walk(function.body) if isinstance(n, f.Attr)} & wanted:
                    found[name] = (*found.get(name, ()), function.qualname)
        return found

    return project.memo.ask(("readers", path), collect, _NONE)


def _methods(project: Project) -> frozenset[str]:
    """The names of all models' methods and properties."""

    def collect() -> frozenset[str]:
        names: set[str] = set()
        for path, qualname in Models(project).all():
            project.read(path, "members", qualname)
            outline = project.outline(path)
            names.update(outline.methods.get(qualname, ()) if outline is not None else ())
        return frozenset(name for name in names if not name.startswith("__"))

    return project.memo.ask(("methods of models",), collect, frozenset())
