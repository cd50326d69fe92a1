"""Methods that are written for others to write: they do nothing but to say so."""

from __future__ import annotations

from analyzers import facts as f
from analyzers.evaluate import shapes
from analyzers.project.index import Project

_STUBS = ("NotImplementedError", "NotImplemented")


def is_stub(project: Project, path: str, qualname: str) -> bool:
    """True for a method that does nothing: `...`, `pass`, a constant that is given back, or `raise NotImplementedError`."""

    def find() -> bool:
        function = project.function(path, qualname)
        return function is None or all(map(_says_nothing, function.body))

    return project.memo.ask(("does nothing", path, qualname), find, in_cycle=False)


def _says_nothing(step: f.Stmt) -> bool:
    if isinstance(step, f.Do):
        return isinstance(step.value, f.Const)
    if isinstance(step, f.Jump):
        raised = [one.func if isinstance(one, f.Call) else one for one in step.values]
        return all(shapes.dotted(one) in _STUBS for one in raised)
    return isinstance(step, f.Return) and (step.value is None or isinstance(step.value, f.Const))


__all__ = ["is_stub"]
