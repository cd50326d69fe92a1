"""Names that are not local, and attributes: what they hold, and whether reading them runs code or sends a query."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec.structs import replace

from analyzers import facts as f
from analyzers import ways
from analyzers.conventions import classes
from analyzers.conventions.classes import Held
from analyzers.costs import ONE
from analyzers.evaluate import (
    agreed,
    backends,
    class_level,
    class_values,
    contents,
    delegated,
    evidence,
    expressions,
    generics,
    heirs,
    hooks,
    makers,
    queries,
    registries,
    shapes,
    written_objects,
)
from analyzers.evaluate.calling import calls, setters
from analyzers.evaluate.presenting import asked, frameworks, pages, paginators
from analyzers.evaluate.queries import marked, objects
from analyzers.evaluate.queries.emit import row
from analyzers.evaluate.remembered import remembered
from analyzers.evaluate.run import Run
from analyzers.evaluate.sizes import reading
from analyzers.operations import operations
from analyzers.project import hung, names
from analyzers.project.modules import PYTHON_ENDINGS
from analyzers.project.names import Target
from analyzers.project.row_sets import gives_rows
from analyzers.types import EITHER, Value, joined

if TYPE_CHECKING:
    from analyzers.evaluate.calling.arguments import Arguments

RENAMED = {
    "xrange": "builtins.range",
    "izip": "builtins.zip",
    "imap": "builtins.map",
    "ifilter": "builtins.filter",
    "reduce": "functools.reduce",
    "raw_input": "builtins.input",
    "unichr": "builtins.chr",
    "unicode": "builtins.str",
    "long": "builtins.int",
}
"""What Python 2 called these; source: https://docs.python.org/3/library/2to3.html (3.11)."""

PROPERTIES = ("property", "cached_property", "hybrid_property", "lazyproperty")


_UNTOLD = ("unknown", "list", "dict", "set", "tuple", "iterator", "deque")
"""Kinds of attributes of which an `__init__` may say more."""

FIXED = "fixed by the program's text"

_RECEIVERS = frozenset(("self", "this", "cls"))


def free_name(run: Run, name: str) -> Value:
    """A name the function does not bind: something of the module, imported, or built in."""
    found = names.resolve(run.summaries.project, run.path, name, run.function.qualname)
    if found is None and run.language == "python" and name in RENAMED:
        return Value("external", dotted=RENAMED[name], label=name, frozen=True)
    if found is None and run.language != "python" and name in operations(run.language).function:
        return Value("external", dotted=f"builtins.{name}", label=name, frozen=True)
    if found is None:
        return (
            Value("int", size=ONE, label=name, frozen=True)
            if _numbered_around(run, name)
            else Value(label=name)
        )
    return of_target(run, found[0], found[1], name)


def _numbered_around(run: Run, name: str) -> bool:
    """True for a name that a function around, which is not running, sets once and to a number written down.

    `LEFT, RIGHT, SIZE = range(3)` numbers names.
    """
    scope = run.function.parent
    while scope:
        function = run.summaries.project.function(run.path, scope)
        if function is None:
            return False
        values = [
            stmt.value
            for stmt in shapes.walk(function.body)
            if isinstance(stmt, (f.Assign, f.Update))
            for target in (stmt.targets if isinstance(stmt, f.Assign) else (stmt.target,))
            if name in {part.id for part in shapes.nodes(target) if isinstance(part, f.Name)}
        ]
        if values:
            return len(values) == 1 and _is_number(values[0])
        scope = function.parent
    return False


def _is_number(node: f.Expr | None) -> bool:
    if isinstance(node, f.Call) and shapes.dotted(node.func) in ("range", "xrange"):
        return all(isinstance(argument, f.Const) for argument in node.args)
    return isinstance(node, f.Const) and node.kind == "int"


