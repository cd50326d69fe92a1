"""Attributes and calls: what the language, Django and the project's own functions do with rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from analyzers import facts as f
from analyzers import templates
from analyzers.evaluate import shapes
from analyzers.evaluate.class_level import is_static
from analyzers.orm import tables
from analyzers.project import names, signals
from analyzers.project.schema import Model
from analyzers.uses import serialised, shown
from analyzers.uses.things import NOTHING, Thing, Things, Unknown, at, begins, is_whole, loose, texts

if TYPE_CHECKING:
    from analyzers.uses.frames import Frame

_KEEPING = frozenset({
    "builtins.list", "builtins.tuple", "builtins.set", "builtins.frozenset", "builtins.dict", "builtins.sorted",
    "builtins.reversed", "builtins.enumerate", "builtins.iter", "builtins.next", "builtins.zip", "builtins.filter",
    "builtins.map", "builtins.min", "builtins.max", "copy.copy", "itertools.chain", "itertools.chain.from_iterable",
    "itertools.islice", "itertools.groupby", "collections.OrderedDict", "collections.deque",
    "django.core.paginator.Paginator", "django.shortcuts.get_object_or_404", "django.shortcuts.get_list_or_404",
})  # fmt: skip
"""What gives back what it is given, or parts of it; a function that it is given, too, is handed the parts."""

_COUNTING = frozenset({
    "builtins.len", "builtins.bool", "builtins.isinstance", "builtins.id", "builtins.type", "builtins.any", "builtins.all",
    "builtins.sum", "builtins.range",
})  # fmt: skip
"""What looks at rows without looking into them."""

_WRITING = frozenset({
    "builtins.str", "builtins.repr", "builtins.print", "builtins.format", "django.utils.html.format_html",
    "django.utils.html.escape", "django.utils.html.conditional_escape", "django.utils.encoding.force_str",
    "django.utils.encoding.smart_str",
})  # fmt: skip

_LOGGING = ("debug", "info", "warning", "error", "exception", "critical", "log")

_PARTS = frozenset({
    "all", "filter", "exclude", "order_by", "reverse", "distinct", "using", "annotate", "alias", "extra", "select_related",
    "prefetch_related", "get", "first", "last", "earliest", "latest", "iterator", "in_bulk", "none", "aget", "afirst",
    "alast", "aiterator", "copy", "items", "values", "pop", "popleft", "setdefault", "get_page", "page", "object_list",
    "paginator", "complex_filter",
})  # fmt: skip
"""Methods and attributes of querysets, lists, dicts and pages that give rows of them."""

_FACTS = frozenset({
    "count", "exists", "aggregate", "acount", "aexists", "aaggregate", "values_list", "keys", "index", "model",
    "ordered", "sort", "append", "extend", "add", "insert", "appendleft", "update", "clear", "remove", "discard",
    "page_range", "num_pages", "number", "has_next", "has_previous", "has_other_pages", "next_page_number",
    "previous_page_number", "start_index", "end_index", "per_page", "get_elided_page_range",
})  # fmt: skip
"""Those that give none, or change what the name holds."""

_OF_ROWS = frozenset({"pk", "id", "_meta", "__class__", "DoesNotExist"})

_HARMLESS = frozenset({
    "property", "cached_property", "staticmethod", "classmethod", "display", "filter", "simple_tag", "inclusion_tag",
    "wraps", "abstractmethod", "override",
})  # fmt: skip
"""Decorators that leave a function what it is."""

_FILLING = ("append", "extend", "add", "insert", "appendleft", "update", "setdefault")


# --------------------------------------------------------------------------------------------------- attributes


def attribute(frame: Frame, node: f.Attr, base: Things, given: Given | None) -> Things:
    """`rows.name`, or with what a call is given `rows.name(...)`; `base` is what `rows` may be."""
    found = NOTHING
    for thing in sorted(base):
        found |= _attribute_of(frame, thing, node, given)
    return found


def _attribute_of(frame: Frame, thing: Thing, node: f.Attr, given: Given | None) -> Things:
    name = node.name
    if thing.keys:
        return _of_dict(frame, thing, name, given.call if given is not None else None)
    model = frame.uses.model(thing.path)
    if model is None:
        frame.uses.lost(thing)
        return NOTHING
    if name in model.relations:
        return frame.uses.relation(model, thing.path, name)
    parts = frozenset({thing}) if name in _PARTS else NOTHING
    if _is_column(model, name) or name in frame.uses.given:
        return parts
    if _is_heard(frame, model, tables().django.signals.get(name) or ""):
        raise Unknown  # What listens to the model may read all of a row.
    member = names.member(frame.uses.project, *model.key, name)
    if member is not None:
        return _member(frame, thing, member, given)
    if name in _PARTS:
        return _chained(frame, node, given.call if given is not None else None, parts)
    if name in _FACTS or (name.startswith("get_") and name.endswith("_display")):
        return NOTHING
    if not frame.function.kind == templates.KIND or not name.isdecimal():
        raise Unknown
    return frozenset({thing})  # `{{ books.0 }}`


def _of_dict(frame: Frame, thing: Thing, name: str, call: f.Call | None) -> Things:
    if call is not None and name in ("get", "pop", "setdefault"):
        key = call.args[0].value if call.args and isinstance(call.args[0], f.Const) else None
        return at(key, {thing}) if isinstance(key, str) else loose({thing})
    if name in ("items", "values", "copy"):
        return frozenset({thing}) | loose({thing})
    if name in _FACTS:
        return NOTHING
    return at(name, {thing}) if frame.function.kind == templates.KIND else _unknown()


def _is_heard(frame: Frame, model: Model, words: str) -> bool:
    """True if a function of the project is told of a row of the model by one of these signals."""
    return any(signals.receivers(frame.uses.project, signal, model.key) for signal in words.split())


def _unknown() -> Things:
    raise Unknown


def _is_column(model: Model, name: str) -> bool:
    return (
        name in model.columns or name in _OF_ROWS or any(r.column == name for r in model.relations.values())
    )


def _member(frame: Frame, thing: Thing, member: names.Target, given: Given | None) -> Things:
    """An attribute that the model's class has: what a method or a property reads is read."""
    project = frame.uses.project
    if member.kind == "function":
        return follow(frame, member, frozenset({thing}), given)
    if member.kind == "class":
        return NOTHING  # Choices.
    outline = project.outline(member.path)
    project.read(member.path, "members", member.qualname.rpartition(".")[0])
    owner, _, name = member.qualname.rpartition(".")
    assign = outline.class_values(owner).get(name) if outline is not None else None
    if assign is None or not isinstance(assign.value, (f.Const, f.Collection, f.Mapping)):
        raise Unknown
    return NOTHING


