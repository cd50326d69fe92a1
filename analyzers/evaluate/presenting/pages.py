"""Templates being shown: what their names hold, and what filters, tags, includes and blocks do with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from msgspec.structs import replace

from analyzers import conventions
from analyzers import facts as f
from analyzers.conventions import classes, pages, template_files, template_library, template_names, units
from analyzers.costs import ONE
from analyzers.evaluate import attributes, evidence, expressions, queries
from analyzers.evaluate.calling import calls
from analyzers.evaluate.presenting import asked, choices, marshalling, paginators, showing, written
from analyzers.evaluate.queries import holding
from analyzers.evaluate.run import Run
from analyzers.findings import Place
from analyzers.project.outline import literal
from analyzers.templates import FILLED, KIND, block_name, macro_name
from analyzers.types import TEXT, UNKNOWN_VALUE, Value

if TYPE_CHECKING:
    from analyzers.evaluate.calling.arguments import Arguments

_COUNTS = ("length", "count")
_ENDS = ("first", "last", "random")
_EACH = ("join", "dictsort", "dictsortreversed")
_KEEPS = (
    "default", "default_if_none", "slice", "dictsort", "dictsortreversed", "list", "sort", "reverse", "safe",
)  # fmt: skip
"""Filters that give what they are given, or some of it in some order.

