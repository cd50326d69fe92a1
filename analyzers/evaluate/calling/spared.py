"""Queries that a call spares by handing over what they would give: `def total(order, prices=None)` asks for prices only
if it is given none, so `total(order, prices)` in a loop asks for nothing.

A query that is sent where a parameter was left out is written down with that parameter; whoever calls the function
knows whether it was. The same goes for what a row's method asks if the row is new, or if it is not (`if not self.pk`):
whoever calls it may know that the row is one of a query, or was made a line before; and of what is asked if a row came
without an attribute (`hasattr(self, "taken")`): whoever calls it knows what the row's query puts there. What is asked where a parameter is a key
(`if isinstance(book, int): book = Book.objects.get(pk=book)`) is spared for a row; what a template shows without a row
(`{% if not event %}`) for a page that has one; and what is asked of a mapping that has a member (`if ("key" in log)`) for one
that is written out without it.
"""

from __future__ import annotations

from collections.abc import Mapping

from analyzers import facts as f
from analyzers import templates
from analyzers.evaluate import evidence, shapes
from analyzers.evaluate.events import Queried
from analyzers.evaluate.evidence import ALL_MEMBERS
from analyzers.evaluate.queries.django_loaders import fills
from analyzers.evaluate.queries.emit import FETCHED, MADE
from analyzers.evaluate.remembered import of_whole
from analyzers.evaluate.run import Run
from analyzers.types import Value

NEW = "new"
KEPT = "kept"

ROW = "row"

HAS, LACKS = "+", "-"
"""Begin the names of members that a mapping has, or lacks: `log:-key`."""

PLAIN = frozenset(("int", "str", "bytes", "float", "bool", "UUID", "uuid.UUID"))
"""What a key is: no row is one of these."""

KEYS = ("pk", "id", "_state.adding")
"""Attributes by which a row tells whether it is in the database already; the last says that it is not."""

SAVERS = ("save", "asave")
"""Methods after which a row that was made is a new one no more."""


class where:
    """What is run in here is run only if a parameter was left out; "" for none.

    Every branch is run in one of these, so it is no generator: that takes three times as long.
    """

    __slots__ = ("_before", "_name", "_run")

    def __init__(self, run: Run, name: str) -> None:
        self._run, self._name, self._before = run, name, run.spared

    def __enter__(self) -> None:
        if self._name:
            self._run.spared = self._before | {self._name}

    def __exit__(self, *_: object) -> None:
        self._run.spared = self._before


def left_out(run: Run, test: f.Expr) -> tuple[str, str]:
    """The parameter that is known to be left out where a test holds, and the one where it does not; "" for none."""
    if isinstance(test, f.Unary) and test.op == "not":
        holds, fails = left_out(run, test.operand)
        return fails, holds
    if isinstance(test, f.Logic) and test.op in ("and", "or"):
        sides = [left_out(run, part)[test.op == "or"] for part in test.parts]
        known = next(filter(None, sides), "")
        return ("", known) if test.op == "or" else (known, "")
    if isinstance(test, f.Compare) and test.ops in (("is",), ("==",), ("is not",), ("!=",)):
        other = test.rights[0]
        found = _of_row(run, test.left) if shapes.is_none(other) else ("", "")
        found = found if any(found) else ("", _parameter(run, test.left, other))
        return found[::-1] if test.ops[0] in ("is", "==") else found
    if isinstance(test, f.Compare) and test.ops in (("in",), ("not in",)):
        found = _of_member(run, test.left, test.rights[0])
        return found if test.ops[0] == "in" else found[::-1]
    asked = _of_type(run, test)
    found = asked if any(asked) else _of_row(run, test)
    return found if any(found) else ("", _parameter(run, test, None))


def _of_type(run: Run, node: f.Expr) -> tuple[str, str]:
    """`isinstance(book, int)` is false of a row, and `isinstance(book, Book)` true."""
    if not isinstance(node, f.Call) or len(node.args) != 2 or shapes.dotted(node.func) != "isinstance":
        return "", ""
    holder = shapes.dotted(node.args[0])
    if not any(param.name == holder for param in run.function.params):
        return "", ""
    kinds = node.args[1].items if isinstance(node.args[1], f.Collection) else (node.args[1],)
    if all(shapes.dotted(kind) in PLAIN for kind in kinds):
        return f"{holder}:{ROW}", ""
    claimed = evidence.value_of(run, kinds[0]) if len(kinds) == 1 else None
    model = claimed.ref if claimed is not None and claimed.kind == "row" else None
    return ("", f"{holder}:{ROW} {'#'.join(model)}") if model else ("", "")


def _of_member(run: Run, name: f.Expr, holder: f.Expr) -> tuple[str, str]:
    """`"key" in log` is false of a mapping without that member, and true of one that has it."""
    if not isinstance(name, f.Const) or not isinstance(name.value, str) or not isinstance(holder, f.Name):
        return "", ""
    value = run.env.get(holder.id)
    if value is None or value.depends != {holder.id} or all(p.name != holder.id for p in run.function.params):
        return "", ""
    return f"{holder.id}:{LACKS}{name.value}", f"{holder.id}:{HAS}{name.value}"


def _of_row(run: Run, node: f.Expr) -> tuple[str, str]:
    attribute = _attribute(run, node)
    return ("", attribute) if attribute else _of_key(run, node)


