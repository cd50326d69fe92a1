"""SQLAlchemy's declarative classes, of Flask-SQLAlchemy and SQLModel too.

Source: https://docs.sqlalchemy.org/en/20/orm/declarative_mapping.html and orm/relationship_api.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from analyzers.facts import Assign, Call, Collection, Const, Expr, Lambda, Mapping, Return
from analyzers.orm import tables
from analyzers.project.index import Project
from analyzers.project.names import Target, bases_of, full_name, lineage, resolve, single_value
from analyzers.project.outline import Outline, argument, callee, dotted, is_true, keyword, literal
from analyzers.project.schema import Key, Model, Registry, Relation, Reverse
from analyzers.project.sqlalchemy_bodies import (
    MAPPED,
    NOTHING,
    Declared,
    Related,
    annotated,
    foreign_keys,
    holds,
    is_given,
)
from analyzers.project.sqlalchemy_imperative import imperative
from analyzers.text import Span

_COLLECTIONS = frozenset(
    {"list", "List", "set", "Set", "Sequence", "Collection", "dict", "Dict", "FrozenSet"}
)
_FLASK_ROLES = {"relationship": "relationship", "Column": "column", "mapped_column": "column"}
_MADE_BY_DERIVING = ("DeclarativeBase", "DeclarativeBaseNoMeta")
"""What makes of each class directly derived from it a base of its own."""
_LAZY_WORDS = {True: "select", False: "joined", None: "noload"}


class _Sqlalchemy:
    name = "sqlalchemy"

    def is_model(self, models: Registry, path: str, qualname: str) -> bool:
        project = models.project
        if not path:
            return False
        if any(_is_base(project, target) for target in lineage(project, path, qualname)[1:]):
            return True
        if _is_under(project, Target("class", path, qualname), ("mapped", "mapped_as_dataclass")):
            return True
        return imperative(project, (path, qualname)) is not None

    def model(self, models: Registry, path: str, qualname: str) -> Model:
        project, key = models.project, (path, qualname)
        columns: dict[str, str] = {}
        relations: dict[str, Relation] = {}
        for body in _bodies(project, key):
            for name, kind in body.columns:
                relations.pop(name, None)
                columns[name] = kind
            for item in body.relations:
                columns.pop(item.name, None)
                relations[item.name] = _relation(models, key, item)
        bases = lineage(project, path, qualname)[1:]
        abstract = is_abstract(project, key)
        bodies = tuple(_bodies(project, key))
        return Model(
            key,
            qualname.rpartition(".")[2],
            self.name,
            abstract,
            bases,
            columns,
            relations,
            {},
            keys=frozenset(name for body in bodies for name in body.primary),
            deferred=frozenset(name for body in bodies for name in body.deferred if name in columns),
            proxies={name: proxy for body in bodies for name, proxy in body.proxies},
        )

    def reverses(self, models: Registry, path: str, qualname: str) -> tuple[Reverse, ...]:
        key = (path, qualname)
        if is_abstract(models.project, key):
            return ()
        own = (item for body in _bodies(models.project, key) for item in body.relations)
        return tuple(reverse for item in own if (reverse := _backref(models, key, item)) is not None)


SQLALCHEMY = _Sqlalchemy()


# ------------------------------------------------------------------------------------------- declarative bases


def _is_base(project: Project, target: Target) -> bool:
    """Whether a class derived from `target` is a declarative base or a mapped class."""
    known = tables().sqlalchemy.classes
    if target.kind != "variable":
        name = full_name(project, target)
        is_kept = target.kind == "external" and _is_kept_elsewhere(name, "Model")
        return name in known["base"] or is_kept or _is_under(project, target, ("as_declarative_base",))
    root, _, attribute = target.qualname.partition(".")
    assign = single_value(project, target.path, root)
    if assign is None or not isinstance(assign.value, Call):
        return False
    chain = callee(assign.value)
    found = resolve(project, target.path, chain) if chain else None
    if found is None:
        return False
    made_by, rest = found
    if attribute:
        return attribute == "Model" and _is_flask(project, made_by)
    name = ".".join((full_name(project, made_by), *rest))
    return name + "()" in known["base"] or name.endswith("generate_base")


def _registry(project: Project, key: Key) -> Target | None:
    """The declarative base of a mapped class, whose classes know each other by name; None where it is not known.

    Source: https://docs.sqlalchemy.org/en/20/orm/mapping_api.html#sqlalchemy.orm.registry
    """
    for target in lineage(project, *key):
        if target.kind != "class":
            if _is_base(project, target):
                return target
        elif _is_under(project, target, ("as_declarative_base",)) or any(
            full_name(project, base).rpartition(".")[2] in _MADE_BY_DERIVING
            for base in bases_of(project, target.path, target.qualname)
        ):
            return target
    return None


def _is_under(project: Project, target: Target, of_registry: tuple[str, ...]) -> bool:
    """Whether a class stands under a decorator that maps it, or makes a base of it: `@as_declarative()`, `@mapper.mapped`."""
    cls = project.outlined_class(target.path, target.qualname) if target.kind == "class" else None
    if cls is None or not cls.decorators:
        return False
    known = tables().sqlalchemy.classes
    project.read(target.path, "class", target.qualname)
    for decorator in cls.decorators:
        chain = dotted(decorator.func if isinstance(decorator, Call) else decorator)
        found = resolve(project, target.path, chain) if chain else None
        if found is None:
            continue
        named, rest = found
        if ".".join((full_name(project, named), *rest)) in known["base_decorator"]:
            return True
        made = single_value(project, named.path, named.qualname) if named.kind == "variable" else None
        maker = callee(made.value) if made is not None and isinstance(made.value, Call) else None
        by = resolve(project, named.path, maker) if maker and rest and rest[-1] in of_registry else None
        if by is not None and ".".join((full_name(project, by[0]), *by[1])) in known["registry"]:
            return True
    return False


def _is_flask(project: Project, target: Target) -> bool:
    if target.kind == "class":
        return any(_is_flask(project, t) for t in lineage(project, target.path, target.qualname)[1:])
    name = full_name(project, target)
    return name in tables().sqlalchemy.classes["flask"] or name.endswith(".SQLAlchemy")


def _is_kept_elsewhere(name: str, attribute: str) -> bool:
    """True for `company.db.db.Model`: what Flask-SQLAlchemy's object has, where another package keeps it under its customary
    name. The datastore of Google's App Engine has a module of that name."""
    return name.endswith(f".db.{attribute}") and not name.startswith(("google.", "django."))


