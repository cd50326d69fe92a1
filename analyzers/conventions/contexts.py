"""Context processors: what a function of a module that is called after them gives, every page of the project may show.

Which templates ask for one of its names by themselves is written in these; it is run once, and they are shown with what it gives.

Source: https://docs.djangoproject.com/en/5.2/ref/templates/api/#writing-your-own-context-processors
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzers import facts as f
from analyzers.conventions import template_files, units
from analyzers.conventions.units import At
from analyzers.project.index import Project
from analyzers.project.row_sets import is_set
from analyzers.templates import TEMPLATE
from analyzers.text import Span

WORD = "context"

_MODULES = ("context_processors.py", "context_processor.py", "contextprocessors.py")
_FOLDER = "context_processors"
"""What the modules are called. Source: https://docs.djangoproject.com/en/5.2/ref/templates/api/#built-in-template-context-processors"""

_MOST = 8
"""Templates that are shown with what one of them gives."""


def is_module(path: str) -> bool:
    """True for the path of a module that is called after context processors, or lies in a folder that is."""
    parts = path.split("/")
    return parts[-1] in _MODULES or _FOLDER in parts[-2:-1]


def roots(project: Project, path: str, function: f.Function) -> Iterator[str]:
    """The unit of a context processor that gives rows which some template names."""
    if (
        len(function.params) == 1
        and not function.owner
        and not function.parent
        and _shown_by(project, path, function)
    ):
        yield WORD


def context(project: Project, path: str, function: f.Function) -> f.Function:
    """What pages do with it: each template that names something of it is shown on what it gives."""
    at = At(Span(function.name_at, function.name_to))
    made = at.call(at.name(function.name), at.name(function.params[0].name))
    shown = (
        at.do(at.call(at.name("<show>"), at.text(name), at.name("context")))
        for name in _shown_by(project, path, function)
    )
    return units.function(function, WORD, (function.params[0].name,), (at.put("context", made), *shown))


def _shown_by(project: Project, path: str, function: f.Function) -> list[str]:
    """The names of the templates that ask for what a function gives under a name."""
    nodes = f.walk(function.body)
    if not any(is_set(node) for node in nodes if isinstance(node, f.Call)):
        return []
    given = {text for node in nodes for text in _keys(node)}
    found = []
    for name, other in template_files.all_of(project):
        project.read(other)
        whole = project.function(other, TEMPLATE)
        if whole is not None and not given.isdisjoint(param.name for param in whole.params):
            found.append(name)
    return found if len(found) <= _MOST else []


def _keys(node: object) -> Iterator[str]:
    """The words under which a mapping gets its values: `{"menu": rows}`, `context["menu"] = rows`, `dict(menu=rows)`."""
    if isinstance(node, f.Mapping):
        keys: tuple[object, ...] = node.keys
    elif isinstance(node, f.Index):
        keys = (node.index,)
    elif isinstance(node, f.Call) and isinstance(node.func, f.Name) and node.func.id == "dict":
        yield from (keyword.name for keyword in node.keywords if keyword.name)
        return
    else:
        return
    yield from (key.value for key in keys if isinstance(key, f.Const) and isinstance(key.value, str))
