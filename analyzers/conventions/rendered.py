"""Decorators that show a template on the mapping that a function returns: `@render_to("shop/books.html")`.

Many projects have one of their own; what they share is that the decorator is handed the name of a template. So what is
done with the answer is a function behind the written one: `books:<rendered>`.

Source: https://github.com/skorokithakis/django-annoying#render_to-decorator and
https://docs.aiohttp.org/projects/jinja2/en/stable/#aiohttp_jinja2.template
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzers import facts as f
from analyzers.conventions import pages, units
from analyzers.conventions.units import At
from analyzers.project.index import Project
from analyzers.text import Span


def roots(project: Project, path: str, function: f.Function) -> Iterator[str]:
    """The unit of a function whose decorator names a template."""
    if function.decorators and _template(project, path, function) is not None:
        yield "rendered"


def rendered(project: Project, path: str, function: f.Function) -> f.Function | None:
    """The template is shown on what the function gives."""
    named = _template(project, path, function)
    if named is None:
        return None
    at = At(Span(function.name_at, function.name_to))
    given = at.call(at.name(function.name))
    body = (at.put("context", given), at.do(at.call(at.name("<show>"), at.text(named), at.name("context"))))
    return units.function(function, "rendered", (), body)


def _template(project: Project, path: str, function: f.Function) -> str | None:
    """The name of a template of the project among what a decorator of a module's function is handed."""
    if function.owner or function.parent:
        return None
    for decorator in function.decorators:
        if not isinstance(decorator, f.Call):
            continue
        for node in (*decorator.args, *(k.value for k in decorator.keywords)):
            name = node.value if isinstance(node, f.Const) else None
            if isinstance(name, str) and "." in name and pages.template(project, name, path) is not None:
                return name
    return None
