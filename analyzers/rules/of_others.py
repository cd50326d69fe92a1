"""Lists that another object keeps, by the name of its attribute: `self.sites[key].queue.pop(0)`, `x in site.queue`.

Nothing says of which class the object is. Where every class of the file that has such an attribute starts it as an empty list, and
something of the file puts behind it, that is what is asked.
"""

from __future__ import annotations

from dataclasses import replace

from analyzers import facts as f
from analyzers.evaluate import lengthening, shapes
from analyzers.findings import Related
from analyzers.project.attributes import values_of
from analyzers.rules import edits, held
from analyzers.rules.base import Context


def filled(context: Context, through: f.Expr) -> Related | None:
    """Where the list that an expression reads off another object gets longer; None where nothing says that it is one."""
    function = context.function
    if not isinstance(through, f.Attr) or context.language != "python":
        return None
    if held.attribute_of(function, shapes.dotted(through)):
        return None  # The object's own: its class says what it is.
    name = through.name
    return context.of_file(("list of others", name), lambda here: _filled(here, name), in_cycle=None)


def _filled(here: Context, name: str) -> Related | None:
    project, path = here.project, here.path
    kept = [values_of(project, path, qualname, name) for qualname in project.class_names(path)]
    values = [value for one in kept for value in one]
    if not values or not all(lengthening.is_empty_list(value.value) for value in values):
        return None
    for function in project.saying(path, name):
        for node in held.adding(function.body):
            what, text = held.put(node)
            if what == "behind" and isinstance(node, f.Call) and text.endswith(f".{name}"):
                where = edits.absolute(replace(here, function=function), node)
                return Related(where, f"`{function.name}` puts in at its end")
    return None
