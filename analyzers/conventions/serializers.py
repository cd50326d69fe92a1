"""Serializers of Django REST framework: what one row costs them.

`<row>` is what a serializer does with a row, `<fields>` what its fields do, `<declared a,b>` what those of its fields do
that it declares itself. A field's `source`, nested serializers and `get_...` methods become the accesses they stand for.

Source: https://github.com/encode/django-rest-framework/blob/3.16.0/rest_framework/serializers.py
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from analyzers import facts as f
from analyzers.conventions import classes, units
from analyzers.conventions.classes import Held, Word
from analyzers.conventions.tables import frameworks
from analyzers.conventions.units import ROW, At
from analyzers.project import names
from analyzers.project.index import Project
from analyzers.project.models import Models
from analyzers.project.outline import callee, dotted, is_true, keyword, literal
from analyzers.project.schema import Key, Model, Relation
from analyzers.text import Span

_FIELDS = ("_readable_fields", "fields")
"""The attributes of a serializer that are its fields."""

_MAX_DEPTH = 3  # of Meta.depth that is followed


def is_serializer(project: Project, key: Key) -> bool:
    if not key[0]:
        return False
    known = classes.derives(project, key, frameworks().serializer)
    return known or bool(
        classes.called_outside(project, key, "ModelSerializer")
        or _is_for_a_model(project, key)
        or _has_fields(project, key)
    )


def _is_for_a_model(project: Project, key: Key) -> bool:
    """True for a class with the model and fields of a serializer whose base another package calls one."""
    if not classes.called_outside(project, key, "Serializer"):
        return False
    return (
        classes.meta(project, key, "model") is not None and classes.meta(project, key, "fields") is not None
    )


def _is_plain(project: Project, key: Key) -> bool:
    """True for a serializer that shows what it declares and nothing else: its class Meta says nothing of its fields."""
    above = names.names_above(project, *key)
    return "rest_framework.serializers.Serializer" in above and not any(
        name.endswith("ModelSerializer") for name in above
    )


def _has_fields(project: Project, key: Key) -> bool:
    """True for a class with fields of the framework, whose base another package calls a serializer (`TxSerializerV1`)."""
    outside = (t.dotted.rpartition(".")[2] for t in names.lineage(project, *key)[1:] if t.kind == "external")
    return any("Serializer" in last for last in outside) and any(
        isinstance(assign.value, f.Call) and _field_class(project, key, assign.value)
        for assign in classes.own(project, key).values()
    )


def lister(project: Project, key: Key) -> Key | None:
    """The class of the project that shows many rows of a serializer in a way of its own: `Meta.list_serializer_class`.

    Source: https://www.django-rest-framework.org/api-guide/serializers/#customizing-listserializer-behavior
    """
    held = classes.meta(project, key, "list_serializer_class")
    own = classes.class_of(project, held) if held is not None else None
    found = names.member(project, *own, "to_representation") if own is not None else None
    return (found.path, found.qualname.rpartition(".")[0]) if found and found.kind == "function" else None


def row_of(project: Project, path: str, function: f.Function) -> Key | None:
    """The model of the row that a serializer's method is handed: `get_names(self, obj)`, `to_representation(self, obj)`."""
    name, key = function.name, (path, function.owner)
    if not (name == "to_representation" or (name.startswith("get_") and len(function.params) == 2)):
        return None
    model = _model(project, key) if is_serializer(project, key) else None
    return model.key if model is not None and model.orm == "django" else None


def row(project: Project, cls: f.ClassDef, key: Key, _: str) -> f.Function:
    """What `to_representation` does with a row: the project's own, or else what the fields do."""
    at = At(classes.name_of(cls))
    own = classes.method(project, key, "to_representation")
    if own is None:
        return units.function(cls, "row", (ROW,), _fields(project, cls, key))
    asked = at.do(at.call(at.attr(at.name("self"), "to_representation"), at.name(ROW)))
    of_fields = _fields(project, cls, key) if _asks_its_fields(own) else ()
    return units.function(cls, "row", (ROW,), (asked, *of_fields))


def _asks_its_fields(method: f.Function) -> bool:
    """True for a method that does with the fields what the framework's own does, and leaves some of them out."""
    read = {node.name for node in f.walk(method.body) if isinstance(node, f.Attr)}
    return "get_attribute" in read and not read.isdisjoint(_FIELDS)