def of_target(run: Run, target: Target, rest: tuple[str, ...], label: str) -> Value:
    """The value a resolved name stands for, with the attributes that could not be resolved read off it."""
    if target.kind == "external":
        full = ".".join((target.dotted, *rest))
        if run.language == "python" and queries.is_model_outside(run.summaries.project, full):
            return class_values.class_itself(run.summaries.project, "", full).but(label=label)
        fixed = operations(run.language).constants.get(full)
        if fixed is not None:
            return Value(fixed, size=ONE, label=label, frozen=True)
        size = ONE if full.rpartition(".")[2].rpartition("#")[2].isupper() else None
        value = Value("external", dotted=full, label=label, size=size, frozen=True)
        return queries.module_object(value) or reading.stream(value)
    if target.kind == "class":
        value = class_values.class_itself(run.summaries.project, target.path, target.qualname).but(
            label=label
        )
    elif target.kind in ("function", "module"):
        value = Value(target.kind, ref=(target.path, target.qualname), label=label, frozen=True)
        value = _of_class(run, value, target)
    elif target.kind == "variable":
        value = module_variable(run, target, label)
    else:
        value = Value(label=label)
    for name in rest:
        value = member_of(run, value, name, label=label)
    return value


def _of_class(run: Run, value: Value, target: Target) -> Value:
    """A function with the class it is bound to, for a class method: `Tag.parse(text)` hands the class over first."""
    function = run.summaries.function(target.path, target.qualname) if target.kind == "function" else None
    if function is None or not function.owner:
        return value
    is_script = not target.path.endswith(
        PYTHON_ENDINGS
    )  # What is read off a class by its name, is static there.
    if not is_script and not any(
        shapes.dotted(d).rpartition(".")[2] == "classmethod" for d in function.decorators
    ):
        return value
    owner = class_values.class_itself(run.summaries.project, target.path, function.owner)
    return replace(value, bound=owner.but(label=function.owner))


def _of_named_class(run: Run, node: f.Attr, target: Target) -> Value | None:
    """`Tag.parse`, a class method that `Tag` may inherit: it is handed `Tag`, and not the class that defines it."""
    value = of_target(run, target, (), "")
    if value.kind != "function" or not (_is_of_class(run, target) or _is_bound_to_class(value)):
        return None
    found = names.resolve(run.summaries.project, run.path, shapes.dotted(node.obj), run.function.qualname)
    if found is None or found[1] or found[0].kind != "class":
        return None
    holder = class_values.class_itself(run.summaries.project, found[0].path, found[0].qualname)
    return read(run, node, holder.but(label=shapes.text_of(node.obj)))


def _is_bound_to_class(value: Value) -> bool:
    return value.bound is not None and value.bound.kind == "class"


def _is_of_class(run: Run, target: Target) -> bool:
    function = run.summaries.project.header(target.path, target.qualname)
    return function is not None and class_level.is_of_class(function)


def module_variable(run: Run, target: Target, label: str) -> Value:
    """A module-level name: its type by what it is assigned once; constant if written like one or a literal."""
    project = run.summaries.project
    assign = names.module_value(project, target.path, target.qualname)
    is_constant = target.qualname.isupper()
    if assign is None:
        return Value(label=label, frozen=is_constant)
    language = run.summaries.language_of(target.path)
    behind = backends.module_of(project, target.path, assign.value) if language == "python" else None
    if behind is not None:
        return Value("module", ref=(behind, ""), label=label, frozen=True)
    named = (
        classes.class_of(project, Held((target.path, ""), assign.value))
        if language == "python" and isinstance(assign.value, f.Call)
        else None
    )
    if named is not None:
        return class_values.class_itself(project, *named).but(label=label)  # `User = get_user_model()`
    if language == "python" and assign.value is not None and gives_rows(assign.value):
        rows = frameworks.module_rows(run, target.path, target.qualname)
        if rows is not None:
            return rows.but(label=label)
    if assign.annotation is not None:
        value = evidence.declared(project, target.path, "", language, assign.annotation)
    else:
        value = evidence.guess(project, target.path, "", language, assign.value)
    if not value.known and language == "python" and _makes_function(run, target.path, assign.value):
        made = frameworks.module_function(run, target.path, target.qualname)
        if made is not None:
            return made.but(label=label)
    if language == "python" and value.kind == "dict" and value.values is None:
        value = registries.held(project, target.path, target.qualname) or value
    literal = evidence.is_fixed(project, target.path, assign.value)
    if language != "python" and isinstance(assign.value, f.Mapping):
        value = value.but(entries=written_objects.functions_in(project, target.path, "", assign.value))
    return replace(
        value,
        label=label,
        size=ONE if literal or is_constant else value.size,
        frozen=literal or is_constant,
        token=f"{target.path}:{target.qualname}",
    )


