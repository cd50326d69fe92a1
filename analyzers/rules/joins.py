"""The local fix of a nested scan: group the rows by their key in a dict before the outer loop, and look each key up.

Order and duplicates stay as they are: the dict holds, for each key, the rows in the order in which the scan met them.
`break`, `return` and `else` of the inner loop see the same rows as before, without those that were passed over.
"""

from __future__ import annotations

from typing import NamedTuple

from analyzers import facts as f
from analyzers.evaluate import shapes
from analyzers.evaluate.events import Compared, Loop
from analyzers.findings import Edit, Fix, Place
from analyzers.rules import changes, edits, structure
from analyzers.rules.base import Context
from analyzers.text import Span

EXACT = frozenset(("int", "str", "bytes", "bool", "none"))
"""Kinds for which `==` and a dict agree. A float may be NaN, which is equal to nothing and yet found in a dict."""


class Join(NamedTuple):
    """A nested scan taken apart: `rows` are gone through as `row`, whose `key` is compared with `wanted`."""

    here: Context
    statement: f.Stmt  # the lines go before it
    outer: f._Node
    inner: f.For | f.Comprehension
    clause: f.Clause | None  # of the inner comprehension
    rows: f.Expr
    row: str
    key: f.Expr
    wanted: f.Expr
    test: f.Compare
    certain: bool


def fix(context: Context, outer: Loop, inner: Loop, compared: Compared) -> Fix | None:
    """The scan as a look-up; None where its parts are not simple enough to tell."""
    join = _taken_apart(context, outer, inner, compared)
    if join is None:
        return None
    changed = _first_match(join) or _any_match(join) or _in_loop(join) or _in_comprehension(join)
    if changed is None:
        return None
    name = f"`{edits.source_of(join.here, join.rows)}`"
    return Fix(f"Build a dict of {name} once, before the loop", tuple(changed), join.certain)


def _taken_apart(context: Context, outer: Loop, inner: Loop, compared: Compared) -> Join | None:
    here = structure.home(context, inner.whole)
    if here.language != "python" or here.function.kind == "lambda":
        return None
    outside, inside = changes.loop_node(here, outer), changes.loop_node(here, inner)
    test = structure.node_at(here, compared.place)
    if outside is None or not isinstance(inside, (f.For, f.Comprehension)) or not isinstance(test, f.Compare):
        return None
    clause = _clause_of(here, inside, inner) if isinstance(inside, f.Comprehension) else None
    part = clause if isinstance(inside, f.Comprehension) else inside
    statement = edits.statement_at(here, outer.whole)
    if part is None or not isinstance(part.target, f.Name) or statement is None or part.is_async:
        return None
    if isinstance(statement, f.While) or not shapes.dotted(part.iter) or test.ops != ("==",):
        return None
    row = part.target.id
    sides = (test.left, test.rights[0])
    key, wanted = sides if _root(sides[0]) == row else sides[::-1]
    if not _is_simple(key) or not _is_simple(wanted) or _root(key) != row or _root(wanted) == row:
        return None
    if not structure.are_bound_before(here, statement, changes.names_read(here, part.iter)):
        return None
    region = changes.changes_in(here, outside)
    if not changes.is_unchanged(here, outside, part.iter, region):
        return None
    written = {*_attributes(key), *_attributes(wanted)} & region.attributes
    if written or (isinstance(inside, f.For) and _is_used_outside(here, row, inside)):
        return None
    body = changes.changes_in(here, inside.body) if isinstance(inside, f.For) else changes.Changes()
    if _root(wanted) in body.bound:
        return None
    kinds = {compared.left.kind, compared.right.kind}
    if kinds & {"list", "set", "dict", "deque", "iterator"} or inner.over.kind in (
        "iterator",
        "file",
        "iterable",
    ):
        return None
    waits = structure.may_change_between(here, statement, _root(part.iter))
    touched = body.may_change(shapes.text_of(wanted)) or any(changes.root_of(t) == row for t in body.touched)
    certain = kinds <= EXACT and inner.over.kind in changes.AGAIN and not waits and not touched
    return Join(here, statement, outside, inside, clause, part.iter, row, key, wanted, test, certain)


def _clause_of(here: Context, node: f.Comprehension, loop: Loop) -> f.Clause | None:
    return next((c for c in node.clauses if edits.absolute(here, c) == loop.place), None)


def _root(node: f.Expr) -> str:
    return changes.root_of(shapes.text_of(node))