def fields(project: Project, cls: f.ClassDef, key: Key, _: str) -> f.Function:
    return units.function(cls, "fields", (ROW,), _fields(project, cls, key))


def declared(project: Project, cls: f.ClassDef, key: Key, wanted: str) -> f.Function:
    own = _own(project, key)
    body = [s for name in wanted.split(",") if name in own for s in _declared(project, key, name, own[name])]
    return units.function(cls, f"declared {wanted}", (ROW,), tuple(body))


# ---------------------------------------------------------------------------------------------------- fields


def _fields(project: Project, cls: f.ClassDef, key: Key) -> tuple[f.Stmt, ...]:
    """The accesses of all fields: declared ones where they are declared, those of the model by their names in Meta."""
    found = _all_declared(project, key)
    wanted = _wanted(project, key)
    shown = None if wanted is None else {word.text for word in wanted}
    put = {name for above in classes.ancestry(project, key) for name in _put(project, above)}
    left_out = {word.text for word in _option(project, key, "exclude") or ()}
    body: list[f.Stmt] = []
    elsewhere: dict[Key, list[str]] = {}
    for name, (owner, call) in found.items():
        if (shown is not None and name not in shown and owner != key and name not in put) or name in left_out:
            continue
        if owner == key:
            body += _declared(project, key, name, call)
        else:
            elsewhere.setdefault(owner, []).append(name)
    for name, call in _put_on_one_way(project, key).items():
        if name not in left_out and _is_field(project, key, call):
            body += map(_maybe, _declared(project, key, name, call))
    at = At(classes.name_of(cls))
    for owner, own in elsewhere.items():
        inherited = at.attr(at.name("self"), units.attribute(*owner, f"declared {','.join(own)}"))
        body.append(at.do(at.call(inherited, at.name(ROW))))
    model = None if _is_plain(project, key) else _model(project, key)
    if model is not None:
        body += _of_model(project, cls, key, model, wanted, left_out | found.keys())
    return tuple(body)


def _all_declared(project: Project, key: Key) -> dict[str, tuple[Key, f.Call]]:
    """The declared fields by name, with the class that declares each: the nearest one."""
    out: dict[str, tuple[Key, f.Call]] = {}
    above_first = [*reversed(classes.ancestry(project, key))]
    for above in above_first:
        for name, assign in classes.own(project, above).items():
            out.pop(name, None)
            if isinstance(assign.value, f.Call) and _is_field(project, above, assign.value):
                out[name] = above, assign.value
    for above in above_first:
        for name, call in _put(project, above).items():
            if call is None:
                out.pop(name, None)
            elif _is_field(project, above, call):
                out[name] = above, call
    return out


_PUTTING = ("__init__", "get_fields", "to_representation")
"""Methods in which serializers are given further fields, or lose some."""


def _put(project: Project, key: Key) -> dict[str, f.Call | None]:
    """The fields that a class's methods put among the others on every way through them: `self.fields["tags"] = ...`;
    None for those that they take away.

    Source: https://www.django-rest-framework.org/api-guide/serializers/#dynamically-modifying-fields
    """
    out: dict[str, f.Call | None] = {}
    own = project.methods_of(*key)
    for method in (own[name] for name in _PUTTING if name in own):
        shift = method.start - classes.start_of(project, key)
        for statement in method.body:
            for name, value in _put_by(statement):
                out[name] = replace(value, at=value.at + shift, to=value.to + shift) if value else None
    return out


def _put_on_one_way(project: Project, key: Key) -> dict[str, f.Call]:
    """The fields that a class's methods put among the others on some way through them: `if ...: self.fields["tags"] = ...`."""
    out: dict[str, f.Call] = {}
    own = project.methods_of(*key)
    for method in (own[name] for name in _PUTTING if name in own):
        shift = method.start - classes.start_of(project, key)
        inside = (step for step in method.body if isinstance(step, f.If))
        for statement in (one for step in inside for one in (*step.body, *step.otherwise)):
            for name, value in _put_by(statement):
                if value is not None:
                    out[name] = replace(value, at=value.at + shift, to=value.to + shift)
    return out


def _maybe(step: f.Stmt) -> f.Stmt:
    """What only some uses of the serializer do."""
    if not isinstance(step, f.Do):
        return step
    at = At(Span(step.at, step.to))
    return at.do(at.call(at.name("<maybe>"), step.value))


