"""`match` and its patterns: what they bind are names, and nothing in them is called."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from analyzers.facts import (
    Attr,
    Case,
    Collection,
    Expr,
    Mapping,
    Match,
    Name,
    Named,
    Opaque,
    Stmt,
)
from analyzers.languages.expressions import inner
from analyzers.languages.limits import BLOCK_DEPTH

if TYPE_CHECKING:
    from tree_sitter import Node

    from analyzers.languages.grammar import LowerExpr, LowerStmt, Spec
    from analyzers.languages.unit import Unit


def matching(spec: Spec) -> LowerStmt:
    """`match`. Roles subject, cases, guard, body (fields); case, pattern (kinds)."""
    subject_field, cases_field = spec.field("subject"), spec.field("cases")
    guard_field, body_field = spec.field("guard"), spec.field("body")
    case_kinds, pattern_kinds = spec.kinds("case"), spec.kinds("pattern")

    def case(unit: Unit, node: Node, depth: int) -> Case:
        base = unit.base
        patterns = [unit.expr(one, depth) for one in node.children if one.kind_id in pattern_kinds]
        guard = node.child_by_field_id(guard_field)
        return Case(
            node.start_byte - base,
            node.end_byte - base,
            tuple(patterns),
            None if guard is None else inner(unit, guard, depth),
            unit.block(node.child_by_field_id(body_field), depth),
        )

    def lower(unit: Unit, node: Node, depth: int, out: list[Stmt]) -> None:
        base = unit.base
        at, to = node.start_byte - base, node.end_byte - base
        subjects = unit.all(node.children_by_field_id(subject_field), depth + 1)
        body = node.child_by_field_id(cases_field)
        cases = [
            case(unit, child, depth + 1)
            for child in (body.children if body is not None and depth < BLOCK_DEPTH else ())
            if child.kind_id in case_kinds
        ]
        if len(subjects) == 1:
            subject = subjects[0]
        else:
            subject = Collection(at, to, "tuple", tuple(subjects))
        out.append(Match(at, to, subject, tuple(cases)))

    return lower


def class_pattern(spec: Spec) -> LowerExpr:
    """`case C(x, y=z)`: no call is made, so it is an `Opaque` of the class and what it binds."""

    def lower(unit: Unit, node: Node, depth: int) -> Expr:
        base = unit.base
        return Opaque(node.start_byte - base, node.end_byte - base, tuple(unit.each(node, depth + 1)))

    return lower


def as_pattern(spec: Spec) -> LowerExpr:
    """`pattern as name`, outside of `with` and `except`."""

    def lower(unit: Unit, node: Node, depth: int) -> Expr:
        base = unit.base
        at, to = node.start_byte - base, node.end_byte - base
        parts = unit.each(node, depth + 1)
        if len(parts) != 2:
            return Opaque(at, to, tuple(parts))
        return Named(at, to, parts[1], parts[0])

    return lower


def keyword_pattern(spec: Spec) -> LowerExpr:
    """`name=pattern` in a class pattern: the pattern."""

    def lower(unit: Unit, node: Node, depth: int) -> Expr:
        children = [child for child in node.children if child.kind_id in unit.exprs]
        return unit.expr(children[-1], depth + 1) if children else unit.opaque(node, depth)

    return lower


def dotted(spec: Spec) -> LowerExpr:
    """`a.b.c` where the grammar has one flat node for it (decorators of old, patterns)."""

    def lower(unit: Unit, node: Node, depth: int) -> Expr:
        base = unit.base
        names = [child for child in node.children if child.kind_id in unit.exprs]
        if not names:
            return unit.opaque(node, depth)
        at = names[0].start_byte - base
        value: Expr = Name(at, names[0].end_byte - base, unit.text(names[0]))
        for name in names[1:]:
            value = Attr(at, name.end_byte - base, value, unit.text(name), name.start_byte - base)
        return value

    return lower


def dict_pattern(spec: Spec) -> LowerExpr:
    """`{"key": pattern, **rest}`. Role value: the field of the patterns; rest: the kind of `**rest`."""
    key_field, value_field, rest = spec.field("key"), spec.field("value"), spec.kinds("rest")

    def lower(unit: Unit, node: Node, depth: int) -> Expr:
        base = unit.base
        keys: list[Expr | None] = list(unit.all(node.children_by_field_id(key_field), depth + 1))
        values = unit.all(node.children_by_field_id(value_field), depth + 1)
        for child in node.children:
            if child.kind_id in rest:
                keys.append(None)
                values.append(inner(unit, child, depth + 1))
        if len(keys) != len(values):
            return unit.opaque(node, depth)
        return Mapping(node.start_byte - base, node.end_byte - base, tuple(keys), tuple(values))

    return lower


EXPRESSIONS: dict[str, Callable[[Spec], LowerExpr]] = {
    "ClassPattern": class_pattern,
    "AsPattern": as_pattern,
    "KeywordPattern": keyword_pattern,
    "Dotted": dotted,
    "DictPattern": dict_pattern,
}
STATEMENTS: dict[str, Callable[[Spec], LowerStmt]] = {"Match": matching}
