"""What a class says of itself: its own and inherited attributes, class Meta, lists of names."""

from __future__ import annotations

from typing import NamedTuple

from analyzers import facts as f
from analyzers.conventions.tables import frameworks
from analyzers.orm import tables
from analyzers.orm.tables import Names
from analyzers.project import names
from analyzers.project.index import Project
from analyzers.project.models import Models
from analyzers.project.outline import callee, dotted
from analyzers.project.schema import Key
from analyzers.text import Span

_DEPTH = 12  # of names followed for one list of names


class Held(NamedTuple):
    """The value of a class attribute, and the class that assigns it: the value's positions are that class's."""

    owner: Key
    value: f.Expr


class Word(NamedTuple):
    """A string in a list of names: its text, and where it stands (absolute)."""

    text: str
    path: str
    span: Span


def derives(project: Project, key: Key, known: Names) -> bool:
    """Whether a class is derived from one of a framework's classes."""
    return not known.names.isdisjoint(names.names_above(project, *key))


def kind(project: Project, key: Key, **known: Names) -> str:
    """The first of some kinds of classes that a class is derived from; "" for none."""
    return next((kind for kind, table in known.items() if derives(project, key, table)), "")


def called_outside(project: Project, key: Key, ending: str) -> str:
    """The name of the first base from another package that ends so; "" for none."""

    def find() -> str:
        outside = (t.dotted for t in names.lineage(project, *key)[1:] if t.kind == "external")
        lasts = (name.rpartition(".")[2] for name in outside)
        return next((last for last in lasts if last.endswith(ending)), "")

    return project.memo.ask(("called outside", *key, ending), find, in_cycle="")


def is_framework_only(project: Project, key: Key) -> bool:
    """Whether all bases outside the project are of packages that leave a view's queryset alone: of those that say that
    they load relations by themselves, and of what may be the project's own, nobody knows.
    """
    table = frameworks()
    for name in (t.dotted for t in names.lineage(project, *key)[1:] if t.kind != "class"):
        package = name.partition(".")[0]
        if package in table.harmless:
            continue
        if package in table.loading or any(word in name.lower() for word in _LOADING):
            return False
        if not package or package in _path_names(project):
            return False
    return True


_LOADING = ("prefetch", "eager", "optimi", "auto")
"""Words in the names of classes that load relations by themselves."""


def _path_names(project: Project) -> frozenset[str]:
    """The names of all modules of the project and of the folders they are in: a folder of templates is often called after
    the package whose templates it has others for.
    """

    def collect() -> frozenset[str]:
        parts = (part for path in project.paths() if path.endswith(".py") for part in path.split("/"))
        return frozenset(part.partition(".")[0] for part in parts)

    return project.memo.ask(("names of folders",), collect, in_cycle=frozenset())


def ancestry(project: Project, key: Key) -> list[Key]:
    """The class and its project base classes, in resolution order."""
    return [(t.path, t.qualname) for t in names.lineage(project, *key) if t.kind == "class"]


def own(project: Project, key: Key) -> dict[str, f.Assign]:
    """What the class's own body assigns."""
    project.read(key[0], "body", key[1])
    outline = project.outline(key[0])
    return outline.class_values(key[1]) if outline is not None else {}


def place(project: Project, cls: f.ClassDef, key: Key, *options: str) -> Span:
    """Where the class's own body gives the first of some options, counted from its start; else where its name stands."""
    given = own(project, key)
    values = (given[option].value for option in options if option in given)
    return next((Span(value.at, value.to) for value in values if value is not None), name_of(cls))


def name_of(cls: f.ClassDef) -> Span:
    """Where the class's name stands, counted from its start."""
    return Span(cls.name_at, cls.name_to)


def held(project: Project, key: Key, name: str) -> Held | None:
    """The value of a class attribute, of the class or the nearest base that assigns it. Who asks is left alone where others
    are assigned."""

    def find() -> Held | None:
        for above in ancestry(project, key):
            assign = own(project, above).get(name)
            if assign is not None:
                return Held(above, assign.value) if assign.value is not None else None
        return None

    return project.memo.ask(("held", *key, name), find, in_cycle=None)


def meta(project: Project, key: Key, option: str) -> Held | None:
    """An option of class Meta; a Meta that derives from another inherits its options."""
    found = names.member(project, *key, "Meta")
    return held(project, (found.path, found.qualname), option) if found and found.kind == "class" else None


def method(project: Project, key: Key, name: str) -> f.Function | None:
    """A method that the project defines on the class or a base of it."""
    found = names.member(project, *key, name)
    if found is None or found.kind != "function":
        return None
    return project.function(found.path, found.qualname)


