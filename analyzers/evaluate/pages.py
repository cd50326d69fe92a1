"""Templates being shown: what their names hold, and what filters, tags, includes and blocks do with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from msgspec.structs import replace

from analyzers import facts as f
from analyzers.conventions import classes, pages, units
from analyzers.conventions.tables import frameworks
from analyzers.costs import ONE
from analyzers.evaluate import attributes, calls, expressions, queries
from analyzers.evaluate.run import Run
from analyzers.findings import Place
from analyzers.project import names
from analyzers.project.outline import literal
from analyzers.templates import FILLED, KIND, TEMPLATE, block_name
from analyzers.types import TEXT, UNKNOWN_VALUE, Value

if TYPE_CHECKING:
    from analyzers.evaluate.arguments import Arguments

_COUNTS = ("length", "count")
_ENDS = ("first", "last", "random")


def has_specials(run: Run) -> bool:
    """True where the names in angle brackets mean something (see `analyzers.templates`)."""
    return run.function.kind in (KIND, units.KIND)


def rendered(run: Run, node: f.Call, target: Value, arguments: Arguments, place: Place) -> Value | None:
    """`render(request, "books.html", {"books": books})`. None for other functions."""
    word = frameworks().renders.words.get(target.dotted)
    if word is None:
        return None
    at, context = word.split()
    keyword = "template" if target.dotted.endswith("TemplateResponse") else "template_name"
    name = arguments.get(int(at), keyword)
    if name is None or not isinstance(name.const, str):
        return None
    if context == "keywords":
        known: Mapping[str, Value] = arguments.keywords
    else:
        given = arguments.get(int(context), "context")
        known = dict(given.entries) if given is not None else {}
    show(run, name.const, known, place)
    return Value("instance", depends=arguments.depends, label=target.label)


def show(run: Run, name: str, known: Mapping[str, Value], place: Place, filled: str = "") -> None:
    """Run a template on what its context holds."""
    project = run.summaries.project
    path = pages.template(project, name, run.path)
    if path is None or not known:
        return
    bound = dict(known)
    if filled:
        bound[FILLED] = Value("instance", dotted=filled)
    found = Value("function", ref=(path, TEMPLATE), label=name)
    calls.invoke(run, found, (), bound, place, name)


# ---------------------------------------------------------------------------------------- inside of templates


def special(run: Run, node: f.Call, name: str) -> Value:
    """A call of a name in angle brackets."""
    if name == "<text>":
        return _text(run, node)
    if name == "<filter>":
        return _filter(run, node)
    if name == "<tag>":
        return _tag(run, node)
    if name == "<include>":
        return _include(run, node)
    if name == "<block>":
        return _block(run, node)
    if name == "<extends>":
        above = run.env.get(FILLED)
        filled = ",".join((*pages.blocks(run.summaries.project, run.path), above.dotted if above else ""))
        show(run, literal(node.args[0]), _known(run), run.place(node), filled)
    if name == "<show>":
        known = dict(expressions.evaluate(run, node.args[1]).entries)
        show(run, literal(node.args[0]) or _template_of(run, known), known, run.place(node))
    return UNKNOWN_VALUE


def _template_of(run: Run, known: Mapping[str, Value]) -> str:
    """The template of a view that names neither it nor a model: that of the rows it shows."""
    rows = known.get("object_list")
    return pages.template_of(run.summaries.project, rows.ref, "rows") if rows and rows.ref else ""


def _known(run: Run) -> dict[str, Value]:
    return {name: value for name, value in run.env.items() if name != FILLED}


def _text(run: Run, node: f.Call) -> Value:
    """Something is printed: a row by its `__str__`, a set of rows by all of them."""
    value = expressions.evaluate(run, node.args[0])
    place = run.place(node)
    if value.kind == "row" and value.ref is not None and value.ref[0]:
        found = names.member(run.summaries.project, *value.ref, "__str__")
        if found is not None and found.kind == "function":
            method = Value("function", ref=(found.path, found.qualname), bound=value, label="__str__")
            calls.invoke(run, method, (), {}, place, "__str__")
    elif value.kind in queries.LAZY_KINDS:
        queries.touch(run, value, place, "iterate")
    return TEXT.on(value.depends)


def _filter(run: Run, node: f.Call) -> Value:
    name = literal(node.args[0])
    values = expressions.evaluate_all(run, node.args[1:])
    value, place = values[0], run.place(node)
    own = pages.library(run.summaries.project, name)
    if own is not None:
        made = Value("function", ref=(own[0], own[1].qualname), label=name)
        return calls.invoke(run, made, tuple(values), {}, place, name).on(value.depends)
    if value.kind in queries.LAZY_KINDS:
        if name in (*_COUNTS, "join", "dictsort", "list"):
            queries.touch(run, value, place, "iterate")
        elif name in _ENDS:
            return queries.item(run, value, place).on(value.depends)
    if name in _COUNTS:
        return Value("int", depends=value.depends)
    kept = name in ("default", "default_if_none", "slice", "dictsort", "list", "sort", "reverse", "safe")
    return value if kept else Value(depends=value.depends, label=value.label)


def _tag(run: Run, node: f.Call) -> Value:
    name = literal(node.args[0])
    values = tuple(expressions.evaluate_all(run, node.args[1:]))
    keywords = {k.name: expressions.evaluate(run, k.value) for k in node.keywords}
    own = pages.library(run.summaries.project, name)
    if own is None:
        return UNKNOWN_VALUE
    path, function, decorator = own
    place = run.place(node)
    options = {k.name: k.value for k in decorator.keywords} if isinstance(decorator, f.Call) else {}
    if "takes_context" in options:
        values = (Value("dict", entries=tuple(_known(run).items())), *values)
    made = Value("function", ref=(path, function.qualname), label=name)
    result = calls.invoke(run, made, values, keywords, place, name)
    if isinstance(decorator, f.Call) and decorator.args and result.entries:
        show(run, literal(decorator.args[0]), dict(result.entries), place)  # An inclusion tag.
    return result


def _include(run: Run, node: f.Call) -> Value:
    given = {k.name: expressions.evaluate(run, k.value) for k in node.keywords}
    show(run, literal(node.args[0]), _known(run) | given, run.place(node))
    return UNKNOWN_VALUE


def _block(run: Run, node: f.Call) -> Value:
    name = literal(node.args[0])
    filled = run.env.get(FILLED)
    if filled is None or name not in filled.dotted.split(","):
        made = Value("function", ref=(run.path, block_name(name)), label=name)
        calls.invoke(run, made, (), dict(run.env), run.place(node), f"the block {name}")
    return UNKNOWN_VALUE


# ----------------------------------------------------------------------------------------------------- views


def context(run: Run, this: Value, arguments: Arguments, place: Place) -> Value:
    """What the framework's `get_context_data` gives: what it is given, and the rows under the names they have."""
    assert this.ref is not None
    project = run.summaries.project
    entries = {name: value for name, value in arguments.keywords.items() if name != "**"}
    kind = pages.kind_of(project, this.ref)
    if kind in ("rows", "row"):
        rows = _rows(run, this, place)
        held = classes.held(project, this.ref, "context_object_name")
        own = literal(held.value) if held is not None else ""
        model = rows.ref[1].rpartition(".")[2].lower() if rows.ref is not None else ""
        named = ("object_list", f"{model}_list", "page_obj") if kind == "rows" else ("object", model)
        given = rows if kind == "rows" else (rows.of or UNKNOWN_VALUE)
        entries.update({name: given for name in (*named, own) if name})
    return Value("dict", size=ONE, entries=tuple(entries.items()))


