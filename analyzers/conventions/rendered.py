"""Decorators that show a template on the mapping that a function returns: `@render_to("shop/books.html")`.

Many projects have one of their own; what they share is that the decorator is handed the name of a template. So what is
done with the answer is a function behind the written one: `books:<rendered>`.

Source: https://github.com/skorokithakis/django-annoying#render_to-decorator and
https://docs.aiohttp.org/projects/jinja2/en/stable/#aiohttp_jinja2.template
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzers import facts as f
from analyzers.conventions import template_files, units
from analyzers.conventions.units import At
from analyzers.project import names
from analyzers.project.index import Project
from analyzers.project.outline import callee
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
    called: f.Expr = at.name(function.name)
    if function.owner:  # A view that is a class is made for a request, and one method answers it.
        called = at.attr(at.call(at.name(function.owner), f.Opaque(*at.span)), function.name)
    given = at.call(called)
    body = (at.put("context", given), at.do(at.call(at.name("<show>"), at.text(named), at.name("context"))))
    return units.function(function, "rendered", (), body)


def _template(project: Project, path: str, function: f.Function) -> str | None:
    """The name of a template of the project among what a decorator of a function, or of a method, is handed; or one of
    the method's class, from the package whose decorator the method has: `@view_defaults(renderer="books.html")`."""
    if function.parent or "." in function.owner:
        return None
    found = _named(project, path, function.decorators)
    if not function.owner or found is not None:
        return found
    project.read(path, "class", function.owner)
    cls = project.outlined_class(path, function.owner)
    if cls is None:
        return None
    own = {_package(project, path, decorator) for decorator in function.decorators} - {""}
    return _named(project, path, tuple(d for d in cls.decorators if _package(project, path, d) in own))


def _package(project: Project, path: str, decorator: f.Expr) -> str:
    """The package outside the project that a decorator comes from."""
    name = callee(decorator) if isinstance(decorator, f.Call) else None
    target = names.resolve(project, path, name) if name else None
    return target[0].dotted.partition(".")[0] if target is not None and target[0].kind == "external" else ""


def _named(project: Project, path: str, decorators: tuple[f.Expr, ...]) -> str | None:
    """The name of a template of the project that one of some decorators is handed."""
    for decorator in decorators:
        if not isinstance(decorator, f.Call):
            continue
        for node in (*decorator.args, *(k.value for k in decorator.keywords)):
            name = node.value if isinstance(node, f.Const) else None
            if isinstance(name, str) and "." in name and template_files.find(project, name, path) is not None:
                return name
    return None
