"""Tests that ask whether a relation of a row is at hand: where they hold, reading it sends nothing, and of rows that are
known to come with it they hold.

`"authors" in book._prefetched_objects_cache`, or a function or method of the project that says so of the row and the name it is given:

    def is_loaded(row, name):
        return name in row._state.fields_cache or name in getattr(row, "_prefetched_objects_cache", {})
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from analyzers import facts as f
from analyzers.evaluate import shapes
from analyzers.evaluate.queries.emit import join_path, prefixes
from analyzers.evaluate.remembered import of_whole
from analyzers.evaluate.run import Run
from analyzers.project import names
from analyzers.types import Value, is_certain

CACHES = ("_prefetched_objects_cache", "_state.fields_cache")
"""Where a row keeps what was loaded with it, by the names of its relations.

Sources: https://github.com/django/django/blob/5.2/django/db/models/query.py (`prefetch_one_level`) and
https://github.com/django/django/blob/5.2/django/db/models/fields/mixins.py (`FieldCacheMixin`)
"""

Asked = tuple[str, f.Expr]
"""The name of what is asked, and the relation that it is asked for."""


def holding(run: Run, test: f.Expr) -> list[tuple[str, Value]]:
    """The rows that a test is about, as they are where it holds: with the relation it asks for."""
    found: list[tuple[str, Value]] = []
    for holder, relation in _asked(run, test):
        row = run.env.get(holder)
        if row is None or row.kind != "row" or row.origin is None or not isinstance(relation, f.Const):
            continue
        loaded = prefixes(join_path(row.path, str(relation.value)))
        origin = replace(row.origin, prefetches=row.origin.prefetches.union(loaded))
        found.append((holder, row.but(origin=origin)))
    return found


def known(run: Run, test: f.Expr, followed: frozenset[str] = frozenset()) -> bool | None:
    """True for a test that holds of a row since its query loads what is asked for, False for its opposite; None for any other.

    `"books" in row._prefetched_objects_cache`, `row._prefetched_objects_cache.get("books") is not None`, `hasattr(row, "loaded")`
    after `Prefetch("books", to_attr="loaded")`, also by a name that was given what a row keeps. `followed` are the names by which
    this was come to: `x = x if x is not None else Y()` asks for the very name that it gives.
    """
    if isinstance(test, f.Compare) and len(test.ops) == 1 and shapes.is_none(test.rights[0]):
        if test.ops[0] not in ("is", "is not") or not _is_taken_out(run, test.left, followed):
            return None
        return test.ops[0] == "is not"
    if isinstance(test, f.Compare) and test.ops == ("not in",):
        held = known(run, replace(test, ops=("in",)), followed)
        return None if held is None else not held
    if (
        isinstance(test, f.Call)
        and len(test.args) > 1
        and shapes.dotted(test.func) in ("hasattr", "isinstance")
    ):
        return _has(run, test) or None
    return any(_is_loaded(run, holder, relation) for holder, relation in _asked(run, test)) or None


def _has(run: Run, test: f.Call) -> bool:
    """`hasattr(row, "loaded")`, `isinstance(cache, dict)`."""
    if shapes.dotted(test.func) == "isinstance":
        return bool(_kept_by(run, test.args[0])) and shapes.dotted(test.args[1]) == "dict"
    row, name = run.lookup(shapes.dotted(test.args[0])), test.args[1]
    if row is None or row.kind != "row" or row.origin is None or not isinstance(name, f.Const):
        return False
    if name.value == CACHES[0]:
        return bool(row.origin.prefetches)
    at = join_path(row.path, str(name.value))
    return any(path.startswith(f"{at}=") for path in row.origin.prefetches)


def _is_taken_out(run: Run, node: f.Expr, followed: frozenset[str]) -> bool:
    """True for `cache.get("books")` of a row that came with its books, or a name that was given it first."""
    if isinstance(node, f.Name):
        if node.id in followed:
            return False
        followed |= {node.id}
        node = _first_given(run, node)
    if isinstance(node, f.Choose) and known(run, node.test, followed):
        node = node.then
    if (
        not isinstance(node, f.Call)
        or shapes.called(node) != "get"
        or not node.args
        or not isinstance(node.func, f.Attr)
    ):
        return False
    return _is_loaded(run, _kept_by(run, node.func.obj), node.args[0])


def _first_given(run: Run, node: f.Expr) -> f.Expr:
    given = of_whole(shapes.first_given, run.function.body, node.id) if isinstance(node, f.Name) else None
    return node if given is None else given


def _is_loaded(run: Run, holder: str, relation: f.Expr) -> bool:
    """True for rows that came with a relation, and for those of whose query nothing is known: they may have."""
    row = run.lookup(holder) if holder and isinstance(relation, f.Const) else None
    if row is None or row.kind != "row" or not isinstance(relation, f.Const):
        return False
    path = join_path(row.path, str(relation.value))
    return row.origin is None or path in row.origin.prefetches or not is_certain(row.origin, path)


def is_at_hand(run: Run, body: tuple[f.Stmt, ...]) -> bool:
    """True where a `try` begins with what a row keeps and was loaded with: `self._prefetched_objects_cache["books"]`.

    What it does where that is missing is not done for such a row.
    """
    first = body[0] if body else None
    for node in shapes.nodes((first,)) if isinstance(first, (f.Do, f.Assign, f.Return)) else ():
        if not isinstance(node, f.Index) or not isinstance(node.index, f.Const):
            continue
        holder, _, cache = shapes.dotted(node.obj).partition(".")
        row = run.lookup(holder) if cache in CACHES else None
        if row is not None and row.kind == "row" and row.origin is not None:
            return join_path(row.path, str(node.index.value)) in row.origin.prefetches
    return False


class where:
    """What is run in here is run only where a test holds: the rows that it is about are as they are then."""

    __slots__ = ("_before", "_rows", "_run")

    def __init__(self, run: Run, test: f.Expr) -> None:
        self._run, self._rows = run, holding(run, test)
        self._before = [(name, run.env[name]) for name, _ in self._rows]

    def __enter__(self) -> None:
        for name, value in self._rows:
            self._run.bind(name, value)

    def __exit__(self, *_: object) -> None:
        for name, value in self._before:
            self._run.bind(name, value)


def _asked(run: Run, test: f.Expr) -> Iterator[Asked]:
    if isinstance(test, f.Logic) and test.op == "and":
        for part in test.parts:
            yield from _asked(run, part)
    elif isinstance(test, f.Call):
        yield from _of_helper(run, test)
    elif isinstance(test, f.Compare) and test.ops == ("in",):
        holder = _kept_by(run, test.rights[0])
        if holder:
            yield holder, test.left


def _kept_by(run: Run, node: f.Expr) -> str:
    """The row whose cache an expression is, also by a name that was given it first; "" for anything else."""
    return _owner(node) or _owner(_first_given(run, node))


def _owner(kept: f.Expr) -> str:
    """`row` of `row._prefetched_objects_cache` and of `getattr(row, "_prefetched_objects_cache", {})`."""
    if isinstance(kept, f.Call) and shapes.dotted(kept.func) == "getattr" and len(kept.args) > 1:
        named = kept.args[1].value if isinstance(kept.args[1], f.Const) else ""
        text = f"{shapes.dotted(kept.args[0])}.{named}"
    else:
        text = shapes.dotted(kept)
    holder, _, cache = text.partition(".")
    return holder if cache in CACHES else ""


def _of_helper(run: Run, call: f.Call) -> Iterator[Asked]:
    """A call of a function of the project that gives True for what a row keeps, and for nothing else."""
    function = _called(run, call)
    if function is None or not function.params:
        return
    given = dict(zip((param.name for param in function.params), _handed(function, call), strict=False))
    for holder, relation in _answers(function):
        row, named = given.get(holder), given.get(relation.id) if isinstance(relation, f.Name) else relation
        if isinstance(row, f.Name) and named is not None:
            yield row.id, named


def _called(run: Run, call: f.Call) -> f.Function | None:
    project, name = run.summaries.project, shapes.dotted(call.func)
    if isinstance(call.func, f.Attr) and isinstance(call.func.obj, f.Name):
        row = run.lookup(call.func.obj.id)
        if row is not None and row.kind == "row" and row.ref is not None and row.ref[0]:
            method = names.member(project, *row.ref, call.func.name)
            return project.function(method.path, method.qualname) if method is not None else None
    found = names.resolve(project, run.path, name, run.function.qualname) if name else None
    if found is None or found[1] or found[0].kind != "function":
        return None
    return project.function(found[0].path, found[0].qualname)


def _handed(function: f.Function, call: f.Call) -> tuple[f.Expr, ...]:
    bound = function.owner and isinstance(call.func, f.Attr)
    return (call.func.obj, *call.args) if bound and isinstance(call.func, f.Attr) else call.args


def _answers(function: f.Function) -> list[Asked]:
    """What a function asks of the caches of its parameters, if it is true of nothing else."""
    found: list[Asked] = []
    for step in function.body:
        if isinstance(step, f.Return):
            told = _parts(step.value)
        elif isinstance(step, f.If) and not step.otherwise and _gives_true(step.body):
            told = _parts(step.test)
        elif isinstance(step, f.Do) and isinstance(step.value, f.Const):
            continue  # What the function is for.
        else:
            return []
        if told is None:
            return []
        found += told
    return found if len({(holder, shapes.text_of(relation)) for holder, relation in found}) == 1 else []


def _parts(test: f.Expr | None) -> list[Asked] | None:
    """What a test asks of the caches on each way to hold; None if it may hold without."""
    if isinstance(test, f.Const) and not test.value:
        return []
    if isinstance(test, f.Logic) and test.op == "or":
        ways = [_parts(part) for part in test.parts]
        return None if None in ways else [one for way in ways for one in way or ()]
    if isinstance(test, f.Logic) and test.op == "and":
        return next((found for part in test.parts if (found := _parts(part))), None)
    if isinstance(test, f.Call) and shapes.dotted(test.func) == "bool" and len(test.args) == 1:
        return _parts(test.args[0])
    if test is None:
        return []
    holder = _owner(test.rights[0]) if isinstance(test, f.Compare) and test.ops == ("in",) else ""
    return [(holder, test.left)] if isinstance(test, f.Compare) and holder else None


def _gives_true(body: tuple[f.Stmt, ...]) -> bool:
    only = body[0] if len(body) == 1 else None
    return isinstance(only, f.Return) and isinstance(only.value, f.Const) and only.value.value is True