def _is_simple(node: f.Expr) -> bool:
    """A name, attributes and constant items of it: evaluated any number of times, it does the same."""
    while isinstance(node, (f.Attr, f.Index)):
        if isinstance(node, f.Index) and not isinstance(node.index, f.Const):
            return False
        node = node.obj
    return isinstance(node, f.Name)


def _attributes(node: f.Expr) -> set[str]:
    return {part.name for part in shapes.nodes(node) if isinstance(part, f.Attr)}


def _is_used_outside(here: Context, name: str, inside: f._Node) -> bool:
    """True if a loop's name is read elsewhere: there it might have held the last row."""
    for node in changes.all_nodes(here, here.function.body):
        if (
            isinstance(node, f.Name)
            and node.id == name
            and not (inside.at <= node.at and node.to <= inside.to)
        ):
            return True
        if isinstance(node, f.Scope) and name in node.names:
            return True
    facts = here.project.facts(here.path) if here.function.kind == "module" else None
    if facts is None:
        return False
    others = (n for function in facts.functions[1:] for n in shapes.nodes(function.body))
    return any(isinstance(node, f.Name) and node.id == name for node in others)


# ---------------------------------------------------------------------------------------------------- shapes


def _lines(join: Join, table: str, grouped: bool) -> Edit | None:
    """The lines that fill the table: every row under its key, or the first one only."""
    here, row = join.here, join.row
    if isinstance(join.inner, f.Comprehension) and _is_used_outside(here, row, join.inner):
        row = edits.fresh_name(here, row)
    key = row + edits.source_of(here, join.key)[len(join.row) :]
    rows, step = edits.source_of(here, join.rows), edits.indent_step(here, join.statement)
    put = f"{table}.setdefault({key}, []).append({row})" if grouped else f"{table}.setdefault({key}, {row})"
    return edits.lines_before(
        here, join.statement, [f"{table} = {{}}", f"for {row} in {rows}:", f"{step}{put}"]
    )


def _table_name(join: Join) -> str:
    key = edits.plain_name(edits.source_of(join.here, join.key)[len(join.row) :] or "value")
    return edits.fresh_name(join.here, f"{edits.plain_name(shapes.dotted(join.rows))}_by_{key}")


def _parent_call(join: Join, name: str) -> f.Call | None:
    """The call `name(<the comprehension>, ...)` around the inner loop."""
    for node in shapes.nodes(join.here.function.body):
        if isinstance(node, f.Call) and node.args and node.args[0] is join.inner:
            return node if shapes.dotted(node.func) == name and not node.keywords else None
    return None


def _is_whole_filter(join: Join) -> bool:
    """`row for row in rows if row.key == wanted`, and nothing else."""
    inner = join.inner
    return (
        isinstance(inner, f.Comprehension)
        and len(inner.clauses) == 1
        and inner.clauses[0].conditions == (join.test,)
        and isinstance(inner.value, f.Name)
        and inner.value.id == join.row
    )


def _first_match(join: Join) -> list[Edit] | None:
    """`next((row for row in rows if row.key == wanted), default)` is `table.get(wanted, default)`."""
    call = _parent_call(join, "next")
    if call is None or len(call.args) != 2 or not _is_whole_filter(join):
        return None
    default = call.args[1]
    if not isinstance(default, f.Const):
        return None
    table = _table_name(join)
    lines = _lines(join, table, grouped=False)
    wanted = edits.source_of(join.here, join.wanted)
    more = "" if default.kind == "none" else f", {edits.source_of(join.here, default)}"
    return (
        [lines, edits.replaced(join.here, call, f"{table}.get({wanted}{more})")]
        if lines is not None
        else None
    )


def _any_match(join: Join) -> list[Edit] | None:
    """`any(row.key == wanted for row in rows)` is `wanted in keys`."""
    call = _parent_call(join, "any")
    inner = join.inner
    if call is None or not isinstance(inner, f.Comprehension) or inner.value is not join.test:
        return None
    if len(inner.clauses) != 1 or inner.clauses[0].conditions:
        return None
    here = join.here
    rows, key = edits.source_of(here, join.rows), edits.source_of(here, join.key)
    kind = edits.plain_name(key[len(join.row) :] or "value")
    keys = edits.fresh_name(here, f"{edits.plain_name(shapes.dotted(join.rows))}_{kind}s")
    line = edits.lines_before(here, join.statement, [f"{keys} = {{{key} for {join.row} in {rows}}}"])
    found = f"{edits.source_of(here, join.wanted)} in {keys}"
    found = f"({found})" if _is_bound_closely(here, call) else found
    return [line, edits.replaced(here, call, found)] if line is not None else None


