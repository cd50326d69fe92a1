"""Choices of a form's field: the text of every row is shown."""

from __future__ import annotations

from msgspec.structs import replace

from analyzers import facts as f
from analyzers.conventions import classes, forms, units
from analyzers.costs import ONE
from analyzers.evaluate import class_level, expressions, queries, shapes
from analyzers.evaluate.calling import calls
from analyzers.evaluate.presenting import pages, serialising
from analyzers.evaluate.queries.emit import row
from analyzers.evaluate.run import Run
from analyzers.evaluate.turns import loops
from analyzers.project.outline import literal
from analyzers.types import UNKNOWN_VALUE, Value


def maybe(run: Run, node: f.Call) -> Value:
    """`<maybe>(value)`: what only some uses of a class do."""
    before = len(run.analysis.queries)
    value = expressions.evaluate(run, node.args[0])
    found = run.analysis.queries
    found[before:] = [replace(query, optional=True) for query in found[before:]]
    return value


def quietly(run: Run, node: f.Call) -> Value:
    """`<quietly>(value)`, or what `<resolved>` takes: what it gives, its queries being told elsewhere."""
    before = len(run.analysis.queries)
    value = resolved(run, node) if len(node.args) > 1 else expressions.evaluate(run, node.args[0])
    del run.analysis.queries[before:]
    return value


def read(run: Run, node: f.Call) -> Value:
    """`<read>(value)`: a set of rows that is handed to who reads it."""
    value = expressions.evaluate(run, node.args[0])
    if value.kind in queries.LAZY_KINDS:
        queries.touch(run, value, run.place(node), "iterate")
    return value


def rows_of_type(run: Run, node: f.Call) -> Value:
    """`<of>(value, "path", "Book")`: what a field gives; where that is not known, rows of the type's model of which it is
    not known either what was loaded with them."""
    value = expressions.evaluate(run, node.args[0])
    if value.kind != "unknown" or value.origin is not None:
        return value
    ref = (literal(node.args[1]), literal(node.args[2]))
    return Value("list", of=row(ref, None), label=value.label, depends=value.depends)


def resolved(run: Run, node: f.Call) -> Value:
    """`<resolved>(row, "path", "Type.resolver")`: a method of a type that is handed a row."""
    parent = expressions.evaluate(run, node.args[0])
    ref = (literal(node.args[1]), literal(node.args[2]))
    function = run.summaries.project.function(*ref)
    if function is None:
        return UNKNOWN_VALUE
    is_static = class_level.is_static(function)
    method = Value("function", ref=ref, bound=None if is_static else parent, label=ref[1])
    return calls.invoke(run, method, (parent,) if is_static else (), {}, run.place(node), ref[1])


def rows_of(run: Run, node: f.Call) -> Value:
    """`<rows>("Book", "path", "resolver")`: what a resolver gives, if these are rows of a model of that name."""
    name, *ref = (literal(argument) for argument in node.args)
    method = Value("function", ref=(ref[0], ref[1]), label=ref[1])
    before = len(run.analysis.queries)
    rows = calls.invoke(run, method, (UNKNOWN_VALUE, UNKNOWN_VALUE), {}, run.place(node), ref[1])
    del run.analysis.queries[before:]
    one = rows.of
    if one is None or one.kind != "row" or one.ref is None:
        return Value("list", size=ONE)
    return rows if one.ref[1].rpartition(".")[2].lower() == name.lower() else Value("list", size=ONE)


def every(run: Run, node: f.Call) -> Value:
    """`<every>(unit)`: all rows of a model. No loader can be put where nobody wrote a query."""
    rows = serialising.named(expressions.evaluate(run, node.args[0]))
    if rows.origin is None:
        return rows
    origin = replace(rows.origin, split=True)
    return rows.but(origin=origin, of=rows.of.but(origin=origin) if rows.of is not None else None)


def set_for_field(run: Run, target: f.Attr, value: Value) -> None:
    """`self.fields["book"].queryset = Book.objects.all()` in a method of a form."""
    holder = target.obj
    if target.name != "queryset" or value.kind not in queries.LAZY_KINDS or not isinstance(holder, f.Index):
        return
    key = (run.path, run.function.owner)
    project = run.summaries.project
    if shapes.dotted(holder.obj) != "self.fields" or not forms.is_form(project, key):
        return
    name = literal(holder.index)
    field = classes.held(project, key, name) if name else None
    if not name or _is_told_otherwise(run, key, name):
        return
    label = forms.label_of(project, field) if field is not None else None
    if field is not None and not forms.shows_all(project, field):
        return
    place = run.place(target)
    loops.enter(run, target, serialising.named(value), None, place, serialising.LOOP)
    one = loops.element_of(run, value)
    if label is not None and field is not None:
        bound = Value("function", ref=label, bound=UNKNOWN_VALUE, label=units.ROW)
        calls.invoke(run, bound, (one,), {}, place, forms.LABEL)
    else:
        pages.shown(run, one, place)
    run.close()


def _is_told_otherwise(run: Run, key: tuple[str, str], name: str) -> bool:
    """True if some method sets the field's widget or text, too."""
    project = run.summaries.project
    for above in classes.ancestry(project, key):
        for method in project.methods_of(*above).values():
            for node in f.walk(method.body):
                if isinstance(node, f.Attr) and node.name in ("widget", forms.LABEL):
                    obj = node.obj
                    if isinstance(obj, f.Index) and literal(obj.index) == name:
                        return True
    return False
