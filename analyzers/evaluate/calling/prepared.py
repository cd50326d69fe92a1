"""Functions that are made ready and called later: `partial(f, x)`, `attrgetter("author.name")`, a bound method in a name.

Sources: https://docs.python.org/3/library/operator.html, https://docs.python.org/3/library/functools.html#functools.partial
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from analyzers import facts as f
from analyzers.conventions.tables import frameworks
from analyzers.costs import ONE
from analyzers.evaluate import attributes, queries
from analyzers.evaluate.calling import calls
from analyzers.evaluate.run import Run
from analyzers.types import CHOICE, UNKNOWN_VALUE, Value, element, joined

if TYPE_CHECKING:
    from analyzers.evaluate.calling.arguments import Arguments

KIND = "prepared"

_TAKERS = ("operator.attrgetter", "operator.itemgetter", "operator.methodcaller")


def made(target: Value, arguments: Arguments) -> Value | None:
    """What a call of one of the makers gives; None for any other function."""
    wraps = target.dotted in frameworks().wrappers.names
    if not (wraps or target.dotted in _TAKERS) or not arguments.values:
        return None
    return Value(
        KIND,
        dotted=target.dotted,
        items=tuple(arguments.values),
        entries=tuple(arguments.keywords.items()),
        bound=arguments.values[0] if wraps else None,
        depends=arguments.depends,
    )


def is_callable(value: Value) -> bool:
    """True for what is made ready, and for a method of rows or of a client that is not called where it is read."""
    return value.kind in (KIND, CHOICE) or bool(value.method)


def applied(
    run: Run, function: Value, values: Sequence[Value], keywords: Mapping[str, Value], node: f.Expr
) -> Value:
    """Call it at `node`."""
    if function.method:
        return _method(run, function, values, keywords, node)
    if function.kind == CHOICE:
        returned = [applied(run, part, values, keywords, node) for part in function.items or ()]
        return joined(returned) or UNKNOWN_VALUE
    if function.kind == "function":
        return calls.invoke(run, function, tuple(values), keywords, run.place(node), function.label)
    if function.kind != KIND or not function.items:
        return UNKNOWN_VALUE
    if function.bound is not None:
        given = (*function.items[1:], *values)
        return applied(run, function.bound, given, dict(function.entries) | dict(keywords), node)
    if not values:
        return UNKNOWN_VALUE
    texts = [item.const for item in function.items]
    if function.dotted == "operator.methodcaller":
        return _called(run, function, values[0], node)
    if function.dotted == "operator.attrgetter":
        got = [_read(run, values[0], text, node) for text in texts if isinstance(text, str)]
    else:
        got = [_taken(values[0], text) for text in texts]
    return got[0] if len(got) == 1 else Value("tuple", size=ONE, items=tuple(got))


def _read(run: Run, value: Value, path: str, node: f.Expr) -> Value:
    """`attrgetter("author.name")`: one attribute after the other."""
    at: f.Expr = f.Name(node.at, node.to, value.label or "row")
    for name in path.split("."):
        at = f.Attr(node.at, node.to, at, name, node.at)
        value = attributes.read(run, at, value)
    return value


def _taken(value: Value, key: object) -> Value:
    """`itemgetter(0)`, `itemgetter("book")`."""
    if isinstance(key, int) and value.items is not None and -len(value.items) <= key < len(value.items):
        return value.items[key].on(value.depends)
    named = dict(value.entries).get(key) if isinstance(key, str) else None
    inner = named or (value.values if value.kind == "dict" else element(value))
    return (inner or UNKNOWN_VALUE).on(value.depends)


def _called(run: Run, function: Value, receiver: Value, node: f.Expr) -> Value:
    """`methodcaller("total")`."""
    assert function.items
    name, *given = function.items
    if not isinstance(name.const, str):
        return UNKNOWN_VALUE
    read = f.Attr(node.at, node.to, f.Name(node.at, node.to, receiver.label or "row"), name.const, node.at)
    method = attributes.read(run, read, receiver)
    if method.kind == "function":
        return applied(run, method, given, dict(function.entries), node)
    found = queries.call(
        run, f.Call(node.at, node.to, read, ()), method, name.const, _arguments(given, dict(function.entries))
    )
    return found or UNKNOWN_VALUE


def _method(
    run: Run, function: Value, values: Sequence[Value], keywords: Mapping[str, Value], node: f.Expr
) -> Value:
    """A bound method of a set of rows or of a client: it is spelled out where it is called."""
    from analyzers.evaluate.calling import library

    assert function.bound is not None
    receiver = f.Name(node.at, node.to, function.bound.label or "rows")
    func = f.Attr(node.at, node.to, receiver, function.method, node.at)
    written = node if isinstance(node, f.Call) else None
    plain = written is not None and len(written.args) == len(values)
    call = f.Call(
        node.at, node.to, func, written.args if written is not None and plain else (),
        tuple(f.Keyword(node.at, node.to, name, receiver) for name in keywords if name != "**"),
    )  # fmt: skip
    given = _arguments(values, keywords)
    found = queries.call(run, call, function, function.method, given)
    if found is None and function.bound.kind == "http-client":
        found = library.method(run, call, function.bound, function.method, given, run.place(node))
    return found or UNKNOWN_VALUE


def _arguments(values: Sequence[Value], keywords: Mapping[str, Value]) -> Arguments:
    from analyzers.evaluate.calling.arguments import Arguments

    made = Arguments.none()
    made.values, made.keywords = list(values), dict(keywords)
    return made