def _is_bound_closely(here: Context, call: f.Call) -> bool:
    """True for an operand of what binds as closely as `in` does, or closer."""
    for node in shapes.nodes(here.function.body):
        parts: tuple[f.Expr | None, ...] = ()
        match node:
            case f.Compare():
                parts = (node.left, *node.rights)
            case f.Binary():
                parts = (node.left, node.right)
            case f.Unary():
                parts = (node.operand,) if node.op != "not" else ()
            case f.Attr() | f.Index() | f.Slice():
                parts = (node.obj,)
        if any(part is call for part in parts):
            return True
    return False


def _looked_up(join: Join, table: str) -> str:
    return f"{table}.get({edits.source_of(join.here, join.wanted)}, ())"


def _in_comprehension(join: Join) -> list[Edit] | None:
    """`for row in rows if row.key == wanted` is `for row in table.get(wanted, ())`."""
    clause = join.clause
    if clause is None or not clause.conditions or clause.conditions[0] is not join.test:
        return None
    table = _table_name(join)
    lines = _lines(join, table, grouped=True)
    if lines is None:
        return None
    here, start = join.here, join.here.function.start
    gap = Place(here.path, Span(start + clause.iter.to, start + join.test.to))
    if here.source(gap).partition("if")[0].strip() or "#" in here.source(gap):
        return None  # Brackets or comments in between.
    end = start + clause.to
    if here.source(Place(here.path, Span(start + join.test.to, end))).lstrip().startswith(")"):
        return None
    whole = Place(here.path, Span(start + clause.iter.at, start + join.test.to))
    return [lines, Edit(whole, _looked_up(join, table))]


def _in_loop(join: Join) -> list[Edit] | None:
    """`for row in rows:` with `if row.key == wanted:` as its body is `for row in table.get(wanted, ()):` without it."""
    if not isinstance(join.inner, f.For):
        return None
    branch = join.inner.body[0]
    if len(join.inner.body) != 1 or not isinstance(branch, f.If) or branch.otherwise or not branch.body:
        return None
    if branch.test is join.test:
        opened = _without_test(join.here, branch)
    elif isinstance(branch.test, f.Logic) and branch.test.op == "and" and branch.test.parts[0] is join.test:
        opened = _without_first_part(join.here, branch.test)
    else:
        return None
    table = _table_name(join)
    lines = _lines(join, table, grouped=True)
    if opened is None or lines is None:
        return None
    return [lines, edits.replaced(join.here, join.rows, _looked_up(join, table)), opened]


def _without_first_part(here: Context, test: f.Logic) -> Edit | None:
    """`a == b and rest` is `rest`."""
    start = here.function.start
    between = here.source(Place(here.path, Span(start + test.parts[0].to, start + test.parts[1].at)))
    if between.strip() != "and" or "\n" in between:
        return None
    return Edit(Place(here.path, Span(start + test.parts[0].at, start + test.parts[1].at)), "")


def _without_test(here: Context, branch: f.If) -> Edit | None:
    """The body of an `if`, one level to the left; comments stay. None where a string would be moved with it."""
    text, start = here.text, here.function.start
    head, first = text.line_of(start + branch.at), text.line_of(start + branch.body[0].at)
    if head == first:
        return Edit(Place(here.path, Span(start + branch.at, start + branch.body[0].at)), "")
    after_test = Span(start + branch.test.to, text.line_span(head).end)
    rest = text.slice(after_test)
    if text.line_of(start + branch.test.to) != head or rest.lstrip(" )\t")[:1] != ":":
        return None
    if any(
        _spans_lines(here, node)
        for node in shapes.nodes(branch.body)
        if isinstance(node, (f.Const, f.Template))
    ):
        return None
    outer, inner = text.indent_of(head), text.indent_of(first)
    last = text.line_of(max(start + branch.body[-1].to - 1, 0))
    while last + 1 < text.line_count and text.line_text(last + 1).startswith(f"{inner}#"):
        last += 1
    lines: list[str] = []
    comment = rest.partition("#")[2].rstrip()
    if comment:
        lines.append(f"{outer}#{comment}")
    for number in range(head + 1, last + 1):
        line = text.line_text(number).rstrip()
        lines.append(outer + line[len(inner) :] if line.startswith(inner) else line)
    whole = Span(text.line_starts[head], text.line_span(last).end)
    return Edit(Place(here.path, whole), text.newline.join(lines))


def _spans_lines(here: Context, node: f._Node) -> bool:
    span = edits.absolute(here, node).span
    is_text = not isinstance(node, f.Const) or node.kind in ("str", "bytes")
    return is_text and here.text.line_of(span.start) != here.text.line_of(max(span.end - 1, span.start))
