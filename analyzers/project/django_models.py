"""Django's models as its metaclass builds them: fields of abstract bases, parents with tables, reverse relations.

Source: https://docs.djangoproject.com/en/5.2/topics/db/models/#model-inheritance and
https://docs.djangoproject.com/en/5.2/ref/models/fields/#module-django.db.models.fields.related
"""

from __future__ import annotations

from analyzers.facts import Call, Const, Expr
from analyzers.orm import tables
from analyzers.project.django_fields import Field, declared, has_certain_field
from analyzers.project.names import Target, full_name, lineage, module_value, names_above, resolve
from analyzers.project.outline import argument, callee, dotted, is_true, keyword, literal
from analyzers.project.schema import Key, Model, Registry, Relation, Reverse
from analyzers.text import Span

_TO_MANY = frozenset({"m2m", "generic_relation"})
_USER = "django.contrib.auth.models.User"
# Packages whose other classes are no base of a model; "" is a base that could not be resolved.
_NO_MODELS = frozenset(
    {"", "django", "builtins", "rest_framework", "unittest", "typing", "enum", "abc", "object"}
)
_NOWHERE = (("", ""), Span(0, 0))


class _Django:
    name = "django"

    def is_model(self, models: Registry, path: str, qualname: str) -> bool:
        """Whether a class reaches Django's Model, or has fields of django.db and a base that nothing is known of.

        A class of another package is one if it is Django's own, or a relation of the project leads to it.
        """
        if not path:
            return qualname in tables().django.models or models.is_pointed_to(qualname)
        if any(_is_model_name(name) for name in names_above(models.project, path, qualname)):
            return True
        # What a variable holds may be a model: `Base = import_string(settings.BASE)`.
        above = lineage(models.project, path, qualname)
        outside = (
            target.dotted.partition(".")[0] if target.kind == "external" else "a variable"
            for target in above
            if target.kind in ("external", "variable")
        )
        if all(package in _NO_MODELS for package in outside):
            return False
        keys = [(t.path, t.qualname) for t in above if t.kind == "class"]
        return any(has_certain_field(models.project, key) for key in keys)

    def model(self, models: Registry, path: str, qualname: str) -> Model:
        key = (path, qualname)
        if not path:
            return _known(models, qualname)
        columns, relations = _inherited(models, key)
        for field in own_fields(models, key):
            columns.pop(field.name, None)
            relations.pop(field.name, None)
            if field.word:
                relation = _relation(models, key, field)
                relations[field.name] = relation
                if field.word in ("fk", "o2o"):
                    columns[relation.column] = "unknown"
            else:
                columns[field.name] = field.holds
        for name in declared(models.project, key).hidden:
            columns.pop(name, None)
            relations.pop(name, None)
        return Model(
            key,
            qualname.rpartition(".")[2],
            self.name,
            is_abstract(models, key),
            lineage(models.project, path, qualname)[1:],
            columns,
            relations,
            _managers(models, key),
            ordered=option(models, key, "ordering") is not None,
            keys=_keys(models, key),
        )

    def reverses(self, models: Registry, path: str, qualname: str) -> tuple[Reverse, ...]:
        key = (path, qualname)
        if is_abstract(models, key):
            return ()
        found = [
            reverse
            for field in own_fields(models, key)
            if field.word in ("fk", "o2o", "m2m") and (reverse := _reverse(models, key, field)) is not None
        ]
        found.extend(_child_link(models, key, parent) for parent in linked_parents(models, key))
        return tuple(found)


DJANGO = _Django()


def _is_model_name(name: str) -> bool:
    """Whether a full dotted name is Django's Model, one of its own models, or one of a package whose rows are a tree."""
    table = tables().django.classes
    if any(name in table[part] for part in ("model", "user", "model_mixin")):
        return True
    if any(name in package.models for package in tables().django.packages):
        return True
    parts = name.split(".")
    own = parts[:2] == ["django", "contrib"] and parts[3:4] == ["models"] and len(parts) == 5
    return own and not name.endswith("Manager")


# ------------------------------------------------------------------------------------------------ inheritance


def is_abstract(models: Registry, key: Key) -> bool:
    return is_true(declared(models.project, key).meta.get("abstract"))


