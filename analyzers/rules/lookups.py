"""Local fixes of a search in a list: a set, a dict of positions or a `Counter` made before the loop, or a set kept beside
a list that only grows."""

from __future__ import annotations

from collections.abc import Iterator

from analyzers import facts as f
from analyzers.evaluate import shapes
from analyzers.evaluate.events import Operated
from analyzers.findings import Edit, Fix, Place
from analyzers.rules import changes, edits, imports, structure
from analyzers.rules.base import Context
from analyzers.types import Value

ORDERING = frozenset(("sort", "reverse"))
"""Methods after which a list holds what it held. Source: https://docs.python.org/3/tutorial/datastructures.html"""

HASHABLE = ("str", "int", "float", "bool", "bytes", "none")


def fix(context: Context, operation: Operated, grows: bool) -> Fix | None:
    """What finds the element without searching; None where the list, or what is in it, may be another thing by then."""
    where = operation.receiver_place
    if where is None or context.language != "python":
        return None
    here = structure.home(context, operation.place)
    name = context.source(where)
    if not name.isidentifier() or here.function.kind == "lambda":
        return None
    if any(param.name == name and param.kind == "star" for param in here.function.params):
        return None  # A call writes them out: they are few.
    if grows:
        return _parallel_set(here, operation, name, where) if operation.name == "in" else None
    return _made_before(here, operation, name, where)


def _answers_alike(operation: Operated) -> bool:
    """True if a set is sure to find what the list does: it refuses to look for a list, asks for the hash of what may have an
    `==` of its own, and a sequence of texts may be one text, of which `in` finds the parts."""
    is_text = operation.receiver.kind == "sequence" and not _is_number(operation.receiver.of)
    return is_hashable(operation.argument) and not is_text


def _is_number(value: Value | None) -> bool:
    return value is not None and value.kind in ("int", "float", "bool")


def is_hashable(value: Value | None) -> bool:
    if value is None:
        return False
    if value.kind == "tuple":
        return bool(value.items) and all(is_hashable(v) for v in value.items or ())
    return value.kind in HASHABLE


# ------------------------------------------------------------------------------------------- before the loop


def _made_before(here: Context, operation: Operated, name: str, where: Place) -> Fix | None:
    if not is_hashable(operation.receiver.of):
        return None
    statement = _outermost(here, operation, name)
    if statement is None:
        return None
    if operation.name == "in":
        made, needed = _set_of(here, statement, name)
        if made is None:
            return None
        changed = (*needed, Edit(where, made))
        certain = _answers_alike(operation) and not structure.may_change_between(here, statement, name)
        return Fix(f"Build a set of `{name}` before the loop", changed, certain)
    call = structure.node_at(here, operation.place)
    if (
        not isinstance(call, f.Call)
        or len(call.args) != 1
        or call.keywords
        or isinstance(call.args[0], f.Star)
    ):
        return None
    if not is_hashable(operation.argument):
        return None
    asked = edits.source_of(here, call.args[0])
    if structure.may_change_between(here, statement, name):
        return None
    if operation.name == "count":
        return _counted(here, statement, call, name, asked)
    return _positions(here, statement, call, name, asked, operation) if operation.name == "index" else None


def _set_of(here: Context, statement: f.Stmt, name: str) -> tuple[str | None, list[Edit]]:
    """The name of a set of the same things when a statement is reached, and what makes it: none for one that is there."""
    passed = [stmt for stmt, around in shapes.leading_to(here.function.body, statement) if not around]
    for position, stmt in enumerate(passed):
        if isinstance(stmt, f.Assign) and stmt.value is not None and len(stmt.targets) == 1:
            known, between = stmt.targets[0], changes.changes_in(here, (*passed[position + 1 :], statement))
            if (
                isinstance(known, f.Name)
                and edits.source_of(here, stmt.value) == f"set({name})"
                and not between.may_change(name)
                and not between.may_change(known.id)
            ):
                return known.id, []
    fresh = edits.fresh_name(here, f"{name}_set")
    line = edits.lines_before(here, statement, [f"{fresh} = set({name})"])
    return (fresh, [line]) if line is not None else (None, [])


