"""Packages that put the names of all their modules into their own: `import_submodules(locals(), __name__, __path__)`.

A package's file that goes through `__path__` imports what lies beside it, and what others take from the package is what its
modules bind, as if each were imported with a star.

Source: https://docs.python.org/3/library/pkgutil.html#pkgutil.walk_packages
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyzers.facts import Call, Name, walk
from analyzers.project.modules import parent

if TYPE_CHECKING:
    from analyzers.project.index import Project

_MODULE = "<module>"
_NAMESPACES = frozenset(("locals", "globals", "vars"))


def submodules(project: Project, path: str) -> tuple[str, ...]:
    """The files of a package's modules whose names the package's file takes over by a loop; none of any other file."""
    if not path.endswith("/__init__.py"):
        return ()

    def find() -> tuple[str, ...]:
        module = project.function(path, _MODULE)
        words = [part for one in module.body for part in walk(one)] if module is not None else []
        names = {part.id for part in words if isinstance(part, Name)}
        called = {part.func.id for part in words if isinstance(part, Call) and isinstance(part.func, Name)}
        if "__path__" not in names or called.isdisjoint(_NAMESPACES):
            return ()
        return project.modules.modules_of(parent(path))

    return project.memo.ask(("gathered by", path), find, in_cycle=())