def _makes_function(run: Run, path: str, node: f.Expr | None) -> bool:
    """True for a call of a function of the project's that gives back a function."""
    chain = shapes.dotted(node.func) if isinstance(node, f.Call) else ""
    found = names.resolve(run.summaries.project, path, chain) if chain else None
    if found is None or found[1] or found[0].kind != "function":
        return False
    maker = run.summaries.project.function(found[0].path, found[0].qualname)
    return maker is not None and makers.gives_function(maker)


# ------------------------------------------------------------------------------------------------ attributes


def attribute(run: Run, node: f.Attr) -> Value:
    """`obj.name`, read."""
    root = shapes.root(node)
    kept = run.stored.get(hung.put_at(node) or shapes.dotted(node)) if root and run.stored else None
    kept = kept or hooks.taken(run, node)
    if kept is not None:
        return kept.but(label=shapes.text_of(node))  # What was put there: `g.db = connect()`.
    if root and root not in _RECEIVERS and run.lookup(root) is None and not hooks.is_below(run, node):
        chain = shapes.dotted(node)
        found = names.resolve(run.summaries.project, run.path, chain, run.function.qualname)
        if found is not None and hooks.is_hung(found[0].dotted.rpartition(".")[0]):
            found = None  # `pecan.request.indexer.list_metrics`
        is_of_function = found is not None and found[0].kind == "function" and bool(found[1])
        # What a function stands for is asked first: a mapped class may have a query of that name before it.
        if (
            found is not None
            and not is_of_function
            and (found[0].kind != "variable" or len(found[1]) < chain.count("."))
        ):
            inherited = _of_named_class(run, node, found[0]) if not found[1] else None
            return inherited or _resolved_chain(run, node, found[0], found[1])
    base = expressions.evaluate(run, node.obj)
    value = read(run, node, base)
    is_length = node.name == "length" and run.language != "python"
    way = ways.length(base.way) if is_length else ways.attribute(base.way, node.name)
    return value if value.way == way else replace(value, way=way)


def _at_model(run: Run, target: Target, rest: tuple[str, ...]) -> tuple[Target, tuple[str, ...]]:
    """`django.contrib.auth.models.User.objects`: a model of Django's own or of another package, and what is read of it."""
    parts = target.dotted.split(".")
    for end in range(len(parts) - 1, 2, -1):
        name = ".".join(parts[:end])
        if queries.is_model_outside(run.summaries.project, name):
            return Target("external", dotted=name), (*parts[end:], *rest)
    return target, rest


def _resolved_chain(run: Run, node: f.Attr, target: Target, rest: tuple[str, ...]) -> Value:
    """A dotted name whose beginning is a module, class or outside thing; the rest is read attribute by attribute."""
    if run.language == "python" and target.kind == "external":
        target, rest = _at_model(run, target, rest)
    value = of_target(run, target, (), shapes.text_of(node))
    links: list[f.Attr] = []
    current: f.Expr = node
    for _ in rest:
        assert isinstance(current, f.Attr)
        links.append(current)
        current = current.obj
    value = replace(value, label=shapes.text_of(current) or value.label)
    for link in reversed(links):
        value = read(run, link, value)
    return value


