"""TypeScript's interfaces and aliases of types: classes that say which members there are, and have no code.

Their qualnames begin with `type `, since a value may have the same name.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from analyzers.facts import STANDS_FOR, TYPE, ClassDef, Expr, Keyword, Stmt

if TYPE_CHECKING:
    from tree_sitter import Node

    from analyzers.languages.grammar import LowerStmt, Spec
    from analyzers.languages.unit import Pending, Unit

_Parts = tuple[tuple[Expr, ...], tuple[Keyword, ...], "Node | None"]
"""What a type is made of: others that it extends, keywords, and what holds its members."""


def interface(spec: Spec) -> LowerStmt:
    """`interface Deps extends Base { books: BookService }`. Roles name, body (fields); heritage (kind)."""
    body_field, heritage = spec.field("body"), spec.kinds("heritage")

    def parts(unit: Unit, node: Node) -> _Parts:
        bases = [
            unit.expr(base, 1)
            for child in node.children
            if child.kind_id in heritage
            for base in child.children
            if base.kind_id in unit.exprs
        ]
        return tuple(bases), (), node.child_by_field_id(body_field)

    return _queued(spec, parts)


def type_alias(spec: Spec) -> LowerStmt:
    """`type Deps = { books: BookService }`, `type Rows = Book[]`. Roles name, value (fields); members (kind)."""
    value_field, members = spec.field("value"), spec.kinds("members")

    def parts(unit: Unit, node: Node) -> _Parts:
        value = node.child_by_field_id(value_field)
        if value is None or value.kind_id in members:
            return (), (), value
        at, to = value.start_byte - unit.base, value.end_byte - unit.base
        return (), (Keyword(at, to, STANDS_FOR, unit.expr(value, 1)),), None

    return _queued(spec, parts)


def _queued(spec: Spec, parts: Callable[[Unit, Node], _Parts]) -> LowerStmt:
    name_field = spec.field("name")

    def lower_class(unit: Unit, pending: Pending) -> ClassDef:
        bases, keywords, members = parts(unit, pending.node)
        body: list[Stmt] = []
        if members is not None:
            unit.statements(members.children, 0, body)
        body += unit.rescue(pending.node)
        return ClassDef(
            name=pending.name.removeprefix(TYPE),
            qualname=pending.qualname,
            start=pending.start,
            end=pending.end,
            name_at=pending.name_at - unit.base,
            name_to=pending.name_to - unit.base,
            bases=bases,
            keywords=keywords,
            decorators=(),
            body=tuple(body),
            owner=pending.owner,
            parent=pending.parent,
        )

    def lower(unit: Unit, node: Node, depth: int, out: list[Stmt]) -> None:
        name = node.child_by_field_id(name_field)
        if name is not None:
            unit.queue(node, f"{TYPE}{unit.text(name)}", name, "class", lower_class)

    return lower


STATEMENTS = {"Interface": interface, "TypeAlias": type_alias}
