"""Methods that a framework calls with what one request sends: a form's, and those of serializers and schemas that read it.

What they go through a person typed or chose, or a program sent for one record: the members of a group, the labels of a page.
"""

from __future__ import annotations

from analyzers import facts as f
from analyzers.conventions import classes, forms, serializers
from analyzers.conventions.tables import frameworks
from analyzers.project import names
from analyzers.project.index import Project
from analyzers.project.models import Models
from analyzers.project.outline import callee, dotted

_OF_A_FIELD = "validate_"
"""Begins the names of methods of a serializer that look at one field.

Source: https://www.django-rest-framework.org/api-guide/serializers/#field-level-validation
"""

_OF_FORMS = "django.forms."
"""The package of forms, fields and widgets.

Source: https://docs.djangoproject.com/en/5.2/ref/forms/
"""

_OF_MANY = "ListSerializer"
"""A serializer that is sent many records."""


_OF_A_RECORD = 4
"""A schema of so many fields describes a record; one of fewer may only carry a list."""


_KEYS_ADDED = "pk_set"
"""What a receiver of `m2m_changed` is handed beside the `action`: the keys of what was put to one row at once.

Source: https://docs.djangoproject.com/en/5.2/ref/signals/#m2m-changed
"""


def takes_one(project: Project, path: str, function: f.Function) -> bool:
    """Whether a method is run for what one request sends of one record."""
    owner = (path, function.owner)
    if not function.owner:
        return False
    if forms.is_form(project, owner):
        return True
    if serializers.is_serializer(project, owner):
        above = names.names_above(project, *owner)
        if any(name.endswith(_OF_MANY) for name in above):
            return False
        return function.name in frameworks().request_method.names or function.name.startswith(_OF_A_FIELD)
    return classes.derives(project, owner, frameworks().dump_schema) and any(
        _last(decorator) in frameworks().request_decorator.names for decorator in function.decorators
    )


def is_part_of_one(project: Project, path: str, function: f.Function, node: f.Expr) -> bool:
    """Whether an expression is a field of what one request sends of one record: `book_in.tags` of `book_in: BookCreate`.

    A schema that has little beside is there for the sake of the list, which is a batch of many.
    """
    if isinstance(node, f.Name):
        return node.id == _KEYS_ADDED and {_KEYS_ADDED, "action"} <= {param.name for param in function.params}
    if not isinstance(node, f.Attr) or not isinstance(node.obj, f.Name):
        return False
    held = node.obj.id
    said = next((param.annotation for param in function.params if param.name == held), None)
    found = names.resolve(project, path, dotted(said) or "", function.qualname) if said is not None else None
    if found is None or found[1] or found[0].kind != "class":
        return False
    key = (found[0].path, found[0].qualname)
    if Models(project).orm_of(*key) or not classes.derives(project, key, frameworks().schema):
        return False
    fields: set[str] = set()
    for above in names.lineage(project, *key):
        fields.update(classes.own(project, (above.path, above.qualname)) if above.kind == "class" else ())
    return node.name in fields and len(fields) >= _OF_A_RECORD


def is_typed(project: Project, path: str, function: f.Function) -> bool:
    """Whether a method belongs to a form, a field of one or a widget: what it is given stands in one form."""
    if not function.owner:
        return False
    above = names.names_above(project, path, function.owner)
    return any(name.startswith(_OF_FORMS) for name in above)


def _last(decorator: f.Expr) -> str:
    return (callee(decorator) or "").rpartition(".")[2]
