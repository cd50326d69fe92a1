"""GraphQL in scripts: a field's resolver is asked for every row of its type that a list holds.

A resolver stands in a class (Nest, TypeGraphQL), in the fields of an object type (graphql-js), or in a map from types to
their fields (Apollo). Its first argument is the row it is asked of. Which lists hold such rows is told in a schema, mostly
in another language, so what a resolver asks the database for by itself is told as something to look at. What a data
loader collects sends no query here, and neither does what the row holds already.

Source: https://docs.nestjs.com/graphql/resolvers, https://typegraphql.com/docs/resolvers.html,
https://graphql.org/graphql-js/object-types/ and https://www.apollographql.com/docs/apollo-server/data/resolvers
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from analyzers import facts as f
from analyzers.conventions import graphql, units
from analyzers.conventions.tables import frameworks
from analyzers.conventions.units import ROW, At
from analyzers.project import names
from analyzers.project.index import Project
from analyzers.project.outline import callee, dotted
from analyzers.text import Span

UNIT = "each"
"""The unit that asks a resolver for each row of its type."""

TOP = ("Query", "Mutation", "Subscription")
"""Types of which there is one row, at the top of each question."""

BESIDE = ("context", "ctx", "args", "input", "info", "loader", "loaders", "string", "number", "boolean")
"""What the types of a resolver's other parameters end with."""


def roots(project: Project, path: str, function: f.Function) -> Iterator[str]:
    """The unit of a function that is a resolver of a type's field."""
    if _parent(function) and (
        _is_decorated(project, path, function) or function.qualname in _mapped(project, path)
    ):
        yield UNIT


def resolved(project: Project, path: str, function: f.Function) -> f.Function | None:
    """A resolver, for each of some rows of its type."""
    parent = _parent(function)
    if not parent or function.is_generator:
        return None
    named = (
        0 <= function.name_at < function.name_to
    )  # The key that an arrow function stands under lies before it.
    at = At(Span(function.name_at, function.name_to) if named else Span(0, max(function.body_at, 1)))
    rows = f"{parent}s" if not parent.endswith("s") else parent
    given = [at.name(ROW) if p.name == parent else f.Opaque(*at.span) for p in function.params]
    asked = at.call(f.Lambda(*at.span, function.qualname), *given)
    each = at.each(ROW, at.name(rows), at.do(asked))
    # Nothing here says that a list holds such rows.
    unit = units.function(function, UNIT, (rows,), (f.If(*at.span, at.name(graphql.ASKED), (each,)),))
    return replace(unit, owner=function.owner, parent=function.parent)


def _parent(function: f.Function) -> str:
    """The parameter that is the row a field is asked of; "" for none."""
    for param in function.params:
        said = dotted(param.annotation) if param.annotation is not None else ""
        if param.kind == "positional" and not (said or "").lower().endswith(BESIDE):
            return "" if param.name.startswith("_") else param.name
    return ""


def _is_decorated(project: Project, path: str, function: f.Function) -> bool:
    for decorator in function.decorators:
        name = callee(decorator)
        found = names.resolve(project, path, name) if name else None
        if (
            found is not None
            and not found[1]
            and names.full_name(project, found[0]) in frameworks().script_resolver
        ):
            return True
    return False


def _mapped(project: Project, path: str) -> frozenset[str]:
    """The functions of a file that stand as resolvers in the fields of an object type, or in a map of types."""

    def collect() -> frozenset[str]:
        facts = project.facts(path)
        project.read(path)
        of_types = any(item.partition(":")[0] in frameworks().script_types for item in project.imported(path))
        found: set[str] = set()
        for function in facts.functions if facts is not None else ():
            for node in f.walk(function.body):
                if isinstance(node, f.Mapping):
                    found.update(_in_fields(node) if of_types else ())
                elif isinstance(node, f.Call):
                    found.update(_in_field_call(node))
                elif isinstance(node, f.Assign) and isinstance(node.value, f.Mapping):
                    found.update(_in_map(node))
        return frozenset(found)

    return project.memo.ask(("resolvers of a script", path), collect, in_cycle=frozenset())


def _in_fields(node: f.Mapping) -> Iterator[str]:
    """`{ type: new GraphQLList(Book), resolve(author) { ... } }`."""
    entries = _entries(node)
    made = entries.get("resolve")
    if "type" in entries and isinstance(made, f.Lambda):
        yield made.qualname


def _in_field_call(node: f.Call) -> Iterator[str]:
    """`t.field({ type: Book, resolve: (author) => ... })` of Nexus and Pothos, with the field's name in front or without it."""
    if isinstance(node.func, f.Attr) and node.func.name == "field" and node.args:
        options = node.args[-1]
        yield from _in_fields(options) if isinstance(options, f.Mapping) else ()


def _in_map(node: f.Assign) -> Iterator[str]:
    """`const resolvers = { Query: { ... }, Author: { books: (author) => ... } }`, `const Author: AuthorResolvers = { ... }`."""
    assert isinstance(node.value, f.Mapping)
    types = _entries(node.value)
    said = (dotted(node.annotation) or "") if node.annotation is not None else ""
    of_type = said.rpartition(".")[2].removesuffix("Resolvers")
    if said.endswith("Resolvers") and of_type and of_type not in TOP and not types.keys() & set(TOP):
        yield from (made.qualname for made in node.value.values if isinstance(made, f.Lambda))
    called = any((dotted(target) or "").lower().endswith("resolvers") for target in node.targets)
    if not called and not types.keys() & set(TOP):
        return
    for name, fields in types.items():
        if name[:1].isupper() and name not in TOP and isinstance(fields, f.Mapping):
            yield from (made.qualname for made in fields.values if isinstance(made, f.Lambda))


def _entries(node: f.Mapping) -> dict[str, f.Expr]:
    return {
        str(key.value): value
        for key, value in zip(node.keys, node.values, strict=False)
        if isinstance(key, f.Const)
    }
