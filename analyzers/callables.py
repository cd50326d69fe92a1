"""Names by which code of the project may be called: a call of any other name runs somebody else's code."""

from __future__ import annotations

from msgspec import Struct

from analyzers import facts as f
from analyzers.evaluate import shapes
from analyzers.evaluate.remembered import remembered
from analyzers.project.index import Project

_NO_FUNCTIONS = (f.Const, f.Collection, f.Mapping, f.Compare, f.Binary, f.Unary, f.Template, f.Comprehension)
"""Values that are no functions."""


class Callables(Struct, frozen=True):
    """`defined` are the names of functions and classes; `kept` what else a function may be called by: other names
    it is imported under, variables and attributes that are assigned what may be one."""

    defined: frozenset[str] = frozenset()
    kept: frozenset[str] = frozenset()


_NONE = Callables()


def callables_of(project: Project) -> Callables:
    """The names of all files."""

    def collect() -> Callables:
        parts = [_in_file(project, path) for path in project.paths()]
        nothing: frozenset[str] = frozenset()
        return Callables(nothing.union(*(p.defined for p in parts)), nothing.union(*(p.kept for p in parts)))

    return project.memo.ask(("callables",), collect, _NONE)


def _in_file(project: Project, path: str) -> Callables:
    def collect() -> Callables:
        facts = project.facts(path)
        if facts is None:
            return _NONE
        units: list[f.Function | f.ClassDef] = [*facts.functions, *facts.classes]
        kept = {item.alias for item in facts.imports if item.alias != item.name}
        return Callables(
            frozenset(one.name for one in units if not _is_read(one)),
            frozenset(kept.union(*(_kept_in(one.body) for one in units))),
        )

    return project.memo.ask(("callables", path), collect, _NONE)


def _is_read(unit: f.Function | f.ClassDef) -> bool:
    """True for a property: it is read, and what it gives is called."""
    return isinstance(unit, f.Function) and any(
        shapes.dotted(decorator).endswith("property") for decorator in unit.decorators
    )


@remembered
def _kept_in(body: tuple[f.Stmt, ...]) -> frozenset[str]:
    """The names and attributes that are assigned what may be a function."""
    found: set[str] = set()
    for statement in shapes.walk(body):
        if isinstance(statement, f.Assign) and not isinstance(statement.value, _NO_FUNCTIONS):
            for target in statement.targets:
                if isinstance(target, f.Name):
                    found.add(target.id)
                elif isinstance(target, f.Attr):
                    found.add(target.name)
    return frozenset(found)