def is_abstract(project: Project, key: Key) -> bool:
    """A base without a table: `__abstract__`, the class that derives from DeclarativeBase itself, or a SQLModel that
    is not a table."""
    if declared(project, key).abstract:
        return True
    above = lineage(project, *key)
    names = [full_name(project, target) for target in above]
    if any(name.startswith("sqlmodel.") for name in names):
        cls = project.outlined_class(*key)
        return not any(k.name == "table" and is_true(k.value) for k in (cls.keywords if cls else ()))
    direct = names[1] if len(names) > 1 else ""
    return direct.rpartition(".")[2] in _MADE_BY_DERIVING


# ---------------------------------------------------------------------------------------------- one class body


def declared(project: Project, key: Key) -> Declared:
    return project.memo.ask(("sqlalchemy body", *key), lambda: _declared(project, key), NOTHING)


def _bodies(project: Project, key: Key) -> Iterator[Declared]:
    """The bodies a class is mapped from: its bases' and mixins' first, then its own."""
    for target in reversed(lineage(project, *key)):
        if target.kind == "class":
            yield declared(project, (target.path, target.qualname))
            by_call = imperative(project, (target.path, target.qualname))
            if by_call is not None:
                yield by_call


def _declared(project: Project, key: Key) -> Declared:
    path, qualname = key
    project.read(path, "body", qualname)
    outline, cls = project.outline(path), project.outlined_class(path, qualname)
    if outline is None or cls is None:
        return NOTHING
    columns: list[tuple[str, str]] = []
    relations: list[Related] = []
    keys: list[tuple[str, str]] = []
    primary: set[str] = set()
    deferred: set[str] = set()
    proxies: list[tuple[str, tuple[str, str]]] = []
    values = outline.class_values(qualname)
    by_methods = list(_made_by_methods(outline, qualname, cls.start))
    if by_methods:
        project.read(path)  # What a method returns is no part of the class's own body.
    made = [*values.items(), *by_methods]
    for name, assign in made:
        role = _role(project, key, assign)
        if role == "relationship" and isinstance(assign.value, Call):
            span = Span(assign.at, assign.to)
            relations.append(Related(name, key, assign.value, assign.annotation, span))
        elif role == "column":
            columns.append((name, holds(assign)))
            keys.extend((name, table) for table in foreign_keys(assign.value))
            if is_given(assign.value, "primary_key"):
                primary.add(name)
            if is_given(assign.value, "deferred") or (callee(assign.value) or "").endswith("deferred"):
                deferred.add(name)
        elif role == "proxy" and isinstance(assign.value, Call):
            words = [literal(arg) for arg in assign.value.args[:2]]
            if len(words) == 2 and all(words):
                proxies.append((name, (words[0], words[1])))
    table = literal(values["__tablename__"].value) if "__tablename__" in values else ""
    abstract = "__abstract__" in values and is_true(values["__abstract__"].value)
    return Declared(
        tuple(columns), tuple(relations), tuple(keys), table, abstract, frozenset(primary), frozenset(deferred),
        tuple(proxies),
    )  # fmt: skip


