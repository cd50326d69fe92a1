"""The project's ORM models: their columns, relations and managers, across files and base classes.

    models = Models(project)
    book = models.model("/w/shop/models.py", "Book")
    models.relation(book, "author")  ->  Relation(name="author", kind="fk", many=False, target=(..., "Author"), ...)

Nothing is stored here: every answer is remembered by the project together with the pieces of files it came from, so
a registry is always as new as its project.
"""

from __future__ import annotations

import msgspec

from analyzers.project.django_models import DJANGO, user_model
from analyzers.project.family_models import family_of
from analyzers.project.index import Project
from analyzers.project.names import Target
from analyzers.project.schema import Key as Key
from analyzers.project.schema import Model as Model
from analyzers.project.schema import Orm, Reverse
from analyzers.project.schema import Relation as Relation
from analyzers.project.sqlalchemy_models import SQLALCHEMY
from analyzers.text import Span


class Models:
    """The models of a project. Cheap to make; ask it anew after every change of the project."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self._orms: tuple[Orm, ...] = (DJANGO, SQLALCHEMY)  # besides the families

    # ------------------------------------------------------------------------------------------- questions

    def model(self, path: str, qualname: str) -> Model | None:
        """The model a class is, or None for any other class."""
        return self.project.memo.ask(("model", path, qualname), lambda: self._model((path, qualname)), None)

    def of(self, target: Target) -> Model | None:
        """The model that a resolved name is: a class of the project, or one of Django's own (`auth.models.User`)."""
        if target.kind == "external":
            return self.model("", target.dotted)
        return self.model(target.path, target.qualname) if target.kind == "class" else None

    def all(self) -> tuple[Key, ...]:
        """The keys of all models of the project, abstract ones too."""
        return tuple(self._registry())

    def by_name(self, name: str) -> tuple[Key, ...]:
        """The models whose class has this name."""
        return self._names().get(name, ())

    def relation(self, model: Model, attribute: str) -> Relation | None:
        return model.relations.get(attribute)

    def related(self, relation: Relation) -> Model | None:
        """The model a relation leads to, when the project has it."""
        return self.model(*relation.target) if relation.target else None

    def place(self, relation: Relation) -> tuple[str, Span] | None:
        """Where a relation is declared: the file and the bytes. None for the ORM's own models."""
        path, qualname = relation.declared
        cls = self.project.class_(path, qualname)
        return (path, relation.span.shift(cls.start)) if cls else None

    def user_model(self) -> Model | None:
        """What Django's get_user_model() and settings.AUTH_USER_MODEL stand for, when that can be told."""
        return self.model(*user_model(self))

    def orm_of(self, path: str, qualname: str) -> str:
        """ "django", "sqlalchemy", a family of `orm/families.toml`, or "" for a class that is no model."""
        found = self._orm(path, qualname)
        return found.name if found else ""

    def is_pointed_to(self, name: str) -> bool:
        """Whether a relation of the project's models leads to the class of another package with this full name."""
        return self.project.memo.ask(("pointed to", name), lambda: ("", name) in self._added(), False)

    def outside(self) -> tuple[Key, ...]:
        """The models of other packages to which the project's models add relations."""
        return tuple(key for key in self._added() if not key[0])

    # ---------------------------------------------------------------------------------------------- making

    def _orm(self, path: str, qualname: str) -> Orm | None:
        def find() -> Orm | None:
            first = next((orm for orm in self._orms if orm.is_model(self, path, qualname)), None)
            return first or family_of(self, path, qualname)

        return self.project.memo.ask(("orm", path, qualname), find, None)

    def _model(self, key: Key) -> Model | None:
        orm = self._orm(*key)
        if orm is None:
            return None
        plain = orm.model(self, *key)
        relations = dict(plain.relations)
        lineage = [key, *((t.path, t.qualname) for t in plain.bases if t.kind == "class")]
        for one in lineage:
            for relation in self._added_to(one):
                if relation.name not in plain.columns:
                    relations.setdefault(relation.name, relation)
        return msgspec.structs.replace(plain, key=key, relations=relations)

    def _registry(self) -> dict[Key, str]:
        def collect() -> dict[Key, str]:
            return {key: orm for path in self.project.paths() for key, orm in self._in_file(path).items()}

        return self.project.memo.ask(("models",), collect, {})

    def _in_file(self, path: str) -> dict[Key, str]:
        def collect() -> dict[Key, str]:
            names = self.project.class_names(path)
            return {(path, name): orm for name in names if (orm := self.orm_of(path, name))}

        return self.project.memo.ask(("models", path), collect, {})

    def _names(self) -> dict[str, tuple[Key, ...]]:
        def collect() -> dict[str, tuple[Key, ...]]:
            found: dict[str, tuple[Key, ...]] = {}
            for key in self._registry():
                name = key[1].rpartition(".")[2]
                found[name] = (*found.get(name, ()), key)
            return found

        return self.project.memo.ask(("model names",), collect, {})

    def _added_to(self, key: Key) -> tuple[Relation, ...]:
        return self.project.memo.ask(("relations added", *key), lambda: self._added().get(key, ()), ())

    def _added(self) -> dict[Key, tuple[Relation, ...]]:
        """Relations by the model that another model's field adds them to."""

        def collect() -> dict[Key, tuple[Relation, ...]]:
            found: dict[Key, tuple[Relation, ...]] = {}
            for key in self._registry():
                for reverse in self._reverses(key):
                    found[reverse.target] = (*found.get(reverse.target, ()), reverse.relation)
            return found

        return self.project.memo.ask(("reverse relations",), collect, {})

    def _reverses(self, key: Key) -> tuple[Reverse, ...]:
        orm = self._orm(*key)
        if orm is None:
            return ()
        return self.project.memo.ask(("reverse relations", *key), lambda: orm.reverses(self, *key), ())