def _chained(frame: Frame, node: f.Attr, call: f.Call | None, parts: Things) -> Things:
    if call is None:
        return parts
    if node.name in ("annotate", "alias", "extra"):
        frame.uses.given |= {keyword.name for keyword in call.keywords}
        if node.name == "extra" or call.args or any(not k.name for k in call.keywords):
            raise Unknown
    if node.name in tables().django.loaders and (not call.args or texts(call.args) is None):
        raise Unknown
    return NOTHING if node.name == "values" and (call.args or call.keywords) else parts


# -------------------------------------------------------------------------------------------------------- calls


class Given(NamedTuple):
    """A call, with what its arguments may be of the query's rows."""

    call: f.Call
    args: tuple[Things, ...]
    keywords: tuple[Things, ...]

    @property
    def all(self) -> Things:
        return frozenset().union(*self.args, *self.keywords)


def given_to(frame: Frame, node: f.Call) -> Given:
    """A call's arguments, looked at once."""
    return Given(
        node,
        tuple(frame.of(arg) for arg in node.args),
        tuple(frame.of(keyword.value) for keyword in node.keywords),
    )


def called(frame: Frame, node: f.Call) -> Things:
    """A call: what it may give of the query's rows."""
    func = node.func
    if isinstance(func, f.Name) and func.id.startswith("<"):
        return shown.special(frame, node, func.id)
    given = given_to(frame, node)
    if isinstance(func, f.Attr):
        base = frame.of(func.obj)
        if base:
            if given.all and func.name in _FILLING:
                _fill(frame, func, given.all)
            if func.name == "sort" and node.keywords:
                _call_back(frame, node, base)
            return attribute(frame, func, base, given)
        if func.name.startswith("<"):
            return serialised.inherited(frame, func.name, given)
        if given.all and _of_method(frame, func, given.all):
            return NOTHING
    elif not isinstance(func, f.Name):
        frame.of(func)
    elif frame.lookup(func.id):
        raise Unknown
    chain = shapes.dotted(func)
    found = names.resolve(frame.uses.project, frame.path, chain, frame.function.qualname) if chain else None
    target = found[0] if found is not None and not found[1] else _of_self(frame, chain)
    if target is None:
        return _nested(frame, chain, given)
    if target.kind == "external":
        return _external(frame, target.dotted, given)
    if not given.all:
        return NOTHING
    if target.kind != "function":  # Any other class of the project keeps what it is given.
        return serialised.serialised(frame, (target.path, target.qualname), given)
    return follow(frame, target, None, given)


