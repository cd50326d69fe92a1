"""Methods that a framework calls with what one request sends: a form's, and those of serializers and schemas that read it.

What they go through a person typed or chose, or a program sent for one record: the members of a group, the labels of a page.
"""

from __future__ import annotations

from analyzers import facts as f
from analyzers.conventions import classes, forms, serializers
from analyzers.conventions.tables import frameworks
from analyzers.project import names
from analyzers.project.index import Project
from analyzers.project.outline import callee

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


def is_typed(project: Project, path: str, function: f.Function) -> bool:
    """Whether a method belongs to a form, a field of one or a widget: what it is given stands in one form."""
    if not function.owner:
        return False
    above = names.names_above(project, path, function.owner)
    return any(name.startswith(_OF_FORMS) for name in above)


def _last(decorator: f.Expr) -> str:
    return (callee(decorator) or "").rpartition(".")[2]
