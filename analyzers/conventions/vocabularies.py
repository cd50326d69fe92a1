"""Tables that other tables choose from, and that the program never adds to: kinds, states, labels.

Whoever sets a program up fills them, by hand in the admin or from a file, and then their rows are as many as a person had the
patience to name. What tells such a table:

- its class declares columns of its own, none of them a date, names none that a base gives it, and has no relation but to another vocabulary: its rows are about
  nothing else, and nobody asks when they came;
- other tables point to it;
- it is registered in the admin, or in one that a package brings, and nothing else in the program makes its rows: no call, no form, no view that takes them from a request. Tests, migrations and
  commands are left out: what these make is there before the program is used.

What an abstract base gives to many tables alike (who owns a row, when it changed) says nothing of one of them.
"""

from __future__ import annotations

from analyzers import facts as f
from analyzers.conventions.tables import frameworks
from analyzers.orm import tables
from analyzers.project import makers, names
from analyzers.project.django_fields import declared
from analyzers.project.django_models import concrete_parents
from analyzers.project.index import Project
from analyzers.project.models import Models
from analyzers.project.quiet import is_quiet
from analyzers.project.schema import Key, Model

_DATES = ("date", "datetime")


def is_vocabulary(project: Project, key: Key) -> bool:
    """Whether a class is a table of Django's that others choose from, and whose rows the program does not make; what it points to is
    one, too, and nothing there points back."""

    def find() -> bool:
        first = _arranged_by(project, key)
        if first is None:
            return False
        way, seen = [(key, iter(first))], {key}
        while way:  # No call for each: tables may point to one another in a long chain.
            one = next(way[-1][1], None)
            if one is None:
                way.pop()
            elif any(one == open_ for open_, _ in way):
                return False
            elif one not in seen:
                seen.add(one)
                targets = _arranged_by(project, one)
                if targets is None:
                    return False
                way.append((one, iter(targets)))
        return True

    return project.memo.ask(("vocabulary", *key), find, in_cycle=False)


def is_on_settings(project: Project, key: Key) -> bool:
    """Whether the rows of a class belong to the one row in which a site's settings are kept: they stand on its page."""

    def find() -> bool:
        model = Models(project).model(*key) if key[0] else None
        if model is None or model.orm != "django":
            return False
        own = (relation for relation in model.relations.values() if relation.kind == "fk")
        return any(
            bool(target[0]) and bool(_above(project, target) & set(frameworks().settings_page.names))
            for relation in own
            if (target := relation.target) is not None
        )

    return project.memo.ask(("on settings", *key), find, in_cycle=False)


def _above(project: Project, key: Key) -> set[str]:
    return set(names.names_above(project, *key))


def _is_registered(project: Project, model: Model) -> bool:
    """True if the admin knows the model: Django's, or that of a package, whose class names it as its own."""
    if project.words.registered(model.name):
        return True
    others = set(frameworks().other_admin.names)
    return any(
        qualname in project.class_names(path) and _above(project, (path, qualname)) & others
        for path, qualname in project.words.makers(model.name)
    )


def _arranged_by(project: Project, key: Key) -> tuple[Key, ...] | None:
    """The tables that the rows of a vocabulary are arranged by, if it is one as far as they are; None for any other class."""

    def find() -> tuple[Key, ...] | None:
        models = Models(project)
        model = models.model(*key) if key[0] else None
        if model is None or model.orm != "django" or model.abstract or concrete_parents(models, key):
            return None
        if not _is_chosen_from(model) or not _is_registered(project, model):
            return None
        targets = _targets(project, model)
        return targets if targets is not None and not is_made(project, model) else None

    return project.memo.ask(("vocabulary by itself", *key), find, in_cycle=None)


def _targets(project: Project, model: Model) -> tuple[Key, ...] | None:
    """Where the columns point that the class declares, but for what an installation sets up; None if there are none, for a date, and for
    what nobody knows."""
    fields = declared(project, model.key).fields
    if not fields or any(field.holds in _DATES for field in fields) or _is_dated(project, model):
        return None
    targets = [
        model.relations[field.name].target for field in fields if field.word and field.name in model.relations
    ]
    known = tuple(target for target in targets if target is not None)
    return tuple(one for one in known if not _is_set_up(one)) if len(known) == len(targets) else None


def _is_dated(project: Project, model: Model) -> bool:
    """True if a class names a date that it has of a base: in what its rows are told apart or ordered by, or in its methods."""
    dates = {name for name, holds in model.columns.items() if holds in _DATES}
    if not dates:
        return False
    path, qualname = model.key
    own = declared(project, model.key).meta.values()
    told = {
        node.value.lstrip("-")
        for node in f.walk(tuple(own))
        if isinstance(node, f.Const) and isinstance(node.value, str)
    }
    return not dates.isdisjoint(told) or any(
        function.startswith(f"{qualname}.") for name in dates for function in project.mentioning(path, name)
    )


def _is_set_up(key: Key) -> bool:
    """True for a table of the framework's own that an installation sets up."""
    return not key[0] and key[1] in tables().django.classes["few"]


def _is_chosen_from(model: Model) -> bool:
    """True if another table points to it, and none is a part of it."""
    own = {model.key, *((t.path, t.qualname) for t in model.bases if t.kind == "class")}
    kinds = {relation.kind for relation in model.relations.values() if relation.declared not in own}
    return bool(kinds & {"reverse_fk", "m2m"}) and "reverse_o2o" not in kinds


def is_made(project: Project, model: Model) -> bool:
    """Whether something in the program may make rows of a model while it is used."""
    called = {model.name, *(relation.inverse for relation in model.relations.values())} - {""}
    if any(_makes(project, *maker) for name in called for maker in project.words.makers(name)):
        return True
    own = {model.key, *((t.path, t.qualname) for t in _own_classes(model) if t.kind == "class")}
    return any(
        (path, qualname.rpartition(".")[0]) in own
        for name in makers.ITSELF
        for path, qualname in project.words.makers(name)
        if not is_quiet(project, path)
    )


def _own_classes(model: Model) -> list[names.Target]:
    """The classes whose methods may make rows of the model under no name: its bases and its managers."""
    return [*model.bases, *(manager for manager in model.managers.values() if manager is not None)]


def _makes(project: Project, path: str, qualname: str) -> bool:
    """False for what is there before the program is used, and for a class that shows rows and makes none."""
    if is_quiet(project, path):
        return False
    owner, _, last = qualname.rpartition(".")
    cls = (path, owner if last == "Meta" else qualname)
    if cls[1] not in project.class_names(path):
        return True
    above = names.names_above(project, *cls)
    # A package that derives its views from the framework's calls them after what they do.
    return any(
        name in frameworks().form.names
        or name in frameworks().row_maker.names
        or "Create" in name.rpartition(".")[2]
        for name in above
    )
