"""Templates in a project: found by name, with what they include; the project's filters and tags; views that show one.

Source: https://docs.djangoproject.com/en/5.2/topics/templates/ and
https://docs.djangoproject.com/en/5.2/ref/class-based-views/
"""

from __future__ import annotations

from collections.abc import Container, Iterator

from msgspec.structs import replace

from analyzers import facts as f
from analyzers.conventions import classes, inherited, template_files, template_names, units
from analyzers.conventions.tables import frameworks
from analyzers.conventions.units import At
from analyzers.orm.tables import tables
from analyzers.project import names
from analyzers.project.django_models import app_label
from analyzers.project.index import Project
from analyzers.project.models import Models
from analyzers.project.outline import dotted, literal
from analyzers.project.registered import looked_up
from analyzers.project.schema import Key
from analyzers.templates import TEMPLATE, block_name, macro_name

MAX_SHOWN = 8
"""Templates that one view may show, by its branches."""


# ------------------------------------------------------------------------------------------------- templates


def function(project: Project, path: str, given: f.Function) -> f.Function:
    """A template's function, with what the templates it shows ask for among its parameters."""

    def make() -> f.Function:
        project.read(path)
        known = project.function(path, given.qualname) or given
        if known.name.startswith(_MACRO):
            return known
        wanted = {p.name for p in known.params}
        for word, node in _told(known, _SHOWING):
            wanted |= {p.name for p in _shown(project, path, word, node)}
        return replace(known, params=tuple(f.Param(0, 0, name) for name in sorted(wanted)))

    return project.memo.ask(("template", path, given.qualname), make, in_cycle=given)


_MACRO = macro_name("")[:-1]
_SHOWING = ("<include>", "<extends>", "<block>", "<super>")


def _told(template: f.Function, words: Container[str]) -> Iterator[tuple[str, f.Call]]:
    """What a template, or a part of one, says with some of the names in angle brackets, each with its call."""
    for node in f.walk(template.body):
        if isinstance(node, f.Call) and isinstance(node.func, f.Name) and node.func.id in words:
            yield node.func.id, node


def _shown(project: Project, path: str, word: str, node: f.Call) -> tuple[f.Param, ...]:
    """What the template, block or block above asks for that a call in a template shows."""
    if word == "<block>":
        block = project.function(path, block_name(literal(node.args[0])))
        return function(project, path, block).params if block is not None else ()
    if word == "<super>":
        above = block_above(project, path, literal(node.args[0]))
        return function(project, *above).params if above is not None else ()
    other = template_files.find(project, literal(node.args[0]), path)
    found = project.function(other, TEMPLATE) if other is not None and other != path else None
    return function(project, other, found).params if other is not None and found is not None else ()


def block_above(project: Project, path: str, name: str) -> tuple[str, f.Function] | None:
    """The block of a name that the nearest template has which this one fills in: `{{ block.super }}`."""
    seen = {path}
    above = _extended(project, path)
    while above is not None and above not in seen:
        seen.add(above)
        block = project.function(above, block_name(name))
        if block is not None:
            return above, block
        above = _extended(project, above)
    return None


def _extended(project: Project, path: str) -> str | None:
    """The path of the template that one extends, read as that one is; None for one that stands by itself."""

    def find() -> str | None:
        project.read(path)
        whole = project.function(path, TEMPLATE)
        told = next(_told(whole, ("<extends>",)), None) if whole is not None else None
        return template_files.find(project, literal(told[1].args[0]), path) if told is not None else None

    above: str | None = project.memo.ask(("template above", path), find, in_cycle=None)
    if above is not None:
        project.read(above)
    return above


def asks_by_itself(project: Project, path: str) -> bool:
    """Whether a template has tags that may give it rows, whatever its context holds."""

    def find() -> bool:
        project.read(path)
        facts = project.facts(path)
        parts = facts.functions if facts is not None else ()
        return any(next(_told(part, ("<tag>",)), None) for part in parts)

    return project.memo.ask(("template with tags", path), find, in_cycle=False)


def blocks(project: Project, path: str) -> list[str]:
    """The names of the blocks that a template has."""
    facts = project.facts(path)
    return (
        [g.name[len("<block ") : -1] for g in facts.functions if g.name.startswith("<block ")]
        if facts
        else []
    )


