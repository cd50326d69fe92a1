"""The rows of a query, what is reached from them, and what was seen of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from analyzers import facts as f
from analyzers.project import names
from analyzers.project.index import Project
from analyzers.project.models import Models
from analyzers.project.schema import Model, Relation


class Unknown(Exception):
    """Rows reach something that is not known: anything may be read of them there."""


class Thing(NamedTuple):
    """Rows of the query, or rows reached from them by relations; `path` is how. A row, a set of them and a list of lists
    of them are not told apart. What lies in a dict under texts has these as `keys`."""

    keys: tuple[str, ...] = ()
    path: str = ""


Things = frozenset[Thing]
NOTHING: Things = frozenset()
ROWS: Things = frozenset({Thing()})

FORWARD = ("fk", "generic_fk")
"""Relations whose rows do not know the row they were reached from."""

_MAKING = ("__init__", "__getattr__", "__getattribute__", "__eq__", "__hash__", "from_db", "__setattr__")
"""Methods that run without being named where a row is made, compared or looked into."""


def loose(things: Iterable[Thing]) -> Things:
    """Without the keys they lie under: what going through a dict or a list may give."""
    return frozenset(thing._replace(keys=()) for thing in things)


def under(key: str, things: Iterable[Thing]) -> Things:
    """Put into a dict under a text."""
    return frozenset(thing._replace(keys=(key, *thing.keys)) for thing in things)


def at(key: str, things: Iterable[Thing]) -> Things:
    """What a dict holds under a text; of what is no dict, a part."""
    return frozenset(
        thing._replace(keys=thing.keys[1:]) for thing in things if not thing.keys or thing.keys[0] == key
    )


@dataclass
class Uses:
    """What was seen of one query's rows. `given` are attributes that the query or the program adds to them."""

    project: Project
    models: Models
    root: Model
    given: set[str] = field(default_factory=set)
    reads: set[str] = field(default_factory=set)
    below: set[str] = field(
        default_factory=set
    )  # paths whose rows nobody follows: all further on may be read
    steps: int = 0
    done: dict[object, Things] = field(default_factory=dict)
    open: set[object] = field(default_factory=set)

    def read(self, path: str) -> bool:
        """Whether a relation is read, or may be."""
        return any(one == path or one.startswith(f"{path}__") for one in self.reads) or any(
            path.startswith(f"{above}__") for above in self.below
        )

    def step(self) -> None:
        self.steps += 1
        if self.steps > _MOST:
            raise Unknown

    def once(self, key: object, make: Callable[[], Things]) -> Things:
        """What one function does with such rows: looked at once. A function that leads back to itself is not followed."""
        if key in self.open or len(self.open) > _DEEP:
            raise Unknown
        if key not in self.done:
            self.open.add(key)
            self.done[key] = make()
            self.open.discard(key)
        return self.done[key]

    def model(self, path: str) -> Model | None:
        """The model of what a path leads to; None where it is not known."""
        found: Model | None = self.root
        for name in filter(None, path.split("__")):
            relation = found.relations.get(name) if found is not None else None
            found = self.models.related(relation) if relation is not None else None
        return found

    def relation_at(self, path: str) -> Relation | None:
        """The relation that a path ends with; None where a step of it is none."""
        above, _, last = path.rpartition("__")
        found = self.model(above)
        return found.relations.get(last) if found is not None else None

    def relation(self, model: Model, path: str, name: str) -> Things:
        """A relation is read on rows: those it leads to, and the ones they were reached from where it leads back."""
        further = f"{path}__{name}" if path else name
        self.reads.add(further)
        out = {Thing(path=further)}
        target = model.relations[name].target
        above = path.split("__") if path else []
        for length in range(len(above)):
            earlier = "__".join(above[:length])
            known = self.model(earlier)
            if target is None or known is None or known.key == target:
                out.add(Thing(path=earlier))
        return frozenset(out)

    def lost(self, thing: Thing) -> None:
        """Nobody follows these any further. Rows behind a foreign key lead to nothing that the query loaded but what lies
        further on; all others may lead back to the rows of the query."""
        if not self._is_forward(thing.path):
            raise Unknown
        self.below.add(thing.path)

    def _is_forward(self, path: str) -> bool:
        found: Model | None = self.root
        for name in path.split("__"):
            relation: Relation | None = found.relations.get(name) if found is not None else None
            if relation is not None and relation.kind not in FORWARD:
                return False
            found = self.models.related(relation) if relation is not None else None
        return bool(path)


_MOST = 20_000
_DEEP = 12


def is_plain(project: Project, model: Model) -> bool:
    """True for a model whose rows run nothing of the project's where they are made, compared or looked into."""
    return not any(names.member(project, *model.key, name) for name in _MAKING)


def is_whole(project: Project, model: Model) -> bool:
    """True for a model whose bases are all known."""
    above = names.lineage(project, *model.key)
    return all(target.kind == "class" or target.dotted.startswith("django.") for target in above)


def environment(things: Iterable[Thing]) -> Mapping[str, Things]:
    """The names of a template's context, out of the dict that it is."""
    out: dict[str, Things] = {}
    for thing in things:
        if not thing.keys:
            raise Unknown
        out[thing.keys[0]] = out.get(thing.keys[0], NOTHING) | {thing._replace(keys=thing.keys[1:])}
    return out


def begins(node: f.Expr) -> str:
    """The name that a chain of attributes, parts and calls begins with; "" for any other expression."""
    while isinstance(node, (f.Attr, f.Index, f.Call)):
        node = node.func if isinstance(node, f.Call) else node.obj
    return node.id if isinstance(node, f.Name) else ""


def texts(nodes: Iterable[f.Expr]) -> list[str] | None:
    """The texts that some arguments are; None where one is anything else."""
    out = [node.value for node in nodes if isinstance(node, f.Const) and isinstance(node.value, str)]
    return out if len(out) == len(list(nodes)) else None