def _made_by_methods(outline: Outline, qualname: str, class_start: int) -> Iterator[tuple[str, Assign]]:
    """What `@declared_attr` methods return, as if the class body assigned it: a mixin's relations and columns.

    Source: https://docs.sqlalchemy.org/en/20/orm/declarative_mixins.html
    """
    for name, method in outline.methods.get(qualname, {}).items():
        last = method.body[-1] if method.body else None
        if isinstance(last, Return) and any(
            (dotted(d) or "").partition(".")[0] == "declared_attr"
            or "declared_attr" in (dotted(d) or "").split(".")
            for d in method.decorators
        ):
            shift = method.start - class_start
            yield name, Assign(last.at + shift, last.to + shift, (), last.value, method.returns)


def _role(project: Project, key: Key, assign: Assign) -> str:
    """ "relationship", "column" or "" for one assignment of a class body."""
    if assign.value is None:
        chain = callee(assign.annotation) or ""
        return "column" if chain.rpartition(".")[2] in MAPPED or _is_sqlmodel(project, key) else ""
    if not isinstance(assign.value, Call):
        plain = assign.annotation is not None and _is_sqlmodel(project, key)
        return "column" if plain else ""
    made_by = callee(assign.value)
    found = resolve(project, key[0], made_by, key[1]) if made_by else None
    if found is None:
        return ""
    target, rest = found
    role = ""
    if target.kind == "external":
        last = target.dotted.rpartition(".")[2]
        role = tables().sqlalchemy.functions.of(target.dotted)
        role = role or (_FLASK_ROLES.get(last, "") if _is_kept_elsewhere(target.dotted, last) else "")
    elif target.kind == "variable" and len(rest) == 1:  # db.relationship, db.Column
        role = _FLASK_ROLES.get(rest[0], "")
    return role if role in ("relationship", "column", "proxy") else ""


def _is_sqlmodel(project: Project, key: Key) -> bool:
    return any(full_name(project, t).startswith("sqlmodel.") for t in lineage(project, *key)[1:])


