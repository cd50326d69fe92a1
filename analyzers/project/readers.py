"""Which functions read a method or property of a model inside a loop, by its name: where to look for who shares it."""

from __future__ import annotations

from analyzers.project.index import Project
from analyzers.project.models import Models
from analyzers.project.schema import Key


def readers_of(project: Project, name: str) -> tuple[Key, ...]:
    """The functions with a loop that read an attribute of that name, in the order of files."""

    def collect() -> tuple[Key, ...]:
        return project.words.readers(name) if name in _methods(project) else ()

    return project.memo.ask(("readers of", name), collect, ())


def prepare(project: Project) -> None:
    """Look through the methods of all models."""
    _methods(project)


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