def is_proxy(models: Registry, key: Key) -> bool:
    return is_true(declared(models.project, key).meta.get("proxy"))


def concrete_parents(models: Registry, key: Key) -> list[Key]:
    """The project's models with a table of their own that a model inherits from, nearest first."""
    above = [(t.path, t.qualname) for t in lineage(models.project, *key)[1:] if t.kind == "class"]
    return [k for k in above if models.orm_of(*k) == "django" and not is_abstract(models, k)]


def linked_parents(models: Registry, key: Key) -> list[Key]:
    """The parents whose row a child's row points to by an automatic `<parent>_ptr`: the nearest ones.

    Source: https://docs.djangoproject.com/en/5.2/topics/db/models/#multi-table-inheritance
    """
    if is_proxy(models, key) or is_abstract(models, key):
        return []
    if any(is_true(keyword(f.call, "parent_link")) for f in own_fields(models, key)):
        return []
    parents = [k for k in concrete_parents(models, key) if not is_proxy(models, k)]
    further = {k for parent in parents for k in concrete_parents(models, parent)}
    return [k for k in parents if k not in further]


def own_fields(models: Registry, key: Key) -> list[Field]:
    """The fields in the model's own table: its body's and those of its abstract bases and mixins."""
    project = models.project
    inherited: set[Key] = set()
    for parent in concrete_parents(models, key):
        inherited.update((t.path, t.qualname) for t in lineage(project, *parent))
    found: dict[str, Field] = {}
    for target in reversed(lineage(project, *key)):
        above = (target.path, target.qualname)
        if target.kind == "class" and above not in inherited:
            body = declared(project, above)
            for name in body.hidden:
                found.pop(name, None)
            found.update((field.name, field) for field in body.fields)
    return list(found.values())


def option(models: Registry, key: Key, name: str) -> Expr | None:
    """An option of class Meta, also one that an abstract base's Meta hands down; `ordering` also from a parent with a
    table. Source: https://docs.djangoproject.com/en/5.2/topics/db/models/#meta-inheritance
    """
    parents = concrete_parents(models, key)
    for target in lineage(models.project, *key):
        above = (target.path, target.qualname)
        if target.kind != "class" or above in parents:
            continue
        body = declared(models.project, above)
        if name in body.meta:
            return body.meta[name]
        if body.meta_is_closed:
            break
    return option(models, parents[0], name) if parents and name == "ordering" else None


def _inherited(models: Registry, key: Key) -> tuple[dict[str, str], dict[str, Relation]]:
    """Columns and relations from parents with a table, from Django's own bases, and the primary key."""
    columns = {"id": "int", "pk": "int"}
    if any(is_true(keyword(f.call, "primary_key")) for f in own_fields(models, key)):
        columns = {"pk": "unknown"}
    relations: dict[str, Relation] = {}
    for target in reversed(lineage(models.project, *key)):
        if target.kind == "external" and target.dotted in tables().django.models:
            known = _known(models, target.dotted)
            columns.update(known.columns)
            relations.update(known.relations)
    for parent in reversed(concrete_parents(models, key)):
        above = DJANGO.model(models, *parent)
        columns.update(above.columns)
        relations.update(above.relations)
    for parent in linked_parents(models, key):
        link, place = _link_name(parent), _class_place(models, key)
        relations[link] = Relation(link, parent, False, "o2o", *place, link + "_id", inverse=_lower(key))
        columns[link + "_id"] = "int"
    return columns, relations


def _keys(models: Registry, key: Key) -> frozenset[str]:
    """The attributes that hold a row's primary key: the field's, and the parents' behind the link to them.

    Source: https://docs.djangoproject.com/en/5.2/ref/models/instances/#the-pk-property
    """
    own = {f.name for f in own_fields(models, key) if is_true(keyword(f.call, "primary_key"))}
    keys = {"pk", *own, *(f"{name}_id" for name in own)}
    for parent in concrete_parents(models, key):
        keys |= {*_keys(models, parent), _link_name(parent), _link_name(parent) + "_id"}
    return frozenset(keys if own or len(keys) > 1 else {"pk", "id"})


