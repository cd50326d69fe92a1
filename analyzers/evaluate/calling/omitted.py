"""What a call leaves out. In a script a parameter is `undefined` then, or the empty object that is its default; in Python it
is its default.

A branch for an option that no call gives is not taken: `if (options?.signed) ...` after `present(book)`. What a function asks
for an attribute without having looked whether it is there is never None, though: a decorator puts a session in its place.
Source: https://tc39.es/ecma262/#sec-functiondeclarationinstantiation
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from analyzers import facts as f
from analyzers.costs import ONE
from analyzers.evaluate import shapes
from analyzers.evaluate.calling.arguments import SPREAD
from analyzers.evaluate.remembered import of_whole, remembered
from analyzers.evaluate.run import Run
from analyzers.types import NONE, Value

_EMPTY = "{}"
"""The `relation` of an object that holds nothing because no options were given."""


def standing_for(param: f.Param) -> Value | None:
    """What a parameter that a call leaves out holds; None where that is not known."""
    if param.kind != "positional" or not param.name:
        return None
    if param.default is None:
        return NONE
    is_empty = isinstance(param.default, f.Mapping) and not param.default.values
    return Value("dict", size=ONE, relation=_EMPTY) if is_empty else None


def defaults(function: f.Function, given: Collection[str]) -> dict[str, Value]:
    """What the parameters of a function of Python hold that a call leaves at None or at a truth value. What something else
    fills in, the body asks for attributes without a test."""
    left: dict[str, Value] = {}
    for param in function.params:
        default = param.default
        if param.name in given or not isinstance(default, f.Const):
            continue
        if default.kind == "bool":
            left[param.name] = Value("bool", size=ONE, const=default.value)
        elif default.kind == "none" and param.name not in _asked_untested(function):
            left[param.name] = NONE
    return left


@remembered
def _asked_untested(function: f.Function) -> frozenset[str]:
    asked: set[str] = set()
    seen: dict[str, int] = {}
    for node in shapes.nodes(function.body):
        if isinstance(node, f.Name):
            seen[node.id] = seen.get(node.id, 0) + 1
        elif isinstance(node, f.Attr) and isinstance(node.obj, f.Name):
            asked.add(node.obj.id)
            seen[node.obj.id] = seen.get(node.obj.id, 0) - 1
        elif isinstance(node, f.Call):
            for given in (*node.args, *(keyword.value for keyword in node.keywords)):
                if isinstance(given, f.Name):
                    seen[given.id] = seen.get(given.id, 0) - 1
    return frozenset(name for name in asked if seen[name] <= 0)


def known(run: Run, test: f.Expr) -> bool | None:
    """False for `options.limit`, in Python `options.get("limit")`, of a parameter to which no options were given; None for any
    other test."""
    if run.language == "python":
        name = _looked_up(test)
    else:
        name = test.obj.id if isinstance(test, f.Attr) and isinstance(test.obj, f.Name) else ""
    if not name:
        return None
    value = run.env.get(name)
    if value is None or value.depends != {name} or not (value.kind == "none" or value.relation == _EMPTY):
        return None
    if all(param.name != name for param in run.function.params) or of_whole(_is_changed, run.function, name):
        return None
    return False


_PUTTING = ("setdefault", "update")
"""Methods by which a mapping of Python's gets more."""


def _is_changed(function: f.Function, name: str) -> bool:
    """True if a function itself puts something into an object: `options.limit = 10`, `Object.assign(options, more)`."""
    put_into: list[f.Expr] = []
    for node in shapes.nodes(function.body):
        if isinstance(node, f.Assign):
            put_into += [target.obj for target in node.targets if isinstance(target, (f.Attr, f.Index))]
        elif isinstance(node, f.Call) and shapes.called(node) == "assign":
            put_into += node.args[:1]
        elif isinstance(node, f.Call) and shapes.called(node) in _PUTTING and isinstance(node.func, f.Attr):
            put_into.append(node.func.obj)
    return any(isinstance(held, f.Name) and held.id == name for held in put_into)


def left_out(
    function: f.Function,
    bound: Mapping[str, Value],
    values: tuple[Value, ...],
    keywords: Mapping[str, Value],
    language: str,
) -> dict[str, Value]:
    """Parameters that a call leaves at None or False: a branch for when something is given is not taken."""
    if "**" in keywords or any(value.evidence == SPREAD for value in values):
        return {}
    if language != "python":
        left = [p for p in function.params if p.name not in bound] if function.kind != "lambda" else []
        held = {param.name: standing_for(param) for param in left}
        return {name: value for name, value in held.items() if value is not None}
    return defaults(function, bound) | _no_options(function, keywords)


def _no_options(function: f.Function, given: Mapping[str, Value]) -> dict[str, Value]:
    """An empty mapping for `**options` where a call gives none and the body looks for some: `if options.get("joined"):`."""
    asked = {param.name for param in function.params if param.kind == "double_star"}
    if not asked or not given.keys() <= {param.name for param in function.params}:
        return {}
    found = asked & _looked_into(function)
    return {name: Value("dict", size=ONE, relation=_EMPTY) for name in found}


@remembered
def _looked_into(function: f.Function) -> frozenset[str]:
    """The mappings in which a function's tests look for a key."""
    tests = (node.test for node in shapes.nodes(function.body) if isinstance(node, (f.If, f.Choose)))
    found = (
        _looked_up(part) for test in tests for part in f.walk((test,)) if isinstance(part, f.Call | f.Compare)
    )
    return frozenset(filter(None, found))


def _looked_up(test: f.Expr) -> str:
    """The mapping in which a test looks for a key, and takes what is not there for nothing; "" for any other test."""
    if isinstance(test, f.Compare):
        held = test.rights[0] if test.ops == ("in",) and isinstance(test.left, f.Const) else None
    elif (
        isinstance(test, f.Call)
        and isinstance(test.func, f.Attr)
        and test.func.name in ("get", "pop")
        and test.args
    ):
        otherwise = test.args[1] if len(test.args) > 1 else None
        given = isinstance(otherwise, f.Const) and (otherwise.kind == "none" or otherwise.value is False)
        held = test.func.obj if given or (otherwise is None and test.func.name == "get") else None
    else:
        held = None
    return held.id if isinstance(held, f.Name) else ""