def _attribute(run: Run, node: f.Expr) -> str:
    """`hasattr(self, "taken")`, `getattr(self, "taken", None)`, or a variable that began as one: what is asked where that
    is false is spared for rows whose query fills `taken`."""
    if isinstance(node, f.Name):
        began = of_whole(shapes.first_given, run.function.body, node.id)
        return _attribute(run, began) if isinstance(began, f.Call) else ""
    if not isinstance(node, f.Call) or len(node.args) < 2 or not isinstance(node.args[1], f.Const):
        return ""
    called = shapes.dotted(node.func)
    if called != "hasattr" and not (
        called == "getattr" and len(node.args) == 3 and shapes.is_none(node.args[2])
    ):
        return ""
    holder = shapes.dotted(node.args[0])
    return f"{holder}:.{node.args[1].value}" if any(p.name == holder for p in run.function.params) else ""


def _of_key(run: Run, node: f.Expr) -> tuple[str, str]:
    """`self.pk` is true of rows that are kept: what is asked then is spared for new ones, and the other way round."""
    holder, _, name = shapes.dotted(node).partition(".")
    if name not in KEYS or all(p.name != holder for p in run.function.params):
        return "", ""
    kept, new = f"{holder}:{KEPT}", f"{holder}:{NEW}"
    return (kept, new) if name == "_state.adding" else (new, kept)


def _parameter(run: Run, node: f.Expr, other: f.Expr | None) -> str:
    """The name of a parameter that stands for what it was called with, if it is compared with its default."""
    if not isinstance(node, f.Name):
        return ""
    param = next((p for p in run.function.params if p.name == node.id), None)
    value = run.env.get(node.id)
    if param is None or value is None or value.depends != frozenset({node.id}):
        return ""
    if run.function.kind == templates.KIND:
        return param.name if other is None else ""
    if param.default is None:
        return ""
    if other is None or shapes.is_none(other):
        return param.name if shapes.is_none(param.default) else ""
    same = isinstance(other, f.Name) and isinstance(param.default, f.Name) and other.id == param.default.id
    return param.name if same else ""


def ends(without: frozenset[str], handed: Mapping[str, Value]) -> bool:
    """True for a call of a function to itself that it makes only without a parameter, and that hands a row over for it."""
    return any(name in handed and handed[name].kind == "row" for name in without)


def returned_above(run: Run, node: f.If) -> str:
    """`if prices is not None: return prices[...]`: what follows is for a call without."""
    leaves = bool(node.body) and isinstance(node.body[-1], f.Return) and not node.otherwise
    return left_out(run, node.test)[1] if leaves else ""


def still(
    run: Run, function: f.Function, query: Queried, bound: Mapping[str, Value]
) -> frozenset[str] | None:
    """The caller's own parameters that would spare a callee's query; None if the call spares it."""
    found: set[str] = set()
    for name in query.unless:
        holder, _, state = name.partition(":")
        value = bound.get(holder)
        if state.startswith((HAS, LACKS)):
            if value is None:
                continue
            if value.evidence == ALL_MEMBERS:
                if (state[1:] in dict(value.entries)) == state.startswith(HAS):
                    return None
            elif (own := _own(run, value)) is not None and own.name == value.label:
                found.add(f"{own.name}:{state}")
            continue
        if state:
            if value is None or value.kind != "row":
                continue
            if _is_so(function, value, state):
                return None
            own = _own(run, value)
            if own is not None and value.evidence not in (MADE, FETCHED):
                found.add(f"{own.name}:{state}")
            continue
        if value is None or value.kind == "none":
            continue
        handed_on = _handed_on(run, value)
        if handed_on:
            found.add(handed_on)
        elif function.kind == templates.KIND:
            if value.kind == "row":
                return None
        elif value.known or not shapes.is_none(
            next((p.default for p in function.params if p.name == name), None)
        ):
            return None
    return frozenset(found)


def _is_so(function: f.Function, row: Value, state: str) -> bool:
    """True for a row that is known to be new, to be kept, to be one of a model, or to have an attribute (`.name`)."""
    if state.partition(" ")[0] == ROW:
        return _is_of_type(row, state)
    if state.startswith("."):
        return fills(row.origin, row.path, state[1:])
    if state == NEW:
        return row.evidence == MADE and function.name in SAVERS
    return row.evidence == FETCHED


def by_row(query: Queried, name: str, value: Value) -> bool:
    """True if a query is spared by a call that hands over a row under a name, whatever the row is."""
    states = (state for holder, _, state in (one.partition(":") for one in query.unless) if holder == name)
    return value.kind == "row" and any(
        state.partition(" ")[0] == ROW and _is_of_type(value, state) for state in states
    )


def _is_of_type(row: Value, state: str) -> bool:
    return state == ROW or (row.ref is not None and state == f"{ROW} {'#'.join(row.ref)}")


def _own(run: Run, value: Value) -> f.Param | None:
    """The caller's own parameter that a value is made of alone."""
    return next((p for p in run.function.params if value.depends == {p.name}), None)


def _handed_on(run: Run, value: Value) -> str:
    """The caller's parameter that is None itself unless it is given, and is handed on as it is."""
    own = _own(run, value)
    if own is None or own.name != value.label:
        return ""
    if run.function.kind == templates.KIND:
        return "" if value.kind == "row" else own.name
    return own.name if own.default is not None else ""