def _known(models: Registry, name: str) -> Model:
    """One of Django's own models, from the table; of another package's nothing is known but its key."""
    columns: dict[str, str] = {"id": "int", "pk": "int"}
    relations: dict[str, Relation] = {}
    bases: list[Target] = []
    at = name if name in tables().django.models else ""
    while at:
        entry = tables().django.models[at]
        columns.update(entry.columns)
        for attribute, text in entry.relations.items():
            kind, _, target = text.partition(" ")
            column = attribute + "_id" if kind == "fk" else ""
            found, outside = _outside(models, target)
            relations[attribute] = Relation(
                attribute, found, kind in _TO_MANY, kind, *_NOWHERE, column, external=outside
            )
        at = entry.base
        if at:
            bases.append(Target("external", dotted=at))
    last = name.rpartition(".")[2]
    abstract = last.startswith("Abstract") or last.endswith("Mixin")
    keys = frozenset({"pk", "id"})
    return Model(
        ("", name), last, "django", abstract, tuple(bases), columns, relations, {"objects": None}, keys=keys
    )


# --------------------------------------------------------------------------------------------------- relations


def _relation(models: Registry, key: Key, field: Field) -> Relation:
    place = (field.owner, field.span)
    if field.word == "generic_fk":
        column = literal(argument(field.call, 1, "fk_field")) or "object_id"
        return Relation(field.name, None, False, field.word, *place, column)
    target, outside = _target(models, key, field)
    column = field.name + "_id" if field.word in ("fk", "o2o") else ""
    inverse = _reverse_name(models, key, field, target)
    many = field.word in _TO_MANY
    return Relation(field.name, target, many, field.word, *place, column, inverse=inverse, external=outside)


def _reverse(models: Registry, key: Key, field: Field) -> Reverse | None:
    target, _ = _target(models, key, field)
    name = _reverse_name(models, key, field, target)
    if target is None or not name:
        return None
    kind = {"fk": "reverse_fk", "o2o": "reverse_o2o", "m2m": "m2m"}[field.word]
    place = (field.owner, field.span)
    return Reverse(target, Relation(name, key, field.word != "o2o", kind, *place, inverse=field.name))


def _reverse_name(models: Registry, key: Key, field: Field, target: Key | None) -> str:
    """The attribute that a field adds to its target; "" when it adds none.

    Source: https://docs.djangoproject.com/en/5.2/ref/models/fields/#django.db.models.ForeignKey.related_name
    """
    if field.word in ("generic_relation", "generic_fk"):
        return ""
    if field.word == "m2m" and target == key:
        symmetrical = keyword(field.call, "symmetrical")
        if symmetrical is None or is_true(symmetrical):
            return ""
    given = literal(keyword(field.call, "related_name")) or literal(
        option(models, key, "default_related_name")
    )
    if not given:
        return _lower(key) + ("" if field.word == "o2o" else "_set")
    if given.endswith("+"):
        return ""
    words = {"class": _lower(key), "model_name": _lower(key), "app_label": app_label(models, key)}
    for word, value in words.items():
        given = given.replace(f"%({word})s", value)
    return given


def _child_link(models: Registry, key: Key, parent: Key) -> Reverse:
    """A child with a table of its own is reachable from its parent's row by its name."""
    place = _class_place(models, key)
    return Reverse(
        parent, Relation(_lower(key), key, False, "reverse_o2o", *place, inverse=_link_name(parent))
    )


def _link_name(parent: Key) -> str:
    return _lower(parent) + "_ptr"


def _class_place(models: Registry, key: Key) -> tuple[Key, Span]:
    models.project.read(key[0], "class", key[1])
    cls = models.project.outlined_class(*key)
    return (key, Span(cls.name_at, cls.name_to)) if cls else _NOWHERE


def _lower(key: Key) -> str:
    return key[1].rpartition(".")[2].lower()


# ---------------------------------------------------------------------------------------------- other models