def _rows(run: Run, this: Value, place: Place) -> Value:
    from analyzers.evaluate import frameworks as conventions

    return conventions.called(run, this, "get_queryset", place)


def all_rows(run: Run, this: Value, place: Place) -> Value:
    """The rows that the framework's `get_queryset` gives a view."""
    assert this.ref is not None
    queryset = attributes.member_of(run, this, "queryset", "self")
    if queryset.kind in queries.LAZY_KINDS:
        return queryset
    unit = Value("function", ref=(this.ref[0], units.qualname(this.ref[1], "all")), bound=this)
    return calls.invoke(run, unit, (), {}, place, this.ref[1])


# -------------------------------------------------------------------------------------------------- mappings


def put(run: Run, holder: f.Expr, key: Value, value: Value) -> None:
    """`context["books"] = books`: what the mapping holds under that name is known from now on."""
    if not isinstance(holder, f.Name) or not isinstance(key.const, str) or holder.id not in run.env:
        return
    base = run.env[holder.id]
    if base.kind == "dict" or not base.known:
        kept = dict(base.entries) | {key.const: replace(value, entries=())}
        run.bind(holder.id, replace(base, entries=tuple(kept.items())))


def updated(run: Run, holder: f.Expr, arguments: Arguments) -> None:
    """`context.update({"books": books})`, `context.update(books=books)`."""
    first = arguments.first()
    more = (dict(first.entries) if first is not None else {}) | arguments.keywords
    if isinstance(holder, f.Name) and holder.id in run.env and more:
        base = run.env[holder.id]
        if base.kind == "dict" or not base.known:
            run.bind(holder.id, replace(base, entries=tuple((dict(base.entries) | more).items())))
