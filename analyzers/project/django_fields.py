"""What the body of one Django model class declares: fields, managers, Meta; bases and other models left aside."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from analyzers.facts import Assign, Attr, Call, Const, Expr, Name
from analyzers.orm import tables
from analyzers.project.index import Project
from analyzers.project.names import Target, full_name, lineage, resolve, single_value
from analyzers.project.outline import callee, dotted
from analyzers.text import Span

Key = tuple[str, str]
# Modules whose fields are no columns: of forms, serializers, filters, schemas.
_OTHER_FIELDS = frozenset(
    {
        "forms",
        "serializers",
        "pydantic",
        "dataclasses",
        "marshmallow",
        "wtforms",
        "graphene",
        "django_filters",
        "filters",
    }
)


class Field(Struct, frozen=True):
    """One field as a class body declares it. `word` is the kind of relation, or "" for a column holding `holds`.

    `certain` says that its class was traced to django.db.models, and not only called like a field.
    """

    name: str
    word: str
    holds: str
    owner: Key
    call: Call
    span: Span
    certain: bool


class Declared(Struct, frozen=True):
    """What one class body says, bases left aside."""

    fields: tuple[Field, ...]
    managers: tuple[tuple[str, Target | None], ...]
    hidden: frozenset[str]  # names set to None and methods, which take the place of an inherited field
    meta: dict[str, Expr]
    meta_is_closed: bool  # a class Meta that derives from no other


_NOTHING = Declared((), (), frozenset(), {}, False)


def declared(project: Project, key: Key) -> Declared:
    """What the body of a class declares."""
    return project.memo.ask(("django body", *key), lambda: _declared(project, key), _NOTHING)


def _declared(project: Project, key: Key) -> Declared:
    path, qualname = key
    project.read(path, "body", qualname)
    project.read(path, "members", qualname)
    outline, cls = project.outline(path), project.outlined_class(path, qualname)
    if outline is None or cls is None:
        return _NOTHING
    fields: list[Field] = []
    managers: list[tuple[str, Target | None]] = []
    # Source: https://docs.djangoproject.com/en/5.2/topics/db/models/#field-name-hiding-is-not-permitted
    hidden = set(outline.methods.get(qualname, ()))
    for name, assign in outline.class_values(qualname).items():
        value = assign.value
        if isinstance(value, Const) and value.kind == "none":
            hidden.add(name)
        if not isinstance(value, Call):
            continue
        field = _field(project, key, name, assign, value)
        if field is not None:
            fields.append(field)
        elif (manager := _manager(project, key, value)) is not None:
            managers.append((name, manager[0]))
            managers += [(base_of(name), base) for base in manager[1:]]
    meta, closed = _meta(project, key)
    return Declared(tuple(fields), tuple(managers), frozenset(hidden), meta, closed)


def has_certain_field(project: Project, key: Key) -> bool:
    """Whether the class body declares a field of django.db."""

    def find() -> bool:
        path, qualname = key
        project.read(path, "calls", qualname)
        outline = project.outline(path)
        values = outline.class_values(qualname).values() if outline else ()
        return any(isinstance(a.value, Call) and _field_class(project, key, a.value)[1] for a in values)

    return project.memo.ask(("django field", *key), find, in_cycle=False)


def _field(project: Project, key: Key, name: str, assign: Assign, value: Call) -> Field | None:
    class_name, certain = _field_class(project, key, value)
    if not class_name:
        return None
    word = tables().django.relations.by_ending(class_name)
    holds = "" if word else tables().django.columns.by_ending(class_name) or "unknown"
    return Field(name, word, holds, key, value, Span(assign.at, assign.to), certain)


def _field_class(project: Project, key: Key, value: Call) -> tuple[str, bool]:
    """The field class a call makes an instance of, the project's own traced to the first from outside it; "" for
    no field. And whether that one is Django's."""
    chain = callee(value)
    found = resolve(project, key[0], chain, key[1]) if chain else None
    if found is None or found[1] or found[0].kind not in ("class", "external"):
        return "", False
    target = found[0]
    above = lineage(project, target.path, target.qualname) if target.kind == "class" else (target,)
    for base in above:
        name = full_name(project, base)
        last = name.rpartition(".")[2]
        if not _is_field_name(last) or any(part in _OTHER_FIELDS for part in name.split(".")):
            continue
        if name.startswith("django."):
            return last, True
        if base.kind == "external":
            return last, False
    return "", False


def _is_field_name(name: str) -> bool:
    return name.endswith(("Field", "ForeignKey")) or name in tables().django.relations.words


def _meta(project: Project, key: Key) -> tuple[dict[str, Expr], bool]:
    """The options of the inner class Meta by name, and whether there is one that derives from no other."""
    path, qualname = key
    inner = f"{qualname}.Meta"
    project.read(path, "body", inner)
    project.read(path, "class", inner)
    outline, cls = project.outline(path), project.outlined_class(path, inner)
    if outline is None or cls is None:
        return {}, False
    values = {name: a.value for name, a in outline.class_values(inner).items() if a.value is not None}
    return values, not cls.bases


# ---------------------------------------------------------------------------------------------------- managers


def base_of(manager: str) -> str:
    """The name under which the manager class stands that `from_queryset` added a queryset's methods to."""
    return f"{manager}()"


def _manager(project: Project, key: Key, value: Call) -> tuple[Target | None, ...] | None:
    """The class behind a manager made by a call, and its base where it has methods of two; None for no manager."""
    if isinstance(value.func, Attr) and value.func.name == "as_manager":
        return (_project_class(project, key, callee(value.func.obj)),)
    for call in _from_queryset(project, key[0], value.func):
        made = _project_class(project, key, dotted(call.args[0]) if call.args else None)
        base = _project_class(project, key, callee(call.func.obj) if isinstance(call.func, Attr) else None)
        return (made, base) if base is not None else (made,)
    chain = dotted(value.func)
    found = resolve(project, key[0], chain, key[1]) if chain else None
    if found is None or found[1]:
        return None
    target = found[0]
    if target.kind == "external":
        return (None,) if target.dotted.endswith("Manager") else None
    if target.kind != "class":
        return None
    names = [full_name(project, base) for base in lineage(project, target.path, target.qualname)]
    known = tables().django.classes["manager"]
    if any(name in known for name in names) or names[-1].endswith("Manager"):
        return (target,)
    return None


def _from_queryset(project: Project, path: str, func: Expr) -> Iterator[Call]:
    """`Manager.from_queryset(QuerySet)`, written in place or held by a variable of the module."""
    if isinstance(func, Name):
        assign = single_value(project, path, func.id)
        func = assign.value if assign is not None and assign.value is not None else func
    if isinstance(func, Call) and isinstance(func.func, Attr) and func.func.name == "from_queryset":
        yield func


def _project_class(project: Project, key: Key, chain: str | None) -> Target | None:
    found = resolve(project, key[0], chain, key[1]) if chain else None
    return found[0] if found and found[0].kind == "class" and not found[1] else None
