"""Filters and tags that a project adds to its templates: by a decorator, by a call, or as a class that renders.

Source: https://docs.djangoproject.com/en/5.2/howto/custom-template-tags/
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from msgspec.structs import replace

from analyzers import facts as f
from analyzers.conventions import units
from analyzers.project import names
from analyzers.project.index import Project
from analyzers.project.outline import callee, dotted, keyword, literal
from analyzers.project.schema import Key

_REGISTERS = ("filter", "simple_tag", "inclusion_tag", "assignment_tag", "simple_block_tag", "tag")
RENDER = "render"
"""The method by which the class of a tag puts something into the context, or gives a text."""


class Registered(NamedTuple):
    """A filter or tag of templates: its file, its function, and the decorator or the call that registers it."""

    path: str
    function: f.Function
    by: f.Expr

    @property
    def renders(self) -> bool:
        """True for a tag whose function gives an object that renders."""
        return _how(self.by) == "tag"


def library(project: Project, name: str) -> Registered | None:
    """The project's filter or tag of that name."""

    def collect() -> dict[str, tuple[str, str]]:
        found: dict[str, tuple[str, str]] = {}
        for path in project.paths():
            if "/templatetags/" in path:
                for word, qualname, _ in _of_file(project, path):
                    found.setdefault(word, (path, qualname))
        return found

    nothing: dict[str, tuple[str, str]] = {}
    place = project.memo.ask(("template library",), collect, in_cycle=nothing).get(name)
    if place is None:
        return None
    path, qualname = place
    function = project.function(path, qualname)
    by = next((by for word, of, by in _of_file(project, path) if (word, of) == (name, qualname)), None)
    return Registered(path, function, by) if function is not None and by is not None else None


def _of_file(project: Project, path: str) -> Iterator[tuple[str, str, f.Expr]]:
    """The names, the functions and the registering expressions of a file."""
    for one in project.functions(path):
        for decorator in one.decorators:
            if registers(decorator):
                yield _registered_as(decorator, one.name), one.qualname, decorator
        module = project.function(path, one.qualname) if one.kind == "module" else None
        for statement in module.body if module is not None else ():
            call = statement.value if isinstance(statement, f.Do) else None
            if isinstance(call, f.Call) and registers(call):
                last = call.args[-1] if call.args else None
                if isinstance(last, f.Name):  # `register.tag("books", do_books)`
                    yield _registered_as(call, last.id), last.id, call


def registers(by: f.Expr) -> bool:
    """True for a decorator, or a call, that makes a function a filter or a tag of templates."""
    return _how(by) in _REGISTERS and "." in (callee(by) or "")


def _how(by: f.Expr) -> str:
    return (callee(by) or "").rpartition(".")[2]


def _registered_as(by: f.Expr, own: str) -> str:
    if not isinstance(by, f.Call):
        return own
    given = keyword(by, "name")
    first = literal(by.args[0]) if by.args and _how(by) in ("filter", "tag") else ""
    return (literal(given) if given is not None else "") or first or own


def rendering(project: Project, tag: Registered) -> Key | None:
    """The class of what the function of a tag gives: `return BooksNode(name)`."""
    for node in f.walk(tag.function.body):
        made = node.value if isinstance(node, f.Return) else None
        chain = dotted(made.func) if isinstance(made, f.Call) else None
        found = names.resolve(project, tag.path, chain, tag.function.qualname) if chain else None
        if found is None or found[0].kind != "class" or found[1]:
            continue
        if project.function(found[0].path, f"{found[0].qualname}.{RENDER}") is not None:
            return found[0].path, found[0].qualname
    return None


def node(project: Project, cls: f.ClassDef, key: Key, _: str) -> f.Function | None:
    """What the class of a tag puts into the context: its `render`, that gives the context back."""
    render = project.function(key[0], f"{key[1]}.{RENDER}")
    if render is None or len(render.params) != 2:
        return None
    body = tuple(statement for statement in render.body if not isinstance(statement, f.Return))
    given = f.Return(0, 0, f.Name(0, 0, render.params[1].name))
    return replace(render, name="node", qualname=units.qualname(key[1], "node"), body=(*body, given))