def _put_by(statement: f.Stmt) -> Iterator[tuple[str, f.Call | None]]:
    node = statement.value if isinstance(statement, (f.Do, f.Assign)) else None
    if isinstance(statement, f.Assign) and isinstance(node, f.Call):
        for target in statement.targets:
            name = literal(target.index) if isinstance(target, f.Index) and _are_fields(target.obj) else ""
            if name:
                yield name, node
    func = node.func if isinstance(node, f.Call) else None
    if isinstance(func, f.Attr) and func.name == "pop" and _are_fields(func.obj):
        assert isinstance(node, f.Call)
        name = literal(node.args[0]) if node.args else ""
        if name:
            yield name, None


def _are_fields(node: f.Expr) -> bool:
    return dotted(node) in ("self.fields", "fields")


def _own(project: Project, key: Key) -> dict[str, f.Call]:
    return {name: call for name, (owner, call) in _all_declared(project, key).items() if owner == key}


def _is_field(project: Project, key: Key, call: f.Call) -> bool:
    """True for a call that makes a field, or another serializer."""
    if _field_class(project, key, call):
        return True
    cls = classes.class_of(project, Held(key, call.func))
    return cls is not None and is_serializer(project, cls)


def _field_class(project: Project, key: Key, call: f.Call) -> str:
    """The name of the field's class; "" if what is called makes no field."""
    chain = callee(call)
    found = names.resolve(project, key[0], chain, key[1]) if chain else None
    if found is None or found[1]:
        return ""
    target = found[0]
    if target.kind == "class":
        above = [names.full_name(project, t) for t in names.lineage(project, target.path, target.qualname)]
        known = next((name for name in above if name.startswith("rest_framework.")), "")
        return known.rpartition(".")[2] or classes.called_outside(
            project, (target.path, target.qualname), "Field"
        )
    if target.kind != "external":
        return ""
    last = target.dotted.rpartition(".")[2]
    return (
        last if target.dotted.startswith("rest_framework.") or last.endswith(("Field", "Serializer")) else ""
    )


def _wanted(project: Project, key: Key) -> list[Word] | None:
    """The names in Meta.fields; None for all, or where they cannot be told."""
    found = _option(project, key, "fields")
    return None if found is None or [w.text for w in found] == ["__all__"] else found


def _option(project: Project, key: Key, name: str) -> list[Word] | None:
    found = classes.meta(project, key, name)
    return classes.words(project, found) if found is not None else None


def _model(project: Project, key: Key) -> Model | None:
    found = classes.meta(project, key, "model")
    named = classes.class_of(project, found) if found is not None else None
    return Models(project).model(*named) if named is not None else None


# ------------------------------------------------------------------------------------------- declared fields


def _declared(project: Project, key: Key, name: str, call: f.Call) -> list[f.Stmt]:
    """What a declared field does with a row."""
    at = At(Span(call.at, call.to))
    if is_true(keyword(call, "write_only")):
        return []
    source = literal(keyword(call, "source")) or name
    cls = classes.class_of(project, Held(key, call.func))
    if cls is not None and is_serializer(project, cls):
        value = at.name(ROW) if source == "*" else _path(at, source)
        many = {"many": at.truth()} if is_true(keyword(call, "many")) else {}
        return [at.do(at.call(_seen(at, key, cls, call.func), value, **many))]
    if keyword(call, "source") is not None and not literal(keyword(call, "source")):
        return []
    word = frameworks().field.words.get(_field_class(project, key, call), "value")
    if word == "resource":
        word = "key" if _is_included(project, key, name) else "value"
    if word == "method":
        chosen = literal(keyword(call, "method_name") or next(iter(call.args), None)) or f"get_{name}"
        return [at.do(at.call(at.attr(at.name("self"), chosen), at.name(ROW)))]
    represents = cls is not None and classes.method(project, cls, "to_representation") is not None
    if word == "nothing" or (source == "*" and not represents):
        return _of_parents(at, keyword(call, "parent_lookup_kwargs"))
    child = keyword(call, "child")
    of_child = _of_child(project, key, at, _path(at, source), child) if isinstance(child, f.Call) else None
    if of_child is not None:
        return of_child
    if is_true(keyword(call, "many")):
        own = at.attr(at.call(call.func), "to_representation") if represents else None
        return _each(at, source, word, call, own)
    body: list[f.Stmt] = []
    if _takes_key(project, cls, word, call):
        above, _, _ = source.rpartition(".")
        return [at.do(_path(at, above))] if above else []
    value = at.name(ROW) if source == "*" else _path(at, source)
    if cls is not None and classes.method(project, cls, "get_attribute") is not None:
        body.append(at.do(at.call(at.attr(at.call(call.func), "get_attribute"), at.name(ROW))))
        if not classes.goes_up(project, cls, "get_attribute"):
            return body
    if represents:
        return [*body, at.do(at.call(at.attr(at.call(call.func), "to_representation"), value))]
    return [*body, at.do(_of_related(at, value, word, call))]