Source: https://docs.djangoproject.com/en/5.2/ref/templates/builtins/#built-in-filter-reference
"""


def has_specials(run: Run) -> bool:
    """True where the names in angle brackets mean something (see `analyzers.templates`)."""
    return run.function.kind in (KIND, units.KIND)


# ---------------------------------------------------------------------------------------- inside of templates


def special(run: Run, node: f.Call, name: str) -> Value:
    """A call of a name in angle brackets."""
    if name == "<text>":
        return _text(run, node)
    if name == "<filter>":
        return _filter(run, node)
    if name == "<tag>":
        return _tag(run, node)
    if name in ("<include>", "<only>"):
        return _include(run, node, {} if name == "<only>" else _known(run))
    if name == "<maybe>":
        return choices.maybe(run, node)
    if name == "<resolved>":
        return choices.resolved(run, node)
    if name == "<rows>":
        return choices.rows_of(run, node)
    if name == "<quietly>":
        return choices.quietly(run, node)
    if name == "<read>":
        return choices.read(run, node)
    if name == "<of>":
        return choices.rows_of_type(run, node)
    if name == "<first>":
        return marshalling.first(run, node)
    if name == "<every>":
        return choices.every(run, node)
    if name == "<macro>":
        path = template_files.find(run.summaries.project, literal(node.args[0]), run.path) or run.path
        macro = literal(node.args[1])
        return Value("function", ref=(path, macro_name(macro)), label=macro)
    if name == "<groups>":
        rows = expressions.evaluate(run, node.args[0])
        return Value("list", of=Value("list", of=rows.of, size=rows.size), depends=rows.depends)
    if name == "<block>":
        return _block(run, node)
    if name == "<super>":
        _block_above(run, node)
    if name == "<extends>":
        above = run.env.get(FILLED)
        filled = ",".join((*pages.blocks(run.summaries.project, run.path), above.dotted if above else ""))
        showing.show(run, literal(node.args[0]), _known(run), run.place(node), filled)
    if name == asked.MARK:
        return asked.to_do(expressions.evaluate(run, node.args[0]), literal(node.args[1]))
    if name == "<show>":
        known = dict(expressions.evaluate(run, node.args[1]).entries)
        showing.show(run, literal(node.args[0]) or _template_of(run, known), known, run.place(node))
    return UNKNOWN_VALUE


def _template_of(run: Run, known: Mapping[str, Value]) -> str:
    """The template of a view that names neither it nor a model: that of the rows it shows."""
    rows = known.get("object_list")
    return pages.template_of(run.summaries.project, rows.ref, "rows") if rows and rows.ref else ""


def _known(run: Run) -> dict[str, Value]:
    return {name: value for name, value in run.env.items() if name != FILLED}


def _text(run: Run, node: f.Call) -> Value:
    """Something is printed."""
    value = expressions.evaluate(run, node.args[0])
    shown(run, value, run.place(node))
    return TEXT.on(value.depends)


def shown(run: Run, value: Value, place: Place) -> None:
    """The text of a value: a row by its `__str__`, a set of rows by all of them."""
    if value.kind == "row" and value.ref is not None and value.ref[0]:
        written.as_text(run, value, place)
    elif value.kind in queries.LAZY_KINDS:
        queries.touch(run, value, place, "iterate")


def _filter(run: Run, node: f.Call) -> Value:
    name = literal(node.args[0])
    values = expressions.evaluate_all(run, node.args[1:])
    value, place = values[0], run.place(node)
    own = template_library.library(run.summaries.project, name)
    if own is not None:
        made = Value("function", ref=(own[0], own[1].qualname), label=name)
        return calls.invoke(run, made, tuple(values), {}, place, name).on(value.depends)
    if value.of is not None and value.of.kind == "row" and name in _EACH:
        from analyzers.evaluate.presenting import each

        path = values[1].const if len(values) > 1 and name != "join" else None
        each.asked(run, node, value, path, place)
    elif value.kind in queries.LAZY_KINDS:
        if name in (*_COUNTS, *_EACH, "list"):
            queries.touch(run, value, place, "iterate")
        elif name in _ENDS:
            return queries.item(run, value, place).on(value.depends)
    if name in _COUNTS:
        return Value("int", depends=value.depends)
    if name.startswith("default") and not value.known and len(values) > 1:
        return values[1].on(value.depends)
    return value if name in _KEEPS else Value(depends=value.depends, label=value.label)


def _tag(run: Run, node: f.Call) -> Value:
    name = literal(node.args[0])
    values = tuple(expressions.evaluate_all(run, node.args[1:]))
    keywords = {k.name: expressions.evaluate(run, k.value) for k in node.keywords}
    own = template_library.library(run.summaries.project, name)
    if own is None:
        return UNKNOWN_VALUE
    path, function, decorator = own
    place = run.place(node)
    if own.renders:
        return _rendered(run, own, place, name)
    options = {k.name: k.value for k in decorator.keywords} if isinstance(decorator, f.Call) else {}
    if "takes_context" in options:
        values = (Value("dict", entries=tuple(_known(run).items())), *values)
    made = Value("function", ref=(path, function.qualname), label=name)
    result = calls.invoke(run, made, values, keywords, place, name)
    if isinstance(decorator, f.Call) and decorator.args and result.entries:
        showing.show(run, literal(decorator.args[0]), dict(result.entries), place)  # An inclusion tag.
    return result


def _rendered(run: Run, tag: template_library.Registered, place: Place, name: str) -> Value:
    """A tag whose class puts something into the context: under names of its own, or under the one it is given."""
    project = run.summaries.project
    made = template_library.rendering(project, tag)
    if made is None:
        return UNKNOWN_VALUE
    unit = Value(
        "function",
        ref=(made[0], units.qualname(made[1], "node")),
        bound=evidence.instance_of(project, *made),
        label=name,
    )
    known = _known(run)
    context = Value("dict", size=ONE, entries=tuple(known.items()))
    result = calls.invoke(run, unit, (context,), {}, place, name)
    for word, value in result.entries:
        if word not in known or not known[word].known:
            run.bind(word, value)
    return result.values or UNKNOWN_VALUE


def _include(run: Run, node: f.Call, known: dict[str, Value]) -> Value:
    given = {k.name: expressions.evaluate(run, k.value) for k in node.keywords}
    for name in showing.told(expressions.evaluate(run, node.args[0]))[: pages.MAX_SHOWN]:
        showing.show(run, name, known | given, run.place(node))
    return UNKNOWN_VALUE


def _block_above(run: Run, node: f.Call) -> None:
    name = literal(node.args[0])
    above = pages.block_above(run.summaries.project, run.path, name)
    if above is not None:
        made = Value("function", ref=(above[0], above[1].qualname), label=name)
        calls.invoke(run, made, (), dict(run.env), run.place(node), f"{{% block {name} %}}")


def _block(run: Run, node: f.Call) -> Value:
    name = literal(node.args[0])
    filled = run.env.get(FILLED)
    if filled is None or name not in filled.dotted.split(","):
        made = Value("function", ref=(run.path, block_name(name)), label=name)
        calls.invoke(run, made, (), dict(run.env), run.place(node), f"{{% block {name} %}}")
    return UNKNOWN_VALUE


# ----------------------------------------------------------------------------------------------------- views


def context(run: Run, this: Value, arguments: Arguments, place: Place) -> Value:
    """What the framework's `get_context_data` gives: what it is given, and the rows under the names they have."""
    assert this.ref is not None
    project = run.summaries.project
    entries = extra(run, this) | showing.spread(arguments.keywords)
    kind = pages.kind_of(project, this.ref)
    if kind in ("rows", "row"):
        rows = _rows(run, this, place) if kind == "rows" else _row(run, this, place)
        held = classes.held(project, this.ref, "context_object_name")
        own = literal(held.value) if held is not None else ""
        model = rows.ref[1].rpartition(".")[2].lower() if rows.ref is not None else ""
        named = ("object_list", f"{model}_list") if kind == "rows" else ("object", model)
        entries.update({name: rows for name in (*named, own) if name})
        if kind == "rows":
            entries["page_obj"] = paginators.page_of(run, rows)
    return Value("dict", size=ONE, entries=(("view", this), *entries.items()))


