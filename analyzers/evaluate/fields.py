"""Names of a class's body: which are fields of its objects, and which hold one thing for all of them."""

from __future__ import annotations

from analyzers import facts as f
from analyzers.evaluate import lengthening, shapes
from analyzers.project import names
from analyzers.project.index import Project
from analyzers.project.modules import PYTHON_ENDINGS

PLAIN_BASES = frozenset(
    ("object", "builtins.object", "abc.ABC", "typing.Generic", "typing.Protocol", "enum.Enum")
)
"""Bases that make no fields of a class's annotated names. Source: https://docs.python.org/3/library/abc.html"""


def is_constant(project: Project, target: names.Target, annotation: f.Expr) -> bool:
    """True for what an annotated name of a class's body holds in all of its objects: nothing makes a field of it."""
    written = (n for n in shapes.nodes(annotation) if isinstance(n, (f.Name, f.Attr)))
    if any(shapes.dotted(n).rpartition(".")[2] == "ClassVar" for n in written):
        return True
    for above in names.lineage(project, target.path, target.qualname):
        if above.kind == "class":
            project.read(above.path, "class", above.qualname)
            cls = project.outlined_class(above.path, above.qualname)
            if cls is None or cls.decorators:
                return False
        elif above.kind != "external" or above.dotted not in PLAIN_BASES:
            return False
    return True


def is_filled_by_methods(project: Project, owner: names.Target, name: str, begun: f.Expr | None) -> bool:
    """True for an empty container in the body of a class into which its methods put something: all objects share what grows."""
    empty = (isinstance(begun, f.Collection) and not begun.items) or (
        isinstance(begun, f.Mapping) and not begun.keys
    )
    if not empty or not owner.path.endswith(PYTHON_ENDINGS):
        return False
    by_class = f"{owner.qualname.rpartition('.')[2]}.{name}"
    return any(
        not lengthening.filled_attributes(method.body).isdisjoint(
            (by_class, f"{method.params[0].name}.{name}")
        )
        for method in project.filling_methods(owner.path, owner.qualname)
        if method.params
    )