def read(run: Run, node: f.Attr, base: Value) -> Value:
    """Attribute `node.name` of a value, with whatever reading it sets off."""
    label = shapes.text_of(node)
    if base.kind == "instance" and base.dotted.startswith("pathlib.") and node.name in ("parents", "parts"):
        return Value(
            "tuple", size=ONE, label=label, depends=base.depends
        )  # A path is as deep as someone made it.
    if node.name == "shape" and run.language == "python" and base.ref is None:
        # An array has few dimensions; how long each is, is not known.
        return Value("tuple", size=ONE, of=Value("int"), label=label, depends=base.depends, bound=base)
    if base.evidence == FIXED or node.name in operations(run.language).fixed.names:
        # Iterated, called or read further, it stays as large as the program's text makes it.
        return Value(size=ONE, frozen=True, label=label, depends=base.depends, evidence=FIXED, bound=base)
    found = (
        marked.attribute(base, node.name)
        or queries.attribute(run, base, node)
        or asked.attribute(base, node.name)
        or paginators.attribute(base, node.name)
    )
    if found is not None:
        return found.on(base.depends)
    if base.kind in ("instance", "row", "class") and base.ref is not None:
        return _member(run, node, base, label)
    if base.kind == EITHER:
        return agreed.attribute(base, [read(run, node, part) for part in base.items or ()], label)
    if base.kind == "unknown" and node.name[:1].isupper() and run.language == "python":
        model = _model_named(run, node.name)
        if model is not None:
            return model.but(label=label)
    if base.kind == "module" and base.ref is not None:
        named = names.of_module(run.summaries.project, base.ref[0], node.name)
        if named is not None:
            return of_target(run, *named, label)
    has_members = base.kind == "instance" or (base.kind == "dict" and run.language != "python")
    holds = dict(base.entries).get(node.name) if has_members else None
    if holds is not None:
        member = holds.on(base.depends).but(label=label)
        is_method = base.kind == "dict" and member.kind == "function" and member.bound is None
        return replace(member, bound=base.but(frozen=False)) if is_method else member
    if base.kind == "external" and hooks.is_hung(base.dotted):
        base = Value(label=base.label, depends=base.depends)
    if base.kind == "external":
        fixed = operations(run.language).constants.get(f"{base.dotted}.{node.name}")
        if fixed is not None:
            return Value(fixed, size=ONE, label=label, frozen=True)
        size = ONE if node.name.isupper() else None  # Written like a constant, it is one.
        value = Value("external", dotted=f"{base.dotted}.{node.name}", label=label, size=size, frozen=True)
        return queries.module_object(value) or reading.stream(value)
    if base.kind == "list" and node.name == "list" and pages.has_specials(run):
        return base.but(label=label)  # A group that `regroup` made: its rows.
    if node.name in ("length", "size") and run.language != "python":
        return Value("int", size=run.extent(base), depends=base.depends, label=label)
    if node.name == "user" and run.language == "python":
        user = _who_asks(run, node, base)
        if user is not None:
            return user.but(label=label)
    asks = (base.kind in queries.LAZY_KINDS and node.name not in queries.ABOUT) or queries.is_client(
        base.kind
    )
    method = node.name if asks else ""
    return Value(depends=base.depends, label=label, bound=base, method=method)


def _model_named(run: Run, name: str) -> Value | None:
    """The mapped class that `context["model"].Package` names: a module of models that is handed over, and one such model."""
    found = run.summaries.models.by_name(name)
    orm = run.summaries.models.orm_of(*found[0]) if len(found) == 1 else ""
    return class_values.class_itself(run.summaries.project, *found[0]) if orm not in ("", "django") else None


def _who_asks(run: Run, node: f.Attr, base: Value) -> Value | None:
    """`request.user`: a row of the project's own model of users. Nobody knows what came with it.

    Source: https://docs.djangoproject.com/en/5.2/ref/request-response/#django.http.HttpRequest.user
    """
    name = node.obj.name if isinstance(node.obj, f.Attr) else shapes.dotted(node.obj)
    model = (
        run.summaries.models.user_model()
        if name == "request" and base.kind in ("unknown", asked.REQUEST)
        else None
    )
    return row(model.key, None, "", base.depends) if model is not None and model.key[0] else None


def member_of(run: Run, base: Value, name: str, label: str) -> Value:
    """Attribute `name` of a value that is not written out in the source."""
    return read(run, f.Attr(0, 0, f.Name(0, 0, label), name, 0), base)


