"""What a view is asked for while a framework lists its rows: `self.action == "list"`, `self.request.method == "GET"`.

The unit that lists rows says so of its `self`; tests of it are decided, so that what another action loads counts for
that action alone.
"""

from __future__ import annotations

from analyzers import facts as f
from analyzers.conventions import asking, views
from analyzers.evaluate import class_values, expressions
from analyzers.evaluate.run import Run
from analyzers.project.index import Project
from analyzers.types import Value

MARK = "<as>"
"""The call by which a unit says what its `self` is asked for."""

WORD, REQUEST = "asked", "request"
KINDS = (WORD, REQUEST)
"""Kinds of what a view knows of being asked: the action or method (`dotted`), the request that has the method."""

_SAFE = "rest_framework.permissions.SAFE_METHODS"


def to_do(this: Value, action: str) -> Value:
    """A view while it is asked for an action by GET."""
    known = (("action", Value(WORD, dotted=action)), ("request", Value(REQUEST, dotted="GET")))
    return this.but(entries=known)


def reached(project: Project, path: str, function: f.Function, this: Value) -> Value:
    """The view of a method that is an action of its own: asked for that action, with the serializer that it names."""
    own = views.action_of(project, path, function) if function.decorators else None
    if own is None:
        return this
    known = [("action", Value(WORD, dotted=own.name))]
    if own.only_read:
        known.append(("request", Value(REQUEST, dotted="GET")))
    if own.serializer is not None:
        known.append(("serializer_class", class_values.class_itself(project, *own.serializer)))
    return this.but(entries=tuple(known))


def attribute(base: Value, name: str) -> Value | None:
    """`self.action`, `self.request` and its `method`, where they are known."""
    if base.kind == REQUEST and name == "method":
        return Value(WORD, dotted=base.dotted)
    if base.kind == "instance" and name in ("action", "request"):
        return dict(base.entries).get(name)
    return None


def known(run: Run, test: f.Expr) -> bool | None:
    """Whether a comparison with what is asked for holds; None for any other test."""
    found = asking.test_of(test)
    word = expressions.evaluate(run, found.read) if found is not None else None
    words = _words(run, found.words) if found is not None and word is not None and word.kind == WORD else None
    if found is None or word is None or words is None:
        return None
    return (word.dotted in words) == found.holds


def _words(run: Run, node: f.Expr) -> frozenset[str] | None:
    """The texts that are written out on the other side."""
    if isinstance(node, f.Collection):
        parts = [_words(run, item) for item in node.items]
        return None if None in parts else frozenset().union(*(part for part in parts if part is not None))
    if isinstance(node, f.Const):
        return frozenset({node.value}) if isinstance(node.value, str) else None
    return frozenset(("GET", "HEAD", "OPTIONS")) if expressions.evaluate(run, node).dotted == _SAFE else None