def _target(models: Registry, key: Key, field: Field) -> tuple[Key | None, str]:
    """The model a field points to, and its name when it is not known."""
    to = argument(field.call, 0, "to")
    if isinstance(to, Const):
        return _by_text(models, key, str(to.value or ""))
    chain = callee(to) if isinstance(to, Call) else dotted(to)
    found = resolve(models.project, field.owner[0], chain, field.owner[1]) if chain else None
    if found is not None and found[0].kind == "variable" and not found[1]:
        found = _called(models, found[0]) or found
    if found is None:
        return None, ""
    target, rest = found
    if target.kind == "class" and not rest:
        return (target.path, target.qualname), ""
    name = ".".join((full_name(models.project, target), *rest))
    if name.endswith("AUTH_USER_MODEL") or name in tables().django.functions.names("user_model"):
        return user_model(models), ""
    return _outside(models, name) if target.kind == "external" else (None, "")


def _called(models: Registry, variable: Target) -> tuple[Target, tuple[str, ...]] | None:
    """What a module's variable is the answer of: `User = get_user_model()`."""
    assign = module_value(models.project, variable.path, variable.qualname)
    chain = callee(assign.value) if assign is not None and isinstance(assign.value, Call) else None
    return resolve(models.project, variable.path, chain) if chain else None


def _outside(models: Registry, name: str) -> tuple[Key | None, str]:
    """A model of Django's own, or the class of another package, of which nothing else is known."""
    last = name.rpartition(".")[2]
    is_class = last[:1].isupper() and not last.isupper()
    return (("", name), "") if is_class or name in tables().django.models else (None, name)


def _by_text(models: Registry, key: Key, text: str) -> tuple[Key | None, str]:
    """ "self", "Model" of the same application, or "application.Model"."""
    if text == "self":
        return key, ""
    label, _, name = text.rpartition(".")
    candidates = [
        k for k in models.by_name(name) if models.orm_of(*k) == "django" and not is_abstract(models, k)
    ]
    wanted = label or app_label(models, key)
    same_app = [k for k in candidates if app_label(models, k) == wanted]
    if not label:
        same_app = [k for k in same_app if k[0] == key[0]] or same_app
    if len(same_app) == 1:
        return same_app[0], ""
    for known in tables().django.models:
        if known.endswith("." + name) and f".{wanted}." in known:
            return ("", known), ""
    if len(candidates) == 1:
        return candidates[0], ""
    return _outside(models, text) if label else (None, text)


def user_model(models: Registry) -> Key:
    """What settings.AUTH_USER_MODEL names: the project's only user class of its own, else Django's User."""

    def find() -> Key:
        own = [key for key in models.all() if _is_user(models, key)]
        roots = [key for key in own if not any(parent in own for parent in concrete_parents(models, key))]
        return roots[0] if len(roots) == 1 else ("", _USER)

    return models.project.memo.ask(("django user",), find, ("", _USER))


def _is_user(models: Registry, key: Key) -> bool:
    if models.orm_of(*key) != "django" or is_abstract(models, key) or is_proxy(models, key):
        return False
    table = tables().django.classes["user"]
    return any(full_name(models.project, target) in table for target in lineage(models.project, *key))


def app_label(models: Registry, key: Key) -> str:
    """The label of the application a model belongs to: Meta.app_label, else the directory of its models module.

    Source: https://docs.djangoproject.com/en/5.2/ref/models/options/#app-label
    """
    given = literal(option(models, key, "app_label"))
    if given:
        return given
    parts = key[0].rpartition(".")[0].split("/")
    for index in range(len(parts) - 1, 0, -1):
        if parts[index] == "models":
            return parts[index - 1]
    return parts[-2] if len(parts) > 1 else ""


def _is_of_django(target: Target) -> bool:
    return target.dotted.startswith("django.")


def _managers(models: Registry, key: Key) -> dict[str, Target | None]:
    """Managers by name, the default one first; `objects` only when no other is declared for certain.

    What is only called like a manager (`tags = TaggableManager()`) may be a field, and takes no `objects` away; nor does
    anything where a base is not known. Methods that `from_queryset` took from a base stand under its own name.
    Source: https://docs.djangoproject.com/en/5.2/topics/db/managers/#default-managers
    """
    found: dict[str, Target | None] = {}
    bases = lineage(models.project, *key)
    for target in bases:
        if target.kind == "class":
            for name, manager in declared(models.project, (target.path, target.qualname)).managers:
                found.setdefault(name, manager)
    if not any(found.values()) or any(t.kind != "class" and not _is_of_django(t) for t in bases):
        found.setdefault("objects", None)
    return found
