"""The class behind an interface or a base: what a method does that only one class of the project has written.

`constructor(private books: BookStore)` names an interface; the one class that `implements BookStore` is what runs. Of an
abstract class it is the one that extends it. Where several have the method, nobody says which one it is. What stands
in the place of that class in tests is left out. In Python the base that a value is said to be of may leave a method to
those that are derived from it without a word.

Source: https://www.typescriptlang.org/docs/handbook/2/classes.html#implements-clauses
"""

from __future__ import annotations

from analyzers import facts as f
from analyzers.evaluate import evidence, fields
from analyzers.evaluate.run import Run
from analyzers.project import names
from analyzers.project.index import Project
from analyzers.project.outline import said_above
from analyzers.project.quiet import is_quiet
from analyzers.types import Value


def heir(run: Run, base: Value, name: str) -> Value | None:
    """The instance whose class has the method `name` that the class of a value only speaks of."""
    if base.kind != "instance" or base.ref is None or not base.ref[0]:
        return None
    if run.language == "python" and (base.label in ("self", "super()") or name.startswith("__")):
        # What an object asks itself for, whoever is derived from its class has at hand; and what `super()` leads to stands
        # above the class that asks, never below it.
        return None
    project = run.summaries.project
    if any(_is_from_outside(above) for above in names.lineage(project, *base.ref)):
        return None  # What comes from outside may have the method.
    found = {
        key: member
        for key in _heirs(project, *base.ref)
        if (member := names.member(project, *key, name)) is not None and member.kind == "function"
    }
    if len(found) != 1:
        return None
    made = evidence.instance_of(project, *next(iter(found)))
    return made.on(base.depends).but(label=base.label)


def _is_from_outside(above: names.Target) -> bool:
    return above.kind != "class" and (above.kind != "external" or above.dotted not in fields.PLAIN_BASES)


def _heirs(project: Project, path: str, qualname: str) -> tuple[tuple[str, str], ...]:
    def find() -> tuple[tuple[str, str], ...]:
        name = qualname.removeprefix(f.TYPE)
        return tuple(
            key
            for key in project.words.heirs(name)
            if key != (path, qualname)
            and not is_quiet(project, key[0])
            and _is_of(project, key, path, qualname)
        )

    return project.memo.ask(("heirs", path, qualname), find, in_cycle=())


def _is_of(project: Project, key: tuple[str, str], path: str, qualname: str) -> bool:
    """Whether a class names that very class or interface among what it is derived from."""
    project.read(key[0], "class", key[1])
    cls = project.outlined_class(*key)
    if cls is None:
        return False
    for name in said_above(cls):
        found = names.resolve(project, key[0], name)
        if found is not None and not found[1] and (found[0].path, found[0].qualname) == (path, qualname):
            return True
    return False
