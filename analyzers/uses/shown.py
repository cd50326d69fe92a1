"""Templates that rows are shown in, with their tags, filters and the templates they show in turn."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from analyzers import facts as f
from analyzers import templates
from analyzers.conventions import template_files, template_library
from analyzers.evaluate import shapes
from analyzers.project.outline import keyword, literal
from analyzers.uses.things import NOTHING, Things, Unknown, environment, loose, under

if TYPE_CHECKING:
    from analyzers.uses.calls import Given
    from analyzers.uses.frames import Frame

RENDERING = {
    "django.shortcuts.render": (1, 2),
    "django.template.loader.render_to_string": (0, 1),
    "django.template.response.TemplateResponse": (1, 2),
}
"""Functions that show a template -> the places of its name and of its context among their arguments.

Source: https://docs.djangoproject.com/en/5.2/topics/http/shortcuts/#render
"""

_TEXTS = frozenset({
    "upper", "lower", "title", "capfirst", "join", "escape", "escapejs", "force_escape", "safe", "truncatechars",
    "truncatewords", "stringformat", "linebreaks", "linebreaksbr", "urlize", "urlencode", "slugify", "striptags", "center",
    "ljust", "rjust", "cut", "wordcount", "linenumbers", "addslashes",
})  # fmt: skip
_COUNTS = frozenset(
    {"length", "length_is", "yesno", "pluralize", "divisibleby", "date", "time", "floatformat", "timesince"}
)
_PARTS = frozenset({"first", "last", "slice", "random", "default", "default_if_none"})
"""Django's filters that write rows, look at them from outside, and give rows of them.

Source: https://docs.djangoproject.com/en/5.2/ref/templates/builtins/#built-in-filter-reference
"""

_OWN_TAGS = frozenset({
    "url", "now", "cycle", "firstof", "trans", "translate", "blocktrans", "blocktranslate", "widthratio", "static",
    "get_static_prefix", "get_media_prefix", "csrf_token", "cache", "lorem", "templatetag", "load", "ifchanged",
})  # fmt: skip


def rendered(frame: Frame, dotted: str, given: Given) -> Things:
    """A template is shown on a context."""
    call = given.call
    template_at, context_at = RENDERING[dotted]
    names = (
        ("template_name", "context")
        if dotted.endswith(("render", "render_to_string"))
        else ("template", "context")
    )
    written = keyword(call, names[0]) or (call.args[template_at] if len(call.args) > template_at else None)
    things = given.all
    if not things:
        return NOTHING
    among = [k.name for k in call.keywords]
    context = (
        given.keywords[among.index(names[1])]
        if names[1] in among
        else given.args[context_at]
        if len(given.args) > context_at
        else NOTHING
    )
    shown = _named(frame, written) if written is not None else ()
    if context != things or not shown:
        raise Unknown
    for name in shown:
        show(frame, name, environment(context))
    return NOTHING


def _named(frame: Frame, node: f.Expr) -> tuple[str, ...]:
    """The names that a template may have; none where one of them is not known."""
    if isinstance(node, f.Choose):
        parts = _named(frame, node.then), _named(frame, node.other)
        return parts[0] + parts[1] if all(parts) else ()
    if not isinstance(node, f.Name):
        return (literal(node),) if literal(node) else ()
    values = [
        statement.value
        for statement in shapes.walk(frame.function.body)
        if isinstance(statement, f.Assign)
        and any(isinstance(target, f.Name) and target.id == node.id for target in statement.targets)
    ]
    found = [literal(value) if value is not None else "" for value in values]
    return tuple(found) if all(found) and node.id not in {p.name for p in frame.function.params} else ()


def show(frame: Frame, name: str, held: Mapping[str, Things]) -> None:
    """A template is shown where names hold rows."""
    project = frame.uses.project
    path = template_files.find(project, name, frame.path)
    facts = project.facts(path) if path is not None else None
    if path is None or facts is None:
        raise Unknown
    project.read(path)

    def look() -> Things:
        from analyzers.uses.frames import Frame as Inner

        for function in facts.functions:
            if function.kind == templates.KIND:
                Inner(frame.uses, path, function, held).run()
        return NOTHING

    frame.uses.once((path, frozenset(held.items())), look)


def special(frame: Frame, node: f.Call, name: str) -> Things:
    """A call of a name in angle brackets (see `analyzers.templates`)."""
    from analyzers.uses.calls import as_text, given_to

    given = given_to(frame, node)
    if name == "<text>":
        as_text(frame, given.all)
        return NOTHING
    if name == "<filter>":
        return _filtered(frame, given)
    if name == "<tag>":
        return _tagged(frame, given)
    if name == "<groups>":
        return given.all | under("list", given.all) | under("grouper", NOTHING)
    if name in ("<block>", "<super>", "<once>"):
        return NOTHING  # All blocks of the file are looked at, and those of the one it fills in.
    held = {k.name: things for k, things in zip(node.keywords, given.keywords, strict=True) if things}
    known = {} if name == "<only>" else {n: things for n, things in frame.held.items() if things}
    if name not in ("<include>", "<only>", "<extends>"):
        raise Unknown
    if known | held:
        if not literal(node.args[0]):
            raise Unknown
        show(frame, literal(node.args[0]), known | held)
    return NOTHING


def _filtered(frame: Frame, given: Given) -> Things:
    from analyzers.uses.calls import as_text, follow

    name, things = literal(given.call.args[0]), given.all
    own = template_library.library(frame.uses.project, name)
    if not things:
        return NOTHING
    if own is not None:
        from analyzers.project.names import Target

        rest = given._replace(call=_without_first(given.call), args=given.args[1:])
        return follow(frame, Target("function", own.path, own.function.qualname), None, rest)
    if name in _TEXTS:
        as_text(frame, things)
    elif name in _PARTS:
        return things | loose(things)
    elif name not in _COUNTS:
        raise Unknown
    return NOTHING


def _tagged(frame: Frame, given: Given) -> Things:
    from analyzers.project.names import Target
    from analyzers.uses.calls import as_text, follow

    name, things = literal(given.call.args[0]), given.all
    own = template_library.library(frame.uses.project, name)
    known = {n: held for n, held in frame.held.items() if held}
    if own is None:
        if things and name not in _OWN_TAGS:
            raise Unknown
        as_text(frame, things)
        return NOTHING
    options = {k.name for k in own.by.keywords} if isinstance(own.by, f.Call) else set()
    is_shown = isinstance(own.by, f.Call) and bool(own.by.args)
    takes_all = "takes_context" in options
    if own.renders and known:
        raise Unknown
    if not things and not (takes_all and known):
        return NOTHING
    rest = given._replace(call=_without_first(given.call), args=given.args[1:])
    context = frozenset().union(*(under(n, held) for n, held in known.items())) if takes_all else None
    found = follow(frame, Target("function", own.path, own.function.qualname), context, rest)
    if is_shown and isinstance(own.by, f.Call) and found:
        show(frame, literal(own.by.args[0]), environment(found))
        return NOTHING
    return found


def _without_first(call: f.Call) -> f.Call:
    """A filter's call without its name."""
    return f.Call(call.at, call.to, call.func, call.args[1:], call.keywords)