# --------------------------------------------------------------------------------------------------- relations


def _relation(models: Registry, key: Key, item: Related) -> Relation:
    target = _target(models, key, item)
    many = _many(models, key, item, target)
    lazy = _lazy(item)
    columns = _joined_by(models, key, item, target)[0] if many is False and target else []
    inverse = literal(keyword(item.call, "back_populates")) or _backref_name(item)
    return Relation(
        item.name,
        target,
        many,
        "relationship",
        item.owner,
        item.span,
        columns[0] if len(columns) == 1 else "",
        eager=tables().sqlalchemy.lazy.of(lazy) == "eager",
        lazy=lazy,
        inverse=inverse,
        external="" if target else _target_text(models.project, item),
    )


def _lazy(item: Related) -> str:
    shape = (callee(item.annotation) or "").rpartition(".")[2]
    if shape in ("DynamicMapped", "WriteOnlyMapped"):
        return "dynamic" if shape == "DynamicMapped" else "write_only"
    if (callee(item.call) or "").endswith("dynamic_loader"):
        return "dynamic"
    return _lazy_word(item.call)


def _lazy_word(call: Call) -> str:
    given = keyword(call, "lazy")
    options = keyword(call, "sa_relationship_kwargs")  # SQLModel
    if given is None and isinstance(options, Mapping):
        pairs = zip(options.keys, options.values, strict=True)
        given = next((value for name, value in pairs if literal(name) == "lazy"), None)
    if not isinstance(given, Const):
        return "select"
    if isinstance(given.value, str):
        return given.value
    return _LAZY_WORDS.get(given.value if isinstance(given.value, bool) else None, "select")


def _target(models: Registry, key: Key, item: Related) -> Key | None:
    """The class at the other end of a relation that `key` has of itself or of a base."""
    text = _target_text(models.project, item)
    if not text:
        return None
    path, scope = item.owner
    found = resolve(models.project, path, text, scope)
    if found is not None and found[0].kind == "class" and not found[1]:
        return (found[0].path, found[0].qualname)
    candidates = [k for k in models.by_name(text.rpartition(".")[2]) if models.orm_of(*k) == "sqlalchemy"]
    if len(candidates) > 1:  # A name is looked up among the classes of one base; migrations bring their own.
        base = _registry(models.project, key)
        candidates = [k for k in candidates if _registry(models.project, k) == base] or candidates
    if len(candidates) > 1:
        candidates = [k for k in candidates if k[0] == path] or candidates
    return candidates[0] if len(candidates) == 1 else None


def _target_text(project: Project, item: Related) -> str:
    """The other class as written: the first argument (a name, a text, a lambda), else in the annotation."""
    given = _behind_lambda(project, item, argument(item.call, 0, "argument"))
    text = literal(given) or dotted(given) or ""
    if text:
        return text
    names = [n for n in annotated(item.annotation) if n.rpartition(".")[2] not in (*_COLLECTIONS, "Optional")]
    return names[0] if names else ""


def _many(models: Registry, key: Key, item: Related, target: Key | None) -> bool | None:
    """Whether the attribute holds many: as declared, else by which side has the foreign key; None if neither says."""
    uselist = keyword(item.call, "uselist")
    if isinstance(uselist, Const) and isinstance(uselist.value, bool):
        return uselist.value
    if _lazy(item) in ("dynamic", "write_only") or _secondary(item) is not None:
        return True
    if item.annotation is not None:
        return any(name.rpartition(".")[2] in _COLLECTIONS for name in annotated(item.annotation))
    if target is None:
        return None
    if target == key:
        return keyword(item.call, "remote_side") is None
    here, there = _joined_by(models, key, item, target)
    return bool(there) if bool(here) != bool(there) else None


def _secondary(item: Related) -> Expr | None:
    """The table between the two of `relationship("Tag", book_tags)`, also by its name."""
    return argument(item.call, 1, "secondary")


