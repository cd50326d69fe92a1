"""Which way a test goes, where what a call hands over or what a framework asks for decides it.

A branch that a call does not take costs that call nothing: `if fast: ...` after `load(fast=False)`, `if self.action ==
"list"` of the view that lists. What `not`, `and` and `or` make of tests of which some are not decided: Kleene's strong
logic of three values, https://plato.stanford.edu/entries/logic-manyvalued/#ThreKlee
"""

from __future__ import annotations

from analyzers import facts as f
from analyzers.evaluate import shapes
from analyzers.evaluate.calling import omitted
from analyzers.evaluate.presenting import asked
from analyzers.evaluate.queries import asked_cache
from analyzers.evaluate.queries.emit import LAZY_KINDS
from analyzers.evaluate.run import Run

_CONTAINERS = frozenset(("list", "tuple", "dict", "set", "str"))
_FETCHED = "_result_cache"
"""What a set of rows keeps once it was sent: https://github.com/django/django/blob/5.2/django/db/models/query.py"""


def decided(run: Run, test: f.Expr) -> bool | None:
    """What a test gives in this run; None if that is not known."""
    if isinstance(test, f.Unary) and test.op == "not":
        inner = decided(run, test.operand)
        return None if inner is None else not inner
    if isinstance(test, f.Logic) and test.op in ("and", "or"):
        answers = [decided(run, part) for part in test.parts]
        ends = test.op == "or"
        if ends in answers:
            return ends
        return None if None in answers else not ends
    for known in (asked.known, omitted.known, asked_cache.known, _of_rows, _passed):
        answer = known(run, test)
        if answer is not None:
            return answer
    return None


def _passed(run: Run, test: f.Expr) -> bool | None:
    """What a parameter, or its comparison with None, gives that the caller passed as True, False or None."""
    if isinstance(test, f.Compare):
        against = test.rights[0]
        if (
            test.ops not in (("is",), ("is not",))
            or not isinstance(against, f.Const)
            or against.kind != "none"
        ):
            return None
    name = test.left if isinstance(test, f.Compare) else test
    value = run.env.get(name.id) if isinstance(name, f.Name) else None
    if value is None or not isinstance(name, f.Name) or all(p.name != name.id for p in run.function.params):
        return None
    if value.depends != {name.id}:
        return None  # It was given another value here.
    if isinstance(test, f.Compare):
        return test.ops == ("is",) if value.kind == "none" else None
    if value.kind == "none":
        return False
    return value.const if value.kind == "bool" and isinstance(value.const, bool) else None


def _of_rows(run: Run, test: f.Expr) -> bool | None:
    """False for `isinstance(rows, list)` of a set of rows, which is none of Python's own containers, and for a test whether
    a query of its own was sent already."""
    left = test.left if isinstance(test, f.Compare) and test.ops == ("is not",) else test
    if not isinstance(left, f.Call) or len(left.args) < 2:
        return None
    named = run.lookup(left.args[0].id) if isinstance(left.args[0], f.Name) else None
    if named is None or named.kind not in LAZY_KINDS:
        return None
    asked_for, name = left.args[1], shapes.dotted(left.func)
    if name == "getattr" and isinstance(asked_for, f.Const) and asked_for.value == _FETCHED:
        return None if named.relation else False
    kinds = asked_for.items if isinstance(asked_for, f.Collection) else (asked_for,)
    is_container = all(shapes.dotted(one) in _CONTAINERS for one in kinds)
    return False if name == "isinstance" and left is test and is_container else None