def _outermost(here: Context, operation: Operated, name: str) -> f.Stmt | None:
    """The statement of the outermost loop that leaves the list as it is; None if the innermost does not."""
    found: f.Stmt | None = None
    for loop in reversed(operation.loops):
        region = changes.loop_node(here, loop)
        statement = edits.statement_at(here, loop.whole) if region is not None else None
        if statement is None:
            break
        in_call = isinstance(region, f.Comprehension) and region.kind == "generator"
        whole = statement if isinstance(statement, f.While) or in_call else region
        if not changes.is_unchanged(here, whole, f.Name(0, 0, name)):
            break
        if not structure.are_bound_before(here, statement, {name}):
            break
        found = statement
    return found


def _counted(here: Context, statement: f.Stmt, call: f.Call, name: str, asked: str) -> Fix | None:
    way = imports.way_to(here, "collections", "Counter")
    if way is None:
        return None
    counter, needed = way
    fresh = edits.fresh_name(here, f"{name}_counts")
    line = edits.lines_before(here, statement, [f"{fresh} = {counter}({name})"])
    if line is None:
        return None
    return Fix(
        f"Count `{name}` once, before the loop",
        (*needed, line, edits.replaced(here, call, f"{fresh}[{asked}]")),
    )


def _positions(
    here: Context, statement: f.Stmt, call: f.Call, name: str, asked: str, operation: Operated
) -> Fix | None:
    """A dict to the first position of each value. What is not in the list raises KeyError there, not ValueError, so it is
    certain only for the list's own elements."""
    fresh = edits.fresh_name(here, f"{name}_positions")
    position, value = edits.fresh_name(here, "position"), edits.fresh_name(here, "value")
    made = f"{fresh} = {{{value}: {position} for {position}, {value} in reversed([*enumerate({name})])}}"
    line = edits.lines_before(here, statement, [made])
    if line is None:
        return None
    regions = (changes.loop_node(here, loop) for loop in operation.loops)
    own = any(_goes_through(here, region, name, asked) for region in regions)
    return Fix(
        f"Build a dict of positions in `{name}` before the loop",
        (line, edits.replaced(here, call, f"{fresh}[{asked}]")),
        certain=own,
    )


def _goes_through(here: Context, region: f._Node | None, name: str, asked: str) -> bool:
    """True for a loop over the list itself in which `asked` is the element."""
    if isinstance(region, f.Comprehension):
        first = region.clauses[0]
        own = isinstance(first.target, f.Name) and first.target.id == asked
        again = sum(asked in shapes.named(clause.target) for clause in region.clauses)
        return own and again == 1 and shapes.text_of(first.iter) == name
    return (
        isinstance(region, f.For)
        and isinstance(region.target, f.Name)
        and region.target.id == asked
        and shapes.text_of(region.iter) == name
        and asked not in changes.changes_in(here, region.body).bound
    )


# ------------------------------------------------------------------------------------------- beside the list


def _parallel_set(here: Context, operation: Operated, name: str, where: Place) -> Fix | None:
    """`seen = []` that is only appended to: keep a set of the same things beside it."""
    declared: list[f.Assign] = []
    appended: list[tuple[f.Do, f.Expr]] = []
    for stmt in shapes.walk(here.function.body):
        if isinstance(stmt, f.Assign) and any(isinstance(t, f.Name) and t.id == name for t in stmt.targets):
            declared.append(stmt)
        elif (argument := _append_to(stmt, name)) is not None and isinstance(stmt, f.Do):
            appended.append((stmt, argument))
        elif _uses_otherwise(stmt, name) and not _orders_behind(here, operation, stmt, name):
            return None
    if len(declared) != 1 or not appended or not is_hashable(operation.argument):
        return None
    value = declared[0].value
    if not isinstance(value, f.Collection) or value.kind != "list" or value.items:
        return None
    if len(declared[0].targets) != 1 or _is_shared(here, name):
        return None
    if not all(edits.is_alone(here, stmt) for stmt in (declared[0], *(do for do, _ in appended))):
        return None
    fresh = edits.fresh_name(here, f"{name}_set")
    made = [edits.line_after(here, declared[0], f"{fresh}{_annotated(here, declared[0])} = set()")]
    for stmt, argument in appended:
        if not isinstance(argument, (f.Name, f.Attr)):
            return None
        made.append(edits.line_after(here, stmt, f"{fresh}.add({shapes.text_of(argument)})"))
    put = {shapes.text_of(argument) for _, argument in appended}
    tests = [test for test in shapes.of_kind(here.function.body, f.Compare) if _seeks(test, name, put)]
    made += [edits.replaced(here, test.rights[0], fresh) for test in tests]
    made += [Edit(where, fresh)] if Edit(where, fresh) not in made else []
    search = structure.node_at(here, operation.place)
    asked = shapes.text_of(search.left) if isinstance(search, f.Compare) else ""
    same = all(shapes.text_of(argument) == asked for _, argument in appended)
    certain = same or is_hashable(operation.receiver.of)
    return Fix(f"Keep a set beside `{name}`", tuple(made), certain)


