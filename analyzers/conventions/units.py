"""Functions that nobody wrote: what a framework does with a class, as the facts of a function of that class.

A unit's qualname is that of the class and a part in angle brackets: `BookSerializer:<row>`. Its positions are those of
the class, so whatever it holds points at the declaration that makes the framework do it.
"""

from __future__ import annotations

from dataclasses import dataclass

from analyzers import facts as f
from analyzers.text import Span

KIND = "convention"
"""The `kind` of such functions. Where one reads an attribute that is a function, the framework calls it."""

ROW = "obj"
"""The name under which a unit gets a row."""

PART = "part"
"""The beginning of the names under which a unit keeps what a row holds."""

_MARK = ":<"


def is_inner(name: str) -> bool:
    """True for a name of a unit's own, which tells nobody anything."""
    return name.rstrip("0123456789") in (ROW, PART)


def qualname(owner: str, name: str) -> str:
    return f"{owner}{_MARK}{name}>"


def split(name: str) -> tuple[str, str] | None:
    """The class and the unit of a unit's qualname; None for the qualname of a written function."""
    owner, mark, unit = name.rpartition(_MARK)
    return (owner, unit[:-1]) if mark and unit.endswith(">") else None


def attribute(path: str, owner: str, name: str) -> str:
    """The attribute under which a unit of another class is reached from `self`."""
    return f"<{name}>@{path}@{owner}"


def target(attribute: str) -> tuple[str, str] | None:
    """The path and qualname of the unit such an attribute stands for."""
    if not attribute.startswith("<"):
        return None
    name, _, place = attribute[1:].partition(">@")
    path, _, owner = place.rpartition("@")
    return path, qualname(owner, name)


def shown(name: str) -> str:
    """A qualname as a person is told it: of a unit the class."""
    parts = split(name)
    return parts[0] if parts is not None else name


def function(
    of: f.ClassDef | f.Function, name: str, params: tuple[str, ...], body: tuple[f.Stmt, ...]
) -> f.Function:
    """The unit `name` of a class, or of a function of a module; a class's `params` come after `self`."""
    is_method = isinstance(of, f.ClassDef)
    return f.Function(
        name=name,
        qualname=qualname(of.qualname, name),
        kind=KIND,
        start=of.start,
        end=of.end,
        def_at=0,
        name_at=of.name_at,
        name_to=of.name_to,
        body_at=of.name_to,
        params=tuple(f.Param(0, 0, p) for p in (("self", *params) if is_method else params)),
        returns=None,
        decorators=(),
        body=body,
        owner=of.qualname if is_method else "",
        has_loop=True,
    )


@dataclass(frozen=True, slots=True)
class At:
    """Makes nodes that all stand at one place of a unit."""

    span: Span

    def name(self, id: str) -> f.Name:
        return f.Name(*self.span, id)

    def text(self, value: str) -> f.Const:
        return f.Const(*self.span, "str", value)

    def truth(self) -> f.Const:
        return f.Const(*self.span, "bool", True)

    def attr(self, obj: f.Expr, *names: str) -> f.Expr:
        for name in names:
            obj = f.Attr(*self.span, obj, name, self.span.start)
        return obj

    def call(self, func: f.Expr, *args: f.Expr, **keywords: f.Expr) -> f.Call:
        given = tuple(f.Keyword(*self.span, name, value) for name, value in keywords.items())
        return f.Call(*self.span, func, args, given)

    def do(self, value: f.Expr) -> f.Do:
        return f.Do(*self.span, value)

    def put(self, target: str, value: f.Expr) -> f.Assign:
        return f.Assign(*self.span, (self.name(target),), value)

    def give(self, value: f.Expr) -> f.Return:
        return f.Return(*self.span, value)

    def each(self, target: str, iter: f.Expr, *body: f.Stmt) -> f.For:
        return f.For(*self.span, f.Name(*self.span, target), iter, body, head_to=self.span.end)