def goes_up(project: Project, key: Key, name: str) -> bool:
    """True if the framework's own method is run: no other is in its place, or that one calls it."""
    own = method(project, key, name)
    return own is None or any(
        isinstance(node, f.Attr)
        and node.name == name
        and isinstance(node.obj, f.Call)
        and dotted(node.obj.func) == "super"
        for node in f.walk(own.body)
    )


_USER_MODEL = frozenset(name.rpartition(".")[2] for name in tables().django.functions.names("user_model"))


def class_of(project: Project, at: Held) -> Key | None:
    """The class that a value names: one of the project's, or what `get_user_model()` stands for."""
    value = at.value
    chain = callee(value) if isinstance(value, f.Call) else dotted(value)
    if isinstance(value, f.Call) and (chain or "").rpartition(".")[2] not in _USER_MODEL:
        return None  # Most calls give no class, and need no look at what they call.
    if chain and at.owner[1] and not isinstance(value, f.Call):
        inside = (at.owner[0], f"{at.owner[1]}.{chain}")  # A class's body sees the classes that stand in it.
        if project.class_(*inside) is not None:
            return inside
    found = names.resolve(project, at.owner[0], chain, at.owner[1]) if chain else None
    if found is None or found[1]:
        return None
    target = found[0]
    if isinstance(value, f.Call):
        user = names.full_name(project, target) in tables().django.functions.names("user_model")
        model = Models(project).user_model() if user else None
        return model.key if model is not None else None
    if target.kind == "variable" and "." not in target.qualname:
        assign = names.module_value(project, target.path, target.qualname)
        given = assign.value if assign is not None else None
        return class_of(project, Held((target.path, ""), given)) if isinstance(given, f.Call) else None
    return (target.path, target.qualname) if target.kind == "class" else None


def start_of(project: Project, key: Key) -> int:
    cls = project.class_(*key)
    return cls.start if cls is not None else 0


def words(project: Project, at: Held, depth: int = 0) -> list[Word] | None:
    """The strings of a list, tuple or set, also where it is put together of several; None where that is not known."""
    node = at.value
    if depth > _DEPTH:
        return None
    if isinstance(node, f.Const):
        return [_word(project, at, node)] if isinstance(node.value, str) else None
    if isinstance(node, f.Collection):
        parts = [words(project, Held(at.owner, item), depth + 1) for item in node.items]
        return _together(parts)
    if isinstance(node, f.Star):
        return words(project, Held(at.owner, node.value), depth + 1)
    if isinstance(node, f.Binary) and node.op == "+":
        return _together(
            [words(project, Held(at.owner, side), depth + 1) for side in (node.left, node.right)]
        )
    if isinstance(node, f.Call) and len(node.args) == 1 and dotted(node.func) in ("list", "tuple", "set"):
        return words(project, Held(at.owner, node.args[0]), depth + 1)
    chain = dotted(node)
    elsewhere = named(project, at, chain) if chain else None
    return words(project, elsewhere, depth + 1) if elsewhere is not None else None


def meant(project: Project, at: Held, depth: int = 0) -> Held | None:
    """What a name stands for, through other names; the expression itself where it is none."""
    chain = dotted(at.value)
    if not chain or depth > _DEPTH:
        return at if not chain else None
    elsewhere = named(project, at, chain)
    return meant(project, elsewhere, depth + 1) if elsewhere is not None else None


def local(cls: f.ClassDef, key: Key, word: Word) -> Span | None:
    """Where a word stands in the class, counted from its start; None if it stands elsewhere."""
    inside = word.path == key[0] and cls.start <= word.span.start < cls.end
    return word.span.shift(-cls.start) if inside else None


def _word(project: Project, at: Held, node: f.Const) -> Word:
    start = start_of(project, at.owner)
    return Word(str(node.value), at.owner[0], Span(node.at, node.to).shift(start))


def _together(parts: list[list[Word] | None]) -> list[Word] | None:
    out: list[Word] = []
    for part in parts:
        if part is None:
            return None
        out += part
    return out


def named(project: Project, at: Held, chain: str) -> Held | None:
    """What a name in a class body stands for: another class's attribute, or a module's variable."""
    path, scope = at.owner
    found = names.resolve(project, path, chain, scope)
    if found is None:
        return None
    target, rest = found
    if target.kind == "class" and len(rest) == 1:
        return held(project, (target.path, target.qualname), rest[0])
    if target.kind != "variable" or rest:
        return None
    owner, _, name = target.qualname.rpartition(".")
    if owner:
        return held(project, (target.path, owner), name)
    assign = names.module_value(project, target.path, name)
    return Held((target.path, ""), assign.value) if assign is not None and assign.value is not None else None
