"""Ariadne: resolvers are functions that a schema's types are told of by decorators, `@book.field("author")`.

Which field lists a type stands in the schema's text. A type is called like the model of its rows as a rule, so a
resolver of `ObjectType("Book")` is run for every row of each field of the query that gives rows of `Book`.

Source: https://ariadnegraphql.org/docs/resolvers
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzers import facts as f
from analyzers.conventions import graphql, units
from analyzers.conventions.tables import frameworks
from analyzers.conventions.units import ROW, At
from analyzers.orm.tables import Names
from analyzers.project import names
from analyzers.project.index import Project
from analyzers.project.outline import callee, dotted, literal
from analyzers.project.schema import Key
from analyzers.text import Span

MAX_LISTS = 8
"""Fields of the query that are asked for rows of a type."""


def roots(project: Project, path: str, function: f.Function) -> Iterator[str]:
    if function.decorators and function.params and not function.parent and _type(project, path, function):
        yield "resolvers"


def fields(project: Project, path: str, function: f.Function) -> f.Function | None:
    """A resolver, for every row of its type that a field of the query gives."""
    name = _type(project, path, function)
    if not name or function.owner or function.is_generator:
        return None
    at = At(Span(function.name_at, function.name_to))
    body: list[f.Stmt] = []
    for number, (owner, listing) in enumerate(_listing(project)[:MAX_LISTS]):
        rows = f"{listing}()" if number == 0 else f"{listing}(){number}"
        given = at.call(at.name("<rows>"), at.text(name), at.text(owner), at.text(listing))
        body += [at.put(rows, given), at.each(ROW, at.name(rows), *graphql.turn(function, 0, at))]
    return units.function(function, "resolvers", (), tuple(body)) if body else None


def _type(project: Project, path: str, function: f.Function) -> str:
    """The type that a function is a resolver of; "" for other functions."""
    for decorator in function.decorators:
        made = _made_by(project, path, decorator, frameworks().ariadne_type)
        if made is not None:
            return literal(made.args[0]) if made.args else ""
    return ""


def _listing(project: Project) -> tuple[Key, ...]:
    """The resolvers of the query, in the order of files."""

    def collect() -> tuple[Key, ...]:
        return tuple(key for path in sorted(project.paths()) for key in _listing_in(project, path))

    return project.memo.ask(("resolvers of queries",), collect, ())


def _listing_in(project: Project, path: str) -> tuple[Key, ...]:
    def collect() -> tuple[Key, ...]:
        project.read(path)
        facts = project.facts(path)
        known = frameworks().ariadne_query
        return tuple(
            (path, function.qualname)
            for function in (facts.functions if facts is not None and facts.language == "python" else ())
            if any(_made_by(project, path, d, known) is not None for d in function.decorators)
        )

    return project.memo.ask(("resolvers of queries", path), collect, ())


def _made_by(project: Project, path: str, decorator: f.Expr, known: Names) -> f.Call | None:
    """The call that made `book` in `@book.field("author")`, if it made one of these."""
    if (
        not isinstance(decorator, f.Call)
        or not isinstance(decorator.func, f.Attr)
        or decorator.func.name != "field"
    ):
        return None
    chain = dotted(decorator.func.obj)
    found = names.resolve(project, path, chain) if chain else None
    if found is None or found[1] or found[0].kind != "variable":
        return None
    assign = names.module_value(project, found[0].path, found[0].qualname)
    made = assign.value if assign is not None else None
    name = callee(made) if isinstance(made, f.Call) else None
    target = names.resolve(project, found[0].path, name) if name else None
    is_known = target is not None and not target[1] and names.full_name(project, target[0]) in known
    return made if is_known and isinstance(made, f.Call) else None
