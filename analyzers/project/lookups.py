"""Which relations the program loads anywhere, and which names only one model gives to a relation.

    lookups = lookups_of(project)
    ("lines", "product") in lookups.pairs   ->  some text says `lines__product`
    "lines" in lookups.custom               ->  some `Prefetch("lines", queryset=...)` says what comes with them

A row whose query is in another program part, or in none, may have come with anything that some text of the program
names; with a relation that no text names it did not come.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from msgspec import Struct

from analyzers import facts as f
from analyzers.project.index import Project
from analyzers.project.models import Models
from analyzers.project.schema import Key, Relation

_PATH = re.compile(r"^-?[a-zA-Z]\w*$")
_LOADERS = frozenset({"prefetch_related", "prefetch_related_objects", "Prefetch"})


class Lookups(Struct, frozen=True):
    """What texts and loaders name. `pairs` are neighbours in a path, `loaded` the parts of what is prefetched."""

    pairs: frozenset[tuple[str, str]] = frozenset()
    loaded: frozenset[str] = frozenset()
    custom: frozenset[str] = frozenset()


_NONE = Lookups()


def lookups_of(project: Project) -> Lookups:
    """The lookups of all files."""

    def collect() -> Lookups:
        parts = [_of_file(project, path) for path in project.paths() if path.endswith(".py")]
        return Lookups(
            frozenset().union(*(p.pairs for p in parts)),
            frozenset().union(*(p.loaded for p in parts)),
            frozenset().union(*(p.custom for p in parts)),
        )

    return project.memo.ask(("lookups",), collect, _NONE)


def prepare(project: Project) -> None:
    """Read the texts of all files and the relations of all models."""
    lookups_of(project)
    _names(project)
    model_called(project, "")


def _of_file(project: Project, path: str) -> Lookups:
    return project.memo.ask(("lookups", path), lambda: _read(project, path), _NONE)


def _read(project: Project, path: str) -> Lookups:
    project.read(path)
    facts = project.facts(path)
    if facts is None:
        return _NONE
    pairs: set[tuple[str, str]] = set()
    loaded: set[str] = set()
    custom: set[str] = set()
    for node in _texts_and_calls(
        (tuple(g.body for g in facts.functions), tuple(c.body for c in facts.classes))
    ):
        if isinstance(node, f.Const):
            parts = str(node.value).lstrip("-").split("__")
            pairs.update(pairwise(parts))
            continue
        name = node.func.name if isinstance(node.func, f.Attr) else getattr(node.func, "id", "")
        if name in _LOADERS:
            texts = [a.value for a in node.args if isinstance(a, f.Const) and isinstance(a.value, str)]
            loaded.update(part for text in texts for part in text.split("__"))
            if name == "Prefetch" and len(node.args) + len(node.keywords) > 1:
                custom.update(text.rpartition("__")[2] for text in texts)
    if not (pairs or loaded or custom):
        return _NONE
    return Lookups(frozenset(pairs), frozenset(loaded), frozenset(custom))


def _texts_and_calls(roots: object) -> Iterator[f.Const | f.Call]:
    """The lookups written as text, and all calls."""
    for node in f.walk(roots):
        if isinstance(node, f.Const):
            if isinstance(node.value, str) and _is_path(node.value):
                yield node
        elif isinstance(node, f.Call):
            yield node


def _is_path(text: str) -> bool:
    return "__" in text and _PATH.match(text) is not None


# ---------------------------------------------------------------------------------------------- telling names


def holder_of(project: Project, name: str) -> tuple[Key, Relation] | None:
    """The one Django model whose rows have a set of related rows of that name; None where others have the name, too."""
    return project.memo.ask(("relation name", name), lambda: _names(project).get(name), None)


def _names(project: Project) -> dict[str, tuple[Key, Relation]]:
    def collect() -> dict[str, tuple[Key, Relation]]:
        models = Models(project)
        found: dict[str, tuple[Key, Relation]] = {}
        taken: set[str] = set()
        for key in models.all():
            model = models.model(*key)
            if model is None:
                continue
            taken.update(model.columns)
            for name, relation in model.relations.items():
                same = found.get(name)
                if not relation.many or model.orm != "django":
                    taken.add(name)
                elif same is None:
                    found[name] = (key, relation)
                elif (same[1].declared, same[1].span) != (relation.declared, relation.span):
                    taken.add(name)
        for path in project.paths():
            outline = project.outline(path) if path.endswith(".py") else None
            for methods in outline.methods.values() if outline is not None else ():
                taken.update(methods)
        return {name: holder for name, holder in found.items() if name not in taken}

    return project.memo.ask(("relation names",), collect, {})


def model_called(project: Project, name: str) -> Key | None:
    """The one Django model whose class is called as a name says: `book_order` for `BookOrder`."""

    def collect() -> dict[str, tuple[Key, ...]]:
        models = Models(project)
        found: dict[str, tuple[Key, ...]] = {}
        for key in models.all():
            if models.orm_of(*key) == "django":
                last = key[1].rpartition(".")[2].lower()
                found[last] = (*found.get(last, ()), key)
        return found

    nothing: dict[str, tuple[Key, ...]] = {}
    keys = project.memo.ask(("models by lower name",), collect, nothing).get(
        name.replace("_", "").lower(), ()
    )
    return keys[0] if len(keys) == 1 else None
