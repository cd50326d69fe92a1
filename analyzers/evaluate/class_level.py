"""What a class gives under a name that it computes: properties of its metaclass, and properties of classes.

`Book.query` is the query that `def query(cls): return session.query(cls)` makes, where a metaclass has it as a property or a
decorator makes a property of the class of it.

Sources: https://docs.python.org/3/reference/datamodel.html#metaclasses,
https://docs.djangoproject.com/en/5.2/ref/utils/#django.utils.functional.classproperty
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzers import facts as f
from analyzers.evaluate import shapes
from analyzers.project import names
from analyzers.project.index import Project
from analyzers.project.names import Target

_OF_CLASSES = frozenset(("classproperty", "class_property", "cached_classproperty"))
_PROPERTY, _METACLASS = "property", "metaclass"


def is_static(function: f.Function) -> bool:
    """True for a method that is handed no object and no class."""
    return any(shapes.dotted(decorator) == "staticmethod" for decorator in function.decorators)


def is_of_class(function: f.Function) -> bool:
    """True for a property of a class: `@classproperty`, and `@classmethod` on a `@property`."""
    said = {shapes.dotted(decorator).rpartition(".")[2] for decorator in function.decorators}
    return not said.isdisjoint(_OF_CLASSES) or said >= {"classmethod", _PROPERTY}


def of_metaclass(project: Project, path: str, qualname: str, name: str) -> Target | None:
    """The property of that name that a class's metaclass has."""

    def find() -> Target | None:
        for above in names.lineage(project, path, qualname):
            for meta in _metaclasses(project, above):
                found = names.member(project, meta.path, meta.qualname, name)
                function = project.header(found.path, found.qualname) if found is not None else None
                if function is not None and any(
                    shapes.dotted(one).rpartition(".")[2] == _PROPERTY for one in function.decorators
                ):
                    return found
        return None

    return project.memo.ask(("of metaclass", path, qualname, name), find, in_cycle=None)


def _metaclasses(project: Project, above: Target) -> Iterator[Target]:
    """The metaclass of a class or of a base that a call makes: `class Base(metaclass=Meta)`, `@as_declarative(metaclass=Meta)`,
    `Base = declarative_base(metaclass=Meta)`."""
    keywords: list[f.Keyword] = []
    if above.kind == "class":
        project.read(above.path, "class", above.qualname)
        cls = project.outlined_class(above.path, above.qualname)
        if cls is not None:
            keywords += cls.keywords
            keywords += [k for one in cls.decorators if isinstance(one, f.Call) for k in one.keywords]
    elif above.kind == "variable":
        made = names.module_value(project, above.path, above.qualname.partition(".")[0])
        if made is not None and isinstance(made.value, f.Call):
            keywords += made.value.keywords
    for keyword in keywords:
        found = (
            names.resolve(project, above.path, shapes.dotted(keyword.value))
            if keyword.name == _METACLASS
            else None
        )
        if found is not None and not found[1] and found[0].kind == "class":
            yield found[0]