def _joined_by(models: Registry, key: Key, item: Related, target: Key) -> tuple[list[str], list[str]]:
    """The columns of `key` that point to `target` and those that point back; of several those of `foreign_keys=`.

    Source: https://docs.sqlalchemy.org/en/20/orm/join_conditions.html#handling-multiple-join-paths
    """
    here, there = _keys_to(models, key, target), _keys_to(models, target, key)
    chosen = _chosen_keys(models, item)
    if not chosen or target == key:
        return here, there
    # A bare name is a column of the class that it stands in.
    names = {(owner or key[1].rpartition(".")[2], column) for owner, column in chosen}
    return (
        [column for column in here if (key[1].rpartition(".")[2], column) in names],
        [column for column in there if (target[1].rpartition(".")[2], column) in names],
    )


def _chosen_keys(models: Registry, item: Related) -> list[tuple[str, str]]:
    """Class (or "") and column of what `foreign_keys=` names: `[owner_id]`, `Order.owner_id`, `"[Order.owner_id]"`."""
    given = _behind_lambda(models.project, item, keyword(item.call, "foreign_keys"))
    parts = given.items if isinstance(given, Collection) else (given,)
    texts = [literal(part) or dotted(part) or "" for part in parts if part is not None]
    named = [name for text in texts for name in re.findall(r"[A-Za-z_][\w.]*", text)]
    return [(owner.rpartition(".")[2], column) for owner, _, column in (n.rpartition(".") for n in named)]


def _behind_lambda(project: Project, item: Related, given: Expr | None) -> Expr | None:
    """What a lambda gives that stands in place of a class or a column not yet there; anything else as it is."""
    if not isinstance(given, Lambda):
        return given
    function = project.function(item.owner[0], given.qualname)
    last = function.body[-1] if function and function.body else None
    return last.value if isinstance(last, Return) else None


def _keys_to(models: Registry, key: Key, target: Key) -> list[str]:
    """The columns of `key` whose foreign key points to the table of `target`."""
    wanted = {*_tables_of(models.project, target), target[1].rpartition(".")[2]}
    found = {c: t for body in _bodies(models.project, key) for c, t in body.keys}
    return [
        column for column, table in found.items() if table in wanted or table.rpartition(".")[2] in wanted
    ]


def _tables_of(project: Project, key: Key) -> set[str]:
    name = key[1].rpartition(".")[2]
    given = {body.table for body in _bodies(project, key) if body.table}
    # Without __tablename__ Flask-SQLAlchemy writes the class name in snake case, SQLModel in lower case.
    return given or {re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower(), name.lower()}


def _backref(models: Registry, key: Key, item: Related) -> Reverse | None:
    """What `backref="books"` adds to the other class."""
    name = _backref_name(item)
    target = _target(models, key, item) if name else None
    if target is None:
        return None
    given = keyword(item.call, "backref")
    call = given if isinstance(given, Call) else None
    lazy = _lazy_word(call) if call else "select"
    many = _many(models, key, item, target)
    uselist = keyword(call, "uselist") if call else None
    if isinstance(uselist, Const) and isinstance(uselist.value, bool):
        back: bool | None = uselist.value
    elif _secondary(item) is not None:
        back = True
    else:
        back = None if many is None else not many
    eager = tables().sqlalchemy.lazy.of(lazy) == "eager"
    column = _joined_by(models, key, item, target)[1] if back is False else []
    return Reverse(
        target,
        Relation(
            name,
            key,
            back,
            "relationship",
            item.owner,
            item.span,
            column[0] if len(column) == 1 else "",
            eager=eager,
            lazy=lazy,
            inverse=item.name,
        ),
    )


def _backref_name(item: Related) -> str:
    given = keyword(item.call, "backref")
    if isinstance(given, Call):
        return literal(given.args[0]) if given.args else ""
    return literal(given)