def _seen(at: At, key: Key, cls: Key, named: f.Expr) -> f.Expr:
    """A class as what runs for the serializer sees it: one that stands in the serializer's body is an attribute there."""
    chain = dotted(named) or ""
    is_inside = cls == (key[0], f"{key[1]}.{chain}")
    return at.attr(at.name("self"), *chain.split(".")) if is_inside else named


def _of_child(project: Project, key: Key, at: At, value: f.Expr, child: f.Call) -> list[f.Stmt] | None:
    """`ListField(child=TagSerializer())`: every element is shown by the child. None for a child that is no serializer.

    Source: https://www.django-rest-framework.org/api-guide/fields/#listfield
    """
    cls = classes.class_of(project, Held(key, child.func))
    if cls is None or not is_serializer(project, cls):
        return None
    return [at.do(at.call(_seen(at, key, cls, child.func), value, many=at.truth()))]


def _takes_key(project: Project, cls: Key | None, word: str, call: f.Call) -> bool:
    """True for a field that needs no more of a related row than its key, unless its class wants the row itself.

    Source: https://github.com/encode/django-rest-framework/blob/3.16.0/rest_framework/relations.py#L160
    """
    if word != "key" and not (word == "link" and _is_by_key(keyword(call, "lookup_field"))):
        return False
    own = classes.method(project, cls, "use_pk_only_optimization") if cls is not None else None
    last = own.body[-1] if own is not None and own.body else None
    value = last.value if isinstance(last, f.Return) else None
    return not (isinstance(value, f.Const) and value.value is False)


def _is_included(project: Project, key: Key, name: str) -> bool:
    """True for a field of JSON:API whose kind of resource the serializer names: `included_serializers = {"author": ...}`. Only for others
    is the row itself asked what it is.

    Source: https://github.com/django-json-api/django-rest-framework-json-api/blob/7.1.0/rest_framework_json_api/relations.py#L71
    """
    for base in names.lineage(project, *key):
        given = (
            classes.own(project, (base.path, base.qualname)).get(_INCLUDED) if base.kind == "class" else None
        )
        if given is not None:
            told = given.value.keys if isinstance(given.value, f.Mapping) else ()
            return any(isinstance(one, f.Const) and one.value == name for one in told)
    return False


_INCLUDED = "included_serializers"


def _is_by_key(lookup: f.Expr | None) -> bool:
    """True for a link that is made of the key, which is at hand; any other attribute is read of the related row.

    Source: https://github.com/encode/django-rest-framework/blob/3.16.0/rest_framework/relations.py
    """
    return lookup is None or literal(lookup) in (None, "pk")


def _of_parents(at: At, parents: f.Expr | None) -> list[f.Stmt]:
    """What links below other links read of a row: `parent_lookup_kwargs={"shop_slug": "shop__slug"}`.

    Source: https://github.com/alanjds/drf-nested-routers#hyperlinks-for-nested-resources
    """
    paths = [literal(value) for value in parents.values] if isinstance(parents, f.Mapping) else []
    return [at.do(_path(at, path.replace("__", "."))) for path in paths if path and "__" in path]


def _each(at: At, source: str, word: str, call: f.Call, own: f.Expr | None) -> list[f.Stmt]:
    """A related field with many=True goes through all rows of the relation; `own` is what its class shows each by."""
    one = at.name("related")
    value = at.call(own, one) if own is not None else _of_related(at, one, word, call)
    return [at.each("related", _path(at, source), at.do(value))]


def _of_related(at: At, value: f.Expr, word: str, call: f.Call) -> f.Expr:
    if word == "slug":
        slug = literal(keyword(call, "slug_field"))
        return at.attr(value, *slug.split("__")) if slug else value
    if word == "text":
        return at.call(at.attr(value, "__str__"))
    return value