def _seeks(test: f.Compare, name: str, put: set[str]) -> bool:
    """True for `x not in seen` of one of the things that are put into the list."""
    return (
        test.ops in (("in",), ("not in",))
        and isinstance(test.rights[0], f.Name)
        and test.rights[0].id == name
        and shapes.text_of(test.left) in put
    )


def _annotated(here: Context, declared: f.Assign) -> str:
    """`: set[str]` for `names: list[str] = []`, and nothing where the list has no such annotation."""
    text = edits.source_of(here, declared.annotation) if declared.annotation is not None else ""
    kind, bracket, inner = text.partition("[")
    module, dot, last = kind.rpartition(".")
    if last not in ("list", "List") or not bracket:
        return ""
    return f": {module}{dot}{'Set' if dot else 'set'}[{inner}"


def _is_shared(here: Context, name: str) -> bool:
    """True if a function defined inside has the list in hand, or another name does before it is complete."""
    body = here.function.body
    own = sum(isinstance(n, f.Name) and n.id == name for n in shapes.nodes(body))
    everywhere = sum(isinstance(n, f.Name) and n.id == name for n in changes.all_nodes(here, body))
    aliased = any(
        isinstance(n, f.Assign) and isinstance(n.value, f.Name) and n.value.id == name
        for n in shapes.nodes(body)
    )
    return own != everywhere or aliased


def _append_to(stmt: f.Stmt, name: str) -> f.Expr | None:
    if not isinstance(stmt, f.Do) or not isinstance(stmt.value, f.Call):
        return None
    call = stmt.value
    if isinstance(call.func, f.Attr) and call.func.name == "append" and len(call.args) == 1:
        return call.args[0] if shapes.text_of(call.func.obj) == name else None
    return None


def _uses_otherwise(stmt: f.Stmt, name: str) -> bool:
    """True if a statement may change the list in a way that a set beside it would not follow."""
    if isinstance(stmt, f.Update):
        return name in _target_names((stmt.target,))
    if isinstance(stmt, (f.Assign, f.Delete)) and name in _target_names(stmt.targets):
        return True
    if isinstance(stmt, (f.If, f.For, f.While, f.With, f.Try, f.Match, f.Block)):
        return isinstance(stmt, f.For) and name in _target_names((stmt.target,))
    for node in shapes.nodes((stmt,)):
        if isinstance(node, f.Call):
            if isinstance(node.func, f.Attr) and shapes.text_of(node.func.obj) == name:
                return node.func.name not in changes.READING
            pure = isinstance(node.func, f.Name) and node.func.id in changes.PURE
            if not pure and any(isinstance(a, f.Name) and a.id == name for a in node.args):
                return True
    return False


def _orders_behind(here: Context, operation: Operated, stmt: f.Stmt, name: str) -> bool:
    """True for `seen.sort()` behind the loop."""
    func = stmt.value.func if isinstance(stmt, f.Do) and isinstance(stmt.value, f.Call) else None
    if not isinstance(func, f.Attr) or func.name not in ORDERING or shapes.text_of(func.obj) != name:
        return False
    at = here.function.start + stmt.at
    return all(at >= loop.whole.span.end for loop in operation.loops)


def _target_names(targets: tuple[f.Expr, ...]) -> Iterator[str]:
    for target in targets:
        if isinstance(target, f.Collection):
            yield from _target_names(target.items)
        else:
            root: f.Expr = target
            while isinstance(root, (f.Attr, f.Index, f.Slice, f.Star)):
                root = root.value if isinstance(root, f.Star) else root.obj
            if isinstance(root, f.Name):
                yield root.id