def _member(run: Run, node: f.Attr, base: Value, label: str) -> Value:
    project = run.summaries.project
    assert base.ref is not None
    unit = frameworks.unit(run, base, node.name)
    if unit is not None:
        return unit
    found = names.member(project, *base.ref, node.name)
    if found is None and node.name == "__str__":
        found = names.member(project, *base.ref, "__unicode__")
    is_left = heirs.is_left(run, base, found)
    behind = heirs.heir(run, base, node.name) if is_left else None
    if behind is not None:
        return _member(run, node, behind, label)
    is_asked = is_left or run.language == "python"
    written = heirs.of_each(run, base, node.name, found, label) if is_asked else None
    if written is not None:
        return written.on(base.depends)
    if found is None and base.kind == "class" and run.language == "python":
        found = class_level.of_metaclass(project, *base.ref, node.name)
        if found is not None:
            made = Value("function", ref=(found.path, found.qualname), label=label, bound=base)
            return calls.invoke(run, made, (), {}, run.place(node), f"the property `{label}`").but(
                label=label
            )
    if found is not None and found.kind == "function":
        function = project.header(found.path, found.qualname)
        method = Value(
            "function", ref=(found.path, found.qualname), label=label, bound=base, depends=base.depends
        )
        if function is not None and (
            class_level.is_of_class(function) or (is_property(function) and base.kind != "class")
        ):
            return (
                calls.invoke(run, method, (), {}, run.place(node), f"the property `{label}`")
                .but(label=label)
                .on(base.depends)
            )
        return method
    if found is not None and found.kind == "class":
        return class_values.class_itself(project, found.path, found.qualname).but(label=label)
    if f"{node.name}" in run.stored and base.kind == "instance" and base.label in ("self", "this"):
        stored = run.stored[node.name]
        return stored.on(base.depends).but(label=label)
    holds = dict(base.entries).get(node.name)
    if holds is not None:
        return holds.on(base.depends).but(label=label)
    if node.name in class_values.OF_MEMBERS and class_values.is_enumeration(project, *base.ref):
        return Value(size=ONE, frozen=True, label=label, depends=base.depends, evidence=FIXED, bound=base)
    value = evidence.attribute_of_instance(project, *base.ref, node.name, run.language)
    if value.known and run.language == "python":
        value = contents.of_attribute(project, base.ref, node.name, value)
    if generics.is_left_open(value) and run.language == "python" and base.ref[0] and base.kind != "row":
        value = generics.class_kept(project, base.ref, node.name) or value
    if not value.known and run.language == "python":
        value = frameworks.shown_by(run, base, node.name, run.place(node)) or value
    if not value.known and found is not None and base.kind != "row":
        value = frameworks.class_attribute(run, base, node.name) or value
        if value.known:
            return value.on(base.depends).named(label)
    if not value.known and found is None and base.kind == "instance" and run.language == "python":
        other = delegated.to(project, *base.ref)
        if other and other != node.name:
            return read(run, node, member_of(run, base, other, base.label).on(base.depends))
    if value.kind == "prepared":
        return value.on(base.depends).but(label=label)
    if base.label == "self" and value.kind in _UNTOLD and base.kind == "instance":
        kept = objects.kept(run, base, node.name)
        if kept is not None:
            return kept.but(label=label)
    return replace(
        value, label=label, depends=base.depends, bound=base, token=f"{label}" if base.label == "self" else ""
    )


def is_property(function: f.Function) -> bool:
    return any(shapes.dotted(d).rpartition(".")[2] in PROPERTIES for d in function.decorators)


_REQUESTING = ("requests",)
"""Modules of which whatever is called by a name that is chosen sends a request: `getattr(requests, method)(url)`."""

MAX_NAMES = 24
"""Names of attributes that one loop reads of each row."""


def named_by(run: Run, node: f.Call, arguments: Arguments) -> Value | None:
    """`getattr(book, "author")`: what reading the attribute gives; None where its name is not written out.

    In a loop over names that are written out (`for name in ("title", "author")`) each of them is read.
    """
    holder, name = arguments.get(0), arguments.get(1)
    if holder is not None and holder.kind == "external" and holder.dotted in _REQUESTING and name is not None:
        called = name.const if isinstance(name.const, str) else "request"
        return replace(holder, dotted=f"{holder.dotted}.{called}", depends=holder.depends | name.depends)
    asked_of = ("row", "instance", *queries.LAZY_KINDS)
    if holder is None or name is None or not (holder.kind in asked_of or queries.is_client(holder.kind)):
        return None
    texts = [name.const] if isinstance(name.const, str) else each_text(run, node.args[1])
    if not texts and holder.kind == "http-client":
        texts = ["request"]  # Whichever it is that is called, it sends one: `getattr(session, method)(url)`.
    found = [read(run, f.Attr(node.at, node.to, node.args[0], text, node.at), holder) for text in texts]
    return joined(found) if found else None


def each_text(run: Run, node: f.Expr) -> list[str]:
    """The texts that a loop's variable stands for; none where the loop goes through anything else."""
    gone = _gone_through(run.function).get(node.id) if isinstance(node, f.Name) else None
    if gone is None:
        return []
    over, column = gone
    local = run.lookup(over.id) if isinstance(over, f.Name) else None
    if local is not None:
        rows = [
            ((item,) if column is None else (item.items or ())[column:][:1]) for item in local.items or ()
        ]
        found: list[object] = [cell[0].const if cell else None for cell in rows]
    else:
        held = _written(run, over)
        words = _words_of(run, held, column) if held is not None else None
        found = [word.text for word in words or ()]
    texts = [text for text in found if isinstance(text, str)]
    return texts if len(texts) == len(found) <= MAX_NAMES else []


