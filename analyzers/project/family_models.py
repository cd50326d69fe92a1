"""Models of the mappers in `orm/families.toml`: Peewee, Tortoise, MongoEngine, Beanie, Pony, Piccolo, ormar."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from analyzers.facts import Assign, Call, Const
from analyzers.orm import tables
from analyzers.orm.tables import Family
from analyzers.project.index import Project
from analyzers.project.names import Target, full_name, kept_class, lineage, names_above, resolve, single_value
from analyzers.project.outline import callee, dotted, keyword, literal
from analyzers.project.schema import Key, Model, Registry, Relation, Reverse
from analyzers.text import Span


class FamilyModels:
    """What one mapper says about its classes."""

    def __init__(self, name: str) -> None:
        self.name = name

    @property
    def family(self) -> Family:
        return tables().families[self.name]

    def is_model(self, models: Registry, path: str, qualname: str) -> bool:
        above, family = lineage(models.project, path, qualname)[1:], self.family
        return any(_is_base(models.project, target, family) for target in above)

    def model(self, models: Registry, path: str, qualname: str) -> Model:
        columns: dict[str, str] = {}
        relations: dict[str, Relation] = {}
        above = lineage(models.project, path, qualname)
        for target in reversed([t for t in above if t.kind == "class"]):
            key = (target.path, target.qualname)
            models.project.read(target.path, "body", target.qualname)
            outline = models.project.outline(target.path)
            for name, assign in outline.class_values(target.qualname).items() if outline else ():
                kind = self._kind(models.project, key, assign)
                if kind in ("fk", "m2m"):
                    relations[name] = self._relation(models, key, name, assign, kind)
                elif assign.value is not None or not self.family.reverse:
                    # A bare `events: ReverseRelation["Event"]` says what the other side's relation is.
                    columns[name] = "unknown"
        return Model(
            (path, qualname), qualname.rpartition(".")[2], self.name, False, above[1:], columns, relations, {}
        )  # fmt: skip

    def reverses(self, models: Registry, path: str, qualname: str) -> tuple[Reverse, ...]:
        outline = models.project.outline(path)
        if outline is None or not self.family.reverse:
            return ()
        models.project.read(path, "body", qualname)
        found = []
        for name, assign in outline.class_values(qualname).items():
            kind = self._kind(models.project, (path, qualname), assign)
            if kind not in ("fk", "m2m") or not isinstance(assign.value, Call):
                continue
            own = self._relation(models, (path, qualname), name, assign, kind)
            given = literal(keyword(assign.value, self.family.reverse))
            back = given or self.family.default.format(qualname.rpartition(".")[2].lower())
            if own.target is not None and back not in ("", "+", "!"):
                reverse = "reverse_fk" if kind == "fk" else "m2m"
                relation = Relation(
                    back, (path, qualname), True, reverse, (path, qualname), own.span, inverse=name
                )
                found.append(Reverse(own.target, relation))
        return tuple(found)

    def _kind(self, project: Project, key: Key, assign: Assign) -> str:
        made_by = callee(assign.value) if isinstance(assign.value, Call) else None
        found = resolve(project, key[0], made_by, key[1]) if made_by else None
        if found is not None and found[0].kind == "variable" and len(found[1]) == 1:
            return next(filter(None, map(self.family.fields.get, _given_by(project, *found))), "")
        if found is None or found[0].kind != "external":
            return ""
        return self.family.fields.get(".".join((found[0].dotted, *found[1])), "")

    def _relation(self, models: Registry, key: Key, name: str, assign: Assign, kind: str) -> Relation:
        target = _target(models, key, assign.value, self.name) if isinstance(assign.value, Call) else None
        column = f"{name}_id" if kind == "fk" else ""
        return Relation(name, target, kind == "m2m", kind, key, Span(assign.at, assign.to), column)


def _is_base(project: Project, target: Target, family: Family) -> bool:
    if target.kind != "variable":
        return full_name(project, target) in family.bases
    root, _, attribute = target.qualname.partition(".")
    variable = Target("variable", target.path, root)
    return any(name in family.bases for name in _given_by(project, variable, (attribute,)))


def _given_by(project: Project, variable: Target, rest: tuple[str, ...]) -> Iterator[str]:
    """The full names of what an object gives under a name, by the class that it is of and those above, and by what its
    `__init__` puts there: `db.Entity`, where `db = Database()`."""
    held = kept_class(project, variable, rest)
    named = resolve(project, held[0], dotted(held[1]) or "", held[2]) if held is not None else None
    if named is not None:
        yield ".".join((full_name(project, named[0]), *named[1]))
    assign = single_value(project, variable.path, variable.qualname)
    made_by = callee(assign.value) if assign is not None and isinstance(assign.value, Call) else None
    found = resolve(project, variable.path, made_by) if made_by else None
    if found is None:
        return
    yield f"{'.'.join((full_name(project, found[0]), *found[1]))}().{rest[0]}"
    above = lineage(project, found[0].path, found[0].qualname) if found[0].kind == "class" else ()
    yield from (f"{base.dotted}().{rest[0]}" for base in above if base.kind == "external")


def _target(models: Registry, key: Key, call: Call, orm: str) -> Key | None:
    """The other model: a class, "self", a name, or Tortoise's "app.Model"."""
    given = call.args[0] if call.args else keyword(call, "model") or keyword(call, "model_name")
    text = (given.value if isinstance(given, Const) and isinstance(given.value, str) else dotted(given)) or ""
    if text in ("self", key[1].rpartition(".")[2]):
        return key
    found = resolve(models.project, key[0], text, key[1]) if text else None
    if found is not None and found[0].kind == "class" and not found[1]:
        return (found[0].path, found[0].qualname)
    candidates = [k for k in models.by_name(text.rpartition(".")[2]) if models.orm_of(*k) == orm]
    return candidates[0] if len(candidates) == 1 else None


@cache
def all_families() -> tuple[FamilyModels, ...]:
    return tuple(FamilyModels(name) for name in tables().families)


@cache
def _all_bases() -> frozenset[str]:
    return frozenset().union(*(family.family.bases for family in all_families()))


def family_of(models: Registry, path: str, qualname: str) -> FamilyModels | None:
    """The first family that a class is a model of. Most classes have a base of none: they are not asked one by one."""
    if not path:
        return None
    if _all_bases().isdisjoint(names_above(models.project, path, qualname)):
        above = lineage(models.project, path, qualname)[1:]
        if not any(target.kind == "variable" for target in above):
            return None
    return next((family for family in all_families() if family.is_model(models, path, qualname)), None)
