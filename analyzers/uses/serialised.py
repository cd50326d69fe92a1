"""Serializers of Django REST framework that rows are handed to: what all of their fields read.

What a serializer does is a function of `conventions`, which leaves out what it does not know. So a serializer is followed
only where nothing of it can be left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyzers import conventions
from analyzers import facts as f
from analyzers.conventions import classes, serializers, units
from analyzers.conventions.classes import Held
from analyzers.project import names
from analyzers.project.index import Project
from analyzers.project.outline import callee, keyword, literal
from analyzers.project.schema import Key
from analyzers.uses.things import NOTHING, Thing, Things, Unknown, loose

if TYPE_CHECKING:
    from analyzers.uses.calls import Given
    from analyzers.uses.frames import Frame

_FRAMEWORK = "rest_framework."
_OWN = ("create", "update", "to_internal_value", "save", "Meta")
_WAYS = ("get_", "validate")
_NOT_PLAIN = ("get_fields", "get_attribute", "get_field_names", "get_extra_kwargs")


def serialised(frame: Frame, key: Key, given: Given) -> Things:
    """`BookSerializer(books, many=True)`: each of the rows is shown."""
    project = frame.uses.project
    among = [keyword.name for keyword in given.call.keywords]
    others = [things for name, things in zip(among, given.keywords, strict=True) if name != "instance"]
    first = given.args[0] if given.args else NOTHING
    rows = first | frozenset().union(*given.keywords)
    if any(given.args[1:]) or any(others) or "data" in among or len(given.args) > 1 or rows != loose(rows):
        raise Unknown
    show(frame, project, key, rows)
    return NOTHING


def show(frame: Frame, project: Project, key: Key, rows: Things) -> None:
    """Rows are shown by a serializer."""
    from analyzers.uses.frames import Frame as Inner

    if not _is_known(project, key):
        raise Unknown
    unit = conventions.function(project, key[0], units.qualname(key[1], "row"))
    if unit is None:
        raise Unknown
    held = {units.ROW: frozenset(Thing(path=thing.path) for thing in rows)}
    frame.uses.once((*key, held[units.ROW]), lambda: Inner(frame.uses, key[0], unit, held).run())


def inherited(frame: Frame, attribute: str, given: Given) -> Things:
    """`self.<declared ...>(obj)`: the fields that a base of the serializer declares."""
    from analyzers.uses.frames import Frame as Inner

    place = units.target(attribute)
    unit = conventions.function(frame.uses.project, *place) if place is not None else None
    if place is None or unit is None:
        raise Unknown
    return Inner(frame.uses, place[0], unit, {units.ROW: given.all}).run()


def _is_known(project: Project, key: Key) -> bool:
    """True for a serializer with nothing of its own but fields, the methods that these call, and what is done with what
    is sent to it."""
    if not serializers.is_serializer(project, key) or classes.meta(project, key, "list_serializer_class"):
        return False
    fields = classes.meta(project, key, "fields")
    if fields is not None and literal(fields.value) != "__all__" and classes.words(project, fields) is None:
        return False
    above = names.lineage(project, *key)
    if any(t.kind != "class" and not t.dotted.startswith((_FRAMEWORK, "builtins.")) for t in above):
        return False
    return all(_is_plain(project, (t.path, t.qualname)) for t in above if t.kind == "class")


def _is_plain(project: Project, key: Key) -> bool:
    methods = project.methods_of(*key)
    if any(name in _NOT_PLAIN or not (name in _OWN or name.startswith(_WAYS)) for name in methods):
        return False
    return all(
        _is_known_field(project, key, name, assign.value)
        for name, assign in classes.own(project, key).items()
        if isinstance(assign.value, f.Call)
    )


def _is_known_field(project: Project, key: Key, name: str, call: f.Call) -> bool:
    """True for a field of the framework's own, or a serializer of the project, whose rows are told by a text."""
    source = keyword(call, "source")
    if (source is not None and not literal(source)) or literal(source or f.Const(0, 0, "str", "")) == "*":
        return False
    chain = callee(call)
    found = names.resolve(project, key[0], chain, key[1]) if chain else None
    if found is None or found[1]:
        return False
    target = found[0]
    if target.kind == "external":
        is_method = target.dotted.endswith("SerializerMethodField")
        asked = literal(keyword(call, "method_name") or f.Const(0, 0, "str", "")) or f"get_{name}"
        return target.dotted.startswith(_FRAMEWORK) and (
            not is_method or classes.method(project, key, asked) is not None
        )
    cls = classes.class_of(project, Held(key, call.func))
    return cls is not None and serializers.is_serializer(project, cls)
