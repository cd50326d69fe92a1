"""Classes that are mapped by a call: `registry.map_imperatively(User, users, properties={"orders": relationship(Order)})`.

Source: https://docs.sqlalchemy.org/en/20/orm/mapping_styles.html#imperative-mapping
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzers.facts import Assign, Attr, Call, Expr, Function, Mapping, Name, walk
from analyzers.project.index import Project
from analyzers.project.names import resolve, single_value
from analyzers.project.outline import callee, dotted, keyword, literal
from analyzers.project.schema import Key
from analyzers.project.sqlalchemy_bodies import NOTHING, Declared, Related, foreign_keys, holds, is_given
from analyzers.text import Span

_METHOD = "map_imperatively"
_FUNCTIONS = ("sqlalchemy.orm.mapper",)
"""What mapped a class before 2.0."""


def imperative(project: Project, key: Key) -> Declared | None:
    """What a class is mapped to by a call; None for one that no call maps."""
    nothing: dict[Key, Declared] = {}
    return project.memo.ask(("mapped by calls",), lambda: _all(project), nothing).get(key)


def _all(project: Project) -> dict[Key, Declared]:
    found: dict[Key, Declared] = {}
    for path in project.paths():
        if path.endswith(".py"):
            found.update(_of_file(project, path))
    return found


def _of_file(project: Project, path: str) -> tuple[tuple[Key, Declared], ...]:
    return project.memo.ask(("mapped by calls", path), lambda: tuple(_read(project, path)), ())


def _read(project: Project, path: str) -> Iterator[tuple[Key, Declared]]:
    if not project.uses(path, "sqlalchemy"):
        return
    facts = project.facts(path)
    if facts is None:
        return
    for function in facts.functions:
        for node in walk(function.body):
            if isinstance(node, Call) and len(node.args) >= 2 and _maps(project, path, node.func):
                mapped = resolve(project, path, dotted(node.args[0]) or "", function.qualname)
                if mapped is not None and mapped[0].kind == "class" and not mapped[1]:
                    yield (mapped[0].path, mapped[0].qualname), _declared(project, path, function, node)


def _maps(project: Project, path: str, node: Expr) -> bool:
    if isinstance(node, Attr) and node.name == _METHOD:
        return True
    found = resolve(project, path, dotted(node) or "")
    return found is not None and ".".join((found[0].dotted, *found[1])) in _FUNCTIONS


def _name(node: Expr) -> str:
    return node.name if isinstance(node, Attr) else node.id if isinstance(node, Name) else ""


def _declared(project: Project, path: str, function: Function, call: Call) -> Declared:
    table = call.args[1]
    if isinstance(table, Name):
        assign = single_value(project, path, table.id)
        table = assign.value if assign is not None and assign.value is not None else table
    body = _of_table(table)
    properties = keyword(call, "properties")
    if not isinstance(properties, Mapping):
        return body
    relations = [
        Related(
            literal(name), (path, function.qualname if function.kind != "module" else ""), value, None,
            Span(function.start + value.at, function.start + value.to),
        )
        for name, value in zip(properties.keys, properties.values, strict=True)
        if literal(name) and isinstance(value, Call) and _name(value.func) in ("relationship", "relation")
    ]  # fmt: skip
    return Declared(body.columns, tuple(relations), body.keys, body.table, False, body.primary)


def _of_table(table: Expr) -> Declared:
    """The columns of `Table("users", metadata, Column("id", Integer, primary_key=True), ...)`."""
    if not isinstance(table, Call) or not (callee(table) or "").endswith("Table"):
        return NOTHING
    columns: list[tuple[str, str]] = []
    keys: list[tuple[str, str]] = []
    primary: set[str] = set()
    for given in table.args:
        if isinstance(given, Call) and (callee(given) or "").endswith("Column") and given.args:
            name = literal(given.args[0])
            columns.append((name, holds(Assign(given.at, given.to, (), given, None))))
            keys.extend((name, other) for other in foreign_keys(given))
            if is_given(given, "primary_key"):
                primary.add(name)
    name = literal(table.args[0]) if table.args else ""
    return Declared(tuple(columns), (), tuple(keys), name, False, frozenset(primary))
