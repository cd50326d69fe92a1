"""The class behind an interface or a base: what a method does that only one class of the project has written.

`constructor(private books: BookStore)` names an interface; the one class that `implements BookStore` is what runs. Of an
abstract class it is the one that extends it. Where several have the method, nobody says which one it is, but what each of
them does is done (`of_each`). What stands in the place of that class in tests is left out. In Python the base that a value is said to be of may leave a method to
those that are derived from it without a word.

Source: https://www.typescriptlang.org/docs/handbook/2/classes.html#implements-clauses
"""

from __future__ import annotations

from analyzers import facts as f
from analyzers.evaluate import agreed, evidence, fields, shapes
from analyzers.evaluate.run import Run
from analyzers.evaluate.stubs import is_left_to_heirs, is_stub
from analyzers.project import names
from analyzers.project.index import Project
from analyzers.project.outline import said_above
from analyzers.project.quiet import is_quiet
from analyzers.types import MAX_EITHER, Value

_Key = tuple[str, str]


def heir(run: Run, base: Value, name: str) -> Value | None:
    """The instance whose class has the method `name` that the class of a value only speaks of."""
    if base.kind != "instance" or base.ref is None or not base.ref[0]:
        return None
    if run.language == "python" and (base.label == "super()" or name.startswith("__")):
        return None  # What `super()` leads to stands above the class that asks, never below it.
    project = run.summaries.project
    if any(_is_from_outside(above) for above in names.lineage(project, *base.ref)):
        return None  # What comes from outside may have the method.
    key = _with_method(project, base.ref, name)
    return evidence.instance_of(project, *key).on(base.depends).but(label=base.label) if key else None


def _with_method(project: Project, key: _Key, name: str) -> _Key | None:
    """The first class derived from one that has a method which that one has not, as do all others that have it: a mixin asks for
    what stands beside it (`class Store(Users, Orders)`)."""

    def find() -> _Key | None:
        having: dict[_Key, _Key] = {}
        pending, seen = [key], {key}
        while pending and len(seen) <= _MOST_HEIRS:
            for heir_key in _heirs(project, *pending.pop()):
                if heir_key in seen:
                    continue
                seen.add(heir_key)
                member = names.member(project, *heir_key, name)
                if member is not None and member.kind == "function":
                    having.setdefault((member.path, member.qualname), heir_key)
                else:
                    pending.append(heir_key)
        return next(iter(having.values())) if len(having) == 1 else None

    return project.memo.ask(("heir with method", *key, name), find, in_cycle=None)


_MOST_HEIRS = 40
"""Classes derived from one that are looked at."""


def is_left(run: Run, base: Value, found: names.Target | None) -> bool:
    """True for what a class has not, and for what an interface only says to be a function: `read: (id: number) => Promise<Book>`."""
    if found is None:
        return True
    if run.language == "python" or found.kind != "variable" or base.kind != "instance":
        return False
    owner, _, name = found.qualname.rpartition(".")
    project = run.summaries.project
    project.read(found.path, "members", owner)
    outline = project.outline(found.path)
    said = outline.class_values(owner).get(name) if outline is not None and owner.startswith(f.TYPE) else None
    return said is not None and said.value is None and isinstance(said.annotation, f.Opaque)


def of_each(run: Run, base: Value, name: str, found: names.Target | None, label: str) -> Value | None:
    """A method that the class of a value leaves to those that are derived from it, as each of these has it; None where it
    has one itself or nobody has."""
    if base.kind != "instance" or base.ref is None or not base.ref[0]:
        return None
    if base.label == "super()" or name.startswith("__"):
        return None
    project = run.summaries.project
    if run.language != "python":
        above = names.lineage(project, *base.ref)
        if not base.ref[1].startswith(f.TYPE) or any(_is_from_outside(one) for one in above):
            return None
    elif (
        found is None
        or found.kind != "function"
        or _is_read(project, found)
        or not is_stub(project, found.path, found.qualname)
    ):
        return None
    bound = [
        Value(
            "function",
            ref=ref,
            bound=evidence.instance_of(project, *owner).on(base.depends).but(label=base.label),
            label=label,
        )
        for ref, owner in _written_below(project, base.ref, name)
    ]
    if len(bound) == 1 and (found is None or not is_left_to_heirs(project, found.path, found.qualname)):
        return None  # Where one class alone fills it in, another may be meant that the program does not have.
    return agreed.methods(bound, label)


def _is_read(project: Project, found: names.Target) -> bool:
    header = project.header(found.path, found.qualname)
    return header is not None and any(shapes.dotted(one).endswith("property") for one in header.decorators)


def _written_below(project: Project, key: _Key, name: str) -> tuple[tuple[_Key, _Key], ...]:
    """The methods of that name that do something in the classes derived from one, with their classes."""

    def find() -> tuple[tuple[_Key, _Key], ...]:
        written: dict[_Key, _Key] = {}
        pending, seen = [key], {key}
        while pending and len(written) <= MAX_EITHER:
            for heir_key in _heirs(project, *pending.pop()):
                member = names.member(project, *heir_key, name)
                if heir_key in seen or member is None or member.kind != "function":
                    continue
                seen.add(heir_key)
                pending.append(heir_key)
                if not is_stub(project, member.path, member.qualname):
                    written.setdefault((member.path, member.qualname), heir_key)
        return tuple(sorted(written.items()))

    return project.memo.ask(("written below", *key, name), find, in_cycle=())


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