# ----------------------------------------------------------------------------------------------------- views


def kind_of(project: Project, key: Key) -> str:
    """ "rows", "row" or "page" for a view that shows a template, "" for any other class."""
    table = frameworks()
    return classes.kind(project, key, rows=table.rows_page, row=table.row_page, page=table.page)


def roots(project: Project, key: Key) -> Iterator[str]:
    kind = kind_of(project, key)
    if kind == "rows" or (kind and (template_name(project, key) or _answers(project, key))):
        yield "page"
    elif inherited.inherits(project, key, "get") and (
        kind or classes.derives(project, key, frameworks().view)
    ):
        yield f"{inherited.WORD} get"


def _answers(project: Project, key: Key) -> bool:
    """True if the project has a method of its own that makes the response of the context."""
    return classes.method(project, key, ANSWER) is not None


ANSWER = "render_to_response"

_ROWS = ("queryset", "model")
"""The options by which a view says which rows it shows."""


def page(project: Project, cls: f.ClassDef, key: Key, _: str) -> f.Function:
    """What showing the page does: the template is run on the context, after the project's own method has had it."""
    at = At(classes.place(project, cls, key, *_ROWS))
    this, context = at.name("self"), at.name("context")
    body: list[f.Stmt] = [at.put("context", at.call(at.attr(this, "get_context_data")))]
    if _answers(project, key):
        body.append(at.do(at.call(at.attr(this, ANSWER), context)))
    if classes.goes_up(project, key, ANSWER):
        shown = [
            name
            for name in template_names.of_class(project, key)
            if template_files.find(project, name, key[0])
        ]
        chosen = list(dict.fromkeys(shown))[:MAX_SHOWN] or [template_name(project, key)]
        body += [at.do(at.call(at.name("<show>"), at.text(name), context)) for name in chosen]
    return units.function(cls, "page", (), tuple(body))


def model(project: Project, key: Key) -> Key | None:
    """The model that a view names."""
    found = classes.held(project, key, "model")
    if found is None:
        return None
    return classes.class_of(project, found) or _elsewhere(project, found)


def _elsewhere(project: Project, at: classes.Held) -> Key | None:
    """A model that is none of the project's classes by name: `User`, `get_user_model()`, `get_model("shop", "Book")`."""
    node = at.value
    asked = looked_up(project, node) if isinstance(node, f.Call) else None
    if asked is not None:
        return asked
    chain = dotted(node.func if isinstance(node, f.Call) else node)
    found = names.resolve(project, at.owner[0], chain, at.owner[1]) if chain else None
    full = ".".join((found[0].dotted, *found[1])) if found is not None and found[0].kind == "external" else ""
    if isinstance(node, f.Call):
        user = Models(project).user_model() if full in tables().django.functions.names("user_model") else None
        return user.key if user is not None else None
    return ("", full) if Models(project).orm_of("", full) == "django" else None


def template_name(project: Project, key: Key) -> str:
    """The template a view names, or the one that the framework takes for its model."""
    named = template_names.of_class(project, key)
    if named:
        return named[0]
    of = model(project, key)
    known = Models(project).model(*of) if of is not None else None
    kind = kind_of(project, key)
    if known is None or of is None or kind == "page":
        return ""
    return template_of(project, of, kind)


def template_of(project: Project, of: Key, kind: str) -> str:
    """The template that the framework takes for rows ("rows") or one row ("row") of a model."""
    suffix = "_list" if kind == "rows" else "_detail"
    return f"{app_label(Models(project), of)}/{of[1].rpartition('.')[2].lower()}{suffix}.html"


def rows(project: Project, cls: f.ClassDef, key: Key, _: str) -> f.Function | None:
    """What the framework's `get_queryset` gives: the class's own queryset, or all rows of its model."""
    at = At(classes.place(project, cls, key, *_ROWS))
    this = at.name("self")
    if classes.held(project, key, "queryset") is not None:
        return units.function(cls, "all", (), (at.give(at.attr(this, "queryset")),))
    of = model(project, key)
    known = Models(project).model(*of) if of is not None else None
    if known is None or not known.managers:
        return None
    manager = at.attr(at.attr(this, "model"), next(iter(known.managers)))
    return units.function(cls, "all", (), (at.give(at.call(at.attr(manager, "all"))),))