def _of_method(frame: Frame, func: f.Attr, given: Things) -> bool:
    """True for a method of something else that is known to take rows in, or to write them."""
    if func.name in _FILLING and isinstance(func.obj, f.Name) and frame.is_own(func.obj.id):
        frame.put(func.obj.id, given if func.name == "update" else given | loose(given))
        return True
    if func.name in ("filter", "exclude", "get") and ".objects" in shapes.text_of(func.obj):
        return True  # Rows are asked for by others.
    is_text = isinstance(func.obj, f.Const) and func.name in ("join", "format")
    is_log = func.name in _LOGGING and shapes.root(func) in (
        "logger",
        "log",
        "logging",
        "LOG",
        "LOGGER",
        "_logger",
    )
    if is_text or is_log:
        as_text(frame, given)
    return is_text or is_log


def _fill(frame: Frame, func: f.Attr, given: Things) -> None:
    root = begins(func)
    if not frame.is_own(root):
        raise Unknown
    frame.put(root, given | loose(given))


def _of_self(frame: Frame, chain: str) -> names.Target | None:
    """A method of the object at hand, of whatever class derived from this one it is."""
    head, _, name = chain.partition(".")
    owner = frame.function.owner
    if head not in ("self", "cls") or not owner or not name or "." in name:
        return None
    project = frame.uses.project
    found = names.member(project, frame.path, owner, name)
    if found is None or found.kind != "function":
        return None
    pending, seen = [(frame.path, owner)], {(frame.path, owner)}
    while pending:
        for heir in project.words.heirs(pending.pop()[1].rpartition(".")[2]):
            if heir in seen:
                continue
            if len(seen) > _HEIRS or names.member(project, *heir, name) != found:
                return None
            seen.add(heir)
            pending.append(heir)
    return found


_HEIRS = 50


def _nested(frame: Frame, chain: str, given: Given) -> Things:
    """A function that is defined in the one at hand; of anything else that is handed rows nobody knows what it does."""
    if not given.all:
        return NOTHING
    from analyzers.uses.frames import Frame as Inner

    inner = frame.uses.project.function(frame.path, f"{frame.function.qualname}.<locals>.{chain}")
    if inner is None or inner.decorators or len(frame.uses.open) > 3:
        raise Unknown
    return Inner(frame.uses, frame.path, inner, _bound(inner, None, given), frame).run()