def _path(at: At, source: str) -> f.Expr:
    return at.attr(at.name(ROW), *source.split("."))


# ---------------------------------------------------------------------------------------- fields of the model


def _of_model(
    project: Project, cls: f.ClassDef, key: Key, model: Model, wanted: list[Word] | None, without: set[str]
) -> list[f.Stmt]:
    """What the fields made from the model do: keys of single relations are at hand, those of many are not."""
    depth = _depth(project, key)
    name_at = classes.name_of(cls)
    if wanted is None:
        forward = [r.name for r in model.relations.values() if _is_forward(model, r)]
        chosen = [(name, name_at) for name in forward]
    else:
        chosen = [(word.text, classes.local(cls, key, word) or name_at) for word in wanted]
    body: list[f.Stmt] = []
    for name, span in chosen:
        if name in without:
            continue
        options = _extra(project, key, name)
        relation = model.relations.get(name)
        if is_true(options.get("write_only")):
            continue
        parents = classes.held(project, key, "parent_lookup_kwargs") if name == "url" else None
        if parents is not None:
            body += _of_parents(At(span), parents.value)
            continue
        if relation is not None and not relation.many and "lookup_field" in options:  # It is shown as a link.
            at = At(span)
            body += [] if _is_by_key(options["lookup_field"]) else [at.do(_path(at, name))]
            continue
        body += _of_name(project, At(span), model, literal(options.get("source")) or name, depth)
    return body


def _extra(project: Project, key: Key, name: str) -> dict[str, f.Expr]:
    """What `Meta.extra_kwargs` says of a field.

    Source: https://www.django-rest-framework.org/api-guide/serializers/#additional-keyword-arguments
    """
    found = classes.meta(project, key, "extra_kwargs")
    given = found.value if found is not None and isinstance(found.value, f.Mapping) else None
    for word, options in zip(given.keys, given.values, strict=False) if given is not None else ():
        if word is not None and literal(word) == name and isinstance(options, f.Mapping):
            pairs = zip(options.keys, options.values, strict=False)
            return {literal(k) or "": value for k, value in pairs if k is not None}
    return {}


def _depth(project: Project, key: Key) -> int:
    found = classes.meta(project, key, "depth")
    value = found.value.value if found is not None and isinstance(found.value, f.Const) else 0
    return min(value, _MAX_DEPTH) if isinstance(value, int) else 0


def _of_name(project: Project, at: At, model: Model, name: str, depth: int) -> list[f.Stmt]:
    relation = model.relations.get(name)
    value = at.attr(at.name(ROW), name)
    if relation is None:
        return [] if name in model.columns else [at.do(value)]
    return _of_relation(project, at, value, relation, depth)


def _of_relation(project: Project, at: At, value: f.Expr, relation: Relation, depth: int) -> list[f.Stmt]:
    """A relation as it is shown: by its key, or with `depth` as an object with all of its fields."""
    if relation.kind in ("generic_fk", "generic_relation"):
        return []
    if not relation.many and depth == 0:
        return [] if relation.column else [at.do(value)]
    inner: list[f.Stmt] = []
    related = Models(project).related(relation) if depth else None
    name = f"related{depth}"
    for further in related.relations.values() if related is not None else ():
        if _is_forward(related, further):
            inner += _of_relation(project, at, at.attr(at.name(name), further.name), further, depth - 1)
    if relation.many:
        return [at.each(name, value, *(inner or [at.do(at.name(name))]))]
    return [f.Assign(*at.span, (at.name(name),), value), *inner]


def _is_forward(model: Model | None, relation: Relation) -> bool:
    """True for a field of the model itself, and not of another one that points here; the link to the parent's row is none.

    Source: https://github.com/encode/django-rest-framework/blob/3.16.0/rest_framework/utils/model_meta.py
    """
    if (
        relation.target is not None
        and relation.name == f"{relation.target[1].rpartition('.')[2].lower()}_ptr"
    ):
        return False
    return relation.kind in ("fk", "o2o", "m2m") and model is not None and _declares(model, relation)


def _declares(model: Model, relation: Relation) -> bool:
    above = {(t.path, t.qualname) for t in model.bases} | {model.key}
    return relation.declared in above or not relation.declared[0]