def _words_of(run: Run, held: Held, column: int | None) -> list[classes.Word] | None:
    """The words of a list, or of one column of a table that is written out: `[("Title", "title"), ("By", "author")]`."""
    project = run.summaries.project
    if column is None:
        return classes.words(project, held)
    table = classes.meant(project, held)
    rows = table.value.items if table is not None and isinstance(table.value, f.Collection) else ()
    cells = [row.items[column] for row in rows if isinstance(row, f.Collection) and column < len(row.items)]
    if table is None or len(cells) < len(rows):
        return None
    words = [classes.words(project, Held(table.owner, cell)) for cell in cells]
    return [word for one in words for word in one or ()] if None not in words else None


def _written(run: Run, over: f.Expr) -> Held | None:
    """Where it is said which names a loop goes through: in it, in a variable of the module or an attribute of the class."""
    this = run.lookup("self")
    if isinstance(over, f.Attr) and shapes.dotted(over.obj) == "self":
        if this is None or this.ref is None or not this.ref[0]:
            return None
        return classes.held(run.summaries.project, this.ref, over.name)
    return Held((run.path, ""), over) if isinstance(over, (f.Collection, f.Name)) else None


@remembered
def _gone_through(function: f.Function) -> dict[str, tuple[f.Expr, int | None]]:
    """What the variables of a function's loops go through, for those that are nothing else, and which part of each element
    a variable is: `for title, name in COLUMNS`."""
    found: dict[str, list[tuple[f.Expr, int | None] | None]] = {}
    for node in shapes.nodes(function.body):
        if isinstance(node, (f.For, f.Clause)):
            for name, over, column in _taken_by(node.target, node.iter):
                found.setdefault(name, []).append((over, column))
        for target in node.targets if isinstance(node, f.Assign) else ():
            if isinstance(target, f.Name):
                found.setdefault(target.id, []).append(None)
    return {name: over[0] for name, over in found.items() if len(over) == 1 and over[0] is not None}


def _taken_by(target: f.Expr, over: f.Expr) -> Iterator[tuple[str, f.Expr, int | None]]:
    """The names that a loop binds, with what they are taken of; the number that `enumerate` puts in front is none of them."""
    if isinstance(target, f.Name):
        yield target.id, over, None
        return
    parts = target.items if isinstance(target, f.Collection) else ()
    if isinstance(over, f.Call) and shapes.dotted(over.func) == "enumerate" and len(parts) == 2 and over.args:
        yield from _taken_by(parts[1], over.args[0])
        return
    for column, part in enumerate(parts):
        if isinstance(part, f.Name):
            yield part.id, over, column


def store(run: Run, target: f.Attr, base: Value, value: Value) -> None:
    """`obj.name = value`. What a method stores on itself it may read back."""
    run.assigned.add(shapes.text_of(target))
    setters.called(run, target, base, value)
    paginators.put(run, target, value)
    if base.kind == "pagination" and target.name == "items" and isinstance(target.obj, f.Name):
        # `page.items = [(book, None) for book in page.items]` puts other things in the place of a page's rows.
        run.bind(target.obj.id, base.but(of=value.of))
    if base.kind == "row" and isinstance(target.obj, f.Name) and target.obj.id in run.env:
        # What is saved later is what was put into the row.
        run.bind(target.obj.id, marked.stored(base.on(value.depends), target.name, value))
    local = isinstance(target.obj, f.Name) and target.obj.id in run.env
    if base.kind == "instance" and local and base.label not in ("self", "this"):
        # What it is asked for later is asked for what was put there.
        run.bind(shapes.dotted(target.obj), base.on(value.depends))
    if base.label in ("self", "this") and value.known:
        run.stored[target.name] = replace(value.plain(), label=shapes.text_of(target))
    else:
        hang(run, target, value)


def hang(run: Run, target: f.Attr | f.Index, value: Value) -> None:
    """`g.project = project`, `app["db"] = client`: others take it from there."""
    key = hung.put_at(target)
    if queries.is_client(value.kind) and (key or isinstance(target, f.Attr)):
        run.stored[key or shapes.text_of(target)] = value
    elif key and value.kind in ("row", "instance") and value.ref is not None:
        run.stored[key] = value.plain()
