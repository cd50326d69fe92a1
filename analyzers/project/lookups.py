"""Which names only one model gives to a relation, and which model a name is that of."""

from __future__ import annotations

from analyzers.project.index import Project
from analyzers.project.models import Models
from analyzers.project.schema import Key, Relation


def prepare(project: Project) -> None:
    """Read the relations of all models."""
    _names(project)
    model_called(project, "")


def holder_of(project: Project, name: str) -> tuple[Key, Relation] | None:
    """The one Django model whose rows have a set of related rows of that name; None where others have the name, too."""

    def find() -> tuple[Key, Relation] | None:
        return None if project.words.says("methods", name) else _names(project).get(name)

    return project.memo.ask(("relation name", name), find, None)


def _names(project: Project) -> dict[str, tuple[Key, Relation]]:
    def collect() -> dict[str, tuple[Key, Relation]]:
        models = Models(project)
        found: dict[str, tuple[Key, Relation]] = {}
        taken: set[str] = set()
        for key in (*models.all(), *models.outside()):
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
        return {name: holder for name, holder in found.items() if name not in taken}

    return project.memo.ask(("relation names",), collect, {})


def model_called(project: Project, name: str) -> Key | None:
    """The one Django model whose class is called as a name says: `book_order` for `BookOrder`."""

    def collect() -> dict[str, tuple[Key, ...]]:
        models = Models(project)
        found: dict[str, tuple[Key, ...]] = {}
        for key in (*models.all(), *models.outside()):
            if models.orm_of(*key) == "django":
                last = key[1].rpartition(".")[2].lower()
                found[last] = (*found.get(last, ()), key)
        return found

    nothing: dict[str, tuple[Key, ...]] = {}
    keys = project.memo.ask(("models by lower name",), collect, nothing).get(
        name.replace("_", "").lower(), ()
    )
    return keys[0] if len(keys) == 1 else None