def response(run: Run, this: Value, arguments: Arguments, place: Place) -> Value | None:
    """`self.render_to_response(context)` in a method of the project's: the view's template is shown on it."""
    assert this.ref is not None
    given = arguments.get(0, "context")
    if given is None or not given.entries:
        return None
    found = template_names.of_class(run.summaries.project, this.ref)
    showing.any_of(run, found, dict(given.entries), place)
    return Value("instance", depends=arguments.depends)


def extra(run: Run, this: Value) -> dict[str, Value]:
    """`extra_context = {"books": Book.objects.all()}`: what a view's class adds to its context."""
    assert this.ref is not None
    project = run.summaries.project
    held = classes.held(project, this.ref, "extra_context")
    if held is None or not isinstance(held.value, f.Mapping):
        return {}
    name = units.qualname(held.owner[1], "attribute extra_context")
    function = conventions.function(project, held.owner[0], name)
    summary = run.summaries.of(held.owner[0], function, {}, run) if function is not None else None
    return dict(summary.returns.entries) if summary is not None else {}


def _rows(run: Run, this: Value, place: Place) -> Value:
    from analyzers.evaluate.presenting import frameworks

    return frameworks.called(run, this, "get_queryset", place)


def _row(run: Run, this: Value, place: Place) -> Value:
    from analyzers.evaluate.presenting import frameworks

    return frameworks.shown_by(run, this, "object", place) or UNKNOWN_VALUE


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
        kept = dict(base.entries) | {key.const: holding.named(value)}
        run.bind(holder.id, replace(base, entries=tuple(kept.items())))


def updated(run: Run, holder: f.Expr, arguments: Arguments) -> None:
    """`context.update({"books": books})`, `context.update(books=books)`."""
    first = arguments.first()
    more = (dict(first.entries) if first is not None else {}) | arguments.keywords
    if isinstance(holder, f.Name) and holder.id in run.env and more:
        base = run.env[holder.id]
        if base.kind == "dict" or not base.known:
            run.bind(holder.id, replace(base, entries=tuple((dict(base.entries) | more).items())))
