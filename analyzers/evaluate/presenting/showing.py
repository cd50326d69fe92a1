"""Templates that code shows: `render(...)`, a loaded template's `render`, a helper that shows what its caller names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from analyzers import facts as f
from analyzers.conventions import pages, template_files, template_names
from analyzers.conventions.tables import frameworks
from analyzers.conventions.template_names import Where
from analyzers.costs import ONE
from analyzers.evaluate.calling import calls
from analyzers.evaluate.run import Run
from analyzers.evaluate.turns import by_hand
from analyzers.findings import Place
from analyzers.templates import FILLED, KIND, TEMPLATE
from analyzers.types import Value

if TYPE_CHECKING:
    from analyzers.evaluate.calling.arguments import Arguments


def show(run: Run, name: str, known: Mapping[str, Value], place: Place, filled: str = "") -> None:
    """Run a template on what its context holds."""
    path = template_files.find(run.summaries.project, name, run.path)
    if path is None or not (known or pages.asks_by_itself(run.summaries.project, path)):
        return
    bound = {key: by_hand.so_far(run, value) for key, value in known.items()}
    if filled:
        bound[FILLED] = Value("instance", dotted=filled)
    found = Value("function", ref=(path, TEMPLATE), label=name)
    calls.invoke(run, found, (), bound, place, name)


def any_of(run: Run, found: Iterable[str], known: Mapping[str, Value], place: Place) -> None:
    """Show the templates that a place may show."""
    project = run.summaries.project
    there = [
        name for name in dict.fromkeys(found) if template_files.find(project, name, run.path) is not None
    ]
    for name in there[: pages.MAX_SHOWN]:
        show(run, name, known, place)


def by_function(run: Run, node: f.Call, target: Value, arguments: Arguments, place: Place) -> Value | None:
    """`render(request, "books.html", {"books": books})`, and what makes a context. None for other functions."""
    if target.dotted in frameworks().contexts.words:
        return _context(run, target.dotted, arguments)
    word = frameworks().renders.words.get(target.dotted)
    if word is None or run.function.kind == KIND:
        return None
    at, context = word.split()
    keyword = "template" if target.dotted.endswith("TemplateResponse") else "template_name"
    name = arguments.written(int(at), keyword)
    if context == "keywords":
        known = spread(arguments.keywords)
    else:
        given = arguments.get(int(context), "context")
        known = dict(given.entries) if given is not None else {}
    found = template_names.texts(run.summaries.project, where(run), name)
    any_of(run, found or told(arguments.get(int(at), keyword)), known, place)
    return Value("instance", depends=arguments.depends, label=target.label)


def by_method(run: Run, node: f.Call, name: str, arguments: Arguments, place: Place) -> bool:
    """`get_template("books.html").render(context)`, `templates.TemplateResponse("books.html", {...})`: whether it is one."""
    assert isinstance(node.func, f.Attr)
    project = run.summaries.project
    if name == "TemplateResponse":
        # The name came first before the request did.
        # Source: https://www.starlette.io/templates/
        asked = [arguments.written(0, "name"), arguments.written(1, "name")]
        known = _entries(arguments)
        found = [text for node in asked for text in template_names.texts(project, where(run), node)]
    else:
        found = template_names.loaded(project, where(run), node.func.obj)
        known = _entries(arguments) | spread(arguments.keywords)
    any_of(run, found, known, place)
    return bool(found)


def by_helper(run: Run, node: f.Call, target: Value, arguments: Arguments, place: Place) -> None:
    """A function of the project that shows the template it is told to, with what it is given."""
    assert target.ref is not None
    if not template_files.are_any(run.summaries.project):
        return
    handed = template_names.handed(run.summaries.project, *target.ref)
    function = run.summaries.project.function(*target.ref) if handed is not None else None
    if handed is None or function is None:
        return
    names = [param.name for param in function.params]
    by = 1 if target.bound is not None and names[0] in ("self", "cls") else 0
    known = _entries(arguments)
    if any(param.kind == "double_star" for param in function.params):
        known |= {key: value for key, value in arguments.keywords.items() if key not in ("**", *names)}
    for key, param in handed.keys:
        value = arguments.get(names.index(param) - by, param)
        if value is not None:
            known[key] = value
    for param in handed.names:
        name = arguments.written(names.index(param) - by, param)
        any_of(run, template_names.texts(run.summaries.project, where(run), name), known, place)


def told(value: Value | None) -> list[str]:
    """The names of templates that a value is."""
    parts = value.items or (value,) if value is not None else ()
    return [part.const for part in parts if isinstance(part.const, str)]


def names_a_template(node: f.Call) -> bool:
    """True for a call that may tell a helper which template to show."""
    return any(_may_name(value) for value in (*node.args, *(k.value for k in node.keywords)))


def _may_name(node: f.Expr) -> bool:
    if isinstance(node, f.Const):
        return isinstance(node.value, str) and "." in node.value
    if isinstance(node, f.Binary):
        return _may_name(node.left) or _may_name(node.right)
    if isinstance(node, f.Template):
        return node.text.endswith(template_files.ENDINGS)
    name = node.name if isinstance(node, f.Attr) else node.id if isinstance(node, f.Name) else ""
    return "template" in name.lower()


def where(run: Run) -> Where:
    """Where the running code stands, for what is written there."""
    this = run.lookup("self")
    owner = (run.path, run.function.owner) if run.function.owner else None
    return Where(run.path, run.function, this.ref if this is not None and this.ref is not None else owner)


def with_keywords(made: Value, arguments: Arguments) -> Value:
    """`dict(context, books=books)` holds what it is given by name."""
    first = arguments.first()
    known = (dict(first.entries) if first is not None else {}) | spread(arguments.keywords)
    return made.but(entries=tuple(known.items())) if known and made.kind == "dict" else made


def _context(run: Run, dotted: str, arguments: Arguments) -> Value:
    """What a context is made of: a mapping, or all names at hand."""
    word = frameworks().contexts.words[dotted]
    depends = arguments.depends
    if word == "names":
        known = {name: value for name, value in run.env.items() if value.known}
        depends = depends.union(*(value.depends for value in run.env.values()))
    else:
        given = arguments.get(int(word), "dict_")
        known = dict(given.entries) if given is not None else {}
    return Value("dict", size=ONE, entries=tuple(known.items()), depends=depends)


def _entries(arguments: Arguments) -> dict[str, Value]:
    """What all mappings among the arguments hold by name."""
    out: dict[str, Value] = {}
    for value in (*arguments.values, *(v for k, v in arguments.keywords.items() if k != "**")):
        out |= dict(value.entries)
    return out


def spread(keywords: Mapping[str, Value]) -> dict[str, Value]:
    """Keyword arguments, those of a mapping that is spread included."""
    known = dict(keywords)
    spread = known.pop("**", None)
    if spread is None:
        return known
    return {name: value.on(spread.depends) for name, value in spread.entries} | known
