"""Methods that are written for others to write: they do nothing but to say so."""

from __future__ import annotations

from analyzers import facts as f
from analyzers.evaluate import shapes
from analyzers.project import names
from analyzers.project.index import Project

_ABSTRACT = ("abstractmethod", "abstractproperty", "abstractclassmethod", "abstractstaticmethod")
_PROTOCOLS = ("typing.Protocol", "typing_extensions.Protocol")
_STUBS = ("NotImplementedError", "NotImplemented")


def is_stub(project: Project, path: str, qualname: str) -> bool:
    """True for a method that does nothing: `...`, `pass`, a constant that is given back, or `raise NotImplementedError`."""

    def find() -> bool:
        function = project.function(path, qualname)
        return function is None or all(map(_says_nothing, function.body))

    return project.memo.ask(("does nothing", path, qualname), find, in_cycle=False)


def is_left_to_heirs(project: Project, path: str, qualname: str) -> bool:
    """True for a method that only classes derived from its own can have: it is abstract, one of a protocol, or raises
    `NotImplementedError`.
    """

    def find() -> bool:
        function = project.function(path, qualname)
        if function is None:
            return False
        said = {shapes.dotted(one).rpartition(".")[2] for one in function.decorators}
        raises = any(isinstance(step, f.Jump) for step in function.body)
        return raises or not said.isdisjoint(_ABSTRACT) or _is_protocol(project, path, function.owner)

    return project.memo.ask(("left to heirs", path, qualname), find, in_cycle=False)


def _is_protocol(project: Project, path: str, owner: str) -> bool:
    above = names.lineage(project, path, owner) if owner else ()
    return any(one.dotted in _PROTOCOLS for one in above)


def _says_nothing(step: f.Stmt) -> bool:
    if isinstance(step, f.Do):
        return isinstance(step.value, f.Const)
    if isinstance(step, f.Jump):
        raised = [one.func if isinstance(one, f.Call) else one for one in step.values]
        return all(shapes.dotted(one).rpartition(".")[2] in _STUBS for one in raised)
    return isinstance(step, f.Return) and (step.value is None or isinstance(step.value, f.Const))
