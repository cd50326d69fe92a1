"""Modules that a program names in a mapping of backends: `IMPL = DBAPI("sqlalchemy", backend_mapping={"sqlalchemy": "app.db.api"})`.

What is asked of such an object is a function of that module. Where a mapping names several, nobody says which one it is.

Source: https://docs.openstack.org/oslo.db/latest/reference/api/oslo_db.api.html
"""

from __future__ import annotations

from analyzers import facts as f
from analyzers.evaluate import shapes
from analyzers.project import names
from analyzers.project.index import Project

_GIVEN = "backend_mapping"


def module_of(project: Project, path: str, node: f.Expr | None) -> str | None:
    """The file of the module whose functions a call makes an object of; None for what is no such call."""
    if not isinstance(node, f.Call):
        return None
    given = next((keyword.value for keyword in node.keywords if keyword.name == _GIVEN), None)
    if isinstance(given, f.Name):
        assign = names.module_value(project, path, given.id)
        given = assign.value if assign is not None else None
    if not isinstance(given, f.Mapping):
        return None
    named = {
        one.value for one in shapes.nodes((given,)) if isinstance(one, f.Const) and "." in str(one.value)
    }
    if len(named) != 1:
        return None
    return project.modules.resolve(path, str(named.pop()))