def _external(frame: Frame, dotted: str, given: Given) -> Things:
    things = given.all
    if dotted in shown.RENDERING:
        return shown.rendered(frame, dotted, given)
    if not things or dotted in _COUNTING:
        return NOTHING
    if dotted in _WRITING:
        as_text(frame, things)
        return NOTHING
    if dotted not in _KEEPING:
        raise Unknown
    _call_back(frame, given.call, things)
    return things | loose(things)


def _call_back(frame: Frame, node: f.Call, given: Things) -> None:
    """`sorted(rows, key=by_author)`, `map(str, rows)`: a function is called with each of the rows."""
    functions = [keyword.value for keyword in node.keywords if keyword.name in ("key", "func", "default")]
    if shapes.called(node) in ("map", "filter"):
        functions += node.args[:1]
    for function in functions:
        _handed(frame, function, given | loose(given))


def _handed(frame: Frame, function: f.Expr, given: Things) -> None:
    from analyzers.uses.frames import Frame as Inner

    project = frame.uses.project
    if isinstance(function, f.Const):
        return
    if isinstance(function, f.Lambda):
        inner = project.function(frame.path, function.qualname)
        if inner is None:
            raise Unknown
        Inner(frame.uses, frame.path, inner, {p.name: given for p in inner.params}, frame).run()
        return
    chain = shapes.dotted(function)
    found = names.resolve(project, frame.path, chain, frame.function.qualname) if chain else None
    if found is None or found[1]:
        raise Unknown
    if found[0].dotted in _WRITING:
        as_text(frame, given)
    elif found[0].kind == "function":
        follow(frame, found[0], given, None)
    elif found[0].dotted not in _COUNTING:
        raise Unknown


def as_text(frame: Frame, things: Things) -> None:
    """Rows are printed: by their model's `__str__`."""
    for thing in things:
        model = frame.uses.model(thing.path)
        if model is None:
            frame.uses.lost(Thing(path=thing.path))
            continue
        method = names.member(frame.uses.project, *model.key, "__str__")
        if method is not None and method.kind == "function":
            follow(frame, method, frozenset({Thing(path=thing.path)}), None)
        elif not is_whole(frame.uses.project, model):
            raise Unknown


# -------------------------------------------------------------------------------------------------- own functions


def follow(frame: Frame, target: names.Target, first: Things | None, given: Given | None) -> Things:
    """A function of the project is called, with `first` before what the call is given."""
    from analyzers.uses.frames import Frame as Inner

    function = frame.uses.project.function(target.path, target.qualname)
    if function is None:
        raise Unknown
    if any(
        shapes.dotted(d.func if isinstance(d, f.Call) else d).rpartition(".")[2] not in _HARMLESS
        for d in function.decorators
    ):
        raise Unknown
    if first is None and function.owner and not is_static(function):
        first = NOTHING
    held = _bound(function, first, given)
    if not any(held.values()):
        return NOTHING
    key = (target.path, target.qualname, frozenset(held.items()))
    return frame.uses.once(key, lambda: Inner(frame.uses, target.path, function, held).run())


def _bound(function: f.Function, first: Things | None, given: Given | None) -> dict[str, Things]:
    """What a function's parameters hold; unknown where rows go to one that nobody can name."""
    call = given.call if given is not None else None
    if call is not None and (
        any(isinstance(arg, f.Star) for arg in call.args)
        or any(not keyword.name for keyword in call.keywords)
    ):
        raise Unknown
    values = ([] if first is None else [first]) + list(given.args if given is not None else ())
    plain = [param.name for param in function.params if param.kind == "positional" and param.name]
    named = {param.name for param in function.params if param.kind in ("positional", "keyword")}
    held = dict(zip(plain, values, strict=False))
    if any(values[len(plain) :]):
        raise Unknown
    for keyword, things in zip(
        call.keywords if call is not None else (), given.keywords if given else (), strict=True
    ):
        if things and keyword.name not in named:
            raise Unknown
        held[keyword.name] = held.get(keyword.name, NOTHING) | things
    return held
